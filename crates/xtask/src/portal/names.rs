//! File names that change with the content, so that a host and a browser may keep them for ever.
//! Only the files that index.html names through placeholders are renamed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::files;
use crate::fingerprint;
use crate::layout::write;

/// The renamed files of a portal, relative to its base.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Module that loads the portal.
    pub js: String,
    /// The portal's first part.
    pub wasm: String,
    /// Its second part.
    pub later: String,
    /// The style of the second part.
    pub later_css: String,
    /// The sentences in English.
    pub english: String,
    /// The style that comes after the first paint, when there is one.
    pub css: Option<String>,
}

/// Renames the portal's main files in `stage` after the first 64 bits of their SHA-256. The English
/// sentences have their name from where the program has it. What belongs to the quiz is asked for by
/// the program itself, not by the page: its names are written into the part that asks.
///
/// # Errors
/// When Trunk left no portal, or a part does not name what it asks for.
pub fn hash_names(stage: &Path, english: String) -> Result<Named> {
    for file in files(stage)?.iter().filter_map(|file| file.strip_prefix("quiz/")) {
        let (stem, extension) = file.split_once('.').context("a file of the quiz has no extension")?;
        named_by(stage, "quiz.wasm", &format!("quiz/{stem}"), &format!(".{extension}"))?;
    }
    named_by(stage, "later.wasm", "quiz", ".wasm")?;
    named_by(stage, "later.wasm", "quiz", ".css")?;
    Ok(Named {
        english,
        js: rename(stage, "bon-geste", ".js")?,
        wasm: rename(stage, "bon-geste_bg", ".wasm")?,
        later: rename(stage, "later", ".wasm")?,
        later_css: rename(stage, "later", ".css")?,
        css: if stage.join("app.css").is_file() { Some(rename(stage, "app", ".css")?) } else { None },
    })
}

/// Stands in the program for the digits of a name that is not known while it is compiled.
const DIGITS: &str = "0000000000000000";

/// Renames a file and writes its name into the part that asks for it.
fn named_by(stage: &Path, part: &str, stem: &str, extension: &str) -> Result<()> {
    let name = rename(stage, stem, extension)?;
    let (file, asked) = (stage.join(part), format!("{stem}-{DIGITS}{extension}").into_bytes());
    let mut program = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
    let places: Vec<usize> =
        program.windows(asked.len()).enumerate().filter(|(_, w)| *w == asked).map(|(at, _)| at).collect();
    ensure!(!places.is_empty(), "{part} does not ask for {}", String::from_utf8_lossy(&asked));
    for at in places {
        program[at..at + asked.len()].copy_from_slice(name.as_bytes());
    }
    write(&file, program)
}

fn rename(stage: &Path, stem: &str, extension: &str) -> Result<String> {
    let old = stage.join(format!("{stem}{extension}"));
    let bytes = fs::read(&old)
        .with_context(|| format!("reading {}: the build should have written it", old.display()))?;
    let digest = fingerprint::of_bytes(&bytes);
    let name = format!("{stem}-{}{extension}", &digest[..16]);
    fs::rename(&old, stage.join(&name)).with_context(|| format!("renaming {}", old.display()))?;
    Ok(name)
}
