//! A QR code as a drawing: from paper, back to the portal.

use crate::platform::dom::{View, none, svg};
use qrcodegen::{QrCode, QrCodeEcc};

/// The white around a code, in modules, that its standard asks for.
const QUIET: i32 = 4;

/// The code of an address; nothing where it is too long for one. Hidden from screen readers: the address
/// stands beside it.
pub fn code(address: &str) -> View {
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else { return none() };
    let side = (code.size() + 2 * QUIET).to_string();
    let view_box = ["0 0 ", &side, " ", &side].concat();
    let inside =
        ["<path fill=\"#fff\" d=\"M0 0h", &side, "v", &side, "H0Z\"/><path d=\"", &dark(&code), "\"/>"];
    svg("qr", &view_box, &inside.concat()).attr("shape-rendering", "crispEdges")
}

/// The dark modules, a bar for those in a row.
fn dark(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let [left, top, wide] = [start + QUIET, y + QUIET, x - start].map(|n| n.to_string());
                path.push_str(&["M", &left, " ", &top, "h", &wide, "v1H", &left, "Z"].concat());
            }
            x += 1;
        }
    }
    path
}

/// An address as people read it: without what every address begins with.
pub fn readable(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the bars as a reader would see them.
    fn painted(path: &str, side: usize) -> Vec<Vec<bool>> {
        let mut grid = vec![vec![false; side]; side];
        for bar in path.split('Z').filter(|bar| !bar.is_empty()) {
            let numbers: Vec<usize> =
                bar.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let [x, y, wide, 1, back] = numbers[..] else { panic!("{bar}") };
            assert_eq!(back, x);
            for cell in &mut grid[y][x..x + wide] {
                *cell = true;
            }
        }
        grid
    }

    #[test]
    fn the_drawn_code_is_read_by_another_reader() {
        let address = "https://kit.cabinet-exemple.fr/mon-kit/quiz";
        let code = QrCode::encode_text(address, QrCodeEcc::Medium).unwrap();
        let side = usize::try_from(code.size() + 2 * QUIET).unwrap();
        let grid = painted(&dark(&code), side);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, |x, y| {
            if grid[y / 4][x / 4] { 0 } else { 255 }
        });
        let read = image.detect_grids().first().unwrap().decode().unwrap().1;
        assert_eq!(read, address);
    }

    #[test]
    fn an_address_is_printed_without_its_beginning() {
        assert_eq!(readable("https://kit.exemple.fr/quiz"), "kit.exemple.fr/quiz");
        assert_eq!(readable("https://kit.exemple.fr/"), "kit.exemple.fr");
    }
}
