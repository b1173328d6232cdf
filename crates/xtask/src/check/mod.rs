//! `cargo xtask test`: every check and test, one after the other, and one line at the end.

mod counts;
mod stages;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::process::{elapsed, heading, stopping};
use crate::setup::{self, Scope};
use counts::Tally;
use stages::{STAGES, Verdict};

/// Runs the stages named in `only`, or all of them.
///
/// # Errors
/// When a named stage doesn't exist, or the run was interrupted.
pub fn run(layout: &Layout, only: &[String]) -> Result<ExitCode> {
    let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("there is no stage `{unknown}`; the stages are {}", names.join(", "));
    }
    let start = Instant::now();
    let mut total = Tally::default();
    let mut failures: Vec<String> = Vec::new();
    if let Err(error) = setup::run(layout, Scope::Test) {
        // What is installed can still be checked; what is not fails in its own stage.
        total.failed += 1;
        failures.push(format!("setup: {error:#}"));
    }
    let chosen = STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name));
    for stage in chosen {
        eprintln!("\n── {} · {}", stage.name, stage.title);
        let begun = Instant::now();
        let verdict = (stage.run)(layout).unwrap_or_else(|error| Verdict {
            tally: Tally { passed: 0, failed: 1 },
            failures: vec![format!("{error:#}")],
        });
        if stopping() {
            bail!("stopped as asked");
        }
        for failure in &verdict.failures {
            eprintln!("{failure}");
        }
        let Tally { passed, failed } = verdict.tally;
        eprintln!("   {}: {passed} passed, {failed} failed in {}", stage.name, elapsed(begun.elapsed()));
        total += verdict.tally;
        failures.extend(verdict.failures.iter().map(|failure| format!("── {}\n{failure}", stage.name)));
    }
    if !failures.is_empty() {
        eprintln!("\nFailures, once more:\n{}", failures.join("\n"));
    }
    heading(&format!("All of it took {}", elapsed(start.elapsed())));
    println!("{} passed, {} failed", total.passed, total.failed);
    std::io::stdout().flush().context("writing to standard output")?;
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
