//! Build tools that come as Rust sources, at the exact versions the project is tried with, in a
//! folder of the project outside the checkout.

use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use super::Scope;
use crate::layout::Layout;
use crate::process::{shown, tail, watch};

struct Tool {
    name: &'static str,
    version: &'static str,
    /// Further arguments of `cargo install`.
    options: &'static [&'static str],
    scope: Scope,
    why: &'static str,
}

const TOOLS: [Tool; 6] = [
    // wasm-bindgen's library and its command line must match exactly: Cargo.toml pins the same.
    Tool {
        name: "wasm-bindgen-cli",
        version: "0.2.130",
        options: &[],
        scope: Scope::Build,
        why: "joins WebAssembly and the browser",
    },
    Tool {
        name: "trunk",
        version: "0.21.14",
        options: &["--no-default-features", "--features", "rustls"],
        scope: Scope::Build,
        why: "builds the portal's files",
    },
    Tool {
        name: "geckodriver",
        version: "0.37.1",
        options: &[],
        scope: Scope::Test,
        why: "drives Firefox for the tests",
    },
    Tool {
        name: "rage",
        version: "0.12.1",
        options: &[],
        scope: Scope::Test,
        why: "opens what the portal seals, as age does",
    },
    Tool {
        name: "garage",
        version: "2.5.0",
        // Without its other database and its other protocol, which nothing here asks for.
        options: &["--no-default-features", "--features", "bundled-libs,sqlite"],
        scope: Scope::Test,
        why: "keeps what patients send in an S3 store",
    },
    Tool {
        name: "rustus",
        version: "0.5.10",
        // It is measured: compiled as its users have it.
        options: &["--no-default-features", "--config", "profile.release.opt-level=3"],
        scope: Scope::Bench,
        why: "receives uploads, to be compared with",
    },
];

/// Installs the tools that are missing or of another version. Says whether it did something.
pub fn install(layout: &Layout, scope: Scope) -> Result<bool> {
    let root = layout.cargo_tools();
    let registered = fs::read_to_string(root.join(".crates.toml")).unwrap_or_default();
    let missing: Vec<&Tool> = TOOLS
        .iter()
        .filter(|tool| tool.scope <= scope && !is_registered(&registered, tool.name, tool.version))
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    // One build folder for all of them, so that what they share is compiled once.
    let build = layout.tools.join("cargo-build");
    for tool in missing {
        one(layout, tool, &build)?;
    }
    if build.exists() {
        fs::remove_dir_all(&build).with_context(|| format!("removing {}", build.display()))?;
    }
    Ok(true)
}

fn one(layout: &Layout, tool: &Tool, build: &std::path::Path) -> Result<()> {
    let command = |locked: bool| {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(["install", tool.name, "--version", &format!("={}", tool.version), "--root"])
            .arg(layout.cargo_tools())
            .args(tool.options)
            // The tools run for a second each: compiling them fast counts more (14 min against 2).
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_TARGET_DIR", build)
            .current_dir(&layout.root);
        if locked {
            command.arg("--locked");
        }
        command
    };
    fs::create_dir_all(&layout.tools).with_context(|| format!("making {}", layout.tools.display()))?;
    let Tool { name, version, why, .. } = tool;
    let title = format!("Tools: compiling {name} {version}, which {why} (once, some minutes)");
    let first = watch(&title, &mut command(true), None)?;
    if first.success {
        return Ok(());
    }
    // A mirror that lags behind can lack a version that the tool's own lockfile names.
    if !first.log.contains("candidate versions found which didn't match") {
        bail!("failed: {title}\n{}\nThe command was: {}", tail(&first.log, 40), shown(&command(true)));
    }
    crate::process::must(
        &format!("Tools: {name} again, with the newest dependencies that the registry has"),
        &mut command(false),
    )?;
    Ok(())
}

/// Whether cargo's own list of installed programs has this version of it.
fn is_registered(crates_toml: &str, name: &str, version: &str) -> bool {
    crates_toml.lines().any(|line| line.trim_start_matches('"').starts_with(&format!("{name} {version} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[v1]\n\"trunk 0.21.14 (registry+x)\" = [\"trunk\"]\n";

    #[test]
    fn another_version_of_a_tool_is_not_the_tool() {
        assert!(is_registered(LIST, "trunk", "0.21.14"));
        assert!(!is_registered(LIST, "trunk", "0.21.1"));
        assert!(!is_registered(LIST, "wasm-bindgen-cli", "0.21.14"));
    }
}
