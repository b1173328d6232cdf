//! `cargo xtask bench`: the measurements, on the release build.

use std::process::Command;

use anyhow::{Result, bail};

use crate::clinic;
use crate::layout::Layout;
use crate::portal::{self, Base};
use crate::process::{Started, heading};
use crate::setup::{self, Scope};

/// Builds what changed and runs tests/e2e/bench.mjs, which serves clinics of its own and whose
/// output is shown as it comes.
///
/// # Errors
/// When the build or the measurement fails.
pub fn run(layout: &Layout, runs: u32, rest: &[String]) -> Result<()> {
    setup::run(layout, Scope::Bench)?;
    portal::build(layout, &Base::parse("/")?)?;
    let program = clinic::build(layout)?;
    heading("Measuring on a slow line and a slow phone (takes minutes)");
    let status = Started::new(
        browser_tests(layout, &program)?.arg("bench.mjs").args(["--runs", &runs.to_string()]).args(rest),
    )?
    .wait()?;
    if !status.success() {
        bail!("the measurement failed ({status}); its own message is above");
    }
    Ok(())
}

/// Node in the folder of the end-to-end tests, told where the parts under test are.
///
/// # Errors
/// When the tools' folder can't be part of `PATH`.
pub fn browser_tests(layout: &Layout, clinic: &std::path::Path) -> Result<Command> {
    let mut command = Command::new("node");
    command
        .env("PATH", layout.path()?)
        .env("CLINIC_BIN", clinic)
        .env("PORTAL_DIST", layout.dist())
        .env("XTASK_BIN", &layout.program)
        .env("BON_GESTE_PYTHON", layout.python().join("bin/python"))
        .env("BON_GESTE_GECKODRIVER", layout.cargo_tools().join("bin/geckodriver"))
        .env("BON_GESTE_RUSTUS", layout.cargo_tools().join("bin/rustus"))
        .current_dir(layout.e2e());
    Ok(command)
}
