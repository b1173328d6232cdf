//! An address that leads nowhere.

use crate::{
    components::{control, icon, shell},
    i18n::{K, t},
    platform::dom::{View, all, el},
    state::App,
};

/// Says so, and leads home.
pub fn show(app: App) -> View {
    let body = all([el("p", "lead").text(t(K::LostText)), home()]);
    shell::screen(app, t(K::LostTitle), body)
}

/// « Revenir à l’accueil ».
pub fn home() -> View {
    el("div", "row").with(control::link("button main", "", icon::HOME, t(K::LostHome), "./"))
}
