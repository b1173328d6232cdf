//! Prints the JSON Schema of the kit's wire format, as `cargo xtask schema` commits it.

fn main() -> Result<(), serde_json::Error> {
    print!("{}", care::kit::json_schema()?);
    Ok(())
}
