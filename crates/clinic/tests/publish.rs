//! `clinic publish`: what lacks anything is refused; what is published opens with its link, with
//! its keys, and with nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use care::{link::KitLink, opening::OpenError, text::Lang, trust::Verification, wording::never_said};
use common::*;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn publish(kit: &Path, clinic_dir: &Path) -> std::process::Command {
    let mut command = clinic();
    command.arg("publish").arg(kit).arg("--clinic").arg(clinic_dir);
    command
}

fn published(clinic_dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(clinic_dir.join("public/k")).unwrap().map(|e| e.unwrap().path()).collect()
}

/// One change to the good kit, the field that must be named, and words of the sentence.
type Fault = (&'static str, &'static str, &'static str, &'static str);

const MISSING: &[Fault] = &[
    ("title = { fr = \"Après une chute\", en = \"After a fall\" }", "", "title", "is missing"),
    ("topic = \"fall\"", "", "topic", "is missing"),
    ("review_by = \"2099-06-01\"", "", "review_by", "is missing"),
    ("for_whom = \"Personnes qui marchent seules.\"", "", "for_whom", "is missing"),
    ("not_for = \"Fracture récente.\"", "", "not_for", "is missing"),
    (
        "[validated_by]\nname = \"Camille Exemple\"\nqualification = \"masseur-kinésithérapeute D.E.\"\non = \"2020-11-02\"",
        "",
        "validated_by",
        "is missing",
    ),
    ("[validated_by]\nname = \"Camille Exemple\"", "[validated_by]", "validated_by.name", "is missing"),
    (
        "qualification = \"masseur-kinésithérapeute D.E.\"\non",
        "on",
        "validated_by.qualification",
        "is missing",
    ),
    ("on = \"2020-11-02\"", "", "validated_by.on", "is missing"),
    ("id = \"sit-to-stand\"", "", "exercises[1].id", "is missing"),
    (
        "title = { fr = \"Se lever d’une chaise\", en = \"Sit to stand\" }",
        "",
        "exercises[1].title",
        "is missing",
    ),
    ("why = \"Pour vous lever sans aide.\"", "", "exercises[1].why", "is missing"),
    (
        "steps = [\"Asseyez-vous au bord.\", \"Levez-vous.\", \"Rasseyez-vous lentement.\"]",
        "",
        "exercises[1].steps",
        "is missing",
    ),
    (
        "dosage = { sets = 2, reps = 8, rest_s = 60, per_day = 2, days_per_week = 3 }",
        "",
        "exercises[1].dosage",
        "is missing",
    ),
    ("from = \"2099-03-01\"", "", "maintenance.from", "is missing"),
    ("go_on = [\"Marchez une demi-heure par jour.\"]", "", "maintenance.go_on", "is missing"),
    ("come_back = \"Si vous tombez de nouveau.\"", "", "maintenance.come_back", "is missing"),
    ("sets = 2, ", "", "exercises[1].dosage.sets", "is missing"),
    ("reps = 8, ", "", "exercises[1].dosage.reps", "is missing"),
    ("per_day = 2, ", "", "exercises[1].dosage.per_day", "is missing"),
    (", days_per_week = 3", "", "exercises[1].dosage.days_per_week", "is missing"),
    (
        "[exercises.provenance]\nauthor = \"Camille Exemple\"",
        "[exercises.provenance]",
        "exercises[1].provenance.author",
        "is missing",
    ),
    (
        "qualification = \"masseur-kinésithérapeute D.E.\"\nmade",
        "made",
        "exercises[1].provenance.qualification",
        "is missing",
    ),
    ("made = \"2020-10-12\"", "", "exercises[1].provenance.made", "is missing"),
    ("rights = \"Filmé au cabinet, avec accord écrit.\"", "", "exercises[1].provenance.rights", "is missing"),
    ("title = \"Un guide\", ", "", "exercises[1].provenance.sources[1].title", "is missing"),
    ("publisher = \"Un éditeur\", ", "", "exercises[1].provenance.sources[1].publisher", "is missing"),
    ("author = \"Une agence publique\"", "", "links[1].author", "is missing"),
    ("qualification = \"service public\"", "", "links[1].qualification", "is missing"),
    ("checked = \"2020-11-02\"", "", "links[1].checked", "is missing"),
    ("reason = \"Pour éviter les tapis.\"", "", "links[1].reason", "is missing"),
    ("url = \"https://www.example.org/logement\"", "", "links[1].url", "is missing"),
    ("[[warnings]]", "[[xwarnings]]", "warnings", "is missing"),
    ("level = \"red\"", "", "warnings[1].level", "is missing"),
    ("sign = \"Douleur dans la poitrine\"", "", "warnings[1].sign", "is missing"),
    ("action = \"Arrêtez. Appelez le 15 ou le 112.\"", "", "warnings[1].action", "is missing"),
    (
        "source = { title = \"Une page publique\", publisher = \"Une agence publique\", date = \"2020\" }",
        "",
        "warnings[1].source",
        "is missing",
    ),
    (", date = \"2020\" }", " }", "warnings[1].source.date", "is missing"),
];

const ABSURD: &[Fault] = &[
    ("\"Après une chute\"", "\"  \"", "title.fr", "empty text"),
    ("\"Après une chute\"", "12", "title.fr", "the number 12"),
    (
        "{ fr = \"Après une chute\", en = \"After a fall\" }",
        "{ en = \"After a fall\" }",
        "title.fr",
        "is missing",
    ),
    ("topic = \"fall\"", "topic = \"Chute à la maison\"", "topic", "small letters"),
    ("valid_until = \"2099-06-30\"", "valid_until = \"2020-01-01\"", "valid_until", "which is past"),
    ("review_by = \"2099-06-01\"", "review_by = \"2020-01-01\"", "review_by", "which is past"),
    ("review_by = \"2099-06-01\"", "review_by = \"01/06/2099\"", "review_by", "YYYY-MM-DD"),
    ("review_by = \"2099-06-01\"", "review_by = \"2099-02-30\"", "review_by", "YYYY-MM-DD"),
    ("on = \"2020-11-02\"", "on = \"2099-11-02\"", "validated_by.on", "still to come"),
    ("made = \"2020-10-12\"", "made = \"2099-10-12\"", "provenance.made", "still to come"),
    ("sets = 2", "sets = 0", "dosage.sets", "from 1 to 20"),
    ("sets = 2", "sets = 500", "dosage.sets", "from 1 to 20"),
    ("sets = 2", "sets = -1", "dosage.sets", "from 1 to 20"),
    ("sets = 2", "sets = 1.5", "dosage.sets", "from 1 to 20"),
    ("sets = 2", "sets = \"deux\"", "dosage.sets", "from 1 to 20"),
    ("sets = 2", "sets = 99999999999999999999", "dosage.sets", "from 1 to 20"),
    ("reps = 8", "reps = 1000", "dosage.reps", "from 1 to 100"),
    ("reps = 8", "hold_s = 3600", "dosage.hold_s", "from 1 to 600"),
    ("rest_s = 60", "rest_s = 7200", "dosage.rest_s", "from 0 to 600"),
    ("rest_s = 60", "tempo_s = 0", "dosage.tempo_s", "from 1 to 60"),
    ("per_day = 2", "per_day = 24", "dosage.per_day", "from 1 to 12"),
    ("days_per_week = 3", "days_per_week = 8", "dosage.days_per_week", "from 1 to 7"),
    ("days_per_week = 3", "days_per_week = 3, each_side = \"oui\"", "dosage.each_side", "true or false"),
    ("id = \"sit-to-stand\"", "id = \"Se lever !\"", "exercises[1].id", "small letters"),
    ("id = \"sit-to-stand\"", "id = \"../desk\"", "exercises[1].id", "small letters"),
    ("id = \"sit-to-stand\"", "id = \"a\"\ndo = \"nobody\"", "exercises[1].do", "\"helper\""),
    ("id = \"sit-to-stand\"", "id = \"a\"\nedition = \"deluxe\"", "exercises[1].edition", "\"clinic\""),
    ("id = \"sit-to-stand\"", "id = \"a\"\nwatch_before = 0", "exercises[1].watch_before", "from 1"),
    (
        "id = \"sit-to-stand\"",
        "id = \"a\"\nlibrary = \"no-such-entry\"",
        "exercises[1].library",
        "is not there",
    ),
    (
        "steps = [\"Asseyez-vous au bord.\", \"Levez-vous.\", \"Rasseyez-vous lentement.\"]",
        "steps = \"Levez-vous.\"",
        "exercises[1].steps",
        "a list",
    ),
    ("\"Levez-vous.\", ", "\"\", ", "exercises[1].steps[2]", "empty text"),
    ("https://www.example.org/logement", "http://www.example.org/logement", "links[1].url", "https://"),
    ("https://www.example.org/logement", "javascript:alert(1)", "links[1].url", "https://"),
    ("https://www.example.org/logement", "https://www.example.org@evil.example/", "links[1].url", "https://"),
    ("https://www.example.org/logement", "https://", "links[1].url", "https://"),
    ("https://www.example.org/guide", "http://www.example.org/guide", "sources[1].url", "https://"),
    ("checked = \"2020-11-02\"", "checked = \"2099-11-02\"", "links[1].checked", "still to come"),
    ("level = \"red\"", "level = \"rouge\"", "warnings[1].level", "\"orange\""),
    ("topic = \"fall\"", "topic = \"fall\"\nreturn = \"fax\"", "return", "\"server\""),
    ("topic = \"fall\"", "topic = \"fall\"\nexample = \"yes\"", "example", "true or false"),
    (
        "topic = \"fall\"",
        "topic = \"fall\"\nvalid_untill = \"2099-01-01\"",
        "valid_untill",
        "Did you mean `valid_until`",
    ),
    (
        "why = \"Pour vous lever sans aide.\"",
        "why = \"Un exercice sans danger.\"",
        "exercises[1].why",
        "« sans danger », which patients never read",
    ),
    (
        "en = \"Sit to stand\"",
        "en = \"Heal your knees\"",
        "exercises[1].title",
        "« heal », which patients never read",
    ),
    (
        "action = \"Arrêtez. Appelez le 15 ou le 112.\"",
        "action = \"Rien de grave\u{a0}: attendez.\"",
        "warnings[1].action",
        "« rien de grave »",
    ),
    ("why = ", "pourquoi = ", "exercises[1].pourquoi", "not a field known here"),
    ("topic = \"fall\"", "topic = fall", "is not TOML", "kit.toml:4"),
    ("topic = \"fall\"", "topic = \"fall\"\ntopic = \"fall\"", "is not TOML", "kit.toml:5"),
];

#[test]
fn every_missing_or_absurd_field_is_refused_by_its_name_with_its_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    for (good, bad, field, words) in MISSING.iter().chain(ABSURD) {
        assert!(KIT.contains(good), "the good kit does not hold {good:?}");
        let kit = write_kit(dir.path(), &KIT.replacen(good, bad, 1));
        let err = refused(&mut publish(&kit, &clinic_dir), &["kit.toml:", field, words, "What to do"]);
        assert!(!err.contains("validated_by.validated_by"), "{err}");
        assert!(published(&clinic_dir).is_empty(), "{field}");
        assert!(!clinic_dir.join("desk/kits").exists(), "{field}");
    }
}

#[test]
fn a_leaflet_that_promises_too_much_is_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let toml =
        format!("{KIT}\n[[documents]]\nid = \"stairs\"\ntitle = \"L’escalier\"\nfile = \"stairs.txt\"\n");
    let kit = write_kit(dir.path(), &toml);
    fs::write(kit.join("stairs.txt"), "Tenez la rampe.\nVous progressez\u{a0}!\n").unwrap();
    let words = ["kit.toml:", "documents[1]", "stairs.txt says « vous progressez » on line 2", "What to do"];
    refused(&mut publish(&kit, &clinic_dir), &words);
    assert!(published(&clinic_dir).is_empty());
    fs::write(kit.join("stairs.txt"), "Tenez la rampe.\n").unwrap();
    succeed(&mut publish(&kit, &clinic_dir));
}

#[test]
fn all_faults_are_told_in_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let toml = KIT
        .replace("review_by = \"2099-06-01\"\n", "")
        .replace("sets = 2", "sets = 0")
        .replace("https://www.example.org/l", "http://l");
    let kit = write_kit(dir.path(), &toml);
    refused(&mut publish(&kit, &clinic_dir), &["review_by", "dosage.sets", "links[1].url", "3 things"]);
    // A lost library entry is one fault, not ten.
    let toml =
        KIT.replace("id = \"sit-to-stand\"", "id = \"a\"\nlibrary = \"gone\"").replace("why = ", "wy = ");
    write_kit(dir.path(), &toml);
    let err = refused(&mut publish(&kit, &clinic_dir), &["exercises[1].library"]);
    assert_eq!(err.matches("What to do").count(), 1, "{err}");
}

#[test]
fn ids_used_twice_are_refused_wherever_they_meet() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let start = KIT.find("[[exercises]]").unwrap();
    let end = KIT.find("[[links]]").unwrap();
    let twice = format!("{}{}", &KIT[..end], &KIT[start..]);
    let kit = write_kit(dir.path(), &twice);
    refused(&mut publish(&kit, &clinic_dir), &["exercises[2].id", "already the id of exercises[1]"]);
    fs::write(kit.join("a.txt"), "Bonjour").unwrap();
    let document =
        "[[documents]]\nid = \"sit-to-stand\"\ntitle = \"Une feuille\"\nfile = \"a.txt\"\n\n[[links]]";
    write_kit(dir.path(), &KIT.replace("[[links]]", document));
    refused(&mut publish(&kit, &clinic_dir), &["documents[1].id", "already the id of exercises[1]"]);
    let rules = KIT.find("[[warnings]]").unwrap();
    write_kit(dir.path(), &format!("{KIT}{}", &KIT[rules..]));
    refused(&mut publish(&kit, &clinic_dir), &["warnings[2].id", "already the id of warnings[1]"]);
}

#[test]
fn an_empty_kit_is_refused_and_one_without_exercises_for_the_waiting_time_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let start = KIT.find("[[exercises]]").unwrap();
    let links = KIT.find("[[links]]").unwrap();
    let rules = KIT.find("[[warnings]]").unwrap();
    let kit = write_kit(dir.path(), &format!("{}{}", &KIT[..start], &KIT[rules..]));
    refused(&mut publish(&kit, &clinic_dir), &["exercises", "at least one exercise, document or link"]);
    write_kit(dir.path(), &format!("{}{}", &KIT[..start], &KIT[links..]));
    succeed(&mut publish(&kit, &clinic_dir));
}

#[test]
fn a_published_kit_opens_with_its_link_and_is_verified() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(dir.path(), &with_video("film.mp4", ""));
    film(&kit.join("film.mp4"), "320x240", 2, &[]);
    let out = succeed(&mut publish(&kit, &clinic_dir));
    let link = patient_link(&out);
    assert!(link.starts_with("https://portail.example.org/#shlink:/"), "{link}");
    assert!(out.contains('█') && out.contains("Camille Exemple"), "{out}");
    let KitLink::Shl(shl) = KitLink::parse(&link, 0).unwrap();
    assert_eq!(shl.flag, "LU");
    let id = shl.url.strip_prefix("https://portail.example.org/k/").unwrap();
    assert_eq!(id.len(), 43);

    let public = clinic_dir.join("public");
    let (opened, verification) = open(&public, &link);
    assert_eq!(verification, Verification::Verified);
    assert_eq!((opened.version, opened.clinic.phone.as_str()), (1, "+33199001234"));
    assert_eq!(opened.exercises[0].dosage.per_day, 2);
    let maintenance = opened.maintenance.as_ref().unwrap();
    assert_eq!((maintenance.from.to_string().as_str(), maintenance.go_on.len()), ("2099-03-01", 1));
    assert!(!id.contains(&opened.kit_id), "the kit's id must not tell its address");
    assert_eq!(opened.media().len(), 4);
    for media in opened.media() {
        let bytes = fs::read(public.join(media.path())).unwrap();
        assert_eq!(bytes.len() as u64, media.bytes);
        let chunks = fs::read(public.join(media.chunks_path())).unwrap();
        assert_eq!(clinic::files::sha256(&chunks), media.chunks_sha256);
    }
    // Nothing of it can be read without the link.
    let sealed = fs::read_to_string(sealed_kit(&public, &link)).unwrap();
    assert!(
        !sealed.contains("chute") && sealed.split('.').count() == 5 && sealed.split('.').nth(1) == Some("")
    );
}

#[test]
fn publishing_again_keeps_the_link_and_raises_the_version() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(dir.path(), KIT);
    let public = clinic_dir.join("public");
    let first = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    let before = (open(&public, &first).0, fs::read_to_string(sealed_kit(&public, &first)).unwrap());
    write_kit(dir.path(), &KIT.replace("sets = 2", "sets = 3"));
    let second = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    assert_eq!(first, second);
    assert_eq!(published(&clinic_dir).len(), 1);
    let (after, verification) = open(&public, &second);
    assert_eq!(verification, Verification::Verified);
    assert_eq!((after.version, after.exercises[0].dosage.sets), (2, 3));
    assert_eq!(after.kit_id, before.0.kit_id);
    // A nonce used twice with one key would give the text away.
    let nonce = |sealed: &str| sealed.split('.').nth(2).unwrap().to_owned();
    assert_ne!(nonce(&before.1), nonce(&fs::read_to_string(sealed_kit(&public, &second)).unwrap()));
}

#[test]
fn two_kits_never_share_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(dir.path(), KIT);
    let first = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    // Another patient's folder that happens to have the same name.
    let elsewhere = write_kit(&dir.path().join("elsewhere"), KIT);
    refused(&mut publish(&elsewhere, &clinic_dir), &["belongs to the kit in", "--as kit-2"]);
    let second = patient_link(&succeed(publish(&elsewhere, &clinic_dir).args(["--as", "kit-2"])));
    assert_ne!(first, second);
    let public = clinic_dir.join("public");
    assert_ne!(open(&public, &first).0.kit_id, open(&public, &second).0.kit_id);
    refused(publish(&elsewhere, &clinic_dir).args(["--as", "../desk"]), &["--as"]);
    // A folder that was moved keeps its link when the kiné says so.
    let moved = dir.path().join("moved/kit");
    fs::create_dir(dir.path().join("moved")).unwrap();
    fs::rename(&kit, &moved).unwrap();
    refused(&mut publish(&moved, &clinic_dir), &["--moved"]);
    assert_eq!(patient_link(&succeed(publish(&moved, &clinic_dir).arg("--moved"))), first);
    assert_eq!(patient_link(&succeed(&mut publish(&moved, &clinic_dir))), first);
}

#[test]
fn a_changed_byte_another_key_and_another_clinic_are_all_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(dir.path(), KIT);
    let public = clinic_dir.join("public");
    let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    let other = patient_link(&succeed(publish(&kit, &clinic_dir).args(["--as", "other"])));
    let sealed = fs::read_to_string(sealed_kit(&public, &link)).unwrap();
    assert_eq!(open_sealed(&public, &other, &sealed), Err(OpenError::WrongKey));
    let middle = sealed.len() / 2;
    let letter = if &sealed[middle..=middle] == "A" { "B" } else { "A" };
    let changed = format!("{}{letter}{}", &sealed[..middle], &sealed[middle + 1..]);
    assert_eq!(open_sealed(&public, &link, &changed), Err(OpenError::WrongKey));
    // The portal of another clinic shows it, without the badge.
    let stranger = make_clinic(&dir.path().join("stranger"));
    let (_, verification) = open_sealed(&stranger.join("public"), &link, &sealed).unwrap();
    assert_eq!(verification, Verification::Stranger);
}

#[test]
fn a_clinic_whose_keys_do_not_match_publishes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let other = make_clinic(&dir.path().join("other"));
    let kit = write_kit(dir.path(), KIT);
    fs::copy(other.join("public/jwks.json"), clinic_dir.join("public/jwks.json")).unwrap();
    refused(&mut publish(&kit, &clinic_dir), &["jwks.json", "does not hold the public key"]);
    fs::write(clinic_dir.join("desk/signing-key.jwk.json"), "{}").unwrap();
    refused(&mut publish(&kit, &clinic_dir), &["signing-key.jwk.json", "is not a signing key"]);
    refused(&mut publish(&kit, dir.path()), &["there is no clinic.toml"]);
    assert!(published(&clinic_dir).is_empty());
}

#[test]
fn the_desk_keeps_the_links_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(dir.path(), KIT);
    let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    let KitLink::Shl(shl) = KitLink::parse(&link, 0).unwrap();
    let mut folders = vec![clinic_dir.join("public")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(&shl.key), "{path:?}");
            }
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = clinic_dir.join("desk/kits/kit.toml");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// What an independent reader finds in the drawing of a card.
fn scanned(card: &str) -> String {
    const PIXELS: usize = 4;
    let side: usize =
        card.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let path = card.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut dark = vec![false; side * side];
    for square in path.split('M').skip(1) {
        let (x, rest) = square.split_once(' ').unwrap();
        let (y, _) = rest.split_once("h1v1h-1z").unwrap();
        dark[y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap()] = true;
    }
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, |x, y| {
        if dark[y / PIXELS * side + x / PIXELS] { 0 } else { 255 }
    });
    image.detect_grids()[0].decode().unwrap().1
}

#[test]
fn the_card_and_the_sheet_say_what_a_patient_needs_in_the_language_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let kit = write_kit(
        dir.path(),
        &with_video("film.mp4", "").replace("\"Quelques gestes.\"", "\"<script>alert(1)</script>\""),
    );
    film(&kit.join("film.mp4"), "320x240", 1, &[]);
    let page = |name: &str| {
        let html = fs::read_to_string(clinic_dir.join("desk/print/kit").join(name)).unwrap();
        assert!(!html.contains("http:") || html.contains("http://www.w3.org/2000/svg"), "nothing is fetched");
        assert!(!html.contains("<script"), "{name}");
        html.replace('\u{a0}', " ")
    };
    let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    let card = page("card.html");
    for words in [
        "Ne partez pas avant « Prêt sans Internet ».",
        "<svg",
        "portail.example.org",
        "01 99 00 12 34",
        "lang=\"fr\"",
    ] {
        assert!(card.contains(words), "{words}");
    }
    assert_eq!(scanned(&card), link, "a camera reads the link from the card");
    let sheet = page("sheet.html");
    for words in [
        "Se lever d’une chaise",
        "2 séries de 8 répétitions",
        "data:image/jpeg;base64,",
        "Levez-vous.",
        "Appelez le 15 ou le 112",
        "Arrêtez tout de suite si",
        "Validé par",
        "2 novembre 2020",
    ] {
        assert!(sheet.contains(words), "{words}");
    }
    assert_eq!(sheet.matches("class=\"box\"").count(), 14, "a week, twice a day");
    succeed(publish(&kit, &clinic_dir).args(["--lang", "en"]));
    let (card_fr, sheet_fr) = (card, sheet);
    let (card, sheet) = (page("card.html"), page("sheet.html"));
    for (lang, html) in [(Lang::Fr, &card_fr), (Lang::Fr, &sheet_fr), (Lang::En, &card), (Lang::En, &sheet)] {
        assert_eq!(never_said(lang, html), None, "paper is read by patients too");
    }
    assert!(card.contains("After a fall") && card.contains("Don’t leave before"));
    assert!(sheet.contains("Sit to stand") && sheet.contains("2 sets of 8 repetitions"));
    assert!(sheet.contains("<span lang=\"fr\">Levez-vous.</span>"), "French words on an English page say so");
}

#[test]
fn an_exercise_from_the_library_takes_its_dosage_from_the_kit_and_is_named_by_its_content() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let start = KIT.find("[[exercises]]").unwrap() + "[[exercises]]".len();
    let end = KIT.find("[[links]]").unwrap();
    let entry = dir.path().join("library/sit");
    fs::create_dir_all(&entry).unwrap();
    let fields = KIT[start..end].replace("[exercises.provenance]", "[provenance]");
    let write_entry = |fields: &str| fs::write(entry.join("exercise.toml"), fields).unwrap();
    write_entry(&fields);
    let mine = "[[exercises]]\nid = \"mine\"\nlibrary = \"../library/sit\"\nnote = \"Contre le mur.\"\ndosage = { sets = 1, hold_s = 10, per_day = 1, days_per_week = 7 }\n\n";
    let kit =
        write_kit(dir.path(), &format!("{}{mine}{}", &KIT[..start - "[[exercises]]".len()], &KIT[end..]));
    let public = clinic_dir.join("public");
    let exercise = || {
        let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
        open(&public, &link).0.exercises.remove(0)
    };
    let first = exercise();
    assert_eq!((first.id.as_str(), first.title.fr.as_str()), ("mine", "Se lever d’une chaise"));
    assert_eq!((first.dosage.sets, first.dosage.reps, first.dosage.hold_s), (1, None, Some(10)));
    let hash = first.library.unwrap();
    assert!(care::media::is_hash(&hash));
    assert_eq!(exercise().library.as_deref(), Some(hash.as_str()));
    write_entry(&fields.replace("Levez-vous.", "Levez-vous lentement."));
    assert_ne!(exercise().library.as_deref(), Some(hash.as_str()));
    // A fault in the entry is told in the entry's own file.
    write_entry(&fields.replace("why = ", "wy = "));
    refused(&mut publish(&kit, &clinic_dir), &["exercise.toml:", "exercises[1].wy", "Did you mean `why`"]);
}

#[test]
fn a_kit_that_sends_back_carries_address_token_and_both_keys_and_keeps_them() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let toml = format!("return = \"server\"\n{KIT}");
    let kit = write_kit(dir.path(), &toml);
    let public = clinic_dir.join("public");
    let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    let upload = open(&public, &link).0.upload.unwrap();
    assert_eq!((upload.url.as_str(), upload.keep_days, upload.max_bytes), ("u/", 30, 200_000_000));
    let server = clinic::server_folder::ServerFolder::new(clinic_dir.join("server"));
    assert_eq!(server.kit_of(&upload.token), Some(open(&public, &link).0.kit_id));
    let limits = server.limits().unwrap();
    assert_eq!((&*limits.portal_url, limits.keep_days), ("https://portail.example.org/", Some(30)));
    // Either key opens what is sealed for both.
    let recipients: Vec<age::x25519::Recipient> =
        upload.recipients.iter().map(|r| r.parse().unwrap()).collect();
    let all = recipients.iter().map(|r| r as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(all).unwrap();
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
    std::io::Write::write_all(&mut writer, b"clip").unwrap();
    writer.finish().unwrap();
    for file in ["age-identity.txt", "recovery-key.txt"] {
        let text = fs::read_to_string(clinic_dir.join("desk").join(file)).unwrap();
        let key: age::x25519::Identity = text.lines().find(|l| !l.starts_with('#')).unwrap().parse().unwrap();
        assert_eq!(age::decrypt(&key, &sealed).unwrap(), b"clip", "{file}");
    }
    // The recovery key is away in its safe; settings changed; the token is the kit's for good.
    fs::remove_file(clinic_dir.join("desk/recovery-key.txt")).unwrap();
    let settings = fs::read_to_string(clinic_dir.join("clinic.toml")).unwrap();
    let changed =
        settings.replace("# keep_days = 30", "keep_days = 7").replace("# max_mb = 200", "max_mb = 50");
    fs::write(clinic_dir.join("clinic.toml"), changed).unwrap();
    succeed(&mut publish(&kit, &clinic_dir));
    let again = open(&public, &link).0.upload.unwrap();
    assert_eq!((again.keep_days, again.max_bytes), (7, 50_000_000));
    assert_eq!((again.token, again.recipients), (upload.token, upload.recipients));
    let limits = server.limits().unwrap();
    assert_eq!((limits.max_bytes, limits.keep_days), (50_000_000, Some(7)));
    // One that does not send back carries nothing of it.
    write_kit(dir.path(), KIT);
    succeed(&mut publish(&kit, &clinic_dir));
    assert_eq!(open(&public, &link).0.upload, None);
}

#[test]
fn a_kit_that_sends_back_wants_the_days_on_which_messages_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let clinic_dir = make_clinic(dir.path());
    let public = clinic_dir.join("public");
    let settings = clinic_dir.join("clinic.toml");
    let said = fs::read_to_string(&settings).unwrap();
    let line = format!("reading_days = \"{READING_DAYS}\"");
    let silent = said.replace(&line, "");
    assert_ne!(silent, said);
    fs::write(&settings, silent).unwrap();

    let kit = write_kit(dir.path(), KIT);
    succeed(&mut publish(&kit, &clinic_dir)); // it sends nothing back
    write_kit(dir.path(), &format!("return = \"server\"\n{KIT}"));
    let refused = run(&mut publish(&kit, &clinic_dir));
    assert!(!refused.ok);
    let file = format!("{}  reading_days", settings.display());
    for words in [&*file, "on which days", "Expected: ", "What to do: Add for instance: reading_days = "] {
        assert!(refused.err.contains(words), "{words:?} is not in:\n{}", refused.err);
    }
    fs::write(&settings, said).unwrap();
    let link = patient_link(&succeed(&mut publish(&kit, &clinic_dir)));
    assert_eq!(open(&public, &link).0.clinic.reading_days.unwrap().fr, READING_DAYS);
}
