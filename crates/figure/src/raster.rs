//! Paints shapes into pixels, and the contact sheets by which a movement is judged.

use crate::{
    Problem,
    motion::{Loop, Motion, View},
    scene::{Colour, Form, Oval, Shape, Stage, arrow_head},
};
use glam::DVec2;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Rect, Stroke,
    Transform,
};

/// The room's colours.
pub const WALL: Colour = [251, 244, 232];
/// Floor.
pub const FLOOR: Colour = [238, 223, 201];
/// Between wall and floor.
pub const SKIRTING: Colour = [222, 202, 174];
/// Arrows.
pub const ARROW: Colour = [196, 66, 28];
/// Letters.
pub const INK: Colour = [52, 42, 48];

/// How far behind the person the room's wall stands, as seen on the picture's plane, metres.
pub const HORIZON: f64 = 0.16;

/// A place in the picture into which a scene is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Pixels a metre.
    pub scale: f64,
    /// Where the plane's origin comes to lie, pixels.
    pub origin: DVec2,
}

impl Frame {
    /// Fits bounds into a box of pixels, standing on its lower edge, centred; never larger than
    /// `most` pixels a metre.
    pub fn fit(bounds: (DVec2, DVec2), low: DVec2, high: DVec2, most: f64) -> Self {
        let size = bounds.1 - bounds.0;
        let space = high - low;
        let scale = (space.x / size.x).min(space.y / size.y).min(most);
        let x = (low.x + high.x) / 2.0 - scale * (bounds.0.x + bounds.1.x) / 2.0;
        Frame { scale, origin: DVec2::new(x, high.y + scale * bounds.0.y) }
    }

    /// From the plane to pixels.
    pub fn at(&self, p: DVec2) -> DVec2 {
        DVec2::new(self.origin.x + p.x * self.scale, self.origin.y - p.y * self.scale)
    }
}

fn colour(c: Colour, alpha: f64) -> Color {
    Color::from_rgba(
        f32::from(c[0]) / 255.0,
        f32::from(c[1]) / 255.0,
        f32::from(c[2]) / 255.0,
        alpha.clamp(0.0, 1.0) as f32,
    )
    .unwrap_or(Color::BLACK)
}

fn paint(c: Colour, alpha: f64) -> Paint<'static> {
    let mut p = Paint::default();
    p.set_color(colour(c, alpha));
    p.anti_alias = true;
    p
}

/// Pixels of one picture.
pub struct Canvas {
    /// The pixels.
    pub pixels: Pixmap,
    mask: Option<Mask>,
}

impl Canvas {
    /// An empty picture of one colour.
    pub fn new(width: u32, height: u32, ground: Colour) -> Result<Self, Problem> {
        let mut pixels = Pixmap::new(width, height)
            .ok_or_else(|| Problem::Drawing { id: "canvas".into(), what: "a picture needs a size".into() })?;
        pixels.fill(colour(ground, 1.0));
        Ok(Canvas { pixels, mask: None })
    }

    /// A filled path, in pixels.
    pub fn fill(&mut self, path: &Path, c: Colour, alpha: f64) {
        self.pixels.fill_path(
            path,
            &paint(c, alpha),
            FillRule::Winding,
            Transform::identity(),
            self.mask.as_ref(),
        );
    }

    /// A line with round ends, in pixels.
    pub fn stroke(&mut self, path: &Path, width: f64, c: Colour, alpha: f64) {
        let stroke = Stroke {
            width: width as f32,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixels.stroke_path(path, &paint(c, alpha), &stroke, Transform::identity(), self.mask.as_ref());
    }

    /// A rectangle, in pixels.
    pub fn rect(&mut self, low: DVec2, high: DVec2, c: Colour, alpha: f64) {
        if let Some(r) = Rect::from_ltrb(low.x as f32, low.y as f32, high.x as f32, high.y as f32) {
            self.fill(&PathBuilder::from_rect(r), c, alpha);
        }
    }

    /// Puts another picture upon this one.
    pub fn put(&mut self, other: &Pixmap, x: i32, y: i32, alpha: f64) {
        let paint = PixmapPaint { opacity: alpha as f32, ..PixmapPaint::default() };
        self.pixels.draw_pixmap(x, y, other.as_ref(), &paint, Transform::identity(), None);
    }

    /// Paints only within a rounded rectangle from now on; `None`: everywhere.
    pub fn within(&mut self, area: Option<(DVec2, DVec2, f64)>) {
        self.mask = area.and_then(|(low, high, round)| {
            let mut mask = Mask::new(self.pixels.width(), self.pixels.height())?;
            mask.fill_path(&rounded(low, high, round)?, FillRule::Winding, true, Transform::identity());
            Some(mask)
        });
    }

    /// Wall and floor, the floor beginning at this height.
    pub fn room(&mut self, low: DVec2, high: DVec2, floor: f64) {
        self.rect(low, high, WALL, 1.0);
        self.rect(DVec2::new(low.x, floor), high, FLOOR, 1.0);
        self.rect(DVec2::new(low.x, floor - 4.0), DVec2::new(high.x, floor), SKIRTING, 1.0);
    }

    /// A shape.
    pub fn shape(&mut self, shape: &Shape, frame: &Frame) {
        if shape.alpha <= 0.005 {
            return;
        }
        let (c, alpha) = (shape.colour, shape.alpha);
        match &shape.form {
            Form::Limb(chain) => {
                if let Some(path) = limb(chain, frame) {
                    self.fill(&path, c, alpha);
                }
            }
            Form::Hull { ovals, .. } => {
                if let Some(path) = hull(ovals, frame) {
                    self.fill(&path, c, alpha);
                }
            }
            Form::Oval(oval) => {
                let steps: &[(f64, f64)] = if shape.soft {
                    &[
                        (1.10, 0.14),
                        (1.05, 0.16),
                        (1.0, 0.18),
                        (0.95, 0.2),
                        (0.9, 0.22),
                        (0.85, 0.24),
                        (0.8, 0.26),
                    ]
                } else {
                    &[(1.0, 1.0)]
                };
                for (size, share) in steps {
                    let mut o = *oval;
                    o.m = o.m.map(|v| v * size * size);
                    if let Some(path) = hull(&[o], frame) {
                        self.fill(&path, c, alpha * share);
                    }
                }
            }
            Form::Line { points, width } => {
                let mut b = PathBuilder::new();
                trace(&mut b, points, frame);
                if let Some(path) = b.finish() {
                    let steps: &[(f64, f64)] =
                        if shape.soft { &[(1.15, 0.3), (0.95, 0.4), (0.72, 0.45)] } else { &[(1.0, 1.0)] };
                    for (size, share) in steps {
                        self.stroke(&path, width * frame.scale * size, c, alpha * share);
                    }
                }
            }
            Form::Area { points, round } => {
                let mut b = PathBuilder::new();
                trace(&mut b, points, frame);
                b.close();
                if let Some(path) = b.finish() {
                    self.fill(&path, c, alpha);
                    self.stroke(&path, round * 2.0 * frame.scale, c, alpha);
                }
            }
        }
    }

    /// An arrow along a curve.
    pub fn arrow(&mut self, curve: &[DVec2; 3], frame: &Frame, alpha: f64) {
        let [a, b, c] = curve.map(|p| frame.at(p));
        let width = (0.020 * frame.scale).max(3.0);
        let mut line = PathBuilder::new();
        line.move_to(a.x as f32, a.y as f32);
        line.quad_to(b.x as f32, b.y as f32, c.x as f32, c.y as f32);
        if let Some(path) = line.finish() {
            self.stroke(&path, width, ARROW, alpha);
        }
        let tip = arrow_head(curve, 0.058);
        let mut head = PathBuilder::new();
        trace(&mut head, &tip, frame);
        head.close();
        if let Some(path) = head.finish() {
            self.fill(&path, ARROW, alpha);
            self.stroke(&path, width * 0.5, ARROW, alpha);
        }
    }
}

/// A rounded rectangle.
pub fn rounded(low: DVec2, high: DVec2, r: f64) -> Option<Path> {
    let mut b = PathBuilder::new();
    let (l, t, w, h, r) = (low.x as f32, low.y as f32, high.x as f32, high.y as f32, r as f32);
    b.move_to(l + r, t);
    b.line_to(w - r, t);
    b.quad_to(w, t, w, t + r);
    b.line_to(w, h - r);
    b.quad_to(w, h, w - r, h);
    b.line_to(l + r, h);
    b.quad_to(l, h, l, h - r);
    b.line_to(l, t + r);
    b.quad_to(l, t, l + r, t);
    b.close();
    b.finish()
}

fn trace(b: &mut PathBuilder, points: &[DVec2], frame: &Frame) {
    for (n, p) in points.iter().enumerate() {
        let p = frame.at(*p);
        if n == 0 { b.move_to(p.x as f32, p.y as f32) } else { b.line_to(p.x as f32, p.y as f32) }
    }
}

fn skin(b: &mut PathBuilder, ovals: &[Oval], frame: &Frame) {
    let steps = 56;
    let mut points = Vec::with_capacity(steps);
    for k in 0..steps {
        let n = DVec2::from_angle(std::f64::consts::TAU * k as f64 / steps as f64);
        let best = ovals.iter().map(|o| o.outmost(n, 0.0)).max_by(|a, b| a.dot(n).total_cmp(&b.dot(n)));
        points.extend(best);
    }
    trace(b, &points, frame);
    b.close();
}

fn hull(ovals: &[Oval], frame: &Frame) -> Option<Path> {
    let mut b = PathBuilder::new();
    skin(&mut b, ovals, frame);
    b.finish()
}

fn limb(chain: &[(DVec2, f64)], frame: &Frame) -> Option<Path> {
    let mut b = PathBuilder::new();
    for pair in chain.windows(2) {
        let ovals: Vec<Oval> =
            pair.iter().map(|(p, r)| Oval { middle: *p, m: [r * r, 0.0, r * r] }).collect();
        skin(&mut b, &ovals, frame);
    }
    b.finish()
}

/// Width and height of one picture of a contact sheet, pixels.
pub const CELL: (u32, u32) = (230, 250);

/// The moments of a loop that a contact sheet shows: eight, or twice as many of what happens once.
pub fn moments(of: &Loop) -> Vec<f64> {
    let count = if of.back.is_some() { 16 } else { 8 };
    // Of a way there and back, the way there.
    let last = f64::from(count) - if of.back.is_some() { 0.95 } else { 0.0 };
    (0..count).map(|k| of.back.unwrap_or(of.duration()) * (f64::from(k) + 0.02) / last).collect()
}

/// Eight pictures a row; a row a camera and variant, two rows for what happens once.
pub fn contact_sheet(motion: &Motion) -> Result<Pixmap, Problem> {
    let (wide, tall) = (f64::from(CELL.0), f64::from(CELL.1));
    let loops: Vec<&Loop> = [Some(&motion.main), motion.easier.as_ref()].into_iter().flatten().collect();
    let rows = |of: &Loop| moments(of).len() as u32 / 8;
    let all: u32 = loops.iter().map(|of| 2 * rows(of)).sum();
    let mut canvas = Canvas::new(8 * CELL.0, all * CELL.1, WALL)?;
    let mut row = 0;
    for of in loops {
        for view in [View::Front, View::Side] {
            let stage = Stage::new(motion, of, view);
            let bounds = stage.bounds();
            for (k, at) in (0..).zip(moments(of)) {
                let low = DVec2::new(f64::from(k % 8) * wide, f64::from(row + k / 8) * tall);
                let high = low + DVec2::new(wide, tall);
                let most = if of.focus.is_some() { 300.0 } else { 150.0 };
                let frame = Frame::fit(bounds, low + 12.0, high - 12.0, most);
                canvas.within(Some((low + 2.0, high - 2.0, 6.0)));
                canvas.room(low, high, frame.at(DVec2::new(0.0, HORIZON)).y);
                for shape in stage.moving(at) {
                    canvas.shape(&shape, &frame);
                }
                if let Some(phase) = of.phase(at) {
                    for arrow in stage.arrows(phase) {
                        canvas.arrow(&arrow, &frame, 1.0);
                    }
                }
            }
            row += rows(of);
        }
    }
    Ok(canvas.pixels)
}
