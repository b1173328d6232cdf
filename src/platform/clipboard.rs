//! What the patient has copied: read only by a tap on « Coller », and only if the browser agrees; and what the
//! portal copies for the patient, by a tap too.

use super::js;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Longer than this nobody waits to hear whether something was copied.
const ANSWER_MS: i32 = 2000;

fn clipboard() -> JsValue {
    js::global("navigator.clipboard")
}

/// Whether this browser can be asked for it.
pub fn can_paste() -> bool {
    js::get(&clipboard(), "readText").is_function()
}

/// Asks at once: Safari wants it in the tap itself.
fn ask(method: &str, arguments: &[JsValue]) -> Option<Promise> {
    js::call(&clipboard(), method, arguments).ok()?.dyn_into().ok()
}

/// The text that was copied; nothing when there is none, or the browser or the patient refuses. Call in the tap.
pub fn paste() -> impl Future<Output = Option<String>> + use<> {
    let asked = ask("readText", &[]);
    // The browser may ask the patient first, who may take as long as that takes.
    async move { JsFuture::from(asked?).await.ok()?.as_string().filter(|text| !text.trim().is_empty()) }
}

/// Copies a text; false when the browser has no way to, or refuses. Call in the tap.
pub fn copy(text: &str) -> impl Future<Output = bool> + use<> {
    let asked = ask("writeText", &[text.into()]);
    async move {
        match asked {
            Some(asked) => matches!(js::within(asked, ANSWER_MS).await, Ok(Some(_))),
            None => false,
        }
    }
}
