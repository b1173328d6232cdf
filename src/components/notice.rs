//! What a screen has to say beside its content: notices, problems with their next step, badges.

use super::{
    HeldKit,
    icon::{self, Icon, icon},
};
use crate::i18n::{self, K, fill, t};
use care::{problem::Problem, trust::Badge};
use leptos::prelude::*;

/// A notice: `kind` is `info` or `warn`.
pub fn notice(kind: &'static str, picture: Icon, title: &str, body: AnyView) -> AnyView {
    view! {
        <section class=["notice ", kind].concat()>
            {icon(picture)}
            <div class="stack tight">
                <p class="strong">{title.to_owned()}</p>
                {body}
            </div>
        </section>
    }
    .into_any()
}

/// What happened, and what to do.
pub fn problem(problem: Problem) -> AnyView {
    let (what, what_to_do) = i18n::problem(problem);
    view! {
        <div role="alert" data-problem=problem.key()>
            {notice("warn", icon::ALERT, what, view! { <p>{what_to_do}</p> }.into_any())}
        </div>
    }
    .into_any()
}

/// A short word with its icon.
pub fn chip(kind: &'static str, picture: Icon, word: &'static str) -> AnyView {
    view! { <span class=["chip ", kind].concat()>{icon(picture)}<span>{word}</span></span> }.into_any()
}

/// The badge: « Validée par votre cabinet » only when the signature and the kit both say so.
pub fn badge(kit: HeldKit) -> AnyView {
    kit.with_value(|kit| {
        let (kind, picture, word, why) = match kit.badge() {
            Badge::Validated(by) => (
                "good",
                icon::SHIELD,
                K::BadgeValidated,
                fill(
                    K::BadgeValidatedBy,
                    &[
                        ("name", &by.name),
                        ("qualification", i18n::text(&by.qualification)),
                        ("date", &i18n::date(by.on)),
                    ],
                ),
            ),
            Badge::Example => ("plain", icon::HELP, K::BadgeExample, t(K::BadgeExampleText).to_owned()),
            Badge::NotVerified => {
                ("warn", icon::ALERT, K::BadgeNotVerified, t(K::BadgeNotVerifiedText).to_owned())
            }
        };
        view! { <p class="badge">{chip(kind, picture, t(word))}<span class="soft">{why}</span></p> }
            .into_any()
    })
}
