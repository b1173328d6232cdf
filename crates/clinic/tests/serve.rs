//! `clinic serve` over real HTTP: ranges, caching, the closed list of what exists, the headers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use common::*;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const WASM: &str = "bon-geste_bg-0123456789abcdef.wasm";
const CSP: &str = "default-src 'self'; script-src 'self' 'sha256-abc' 'wasm-unsafe-eval'";

/// A clinic with one published kit, a small portal, and a medium of three chunks.
struct Site {
    dir: tempfile::TempDir,
    clinic: PathBuf,
    portal: PathBuf,
    kit: String,
    medium: String,
    bytes: Vec<u8>,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clinic_dir = make_clinic(dir.path());
        let kit = write_kit(dir.path(), KIT);
        let out = succeed(clinic().arg("publish").arg(&kit).arg("--clinic").arg(&clinic_dir));
        let id = sealed_kit(&clinic_dir.join("public"), &patient_link(&out));
        let portal = dir.path().join("dist");
        fs::create_dir_all(portal.join("icons")).unwrap();
        for (name, text) in [
            ("index.html", "<!doctype html><title>Bon Geste</title>"),
            ("index.html.br", "not really brotli"),
            ("sw.js", "// worker"),
            ("manifest.webmanifest", "{}"),
            (WASM, "\0asm"),
            ("bon-geste-0123456789abcdef.js", "export default 1"),
            ("icons/icon.svg", "<svg/>"),
            (".hidden", "secret"),
        ] {
            fs::write(portal.join(name), text).unwrap();
        }
        let headers = format!(
            "{{\"Content-Security-Policy\": \"{CSP}\", \"Strict-Transport-Security\": \"max-age=1\"}}"
        );
        fs::write(portal.join("headers.json"), headers).unwrap();
        let bytes: Vec<u8> = (0..300_001u32).map(|n| (n * 7 % 251) as u8).collect();
        let source = dir.path().join("film.mp4");
        fs::write(&source, &bytes).unwrap();
        let media = clinic::files::store(&clinic_dir.join("public"), &source, "video/mp4").unwrap();
        let kit = id.file_name().unwrap().to_str().unwrap().to_owned();
        Site { dir, clinic: clinic_dir, portal, kit, medium: media.path(), bytes }
    }

    fn command(&self) -> std::process::Command {
        let mut command = clinic();
        command
            .arg("serve")
            .arg(self.clinic.join("public"))
            .arg("--portal")
            .arg(&self.portal)
            .args(["--port", "0"]);
        command
    }

    fn start(&self) -> Server {
        Server::start(&mut self.command())
    }
}

struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

fn request(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut builder = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", server.url.trim_end_matches('/')));
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let mut answer = agent.run(builder.body(()).unwrap()).unwrap();
    let body = answer.body_mut().with_config().limit(u64::MAX).read_to_vec().unwrap();
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
}

fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    request(server, "GET", path, headers)
}

#[test]
fn a_medium_is_given_whole_in_ranges_and_never_past_its_end() {
    let site = Site::new();
    let server = site.start();
    let path = format!("/{}", site.medium);
    let whole = get(&server, &path, &[]);
    assert_eq!((whole.status, whole.body.len()), (200, site.bytes.len()));
    assert_eq!(whole.body, site.bytes);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("cache-control"), "public, max-age=31536000, immutable");
    let etag = whole.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.contains(&site.medium[2..66]));

    let last = site.bytes.len() - 1;
    for (range, from, to) in [
        ("bytes=0-1".to_owned(), 0, 1),
        ("bytes=131071-131072".to_owned(), 131_071, 131_072),
        (format!("bytes={last}-"), last, last),
        (format!("bytes={last}-999999999"), last, last),
        ("bytes=-5".to_owned(), last - 4, last),
        ("bytes=0-".to_owned(), 0, last),
    ] {
        let part = get(&server, &path, &[("range", &range)]);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{}", last + 1), "{range}");
        assert_eq!(part.header("content-length"), (to - from + 1).to_string());
        assert_eq!(part.body, &site.bytes[from..=to], "{range}");
    }
    for range in
        [format!("bytes={}-", last + 1), "bytes=99999999999999999999-".to_owned(), "bytes=-0".to_owned()]
    {
        let past = get(&server, &path, &[("range", &range)]);
        assert_eq!(past.status, 416, "{range}");
        assert_eq!(past.header("content-range"), format!("bytes */{}", last + 1));
    }
    for range in ["bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=x-y"] {
        assert_eq!(get(&server, &path, &[("range", range)]).status, 200, "{range}");
    }
    // If-Range: a part only of the very same file.
    assert_eq!(get(&server, &path, &[("range", "bytes=0-1"), ("if-range", &etag)]).status, 206);
    assert_eq!(get(&server, &path, &[("range", "bytes=0-1"), ("if-range", "\"other\"")]).status, 200);
    // HEAD tells the length and sends nothing.
    let head = request(&server, "HEAD", &path, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), site.bytes.len().to_string());
    let same = get(&server, &path, &[("if-none-match", &etag)]);
    assert_eq!((same.status, same.body.len()), (304, 0));
    // Its chunk hashes.
    let chunks = get(&server, &format!("{}chunks", path.trim_end_matches("mp4")), &[]);
    assert_eq!((chunks.status, chunks.body.len()), (200, 3 * 32));
}

#[test]
fn a_kit_is_given_to_a_named_recipient_and_again_only_when_it_changed() {
    let site = Site::new();
    let server = site.start();
    let path = format!("/k/{}?recipient=Bon%20Geste", site.kit);
    let kit = get(&server, &path, &[("origin", "https://viewer.example")]);
    assert_eq!((kit.status, kit.header("content-type")), (200, "application/jose"));
    assert_eq!(kit.header("cache-control"), "no-cache");
    assert_eq!(kit.header("access-control-allow-origin"), "*");
    assert_eq!(kit.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(kit.body.iter().filter(|b| **b == b'.').count(), 4);
    let etag = kit.header("etag").to_owned();
    assert_eq!(get(&server, &path, &[("if-none-match", &etag)]).status, 304);
    assert_eq!(get(&server, &path, &[("if-none-match", &format!("\"x\", W/{etag}"))]).status, 304);
    for path in
        [format!("/k/{}", site.kit), format!("/k/{}?recipient=", site.kit), format!("/k/{}?x=1", site.kit)]
    {
        assert_eq!(get(&server, &path, &[]).status, 400, "{path}");
    }
    let preflight = request(&server, "OPTIONS", &path, &[("origin", "https://viewer.example")]);
    assert_eq!((preflight.status, preflight.header("access-control-allow-headers")), (204, "If-None-Match"));
    succeed(clinic().arg("publish").arg(site.dir.path().join("kit")).arg("--clinic").arg(&site.clinic));
    let renewed = get(&server, &path, &[("if-none-match", &etag)]);
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.body, kit.body);
}

#[test]
fn every_screen_is_the_application_and_everything_else_does_not_exist() {
    let site = Site::new();
    let server = site.start();
    for path in [
        "/",
        "/kit",
        "/exercise/sit-to-stand",
        "/session",
        "/feeling",
        "/report",
        "/clip/sit-to-stand",
        "/outbox",
        "/quiz",
        "/check",
        "/booklet",
        "/follow-up",
        "/settings",
        "/help",
        "/index.html",
    ] {
        let screen = get(&server, path, &[]);
        assert_eq!((screen.status, screen.header("cache-control")), (200, "no-cache"), "{path}");
        assert!(screen.header("content-type").starts_with("text/html"), "{path}");
    }
    for path in [
        "/nothing",
        "/icons",
        "/icons/",
        "/m",
        "/m/",
        "/k/",
        "/exercise",
        "/exercise/",
        "/index.html.br",
        "/headers.json",
        "/.hidden",
        "/desk/signing-key.jwk.json",
        "/clinic.toml",
    ] {
        assert_eq!(get(&server, path, &[]).status, 404, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        assert_eq!(request(&server, method, "/", &[]).status, 405, "{method}");
    }
    assert_eq!(get(&server, "/jwks.json", &[]).header("cache-control"), "no-cache");
}

#[test]
fn no_path_and_no_symbolic_link_leads_out_of_what_is_served() {
    let site = Site::new();
    let public = site.clinic.join("public");
    let hash = "ab".repeat(32);
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(site.clinic.join("clinic.toml"), public.join(format!("m/{hash}.mp4"))).unwrap();
        symlink(site.clinic.join("clinic.toml"), public.join("k").join("a".repeat(43))).unwrap();
        symlink(site.clinic.join("clinic.toml"), site.portal.join("notes.txt")).unwrap();
        symlink("/etc", site.portal.join("etc")).unwrap();
    }
    let server = site.start();
    for path in [
        "/../clinic.toml".to_owned(),
        "/../../etc/passwd".into(),
        "/%2e%2e/clinic.toml".into(),
        "/..%2fclinic.toml".into(),
        "/m/../../clinic.toml".into(),
        "/m/..%2f..%2fclinic.toml".into(),
        "/k/../../clinic.toml?recipient=x".into(),
        "/icons/../../clinic/clinic.toml".into(),
        "/icons/..\\..\\clinic.toml".into(),
        "//etc/passwd".into(),
        "/etc/passwd".into(),
        "/notes.txt".into(),
        "/kit.toml%00.html".into(),
        format!("/m/{hash}.mp4"),
        format!("/m/{hash}.toml"),
        format!("/k/{}?recipient=x", "a".repeat(43)),
        format!("/m/{}.mp4", "AB".repeat(32)),
    ] {
        assert_eq!(server.status_of(&path), 404, "{path}");
    }
}

#[test]
fn compressed_files_go_to_those_who_take_them() {
    let site = Site::new();
    let server = site.start();
    let plain = get(&server, "/", &[("accept-encoding", "gzip")]);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    assert!(plain.body.starts_with(b"<!doctype html>"));
    let brotli = get(&server, "/", &[("accept-encoding", "gzip, br")]);
    assert_eq!(brotli.header("content-encoding"), "br");
    assert_eq!(brotli.body, b"not really brotli");
    assert!(brotli.header("content-type").starts_with("text/html"));
    assert_ne!(plain.header("etag"), brotli.header("etag"));
    let part = get(&server, "/", &[("accept-encoding", "br"), ("range", "bytes=0-3")]);
    assert_eq!((part.status, part.body.as_slice()), (206, &b"<!do"[..]));
}

#[test]
fn what_may_be_kept_is_kept_and_what_may_change_is_asked_for_again() {
    let site = Site::new();
    let server = site.start();
    let cache = |path: &str| get(&server, path, &[]).header("cache-control").to_owned();
    assert_eq!(cache(&format!("/{WASM}")), "public, max-age=31536000, immutable");
    assert_eq!(cache("/bon-geste-0123456789abcdef.js"), "public, max-age=31536000, immutable");
    for path in ["/sw.js", "/manifest.webmanifest", "/icons/icon.svg"] {
        assert_eq!(cache(path), "no-cache", "{path}");
    }
    let wasm = get(&server, &format!("/{WASM}"), &[]);
    assert_eq!(wasm.header("content-type"), "application/wasm");
    let worker = get(&server, "/sw.js", &[]);
    assert_eq!(get(&server, "/sw.js", &[("if-none-match", worker.header("etag"))]).status, 304);
    fs::write(site.portal.join("sw.js"), "// worker 2").unwrap();
    assert_eq!(get(&server, "/sw.js", &[("if-none-match", worker.header("etag"))]).body, b"// worker 2");
}

#[test]
fn security_headers_are_on_every_answer_and_hsts_only_over_https() {
    let site = Site::new();
    let server = site.start();
    for (path, status) in [("/", 200), ("/nothing", 404), (&*format!("/{}", site.medium), 200)] {
        let answer = get(&server, path, &[]);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-security-policy"), CSP);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("permissions-policy").contains("camera=(self)"));
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("strict-transport-security"), "");
    }
    drop(server);
    let behind_https = Server::start(site.command().arg("--https"));
    assert_eq!(get(&behind_https, "/", &[]).header("strict-transport-security"), "max-age=1");
}

#[test]
fn parts_of_a_page_carry_a_short_policy_and_nothing_that_only_pages_use() {
    let site = Site::new();
    let server = site.start();
    for path in [WASM, "bon-geste-0123456789abcdef.js"] {
        let answer = get(&server, &format!("/{path}"), &[]);
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("permissions-policy"), "");
    }
    // A service worker's own answer is where its policy comes from.
    assert_eq!(get(&server, "/sw.js", &[]).header("content-security-policy"), CSP);
}

const FRAME_CSP: &str = "default-src 'none'; script-src 'self' 'sha256-def'; frame-ancestors 'none'";

/// A portal with the page for frames and the script for other pages.
fn with_frames(site: &Site) {
    for (name, text) in [
        ("embed.html", "<!doctype html><title>Frame</title>"),
        ("embed.js", "// script"),
        ("embed-headers.json", &format!("{{\"Content-Security-Policy\": \"{FRAME_CSP}\"}}")),
    ] {
        fs::write(site.portal.join(name), text).unwrap();
    }
}

fn embed_on(site: &Site, websites: &str) {
    let file = site.clinic.join("clinic.toml");
    let mut text = fs::read_to_string(&file).unwrap();
    text.retain(|c| c != '\r');
    fs::write(&file, format!("{text}\nembed_on = {websites}\n")).unwrap();
}

#[test]
fn nobody_frames_the_portal_until_the_clinic_names_a_website() {
    let site = Site::new();
    with_frames(&site);
    let server = site.start();
    for path in ["/embed/quiz", "/embed/check", "/embed/booklet", "/embed/open-kit"] {
        let answer = get(&server, path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.body, b"<!doctype html><title>Frame</title>", "{path}");
        assert_eq!(answer.header("content-security-policy"), FRAME_CSP, "{path}");
    }
    for path in ["/embed/kit", "/embed/", "/embed", "/embed-headers.json"] {
        assert_eq!(get(&server, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn named_websites_frame_the_public_screens_and_nothing_else() {
    let site = Site::new();
    with_frames(&site);
    embed_on(&site, "[\"https://www.Cabinet-Exemple.fr/\", \"http://localhost:8081\"]");
    let server = Server::start(site.command().args(["--embed-on", "https://exemple.org:8443"]));
    let by = "frame-ancestors https://www.cabinet-exemple.fr http://localhost:8081 https://exemple.org:8443";
    let frame = get(&server, "/embed/quiz?lang=en", &[]);
    assert_eq!(
        frame.header("content-security-policy"),
        FRAME_CSP.replace("frame-ancestors 'none'", by),
        "the list stands in the place of nobody"
    );
    assert_eq!(frame.header("cross-origin-resource-policy"), "cross-origin");
    for path in ["/", "/kit", "/quiz", "/embed.html", "/sw.js", "/embed/kit", "/missing"] {
        let answer = get(&server, path, &[]);
        assert_eq!(answer.header("content-security-policy"), CSP, "{path}");
    }
    for path in ["/embed/quiz", "/", "/embed.js"] {
        assert_eq!(get(&server, path, &[]).header("x-frame-options"), "", "{path}: it knows no list");
    }
    let script = get(&server, "/embed.js", &[]);
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(script.header("access-control-allow-origin"), "*");
    assert_eq!(script.header("content-security-policy"), "default-src 'none'");
    assert_eq!(script.header("cache-control"), "no-cache");
}

#[test]
fn a_website_that_is_none_or_could_be_many_is_refused_with_its_line() {
    for wrong in [
        "*",
        "https://*.exemple.fr",
        "https://exemple.fr/page",
        "http://exemple.fr",
        "exemple.fr",
        "https://",
        "https://exemple.fr 'unsafe'",
        "https://exemple.fr;",
        "https://a:b@exemple.fr",
        "https://exemple.fr:0",
        "javascript:alert(1)",
        "null",
        "",
    ] {
        let site = Site::new();
        embed_on(&site, &format!("[\"{wrong}\"]"));
        refused(&mut site.command(), &["clinic.toml", "embed_on[1]"]);
        let other = Site::new();
        if !wrong.is_empty() {
            refused(other.command().args(["--embed-on", wrong]), &["--embed-on", "Expected"]);
        }
    }
}

#[test]
fn without_a_policy_from_the_build_the_built_in_one_is_strict() {
    let site = Site::new();
    fs::remove_file(site.portal.join("headers.json")).unwrap();
    let mut server = site.start();
    let policy = get(&server, "/", &[]).header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    assert!(server.stop().success());
    assert!(server.stderr().contains("no headers.json"));
    fs::write(site.portal.join("headers.json"), "{\"bad header\": \"x\"}").unwrap();
    refused(&mut site.command(), &["headers.json", "not a header"]);
}

#[test]
fn a_folder_with_a_desk_or_a_private_key_is_not_served() {
    let site = Site::new();
    let serve = |dir: &Path| {
        let mut command = clinic();
        command.arg("serve").arg(dir).arg("--portal").arg(&site.portal).args(["--port", "0"]);
        command
    };
    refused(&mut serve(&site.clinic), &["desk", "it is not served", "DIR/public"]);
    refused(&mut serve(&site.clinic.join("desk")), &["desk", "it is not served"]);
    refused(&mut serve(&site.clinic.join("nothing")), &["cannot be found"]);
    refused(&mut serve(&site.portal), &["holds no jwks.json"]);
    let public = site.clinic.join("public");
    for (name, secret) in [
        ("m/key.json", site.clinic.join("desk/signing-key.jwk.json")),
        ("notes.txt", site.clinic.join("desk/age-identity.txt")),
        ("k/key", site.clinic.join("desk/signing-key.jwk.json")),
    ] {
        fs::copy(secret, public.join(name)).unwrap();
        refused(&mut serve(&public), &[name, "holds a private key"]);
        fs::remove_file(public.join(name)).unwrap();
    }
    let jwks = fs::read(public.join("jwks.json")).unwrap();
    let private = fs::read_to_string(site.clinic.join("desk/signing-key.jwk.json")).unwrap();
    fs::write(public.join("jwks.json"), format!("{{\"keys\":[{private}]}}")).unwrap();
    refused(&mut serve(&public), &["jwks.json", "holds a private key"]);
    fs::write(public.join("jwks.json"), jwks).unwrap();
    // The portal's folder is looked into as well.
    let mut everything = clinic();
    everything.arg("serve").arg(&public).arg("--portal").arg(site.dir.path());
    refused(&mut everything, &["desk", "it is not served"]);
    fs::write(site.portal.join("server.pem"), "-----BEGIN PRIVATE KEY-----\nx\n").unwrap();
    refused(&mut serve(&public), &["server.pem", "holds a private key"]);
}

#[test]
fn a_taken_port_and_a_missing_portal_are_told_with_a_way_out() {
    let site = Site::new();
    let server = site.start();
    let port = server.addr.port().to_string();
    let mut again = clinic();
    again
        .arg("serve")
        .arg(site.clinic.join("public"))
        .arg("--portal")
        .arg(&site.portal)
        .args(["--port", &port]);
    refused(&mut again, &[&port, "cannot be taken", "--port"]);
    let mut nowhere = clinic();
    nowhere.arg("serve").arg(site.clinic.join("public")).arg("--portal").arg(site.dir.path().join("kit"));
    refused(&mut nowhere, &["holds no index.html", "What to do"]);
}

#[test]
fn listening_beyond_this_machine_without_https_is_warned_about() {
    let site = Site::new();
    let warned = |more: &[&str]| {
        let mut server = Server::start(site.command().args(["--addr", "0.0.0.0"]).args(more));
        assert!(server.stop().success());
        server.stderr().contains("without https")
    };
    assert!(warned(&[]));
    assert!(!warned(&["--https"]));
}

#[test]
fn asked_to_stop_it_finishes_a_running_download_and_ends_in_good_order() {
    let site = Site::new();
    // Larger than what the system buffers by itself.
    let big = site.dir.path().join("big.mp4");
    let bytes: Vec<u8> = (0..30_000_000u32).map(|n| (n % 251) as u8).collect();
    fs::write(&big, &bytes).unwrap();
    let media = clinic::files::store(&site.clinic.join("public"), &big, "video/mp4").unwrap();
    let mut server = site.start();
    let mut stream = TcpStream::connect(server.addr).unwrap();
    write!(stream, "GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", media.path()).unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    let reader = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        rest.len()
    });
    let asked = Instant::now();
    assert!(server.stop().success());
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert!(reader.join().unwrap() + 1000 > bytes.len(), "the download was cut");
}

#[test]
fn asked_to_stop_it_does_not_wait_for_ever_for_a_phone_that_reads_nothing() {
    let site = Site::new();
    let big = site.dir.path().join("big.mp4");
    fs::write(&big, vec![7; 30_000_000]).unwrap();
    let media = clinic::files::store(&site.clinic.join("public"), &big, "video/mp4").unwrap();
    let mut server = site.start();
    let mut stalled = TcpStream::connect(server.addr).unwrap();
    write!(stalled, "GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", media.path()).unwrap();
    let mut first = [0; 1000];
    stalled.read_exact(&mut first).unwrap();
    let asked = Instant::now();
    assert!(server.stop().success());
    assert!(asked.elapsed() < Duration::from_secs(9), "{:?}", asked.elapsed());
}
