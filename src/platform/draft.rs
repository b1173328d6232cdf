//! What is half done, kept for as long as this tab lives: a reload, or a phone that puts the tab to
//! sleep, loses nothing, and nothing of it stays once the tab is closed.

use super::js;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

const KEY: &str = "bon-geste-check";

thread_local! {
    /// For a browser that keeps nothing: at least until the page is left.
    static HELD: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn storage(method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    // Where storage is forbidden, even asking for it throws: then there is none.
    js::call(&js::global("sessionStorage"), method, arguments).ok()
}

/// Keeps a text in the place of the one before.
pub fn keep(text: &str) {
    HELD.set(Some(text.to_owned()));
    storage("setItem", &[KEY.into(), text.into()]);
}

/// The text that was kept last.
pub fn kept() -> Option<String> {
    HELD.with_borrow(Clone::clone).or_else(|| storage("getItem", &[KEY.into()])?.as_string())
}

/// Forgets it.
pub fn forget() {
    HELD.set(None);
    storage("removeItem", &[KEY.into()]);
}
