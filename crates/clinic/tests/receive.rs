//! `clinic serve` as a tus server, over real HTTP: what was confirmed is never lost, and nobody
//! writes where they may not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clinic::server_folder::{Limits, ServerFolder};
use common::{
    tus::{self, Answer, PIECE, metadata},
    *,
};
use sha2::Digest as _;
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    time::{Duration, Instant},
};

/// A clinic that receives for two kits.
struct Site {
    dir: tempfile::TempDir,
    clinic: PathBuf,
    portal: PathBuf,
    server: ServerFolder,
}

fn token(n: u8) -> String {
    char::from(b'a' + n).to_string().repeat(43)
}

fn kit(n: u8) -> String {
    // The last letter of 16 bytes holds two bits only.
    format!("{}A", char::from(b'k' + n).to_string().repeat(21))
}

fn item(n: u8) -> String {
    format!("item-{n:0>16}A")
}

impl Site {
    fn new(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clinic = make_clinic(dir.path());
        let portal = dir.path().join("dist");
        fs::create_dir(&portal).unwrap();
        fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
        fs::write(portal.join("headers.json"), "{}").unwrap();
        let server = ServerFolder::new(clinic.join("server"));
        server.make().unwrap();
        server.set_limits(&limits).unwrap();
        for n in 0..2 {
            server.allow(&token(n), &kit(n)).unwrap();
        }
        Site { dir, clinic, portal, server }
    }

    fn command(&self) -> std::process::Command {
        let mut command = clinic();
        command.arg("serve").arg(self.clinic.join("public")).arg("--portal").arg(&self.portal);
        command.args(["--port", "0"]);
        command
    }

    fn start(&self) -> Server {
        Server::start(&mut self.command())
    }

    fn arrived(&self, item: &str) -> PathBuf {
        self.server.items().join(kit(0)).join(format!("{item}.age"))
    }
}

/// A request with the token of kit 0 and everything that tus asks for, unless told otherwise.
fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    tus::ask(&token(0), method, url, headers, body)
}

fn create(server: &Server, item: &str, length: usize) -> Answer {
    let headers = [("Upload-Length", &*length.to_string()), ("Upload-Metadata", &metadata(item))];
    ask("POST", &format!("{}u/", server.url), &headers, b"")
}

fn head(url: &str) -> Answer {
    ask("HEAD", url, &[], b"")
}

fn patch(url: &str, offset: usize, bytes: &[u8]) -> Answer {
    ask("PATCH", url, &[PIECE, ("Upload-Offset", &offset.to_string())], bytes)
}

fn url_of(server: &Server, item: &str) -> String {
    format!("{}u/{}/{item}", server.url, kit(0))
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 31 % 251) as u8).collect()
}

/// Begins a PATCH of `length` bytes by hand, sends `sent` of them and leaves the line open.
fn begin_patch(server: &Server, item: &str, offset: usize, length: usize, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        stream,
        "PATCH /u/{}/{item} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {}\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\nContent-Length: {length}\r\n\r\n",
        kit(0),
        token(0)
    )
    .unwrap();
    stream.write_all(sent).unwrap();
    stream
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let since = Instant::now();
    while !done() {
        assert!(since.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn part(site: &Site, item: &str) -> PathBuf {
    site.server.uploads().join(kit(0)).join(format!("{item}.part"))
}

#[test]
fn an_item_arrives_in_pieces_and_says_so_only_at_its_end() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let (item, all) = (item(1), bytes(300_000));
    let created = create(&server, &item, all.len());
    assert_eq!((created.status, created.header("tus-resumable")), (201, "1.0.0"), "{}", created.body);
    let url = created.header("location").to_owned();
    assert_eq!(url, url_of(&server, &item), "the address is absolute");
    assert!(created.header("upload-expires").ends_with("GMT"));
    let fresh = head(&url);
    assert_eq!(
        (fresh.status, fresh.header("upload-offset"), fresh.header("upload-length")),
        (200, "0", "300000")
    );
    assert_eq!(fresh.header("cache-control"), "no-store");
    let first = patch(&url, 0, &all[..131_072]);
    assert_eq!((first.status, first.header("upload-offset")), (204, "131072"));
    assert!(!site.arrived(&item).exists());
    let last = patch(&url, 131_072, &all[131_072..]);
    assert_eq!(
        (last.status, last.header("upload-offset"), last.header("upload-expires")),
        (204, "300000", "")
    );
    assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
    assert!(!part(&site, &item).exists());
    // The last answer was lost: whatever the phone asks, it learns that all is there.
    assert_eq!(head(&url).header("upload-offset"), "300000");
    assert_eq!(patch(&url, 300_000, b"").status, 204);
    let again = create(&server, &item, all.len());
    assert_eq!(
        (again.status, again.header("location"), again.header("upload-offset")),
        (200, &*url, "300000")
    );
    // Short: of a long one the server reads nothing, and the answer can be lost behind what is still sent.
    assert_eq!(patch(&url, 0, &all[..1000]).status, 409, "nothing can be written over it");
    assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
}

#[test]
fn an_item_can_come_with_its_creation_and_can_be_empty() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let all = bytes(70_000);
    let url = format!("{}u/", server.url);
    let meta = metadata(&item(1));
    let headers = [PIECE, ("Upload-Length", "70000"), ("Upload-Metadata", &meta)];
    let whole = ask("POST", &url, &headers, &all);
    assert_eq!((whole.status, whole.header("upload-offset")), (201, "70000"));
    assert_eq!(fs::read(site.arrived(&item(1))).unwrap(), all);
    let meta = metadata(&item(2));
    let headers = [PIECE, ("Upload-Length", "70000"), ("Upload-Metadata", &meta)];
    let begun = ask("POST", &url, &headers, &all[..1000]);
    assert_eq!((begun.status, begun.header("upload-offset")), (201, "1000"));
    let empty = create(&server, &item(3), 0);
    assert_eq!((empty.status, empty.header("upload-offset")), (201, "0"));
    assert_eq!(fs::read(site.arrived(&item(3))).unwrap(), b"");
}

#[test]
fn the_bytes_of_a_cut_piece_stay_and_a_new_request_sends_a_dead_one_away() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let (item, all) = (item(1), bytes(1_000_000));
    let url = create(&server, &item, all.len()).header("location").to_owned();
    // Cut in the middle.
    let cut = begin_patch(&server, &item, 0, all.len(), &all[..400_000]);
    wait_for("the first bytes", || fs::metadata(part(&site, &item)).is_ok_and(|m| m.len() == 400_000));
    drop(cut);
    wait_for("the cut", || head(&url).header("upload-offset") == "400000");
    // A line that is dead and does not know it.
    let dead = begin_patch(&server, &item, 400_000, 600_000, &all[400_000..500_000]);
    wait_for("more bytes", || fs::metadata(part(&site, &item)).is_ok_and(|m| m.len() == 500_000));
    let asked = Instant::now();
    assert_eq!(head(&url).header("upload-offset"), "500000");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    let dead_too = begin_patch(&server, &item, 500_000, 500_000, &all[500_000..600_000]);
    wait_for("more bytes", || fs::metadata(part(&site, &item)).is_ok_and(|m| m.len() == 600_000));
    // Even without a HEAD: at the right place the piece is taken.
    assert_eq!(patch(&url, 600_000, &all[600_000..]).status, 204);
    drop((dead, dead_too));
    assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
}

#[test]
fn what_was_confirmed_is_there_after_the_server_was_killed_in_the_middle_of_a_piece() {
    let site = Site::new(Limits::default());
    let (item, all) = (item(1), bytes(2_000_000));
    let mut confirmed = 0;
    for round in 1..=5 {
        let server = site.start();
        if round == 1 {
            assert_eq!(create(&server, &item, all.len()).status, 201);
        }
        let url = url_of(&server, &item);
        let offset: usize = head(&url).header("upload-offset").parse().unwrap();
        assert!(offset >= confirmed, "{offset} after {confirmed} were confirmed");
        let here = begin_patch(&server, &item, offset, all.len() - offset, &all[offset..offset + 300_000]);
        wait_for("some bytes", || fs::metadata(part(&site, &item)).is_ok_and(|m| m.len() > offset as u64));
        confirmed = offset;
        // Dropping the server kills it.
        drop((server, here));
    }
    let server = site.start();
    let url = url_of(&server, &item);
    let offset: usize = head(&url).header("upload-offset").parse().unwrap();
    assert!(offset > confirmed);
    assert_eq!(patch(&url, offset, &all[offset..]).status, 204);
    assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
}

#[test]
fn a_checked_piece_counts_only_when_it_is_right_even_over_a_kill() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let (item, all) = (item(1), bytes(200_000));
    let url = create(&server, &item, all.len()).header("location").to_owned();
    let sha1 = format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(&all[..100_000])));
    let sha256 = format!("sha256 {}", STANDARD.encode(sha2::Sha256::digest(&all[100_000..])));
    let send = |offset: &str, checksum: &str, bytes: &[u8]| {
        let headers = [PIECE, ("Upload-Offset", offset), ("Upload-Checksum", checksum)];
        ask("PATCH", &url, &headers, bytes)
    };
    assert_eq!(send("0", &sha1, &all[..100_000]).header("upload-offset"), "100000");
    let changed = send("100000", &sha256, &bytes(100_000));
    assert_eq!((changed.status, changed.header("upload-offset")), (460, "100000"));
    for wrong in ["md5 YQ==", "sha1", "sha1 YQ==", "sha256 !!"] {
        assert_eq!(send("100000", wrong, &all[100_000..]).status, 400, "{wrong}");
    }
    // Killed while a checked piece was coming: none of it was compared, none of it counts.
    let mut stream = TcpStream::connect(server.addr).unwrap();
    write!(
        stream,
        "PATCH /u/{}/{item} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {}\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 100000\r\nUpload-Checksum: {sha256}\r\nContent-Length: 100000\r\n\r\n",
        kit(0),
        token(0)
    )
    .unwrap();
    stream.write_all(&all[100_000..150_000]).unwrap();
    wait_for("some bytes", || fs::metadata(part(&site, &item)).is_ok_and(|m| m.len() == 150_000));
    drop(server);
    let server = site.start();
    let url = url_of(&server, &item);
    assert_eq!(head(&url).header("upload-offset"), "100000");
    let headers = [PIECE, ("Upload-Offset", "100000"), ("Upload-Checksum", &*sha256)];
    assert_eq!(ask("PATCH", &url, &headers, &all[100_000..]).status, 204);
    assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
}

#[test]
fn a_wish_to_erase_is_done_and_told_to_the_desk() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let url = create(&server, &item(1), 3).header("location").to_owned();
    assert_eq!(patch(&url, 0, b"abc").status, 204);
    assert_eq!(ask("DELETE", &url, &[], b"").status, 204);
    assert!(!site.arrived(&item(1)).exists());
    assert!(site.arrived(&item(1)).with_extension("erase").exists());
    assert_eq!(ask("DELETE", &url, &[], b"").status, 204, "asked again because the answer was lost");
    assert_eq!((head(&url).status, patch(&url, 0, b"abc").status), (410, 410));
    assert_eq!(create(&server, &item(1), 3).status, 410, "what was erased does not come back");
    // One that is still under way is forgotten, and may begin again.
    let url = create(&server, &item(2), 3).header("location").to_owned();
    assert_eq!(ask("DELETE", &url, &[], b"").status, 204);
    assert_eq!(head(&url).status, 404);
    assert_eq!(create(&server, &item(2), 3).status, 201);
}

#[test]
fn who_may_not_write_is_told_why_and_changes_nothing() {
    let site = Site::new(Limits { max_bytes: 1000, ..Limits::default() });
    let server = site.start();
    let base = format!("{}u/", server.url);
    let url = create(&server, &item(1), 1000).header("location").to_owned();
    let meta = metadata(&item(2));
    let post = |headers: &[(&str, &str)]| {
        let mut all = vec![("Upload-Length", "10"), ("Upload-Metadata", &*meta)];
        all.retain(|(name, _)| !headers.iter().any(|(n, _)| n == name));
        all.extend(headers);
        ask("POST", &base, &all, b"").status
    };
    // Tokens.
    for (authorization, status) in [
        ("", 401),
        ("Bearer x", 401),
        ("Bearer ../../receive.toml", 401),
        (&*format!("Basic {}", token(0)), 401),
        (&*format!("Bearer {}", token(7)), 401),
    ] {
        let headers = [("Authorization", authorization)];
        assert_eq!(post(&headers), status, "{authorization}");
        assert_eq!(ask("HEAD", &url, &headers, b"").status, status, "{authorization}");
    }
    let stranger = format!("Bearer {}", token(1));
    for method in ["HEAD", "PATCH", "DELETE"] {
        let headers = [("Authorization", &*stranger), PIECE, ("Upload-Offset", "0")];
        assert_eq!(ask(method, &url, &headers, b"").status, 403, "{method}");
    }
    // The protocol.
    for version in ["", "0.2.2", "1.0.1", "1.0.0, 1.0.0"] {
        let answer = ask("HEAD", &url, &[("Tus-Resumable", version)], b"");
        assert_eq!((answer.status, answer.header("tus-version")), (412, "1.0.0"), "{version}");
    }
    for length in ["-1", "1.5", "x", "1 0"] {
        assert_eq!(post(&[("Upload-Length", length)]), 400, "{length}");
    }
    for length in ["1001", "9223372036854775808", "99999999999999999999999999"] {
        assert_eq!(post(&[("Upload-Length", length)]), 413, "{length}");
    }
    assert_eq!(post(&[("Upload-Length", ""), ("Upload-Defer-Length", "1")]), 400);
    assert_eq!(post(&[("Upload-Length", "")]), 400);
    // Ids and metadata.
    for bad in ["", "../../../etc/passwd", "a/b", "item.000000000000000001", &"a".repeat(23), "é", "\0"] {
        assert_eq!(post(&[("Upload-Metadata", &metadata(bad))]), 400, "{bad:?}");
    }
    for bad in ["item", "item !", "item YQ==,item YQ==", "name YQ=="] {
        assert_eq!(post(&[("Upload-Metadata", bad)]), 400, "{bad:?}");
    }
    assert_eq!(post(&[("Upload-Metadata", &format!("{meta},{}", "a,".repeat(900)))]), 431);
    assert_eq!(post(&[("Upload-Metadata", &format!("{meta},x {}", "YWFh".repeat(5000)))]), 431);
    // Pieces.
    for (offset, status) in [("-1", 400), ("", 400), ("1e3", 400), ("5", 409), ("18446744073709551615", 409)]
    {
        assert_eq!(
            ask("PATCH", &url, &[PIECE, ("Upload-Offset", offset)], b"abc").status,
            status,
            "{offset}"
        );
    }
    let typed = [("Content-Type", "application/octet-stream"), ("Upload-Offset", "0")];
    assert_eq!(ask("PATCH", &url, &typed, b"abc").status, 415);
    assert_eq!(patch(&url, 0, &bytes(1001)).status, 413);
    assert_eq!(head(&url).header("upload-offset"), "0", "none of it was taken");
    // Addresses and methods.
    for path in ["u", "u/x", "u/../tokens", "u/%2e%2e/tokens", "u//", "tokens/x", "server/receive.toml"] {
        let status = ask("HEAD", &format!("{}{path}", server.url), &[], b"").status;
        assert!(matches!(status, 404 | 405), "{path}: {status}");
    }
    for method in ["GET", "PUT"] {
        let answer = ask(method, &url, &[], b"");
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "OPTIONS, POST, HEAD, PATCH, DELETE"),
            "{method}"
        );
    }
    // What the desk would read is as it was.
    assert_eq!(fs::read_dir(site.server.items()).unwrap().count(), 0);
    let names: Vec<_> =
        fs::read_dir(site.server.uploads().join(kit(0))).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn post_stands_in_for_methods_that_a_network_does_not_let_through() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let url = create(&server, &item(1), 3).header("location").to_owned();
    let headers = [PIECE, ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH")];
    assert_eq!(ask("POST", &url, &headers, b"abc").status, 204);
    assert_eq!(fs::read(site.arrived(&item(1))).unwrap(), b"abc");
}

#[test]
fn pages_of_other_origins_may_send_with_a_token() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let origin = ("Origin", "https://portail.example");
    let asked =
        [origin, ("Access-Control-Request-Method", "PATCH"), ("Tus-Resumable", ""), ("Authorization", "")];
    for path in ["u/".to_owned(), format!("u/{}/{}", kit(0), item(1))] {
        let preflight = ask("OPTIONS", &format!("{}{path}", server.url), &asked, b"");
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"));
        for header in ["Authorization", "Upload-Offset", "Tus-Resumable", "Upload-Checksum", "Content-Type"] {
            assert!(preflight.header("access-control-allow-headers").contains(header), "{header}");
        }
        assert!(preflight.header("access-control-allow-methods").contains("PATCH"));
        assert!(preflight.header("tus-extension").contains("termination"));
        assert_eq!(preflight.header("tus-max-size"), Limits::default().max_bytes.to_string());
    }
    let meta = metadata(&item(1));
    let created = ask(
        "POST",
        &format!("{}u/", server.url),
        &[origin, ("Upload-Length", "3"), ("Upload-Metadata", &meta)],
        b"",
    );
    for header in [
        "Location",
        "Upload-Offset",
        "Upload-Length",
        "Tus-Resumable",
        "Upload-Expires",
        "Tus-Checksum-Algorithm",
    ] {
        assert!(created.header("access-control-expose-headers").contains(header), "{header}");
    }
    let refused = ask("HEAD", &url_of(&server, &item(1)), &[origin, ("Authorization", "")], b"");
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, "*"));
}

#[test]
fn the_address_of_an_upload_is_the_one_that_the_phone_can_reach() {
    let site = Site::new(Limits { portal_url: "https://portail.example/sante/".into(), ..Limits::default() });
    let server = site.start();
    let meta = metadata(&item(1));
    let at = |host: &str, proto: &str| {
        let mut lines = vec![("Upload-Length", "3"), ("Upload-Metadata", &*meta), ("Host", host)];
        lines.push(("X-Forwarded-Proto", proto));
        ask("POST", &format!("{}u/", server.url), &lines, b"").header("location").to_owned()
    };
    let path = format!("u/{}/{}", kit(0), item(1));
    assert_eq!(at("portail.example", ""), format!("https://portail.example/sante/{path}"));
    assert_eq!(at("clips.example:8443", "https"), format!("https://clips.example:8443/{path}"));
    assert_eq!(at("clips.example", "https, http"), format!("https://clips.example/{path}"));
    assert_eq!(at("clips.example", ""), format!("http://clips.example/{path}"));
}

#[test]
fn a_kit_has_its_limits_and_they_are_its_own() {
    let limits = Limits { unfinished_per_kit: 2, new_per_hour: 4, ..Limits::default() };
    let site = Site::new(limits);
    let server = site.start();
    assert_eq!(create(&server, &item(1), 3).status, 201);
    assert_eq!(create(&server, &item(2), 3).status, 201);
    assert_eq!(create(&server, &item(3), 3).status, 429, "two are under way");
    assert_eq!(create(&server, &item(2), 3).status, 200, "one of the two");
    assert_eq!(patch(&url_of(&server, &item(1)), 0, b"abc").status, 204);
    assert_eq!(create(&server, &item(3), 3).status, 201);
    assert_eq!(patch(&url_of(&server, &item(2)), 0, b"abc").status, 204);
    assert_eq!(create(&server, &item(4), 3).status, 201);
    assert_eq!(patch(&url_of(&server, &item(3)), 0, b"abc").status, 204);
    let fifth = create(&server, &item(5), 3);
    assert_eq!(fifth.status, 429);
    assert!(fifth.header("retry-after").parse::<u64>().unwrap() <= 900);
    let other = format!("Bearer {}", token(1));
    let meta = metadata(&item(5));
    let headers = [("Authorization", &*other), ("Upload-Length", "3"), ("Upload-Metadata", &meta)];
    assert_eq!(ask("POST", &format!("{}u/", server.url), &headers, b"").status, 201);
}

#[test]
fn a_kit_asks_no_more_than_so_often_a_minute() {
    let site = Site::new(Limits { requests_per_minute: 3, ..Limits::default() });
    let server = site.start();
    let url = create(&server, &item(1), 3).header("location").to_owned();
    let statuses: Vec<u16> = (0..4).map(|_| head(&url).status).collect();
    assert_eq!(statuses, [200, 200, 429, 429]);
    assert!(head(&url).header("retry-after").parse::<u64>().unwrap() <= 60);
    let other = format!("Bearer {}", token(1));
    let headers = [("Authorization", &*other)];
    assert_ne!(ask("HEAD", &url, &headers, b"").status, 429, "another kit is not held up");
}

#[test]
fn a_kit_does_not_fill_the_disk_in_a_day() {
    let site = Site::new(Limits { mb_per_day: 10, ..Limits::default() });
    let server = site.start();
    assert_eq!(create(&server, &item(1), 6_000_000).status, 201);
    let second = create(&server, &item(2), 6_000_000);
    assert_eq!(second.status, 429);
    assert!(second.header("retry-after").parse::<u64>().unwrap() > 3600);
    assert_eq!(create(&server, &item(3), 3_000_000).status, 201);
}

#[test]
fn a_phone_that_says_nothing_holds_nobody_up() {
    let site = Site::new(Limits { idle_s: 1, ..Limits::default() });
    let server = site.start();
    let url = create(&server, &item(1), 1000).header("location").to_owned();
    let mut silent = begin_patch(&server, &item(1), 0, 1000, &bytes(10));
    let mut answer = String::new();
    let since = Instant::now();
    silent.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(since.elapsed() < Duration::from_secs(5));
    assert_eq!(head(&url).header("upload-offset"), "10", "its bytes stay");
}

#[test]
fn who_sends_a_byte_now_and_then_does_not_hold_a_connection_for_ever() {
    assert_eq!(Limits::default().body(), Duration::from_secs(3600));
    let site = Site::new(Limits { body_s: 2, ..Limits::default() });
    let server = site.start();
    let all = bytes(1000);
    let begin_post = |item: &str| {
        let mut stream = TcpStream::connect(server.addr).unwrap();
        write!(
            stream,
            "POST /u/ HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {}\r\nContent-Type: application/offset+octet-stream\r\nUpload-Length: 1000\r\nUpload-Metadata: {}\r\nContent-Length: 1000\r\n\r\n",
            token(0),
            metadata(item)
        )
        .unwrap();
        stream
    };
    let begin_patch = |item: &str| {
        assert_eq!(create(&server, item, all.len()).status, 201);
        begin_patch(&server, item, 0, all.len(), b"")
    };
    for (item, begin) in [(item(1), &begin_patch as &dyn Fn(&str) -> TcpStream), (item(2), &begin_post)] {
        let mut slow = begin(&item);
        // Far below what counts as idle.
        slow.set_read_timeout(Some(Duration::from_millis(600))).unwrap();
        let mut answer = Vec::new();
        for byte in &all {
            slow.write_all(&[*byte]).unwrap();
            if slow.read_to_end(&mut answer).is_ok() {
                break;
            }
        }
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("took too long"), "{answer}");
        let url = url_of(&server, &item);
        let offset: usize = head(&url).header("upload-offset").parse().unwrap();
        assert!((1..10).contains(&offset), "its bytes stay: {offset}");
        assert_eq!(patch(&url, offset, &all[offset..]).status, 204, "and it goes on from there");
        assert_eq!(fs::read(site.arrived(&item)).unwrap(), all);
    }
}

#[test]
fn a_request_head_that_never_ends_is_cut_off() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let mut slow = TcpStream::connect(server.addr).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    slow.write_all(b"POST /u/ HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let since = Instant::now();
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _ = slow.read_to_end(&mut rest);
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
    let huge = format!(
        "POST /u/ HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\nConnection: close\r\n\r\n",
        "a".repeat(200_000)
    );
    let mut stream = TcpStream::connect(server.addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = stream.write_all(huge.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 2"));
}

#[test]
fn what_was_never_finished_is_forgotten_and_may_begin_again() {
    let site = Site::new(Limits { unfinished_days: 0, ..Limits::default() });
    let first = site.start();
    let url = create(&first, &item(1), 10).header("location").to_owned();
    assert_eq!(patch(&url, 0, b"abc").status, 204);
    drop(first);
    // It looks when it starts.
    let server = site.start();
    let url = url_of(&server, &item(1));
    wait_for("the sweep", || head(&url).status == 410);
    assert!(!part(&site, &item(1)).exists());
    assert_eq!(patch(&url, 3, b"def").status, 410);
    let again = create(&server, &item(1), 10);
    assert_eq!((again.status, again.header("upload-offset")), (201, "0"));
}

#[test]
fn what_was_kept_for_its_days_goes_also_when_nobody_opens_the_inbox() {
    let mut limits = Limits { unfinished_days: 0, ..Limits::default() };
    let site = Site::new(limits.clone());
    let server = site.start();
    let url = |server: &Server, n: u8| url_of(server, &item(n));
    for n in 1..=2 {
        create(&server, &item(n), 3);
        assert_eq!(patch(&url(&server, n), 0, b"abc").status, 204);
    }
    drop(server);
    arrived_before(&site.arrived(&item(1)), 30);
    // 28, because the day may end while this runs.
    arrived_before(&site.arrived(&item(2)), 28);
    // It looks when it starts, and at what was never finished last: once that is forgotten, it has looked.
    let looks = |n: u8| {
        let first = site.start();
        assert_eq!(create(&first, &item(n), 10).status, 201);
        drop(first);
        let server = site.start();
        wait_for("the sweep", || head(&url(&server, n)).status == 410);
        server
    };
    looks(3);
    assert!(site.arrived(&item(1)).exists(), "a server that was told no days leaves it to the desk");
    limits.keep_days = Some(30);
    site.server.set_limits(&limits).unwrap();
    let server = looks(4);
    assert!(!site.arrived(&item(1)).exists() && site.arrived(&item(2)).exists());
    let stands = head(&url(&server, 1));
    assert_eq!((stands.status, stands.header("upload-offset")), (200, "3"), "it did arrive");
    let mut inbox = clinic();
    let said = run(inbox.arg("inbox").arg(&site.clinic));
    assert!(said.ok && said.err.contains(&item(1)) && said.err.contains("its days are over"), "{}", said.err);
    assert!(!said.err.contains(&item(2)), "{}", said.err);
    assert!(!site.arrived(&item(1)).with_extension("over").exists());
    // The patient's wish comes late, and is done.
    assert_eq!(ask("DELETE", &url(&server, 1), &[], b"").status, 204);
    assert!(site.arrived(&item(1)).with_extension("erase").exists());
}

#[test]
fn a_hand_over_that_was_interrupted_is_finished_at_the_next_question() {
    let site = Site::new(Limits::default());
    let server = site.start();
    let all = bytes(5000);
    let url = create(&server, &item(1), all.len()).header("location").to_owned();
    assert_eq!(patch(&url, 0, &all[..10]).status, 204);
    // As if the power had gone after the last byte, and after the move.
    fs::write(part(&site, &item(1)), &all).unwrap();
    assert_eq!(head(&url).header("upload-offset"), "5000");
    assert_eq!(fs::read(site.arrived(&item(1))).unwrap(), all);
    let url = create(&server, &item(2), 10).header("location").to_owned();
    fs::remove_file(part(&site, &item(2))).unwrap();
    fs::write(site.arrived(&item(2)), bytes(10)).unwrap();
    assert_eq!(head(&url).header("upload-offset"), "10");
}

#[test]
fn a_store_that_takes_nothing_does_not_make_an_item_arrive() {
    let site = Site::new(Limits::default());
    // A file where the kit's folder should be.
    fs::write(site.server.items().join(kit(0)), "in the way").unwrap();
    let server = site.start();
    let url = create(&server, &item(1), 3).header("location").to_owned();
    assert_eq!(patch(&url, 0, b"abc").status, 503);
    assert_eq!(head(&url).status, 503, "all bytes are here, and it has not arrived");
    fs::remove_file(site.server.items().join(kit(0))).unwrap();
    assert_eq!(head(&url).header("upload-offset"), "3");
    assert_eq!(fs::read(site.arrived(&item(1))).unwrap(), b"abc");
}

#[test]
fn two_servers_never_receive_into_one_folder_and_a_private_key_there_is_refused() {
    let site = Site::new(Limits::default());
    let server = site.start();
    refused(&mut site.command(), &["another `clinic serve`", "--server"]);
    drop(server);
    fs::copy(site.clinic.join("desk/age-identity.txt"), site.server.dir().join("tokens/key.txt")).unwrap();
    refused(&mut site.command(), &["key.txt", "holds a private key"]);
    fs::remove_file(site.server.dir().join("tokens/key.txt")).unwrap();
    // Nobody keeps the server from starting by sending one.
    fs::create_dir(site.server.items().join(kit(0))).unwrap();
    fs::copy(site.clinic.join("desk/age-identity.txt"), site.arrived(&item(1))).unwrap();
    drop(site.start());
    let elsewhere = site.dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::copy(site.clinic.join("desk/age-identity.txt"), elsewhere.join("key.txt")).unwrap();
    refused(site.command().arg("--server").arg(&elsewhere), &["key.txt", "holds a private key"]);
}

#[test]
fn without_a_folder_for_it_nothing_is_received() {
    let site = Site::new(Limits::default());
    fs::remove_dir_all(site.server.dir()).unwrap();
    let server = site.start();
    assert_eq!(create(&server, &item(1), 3).status, 405);
    assert_eq!(head(&url_of(&server, &item(1))).status, 404);
}

/// Another file system of a few megabytes, in a name space of its own; this machine must allow it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_says_so_and_loses_nothing() {
    let site = Site::new(Limits::default());
    let uploads = site.server.uploads();
    let mount = format!("mount -t tmpfs -o size=3m none '{0}' && exec \"$@\"", uploads.display());
    let inner = site.command();
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", &mount, "sh"]).arg(inner.get_program());
    command.args(inner.get_args());
    let server = Server::start(&mut command);
    let all = bytes(2_500_000);
    // More than there is: refused before the first byte costs anything.
    assert_eq!(create(&server, &item(1), 5_000_000).status, 507);
    // Two that fit one by one, and not together.
    let first = create(&server, &item(2), 1_500_000).header("location").to_owned();
    let second = create(&server, &item(3), all.len()).header("location").to_owned();
    assert_eq!(patch(&first, 0, &all[..1_000_000]).status, 204);
    let full = patch(&second, 0, &all);
    assert_eq!(full.status, 507, "{}", full.body);
    let kept: usize = head(&second).header("upload-offset").parse().unwrap();
    assert!((1_000_000..2_500_000).contains(&kept), "{kept}");
    assert_eq!(head(&first).header("upload-offset"), "1000000");
    // Room again: both go on where they were.
    assert_eq!(ask("DELETE", &first, &[], b"").status, 204);
    assert_eq!(patch(&second, kept, &all[kept..]).status, 204);
    assert_eq!(fs::read(site.arrived(&item(3))).unwrap(), all);
}
