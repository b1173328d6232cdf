//! What comes from PyPI, exactly as tests/e2e/requirements.txt says: a validator of FHIR written by
//! others, in an environment of its own outside the checkout.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Scope;
use crate::fingerprint;
use crate::layout::{Layout, on_path, read, write};
use crate::process::must;

/// Installs the packages that are missing or out of date. Says whether it did something.
pub fn install(layout: &Layout, scope: Scope) -> Result<bool> {
    if scope < Scope::Test {
        return Ok(false);
    }
    let folder = layout.python();
    let requirements = layout.e2e().join("requirements.txt");
    let wanted = fingerprint::of_bytes(read(&requirements)?.as_bytes());
    let stamp = folder.join(".installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(false);
    }
    if !on_path("python3") {
        bail!("python3 is not on PATH; install Python 3.11 or later (Debian: apt-get install python3-venv)");
    }
    // Anew, so that nothing of an earlier list stays.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    must("Python: making an environment", Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    must(
        "Python: installing a FHIR validator",
        Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"])
            .arg(&requirements),
    )?;
    write(&stamp, wanted)?;
    Ok(true)
}
