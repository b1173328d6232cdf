//! The person of a scene: rounded limbs, clothes, a head with a calm face, all from the joints of a pose.
//! Age, gender, hair, clothes and skin are what an item says; they tell nothing of the verdict.

use super::poses::{Figure, Frame, Point, Prop, joint};
use care::quiz::item::{Age, Gender, Hair, Outfit, Person};

/// Colours of one person.
struct Look {
    skin: &'static str,
    /// Skin in the shade: neck, nose, ears’ inside.
    shade: &'static str,
    hair: &'static str,
    top: &'static str,
    /// The far sleeve.
    top_far: &'static str,
    /// Seams, lapels, buttons.
    seam: &'static str,
    trousers: &'static str,
    trousers_far: &'static str,
    shoes: &'static str,
    /// Sleeves down to the hands.
    long: bool,
}

fn look(person: Person) -> Look {
    let (skin, shade) = match person.skin {
        0 | 1 => ("#f6d0b1", "#e0a883"),
        2 => ("#e5b188", "#c98c61"),
        3 => ("#bd8159", "#9a6140"),
        _ => ("#855538", "#653c26"),
    };
    let which = person.skin as usize + person.hair as usize + 2 * person.gender as usize;
    let hair = match person.age {
        Age::Older => ["#d9d5cf", "#bdb8b3", "#e8e4dc"][which % 3],
        _ if person.skin > 2 => ["#2a2022", "#382a26"][which % 2],
        Age::Young => ["#7a4a2b", "#3d2a25", "#b9783a", "#96422b"][which % 4],
        Age::Adult => ["#4f3527", "#2f2523", "#8a5a34"][which % 3],
    };
    let (top, top_far, seam) = match person.outfit {
        Outfit::WhiteCoat => ("#fbfcfd", "#d6dee4", "#a9b6c0"),
        Outfit::Scrubs => ("#2f9a92", "#22756f", "#1c605b"),
        Outfit::Tee => [
            ("#e2793f", "#b65a28", "#a04d20"),
            ("#4b86b4", "#34658c", "#2c587b"),
            ("#d9a441", "#aa7c26", "#946b1e"),
            ("#7d9b58", "#5c763d", "#4f6733"),
        ][which % 4],
        Outfit::Sport => {
            [("#d6476b", "#a52f4f", "#fff"), ("#3f61b5", "#2c468a", "#fff"), ("#2c8f77", "#1e6a58", "#fff")]
                [which % 3]
        }
        Outfit::Shirt => [
            ("#8fb4d8", "#6a8fb5", "#557a9f"),
            ("#efe7da", "#cabfad", "#a4977f"),
            ("#c9788b", "#a15869", "#8b4858"),
        ][which % 3],
        Outfit::Cardigan => [
            ("#a4527a", "#7d3a5b", "#6b2f4d"),
            ("#5c7c9e", "#435e7b", "#38506a"),
            ("#a8793b", "#805a28", "#6e4c20"),
        ][which % 3],
    };
    let (trousers, trousers_far) =
        [("#43507a", "#343f62"), ("#5f5650", "#4a433e"), ("#39454f", "#2b353d")][which % 3];
    let shoes = if person.age == Age::Older { "#6b4436" } else { "#f3f0ea" };
    let long = !matches!(person.outfit, Outfit::Tee | Outfit::Sport | Outfit::Scrubs);
    Look { skin, shade, hair, top, top_far, seam, trousers, trousers_far, shoes, long }
}

/// What a drawing is written on.
pub struct Canvas {
    /// The inside of the `<svg>`.
    pub text: String,
    /// Whether it moves.
    pub moves: bool,
}

/// Twice there and back, then it stands: under five seconds, as who is disturbed by movement needs.
const COURSE: &str =
    r#"dur="2.4s" repeatCount="2" calcMode="spline" keyTimes="0;.5;1" keySplines=".4 0 .6 1;.4 0 .6 1""#;

impl Canvas {
    /// Adds pieces of text.
    pub fn add(&mut self, parts: &[&str]) {
        for part in parts {
            self.text.push_str(part);
        }
    }

    fn animate(&mut self, tag: &str, from: &str, to: &str) {
        if self.moves && from != to {
            self.add(&["<", tag, " values=\"", from, ";", to, ";", from, "\" ", COURSE, "/>"]);
        }
    }

    /// A line of a width through points, given at both ends of the movement.
    fn line(&mut self, colour: &str, width: &str, from: &str, to: &str) {
        self.add(&["<path d=\"", from, "\" stroke=\"", colour, "\" stroke-width=\"", width, "\">"]);
        self.animate("animate attributeName=\"d\"", from, to);
        self.add(&["</path>"]);
    }

    /// A shape with an outline of its own colour, so that its corners are round.
    fn shape(&mut self, colour: &str, width: &str, from: &str, to: &str) {
        self.add(&[
            "<path fill=\"",
            colour,
            "\" d=\"",
            from,
            "\" stroke=\"",
            colour,
            "\" stroke-width=\"",
            width,
            "\">",
        ]);
        self.animate("animate attributeName=\"d\"", from, to);
        self.add(&["</path>"]);
    }

    /// Opens a group that is moved, or turned.
    fn moved(&mut self, how: &str, from: &str, to: &str) {
        self.add(&["<g transform=\"", how, "(", from, ")\">"]);
        if self.moves && from != to {
            self.add(&[
                "<animateTransform attributeName=\"transform\" type=\"",
                how,
                "\" values=\"",
                from,
                ";",
                to,
            ]);
            self.add(&[";", from, "\" ", COURSE, "/>"]);
        }
    }
}

fn pair((x, y): Point) -> String {
    [x.to_string(), y.to_string()].join(" ")
}

/// `M… L… L…` through points.
fn through(points: &[Point]) -> String {
    let mut path = String::new();
    for (n, point) in points.iter().enumerate() {
        path.push(if n == 0 { 'M' } else { 'L' });
        path.push_str(&pair(*point));
    }
    path
}

/// A point on the way from one to another, in hundredths.
fn on_the_way((ax, ay): Point, (bx, by): Point, hundredths: i16) -> Point {
    let part = |a: i16, b: i16| a + (i32::from(b - a) * i32::from(hundredths) / 100) as i16;
    (part(ax, bx), part(ay, by))
}

/// Draws a path that both ends of the movement give.
fn both(figure: &Figure, path: impl Fn(&Frame) -> String) -> (String, String) {
    (path(&figure.from), path(&figure.to))
}

/// All lines of a person end round.
const GROUP: &str = r#"<g fill="none" stroke-linecap="round" stroke-linejoin="round">"#;

/// The whole person; what is held lies in the near hand.
pub fn draw(canvas: &mut Canvas, person: Person, figure: &Figure) {
    let look = look(person);
    canvas.add(&[GROUP]);
    arm(canvas, &look, figure, 0);
    leg(canvas, &look, figure, 0);
    leg(canvas, &look, figure, 1);
    body(canvas, person, &look, figure);
    arm(canvas, &look, figure, 1);
    canvas.add(&["</g>"]);
}

/// As much of it as a round picture beside a name shows.
pub fn bust(canvas: &mut Canvas, person: Person, figure: &Figure) {
    canvas.add(&[GROUP]);
    body(canvas, person, &look(person), figure);
    canvas.add(&["</g>"]);
}

fn body(canvas: &mut Canvas, person: Person, look: &Look, figure: &Figure) {
    neck(canvas, look, figure);
    trunk(canvas, person, look, figure);
    head(canvas, person, look, figure);
}

fn arm(canvas: &mut Canvas, look: &Look, figure: &Figure, side: usize) {
    let parts =
        |frame: &Frame| [joint::SHOULDERS, joint::ELBOWS, joint::HANDS].map(|pair| frame.at[pair[side]]);
    // From the front both arms are as near.
    let colour = if side == 0 && figure.side { look.top_far } else { look.top };
    let skin = if side == 0 && figure.side { look.shade } else { look.skin };
    let (from, to) = both(figure, |frame| through(&parts(frame)));
    canvas.line(skin, "13", &from, &to);
    let sleeve = |frame: &Frame| {
        let [shoulder, elbow, hand] = parts(frame);
        if look.long {
            through(&[shoulder, elbow, on_the_way(elbow, hand, 78)])
        } else {
            through(&[shoulder, on_the_way(shoulder, elbow, 55)])
        }
    };
    let (from, to) = both(figure, sleeve);
    // A white sleeve before a white coat needs an edge.
    if look.top == "#fbfcfd" || (side == 1 && figure.side) {
        canvas.line(look.seam, "20", &from, &to);
    }
    canvas.line(colour, if look.long { "17" } else { "18" }, &from, &to);
    let hand = joint::HANDS[side];
    let (from, to) = both(figure, |frame| [through(&[frame.at[hand]]), "h.1".into()].concat());
    canvas.line(skin, "17", &from, &to);
    if side == 1 {
        held(canvas, figure, hand);
    }
}

/// What lies in the near hand.
fn held(canvas: &mut Canvas, figure: &Figure, hand: usize) {
    let what = match figure.prop {
        Prop::Jar => {
            r##"<path fill="#fff" stroke="#c9b79c" stroke-width="2" d="M-12-34h24v32h-24z"/><path fill="#d65f4c" stroke="none" d="M-14-42h28v10h-28zM-12-24h24v12h-24z"/>"##
        }
        Prop::Phone => {
            r##"<rect x="-20" y="-26" width="20" height="36" rx="4" fill="#2b2f38" stroke="none"/><path fill="#8fd0e8" stroke="none" d="M-17-22h14v27h-14z"/>"##
        }
        _ => return,
    };
    let (from, to) = both(figure, |frame| pair(frame.at[hand]));
    canvas.moved("translate", &from, &to);
    canvas.add(&[what, "</g>"]);
}

fn leg(canvas: &mut Canvas, look: &Look, figure: &Figure, side: usize) {
    let far = side == 0 && figure.side;
    let (from, to) = both(figure, |frame| {
        through(&[joint::HIPS, joint::KNEES, joint::ANKLES].map(|pair| frame.at[pair[side]]))
    });
    canvas.line(if far { look.trousers_far } else { look.trousers }, "21", &from, &to);
    let (from, to) = both(figure, |frame| {
        let (ankle, toe) = (frame.at[joint::ANKLES[side]], frame.at[joint::TOES[side]]);
        through(&[on_the_way(ankle, (toe.0, toe.1.max(ankle.1)), 12), toe])
    });
    canvas.line(look.seam, "15", &from, &to);
    canvas.line(if far { look.shade } else { look.shoes }, "12", &from, &to);
}

/// The middle between the shoulders.
fn throat(frame: &Frame) -> Point {
    let [far, near] = joint::SHOULDERS.map(|joint| frame.at[joint]);
    on_the_way(far, near, 50)
}

fn neck(canvas: &mut Canvas, look: &Look, figure: &Figure) {
    let (from, to) = both(figure, |frame| through(&[throat(frame), frame.at[joint::HEAD]]));
    canvas.line(look.shade, "15", &from, &to);
}

fn trunk(canvas: &mut Canvas, person: Person, look: &Look, figure: &Figure) {
    let width = if figure.side { "33" } else { "20" };
    let coat = person.outfit == Outfit::WhiteCoat;
    let outline = |frame: &Frame| {
        let [sf, sn] = joint::SHOULDERS.map(|joint| frame.at[joint]);
        let [hf, hn] = joint::HIPS.map(|joint| frame.at[joint]);
        let [kf, kn] = joint::KNEES.map(|joint| frame.at[joint]);
        // A coat hangs down to the thighs.
        let down = if coat { 46 } else { 0 };
        let waist = |shoulder: Point, hip: Point, inward: i16| {
            let (x, y) = on_the_way(shoulder, hip, 60);
            (x + inward, y)
        };
        let narrow = if figure.side { 0 } else { 4 };
        let path = through(&[
            sf,
            sn,
            waist(sn, hn, -narrow),
            on_the_way(hn, kn, down),
            on_the_way(hf, kf, down),
            waist(sf, hf, narrow),
        ]);
        [path, "Z".into()].concat()
    };
    let (from, to) = both(figure, outline);
    if coat {
        canvas.shape(look.seam, if figure.side { "36" } else { "23" }, &from, &to);
    }
    canvas.shape(look.top, width, &from, &to);
    front(canvas, person.outfit, look, figure);
}

/// What is seen of clothes from the front: collar, opening, buttons. From the side only a line.
fn front(canvas: &mut Canvas, outfit: Outfit, look: &Look, figure: &Figure) {
    let point = |frame: &Frame, across: i16, down: i16| {
        let [sf, sn] = joint::SHOULDERS.map(|joint| frame.at[joint]);
        let [hf, hn] = joint::HIPS.map(|joint| frame.at[joint]);
        let (x, y) = on_the_way(on_the_way(sf, sn, 50), on_the_way(hf, hn, 50), down);
        // From the side the opening is at the front edge.
        (x + if figure.side { across / 4 + 9 } else { across }, y)
    };
    let along = |points: &'static [(i16, i16)]| {
        move |frame: &Frame| {
            let path: Vec<Point> = points.iter().map(|(across, down)| point(frame, *across, *down)).collect();
            through(&path)
        }
    };
    let mut shape = |colour: &str, points: &'static [(i16, i16)]| {
        let (from, to) = both(figure, along(points));
        canvas.shape(colour, "3", &from, &to);
    };
    if figure.side {
        if !matches!(outfit, Outfit::Tee | Outfit::Scrubs) {
            let (from, to) = both(figure, along(&[(14, 0), (14, 96)]));
            canvas.line(look.seam, "3", &from, &to);
        }
        return;
    }
    match outfit {
        Outfit::Scrubs => {
            shape(look.seam, &[(-15, -13), (15, -13), (0, 20), (-15, -13)]);
            shape(look.shade, &[(-11, -13), (11, -13), (0, 12), (-11, -13)]);
            shape(look.top_far, &[(12, 38), (28, 38), (28, 54), (12, 54), (12, 38)]);
        }
        Outfit::Tee => shape(look.shade, &[(-11, -13), (11, -13), (6, -5), (-6, -5), (-11, -13)]),
        Outfit::Sport => {
            shape(look.shade, &[(-11, -13), (11, -13), (0, 4), (-11, -13)]);
            shape(look.seam, &[(-25, 42), (25, 42), (25, 47), (-25, 47), (-25, 42)]);
        }
        Outfit::WhiteCoat => {
            shape("#7fa7c9", &[(-14, -13), (14, -13), (5, 62), (-5, 62), (-14, -13)]);
            shape(look.shade, &[(-8, -13), (8, -13), (0, 8), (-8, -13)]);
            shape("#4f7fa5", &[(16, 40), (28, 40), (28, 46), (16, 46), (16, 40)]);
            let (from, to) = both(figure, along(&[(-15, -12), (-17, 18), (-3, 66), (0, 124)]));
            canvas.line(look.seam, "3", &from, &to);
            let (from, to) = both(figure, along(&[(15, -12), (17, 18), (3, 66)]));
            canvas.line(look.seam, "3", &from, &to);
        }
        Outfit::Shirt => {
            shape(look.shade, &[(-8, -13), (8, -13), (0, 4), (-8, -13)]);
            let (from, to) = both(figure, along(&[(-14, -13), (-9, 6), (0, 2), (9, 6), (14, -13)]));
            canvas.line(look.seam, "4", &from, &to);
            let (from, to) = both(figure, along(&[(0, 4), (0, 106)]));
            canvas.line(look.seam, "3", &from, &to);
        }
        Outfit::Cardigan => {
            shape("#fbf3e4", &[(-12, -13), (12, -13), (6, 104), (-6, 104), (-12, -13)]);
            let (from, to) = both(figure, along(&[(-15, -13), (-7, 60), (-8, 106)]));
            canvas.line(look.seam, "4", &from, &to);
            let (from, to) = both(figure, along(&[(15, -13), (7, 60), (8, 106)]));
            canvas.line(look.seam, "4", &from, &to);
        }
    }
}

/// Behind the head, and before it.
fn hair(hair: Hair, gender: Gender) -> (&'static str, &'static str) {
    match (hair, gender) {
        (Hair::Short, Gender::Man) => {
            ("", r##"<path d="M-22 0Q-27-29 0-29 27-29 22 0 20-10 14-15 0-11-14-15-20-10-22 0Z"/>"##)
        }
        (Hair::Short, Gender::Woman) => (
            r##"<path d="M-25 8Q-29-30 0-30 29-30 25 8 20 18 14 14H-14Q-21 18-25 8Z"/>"##,
            r##"<path d="M-22 2Q-26-29 0-29 26-29 22 2 19-10 4-17-8-8-22 2Z"/>"##,
        ),
        (Hair::Long, _) => (
            r##"<path d="M-25 2Q-28-31 0-31 28-31 25 2L29 38Q22 45 14 41H-14Q-22 45-29 38Z"/>"##,
            r##"<path d="M-22 4Q-26-30 0-30 26-30 22 4 20-8 5-19-10-6-22 4Z"/>"##,
        ),
        (Hair::Bun, _) => (
            r##"<circle cy="-33" r="10"/><path d="M-23 4Q-27-30 0-30 27-30 23 4Z"/>"##,
            r##"<path d="M-22-1Q-25-29 0-29 25-29 22-1 17-15 0-18-17-15-22-1Z"/>"##,
        ),
        (Hair::Curly, _) => (
            r##"<path d="M-25 6Q-33 0-28-9-33-19-23-23-20-33-9-31 0-38 9-31 20-33 23-23 33-19 28-9 33 0 25 6 22 14 15 12H-15Q-22 14-25 6Z"/>"##,
            r##"<path d="M-22-2Q-27-14-18-20-12-29-2-26 8-31 15-22 26-17 22-2 17-12 9-12 2-17-6-12-16-14-22-2Z"/>"##,
        ),
        (Hair::Bald, _) => ("", r##"<path d="M-21 4Q-25-4-21-12-18-6-19 4ZM21 4Q25-4 21-12 18-6 19 4Z"/>"##),
        (Hair::Cap, _) => (
            r##"<path d="M-23 8Q-27-20 0-20 27-20 23 8Z"/>"##,
            r##"<path fill="#b4483c" d="M-24-7Q-24-31 0-31 24-31 24-7Z"/><path fill="#8e342b" d="M-24-8Q6-15 38-5 40 0 34 0 8-8-24-3Z"/>"##,
        ),
    }
}

fn head(canvas: &mut Canvas, person: Person, look: &Look, figure: &Figure) {
    let (behind, before) = hair(person.hair, person.gender);
    let (from, to) = both(figure, |frame| pair(frame.at[joint::HEAD]));
    canvas.moved("translate", &from, &to);
    let (from, to) = both(figure, |frame| frame.tilt.to_string());
    canvas.moved("rotate", &from, &to);
    canvas.add(&["<g stroke=\"none\" fill=\"", look.hair, "\">", behind, "</g>"]);
    canvas.add(&["<g stroke=\"none\" fill=\"", look.skin, "\">"]);
    canvas.add(&[r##"<circle cx="-21" cy="3" r="5"/><circle cx="21" cy="3" r="5"/><ellipse rx="21.500" ry="23.500"/>"##]);
    canvas.add(&["</g>"]);
    let (from, to) = both(figure, |frame| [frame.look.to_string(), "0".into()].join(" "));
    canvas.moved("translate", &from, &to);
    face(canvas, person, look, figure.speaks);
    canvas.add(&["</g><g stroke=\"none\" fill=\"", look.hair, "\">", before, "</g></g></g>"]);
}

/// A calm face, the same for good and bad.
fn face(canvas: &mut Canvas, person: Person, look: &Look, speaks: bool) {
    canvas.add(&[
        r##"<g stroke="none"><circle cx="-12" cy="8" r="4.500" fill="#e2664f" opacity=".28"/><circle cx="12" cy="8" r="4.500" fill="#e2664f" opacity=".28"/><ellipse cx="-8" cy="-1" rx="2.400" ry="3" fill="#2b1d18"/><ellipse cx="8" cy="-1" rx="2.400" ry="3" fill="#2b1d18"/></g><path stroke-width="2.200" stroke=""##,
        if person.age == Age::Older { look.shade } else { look.hair },
        r##"" d="M-12-8q4-3 8-1M4-9q4-2 8 1"/><path stroke-width="2.200" stroke=""##,
        look.shade,
        r##"" d="M0 0q4 6-1 7"/>"##,
    ]);
    if speaks {
        canvas.add(&[r##"<path fill="#7c2f2a" stroke="none" d="M-6 12q6 2 12 0-1 7-6 7t-6-7Z">"##]);
        if canvas.moves {
            canvas.add(&[
                r##"<animate attributeName="d" dur=".6s" repeatCount="8" values="M-6 12q6 2 12 0-1 7-6 7t-6-7Z;M-6 12q6 2 12 0-1 3-6 3t-6-3Z;M-6 12q6 2 12 0-1 7-6 7t-6-7Z"/>"##,
            ]);
        }
        canvas.add(&["</path>"]);
    } else {
        canvas.add(&[r##"<path stroke="#8a3b33" stroke-width="2.400" d="M-6 12.500q6 5 12 0"/>"##]);
    }
    if person.gender == Gender::Woman {
        canvas.add(&[r##"<path stroke="#2b1d18" stroke-width="1.600" d="M-10.500-2.500l-3-1.500M10.500-2.500l3-1.500"/>"##]);
    }
    if person.age == Age::Older {
        canvas.add(&[
            r##"<path stroke-width="1.400" stroke=""##,
            look.shade,
            r##"" d="M-16-1l-2.500-1.500M-16 2l-2.500 1M16-1l2.500-1.500M16 2l2.500 1M-9.500 15q-2-3-1-6M9.500 15q2-3 1-6"/>"##,
            r##"<path stroke="#5a4a3f" stroke-width="1.600" d="M-3-1q3-2.500 6 0M-13.500-1a5.500 5.500 0 1 1 0 .1M2.500-1a5.500 5.500 0 1 1 0 .1"/>"##,
        ]);
    } else if person.gender == Gender::Man && person.hair == Hair::Bald {
        canvas.add(&[
            r##"<path stroke="none" opacity=".85" fill="#3a2b25" d="M-15 8Q-13 24 0 24 13 24 15 8 12 15 7 16 0 9-7 16-12 15-15 8ZM-6 14q6 5 12 0-6-3-12 0Z"/>"##,
        ]);
    }
}
