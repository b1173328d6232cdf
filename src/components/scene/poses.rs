//! How a person stands, sits or moves in a scene: fifteen joints, and for a movement fifteen more.
//! Never a dangerous move in a way to imitate: what is drawn is what good and bad twins share.

use care::quiz::item::Pose;

/// Across and down, on a canvas of 480 by 320 whose floor is at 284.
pub type Point = (i16, i16);

/// The place of each joint in [`Frame::at`]. The far side comes first: seen from the front it is the one on
/// the left of the picture.
pub mod joint {
    /// The middle of the head.
    pub const HEAD: usize = 0;
    /// Shoulders: far, near.
    pub const SHOULDERS: [usize; 2] = [1, 2];
    /// Elbows.
    pub const ELBOWS: [usize; 2] = [3, 4];
    /// Hands.
    pub const HANDS: [usize; 2] = [5, 6];
    /// Hips.
    pub const HIPS: [usize; 2] = [7, 8];
    /// Knees.
    pub const KNEES: [usize; 2] = [9, 10];
    /// Ankles.
    pub const ANKLES: [usize; 2] = [11, 12];
    /// Tips of the feet.
    pub const TOES: [usize; 2] = [13, 14];
}

/// One moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The head's turn in the picture, degrees clockwise.
    pub tilt: i16,
    /// How far the face is moved sideways in the head: to the right where it looks there.
    pub look: i16,
    /// The joints.
    pub at: [Point; 15],
}

/// What is held, sat upon or leant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prop {
    /// Nothing.
    None,
    /// A chair to sit on.
    Chair,
    /// A chair to hold on to.
    Support,
    /// A table to lean on.
    Table,
    /// A desk with a computer.
    Desk,
    /// A mat on the floor.
    Mat,
    /// A jar in the hand.
    Jar,
    /// A telephone in the hand.
    Phone,
}

/// How a person is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Seen from the side, looking to the right; from the front otherwise.
    pub side: bool,
    /// Filmed from near: the head and the hands matter, not the feet.
    pub near: bool,
    /// Whether the person speaks.
    pub speaks: bool,
    /// What else there is.
    pub prop: Prop,
    /// Where the movement begins and ends.
    pub from: Frame,
    /// Its other end.
    pub to: Frame,
}

const FRONT: [Point; 15] = [
    (240, 84),
    (216, 126),
    (264, 126),
    (203, 162),
    (277, 162),
    (205, 196),
    (275, 196),
    (228, 190),
    (252, 190),
    (226, 232),
    (254, 232),
    (225, 271),
    (255, 271),
    (213, 278),
    (267, 278),
];

const SIDE: [Point; 15] = [
    (246, 84),
    (240, 126),
    (240, 127),
    (238, 162),
    (240, 164),
    (250, 196),
    (254, 198),
    (238, 190),
    (238, 191),
    (244, 231),
    (243, 232),
    (236, 271),
    (238, 272),
    (254, 279),
    (257, 279),
];

const SITTING: [Point; 15] = [
    (222, 114),
    (208, 156),
    (208, 157),
    (222, 188),
    (218, 190),
    (246, 206),
    (244, 208),
    (206, 220),
    (206, 222),
    (254, 220),
    (256, 222),
    (254, 270),
    (256, 271),
    (272, 279),
    (275, 279),
];

/// A frame that differs from a usual one in these joints.
fn frame(usual: &[Point; 15], tilt: i16, look: i16, moved: &[(usize, i16, i16)]) -> Frame {
    let mut at = *usual;
    for (joint, x, y) in moved {
        if let Some(place) = at.get_mut(*joint) {
            *place = (*x, *y);
        }
    }
    Frame { tilt, look, at }
}

type Moved<'a> = &'a [(usize, i16, i16)];

/// From the front: both ends of the movement, each with the head's tilt and look.
fn front(near: bool, prop: Prop, from: (i16, i16, Moved<'_>), to: (i16, i16, Moved<'_>)) -> Figure {
    let (from, to) = (frame(&FRONT, from.0, from.1, from.2), frame(&FRONT, to.0, to.1, to.2));
    Figure { side: false, near, speaks: false, prop, from, to }
}

/// From the side, from one usual frame or another.
fn side(prop: Prop, usual: &[Point; 15], from: (i16, Moved<'_>), to: (i16, Moved<'_>)) -> Figure {
    let (from, to) = (frame(usual, from.0, 8, from.1), frame(usual, to.0, 8, to.1));
    Figure { side: true, near: false, speaks: false, prop, from, to }
}

/// The figure of a pose. Its movement begins, and stands still, where it shows what it is.
pub fn figure(pose: Pose) -> Figure {
    let figure = drawn(pose);
    match pose {
        Pose::HeelRaise
        | Pose::Squat
        | Pose::SitKnee
        | Pose::BendForward
        | Pose::ShoulderRaise
        | Pose::Jump => Figure { from: figure.to, to: figure.from, ..figure },
        _ => figure,
    }
}

fn drawn(pose: Pose) -> Figure {
    match pose {
        Pose::Talk => speaking(front(
            true,
            Prop::None,
            (-3, 1, &[(3, 198, 164), (5, 216, 178), (4, 286, 160), (6, 298, 132)]),
            (3, 2, &[(3, 198, 162), (5, 208, 160), (4, 286, 160), (6, 290, 144)]),
        )),
        Pose::Point => speaking(front(
            false,
            Prop::None,
            (3, 4, &[(4, 288, 146), (6, 322, 126), (3, 202, 160), (5, 222, 180)]),
            (-2, 2, &[(4, 290, 148), (6, 323, 134), (3, 202, 160), (5, 218, 172)]),
        )),
        Pose::SitToStand => side(
            Prop::Chair,
            &SITTING,
            (
                10,
                &[
                    (0, 244, 122),
                    (1, 222, 158),
                    (2, 222, 159),
                    (3, 240, 186),
                    (4, 238, 188),
                    (5, 268, 190),
                    (6, 270, 192),
                ],
            ),
            (
                0,
                &[
                    (0, 254, 92),
                    (1, 246, 133),
                    (2, 246, 134),
                    (3, 256, 166),
                    (4, 256, 168),
                    (5, 284, 174),
                    (6, 286, 176),
                    (7, 240, 194),
                    (8, 240, 196),
                    (9, 252, 232),
                    (10, 254, 234),
                ],
            ),
        ),
        Pose::StandSupport => side(
            Prop::Support,
            &SIDE,
            (0, &[(3, 262, 158), (5, 290, 182), (4, 264, 160), (6, 294, 184)]),
            (
                0,
                &[
                    (3, 262, 158),
                    (5, 290, 182),
                    (4, 264, 160),
                    (6, 294, 184),
                    (10, 264, 224),
                    (12, 250, 258),
                    (14, 268, 266),
                ],
            ),
        ),
        Pose::OneLeg => side(
            Prop::None,
            &SIDE,
            (
                0,
                &[
                    (4, 262, 158),
                    (6, 286, 172),
                    (3, 222, 160),
                    (5, 206, 184),
                    (10, 266, 224),
                    (12, 250, 258),
                    (14, 268, 266),
                ],
            ),
            (
                3,
                &[
                    (4, 262, 156),
                    (6, 288, 166),
                    (3, 220, 158),
                    (5, 202, 178),
                    (10, 268, 220),
                    (12, 252, 252),
                    (14, 270, 260),
                ],
            ),
        ),
        Pose::HeelRaise => side(
            Prop::Support,
            &SIDE,
            (0, &[(3, 262, 158), (5, 290, 182), (4, 264, 160), (6, 294, 184)]),
            (
                0,
                &[
                    (0, 249, 73),
                    (1, 243, 115),
                    (2, 243, 116),
                    (3, 264, 150),
                    (5, 290, 182),
                    (4, 266, 152),
                    (6, 294, 184),
                    (7, 241, 179),
                    (8, 241, 180),
                    (9, 247, 220),
                    (10, 246, 221),
                    (11, 240, 259),
                    (12, 242, 260),
                ],
            ),
        ),
        Pose::Walk => side(
            Prop::None,
            &SIDE,
            (
                2,
                &[
                    (3, 256, 160),
                    (5, 276, 184),
                    (4, 222, 160),
                    (6, 218, 194),
                    (9, 228, 230),
                    (11, 202, 262),
                    (13, 212, 279),
                    (10, 264, 229),
                    (12, 276, 268),
                    (14, 295, 272),
                ],
            ),
            (
                2,
                &[
                    (3, 222, 160),
                    (5, 220, 194),
                    (4, 258, 160),
                    (6, 280, 184),
                    (9, 264, 228),
                    (11, 274, 267),
                    (13, 293, 271),
                    (10, 228, 231),
                    (12, 202, 263),
                    (14, 212, 280),
                ],
            ),
        ),
        Pose::Squat => side(
            Prop::None,
            &SIDE,
            (0, &[(3, 254, 156), (5, 280, 168), (4, 256, 158), (6, 284, 170)]),
            (
                8,
                &[
                    (0, 258, 112),
                    (1, 240, 152),
                    (2, 240, 153),
                    (3, 264, 166),
                    (5, 294, 164),
                    (4, 266, 168),
                    (6, 298, 166),
                    (7, 214, 208),
                    (8, 214, 209),
                    (9, 256, 228),
                    (10, 256, 229),
                ],
            ),
        ),
        Pose::SitKnee => {
            side(Prop::Chair, &SITTING, (0, &[]), (0, &[(10, 256, 218), (12, 300, 222), (14, 308, 206)]))
        }
        Pose::LieFloor => {
            let lying = [
                (144, 256),
                (176, 264),
                (176, 266),
                (200, 274),
                (202, 276),
                (230, 276),
                (232, 277),
                (242, 266),
                (242, 268),
                (276, 228),
                (280, 229),
                (296, 269),
                (302, 270),
                (314, 278),
                (320, 279),
            ];
            side(
                Prop::Mat,
                &lying,
                (-90, &[]),
                (-90, &[(7, 240, 252), (8, 240, 254), (9, 277, 224), (10, 281, 225)]),
            )
        }
        Pose::AllFours => {
            let down = [
                (302, 186),
                (266, 204),
                (266, 206),
                (272, 240),
                (274, 241),
                (282, 274),
                (286, 275),
                (194, 208),
                (194, 210),
                (188, 266),
                (196, 267),
                (150, 274),
                (156, 275),
                (138, 280),
                (144, 281),
            ];
            side(
                Prop::Mat,
                &down,
                (45, &[]),
                (72, &[(0, 300, 206), (1, 264, 198), (2, 264, 200), (7, 196, 200), (8, 196, 202)]),
            )
        }
        Pose::GetUp => side(
            Prop::Support,
            &SIDE,
            (
                6,
                &[
                    (0, 250, 120),
                    (1, 238, 160),
                    (2, 238, 161),
                    (3, 262, 184),
                    (5, 296, 196),
                    (4, 264, 186),
                    (6, 298, 198),
                    (7, 224, 222),
                    (8, 224, 224),
                    (9, 222, 268),
                    (11, 184, 272),
                    (13, 172, 280),
                    (10, 264, 226),
                    (12, 264, 271),
                    (14, 282, 279),
                ],
            ),
            (
                12,
                &[
                    (0, 266, 104),
                    (1, 248, 144),
                    (2, 248, 145),
                    (3, 270, 168),
                    (5, 296, 190),
                    (4, 272, 170),
                    (6, 298, 192),
                    (7, 230, 204),
                    (8, 230, 206),
                    (9, 234, 246),
                    (11, 206, 268),
                    (13, 216, 280),
                    (10, 268, 234),
                    (12, 264, 271),
                    (14, 282, 279),
                ],
            ),
        ),
        Pose::BendForward => side(
            Prop::None,
            &SIDE,
            (8, &[(0, 256, 86), (4, 250, 164), (6, 262, 196)]),
            (
                58,
                &[
                    (0, 306, 144),
                    (1, 280, 156),
                    (2, 280, 158),
                    (3, 284, 192),
                    (5, 288, 224),
                    (4, 288, 194),
                    (6, 296, 226),
                    (7, 232, 188),
                    (8, 232, 190),
                ],
            ),
        ),
        Pose::ShoulderRaise => front(
            false,
            Prop::None,
            (0, 0, &[(3, 196, 158), (5, 178, 186), (4, 284, 158), (6, 302, 186)]),
            (0, 0, &[(3, 188, 100), (5, 182, 66), (4, 292, 100), (6, 298, 66)]),
        ),
        Pose::Pendulum => side(
            Prop::Table,
            &SIDE,
            (
                34,
                &[
                    (0, 290, 128),
                    (1, 266, 152),
                    (2, 264, 154),
                    (3, 292, 172),
                    (5, 312, 194),
                    (4, 262, 188),
                    (6, 246, 218),
                    (7, 226, 192),
                    (8, 226, 194),
                ],
            ),
            (
                34,
                &[
                    (0, 290, 128),
                    (1, 266, 152),
                    (2, 264, 154),
                    (3, 292, 172),
                    (5, 312, 194),
                    (4, 268, 188),
                    (6, 280, 218),
                    (7, 226, 192),
                    (8, 226, 194),
                ],
            ),
        ),
        Pose::NeckTurn => front(true, Prop::None, (0, -7, &[]), (0, 7, &[])),
        Pose::HandNeck => front(
            true,
            Prop::None,
            (-7, -3, &[(4, 300, 136), (6, 266, 110)]),
            (5, 2, &[(4, 298, 134), (6, 266, 110)]),
        ),
        Pose::HandKnee => side(
            Prop::Chair,
            &SITTING,
            (12, &[(0, 232, 120), (1, 214, 160), (2, 214, 161), (5, 258, 210), (6, 262, 212)]),
            (18, &[(0, 236, 122), (1, 216, 161), (2, 216, 162), (5, 252, 212), (6, 250, 214)]),
        ),
        Pose::HandBack => side(
            Prop::None,
            &SIDE,
            (-4, &[(0, 242, 84), (4, 212, 156), (6, 224, 184), (3, 248, 162), (5, 256, 196)]),
            (
                8,
                &[
                    (0, 256, 88),
                    (1, 248, 128),
                    (2, 248, 129),
                    (4, 216, 160),
                    (6, 226, 186),
                    (3, 258, 164),
                    (5, 270, 196),
                ],
            ),
        ),
        Pose::Ankle => side(
            Prop::Chair,
            &SITTING,
            (0, &[(10, 258, 224), (12, 292, 254), (14, 314, 262)]),
            (0, &[(10, 258, 224), (12, 292, 254), (14, 306, 238)]),
        ),
        Pose::Run => side(
            Prop::None,
            &SIDE,
            (
                6,
                &[
                    (0, 254, 82),
                    (3, 262, 156),
                    (5, 286, 146),
                    (4, 220, 156),
                    (6, 234, 180),
                    (9, 224, 230),
                    (11, 190, 244),
                    (13, 184, 260),
                    (10, 270, 216),
                    (12, 264, 254),
                    (14, 282, 262),
                ],
            ),
            (
                6,
                &[
                    (0, 254, 78),
                    (3, 222, 156),
                    (5, 236, 180),
                    (4, 262, 156),
                    (6, 288, 146),
                    (9, 270, 214),
                    (11, 262, 252),
                    (13, 280, 260),
                    (10, 224, 230),
                    (12, 190, 246),
                    (14, 184, 262),
                ],
            ),
        ),
        Pose::Jump => front(
            false,
            Prop::None,
            (0, 0, &[(3, 196, 156), (5, 184, 186), (4, 284, 156), (6, 296, 186)]),
            (
                0,
                0,
                &[
                    (0, 240, 68),
                    (1, 216, 110),
                    (2, 264, 110),
                    (3, 190, 92),
                    (5, 178, 60),
                    (4, 290, 92),
                    (6, 302, 60),
                    (7, 228, 174),
                    (8, 252, 174),
                    (9, 216, 212),
                    (10, 264, 212),
                    (11, 206, 248),
                    (12, 274, 248),
                    (13, 198, 260),
                    (14, 282, 260),
                ],
            ),
        ),
        Pose::ShowProduct => speaking(front(
            true,
            Prop::Jar,
            (-3, 3, &[(4, 292, 164), (6, 290, 132), (3, 200, 162), (5, 222, 178)]),
            (2, 4, &[(4, 292, 162), (6, 294, 124), (3, 200, 162), (5, 216, 172)]),
        )),
        Pose::Desk => side(
            Prop::Desk,
            &SITTING,
            (6, &[(3, 236, 186), (5, 270, 194), (4, 236, 188), (6, 272, 196)]),
            (
                14,
                &[
                    (0, 234, 118),
                    (1, 214, 158),
                    (2, 214, 159),
                    (3, 238, 187),
                    (5, 270, 194),
                    (4, 238, 189),
                    (6, 274, 196),
                ],
            ),
        ),
        Pose::Phone => front(
            true,
            Prop::Phone,
            (8, 4, &[(4, 282, 166), (6, 268, 146), (3, 202, 166), (5, 232, 176)]),
            (5, 3, &[(4, 282, 166), (6, 268, 143), (3, 202, 166), (5, 232, 174)]),
        ),
    }
}

fn speaking(figure: Figure) -> Figure {
    Figure { speaks: true, ..figure }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each limb keeps its length, within what a drawing may foreshorten.
    #[test]
    fn nobody_is_drawn_with_limbs_that_grow_or_vanish() {
        let mut wrong = Vec::new();
        for pose in Pose::ALL {
            let figure = figure(*pose);
            for frame in [figure.from, figure.to] {
                let length = |a: usize, b: usize| {
                    let ((ax, ay), (bx, by)) = (frame.at[a], frame.at[b]);
                    f64::from(ax - bx).hypot(f64::from(ay - by))
                };
                let mut limbs = vec![(joint::SHOULDERS[1], joint::HIPS[1], 50.0, 76.0)];
                for side in 0..2 {
                    limbs.extend([
                        (joint::SHOULDERS[side], joint::ELBOWS[side], 20.0, 48.0),
                        // Towards the viewer a forearm is short.
                        (joint::ELBOWS[side], joint::HANDS[side], 10.0, 50.0),
                        (joint::HIPS[side], joint::KNEES[side], 28.0, 67.0),
                        (joint::KNEES[side], joint::ANKLES[side], 30.0, 54.0),
                    ]);
                }
                for (a, b, least, most) in limbs {
                    let long = length(a, b);
                    if !(least..=most).contains(&long) {
                        wrong.push(format!("{pose:?}: joints {a} to {b}: {long:.1}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn whoever_is_filmed_whole_stands_on_the_floor() {
        let lowest = |frame: Frame| frame.at.iter().map(|(_, y)| *y).max().unwrap();
        let wrong: Vec<String> = Pose::ALL
            .iter()
            // Who runs is in the air.
            .filter(|pose| **pose != Pose::Run)
            .map(|pose| (pose, figure(*pose)))
            .map(|(pose, figure)| (pose, lowest(figure.from).max(lowest(figure.to))))
            .filter(|(_, lowest)| !(270..=284).contains(lowest))
            .map(|(pose, lowest)| format!("{pose:?}: {lowest}"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
