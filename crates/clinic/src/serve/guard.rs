//! What must never be served: a desk, or a private key wherever it was left.

use crate::{
    folder::looks_private,
    problem::{Outcome, Problem},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A clinic's public folder, checked.
pub fn public_folder(dir: &Path) -> Outcome<PathBuf> {
    let root = folder(dir)?;
    if !root.join("jwks.json").is_file() {
        return Err(Problem::new(dir, "is not a clinic’s public folder: it holds no jwks.json")
            .expected("DIR/public of a clinic made by clinic init")
            .to_do("For instance: clinic serve my-clinic/public")
            .into());
    }
    Ok(root)
}

/// A folder without a desk or a private key anywhere in it.
pub fn folder(dir: &Path) -> Outcome<PathBuf> {
    let root = fs::canonicalize(dir).map_err(|e| Problem::io(dir, "cannot be found", &e))?;
    if !root.is_dir() {
        return Err(Problem::new(dir, "is not a folder").into());
    }
    if root.components().any(|c| c.as_os_str() == "desk") {
        return Err(private(&root, "lies inside a desk"));
    }
    look(&root)?;
    Ok(root)
}

/// What the server writes to: no private key there either, so that who breaks in reads nothing.
/// What patients sent is not looked into: nobody may keep the server from starting by sending a key.
pub fn server_folder(dir: &Path) -> Outcome<PathBuf> {
    let root = fs::canonicalize(dir).map_err(|e| Problem::io(dir, "cannot be found", &e))?;
    if root.components().any(|c| c.as_os_str() == "desk") || root.join("desk").exists() {
        return Err(private(&root, "is, or holds, a clinic’s desk"));
    }
    let listing = fs::read_dir(&root).map_err(|e| Problem::io(dir, "cannot be read", &e))?;
    for entry in listing.flatten() {
        let path = entry.path();
        if entry.file_name() == "items" || entry.file_name() == "uploads" {
            continue;
        }
        if path.is_dir() {
            look(&path)?;
        } else if looks_private(&path) {
            return Err(private(&path, "holds a private key"));
        }
    }
    Ok(root)
}

fn look(dir: &Path) -> Outcome<()> {
    let listing = fs::read_dir(dir).map_err(|e| Problem::io(dir, "cannot be read", &e))?;
    for entry in listing.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if entry.file_name() == "desk" && path.is_dir() {
            return Err(private(&path, "is a clinic’s desk"));
        }
        if kind.is_dir() {
            look(&path)?;
        } else if kind.is_file() && !is_content_addressed(&path) && looks_private(&path) {
            return Err(private(&path, "holds a private key"));
        }
    }
    Ok(())
}

/// Media are many and their names are made by `publish`: a key does not get there by mistake.
fn is_content_addressed(path: &Path) -> bool {
    path.file_stem().and_then(|s| s.to_str()).is_some_and(care::media::is_hash)
}

fn private(path: &Path, what: &str) -> crate::Problems {
    Problem::new(path, format!("{what}: it is not served"))
        .expected("a folder with nothing private in it")
        .to_do("Serve DIR/public only, and keep keys in DIR/desk.")
        .into()
}
