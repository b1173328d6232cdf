//! `cargo xtask bench`: the measurements, against a release build served by the companion.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::layout::Layout;
use crate::process::Started;
use crate::serve;
use crate::setup::{self, Scope};

/// Builds, serves, and runs tests/e2e/bench.mjs, whose output is shown as it comes.
///
/// # Errors
/// When the server or the measurement fails.
pub fn run(layout: &Layout, runs: u32, rest: &[String]) -> Result<()> {
    setup::run(layout, Scope::Test)?;
    let served = serve::launch(layout, None, Path::new("demo"))?;
    let mut bench = Started::new(
        Command::new("node")
            .arg("bench.mjs")
            .args(["--portal", &served.portal, "--link", &served.link, "--runs", &runs.to_string()])
            .args(rest)
            .env("PATH", layout.path()?)
            .env("PORTAL_DIST", layout.dist())
            .current_dir(layout.e2e()),
    )?;
    let status = bench.wait()?;
    if !status.success() {
        bail!("the measurement failed ({status}); its own message is above");
    }
    Ok(())
}
