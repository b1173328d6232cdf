//! The other side of a worker: what a worker module hears from its page and tells it. The small workers
//! take this file by its path: with the portal's library each would carry some 8 KB more.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = postMessage)]
    fn post_message(message: &JsValue);
    #[wasm_bindgen(js_name = addEventListener)]
    fn add_event_listener(event: &str, callback: &JsValue);
}

/// Hears what the page says, from now on.
pub fn hear(heard: impl Fn(JsValue) + 'static) {
    let each = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        heard(Reflect::get(&event, &"data".into()).unwrap_or_default());
    });
    add_event_listener("message", &each.into_js_value());
}

/// Tells the page that this worker is ready: it waits for that before it asks.
pub fn ready() {
    tell(&JsValue::TRUE);
}

/// Tells the page something.
pub fn tell(message: &JsValue) {
    post_message(message);
}
