//! An address that leads nowhere.

use crate::{
    components::{control, icon, shell},
    i18n::{K, t},
    state::App,
};
use leptos::prelude::*;

/// Says so, and leads home.
pub fn show(app: App) -> AnyView {
    let body = view! {
        <p class="lead">{t(K::LostText)}</p>
        <div class="row">{control::link("button main", "", icon::HOME, t(K::LostHome), "./")}</div>
    };
    shell::screen(app, t(K::LostTitle), body.into_any())
}
