//! What the shell in `index.html` must know before any WASM: language and mode, in
//! `localStorage` under `bon-geste`, written like `en simple`. The profile in the database is
//! the truth; this is its shadow.

use care::{
    profile::{Mode, Settings},
    text::Lang,
};

const KEY: &str = "bon-geste";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What the last visit left, so that the first screen is right before the database is open.
pub fn settings() -> Settings {
    let text = storage().and_then(|s| s.get_item(KEY).ok()?).unwrap_or_default();
    let mut words = text.split(' ');
    let lang = match words.next() {
        Some("fr") => Some(Lang::Fr),
        Some("en") => Some(Lang::En),
        _ => None,
    };
    let mode = if words.next() == Some("simple") { Mode::Simple } else { Mode::Standard };
    Settings { mode, lang, ..Settings::default() }
}

/// Remembers for the next first paint. A browser that refuses only paints the default first.
pub fn remember(settings: &Settings) {
    let lang = settings.lang.map_or("-", Lang::tag);
    let mode = if settings.mode == Mode::Simple { " simple" } else { "" };
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, &[lang, mode].concat());
    }
}

/// Forgets.
pub fn forget() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(KEY);
    }
}
