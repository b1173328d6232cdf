//! The screens that come after the first ones. Their code is a second WebAssembly module, fetched
//! once the first screen is usable: a rural phone does not wait for what it does not show yet.
//!
//! `cargo xtask build` makes two modules of one program: all that is reached through [`GATE`] alone
//! goes into the second. Home, kit and « Ça ne va pas » stay in the first: what helps in danger
//! never waits.

use crate::{
    components::{control, icon, notice, shell},
    i18n::{self, K, t},
    pages,
    platform::{
        dom::{View, all, el, none},
        later, navigation, page,
    },
    state::App,
};
use care::problem::Problem;
use leptos::prelude::*;
use std::hint::black_box;

/// Whether the later screens are here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Not asked for.
    Away,
    /// On their way.
    Coming,
    /// Here.
    Here,
    /// They did not come.
    Failed,
}

type Screens = fn(App, &str, bool) -> View;

/// The only way to the later screens. The build knows it by its name.
static GATE: Screens = screens;

/// Whether an address leads to a later screen.
pub fn needed(path: &str) -> bool {
    !matches!(path, "" | "kit" | "report")
}

/// A later screen; while it is not here, where it stays.
pub fn show(app: App, path: &str, simple: bool) -> View {
    match app.later.get() {
        // Read where the compiler cannot follow: it would else put the screens right here.
        Arrival::Here => black_box(&GATE)(app, path, simple),
        Arrival::Away | Arrival::Coming => shell::screen(app, t(K::AppMoment), none()),
        Arrival::Failed => {
            let again = move || bring(app);
            let body = all([
                notice::problem(Problem::ScreenMissing),
                el("div", "row").with(control::button(
                    "button main",
                    "retry",
                    icon::AGAIN,
                    t(K::AppRetry),
                    again,
                )),
            ]);
            shell::screen(app, t(K::AppMoment), body)
        }
    }
}

/// Brings the later screens, unless they are here or on their way.
pub fn bring(app: App) {
    if matches!(app.later.get_untracked(), Arrival::Coming | Arrival::Here) {
        return;
    }
    app.later.set(Arrival::Coming);
    leptos::task::spawn_local(async move {
        let here = later::bring().await;
        app.later.set(if here { Arrival::Here } else { Arrival::Failed });
        if needed(&navigation::current()) {
            page::turn();
        }
    });
}

/// The later screens (DESIGN §11).
fn screens(app: App, path: &str, simple: bool) -> View {
    i18n::take_later();
    match path.split_once('/') {
        Some(("exercise", id)) => pages::exercise::show(app, id, simple),
        Some(("follow-up", "summary")) => pages::summary::show(app, simple),
        Some(("follow-up", "show")) => pages::summary::hold_out(app),
        Some(("follow-up", "results")) => pages::results::show(app, simple),
        Some(("follow-up", "copy")) => pages::copy::show(app, simple),
        Some(("feeling", what)) => pages::feeling::show(app, what, simple),
        Some(_) => pages::lost::show(app),
        None => match path {
            "feeling" => pages::feeling::show(app, "", simple),
            "session" => pages::session::show(app, simple),
            "follow-up" => pages::follow_up::show(app, simple),
            "reminders" => pages::reminders::show(app, simple),
            "help" => pages::help::show(app, simple),
            "settings" => pages::settings::show(app, simple),
            _ => pages::lost::show(app),
        },
    }
}
