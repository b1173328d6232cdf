//! A screen in a frame of the clinic's own page. What needs the patient's store or camera is not shown
//! there: browsers give a frame its own, empty ones.

use crate::{
    components::{control, icon, shell},
    i18n::{K, t},
    platform::{
        dom::{View, all, el},
        embed,
    },
    state::App,
};
use leptos::prelude::*;

/// Whether a screen is shown in a frame.
fn stays(path: &str) -> bool {
    matches!(path.split('/').next(), Some("quiz" | "check" | "booklet"))
}

/// The screen that stands under `embed/`; `screen` shows those that are known without a frame too.
pub fn show(app: App, path: &str, screen: impl Fn(&str) -> View) -> View {
    if embed::begin(stays)
        && let Some(lang) = embed::language().filter(|lang| *lang != app.lang.get_untracked())
    {
        app.show_in(lang);
    }
    if path == "open-kit" { open_kit(app) } else { screen(if stays(path) { path } else { "" }) }
}

/// The way to the kit, for pages that frame this instead of linking to it.
fn open_kit(app: App) -> View {
    let open = control::link("button main", "", icon::HOME, t(K::EmbedOpenKit), "./");
    let body = all([el("p", "lead").text(t(K::EmbedText)), el("div", "row").with(open)]);
    shell::screen(app, t(K::EmbedTitle), body)
}
