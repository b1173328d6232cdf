//! Brotli at its highest level, once, so that no server has to.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::layout::write;

const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "mjs", "svg", "txt", "wasm", "webmanifest"];

/// What one file of the portal weighs, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Path relative to the portal.
    pub file: String,
    /// As it is.
    pub raw: u64,
    /// As it travels: compressed where that helps.
    pub wire: u64,
}

/// Writes `FILE.br` beside every compressible one of `files` (relative to `stage`).
///
/// # Errors
/// When a file can't be read or written.
pub fn all(stage: &Path, files: &[String]) -> Result<()> {
    for file in files.iter().filter(|file| compressible(file)) {
        let raw = fs::read(stage.join(file)).with_context(|| format!("reading {file}"))?;
        let small = brotli(&raw).with_context(|| format!("compressing {file}"))?;
        if small.len() < raw.len() {
            write(&stage.join(format!("{file}.br")), small)?;
        }
    }
    Ok(())
}

/// The weights of all files in `dist`, the compressed forms counted with their originals.
///
/// # Errors
/// When the folder can't be read.
pub fn weights(dist: &Path) -> Result<Vec<Weight>> {
    let size = |file: &str| fs::metadata(dist.join(file)).map(|data| data.len());
    super::files(dist)?
        .into_iter()
        .filter(|file| !file.ends_with(".br"))
        .map(|file| {
            let raw = size(&file).with_context(|| format!("reading {file}"))?;
            let wire = size(&format!("{file}.br")).unwrap_or(raw);
            Ok(Weight { file, raw, wire })
        })
        .collect()
}

/// Files for the server's own use are read from disk, not sent.
fn compressible(file: &str) -> bool {
    let extension = file.rsplit('.').next().unwrap_or_default();
    COMPRESSIBLE.contains(&extension) && file != "headers.json" && !file.starts_with("deploy/")
}

fn brotli(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*raw, &mut out, &params)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_was_compressed_comes_back_byte_for_byte() {
        let raw = "Après une chute. ".repeat(500);
        let small = brotli(raw.as_bytes()).unwrap();
        assert!(small.len() < raw.len() / 10);
        let mut back = String::new();
        brotli::Decompressor::new(small.as_slice(), 4096).read_to_string(&mut back).unwrap();
        assert_eq!(back, raw);
    }

    #[test]
    fn pictures_and_server_files_are_left_as_they_are() {
        assert!(compressible("a.wasm") && compressible("icons/a.svg"));
        assert!(
            !compressible("a.png") && !compressible("headers.json") && !compressible("deploy/nginx.conf")
        );
    }
}
