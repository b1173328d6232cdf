//! The later parts of the portal, which `index.html` knows how to bring.

use super::js;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Brings a part by the names of its module and of its style, the second part where there are none;
/// false when it does not come.
pub async fn bring(part: Option<&str>, style: Option<&str>) -> bool {
    // A test's program is in one piece.
    let Ok(bring) = js::global("bonGesteLater").dyn_into::<Function>() else { return true };
    let [part, style] = [part, style].map(|name| name.map_or(JsValue::UNDEFINED, JsValue::from_str));
    match bring.call2(&JsValue::UNDEFINED, &part, &style) {
        Ok(coming) => JsFuture::from(Promise::resolve(&coming)).await.is_ok(),
        Err(_) => false,
    }
}
