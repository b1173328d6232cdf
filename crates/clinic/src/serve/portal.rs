//! The built portal: from a folder, or from inside the program.

use super::{
    ASK_AGAIN, FOR_EVER,
    answer::{Body, Entity},
    guard, within,
};
use crate::{
    files,
    problem::{Outcome, Problem},
};
use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[cfg(feature = "embedded-portal")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../dist"]
struct Embedded;

/// Where the portal's files come from.
pub enum Portal {
    /// A folder, checked.
    Folder(PathBuf),
    /// Inside the program.
    #[cfg(feature = "embedded-portal")]
    Embedded,
}

impl Portal {
    /// The portal in `dir`, or the one inside the program.
    pub fn open(dir: Option<&Path>) -> Outcome<Self> {
        let portal = match dir {
            Some(dir) => Portal::Folder(guard::folder(dir)?),
            #[cfg(feature = "embedded-portal")]
            None => Portal::Embedded,
            #[cfg(not(feature = "embedded-portal"))]
            None => {
                return Err(Problem::new("--portal", "this program was built without the portal inside")
                    .expected("the folder of a built portal")
                    .to_do("Add --portal dist")
                    .into());
            }
        };
        if portal.read("index.html").is_none() {
            return Err(Problem::new(dir.unwrap_or(Path::new("portal")), "holds no index.html")
                .expected("the folder of a built portal")
                .to_do("Build it with `cargo xtask serve`, then give --portal dist")
                .into());
        }
        Ok(portal)
    }

    /// A file of the portal, by its plain name.
    pub fn read(&self, name: &str) -> Option<Bytes> {
        match self {
            Portal::Folder(root) => fs::read(within(root, name)?).ok().map(Bytes::from),
            #[cfg(feature = "embedded-portal")]
            Portal::Embedded => Embedded::get(name).map(|f| match f.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            }),
        }
    }

    /// What the portal gives at a path: a file, or the application for one of its screens.
    pub fn get(&self, path: &str, request: &HeaderMap) -> Option<Entity> {
        let name = match path {
            path if is_framed(path) => "embed.html",
            path if is_screen(path) => "index.html",
            path => path,
        };
        if !is_plain(name) || is_for_the_server(name) {
            return None;
        }
        let bytes = self.read(name)?;
        let brotli = self.read(&format!("{name}.br"));
        let varies = brotli.is_some();
        // A range is a part of the plain file: whoever asks for one gets it plain.
        let wanted = takes_brotli(request) && !request.contains_key(header::RANGE);
        let (bytes, encoding) = match brotli.filter(|_| wanted) {
            Some(brotli) => (brotli, Some("br")),
            None => (bytes, None),
        };
        // Half of the digest tells any two versions apart, and travels each time.
        let etag = format!("\"{}\"", &files::sha256(&bytes)[..32]);
        Some(Entity {
            body: Body::Bytes(bytes),
            etag,
            mime: mime(name),
            cache: cache(name),
            encoding,
            varies,
        })
    }
}

/// Whether a path is one of the application's screens.
fn is_screen(path: &str) -> bool {
    match path.split('/').collect::<Vec<_>>()[..] {
        [one] => matches!(
            one,
            "" | "kit"
                | "session"
                | "feeling"
                | "report"
                | "outbox"
                | "quiz"
                | "check"
                | "booklet"
                | "workshop"
                | "follow-up"
                | "reminders"
                | "code"
                | "settings"
                | "help"
        ),
        ["booklet", "poster"] | ["quiz", "lesson"] => true,
        ["exercise" | "clip" | "feeling" | "outbox" | "follow-up", id]
        | ["clip", id, "reference"]
        | ["quiz", "lesson", id] => !id.is_empty(),
        _ => false,
    }
}

/// Whether a path is one of the screens that other websites show in a frame: a page of its own.
pub fn is_framed(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("embed")
        && matches!(parts.next(), Some("quiz" | "check" | "booklet" | "open-kit"))
        && parts.all(|part| !part.is_empty())
}

/// Names as the build makes them: nothing hidden, nothing that climbs.
fn is_plain(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(letters))
}

/// What the build wrote for whoever serves the portal.
fn is_for_the_server(name: &str) -> bool {
    name == "headers.json"
        || name == "embed-headers.json"
        || name.starts_with("deploy/")
        || name.ends_with(".br")
}

/// Whether `Accept-Encoding` allows Brotli.
fn takes_brotli(request: &HeaderMap) -> bool {
    let listed = request.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|v| v.to_str().ok());
    listed.flat_map(|v| v.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let refused =
            |p: &str| p.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
        parts.next() == Some("br") && !parts.any(refused)
    })
}

/// The portal's build writes sixteen hexadecimal digits of a file's own content into its name, just
/// before the extension, or before the language and the extension.
fn cache(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split('.').next().unwrap_or(file);
    let digits = stem.rsplit_once('-').map_or("", |(_, digits)| digits);
    let hashed = digits.len() == 16 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hashed { FOR_EVER } else { ASK_AGAIN }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "avif" => "image/avif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "vtt" => "text/vtt; charset=utf-8",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_build_makes_are_looked_for() {
        assert!(is_plain("icons/icon-512.png"));
        for name in ["../x", "a/../b", "/etc/passwd", ".git", "a//b", "a%2e", "a\\b", "", "a/", "a b"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[test]
    fn screens_are_the_application_and_nothing_else_is() {
        for path in [
            "",
            "kit",
            "exercise/sit-to-stand",
            "clip/x",
            "clip/x/reference",
            "follow-up",
            "follow-up/summary",
            "outbox/x",
            "reminders",
            "code",
            "help",
            "quiz/lesson",
            "quiz/lesson/C1",
            "booklet/poster",
            "workshop",
        ] {
            assert!(is_screen(path), "{path}");
        }
        for path in [
            "exercise",
            "exercise/",
            "exercise/a/b",
            "kit/",
            "unknown",
            "desk/x",
            "quiz/lesson/",
            "booklet/x",
        ] {
            assert!(!is_screen(path), "{path}");
        }
    }

    #[test]
    fn only_what_is_for_everybody_is_shown_in_other_peoples_pages() {
        for path in ["embed/quiz", "embed/check", "embed/booklet", "embed/open-kit", "embed/quiz/about"] {
            assert!(is_framed(path) && !is_screen(path), "{path}");
        }
        for path in ["embed", "embed/", "embed/kit", "embed/report", "embed/quiz/", "quiz", "embed.js"] {
            assert!(!is_framed(path), "{path}");
        }
    }

    #[test]
    fn brotli_is_given_to_those_who_take_it() {
        let with = |v: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, axum::http::HeaderValue::from_static(v));
            takes_brotli(&headers)
        };
        assert!(with("gzip, deflate, br, zstd") && with("br;q=0.5"));
        assert!(!with("gzip") && !with("br;q=0") && !with("br;q=0.0, gzip") && !with("brotli"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn only_what_its_name_describes_is_kept_for_ever() {
        for name in [
            "bon-geste_bg-0123456789abcdef.wasm",
            "bon-geste-0123456789abcdef.js",
            "a/base-0123456789abcdef.css",
            "quiz/items-0123456789abcdef.fr.json",
        ] {
            assert_eq!(cache(name), FOR_EVER, "{name}");
        }
        // The last is Trunk's own form: its digits are not those of the file itself.
        for name in
            ["sw.js", "index.html", "worker_bg.wasm", "icon-512.png", "bon-geste-0123456789abcdef_bg.wasm"]
        {
            assert_eq!(cache(name), ASK_AGAIN, "{name}");
        }
    }
}
