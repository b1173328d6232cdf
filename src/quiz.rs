//! « Cette vidéo est-elle fiable ? » and what belongs to it: a third WebAssembly module, fetched when
//! somebody asks for one of its screens. `cargo xtask build` puts there all that is reached through
//! `GATE` alone.

use crate::{
    components::shell,
    i18n::{self, K, t},
    later::{Arrival, missing},
    pages,
    platform::{
        dom::{View, none},
        later, page,
    },
    state::App,
};
use leptos::prelude::*;
use std::{cell::Cell, hint::black_box};

/// What the screens before it ask of it.
struct Gate {
    screens: fn(App, &str, bool) -> View,
}

/// The only way to it. The build knows it by its name.
static GATE: Gate = Gate { screens };

/// The module and the style, which the build names after their bytes.
const PART: [&str; 2] = ["quiz-0000000000000000.wasm", "quiz-0000000000000000.css"];

thread_local! {
    static HERE: Cell<Arrival> = const { Cell::new(Arrival::Away) };
}

/// A screen of the quiz; while it is not here, where it stays.
pub fn show(app: App, path: &str, simple: bool) -> View {
    match HERE.get() {
        Arrival::Here => (black_box(&GATE).screens)(app, path, simple),
        Arrival::Failed => missing(app, move || {
            bring(app);
            app.later.notify();
        }),
        Arrival::Away | Arrival::Coming => {
            bring(app);
            shell::screen(app, t(K::AppMoment), none())
        }
    }
}

/// Brings it, unless it is here or on its way.
fn bring(app: App) {
    if matches!(HERE.get(), Arrival::Coming | Arrival::Here) {
        return;
    }
    HERE.set(Arrival::Coming);
    leptos::task::spawn_local(async move {
        let [part, style] = black_box(PART);
        HERE.set(if later::bring(Some(part), Some(style)).await { Arrival::Here } else { Arrival::Failed });
        // The screen on view is built again; a heading that has come takes its place in the title.
        app.later.notify();
        page::arrive(true);
        app.keep_too(&[part, style]).await;
    });
}

/// Its screens (DESIGN §11).
fn screens(app: App, path: &str, simple: bool) -> View {
    i18n::take_quiz();
    match path {
        "quiz" => pages::quiz::show(app, simple),
        "quiz/lesson" => pages::lesson::every(app, simple),
        "booklet" => pages::booklet::show(app, simple),
        "booklet/poster" => pages::booklet::poster(app, simple),
        "workshop" => pages::workshop::show(app, simple),
        _ => match path.split('/').collect::<Vec<_>>()[..] {
            ["check", ..] => pages::check::show(app, path, simple),
            ["quiz", "lesson", id] => pages::lesson::show(app, id, simple),
            _ => pages::lost::show(app),
        },
    }
}
