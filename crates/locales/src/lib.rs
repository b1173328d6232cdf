//! The portal's sentences in both languages, read and checked while it is built: by its build script,
//! which makes the typed table, and by `cargo xtask build`, which puts English beside the portal.
//!
//! French is part of the program. English is a text of its own, fetched by those who read it: a
//! rural patient does not pay for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Sections whose sentences only the screens of `src/later.rs` show: their French travels with the
/// program's second part.
pub const LATER: &[&str] = &[
    "clip",
    "code",
    "copy",
    "cue",
    "elsewhere",
    "embed",
    "exercise",
    "feeling",
    "figure",
    "follow_up",
    "help",
    "home_screen",
    "late",
    "lost",
    "outbox",
    "player",
    "reminders",
    "reply",
    "results",
    "session",
    "settings",
    "summary",
    "teach",
    "today",
];

/// Sections whose sentences only the screens of `src/quiz.rs` show: they travel with the third part.
pub const QUIZ: &[&str] = &["booklet", "check", "lesson", "quiz", "workshop"];

/// How many parts the program comes in.
pub const PARTS: usize = 3;

/// With which part of the program a sentence comes: 0 the first screens, 1 those that follow, 2 the quiz.
pub fn part(key: &str) -> usize {
    match key.split_once('.') {
        Some((section, _)) if QUIZ.contains(&section) => 2,
        Some((section, _)) if LATER.contains(&section) => 1,
        _ => 0,
    }
}

/// Dotted key → sentence.
pub type Sentences = BTreeMap<String, String>;

/// What stands between two sentences of a text: U+001F, the unit separator.
pub const SEPARATOR: &str = "\u{1f}";

/// Both languages.
pub struct Locales {
    /// The first language.
    pub french: Sentences,
    /// The second, with the same keys.
    pub english: Sentences,
}

/// Reads `fr.toml` and `en.toml` in `folder`.
///
/// # Errors
/// Says file, key and remedy when a key lacks in one language, placeholders differ, a plural has no
/// pair, or typography is wrong.
pub fn read(folder: &Path) -> Result<Locales, String> {
    let (fr, en) = (load(&folder.join("fr.toml"))?, load(&folder.join("en.toml"))?);
    for (here, there, missing_in) in [(&fr, &en, "en.toml"), (&en, &fr, "fr.toml")] {
        if let Some(key) = here.keys().find(|key| !there.contains_key(*key)) {
            return Err(format!("locales/{missing_in}: `{key}` is missing; add it"));
        }
    }
    for (key, french) in &fr {
        let english = &en[key];
        if placeholders(french) != placeholders(english) {
            return Err(format!("locales: `{key}` has other placeholders in fr.toml than in en.toml"));
        }
        if let Some(single) = key.strip_suffix(".one")
            && !fr.contains_key(&format!("{single}.other"))
        {
            return Err(format!("locales: `{key}` is a plural; add `{single}.other`"));
        }
        check_french(french).map_err(|why| format!("locales/fr.toml: `{key}`: {why}"))?;
        if english.contains('\'') {
            return Err(format!("locales/en.toml: `{key}`: write ’ for '"));
        }
    }
    Ok(Locales { french: fr, english: en })
}

/// The sentences in the order that the program counts them: part by part, in each by their keys.
pub fn in_order(sentences: &Sentences) -> Vec<(&str, &str)> {
    let of = |n| sentences.iter().filter(move |(key, _)| part(key) == n);
    (0..PARTS).flat_map(of).map(|(key, words)| (key.as_str(), words.as_str())).collect()
}

/// Sentences in one text.
pub fn text<'a>(sentences: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sentences.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(SEPARATOR)
}

/// The name of a language's text beside the portal: it changes with every word, so that a program never
/// reads another version's sentences.
pub fn file_name(tag: &str, text: &str) -> String {
    // FNV-1a, 64 bits: against mix-ups, not against people; the text comes from the portal's own place.
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{tag}-{digest:016x}.txt")
}

fn load(path: &Path) -> Result<Sentences, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let tree: toml::Table = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
    let mut sentences = Sentences::new();
    flatten(&path.display().to_string(), "", &tree, &mut sentences)?;
    Ok(sentences)
}

fn flatten(path: &str, prefix: &str, tree: &toml::Table, into: &mut Sentences) -> Result<(), String> {
    for (name, value) in tree {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(branch) => flatten(path, &key, branch, into)?,
            toml::Value::String(sentence) if !sentence.trim().is_empty() => {
                into.insert(key, sentence.clone());
            }
            _ => return Err(format!("{path}: `{key}` must be a sentence in quotes, not empty")),
        }
    }
    Ok(())
}

fn placeholders(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// No-break space before high punctuation and inside guillemets, ’ and not '.
fn check_french(sentence: &str) -> Result<(), String> {
    if sentence.contains('\'') {
        return Err("write ’ for '".into());
    }
    let letters: Vec<char> = sentence.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        let glued = match letter {
            ':' | ';' | '?' | '!' | '»' => i == 0 || letters[i - 1] == '\u{a0}',
            '«' => letters.get(i + 1) == Some(&'\u{a0}'),
            _ => true,
        };
        if !glued {
            return Err(format!("`{letter}` needs a no-break space (U+00A0) on its inner side"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn with(fr: &str, en: &str) -> Result<Locales, String> {
        let dir = std::env::temp_dir().join(format!(
            "locales-{}-{}",
            std::process::id(),
            fr.len() * 1000 + en.len()
        ));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("fr.toml"), fr).unwrap();
        fs::write(dir.join("en.toml"), en).unwrap();
        let read = read(&dir);
        fs::remove_dir_all(&dir).unwrap();
        read
    }

    #[test]
    fn both_languages_have_every_sentence_in_the_same_order() {
        let locales = with("b = \"Non\"\n[a]\nx = \"Oui {n}\"", "a.x = \"Yes {n}\"\nb = \"No\"").unwrap();
        assert_eq!(text(in_order(&locales.french)), "Oui {n}\u{1f}Non");
        assert_eq!(text(in_order(&locales.english)), "Yes {n}\u{1f}No");
    }

    #[test]
    fn a_slip_names_the_file_and_the_key() {
        for (fr, en, said) in [
            ("a = \"Oui\"\nb = \"Non\"", "a = \"Yes\"", "en.toml: `b`"),
            ("a = \"Oui\"", "a = \"Yes\"\nb = \"No\"", "fr.toml: `b`"),
            ("a = \"{n} fois\"", "a = \"{m} times\"", "`a` has other placeholders"),
            ("a.one = \"une\"", "a.one = \"one\"", "`a.other`"),
            ("a = \"Oui ?\"", "a = \"Yes?\"", "no-break space"),
            ("a = \"l'eau\"", "a = \"water\"", "’"),
            ("a = \"\"", "a = \"\"", "not empty"),
        ] {
            let problem = with(fr, en).err().unwrap();
            assert!(problem.contains(said), "{problem}");
        }
    }

    #[test]
    fn another_word_is_another_file() {
        assert_eq!(file_name("en", "a"), file_name("en", "a"));
        assert_ne!(file_name("en", "a"), file_name("en", "b"));
        assert_eq!(file_name("en", "").len(), "en-0123456789abcdef.txt".len());
    }
}
