//! Drawn repetitions: SVG of a few KB that the portal puts into its own page, checked by content to
//! be made of nothing that acts.

use crate::{
    files,
    kit_toml::{AnimationSource, NamedFile},
    problem::{Outcome, Problem},
};
use care::{
    animation::{MOST_BYTES, allows_attribute, allows_element},
    kit::Animation,
    media::MediaRef,
};
use std::{fs, path::Path};

const SVG: &str = "http://www.w3.org/2000/svg";

/// Checks an exercise's drawings and stores them under `root`.
pub fn store(source: &AnimationSource, root: &Path) -> Outcome<Animation> {
    let one = |file: &NamedFile| -> Outcome<MediaRef> {
        check(file)?;
        files::store(root, &file.path, "image/svg+xml")
    };
    let easier = source.easier.as_ref().map(one).transpose()?;
    Ok(Animation { alt: source.alt.clone(), media: one(&source.file)?, easier })
}

/// Says what in a drawing the portal would refuse.
fn check(file: &NamedFile) -> Outcome<()> {
    let name = file.path.display();
    let wrong = |what: String, expected: &str| -> Problem {
        file.problem(what)
            .expected(expected)
            .to_do("Correct the drawing, or take it out: steps stand without it.")
    };
    let bytes = fs::read(&file.path).map_err(|e| Problem::io(&file.path, "cannot be read", &e))?;
    if bytes.len() as u64 > MOST_BYTES {
        let what = format!("{name} has {} bytes", bytes.len());
        return Err(wrong(what, "at most 8 KB: it must come where a film cannot").into());
    }
    let not_svg = |why: String| wrong(format!("{name} cannot be read as SVG: {why}"), "a plain SVG file");
    let text = std::str::from_utf8(&bytes).map_err(|e| not_svg(e.to_string()))?;
    let drawing = roxmltree::Document::parse(text).map_err(|e| not_svg(e.to_string()))?;
    let root = drawing.root_element();
    if !root.has_tag_name((SVG, "svg")) || !root.has_attribute("viewBox") {
        return Err(not_svg("its root is no <svg> with a viewBox".into()).into());
    }
    let length = root.attribute("data-duration-ms").and_then(|ms| ms.parse::<u32>().ok());
    if !length.is_some_and(|ms| (500..=120_000).contains(&ms)) {
        let what = format!("{name} does not say how long one repetition takes");
        return Err(wrong(what, "data-duration-ms=\"4000\" on its <svg>, 500 to 120000").into());
    }
    for element in drawing.descendants().filter(|n| n.is_element()) {
        let tag = element.tag_name();
        let acts =
            element.attributes().find(|a| a.namespace().is_some() || !allows_attribute(a.name(), a.value()));
        if tag.namespace() != Some(SVG) || !allows_element(tag.name()) || acts.is_some() {
            let attribute = acts.map(|a| format!(" {}=\"{}\"", a.name(), a.value())).unwrap_or_default();
            let line = drawing.text_pos_at(element.range().start).row;
            let what = format!("line {line} of {name} has <{}{attribute}>", tag.name());
            return Err(
                wrong(what, "shapes and their movement, without style, script, link or reference").into()
            );
        }
    }
    Ok(())
}
