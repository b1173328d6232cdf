//! The demonstration clinic's own website, with the quiz in it: some plain files on a second port,
//! under the strict policy that docs/embedding.md gives.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::layout::Layout;

/// Where its files are.
const FOLDER: &str = "content/demo/website";

/// What stands for the portal's address in them.
const PORTAL: &str = "@PORTAL@";

/// The types of its files. What has another is not given out.
const TYPES: [(&str, &str); 3] =
    [("html", "text/html; charset=utf-8"), ("css", "text/css; charset=utf-8"), ("svg", "image/svg+xml")];

/// Longest request head that is read, in bytes, and for how long.
const MOST_BYTES: u64 = 16_384;
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves the website for this portal, as long as this program runs.
///
/// # Errors
/// When no thread can be had.
pub fn serve(layout: &Layout, listener: TcpListener, portal: &str) -> Result<()> {
    let (folder, portal) = (layout.root.join(FOLDER), portal.to_owned());
    let answer_all = move || {
        for stream in listener.incoming().flatten() {
            let (folder, portal) = (folder.clone(), portal.clone());
            // A visitor that hangs up, or a thread that cannot be had, is one answer less.
            let _one = thread::Builder::new().spawn(move || answer(stream, &folder, &portal));
        }
    };
    thread::Builder::new().name("website".into()).spawn(answer_all).context("serving the website")?;
    Ok(())
}

/// The policy of its pages: nothing but their own files, and the portal for one script and its frames.
fn policy(portal: &str) -> String {
    format!(
        "default-src 'none'; script-src {portal}; frame-src {portal}; style-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'"
    )
}

fn answer(stream: TcpStream, folder: &Path, portal: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new((&stream).take(MOST_BYTES));
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let found = file(&request).and_then(|(name, kind)| Some((contents(folder, &name, portal)?, kind)));
    let (status, body, kind) = match found {
        Some((body, kind)) => ("200 OK", body, kind),
        None => ("404 Not Found", b"Not found\n".to_vec(), "text/plain"),
    };
    let mut stream = &stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {}\r\n\
         X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len(),
        policy(portal.trim_end_matches('/')),
    )?;
    stream.write_all(&body)
}

/// The name of the file that a request's first line asks for, and its type.
fn file(request: &str) -> Option<(String, &'static str)> {
    let mut parts = request.split_whitespace();
    let (Some("GET"), Some(address)) = (parts.next(), parts.next()) else { return None };
    let path = address.split(['?', '#']).next()?.strip_prefix('/')?;
    let name = if path.is_empty() { "index.html" } else { path };
    let (stem, ending) = name.split_once('.')?;
    if stem.is_empty() || !stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    TYPES.iter().find(|(known, _)| *known == ending).map(|(_, kind)| (name.to_owned(), *kind))
}

fn contents(folder: &Path, name: &str, portal: &str) -> Option<Vec<u8>> {
    let file: PathBuf = folder.join(name);
    let bytes = std::fs::read(file).ok()?;
    match String::from_utf8(bytes) {
        Ok(text) => Some(text.replace(PORTAL, portal).into_bytes()),
        Err(other) => Some(other.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_website_are_given_out() {
        assert_eq!(file("GET / HTTP/1.1").unwrap().0, "index.html");
        assert_eq!(file("GET /style.css?1 HTTP/1.1").unwrap(), ("style.css".into(), TYPES[1].1));
        for request in [
            "POST / HTTP/1.1",
            "GET /../Cargo.toml HTTP/1.1",
            "GET /a/b.css HTTP/1.1",
            "GET /.html",
            "GET /x.rs x",
            "",
        ] {
            assert!(file(request).is_none(), "{request}");
        }
    }

    #[test]
    fn every_file_of_the_website_is_of_a_known_type_and_the_page_names_the_portal() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FOLDER);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(file(&format!("GET /{name} HTTP/1.1")).is_some(), "{name}");
        }
        let page =
            String::from_utf8(contents(&folder, "index.html", "http://localhost:1/").unwrap()).unwrap();
        assert!(page.contains("src=\"http://localhost:1/embed.js\"") && !page.contains(PORTAL));
        for inline in ["<style", " style=", "<script>", " onclick="] {
            assert!(!page.contains(inline), "the policy would block {inline}");
        }
    }
}
