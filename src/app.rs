//! The portal's frame: which screen an address shows, and what happens when it changes.

use crate::{
    components::shell,
    i18n,
    later::{self, Arrival},
    pages,
    platform::{
        dom::{View, el, keep, none, region, switch},
        navigation, page,
    },
    state::{App, Phase, mount_state},
};
use care::profile::Mode;
use leptos::{mount::mount_to, prelude::*};

/// Starts the portal in the place that `index.html` keeps for it.
pub fn start() {
    if let Some(root) = page::root() {
        let place = root.clone();
        // It lives as long as the page.
        mount_to(root, move || portal().mount(&place)).forget();
    }
}

fn portal() -> View {
    let app = mount_state();
    let path = RwSignal::new(navigation::current());
    navigation::listen(move |to| path.set(to));
    keep(Box::new(move || {
        if let Some(to) = app.go.get() {
            app.go.set(None);
            navigation::go(to);
        }
    }));
    keep(Box::new(move || page::describe(app.lang.get(), app.mode.get())));
    switch(
        move || usize::from(app.phase.get() == Phase::Ready),
        move || if app.phase.get() == Phase::Ready { ready(app, path) } else { none() },
    )
}

/// The database is open or refused. Until here the shell was on view; what was typed into it is
/// taken over.
fn ready(app: App, path: RwSignal<String>) -> View {
    let early = page::remove_shell();
    if early.sent {
        app.add_kit(early.text.clone());
    }
    provide_context(StoredValue::new(early));
    // A screen of the second part is no screen before that has come.
    if path.with_untracked(|path| later::needed(path)) {
        later::bring(app);
    }
    let mut usable = false;
    keep(Box::new(move || {
        if !usable && app.later.get() != Arrival::Coming {
            usable = true;
            page::mark_usable(move || later::bring(app));
        }
    }));
    let mut moved = false;
    keep(Box::new(move || {
        path.track();
        app.lang.track();
        // The first arrival leaves the focus where it is.
        page::arrive(moved);
        moved = true;
    }));
    let mut turned = false;
    keep(Box::new(move || {
        app.mode.track();
        if turned {
            page::turn();
        }
        turned = true;
    }));
    // A kit that comes may change a heading: the title follows, the focus stays.
    keep(Box::new(move || {
        app.kits.track();
        page::arrive(false);
    }));
    region(move || frame(app, path))
}

/// Everything around the screen and the screen. Built again for another language or mode.
fn frame(app: App, path: RwSignal<String>) -> View {
    i18n::set_lang(app.lang.get());
    let simple = app.mode.get() == Mode::Simple;
    el("div", "frame")
        .with(shell::skip())
        .with(shell::header(app, path, simple))
        .with(shell::notices(app, path))
        .with(region(move || path.with(|path| show(app, path, simple))))
        .with(shell::footer(app, path, simple))
        .with(shell::bar(app, path))
}

/// The screen of an address (DESIGN §11).
fn show(app: App, path: &str, simple: bool) -> View {
    match path {
        "" => pages::home::show(app, simple),
        "kit" => pages::kit::show(app, simple),
        "report" => pages::report::show(app, simple),
        _ => later::show(app, path, simple),
    }
}
