//! The device's clocks, and the moments that are marked for whoever measures.

use care::ports::Clock;
use js_sys::Date;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = mark)]
    fn performance_mark(name: &str);
}

/// The device's clock. It can be wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceClock;

impl Clock for DeviceClock {
    fn now_ms(&self) -> i64 {
        Date::now() as i64
    }
    fn offset_min(&self) -> i32 {
        -(Date::new_0().get_timezone_offset() as i32)
    }
}

/// Milliseconds since the page opened; never goes back.
pub fn monotonic_ms() -> f64 {
    performance_now()
}

/// The first screen can be used.
pub fn mark_usable() {
    performance_mark("usable");
}

/// A kit is complete and verified.
pub fn mark_kit_ready() {
    performance_mark("kit-ready");
}
