//! The Rust toolchain's parts: the WebAssembly target, the standard library's sources, the
//! formatter, the linter.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::layout::Layout;
use crate::process::must;

const TARGET: &str = "wasm32-unknown-unknown";
/// A component, a file of it under the toolchain's folder, and what needs it.
const COMPONENTS: [(&str, &str, &str); 3] = [
    ("rustfmt", "bin/rustfmt", "the checks run"),
    ("clippy", "bin/cargo-clippy", "the checks run"),
    ("rust-src", "lib/rustlib/src/rust/library/std/Cargo.toml", "makes the portal small"),
];

/// Adds what rust-toolchain.toml names and rustup has not installed. Says whether it did something.
pub fn install(layout: &Layout) -> Result<bool> {
    let bin = toolchain_bin(layout);
    let mut changed = false;
    let std_lib = |bin: &Path| bin.parent().map(|root| root.join("lib/rustlib").join(TARGET).join("lib"));
    if !bin.as_deref().and_then(std_lib).is_some_and(|lib| lib.is_dir()) {
        must(
            "Rust: adding the WebAssembly target, which the portal is compiled for",
            Command::new("rustup").args(["target", "add", TARGET]).current_dir(&layout.root),
        )?;
        changed = true;
    }
    let root = bin.as_deref().and_then(Path::parent);
    for (component, file, need) in COMPONENTS {
        if !root.is_some_and(|root| root.join(file).is_file()) {
            must(
                &format!("Rust: adding {component}, which {need}"),
                Command::new("rustup").args(["component", "add", component]).current_dir(&layout.root),
            )?;
            changed = true;
        }
    }
    Ok(changed)
}

/// The folder of the toolchain's own programs. Cargo tells where it is to what it runs; started
/// without cargo, the compiler is asked.
fn toolchain_bin(layout: &Layout) -> Option<PathBuf> {
    if let Some(cargo) = env::var_os("CARGO").map(PathBuf::from) {
        return cargo.parent().map(Path::to_path_buf);
    }
    let output =
        Command::new("rustc").args(["--print", "sysroot"]).current_dir(&layout.root).output().ok()?;
    Some(Path::new(String::from_utf8(output.stdout).ok()?.trim()).join("bin"))
}
