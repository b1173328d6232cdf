//! The lessons: a card of one minute for each cue, and two on what no video and no feed can know. Each shows
//! a good and a bad phrase, and what this cue does *not* tell.

use crate::{
    components::{
        brought, clues, control,
        icon::{self, Icon, icon},
        pager, provenance, safety, shell,
    },
    i18n::{K, t},
    pages::lost,
    platform::dom::{View, all, el, none, region},
    state::{App, Files},
};
use care::quiz::{
    Cue,
    lesson::{Lesson, Lessons},
};
use leptos::prelude::*;
use std::{hint::black_box, rc::Rc};

/// The cards in French and in English, which the build names after their bytes.
const LESSONS: Files = ["quiz/lessons-0000000000000000.fr.json", "quiz/lessons-0000000000000000.en.json"];

fn brought(app: App, show: impl Fn(Lessons) -> View + 'static) -> View {
    brought::screen(app, black_box(LESSONS), Lessons::parse, show)
}

/// The list of them; in simple mode one after the other.
pub fn every(app: App, simple: bool) -> View {
    brought(app, move |lessons| {
        let lessons = Rc::new(lessons);
        let body = if simple { one_by_one(lessons) } else { list(&lessons) };
        shell::screen(app, t(K::LessonTitle), body)
    })
}

fn list(lessons: &Lessons) -> View {
    let row = |lesson: &Lesson| {
        let words = el("span", "row-text")
            .with(el("span", "strong").text(&lesson.title))
            .with(el("span", "soft").text(&lesson.lead));
        let link = el("a", "row-link")
            .attr("href", &address(lesson))
            .action("lesson")
            .with(icon(sign(lesson).0))
            .with(words)
            .with(el("span", "chevron").with(icon(icon::NEXT)));
        el("li", "").with(link)
    };
    all([
        el("p", "lead").text(t(K::LessonLead)),
        el("ul", "rows lessons").with(all(lessons.lessons.iter().map(row))),
        el("div", "row").with(to_quiz("button main")),
    ])
}

fn one_by_one(lessons: Rc<Lessons>) -> View {
    let at = RwSignal::new(0_usize);
    region(move || {
        let now = at.get();
        let Some(lesson) = lessons.lessons.get(now) else { return none() };
        let card = el("div", "card stack")
            .with(pager::place(now, lessons.lessons.len()))
            .with(el("h2", "").text(&lesson.title))
            .with(el("p", "").text(&lesson.lead));
        let read =
            control::link("button main wide", "lesson", icon::DOCUMENT, t(K::LessonRead), &address(lesson));
        let onward =
            || control::button("button wide", "", icon::NEXT, t(K::LessonAfter), move || pager::turn(at, 1));
        all([
            card,
            read,
            if now + 1 < lessons.lessons.len() { onward() } else { none() },
            if now > 0 { pager::backward(at) } else { none() },
        ])
    })
}

fn address(lesson: &Lesson) -> String {
    clues::address(&lesson.id)
}

/// The rule of a cue as its lesson has it, as soon as the lessons are here.
pub fn rule(app: App, cue: Cue) -> View {
    let files = black_box(LESSONS);
    let here = RwSignal::new(app.text(files).is_some());
    if !here.get_untracked() {
        leptos::task::spawn_local(async move {
            // Without a network the cue’s name stands alone. The patient may have left meanwhile.
            if app.bring_text(files).await && !here.is_disposed() {
                here.set(true);
            }
        });
    }
    region(move || {
        let text = if here.get() { app.text(files) } else { None };
        let lessons = text.and_then(|text| Lessons::parse(text.as_bytes()).ok());
        let lesson = lessons.and_then(|all| all.lessons.into_iter().find(|lesson| lesson.cue() == Some(cue)));
        lesson.map_or_else(none, |lesson| el("p", "").text(&lesson.lead))
    })
}

/// Whether a cue is grave, in a sign, its class and its word.
fn sign(lesson: &Lesson) -> (Icon, &'static str, K) {
    match lesson.cue() {
        Some(cue) if cue.is_grave() => (icon::ALERT, "chip warn", K::LessonGrave),
        Some(_) => (icon::MINUS, "chip plain", K::LessonMinor),
        None => (icon::HELP, "chip good", K::LessonKnow),
    }
}

/// The card of this name.
pub fn show(app: App, id: &str, simple: bool) -> View {
    let id = id.to_owned();
    brought(app, move |lessons| match lessons.place(&id) {
        Some(at) => card(app, lessons, at, simple),
        None => lost::show(app),
    })
}

fn card(app: App, lessons: Lessons, at: usize, simple: bool) -> View {
    let Some(lesson) = lessons.lessons.get(at) else { return lost::show(app) };
    if simple {
        let title = lesson.title.clone();
        return shell::screen(app, &title, in_steps(lessons, at));
    }
    let after = lessons.lessons.get(at + 1).or_else(|| lessons.lessons.first());
    let before = at.checked_sub(1).and_then(|at| lessons.lessons.get(at));
    let lead = |class: &str, picture: Icon, word: K, lesson: &Lesson| {
        control::link(class, "lesson", picture, t(word), &address(lesson))
    };
    let ways = el("nav", "row")
        .attr("aria-label", t(K::LessonTitle))
        .with(to_quiz("button main"))
        .maybe(before.map(|lesson| lead("button", icon::BACK, K::LessonBefore, lesson)))
        .maybe(after.map(|lesson| lead("button", icon::NEXT, K::LessonAfter, lesson)))
        .with(control::link("button quiet", "", icon::FULL_VIEW, t(K::LessonAll), "quiz/lesson"));
    let aloud = crate::platform::speech::available().then(|| el("div", "row").with(shell::read_aloud(app)));
    let body = all([
        all(aloud),
        beginning(lesson),
        looking(lesson),
        phrases(lesson),
        trap(lesson),
        acting(lesson),
        facts(&lessons, lesson, false),
        ways,
    ]);
    shell::screen(app, &lesson.title, body)
}

/// In simple mode: what to look at, how it sounds, what to do.
fn in_steps(lessons: Lessons, at: usize) -> View {
    let step = RwSignal::new(0_usize);
    region(move || {
        let Some(lesson) = lessons.lessons.get(at) else { return none() };
        let now = step.get();
        let part = match now {
            0 => all([beginning(lesson), looking(lesson)]),
            1 => phrases(lesson),
            _ => all([trap(lesson), acting(lesson), facts(&lessons, lesson, true)]),
        };
        let place = pager::place(now, 3);
        if now < 2 {
            let back = if now > 0 { pager::backward(step) } else { none() };
            return all([place, part, pager::onward(step), back]);
        }
        let after = lessons.lessons.get(at + 1).or_else(|| lessons.lessons.first()).map(|lesson| {
            control::link("button main wide", "lesson", icon::NEXT, t(K::LessonAfter), &address(lesson))
        });
        all([place, part, all(after), pager::backward(step), to_quiz("button wide")])
    })
}

fn to_quiz(class: &str) -> View {
    control::link(class, "", icon::PLAY, t(K::LessonQuiz), "quiz")
}

fn beginning(lesson: &Lesson) -> View {
    let (picture, class, word) = sign(lesson);
    all([
        el("p", "").with(el("span", class).with(icon(picture)).with(el("span", "").text(t(word)))),
        el("p", "lead").text(&lesson.lead),
    ])
}

fn looking(lesson: &Lesson) -> View {
    let title = lesson.look_title.as_deref().unwrap_or(t(K::LessonLook));
    let rows = lesson.look.iter().map(|row| el("li", "").with(icon(LOOK)).with(el("span", "").text(row)));
    el("section", "stack").with(el("h2", "").text(title)).with(el("ul", "looks").with(all(rows)))
}

/// A magnifying glass.
pub const LOOK: Icon = r#"<circle cx="10.500" cy="10.500" r="6.500"/><path d="m15.500 15.500 5 5"/>"#;

fn phrases(lesson: &Lesson) -> View {
    // Of a video one hears what speaks for it or against it; of these two, what one says to oneself.
    let (good, bad) = if lesson.cue().is_some() {
        (K::LessonGood, K::LessonBad)
    } else {
        (K::LessonBetter, K::LessonMisled)
    };
    el("div", "pair").with(phrase("phrase good", icon::CHECK, good, &lesson.good)).with(phrase(
        "phrase bad",
        icon::REFUSED,
        bad,
        &lesson.bad,
    ))
}

/// A phrase as it may be heard, with what it is.
pub fn phrase(class: &str, picture: Icon, word: K, words: &str) -> View {
    el("figure", class)
        // A paragraph: the phone’s voice reads it.
        .with(el("figcaption", "").with(icon(picture)).with(el("p", "").text(t(word))))
        .with(el("blockquote", "").with(el("p", "").text(&quoted(words))))
}

/// In the quotation marks of the language.
pub fn quoted(words: &str) -> String {
    [t(K::LessonOpen), words, t(K::LessonClose)].concat()
}

fn trap(lesson: &Lesson) -> View {
    el("section", "card stack tight")
        .with(safety::headed(icon::HELP, K::LessonTrap))
        .with(el("p", "").text(&lesson.trap))
}

fn acting(lesson: &Lesson) -> View {
    el("section", "card stack tight note")
        .with(safety::headed(icon::HAND, K::LessonAct))
        .with(el("p", "strong").text(&lesson.act))
}

/// What is stated as a fact, each with its sources; without links in simple mode.
fn facts(lessons: &Lessons, lesson: &Lesson, simple: bool) -> View {
    if lesson.facts.is_empty() {
        return none();
    }
    let rows = lesson.facts.iter().map(|fact| {
        let sources = fact.sources.iter().filter_map(|id| lessons.source(id)).map(|source| {
            let words = [source.title.as_str(), ", ", &source.publisher, ", ", &source.date].concat();
            let link = if !simple && source.url.starts_with("https://") {
                provenance::outside(&source.url).text(&words)
            } else {
                el("span", "").text(&words)
            };
            el("p", "soft source").with(link)
        });
        el("li", "stack tight").with(el("p", "").text(&fact.text)).with(all(sources))
    });
    el("section", "stack")
        .with(safety::headed(icon::DOCUMENT, K::LessonFacts))
        .with(el("ul", "list").with(all(rows)))
}
