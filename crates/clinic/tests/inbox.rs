//! `clinic inbox` and `clinic reply`: what patients sent is opened, seen, answered and erased, and the
//! patient's kit says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use care::{
    calendar::Day,
    item::{Header, Kind, id_of},
    journal::{By, Event, Feeling, What},
    json::Json as _,
    kit::{Answers, Kit},
    profile::ProfileId,
    quiz::{Cue, Learning},
    results::Results,
};
use common::*;
use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A clinic that published a kit which sends back, on a link without a code.
struct Desk {
    dir: tempfile::TempDir,
    clinic: PathBuf,
    kit: PathBuf,
    link: String,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clinic_dir = make_clinic(dir.path());
        let kit = write_kit(dir.path(), &format!("return = \"server\"\n{KIT}"));
        let link = patient_link(&succeed(clinic().arg("publish").arg(&kit).arg("--clinic").arg(&clinic_dir)));
        Desk { dir, clinic: clinic_dir, kit, link }
    }

    /// The same with a spoken code, so that answers reach the patient.
    fn with_code() -> Self {
        let mut desk = Desk::new();
        let mut command = clinic();
        command.arg("publish").arg(&desk.kit).arg("--clinic").arg(&desk.clinic).args(["--passcode", "1234"]);
        desk.link = patient_link(&succeed(&mut command));
        desk
    }

    /// The kit that the patient's phone would get now.
    fn patient(&self) -> Kit {
        let public = self.clinic.join("public");
        let register = fs::read_to_string(self.clinic.join("desk/kits/kit.toml")).unwrap();
        let name = register
            .lines()
            .find_map(|l| l.strip_prefix("behind_passcode = "))
            .or_else(|| register.lines().find_map(|l| l.strip_prefix("link_id = ")))
            .unwrap();
        let sealed = fs::read_to_string(public.join("k").join(name.trim_matches('"'))).unwrap();
        open_sealed(&public, &self.link, &sealed).unwrap().0
    }

    fn answers(&self) -> Answers {
        self.patient().answers.unwrap_or_default()
    }

    fn inbox(&self, args: &[&str]) -> Command {
        let mut command = clinic();
        command.arg("inbox").arg(&self.clinic).args(args);
        command
    }

    fn list(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(&succeed(&mut self.inbox(&["--json"]))).unwrap()
    }

    fn reply(&self, args: &[&str]) -> Command {
        let mut command = clinic();
        command.arg("reply").arg(&self.clinic).args(args);
        command
    }

    fn stored(&self, item: &str) -> PathBuf {
        self.clinic.join("server/items").join(self.patient().kit_id).join(format!("{item}.age"))
    }

    /// Puts bytes where the server puts what arrived.
    fn arrives(&self, item: &str, sealed: &[u8]) -> PathBuf {
        let file = self.stored(item);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, sealed).unwrap();
        file
    }

    fn header(&self, n: u8, kind: Kind) -> Header {
        Header {
            item: id_of([n; 16]),
            kit_id: self.patient().kit_id,
            kind,
            exercise: (kind == Kind::Clip).then(|| "sit-to-stand".to_owned()),
            mime: if kind == Kind::Clip {
                "video/webm;codecs=vp8".into()
            } else {
                "application/fhir+json".into()
            },
            bytes: 0,
            made_ms: 1_795_000_000_000,
            offset_min: 60,
            words: Some("Est-ce que mon dos <est> droit ?".into()),
            sound: false,
        }
    }

    /// Seals an item for the kit's recipients, as a phone does.
    fn seal(&self, header: Header, payload: &[u8]) -> Vec<u8> {
        let plain = [Header { bytes: payload.len() as u64, ..header }.front(), payload.to_vec()].concat();
        seal(&self.patient().upload.unwrap().recipients, &plain)
    }

    fn clip_arrives(&self, n: u8, film: &[u8]) -> String {
        let header = self.header(n, Kind::Clip);
        let item = header.item.clone();
        self.arrives(&item, &self.seal(header, film));
        item
    }
}

fn seal(recipients: &[String], plain: &[u8]) -> Vec<u8> {
    let recipients: Vec<age::x25519::Recipient> = recipients.iter().map(|r| r.parse().unwrap()).collect();
    let all = recipients.iter().map(|r| r as &dyn age::Recipient);
    let mut sealed = Vec::new();
    let mut writer = age::Encryptor::with_recipients(all).unwrap().wrap_output(&mut sealed).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap();
    sealed
}

fn webm(dir: &Path) -> Vec<u8> {
    let file = dir.join("clip.webm");
    ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=640x360:rate=15:duration=4",
            "-c:v",
            "libvpx",
            "-deadline",
            "realtime",
            "-b:v",
            "200k",
        ],
        &file,
    );
    fs::read(file).unwrap()
}

fn files(entry: &serde_json::Value) -> Vec<String> {
    entry["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_clip_is_listed_opened_and_seen_and_the_patient_reads_it() {
    let desk = Desk::new();
    assert!(succeed(&mut desk.inbox(&[])).contains("Nothing is here"));
    let film = webm(desk.dir.path());
    let item = desk.clip_arrives(7, &film);
    let listed = desk.list();
    assert_eq!(
        (listed.len(), listed[0]["state"].as_str(), listed[0]["kit"].as_str()),
        (1, Some("new"), Some("kit"))
    );
    let table = succeed(&mut desk.inbox(&[]));
    assert!(table.contains(&item[..8]) && table.contains("sealed") && table.contains("new"), "{table}");
    refused(&mut desk.inbox(&["seen", &item[..6]]), &["was not opened"]);

    let said = succeed(&mut desk.inbox(&["open", "--all"]));
    assert!(said.contains("sit-to-stand") && said.contains("Est-ce que mon dos"), "{said}");
    let opened = &desk.list()[0];
    assert_eq!(opened["state"], "opened");
    let [clip, page] = &files(opened)[..] else { panic!("{opened}") };
    let folder = desk.clinic.join("desk/inbox");
    assert_eq!(clip, &format!("kit/2026-11-18-sit-to-stand-{}.webm", &item[..8]));
    assert_eq!(fs::read(folder.join(clip)).unwrap(), film);
    let html = fs::read_to_string(folder.join(page)).unwrap();
    assert!(html.contains("<video src=\"2026-11-18-sit-to-stand-") && html.contains("&lt;est&gt;"), "{html}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.join(clip)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(desk.answers().seen.is_empty(), "opening alone tells the patient nothing");
    let before = desk.patient().version;
    succeed(&mut desk.inbox(&["seen", &item]));
    let seen = desk.answers().seen;
    assert_eq!((seen.len(), seen[0].item.as_str(), desk.patient().version), (1, item.as_str(), before + 1));
    succeed(&mut desk.inbox(&["seen", &item]));
    assert_eq!(desk.patient().version, before + 1, "nothing new is nothing to fetch");
    // A publication keeps what was said.
    succeed(clinic().arg("publish").arg(&desk.kit).arg("--clinic").arg(&desk.clinic));
    assert_eq!(desk.answers().seen, seen);
    assert_eq!(desk.list()[0]["state"], "seen");
    refused(&mut desk.inbox(&["open", "zzzz"]), &["holds no item zzzz"]);
    refused(&mut desk.inbox(&["open", &item[..2]]), &["too short"]);
}

#[test]
fn the_list_goes_by_kit_and_then_by_the_time_of_arrival() {
    let desk = Desk::new();
    // A second patient, whose name comes first at the desk.
    let mut publish = clinic();
    publish.arg("publish").arg(&desk.kit).arg("--clinic").arg(&desk.clinic).args(["--as", "epaule"]);
    let second = open(&desk.clinic.join("public"), &patient_link(&succeed(&mut publish))).0.kit_id;
    // Days before now: neither the order of the ids nor that of the arrivals.
    let first = desk.patient().kit_id;
    let items = [(&first, 1, 2), (&second, 2, 3), (&first, 3, 9), (&second, 4, 8), (&first, 5, 5)];
    for (kit_id, n, days) in items {
        let file = desk.clinic.join("server/items").join(kit_id).join(format!("{}.age", id_of([n; 16])));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "sealed").unwrap();
        arrived_before(&file, days);
    }
    let expected = [("epaule", 4u8), ("epaule", 2), ("kit", 3), ("kit", 5), ("kit", 1)]
        .map(|(k, n)| (k, id_of([n; 16])));
    let list = desk.list();
    let listed: Vec<(&str, String)> =
        list.iter().map(|e| (e["kit"].as_str().unwrap(), e["item"].as_str().unwrap().to_owned())).collect();
    assert_eq!(listed, expected);
    // The table for people is in the same order.
    let table = succeed(&mut desk.inbox(&[]));
    let at: Vec<usize> = expected.iter().map(|(_, item)| table.find(&item[..8]).unwrap()).collect();
    assert!(at.is_sorted(), "{table}");
}

#[test]
fn results_become_the_report_that_the_desk_knows() {
    let desk = Desk::new();
    let bundle = results_bundle(&desk.patient());
    let header = desk.header(9, Kind::Results);
    let item = header.item.clone();
    desk.arrives(&item, &desk.seal(header, &bundle));
    succeed(&mut desk.inbox(&["open", &item]));
    let opened = &desk.list()[0];
    let [json, page] = &files(opened)[..] else { panic!("{opened}") };
    let folder = desk.clinic.join("desk/inbox");
    assert!(json.ends_with(&format!("results-{}.json", &item[..8])), "{json}");
    assert_eq!(fs::read(folder.join(json)).unwrap(), bundle);
    assert!(fs::read_to_string(folder.join(page)).unwrap().contains("<html"));
}

#[test]
fn the_stock_programs_age_and_rage_open_items_with_either_key() {
    let desk = Desk::new();
    for n in [0usize, 1, 65_535, 65_536, 65_537, 5_000_000] {
        let payload: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
        let item = desk.clip_arrives(3, &payload);
        for key in ["age-identity.txt", "recovery-key.txt"] {
            for program in ["age", "rage"] {
                let mut command = Command::new(program);
                command.arg("-d").arg("-i").arg(desk.clinic.join("desk").join(key)).arg(desk.stored(&item));
                let output = command.stdin(Stdio::null()).output();
                let output = output.unwrap_or_else(|e| panic!("{program} (cargo xtask setup): {e}"));
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let (header, found) = care::item::read(&output.stdout).unwrap();
                assert!(header.item == item && found == payload, "{n} bytes, {key}, {program}");
            }
        }
    }
    // What another program sealed and opened is taken just as well.
    let payload = b"film";
    let header = Header { bytes: 4, ..desk.header(4, Kind::Clip) };
    let plain = [header.front(), payload.to_vec()].concat();
    let mut command = Command::new("age");
    for recipient in desk.patient().upload.unwrap().recipients {
        command.args(["-r", &recipient]);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&plain).unwrap();
    let mut sealed = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut sealed).unwrap();
    assert!(child.wait().unwrap().success());
    desk.arrives(&header.item, &sealed);
    succeed(&mut desk.inbox(&["open", &header.item]));
}

#[test]
fn a_stick_brings_what_no_network_brought() {
    let desk = Desk::new();
    let header = desk.header(5, Kind::Clip);
    let item = header.item.clone();
    let stick = desk.dir.path().join("stick.age");
    fs::write(&stick, desk.seal(header.clone(), b"film")).unwrap();
    let said = succeed(&mut desk.inbox(&["open", stick.to_str().unwrap()]));
    assert!(said.contains(&item), "{said}");
    assert_eq!(desk.list()[0]["state"], "opened");
    succeed(&mut desk.inbox(&["seen", &item]));
    assert_eq!(desk.answers().seen[0].item, item);
    // From another clinic's patient.
    let foreign = Header { kit_id: "x".repeat(22), ..header };
    fs::write(&stick, desk.seal(foreign, b"film")).unwrap();
    refused(&mut desk.inbox(&["open", stick.to_str().unwrap()]), &["did not publish"]);
}

#[test]
fn what_is_foreign_damaged_or_replayed_is_told_and_hurts_nothing_else() {
    let desk = Desk::new();
    let good = desk.clip_arrives(1, b"film");
    let id = |n: u8| id_of([n; 16]);
    desk.arrives(&id(2), b"");
    desk.arrives(&id(3), b"hello, this is no item");
    // Another clip's bytes under a new name, and a clip that says another kit.
    desk.arrives(&id(4), &fs::read(desk.stored(&good)).unwrap());
    let stranger = Header { kit_id: "x".repeat(22), ..desk.header(5, Kind::Clip) };
    desk.arrives(&id(5), &desk.seal(stranger, b"film"));
    let mut damaged = desk.seal(desk.header(6, Kind::Clip), &[7; 100_000]);
    damaged[70_000] ^= 1;
    desk.arrives(&id(6), &damaged);
    let nobody = age::x25519::Identity::generate().to_public().to_string();
    desk.arrives(&id(7), &seal(&[nobody], b"film"));
    let inside = seal(&desk.patient().upload.unwrap().recipients, b"no header");
    desk.arrives(&id(8), &inside);
    let tricky = Header { exercise: Some("../../../../x".into()), ..desk.header(9, Kind::Clip) };
    desk.arrives(&id(9), &desk.seal(tricky, b"film"));
    fs::write(desk.stored(&good).with_file_name("notes.txt"), "in the way").unwrap();
    let err = refused(
        &mut desk.inbox(&["open", "--all"]),
        &["is not a sealed item", "is damaged", "another item", "another key", "is not an item of Bon Geste"],
    );
    assert_eq!(err.matches("What to do").count(), 7, "{err}");
    let states: Vec<(String, String)> = desk
        .list()
        .iter()
        .map(|e| (e["item"].as_str().unwrap().to_owned(), e["state"].as_str().unwrap().to_owned()))
        .collect();
    for (item, state) in &states {
        let expected = if [&good, &id(9)].contains(&item) { "opened" } else { "unreadable" };
        assert_eq!(state, expected, "{item}");
    }
    assert_eq!(states.len(), 9);
    let kept: Vec<_> =
        fs::read_dir(desk.clinic.join("desk/inbox")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(fs::read_dir(desk.clinic.join("desk/inbox/kit")).unwrap().count(), 4);
}

#[test]
fn a_key_that_was_changed_while_clips_waited_still_opens_them() {
    let desk = Desk::new();
    let old = desk.clip_arrives(1, b"film");
    let desk_dir = desk.clinic.join("desk");
    fs::rename(desk_dir.join("age-identity.txt"), desk_dir.join("age-identity-2026.txt")).unwrap();
    fs::remove_file(desk_dir.join("recovery-key.txt")).unwrap();
    let other = make_clinic(&desk.dir.path().join("other"));
    fs::copy(other.join("desk/age-identity.txt"), desk_dir.join("age-identity.txt")).unwrap();
    succeed(clinic().arg("publish").arg(&desk.kit).arg("--clinic").arg(&desk.clinic));
    let new = desk.clip_arrives(2, b"film");
    succeed(&mut desk.inbox(&["open", &old, &new]));
    // Neither the old key nor the recovery key: the way out is told.
    fs::remove_file(desk_dir.join("age-identity-2026.txt")).unwrap();
    let header = desk.header(3, Kind::Clip);
    let item = header.item.clone();
    let first = age::x25519::Identity::generate().to_public().to_string();
    desk.arrives(&item, &seal(&[first], &[header.front(), b"film".to_vec()].concat()));
    refused(&mut desk.inbox(&["open", &item]), &["another key", "recovery-key.txt"]);
}

#[test]
fn a_patients_wish_to_erase_reaches_the_copies_and_comes_back_to_the_patient() {
    let desk = Desk::new();
    let item = desk.clip_arrives(1, b"film");
    let other = desk.clip_arrives(2, b"film");
    succeed(&mut desk.inbox(&["open", "--all"]));
    let copies: Vec<PathBuf> = desk
        .list()
        .iter()
        .filter(|e| e["item"] == *item)
        .flat_map(files)
        .map(|f| desk.clinic.join("desk/inbox").join(f))
        .collect();
    assert!(copies.len() == 2 && copies.iter().all(|f| f.exists()));
    // What the server does with a wish.
    fs::remove_file(desk.stored(&item)).unwrap();
    let wish = desk.stored(&item).with_extension("erase");
    fs::write(&wish, "").unwrap();
    let said = run(&mut desk.inbox(&[]));
    assert!(said.ok && said.err.contains("the patient asked for it"), "{}", said.err);
    assert!(copies.iter().all(|f| !f.exists()) && !wish.exists());
    let erased = desk.answers().erased;
    assert_eq!((erased.len(), erased[0].item.as_str()), (1, item.as_str()));
    assert_eq!(desk.list().len(), 1);
    // By hand.
    succeed(&mut desk.inbox(&["erase", &other]));
    assert!(!desk.stored(&other).exists() && desk.list().is_empty());
    assert_eq!(desk.answers().erased.len(), 2);
}

#[test]
fn the_stills_of_an_erased_clip_leave_its_answers_and_the_words_stay() {
    let desk = Desk::with_code();
    let film = webm(desk.dir.path());
    let [wished, by_hand, kept] = [1, 2, 3].map(|n| desk.clip_arrives(n, &film));
    for item in [&wished, &by_hand, &kept] {
        succeed(&mut desk.reply(&[item, "--still", "1", "--text", "Regardez ici."]));
    }
    let with_still = |answers: &Answers| -> Vec<String> {
        let replies = answers.replies.iter().filter(|reply| reply.picture.is_some());
        replies.filter_map(|reply| reply.item.clone()).collect()
    };
    assert_eq!(with_still(&desk.answers()), [&*wished, &by_hand, &kept]);
    let version = desk.patient().version;
    // What the server does with a wish.
    fs::remove_file(desk.stored(&wished)).unwrap();
    fs::write(desk.stored(&wished).with_extension("erase"), "").unwrap();
    succeed(&mut desk.inbox(&[]));
    assert_eq!(with_still(&desk.answers()), [&*by_hand, &kept]);
    assert_eq!(desk.patient().version, version + 1, "phones fetch the kit without it");
    succeed(&mut desk.inbox(&["erase", &by_hand]));
    let answers = desk.answers();
    assert_eq!(with_still(&answers), [&*kept]);
    assert!(answers.replies.iter().all(|reply| reply.words.as_deref() == Some("Regardez ici.")));
    assert_eq!(answers.replies.len(), 3);
    let at_desk = fs::read_to_string(desk.clinic.join("desk/answers/kit.json")).unwrap();
    assert_eq!(at_desk.matches("\"picture\"").count(), 1);
    assert_eq!(fs::read_dir(desk.clinic.join("public/k")).unwrap().count(), 1, "no kit of before is left");
    assert_eq!(fs::read_dir(desk.clinic.join("desk/inbox/.answers")).unwrap().count(), 0);
    // Nothing brings them back.
    succeed(clinic().arg("publish").arg(&desk.kit).arg("--clinic").arg(&desk.clinic));
    assert_eq!(with_still(&desk.answers()), [&*kept]);
}

#[test]
fn what_is_older_than_the_clinic_keeps_things_goes_and_is_told() {
    let desk = Desk::new();
    let old = desk.clip_arrives(1, b"film");
    let young = desk.clip_arrives(2, b"film");
    // To the day that the phone names; 28, because the day may end while this runs.
    arrived_before(&desk.stored(&old), 30);
    arrived_before(&desk.stored(&young), 28);
    let said = run(&mut desk.inbox(&["--json"]));
    assert!(
        said.err.contains("its days are over") && said.err.contains("had not been opened"),
        "{}",
        said.err
    );
    let left = desk.list();
    assert_eq!((left.len(), left[0]["item"].as_str()), (1, Some(young.as_str())));
    let day = |field: &str| left[0][field].as_str().unwrap().parse::<Day>().unwrap();
    assert_eq!(day("erased_on"), day("arrived").plus(30));
    assert!(!desk.stored(&old).exists());
    assert_eq!(desk.answers().erased[0].item, old);
    // The server was faster, and left word.
    succeed(&mut desk.inbox(&["open", "--all"]));
    let copies = files(&desk.list()[0]);
    fs::remove_file(desk.stored(&young)).unwrap();
    let word = desk.stored(&young).with_extension("over");
    fs::write(&word, "").unwrap();
    let said = run(&mut desk.inbox(&[]));
    assert!(said.err.contains("its days are over") && !said.err.contains("not been opened"), "{}", said.err);
    assert!(copies.iter().all(|file| !desk.clinic.join("desk/inbox").join(file).exists()));
    assert!(!word.exists() && desk.list().is_empty());
    assert_eq!(desk.answers().erased[1].item, young);
}

#[test]
fn an_answer_in_words_reaches_a_link_with_a_code_and_no_other() {
    let desk = Desk::new();
    let item = desk.clip_arrives(1, b"film");
    refused(&mut desk.reply(&[&item, "--text", "Bien."]), &["asks for no code", "--passcode auto"]);
    let settings = desk.clinic.join("clinic.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("# answers_on_open_links", "answers_on_open_links")).unwrap();
    succeed(&mut desk.reply(&[&item, "--text", "Gardez le dos droit."]));
    assert_eq!(desk.answers().replies.len(), 1);

    let desk = Desk::with_code();
    let item = desk.clip_arrives(1, b"film");
    let said = succeed(&mut desk.reply(&[&item[..5], "--text", " Gardez le dos droit. "]));
    let sms = said.lines().find_map(|l| l.strip_prefix("Text message to send: ")).unwrap();
    assert!(sms.contains("votre kiné vous a répondu") && !sms.contains("dos"), "{sms}");
    let answers = desk.answers();
    let reply = &answers.replies[0];
    assert_eq!(
        (reply.words.as_deref(), reply.item.as_deref()),
        (Some("Gardez le dos droit."), Some(item.as_str()))
    );
    assert_eq!(reply.exercise.as_deref(), Some("sit-to-stand"));
    assert_eq!(answers.seen[0].item, item, "whoever answers has seen");
    assert_eq!(desk.list()[0]["state"], "answered");
    for (args, words) in [
        (&["--text", "  "][..], "there is no answer"),
        (&["--still", "1"], "needs a sentence"),
        (&["--text", "Rien de grave, vous progressez."], "never say"),
        (&["--text", &"a".repeat(1001)], "longer than 1000"),
    ] {
        refused(desk.reply(&[&item]).args(args), &[words]);
    }
    assert_eq!(desk.answers().replies.len(), 1);
}

#[test]
fn a_still_of_the_clip_with_a_circle_is_an_answer_of_some_30_kilobytes() {
    let desk = Desk::with_code();
    let item = desk.clip_arrives(1, &webm(desk.dir.path()));
    succeed(&mut desk.reply(&[&item, "--still", "2.5", "--circle", "50,50,30", "--text", "Ici."]));
    let picture = STANDARD.decode(desk.answers().replies[0].picture.as_ref().unwrap()).unwrap();
    assert!(picture.len() <= 32_000, "{}", picture.len());
    let jpeg = image::load_from_memory_with_format(&picture, image::ImageFormat::Jpeg).unwrap().to_rgb8();
    let (width, height) = jpeg.dimensions();
    assert!(width >= 300 && width > height, "{width}x{height}");
    let ring = jpeg.get_pixel(width / 2, height / 2 - (f64::from(height) * 0.3) as u32).0;
    assert!(ring[0] > 180 && ring[1] > 150 && ring[2] < 120, "{ring:?}");
    assert!(!picture.windows(4).any(|w| w == b"Exif"));
    let open = fs::read_dir(desk.clinic.join("public/m")).unwrap();
    let names = open.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.ends_with(".jpg")), "of the patient nothing lies open");
    for _ in 0..4 {
        succeed(&mut desk.reply(&[&item, "--still", "1", "--text", "Ici."]));
    }
    let kept: Vec<bool> = desk.answers().replies.iter().map(|reply| reply.picture.is_some()).collect();
    assert_eq!(kept, [false, true, true, true, true], "a kit carries four stills at most");
    refused(&mut desk.reply(&[&item, "--still", "60", "--text", "x"]), &["there is no picture at 60 s"]);
    refused(&mut desk.reply(&[&item, "--circle", "1,1,1", "--text", "x"]), &["--still"]);
    let results = desk.header(2, Kind::Results);
    let id = results.item.clone();
    desk.arrives(&id, &desk.seal(results, &results_bundle(&desk.patient())));
    refused(&mut desk.reply(&[&id, "--still", "1", "--text", "x"]), &["is not a clip"]);
}

#[test]
fn a_film_is_an_answer_in_the_sizes_of_the_kits_films() {
    let desk = Desk::with_code();
    let item = desk.clip_arrives(1, b"film");
    let answer = desk.dir.path().join("answer.mp4");
    film(&answer, "320x240", 2, &[]);
    let file = answer.to_str().unwrap();
    refused(&mut desk.reply(&[&item, "--video", file]), &["--alt"]);
    succeed(&mut desk.reply(&[&item, "--video", file, "--text", "Je vous montre."]));
    let video = desk.answers().replies[0].video.clone().unwrap();
    assert_eq!((video.rungs.len(), video.alt.fr.as_str()), (3, "Je vous montre."));
    for media in desk.patient().media() {
        assert!(clinic::files::is_intact(&desk.clinic.join("public"), media), "{media:?}");
    }
}

#[test]
fn of_the_quiz_shares_are_told_from_twenty_patients_on() {
    let desk = Desk::new();
    let recipients = desk.patient().upload.unwrap().recipients;
    let arrives = |n: u8| {
        let (kit_id, subject) = (format!("{}A", char::from(b'a' + n).to_string().repeat(21)), i64::from(n));
        let cues = if n.is_multiple_of(4) { vec![Cue::Pain] } else { vec![] };
        let told = Learning::QuizTold { agreed: true, done: true, cues };
        let kit = Kit { kit_id: kit_id.clone(), ..desk.patient() };
        let payload = bundle(&kit, subject, told.to_json());
        let header =
            Header { kit_id: kit_id.clone(), bytes: payload.len() as u64, ..desk.header(n, Kind::Results) };
        let file = desk.clinic.join("server/items").join(&kit_id).join(format!("{}.age", header.item));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, seal(&recipients, &[header.front(), payload].concat())).unwrap();
    };
    let results = || succeed(clinic().args(["quiz", "results"]).arg(&desk.clinic));
    (1..20).for_each(arrives);
    let sealed = results();
    assert!(
        sealed.contains("agreed to tell of the quiz: 0\n") && sealed.contains("not counted: 19."),
        "{sealed}"
    );
    succeed(&mut desk.inbox(&["open", "--all"]));
    let few = results();
    assert!(few.contains("agreed to tell of the quiz: 19\nShares of the quiz are shown from 20"), "{few}");
    assert!(!few.contains('%') && !few.contains("not counted"), "{few}");
    arrives(20);
    succeed(&mut desk.inbox(&["open", "--all"]));
    let enough = results();
    let line = |start: &str| {
        let line = enough.lines().find(|line| line.starts_with(start)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("went through"), "went through it to its end 20 100 % 84 to 100 %");
    // Five of twenty, by Wilson: 0.1119 to 0.4687.
    assert_eq!(line("to talk about: pain"), "to talk about: pain 5 25 % 11 to 47 %");
}

/// A Bundle as the portal sends it: one pain that was told.
fn results_bundle(kit: &Kit) -> Vec<u8> {
    let pain = What::Felt {
        kit: kit.kit_id.clone(),
        session: None,
        what: Feeling::Pain,
        level: 4,
        after: true,
        by: By::Patient,
    };
    bundle(kit, 7, pain.to_json())
}

/// A Bundle of one thing that happened.
fn bundle(kit: &Kit, subject: i64, what: care::json::Value) -> Vec<u8> {
    let (at_ms, offset_min) = (1_795_000_000_000, 60);
    let day = Day::of(at_ms, offset_min);
    let event = Event { id: "e1".into(), profile: ProfileId::first(), at_ms, offset_min, day, what };
    let subject = u128::try_from(subject).unwrap();
    Results::since_last(&[event], kit).bundle(subject, at_ms, offset_min).unwrap().to_text().into_bytes()
}
