//! The address bar: a kit's link arrives in the fragment and is removed once read, so that it
//! stays neither in the history nor in a screenshot. What another app shares into the portal arrives
//! behind the `?` and goes the same way.

use super::js;
use gloo_events::EventListener;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

const MARK: &str = "shlink:/";

/// The link in the address, if there is one; the fragment is gone afterwards.
pub fn take_link() -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let link = location.hash().ok().filter(|h| h.contains(MARK))?;
    let bare = [location.pathname().ok()?, location.search().ok()?].concat();
    window.history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&bare)).ok()?;
    Some(link)
}

/// What another app has shared: title, text and address (the manifest's `share_target`), each of which
/// may be empty. Read once: it is gone from the address bar afterwards, and the history keeps none of it.
pub fn take_shared() -> Option<[String; 3]> {
    let window = web_sys::window()?;
    let location = window.location();
    let search = location.search().ok().filter(|search| !search.is_empty())?;
    let maker = js::global("URLSearchParams").dyn_into::<Function>().ok()?;
    let asked = Reflect::construct(&maker, &Array::of1(&search.into())).ok()?;
    let one = |name: &str| js::call(&asked, "get", &[name.into()]).ok()?.as_string();
    let all = ["title", "text", "url"].map(one);
    if all.iter().all(Option::is_none) {
        return None;
    }
    let bare = [location.pathname().ok()?, location.hash().ok()?].concat();
    if let Ok(history) = window.history() {
        // A browser that refuses (too many in a second) still hands over what was shared.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&bare));
    }
    Some(all.map(Option::unwrap_or_default))
}

/// Calls back with each link that arrives while the page is open, for the page's life.
pub fn on_link(found: impl Fn(String) + 'static) {
    if let Some(window) = web_sys::window() {
        let listener = EventListener::new(&window, "hashchange", move |_| {
            if let Some(link) = take_link() {
                found(link);
            }
        });
        // The page's own listener ends with the page.
        listener.forget();
    }
}
