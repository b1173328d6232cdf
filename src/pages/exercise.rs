//! An exercise: why, the film, the steps, the dosage, when to stop, who made it. Simple mode shows
//! the same one screen at a time.

use crate::{
    components::{
        HeldKit, control,
        icon::{self, icon},
        notice, pager, player, provenance, safety, shell,
        words::{dosage, said, said_list},
    },
    i18n::{self, K, fill, t},
    state::App,
};
use care::kit::{Edition, Exercise};
use leptos::prelude::*;

/// The exercise with this id, in the current kit or another one.
pub fn show(app: App, id: &str, simple: bool) -> AnyView {
    let id = id.to_owned();
    (move || {
        let kit = app.kits.with(|kits| kits.iter().find(|k| k.kit.exercise(&id).is_some()).cloned());
        let Some(kit) = kit else {
            let back = control::link("button main", "", icon::HOME, t(K::LostHome), "./");
            return shell::screen(
                app,
                t(K::ExerciseNotFound),
                view! { <div class="row">{back}</div> }.into_any(),
            );
        };
        let held = StoredValue::new_local(kit.clone());
        match kit.kit.exercise(&id) {
            Some(exercise) if simple => step_by_step(app, held, exercise),
            Some(exercise) => on_one_page(app, held, exercise),
            None => ().into_any(),
        }
    })
    .into_any()
}

fn section(title: K, body: AnyView) -> AnyView {
    view! { <section class="stack"><h2>{t(title)}</h2>{body}</section> }.into_any()
}

fn edition(exercise: &Exercise) -> AnyView {
    let word = match exercise.edition {
        None => return ().into_any(),
        Some(Edition::Patient) => K::ExerciseEditionPatient,
        Some(Edition::Clinic) => K::ExerciseEditionClinic,
    };
    notice::chip("plain", icon::PERSON, t(word))
}

fn why(exercise: &Exercise) -> AnyView {
    view! { <p class="lead">{said(&exercise.why)}</p> }.into_any()
}

fn film(kit: HeldKit, exercise: &Exercise, simple: bool) -> AnyView {
    if exercise.video.is_some() {
        player::player(kit, exercise, simple)
    } else {
        view! { <p>{t(K::ExerciseNoVideo)}</p> }.into_any()
    }
}

fn dose(exercise: &Exercise) -> AnyView {
    let mut lines = dosage(&exercise.dosage).into_iter();
    let first = lines.next();
    let rest: Vec<_> = lines.map(|line| view! { <li>{line}</li> }).collect();
    view! {
        <div class="card dose">
            <p class="dose-first">{first}</p>
            <ul class="list">{rest}</ul>
        </div>
    }
    .into_any()
}

fn note(exercise: &Exercise) -> AnyView {
    exercise
        .note
        .as_ref()
        .map(|note| {
            view! {
                <section class="card note stack tight">
                    <h2>{icon(icon::PERSON)}{t(K::ExerciseNote)}</h2>
                    <p>{said(note)}</p>
                </section>
            }
        })
        .into_any()
}

fn variants(exercise: &Exercise) -> AnyView {
    let one = |title: K, text: &Option<care::text::Text>| {
        text.as_ref()
            .map(|text| view! { <div class="card stack tight"><h3>{t(title)}</h3><p>{said(text)}</p></div> })
    };
    view! {
        <div class="pair">
            {one(K::ExerciseEasier, &exercise.easier)}
            {one(K::ExerciseHarder, &exercise.harder)}
        </div>
    }
    .into_any()
}

fn contraindications(exercise: &Exercise) -> AnyView {
    if exercise.contraindications.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card stack">
            <h2>{icon(icon::ALERT)}{t(K::ExerciseContraAgain)}</h2>
            {said_list(&exercise.contraindications)}
        </section>
    }
    .into_any()
}

fn on_one_page(app: App, kit: HeldKit, exercise: &Exercise) -> AnyView {
    let steps: Vec<_> = exercise.steps.iter().map(|step| view! { <li>{said(step)}</li> }).collect();
    let body = view! {
        <div class="row">{edition(exercise)}{notice::badge(kit)}</div>
        {safety::expired(app, kit)}
        {section(K::ExerciseWhy, why(exercise))}
        {safety::company(exercise)}
        {film(kit, exercise, false)}
        {section(K::ExerciseSteps, view! { <ol class="numbered">{steps}</ol> }.into_any())}
        {section(K::ExerciseDosage, dose(exercise))}
        {note(exercise)}
        {safety::stop_rules(exercise)}
        {contraindications(exercise)}
        {variants(exercise)}
        <details class="card">
            <summary>{icon(icon::SHIELD)}{t(K::ExerciseWho)}</summary>
            {provenance::facts(kit, exercise)}
        </details>
        {neighbours(kit, exercise)}
    };
    shell::screen(app, i18n::text(&exercise.title), body.into_any())
}

/// The exercises before and after.
fn neighbours(kit: HeldKit, exercise: &Exercise) -> AnyView {
    kit.with_value(|k| {
        let all = &k.kit.exercises;
        let at = all.iter().position(|e| e.id == exercise.id).unwrap_or(0);
        let to = |other: Option<&Exercise>, picture, word: K| {
            other.map(|e| control::link("button", "", picture, t(word), ["exercise/", &e.id].concat()))
        };
        view! {
            <nav class="row apart" aria-label=t(K::HomeList)>
                {to(at.checked_sub(1).and_then(|i| all.get(i)), icon::BACK, K::ExercisePrevious)}
                {to(all.get(at + 1), icon::NEXT, K::ExerciseFollowing)}
            </nav>
        }
        .into_any()
    })
}

/// The screens of simple mode, in their order.
#[derive(Clone, Copy)]
enum Scene {
    Why,
    Who,
    Film,
    Step(usize),
    Dose,
    Heed,
    End,
}

fn step_by_step(app: App, kit: HeldKit, exercise: &Exercise) -> AnyView {
    let mut scenes = vec![Scene::Why, Scene::Film];
    scenes.extend((0..exercise.steps.len()).map(Scene::Step));
    scenes.extend([Scene::Dose, Scene::Heed, Scene::End]);
    let scenes = StoredValue::new(scenes);
    let at = RwSignal::new(0_usize);
    let who = RwSignal::new(false);
    let id = exercise.id.clone();
    (move || {
        let scene =
            if who.get() { Some(Scene::Who) } else { scenes.with_value(|s| s.get(at.get()).copied()) };
        kit.with_value(|k| Some(scene_view(app, kit, k.kit.exercise(&id)?, scene?, at, who)))
    })
    .into_any()
}

fn scene_view(
    app: App,
    kit: HeldKit,
    exercise: &Exercise,
    scene: Scene,
    at: RwSignal<usize>,
    who: RwSignal<bool>,
) -> AnyView {
    let name = i18n::text(&exercise.title).to_owned();
    let total = exercise.steps.len();
    let (title, inside) = match scene {
        Scene::Why => {
            let ask =
                control::button("button wide", "", icon::SHIELD, t(K::ExerciseWho), move || who.set(true));
            let inside = view! {
                {safety::expired(app, kit)}
                {notice::badge(kit)}
                {why(exercise)}
                {safety::company(exercise)}
                {ask}
            };
            (name, inside.into_any())
        }
        Scene::Who => {
            let back = control::button("button wide", "", icon::BACK, t(K::AppBack), move || who.set(false));
            return shell::screen(
                app,
                t(K::ExerciseWho),
                view! { {provenance::facts(kit, exercise)}{back} }.into_any(),
            );
        }
        Scene::Film => (t(K::ExerciseVideo).to_owned(), film(kit, exercise, true)),
        Scene::Step(n) => {
            let words = exercise.steps.get(n).map(|step| view! { <p class="one-step">{said(step)}</p> });
            let title = fill(K::ExerciseStepN, &[("n", &(n + 1).to_string()), ("total", &total.to_string())]);
            (title, words.into_any())
        }
        Scene::Dose => {
            (t(K::ExerciseDosage).to_owned(), view! { {dose(exercise)}{note(exercise)} }.into_any())
        }
        Scene::Heed => (
            t(K::ExerciseHeed).to_owned(),
            view! { {safety::stop_rules(exercise)}{contraindications(exercise)} }.into_any(),
        ),
        Scene::End => {
            let home = control::link("button main wide", "", icon::HOME, t(K::LostHome), "./");
            let inside = view! { <p class="lead">{t(K::ExerciseFinishedText)}</p>{variants(exercise)}{home} };
            (t(K::ExerciseFinished).to_owned(), inside.into_any())
        }
    };
    let onward = (!matches!(scene, Scene::End)).then(|| pager::onward(at));
    let backward = (!matches!(scene, Scene::Why | Scene::Film)).then(|| pager::backward(at));
    shell::screen(app, title, view! { {inside}{onward}{backward} }.into_any())
}
