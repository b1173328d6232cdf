//! `cargo xtask schema`: the JSON Schema of the wire format, generated from the Rust types.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::layout::{Layout, write};
use crate::process::{heading, must};

/// Writes crates/care/kit.schema.json.
///
/// # Errors
/// When the types don't compile or the file can't be written.
pub fn run(layout: &Layout) -> Result<()> {
    // In a process of its own, so that this tool compiles even while the domain does not.
    let outcome = must(
        "Schema: generating it from care::kit",
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["run", "--quiet", "--locked", "--package", "care", "--example", "kit_schema"])
            .current_dir(&layout.root),
    )?;
    let path = layout.root.join("crates/care/kit.schema.json");
    write(&path, outcome.stdout)?;
    heading(&format!("Wrote {}", path.display()));
    Ok(())
}
