//! Vector loops: one repetition as a small SVG with SMIL animation, of a few elements and
//! presentation attributes only, so that the portal can put it into a page after an allow-list check.
//!
//! Every shape gets only the key times it needs: the fewest between which its points, moved in
//! straight lines, stay close to their true way. The tolerance is the finest that fits the limit.

use crate::{
    Problem,
    motion::{Loop, Motion, View},
    person::MIDDLE,
    raster::{ARROW, FLOOR, Frame, HORIZON, SKIRTING, WALL},
    scene::{Colour, Form, Order, Oval, Shape, Stage, arrow_head},
};
use glam::{DVec2, DVec3};
use std::{collections::BTreeMap, fmt::Write as _};

/// Most bytes of one file: 8 KB.
pub const LIMIT: usize = 8_000;
/// The elements used.
pub const ELEMENTS: [&str; 7] = ["svg", "title", "g", "path", "rect", "animate", "animateTransform"];
/// The attributes used.
pub const ATTRIBUTES: [&str; 25] = [
    "viewBox",
    "data-duration-ms",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "transform",
    "d",
    "opacity",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "attributeName",
    "type",
    "values",
    "keyTimes",
    "dur",
    "repeatCount",
    "additive",
    "xmlns",
    "role",
    "calcMode",
];

/// Moments looked at in one loop.
const MOMENTS: usize = 100;
/// Coordinates are whole numbers of this many to one unit of the view box.
const FINE: f64 = 2.0;

/// A shape as numbers that can pass into each other, and how they are written.
struct Track {
    /// Numbers at every moment.
    values: Vec<Vec<f64>>,
    kind: Kind,
    colour: Colour,
    /// Width of its line, in view box units times [`FINE`].
    stroke: f64,
    alpha: f64,
    /// How much it shows at every moment.
    shows: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A closed outline.
    Closed,
    /// An open line.
    Open,
    /// A line from a first to a last point by a control point.
    Curve,
    /// An ellipse: left end, width of both halves, half axes.
    Ring { angle: i32 },
}

fn outline(chain: &[(DVec2, f64)]) -> (Vec<DVec2>, f64) {
    let least = chain.iter().map(|c| c.1).fold(f64::MAX, f64::min);
    let mut normals: Vec<DVec2> = Vec::new();
    for pair in chain.windows(2) {
        let way = pair[1].0 - pair[0].0;
        let normal = if way.length() > 0.02 { way.normalize().perp() } else { DVec2::ZERO };
        normals.push(normal);
    }
    for k in 0..normals.len() {
        if normals[k] == DVec2::ZERO {
            let other = if k > 0 { normals[k - 1] } else { *normals.get(1).unwrap_or(&DVec2::X) };
            normals[k] = if other == DVec2::ZERO { DVec2::X } else { other };
        }
    }
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for (k, (p, r)) in chain.iter().enumerate() {
        let off = r - least;
        if off < 0.002 {
            there.push(*p);
            if k + 1 < chain.len() && k > 0 {
                back.push(*p);
            }
            continue;
        }
        let n = match (k.checked_sub(1).map(|k| normals[k]), normals.get(k)) {
            (Some(a), Some(b)) => (a + *b).normalize_or(*b),
            (Some(n), None) => n,
            (None, n) => n.copied().unwrap_or(DVec2::X),
        };
        there.push(*p + n * off);
        back.push(*p - n * off);
    }
    back.reverse();
    there.extend(back);
    (there, least * 2.0)
}

fn skin(ovals: &[Oval], up: DVec2, round: f64, steps: usize) -> Vec<DVec2> {
    let up = up.normalize_or(DVec2::Y);
    (0..steps)
        .filter_map(|k| {
            let n = DVec2::from_angle(std::f64::consts::TAU * (k as f64 + 0.5) / steps as f64).rotate(up);
            ovals.iter().map(|o| o.outmost(n, round)).max_by(|a, b| a.dot(n).total_cmp(&b.dot(n)))
        })
        .collect()
}

/// The numbers of a shape, the kind and the line's width in metres.
fn numbers(shape: &Shape, frame: &Frame, angle: Option<i32>) -> (Vec<f64>, Kind, f64) {
    let flat =
        |points: &[DVec2]| points.iter().flat_map(|p| (frame.at(*p) * FINE).to_array()).collect::<Vec<_>>();
    match &shape.form {
        Form::Limb(chain) => {
            let (points, width) = outline(chain);
            (flat(&points), Kind::Closed, width)
        }
        Form::Hull { ovals, up, round } => {
            let steps = if ovals.len() > 5 { 9 } else { 6 };
            (flat(&skin(ovals, *up, *round, steps)), Kind::Closed, round * 2.0)
        }
        Form::Line { points, width } => (flat(points), Kind::Open, *width),
        Form::Area { points, round } => (flat(points), Kind::Closed, round * 2.0),
        Form::Oval(o) => {
            let (a, b, first) = o.axes();
            let angle = angle.unwrap_or(if a - b < 0.004 { 0 } else { first.to_degrees().round() as i32 });
            let along = DVec2::from_angle(f64::from(angle).to_radians());
            let half = |n: DVec2| {
                (o.m[0] * n.x * n.x + 2.0 * o.m[1] * n.x * n.y + o.m[2] * n.y * n.y).max(0.0).sqrt()
            };
            let (rx, ry) = (half(along), half(along.perp()));
            let left = frame.at(o.middle - along * rx) * FINE;
            let right = frame.at(o.middle + along * rx) * FINE;
            let s = frame.scale * FINE;
            let way = right - left;
            (vec![left.x, left.y, rx * s, ry * s, way.x, way.y], Kind::Ring { angle: -angle }, 0.0)
        }
    }
}

fn push(text: &mut String, n: i64) {
    if n >= 0 && text.ends_with(|c: char| c.is_ascii_digit()) {
        text.push(' ');
    }
    let _ = write!(text, "{n}");
}

fn tenth(n: f64) -> String {
    let text = format!("{:.1}", n);
    let text = text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
    match text.as_str() {
        "-0" => "0".to_owned(),
        t => t.strip_prefix("0.").map_or_else(
            || t.strip_prefix("-0.").map_or(t.to_owned(), |r| format!("-.{r}")),
            |r| format!(".{r}"),
        ),
    }
}

fn path(values: &[f64], kind: Kind) -> String {
    let mut text = String::from("m");
    let whole: Vec<i64> = values.iter().map(|v| v.round() as i64).collect();
    match kind {
        Kind::Ring { angle } => {
            push(&mut text, whole[0]);
            push(&mut text, whole[1]);
            let (rx, ry) = (tenth(values[2].max(0.1)), tenth(values[3].max(0.1)));
            let (dx, dy) = (tenth(values[4]), tenth(values[5]));
            let (bx, by) = (tenth(-values[4]), tenth(-values[5]));
            let _ = write!(text, "a{rx} {ry} {angle} 1 0 {dx} {dy}a{rx} {ry} {angle} 1 0 {bx} {by}");
        }
        Kind::Closed | Kind::Open | Kind::Curve => {
            push(&mut text, whole[0]);
            push(&mut text, whole[1]);
            if kind == Kind::Curve {
                text.push('q');
            }
            // A curve's two points both count from its beginning.
            let mut last = (whole[0], whole[1]);
            for p in whole[2..].chunks(2) {
                push(&mut text, p[0] - last.0);
                push(&mut text, p[1] - last.1);
                if kind != Kind::Curve {
                    last = (p[0], p[1]);
                }
            }
            if kind == Kind::Closed {
                text.push('z');
            }
        }
    }
    text
}

/// The moments to keep so that straight ways between them stay within the tolerance.
fn keep(values: &[Vec<f64>], tolerance: f64, only: &[usize]) -> Vec<usize> {
    let n = values.len() - 1;
    let mut kept = vec![0, n];
    let mut open = vec![(0, n)];
    while let Some((a, b)) = open.pop() {
        let mut worst = (tolerance, 0);
        for k in (a + 1..b).filter(|k| only.is_empty() || only.contains(k)) {
            let u = (k - a) as f64 / (b - a) as f64;
            let off = values[k]
                .iter()
                .zip(values[a].iter().zip(&values[b]))
                .map(|(v, (p, q))| (v - (p + (q - p) * u)).abs())
                .fold(0.0, f64::max);
            if off > worst.0 {
                worst = (off, k);
            }
        }
        if worst.1 > 0 {
            kept.push(worst.1);
            open.extend([(a, worst.1), (worst.1, b)]);
        }
    }
    kept.sort_unstable();
    kept
}

fn times(kept: &[usize]) -> String {
    let all: Vec<String> = kept
        .iter()
        .map(|k| {
            if *k == MOMENTS {
                return "1".to_owned();
            }
            let text = format!("{:.3}", *k as f64 / MOMENTS as f64);
            let text = text.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.');
            if text.is_empty() { "0".to_owned() } else { text.to_owned() }
        })
        .collect();
    all.join(";")
}

fn hex(c: Colour) -> String {
    let short = c.iter().all(|v| v >> 4 == v & 15);
    if short {
        format!("#{:x}{:x}{:x}", c[0] & 15, c[1] & 15, c[2] & 15)
    } else {
        format!("#{:02x}{:02x}{:02x}", c[0], c[1], c[2])
    }
}

fn opacity(shows: &[f64], dur: &str) -> Option<String> {
    let series: Vec<Vec<f64>> = shows.iter().map(|s| vec![*s]).collect();
    let kept = keep(&series, 0.12, &[]);
    if kept.len() == 2 && shows[0] == shows[MOMENTS] {
        return None;
    }
    let values: Vec<String> = kept.iter().map(|k| tenth(shows[*k])).collect();
    Some(format!(
        "<animate attributeName=\"opacity\" dur=\"{dur}\" repeatCount=\"indefinite\" keyTimes=\"{}\" values=\"{}\"/>",
        times(&kept),
        values.join(";")
    ))
}

fn element(track: &Track, tolerance: f64, only: &[usize], dur: &str, out: &mut String) {
    let _ = write!(out, "<path d=\"{}\"", path(&track.values[0], track.kind));
    let c = hex(track.colour);
    match track.kind {
        Kind::Open | Kind::Curve => {
            let _ = write!(out, " stroke=\"{c}\" stroke-width=\"{}\"", tenth(track.stroke));
        }
        Kind::Closed => {
            let _ = write!(out, " fill=\"{c}\" stroke=\"{c}\" stroke-width=\"{}\"", tenth(track.stroke));
        }
        Kind::Ring { .. } => {
            let _ = write!(out, " fill=\"{c}\"");
        }
    }
    let first = track.alpha * track.shows[0];
    if first < 0.995 {
        let _ = write!(out, " opacity=\"{}\"", tenth(first));
    }
    let kept = keep(&track.values, tolerance, only);
    let moves = kept.len() > 2 || track.values.iter().any(|v| differs(v, &track.values[0], tolerance));
    let shows: Vec<f64> = track.shows.iter().map(|s| s * track.alpha).collect();
    let fades = opacity(&shows, dur);
    if !moves && fades.is_none() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    if moves {
        let values: Vec<String> = kept.iter().map(|k| path(&track.values[*k], track.kind)).collect();
        let _ = write!(
            out,
            "<animate attributeName=\"d\" dur=\"{dur}\" repeatCount=\"indefinite\" keyTimes=\"{}\" values=\"{}\"/>",
            times(&kept),
            values.join(";")
        );
    }
    out.push_str(&fades.unwrap_or_default());
    out.push_str("</path>");
}

/// Joins neighbouring still paths that look alike.
fn joined(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut last: Option<(String, String)> = None;
    let flush = |out: &mut String, last: &mut Option<(String, String)>| {
        if let Some((d, rest)) = last.take() {
            let _ = write!(out, "<path d=\"{d}\"{rest}/>");
        }
    };
    let mut rest = svg;
    while let Some(at) = rest.find("<path d=\"") {
        if at > 0 {
            flush(&mut out, &mut last);
        }
        out.push_str(&rest[..at]);
        rest = &rest[at + 9..];
        let (Some(quote), Some(end)) = (rest.find('"'), rest.find('>')) else { break };
        if !rest[..end].ends_with('/') {
            flush(&mut out, &mut last);
            let _ = write!(out, "<path d=\"{}", &rest[..=end]);
            rest = &rest[end + 1..];
            continue;
        }
        let (d, look) = (&rest[..quote], &rest[quote + 1..end - 1]);
        match &mut last {
            Some((joined, as_before)) if as_before == look => {
                // The numbers after the second go on relatively, as they did on their own.
                let mut numbers = 0;
                let mut inside = false;
                let second = d[1..]
                    .char_indices()
                    .find(|(_, c)| {
                        let digit = c.is_ascii_digit() || *c == '.';
                        if (digit && !inside) || *c == '-' {
                            numbers += 1;
                        }
                        inside = digit || *c == '-';
                        numbers == 3 || c.is_ascii_alphabetic()
                    })
                    .map_or(d.len(), |(n, _)| n + 1);
                joined.push('M');
                joined.push_str(d[1..second].trim_end());
                if numbers == 3 {
                    joined.push('l');
                }
                joined.push_str(&d[second..]);
            }
            _ => {
                flush(&mut out, &mut last);
                last = Some((d.to_owned(), look.to_owned()));
            }
        }
        rest = &rest[end + 1..];
    }
    flush(&mut out, &mut last);
    out.push_str(rest);
    out
}

fn differs(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.iter().zip(b).any(|(a, b)| (a - b).abs() > tolerance)
}

/// How a rigid group moves: shift and turn about its first middle at every moment.
fn rigid(tracks: &[&Track], tolerance: f64) -> Option<(DVec2, Vec<Vec<f64>>)> {
    let points = |k: usize| -> Vec<DVec2> {
        let mut all = Vec::new();
        for t in tracks {
            let v = &t.values[k];
            if let Kind::Ring { .. } = t.kind {
                all.push(DVec2::new(v[0], v[1]) + DVec2::new(v[4], v[5]) / 2.0);
            } else {
                all.extend(v.chunks(2).map(|p| DVec2::new(p[0], p[1])));
            }
        }
        all
    };
    let first = points(0);
    let middle = first.iter().sum::<DVec2>() / first.len() as f64;
    let middle = middle.round();
    let mut moves = Vec::new();
    let mut last = 0.0;
    for k in 0..=MOMENTS {
        let now = points(k);
        let there = now.iter().sum::<DVec2>() / now.len() as f64;
        let origin = first.iter().sum::<DVec2>() / first.len() as f64;
        let (mut cos, mut sin) = (0.0, 0.0);
        for (a, b) in first.iter().zip(&now) {
            let (a, b) = (*a - origin, *b - there);
            cos += a.dot(b);
            sin += a.perp_dot(b);
        }
        let mut turn = f64::atan2(sin, cos);
        while turn - last > std::f64::consts::PI {
            turn -= std::f64::consts::TAU;
        }
        while last - turn > std::f64::consts::PI {
            turn += std::f64::consts::TAU;
        }
        last = turn;
        let rotation = DVec2::from_angle(turn);
        let shift = there - middle - rotation.rotate(origin - middle);
        for (a, b) in first.iter().zip(&now) {
            if (middle + rotation.rotate(*a - middle) + shift).distance(*b) > tolerance {
                return None;
            }
        }
        moves.push(vec![shift.x, shift.y, turn.to_degrees()]);
    }
    Some((middle, moves))
}

/// A shape as the small picture has it: hands, neck and hips are round-ended strokes there.
fn simple(shape: &Shape) -> Shape {
    let mut simple = shape.clone();
    match &shape.form {
        Form::Limb(chain) if shape.key.starts_with("hand") || shape.key == "neck" => {
            if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
                let most = chain.iter().map(|c| c.1).fold(0.0, f64::max);
                simple.form = Form::Line { points: vec![first.0, last.0], width: most * 1.75 };
            }
        }
        Form::Hull { ovals, .. } if shape.key == "seat" => {
            if let Some(o) = ovals.first() {
                let (a, b, angle) = o.axes();
                let off = DVec2::from_angle(angle) * (a - b);
                simple.form = Form::Line { points: vec![o.middle - off, o.middle + off], width: b * 2.0 };
            }
        }
        _ => {}
    }
    simple
}

/// How a long way is drawn, from most to least.
#[derive(Clone, Copy)]
struct Sketch {
    /// Limbs get thinner towards their ends.
    tapers: bool,
    /// Eye, neck, seat and the farther hand are drawn.
    whole: bool,
    /// How far a point may be off its way, half units of the view box.
    tolerance: f64,
}

/// From back to front; what a prop is lies behind all.
const PARTS: [&str; 16] = [
    "",
    "hand-far",
    "arm-far",
    "shoe-far",
    "leg-far",
    "shoe-near",
    "leg-near",
    "seat",
    "neck",
    "top",
    "head-hair",
    "head-face",
    "head-nose",
    "head-eye-near",
    "hand-near",
    "arm-near",
];

const SKETCHES: [Sketch; 5] = [
    Sketch { tapers: true, whole: true, tolerance: 2.0 },
    Sketch { tapers: true, whole: true, tolerance: 4.0 },
    Sketch { tapers: true, whole: false, tolerance: 4.0 },
    Sketch { tapers: false, whole: true, tolerance: 4.0 },
    Sketch { tapers: false, whole: false, tolerance: 5.0 },
];

/// One moment of a long way, on which the body turns round: its parts are named and ordered by which
/// is nearer to the camera, and all but trunk and limbs are strokes.
fn sketched(stage: &Stage<'_>, at: f64, how: Sketch) -> Vec<Shape> {
    let s = stage.of.at(at);
    let order = Order::of(&s, &stage.camera);
    let (f, c) = (s.frames[3], s.spine[4]);
    let head = |x: f64, z: f64| stage.camera.see(c + f * DVec3::new(x, 0.0, z));
    let line = |a: DVec2, b: DVec2, width: f64| Form::Line { points: vec![a, b], width };
    let mut parts: Vec<(usize, Shape)> = Vec::new();
    for mut shape in stage.kept(at, &order) {
        let key = shape.key.clone();
        let (part, side) = key.rsplit_once('-').unwrap_or((key.as_str(), ""));
        let near = side == ["r", "l"][order.far];
        if matches!(part, "arm" | "hand" | "shoe" | "leg" | "head-eye") {
            shape.key = format!("{part}-{}", if near { "near" } else { "far" });
        }
        let few = matches!(shape.key.as_str(), "seat" | "neck" | "head-eye-near" | "hand-far") && !how.whole;
        let rank = if key.starts_with("prop") { Some(0) } else { PARTS.iter().position(|p| *p == shape.key) };
        let Some(rank) = rank.filter(|_| !few) else { continue };
        match (part, key.as_str(), &shape.form) {
            ("shoe", _, Form::Hull { ovals, .. }) => {
                if let (Some(heel), Some(tip)) = (ovals.first(), ovals.last()) {
                    shape.form = line(heel.middle, tip.middle, heel.axes().1 * 1.9);
                }
            }
            (_, "top", Form::Hull { ovals, up, round }) => {
                shape.form = Form::Area { points: skin(ovals, *up, *round, 7), round: *round };
            }
            ("arm" | "leg", _, Form::Limb(chain)) if !how.tapers => {
                let width = chain.iter().map(|c| c.1).sum::<f64>() / chain.len() as f64 * 1.9;
                shape.form = Form::Line { points: chain.iter().map(|c| c.0).collect(), width };
            }
            (_, "head-hair", _) => shape.form = line(head(-0.022, 0.005), head(-0.018, 0.055), 0.200),
            (_, "head-face", _) => shape.form = line(head(0.016, 0.030), head(0.022, -0.050), 0.150),
            (_, "head-nose", _) => shape.form = line(head(0.098, -0.004), head(0.102, -0.020), 0.036),
            ("head-eye", _, Form::Oval(o)) => {
                shape.form = line(o.middle, o.middle - DVec2::new(0.0, 0.006), 0.020);
            }
            _ => shape = simple(&shape),
        }
        parts.push((rank, shape));
    }
    parts.sort_by_key(|p| p.0);
    parts.into_iter().map(|p| p.1).collect()
}

/// What can be left out of a small picture, least missed first.
const SPARE: [&str; 9] =
    ["thumb", "sole", "head-rim", "collar", "head-ear", "shadow", "head-eye", "head-mouth", "muscle"];

/// All vector loops of an exercise, with what follows its id in their files' names.
pub fn both(motion: &Motion) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut loops = vec![("", write(motion, &motion.main, &motion.title.fr)?)];
    if let Some(easier) = &motion.easier {
        let title = format!("{} : plus facile", motion.title.fr);
        loops.push(("-easier", write(motion, easier, &title)?));
    }
    Ok(loops)
}

/// The vector loop of one variant.
pub fn write(motion: &Motion, of: &Loop, title: &str) -> Result<String, Problem> {
    let stage = Stage::new(motion, of, of.view);
    let at = |k: usize| of.duration() * (k % MOMENTS) as f64 / MOMENTS as f64;
    if of.back.is_none() {
        let order = Order::of(&of.at(0.0), &stage.camera);
        let pictures =
            (0..=MOMENTS).map(|k| stage.kept(at(k), &order).iter().map(simple).collect()).collect();
        if let Some(told) = Drawn::new(&stage, pictures, Some(&order), title)?.finest() {
            return Ok(told);
        }
    }
    // A long way is told by as many of its poses as fit, rather drawn with less than told with fewer.
    // Where the standing body turns round, near and far change places at once.
    let near = |k: usize| {
        let s = of.at(at(k));
        (s.pelvis.z > 0.6).then(|| Order::of(&s, &stage.camera).far)
    };
    let turns: Vec<usize> = (1..=MOMENTS)
        .filter(|k| near(*k).is_some() && near(*k - 1).is_some() && near(*k) != near(*k - 1))
        .flat_map(|k| [k - 1, k])
        .collect();
    let moment = |ms: f64| (ms / of.duration() * MOMENTS as f64).round() as usize;
    let mut poses: Vec<usize> =
        of.keys.iter().map(|key| moment(key.at)).chain(turns.iter().copied()).collect();
    // What is said must be seen: the poses to which what is said leads, on the way there.
    let mut told: Vec<usize> = (1..of.phases.len())
        .filter(|n| of.phases[*n].say.is_some())
        .map(|n| moment(of.phases[n].from))
        .collect();
    told.dedup();
    let kept: Vec<usize> = turns.iter().copied().chain(told).collect();
    poses.sort_unstable();
    poses.dedup();
    let sketches = SKETCHES
        .iter()
        .map(|how| {
            let pictures = (0..=MOMENTS).map(|k| sketched(&stage, at(k), *how)).collect();
            Ok((how.tolerance, Drawn::new(&stage, pictures, None, title)?))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    loop {
        let mut least = usize::MAX;
        for (tolerance, drawn) in &sketches {
            let told = drawn.compose(*tolerance, 0, &poses);
            if told.len() <= LIMIT {
                return Ok(told);
            }
            least = least.min(told.len());
        }
        let fewer = without_least(&sketches[0].1.all(), poses.clone(), &kept);
        if fewer.len() == poses.len() {
            return Err(too_long(motion, least));
        }
        poses = fewer;
    }
}

/// A loop's shapes at every moment, ready to be written.
struct Drawn<'a> {
    stage: &'a Stage<'a>,
    names: Vec<String>,
    tracks: BTreeMap<String, Track>,
    arrows: Vec<(String, Vec<f64>)>,
    title: &'a str,
    floor: f64,
    scale: f64,
}
impl<'a> Drawn<'a> {
    fn new(
        stage: &'a Stage<'a>,
        pictures: Vec<Vec<Shape>>,
        order: Option<&Order>,
        title: &'a str,
    ) -> Result<Self, Problem> {
        let of = stage.of;
        let at = |k: usize| of.duration() * (k % MOMENTS) as f64 / MOMENTS as f64;
        let frame = Frame::fit(
            stage.bounds(),
            DVec2::new(12.0, 8.0),
            DVec2::new(308.0, 228.0),
            if of.focus.is_some() { 260.0 } else { 150.0 },
        );
        let mut names: Vec<String> = pictures[0].iter().map(|s| s.key.clone()).collect();
        let mut tracks: BTreeMap<String, Track> = BTreeMap::new();
        for (n, shape) in pictures[0].iter().enumerate() {
            let (first, kind, width) = numbers(shape, &frame, None);
            let angle = if let Kind::Ring { angle } = kind { Some(-angle) } else { None };
            let mut values = vec![first];
            for picture in &pictures[1..] {
                let same = picture.get(n).filter(|s| s.key == shape.key).ok_or_else(|| Problem::Drawing {
                    id: stage.motion.id.clone(),
                    what: format!("{} is not in every picture of the loop", shape.key),
                })?;
                values.push(numbers(same, &frame, angle).0);
            }
            let muscle = shape.key.strip_prefix("muscle-").and_then(|k| k.rsplit_once('-')).map(|k| k.0);
            let shows = (0..=MOMENTS).map(|k| muscle.map_or(1.0, |m| stage.marked(m, at(k)))).collect();
            // A muscle on the body's far side never shows, or hardly beside its like on the near side.
            let far = order.is_some_and(|o| shape.key.ends_with(["-l", "-r"][o.far]))
                && of.view == View::Side
                && muscle.is_some_and(|m| !m.contains(' ') && !MIDDLE.contains(&m));
            if muscle.is_some() && (shape.alpha < 0.05 || far) {
                names.retain(|name| *name != shape.key);
                continue;
            }
            let stroke = width * frame.scale * FINE;
            let track = Track { values, kind, colour: shape.colour, stroke, alpha: shape.alpha, shows };
            tracks.insert(shape.key.clone(), track);
        }
        let mut arrows = Vec::new();
        for phase in &of.phases {
            for curve in stage.arrows(phase) {
                let shows: Vec<f64> = (0..=MOMENTS)
                    .map(|k| f64::from(u8::from(at(k) >= phase.from && at(k) < phase.to)))
                    .collect();
                let whole = |points: &[DVec2]| -> Vec<f64> {
                    points.iter().flat_map(|p| (frame.at(*p) * FINE).to_array()).collect()
                };
                let tip = arrow_head(&curve, 0.075);
                let back = (tip[1] + tip[2]) / 2.0 - (tip[0] + tip[1] + tip[2]) / 3.0;
                let head = whole(&[tip[1] + back * 2.6, curve[2], tip[2] + back * 2.6]);
                let mut line = path(&whole(&curve), Kind::Curve);
                let end = (frame.at(curve[2]) * FINE).round();
                line.push('m');
                push(&mut line, (head[0] - end.x).round() as i64);
                push(&mut line, (head[1] - end.y).round() as i64);
                for k in [2, 4] {
                    push(&mut line, (head[k] - head[k - 2]).round() as i64);
                    push(&mut line, (head[k + 1] - head[k - 1]).round() as i64);
                }
                arrows.push((line, shows));
            }
        }
        let floor = frame.at(DVec2::new(0.0, HORIZON)).y.round();
        Ok(Drawn { stage, names, tracks, arrows, title, floor, scale: frame.scale })
    }

    /// All numbers of every moment.
    fn all(&self) -> Vec<Vec<f64>> {
        (0..=MOMENTS)
            .map(|k| self.tracks.values().flat_map(|t| t.values[k].iter().copied()).collect())
            .collect()
    }

    /// The finest movement that fits, if one does; rather a detail less than a movement that limps.
    fn finest(&self) -> Option<String> {
        let finest = 0.8;
        let mut spare = 1;
        while spare < 6 && self.compose(3.0, spare, &[]).len() > LIMIT {
            spare += 1;
        }
        let best = self.compose(finest, spare, &[]);
        if best.len() <= LIMIT {
            return Some(best);
        }
        let (mut fine, mut coarse) = (finest, 13.0);
        let mut best = self.compose(coarse, spare, &[]);
        if best.len() > LIMIT {
            return None;
        }
        for _ in 0..9 {
            let tolerance = (fine + coarse) / 2.0;
            let tried = self.compose(tolerance, spare, &[]);
            if tried.len() <= LIMIT {
                (best, coarse) = (tried, tolerance);
            } else {
                fine = tolerance;
            }
        }
        Some(best)
    }

    /// The file, its points moved between so many moments as the tolerance asks for, without the first
    /// `spare` kinds of [`SPARE`], and with moments of `only` when there are any.
    fn compose(&self, tolerance: f64, spare: usize, only: &[usize]) -> String {
        let duration = self.stage.of.duration();
        let seconds = format!("{}s", tenth(duration / 1000.0));
        let floor = self.floor;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 240\" data-duration-ms=\"{}\"><title>{}</title>\
             <rect width=\"320\" height=\"240\" rx=\"10\" fill=\"{}\"/>\
             <path d=\"m0 {floor}h320v{}a10 10 0 0 1-10 10h-300a10 10 0 0 1-10-10z\" fill=\"{}\"/>\
             <rect y=\"{}\" width=\"320\" height=\"2\" fill=\"{}\"/>\
             <g transform=\"scale(.5)\" fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">",
            duration.round(),
            self.title,
            hex(WALL),
            230.0 - floor,
            hex(FLOOR),
            floor - 2.0,
            hex(SKIRTING),
        );
        let head: Vec<&Track> =
            self.names.iter().filter(|n| n.starts_with("head-")).filter_map(|n| self.tracks.get(n)).collect();
        let stiff = rigid(&head, 5.0);
        let mut within = false;
        for name in &self.names {
            let Some(track) = self.tracks.get(name) else { continue };
            if SPARE[..spare].iter().any(|s| name.starts_with(s)) {
                continue;
            }
            let of_head = name.starts_with("head-");
            if let (Some((middle, moves)), true, false) = (&stiff, of_head, within) {
                within = true;
                out.push_str("<g>");
                let shift: Vec<Vec<f64>> = moves.iter().map(|m| m[..2].to_vec()).collect();
                let kept = keep(&shift, tolerance * 0.7, only);
                let values: Vec<String> =
                    kept.iter().map(|k| format!("{} {}", tenth(shift[*k][0]), tenth(shift[*k][1]))).collect();
                let _ = write!(
                    out,
                    "<animateTransform attributeName=\"transform\" type=\"translate\" dur=\"{seconds}\" repeatCount=\"indefinite\" keyTimes=\"{}\" values=\"{}\"/>",
                    times(&kept),
                    values.join(";")
                );
                let turn: Vec<Vec<f64>> = moves.iter().map(|m| vec![m[2]]).collect();
                if turn.iter().any(|t| t[0].abs() > 0.8) {
                    let kept = keep(&turn, tolerance, only);
                    let values: Vec<String> = kept
                        .iter()
                        .map(|k| format!("{} {} {}", tenth(turn[*k][0]), middle.x, middle.y))
                        .collect();
                    let _ = write!(
                        out,
                        "<animateTransform attributeName=\"transform\" type=\"rotate\" additive=\"sum\" dur=\"{seconds}\" repeatCount=\"indefinite\" keyTimes=\"{}\" values=\"{}\"/>",
                        times(&kept),
                        values.join(";")
                    );
                }
            }
            if within && !of_head {
                within = false;
                out.push_str("</g>");
            }
            if within {
                let still = Track {
                    values: vec![track.values[0].clone(); MOMENTS + 1],
                    shows: track.shows.clone(),
                    ..*track
                };
                element(&still, tolerance, only, &seconds, &mut out);
            } else {
                // Small features need a finer hand than limbs.
                element(track, tolerance, only, &seconds, &mut out);
            }
        }
        if within {
            out.push_str("</g>");
        }
        for (line, shows) in &self.arrows {
            let first = if shows[0] < 0.5 { " opacity=\"0\"" } else { "" };
            let fades = opacity(shows, &seconds).unwrap_or_default();
            let _ = write!(
                out,
                "<path d=\"{line}\" stroke=\"{}\" stroke-width=\"{}\"{first}>{fades}</path>",
                hex(ARROW),
                tenth((0.022 * self.scale).max(2.2) * FINE)
            );
        }
        out.push_str("</g></svg>\n");
        joined(&out)
    }
}

fn too_long(motion: &Motion, bytes: usize) -> Problem {
    let what =
        format!("its vector loop needs {bytes} bytes, {LIMIT} are allowed: use fewer poses, props or arrows");
    Problem::Drawing { id: motion.id.clone(), what }
}

/// The moments without the one, `kept` ones apart, that a straight way between its neighbours replaces
/// best.
fn without_least(values: &[Vec<f64>], mut moments: Vec<usize>, kept: &[usize]) -> Vec<usize> {
    let loss = |n: usize| {
        let (a, k, b) = (moments[n - 1], moments[n], moments[n + 1]);
        let u = (k - a) as f64 / (b - a) as f64;
        let off = |i: usize| values[k][i] - (values[a][i] + (values[b][i] - values[a][i]) * u);
        (0..values[k].len()).map(|i| off(i).powi(2)).sum::<f64>()
    };
    let least = (1..moments.len() - 1)
        .filter(|n| !kept.contains(&moments[*n]))
        .min_by(|a, b| loss(*a).total_cmp(&loss(*b)));
    if let Some(least) = least {
        moments.remove(least);
    }
    moments
}
