//! The second part of the portal, which `index.html` knows how to bring.

use super::js;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Brings the second part, once; false when it does not come.
pub async fn bring() -> bool {
    // A test's program is in one piece.
    let Ok(bring) = js::global("bonGesteLater").dyn_into::<Function>() else { return true };
    match bring.call0(&JsValue::UNDEFINED) {
        Ok(coming) => JsFuture::from(Promise::resolve(&coming)).await.is_ok(),
        Err(_) => false,
    }
}
