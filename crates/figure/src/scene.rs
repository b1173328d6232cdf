//! A picture without pixels: shapes on a plane in metres (x to the right, y up), in the order in
//! which they are painted, as one camera sees a moment of an exercise.

use crate::{
    motion::{Loop, Motion, Phase, View, point},
    person,
    props::Layer,
    skeleton::Skeleton,
};
use glam::{DMat3, DVec2, DVec3};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// Between two colours.
pub fn mix(a: Colour, b: Colour, share: f64) -> Colour {
    let m = |i: usize| (f64::from(a[i]) * (1.0 - share) + f64::from(b[i]) * share).round() as u8;
    [m(0), m(1), m(2)]
}

/// Parallel projection, from a little above.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    right: DVec3,
    up: DVec3,
    toward: DVec3,
}

impl Camera {
    /// Looks from `azimuth` degrees (0: from where the person faces at first; to its left positive).
    pub fn new(azimuth: f64) -> Self {
        let (a, p) = (azimuth.to_radians(), 9f64.to_radians());
        let toward = DVec3::new(a.cos() * p.cos(), a.sin() * p.cos(), p.sin());
        let right = DVec3::new(-a.sin(), a.cos(), 0.0);
        Camera { right, up: toward.cross(right), toward }
    }

    /// On the picture's plane.
    pub fn see(&self, p: DVec3) -> DVec2 {
        DVec2::new(self.right.dot(p), self.up.dot(p))
    }

    /// How near to the camera.
    pub fn near(&self, p: DVec3) -> f64 {
        self.toward.dot(p)
    }

    /// The outline of an ellipsoid: its middle, frame and half axes.
    pub fn oval(&self, middle: DVec3, frame: DMat3, half: DVec3) -> Oval {
        let axes = [frame.x_axis * half.x, frame.y_axis * half.y, frame.z_axis * half.z];
        let mut m = [0.0; 3];
        for a in axes {
            let s = self.see(a);
            m[0] += s.x * s.x;
            m[1] += s.x * s.y;
            m[2] += s.y * s.y;
        }
        Oval { middle: self.see(middle), m }
    }

    /// The outline of a ball.
    pub fn ball(&self, middle: DVec3, radius: f64) -> Oval {
        Oval { middle: self.see(middle), m: [radius * radius, 0.0, radius * radius] }
    }
}

/// An ellipse: its middle and the symmetric matrix xx, xy, yy of its half axes.
#[derive(Clone, Copy, Debug)]
pub struct Oval {
    /// Metres.
    pub middle: DVec2,
    /// Square metres.
    pub m: [f64; 3],
}

impl Oval {
    /// Half axes and the angle of the first, radians.
    pub fn axes(&self) -> (f64, f64, f64) {
        let [a, b, d] = self.m;
        let (mean, diff) = ((a + d) / 2.0, (a - d) / 2.0);
        let root = (diff * diff + b * b).sqrt();
        let angle = if root < 1e-9 { 0.0 } else { 0.5 * (2.0 * b).atan2(a - d) };
        ((mean + root).max(0.0).sqrt(), (mean - root).max(0.0).sqrt(), angle)
    }

    /// The outermost point in a direction, the ellipse being `trim` smaller all round.
    pub fn outmost(&self, n: DVec2, trim: f64) -> DVec2 {
        let [a, b, d] = self.m;
        let mn = DVec2::new(a * n.x + b * n.y, b * n.x + d * n.y);
        self.middle + mn / n.dot(mn).max(1e-12).sqrt() - n * trim
    }
}

/// What is painted.
#[derive(Clone, Debug)]
pub enum Form {
    /// A chain of balls of these radii with what lies between them.
    Limb(Vec<(DVec2, f64)>),
    /// The tightest skin around ellipses.
    Hull {
        /// The ellipses.
        ovals: Vec<Oval>,
        /// Where the outline begins.
        up: DVec2,
        /// Radius of its corners, metres.
        round: f64,
    },
    /// An open line with round ends.
    Line {
        /// From end to end.
        points: Vec<DVec2>,
        /// Metres.
        width: f64,
    },
    /// A flat area with rounded corners.
    Area {
        /// Corners.
        points: Vec<DVec2>,
        /// How far it reaches beyond them, metres.
        round: f64,
    },
    /// An ellipse.
    Oval(Oval),
}

/// A shape with its colour.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Names it from picture to picture.
    pub key: String,
    /// What.
    pub form: Form,
    /// In which colour.
    pub colour: Colour,
    /// 0 not at all to 1.
    pub alpha: f64,
    /// Drawn with soft edges where that is possible.
    pub soft: bool,
}

impl Shape {
    /// An opaque shape.
    pub fn new(key: impl Into<String>, form: Form, colour: Colour) -> Self {
        Shape { key: key.into(), form, colour, alpha: 1.0, soft: false }
    }
}

/// The order in which a body's parts lie over each other; it may not change within a vector loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Which leg and arm are farther away.
    pub far: usize,
    /// Which arms lie behind the trunk.
    pub arm_behind: [bool; 2],
    /// Which legs lie before the trunk's clothes.
    pub leg_before: [bool; 2],
    /// The face looks away from the camera.
    pub away: bool,
}

impl Order {
    /// As it is for one moment.
    pub fn of(s: &Skeleton, camera: &Camera) -> Self {
        let left = camera.near(s.frames[2].y_axis);
        let ahead = camera.near(s.frames[2].x_axis);
        let far = usize::from(left > 0.0);
        let trunk = camera.near((s.pelvis + s.spine[2]) / 2.0);
        let behind = |i: usize| {
            let near = if i == 0 { left } else { -left };
            let palm = camera.near(s.arms[i][3]);
            let elbow = camera.near(s.arms[i][1]);
            if near.abs() > 0.75 {
                near < 0.0
            } else {
                palm.max(elbow) - trunk < if ahead > 0.0 { -0.08 } else { 0.0 }
            }
        };
        let before = |i: usize| camera.near(s.legs[i][1]) - camera.near(s.pelvis) > 0.24;
        Order {
            far,
            arm_behind: [behind(0), behind(1)],
            leg_before: [before(0), before(1)],
            away: camera.near(s.frames[3].x_axis) < -0.35,
        }
    }
}

/// One camera's view of a loop.
pub struct Stage<'a> {
    /// The exercise.
    pub motion: &'a Motion,
    /// Its loop shown.
    pub of: &'a Loop,
    /// From where.
    pub camera: Camera,
    /// The order kept, if it must not change.
    pub order: Option<Order>,
}

impl<'a> Stage<'a> {
    /// A loop seen from one side.
    pub fn new(motion: &'a Motion, of: &'a Loop, view: View) -> Self {
        let azimuth = of.azimuth[usize::from(view == View::Side)];
        Stage { motion, of, camera: Camera::new(azimuth), order: None }
    }

    /// The person and all things at a moment, without arrows.
    pub fn shapes(&self, at: f64) -> Vec<Shape> {
        let s = self.of.at(at);
        let order = self.order.clone().unwrap_or_else(|| Order::of(&s, &self.camera));
        let muscles: &[String] = self.of.phase(at).map_or(&[], |p| &p.muscles);
        self.draw(&s, &order, &|name| f64::from(u8::from(muscles.iter().any(|m| m == name))))
    }

    /// All muscles that work at some time.
    pub fn muscles(&self) -> Vec<String> {
        let mut all: Vec<String> = self.of.phases.iter().flat_map(|p| p.muscles.clone()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// How strongly a muscle is marked: it comes and goes within 200 ms.
    pub fn marked(&self, name: &str, at: f64) -> f64 {
        let d = self.of.duration();
        let at = at.rem_euclid(d);
        let works = |t: f64| self.of.phase(t).is_some_and(|p| p.muscles.iter().any(|m| m == name));
        let around = (-2i32..=2).filter(|k| works(at + f64::from(*k) * 60.0)).count();
        around as f64 / 5.0
    }

    /// As [`Stage::shapes`], without any mark.
    pub fn unmarked(&self, at: f64) -> Vec<Shape> {
        let s = self.of.at(at);
        let order = self.order.clone().unwrap_or_else(|| Order::of(&s, &self.camera));
        self.draw(&s, &order, &|_| 0.0)
    }

    /// As [`Stage::shapes`], with muscles that come and go softly.
    pub fn moving(&self, at: f64) -> Vec<Shape> {
        let s = self.of.at(at);
        let order = self.order.clone().unwrap_or_else(|| Order::of(&s, &self.camera));
        self.draw(&s, &order, &|name| self.marked(name, at))
    }

    /// With every muscle marked and a kept order.
    pub fn kept(&self, at: f64, order: &Order) -> Vec<Shape> {
        self.draw(&self.of.at(at), order, &|_| 1.0)
    }

    fn draw(&self, s: &Skeleton, order: &Order, marked: &dyn Fn(&str) -> f64) -> Vec<Shape> {
        let camera = &self.camera;
        let mut shapes = Vec::new();
        let mut layers: [Vec<Shape>; 3] = Default::default();
        let middle = self.of.at(0.0).pelvis;
        for (n, prop) in self.of.props.iter().enumerate() {
            for (layer, drawn) in prop.draw(camera, s, middle, n) {
                let at = match layer {
                    Layer::Behind => 0,
                    Layer::Between => 1,
                    Layer::Before => 2,
                };
                layers[at].extend(drawn);
            }
        }
        let [behind, between, before] = layers;
        shapes.push(person::shadow(s, camera));
        shapes.extend(behind);
        person::draw(self.motion.person, s, camera, order, between, &self.muscles(), marked, &mut shapes);
        shapes.extend(before);
        shapes
    }

    /// The arrows of a phase: each a curve of three points and the width, metres.
    pub fn arrows(&self, phase: &Phase) -> Vec<[DVec2; 3]> {
        let moments = [phase.from, (phase.from + phase.to) / 2.0, phase.to - 1.0].map(|t| self.of.at(t));
        phase
            .arrows
            .iter()
            .filter_map(|arrow| {
                let by = DVec3::from(arrow.by);
                let mut way = [DVec2::ZERO; 3];
                for (w, s) in way.iter_mut().zip(&moments) {
                    *w = self.camera.see(point(s, &arrow.follow)? + by);
                }
                if let Some(push) = arrow.push {
                    let from = way[0];
                    way = [
                        from,
                        from + self.camera.see(push.into()) / 2.0,
                        from + self.camera.see(push.into()),
                    ];
                }
                let middle = (way[0] + way[2]) / 2.0;
                // The curve's control point: so that it passes through the middle of the way.
                let control = way[1] * 2.0 - middle;
                Some([way[0], control, way[2]].map(|p| middle + (p - middle) * arrow.stretch))
            })
            .filter(|[a, _, b]| a.distance(*b) > 0.05)
            .collect()
    }

    /// The smallest box around everything that is ever seen: lower left and upper right.
    pub fn bounds(&self) -> (DVec2, DVec2) {
        let (mut low, mut high) = (DVec2::splat(1e9), DVec2::splat(-1e9));
        let mut add = |p: DVec2, r: f64| {
            low = low.min(p - r);
            high = high.max(p + r);
        };
        for k in 0..16 {
            for shape in self.shapes(self.of.duration() * f64::from(k) / 16.0) {
                if shape.key.starts_with("wall") {
                    continue;
                }
                match &shape.form {
                    Form::Limb(chain) => chain.iter().for_each(|(p, r)| add(*p, *r)),
                    Form::Hull { ovals, .. } => ovals.iter().for_each(|o| {
                        for n in [DVec2::X, DVec2::Y, -DVec2::X, -DVec2::Y] {
                            add(o.outmost(n, 0.0), 0.0);
                        }
                    }),
                    Form::Line { points, width } => points.iter().for_each(|p| add(*p, width / 2.0)),
                    Form::Area { points, round } => points.iter().for_each(|p| add(*p, *round)),
                    Form::Oval(o) => {
                        for n in [DVec2::X, DVec2::Y, -DVec2::X, -DVec2::Y] {
                            add(o.outmost(n, 0.0), 0.0);
                        }
                    }
                }
            }
        }
        for phase in &self.of.phases {
            for arrow in self.arrows(phase) {
                add(arrow[0], 0.03);
                add(arrow[0].lerp(arrow[1], 0.5).lerp(arrow[1].lerp(arrow[2], 0.5), 0.5), 0.03);
                add(arrow[2], 0.06);
            }
        }
        if let Some(focus) = self.of.focus {
            low.y = self.camera.see(DVec3::Z * focus).y;
        }
        (low, high)
    }
}

/// The head of an arrow that ends at `tip`.
pub fn arrow_head(curve: &[DVec2; 3], size: f64) -> [DVec2; 3] {
    let along = (curve[2] - curve[1]).normalize_or(DVec2::Y);
    let across = along.perp();
    [curve[2] + along * size * 0.9, curve[2] + across * size * 0.62, curve[2] - across * size * 0.62]
}
