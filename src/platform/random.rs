//! Chance, from the browser's generator.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(array: &js_sys::Uint8Array);
}

/// 64 random bits.
pub fn number() -> u64 {
    let array = js_sys::Uint8Array::new_with_length(8);
    get_random_values(&array);
    let mut bytes = [0; 8];
    array.copy_to(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// 128 random bits, for an identifier that nobody else has.
pub fn wide() -> u128 {
    u128::from(number()) << 64 | u128::from(number())
}

/// A number in `0.0..1.0`: for waits that must not all end together.
pub fn fraction() -> f64 {
    (number() >> 11) as f64 / (1u64 << 53) as f64
}
