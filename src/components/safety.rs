//! What keeps a patient safe on an exercise: the notice before the first play, when to stop, and
//! whether it may be done alone.

use super::{
    control,
    icon::{self, Icon, icon},
    notice,
    words::said_list,
};
use crate::{
    i18n::{K, t},
    platform::dom::{View, all, el, none},
    state::{App, KitHandle},
};
use care::kit::{Company, Exercise};
use web_sys::HtmlDialogElement;

/// A heading with its icon.
pub fn headed(picture: Icon, title: K) -> View {
    el("h2", "headed").with(icon(picture)).with(el("span", "").text(t(title)))
}

/// « Appeler mon kiné »
pub fn call_clinic(kit: &KitHandle, class: &str) -> View {
    let phone = ["tel:", &kit.kit.clinic.phone].concat();
    control::link(class, "", icon::PHONE, t(K::ExerciseContraCall), &phone)
}

/// Opens before the first play; its last button is `acknowledge`, and then `after` runs.
pub fn contraindications(
    kit: &KitHandle,
    exercise: &Exercise,
    after: impl Fn() + 'static,
) -> (View, HtmlDialogElement) {
    let (view, dialog) = control::dialog("before", t(K::ExerciseBefore));
    let (close, closed) = (dialog.clone(), dialog.clone());
    let (held, id) = (kit.clone(), exercise.id.clone());
    let acknowledge = move || {
        closed.close();
        if let Some(exercise) = held.kit.exercise(&id) {
            held.acknowledge(exercise);
        }
        after();
    };
    let view = view
        .with(el("p", "strong").text(t(K::ExerciseContra)))
        .with(said_list(&exercise.contraindications))
        .with(el("p", "").text(t(K::ExerciseContraAsk)))
        .with(call_clinic(kit, "button wide"))
        .with(control::button("button wide", "", icon::CROSS, t(K::AppClose), move || close.close()))
        .with(control::button(
            "button main wide",
            "acknowledge",
            icon::CHECK,
            t(K::ExerciseAcknowledge),
            acknowledge,
        ));
    (view, dialog)
}

/// « Arrêtez tout de suite si ».
pub fn stop_rules(exercise: &Exercise) -> View {
    if exercise.stop_rules.is_empty() {
        return none();
    }
    el("section", "card stop stack")
        .with(headed(icon::HAND, K::ExerciseStop))
        .with(said_list(&exercise.stop_rules))
}

type Mark = (Icon, K);

/// May it be done alone? Silent where there is nothing to heed.
pub fn doing(exercise: &Exercise) -> View {
    marks(done_with(exercise.do_with), &[])
}

fn done_with(company: Company) -> &'static [Mark] {
    match company {
        Company::Alone => &[],
        Company::Helper => &[(icon::HELPER, K::ExerciseHelper)],
        Company::Never => &[(icon::HAND, K::ExerciseNever), (icon::HAND, K::ExerciseClinicOnly)],
    }
}

/// May it be done, or filmed, alone? Silent where there is nothing to heed.
pub fn company(exercise: &Exercise) -> View {
    let filming: &[Mark] = match exercise.film_with {
        Company::Alone => &[],
        Company::Helper => &[(icon::CAMERA, K::ExerciseFilmHelper)],
        Company::Never => &[(icon::CAMERA, K::ExerciseFilmNever)],
    };
    marks(done_with(exercise.do_with), filming)
}

fn marks(doing: &[Mark], filming: &[Mark]) -> View {
    if doing.is_empty() && filming.is_empty() {
        return none();
    }
    let line = |(picture, word): &Mark| el("li", "").with(icon(picture)).with(el("span", "").text(t(*word)));
    el("ul", "marks").with(all(doing.iter().chain(filming).map(line)))
}

/// Past its date: playing stays possible, starting advises a call.
pub fn expired(app: App, kit: &KitHandle) -> View {
    if !kit.kit.expired(app.today()) {
        return none();
    }
    let body = all([el("p", "").text(t(K::ExerciseExpiredText)), call_clinic(kit, "button")]);
    notice::notice("warn", icon::CLOCK, t(K::ExerciseExpired), body).attr("data-status", "expired")
}
