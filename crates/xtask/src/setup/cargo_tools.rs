//! Build tools that come as Rust sources, at the exact versions the project is tried with, in a
//! folder of the project outside the checkout.

use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::Scope;
use crate::layout::Layout;
use crate::process::{shown, tail, watch};

struct Tool {
    name: &'static str,
    version: &'static str,
    /// These features alone, instead of those it comes with.
    features: Option<&'static [&'static str]>,
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
        features: None,
        options: &[],
        scope: Scope::Build,
        why: "joins WebAssembly and the browser",
    },
    Tool {
        name: "trunk",
        version: "0.21.14",
        features: Some(&["rustls"]),
        options: &[],
        scope: Scope::Build,
        why: "builds the portal's files",
    },
    Tool {
        name: "geckodriver",
        version: "0.37.1",
        features: None,
        options: &[],
        scope: Scope::Test,
        why: "drives Firefox for the tests",
    },
    Tool {
        name: "rage",
        version: "0.12.1",
        features: None,
        options: &[],
        scope: Scope::Test,
        why: "opens what the portal seals, as age does",
    },
    Tool {
        name: "garage",
        version: "2.5.0",
        // Without its other database and its other protocol, which nothing here asks for.
        features: Some(&["bundled-libs", "sqlite"]),
        options: &[],
        scope: Scope::Test,
        why: "keeps what patients send in an S3 store",
    },
    Tool {
        name: "rustus",
        version: "0.5.10",
        // It is measured: compiled as its users have it, with the hashes that a piece is checked by.
        features: Some(&["hashers"]),
        options: &["--config", "profile.release.opt-level=3"],
        scope: Scope::Bench,
        why: "receives uploads, to be compared with",
    },
];

/// Installs the tools that are missing or of another version. Says whether it did something.
pub fn install(layout: &Layout, scope: Scope) -> Result<bool> {
    let root = layout.cargo_tools();
    let registered = fs::read(root.join(".crates2.json")).unwrap_or_default();
    let registered = serde_json::from_slice(&registered).unwrap_or_default();
    let missing: Vec<&Tool> =
        TOOLS.iter().filter(|tool| tool.scope <= scope && !is_registered(&registered, tool)).collect();
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
        if let Some(features) = tool.features {
            command.args(["--no-default-features", "--features", &features.join(",")]);
        }
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

/// Whether cargo's own list of installed programs has this version of it, with the same features.
fn is_registered(crates2: &Value, tool: &Tool) -> bool {
    let named = format!("{} {} ", tool.name, tool.version);
    let mut installs = crates2["installs"].as_object().into_iter().flatten();
    let features = serde_json::json!(tool.features.unwrap_or_default());
    installs.any(|(name, how)| {
        name.starts_with(&named)
            && how["features"] == features
            && how["no_default_features"] == tool.features.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_of_a_tool_or_one_without_a_feature_is_not_the_tool() {
        let list = serde_json::json!({ "installs": {
            "trunk 0.21.14 (registry+x)": { "features": ["rustls"], "no_default_features": true },
        } });
        let trunk = |version, features| Tool {
            name: "trunk",
            version,
            features,
            options: &[],
            scope: Scope::Build,
            why: "",
        };
        assert!(is_registered(&list, &trunk("0.21.14", Some(&["rustls"]))));
        assert!(!is_registered(&list, &trunk("0.21.1", Some(&["rustls"]))));
        assert!(!is_registered(&list, &trunk("0.21.14", Some(&["native-tls"]))));
        assert!(!is_registered(&list, &trunk("0.21.14", None)));
        assert!(!is_registered(&Value::Null, &trunk("0.21.14", None)));
    }
}
