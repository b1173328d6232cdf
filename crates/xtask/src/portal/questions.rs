//! The questions of the quiz, beside the portal: one file a language, fetched by those who open the quiz.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::layout::write;

/// Copies the JSON files of `from` into the folder `quiz` of `stage`, without the blanks that people need
/// to read them.
///
/// # Errors
/// When a file can't be read, or is no JSON.
pub fn copy(from: &Path, stage: &Path) -> Result<()> {
    let entries = fs::read_dir(from).with_context(|| format!("listing {}", from.display()))?;
    let mut names: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    for name in names.iter().filter(|name| name.ends_with(".json")) {
        let file = from.join(name);
        let text = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let value: serde_json::Value =
            serde_json::from_slice(&text).with_context(|| format!("in {}", file.display()))?;
        write(&stage.join("quiz").join(name), value.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_travel_without_blanks_and_what_is_no_question_stays() {
        let root = std::env::temp_dir().join(format!("bon-geste-questions-{}", std::process::id()));
        let (from, stage) = (root.join("quiz"), root.join("stage"));
        write(&from.join("items.fr.json"), "{\n  \"b\": 1,\n  \"a\": \"deux mots\"\n}\n").unwrap();
        write(&from.join("example.csv"), "id\n").unwrap();
        copy(&from, &stage).unwrap();
        let copied = fs::read_to_string(stage.join("quiz/items.fr.json")).unwrap();
        assert_eq!(copied, r#"{"b":1,"a":"deux mots"}"#);
        assert_eq!(fs::read_dir(stage.join("quiz")).unwrap().count(), 1);
        write(&from.join("items.en.json"), "no").unwrap();
        assert!(format!("{:#}", copy(&from, &stage).unwrap_err()).contains("items.en.json"));
        fs::remove_dir_all(&root).unwrap();
    }
}
