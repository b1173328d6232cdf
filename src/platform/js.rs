//! What the other files of the platform share: bytes that stay in JavaScript's memory, plain
//! objects, promises with a limit of time.

use care::ports::Bytes;
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, ms: i32, argument: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// Bytes in JavaScript's memory: films go from network to disk without passing through WASM.
#[derive(Clone, Debug)]
pub struct JsBytes(pub Uint8Array);

impl JsBytes {
    /// A copy of our bytes on JavaScript's side.
    #[cfg(test)]
    pub fn copy_of(bytes: &[u8]) -> Self {
        JsBytes(Uint8Array::from(bytes))
    }

    /// So many bytes of nothing.
    pub fn blank(length: u32) -> Self {
        JsBytes(Uint8Array::new_with_length(length))
    }

    /// An array that owns exactly these bytes: structured clone would else take the whole buffer
    /// that a view looks into.
    pub(crate) fn owned(&self) -> Uint8Array {
        if self.0.byte_length() == self.0.buffer().byte_length() {
            self.0.clone()
        } else {
            self.0.slice(0, self.0.length())
        }
    }
}

impl Bytes for JsBytes {
    fn byte_len(&self) -> u64 {
        self.0.length().into()
    }
    fn tail(&self, start: u64) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX).min(self.0.length());
        JsBytes(self.0.subarray(start, self.0.length()))
    }
    fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// A property, `undefined` when there is none.
pub(crate) fn get(target: &JsValue, key: &str) -> JsValue {
    Reflect::get(target, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property of the window, `undefined` when this browser lacks it. Dots lead further in.
pub fn global(path: &str) -> JsValue {
    path.split('.').fold(js_sys::global().into(), |at, key| get(&at, key))
}

/// A text property, empty when there is none.
pub(crate) fn text(target: &JsValue, key: &str) -> String {
    get(target, key).as_string().unwrap_or_default()
}

/// Calls a method by its name, with two arguments at most: for what only some browsers have, and for
/// what only later screens use, whose own binding every first visit would pay for.
pub(crate) fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method = get(target, method).dyn_into::<js_sys::Function>()?;
    match arguments {
        [] => method.call0(target),
        [one] => method.call1(target, one),
        [one, two, ..] => method.call2(target, one, two),
    }
}

/// The same, waiting for the promise that it answers with.
pub(crate) async fn call_async(
    target: &JsValue,
    method: &str,
    arguments: &[JsValue],
) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&call(target, method, arguments)?)).await
}

/// A plain object.
pub(crate) fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}

/// Waits for a promise at most `ms` milliseconds; `None` when it took longer.
pub(crate) async fn within(promise: Promise, ms: i32) -> Result<Option<JsValue>, JsValue> {
    let late = Object::new();
    let mut timer = JsValue::UNDEFINED;
    let timeout = Promise::new(&mut |resolve, _| {
        timer = set_timeout(&resolve, ms, &late);
    });
    let first = JsFuture::from(Promise::race(&Array::of2(&promise, &timeout))).await;
    clear_timeout(&timer);
    first.map(|value| (value != *late).then_some(value))
}

/// Runs a task beside what is on view. One body of code for all: bare, each task brings its own runner.
pub fn run(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    leptos::task::spawn_local(task);
}

/// Waits.
pub async fn sleep(ms: i32) {
    let timer = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, ms, &JsValue::UNDEFINED);
    });
    // A timer's promise is never rejected.
    let _ = JsFuture::from(timer).await;
}

/// A browser's error, flattened: its name and its message.
pub(crate) fn error_text(error: &JsValue) -> String {
    let (name, message) = (text(error, "name"), text(error, "message"));
    [name, message].join(": ")
}

/// An address beside the portal's `index.html`, made absolute: workers know no `<base>`.
pub(crate) fn base_url(path: &str) -> String {
    let base = text(&global("document"), "baseURI");
    web_sys::Url::new_with_base(path, &base).map_or(base, |url| url.href())
}

/// Runs a piece of JavaScript that returns a promise, with arguments `a` and `b`: for what
/// strangers to our code do in tests.
#[cfg(all(test, target_arch = "wasm32"))]
pub(crate) async fn script(body: &str, a: &str, b: &JsValue) -> JsValue {
    let function = js_sys::Function::new_with_args("a, b", body);
    let promise: Promise = function.call2(&JsValue::UNDEFINED, &a.into(), b).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}
