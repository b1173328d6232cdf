//! Things in the room: chairs, walls, worktops, tables. Each knows how it is drawn, where one can
//! sit on it and where a hand can hold it.

use crate::{
    scene::{Camera, Colour, Form, Shape, mix},
    skeleton::Skeleton,
};
use glam::{DVec2, DVec3};
use serde::Deserialize;

/// Where a prop lies in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Behind the person.
    Behind,
    /// Before the trunk and legs, behind the hands.
    Between,
    /// Before everything.
    Before,
}

/// A thing; `at` is its place on the floor in metres.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Prop {
    /// A chair: `at` is the middle of its seat, `yaw` where it faces (0: as the person).
    Chair {
        /// Metres.
        at: [f64; 2],
        /// Degrees to the left.
        #[serde(default)]
        yaw: f64,
        /// With armrests.
        #[serde(default)]
        arms: bool,
        /// Height of the seat.
        #[serde(default = "seat")]
        seat: f64,
    },
    /// A wall that the person faces, at this x; or, with `side`, one beside the person at this y.
    Wall {
        /// Metres.
        at: f64,
        /// The wall is beside the person, not before it.
        #[serde(default)]
        side: bool,
    },
    /// A kitchen worktop with a sink, its edge at this x.
    Sink {
        /// Metres.
        at: f64,
        /// Its middle's y.
        #[serde(default)]
        y: f64,
    },
    /// A table: middle, size along x and y, height.
    Table {
        /// Metres.
        at: [f64; 2],
        /// Metres.
        size: [f64; 2],
        /// Metres.
        #[serde(default = "table")]
        height: f64,
        /// With a screen and keyboard on it.
        #[serde(default)]
        screen: bool,
    },
    /// A bed: middle, size along x and y, height.
    Bed {
        /// Metres.
        at: [f64; 2],
        /// Metres.
        size: [f64; 2],
        /// Metres.
        height: f64,
    },
    /// A mat: middle and size.
    Mat {
        /// Metres.
        at: [f64; 2],
        /// Metres.
        size: [f64; 2],
    },
    /// A stick held in both hands.
    Stick {
        /// How far it reaches beyond the hands, metres.
        beyond: f64,
    },
    /// A cushion on the floor or on a seat.
    Cushion {
        /// Metres.
        at: [f64; 3],
        /// Metres.
        size: [f64; 3],
    },
    /// A towel under the hand named `left` or `right`.
    Towel {
        /// Which hand.
        hand: String,
    },
}

fn seat() -> f64 {
    0.45
}
fn table() -> f64 {
    0.73
}

const WOOD: Colour = [196, 140, 84];
const DARK_WOOD: Colour = [142, 96, 58];
const STONE: Colour = [226, 214, 200];
const STEEL: Colour = [132, 146, 156];

/// Half width and half depth of a seat.
const SEAT: [f64; 2] = [0.21, 0.22];
/// Height of a chair's back above the seat.
const BACK: f64 = 0.43;
/// Height of armrests above the seat.
const REST: f64 = 0.21;
/// Height of a worktop.
const WORKTOP: f64 = 0.90;

struct Drawing<'a> {
    camera: &'a Camera,
    name: String,
    count: usize,
    shapes: Vec<Shape>,
}

impl Drawing<'_> {
    fn key(&mut self) -> String {
        self.count += 1;
        format!("{}-{}", self.name, self.count)
    }

    fn line(&mut self, points: &[DVec3], width: f64, colour: Colour) {
        let points = points.iter().map(|p| self.camera.see(*p)).collect();
        let key = self.key();
        self.shapes.push(Shape::new(key, Form::Line { points, width }, colour));
    }

    fn area(&mut self, points: &[DVec3], round: f64, colour: Colour) {
        let points = points.iter().map(|p| self.camera.see(*p)).collect();
        let key = self.key();
        self.shapes.push(Shape::new(key, Form::Area { points, round }, colour));
    }

    /// A box: its visible sides and top.
    fn solid(&mut self, low: DVec3, high: DVec3, colour: Colour, top: Colour) {
        let c = |x: bool, y: bool, z: bool| {
            DVec3::new(
                if x { high.x } else { low.x },
                if y { high.y } else { low.y },
                if z { high.z } else { low.z },
            )
        };
        let front = self.camera.near(DVec3::X) > 0.0;
        let left = self.camera.near(DVec3::Y) > 0.0;
        let faces = [
            (
                self.camera.near(DVec3::X).abs(),
                [c(front, false, false), c(front, true, false), c(front, true, true), c(front, false, true)],
            ),
            (
                self.camera.near(DVec3::Y).abs(),
                [c(false, left, false), c(true, left, false), c(true, left, true), c(false, left, true)],
            ),
        ];
        for (facing, face) in faces {
            if facing > 0.02 {
                self.area(&face, 0.004, mix(colour, [70, 50, 40], 0.24 * (1.0 - facing)));
            }
        }
        self.area(
            &[c(false, false, true), c(true, false, true), c(true, true, true), c(false, true, true)],
            0.004,
            top,
        );
    }
}

impl Prop {
    /// Height of what one sits on.
    pub fn seat(&self) -> Option<f64> {
        match self {
            Prop::Chair { seat, .. } => Some(*seat),
            _ => None,
        }
    }

    /// Corners of the seat on the floor's plane.
    pub fn seat_area(&self) -> Vec<DVec2> {
        let Prop::Chair { at, yaw, .. } = self else { return Vec::new() };
        let turn = DVec2::from_angle(yaw.to_radians());
        [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)]
            .map(|(x, y)| DVec2::from(*at) + turn.rotate(DVec2::new(x * SEAT[0], y * SEAT[1])))
            .to_vec()
    }

    /// How far a point is from where a hand can rest, metres.
    pub fn distance(&self, p: DVec3) -> f64 {
        let outside = |v: f64, low: f64, high: f64| (low - v).max(v - high).max(0.0);
        let flat = |low: DVec3, high: DVec3| {
            DVec3::new(outside(p.x, low.x, high.x), outside(p.y, low.y, high.y), outside(p.z, low.z, high.z))
                .length()
        };
        match self {
            Prop::Chair { at, yaw, arms, seat } => {
                let local = DVec2::from_angle(-yaw.to_radians()).rotate(p.truncate() - DVec2::from(*at));
                let within = |low: DVec3, high: DVec3| {
                    DVec3::new(
                        outside(local.x, low.x, high.x),
                        outside(local.y, low.y, high.y),
                        outside(p.z, low.z, high.z),
                    )
                    .length()
                };
                let [x, y] = SEAT;
                let rail = within(
                    DVec3::new(-x - 0.06, -y, seat + BACK - 0.06),
                    DVec3::new(-x + 0.02, y, seat + BACK + 0.05),
                );
                let top = within(DVec3::new(-x, -y - 0.02, *seat), DVec3::new(x, y + 0.02, seat + 0.04));
                let rests = if *arms {
                    let one = |s: f64| {
                        within(
                            DVec3::new(-x, s * (y + 0.03) - 0.03, seat + REST - 0.01),
                            DVec3::new(x, s * (y + 0.03) + 0.03, seat + REST + 0.05),
                        )
                    };
                    one(1.0).min(one(-1.0))
                } else {
                    f64::MAX
                };
                rail.min(top).min(rests)
            }
            Prop::Wall { at, side } => {
                let v = if *side { p.y } else { p.x };
                outside((at - v).abs(), 0.0, 0.03)
            }
            Prop::Sink { at, y } => {
                flat(DVec3::new(*at, y - 0.7, WORKTOP - 0.02), DVec3::new(at + 0.3, y + 0.7, WORKTOP + 0.035))
            }
            Prop::Table { at, size, height, .. } => flat(
                DVec3::new(at[0] - size[0] / 2.0, at[1] - size[1] / 2.0, *height),
                DVec3::new(at[0] + size[0] / 2.0, at[1] + size[1] / 2.0, height + 0.04),
            ),
            Prop::Mat { .. } => outside(p.z, 0.0, 0.05),
            Prop::Bed { height, .. } => outside(p.z, *height, height + 0.05),
            Prop::Stick { .. } | Prop::Cushion { .. } | Prop::Towel { .. } => f64::MAX,
        }
    }

    /// Its shapes with their layers. `person` is where the person is at the beginning.
    pub fn draw(&self, camera: &Camera, s: &Skeleton, person: DVec3, n: usize) -> Vec<(Layer, Vec<Shape>)> {
        let mut d = Drawing { camera, name: format!("prop{n}"), count: 0, shapes: Vec::new() };
        let before = |p: DVec3| camera.near(p.with_z(0.0)) - camera.near(person.with_z(0.0));
        match self {
            Prop::Chair { at, yaw, arms, seat } => {
                let turn = DVec2::from_angle(yaw.to_radians());
                let place =
                    |x: f64, y: f64, z: f64| (DVec2::from(*at) + turn.rotate(DVec2::new(x, y))).extend(z);
                let [x, y] = SEAT;
                // Farther legs and posts first.
                let mut corners = [(-x, -y), (-x, y), (x, -y), (x, y)];
                corners.sort_by(|a, b| {
                    camera.near(place(a.0, a.1, 0.0)).total_cmp(&camera.near(place(b.0, b.1, 0.0)))
                });
                for (k, (cx, cy)) in corners.into_iter().enumerate() {
                    let tone = if k < 2 { mix(DARK_WOOD, [60, 40, 30], 0.2) } else { DARK_WOOD };
                    d.line(&[place(cx * 0.93, cy * 0.93, seat - 0.02), place(cx, cy, 0.012)], 0.034, tone);
                }
                let (bx, tx) = (-x + 0.01, -x - 0.035);
                let back_first = camera.near(place(-x, 0.0, 0.0)) <= camera.near(place(x, 0.0, 0.0));
                let back = |d: &mut Drawing<'_>| {
                    for cy in [-y + 0.015, y - 0.015] {
                        d.line(&[place(bx, cy, *seat), place(tx, cy, seat + BACK)], 0.034, DARK_WOOD);
                    }
                    for (low, high) in [(0.13, 0.19), (0.31, 0.42)] {
                        let lean = |z: f64| bx + (tx - bx) * z / BACK;
                        d.area(
                            &[
                                place(lean(low), -y + 0.015, seat + low),
                                place(lean(low), y - 0.015, seat + low),
                                place(lean(high), y - 0.015, seat + high),
                                place(lean(high), -y + 0.015, seat + high),
                            ],
                            0.008,
                            WOOD,
                        );
                    }
                };
                let top = |d: &mut Drawing<'_>| {
                    let corners = [(x, -y), (x, y), (-x, y), (-x, -y)];
                    let lower = corners.map(|(cx, cy)| place(cx, cy, seat - 0.035));
                    d.area(&lower, 0.012, DARK_WOOD);
                    d.area(
                        &corners.map(|(cx, cy)| place(cx, cy, seat - 0.012)),
                        0.014,
                        mix(WOOD, [255, 240, 220], 0.22),
                    );
                };
                if back_first {
                    back(&mut d);
                    top(&mut d);
                } else {
                    top(&mut d);
                    back(&mut d);
                }
                let layer = if before(place(0.0, 0.0, 0.0)) > 0.25 { Layer::Between } else { Layer::Behind };
                let mut layers = vec![(layer, std::mem::take(&mut d.shapes))];
                if *arms {
                    for side in [-1.0, 1.0] {
                        let cy = side * (y + 0.03);
                        d.line(
                            &[place(x - 0.03, cy, *seat), place(x - 0.03, cy, seat + REST)],
                            0.03,
                            DARK_WOOD,
                        );
                        d.line(&[place(-x, cy, seat + REST), place(x, cy, seat + REST)], 0.042, WOOD);
                        let near =
                            camera.near(place(0.0, cy, 0.0)) > camera.near(place(0.0, 0.0, 0.0)) + 0.12;
                        layers.push((
                            if near { Layer::Between } else { Layer::Behind },
                            std::mem::take(&mut d.shapes),
                        ));
                    }
                }
                layers
            }
            Prop::Wall { at, side } => {
                d.name = format!("wall{n}");
                let (a, b) = (-0.55, 0.55);
                let corner =
                    |t: f64, z: f64| if *side { DVec3::new(t, *at, z) } else { DVec3::new(*at, t, z) };
                let face = [corner(a, 0.0), corner(b, 0.0), corner(b, 2.05), corner(a, 2.05)];
                d.area(&face, 0.006, [232, 212, 186]);
                d.area(
                    &[corner(a, 0.0), corner(b, 0.0), corner(b, 0.08), corner(a, 0.08)],
                    0.004,
                    [206, 178, 146],
                );
                let edge = if camera.near(corner(a, 0.0)) > camera.near(corner(b, 0.0)) { a } else { b };
                d.line(&[corner(edge, 0.0), corner(edge, 2.05)], 0.022, [206, 178, 146]);
                vec![(Layer::Behind, d.shapes)]
            }
            Prop::Sink { at, y } => {
                let wide = 0.62;
                let body = [202, 182, 158];
                d.solid(
                    DVec3::new(at + 0.04, y - wide, 0.08),
                    DVec3::new(at + 0.56, y + wide, WORKTOP - 0.04),
                    body,
                    body,
                );
                d.solid(
                    DVec3::new(*at, y - wide - 0.02, WORKTOP - 0.04),
                    DVec3::new(at + 0.58, y + wide + 0.02, WORKTOP),
                    mix(STONE, [120, 100, 84], 0.35),
                    STONE,
                );
                let basin = [(0.14, -0.24), (0.14, 0.24), (0.46, 0.24), (0.46, -0.24)];
                d.area(&basin.map(|(dx, dy)| DVec3::new(at + dx, y + dy, WORKTOP)), 0.012, [170, 178, 182]);
                d.line(
                    &[
                        DVec3::new(at + 0.51, *y, WORKTOP),
                        DVec3::new(at + 0.51, *y, WORKTOP + 0.25),
                        DVec3::new(at + 0.38, *y, WORKTOP + 0.28),
                        DVec3::new(at + 0.34, *y, WORKTOP + 0.21),
                    ],
                    0.026,
                    STEEL,
                );
                let layer =
                    if before(DVec3::new(at + 0.3, *y, 0.0)) > 0.35 { Layer::Between } else { Layer::Behind };
                vec![(layer, d.shapes)]
            }
            Prop::Table { at, size, height, screen } => {
                let [x, y] = [size[0] / 2.0, size[1] / 2.0];
                let mut corners = [(-x, -y), (-x, y), (x, -y), (x, y)];
                let place = |cx: f64, cy: f64, z: f64| DVec3::new(at[0] + cx, at[1] + cy, z);
                corners.sort_by(|a, b| {
                    camera.near(place(a.0, a.1, 0.0)).total_cmp(&camera.near(place(b.0, b.1, 0.0)))
                });
                for (cx, cy) in corners {
                    d.line(
                        &[place(cx * 0.92, cy * 0.92, height - 0.03), place(cx * 0.92, cy * 0.92, 0.015)],
                        0.04,
                        DARK_WOOD,
                    );
                }
                d.solid(
                    place(-x, -y, height - 0.035),
                    place(x, y, *height),
                    DARK_WOOD,
                    mix(WOOD, [255, 240, 220], 0.25),
                );
                if *screen {
                    d.line(
                        &[place(x * 0.45, 0.0, *height), place(x * 0.45, 0.0, height + 0.16)],
                        0.04,
                        STEEL,
                    );
                    d.solid(
                        place(x * 0.45 - 0.02, -0.26, height + 0.13),
                        place(x * 0.45 + 0.02, 0.26, height + 0.45),
                        [64, 72, 84],
                        [64, 72, 84],
                    );
                    d.line(
                        &[place(-x * 0.45, -0.16, height + 0.008), place(-x * 0.45, 0.16, height + 0.008)],
                        0.03,
                        [90, 96, 104],
                    );
                }
                let layer =
                    if before(DVec3::new(at[0], at[1], 0.0)) > 0.25 { Layer::Between } else { Layer::Behind };
                vec![(layer, d.shapes)]
            }
            Prop::Bed { at, size, height } => {
                let [x, y] = [size[0] / 2.0, size[1] / 2.0];
                let place = |cx: f64, cy: f64, z: f64| DVec3::new(at[0] + cx, at[1] + cy, z);
                for (cx, cy) in [(-x, y), (x, y), (-x, -y), (x, -y)] {
                    d.line(
                        &[place(cx * 0.94, cy * 0.94, 0.2), place(cx * 0.94, cy * 0.94, 0.02)],
                        0.05,
                        DARK_WOOD,
                    );
                }
                d.solid(place(-x, -y, 0.16), place(x, y, height - 0.16), WOOD, WOOD);
                d.solid(place(-x, -y, height - 0.16), place(x, y, *height), [176, 196, 208], [208, 222, 230]);
                vec![(Layer::Behind, d.shapes)]
            }
            Prop::Mat { at, size } => {
                let [x, y] = [size[0] / 2.0, size[1] / 2.0];
                let corners = [(-x, -y), (x, -y), (x, y), (-x, y)];
                d.area(
                    &corners.map(|(cx, cy)| DVec3::new(at[0] + cx, at[1] + cy, 0.0)),
                    0.02,
                    [122, 156, 172],
                );
                d.area(
                    &corners.map(|(cx, cy)| DVec3::new(at[0] + cx * 0.94, at[1] + cy * 0.88, 0.004)),
                    0.02,
                    [142, 174, 188],
                );
                vec![(Layer::Behind, d.shapes)]
            }
            Prop::Stick { beyond } => {
                let [l, r] = [s.arms[0][3], s.arms[1][3]];
                let along = (l - r).normalize_or(DVec3::Y);
                d.line(&[r - along * *beyond, l + along * *beyond], 0.030, mix(WOOD, DARK_WOOD, 0.4));
                vec![(Layer::Between, d.shapes)]
            }
            Prop::Cushion { at, size } => {
                let [x, y, z] = *size;
                let middle = DVec3::from(*at) + DVec3::Z * z / 2.0;
                let half = DVec3::new(x, y, z) / 2.0;
                let low = camera.oval(middle - DVec3::Z * z * 0.15, glam::DMat3::IDENTITY, half);
                d.shapes.push(Shape::new(format!("prop{n}-1"), Form::Oval(low), [186, 140, 152]));
                let top = camera.oval(middle + DVec3::Z * z * 0.1, glam::DMat3::IDENTITY, half * 0.97);
                d.shapes.push(Shape::new(format!("prop{n}-2"), Form::Oval(top), [216, 178, 186]));
                vec![(Layer::Behind, d.shapes)]
            }
            Prop::Towel { hand } => {
                let i = usize::from(hand == "right");
                let [_, _, wrist, palm, tip] = s.arms[i];
                let along = (tip - wrist).with_z(0.0).normalize_or(DVec3::X);
                let across = DVec3::Z.cross(along);
                let p = palm.with_z(palm.z - 0.022);
                d.area(
                    &[
                        p - along * 0.1 - across * 0.08,
                        p + along * 0.12 - across * 0.08,
                        p + along * 0.12 + across * 0.08,
                        p - along * 0.1 + across * 0.08,
                    ],
                    0.012,
                    [236, 240, 244],
                );
                vec![(Layer::Between, d.shapes)]
            }
        }
    }
}
