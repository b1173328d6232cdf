//! The words of the second language, which `index.html` asks for before the program has come.

use super::js;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// What the page asked for at its beginning; nothing when it did not, or when nothing came.
pub async fn begun() -> Option<String> {
    let begun = js::global("bonGesteWords").dyn_into::<Promise>().ok()?;
    JsFuture::from(begun).await.ok()?.as_string()
}
