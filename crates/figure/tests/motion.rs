//! Every file of motion data: is it a body that moves like this, and are its pictures what the
//! portal accepts?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use figure::{
    film,
    motion::{Key, Loop, Motion, point},
    person::{MUSCLES, WORK},
    raster,
    scene::Stage,
    skeleton::Skeleton,
    vector,
};
use glam::{DVec2, DVec3};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const IDS: [&str; 14] = [
    "ankle-pumps",
    "back-mobility",
    "balance-at-the-sink",
    "breathing",
    "desk-posture",
    "getting-up-from-the-floor",
    "heel-raises",
    "hip-abduction",
    "knee-extension",
    "neck-rotation",
    "shoulder-pendulum",
    "shoulder-stretch-clinic",
    "shoulder-stretch-patient",
    "sit-to-stand",
];

/// Milliseconds between two pictures.
const STEP: f64 = 50.0;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn motions() -> Vec<Motion> {
    let all = Motion::read_all(&root().join("content/motion")).unwrap_or_else(|e| panic!("{e}"));
    let ids: Vec<&str> = all.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, IDS);
    all
}

fn loops(motions: &[Motion]) -> Vec<(String, &Loop)> {
    let mut all = Vec::new();
    for m in motions {
        all.push((m.id.clone(), &m.main));
        if let Some(easier) = &m.easier {
            all.push((format!("{} (easier)", m.id), easier));
        }
    }
    all
}

/// Collects what is wrong everywhere, so that one run shows it all.
#[derive(Default)]
struct Findings {
    checked: usize,
    wrong: Vec<String>,
}

impl Findings {
    fn check(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.checked += 1;
        if !right {
            self.wrong.push(what());
        }
    }

    fn end(mut self, least: usize) {
        assert!(self.checked >= least, "only {} checks", self.checked);
        let many = self.wrong.len();
        // The first few of every exercise.
        let mut told = std::collections::BTreeMap::new();
        self.wrong.retain(|line| {
            let count =
                told.entry(line.split_whitespace().next().unwrap_or_default().to_owned()).or_insert(0);
            *count += 1;
            *count <= 6
        });
        assert!(self.wrong.is_empty(), "{many} of {}:\n{}", self.checked, self.wrong.join("\n"));
    }
}

/// Every sample with the keys around it.
fn samples(of: &Loop) -> Vec<(f64, Skeleton, &Key, &Key)> {
    let count = (of.duration() / STEP).floor() as usize;
    (0..count)
        .map(|k| {
            let at = k as f64 * STEP;
            let (i, j) = of.around(at);
            (at, of.at(at), &of.keys[i], &of.keys[j])
        })
        .collect()
}

#[test]
fn joints_stay_within_their_normal_range() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        let mut worst = std::collections::BTreeMap::new();
        for (at, s, ..) in samples(of) {
            for angle in s.angles() {
                let over = (angle.range.0 - angle.degrees).max(angle.degrees - angle.range.1);
                f.check(over <= 0.5 || worst.contains_key(angle.name), || {
                    worst.insert(angle.name, ());
                    format!("{name} at {at}: {} {:.0}°, normal {:?}", angle.name, angle.degrees, angle.range)
                });
            }
        }
    }
    f.end(50_000);
}

#[test]
fn planted_feet_do_not_move_and_nothing_sinks_into_the_floor() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        for pair in of.keys.windows(2) {
            for i in 0..2 {
                if pair[0].planted[i] && pair[1].planted[i] {
                    let slid = pair[0].pose.legs[i].foot.distance(pair[1].pose.legs[i].foot);
                    f.check(slid < 0.005, || format!("{name} {}: foot {i} slides {slid:.3} m", pair[1].at));
                }
            }
        }
        let mut last: Option<(Skeleton, f64)> = None;
        for (at, s, a, b) in samples(of) {
            for i in 0..2 {
                let names = ["left", "right"];
                let parts = [
                    "heel", "ball", "toes", "hip", "knee", "ankle", "shoulder", "elbow", "wrist", "palm",
                    "tips",
                ];
                for (part, p) in parts.iter().zip(s.soles[i].iter().chain(&s.legs[i]).chain(&s.arms[i])) {
                    f.check(p.z > -0.012, || format!("{name} at {at}: {} {part} at {:.3} m", names[i], p.z));
                }
                if !(a.planted[i] && b.planted[i]) {
                    continue;
                }
                // The leg reaches what the data says: the contact itself stays.
                let pitch = [a.pose.legs[i].pitch, b.pose.legs[i].pitch];
                let contact = if pitch.iter().all(|p| *p >= 0.0) { 1 } else { 0 };
                if pitch.iter().any(|p| *p < 0.0) && pitch.iter().any(|p| *p > 0.0) {
                    continue;
                }
                f.check(s.soles[i][contact].z.abs() < 0.005, || {
                    format!("{name} at {at}: {} sole {:.3} m high", names[i], s.soles[i][contact].z)
                });
                if let Some((before, then)) = &last
                    && *then >= a.at
                {
                    let moved = before.soles[i][contact].distance(s.soles[i][contact]);
                    f.check(moved < 0.005, || {
                        format!("{name} at {at}: {} foot moved {moved:.4} m", names[i])
                    });
                }
            }
            last = Some((s, at));
        }
    }
    f.end(20_000);
}

#[test]
fn holding_hands_stay_on_what_they_hold() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        for (at, s, a, b) in samples(of) {
            for i in 0..2 {
                if !(a.holds[i] && b.holds[i]) {
                    continue;
                }
                let palm = s.arms[i][3];
                if a.pose.arms[i].palm.distance(b.pose.arms[i].palm) < 0.001 {
                    let off = palm.distance(a.pose.arms[i].palm);
                    f.check(off < 0.005, || format!("{name} at {at}: hand {i} is {off:.3} m off its place"));
                    let nearest = of.props.iter().map(|p| p.distance(palm)).fold(f64::MAX, f64::min);
                    f.check(nearest < 0.03, || {
                        format!("{name} at {at}: hand {i} holds the air, {nearest:.3} m")
                    });
                }
            }
        }
    }
    f.end(2000);
}

#[test]
fn hips_and_head_move_at_a_human_speed_without_jumps() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        let all = samples(of);
        for pair in all.windows(2) {
            for (what, fastest) in [
                ("pelvis", 0.9),
                ("head", 1.3),
                ("left hand", 2.2),
                ("right hand", 2.2),
                ("left ankle", 2.0),
                ("right ankle", 2.0),
                ("left knee", 2.0),
                ("right knee", 2.0),
                ("left elbow", 2.0),
                ("right elbow", 2.0),
            ] {
                let (a, b) = (point(&pair[0].1, what).unwrap(), point(&pair[1].1, what).unwrap());
                let speed = a.distance(b) / (STEP / 1000.0);
                f.check(speed < fastest, || format!("{name} at {}: {what} at {speed:.2} m/s", pair[0].0));
            }
        }
    }
    f.end(20_000);
}

#[test]
fn a_loop_closes_without_a_seam() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        let d = of.duration();
        for what in ["pelvis", "head", "left hand", "right hand", "left ankle", "right ankle"] {
            let p = |at: f64| point(&of.at(at), what).unwrap();
            let first = of.build.stand(&of.keys[0].pose);
            let last = of.build.stand(&of.keys[of.keys.len() - 1].pose);
            let gap = point(&first, what).unwrap().distance(point(&last, what).unwrap());
            f.check(gap < 0.001, || format!("{name}: {what} {gap:.4} m apart"));
            let before: DVec3 = (p(d - 0.5) - p(d - 10.5)) / 0.01;
            let after: DVec3 = (p(10.5) - p(0.5)) / 0.01;
            let jerk = before.distance(after);
            f.check(jerk < 0.12, || format!("{name}: {what} changes its speed by {jerk:.2} m/s at the seam"));
        }
    }
    f.end(200);
}

fn hull(mut points: Vec<DVec2>) -> Vec<DVec2> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let half = |points: &mut dyn Iterator<Item = DVec2>| {
        let mut line: Vec<DVec2> = Vec::new();
        for p in points {
            while line.len() > 1
                && (line[line.len() - 1] - line[line.len() - 2]).perp_dot(p - line[line.len() - 2]) <= 0.0
            {
                line.pop();
            }
            line.push(p);
        }
        line.pop();
        line
    };
    let mut around = half(&mut points.iter().copied());
    around.extend(half(&mut points.iter().rev().copied()));
    around
}

/// How far outside a convex area, metres.
fn outside(area: &[DVec2], p: DVec2) -> f64 {
    (0..area.len())
        .map(|k| {
            let (a, b) = (area[k], area[(k + 1) % area.len()]);
            -(b - a).normalize_or_zero().perp_dot(p - a)
        })
        .fold(f64::MIN, f64::max)
}

#[test]
fn the_weight_is_over_what_bears_it() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        for (at, s, a, b) in samples(of) {
            if a.low || b.low {
                continue;
            }
            let mut bearing = Vec::new();
            for i in 0..2 {
                if a.planted[i] && b.planted[i] {
                    bearing.extend(s.contact(i));
                }
                if a.holds[i] && b.holds[i] {
                    bearing.push(s.arms[i][3].truncate());
                }
            }
            if a.seated && b.seated {
                bearing.extend(of.props.iter().flat_map(|p| p.seat_area()));
            }
            let area = hull(bearing);
            f.check(area.len() > 2, || format!("{name} at {at}: nothing bears the weight"));
            if area.len() > 2 {
                let off = outside(&area, s.centre_of_mass().truncate());
                f.check(off < 0.0, || format!("{name} at {at}: weight {off:.3} m beside its base"));
            }
        }
    }
    f.end(5000);
}

#[test]
fn before_a_foot_leaves_the_floor_the_weight_is_over_the_other() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        for pair in of.keys.windows(2) {
            let s = of.build.stand(&pair[0].pose);
            for i in 0..2 {
                let leaves = pair[0].planted[i] && !pair[1].planted[i] && pair[0].planted[1 - i];
                if leaves && !pair[0].seated && !pair[0].low && !pair[1].low {
                    let weight = s.centre_of_mass().truncate();
                    let to = |foot: usize| {
                        weight.distance(((s.soles[foot][0] + s.soles[foot][1]) / 2.0).truncate())
                    };
                    f.check(to(1 - i) < to(i) * 0.6, || {
                        format!(
                            "{name} {}: {:.2} m from the standing foot, {:.2} m from the other",
                            pair[0].at,
                            to(1 - i),
                            to(i)
                        )
                    });
                }
            }
        }
    }
    f.end(8);
}

#[test]
fn in_the_tandem_stance_one_heel_touches_the_other_foots_toes() {
    let motions = motions();
    let of = &motions.iter().find(|m| m.id == "balance-at-the-sink").unwrap().main;
    let mut f = Findings::default();
    let mut held = 0.0;
    for (at, s, a, b) in samples(of) {
        let stands = |k: &Key| {
            let [left, right] = &k.pose.legs;
            k.planted == [true; 2]
                && left.pitch == 0.0
                && right.pitch == 0.0
                && left.foot.x > right.foot.x + 0.1
        };
        if !(stands(a) && stands(b)) {
            continue;
        }
        held += STEP;
        let [left, right] = s.soles;
        let (front, behind) = if left[0].x > right[0].x { (left, right) } else { (right, left) };
        let gap = front[0].distance(behind[2]);
        f.check(gap < 0.005, || format!("at {at}: heel and toes are {gap:.3} m apart"));
        let line = (front[2] - front[0]).angle_between(behind[2] - behind[0]).to_degrees();
        f.check(line < 1.0, || format!("at {at}: the feet are {line:.1}° off one line"));
    }
    f.check(held >= 1000.0, || format!("held for {held} ms only"));
    f.end(40);
}

#[test]
fn what_is_gone_there_and_back_comes_to_rest_where_it_began() {
    let motions = motions();
    let of = &motions.iter().find(|m| m.id == "getting-up-from-the-floor").unwrap().main;
    let back = of.back.unwrap();
    assert!((of.duration() - 2.0 * back).abs() < 0.01);
    let mut f = Findings::default();
    for k in 0..100 {
        let off = back * f64::from(k) / 100.0;
        for what in ["pelvis", "head", "left hand", "right ankle"] {
            let p = |at: f64| point(&of.at(at), what).unwrap();
            let apart = p(back - off).distance(p(back + off));
            f.check(apart < 0.002, || format!("{what} {apart:.3} m apart, {off:.0} ms from the turn"));
        }
    }
    f.end(400);
}

#[test]
fn where_an_exercise_has_sides_both_are_shown() {
    let motions = motions();
    let mut f = Findings::default();
    for id in [
        "balance-at-the-sink",
        "knee-extension",
        "hip-abduction",
        "shoulder-stretch-patient",
        "shoulder-pendulum",
        "neck-rotation",
    ] {
        let of = &motions.iter().find(|m| m.id == id).unwrap().main;
        let all = samples(of);
        let most = |what: &str| {
            let still = point(&all[0].1, what).unwrap();
            all.iter().map(|s| point(&s.1, what).unwrap().distance(still)).fold(0.0, f64::max)
        };
        let moved = match id {
            "neck-rotation" => {
                let turns = all.iter().map(|s| s.1.frames[3].x_axis.y);
                let (left, right) = (turns.clone().fold(f64::MIN, f64::max), turns.fold(f64::MAX, f64::min));
                (left, -right)
            }
            "shoulder-stretch-patient" | "shoulder-pendulum" => (most("left hand"), most("right hand")),
            _ => (most("left heel"), most("right heel")),
        };
        f.check(moved.0 > 0.15 && moved.1 > 0.15, || format!("{id}: {moved:?}"));
    }
    f.end(6);
}

#[test]
fn every_muscle_and_every_arrow_has_its_place() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        let s = of.at(0.0);
        for phase in &of.phases {
            for muscle in &phase.muscles {
                let plain = muscle.trim_start_matches("left ").trim_start_matches("right ");
                f.check(MUSCLES.contains(&plain), || format!("{name}: no muscle {muscle:?}"));
            }
            for arrow in &phase.arrows {
                f.check(point(&s, &arrow.follow).is_some(), || {
                    format!("{name}: no point {:?}", arrow.follow)
                });
            }
            if !phase.arrows.is_empty() {
                let motion = motions.iter().find(|m| name.starts_with(&m.id)).unwrap();
                let drawn = Stage::new(motion, of, of.view).arrows(phase).len();
                f.check(drawn > 0, || format!("{name} {}: its arrow is too short to be drawn", phase.from));
            }
        }
    }
    f.end(80);
}

#[test]
fn captions_are_short_in_both_languages_and_within_the_film() {
    let motions = motions();
    let mut f = Findings::default();
    for m in &motions {
        let length = film::duration(m);
        let most = if m.main.back.is_some() { film::LONGEST } else { film::LENGTH.1 };
        f.check((film::LENGTH.0..=most).contains(&length), || format!("{}: {length} ms long", m.id));
        let cues = film::cues(m);
        f.check(cues.len() >= 4, || format!("{}: {} captions", m.id, cues.len()));
        let mut last = 0.0;
        for cue in &cues {
            f.check(cue.from >= last - 0.01 && cue.to > cue.from && cue.to <= length + 0.01, || {
                format!("{}: caption from {} to {} of {length}", m.id, cue.from, cue.to)
            });
            last = cue.to;
            for text in [&cue.text.fr, &cue.text.en] {
                let words = text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
                f.check((1..=12).contains(&words), || format!("{}: {words} words: {text}", m.id));
                f.check(!text.contains('\''), || format!("{}: a straight apostrophe: {text}", m.id));
            }
            let french = cue.text.fr.as_str();
            let spaced =
                french.match_indices([':', ';', '?', '!']).all(|(n, _)| french[..n].ends_with('\u{a0}'));
            f.check(spaced, || format!("{}: no no-break space: {french}", m.id));
        }
        for vtt in [film::captions(m, |t| &t.fr), film::captions(m, |t| &t.en)] {
            f.check(vtt.starts_with("WEBVTT\n\n") && vtt.matches(" --> ").count() == cues.len(), || {
                m.id.clone()
            });
        }
    }
    f.end(500);
}

#[test]
fn vector_loops_are_small_and_made_of_allowed_parts() {
    let motions = motions();
    let mut f = Findings::default();
    for m in &motions {
        for (of, which) in [(Some(&m.main), "main"), (m.easier.as_ref(), "easier")] {
            let Some(of) = of else { continue };
            let svg = vector::write(m, of, &m.title.fr).unwrap_or_else(|e| panic!("{e}"));
            f.check(svg.len() <= vector::LIMIT, || format!("{} {which}: {} bytes", m.id, svg.len()));
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{}: {e}", m.id));
            let svg_root = document.root_element();
            f.check(svg_root.attribute("viewBox") == Some("0 0 320 240"), || format!("{}: viewBox", m.id));
            let ms: f64 = svg_root.attribute("data-duration-ms").unwrap().parse().unwrap();
            f.check((ms - of.duration()).abs() < 1.0, || format!("{}: {ms} ms", m.id));
            let mut durations: Vec<&str> = Vec::new();
            for node in document.descendants().filter(|n| n.is_element()) {
                let name = node.tag_name().name();
                f.check(vector::ELEMENTS.contains(&name), || format!("{}: element {name}", m.id));
                for a in node.attributes() {
                    f.check(vector::ATTRIBUTES.contains(&a.name()), || {
                        format!("{}: attribute {}", m.id, a.name())
                    });
                    let plain = !a.value().contains("url(") && !a.value().contains("NaN");
                    f.check(plain, || format!("{}: {}={}", m.id, a.name(), a.value()));
                }
                if !name.starts_with("animate") {
                    continue;
                }
                durations.extend(node.attribute("dur"));
                let times: Vec<f64> =
                    node.attribute("keyTimes").unwrap().split(';').map(|t| t.parse().unwrap()).collect();
                let values: Vec<&str> = node.attribute("values").unwrap().split(';').collect();
                let rising = times.windows(2).all(|w| w[0] < w[1]);
                f.check(rising && times[0] == 0.0 && *times.last().unwrap() == 1.0, || {
                    format!("{}: keyTimes {times:?}", m.id)
                });
                f.check(times.len() == values.len(), || format!("{}: {} values", m.id, values.len()));
                f.check(values[0] == values[values.len() - 1], || format!("{}: the loop is open", m.id));
                if node.attribute("attributeName") == Some("d") {
                    let shape = |d: &str| d.chars().filter(char::is_ascii_alphabetic).collect::<String>();
                    f.check(values.iter().all(|v| shape(v) == shape(values[0])), || {
                        format!("{}: outlines that cannot pass into each other", m.id)
                    });
                    let first = node.parent().unwrap().attribute("d");
                    f.check(first == Some(values[0]), || format!("{}: the still picture is another", m.id));
                }
            }
            durations.sort_unstable();
            durations.dedup();
            f.check(durations.len() == 1, || format!("{}: durations {durations:?}", m.id));
        }
    }
    f.end(5000);
}

#[test]
fn the_library_holds_what_the_motion_data_says() {
    let motions = motions();
    let library = root().join("content/demo/library");
    let mut f = Findings::default();
    for m in &motions {
        let folder = library.join(&m.id);
        let same = |file: String, wanted: String| {
            fs::read_to_string(folder.join(&file)).is_ok_and(|found| found == wanted)
        };
        let fresh = |f: &mut Findings, file: String, wanted: String| {
            let right = same(file.clone(), wanted);
            f.check(right, || format!("{file} is old: run `cargo run -p figure --release -- {}`", m.id));
        };
        fresh(&mut f, format!("{}.fr.vtt", m.id), film::captions(m, |t| &t.fr));
        fresh(&mut f, format!("{}.en.vtt", m.id), film::captions(m, |t| &t.en));
        for (end, svg) in vector::both(m).unwrap_or_else(|e| panic!("{e}")) {
            fresh(&mut f, format!("{}{end}.svg", m.id), svg);
        }
        let film = fs::metadata(folder.join(format!("{}.mp4", m.id))).map_or(0, |d| d.len());
        f.check((50_000..2_500_000).contains(&film), || format!("{}.mp4: {film} bytes", m.id));
    }
    f.end(60);
}

/// How far any part of the body comes between two poses, metres.
fn apart(a: &Skeleton, b: &Skeleton) -> f64 {
    let parts = |s: &Skeleton| -> Vec<DVec3> {
        s.legs
            .iter()
            .flatten()
            .chain(s.arms.iter().flatten())
            .chain(s.soles.iter().flatten())
            .copied()
            .collect()
    };
    // A head that turns on the spot shows by its nose, a breath by the belly.
    let nose = point(a, "nose").unwrap().distance(point(b, "nose").unwrap());
    let far = parts(a).into_iter().zip(parts(b)).map(|(a, b)| a.distance(b)).fold(nose, f64::max);
    far.max((a.breath - b.breath).abs() * 0.07)
}

/// Share of the pixels of which a colour differs by more than this.
fn differ(a: &[[u8; 3]], b: &[[u8; 3]], by: u8) -> f64 {
    let other = |(a, b): &(&[u8; 3], &[u8; 3])| (0..3).any(|c| a[c].abs_diff(b[c]) > by);
    a.iter().zip(b).filter(other).count() as f64 / a.len() as f64
}

#[test]
fn contact_sheets_are_written_to_be_looked_at_and_show_what_moves_from_two_sides() {
    let to = root().join("target/figure/contact");
    fs::create_dir_all(&to).unwrap();
    let mut f = Findings::default();
    for m in motions() {
        let sheet = raster::contact_sheet(&m).unwrap();
        let path = to.join(format!("{}.png", m.id));
        sheet.save_png(&path).unwrap();
        // The person stands out: many pixels are darker than the room.
        let dark = sheet.pixels().iter().filter(|p| u16::from(p.red()) + u16::from(p.green()) < 260).count();
        f.check(dark * 100 > sheet.pixels().len(), || format!("{}: {dark} dark pixels", m.id));
        let (wide, tall) = raster::CELL;
        let cell = |n: u32| -> Vec<[u8; 3]> {
            let (left, top) = (n % 8 * wide, n / 8 * tall);
            let pixel = |k: u32| sheet.pixel(left + k % wide, top + k / wide).unwrap();
            (0..wide * tall).map(pixel).map(|p| [p.red(), p.green(), p.blue()]).collect()
        };
        let mut first = 0;
        for of in [Some(&m.main), m.easier.as_ref()].into_iter().flatten() {
            let moments = raster::moments(of);
            let count = moments.len() as u32;
            let poses: Vec<Skeleton> = moments.iter().map(|at| of.at(*at)).collect();
            let [front, side] = [first, first + count].map(|n| (n..n + count).map(cell).collect::<Vec<_>>());
            first += 2 * count;
            let mut moving = 0;
            for (a, b) in (0..poses.len()).flat_map(|a| (a + 1..poses.len()).map(move |b| (a, b))) {
                if apart(&poses[a], &poses[b]) < 0.04 {
                    continue;
                }
                moving += 1;
                // A swing towards one camera shows from the other side.
                let seen = differ(&front[a], &front[b], 24).max(differ(&side[a], &side[b], 24));
                f.check(seen > 0.003, || format!("{}: pictures {a} and {b} are the same ({seen:.4})", m.id));
            }
            f.check(moving >= 4, || format!("{}: only {moving} pairs of pictures move", m.id));
            for (k, (front, side)) in front.iter().zip(&side).enumerate() {
                let other = differ(front, side, 24);
                f.check(other > 0.02, || {
                    format!("{}: both cameras show the same in picture {k} ({other:.3})", m.id)
                });
            }
        }
        f.check(sheet.height() == first / 8 * tall, || format!("{}: rows that nobody looked at", m.id));
    }
    f.end(800);
}

#[test]
fn front_and_side_are_well_apart() {
    let motions = motions();
    let mut f = Findings::default();
    for (name, of) in loops(&motions) {
        let [front, side] = of.azimuth;
        let between = ((front - side + 180.0).rem_euclid(360.0) - 180.0).abs();
        f.check((30.0..=150.0).contains(&between), || format!("{name}: {between}° between the cameras"));
    }
    f.end(28);
}

#[test]
fn what_works_is_marked_in_film_and_drawing() {
    let motions = motions();
    let mut f = Findings::default();
    let passive: Vec<&str> = motions.iter().filter(|m| m.passive).map(|m| m.id.as_str()).collect();
    assert_eq!(passive, ["shoulder-pendulum"]);
    let work = {
        let [r, g, b] = WORK;
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    for m in &motions {
        for (of, which) in [(Some(&m.main), "main"), (m.easier.as_ref(), "easier")] {
            let of = of.unwrap_or_else(|| panic!("{}: no easier variant", m.id));
            let name = format!("{} {which}", m.id);
            let stage = Stage::new(m, of, of.view);
            let strongest = (0..100)
                .flat_map(|k| stage.moving(of.duration() * f64::from(k) / 100.0))
                .filter(|shape| shape.key.starts_with("muscle-"))
                .map(|shape| shape.alpha)
                .fold(0.0, f64::max);
            // A way of forty seconds is told in strokes, to fit into 8 KB: its film marks, its drawing cannot.
            let in_strokes = m.id == "getting-up-from-the-floor";
            let drawn = vector::write(m, of, &m.title.fr).unwrap().contains(&work);
            if m.passive {
                f.check(strongest == 0.0 && !drawn, || format!("{name}: what hangs loose does not work"));
            } else {
                f.check(strongest > 0.5, || format!("{name}: marked at {strongest:.2} only"));
                f.check(drawn != in_strokes, || format!("{name}: a mark in its drawing: {drawn}"));
            }
        }
    }
    f.end(50);
}

#[test]
fn a_back_that_leans_on_a_backrest_touches_it() {
    let motions = motions();
    let of = &motions.iter().find(|m| m.id == "desk-posture").unwrap().main;
    let mut f = Findings::default();
    let leans =
        of.phases.iter().position(|p| p.say.as_ref().is_some_and(|s| s.fr.contains("dossier"))).unwrap();
    let last = of.phases.iter().rposition(|p| p.say.is_none()).unwrap();
    for (at, s, ..) in samples(of) {
        if at < of.phases[leans].to || at > of.phases[last].to {
            continue;
        }
        // Where the chest is widest, half its depth behind its middle.
        let back = s.spine[1] + s.frames[2] * DVec3::new(-0.10, 0.0, 0.085);
        let off = of.props.iter().map(|p| p.distance(back)).fold(f64::MAX, f64::min);
        f.check(off < 0.03, || format!("desk-posture at {at}: {off:.3} m before the backrest"));
    }
    f.end(60);
}

#[test]
fn a_film_is_called_what_its_exercise_is_called() {
    let mut f = Findings::default();
    for m in motions() {
        let file = root().join("content/demo/library").join(&m.id).join("exercise.toml");
        let exercise: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
        for (lang, title) in [("fr", &m.title.fr), ("en", &m.title.en)] {
            // A title's lines are broken where the film's say, by no-break spaces.
            let same = exercise["title"][lang].as_str() == Some(&title.replace('\u{a0}', " "));
            f.check(same, || format!("{}: the film is called {title}", m.id));
        }
    }
    f.end(28);
}

/// Pictures of a film, by their numbers, as rows of red, green and blue.
fn decoded(film: &Path, numbers: &[u32]) -> Vec<Vec<u8>> {
    let chosen: Vec<String> = numbers.iter().map(|n| format!("eq(n\\,{n})")).collect();
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(film)
        .args(["-vf", &format!("select={},scale=in_color_matrix=bt709", chosen.join("+"))])
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let one = (film::SIZE.0 * film::SIZE.1 * 3) as usize;
    let pictures: Vec<Vec<u8>> = run.stdout.chunks(one).map(<[u8]>::to_vec).collect();
    assert_eq!(pictures.len(), numbers.len(), "{}", film.display());
    pictures
}

#[test]
fn each_film_shows_both_sides_slowly_at_its_tempo_and_easier_as_the_motion_data_says() {
    let mut f = Findings::default();
    for m in motions() {
        let parts = film::parts(&m);
        let labels: Vec<&str> = parts.iter().map(|p| p.label.fr.as_str()).collect();
        f.check(labels == ["Lentement", "Rythme normal", "Plus facile"], || format!("{}: {labels:?}", m.id));
        f.check(parts[0].slow >= 1.1 && parts[1].slow == 1.0, || {
            format!("{}: {} times as slow", m.id, parts[0].slow)
        });
        let length = film::duration(&m);
        f.check((parts[2].to - length).abs() < 1.0, || format!("{}: ends after {length}", m.id));
        // In the middle of what moves most, of each part.
        let numbers: Vec<u32> = parts
            .iter()
            .map(|part| {
                let phase = part
                    .of
                    .phases
                    .iter()
                    .filter(|p| part.from + p.to * part.slow < part.to)
                    .max_by(|a, b| {
                        let way =
                            |p: &figure::motion::Phase| apart(&part.of.at(p.from), &part.of.at(p.to - 1.0));
                        way(a).total_cmp(&way(b))
                    })
                    .unwrap();
                let at = part.from + (phase.from + phase.to) / 2.0 * part.slow;
                (at / 1000.0 * f64::from(film::RATE)).round() as u32
            })
            .collect();
        let file = root().join("content/demo/library").join(&m.id).join(format!("{}.mp4", m.id));
        for ((part, number), found) in parts.iter().zip(&numbers).zip(decoded(&file, &numbers)) {
            let mut canvas = raster::Canvas::new(film::SIZE.0, film::SIZE.1, raster::WALL).unwrap();
            let at = f64::from(*number) * 1000.0 / f64::from(film::RATE);
            film::both_sides(&m, &mut canvas, part, at);
            let wide = film::SIZE.0;
            for (what, (low, high), most) in [("large", film::MAIN, 0.0007), ("small", film::INSET, 0.002)] {
                let mut pixels = [Vec::new(), Vec::new()];
                for y in low.y as u32..high.y as u32 {
                    for x in low.x as u32..high.x as u32 {
                        let p = canvas.pixels.pixel(x, y).unwrap();
                        let k = ((y * wide + x) * 3) as usize;
                        pixels[0].push([p.red(), p.green(), p.blue()]);
                        pixels[1].push([found[k], found[k + 1], found[k + 2]]);
                    }
                }
                // What compression does at the edges of shapes is less, and counts more in a small picture.
                let other = differ(&pixels[0], &pixels[1], 60);
                f.check(other < most, || {
                    format!(
                        "{}: {}, the {what} picture {number} is another ({other:.4}): run `cargo run -p figure --release -- {}`",
                        m.id, part.label.fr, m.id
                    )
                });
            }
        }
    }
    f.end(120);
}
