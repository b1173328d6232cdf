//! Rules of the sources that no compiler knows: what the patient reads comes from the locales, the
//! policy allows no style attribute, the words keep their promises, the repository speaks of the
//! project alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// The files that git knows or would add, under `folder`, with one of `extensions` (all when empty).
fn sources(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", folder])
        .current_dir(root())
        .output()
        .expect("git lists the sources");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .split('\0')
        .filter(|name| !name.is_empty())
        .filter(|name| extensions.is_empty() || extensions.iter().any(|end| name.ends_with(end)))
        // A file deleted but not yet committed is listed; one that isn't text says nothing.
        .filter_map(|name| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?)))
        .collect()
}

/// Lines of Rust outside of comments and of the file's test module, with their numbers.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]").map(|(at, line)| {
        (
            at + 1,
            line.split_once("//")
                .filter(|(code, _)| code.matches('"').count() % 2 == 0)
                .map_or(line, |(code, _)| code),
        )
    })
}

/// The string literals of a piece of Rust, joined lines included.
fn literals(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in code_lines(text) {
        let mut escaped = false;
        let mut chars = line.chars().peekable();
        let mut previous = ' ';
        while let Some(c) = chars.next() {
            match &mut open {
                Some((_, literal)) if c != '"' || escaped => {
                    escaped = c == '\\' && !escaped;
                    literal.push(c);
                }
                Some(_) => found.extend(open.take()),
                // The character literal '"' opens nothing.
                None if c == '"' && !(previous == '\'' && chars.peek() == Some(&'\'')) => {
                    open = Some((number, String::new()));
                }
                None => {}
            }
            previous = c;
        }
    }
    found
}

/// Whether a literal reads like words for a person: it begins like a sentence or a name, has a
/// letter that only words have, or ends like a sentence.
fn reads_like_words(literal: &str) -> bool {
    /// Names of keys, as `KeyboardEvent.key` gives them, and of requests.
    const NAMES: [&str; 14] = [
        "Enter",
        "Escape",
        "Tab",
        "Home",
        "End",
        "PageUp",
        "PageDown",
        "ArrowLeft",
        "ArrowRight",
        "ArrowUp",
        "ArrowDown",
        "Bon Geste",
        "GET",
        "POST",
    ];
    let trimmed = literal.trim();
    if NAMES.contains(&trimmed) {
        return false;
    }
    // An SVG path is capital letters and numbers.
    let drawing = trimmed
        .chars()
        .all(|c| c.is_ascii_digit() || " .,-".contains(c) || "MmLlHhVvCcSsQqTtAaZz".contains(c));
    let mut chars = trimmed.chars();
    let capital =
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase);
    let foreign = trimmed.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    let sentence = trimmed.contains(' ') && trimmed.ends_with(['.', '!', '?', ':', '…']);
    !drawing && (capital || foreign || sentence)
}

fn report(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

#[test]
fn no_style_attribute_is_written_because_the_policy_blocks_it() {
    let mut found = Vec::new();
    for (name, text) in sources("src", &[".rs"]) {
        for (number, line) in code_lines(&text) {
            let bytes = line.as_bytes();
            let hit = line.match_indices("style=").any(|(at, _)| {
                at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || b"-_:.".contains(&bytes[at - 1]))
            });
            if hit || line.contains(".style(\"") || line.contains("set_attribute(\"style\"") {
                found.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    report("Use a class, or a binding like style:width=…, instead of a style attribute:", &found);
}

#[test]
fn no_sentence_is_written_in_a_page_or_a_component_instead_of_the_locales() {
    let mut found = Vec::new();
    for folder in ["src/pages", "src/components"] {
        for (name, text) in sources(folder, &[".rs"]) {
            for (number, literal) in literals(&text) {
                if reads_like_words(&literal) {
                    found.push(format!("{name}:{number}: \"{literal}\""));
                }
            }
        }
    }
    report("Put these words into locales/ and show them by their key:", &found);
}

#[test]
fn pages_and_components_reach_the_browser_only_through_the_platform() {
    let mut found = Vec::new();
    for folder in ["src/pages", "src/components"] {
        for (name, text) in sources(folder, &[".rs"]) {
            for (number, line) in code_lines(&text) {
                for port in
                    ["indexed_db", "local_storage", "fetch_with", "media_devices", "crypto()", "Date::now"]
                {
                    if line.contains(port) {
                        found.push(format!("{name}:{number}: {}", line.trim()));
                    }
                }
            }
        }
    }
    report("Storage, network, camera, cryptography and time belong to src/platform:", &found);
}

#[test]
fn the_domain_does_not_know_the_browser_the_clock_or_the_disk() {
    let mut found = Vec::new();
    for (name, text) in sources("crates/care/src", &[".rs"]) {
        for (number, line) in code_lines(&text) {
            for outside in
                ["web_sys", "js_sys", "std::fs", "std::net", "SystemTime", "Instant::now", "now_utc"]
            {
                if line.contains(outside) {
                    found.push(format!("{name}:{number}: {}", line.trim()));
                }
            }
        }
    }
    report("Side effects of the domain are traits in its ports:", &found);
}

#[test]
fn words_that_promise_too_much_are_not_said_to_patients() {
    const WORDS: [&str; 13] = [
        "télésurveillance",
        "télésoin",
        "diagnostic",
        "détecter",
        "détecte ",
        "guérir",
        "guérit",
        "guérison",
        "sans danger",
        "tout va bien",
        "vous progressez",
        "signaler",
        "rien de grave",
    ];
    let mut found = Vec::new();
    for folder in ["locales", "content", "index.html"] {
        for (name, text) in sources(folder, &[".toml", ".json", ".ftl", ".html", ".md", ".vtt", ".txt"]) {
            // Bad quiz items quote what circulates; there such words are the lesson.
            if name.starts_with("content/quiz/") {
                continue;
            }
            for (at, line) in text.lines().enumerate() {
                let line_lower = line.to_lowercase().replace('\u{a0}', " ");
                // An address is whose page it is.
                let said: Vec<&str> =
                    line_lower.split([' ', '"']).filter(|word| !word.starts_with("https://")).collect();
                let said = said.join(" ");
                for word in WORDS {
                    if said.contains(word) {
                        found.push(format!("{name}:{}: « {} » in: {}", at + 1, word.trim(), line.trim()));
                    }
                }
            }
        }
    }
    report("Say what happens instead (see the safety lines of the project):", &found);
}

#[test]
fn the_repository_names_no_machine_and_no_registry() {
    // Written in two halves, so that this file doesn't find itself.
    let places: Vec<String> =
        [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("registry.npm", "js.org"), ("index.crates", ".io")]
            .iter()
            .map(|(head, tail)| format!("{head}{tail}"))
            .collect();
    let mut found = Vec::new();
    for (name, text) in sources(".", &[]) {
        // Cargo's own lockfile names the public registry by its fixed identity.
        if name == "Cargo.lock" {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place.as_str())) || line.contains("\"resolved\":") {
                found.push(format!(
                    "{name}:{}: {}",
                    at + 1,
                    line.trim().chars().take(120).collect::<String>()
                ));
            }
        }
    }
    report("A path or address of one machine works on no other:", &found);
}

/// The sentences of a locale by their dotted keys.
fn locale(name: &str) -> BTreeMap<String, String> {
    fn walk(prefix: &str, table: &toml::Table, out: &mut BTreeMap<String, String>) {
        for (key, value) in table {
            let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                toml::Value::Table(inner) => walk(&key, inner, out),
                toml::Value::String(text) => {
                    out.insert(key, text.clone());
                }
                other => panic!("{key} is {}, expected a text", other.type_str()),
            }
        }
    }
    let path = root().join("locales").join(name);
    let table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut out = BTreeMap::new();
    walk("", &table, &mut out);
    out
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[test]
fn both_languages_have_the_same_sentences_with_the_same_placeholders() {
    let (french, english) = (locale("fr.toml"), locale("en.toml"));
    let mut found = Vec::new();
    for (key, text) in &french {
        match english.get(key) {
            None => found.push(format!("en.toml lacks {key}")),
            Some(other) if placeholders(text) != placeholders(other) => {
                found.push(format!("{key}: « {text} » and “{other}” differ in their placeholders"));
            }
            Some(other) if other.trim().is_empty() != text.trim().is_empty() => {
                found.push(format!("{key} is empty in one language"));
            }
            Some(_) => {}
        }
    }
    found.extend(
        english.keys().filter(|key| !french.contains_key(*key)).map(|key| format!("fr.toml lacks {key}")),
    );
    report("The locales differ:", &found);
}

#[test]
fn french_is_set_with_its_apostrophes_and_no_break_spaces() {
    let mut found = Vec::new();
    for (key, text) in locale("fr.toml") {
        let narrow = |c: char| c == '\u{a0}' || c == '\u{202f}';
        let chars: Vec<char> = text.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| chars[at]);
            let after = chars.get(at + 1).copied();
            let wrong = match c {
                '\'' => true,
                ':' | ';' | '?' | '!' | '»' => {
                    // An address or a time has its colon without a space; « ?! » go together.
                    let joined = *c == ':' && after.is_some_and(|after| !after.is_whitespace());
                    !joined && before.is_some_and(|before| !narrow(before) && !"?!".contains(before))
                }
                '«' => after.is_some_and(|after| !narrow(after)),
                _ => false,
            };
            if wrong {
                found.push(format!("{key}: « {text} » at `{c}`"));
                break;
            }
        }
    }
    report("Use ’ for an apostrophe, and a no-break space before : ; ? ! » and after «:", &found);
}

#[test]
fn the_rules_find_what_they_forbid() {
    assert!(reads_like_words("Accueil") && reads_like_words("Prêt") && reads_like_words("it is done."));
    assert!(
        !reads_like_words("button main wide")
            && !reads_like_words("ArrowLeft")
            && !reads_like_words("M12 10v5Z")
    );
    let text = "let a = \"one\"; // \"two\"\nlet b = '\"'; f(\"three \\\" four\");\n#[cfg(test)]\nmod t { \"five\" }\n";
    let words: Vec<String> = literals(text).into_iter().map(|(_, literal)| literal).collect();
    assert_eq!(words, ["one", "three \\\" four"]);
}
