//! « Une question sur la vidéo »: once the film was seen, one question shows whether its message
//! arrived. Right or wrong, the answer says why. It is asked once and may be passed over.

use super::{
    control, icon,
    safety::headed,
    words::{said, said_in},
};
use crate::{
    i18n::{K, t},
    platform::{
        dom::{View, all, el, none, switch},
        page,
    },
    state::{App, KitHandle},
};
use care::{
    feeling,
    journal::What,
    kit::{Exercise, TeachBack},
};
use leptos::prelude::*;

/// How far one visit to the exercise has come with its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not asked yet; simple mode asks first whether to answer.
    Before,
    /// The question is on view.
    Asking,
    /// This was answered, from 1.
    Answered(u32),
    /// Passed over, for this visit.
    Passed,
}

/// Whether the question is to be asked now. Follows the journal.
pub fn due(app: App, kit: &KitHandle, exercise: &Exercise) -> bool {
    let answered = || app.journal(|events| feeling::taught_back(events, &kit.kit.kit_id, &exercise.id));
    exercise.teach_back.is_some() && kit.seen(&exercise.id) && !answered()
}

/// Standard mode: a part of the exercise's page, there once the film was seen.
pub fn section(app: App, kit: &KitHandle, exercise: &Exercise) -> View {
    if exercise.teach_back.is_none() {
        return none();
    }
    let stage = RwSignal::new(Stage::Asking);
    let (kit, id) = (kit.clone(), exercise.id.clone());
    let (asked, asked_id) = (kit.clone(), id.clone());
    let key = move || match stage.get() {
        Stage::Answered(n) => n as usize + 2,
        Stage::Passed => 0,
        _ => usize::from(asked.kit.exercise(&asked_id).is_some_and(|e| due(app, &asked, e))),
    };
    let shown = move || {
        let Some(exercise) = kit.kit.exercise(&id) else { return none() };
        let Some(question) = &exercise.teach_back else { return none() };
        let inside = match stage.get() {
            Stage::Answered(n) => explanation(question, n),
            Stage::Passed => return none(),
            _ if !due(app, &kit, exercise) => return none(),
            _ => {
                let pass =
                    control::button("button quiet wide", "teach-pass", icon::CROSS, t(K::FeelingPass), {
                        move || {
                            stage.set(Stage::Passed);
                            page::arrive(true);
                        }
                    });
                all([answers(app, &kit, exercise, question, stage), pass])
            }
        };
        el("section", "card note stack").with(headed(icon::HELP, K::TeachTitle)).with(inside)
    };
    switch(key, shown)
}

/// Simple mode: one screen of the exercise. `on` goes to the next.
pub fn scene(
    app: App,
    kit: &KitHandle,
    exercise: &Exercise,
    stage: RwSignal<Stage>,
    on: impl Fn() + Clone + 'static,
) -> View {
    let Some(question) = &exercise.teach_back else { return none() };
    match stage.get() {
        Stage::Asking => answers(app, kit, exercise, question, stage),
        Stage::Answered(n) => all([
            explanation(question, n),
            control::button("button main wide", "", icon::NEXT, t(K::AppNext), on),
        ]),
        Stage::Before | Stage::Passed => {
            let ask = move || {
                stage.set(Stage::Asking);
                page::turn();
            };
            all([
                el("p", "lead").text(t(K::TeachText)),
                control::button("button main wide", "teach-start", icon::HELP, t(K::FeelingStart), ask),
                control::button("button wide", "teach-pass", icon::NEXT, t(K::FeelingPass), move || {
                    stage.set(Stage::Passed);
                    on();
                }),
            ])
        }
    }
}

fn answers(
    app: App,
    kit: &KitHandle,
    exercise: &Exercise,
    question: &TeachBack,
    stage: RwSignal<Stage>,
) -> View {
    let buttons = question.answers.iter().zip(1_u32..).map(|(answer, n)| {
        let right = n == question.right;
        let (kit, exercise) = (kit.kit.kit_id.clone(), exercise.id.clone());
        control::bare_button("sign", "teach-answer")
            .attr("data-answer", &n.to_string())
            .with(said(answer))
            .on("click", move |_| {
                stage.set(Stage::Answered(n));
                let (kit, exercise) = (kit.clone(), exercise.clone());
                app.append(What::TaughtBack { kit, exercise, answer: n, right });
                focus_outcome();
            })
    });
    let buttons = buttons.map(|button| el("li", "").with(button));
    all([said_in("p", "strong", &question.question), el("ul", "rows").with(all(buttons))])
}

fn explanation(question: &TeachBack, answer: u32) -> View {
    let right = question.right.checked_sub(1).and_then(|n| question.answers.get(n as usize));
    let verdict = if answer == question.right { K::TeachYes } else { K::TeachNo };
    let right = right.filter(|_| answer != question.right).map(|text| said_in("p", "strong", text));
    el("div", "stack tight")
        .attr("id", "teach-outcome")
        .attr("tabindex", "-1")
        .attr("data-right", if answer == question.right { "true" } else { "false" })
        .with(el("p", "").text(t(verdict)))
        .maybe(right)
        .with(said_in("p", "", &question.because))
}

/// The button that had the focus is gone: on to what was answered.
fn focus_outcome() {
    page::next_frame(|| page::focus_on("teach-outcome"));
}
