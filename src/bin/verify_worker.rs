//! Worker module for browsers that lack Ed25519 or raw DEFLATE in their own APIs. Loaded only
//! there. A message of three parts, `[key, message, signature]`, is answered with true or false;
//! one of two, `[deflated, cap]`, with the bytes, or null when they are not DEFLATE or too long.

use ed25519_compact::{PublicKey, Signature};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = postMessage)]
    fn post_message(message: &JsValue);
    #[wasm_bindgen(js_name = addEventListener)]
    fn add_event_listener(event: &str, callback: &JsValue);
}

fn main() {
    let answer = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        let message = js_sys::Reflect::get(&event, &"data".into()).unwrap_or_default();
        post_message(&answer(&Array::from(&message)));
    });
    add_event_listener("message", &answer.into_js_value());
    // Ready: the page waits for this before it asks.
    post_message(&JsValue::TRUE);
}

fn answer(message: &Array) -> JsValue {
    let bytes = |at| Uint8Array::new(&message.get(at)).to_vec();
    if message.length() == 3 {
        return is_signed(&bytes(0), &bytes(1), &bytes(2)).into();
    }
    let cap = message.get(1).as_f64().unwrap_or_default() as usize;
    match miniz_oxide::inflate::decompress_to_vec_with_limit(&bytes(0), cap) {
        Ok(inflated) => Uint8Array::from(inflated.as_slice()).into(),
        Err(_) => JsValue::NULL,
    }
}

fn is_signed(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (PublicKey::from_slice(key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify(message, &signature).is_ok()
}
