//! Rare work in a WASM module of its own, loaded on first use.

use super::js::{base_url, get, within};
use js_sys::Promise;
use wasm_bindgen::prelude::*;

/// A worker has so long to load or to answer.
const LIMIT_MS: i32 = 30_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Worker)]
    type JsWorker;
    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn new(url: &str) -> Result<JsWorker, JsValue>;
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &JsWorker, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn terminate(this: &JsWorker);
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &JsWorker, callback: &js_sys::Function);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &JsWorker, callback: &js_sys::Function);
}

/// A running worker; dropping it ends it.
pub struct Worker(JsWorker);

impl Worker {
    /// Loads `name` (`<name>_loader.js`, beside the portal) and waits until it is ready.
    pub async fn start(name: &str) -> Result<Self, JsValue> {
        let url = base_url(&[name, "_loader.js"].concat());
        let worker = Worker(JsWorker::new(&url)?);
        worker.answer(None).await?;
        Ok(worker)
    }

    /// Sends a message and waits for its answer. One at a time.
    pub async fn ask(&self, message: &JsValue) -> Result<JsValue, JsValue> {
        self.answer(Some(message)).await
    }

    /// Hears every further message; for a worker that is not asked but works by itself.
    pub fn hear(&self, heard: impl Fn(JsValue) + 'static) {
        let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| heard(get(&event, "data")));
        self.0.set_onmessage(heard.into_js_value().unchecked_ref());
    }

    /// Sends a message that nobody answers.
    pub fn tell(&self, message: &JsValue) {
        // A worker that has ended hears nothing.
        let _ = self.0.post_message(message);
    }

    async fn answer(&self, message: Option<&JsValue>) -> Result<JsValue, JsValue> {
        let answer = Promise::new(&mut |resolve, reject| {
            self.0.set_onmessage(&resolve);
            self.0.set_onerror(&reject);
        });
        if let Some(message) = message {
            self.0.post_message(message)?;
        }
        let event = within(answer, LIMIT_MS).await?.ok_or("the worker does not answer")?;
        Ok(get(&event, "data"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.terminate();
    }
}
