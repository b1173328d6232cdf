//! Worker module for browsers that lack Ed25519 or raw DEFLATE in their own APIs. Loaded only
//! there. A message of three parts, `[key, message, signature]`, is answered with true or false;
//! one of two, `[deflated, cap]`, with the bytes, or null when they are not DEFLATE or too long.

use ed25519_compact::{PublicKey, Signature};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use worker_scope::{hear, ready, tell};

#[path = "../platform/worker_scope.rs"]
mod worker_scope;

fn main() {
    hear(|message| tell(&answer(&Array::from(&message))));
    ready();
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

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::is_signed;

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let digit = |n: &u8| char::from(*n).to_digit(16).unwrap() as u8;
        hexadecimal.as_bytes().chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
    }

    #[test]
    fn the_signature_of_rfc_8037_is_right_and_a_changed_one_is_not() {
        let key = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let mut signature = bytes(
            "860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e\
             9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02",
        );
        assert!(is_signed(&key, message, &signature));
        assert!(!is_signed(&key, b"other", &signature));
        assert!(!is_signed(&key[1..], message, &signature) && !is_signed(&key, message, &signature[1..]));
        signature[40] ^= 1;
        assert!(!is_signed(&key, message, &signature));
    }
}
