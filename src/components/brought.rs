//! A screen that is made of a text beside the portal: while that comes, and when it does not.

use super::shell;
use crate::{
    i18n::{K, t},
    later::missing,
    platform::{
        dom::{View, none, region},
        page,
    },
    state::{App, Files},
};
use care::json::JsonError;
use leptos::prelude::*;

/// What `show` makes of the text, once it is here.
pub fn screen<T: 'static>(
    app: App,
    files: Files,
    parse: fn(&[u8]) -> Result<T, JsonError>,
    show: impl Fn(T) -> View + 'static,
) -> View {
    screen_of(app, files, Box::new(move |text| parse(text.as_bytes()).ok().map(&show)))
}

/// Makes a screen of a text; nothing where it is none.
type Show = Box<dyn Fn(&str) -> Option<View>>;

fn screen_of(app: App, files: Files, show: Show) -> View {
    let failed = RwSignal::new(false);
    let bring = move || {
        failed.set(false);
        leptos::task::spawn_local(async move {
            let here = app.bring_text(files).await;
            // The patient may have left meanwhile.
            if !failed.is_disposed() {
                failed.set(!here);
                page::arrive(true);
            }
        });
    };
    if app.text(files).is_none() {
        bring();
    }
    region(move || {
        let failed = failed.get();
        match app.text(files) {
            // A Wi-Fi’s login page is no such text.
            Some(text) => untrack(|| show(&text)).unwrap_or_else(|| missing(app, bring)),
            None if failed => missing(app, bring),
            None => shell::screen(app, t(K::AppMoment), none()),
        }
    })
}
