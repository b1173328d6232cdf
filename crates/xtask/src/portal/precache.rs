//! The list of files that the service worker keeps offline, each with a revision that changes with
//! its content, and the version of the whole.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::fingerprint;

/// One file of the list.
#[derive(Serialize)]
pub struct Entry {
    /// Address relative to the portal's base.
    url: String,
    /// First 64 bits of the content's SHA-256, in hexadecimal.
    revision: String,
}

/// The entries for those of `files` (relative to `stage`) that belong to the app.
///
/// # Errors
/// When a file can't be read.
pub fn entries(stage: &Path, files: &[String]) -> Result<Vec<Entry>> {
    files
        .iter()
        .filter(|file| belongs(file))
        .map(|file| {
            let bytes = fs::read(stage.join(file)).with_context(|| format!("reading {file}"))?;
            let digest = fingerprint::of_bytes(&bytes);
            Ok(Entry { url: file.clone(), revision: digest[..16].to_owned() })
        })
        .collect()
}

/// Not the worker itself, nor what only servers or other people's pages read, nor other forms of the same
/// file, nor the reader of QR codes: it is heavy, rarely needed, and adding a kit needs the network anyway.
fn belongs(file: &str) -> bool {
    !(matches!(file, "sw.js" | "headers.json" | "404.html" | "robots.txt")
        || file.starts_with("embed")
        || file.starts_with("qr_worker")
        || file.starts_with("deploy/")
        || file.ends_with(".br"))
}

/// Puts the list and its version into the service worker's text, whether it comes from the source
/// or carries another list already.
///
/// # Errors
/// When a constant that holds them isn't there exactly once.
pub fn inject(worker: &str, entries: &[Entry]) -> Result<String> {
    let list = serde_json::to_string(entries).context("writing the offline list")?;
    let version = format!("\"{}\"", &fingerprint::of_bytes(list.as_bytes())[..16]);
    let mut worker = worker.to_owned();
    for (name, value) in [("PRECACHE", list), ("VERSION", version)] {
        let start = format!("const {name} = ");
        let parts: Vec<&str> = worker.split(&start).collect();
        let [before, after] = parts[..] else {
            bail!("`{start}…` is there {} times, expected once", parts.len() - 1);
        };
        let Some(end) = after.find(';') else { bail!("`{start}…` has no `;` at its end") };
        worker = format!("{before}{start}{value}{}", &after[end..]);
    }
    Ok(worker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(revision: &str) -> Entry {
        Entry { url: "index.html".into(), revision: revision.into() }
    }

    #[test]
    fn the_list_and_a_version_that_follows_it_reach_the_worker() {
        let worker = "const PRECACHE = /* @precache */[];\nconst VERSION = /* @version */\"\";";
        let one = inject(worker, &[entry("1")]).unwrap();
        let two = inject(worker, &[entry("2")]).unwrap();
        assert!(one.contains("const PRECACHE = [{\"url\":\"index.html\",\"revision\":\"1\"}];"));
        assert_ne!(one.lines().nth(1), two.lines().nth(1));
        assert_eq!(one, inject(worker, &[entry("1")]).unwrap());
        assert_eq!(one, inject(&two, &[entry("1")]).unwrap(), "a list that is there gives way");
    }

    #[test]
    fn a_worker_without_its_list_is_refused() {
        let error = inject("const VERSION = \"\";", &[]).unwrap_err().to_string();
        assert!(error.contains("const PRECACHE"), "{error}");
    }

    #[test]
    fn what_only_servers_read_is_not_kept_offline() {
        for file in [
            "sw.js",
            "headers.json",
            "embed.html",
            "embed.js",
            "embed-headers.json",
            "404.html",
            "deploy/nginx.conf",
            "a.js.br",
            "qr_worker.js",
            "qr_worker_bg.wasm",
        ] {
            assert!(!belongs(file), "{file}");
        }
        for file in ["index.html", "a.js", "a.wasm", "icons/a.png", "manifest.webmanifest"] {
            assert!(belongs(file), "{file}");
        }
    }
}
