//! The demo's library and kits: complete in both languages, every clinical statement backed by a
//! source, short sentences, and nothing in them that wears more than « Exemple ».
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use care::{text::Lang, wording::never_said};
use clinic::kit_toml::BACKED;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

fn demo(folder: &str) -> Vec<(String, Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/demo").join(folder);
    let file = |dir: PathBuf| {
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        let toml = ["exercise.toml", "kit.toml"].map(|n| dir.join(n)).into_iter().find(|f| f.is_file())?;
        Some((name, fs::read_to_string(toml).unwrap().parse().unwrap()))
    };
    let mut found: Vec<_> = fs::read_dir(root).unwrap().filter_map(|e| file(e.unwrap().path())).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() >= 4, "{folder} was found");
    found
}

fn library() -> Vec<(String, Table)> {
    demo("library")
}

fn kits() -> Vec<(String, Table)> {
    demo("kits")
}

/// Every text in two languages below a value, with where it stands.
fn texts(at: &str, value: &Value, into: &mut Vec<(String, String, String)>) {
    match value {
        Value::Table(table) if table.contains_key("fr") || table.contains_key("en") => {
            let text = |lang: &str| table.get(lang).and_then(Value::as_str).unwrap_or_default().to_owned();
            into.push((at.to_owned(), text("fr"), text("en")));
        }
        Value::Table(table) => table.iter().for_each(|(k, v)| texts(&format!("{at}.{k}"), v, into)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, v)| texts(&format!("{at}.{}", n + 1), v, into))
        }
        _ => {}
    }
}

fn all_texts(name: &str, table: &Table) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    texts(name, &Value::Table(table.clone()), &mut found);
    assert!(found.len() > 10, "{name} has texts");
    found
}

fn list<'t>(table: &'t Table, key: &str) -> &'t [Value] {
    table.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn sentences(text: &str) -> Vec<Vec<&str>> {
    text.split_inclusive(['.', '!', '?', '…'])
        .map(|s| s.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect()
}

/// Syllables by groups of vowels, the mute e counted: the strict way.
fn syllables(word: &str) -> usize {
    let vowel = |c: char| "aeiouyàâäéèêëîïôöùûüœæ".contains(c);
    let mut before = false;
    let mut count = 0;
    for c in word.to_lowercase().chars() {
        count += usize::from(vowel(c) && !before);
        before = vowel(c);
    }
    count.max(1)
}

/// Reading ease after Kandel and Moles (1958): 209 − 1.15 × words a sentence − 68 × syllables a word.
fn reading_ease(texts: &[String]) -> f64 {
    let sentences: Vec<_> = texts.iter().flat_map(|t| sentences(t)).collect();
    let words: Vec<&str> = sentences.iter().flatten().copied().collect();
    let syllables: usize = words.iter().map(|w| syllables(w)).sum();
    209.0 - 1.15 * words.len() as f64 / sentences.len() as f64 - 68.0 * syllables as f64 / words.len() as f64
}

#[test]
fn the_library_holds_the_exercises_of_the_demo_whole() {
    let names: BTreeSet<String> = library().into_iter().map(|(name, _)| name).collect();
    for wanted in [
        "ankle-pumps",
        "back-mobility",
        "balance-at-the-sink",
        "breathing",
        "desk-posture",
        "getting-up-from-the-floor",
        "heel-raises",
        "hip-abduction",
        "knee-extension",
        "neck-rotation",
        "shoulder-pendulum",
        "shoulder-stretch-clinic",
        "shoulder-stretch-patient",
        "sit-to-stand",
    ] {
        assert!(names.contains(wanted), "{wanted}");
    }
    for (name, entry) in library() {
        for field in [
            "title",
            "why",
            "easier",
            "teach_back",
            "animation",
            "video",
            "provenance",
            "dosage",
            "do",
            "film",
        ] {
            assert!(entry.contains_key(field), "{name}: {field}");
        }
        let animation = entry["animation"].as_table().unwrap();
        assert_eq!(animation["file"].as_str(), Some(format!("{name}.svg").as_str()));
        assert_eq!(animation["easier"].as_str(), Some(format!("{name}-easier.svg").as_str()), "{name}");
        // No published source gives a harder form of the stretch with the physiotherapist.
        assert!(entry.contains_key("harder") || name == "shoulder-stretch-clinic", "{name}: harder");
        for field in ["steps", "contraindications", "stop_rules", "feel", "feel_not"] {
            assert!(!list(&entry, field).is_empty(), "{name}: {field}");
        }
        let languages: Vec<&str> = list(entry["video"].as_table().unwrap(), "captions")
            .iter()
            .map(|c| c["lang"].as_str().unwrap())
            .collect();
        assert_eq!(languages, ["fr", "en"], "{name}: captions");
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    for (name, entry) in library().into_iter().chain(kits()) {
        for (at, fr, en) in all_texts(&name, &entry) {
            assert!(!fr.trim().is_empty() && !en.trim().is_empty(), "{at}");
        }
    }
}

#[test]
fn no_text_says_what_patients_must_never_read_in_either_language() {
    for (name, table) in library().into_iter().chain(kits()) {
        for (at, fr, en) in all_texts(&name, &table) {
            assert_eq!(never_said(Lang::Fr, &fr), None, "{at}: {fr}");
            assert_eq!(never_said(Lang::En, &en), None, "{at}: {en}");
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/demo");
    let mut read = 0;
    for folder in ["library", "kits"] {
        for dir in fs::read_dir(root.join(folder)).unwrap() {
            for file in fs::read_dir(dir.unwrap().path()).unwrap().map(|f| f.unwrap().path()) {
                let name = file.file_name().unwrap().to_str().unwrap().to_owned();
                if name.ends_with(".vtt") || name.ends_with(".txt") {
                    let lang = if name.ends_with(".en.vtt") { Lang::En } else { Lang::Fr };
                    let text = fs::read_to_string(&file).unwrap();
                    assert_eq!(never_said(lang, &text), None, "{}", file.display());
                    read += 1;
                }
            }
        }
    }
    assert!(read >= 10, "captions and leaflets were found: {read}");
}

#[test]
fn every_clinical_statement_of_the_library_names_its_source() {
    for (name, entry) in library() {
        let sources = list(entry["provenance"].as_table().unwrap(), "sources");
        let backed: Vec<&str> = sources
            .iter()
            .flat_map(|s| list(s.as_table().unwrap(), "supports"))
            .filter_map(Value::as_str)
            .collect();
        for source in sources {
            for field in ["title", "publisher", "date"] {
                assert!(source[field].as_str().is_some_and(|t| !t.is_empty()), "{name}: {field} of a source");
            }
        }
        for field in BACKED.into_iter().filter(|f| entry.contains_key(*f)) {
            let whole = backed.contains(&field);
            let items = entry[field].as_array().map_or(1, Vec::len);
            let missing: Vec<usize> = (1..=items)
                .filter(|n| !whole && !backed.contains(&format!("{field}.{n}").as_str()))
                .collect();
            assert!(missing.is_empty(), "{name}: no source for {field} {missing:?}");
        }
    }
}

#[test]
fn steps_are_sentences_of_at_most_twelve_words() {
    for (name, entry) in library() {
        for step in list(&entry, "steps") {
            for lang in ["fr", "en"] {
                for words in sentences(step[lang].as_str().unwrap()) {
                    assert!(words.len() <= 12, "{name}: {}", words.join(" "));
                }
            }
        }
    }
}

#[test]
fn the_french_is_easy_to_read() {
    assert_eq!((syllables("chaise"), syllables("évier"), syllables("dos")), (2, 2, 1));
    for (name, entry) in library().into_iter().chain(kits()) {
        let own = |at: &str| {
            !["provenance", "links", "validated_by", "source"].iter().any(|part| at.contains(part))
        };
        let french: Vec<String> =
            all_texts("", &entry).into_iter().filter(|(at, ..)| own(at)).map(|(_, fr, _)| fr).collect();
        let ease = reading_ease(&french);
        println!("{name}: Kandel-Moles {ease:.0}");
        assert!(ease >= 80.0, "{name}: Kandel-Moles {ease:.1}");
    }
}

#[test]
fn everything_says_that_it_is_an_example_for_a_physiotherapist_to_validate() {
    for (name, entry) in library() {
        let qualification = entry["provenance"]["qualification"]["fr"].as_str().unwrap();
        assert!(
            qualification.contains("exemple") && qualification.contains("à valider"),
            "{name}: {qualification}"
        );
    }
    for (name, kit) in kits() {
        assert_eq!(kit["example"].as_bool(), Some(true), "{name}");
        assert!(kit["summary"]["fr"].as_str().unwrap().contains("à valider"), "{name}");
    }
}

#[test]
fn each_kit_prepares_corrects_three_beliefs_and_warns_with_sources() {
    let names: Vec<String> = kits().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["apres-une-chute", "en-attendant", "epaule", "mal-de-dos"]);
    for (name, kit) in kits() {
        assert_eq!(list(&kit, "ideas").len(), 3, "{name}");
        assert!(list(&kit, "preparation").len() >= 3, "{name}");
        let warnings = list(&kit, "warnings");
        let levels: BTreeSet<&str> = warnings.iter().map(|w| w["level"].as_str().unwrap()).collect();
        assert!(levels.contains("red") && levels.contains("orange"), "{name}: {levels:?}");
        for said in warnings.iter().chain(list(&kit, "ideas")) {
            assert!(said["source"]["publisher"].as_str().is_some_and(|p| !p.is_empty()), "{name}: {said}");
        }
        assert_eq!(list(&kit, "exercises").is_empty(), name == "en-attendant", "{name}");
    }
}

#[test]
fn what_can_end_in_a_fall_is_done_and_filmed_with_somebody_beside() {
    for (name, entry) in library() {
        if ["balance-at-the-sink", "getting-up-from-the-floor"].contains(&name.as_str()) {
            assert_eq!(
                (entry["do"].as_str(), entry["film"].as_str()),
                (Some("helper"), Some("helper")),
                "{name}"
            );
        }
    }
}
