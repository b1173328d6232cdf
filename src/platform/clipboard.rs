//! What the patient has copied: read only by a tap on « Coller », and only if the browser agrees.

use super::js;

fn clipboard() -> wasm_bindgen::JsValue {
    js::global("navigator.clipboard")
}

/// Whether this browser can be asked for it.
pub fn can_paste() -> bool {
    js::get(&clipboard(), "readText").is_function()
}

/// The text that was copied; nothing when there is none, or the browser or the patient refuses.
pub async fn paste() -> Option<String> {
    let text = js::call_async(&clipboard(), "readText", &[]).await.ok()?.as_string()?;
    (!text.trim().is_empty()).then_some(text)
}
