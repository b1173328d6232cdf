//! A link with a spoken code: what `publish`, `passcode` and `serve` make of it together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use care::{link::KitLink, link::ShLink, trust::Verification};
use common::*;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

struct Site {
    dir: tempfile::TempDir,
    clinic: PathBuf,
    kit: PathBuf,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clinic = make_clinic(dir.path());
        let kit = write_kit(dir.path(), KIT);
        let portal = dir.path().join("dist");
        fs::create_dir(&portal).unwrap();
        fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
        Site { dir, clinic, kit }
    }

    fn publish(&self, more: &[&str]) -> String {
        succeed(clinic().arg("publish").arg(&self.kit).arg("--clinic").arg(&self.clinic).args(more))
    }

    fn start(&self) -> Server {
        let mut command = clinic();
        command
            .arg("serve")
            .arg(self.clinic.join("public"))
            .arg("--portal")
            .arg(self.dir.path().join("dist"));
        Server::start(command.args(["--port", "0"]))
    }

    fn passcode(&self, more: &[&str]) -> std::process::Command {
        let mut command = clinic();
        command.arg("passcode").arg(&self.clinic).args(more);
        command
    }
}

fn shl(out: &str) -> ShLink {
    let KitLink::Shl(link) = KitLink::parse(&patient_link(out), 0).unwrap();
    link
}

fn code(out: &str) -> String {
    out.lines().find_map(|l| l.strip_prefix("Spoken code: ")).expect("no code").to_owned()
}

/// Posts to a link's manifest at a test server.
fn post(server: &Server, link: &ShLink, body: &str) -> (u16, serde_json::Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{}l/{}", server.url, link.url.rsplit('/').next().unwrap());
    let mut answer = agent.post(url).header("content-type", "application/json").send(body).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(serde_json::Value::Null))
}

fn with_code(code: &str) -> String {
    format!(r#"{{"recipient":"Bon Geste","passcode":"{code}"}}"#)
}

fn get(url: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn location(manifest: &serde_json::Value) -> String {
    manifest["files"][0]["location"].as_str().unwrap().to_owned()
}

fn sealed_files(clinic_dir: &Path) -> usize {
    fs::read_dir(clinic_dir.join("public/k")).unwrap().count()
}

#[test]
fn the_kit_comes_to_whoever_knows_link_and_code_and_its_address_changes_with_its_content_alone() {
    let site = Site::new();
    let out = site.publish(&["--passcode", "482 913"]);
    assert_eq!(code(&out), "482 913");
    let link = shl(&out);
    assert_eq!(link.flag, "LP");
    let id = link.url.strip_prefix("https://portail.example.org/l/").unwrap();
    assert_eq!(id.len(), 43);
    let server = site.start();
    let (status, manifest) = post(&server, &link, &with_code("482913"));
    assert_eq!(status, 200, "{manifest}");
    assert_eq!(manifest["files"][0]["contentType"], "application/fhir+json");
    let first = location(&manifest);
    assert!(first.starts_with(&format!("{}l/{id}/", server.url)), "{first}");
    let (status, sealed) = get(&first);
    assert_eq!(status, 200);
    let (kit, verification) = open_sealed(&site.clinic.join("public"), &patient_link(&out), &sealed).unwrap();
    assert_eq!((kit.version, verification), (1, Verification::Verified));
    assert_eq!(location(&post(&server, &link, &with_code("482913")).1), first);
    // Inside the answer, when the reader asks for that and it is short enough.
    for (most, embedded) in [(sealed.len(), true), (sealed.len() - 1, false)] {
        let body = format!(r#"{{"recipient":"x","passcode":"482913","embeddedLengthMax":{most}}}"#);
        assert_eq!(post(&server, &link, &body).1["files"][0]["embedded"].is_string(), embedded);
    }
    // Another version: same link, same code, another address; the old one is gone.
    let again = site.publish(&[]);
    assert_eq!(patient_link(&again), patient_link(&out));
    assert!(!again.contains("Spoken code"));
    let second = location(&post(&server, &link, &with_code("482913")).1);
    assert_ne!(second, first);
    assert_eq!((get(&second).0, get(&first).0, sealed_files(&site.clinic)), (200, 404, 1));
    // The link alone gives nothing, whichever way it is asked.
    for path in
        [format!("l/{id}"), format!("k/{id}?recipient=x"), format!("l/{id}/{id}"), format!("l/{id}/../x")]
    {
        let status = get(&format!("{}{path}", server.url)).0;
        assert!(matches!(status, 404 | 405), "{path}: {status}");
    }
    let card = fs::read_to_string(site.clinic.join("desk/print/kit/card.html")).unwrap();
    assert!(card.contains("Votre code vous est dit au cabinet") && !card.contains("482"));
}

#[test]
fn wrong_codes_are_counted_for_the_links_life_even_over_a_kill() {
    let site = Site::new();
    let link = shl(&site.publish(&["--passcode", "1234"]));
    let mut server = site.start();
    for left in (0..10).rev() {
        let (status, body) = post(&server, &link, &with_code("0000"));
        assert_eq!((status, body["remainingAttempts"].as_u64()), (401, Some(left)));
        if left == 4 {
            assert_eq!(post(&server, &link, &with_code("1234")).0, 200);
            drop(server);
            server = site.start();
        }
    }
    let (status, body) = post(&server, &link, &with_code("1234"));
    assert_eq!((status, body["remainingAttempts"].as_u64()), (401, Some(0)));
    assert!(body["error"].as_str().unwrap().contains("clinic"));
    // The desk gives a new one; the link stays.
    let new = code(&succeed(&mut site.passcode(&["kit"])));
    assert_eq!(new.len(), 6);
    assert_eq!(post(&server, &link, &with_code("1234")).0, 401);
    assert_eq!(post(&server, &link, &with_code(&new)).0, 200);
    succeed(&mut site.passcode(&["kit", "--new", "prunelle"]));
    assert_eq!(post(&server, &link, &with_code("Prunelle")).0, 200);
}

#[test]
fn many_at_once_get_no_more_attempts_than_one_after_the_other() {
    let site = Site::new();
    let link = shl(&site.publish(&["--passcode", "1234"]));
    let server = site.start();
    let wrong: usize = std::thread::scope(|scope| {
        let (server, link) = (&server, &link);
        let all: Vec<_> = (0..40)
            .map(|n| scope.spawn(move || post(server, link, &with_code(&format!("9{n:03}")))))
            .collect();
        let answers = all.into_iter().map(|one| one.join().unwrap());
        answers.filter(|(status, body)| *status == 401 && body["error"].is_null()).count()
    });
    assert!(wrong <= 9, "{wrong} wrong codes were compared; the tenth says why");
}

#[test]
fn while_the_desk_publishes_phones_that_ask_together_get_the_kit() {
    let site = Site::new();
    let link = shl(&site.publish(&["--passcode", "1234"]));
    let server = site.start();
    let published = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..500 {
                    assert_eq!(post(&server, &link, &with_code("1234")).0, 200);
                    if published.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        for _ in 0..8 {
            site.publish(&[]);
        }
        published.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_request_that_is_no_question_costs_no_attempt() {
    let site = Site::new();
    let link = shl(&site.publish(&["--passcode", "1234"]));
    let server = site.start();
    for body in ["", "{}", "[]", "{\"recipient\":\"\",\"passcode\":\"0\"}", "{\"passcode\":\"0000\"}"] {
        assert_eq!(post(&server, &link, body).0, 400, "{body}");
    }
    let long = format!(r#"{{"recipient":"x","passcode":"{}"}}"#, "0".repeat(10_000));
    assert_eq!(post(&server, &link, &long).0, 400);
    let (status, body) = post(&server, &link, r#"{"recipient":"x"}"#);
    assert_eq!((status, body["remainingAttempts"].as_u64()), (401, Some(10)));
    let nowhere = ShLink { url: format!("https://x/l/{}", "a".repeat(43)), ..link };
    assert_eq!(post(&server, &nowhere, &with_code("1234")).0, 404);
    let tricks = ShLink { url: "https://x/..%2freceive".into(), ..nowhere };
    assert_eq!(post(&server, &tricks, &with_code("1234")).0, 404);
}

#[test]
fn a_link_that_was_taken_away_leads_nowhere_and_the_next_one_is_another() {
    let site = Site::new();
    let first = shl(&site.publish(&["--passcode", "1234"]));
    let server = site.start();
    let file = location(&post(&server, &first, &with_code("1234")).1);
    succeed(&mut site.passcode(&["kit", "--revoke"]));
    assert_eq!(post(&server, &first, &with_code("1234")).0, 404);
    assert_eq!((get(&file).0, sealed_files(&site.clinic)), (404, 0));
    refused(&mut site.passcode(&["kit"]), &["was taken away", "Publish the kit again"]);
    // It stays a link with a code.
    let out = site.publish(&[]);
    let second = shl(&out);
    assert!(second.url != first.url && second.key != first.key && second.flag == "LP");
    assert_eq!(post(&server, &second, &with_code(&code(&out))).0, 200);
    refused(&mut site.passcode(&["nobody"]), &["there is no kit \"nobody\""]);
}

#[test]
fn a_link_without_a_code_gets_one_by_becoming_another_link() {
    let site = Site::new();
    let open_link = shl(&site.publish(&[]));
    assert_eq!(open_link.flag, "LU");
    refused(&mut site.passcode(&["kit"]), &["asks for no code", "--passcode auto"]);
    let out = site.publish(&["--passcode", "auto"]);
    let link = shl(&out);
    assert!(link.flag == "LP" && link.key != open_link.key);
    let server = site.start();
    let old = format!("{}k/{}?recipient=x", server.url, open_link.url.rsplit('/').next().unwrap());
    assert_eq!((get(&old).0, sealed_files(&site.clinic)), (404, 1));
    assert_eq!(post(&server, &link, &with_code(&code(&out))).0, 200);
    let mut short = clinic();
    short.arg("publish").arg(&site.kit).arg("--clinic").arg(&site.clinic).args(["--passcode", "12"]);
    refused(&mut short, &["--passcode", "4 to 32"]);
}

#[test]
fn pages_of_other_origins_may_ask_with_a_code() {
    let site = Site::new();
    let link = shl(&site.publish(&["--passcode", "1234"]));
    let server = site.start();
    let path = format!("/l/{}", link.url.rsplit('/').next().unwrap());
    let answer = server.raw(&format!(
        "OPTIONS {path} HTTP/1.1\r\nHost: x\r\nOrigin: https://viewer.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let low = answer.to_lowercase();
    assert!(low.contains("access-control-allow-methods: get, head, post") && low.contains("content-type"));
}
