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

/// The entries for those of `files` (relative to `stage`) that belong to the app: what is kept at once, and
/// what is kept once somebody has opened it.
///
/// # Errors
/// When a file can't be read.
pub fn entries(stage: &Path, files: &[String]) -> Result<(Vec<Entry>, Vec<Entry>)> {
    let (mut at_once, mut once_seen) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| belongs(file)) {
        let bytes = fs::read(stage.join(file)).with_context(|| format!("reading {file}"))?;
        let digest = fingerprint::of_bytes(&bytes);
        let entry = Entry { url: file.clone(), revision: digest[..16].to_owned() };
        if is_of_the_quiz(file) { once_seen.push(entry) } else { at_once.push(entry) }
    }
    Ok((at_once, once_seen))
}

/// The quiz: its program, its style, its questions. Not everybody plays.
fn is_of_the_quiz(file: &str) -> bool {
    file.starts_with("quiz/") || file.starts_with("quiz-")
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

/// Puts the lists and their version into the service worker's text, whether it comes from the source
/// or carries other lists already.
///
/// # Errors
/// When a constant that holds them isn't there exactly once.
pub fn inject(worker: &str, at_once: &[Entry], once_seen: &[Entry]) -> Result<String> {
    let text = |entries| serde_json::to_string(entries).context("writing the offline list");
    let (at_once, once_seen) = (text(at_once)?, text(once_seen)?);
    let both = [at_once.as_str(), &once_seen].concat();
    let version = format!("\"{}\"", &fingerprint::of_bytes(both.as_bytes())[..16]);
    let mut worker = worker.to_owned();
    for (name, value) in [("PRECACHE", at_once), ("ONCE_SEEN", once_seen), ("VERSION", version)] {
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
        let worker =
            "const PRECACHE = /* @precache */[];\nconst ONCE_SEEN = [];\nconst VERSION = /* @version */\"\";";
        let one = inject(worker, &[entry("1")], &[]).unwrap();
        let two = inject(worker, &[entry("2")], &[]).unwrap();
        let three = inject(worker, &[entry("1")], &[entry("3")]).unwrap();
        assert!(one.contains("const PRECACHE = [{\"url\":\"index.html\",\"revision\":\"1\"}];"));
        assert!(three.contains("const ONCE_SEEN = [{\"url\":\"index.html\",\"revision\":\"3\"}];"));
        for other in [&two, &three] {
            assert_ne!(one.lines().nth(2), other.lines().nth(2));
        }
        assert_eq!(one, inject(worker, &[entry("1")], &[]).unwrap());
        assert_eq!(one, inject(&three, &[entry("1")], &[]).unwrap(), "a list that is there gives way");
    }

    #[test]
    fn a_worker_without_its_list_is_refused() {
        let error = inject("const VERSION = \"\";", &[], &[]).unwrap_err().to_string();
        assert!(error.contains("const PRECACHE"), "{error}");
    }

    #[test]
    fn the_quiz_is_kept_once_it_was_opened() {
        for file in ["quiz/items.fr.json", "quiz-0123456789abcdef.wasm"] {
            assert!(belongs(file) && is_of_the_quiz(file), "{file}");
        }
        assert!(!is_of_the_quiz("index.html"));
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
