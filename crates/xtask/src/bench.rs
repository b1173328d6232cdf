//! `cargo xtask bench`: the measurements of the README's figures, on the release build.

use std::process::Command;

use anyhow::{Result, bail};

use crate::clinic;
use crate::layout::Layout;
use crate::portal::{self, Base};
use crate::process::Started;
use crate::setup::{self, Scope};

/// Builds, and runs tests/e2e/bench.mjs, which opens clinics of its own and whose output is shown as
/// it comes.
///
/// # Errors
/// When the build or the measurement fails.
pub fn run(layout: &Layout, runs: u32, rest: &[String]) -> Result<()> {
    setup::run(layout, Scope::Test)?;
    portal::build(layout, &Base::parse("/")?)?;
    let program = clinic::build(layout)?;
    let mut bench = Started::new(
        Command::new("node")
            .arg("bench.mjs")
            .args(["--runs", &runs.to_string()])
            .args(rest)
            .env("PATH", layout.path()?)
            .env("CLINIC_BIN", program)
            .env("PORTAL_DIST", layout.dist())
            .current_dir(layout.e2e()),
    )?;
    let status = bench.wait()?;
    if !status.success() {
        bail!("the measurement failed ({status}); its own message is above");
    }
    Ok(())
}
