//! Makes of `locales/` the typed table of `src/i18n.rs`. A slip in the locales fails the build, with
//! file, key and remedy.

use locales::{PARTS, Sentences, file_name, in_order, part, text};
use std::{collections::BTreeSet, env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
    let both = locales::read(Path::new("locales"))?;
    let out = env::var("OUT_DIR")?;
    let english = text(in_order(&both.english));
    // English is no part of the program: it is read from beside it, in tests from here.
    for n in 0..PARTS {
        let french = text(in_order(&both.french).into_iter().filter(|(key, _)| part(key) == n));
        fs::write(Path::new(&out).join(format!("fr-{n}.txt")), french)?;
    }
    fs::write(Path::new(&out).join("en.txt"), &english)?;
    fs::write(Path::new(&out).join("locales.rs"), table(&both.french, &file_name("en", &english))?)?;
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

fn table(fr: &Sentences, english: &str) -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "/// A sentence of the portal.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum K {\n",
    );
    for (key, french) in in_order(fr) {
        writeln!(out, "/// {}\n{},", french.replace('[', "(").replace(']', ")"), variant(key))?;
    }
    out.push_str("}\n");
    writeln!(
        out,
        "/// The file beside the portal that holds them in English.\nconst ENGLISH_FILE: &str = {english:?};"
    )?;
    writeln!(out, "/// How many there are.\nconst SENTENCES: usize = {};", fr.len())?;
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
    out.push_str("];\n/// The names of the sentences, in the order of [`K`], and with which part each comes.\n#[cfg(test)]\nstatic NAMES: &[(&str, usize)] = &[\n");
    for (key, _) in in_order(fr) {
        writeln!(out, "({:?}, {}),", variant(key), part(key))?;
    }
    out.push_str("];\n");
    Ok(out)
}
