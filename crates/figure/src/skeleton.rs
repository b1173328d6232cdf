//! The body: segment lengths and masses, the pose that motion data describes, and the joints that
//! follow from it (forward and inverse kinematics, centre of mass, joint angles).
//!
//! World: metres, right-handed; x is forward, y is to the person's left, z is up, the floor is z = 0.
//!
//! Segment lengths, masses and ranges of motion are published ones; each table says where it was read.

use glam::{DMat3, DQuat, DVec2, DVec3, EulerRot};

/// Segment lengths as fractions of stature: Drillis & Contini, *Body Segment Parameters* (1966), as
/// printed in Winter, *Biomechanics and Motor Control of Human Movement* (4th ed., 2009), fig. 4.1. The
/// book itself was not read: thigh, shank, ankle, foot's length and breadth, upper arm, forearm, hand,
/// and the heights 0.530 (hip) and 0.818 (shoulder) were compared in November 2026 with the same table
/// in <https://github.com/drfllcky13-droid/Locus>, docs/methods/camera-height.md (2026), and are equal.
/// The figure does not say where joints lie inside the body; those heights and widths are this
/// drawing's own, and stand below it.
mod fraction {
    pub const THIGH: f64 = 0.530 - 0.285;
    pub const SHANK: f64 = 0.285 - 0.039;
    pub const ANKLE_HEIGHT: f64 = 0.039;
    pub const FOOT: f64 = 0.152;
    pub const FOOT_BREADTH: f64 = 0.055;
    pub const UPPER_ARM: f64 = 0.186;
    pub const FOREARM: f64 = 0.146;
    pub const HAND: f64 = 0.108;
    /// Not from the table: hip joints lie inside the hips' breadth of 0.191.
    pub const HIP_HALF: f64 = 0.052;
    /// Not from the table: shoulder joints lie inside the shoulders' breadth of 0.259.
    pub const SHOULDER_HALF: f64 = 0.101;
    /// Not from the table: heights above the hip joints (0.530) of the lumbar and thoracic joints, of
    /// the shoulder joints (a little below the shoulder's 0.818), of neck and head.
    pub const LUMBAR: f64 = 0.055;
    pub const THORAX: f64 = 0.150;
    pub const SHOULDER: f64 = 0.804 - 0.530;
    pub const NECK: f64 = 0.828 - 0.530;
    pub const SKULL: f64 = 0.880 - 0.530;
    pub const HEAD: f64 = 0.925 - 0.530;
}

/// Left, then right: the index of everything that comes in pairs.
pub const SIDES: [f64; 2] = [1.0, -1.0];

/// An arm: either its joint angles hold (`reach` 0) or the place of its palm in the world (`reach` 1).
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// How much the palm's place counts, 0 to 1.
    pub reach: f64,
    /// Flexion, abduction and outward rotation, degrees.
    pub shoulder: DVec3,
    /// Elbow flexion, degrees.
    pub elbow: f64,
    /// Wrist extension, degrees.
    pub wrist: f64,
    /// Where the palm's middle is.
    pub palm: DVec3,
    /// Where the fingers point.
    pub along: DVec3,
    /// Towards where the elbow bends away.
    pub pole: DVec3,
    /// 0 an open hand, 1 a fist.
    pub curl: f64,
}

/// A leg: either its joint angles hold (`plant` 0) or its foot's place in the world (`plant` 1).
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// How much the foot's place counts, 0 to 1.
    pub plant: f64,
    /// Flexion, abduction and outward rotation, degrees.
    pub hip: DVec3,
    /// Knee flexion, degrees.
    pub knee: f64,
    /// Dorsiflexion, degrees.
    pub ankle: f64,
    /// The point of the sole below the ankle when the foot is flat.
    pub foot: DVec3,
    /// Heel up around the ball of the foot (positive) or toes up around the heel, degrees.
    pub pitch: f64,
    /// Toes outward, degrees.
    pub yaw: f64,
    /// Towards where the knee points; zero: where the foot points.
    pub pole: DVec3,
}

/// Everything that motion data says about one moment.
#[derive(Clone, Debug)]
pub struct Pose {
    /// Middle of the hip joints.
    pub pelvis: DVec3,
    /// Orientation of the pelvis.
    pub turn: DQuat,
    /// Trunk relative to the pelvis: flexion, bending and turning to the left, degrees.
    pub spine: DVec3,
    /// Head relative to the trunk: flexion, bending and turning to the left, degrees.
    pub neck: DVec3,
    /// Shoulder blades: up and forward, centimetres.
    pub girdle: DVec2,
    /// 0 breathed out, 1 breathed in.
    pub breath: f64,
    /// Left and right.
    pub arms: [Arm; 2],
    /// Left and right.
    pub legs: [Leg; 2],
}

/// Lengths in metres of one person's segments.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// Metres.
    pub stature: f64,
}

/// Where every joint is.
#[derive(Clone, Debug)]
pub struct Skeleton {
    /// Lengths it was made with.
    pub build: Build,
    /// Middle of the hips, with the pelvis' frame (columns: forward, left, up).
    pub pelvis: DVec3,
    /// Frames of pelvis, lower trunk, chest and head.
    pub frames: [DMat3; 4],
    /// Lumbar joint, thoracic joint, base of the neck, base of the skull, middle of the head.
    pub spine: [DVec3; 5],
    /// Shoulder, elbow, wrist, palm, fingertips.
    pub arms: [[DVec3; 5]; 2],
    /// Frames of upper arm and forearm.
    pub arm_frames: [[DMat3; 2]; 2],
    /// Hip, knee, ankle.
    pub legs: [[DVec3; 3]; 2],
    /// Frames of thigh, shank and foot.
    pub leg_frames: [[DMat3; 3]; 2],
    /// Heel, ball and tip of the sole.
    pub soles: [[DVec3; 3]; 2],
    /// Extension of the toes, degrees.
    pub toes: [f64; 2],
    /// Fists, 0 to 1.
    pub curl: [f64; 2],
    /// 0 breathed out, 1 breathed in.
    pub breath: f64,
}

fn rx(deg: f64) -> DMat3 {
    DMat3::from_rotation_x(deg.to_radians())
}
fn ry(deg: f64) -> DMat3 {
    DMat3::from_rotation_y(deg.to_radians())
}
fn rz(deg: f64) -> DMat3 {
    DMat3::from_rotation_z(deg.to_radians())
}

/// Flexion forward, then bending to the left, then turning to the left.
fn bend(angles: DVec3) -> DMat3 {
    ry(angles.x) * rx(-angles.y) * rz(angles.z)
}

/// A limb's first frame: flexion, abduction, outward rotation of the given side.
fn swing(parent: DMat3, angles: DVec3, side: f64) -> DMat3 {
    parent * ry(-angles.x) * rx(side * angles.y) * rz(side * angles.z)
}

/// Orientation from pitch forward, roll to the left, yaw to the left, and a turn to the left about
/// the body's own long axis, degrees.
pub fn turned(pitch: f64, roll: f64, yaw: f64, twist: f64) -> DQuat {
    DQuat::from_mat3(&(rz(yaw) * ry(pitch) * rx(-roll) * rz(twist)))
}

/// The part of `v` square to the unit vector `axis`, or any such direction.
fn square_to(v: DVec3, axis: DVec3) -> DVec3 {
    (v - axis * axis.dot(v)).try_normalize().unwrap_or_else(|| axis.any_orthonormal_vector())
}

/// Two bones from `root` towards `target`: the middle joint and the end actually reached.
fn two_bones(root: DVec3, target: DVec3, upper: f64, lower: f64, pole: DVec3) -> (DVec3, DVec3) {
    let reach = target - root;
    let distance = reach.length().clamp((upper - lower).abs() + 1e-4, upper + lower - 1e-5);
    let along = reach.try_normalize().unwrap_or(-DVec3::Z);
    let out = square_to(pole, along);
    let cos =
        ((upper * upper + distance * distance - lower * lower) / (2.0 * upper * distance)).clamp(-1.0, 1.0);
    let mid = root + along * (upper * cos) + out * (upper * (1.0 - cos * cos).sqrt());
    (mid, root + along * distance)
}

/// A bone's frame: up along the bone, the given direction to the left.
fn frame(from: DVec3, to: DVec3, left: DVec3) -> DMat3 {
    let up = (from - to).normalize_or(DVec3::Z);
    let left = square_to(left, up);
    DMat3::from_cols(left.cross(up), left, up)
}

impl Build {
    /// Length of the thigh.
    pub fn thigh(self) -> f64 {
        fraction::THIGH * self.stature
    }
    /// Length of the shank.
    pub fn shank(self) -> f64 {
        fraction::SHANK * self.stature
    }
    /// Height of the ankle.
    pub fn ankle(self) -> f64 {
        fraction::ANKLE_HEIGHT * self.stature
    }
    /// From the point below the ankle back to the heel, forward to the ball, and to the tip.
    pub fn sole(self) -> [f64; 3] {
        let foot = fraction::FOOT * self.stature;
        [-0.25 * foot, 0.48 * foot, 0.75 * foot]
    }
    /// Length of the upper arm.
    pub fn upper_arm(self) -> f64 {
        fraction::UPPER_ARM * self.stature
    }
    /// Length of the forearm.
    pub fn forearm(self) -> f64 {
        fraction::FOREARM * self.stature
    }
    /// Length of the hand.
    pub fn hand(self) -> f64 {
        fraction::HAND * self.stature
    }

    /// Ankle and foot frame of a foot placed in the world.
    fn planted(self, leg: &Leg, side: f64) -> (DVec3, DMat3) {
        let yaw = rz(side * leg.yaw);
        let frame = yaw * ry(leg.pitch);
        let [heel, ball, _] = self.sole();
        let pivot = if leg.pitch >= 0.0 { ball } else { heel };
        let ankle = leg.foot + yaw * (DVec3::X * pivot) + frame * DVec3::new(-pivot, 0.0, self.ankle());
        (ankle, frame)
    }

    /// The joints of a pose.
    pub fn stand(self, pose: &Pose) -> Skeleton {
        let h = self.stature;
        let p = DMat3::from_quat(pose.turn);
        let low = p * bend(pose.spine / 2.0);
        let chest = low * bend(pose.spine / 2.0);
        let neck = chest * bend(pose.neck / 2.0);
        let head = neck * bend(pose.neck / 2.0);
        let lumbar = pose.pelvis + p.z_axis * fraction::LUMBAR * h;
        let thorax = lumbar + low.z_axis * (fraction::THORAX - fraction::LUMBAR) * h;
        let throat = thorax + chest.z_axis * (fraction::NECK - fraction::THORAX) * h;
        let skull = throat + neck.z_axis * (fraction::SKULL - fraction::NECK) * h + neck.x_axis * 0.012 * h;
        let middle = skull + head.z_axis * (fraction::HEAD - fraction::SKULL) * h + head.x_axis * 0.008 * h;
        let mut s = Skeleton {
            build: self,
            pelvis: pose.pelvis,
            frames: [p, low, chest, head],
            spine: [lumbar, thorax, throat, skull, middle],
            arms: [[DVec3::ZERO; 5]; 2],
            arm_frames: [[DMat3::IDENTITY; 2]; 2],
            legs: [[DVec3::ZERO; 3]; 2],
            leg_frames: [[DMat3::IDENTITY; 3]; 2],
            soles: [[DVec3::ZERO; 3]; 2],
            toes: [0.0; 2],
            curl: [pose.arms[0].curl, pose.arms[1].curl],
            breath: pose.breath,
        };
        for (i, side) in SIDES.into_iter().enumerate() {
            self.arm(&mut s, i, side, &pose.arms[i], pose.girdle);
            self.leg(&mut s, i, side, &pose.legs[i]);
        }
        s
    }

    fn arm(self, s: &mut Skeleton, i: usize, side: f64, arm: &Arm, girdle: DVec2) {
        let h = self.stature;
        let chest = s.frames[2];
        let shoulder = s.spine[1]
            + chest
                * DVec3::new(
                    girdle.y / 100.0,
                    side * (fraction::SHOULDER_HALF * h - girdle.y.abs() / 300.0),
                    (fraction::SHOULDER - fraction::THORAX) * h + girdle.x / 100.0,
                );
        let to_palm = 0.45 * self.hand();
        // By its angles.
        let upper = swing(chest, arm.shoulder, side);
        let fore = upper * ry(-arm.elbow);
        let mut elbow = shoulder - upper.z_axis * self.upper_arm();
        let mut wrist = elbow - fore.z_axis * self.forearm();
        let mut along = -(fore * ry(arm.wrist)).z_axis;
        let (mut upper, mut fore) = (upper, fore);
        if arm.reach > 0.0 {
            let along_there = arm.along.normalize_or(along);
            let there = arm.palm - along_there * to_palm;
            let goal = wrist.lerp(there, arm.reach);
            let bent =
                square_to(elbow - (shoulder + wrist) / 2.0, (wrist - shoulder).normalize_or(-DVec3::Z));
            let pole =
                if arm.reach >= 1.0 { arm.pole } else { bent.lerp(arm.pole.normalize_or(bent), arm.reach) };
            along = along.lerp(along_there, arm.reach).normalize_or(along_there);
            (elbow, wrist) = two_bones(shoulder, goal, self.upper_arm(), self.forearm(), pole);
            let down = (wrist - shoulder).normalize_or(-DVec3::Z);
            let left = down.cross(square_to(pole, down));
            upper = frame(shoulder, elbow, left);
            fore = frame(elbow, wrist, left);
        }
        let tip = wrist + along * self.hand() * (0.95 - 0.4 * arm.curl);
        s.arms[i] = [shoulder, elbow, wrist, wrist + along * to_palm, tip];
        s.arm_frames[i] = [upper, fore];
    }

    fn leg(self, s: &mut Skeleton, i: usize, side: f64, leg: &Leg) {
        let pelvis = s.frames[0];
        let hip = s.pelvis + pelvis.y_axis * side * fraction::HIP_HALF * self.stature;
        let mut thigh = swing(pelvis, leg.hip, side);
        let mut shank = thigh * ry(leg.knee);
        let mut foot = shank * ry(-leg.ankle);
        let mut knee = hip - thigh.z_axis * self.thigh();
        let mut ankle = knee - shank.z_axis * self.shank();
        if leg.plant > 0.0 {
            let (there, sole) = self.planted(leg, side);
            let goal = ankle.lerp(there, leg.plant);
            foot = DMat3::from_quat(DQuat::from_mat3(&foot).slerp(DQuat::from_mat3(&sole), leg.plant));
            let toward =
                if leg.pole == DVec3::ZERO { rz(side * leg.yaw).x_axis } else { leg.pole.normalize() };
            let bent = thigh.x_axis;
            let pole = if leg.plant >= 1.0 { toward } else { bent.lerp(toward, leg.plant) };
            (knee, ankle) = two_bones(hip, goal, self.thigh(), self.shank(), pole);
            let down = (ankle - hip).normalize_or(-DVec3::Z);
            let left = square_to(pole, down).cross(down);
            thigh = frame(hip, knee, left);
            shank = frame(knee, ankle, left);
        }
        let [heel, ball, tip] = self.sole();
        let height = -self.ankle();
        // Toes stay flat while the heel is up, as far as they can bend.
        let flat = leg.pitch * leg.plant;
        let toes = if flat > 65.0 { (110.0 - flat).max(0.0) * 65.0 / 45.0 } else { flat.max(0.0) };
        let ball_at = ankle + foot * DVec3::new(ball, 0.0, height);
        s.legs[i] = [hip, knee, ankle];
        s.leg_frames[i] = [thigh, shank, foot];
        s.soles[i] = [
            ankle + foot * DVec3::new(heel, 0.0, height),
            ball_at,
            ball_at + foot * ry(-toes) * (DVec3::X * (tip - ball)),
        ];
        s.toes[i] = toes;
    }
}

/// One joint's angle with the range it was checked against.
#[derive(Clone, Debug)]
pub struct Angle {
    /// Which joint and movement.
    pub name: &'static str,
    /// Degrees.
    pub degrees: f64,
    /// Normal range, degrees.
    pub range: (f64, f64),
}

/// Normal ranges of motion, degrees. Of what the sources give, the smaller number: the people drawn are
/// not young. Read in November 2026:
/// - AAOS: American Academy of Orthopaedic Surgeons (1965, 1994). Arm: F. A. Davis, *Measurement of Joint
///   Motion*, table A.1 (shoulder 180 and 60, elbow 150, wrist 80 and 70),
///   <https://fadavispt.mhmedical.com/downloadCitation.aspx?sectionid=158980269>. Hip 120 and 30, its
///   abduction 45 and adduction 30, knee 135; trunk 80 and 25, its side bend 35, its rotation 45: only as
///   relayed by course notes and public repositories, undated: the weakest of these.
/// - MSD: *Normal Values for Range of Motion of Joints*, Merck Manual (2013), read on
///   <https://pdfcoffee.com/download/nilai-normal-untuk-jarak-dari-gerakan-sendi-pdf-free.html>: hip
///   extension 15, abduction 45, rotation 45 each way; ankle 20 up and 50 down; foot 35 inward and 25
///   outward; toes 80; shoulder extension 50; wrist 90 and 70.
/// - AAFP: *Telemedicine Management of Musculoskeletal Issues* (American Family Physician, 2021-02-01),
///   its table as relayed: foot 30 inward, 20 outward; hip rotation 45 outward.
/// - CDC: *Normal Joint Range of Motion Study* (Soucie et al. 2011), ages 45–69, mean of men, as relayed:
///   shoulder 164.0, elbow 143.5; <https://archive.cdc.gov/www_cdc_gov/ncbddd/jointrom/index.html>.
/// - CFR: 38 CFR 4.71a, note 2 to the spine's formula, as relayed: neck 45, 45, 45 (its rotation 80); trunk
///   90 and 30, its side bend and rotation 30.
/// - ExRx: <https://exrx.net/Testing/JointROM>, undated: neck's rotation 60 to 80.
///
/// One degree or two of straightening beyond 0 are a straight knee or elbow.
const RANGES: [(&str, (f64, f64)); 17] = [
    ("hip flexion", (-15.0, 120.0)),       // MSD, AAOS
    ("hip abduction", (-30.0, 45.0)),      // AAOS, MSD
    ("hip rotation", (-45.0, 45.0)),       // MSD
    ("knee flexion", (-2.0, 135.0)),       // AAOS
    ("ankle dorsiflexion", (-50.0, 20.0)), // MSD
    ("ankle inversion", (-20.0, 30.0)),    // AAFP
    ("toe extension", (0.0, 80.0)),        // MSD
    ("arm elevation", (0.0, 164.0)),       // CDC
    ("arm extension", (-50.0, 180.0)),     // MSD; forward it is an elevation
    ("elbow flexion", (-2.0, 143.0)),      // CDC
    ("wrist bend", (0.0, 70.0)),           // AAOS: either way the smaller
    ("trunk flexion", (-25.0, 80.0)),      // AAOS
    ("trunk side bend", (-30.0, 30.0)),    // CFR
    ("trunk rotation", (-30.0, 30.0)),     // CFR
    ("neck flexion", (-45.0, 45.0)),       // CFR
    ("neck side bend", (-45.0, 45.0)),     // CFR
    ("neck rotation", (-60.0, 60.0)),      // ExRx
];

fn euler(parent: DMat3, child: DMat3) -> DVec3 {
    let (y, x, z) = DQuat::from_mat3(&(parent.transpose() * child)).to_euler(EulerRot::YXZ);
    DVec3::new(y.to_degrees(), x.to_degrees(), z.to_degrees())
}

impl Skeleton {
    /// Every joint angle that has a normal range, from the joints as they ended up.
    pub fn angles(&self) -> Vec<Angle> {
        let mut values: Vec<(&'static str, f64)> = Vec::new();
        for (i, side) in SIDES.into_iter().enumerate() {
            let [thigh, shank, foot] = self.leg_frames[i];
            let hip = euler(self.frames[0], thigh);
            values.push(("hip flexion", -hip.x));
            values.push(("hip abduction", side * hip.y));
            // Near a right angle of abduction flexion and rotation are one and the same.
            values.push(("hip rotation", side * hip.z));
            values.push(("knee flexion", euler(thigh, shank).x));
            let ankle = euler(shank, foot);
            values.push(("ankle dorsiflexion", -ankle.x));
            values.push(("ankle inversion", side * ankle.y));
            values.push(("toe extension", self.toes[i]));
            let [upper, fore] = self.arm_frames[i];
            let chest = self.frames[2];
            let arm = chest.transpose() * -upper.z_axis;
            values.push(("arm elevation", (-arm.z).clamp(-1.0, 1.0).acos().to_degrees()));
            // Behind the body, below the shoulder's height.
            let behind =
                if arm.z < 0.0 && side * arm.y < 0.75 { arm.x.atan2(-arm.z).to_degrees() } else { 0.0 };
            values.push(("arm extension", behind));
            values.push(("elbow flexion", -euler(upper, fore).x));
            let [_, _, wrist, palm, _] = self.arms[i];
            let bend = (palm - wrist).angle_between(-fore.z_axis).to_degrees();
            values.push(("wrist bend", bend));
        }
        let trunk = euler(self.frames[0], self.frames[2]);
        values.extend([
            ("trunk flexion", trunk.x),
            ("trunk side bend", -trunk.y),
            ("trunk rotation", trunk.z),
        ]);
        let neck = euler(self.frames[2], self.frames[3]);
        values.extend([("neck flexion", neck.x), ("neck side bend", -neck.y), ("neck rotation", neck.z)]);
        values
            .into_iter()
            .filter_map(|(name, degrees)| {
                let (name, range) = RANGES.iter().find(|(n, _)| *n == name)?;
                Some(Angle { name, degrees, range: *range })
            })
            .collect()
    }

    /// Centre of mass: segment masses and centres as in Winter, *Biomechanics and Motor Control of Human
    /// Movement* (2009), table 4.1 (after Dempster, 1955), compared in November 2026 with
    /// <https://raw.githubusercontent.com/BMClab/BMC/master/data/BSP_DempsterWinter.txt> and with the
    /// University of Rhode Island's BME 207 data sheet (2016-02-02): hand 0.006 at 0.506, forearm 0.016 at
    /// 0.430, upper arm 0.028 at 0.436, foot 0.0145 at 0.5 (from ankle to ball), shank 0.0465 at 0.433,
    /// thigh 0.100 at 0.433, trunk 0.497 at 0.5 (hips to shoulders), head and neck 0.081 at the ear.
    pub fn centre_of_mass(&self) -> DVec3 {
        let hips = (self.legs[0][0] + self.legs[1][0]) / 2.0;
        let shoulders = (self.arms[0][0] + self.arms[1][0]) / 2.0;
        let mut sum = 0.497 * (hips + shoulders) / 2.0 + 0.081 * self.spine[4];
        let mut mass = 0.497 + 0.081;
        for i in 0..2 {
            let [shoulder, elbow, wrist, palm, _] = self.arms[i];
            let [hip, knee, ankle] = self.legs[i];
            let ball = self.soles[i][1];
            for (m, c) in [
                (0.028, shoulder.lerp(elbow, 0.436)),
                (0.016, elbow.lerp(wrist, 0.430)),
                (0.006, palm),
                (0.100, hip.lerp(knee, 0.433)),
                (0.0465, knee.lerp(ankle, 0.433)),
                (0.0145, ankle.lerp(ball, 0.5)),
            ] {
                sum += m * c;
                mass += m;
            }
        }
        sum / mass
    }

    /// What of a foot touches the floor while the whole sole or its ball does: its outline there.
    pub fn contact(&self, i: usize) -> Vec<DVec2> {
        let [heel, ball, tip] = self.soles[i];
        let forward = (ball - heel).with_z(0.0).normalize_or(DVec3::X);
        let left = DVec3::Z.cross(forward);
        let half = fraction::FOOT_BREADTH / 2.0 * self.build.stature;
        let mut points = Vec::new();
        for (p, w) in [(heel, 0.7), (ball, 1.0), (tip, 0.6)] {
            if p.z < 0.012 {
                points.push((p + left * half * w).truncate());
                points.push((p - left * half * w).truncate());
            }
        }
        points
    }
}
