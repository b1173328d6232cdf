//! An exercise: why, the film, the steps, the dosage, when to stop, who made it. Simple mode shows
//! the same one screen at a time.

use crate::{
    components::{
        control,
        figure::figure,
        icon::{self, icon},
        notice, pager, player, provenance, reply,
        safety::{self, headed},
        shell::{self, section},
        teach_back::{self, Stage},
        words::{dosage, said_in, said_list},
    },
    i18n::{self, K, fill, t},
    pages::{clip, lost},
    platform::{
        dom::{View, all, el, none, region},
        page,
    },
    state::{App, KitHandle},
};
use care::{
    kit::{Edition, Exercise},
    text::Text,
};
use leptos::prelude::*;

/// The exercise with this id, in the current kit or another one.
pub fn show(app: App, id: &str, simple: bool) -> View {
    let id = id.to_owned();
    region(move || {
        let kit = app.kits.with(|kits| kits.iter().find(|k| k.kit.exercise(&id).is_some()).cloned());
        let found = kit.as_ref().and_then(|kit| Some((kit, kit.kit.exercise(&id)?)));
        match found {
            None => shell::screen(app, t(K::ExerciseNotFound), lost::home()),
            Some((kit, exercise)) if simple => step_by_step(app, kit, exercise),
            Some((kit, exercise)) => on_one_page(app, kit, exercise),
        }
    })
}

fn edition(exercise: &Exercise) -> View {
    match exercise.edition {
        None => none(),
        Some(Edition::Patient) => notice::chip("plain", icon::PERSON, K::ExerciseEditionPatient),
        Some(Edition::Clinic) => notice::chip("plain", icon::PERSON, K::ExerciseEditionClinic),
    }
}

fn why(exercise: &Exercise) -> View {
    said_in("p", "lead", &exercise.why)
}

fn film(kit: &KitHandle, exercise: &Exercise, simple: bool) -> View {
    if exercise.video.is_some() {
        player::player(kit, exercise, simple)
    } else {
        el("p", "").text(t(K::ExerciseNoVideo))
    }
}

/// The drawing stands in for a film that was not here when the screen opened. It does not go when the
/// film comes: nothing moves away under the patient's finger.
fn stands_in(kit: &KitHandle, exercise: &Exercise) -> bool {
    exercise.animation.is_some() && !untrack(|| kit.has_film(exercise))
}

/// What one should feel, and what not.
fn feelings(exercise: &Exercise) -> View {
    let one = |title: K, texts: &[Text]| {
        (!texts.is_empty())
            .then(|| el("div", "card stack tight").with(el("h2", "").text(t(title))).with(said_list(texts)))
    };
    el("div", "pair")
        .maybe(one(K::ExerciseFeel, &exercise.feel))
        .maybe(one(K::ExerciseFeelNot, &exercise.feel_not))
}

fn dose(exercise: &Exercise) -> View {
    let lines = dosage(&exercise.dosage);
    let first = lines.first().map(|line| el("p", "dose-first").text(line));
    let rest = lines.iter().skip(1).map(|line| el("li", "").text(line));
    el("div", "card dose").maybe(first).with(el("ul", "list").with(all(rest)))
}

fn note(exercise: &Exercise) -> View {
    exercise.note.as_ref().map_or_else(none, |note| {
        el("section", "card note stack tight")
            .with(headed(icon::PERSON, K::ExerciseNote))
            .with(said_in("p", "", note))
    })
}

fn variants(exercise: &Exercise) -> View {
    if exercise.easier.is_none() && exercise.harder.is_none() {
        return none();
    }
    let one = |title: K, text: &Option<Text>| {
        text.as_ref().map(|text| {
            el("div", "card stack tight").with(el("h2", "").text(t(title))).with(said_in("p", "", text))
        })
    };
    el("div", "pair")
        .maybe(one(K::ExerciseEasier, &exercise.easier))
        .maybe(one(K::ExerciseHarder, &exercise.harder))
}

fn contraindications(exercise: &Exercise) -> View {
    if exercise.contraindications.is_empty() {
        return none();
    }
    el("section", "card stack")
        .with(headed(icon::ALERT, K::ExerciseContraAgain))
        .with(said_list(&exercise.contraindications))
}

fn on_one_page(app: App, kit: &KitHandle, exercise: &Exercise) -> View {
    let steps = exercise.steps.iter().map(|step| el("li", "").with(said_in("span", "", step)));
    let who = el("details", "card")
        .with(el("summary", "").with(icon(icon::SHIELD)).text(t(K::ExerciseWho)))
        .with(provenance::facts(kit, exercise, false));
    let body = all([
        el("div", "row").with(edition(exercise)).with(notice::badge(kit)),
        safety::expired(app, kit),
        reply::of_exercise(kit, &exercise.id),
        section(K::ExerciseWhy, why(exercise)),
        safety::company(exercise),
        if stands_in(kit, exercise) { section(K::ExerciseDrawing, figure(kit, exercise)) } else { none() },
        film(kit, exercise, false),
        teach_back::section(app, kit, exercise),
        section(K::ExerciseSteps, el("ol", "numbered").with(all(steps))),
        feelings(exercise),
        section(K::ExerciseDosage, dose(exercise)),
        note(exercise),
        safety::stop_rules(exercise),
        contraindications(exercise),
        variants(exercise),
        clip::of_exercise(app, kit, exercise),
        who,
        neighbours(kit, exercise),
    ]);
    shell::screen(app, i18n::text(&exercise.title), body)
}

/// The exercises before and after.
fn neighbours(kit: &KitHandle, exercise: &Exercise) -> View {
    let every = &kit.kit.exercises;
    let at = every.iter().position(|e| e.id == exercise.id).unwrap_or(0);
    let to = |other: Option<&Exercise>, picture, word: K| {
        other.map(|e| control::link("button", "", picture, t(word), &["exercise/", &e.id].concat()))
    };
    el("nav", "row apart")
        .attr("aria-label", t(K::HomeList))
        .maybe(to(at.checked_sub(1).and_then(|i| every.get(i)), icon::BACK, K::ExercisePrevious))
        .maybe(to(every.get(at + 1), icon::NEXT, K::HomeFollowing))
}

/// The screens of simple mode.
#[derive(Clone, Copy)]
enum Scene {
    Why,
    Drawing,
    Film,
    Question,
    Step(usize),
    Feel,
    Dose,
    Heed,
    End,
}

/// Their order.
fn scenes(exercise: &Exercise, drawing: bool, asks: bool) -> Vec<Scene> {
    let mut scenes = vec![Scene::Why];
    scenes.extend(drawing.then_some(Scene::Drawing));
    scenes.push(Scene::Film);
    scenes.extend(asks.then_some(Scene::Question));
    // Whoever goes past the film has not been asked: when not to do it comes before how.
    scenes.push(Scene::Heed);
    scenes.extend((0..exercise.steps.len()).map(Scene::Step));
    scenes.extend((!exercise.feel.is_empty() || !exercise.feel_not.is_empty()).then_some(Scene::Feel));
    scenes.extend([Scene::Dose, Scene::End]);
    scenes
}

fn step_by_step(app: App, kit: &KitHandle, exercise: &Exercise) -> View {
    let at = RwSignal::new(0_usize);
    let who = RwSignal::new(false);
    let (kit, id) = (kit.clone(), exercise.id.clone());
    let drawing = stands_in(&kit, exercise);
    let teach = Teach { asks: RwSignal::new(false), stage: RwSignal::new(Stage::Before) };
    region(move || {
        let Some(exercise) = kit.kit.exercise(&id) else { return none() };
        if who.get() {
            let body =
                all([provenance::facts(&kit, exercise, true), turn(who, false, icon::BACK, K::AppBack)]);
            return shell::screen(app, t(K::ExerciseWho), body);
        }
        let scene = scenes(exercise, drawing, teach.asks.get()).get(at.get()).copied().unwrap_or(Scene::End);
        show_scene(app, &kit, exercise, scene, at, who, teach)
    })
}

/// The question after the film, on one visit.
#[derive(Clone, Copy)]
struct Teach {
    /// It has its place among the screens: the film was seen when the patient went on from it.
    asks: RwSignal<bool>,
    stage: RwSignal<Stage>,
}

/// To « Qui a fait cette vidéo ? » and back.
fn turn(who: RwSignal<bool>, to: bool, picture: icon::Icon, word: K) -> View {
    control::button("button wide", "", picture, t(word), move || {
        who.set(to);
        page::turn();
    })
}

fn show_scene(
    app: App,
    kit: &KitHandle,
    exercise: &Exercise,
    scene: Scene,
    at: RwSignal<usize>,
    who: RwSignal<bool>,
    teach: Teach,
) -> View {
    let onward = || pager::onward(at);
    let backward = || pager::backward(at);
    let (title, body) = match scene {
        Scene::Why => {
            let body = all([
                safety::expired(app, kit),
                reply::of_exercise(kit, &exercise.id),
                notice::badge(kit),
                why(exercise),
                safety::company(exercise),
                onward(),
                turn(who, true, icon::SHIELD, K::ExerciseWho),
            ]);
            return shell::screen(app, i18n::text(&exercise.title), body);
        }
        Scene::Drawing => {
            (t(K::ExerciseDrawing).to_owned(), all([figure(kit, exercise), onward(), backward()]))
        }
        Scene::Feel => (t(K::ExerciseFeelTitle).to_owned(), all([feelings(exercise), onward(), backward()])),
        Scene::Film => {
            let (held, id) = (kit.clone(), exercise.id.clone());
            let on = move || {
                let due = held.kit.exercise(&id).is_some_and(|e| untrack(|| teach_back::due(app, &held, e)));
                // Its place stays once it was given: the screens after it must not move.
                if due && teach.stage.get_untracked() != Stage::Passed {
                    teach.asks.set(true);
                }
                pager::turn(at, 1);
            };
            let on = control::button("button main wide", "", icon::NEXT, t(K::AppNext), on);
            (t(K::ExerciseVideo).to_owned(), all([film(kit, exercise, true), on]))
        }
        Scene::Question => {
            let on = move || {
                if teach.stage.get_untracked() == Stage::Passed {
                    // Its place goes: the next screen moves up into it.
                    teach.asks.set(false);
                    page::turn();
                } else {
                    pager::turn(at, 1);
                }
            };
            let words = teach_back::scene(app, kit, exercise, teach.stage, on);
            (t(K::TeachTitle).to_owned(), words)
        }
        Scene::Step(n) => {
            let words = exercise.steps.get(n).map_or_else(none, |step| said_in("p", "one-step", step));
            let (n, total) = ((n + 1).to_string(), exercise.steps.len().to_string());
            let title = fill(K::ExerciseStepN, &[("n", &n), ("total", &total)]);
            (title, all([words, onward(), backward()]))
        }
        Scene::Dose => {
            (t(K::ExerciseDosage).to_owned(), all([dose(exercise), note(exercise), onward(), backward()]))
        }
        Scene::Heed => {
            let words = all([safety::stop_rules(exercise), contraindications(exercise)]);
            (t(K::ExerciseHeed).to_owned(), all([words, onward(), backward()]))
        }
        Scene::End => {
            let rest = el("p", "lead").text(t(K::ExerciseFinishedText));
            let home = control::link("button main wide", "", icon::HOME, t(K::LostHome), "./");
            let film = clip::film_link(&exercise.id, "button wide");
            (t(K::ExerciseFinished).to_owned(), all([rest, variants(exercise), home, film, backward()]))
        }
    };
    shell::screen(app, &title, body)
}
