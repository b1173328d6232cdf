//! `cargo xtask schema`: the JSON Schemas of the wire formats, generated from the Rust types.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::layout::{Layout, write};
use crate::process::{heading, must};

/// An example of `care` that prints a schema, and where it is committed.
const SCHEMAS: [(&str, &str); 2] =
    [("kit_schema", "crates/care/kit.schema.json"), ("quiz_schema", "crates/care/quiz.schema.json")];

/// Writes each schema.
///
/// # Errors
/// When the types don't compile or a file can't be written.
pub fn run(layout: &Layout) -> Result<()> {
    for (example, file) in SCHEMAS {
        // In a process of its own, so that this tool compiles even while the domain does not.
        let outcome = must(
            &format!("Schema: generating {file} from the types"),
            Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
                .args(["run", "--quiet", "--locked", "--package", "care"])
                .args(["--example", example])
                .current_dir(&layout.root),
        )?;
        let path = layout.root.join(file);
        write(&path, outcome.stdout)?;
        heading(&format!("Wrote {}", path.display()));
    }
    Ok(())
}
