//! The address bar: a kit's link arrives in the fragment and is removed once read, so that it
//! stays neither in the history nor in a screenshot.

use gloo_events::EventListener;
use wasm_bindgen::JsValue;

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
