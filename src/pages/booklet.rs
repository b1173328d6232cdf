//! The booklet « Comment choisir une vidéo d’exercice ? » to read and to print, and the waiting room's
//! poster. Both need no kit.

use crate::{
    components::{
        brought, control,
        icon::{self, icon},
        leaflet::{self, Paper},
        pager, shell,
    },
    i18n::{K, t},
    pages::lesson,
    platform::{
        dom::{View, all, el, none, region},
        page, speech,
    },
    state::{App, Files},
};
use care::quiz::booklet::{Booklet, Part, Point};
use leptos::prelude::*;
use std::{hint::black_box, rc::Rc};

/// The words in French and in English, which the build names after their bytes.
const BOOKLET: Files = ["quiz/booklet-0000000000000000.fr.json", "quiz/booklet-0000000000000000.en.json"];

/// The booklet.
pub fn show(app: App, simple: bool) -> View {
    brought::screen(app, black_box(BOOKLET), Booklet::parse, move |booklet| {
        let booklet = Rc::new(booklet);
        let title = booklet.title.clone();
        let (paper, print) = printer(&booklet, Paper::Fold);
        let body = if simple { one_by_one(booklet, print) } else { full(app, &booklet, print) };
        all([paper, shell::screen(app, &title, body)])
    })
}

/// The poster, as it will be printed.
pub fn poster(app: App, simple: bool) -> View {
    brought::screen(app, black_box(BOOKLET), Booklet::parse, move |booklet| {
        let booklet = Rc::new(booklet);
        let (paper, print) = printer(&booklet, Paper::Small);
        let large = print.clone();
        let words: Vec<&str> = [booklet.poster.title.as_str(), &booklet.poster.lead]
            .into_iter()
            .chain(booklet.poster.points.iter().map(|point| point.title.as_str()))
            .chain(booklet.poster.rule.as_deref())
            .collect();
        let preview = el("div", "poster-frame")
            .attr("role", "img")
            .attr("aria-label", &words.join(" "))
            .with(leaflet::poster(&booklet));
        let buttons = el("div", "row")
            .with(printing("button main", "print-a4", K::BookletPosterSmall, move || print(Paper::Small)))
            .with(printing("button", "print-a3", K::BookletPosterLarge, move || large(Paper::Large)))
            .with(control::link("button", "", icon::BACK, t(K::BookletTitle), "booklet"));
        let lead = if simple { none() } else { el("p", "lead").text(t(K::BookletPosterText)) };
        all([paper, shell::screen(app, t(K::BookletPosterTitle), all([lead, buttons, preview]))])
    })
}

/// What is to be printed, and how to print it on another paper than `first`.
fn printer(booklet: &Rc<Booklet>, first: Paper) -> (View, impl Fn(Paper) + Clone + 'static) {
    let paper = RwSignal::new(first);
    let held = booklet.clone();
    let sheets = region(move || leaflet::printed(&held, paper.get()));
    let print = move |on| {
        paper.set(on);
        // Once that paper is laid out.
        page::next_frame(page::print);
    };
    (sheets, print)
}

fn printing(class: &str, action: &str, word: K, print: impl Fn() + 'static) -> View {
    control::button(class, action, icon::DOCUMENT, t(word), print)
}

fn full(app: App, booklet: &Booklet, print: impl Fn(Paper) + Clone + 'static) -> View {
    let pages = print.clone();
    let aloud = speech::available().then(|| shell::read_aloud(app));
    let buttons = el("div", "row")
        .with(printing("button main", "print-fold", K::BookletPrintFold, move || print(Paper::Fold)))
        .with(printing("button", "print-pages", K::BookletPrintPages, move || pages(Paper::Pages)))
        .maybe(aloud);
    all([
        el("p", "lead").text(&booklet.lead),
        buttons,
        el("p", "soft").text(t(K::BookletFoldHelp)),
        all(booklet.parts.iter().map(|part| section(part, "h2"))),
        el("section", "card stack tight note").with(el("p", "strong").text(&booklet.invite)).with(
            el("div", "row").with(control::link("button main", "", icon::PLAY, t(K::LessonQuiz), "quiz")),
        ),
        el("nav", "row")
            .attr("aria-label", t(K::BookletMore))
            .with(control::link("button", "", icon::DOCUMENT, t(K::LessonTitle), "quiz/lesson"))
            .with(control::link("button", "poster", icon::IMAGE, t(K::BookletPosterTitle), "booklet/poster"))
            .with(control::link("button", "workshop", icon::HELPER, t(K::WorkshopTitle), "workshop")),
        about(booklet),
    ])
}

/// In simple mode a page a screen, the cover first.
fn one_by_one(booklet: Rc<Booklet>, print: impl Fn(Paper) + Clone + 'static) -> View {
    let at = RwSignal::new(0_usize);
    region(move || {
        let now = at.get();
        let Some(part) = now.checked_sub(1).and_then(|now| booklet.parts.get(now)) else {
            let print = print.clone();
            return all([
                el("p", "lead").text(&booklet.lead),
                pager::onward(at),
                printing("button wide", "print-fold", K::BookletPrintFold, move || print(Paper::Fold)),
            ]);
        };
        let last = now == booklet.parts.len();
        all([
            pager::place(now - 1, booklet.parts.len()),
            section(part, "h2"),
            if last {
                control::link("button main wide", "", icon::PLAY, t(K::LessonQuiz), "quiz")
            } else {
                pager::onward(at)
            },
            pager::backward(at),
        ])
    })
}

/// A page, to read on a screen.
fn section(part: &Part, heading: &str) -> View {
    let points = el("ul", "points").with(all(part.points.iter().map(point)));
    el("section", "stack booklet-part")
        .attr("data-part", &part.id)
        .with(el(heading, "").text(&part.title))
        .with(el("p", "").text(&part.lead))
        .with(points)
        .maybe(part.rule.as_deref().map(|rule| el("p", "rule strong").text(rule)))
}

fn point(point: &Point) -> View {
    let sign = match leaflet::picture(&point.icon) {
        Some(picture) => el("span", "point-sign").with(icon(picture)),
        None => el("span", "point-sign").text(&point.icon),
    };
    let phrase = |class, picture, word, words: &Option<String>| {
        words.as_deref().map(|words| lesson::phrase(class, picture, word, words))
    };
    let words = el("div", "stack tight")
        .with(el("p", "strong").text(&point.title))
        .maybe(point.text.as_deref().map(|text| el("p", "").text(text)))
        .maybe(phrase("phrase good", icon::CHECK, K::LessonGood, &point.good))
        .maybe(phrase("phrase bad", icon::REFUSED, K::LessonBad, &point.bad));
    el("li", "").with(sign).with(words)
}

fn about(booklet: &Booklet) -> View {
    el("p", "soft").text(&[leaflet::edition(booklet), t(K::BookletLicence).to_owned()].join(" "))
}
