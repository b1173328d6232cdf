//! File names that change with the content, so that a host and a browser may keep them for ever.
//! Only the files that index.html names through placeholders are renamed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::fingerprint;

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
/// sentences have their name from where the program has it.
///
/// # Errors
/// When Trunk left no portal.
pub fn hash_names(stage: &Path, english: String) -> Result<Named> {
    Ok(Named {
        english,
        js: rename(stage, "bon-geste", ".js")?,
        wasm: rename(stage, "bon-geste_bg", ".wasm")?,
        later: rename(stage, "later", ".wasm")?,
        later_css: rename(stage, "later", ".css")?,
        css: if stage.join("app.css").is_file() { Some(rename(stage, "app", ".css")?) } else { None },
    })
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
