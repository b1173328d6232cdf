//! The people who show the exercises and how a body is drawn: rounded limbs, clothes, hands, shoes,
//! hair and a calm face, all projected from the one skeleton.

use crate::{
    scene::{Camera, Colour, Form, Order, Shape, mix},
    skeleton::Skeleton,
};
use glam::{DMat3, DVec2, DVec3};

/// How the hair is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hair {
    /// A bun at the back of the head.
    Bun,
    /// Short.
    Short,
    /// Short and curly.
    Curls,
    /// Only at the sides and the back.
    Bald,
    /// A pony-tail.
    Tail,
}

/// A person.
#[derive(Debug)]
pub struct Person {
    /// As motion data names it.
    pub name: &'static str,
    /// Metres.
    pub stature: f64,
    /// Factor on all thicknesses.
    pub girth: f64,
    /// Skin.
    pub skin: Colour,
    /// Hair.
    pub hair: Colour,
    /// How it is worn.
    pub style: Hair,
    /// Tunic, cardigan or shirt.
    pub top: Colour,
    /// Trousers.
    pub trousers: Colour,
    /// Shoes.
    pub shoes: Colour,
    /// Wears glasses.
    pub glasses: bool,
    /// Wears a moustache.
    pub moustache: bool,
}

/// Everybody.
pub static PEOPLE: [Person; 6] = [
    Person {
        name: "jeanne",
        stature: 1.60,
        girth: 1.0,
        skin: [240, 200, 170],
        hair: [176, 172, 172],
        style: Hair::Bun,
        top: [22, 122, 118],
        trousers: [62, 72, 104],
        shoes: [120, 62, 50],
        glasses: false,
        moustache: false,
    },
    Person {
        name: "marcel",
        stature: 1.71,
        girth: 1.06,
        skin: [236, 190, 158],
        hair: [204, 203, 202],
        style: Hair::Bald,
        top: [62, 98, 158],
        trousers: [92, 82, 76],
        shoes: [58, 52, 54],
        glasses: true,
        moustache: false,
    },
    Person {
        name: "rose",
        stature: 1.62,
        girth: 1.08,
        skin: [128, 80, 56],
        hair: [196, 192, 188],
        style: Hair::Curls,
        top: [214, 120, 40],
        trousers: [70, 58, 92],
        shoes: [64, 44, 44],
        glasses: false,
        moustache: false,
    },
    Person {
        name: "karim",
        stature: 1.72,
        girth: 1.03,
        skin: [206, 152, 112],
        hair: [92, 88, 88],
        style: Hair::Short,
        top: [66, 128, 84],
        trousers: [58, 66, 88],
        shoes: [88, 62, 46],
        glasses: false,
        moustache: true,
    },
    Person {
        name: "lea",
        stature: 1.66,
        girth: 0.94,
        skin: [228, 180, 146],
        hair: [84, 52, 40],
        style: Hair::Tail,
        top: [152, 74, 112],
        trousers: [56, 68, 96],
        shoes: [230, 226, 220],
        glasses: false,
        moustache: false,
    },
    Person {
        name: "odette",
        stature: 1.58,
        girth: 1.04,
        skin: [242, 206, 180],
        hair: [202, 202, 208],
        style: Hair::Short,
        top: [178, 70, 76],
        trousers: [74, 80, 92],
        shoes: [80, 66, 92],
        glasses: true,
        moustache: false,
    },
];

/// By name.
pub fn find(name: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|p| p.name == name)
}

const SHADE: Colour = [70, 56, 66];
const INK: Colour = [58, 42, 44];
/// What marks a working muscle.
pub const WORK: Colour = [240, 84, 60];

/// The shadow on the floor.
pub fn shadow(s: &Skeleton, camera: &Camera) -> Shape {
    let on_floor = |p: DVec3| p.with_z(0.0);
    let mut low = DVec3::splat(1e9);
    let mut high = DVec3::splat(-1e9);
    let feet = s.soles.iter().flat_map(|f| [f[0], f[2]]).filter(|p| p.z < 0.12);
    for p in feet.chain([s.pelvis, s.spine[2]]) {
        low = low.min(on_floor(p));
        high = high.max(on_floor(p));
    }
    let half = ((high - low) / 2.0 + DVec3::new(0.13, 0.13, 0.0)).with_z(0.0);
    let mut shape = Shape::new(
        "shadow",
        Form::Oval(camera.oval((low + high) / 2.0, DMat3::IDENTITY, half)),
        [120, 92, 74],
    );
    (shape.alpha, shape.soft) = (0.26, true);
    shape
}

/// Half widths of the body in metres for a girth of 1.
struct Sizes {
    hip: f64,
    knee: f64,
    ankle: f64,
    shoulder: f64,
    elbow: f64,
    wrist: f64,
}

const SIZES: Sizes =
    Sizes { hip: 0.088, knee: 0.060, ankle: 0.046, shoulder: 0.057, elbow: 0.045, wrist: 0.035 };

/// Draws the body; `between` lies before the trunk and behind the hands.
#[allow(clippy::too_many_arguments)]
pub fn draw(
    who: &Person,
    s: &Skeleton,
    camera: &Camera,
    order: &Order,
    between: Vec<Shape>,
    muscles: &[String],
    marked: &dyn Fn(&str) -> f64,
    out: &mut Vec<Shape>,
) {
    let near = 1 - order.far;
    for i in [order.far, near] {
        if order.arm_behind[i] {
            arm(who, s, camera, i, i == order.far, out);
            marks(who, s, camera, Part::Arm(i), muscles, marked, out);
        }
    }
    for i in [order.far, near] {
        if !order.leg_before[i] {
            leg(who, s, camera, i, i == order.far, out);
            marks(who, s, camera, Part::Leg(i), muscles, marked, out);
        }
    }
    trunk(who, s, camera, order, out);
    marks(who, s, camera, Part::Trunk, muscles, marked, out);
    for i in [order.far, near] {
        if order.leg_before[i] {
            leg(who, s, camera, i, i == order.far, out);
            marks(who, s, camera, Part::Leg(i), muscles, marked, out);
        }
    }
    head(who, s, camera, order, out);
    marks(who, s, camera, Part::Neck, muscles, marked, out);
    out.extend(between);
    for i in [order.far, near] {
        if !order.arm_behind[i] {
            arm(who, s, camera, i, i == order.far, out);
            marks(who, s, camera, Part::Arm(i), muscles, marked, out);
        }
    }
}

const NAMES: [&str; 2] = ["l", "r"];

fn leg(who: &Person, s: &Skeleton, camera: &Camera, i: usize, far: bool, out: &mut Vec<Shape>) {
    let tone = |c: Colour| if far { mix(c, SHADE, 0.34) } else { c };
    let g = who.girth;
    let [hip, knee, ankle] = s.legs[i];
    let n = NAMES[i];
    let [_, shank, foot] = s.leg_frames[i];
    let [heel, ball, tip] = s.soles[i];
    let up = foot.z_axis;
    let width = 0.036;
    let ovals = vec![
        camera.ball(heel + up * 0.034 + foot.x_axis * 0.032, 0.034),
        camera.ball(ankle - shank.z_axis * 0.012, 0.038),
        camera.ball(ball + up * 0.032 - foot.x_axis * 0.02, 0.032),
        camera.ball(ball + up * 0.027 + foot.y_axis * 0.012, 0.027),
        camera.ball(tip + up * 0.022 - (tip - ball).normalize_or(foot.x_axis) * 0.015, 0.022),
    ];
    let toe_up = camera.see(ankle - (heel + ball) / 2.0);
    out.push(Shape::new(format!("shoe-{n}"), Form::Hull { ovals, up: toe_up, round: 0.02 }, tone(who.shoes)));
    let sole = vec![
        camera.see(heel + foot.x_axis * 0.016 + up * 0.006),
        camera.see(ball + up * 0.006),
        camera.see(tip + up * 0.006 - foot.x_axis * 0.01),
    ];
    let white = mix([250, 244, 234], who.shoes, 0.12);
    out.push(Shape::new(format!("sole-{n}"), Form::Line { points: sole, width: width * 0.42 }, tone(white)));
    let chain = vec![
        (camera.see(hip - s.frames[0].z_axis * 0.01), SIZES.hip * g),
        (camera.see(knee), SIZES.knee * g),
        (camera.see(ankle + shank.z_axis * 0.035), SIZES.ankle * g),
    ];
    out.push(Shape::new(format!("leg-{n}"), Form::Limb(chain), tone(who.trousers)));
}

fn arm(who: &Person, s: &Skeleton, camera: &Camera, i: usize, far: bool, out: &mut Vec<Shape>) {
    let tone = |c: Colour| if far { mix(c, SHADE, 0.30) } else { c };
    let g = who.girth;
    let [shoulder, elbow, wrist, palm, tip] = s.arms[i];
    let n = NAMES[i];
    let along = (tip - wrist).normalize_or(-DVec3::Z);
    let [_, fore] = s.arm_frames[i];
    let curl = s.curl[i];
    let chain = vec![
        (camera.see(wrist - along * 0.01), 0.026),
        (camera.see(palm), 0.038 + 0.006 * curl),
        (camera.see(tip - along * 0.02), 0.021 + 0.012 * curl),
    ];
    out.push(Shape::new(format!("hand-{n}"), Form::Limb(chain), tone(who.skin)));
    let thumb = fore.x_axis * 0.6 + along * 0.7;
    let thumb = vec![camera.see(palm - along * 0.02), camera.see(palm + thumb * 0.047)];
    out.push(Shape::new(format!("thumb-{n}"), Form::Line { points: thumb, width: 0.026 }, tone(who.skin)));
    let sleeve = if far { tone(who.top) } else { mix(who.top, [255, 255, 255], 0.13) };
    let chain = vec![
        (camera.see(shoulder), SIZES.shoulder * g),
        (camera.see(elbow), SIZES.elbow * g),
        (camera.see(wrist.lerp(elbow, 0.10)), SIZES.wrist * g),
    ];
    out.push(Shape::new(format!("arm-{n}"), Form::Limb(chain), sleeve));
}

fn trunk(who: &Person, s: &Skeleton, camera: &Camera, order: &Order, out: &mut Vec<Shape>) {
    let g = who.girth;
    let [p, low, chest, _] = s.frames;
    let [lumbar, thorax, throat, skull, _] = s.spine;
    let up = camera.see(throat - s.pelvis);
    let seat = vec![camera.oval(
        s.pelvis - p.z_axis * 0.015 - p.x_axis * 0.012,
        p,
        DVec3::new(0.105, 0.150, 0.10) * g,
    )];
    out.push(Shape::new("seat", Form::Hull { ovals: seat, up, round: 0.05 }, mix(who.trousers, SHADE, 0.12)));
    let neck = vec![(camera.see(throat - chest.z_axis * 0.03), 0.052), (camera.see(skull), 0.048)];
    out.push(Shape::new("neck", Form::Limb(neck), mix(who.skin, SHADE, 0.16)));
    let full = s.breath;
    let belly = DVec3::new(0.100 + 0.036 * full, 0.130 + 0.010 * full, 0.105);
    let shoulders = (s.arms[0][0] + s.arms[1][0]) / 2.0;
    let girdle = (s.arms[0][0] - s.arms[1][0]) * 0.5;
    let mut ovals = vec![
        camera.oval(s.pelvis + p.z_axis * 0.035 - p.x_axis * 0.006, p, DVec3::new(0.112, 0.152, 0.075) * g),
        camera.oval(lumbar + low.z_axis * 0.05 + low.x_axis * (0.012 + 0.034 * full), low, belly * g),
        camera.oval(
            thorax + chest.z_axis * 0.085 + chest.x_axis * (0.010 + 0.008 * full),
            chest,
            DVec3::new(0.108 + 0.010 * full, 0.140 + 0.006 * full, 0.120) * g,
        ),
        camera.ball(shoulders + girdle * 0.86 - chest.z_axis * 0.005, 0.056 * g),
        camera.ball(shoulders - girdle * 0.86 - chest.z_axis * 0.005, 0.056 * g),
    ];
    ovals.push(camera.ball(throat - chest.z_axis * 0.028, 0.062));
    out.push(Shape::new("top", Form::Hull { ovals, up, round: 0.055 }, who.top));
    // A collar tells the neck from the trunk.
    let collar = vec![
        camera.see(throat + chest * DVec3::new(0.0, 0.055, 0.0)),
        camera.see(throat + chest * DVec3::new(0.058, 0.0, -0.035)),
        camera.see(throat + chest * DVec3::new(0.0, -0.055, 0.0)),
    ];
    if !order.away {
        out.push(Shape::new(
            "collar",
            Form::Line { points: collar, width: 0.022 },
            mix(who.top, [255, 255, 255], 0.42),
        ));
    }
}

fn head(who: &Person, s: &Skeleton, camera: &Camera, order: &Order, out: &mut Vec<Shape>) {
    let f = s.frames[3];
    let c = s.spine[4];
    // A little larger than life: the direction of the face must be seen in a small picture.
    const LARGE: f64 = 1.12;
    let at = |x: f64, y: f64, z: f64| c + f * DVec3::new(x, y, z + 0.008) * LARGE;
    let oval = |x: f64, y: f64, z: f64, half: [f64; 3]| {
        Form::Oval(camera.oval(at(x, y, z), f, DVec3::from(half) * LARGE))
    };
    let mut put =
        |key: &str, form: Form, colour: Colour| out.push(Shape::new(format!("head-{key}"), form, colour));
    let hair = who.hair;
    // Features on the far side of the head shrink to nothing.
    let seen = |x: f64, y: f64, z: f64| {
        let out = f * DVec3::new(x / 0.0081, y / 0.0055, z / 0.0123);
        (camera.near(out.normalize_or(DVec3::X)) * 5.0 + 0.4).clamp(0.0, 1.0)
    };
    let knot = |put: &mut dyn FnMut(&str, Form, Colour)| match who.style {
        Hair::Bun => put("bun", oval(-0.105, 0.0, 0.055, [0.046, 0.046, 0.046]), mix(hair, SHADE, 0.15)),
        Hair::Tail => {
            let points = vec![
                camera.see(at(-0.085, 0.0, 0.055)),
                camera.see(at(-0.125, 0.0, 0.02)),
                camera.see(at(-0.105, 0.0, -0.10)),
            ];
            put("tail", Form::Line { points, width: 0.052 }, mix(hair, SHADE, 0.12));
        }
        _ => {}
    };
    let face = |put: &mut dyn FnMut(&str, Form, Colour)| {
        put("face", oval(0.012, 0.0, -0.012, [0.084, 0.070, 0.108]), who.skin);
        put("nose", oval(0.096, 0.0, -0.016, [0.017, 0.014, 0.021]), mix(who.skin, [190, 90, 60], 0.22));
    };
    let mane = match who.style {
        Hair::Curls => oval(-0.022, 0.0, 0.024, [0.106, 0.098, 0.110]),
        Hair::Bald => oval(-0.034, 0.0, 0.000, [0.072, 0.079, 0.062]),
        _ => oval(-0.018, 0.0, 0.022, [0.097, 0.082, 0.106]),
    };
    if order.away {
        face(&mut put);
        put("hair", mane, hair);
        knot(&mut put);
        return;
    }
    knot(&mut put);
    if who.style == Hair::Bald {
        put("face", oval(-0.004, 0.0, 0.002, [0.096, 0.074, 0.118]), who.skin);
        put("hair", mane, hair);
        put("nose", oval(0.094, 0.0, -0.016, [0.018, 0.015, 0.022]), mix(who.skin, [190, 90, 60], 0.22));
    } else {
        put("hair", mane, hair);
        face(&mut put);
    }
    let near = if camera.near(f.y_axis) > 0.0 { 1.0 } else { -1.0 };
    let ear = seen(-0.004, near * 0.07, -0.008) * 0.019;
    put(
        "ear",
        oval(-0.006, near * 0.072, -0.010, [ear, 0.008, ear * 1.4]),
        mix(who.skin, [180, 90, 60], 0.28),
    );
    for (n, side) in [("l", 1.0), ("r", -1.0)] {
        let k = seen(0.075, side * 0.03, 0.012);
        put(&format!("eye-{n}"), oval(0.080, side * 0.030, 0.010, [0.008 * k, 0.0085 * k, 0.011 * k]), INK);
        if who.glasses {
            let rim: Vec<DVec2> = (0..=6)
                .map(|n| {
                    let (sin, cos) = (f64::from(n) * std::f64::consts::TAU / 6.0).sin_cos();
                    camera.see(at(0.084 - 0.006 * cos, side * (0.031 + 0.021 * cos), 0.008 + 0.019 * sin))
                })
                .collect();
            let (eye, open) = (camera.see(at(0.080, side * 0.030, 0.010)), (k * 2.0).min(1.0));
            let points = rim.into_iter().map(|p| eye.lerp(p, open)).collect();
            put(&format!("rim-{n}"), Form::Line { points, width: 0.006 }, mix(INK, who.skin, 0.25));
        }
    }
    let k = seen(0.08, 0.0, -0.05);
    let lip = |y: f64, z: f64| camera.see(at(0.082 - y * y * 9.0, y * k, z));
    if who.moustache {
        let points = vec![lip(0.026, -0.046), lip(0.0, -0.038), lip(-0.026, -0.046)];
        put("moustache", Form::Line { points, width: 0.014 }, mix(hair, INK, 0.2));
    }
    let points = [1.0, 0.55, 0.0, -0.55, -1.0].map(|y: f64| lip(0.025 * y, -0.064 + 0.010 * y * y)).to_vec();
    put("mouth", Form::Line { points, width: 0.008 }, mix(INK, [190, 70, 60], 0.45));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Arm(usize),
    Leg(usize),
    Trunk,
    Neck,
}

/// Marks the working muscles of a part of the body.
fn marks(
    who: &Person,
    s: &Skeleton,
    camera: &Camera,
    part: Part,
    muscles: &[String],
    marked: &dyn Fn(&str) -> f64,
    out: &mut Vec<Shape>,
) {
    for name in muscles {
        let alpha = marked(name);
        let (sides, muscle): (&[usize], &str) = match name.split_once(' ') {
            Some(("left", rest)) => (&[0], rest),
            Some(("right", rest)) => (&[1], rest),
            _ => (&[0, 1], name),
        };
        let middle: &[usize] = &[0];
        let sides = if MIDDLE.contains(&muscle) { middle } else { sides };
        for &i in sides {
            let Some((of, points, width)) = muscle_line(s, muscle, i, who.girth) else { continue };
            if of != part {
                continue;
            }
            // A round limb shows its muscles from farther round than the flat trunk.
            let flat = if matches!(part, Part::Leg(_)) { 3.0 } else { 6.0 };
            let facing = outward(s, muscle, i).map_or(1.0, |n| (camera.near(n) * flat + 2.2).clamp(0.0, 1.0));
            let points: Vec<DVec2> = points.iter().map(|p| camera.see(*p)).collect();
            let key = format!("muscle-{name}-{}", NAMES[i]);
            let mut shape = Shape::new(key, Form::Line { points, width: width * who.girth }, WORK);
            (shape.alpha, shape.soft) = (0.78 * alpha * facing, true);
            out.push(shape);
        }
    }
}

/// Which way a muscle faces: one on the far side is not seen. A calf that showed through from the front
/// would be taken for the shin.
fn outward(s: &Skeleton, name: &str, i: usize) -> Option<DVec3> {
    let [thigh, shank, _] = s.leg_frames[i];
    match name {
        "quadriceps" => Some(thigh.x_axis),
        "hamstrings" => Some(-thigh.x_axis),
        "shin" => Some(shank.x_axis),
        "calf" => Some(-shank.x_axis),
        "glutes" => Some(-s.frames[0].x_axis),
        "back" | "shoulder-blades" => Some(-s.frames[2].x_axis),
        "chest" => Some(s.frames[2].x_axis),
        "abdomen" => Some(s.frames[1].x_axis),
        _ => None,
    }
}

/// Where a muscle lies: its part, the line along its belly, its width.
fn muscle_line(s: &Skeleton, name: &str, i: usize, g: f64) -> Option<(Part, Vec<DVec3>, f64)> {
    let [hip, knee, ankle] = s.legs[i];
    let [thigh, shank, _] = s.leg_frames[i];
    let [shoulder, elbow, ..] = s.arms[i];
    let [p, low, chest, _] = s.frames;
    let side = [1.0, -1.0][i];
    let on = |a: DVec3, b: DVec3, from: f64, to: f64, off: DVec3| {
        vec![a.lerp(b, from) + off * g, a.lerp(b, to) + off * g * 0.8]
    };
    Some(match name {
        "quadriceps" => (Part::Leg(i), on(hip, knee, 0.28, 0.82, thigh.x_axis * 0.032), 0.070),
        "hamstrings" => (Part::Leg(i), on(hip, knee, 0.3, 0.8, -thigh.x_axis * 0.034), 0.06),
        "calf" => (Part::Leg(i), on(knee, ankle, 0.16, 0.56, -shank.x_axis * 0.026), 0.056),
        "shin" => (Part::Leg(i), on(knee, ankle, 0.2, 0.68, shank.x_axis * 0.026), 0.044),
        "abductors" => {
            let at = hip + p.z_axis * 0.03 + p.y_axis * side * 0.045;
            (Part::Trunk, vec![at + p.z_axis * 0.045, at - p.z_axis * 0.045], 0.085)
        }
        "glutes" => {
            let at = hip - p.x_axis * 0.062 + p.y_axis * side * 0.01;
            (Part::Trunk, vec![at + p.z_axis * 0.03, at - p.z_axis * 0.035], 0.085)
        }
        "deltoid" => (Part::Arm(i), on(shoulder, elbow, 0.02, 0.42, DVec3::ZERO), 0.072),
        "chest" => {
            let at = s.spine[1] + chest * DVec3::new(0.07, side * 0.07, 0.10);
            (Part::Trunk, vec![at, at + chest.y_axis * side * 0.05], 0.07)
        }
        "shoulder-blades" => {
            let at = s.spine[1] + chest * DVec3::new(-0.085, side * 0.05, 0.11);
            (Part::Trunk, vec![at + chest.z_axis * 0.05, at - chest.z_axis * 0.05], 0.07)
        }
        "neck" => {
            let base = s.spine[2] + chest * DVec3::new(0.0, side * 0.062, -0.010);
            (Part::Neck, vec![s.spine[3] + s.frames[3] * DVec3::new(-0.01, side * 0.035, -0.03), base], 0.040)
        }
        "back" => (
            Part::Trunk,
            vec![
                s.spine[0] - p.x_axis * 0.07,
                s.spine[1] - low.x_axis * 0.075,
                s.spine[1] + chest * DVec3::new(-0.075, 0.0, 0.08),
            ],
            0.06,
        ),
        "abdomen" => (
            Part::Trunk,
            vec![
                s.spine[0] + low * DVec3::new(0.06 + 0.03 * s.breath, 0.0, 0.0),
                s.spine[1] + low * DVec3::new(0.06 + 0.03 * s.breath, 0.0, 0.01),
            ],
            0.10,
        ),
        // Its dome, below the lowest ribs.
        "diaphragm" => {
            let at = |x: f64, y: f64, z: f64| s.spine[1] + low * DVec3::new(x, y, z);
            let dome = [
                at(-0.03, 0.05, -0.05),
                at(0.06, 0.03, -0.015),
                at(0.06, -0.03, -0.015),
                at(-0.03, -0.05, -0.05),
            ];
            (Part::Trunk, dome.to_vec(), 0.07)
        }
        _ => return None,
    })
}

/// Muscles that lie in the middle and are marked once.
pub const MIDDLE: [&str; 3] = ["back", "abdomen", "diaphragm"];

/// Muscles that motion data may name.
pub const MUSCLES: [&str; 13] = [
    "quadriceps",
    "hamstrings",
    "calf",
    "shin",
    "abductors",
    "glutes",
    "deltoid",
    "chest",
    "shoulder-blades",
    "neck",
    "back",
    "abdomen",
    "diaphragm",
];
