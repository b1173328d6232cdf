//! The stages of `cargo xtask test`, in the order in which they are cheapest to fail.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::counts::{self, Tally};
use crate::bench::browser_tests;
use crate::clinic;
use crate::layout::{Layout, find_on_path};
use crate::portal::{self, Base};
use crate::process::{Outcome, shown, tail, watch};

const WASM: &str = "wasm32-unknown-unknown";
/// All crates but the portal's. With the companion's object store, whose tests want Garage: as one more
/// feature of the same build it costs its own libraries, as a build by itself all the others again.
const NATIVE: [&str; 5] = ["--workspace", "--exclude", "bon-geste", "--features", "clinic/s3"];

/// The kit that the tests' clinics publish.
const DEMO_KIT: &str = "content/demo/kits/apres-une-chute";

/// One group of checks.
pub struct Stage {
    /// Short name, as for `--only`.
    pub name: &'static str,
    /// What it proves.
    pub title: &'static str,
    /// Does it.
    pub run: fn(&Layout) -> Result<Verdict>,
}

/// What a stage found.
pub struct Verdict {
    /// How many checks passed and failed.
    pub tally: Tally,
    /// What to read about the failures.
    pub failures: Vec<String>,
}

/// All stages. The portal's crate is for the browser: natively only those of its tests run that need none.
pub const STAGES: [Stage; 10] = [
    Stage { name: "fmt", title: "the sources are formatted", run: fmt },
    Stage { name: "clippy", title: "no warning in native code", run: clippy },
    Stage { name: "clippy-wasm", title: "no warning in the portal", run: clippy_wasm },
    Stage { name: "docs", title: "the documentation builds without warnings", run: docs },
    Stage { name: "native", title: "domain, companion, object store, build tool, source rules", run: native },
    Stage { name: "portal-native", title: "the portal's sentences and drawings", run: portal_native },
    Stage { name: "browser", title: "the portal's own tests, in Chromium", run: browser },
    Stage { name: "portal", title: "release build and size gate", run: release },
    Stage { name: "companion", title: "release build with the portal inside", run: companion },
    Stage { name: "e2e", title: "whole paths in real browsers", run: e2e },
];

fn cargo(layout: &Layout, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).env("CARGO_TERM_COLOR", "never").current_dir(&layout.root);
    command
}

fn log_file(layout: &Layout, name: &str) -> PathBuf {
    layout.work().join("logs").join(format!("{name}.log"))
}

/// Runs commands that each prove one thing by ending with success.
fn checks(layout: &Layout, name: &str, commands: Vec<(&str, Command)>) -> Result<Verdict> {
    let mut verdict = Verdict { tally: Tally::default(), failures: Vec::new() };
    for (title, mut command) in commands {
        let log = log_file(layout, name);
        let outcome = watch(title, &mut command, Some(&log))?;
        if outcome.success {
            verdict.tally.passed += 1;
        } else {
            verdict.tally.failed += 1;
            verdict.failures.push(format!(
                "{}\nThe command was: {}",
                tail(&outcome.log, 120),
                shown(&command)
            ));
        }
    }
    Ok(verdict)
}

/// Judges a test runner by its end and its numbers.
fn verdict(layout: &Layout, name: &str, outcome: &Outcome, counted: Tally, excerpt: String) -> Verdict {
    let tally = counts::judged(outcome.success, counted);
    let failures = if tally.failed == 0 {
        Vec::new()
    } else {
        let log = log_file(layout, name);
        let place = log.strip_prefix(&layout.root).unwrap_or(&log);
        let why = if counted == Tally::default() { "no test ran\n" } else { "" };
        vec![format!("{why}{excerpt}\nThe whole output is in {}", place.display())]
    };
    Verdict { tally, failures }
}

fn fmt(layout: &Layout) -> Result<Verdict> {
    // The fuzz targets are a workspace of their own, as cargo-fuzz wants it.
    let fuzz = ["fmt", "--manifest-path", "crates/clinic/fuzz/Cargo.toml", "--check"];
    checks(
        layout,
        "fmt",
        vec![
            ("cargo fmt", cargo(layout, &["fmt", "--all", "--check"])),
            ("cargo fmt, fuzz targets", cargo(layout, &fuzz)),
        ],
    )
}

fn clippy(layout: &Layout) -> Result<Verdict> {
    let mut native = cargo(layout, &["clippy", "--locked", "--all-targets"]);
    native.args(NATIVE).args(["--", "-D", "warnings"]);
    checks(layout, "clippy", vec![("clippy, native", native)])
}

fn clippy_wasm(layout: &Layout) -> Result<Verdict> {
    let portal = cargo(
        layout,
        &[
            "clippy",
            "--locked",
            "--package",
            "bon-geste",
            "--target",
            WASM,
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    );
    checks(layout, "clippy-wasm", vec![("clippy, wasm32", portal)])
}

fn docs(layout: &Layout) -> Result<Verdict> {
    let doc = |arguments: &[&str]| {
        let mut command = cargo(layout, &["doc", "--locked", "--no-deps", "--document-private-items"]);
        command.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
        command
    };
    checks(
        layout,
        "docs",
        vec![
            ("rustdoc, native", doc(&NATIVE)),
            ("rustdoc, wasm32", doc(&["--package", "bon-geste", "--lib", "--target", WASM])),
        ],
    )
}

fn native(layout: &Layout) -> Result<Verdict> {
    rust_tests(layout, "native", &NATIVE)
}

fn portal_native(layout: &Layout) -> Result<Verdict> {
    rust_tests(layout, "portal-native", &["--package", "bon-geste", "--lib", "--bins"])
}

fn rust_tests(layout: &Layout, name: &str, of: &[&str]) -> Result<Verdict> {
    let mut command = cargo(layout, &["test", "--locked", "--no-fail-fast"]);
    command.args(of).env("PATH", layout.path()?);
    let outcome = watch("cargo test", &mut command, Some(&log_file(layout, name)))?;
    Ok(verdict(layout, name, &outcome, counts::rust(&outcome.log), rust_failures(&outcome.log)))
}

fn browser(layout: &Layout) -> Result<Verdict> {
    let driver = find_on_path("chromedriver")
        .context("chromedriver is not on PATH; `cargo xtask setup` installs it (Debian: chromium-driver)")?;
    let mut command = cargo(layout, &["test", "--locked", "--package", "bon-geste", "--target", WASM]);
    command
        .args(["--lib", "--bins", "--tests", "--no-fail-fast"])
        .env("PATH", layout.path()?)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", layout.root.join("webdriver.json"))
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    let outcome = watch("cargo test, in Chromium", &mut command, Some(&log_file(layout, "browser")))?;
    Ok(verdict(layout, "browser", &outcome, counts::rust(&outcome.log), rust_failures(&outcome.log)))
}

fn release(layout: &Layout) -> Result<Verdict> {
    portal::build(layout, &Base::parse("/")?)?;
    let mut verdict = Verdict { tally: Tally { passed: 1, failed: 0 }, failures: Vec::new() };
    match portal::enforce_gate(layout) {
        Ok(()) => verdict.tally.passed += 1,
        Err(error) => {
            verdict.tally.failed += 1;
            verdict.failures.push(format!("{error:#}"));
        }
    }
    Ok(verdict)
}

fn companion(layout: &Layout) -> Result<Verdict> {
    clinic::build(layout)?;
    Ok(Verdict { tally: Tally { passed: 1, failed: 0 }, failures: Vec::new() })
}

/// Files of browser tests that keep time, film, or drive the heavier browsers: one after the other, by
/// themselves.
const ALONE: [&str; 5] =
    ["clip.test.mjs", "demo.test.mjs", "library.test.mjs", "other-engines.test.mjs", "session.test.mjs"];

fn e2e(layout: &Layout) -> Result<Verdict> {
    // Built already when all stages run; a stage that failed to build must not test an old portal.
    portal::build(layout, &Base::parse("/")?)?;
    let program = clinic::build(layout)?;
    // Every clinic of the tests is a copy of this one.
    let mut pack = Command::new(&program);
    pack.args(["pack", DEMO_KIT]).current_dir(&layout.root);
    let mut found = checks(layout, "pack", vec![("clinic pack, the demonstration", pack)])?;
    let folder = layout.e2e();
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("listing {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    let (alone, together): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| ALONE.iter().any(|name| file.ends_with(name)));
    // Most of what they do is wait for a browser that waits for a slow line: two at a time.
    for (name, files, at_once) in [("e2e", together, 2), ("e2e-alone", alone, 1)] {
        let mut command = browser_tests(layout, &program)?;
        command
            .args(["--test", "--test-reporter=spec", &format!("--test-concurrency={at_once}")])
            .args(&files);
        let title = format!("node --test tests/e2e, {at_once} at a time");
        let outcome = watch(&title, &mut command, Some(&log_file(layout, name)))?;
        let excerpt = match outcome.log.find("✖ failing tests:") {
            Some(at) => outcome.log[at..].to_owned(),
            None => tail(&outcome.log, 120),
        };
        let more = verdict(layout, name, &outcome, counts::node(&outcome.stdout), excerpt);
        found.tally += more.tally;
        found.failures.extend(more.failures);
    }
    Ok(found)
}

/// What Rust's test runners and compiler say about failures, without the tests that passed.
fn rust_failures(log: &str) -> String {
    let telling: Vec<&str> = log
        .lines()
        .filter(|line| {
            let line = line.trim();
            !(line.ends_with("... ok") || line.starts_with("Compiling ") || line.is_empty())
        })
        .collect();
    tail(&telling.join("\n"), 150)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_of_a_failed_run_leaves_out_what_went_well() {
        let log = "   Compiling a v1\ntest one ... ok\ntest two ... FAILED\n\npanicked at x\n";
        assert_eq!(rust_failures(log), "test two ... FAILED\npanicked at x");
    }
}
