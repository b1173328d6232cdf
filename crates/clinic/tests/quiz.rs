//! `clinic quiz`: banks and a clinic's own questions are checked in the writer's words, and given to the
//! portal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use care::quiz::{Bank, Pool, Verdict};
use common::{Server, clinic, make_clinic, refused, run, succeed};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn repository(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

fn example() -> String {
    fs::read_to_string(repository("content/quiz/example.csv")).unwrap()
}

/// The example with one text replaced by another.
fn spoiled(dir: &Path, from: &str, to: &str) -> PathBuf {
    let text = example();
    assert!(text.contains(from), "{from:?} is not in the example");
    let file = dir.join("questions.csv");
    fs::write(&file, text.replacen(from, to, 1)).unwrap();
    file
}

#[test]
fn the_portals_bank_is_found_whole_with_its_figures() {
    for lang in ["fr", "en"] {
        let bank = repository(&format!("content/quiz/items.{lang}.json"));
        let said = run(clinic().args(["quiz", "check"]).arg(&bank));
        assert!(said.ok, "{}", said.err);
        for words in
            ["✓ items  ", "✓ bag of words, naive Bayes", "✓ items that differ from those in", "Items: 96"]
        {
            assert!(said.out.contains(words), "{words:?} is not in:\n{}", said.out);
        }
        assert_eq!(said.err, "");
    }
}

#[test]
fn what_is_wrong_in_a_bank_is_told_with_its_line_and_field() {
    let dir = tempfile::tempdir().unwrap();
    let bank = fs::read_to_string(repository("content/quiz/items.fr.json")).unwrap();
    let file = dir.path().join("items.fr.json");
    let check = |text: &str, words: &[&str]| {
        fs::write(&file, text).unwrap();
        refused(clinic().args(["quiz", "check"]).arg(&file), words)
    };
    let line = |text: &str, what: &str| text[..text.find(what).unwrap()].matches('\n').count() + 1;
    let at = line(&bank, "\"topic\": \"balance\"");
    check(
        &bank.replacen("\"topic\": \"balance\"", "\"topic\": \"tango\"", 1),
        &[&format!("items.fr.json:{at}"), "unknown variant `tango`", "expected one of", "What to do:"],
    );
    check(&bank.replacen("\"format\": 1", "\"format\": 2", 1), &["format", "is of format 2", "Expected: 1"]);
    let id = line(&bank, "\"id\": \"p01");
    let told = check(
        &bank.replacen("\"verdict\": \"reliable\"", "\"verdict\": \"unreliable\"", 1),
        &[
            "shows no grave signal",
            "Expected: reliable, by the rule",
            "the rule that is taught: 0.990 (at least 1.000)",
        ],
    );
    assert!(told.contains(&format!("items.fr.json:{id}")), "{told}");
}

#[test]
fn a_bank_of_own_items_keeps_out_of_the_forms() {
    let dir = tempfile::tempdir().unwrap();
    let mut bank = Bank::parse(&fs::read(repository("content/quiz/items.en.json")).unwrap()).unwrap();
    bank.items.retain(|item| matches!(item.pool, Pool::Train | Pool::Booster));
    let file = dir.path().join("own.json");
    fs::write(&file, serde_json::to_vec_pretty(&bank).unwrap()).unwrap();
    refused(
        clinic().args(["quiz", "check"]).arg(&file),
        &["a clinic’s own items are for training only", ".pool", "Expected: train"],
    );
    bank.items.retain(|item| item.pool == Pool::Train);
    fs::write(&file, serde_json::to_vec_pretty(&bank).unwrap()).unwrap();
    succeed(clinic().args(["quiz", "check"]).arg(&file));
}

#[test]
fn the_example_table_is_right() {
    let said = run(clinic().args(["quiz", "check"]).arg(repository("content/quiz/example.csv")));
    assert!(said.ok, "{}", said.err);
    assert_eq!(said.err, "");
    assert!(said.out.contains("✓ scenes: reading ease (Kandel-Moles), mean"), "{}", said.out);
    assert!(said.out.contains("Items: 4"), "{}", said.out);
}

#[test]
fn what_is_wrong_in_a_table_is_told_with_row_column_and_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&str, &str, &[&str]); 12] = [
        (
            "pas fiable",
            "peut-être",
            &[":3  column verdict", "\"peut-être\" is not known", "reliable, unreliable"],
        ),
        ("balance", "tango", &[":2  column topic", "balance, falls, walking"]),
        (";speech;", ";speach;", &[":1  headings", "\"speach\" is no column", "title, caption, speech"]),
        (";rule;", ";;", &[":1  headings", "the column \"rule\" is missing", "example.csv"]),
        (
            "Arrêtez, et parlez",
            "Un diagnostic, et parlez",
            &[":2  column speech_2", "diagnosti", "without a promise"],
        ),
        ("bon;speech_2", "bon;speech_7", &[":2  column C2_where", "\"speech_7\"", "Correct the name"]),
        ("mauvais;speech_2", "bon;speech_2", &[":3  column verdict", "shows no grave signal", "small flaw"]),
        (";propose;", ";refuse;", &[":2  column action", "refuse when it is unreliable"]),
        ("NHS Tayside (Écosse)", "", &[":2  column source_publisher", "this cell is empty"]),
        (";35;", ";a while;", &[":2  column duration_s", "a whole number"]),
        ("talons-2;", "talons-1;", &[":3  column id", "this is there twice", "another name"]),
        (
            "Montez moins haut.",
            "Alors vous pouvez monter un tout petit peu moins haut que la fois où vous étiez avec moi.",
            &[":2  column author and the other parts", "a sentence is too long", "Cut it in two"],
        ),
    ];
    for (from, to, words) in cases {
        let file = spoiled(dir.path(), from, to);
        refused(clinic().args(["quiz", "check"]).arg(&file), words);
    }
}

#[test]
fn commas_tabs_a_byte_order_mark_and_capital_headings_are_read_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("questions.csv");
    let rows = |separator: u8| {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').from_reader(example().into_bytes().leak() as &[u8]);
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(reader.headers().unwrap().iter().map(str::to_uppercase)).unwrap();
        reader.records().for_each(|row| writer.write_record(&row.unwrap()).unwrap());
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    for separator in [b',', b'\t', b';'] {
        fs::write(&file, format!("\u{feff}{}", rows(separator))).unwrap();
        succeed(clinic().args(["quiz", "check"]).arg(&file));
    }
}

#[test]
fn a_clinic_with_more_bad_than_good_questions_is_told_what_that_teaches() {
    let dir = tempfile::tempdir().unwrap();
    let text = example();
    let (first, rest) = text.split_once('\n').unwrap();
    let without_one: Vec<&str> = rest.lines().skip(1).collect();
    let file = dir.path().join("questions.csv");
    fs::write(&file, format!("{first}\n{}\n", without_one.join("\n"))).unwrap();
    let said = run(clinic().args(["quiz", "check"]).arg(&file));
    assert!(said.ok, "{}", said.err);
    assert!(said.err.contains("There are 1 more unreliable items than reliable ones"), "{}", said.err);
}

#[test]
fn added_questions_are_served_to_the_portal_and_a_changed_one_has_a_new_version() {
    let dir = tempfile::tempdir().unwrap();
    let folder = make_clinic(dir.path());
    let table = spoiled(dir.path(), "Mon plan de travail sert enfin !", "Mon plan de travail sert enfin!");
    let add = |table: &Path| succeed(clinic().args(["quiz", "add"]).arg(&folder).arg(table));
    assert!(add(&table).contains("own.fr.json"));
    let file = folder.join("public/quiz/own.fr.json");
    let read = || Bank::parse(&fs::read(&file).unwrap()).unwrap();
    let bank = read();
    assert_eq!(bank.items.len(), 4);
    for item in &bank.items {
        assert!(item.id.starts_with("own-") && item.pair_id.starts_with("own-"));
        assert_eq!((item.pool, item.version), (Pool::Train, 1));
    }
    assert_eq!(bank.items[1].verdict, Verdict::Unreliable);
    assert!(bank.items[0].segments.iter().any(|s| s.text == "Mon plan de travail sert enfin\u{a0}!"));

    assert!(!add(&table).contains("Changed"), "nothing changed");
    let table = spoiled(dir.path(), "Montez moins haut.", "Montez un peu moins.");
    let said = add(&table);
    assert!(said.contains("Changed since last time: 1"), "{said}");
    let versions: Vec<u32> = read().items.iter().map(|item| item.version).collect();
    assert_eq!(versions, [2, 1, 1, 1]);

    let portal = dir.path().join("dist");
    fs::create_dir(&portal).unwrap();
    fs::write(portal.join("index.html"), "<!doctype html><title>Bon Geste</title>").unwrap();
    fs::write(portal.join("headers.json"), "{\"Content-Security-Policy\": \"default-src 'self'\"}").unwrap();
    let public = folder.join("public");
    let server =
        Server::start(clinic().arg("serve").arg(public).arg("--portal").arg(portal).args(["--port", "0"]));
    let mut answer = ureq::get(format!("{}quiz/own.fr.json", server.url)).call().unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.body_mut().read_to_vec().unwrap(), fs::read(&file).unwrap());
    assert_eq!(server.status_of("/quiz/own.en.json"), 404);
}

#[test]
fn a_table_that_is_wrong_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = make_clinic(dir.path());
    let table = spoiled(dir.path(), "balance", "tango");
    refused(clinic().args(["quiz", "add"]).arg(&folder).arg(&table), &["column topic"]);
    assert!(!folder.join("public/quiz").exists());
    refused(
        clinic().args(["quiz", "add"]).arg(&folder).arg(repository("content/quiz/items.fr.json")),
        &["is not a table", "example.csv"],
    );
}
