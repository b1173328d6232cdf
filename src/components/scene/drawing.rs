//! A scene as SVG: the place, the person with what is held or sat upon, and what lies over the picture.

use super::{
    person::{self, Canvas},
    places,
    poses::{Prop, figure},
};
use care::quiz::item::{Decoy, Platform, Scene};

/// What a picture shows of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// As the platform shows it.
    Whole(Platform),
    /// The person’s head and shoulders, for a round picture beside a name.
    Face,
}

/// `viewBox` of a cut, for a person who is filmed from near or not.
fn view_box(cut: Cut, near: bool) -> &'static str {
    match (cut, near) {
        (Cut::Face, _) => "198 42 84 84",
        (Cut::Whole(Platform::Short), true) => "174 44 132 165",
        (Cut::Whole(Platform::Short), false) => "120 8 240 300",
        (Cut::Whole(Platform::Feed), true) => "160 44 160 160",
        (Cut::Whole(Platform::Feed), false) => "100 24 280 280",
        (Cut::Whole(Platform::Long), true) => "120 44 240 135",
        (Cut::Whole(Platform::Long), false) => "26 52 427 240",
        (Cut::Whole(_), true) => "140 44 200 150",
        (Cut::Whole(_), false) => "60 34 360 270",
    }
}

/// `viewBox` and inside of a scene. Without `moves` it stands still.
pub fn draw(scene: &Scene, decoys: &[Decoy], cut: Cut, moves: bool) -> (&'static str, String) {
    let mut canvas = Canvas { text: String::new(), moves: moves && cut != Cut::Face };
    if cut == Cut::Face {
        // The same head, standing before a plain ground, whatever the person does in the film.
        let figure = figure(care::quiz::item::Pose::NeckTurn);
        let still = super::poses::Figure { from: super::poses::Frame { look: 0, ..figure.from }, ..figure };
        canvas.add(&["<path fill=\"#d7e4dd\" d=\"M0 0h480v320H0z\"/>"]);
        person::bust(&mut canvas, scene.person, &still);
        return (view_box(cut, true), canvas.text);
    }
    let figure = figure(scene.pose);
    let (wall, floor, things) = places::place(scene.setting);
    canvas.add(&["<path fill=\"", wall, "\" d=\"M0 0h480v320H0z\"/>"]);
    canvas.add(&["<path fill=\"", floor, "\" d=\"M0 256h480v64H0z\"/>", things]);
    if !figure.near {
        let wide = if figure.prop == Prop::Mat { "118" } else { "52" };
        canvas.add(&["<ellipse cx=\"244\" cy=\"284\" rx=\"", wide, "\" ry=\"8\" opacity=\".16\"/>"]);
    }
    let (behind, before) = places::prop(figure.prop);
    canvas.add(&[behind]);
    person::draw(&mut canvas, scene.person, &figure);
    canvas.add(&[before]);
    if decoys.contains(&Decoy::Polished) {
        canvas.add(&[POLISH]);
    }
    if decoys.contains(&Decoy::Amateur) {
        canvas.add(&[GRAIN]);
    }
    (view_box(cut, figure.near), canvas.text)
}

/// Light from above, as a studio has it.
const POLISH: &str = r##"<path fill="#fff" opacity=".14" d="M96 0h90l-60 320H0zM250 0h34l-60 320h-44z"/>"##;

/// An evening’s yellow lamp.
const GRAIN: &str = r##"<path fill="#e2a04a" opacity=".13" d="M0 0h480v320H0z"/>"##;
