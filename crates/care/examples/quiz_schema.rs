//! Prints the JSON Schema of the quiz's bank, as `cargo xtask schema` commits it.

fn main() -> Result<(), serde_json::Error> {
    print!("{}", care::quiz::item::json_schema()?);
    Ok(())
}
