//! « Avant votre prochaine séance »: what to watch before which appointment, and the obvious next
//! action. Without a kit: what this is, and how to add one.

use crate::{
    components::{
        add_kit, block, control,
        icon::{self, icon},
        kit_status, notice, pager, shell,
        words::{dosage, said, said_in},
    },
    i18n::{K, fill, t},
    later,
    platform::{
        dom::{View, all, el, none, region, switch},
        page,
    },
    state::{App, KitHandle},
};
use care::{
    download::KitStatus,
    kit::{Company, Document, Exercise},
};
use leptos::prelude::*;

/// The first screen.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        None => welcome(app, simple),
        // One thing a screen: a block comes before the exercises.
        Some(kit) if simple => block::or(
            app,
            move |stop| shell::screen(app, t(K::HomeSimpleTitle), stop),
            move || simply(app, kit.clone()),
        ),
        Some(kit) => before_next(app, kit),
    })
}

/// A first visit. Its beginning looks like the shell that it replaces.
fn welcome(app: App, simple: bool) -> View {
    let welcome_lead = || el("p", "lead").text(t(K::HomeWelcomeText));
    let body = if simple {
        let add = || control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit");
        block::or(app, |stop| stop, move || all([welcome_lead(), add(), quiz()]))
    } else {
        let steps = [K::HomeHow1, K::HomeHow2, K::HomeHow3].map(|step| el("li", "").text(t(step)));
        all([
            welcome_lead(),
            block::notice(app),
            add_kit::paste_form(app, false),
            control::link("button wide", "", icon::CAMERA, t(K::HomeOtherWays), "kit"),
            icon::drawing("hero", "0 0 360 196", icon::HERO),
            shell::section(K::HomeHowTitle, el("ol", "numbered").with(all(steps))),
            quiz(),
        ])
    };
    shell::screen(app, t(K::HomeWelcome), body)
}

/// The way to the quiz, which needs no kit.
fn quiz() -> View {
    control::link("button wide", "quiz", icon::SHIELD, t(K::HomeQuiz), "quiz")
}

/// The exercise to watch next: the first unseen one of the nearest appointment; what belongs to
/// none comes last.
fn next(kit: &KitHandle) -> Option<usize> {
    let unseen = kit.kit.exercises.iter().enumerate().filter(|(_, e)| !kit.seen(&e.id));
    unseen.min_by_key(|(i, e)| (e.watch_before.unwrap_or(u32::MAX), *i)).map(|(i, _)| i)
}

/// The film's still, or our drawing until it has come.
fn still(kit: &KitHandle, exercise: &Exercise) -> View {
    let url = kit.poster_url(exercise);
    let picture = move || match url.get() {
        Some(url) => {
            el("img", "").attr("alt", "").attr("width", "160").attr("height", "90").attr("src", &url)
        }
        None => icon::drawing("", "0 0 160 90", icon::STILL),
    };
    el("div", "thumb").with(region(picture))
}

fn address(exercise: &Exercise) -> String {
    ["exercise/", &exercise.id].concat()
}

fn before_next(app: App, kit: KitHandle) -> View {
    let held = kit.clone();
    let card = move || match next(&held).and_then(|at| held.kit.exercises.get(at)) {
        Some(exercise) => next_card(&held, exercise),
        None if held.kit.exercises.is_empty() => el("p", "").text(t(K::HomeEmpty)),
        None => {
            let again = el("p", "").text(t(K::HomeAllSeenText));
            notice::notice("good", icon::CHECK, t(K::HomeAllSeen), again)
        }
    };
    let (held, daily) = (kit.clone(), kit.clone());
    let to_watch = move || next(&held).is_some();
    let body = all([
        said_in("p", "lead kit-name", &kit.kit.title),
        block::notice(app),
        kit_status::line(app, &kit),
        region(move || today(app, &daily, !to_watch(), true)),
        region(card),
        el("div", "row")
            .with(control::link("button", "follow-up", icon::DOCUMENT, t(K::HomeFollowUp), "follow-up"))
            .with(control::link("button", "show", icon::PERSON, t(K::HomeShow), "follow-up/show")),
        all(kit.kit.appointments().into_iter().map(|n| group(&kit, n))),
        quiz(),
    ]);
    shell::screen(app, t(K::HomeTitle), body)
}

/// What there is to do today. Its figures come with the later screens, into the room kept for them.
fn today(app: App, kit: &KitHandle, main: bool, titled: bool) -> View {
    if kit.kit.exercises.iter().all(|e| e.do_with == Company::Never) {
        return none();
    }
    let class = if main { "button main wide" } else { "button wide" };
    let counted = kit.clone();
    el("section", "card stack tight")
        .maybe(titled.then(|| el("h2", "").text(t(K::HomeToday))))
        .with(el("div", "stack tight today").with(region(move || later::today(app, &counted))))
        .with(control::link(class, "session-open", icon::PLAY, t(K::HomeSession), "session"))
}

/// The obvious next action.
fn next_card(kit: &KitHandle, exercise: &Exercise) -> View {
    let words = el("div", "stack tight")
        .with(el("p", "soft").text(t(K::HomeNext)))
        .with(said_in("h2", "", &exercise.title))
        .with(control::link("button main", "", icon::PLAY, t(K::HomeSee), &address(exercise)));
    el("section", "card next").with(still(kit, exercise)).with(words)
}

/// What belongs to one appointment.
fn group(kit: &KitHandle, before: Option<u32>) -> View {
    let title = match before {
        Some(n) => fill(K::HomeBeforeN, &[("n", &n.to_string())]),
        None => t(K::HomeAnyTime).to_owned(),
    };
    let exercises = kit.kit.exercises.iter().filter(|e| e.watch_before == before);
    let documents = kit.kit.documents.iter().filter(|d| d.watch_before == before);
    let rows = el("ul", "rows")
        .with(all(exercises.map(|e| exercise_row(kit, e))))
        .with(all(documents.map(|d| document_row(kit, d))));
    el("section", "stack").with(el("h2", "").text(&title)).with(rows)
}

/// « À voir » or « Vue », « À lire » or « Lu ».
fn state(kit: &KitHandle, id: &str, to_do: K, done: K) -> View {
    let (kit, id) = (kit.clone(), id.to_owned());
    region(move || {
        if kit.seen(&id) {
            notice::chip("good", icon::CHECK, done)
        } else {
            notice::chip("plain", icon::CLOCK, to_do)
        }
    })
}

fn row(link: View, picture: View, words: View) -> View {
    el("li", "").with(link.with(picture).with(words).with(el("span", "chevron").with(icon(icon::NEXT))))
}

fn exercise_row(kit: &KitHandle, exercise: &Exercise) -> View {
    let dose = dosage(&exercise.dosage).swap_remove(0);
    let words = el("span", "row-text")
        .with(said_in("span", "strong", &exercise.title))
        .with(el("span", "soft").text(&dose))
        .with(state(kit, &exercise.id, K::HomeToSee, K::HomeSeen));
    let link = el("a", "row-link")
        .attr("href", &address(exercise))
        .action("exercise-open")
        .attr("data-exercise", &exercise.id);
    row(link, still(kit, exercise), words)
}

fn document_row(kit: &KitHandle, document: &Document) -> View {
    let words = el("span", "row-text").with(said_in("span", "strong", &document.title)).with(state(
        kit,
        &document.id,
        K::HomeToRead,
        K::HomeRead,
    ));
    let picture = el("div", "thumb").with(icon(icon::DOCUMENT));
    row(el("a", "row-link").attr("href", "kit"), picture, words)
}

/// Simple mode: first what the kiné answered, then what is new to watch, one exercise a screen; then the session
/// of the day.
fn simply(app: App, kit: KitHandle) -> View {
    let looking = RwSignal::new(untrack(|| next(&kit).is_some()));
    let told = RwSignal::new(false);
    let asked = kit.clone();
    let which = move || match (looking.get(), told.get()) {
        (false, _) => 0,
        (true, false) if later::has_news(app, &asked) => 1,
        (true, _) => 2,
    };
    switch(which.clone(), move || match which() {
        0 => to_do(app, &kit, looking),
        1 => {
            let go_on = move || {
                told.set(true);
                page::turn();
            };
            let go_on = control::button("button wide", "news-go-on", icon::NEXT, t(K::AppNext), go_on);
            shell::screen(app, t(K::HomeSimpleTitle), all([later::news(app, &kit), go_on]))
        }
        _ => one_by_one(app, kit.clone()),
    })
}

/// Simple mode: the session of the day.
fn to_do(app: App, kit: &KitHandle, looking: RwSignal<bool>) -> View {
    let daily = kit.clone();
    let look = move || {
        looking.set(true);
        page::turn();
    };
    // A kit before the first appointment: what is to be read, and the quiz.
    let exercises = if kit.kit.exercises.is_empty() {
        all([control::link("button main wide", "kit", icon::KIT, t(K::KitTitle), "kit"), quiz()])
    } else {
        control::button("button wide", "exercises", icon::NEXT, t(K::HomeExercises), look)
    };
    let body = all([
        region(move || today(app, &daily, true, false)),
        exercises,
        control::link("button wide", "follow-up", icon::DOCUMENT, t(K::HomeFollowUp), "follow-up"),
    ]);
    shell::screen(app, t(K::HomeToday), body)
}

/// One exercise a screen, beginning with the one to watch next.
fn one_by_one(app: App, kit: KitHandle) -> View {
    let total = kit.kit.exercises.len();
    let at = RwSignal::new(untrack(|| next(&kit)).unwrap_or(0));
    let held = kit.clone();
    let one = move || {
        let Some(exercise) = held.kit.exercises.get(at.get()) else {
            return el("p", "").text(t(K::HomeEmpty));
        };
        let card = el("section", "card stack one")
            .with(pager::place(at.get(), total))
            .with(still(&held, exercise))
            .with(el("h2", "").with(said(&exercise.title)))
            .with(state(&held, &exercise.id, K::HomeToSee, K::HomeSeen));
        let see =
            control::link("button main wide", "exercise-open", icon::PLAY, t(K::HomeSee), &address(exercise));
        all([card, see])
    };
    let other = if total > 1 {
        let turn = move || at.update(|at| *at = (*at + 1) % total);
        control::button("button wide", "", icon::NEXT, t(K::HomeFollowing), turn)
    } else {
        none()
    };
    // Three choices: once the kit is here, its state gives way to the session.
    let third = move || match kit.status() {
        KitStatus::Ready => {
            control::link("button wide", "session-open", icon::CHECK, t(K::HomeSession), "session")
        }
        _ => kit_status::line(app, &kit),
    };
    let body = all([region(one), other, region(third)]);
    shell::screen(app, t(K::HomeSimpleTitle), body)
}
