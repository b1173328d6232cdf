//! What keeps a patient safe on an exercise: the notice before the first play, when to stop, and
//! whether it may be done alone.

use super::{
    HeldKit, control,
    icon::{self, Icon, icon},
    words::said_list,
};
use crate::{
    i18n::{K, t},
    state::App,
};
use care::kit::{Company, Exercise};
use leptos::{html, prelude::*};

/// Opens before the first play; its last button is `acknowledge`, and then `after` runs.
pub fn contraindications(
    kit: HeldKit,
    exercise: &Exercise,
    node: NodeRef<html::Dialog>,
    after: impl Fn() + 'static,
) -> AnyView {
    let phone = kit.with_value(|k| ["tel:", &k.kit.clinic.phone].concat());
    let id = exercise.id.clone();
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let acknowledge = move || {
        close();
        kit.with_value(|k| k.kit.exercise(&id).map(|e| k.acknowledge(e)));
        after();
    };
    let body = view! {
        <p class="strong">{t(K::ExerciseContra)}</p>
        {said_list(&exercise.contraindications)}
        <p>{t(K::ExerciseContraAsk)}</p>
        <div class="stack">
            {control::link("button wide", "", icon::PHONE, t(K::ExerciseContraCall), phone)}
            {control::button("button wide", "", icon::CROSS, t(K::AppClose), close)}
            {control::button("button main wide", "acknowledge", icon::CHECK, t(K::ExerciseAcknowledge), acknowledge)}
        </div>
    };
    control::dialog(node, "before", t(K::ExerciseBefore), body.into_any())
}

/// « Arrêtez tout de suite si ».
pub fn stop_rules(exercise: &Exercise) -> AnyView {
    if exercise.stop_rules.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card stop stack">
            <h2>{icon(icon::HAND)}{t(K::ExerciseStop)}</h2>
            {said_list(&exercise.stop_rules)}
        </section>
    }
    .into_any()
}

/// May it be done, or filmed, alone? Silent where there is nothing to heed.
pub fn company(exercise: &Exercise) -> AnyView {
    let mut lines: Vec<(Icon, K)> = Vec::new();
    match exercise.do_with {
        Company::Alone => {}
        Company::Helper => lines.push((icon::HELPER, K::ExerciseHelper)),
        Company::Never => lines.extend([(icon::HAND, K::ExerciseNever), (icon::HAND, K::ExerciseClinicOnly)]),
    }
    match exercise.film_with {
        Company::Alone => {}
        Company::Helper => lines.push((icon::CAMERA, K::ExerciseFilmHelper)),
        Company::Never => lines.push((icon::CAMERA, K::ExerciseFilmNever)),
    }
    if lines.is_empty() {
        return ().into_any();
    }
    let items: Vec<_> = lines
        .into_iter()
        .map(|(picture, word)| view! { <li>{icon(picture)}<span>{t(word)}</span></li> })
        .collect();
    view! { <ul class="marks">{items}</ul> }.into_any()
}

/// Past its date: playing stays possible, starting advises a call.
pub fn expired(app: App, kit: HeldKit) -> AnyView {
    kit.with_value(|k| {
        if !k.kit.expired(app.today()) {
            return ().into_any();
        }
        let phone = ["tel:", &k.kit.clinic.phone].concat();
        let body = view! {
            <p>{t(K::ExerciseExpiredText)}</p>
            {control::link("button", "", icon::PHONE, t(K::ExerciseContraCall), phone)}
        };
        view! {
            <div data-status="expired">
                {super::notice::notice("warn", icon::CLOCK, t(K::ExerciseExpired), body.into_any())}
            </div>
        }
        .into_any()
    })
}
