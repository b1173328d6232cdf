//! « Avant votre prochaine séance »: what to watch before which appointment, and the obvious next
//! action. Without a kit: what this is, and how to add one.

use crate::{
    components::{
        HeldKit, add_kit, control,
        icon::{self, icon},
        kit_status, notice, pager, shell,
        words::{dosage, said},
    },
    i18n::{K, fill, t},
    state::App,
};
use care::kit::Exercise;
use leptos::prelude::*;

/// The first screen.
pub fn show(app: App, simple: bool) -> AnyView {
    (move || match app.current() {
        None => welcome(app, simple),
        Some(kit) => {
            let kit = StoredValue::new_local(kit);
            if simple { one_by_one(app, kit) } else { before_next(app, kit) }
        }
    })
    .into_any()
}

/// A first visit. Its beginning looks like the shell that it replaces.
fn welcome(app: App, simple: bool) -> AnyView {
    let body = if simple {
        view! {
            <p class="lead">{t(K::HomeWelcomeText)}</p>
            {control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit")}
        }
        .into_any()
    } else {
        let steps = [K::HomeHow1, K::HomeHow2, K::HomeHow3].map(|step| view! { <li>{t(step)}</li> });
        view! {
            <p class="lead">{t(K::HomeWelcomeText)}</p>
            {add_kit::paste_form(app)}
            {control::link("button wide", "", icon::CAMERA, t(K::HomeOtherWays), "kit")}
            {icon::drawing("hero", "0 0 360 196", icon::HERO)}
            <section class="stack">
                <h2>{t(K::HomeHowTitle)}</h2>
                <ol class="numbered">{steps.collect_view()}</ol>
            </section>
        }
        .into_any()
    };
    shell::screen(app, t(K::HomeWelcome), body)
}

/// Appointments come first, in their order; what has none comes last.
fn order(exercise: &Exercise) -> u32 {
    exercise.watch_before.unwrap_or(u32::MAX)
}

/// The place of the exercise to watch next: the first unseen one of the nearest appointment.
fn next(kit: HeldKit) -> Option<usize> {
    kit.with_value(|k| {
        let unseen = k.kit.exercises.iter().enumerate().filter(|(_, e)| !k.seen(&e.id));
        unseen.min_by_key(|(i, e)| (order(e), *i)).map(|(i, _)| i)
    })
}

fn with_exercise<T>(kit: HeldKit, at: usize, f: impl FnOnce(&Exercise) -> T) -> Option<T> {
    kit.with_value(|k| k.kit.exercises.get(at).map(f))
}

/// The film's still, or our drawing until it has come.
fn still(kit: HeldKit, exercise: &Exercise) -> AnyView {
    let url = kit.with_value(|k| k.poster_url(exercise));
    let picture = move || match url.get() {
        Some(url) => view! { <img src=url alt="" width="160" height="90" decoding="async" /> }.into_any(),
        None => icon::drawing("", "0 0 160 90", icon::STILL),
    };
    view! { <div class="thumb">{picture}</div> }.into_any()
}

fn address(exercise: &Exercise) -> String {
    ["exercise/", &exercise.id].concat()
}

fn before_next(app: App, kit: HeldKit) -> AnyView {
    let next_card = move || match next(kit).and_then(|at| with_exercise(kit, at, |e| next_card(kit, e))) {
        Some(card) => card,
        None => notice::notice(
            "good",
            icon::CHECK,
            t(K::HomeAllSeen),
            view! { <p>{t(K::HomeAllSeenText)}</p> }.into_any(),
        ),
    };
    let groups = kit.with_value(|k| {
        let mut before: Vec<Option<u32>> = k
            .kit
            .exercises
            .iter()
            .map(|e| e.watch_before)
            .chain(k.kit.documents.iter().map(|d| d.watch_before))
            .collect();
        before.sort_by_key(|n| n.unwrap_or(u32::MAX));
        before.dedup();
        before.into_iter().map(|n| group(kit, n)).collect::<Vec<_>>()
    });
    let empty = kit.with_value(|k| k.kit.exercises.is_empty());
    let name = kit.with_value(|k| said(&k.kit.title));
    let body = view! {
        <p class="lead kit-name">{name}</p>
        {kit_status::line(kit)}
        {if empty { view! { <p>{t(K::HomeEmpty)}</p> }.into_any() } else { next_card.into_any() }}
        {groups}
    };
    shell::screen(app, t(K::HomeTitle), body.into_any())
}

/// The obvious next action.
fn next_card(kit: HeldKit, exercise: &Exercise) -> AnyView {
    view! {
        <section class="card next">
            {still(kit, exercise)}
            <div class="stack tight">
                <p class="soft">{t(K::HomeNext)}</p>
                <h2>{said(&exercise.title)}</h2>
                {control::link("button main", "", icon::PLAY, t(K::HomeSee), address(exercise))}
            </div>
        </section>
    }
    .into_any()
}

/// What belongs to one appointment.
fn group(kit: HeldKit, before: Option<u32>) -> AnyView {
    let title = match before {
        Some(n) => fill(K::HomeBeforeN, &[("n", &n.to_string())]),
        None => t(K::HomeAnyTime).to_owned(),
    };
    let rows = kit.with_value(|k| {
        let exercises = k.kit.exercises.iter().filter(|e| e.watch_before == before).map(|e| row(kit, e));
        let documents = k.kit.documents.iter().filter(|d| d.watch_before == before).map(|d| {
            let id = d.id.clone();
            let state = move || state_chip(kit, &id, K::HomeToRead);
            let inside = view! {
                <div class="thumb paper">{icon(icon::DOCUMENT)}</div>
                <span class="row-text"><span class="strong">{said(&d.title)}</span>{state}</span>
            };
            view! { <li><a class="row-link" href="kit">{inside}<span class="chevron">{icon(icon::NEXT)}</span></a></li> }
                .into_any()
        });
        exercises.chain(documents).collect::<Vec<_>>()
    });
    view! {
        <section class="stack">
            <h2>{title}</h2>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

/// « À voir » or « Vue ».
fn state_chip(kit: HeldKit, id: &str, to_do: K) -> AnyView {
    if kit.with_value(|k| k.seen(id)) {
        notice::chip("good", icon::CHECK, t(K::HomeSeen))
    } else {
        notice::chip("plain", icon::CLOCK, t(to_do))
    }
}

fn row(kit: HeldKit, exercise: &Exercise) -> AnyView {
    let id = exercise.id.clone();
    let state = move || state_chip(kit, &id, K::HomeToSee);
    let dose = dosage(&exercise.dosage).swap_remove(0);
    view! {
        <li>
            <a class="row-link" href=address(exercise) data-action="exercise-open" data-exercise=exercise.id.clone()>
                {still(kit, exercise)}
                <span class="row-text">
                    <span class="strong">{said(&exercise.title)}</span>
                    <span class="soft">{dose}</span>
                    {state}
                </span>
                <span class="chevron">{icon(icon::NEXT)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Simple mode: one exercise a screen, beginning with the one to watch next.
fn one_by_one(app: App, kit: HeldKit) -> AnyView {
    let total = kit.with_value(|k| k.kit.exercises.len());
    let at = RwSignal::new(untrack(|| next(kit)).unwrap_or(0));
    let one = move || {
        let at_now = at.get();
        with_exercise(kit, at_now, |e| {
            let id = e.id.clone();
            let state = move || state_chip(kit, &id, K::HomeToSee);
            view! {
                <section class="card stack one">
                    {pager::place(at_now, total)}
                    {still(kit, e)}
                    <h2>{said(&e.title)}</h2>
                    {state}
                </section>
                {control::link("button main wide", "exercise-open", icon::PLAY, t(K::HomeSee), address(e))}
            }
            .into_any()
        })
    };
    let other = (total > 1).then(|| {
        let turn = move || at.update(|at| *at = (*at + 1) % total);
        control::button("button wide", "", icon::NEXT, t(K::ExerciseFollowing), turn)
    });
    let empty = (total == 0).then(|| view! { <p>{t(K::HomeEmpty)}</p> });
    let body = view! {
        {empty}
        {one}
        {other}
        {kit_status::line(kit)}
    };
    shell::screen(app, t(K::HomeSimpleTitle), body.into_any())
}
