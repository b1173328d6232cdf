//! What comes from npm, exactly as the lockfiles say: `wasm-opt` and `terser` for the build, and the browser
//! drivers and foreign peers of the end-to-end tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Scope;
use crate::fingerprint;
use crate::layout::{Layout, on_path, read, write};
use crate::process::must;

const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs the packages that are missing or out of date. Says whether it did something.
pub fn install(layout: &Layout, scope: Scope) -> Result<bool> {
    let tools = layout.npm_tools();
    let source = layout.root.join("crates/xtask/npm");
    let mut changed = folder(&tools, &source, "wasm-opt and terser, which make the portal smaller")?;
    if scope >= Scope::Test {
        let e2e = layout.e2e();
        changed |= folder(&e2e, &e2e, "the packages that drive and check real browsers")?;
    }
    Ok(changed)
}

/// Installs in `folder` what the manifests in `source` name.
fn folder(folder: &Path, source: &Path, what: &str) -> Result<bool> {
    let lock = source.join("package-lock.json");
    let wanted = fingerprint::of_bytes(read(&lock)?.as_bytes());
    let stamp = folder.join("node_modules/.installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(false);
    }
    if !on_path("npm") {
        bail!("npm is not on PATH; install Node.js 20 or later (Debian: apt-get install nodejs npm)");
    }
    if folder != source {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        for name in MANIFESTS {
            let from = source.join(name);
            fs::copy(&from, folder.join(name)).with_context(|| format!("copying {}", from.display()))?;
        }
    }
    must(
        &format!("npm: installing {what}"),
        Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder),
    )?;
    write(&stamp, wanted)?;
    Ok(true)
}
