//! The portal's frame: which screen an address shows, and what happens when it changes.

use crate::{
    components::shell,
    i18n, pages,
    platform::{navigation, page},
    state::{App, Phase, mount_state},
};
use care::profile::Mode;
use leptos::{mount::mount_to, prelude::*};

/// Starts the portal in the place that `index.html` keeps for it.
pub fn start() {
    page::show_crashes();
    if let Some(root) = page::root() {
        // It lives as long as the page.
        mount_to(root, portal).forget();
    }
}

fn portal() -> AnyView {
    let app = mount_state();
    let path = RwSignal::new(navigation::current());
    navigation::listen(move |to| path.set(to));
    Effect::new(move |_| {
        if let Some(to) = app.go.get() {
            app.go.set(None);
            navigation::go(to);
        }
    });
    Effect::new(move |_| page::describe(app.lang.get(), app.mode.get()));
    let ready = Memo::new(move |_| app.phase.get() == Phase::Ready);
    (move || {
        ready.get().then(|| {
            // Until here the shell was on view; what was typed into it is taken over.
            let early = page::remove_shell();
            if early.sent {
                app.add_kit(early.text.clone());
            }
            provide_context(StoredValue::new(early));
            page::mark_usable();
            arrivals(app, path);
            move || frame(app, path)
        })
    })
    .into_any()
}

/// After each change of screen its heading is announced; a first arrival leaves the focus alone.
fn arrivals(app: App, path: RwSignal<String>) {
    Effect::new(move |before: Option<()>| {
        path.track();
        app.lang.track();
        app.mode.track();
        app.kits.track();
        page::arrive(before.is_some());
    });
}

/// Everything around the screen and the screen. Built again for another language or mode.
fn frame(app: App, path: RwSignal<String>) -> AnyView {
    i18n::set_lang(app.lang.get());
    let simple = app.mode.get() == Mode::Simple;
    let screen = move || path.with(|p| show(app, p, simple));
    view! {
        <div class="frame">
            {shell::skip()}
            {shell::header(app, path)}
            {shell::notices(app, path)}
            {screen}
            {shell::footer(app, path)}
            {shell::bar(app, path)}
        </div>
    }
    .into_any()
}

/// The screen of an address (DESIGN §11).
fn show(app: App, path: &str, simple: bool) -> AnyView {
    match path.split_once('/') {
        Some(("exercise", id)) => pages::exercise::show(app, id, simple),
        Some(_) => pages::lost::show(app),
        None => match path {
            "" => pages::home::show(app, simple),
            "kit" => pages::kit::show(app, simple),
            "report" => pages::report::show(app, simple),
            "help" => pages::help::show(app, simple),
            "settings" => pages::settings::show(app, simple),
            _ => pages::lost::show(app),
        },
    }
}
