//! What a screen has to say beside its content: notices, problems with their next step, badges.

use super::icon::{self, Icon, icon};
use crate::{
    i18n::{self, K, fill, t},
    platform::dom::{View, el, none},
    state::KitHandle,
};
use care::{problem::Problem, trust::Badge};

/// A notice: `kind` is `info`, `good` or `warn`.
pub fn notice(kind: &str, picture: Icon, title: &str, body: View) -> View {
    el("section", &["notice ", kind].concat())
        .with(icon(picture))
        .with(el("div", "stack tight").with(el("p", "strong").text(title)).with(body))
}

/// What happened, and what to do.
pub fn problem(problem: Problem) -> View {
    let (what, what_to_do) = i18n::problem(problem);
    alert(problem.key(), what, what_to_do)
}

/// The same of something that has its own words; `key` is its hook.
pub fn alert(key: &str, what: &str, what_to_do: &str) -> View {
    let said = notice("warn", icon::ALERT, what, el("p", "").text(what_to_do));
    el("div", "").attr("role", "alert").attr("data-problem", key).with(said)
}

/// The problem that stands, if one does.
pub fn maybe_problem(standing: Option<Problem>) -> View {
    standing.map_or_else(none, problem)
}

/// A short word with its icon.
pub fn chip(kind: &str, picture: Icon, word: K) -> View {
    el("span", &["chip ", kind].concat()).with(icon(picture)).with(el("span", "").text(t(word)))
}

/// The badge: « Validée par votre cabinet » only when the signature and the kit both say so.
pub fn badge(kit: &KitHandle) -> View {
    let (kind, picture, word, why) = match kit.badge() {
        Badge::Validated(by) => {
            let date = i18n::date(by.on);
            let with = [
                ("name", by.name.as_str()),
                ("qualification", i18n::text(&by.qualification)),
                ("date", date.as_str()),
            ];
            ("good", icon::SHIELD, K::BadgeValidated, fill(K::BadgeValidatedBy, &with))
        }
        Badge::Example => ("plain", icon::HELP, K::BadgeExample, t(K::BadgeExampleText).to_owned()),
        Badge::NotVerified => {
            ("warn", icon::ALERT, K::BadgeNotVerified, t(K::BadgeNotVerifiedText).to_owned())
        }
    };
    el("p", "badge").with(chip(kind, picture, word)).with(el("span", "soft").text(&why))
}
