//! A regular call, for as long as its value lives.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &JsValue, ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: &JsValue);
}

/// Calls until it is dropped.
pub struct Ticker {
    id: JsValue,
    _callback: Closure<dyn Fn()>,
}

impl Ticker {
    /// Calls `act` about every `ms` milliseconds. A hidden page is called less often, a sleeping
    /// phone not at all: what needs the time asks a clock.
    pub fn every(ms: i32, act: impl Fn() + 'static) -> Self {
        let callback = Closure::<dyn Fn()>::new(act);
        Ticker { id: set_interval(callback.as_ref(), ms), _callback: callback }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        clear_interval(&self.id);
    }
}
