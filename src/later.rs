//! The screens that come after the first ones. Their code is a second WebAssembly module, fetched
//! once the first screen is usable: a rural phone does not wait for what it does not show yet.
//!
//! `cargo xtask build` makes two modules of one program: all that is reached through `GATE` alone
//! goes into the second. Home, kit and « Ça ne va pas » stay in the first: what helps in danger
//! never waits.

use crate::{
    components::{control, icon, install, notice, scanner, shell},
    i18n::{self, K, t},
    pages::{self, report::Flow},
    platform::{
        dom::{View, all, el, none},
        later, navigation, page,
    },
    quiz,
    state::{Adding, App, KitHandle},
};
use care::{media::MediaRef, problem::Problem};
use leptos::prelude::*;
use std::hint::black_box;
use web_sys::File;

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

/// What the first part asks of the second.
struct Gate {
    take_texts: fn(),
    screens: fn(App, &str, bool) -> View,
    today: fn(App, &KitHandle) -> View,
    has_news: fn(App, &KitHandle) -> bool,
    news: fn(App, &KitHandle) -> View,
    badge: fn(App),
    outbox: fn(App),
    telling: fn(Flow, Option<&KitHandle>, usize) -> View,
    viewfinder: fn(App, RwSignal<bool>) -> View,
    read_picture: fn(App, File),
    bring_files: fn(KitHandle, Vec<MediaRef>),
    install_steps: fn(App, &KitHandle) -> View,
    copy_link: fn(&KitHandle) -> View,
    paste_link: fn(App, RwSignal<bool>) -> Option<View>,
}

/// The only way to the second part. The build knows it by its name.
static GATE: Gate = Gate {
    take_texts: i18n::take_later,
    screens,
    today: pages::today::figures,
    has_news: pages::today::has_news,
    news: pages::today::news,
    badge: App::show_badge,
    outbox: App::settle_outbox,
    telling: Flow::telling,
    viewfinder: scanner::viewfinder,
    read_picture: scanner::read_picture,
    bring_files: files,
    install_steps: install::steps,
    copy_link: install::copy_link,
    paste_link: install::paste_link,
};

/// The second part, once it is here. Read where the compiler cannot follow: it would else put all of it
/// right here.
fn gate(app: App) -> Option<&'static Gate> {
    (app.later.get() == Arrival::Here).then(|| black_box(&GATE))
}

/// Whether an address leads to a later screen.
pub fn needed(path: &str) -> bool {
    !matches!(path, "" | "kit" | "report")
}

/// A later screen; while it is not here, where it stays.
pub fn show(app: App, path: &str, simple: bool) -> View {
    if let Some(gate) = gate(app) {
        return (gate.screens)(app, path, simple);
    }
    if app.later.get() != Arrival::Failed {
        return shell::screen(app, t(K::AppMoment), none());
    }
    missing(app, move || bring(app))
}

/// In the place of a screen that did not come: what happened, and once more.
pub fn missing(app: App, again: impl Fn() + 'static) -> View {
    let retry = control::button("button main", "retry", icon::AGAIN, t(K::AppRetry), again);
    let body = all([notice::problem(Problem::ScreenMissing), el("div", "row").with(retry)]);
    shell::screen(app, t(K::AppMoment), body)
}

/// What the home screen says of today; nothing until the second part is here.
pub fn today(app: App, kit: &KitHandle) -> View {
    gate(app).map_or_else(none, |gate| (gate.today)(app, kit))
}

/// Whether there is something that the patient is to learn before anything else; no while the second part is not
/// here.
pub fn has_news(app: App, kit: &KitHandle) -> bool {
    gate(app).is_some_and(|gate| (gate.has_news)(app, kit))
}

/// What that is.
pub fn news(app: App, kit: &KitHandle) -> View {
    gate(app).map_or_else(none, |gate| (gate.news)(app, kit))
}

/// The fields of « J’ai essayé une vidéo ailleurs »; asked for only where the second part is here.
pub fn telling(app: App, flow: Flow, kit: Option<&KitHandle>, n: usize) -> View {
    gate(app).map_or_else(none, |gate| (gate.telling)(flow, kit, n))
}

/// Marks on the app's icon what there is to do, and goes on with what is to be sent, where the second
/// part is here to know.
pub fn wake(app: App) {
    if let Some(gate) = untrack(|| gate(app)) {
        (gate.badge)(app);
        (gate.outbox)(app);
    }
}

/// The camera's image for reading a code; it comes as soon as the second part is here.
pub fn viewfinder(app: App, on: RwSignal<bool>) -> View {
    gate(app).map_or_else(none, |gate| (gate.viewfinder)(app, on))
}

/// Reads the code in a picture and adds its kit.
pub fn read_picture(app: App, file: File) {
    match untrack(|| gate(app)) {
        Some(gate) => (gate.read_picture)(app, file),
        None => app.adding.set(Adding::Failed(Problem::ScreenMissing)),
    }
}

/// Has files of a kit brought. While the second part is not here, [`KitHandle::program_came`] is told
/// when it is.
pub fn bring_files(app: App, kit: &KitHandle, files: Vec<MediaRef>) {
    match untrack(|| gate(app)) {
        Some(gate) => (gate.bring_files)(kit.clone(), files),
        // Away: it is asked for once the first screen is usable.
        None if app.later.get_untracked() == Arrival::Failed => bring(app),
        None => {}
    }
}

/// How to install, step by step; while the second part is not here, where it stays.
pub fn install_steps(app: App, kit: &KitHandle) -> View {
    match gate(app) {
        Some(gate) => (gate.install_steps)(app, kit),
        None if app.later.get() == Arrival::Failed => {
            control::button("button wide", "retry", icon::AGAIN, t(K::AppRetry), move || bring(app))
        }
        None => el("p", "busy").text(t(K::AppMoment)),
    }
}

/// « Copier mon lien », as soon as the second part is here.
pub fn copy_link(app: App, kit: &KitHandle) -> View {
    gate(app).map_or_else(none, |gate| (gate.copy_link)(kit))
}

/// « Coller mon lien », where the second part is here and the browser can; `nothing` tells that there was nothing.
pub fn paste_link(app: App, nothing: RwSignal<bool>) -> Option<View> {
    (gate(app)?.paste_link)(app, nothing)
}

/// Brings the later screens, unless they are here or on their way.
pub fn bring(app: App) {
    if matches!(app.later.get_untracked(), Arrival::Coming | Arrival::Here) {
        return;
    }
    app.later.set(Arrival::Coming);
    leptos::task::spawn_local(async move {
        let here = later::bring(None, None).await;
        if here {
            (black_box(&GATE).take_texts)();
        }
        app.later.set(if here { Arrival::Here } else { Arrival::Failed });
        wake(app);
        for kit in app.kits.get_untracked() {
            kit.program_came(here);
        }
        if needed(&navigation::current()) {
            page::turn();
        }
    });
}

fn files(kit: KitHandle, files: Vec<MediaRef>) {
    leptos::task::spawn_local(kit.bring_files(files));
}

/// The later screens (DESIGN §11).
fn screens(app: App, path: &str, simple: bool) -> View {
    match path.split_once('/') {
        Some(("quiz" | "check" | "booklet", _)) => quiz::show(app, path, simple),
        Some(("clip", what)) => pages::clip::show(app, what, simple),
        Some(("embed", what)) => pages::embed::show(app, what, |what| screens(app, what, simple)),
        Some(("exercise", id)) => pages::exercise::show(app, id, simple),
        Some(("follow-up", "summary")) => pages::summary::show(app, simple),
        Some(("follow-up", "show")) => pages::summary::hold_out(app, simple),
        Some(("follow-up", "results")) => pages::results::show(app, simple),
        Some(("follow-up", "copy")) => pages::copy::show(app, simple),
        Some(("outbox", id)) => pages::sending::show(app, id, simple),
        Some(("feeling", what)) => pages::feeling::show(app, what, simple),
        Some(_) => pages::lost::show(app),
        None => match path {
            "quiz" | "check" | "booklet" | "workshop" => quiz::show(app, path, simple),
            "code" => pages::code::show(app),
            "clip" => pages::clip::all_of_them(app, simple),
            "feeling" => pages::feeling::show(app, "", simple),
            "session" => pages::session::show(app, simple),
            "follow-up" => pages::follow_up::show(app, simple),
            "outbox" => pages::outbox::show(app, simple),
            "reminders" => pages::reminders::show(app, simple),
            "help" => pages::help::show(app, simple),
            "settings" => pages::settings::show(app, simple),
            _ => pages::lost::show(app),
        },
    }
}
