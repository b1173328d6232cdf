//! The demo's library and kits: complete in both languages, every clinical statement backed by a
//! source, short sentences, and nothing in them that wears more than « Exemple ».
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use care::{
    animation::allows_element,
    calendar::Day,
    quiz::bars::reading::{read, words},
    text::Lang,
    wording::never_said,
};
use clinic::{
    kit_toml::{self, BACKED},
    print,
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/demo")
}

fn demo(folder: &str) -> Vec<(String, Table)> {
    let file = |dir: PathBuf| {
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        let toml = ["exercise.toml", "kit.toml"].map(|n| dir.join(n)).into_iter().find(|f| f.is_file())?;
        Some((name, fs::read_to_string(toml).unwrap().parse().unwrap()))
    };
    let mut found: Vec<_> =
        fs::read_dir(root().join(folder)).unwrap().filter_map(|e| file(e.unwrap().path())).collect();
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

/// A leaflet that travels with a kit, on one sheet in both languages.
struct Leaflet {
    name: String,
    fr: Half,
    en: Half,
}

/// A leaflet in one language: what it says, and below it what that rests on.
struct Half {
    lang: Lang,
    said: String,
    sources: String,
}

fn leaflets() -> Vec<Leaflet> {
    let half = |lang: Lang, text: &str| {
        let (said, sources) = text.split_once("\nSources, ").unwrap_or((text, ""));
        Half { lang, said: said.trim().to_owned(), sources: sources.trim().to_owned() }
    };
    let mut found = Vec::new();
    for (kit, table) in kits() {
        for document in list(&table, "documents") {
            let name = format!("{kit}/{}", document["file"].as_str().unwrap());
            let text = fs::read_to_string(root().join("kits").join(&name)).unwrap();
            let halves: Vec<&str> = text.trim_start_matches('\u{feff}').split("\n\n\n").collect();
            let [fr, en] = halves[..] else { panic!("{name}: French, then English: {}", halves.len()) };
            found.push(Leaflet { name, fr: half(Lang::Fr, fr), en: half(Lang::En, en) });
        }
    }
    assert_eq!(found.len(), 5);
    found
}

fn list<'t>(table: &'t Table, key: &str) -> &'t [Value] {
    table.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
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
        // No published source gives a harder form of the stretch with the physiotherapist, who is there to choose.
        assert_eq!(entry.contains_key("harder"), name != "shoulder-stretch-clinic", "{name}: harder");
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
    let mut read = 0;
    for folder in ["library", "kits"] {
        for dir in fs::read_dir(root().join(folder)).unwrap() {
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
                for sentence in step[lang].as_str().unwrap().split(['.', '!', '?', '…']) {
                    assert!(words(sentence).count() <= 12, "{name}: {sentence}");
                }
            }
        }
    }
}

/// Least reading ease of an exercise, a kit or a leaflet: Kandel-Moles in French, Flesch in English.
const LEAST_EASE: f64 = 80.0;

#[test]
fn both_languages_are_easy_to_read() {
    let mut wrong = Vec::new();
    let mut measure = |name: &str, lang: Lang, texts: &[&str]| {
        let ease = read(texts, lang).unwrap().ease;
        println!("{} {name}: ease {ease:.1}", lang.tag());
        if ease < LEAST_EASE {
            wrong.push(format!("{} {name}: {ease:.1}", lang.tag()));
        }
    };
    for (name, entry) in library().into_iter().chain(kits()) {
        // Names of people, places and publications are not ours to make easier.
        let own = |at: &str| {
            !["provenance", "links", "validated_by", "source"].iter().any(|part| at.contains(part))
        };
        let texts: Vec<_> = all_texts("", &entry).into_iter().filter(|(at, ..)| own(at)).collect();
        measure(&name, Lang::Fr, &texts.iter().map(|(_, fr, _)| fr.as_str()).collect::<Vec<_>>());
        measure(&name, Lang::En, &texts.iter().map(|(.., en)| en.as_str()).collect::<Vec<_>>());
    }
    for leaflet in leaflets() {
        for part in [&leaflet.fr, &leaflet.en] {
            measure(&leaflet.name, part.lang, &[&part.said]);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Most bytes of films, drawings and captions that are kept with the sources.
const COMMITTED: u64 = 12_000_000;

#[test]
fn committed_media_stay_below_twelve_megabytes() {
    fn media(dir: &Path, found: &mut Vec<(PathBuf, u64)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let ends = name.rsplit_once('.').map_or("", |(_, ends)| ends);
            if path.is_dir() {
                // What packing made is ignored by version control.
                if name != "packed" {
                    media(&path, found);
                }
            } else if !["toml", "json", "md", "csv", "txt", "html", "css"].contains(&ends) {
                found.push((path, entry.metadata().unwrap().len()));
            }
        }
    }
    let mut found = Vec::new();
    media(&root().join(".."), &mut found);
    let films = found.iter().filter(|(path, _)| path.extension().is_some_and(|ends| ends == "mp4")).count();
    assert_eq!(films, library().len(), "the masters were found, and nothing that was made from them");
    let bytes: u64 = found.iter().map(|(_, bytes)| bytes).sum();
    println!("{} files of media, {bytes} bytes", found.len());
    assert!(bytes <= COMMITTED, "{bytes} bytes of media");
}

#[test]
fn every_drawing_is_told_in_both_languages_weighs_8_kb_and_moves_only_by_what_can_be_stopped() {
    let mut told = BTreeSet::new();
    for (name, entry) in library() {
        let animation = entry["animation"].as_table().unwrap();
        for lang in ["fr", "en"] {
            let alt = animation["alt"][lang].as_str().unwrap();
            assert!(words(alt).count() >= 6 && told.insert(alt.to_owned()), "{name}: {alt}");
            // What the easier drawing is told by.
            assert!(words(entry["easier"][lang].as_str().unwrap()).count() >= 3, "{name}");
        }
        for file in ["file", "easier"].map(|field| animation[field].as_str().unwrap()) {
            let svg = fs::read_to_string(root().join("library").join(&name).join(file)).unwrap();
            assert!(svg.len() <= 8_000, "{file}: {} bytes", svg.len());
            // The page stops SMIL on demand; styles and programs it could not stop.
            let elements: BTreeSet<&str> = svg
                .split('<')
                .skip(1)
                .map(|part| part.split([' ', '>', '/']).next().unwrap())
                .filter(|element| !element.is_empty())
                .collect();
            assert!(elements.contains("animate"), "{file} stands still");
            assert!(elements.iter().all(|element| allows_element(element)), "{file}: {elements:?}");
        }
    }
}

/// A kit of the whole library, in a folder of its own; the fields that are not asked about are a real kit's.
fn kit_of_the_library() -> care::kit::Kit {
    let dir = tempfile::tempdir().unwrap();
    let kit = fs::read_to_string(root().join("kits/en-attendant/kit.toml")).unwrap();
    for leaflet in leaflets() {
        // They are read by themselves.
        fs::write(dir.path().join(leaflet.name.split_once('/').unwrap().1), "x").unwrap();
    }
    let exercise = |(id, _)| {
        let library = root().join("library").join(&id).canonicalize().unwrap();
        format!("\n[[exercises]]\nid = \"{id}\"\nlibrary = \"{}\"\n", library.display())
    };
    let exercises: String = library().into_iter().map(exercise).collect();
    fs::write(dir.path().join("kit.toml"), kit + &exercises).unwrap();
    let source = kit_toml::read(dir.path(), Day::new(2026, 11, 23).unwrap()).unwrap();
    assert!(source.problems.is_empty(), "{:?}", source.problems);
    source.kit
}

#[test]
fn on_paper_every_exercise_has_steps_dosage_limits_and_sources_in_both_languages() {
    let kit = kit_of_the_library();
    assert_eq!(kit.exercises.len(), library().len());
    let escaped = |words: &str| words.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    for (lang, [sets, seconds, sources]) in
        [(Lang::Fr, ["série", "seconde", "Sources"]), (Lang::En, ["set", "second", "Sources"])]
    {
        let sheet = print::sheet(&kit, Path::new("no media"), lang).unwrap();
        let foot = &sheet[sheet.find("class=\"sources\"").unwrap()..];
        assert!(foot.contains(sources));
        let articles: Vec<&str> = sheet.split("<article>").skip(1).collect();
        assert_eq!(articles.len(), kit.exercises.len());
        for (exercise, article) in kit.exercises.iter().zip(articles) {
            let at = format!("{} {}", lang.tag(), exercise.id);
            let said = [&exercise.title, &exercise.why].into_iter();
            let said = said.chain(&exercise.steps).chain(&exercise.contraindications);
            let said = said.chain(&exercise.stop_rules).chain(&exercise.easier).chain(&exercise.harder);
            for text in said {
                assert_eq!(text.lang(lang), lang, "{at}: {text:?}");
                assert!(article.contains(&escaped(text.get(lang))), "{at}: {text:?}");
            }
            let dosage = &exercise.dosage;
            for (many, of) in [(Some(dosage.sets), sets), (dosage.hold_s, seconds), (dosage.tempo_s, seconds)]
            {
                let Some(many) = many else { continue };
                assert!(article.contains(&format!("{many}\u{a0}{of}")), "{at}: {many} {of}");
            }
            assert!(!exercise.provenance.sources.is_empty(), "{at}");
            for source in &exercise.provenance.sources {
                let line = format!("{}, {}, {}", source.title, source.publisher, source.date);
                assert!(foot.contains(&escaped(&line)), "{at}: {line}");
            }
        }
    }
}

#[test]
fn every_leaflet_says_the_same_in_both_languages_whom_to_call_and_what_it_rests_on() {
    for leaflet in leaflets() {
        let name = &leaflet.name;
        let shape = |half: &Half| -> Vec<String> {
            // Headings, numbered steps and lines of prose, in their order.
            half.said
                .lines()
                .map(|line| match line {
                    "" => String::new(),
                    _ if line.starts_with(|c: char| c.is_ascii_digit()) => line[..2].to_owned(),
                    _ if line == line.to_uppercase() => "HEADING".to_owned(),
                    _ => "line".to_owned(),
                })
                .collect()
        };
        assert_eq!(shape(&leaflet.fr), shape(&leaflet.en), "{name}");
        let headings = shape(&leaflet.fr).iter().filter(|line| *line == "HEADING").count();
        assert!(headings >= 4, "{name}: {headings} headings");
        for (half, [example, red, read]) in [
            (&leaflet.fr, ["Exemple, à valider par un kinésithérapeute", "ppelez", "lues en novembre 2026"]),
            (&leaflet.en, ["Example, to be validated by a physiotherapist", "all ", "read in November 2026"]),
        ] {
            assert!(half.said.contains(example), "{name}");
            assert!(half.said.contains(red), "{name}: whom to call");
            assert!(
                half.sources.starts_with(read) && half.sources.contains("CC BY 4.0"),
                "{name}: {}",
                half.sources
            );
        }
        assert_eq!(
            leaflet.fr.said.contains("15"),
            leaflet.en.said.contains("15"),
            "{name}: the emergency number"
        );
        // Publications, each after the other.
        assert!(leaflet.fr.sources.matches(';').count() >= 2, "{name}: {}", leaflet.fr.sources);
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
