//! Drawn repetitions, a question and beliefs in a kit: what is sound travels, what acts or makes no
//! sense is refused with file, place and remedy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{KIT, clinic, draft, refused, succeed, write_kit};
use std::fs;

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" data-duration-ms=\"4000\">\n<title>x</title>\n\
    <path d=\"M0 0h1\"><animate attributeName=\"d\" dur=\"4s\" repeatCount=\"indefinite\" values=\"M0 0h1;M0 0h2;M0 0h1\"/></path>\n</svg>\n";

const MORE: &str = r#"
[exercises.animation]
file = "stand.svg"
alt = { fr = "Elle se lève.", en = "She stands up." }
[exercises.teach_back]
question = "Où sont vos mains ?"
answers = ["Sur la chaise.", "En l’air."]
right = 1
because = "La chaise aide."
"#;

/// The sound kit with an exercise's tables at its end, and this drawing.
fn kit(dir: &std::path::Path, more: &str, svg: &str) -> std::path::PathBuf {
    let kit = write_kit(dir, &format!("{KIT}{more}"));
    fs::write(kit.join("stand.svg"), svg).unwrap();
    kit
}

#[test]
fn a_sound_drawing_and_a_question_travel_with_the_exercise() {
    let dir = tempfile::tempdir().unwrap();
    let kit = kit(dir.path(), MORE, SVG);
    succeed(clinic().arg("pack").arg(&kit));
    let draft = draft(&kit);
    let exercise = &draft["exercises"][0];
    assert_eq!(exercise["animation"]["media"]["type"], "image/svg+xml");
    assert_eq!(exercise["animation"]["media"]["bytes"], SVG.len());
    let name = format!("m/{}.svg", exercise["animation"]["media"]["sha256"].as_str().unwrap());
    assert_eq!(fs::read_to_string(kit.join("packed").join(name)).unwrap(), SVG);
    assert_eq!(exercise["teach_back"]["right"], 1);
}

#[test]
fn a_drawing_that_acts_is_no_svg_or_is_too_heavy_is_refused_by_its_line() {
    let bent = |from: &str, to: &str| SVG.replace(from, to);
    for (svg, said) in [
        (bent("<title>x</title>", "<script>alert(1)</script>"), "line 2"),
        (bent("<path ", "<path onclick=\"alert(1)\" "), "onclick"),
        (bent("<path ", "<path style=\"fill:red\" "), "style"),
        (bent("<path ", "<path fill=\"url(https://example.org/#p)\" "), "url("),
        (bent("attributeName=\"d\"", "attributeName=\"href\""), "attributeName"),
        (bent("data-duration-ms=\"4000\"", ""), "data-duration-ms"),
        (bent("</svg>", ""), "cannot be read as SVG"),
        (bent("M0 0h2", &"M0 0h2".repeat(2000)), "at most 8 KB"),
        ("<html/>".to_owned(), "no <svg>"),
        (String::new(), "cannot be read as SVG"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let kit = kit(dir.path(), MORE, &svg);
        refused(clinic().arg("pack").arg(&kit), &["stand.svg", "animation.file", said, "What to do"]);
    }
}

#[test]
fn a_question_needs_two_or_three_answers_of_which_one_is_right() {
    for (from, to, said) in [
        ("right = 1", "right = 3", "right"),
        ("right = 1", "right = 0", "right"),
        ("[\"Sur la chaise.\", \"En l’air.\"]", "[\"Sur la chaise.\"]", "two or three answers"),
        ("because = \"La chaise aide.\"", "", "because"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let kit = kit(dir.path(), &MORE.replace(from, to), SVG);
        let out = clinic().arg("pack").arg(&kit).output().unwrap();
        let words = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
        assert!(words.contains("teach_back") && words.contains(said), "{to}: {words}");
    }
}

#[test]
fn a_source_that_backs_a_step_which_is_not_there_is_a_slip() {
    let dir = tempfile::tempdir().unwrap();
    let backed = KIT.replace("guide\" }", "guide\", supports = [\"why\", \"steps.99\"] }");
    let kit = write_kit(dir.path(), &backed);
    refused(clinic().arg("pack").arg(&kit), &["steps.99", "supports[2]"]);
}
