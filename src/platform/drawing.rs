//! Drawn repetitions in the page: SVG that is looked at piece by piece before it is put in, and then
//! runs in a loop or stands still.

use care::animation::{allows_attribute, allows_element};
use wasm_bindgen::JsCast;
use web_sys::{DomParser, Element, SupportedType, SvgsvgElement};

/// A drawing in the page.
#[derive(Clone)]
pub struct Drawing(SvgsvgElement);

/// Puts a drawing into `place`; nothing when it is no SVG or holds what acts.
pub fn put(text: &str, place: &Element) -> Option<Drawing> {
    let parsed = DomParser::new().ok()?.parse_from_string(text, SupportedType::ImageSvgXml).ok()?;
    let root = parsed.document_element()?;
    let inside = root.query_selector_all("*").ok()?;
    let pieces = (0..inside.length()).filter_map(|i| inside.item(i)?.dyn_into::<Element>().ok());
    if !std::iter::once(root.clone()).chain(pieces).all(|piece| is_sound(&piece)) {
        return None;
    }
    let here = place.owner_document()?.import_node_with_deep(&root, true).ok()?;
    let drawing = here.dyn_into::<SvgsvgElement>().ok()?;
    place.append_child(&drawing).ok()?;
    Some(Drawing(drawing))
}

fn is_sound(piece: &Element) -> bool {
    let svg = piece.namespace_uri().as_deref() == Some("http://www.w3.org/2000/svg");
    svg && allows_element(&piece.local_name())
        && piece
            .get_attribute_names()
            .iter()
            .filter_map(|name| name.as_string())
            .all(|name| allows_attribute(&name, &piece.get_attribute(&name).unwrap_or_default()))
}

impl Drawing {
    /// Length of its loop in milliseconds, as the drawing says; 0 when it does not.
    pub fn loop_ms(&self) -> u32 {
        self.0.get_attribute("data-duration-ms").and_then(|ms| ms.parse().ok()).unwrap_or(0)
    }

    /// Stands still at a moment of its loop, from 0 to below 1.
    pub fn seek(&self, phase: f64) {
        self.0.pause_animations();
        self.0.set_current_time((phase * f64::from(self.loop_ms()) / 1000.0) as f32);
    }

    /// Runs in its loop, or stands still where it is.
    pub fn run(&self, on: bool) {
        if on {
            self.0.unpause_animations();
        } else {
            self.0.pause_animations();
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' data-duration-ms='1000'>\
        <title>x</title><path d='M0 0h1'><animate attributeName='d' values='M0 0h1;M0 0h2' dur='1s' repeatCount='indefinite'/></path></svg>";

    fn place() -> Element {
        let document = web_sys::window().unwrap().document().unwrap();
        let place = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&place).unwrap();
        place
    }

    #[wasm_bindgen_test]
    fn a_drawing_stands_in_the_page_and_can_be_stopped() {
        let place = place();
        let drawing = put(SVG, &place).unwrap();
        assert_eq!(place.query_selector_all("svg path animate").unwrap().length(), 1);
        assert_eq!(drawing.loop_ms(), 1000);
        drawing.seek(0.25);
        assert!(drawing.0.animations_paused());
        assert!((drawing.0.get_current_time() - 0.25).abs() < 0.01);
        drawing.run(false);
        assert!(drawing.0.animations_paused());
        drawing.run(true);
        assert!(!drawing.0.animations_paused());
    }

    #[wasm_bindgen_test]
    fn what_acts_or_is_no_drawing_is_not_put_in() {
        let bent = |from: &str, to: &str| SVG.replace(from, to);
        for text in [
            bent("<title>x</title>", "<script>alert(1)</script>"),
            bent("<title>x</title>", "<a href='https://example.org'/>"),
            bent(
                "<title>x</title>",
                "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
            ),
            bent("<title>x</title>", "<title><b xmlns='http://www.w3.org/1999/xhtml'>x</b></title>"),
            bent("<path ", "<path onclick='alert(1)' "),
            bent("<animate ", "<animate onbegin='alert(1)' "),
            bent("attributeName='d'", "attributeName='href'"),
            bent("</svg>", ""),
            String::from("<html>Wi-Fi</html>"),
            String::new(),
        ] {
            let place = place();
            assert!(put(&text, &place).is_none(), "{text}");
            assert_eq!(place.child_element_count(), 0, "{text}");
        }
    }
}
