//! Compiles `locales/fr.toml` and `locales/en.toml` into one typed table for `src/i18n.rs`.
//!
//! A key that one language lacks, placeholders that differ, a plural without its pair or French
//! without its typography fails the build, with file, key and remedy.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::Path,
};

/// Dotted key → sentence.
type Sentences = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
    let (fr, en) = (load("locales/fr.toml")?, load("locales/en.toml")?);
    for (here, there, missing_in) in [(&fr, &en, "en.toml"), (&en, &fr, "fr.toml")] {
        if let Some(key) = here.keys().find(|key| !there.contains_key(*key)) {
            return Err(format!("locales/{missing_in}: `{key}` is missing; add it").into());
        }
    }
    for (key, french) in &fr {
        let english = &en[key];
        if placeholders(french) != placeholders(english) {
            return Err(format!("locales: `{key}` has other placeholders in fr.toml than in en.toml").into());
        }
        if let Some(single) = key.strip_suffix(".one")
            && !fr.contains_key(&format!("{single}.other"))
        {
            return Err(format!("locales: `{key}` is a plural; add `{single}.other`").into());
        }
        check_french(french).map_err(|why| format!("locales/fr.toml: `{key}`: {why}"))?;
        if english.contains('\'') {
            return Err(format!("locales/en.toml: `{key}`: write ’ for '").into());
        }
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("locales.rs"), table(&fr, &en)?)?;
    Ok(())
}

fn load(path: &str) -> Result<Sentences, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let tree: toml::Table = text.parse().map_err(|e| format!("{path}: {e}"))?;
    let mut sentences = Sentences::new();
    flatten(path, "", &tree, &mut sentences)?;
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

/// `kit.add_title` → `KitAddTitle`.
fn variant(key: &str) -> String {
    let mut name = String::new();
    for part in key.split(['.', '_']) {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

fn table(fr: &Sentences, en: &Sentences) -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "/// A sentence of the portal.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum K {\n",
    );
    for (key, french) in fr {
        writeln!(out, "/// {}\n{},", french.replace('[', "(").replace(']', ")"), variant(key))?;
    }
    out.push_str("}\n");
    // One text a language: a table of references would weigh more than a third of its words.
    for (name, sentences) in [("FRENCH", fr), ("ENGLISH", en)] {
        let all: Vec<&str> = sentences.values().map(String::as_str).collect();
        let all = all.join("\u{1f}");
        writeln!(
            out,
            "/// Its sentences in the order of [`K`], with U+001F between them.\nstatic {name}: &str = {all:?};"
        )?;
    }
    writeln!(out, "/// How many there are.\n#[cfg(test)]\nconst SENTENCES: usize = {};", fr.len())?;
    let problems: BTreeSet<&str> = fr
        .keys()
        .filter_map(|key| key.strip_prefix("problem.")?.split_once('.'))
        .map(|(name, _)| name)
        .collect();
    writeln!(
        out,
        "/// What happened and what to do, by the problem's key.\npub static PROBLEMS: [(&str, K, K); {}] = [",
        problems.len()
    )?;
    for name in problems {
        let [what, what_to_do] = ["what", "do"].map(|part| variant(&format!("problem.{name}.{part}")));
        writeln!(out, "({name:?}, K::{what}, K::{what_to_do}),")?;
    }
    out.push_str("];\n/// The names of the sentences, in the order of [`K`].\n#[cfg(test)]\nstatic NAMES: &[&str] = &[\n");
    for key in fr.keys() {
        writeln!(out, "{:?},", variant(key))?;
    }
    out.push_str("];\n");
    Ok(out)
}
