//! The quiz and what belongs to it: the third part of the portal, brought when somebody opens it, with
//! the questions of the language on view. Reached from the later screens by this file alone.

use crate::{
    pages,
    platform::dom::View,
    state::App,
};
use std::hint::black_box;

/// What the later screens ask of the quiz.
struct Gate {
    screens: fn(App, &str, bool) -> View,
}

/// The only way to the quiz. The build knows it by its name.
static GATE: Gate = Gate { screens };

/// Whether an address leads here.
pub fn needed(path: &str) -> bool {
    path == "quiz"
}

/// A screen of the quiz. Read where the compiler cannot follow: it would else put all of it right here.
pub fn show(app: App, path: &str, simple: bool) -> View {
    (black_box(&GATE).screens)(app, path, simple)
}

fn screens(app: App, _path: &str, simple: bool) -> View {
    pages::quiz::show(app, simple)
}
