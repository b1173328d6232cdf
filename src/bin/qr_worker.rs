//! Worker module that reads QR codes, for browsers without a reader of their own. A message
//! `[pixels, width, height]` with four bytes a pixel is answered with the text, or null.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use worker_scope::{hear, ready, tell};

#[path = "../platform/worker_scope.rs"]
mod worker_scope;

fn main() {
    hear(|message| {
        let message = Array::from(&message);
        let pixels = Uint8Array::new(&message.get(0)).to_vec();
        let side = |at| message.get(at).as_f64().unwrap_or_default() as usize;
        tell(&decode(&pixels, side(1), side(2)).map_or(JsValue::NULL, JsValue::from));
    });
    ready();
}

/// The text of the first code that can be read.
fn decode(pixels: &[u8], width: usize, height: usize) -> Option<String> {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        // Green is nearest to how bright a colour looks.
        pixels.get((y * width + x) * 4 + 1).copied().unwrap_or(u8::MAX)
    });
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::decode;

    /// A code drawn with four bytes a pixel, `scale` pixels a module, black on white.
    fn picture(text: &str, scale: usize) -> (Vec<u8>, usize) {
        let code = qrcode::QrCode::new(text).unwrap();
        let (modules, margin) = (code.width(), 4);
        let side = (modules + 2 * margin) * scale;
        let dark = |at: usize| (at / scale).checked_sub(margin).filter(|module| *module < modules);
        let pixel = |at: usize| match (dark(at % side), dark(at / side)) {
            (Some(x), Some(y)) if code[(x, y)] == qrcode::Color::Dark => [0, 0, 0, 255],
            _ => [255; 4],
        };
        ((0..side * side).flat_map(pixel).collect(), side)
    }

    #[test]
    fn the_code_of_a_kits_link_is_read_at_several_sizes() {
        let link = format!("https://portail.example/#shlink:/{}", "eyJ1cmwiOiJodHRwczovL3Bv".repeat(10));
        for scale in [2, 3, 7] {
            let (pixels, side) = picture(&link, scale);
            assert_eq!(decode(&pixels, side, side).as_deref(), Some(link.as_str()), "scale {scale}");
        }
    }

    #[test]
    fn a_picture_without_a_code_gives_nothing() {
        assert_eq!(decode(&[255; 40_000], 100, 100), None);
        assert_eq!(decode(&[], 100, 100), None);
    }
}
