//! What a drawn repetition may be made of. It is put into the page itself, so that the session can
//! run it at the prescribed tempo: therefore nothing in it may do anything but be drawn and move.

/// The elements allowed, all of SVG's own namespace.
pub const ELEMENTS: [&str; 11] = [
    "svg",
    "title",
    "g",
    "path",
    "circle",
    "ellipse",
    "rect",
    "line",
    "polygon",
    "animate",
    "animateTransform",
];

/// Attributes that are refused on all of them: those that act, lead elsewhere, or that the policy
/// blocks. Event handlers (`on…`) are refused as well.
const REFUSED: [&str; 5] = ["style", "class", "id", "href", "xlink:href"];

/// What may be animated: where and how something is drawn.
const ANIMATED: [&str; 18] = [
    "d",
    "opacity",
    "transform",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "points",
    "fill-opacity",
    "stroke-opacity",
    "stroke-dashoffset",
];

/// Largest file, in bytes.
pub const MOST_BYTES: u64 = 8_192;

/// Whether an element with this name may stand in an animation.
pub fn allows_element(name: &str) -> bool {
    ELEMENTS.contains(&name)
}

/// Whether an attribute may.
pub fn allows_attribute(name: &str, value: &str) -> bool {
    let acts = name.starts_with("on") || REFUSED.contains(&name) || value.contains("url(");
    !acts && (name != "attributeName" || ANIMATED.contains(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_is_allowed_and_what_acts_is_not() {
        for element in ["path", "animate", "g"] {
            assert!(allows_element(element), "{element}");
        }
        for element in ["script", "a", "use", "image", "foreignObject", "style", "set", "iframe"] {
            assert!(!allows_element(element), "{element}");
        }
        for (name, value) in
            [("d", "M0 0"), ("fill", "#fff"), ("attributeName", "d"), ("repeatCount", "indefinite")]
        {
            assert!(allows_attribute(name, value), "{name}");
        }
        for (name, value) in [
            ("onclick", "x()"),
            ("onbegin", "x()"),
            ("style", "fill:red"),
            ("href", "https://example.org"),
            ("xlink:href", "#a"),
            ("attributeName", "href"),
            ("fill", "url(https://example.org/#p)"),
        ] {
            assert!(!allows_attribute(name, value), "{name}");
        }
    }
}
