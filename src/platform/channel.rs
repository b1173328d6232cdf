//! What the portal's tabs and its service worker tell each other: plain objects on one
//! BroadcastChannel. Without that API each is on its own, and the service worker looks by itself.

use super::js::{get, object, text};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = BroadcastChannel)]
    type Channel;
    #[wasm_bindgen(constructor, js_class = "BroadcastChannel", catch)]
    fn new(name: &str) -> Result<Channel, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &Channel, message: &JsValue);
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn add_event_listener(this: &Channel, event: &str, callback: &JsValue);
}

thread_local! {
    static CHANNEL: Option<Channel> = Channel::new("bon-geste").ok();
}

/// Tells the others that chunk `n` of a file is stored.
pub fn chunk_stored(sha256: &str, n: u32) {
    post(&[("type", "chunk".into()), ("sha256", sha256.into()), ("n", n.into())]);
}

/// Tells the other tabs that a kit or a choice was written.
pub fn records_changed() {
    post(&[("type", "records".into())]);
}

/// Calls back with the file's SHA-256 when another tab stored a chunk, for the page's life.
pub fn on_chunk(found: impl Fn(String) + 'static) {
    listen("chunk", move |message| found(text(message, "sha256")));
}

/// Calls back when another tab wrote a kit or a choice, for the page's life.
pub fn on_records(changed: impl Fn() + 'static) {
    listen("records", move |_| changed());
}

/// Calls back with the file's SHA-256 when a film that plays waits for a chunk that is not here
/// yet, for the page's life.
pub fn on_wanted(wanted: impl Fn(String) + 'static) {
    listen("wanted", move |message| wanted(text(message, "sha256")));
}

fn post(message: &[(&str, JsValue)]) {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            channel.post_message(&object(message));
        }
    });
}

fn listen(kind: &'static str, found: impl Fn(&JsValue) + 'static) {
    CHANNEL.with(|channel| {
        let Some(channel) = channel else { return };
        let callback = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            let message = get(&event, "data");
            if text(&message, "type") == kind {
                found(&message);
            }
        });
        channel.add_event_listener("message", &callback.into_js_value());
    });
}
