//! Motion data (`content/motion/<id>.toml`): reading it, completing its poses (balance, mirror image,
//! both ways of saying where a limb is) and the movement between them.
//!
//! Between two poses every quantity follows a monotone cubic (Fritsch & Carlson 1980) through the
//! whole closed sequence: speed is continuous, a held pose stands still, nothing overshoots.

use crate::{
    Problem,
    props::Prop,
    skeleton::{Arm, Build, Leg, Pose, SIDES, Skeleton, turned},
};
use glam::{DQuat, DVec2, DVec3, EulerRot};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};

/// A text in both languages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

/// From which side a camera looks.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// From the person's front, or from behind where the front would hide the feet.
    Front,
    /// From the person's side.
    Side,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    person: String,
    title: Text,
    view: View,
    #[serde(default = "front")]
    front: f64,
    #[serde(default = "side")]
    side: f64,
    #[serde(default)]
    passive: bool,
    #[serde(default)]
    poses: BTreeMap<String, PoseData>,
    main: LoopData,
    easier: Option<LoopData>,
}

fn front() -> f64 {
    -20.0
}
fn side() -> f64 {
    -74.0
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LoopData {
    start: String,
    /// The way back is the same way the other way round; this is said first.
    back: Option<Text>,
    /// From where it is drawn as a vector loop, if not as the exercise.
    view: Option<View>,
    /// Azimuth of the front camera, if it differs here.
    front: Option<f64>,
    /// Azimuth of the side camera, if it differs here.
    side: Option<f64>,
    /// What lies lower than this need not be in the picture, metres.
    focus: Option<f64>,
    #[serde(default)]
    props: Vec<Prop>,
    phases: Vec<PhaseData>,
    /// The same phases once more for the other side, with this said first.
    mirror: Option<Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhaseData {
    to: String,
    ms: u32,
    say: Option<Text>,
    #[serde(default)]
    arrows: Vec<Arrow>,
    #[serde(default)]
    muscles: Vec<String>,
}

/// An arrow along the way of a point of the body during a phase.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrow {
    /// Which point, see [`point`].
    pub follow: String,
    /// How far beside its way, metres.
    #[serde(default)]
    pub by: [f64; 3],
    /// How much longer than the way itself.
    #[serde(default = "one")]
    pub stretch: f64,
    /// Instead of the way: a straight arrow of this length and direction, metres.
    pub push: Option<[f64; 3]>,
}

fn one() -> f64 {
    1.0
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PoseData {
    base: Option<String>,
    mirror: Option<String>,
    pelvis: Option<[f64; 3]>,
    /// On the seat of the first prop that has one: x and y.
    seat: Option<[f64; 2]>,
    balance: Option<Balance>,
    /// Pelvis: pitch forward, roll to the left, yaw to the left.
    tilt: Option<[f64; 3]>,
    /// Turned to the left about the body's own long axis: lying on a side.
    twist: Option<f64>,
    spine: Option<[f64; 3]>,
    neck: Option<[f64; 3]>,
    girdle: Option<[f64; 2]>,
    breath: Option<f64>,
    arms: Option<ArmData>,
    left_arm: Option<ArmData>,
    right_arm: Option<ArmData>,
    hands: Option<HandData>,
    left_hand: Option<HandData>,
    right_hand: Option<HandData>,
    legs: Option<LegData>,
    left_leg: Option<LegData>,
    right_leg: Option<LegData>,
    feet: Option<FootData>,
    left_foot: Option<FootData>,
    right_foot: Option<FootData>,
}

/// Puts the centre of mass over the feet.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Balance {
    /// Share of the weight on the left foot.
    left: f64,
    /// Flexion of the standing knee, degrees.
    #[serde(default = "soft")]
    knee: f64,
    /// Centre of mass forward of the middle of the feet, metres.
    #[serde(default)]
    ahead: f64,
    /// Height of the hips instead of the knee's angle, metres.
    height: Option<f64>,
}

fn soft() -> f64 {
    5.0
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArmData {
    shoulder: [f64; 3],
    #[serde(default)]
    elbow: f64,
    #[serde(default)]
    wrist: f64,
    #[serde(default)]
    curl: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandData {
    at: [f64; 3],
    along: Option<[f64; 3]>,
    pole: Option<[f64; 3]>,
    #[serde(default)]
    curl: f64,
    /// The hand rests on something that does not move.
    #[serde(default)]
    holds: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LegData {
    hip: [f64; 3],
    #[serde(default)]
    knee: f64,
    #[serde(default)]
    ankle: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FootData {
    at: [f64; 3],
    #[serde(default)]
    pitch: f64,
    #[serde(default)]
    yaw: f64,
    pole: Option<[f64; 3]>,
    /// The foot (or shin) rests on the floor, and stays where it is.
    #[serde(default)]
    free: bool,
}

/// A pose at its time.
#[derive(Clone, Debug)]
pub struct Key {
    /// Milliseconds from the loop's beginning.
    pub at: f64,
    /// The whole pose.
    pub pose: Pose,
    /// Feet that stay where they are.
    pub planted: [bool; 2],
    /// Hands that rest on something.
    pub holds: [bool; 2],
    /// The pelvis rests on a seat.
    pub seated: bool,
    /// The pelvis or trunk lies on the floor or the knees bear weight: nothing to balance.
    pub low: bool,
}

/// A stretch of the movement.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Milliseconds.
    pub from: f64,
    /// Milliseconds.
    pub to: f64,
    /// What is said from here on.
    pub say: Option<Text>,
    /// What shows the way.
    pub arrows: Vec<Arrow>,
    /// What works.
    pub muscles: Vec<String>,
}

/// One repetition that can be repeated without a seam.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Whose.
    pub build: Build,
    /// With what.
    pub props: Vec<Prop>,
    /// Poses; the last equals the first.
    pub keys: Vec<Key>,
    /// What happens between them.
    pub phases: Vec<Phase>,
    /// When the same begins for the other side, milliseconds.
    pub half: Option<f64>,
    /// When the same way begins backwards, milliseconds.
    pub back: Option<f64>,
    /// Which camera shows it best.
    pub view: View,
    /// Azimuth of the two cameras, degrees from straight ahead, to the person's left.
    pub azimuth: [f64; 2],
    /// What lies lower than this need not be in the picture, metres.
    pub focus: Option<f64>,
}

/// One exercise.
#[derive(Clone, Debug)]
pub struct Motion {
    /// Folder and file name.
    pub id: String,
    /// Who shows it.
    pub person: &'static crate::person::Person,
    /// Its name.
    pub title: Text,
    /// What moves is let hang loose: no muscle of it works, none is marked.
    pub passive: bool,
    /// The exercise.
    pub main: Loop,
    /// Its easier variant.
    pub easier: Option<Loop>,
}

fn mirrored(v: DVec3) -> DVec3 {
    v.with_y(-v.y)
}

/// The same pose of the other side.
fn mirror(pose: &Pose) -> Pose {
    let q = pose.turn;
    let arm =
        |a: &Arm| Arm { palm: mirrored(a.palm), along: mirrored(a.along), pole: mirrored(a.pole), ..*a };
    let leg = |l: &Leg| Leg { foot: mirrored(l.foot), pole: mirrored(l.pole), ..*l };
    Pose {
        pelvis: mirrored(pose.pelvis),
        turn: DQuat::from_xyzw(-q.x, q.y, -q.z, q.w),
        spine: pose.spine * DVec3::new(1.0, -1.0, -1.0),
        neck: pose.neck * DVec3::new(1.0, -1.0, -1.0),
        arms: [arm(&pose.arms[1]), arm(&pose.arms[0])],
        legs: [leg(&pose.legs[1]), leg(&pose.legs[0])],
        ..pose.clone()
    }
}

fn neutral(build: Build) -> Pose {
    let arm = Arm {
        reach: 0.0,
        shoulder: DVec3::new(2.0, 7.0, 0.0),
        elbow: 12.0,
        wrist: 0.0,
        palm: DVec3::ZERO,
        along: DVec3::ZERO,
        pole: DVec3::ZERO,
        curl: 0.3,
    };
    let leg = Leg {
        plant: 0.0,
        hip: DVec3::ZERO,
        knee: 0.0,
        ankle: 0.0,
        foot: DVec3::ZERO,
        pitch: 0.0,
        yaw: 0.0,
        pole: DVec3::ZERO,
    };
    Pose {
        pelvis: DVec3::Z * (build.thigh() + build.shank() + build.ankle() - 0.005),
        turn: DQuat::IDENTITY,
        spine: DVec3::ZERO,
        neck: DVec3::ZERO,
        girdle: DVec2::ZERO,
        breath: 0.0,
        arms: [arm; 2],
        legs: [leg; 2],
    }
}

#[derive(Clone, Debug)]
struct Made {
    pose: Pose,
    planted: [bool; 2],
    holds: [bool; 2],
    seated: bool,
    low: bool,
}

impl Made {
    fn arm(&mut self, i: usize, data: &ArmData) {
        let arm = &mut self.pose.arms[i];
        arm.reach = 0.0;
        arm.shoulder = data.shoulder.into();
        (arm.elbow, arm.wrist, arm.curl) = (data.elbow, data.wrist, data.curl);
        self.holds[i] = false;
    }

    fn hand(&mut self, i: usize, data: &HandData, flip: bool) {
        let turn = |v: [f64; 3]| if flip { mirrored(v.into()) } else { v.into() };
        let arm = &mut self.pose.arms[i];
        arm.reach = 1.0;
        arm.palm = turn(data.at);
        arm.along = data.along.map_or(DVec3::ZERO, turn).normalize_or_zero();
        arm.pole = data.pole.map_or(DVec3::new(-1.0, SIDES[i] * 0.5, -0.8), turn).normalize_or_zero();
        arm.curl = data.curl;
        self.holds[i] = data.holds;
    }

    fn leg(&mut self, i: usize, data: &LegData) {
        let leg = &mut self.pose.legs[i];
        leg.plant = 0.0;
        leg.hip = data.hip.into();
        (leg.knee, leg.ankle) = (data.knee, data.ankle);
        self.planted[i] = false;
    }

    fn foot(&mut self, i: usize, data: &FootData, flip: bool) {
        let turn = |v: [f64; 3]| if flip { mirrored(v.into()) } else { v.into() };
        let leg = &mut self.pose.legs[i];
        leg.plant = 1.0;
        leg.foot = turn(data.at);
        (leg.pitch, leg.yaw) = (data.pitch, data.yaw);
        leg.pole = data.pole.map_or(DVec3::ZERO, turn);
        self.planted[i] = !data.free && data.at[2] < 0.001;
    }

    /// Moves the pelvis until the centre of mass is where the weight should be.
    fn balance(&mut self, build: Build, balance: Balance) {
        let ahead =
            |i: usize| DQuat::from_rotation_z((SIDES[i] * self.pose.legs[i].yaw).to_radians()) * DVec3::X;
        let [l, r] = [0, 1].map(|i| self.pose.legs[i].foot + ahead(i) * (0.035 + balance.ahead));
        let goal = l.lerp(r, 1.0 - balance.left);
        let stands: Vec<usize> =
            (0..2).filter(|i| self.planted[*i] && [balance.left, 1.0 - balance.left][*i] > 0.05).collect();
        for _ in 0..24 {
            if let Some(height) = balance.height {
                self.pose.pelvis.z = height;
            } else {
                let (mut below, mut above) = (0.3, build.stature * 0.7);
                for _ in 0..40 {
                    self.pose.pelvis.z = (below + above) / 2.0;
                    let s = build.stand(&self.pose);
                    let straightest = stands
                        .iter()
                        .map(|i| {
                            let [hip, knee, ankle] = s.legs[*i];
                            (hip - knee).angle_between(knee - ankle).to_degrees()
                        })
                        .fold(180.0, f64::min);
                    if straightest > balance.knee {
                        below = self.pose.pelvis.z
                    } else {
                        above = self.pose.pelvis.z
                    }
                }
            }
            let off = goal - build.stand(&self.pose).centre_of_mass();
            self.pose.pelvis.x += off.x;
            self.pose.pelvis.y += off.y;
        }
    }

    /// Says of every limb both its angles and its place, so that one can pass into the other.
    fn complete(&mut self, build: Build) {
        let s = build.stand(&self.pose);
        for (i, side) in SIDES.into_iter().enumerate() {
            let arm = &mut self.pose.arms[i];
            let [shoulder, elbow, wrist, palm, tip] = s.arms[i];
            let along = (tip - wrist).normalize_or(DVec3::X);
            if arm.reach < 1.0 {
                (arm.palm, arm.along) = (palm, along);
                arm.pole = (elbow - (shoulder + wrist) / 2.0).try_normalize().unwrap_or(-s.frames[2].x_axis);
            } else {
                let [upper, fore] = s.arm_frames[i];
                let local = DQuat::from_mat3(&(s.frames[2].transpose() * upper));
                let (y, x, z) = local.to_euler(EulerRot::YXZ);
                arm.shoulder = DVec3::new(-y.to_degrees(), side * x.to_degrees(), side * z.to_degrees());
                let (y, ..) = DQuat::from_mat3(&(upper.transpose() * fore)).to_euler(EulerRot::YXZ);
                arm.elbow = -y.to_degrees();
                arm.along = along;
            }
            let leg = &mut self.pose.legs[i];
            let [thigh, shank, foot] = s.leg_frames[i];
            if leg.plant < 1.0 {
                // By the foot's own left: it stays clear when the sole faces backwards, as in kneeling.
                let z = f64::atan2(-foot.y_axis.x, foot.y_axis.y);
                let ahead = DVec3::new(z.cos(), z.sin(), 0.0);
                let y = f64::atan2(-foot.x_axis.z, foot.x_axis.dot(ahead));
                (leg.yaw, leg.pitch) = (side * z.to_degrees(), y.to_degrees());
                let [heel, ball, _] = build.sole();
                let pivot = if leg.pitch >= 0.0 { ball } else { heel };
                let yaw = DQuat::from_rotation_z(z);
                leg.foot =
                    s.legs[i][2] - foot * DVec3::new(-pivot, 0.0, build.ankle()) - yaw * (DVec3::X * pivot);
                leg.pole = thigh.x_axis;
            } else {
                let euler = |a: glam::DMat3, b: glam::DMat3| {
                    let (y, x, z) = DQuat::from_mat3(&(a.transpose() * b)).to_euler(EulerRot::YXZ);
                    DVec3::new(y.to_degrees(), x.to_degrees(), z.to_degrees())
                };
                let hip = euler(s.frames[0], thigh);
                leg.hip = DVec3::new(-hip.x, side * hip.y, side * hip.z);
                leg.knee = euler(thigh, shank).x;
                leg.ankle = -euler(shank, foot).x;
                if leg.pole == DVec3::ZERO {
                    leg.pole = DQuat::from_rotation_z((side * leg.yaw).to_radians()) * DVec3::X;
                }
            }
        }
    }
}

struct Maker<'a> {
    file: &'a Path,
    build: Build,
    data: &'a BTreeMap<String, PoseData>,
    props: &'a [Prop],
    azimuth: [f64; 2],
    view: View,
}

impl Maker<'_> {
    fn problem(&self, what: String) -> Problem {
        Problem::Motion { file: self.file.to_owned(), what }
    }

    fn make(&self, name: &str, depth: usize) -> Result<Made, Problem> {
        let data = self.data.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.data.keys().map(String::as_str).collect();
            self.problem(format!("there is no pose {name:?}; there are {}", known.join(", ")))
        })?;
        if depth > 12 {
            return Err(self.problem(format!("the pose {name:?} rests on itself")));
        }
        if let Some(of) = &data.mirror {
            let other = self.make(of, depth + 1)?;
            return Ok(Made {
                pose: mirror(&other.pose),
                planted: [other.planted[1], other.planted[0]],
                holds: [other.holds[1], other.holds[0]],
                ..other
            });
        }
        let mut made = match &data.base {
            Some(base) => self.make(base, depth + 1)?,
            None => Made {
                pose: neutral(self.build),
                planted: [false; 2],
                holds: [false; 2],
                seated: false,
                low: false,
            },
        };
        let pose = &mut made.pose;
        if data.tilt.is_some() || data.twist.is_some() {
            let [pitch, roll, yaw] = data.tilt.unwrap_or_default();
            pose.turn = turned(pitch, roll, yaw, data.twist.unwrap_or_default());
        }
        pose.spine = data.spine.map_or(pose.spine, Into::into);
        pose.neck = data.neck.map_or(pose.neck, Into::into);
        pose.girdle = data.girdle.map_or(pose.girdle, Into::into);
        pose.breath = data.breath.unwrap_or(pose.breath);
        for i in 0..2 {
            for arm in [data.arms, [data.left_arm, data.right_arm][i]].into_iter().flatten() {
                made.arm(i, &arm);
            }
            for (hand, flip) in [(data.hands, i == 1), ([data.left_hand, data.right_hand][i], false)] {
                if let Some(hand) = hand {
                    made.hand(i, &hand, flip);
                }
            }
            for leg in [data.legs, [data.left_leg, data.right_leg][i]].into_iter().flatten() {
                made.leg(i, &leg);
            }
            for (foot, flip) in [(data.feet, i == 1), ([data.left_foot, data.right_foot][i], false)] {
                if let Some(foot) = foot {
                    made.foot(i, &foot, flip);
                }
            }
        }
        if let Some([x, y]) = data.seat {
            let height = self
                .props
                .iter()
                .find_map(Prop::seat)
                .ok_or_else(|| self.problem(format!("the pose {name:?} sits, but no prop has a seat")))?;
            made.pose.pelvis = DVec3::new(x, y, height + 0.055 * self.build.stature);
            (made.seated, made.low) = (true, false);
        }
        if let Some(pelvis) = data.pelvis {
            made.pose.pelvis = pelvis.into();
            (made.seated, made.low) = (false, true);
        }
        if let Some(balance) = data.balance {
            (made.seated, made.low) = (false, false);
            made.balance(self.build, balance);
        }
        Ok(made)
    }

    fn make_loop(&self, data: &LoopData) -> Result<Loop, Problem> {
        let key = |at: f64, made: Made| Key {
            at,
            pose: made.pose,
            planted: made.planted,
            holds: made.holds,
            seated: made.seated,
            low: made.low,
        };
        let finished = |name: &str| {
            let mut made = self.make(name, 0)?;
            made.complete(self.build);
            Ok::<_, Problem>(made)
        };
        let mut keys = vec![key(0.0, finished(&data.start)?)];
        let mut phases = Vec::new();
        let mut now = 0.0;
        for phase in &data.phases {
            let from = now;
            now += f64::from(phase.ms);
            keys.push(key(now, finished(&phase.to)?));
            phases.push(Phase {
                from,
                to: now,
                say: phase.say.clone(),
                arrows: phase.arrows.clone(),
                muscles: phase.muscles.clone(),
            });
        }
        if data.back.is_none() && data.phases.last().is_none_or(|p| p.to != data.start) {
            return Err(self.problem(format!("the last phase must come back to {:?}", data.start)));
        }
        if data.back.is_some() && data.mirror.is_some() {
            return Err(self.problem("a loop has either a mirror or a back".into()));
        }
        if let Some(say) = &data.back {
            let there = keys.clone();
            for pair in there.windows(2).rev() {
                keys.push(Key { at: 2.0 * now - pair[0].at, ..pair[0].clone() });
            }
            for (n, p) in phases.clone().into_iter().rev().enumerate() {
                let (from, to) = (2.0 * now - p.to, 2.0 * now - p.from);
                let say = (n == 0).then(|| say.clone());
                phases.push(Phase { from, to, say, arrows: Vec::new(), muscles: p.muscles });
            }
        }
        if let Some(say) = &data.mirror {
            let swap = |name: &str| match name.split_once(' ') {
                Some(("left", rest)) => format!("right {rest}"),
                Some(("right", rest)) => format!("left {rest}"),
                _ => name.to_owned(),
            };
            for k in keys.clone().iter().skip(1) {
                keys.push(Key {
                    at: k.at + now,
                    pose: mirror(&k.pose),
                    planted: [k.planted[1], k.planted[0]],
                    holds: [k.holds[1], k.holds[0]],
                    ..k.clone()
                });
            }
            for (n, p) in phases.clone().into_iter().enumerate() {
                let arrows = p.arrows.iter().map(|a| Arrow {
                    follow: swap(&a.follow),
                    by: [a.by[0], -a.by[1], a.by[2]],
                    stretch: a.stretch,
                    push: a.push.map(|p| [p[0], -p[1], p[2]]),
                });
                phases.push(Phase {
                    from: p.from + now,
                    to: p.to + now,
                    say: if n == 0 { Some(say.clone()) } else { p.say },
                    arrows: arrows.collect(),
                    muscles: p.muscles.iter().map(|m| swap(m)).collect(),
                });
            }
        }
        // Orientations go the short way round.
        for i in 1..keys.len() {
            if keys[i].pose.turn.dot(keys[i - 1].pose.turn) < 0.0 {
                keys[i].pose.turn = -keys[i].pose.turn;
            }
            for leg in 0..2 {
                let turns = (keys[i - 1].pose.legs[leg].yaw - keys[i].pose.legs[leg].yaw) / 360.0;
                keys[i].pose.legs[leg].yaw += 360.0 * turns.round();
            }
        }
        Ok(Loop {
            build: self.build,
            props: data.props.clone(),
            keys,
            phases,
            half: data.mirror.is_some().then_some(now),
            back: data.back.is_some().then_some(now),
            view: data.view.unwrap_or(self.view),
            azimuth: [data.front.unwrap_or(self.azimuth[0]), data.side.unwrap_or(self.azimuth[1])],
            focus: data.focus,
        })
    }
}

impl Motion {
    /// Reads a file of motion data.
    pub fn read(file: &Path) -> Result<Motion, Problem> {
        let text =
            fs::read_to_string(file).map_err(|source| Problem::Io { path: file.to_owned(), source })?;
        let data: File = toml::from_str(&text)
            .map_err(|e| Problem::Motion { file: file.to_owned(), what: e.to_string() })?;
        let wrong = |what: String| Problem::Motion { file: file.to_owned(), what };
        if file.file_stem().and_then(|s| s.to_str()) != Some(&data.id) {
            return Err(wrong(format!("id is {:?}: it must be the file's name", data.id)));
        }
        let person = crate::person::find(&data.person).ok_or_else(|| {
            let known: Vec<&str> = crate::person::PEOPLE.iter().map(|p| p.name).collect();
            wrong(format!("nobody is called {:?}; there are {}", data.person, known.join(", ")))
        })?;
        let build = Build { stature: person.stature };
        let make = |l: &LoopData| {
            let azimuth = [data.front, data.side];
            Maker { file, build, data: &data.poses, props: &l.props, azimuth, view: data.view }.make_loop(l)
        };
        Ok(Motion {
            id: data.id.clone(),
            person,
            title: data.title.clone(),
            passive: data.passive,
            main: make(&data.main)?,
            easier: data.easier.as_ref().map(make).transpose()?,
        })
    }

    /// Reads all files of a folder, in the order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Motion>, Problem> {
        let entries =
            fs::read_dir(folder).map_err(|source| Problem::Io { path: folder.to_owned(), source })?;
        let mut files: Vec<_> = entries
            .filter_map(|e| e.ok().map(|e| e.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "toml"))
            .collect();
        files.sort();
        files.iter().map(|f| Motion::read(f)).collect()
    }
}

/// Numbers of a pose, in a fixed order.
fn channels(p: &Pose) -> Vec<f64> {
    let mut c = Vec::with_capacity(80);
    c.extend(p.pelvis.to_array());
    c.extend(p.turn.to_array());
    c.extend(p.spine.to_array());
    c.extend(p.neck.to_array());
    c.extend(p.girdle.to_array());
    c.push(p.breath);
    for a in &p.arms {
        c.push(a.reach);
        for v in [a.shoulder, a.palm, a.along, a.pole] {
            c.extend(v.to_array());
        }
        c.extend([a.elbow, a.wrist, a.curl]);
    }
    for l in &p.legs {
        c.push(l.plant);
        for v in [l.hip, l.foot, l.pole] {
            c.extend(v.to_array());
        }
        c.extend([l.knee, l.ankle, l.pitch, l.yaw]);
    }
    c
}

fn from_channels(c: &[f64]) -> Pose {
    let mut next = c.iter().copied();
    let mut one = || next.next().unwrap_or_default();
    let mut three = || DVec3::new(one(), one(), one());
    let pelvis = three();
    let turn = three();
    let turn = DQuat::from_xyzw(turn.x, turn.y, turn.z, one()).normalize();
    let mut three = || DVec3::new(one(), one(), one());
    let (spine, neck) = (three(), three());
    let girdle = DVec2::new(one(), one());
    let breath = one();
    let mut arm = || {
        let reach = one();
        let mut three = || DVec3::new(one(), one(), one());
        let (shoulder, palm, along, pole) = (three(), three(), three(), three());
        Arm { reach, shoulder, palm, along, pole, elbow: one(), wrist: one(), curl: one() }
    };
    let arms = [arm(), arm()];
    let mut leg = || {
        let plant = one();
        let mut three = || DVec3::new(one(), one(), one());
        let (hip, foot, pole) = (three(), three(), three());
        Leg { plant, hip, foot, pole, knee: one(), ankle: one(), pitch: one(), yaw: one() }
    };
    let legs = [leg(), leg()];
    Pose { pelvis, turn, spine, neck, girdle, breath, arms, legs }
}

impl Loop {
    /// Length of one repetition, milliseconds.
    pub fn duration(&self) -> f64 {
        self.keys.last().map_or(1.0, |k| k.at)
    }

    /// The keys before and after a moment of the loop.
    pub fn around(&self, at: f64) -> (usize, usize) {
        let at = at.rem_euclid(self.duration());
        let after = self.keys.iter().position(|k| k.at > at).unwrap_or(self.keys.len() - 1).max(1);
        (after - 1, after)
    }

    /// The phase of a moment.
    pub fn phase(&self, at: f64) -> Option<&Phase> {
        let at = at.rem_euclid(self.duration());
        self.phases.iter().find(|p| at >= p.from && at < p.to)
    }

    /// The pose of a moment, milliseconds from the loop's beginning.
    pub fn pose(&self, at: f64) -> Pose {
        let at = at.rem_euclid(self.duration());
        let (i, j) = self.around(at);
        let n = self.keys.len();
        // The key before the first is the last but one: the last equals the first.
        let before = if i > 0 { i - 1 } else { n - 2 };
        let beyond = if j < n - 1 { j + 1 } else { 1 };
        let values = [before, i, j, beyond].map(|k| channels(&self.keys[k].pose));
        let span = |a: usize, b: usize| (self.keys[b].at - self.keys[a].at).max(1.0);
        let gap = [
            if i == 0 { span(n - 2, n - 1) } else { span(i - 1, i) },
            span(i, j),
            if j == n - 1 { span(0, 1) } else { span(j, j + 1) },
        ];
        let u = (at - self.keys[i].at) / gap[1];
        let slope = |d0: f64, d1: f64, h0: f64, h1: f64| {
            if d0 * d1 <= 0.0 {
                return 0.0;
            }
            let (w0, w1) = (2.0 * h1 + h0, h1 + 2.0 * h0);
            (w0 + w1) / (w0 / d0 + w1 / d1)
        };
        let mixed: Vec<f64> = (0..values[0].len())
            .map(|c| {
                let v = [values[0][c], values[1][c], values[2][c], values[3][c]];
                let d = [(v[1] - v[0]) / gap[0], (v[2] - v[1]) / gap[1], (v[3] - v[2]) / gap[2]];
                let m = [slope(d[0], d[1], gap[0], gap[1]), slope(d[1], d[2], gap[1], gap[2])];
                let (u2, u3) = (u * u, u * u * u);
                (2.0 * u3 - 3.0 * u2 + 1.0) * v[1]
                    + (u3 - 2.0 * u2 + u) * gap[1] * m[0]
                    + (3.0 * u2 - 2.0 * u3) * v[2]
                    + (u3 - u2) * gap[1] * m[1]
            })
            .collect();
        from_channels(&mixed)
    }

    /// The joints of a moment.
    pub fn at(&self, at: f64) -> Skeleton {
        self.build.stand(&self.pose(at))
    }
}

/// A named point of the body: `head`, `chest`, `pelvis`, or with `left` or `right` before it
/// `shoulder`, `elbow`, `hand`, `knee`, `ankle`, `heel`, `toe`.
pub fn point(s: &Skeleton, name: &str) -> Option<DVec3> {
    let (side, rest) = match name.split_once(' ') {
        Some(("left", rest)) => (0, rest),
        Some(("right", rest)) => (1, rest),
        _ => (2, name),
    };
    Some(match (rest, side) {
        ("head", 2) => s.spine[4],
        ("nose", 2) => s.spine[4] + s.frames[3].x_axis * 0.13,
        ("chest", 2) => (s.spine[1] + s.spine[2]) / 2.0,
        ("pelvis", 2) => s.pelvis,
        ("shoulder", 0 | 1) => s.arms[side][0],
        ("elbow", 0 | 1) => s.arms[side][1],
        ("hand", 0 | 1) => s.arms[side][3],
        ("knee", 0 | 1) => s.legs[side][1],
        ("ankle", 0 | 1) => s.legs[side][2],
        ("heel", 0 | 1) => s.soles[side][0],
        ("toe", 0 | 1) => s.soles[side][2],
        _ => return None,
    })
}
