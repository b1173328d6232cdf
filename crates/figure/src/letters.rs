//! Titles as outlines, so that nothing depends on the fonts of whoever plays the film.

use crate::{Problem, raster::Canvas, scene::Colour};
use rustybuzz::{Face, UnicodeBuffer, ttf_parser};
use std::{env, fs, path::PathBuf};
use tiny_skia::PathBuilder;

/// One weight of the font Lato (SIL Open Font License).
pub struct Letters {
    path: PathBuf,
    data: Vec<u8>,
}

struct Outline<'a> {
    b: &'a mut PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl ttf_parser::OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.b.move_to(self.x + x * self.scale, self.y - y * self.scale);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.b.line_to(self.x + x * self.scale, self.y - y * self.scale);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let s = self.scale;
        self.b.quad_to(self.x + x1 * s, self.y - y1 * s, self.x + x * s, self.y - y * s);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let s = self.scale;
        self.b.cubic_to(
            self.x + x1 * s,
            self.y - y1 * s,
            self.x + x2 * s,
            self.y - y2 * s,
            self.x + x * s,
            self.y - y * s,
        );
    }
    fn close(&mut self) {
        self.b.close();
    }
}

impl Letters {
    /// Reads `Lato-<weight>.ttf` from `BON_GESTE_FONTS` or where Debian's fonts-lato puts it.
    pub fn find(weight: &str) -> Result<Self, Problem> {
        let folder =
            env::var_os("BON_GESTE_FONTS").unwrap_or_else(|| "/usr/share/fonts/truetype/lato".into());
        let path = PathBuf::from(folder).join(format!("Lato-{weight}.ttf"));
        let data = fs::read(&path).map_err(|e| Problem::Font { path: path.clone(), what: e.to_string() })?;
        let letters = Letters { path, data };
        letters.face()?;
        Ok(letters)
    }

    fn face(&self) -> Result<Face<'_>, Problem> {
        Face::from_slice(&self.data, 0)
            .ok_or_else(|| Problem::Font { path: self.path.clone(), what: "it is not a font".into() })
    }

    /// Width of a line of text at a size in pixels.
    pub fn width(&self, text: &str, size: f64) -> Result<f64, Problem> {
        let face = self.face()?;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = rustybuzz::shape(&face, &[], buffer);
        let units: i32 = shaped.glyph_positions().iter().map(|p| p.x_advance).sum();
        Ok(f64::from(units) * size / f64::from(face.units_per_em()))
    }

    /// Writes a line: left end of its baseline and size in pixels.
    #[allow(clippy::too_many_arguments)]
    pub fn write(
        &self,
        canvas: &mut Canvas,
        text: &str,
        x: f64,
        y: f64,
        size: f64,
        colour: Colour,
        alpha: f64,
    ) -> Result<(), Problem> {
        let face = self.face()?;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = rustybuzz::shape(&face, &[], buffer);
        let scale = size as f32 / face.units_per_em() as f32;
        let mut b = PathBuilder::new();
        let mut pen = x as f32;
        for (info, at) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let Ok(glyph) = u16::try_from(info.glyph_id) else { continue };
            let (dx, dy) = (at.x_offset as f32 * scale, at.y_offset as f32 * scale);
            let mut outline = Outline { b: &mut b, x: pen + dx, y: y as f32 - dy, scale };
            face.outline_glyph(ttf_parser::GlyphId(glyph), &mut outline);
            pen += at.x_advance as f32 * scale;
        }
        if let Some(path) = b.finish() {
            canvas.fill(&path, colour, alpha);
        }
        Ok(())
    }

    /// Breaks a text into as few lines as fit this width, and these as even as they can be.
    pub fn lines(&self, text: &str, size: f64, width: f64) -> Result<Vec<String>, Problem> {
        let mut best = self.filled(text, size, width)?;
        let (many, mut narrower) = (best.len(), width);
        while narrower > width * 0.3 {
            narrower -= 10.0;
            let lines = self.filled(text, size, narrower)?;
            if lines.len() > many {
                break;
            }
            best = lines;
        }
        Ok(best)
    }

    /// Fills line after line.
    fn filled(&self, text: &str, size: f64, width: f64) -> Result<Vec<String>, Problem> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            let longer = lines.last().map(|l| format!("{l} {word}"));
            match longer {
                Some(longer) if self.width(&longer, size)? <= width => {
                    if let Some(last) = lines.last_mut() {
                        *last = longer;
                    }
                }
                _ => lines.push(word.to_owned()),
            }
        }
        Ok(lines)
    }
}
