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

/// Tells the other tabs that everything was erased.
pub fn erased() {
    post(&[("type", "erased".into())]);
}

/// Calls back when another tab erased everything, for the page's life.
pub fn on_erased(gone: impl Fn() + 'static) {
    listen("erased", move |_| gone());
}

/// Calls back with the file's SHA-256 when a film that plays waits for a chunk that is not here
/// yet, for the page's life.
pub fn on_wanted(wanted: impl Fn(String) + 'static) {
    listen("wanted", move |message| wanted(text(message, "sha256")));
}

/// Tells the tabs and the sender that what is to be sent, or how far it is, has changed.
pub fn outbox_changed() {
    post(&[("type", "outbox".into())]);
}

/// Calls back when that has changed elsewhere, for the page's life.
pub fn on_outbox(changed: impl Fn() + 'static) {
    listen("outbox", move |_| changed());
}

/// Tells whoever sends, in any tab, that waiting is over.
pub fn send_now() {
    post(&[("type", "send-now".into())]);
}

/// Calls back when waiting is over, for the worker's life.
pub fn on_send_now(wake: impl Fn() + 'static) {
    listen("send-now", move |_| wake());
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::platform::js::{script, sleep};
    use std::{cell::RefCell, rc::Rc};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn tabs_and_service_worker_understand_each_other() {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let (chunks, wanted) = (Rc::clone(&heard), Rc::clone(&heard));
        on_chunk(move |sha256| chunks.borrow_mut().push(("chunk", sha256)));
        on_wanted(move |sha256| wanted.borrow_mut().push(("wanted", sha256)));
        let other_tab = "const c = new BroadcastChannel('bon-geste'); c.onmessage = (e) => { b.got = JSON.stringify(e.data); };
            c.postMessage({ type: 'chunk', sha256: 'aa', n: 3 }); c.postMessage({ type: 'wanted', sha256: 'bb' });
            return Promise.resolve()";
        let other = object(&[]);
        script(other_tab, "", &other).await;
        chunk_stored("cc", 7);
        sleep(100).await;
        assert_eq!(*heard.borrow(), [("chunk", "aa".to_owned()), ("wanted", "bb".to_owned())]);
        assert_eq!(text(&other, "got"), r#"{"type":"chunk","sha256":"cc","n":7}"#);
    }
}
