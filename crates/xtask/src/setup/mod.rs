//! Installing what a command needs and a fresh machine lacks. Everything already there is skipped
//! by looking at files only, so that the check costs no time.

mod cargo_tools;
mod debian;
mod npm;
mod python;
mod rust;

use std::time::Instant;

use anyhow::Result;

use crate::layout::Layout;
use crate::process::{elapsed, heading};

/// What the machine must be able to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Compile the portal.
    Build,
    /// Also prepare kits with video, and serve them.
    Serve,
    /// Also run every test in real browsers.
    Test,
    /// Also measure beside the programs of others.
    Bench,
}

/// Installs what is missing for `scope`.
///
/// # Errors
/// When an installation fails; the message names what to install by hand.
pub fn run(layout: &Layout, scope: Scope) -> Result<()> {
    let start = Instant::now();
    let changed = [
        rust::install(layout)?,
        debian::install(scope)?,
        cargo_tools::install(layout, scope)?,
        npm::install(layout, scope)?,
        python::install(layout, scope)?,
    ];
    if changed.contains(&true) {
        heading(&format!("Setup complete in {}", elapsed(start.elapsed())));
    }
    Ok(())
}
