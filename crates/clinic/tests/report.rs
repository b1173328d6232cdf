//! `clinic report`: from what a patient brings to a page and a few lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use care::{
    backup::{Backup, KitCopy},
    calendar::Day,
    journal::{By, Event, Feeling, Side, StopReason, What},
    json::Json as _,
    kit::{Kit, Level},
    link::KitLink,
    opening,
    ports::crypto_native::NativeCrypto,
    profile::{ProfileId, Settings},
    quiz::{Cue, Learning, estimate::ToTell},
    results::Results,
    video_check::{Outcome, Said},
};
use common::{KIT, clinic, make_clinic, open, refused, sealed_kit, succeed, write_kit};
use futures_executor::block_on;
use std::{fs, path::Path};

/// Sunday 22 November 2026, 09:30 in Paris.
const NOW: i64 = 1_795_336_200_000;
const DAY: i64 = 86_400_000;

fn event(n: usize, at_ms: i64, what: &What) -> Event {
    let (id, day) = (format!("e{n:04}"), Day::of(at_ms, 60));
    Event { id, profile: ProfileId::first(), at_ms, offset_min: 60, day, what: what.to_json() }
}

/// A fortnight: two sessions, one of them stopped for pain, and what else was noted.
fn events(kit: &str) -> Vec<Event> {
    let (kit, exercise) = (|| kit.to_owned(), || "sit-to-stand".to_owned());
    let start = |session: &str| What::SessionStarted {
        kit: kit(),
        session: session.into(),
        exercises: vec![exercise()],
    };
    let set = |session: &str, set| What::SetDone {
        kit: kit(),
        session: session.into(),
        exercise: exercise(),
        set,
        side: Side::Both,
        reps: 8,
        hold_s: 0,
        easier: false,
    };
    let pain = |session: &str, level, after| What::Felt {
        kit: kit(),
        session: Some(session.into()),
        what: Feeling::Pain,
        level,
        after,
        by: By::Patient,
    };
    let whats = [
        (30, What::Noted { session: None, text: "long before".into(), by: By::Patient }),
        (3, start("a")),
        (3, set("a", 1)),
        (3, set("a", 2)),
        (3, What::SessionEnded { kit: kit(), session: "a".into() }),
        (3, pain("a", 2, false)),
        (3, pain("a", 4, true)),
        (2, start("b")),
        (2, What::Stopped { kit: kit(), session: "b".into(), exercise: exercise(), why: StopReason::Pain }),
        (2, What::Fell { by: By::Helper }),
        (2, What::SignChosen { kit: kit(), sign: "chest-pain".into(), level: Level::Red, by: By::Patient }),
        (
            1,
            What::TriedElsewhere {
                which: "<script>alert(1)</script>".into(),
                happened: "mal".into(),
                by: By::Patient,
            },
        ),
        (1, What::TwoQuestions { kit: kit(), watched: true, wish: "Marcher".into(), by: By::Patient }),
        (1, What::Noted { session: None, text: "Mieux le matin".into(), by: By::Patient }),
    ];
    (0..).zip(whats).map(|(n, (ago, what))| event(n, NOW - ago * DAY + n as i64 * 60_000, &what)).collect()
}

/// A published kit, and its copy as a phone keeps it.
fn published(dir: &Path) -> (Kit, KitCopy) {
    let folder = make_clinic(dir);
    let out = succeed(clinic().arg("publish").arg(write_kit(dir, KIT)).arg("--clinic").arg(&folder));
    let link = out.lines().find_map(|l| l.strip_prefix("Patient link: ")).unwrap();
    let public = folder.join("public");
    let parsed = KitLink::parse(link, 0).unwrap();
    let sealed = fs::read_to_string(sealed_kit(&public, link)).unwrap();
    let jws = block_on(opening::decrypt(&sealed, &parsed, &NativeCrypto)).unwrap();
    let KitLink::Shl(shl) = parsed;
    (open(&public, link).0, KitCopy { link: shl, jws, choice: None, paused: false })
}

fn journal(dir: &Path) -> (std::path::PathBuf, Kit) {
    let (kit, copy) = published(dir);
    let backup =
        Backup { made_ms: NOW, settings: Settings::default(), events: events(&kit.kit_id), kits: vec![copy] };
    let file = dir.join("journal.json");
    fs::write(&file, backup.write()).unwrap();
    (file, kit)
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[test]
fn a_journal_becomes_a_page_without_scripts_and_a_few_lines() {
    let dir = tempfile::tempdir().unwrap();
    let (file, _) = journal(dir.path());
    let out = succeed(clinic().arg("report").arg(&file));
    for line in [
        "Period        2026-11-09 to 2026-11-22",
        "Kit           Après une chute",
        "Sessions      2 (1 to the end, 1 stopped, 0 left open)",
        "Pain before   2 (0 to 10, oldest first)",
        "Pain after    4 (0 to 10, oldest first)",
        "Not well      2026-11-20  session stopped, pain (Se lever d’une chaise)",
        "Not well      2026-11-20  fell",
    ] {
        assert!(out.contains(line), "{line:?} is not in:\n{out}");
    }
    let page = dir.path().join("journal.report.html");
    assert!(out.contains(&page.display().to_string()));
    let html = plain(&fs::read_to_string(&page).unwrap());
    for words in [
        "<title>Depuis la dernière séance</title>",
        "Du 9 novembre 2026 au 22 novembre 2026",
        "2 séances faites à domicile sur 2 jours",
        "est tombé (noté par un proche)",
        "« Douleur dans la poitrine » (écran : 15 ou 112)",
        "2 séries de 8 répétitions",
        "<td class=\"number\">16</td>",
        "« Marcher »",
        "« Mieux le matin »",
        "default-src 'none'",
    ] {
        assert!(html.contains(words), "{words:?} is not in:\n{html}");
    }
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "the patient’s words are words");
    assert!(!html.contains("long before") && !html.contains("http:") && !html.contains("https:"));
    is_well_nested(&html);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Every element that was opened is closed, in order.
fn is_well_nested(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '/' || c == '!')).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if name.starts_with('!') || name == "meta" => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_results_that_were_sent_make_the_same_page_but_for_what_stays_on_the_phone() {
    let dir = tempfile::tempdir().unwrap();
    let (_, kit) = journal(dir.path());
    let bundle = Results::since_last(&events(&kit.kit_id), &kit).bundle(7, NOW, 60).unwrap();
    let file = dir.path().join("results.json");
    fs::write(&file, bundle.to_text()).unwrap();
    let page = dir.path().join("page.html");
    let out = succeed(clinic().arg("report").arg(&file).arg("--out").arg(&page).args(["--lang", "en"]));
    assert!(out.contains("Period        2026-11-19 to 2026-11-21"), "{out}");
    assert!(out.contains("Sessions      2 (1 to the end, 1 stopped, 0 left open)"), "{out}");
    let html = plain(&fs::read_to_string(&page).unwrap());
    for words in [
        "Since the last appointment",
        "2 sessions done at home on 2 days",
        "Se lever d’une chaise",
        "“Marcher”",
    ] {
        assert!(html.contains(words), "{words:?} is not in:\n{html}");
    }
    assert!(!html.contains("Mieux le matin"));
    let out = succeed(clinic().arg("report").arg(&file).args(["--since", "2026-11-21"]));
    assert!(out.contains("Sessions      0 ") && out.contains("tried a video from elsewhere"), "{out}");
}

#[test]
fn checked_videos_and_what_was_agreed_to_of_the_quiz_are_told_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let (_, kit) = journal(dir.path());
    let learnt =
        |n, what: &Learning| Event { what: what.to_json(), ..event(n, NOW, &What::Fell { by: By::Patient }) };
    let checked = |title: &str, url: Option<&str>, outcome| Learning::VideoChecked {
        url: url.map(str::to_owned),
        title: title.into(),
        answers: vec![Said::No; 5],
        listed: Said::Unknown,
        confirmed: Said::Unknown,
        outcome,
        by: By::Helper,
    };
    let told = ToTell { done: true, cues: vec![Cue::Pain, Cue::Care] };
    let events = vec![
        learnt(1, &checked("Dos <b>neuf</b>", Some("https://vm.tiktok.com/abc/"), Outcome::Grave)),
        learnt(2, &checked("", None, Outcome::NotEnough)),
        learnt(3, &told.told(true)),
    ];
    let bundle = Results::since_last(&events, &kit).bundle(7, NOW, 60).unwrap();
    let sent = dir.path().join("sent.json");
    fs::write(&sent, bundle.to_text()).unwrap();
    let backup = Backup { made_ms: NOW, settings: Settings::default(), events, kits: vec![] };
    let brought = dir.path().join("brought.json");
    fs::write(&brought, backup.write()).unwrap();
    for file in [sent, brought] {
        let page = dir.path().join("page.html");
        let out = succeed(clinic().arg("report").arg(&file).arg("--out").arg(&page));
        for line in [
            "2026-11-22  “Dos <b>neuf</b>”, vm.tiktok.com/abc/ (screen: serious warning sign)",
            "2026-11-22  a video (screen: not enough information)",
            "Done. To talk about: pain, the place of a health professional",
        ] {
            assert!(out.contains(line), "{line:?} is not in:\n{out}");
        }
        assert!(!out.contains("nothing in this period"));
        let html = plain(&fs::read_to_string(&page).unwrap());
        for words in [
            "Vidéos d’ailleurs, vérifiées par le patient",
            "« Dos &lt;b&gt;neuf&lt;/b&gt; », vm.tiktok.com/abc/ (écran : signal grave)",
            "(noté par un proche)",
            "Quiz « Cette vidéo est-elle fiable ? »",
            "Fait. À en parler : la douleur, la place du soignant.",
        ] {
            assert!(html.contains(words), "{words:?} is not in:\n{html}");
        }
        assert!(!html.contains("http:") && !html.contains("https:"), "an address of a stranger is no link");
        is_well_nested(&html);
    }
}

#[test]
fn the_period_begins_with_the_last_appointment_that_has_been_wherever_it_was_moved() {
    let dir = tempfile::tempdir().unwrap();
    let day = |on: &str| on.parse().ok();
    let set = |number, on| What::AppointmentSet { kit: "k".into(), number, on };
    let whats = [
        set(1, day("2026-11-21")),
        set(1, day("2026-11-12")),
        set(2, day("2026-11-22")),
        set(3, day("2026-11-20")),
        set(3, None),
    ];
    let events = (0..).zip(&whats).map(|(n, w)| event(n, NOW, w)).collect();
    let backup = Backup { made_ms: NOW, settings: Settings::default(), events, kits: vec![] };
    let file = dir.path().join("j.json");
    fs::write(&file, backup.write()).unwrap();
    let out = succeed(clinic().arg("report").arg(&file));
    assert!(out.contains("Period        2026-11-12 to 2026-11-22"), "{out}");
    assert!(out.contains("nothing in this period"), "{out}");
}

#[test]
fn a_wrong_file_is_told_with_its_name_the_field_what_was_expected_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (file, kit) = journal(dir.path());
    let good = fs::read_to_string(&file).unwrap();
    let bundle = Results::since_last(&events(&kit.kit_id), &kit).bundle(7, NOW, 60).unwrap().to_text();
    let cases = [
        (good.replacen("\"at_ms\"", "\"at\"", 1), "journal[0].at_ms"),
        (good.replacen("\"fell\"", "\"felt\"", 1), "check"),
        (good.replacen("\"1.0\"", "\"2.0\"", 1), "backup"),
        (good[..good.len() / 2].to_owned(), "bent.json:1"),
        ("{\n\"a\": 1,\n}".to_owned(), "bent.json:3"),
        ("{\"resourceType\":\"Patient\"}".to_owned(), "backup"),
        ("{\"resourceType\":\"Bundle\",\"entry\":[]}".to_owned(), "entry"),
        (bundle.replacen("effectiveDateTime\":\"2026", "effectiveDateTime\":\"x", 1), "effectiveDateTime"),
    ];
    for (text, field) in cases {
        let bent = dir.path().join("bent.json");
        fs::write(&bent, text).unwrap();
        refused(clinic().arg("report").arg(&bent), &["bent.json", field, "Expected", "What to do"]);
        assert!(!dir.path().join("bent.report.html").exists());
    }
    refused(clinic().arg("report").arg(dir.path().join("none.json")), &["none.json", "What to do"]);
    refused(clinic().arg("report").arg(&file).arg("--out").arg(&file), &["journal.json", "What to do"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), good, "the patient’s file is never written");
}
