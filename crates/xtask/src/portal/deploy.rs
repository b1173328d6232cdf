//! The response headers of the portal, for `clinic serve` (headers.json) and as ready snippets for
//! nginx and Caddy.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::{Base, html};

/// The Content-Security-Policies of the two pages, as [`html::policy`] writes them.
pub struct Policies<'page> {
    /// The portal's own.
    pub page: &'page str,
    /// That of `/embed/…`.
    pub frame: &'page str,
}

impl Policies<'_> {
    /// The policy of `/embed/…` where `by` may frame it.
    fn framed(&self, by: &str) -> String {
        self.frame.replace(html::NO_FRAMES, &format!("frame-ancestors {by}"))
    }
}

/// The headers of the script that other people's pages load.
fn script_headers() -> [(&'static str, String); 5] {
    [
        ("Access-Control-Allow-Origin", "*".to_owned()),
        ("Cross-Origin-Resource-Policy", "cross-origin".to_owned()),
        ("Content-Security-Policy", "default-src 'none'".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Cache-Control", ASK_AGAIN.to_owned()),
    ]
}

/// The headers of every response of the portal.
fn headers(policy: &str) -> [(&'static str, String); 5] {
    [
        ("Content-Security-Policy", policy.to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        // A link to a vetted page must not tell that page which clinic the patient comes from.
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        (
            "Permissions-Policy",
            "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()".to_owned(),
        ),
    ]
}

/// The headers of what a page loads and nobody opens by itself: the page's policy applies there, and a
/// rural line is spared half a kilobyte each time.
fn part_headers() -> [(&'static str, String); 2] {
    [
        ("Content-Security-Policy", "default-src 'none'".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// The headers of pages, workers and whatever else keeps its name when it changes.
fn page_headers(policy: &str) -> Vec<(&'static str, String)> {
    let mut all = headers(policy).to_vec();
    all.push(("Cache-Control", ASK_AGAIN.to_owned()));
    all
}

/// The headers of a kit: useless without its key, so that every reader of SMART Health Links may fetch it.
fn kit_headers() -> [(&'static str, String); 4] {
    [
        ("Access-Control-Allow-Origin", "*".to_owned()),
        ("Content-Security-Policy", "default-src 'none'".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Cache-Control", ASK_AGAIN.to_owned()),
    ]
}

/// The headers as one JSON object, name to value.
///
/// # Errors
/// When serialising fails.
pub fn headers_json(policy: &str) -> Result<String> {
    let map: Map<String, Value> =
        headers(policy).into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    serde_json::to_string_pretty(&map).map(|text| text + "\n").context("writing the headers")
}

/// What differs in the headers of `/embed/…`, in the same form.
///
/// # Errors
/// When serialising fails.
pub fn frame_headers_json(policies: &Policies<'_>) -> Result<String> {
    let map = Map::from_iter([("Content-Security-Policy".to_owned(), policies.frame.into())]);
    serde_json::to_string_pretty(&map).map(|text| text + "\n").context("writing the headers")
}

/// What stands where under a base, as regular expressions that nginx and Caddy read alike. The first that
/// fits decides; what none fits has no dot and is one of the app's screens.
struct Places {
    /// Media, and those files of the portal whose names follow their content.
    kept: String,
    /// A kit, sealed.
    kit: String,
    /// The script for the clinic's own pages.
    script: String,
    /// The screens that these show in a frame.
    frames: String,
    /// What belongs to the server or to the clinic's desk, and what else lies beside kits and media.
    closed: String,
    /// The portal's other files, the clinic's public keys and its own questions for the quiz.
    files: String,
    /// Any other file: hidden, or for the server.
    other: String,
}

impl Places {
    fn under(base: &Base) -> Self {
        let base = base.as_str().replace('.', r"\.");
        let name = "[A-Za-z0-9_-]+";
        Self {
            kept: format!(
                r"^{base}(m/[0-9a-f]{{64}}\.[a-z0-9]+|{name}-[0-9a-f]{{16}}\.(js|wasm|css|txt)|quiz/{name}-[0-9a-f]{{16}}\.[a-z]{{2}}\.json)$"
            ),
            script: format!(r"^{base}embed\.js$"),
            frames: format!(r"^{base}embed/[^.]+$"),
            kit: format!("^{base}k/[A-Za-z0-9_-]{{43}}$"),
            closed: format!("^{base}(desk|deploy|k|m)(/|$)"),
            files: format!(
                r"^{base}(jwks\.json|quiz/own\.[a-z]{{2}}\.json|({name}/)*{name}\.({}))$",
                PORTAL.join("|")
            ),
            other: format!(r"^{base}.*\."),
        }
    }
}

/// How the names of the portal's own files end. JSON is left out: what is of that kind beside
/// `jwks.json` is not for the public.
const PORTAL: [&str; 8] = ["html", "js", "css", "wasm", "webmanifest", "svg", "png", "txt"];

/// Types by the ending of the file's name: a server knows only those that somebody told it.
const TYPES: [(&str, &str); 15] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("pdf", "application/pdf"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("avif", "image/avif"),
    ("mp4", "video/mp4"),
    ("chunks", "application/octet-stream"),
];

const ASK_AGAIN: &str = "no-cache";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What stands where the administrator says who may frame the portal.
const WHO: &str =
    "Instead of 'none', the websites that may show it, parted by blanks: https://www.cabinet-exemple.fr";

/// What goes inside a `server` block of nginx: the portal, kits, media and keys under one base.
pub fn nginx(policies: &Policies<'_>, base: &Base) -> String {
    let policy = policies.page;
    let places = Places::under(base);
    let base = base.as_str();
    let lines = |indent: &str, headers: &[(&str, String)]| {
        headers.iter().fold(String::new(), |mut lines, (name, value)| {
            let _infallible = writeln!(lines, "{indent}add_header {name} \"{value}\" always;");
            lines
        })
    };
    let deep = "        ";
    let mut types = String::new();
    for (ending, kind) in TYPES {
        let _infallible = writeln!(types, "{deep}\"{kind}\" {ending};");
    }
    // What is missing now may be there tomorrow: only what is found is kept for ever, so no `always`.
    let kept = format!("{}{deep}add_header Cache-Control \"{FOR_EVER}\";\n", lines(deep, &part_headers()));
    let slash = match base.trim_end_matches('/') {
        "" => String::new(),
        bare => format!("location = {bare} {{\n    absolute_redirect off;\n    return 301 {base};\n}}\n\n"),
    };
    format!(
        "# Bon Geste under {base}: include this inside a `server` block that serves HTTPS.\n\
         # The portal and what is in the clinic's public folder (k/, m/, jwks.json) belong in\n\
         # /srv/bon-geste{base}\n\
         # brotli_static needs nginx's Brotli module (Debian: libnginx-mod-http-brotli-static);\n\
         # without it delete that line, and the portal is three times as heavy.\n\
         # nginx drops inherited headers where a block adds its own: hence the repetition.\n\n\
         {slash}\
         location ^~ {base} {{\n    root /srv/bon-geste;\n    brotli_static on;\n    gzip_vary on;\n    \
         default_type application/octet-stream;\n    types {{\n{types}    }}\n\n    \
         # The app's screens.\n    try_files {base}index.html =404;\n{screens}\n    \
         # Names that change with the content, and media named by their content.\n    \
         location ~ \"{kept_place}\" {{\n{kept}    }}\n\n    \
         # Kits change under the same address; other health software may read them.\n    \
         location ~ \"{kit_place}\" {{\n{kit}    }}\n\n    \
         # For the clinic's own website: docs/embedding.md.\n    \
         location ~ \"{script_place}\" {{\n{script}    }}\n    \
         location ~ \"{frames_place}\" {{\n\
         {deep}# {WHO}\n\
         {deep}set $bon_geste_frames \"'none'\";\n\
         {deep}try_files {base}embed.html =404;\n{frames}    }}\n\n    \
         # Nobody's business.\n    location ~ \"{closed}\" {{\n{deep}return 404;\n    }}\n\n    \
         # The rest of the portal, and the clinic's public keys.\n    \
         location ~ \"{files_place}\" {{\n{files}    }}\n\n    \
         location ~ \"{other}\" {{\n{deep}return 404;\n    }}\n}}\n",
        screens = lines("    ", &page_headers(policy)),
        kept_place = places.kept,
        kit_place = places.kit,
        kit = format_args!(
            "{deep}types {{}}\n{deep}default_type application/jose;\n{}",
            lines(deep, &kit_headers())
        ),
        script_place = places.script,
        script = lines(deep, &script_headers()),
        frames_place = places.frames,
        frames = lines(deep, &page_headers(&policies.framed("$bon_geste_frames"))),
        closed = places.closed,
        files_place = places.files,
        files = lines(deep, &page_headers(policy)),
        other = places.other,
    )
}

/// A site for Caddy.
pub fn caddy(policies: &Policies<'_>, base: &Base) -> String {
    let policy = policies.page;
    let places = Places::under(base);
    let base = base.as_str();
    let header = |headers: &[(&str, String)]| {
        let mut lines = "\t\t\theader {\n".to_owned();
        for (name, value) in headers {
            let _infallible = writeln!(lines, "\t\t\t\t{name} `{value}`");
        }
        lines + "\t\t\t}\n"
    };
    // Caddy asks the system for types, and a small system knows few.
    let mut types = String::new();
    for (ending, kind) in TYPES {
        let _infallible =
            writeln!(types, "\t\t@{ending} path *.{ending}\n\t\theader @{ending} Content-Type `{kind}`");
    }
    let mut kept_headers = part_headers().to_vec();
    kept_headers.push(("Cache-Control", FOR_EVER.to_owned()));
    let slash = match base.trim_end_matches('/') {
        "" => String::new(),
        bare => format!("\tredir {bare} {base} permanent\n"),
    };
    format!(
        "# Bon Geste under {base}. The portal and what is in the clinic's public folder (k/, m/,\n\
         # jwks.json) belong in /srv/bon-geste{base}\n\
         # Put the site's own name for kit.example.org: Caddy fetches the HTTPS certificate itself.\n\n\
         kit.example.org {{\n\troot * /srv/bon-geste\n{slash}\troute {base}* {{\n\
         \t\t# Names that change with the content, and media named by their content.\n\
         \t\t@kept {{\n\t\t\tpath_regexp `{kept_place}`\n\t\t\tfile\n\t\t}}\n\
         \t\t# Kits change under the same address; other health software may read them.\n\
         \t\t@kit path_regexp `{kit_place}`\n\
         \t\t# For the clinic's own website: docs/embedding.md.\n\
         \t\t@script path_regexp `{script_place}`\n\
         \t\t@frames path_regexp `{frames_place}`\n\
         \t\t# Nobody's business.\n\
         \t\t@closed path_regexp `{closed}`\n\
         \t\t# The rest of the portal, and the clinic's public keys.\n\
         \t\t@files path_regexp `{files_place}`\n\
         \t\t@other path_regexp `{other}`\n\n\
         {types}\n\
         \t\thandle @kept {{\n{kept}\t\t\tfile_server {{\n\t\t\t\tprecompressed br\n\t\t\t}}\n\t\t}}\n\
         \t\thandle @kit {{\n{kit}\t\t\tfile_server\n\t\t}}\n\
         \t\thandle @script {{\n{script}\t\t\tfile_server {{\n\t\t\t\tprecompressed br\n\t\t\t}}\n\t\t}}\n\
         \t\thandle @frames {{\n\t\t\t# {WHO}\n\t\t\tvars bon_geste_frames `'none'`\n{frames}\
         \t\t\theader Content-Type `{html}`\n\t\t\trewrite * {base}embed.html\n\
         \t\t\tfile_server {{\n\t\t\t\tprecompressed br\n\t\t\t}}\n\t\t}}\n\
         \t\thandle @closed {{\n\t\t\terror 404\n\t\t}}\n\
         \t\thandle @files {{\n{page}\t\t\tfile_server {{\n\t\t\t\tprecompressed br\n\t\t\t}}\n\t\t}}\n\
         \t\thandle @other {{\n\t\t\terror 404\n\t\t}}\n\
         \t\t# The app's screens.\n\
         \t\thandle {{\n{page}\t\t\theader Content-Type `{html}`\n\t\t\trewrite * {base}index.html\n\
         \t\t\tfile_server {{\n\t\t\t\tprecompressed br\n\t\t\t}}\n\t\t}}\n\t}}\n}}\n",
        kept_place = places.kept,
        kit_place = places.kit,
        script_place = places.script,
        script = header(&script_headers()),
        frames_place = places.frames,
        frames = header(&page_headers(&policies.framed("{vars.bon_geste_frames}"))),
        closed = places.closed,
        files_place = places.files,
        other = places.other,
        kept = header(&kept_headers),
        kit = header(&{
            let mut all = kit_headers().to_vec();
            all.push(("Content-Type", "application/jose".to_owned()));
            all
        }),
        page = header(&page_headers(policy)),
        html = TYPES[0].1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_are_told_the_same_policy() {
        let base = Base::parse("/x/").unwrap();
        let json: Map<String, Value> =
            serde_json::from_str(&headers_json("default-src 'none'").unwrap()).unwrap();
        assert_eq!(json["Content-Security-Policy"], "default-src 'none'");
        let policies = Policies { page: "default-src 'none'", frame: "default-src 'none'" };
        for text in [nginx(&policies, &base), caddy(&policies, &base)] {
            for (name, value) in headers("default-src 'none'") {
                assert!(text.contains(name) && text.contains(&value), "{name} in {text}");
            }
            assert!(text.contains("/x/"));
        }
    }

    #[test]
    fn only_the_page_for_frames_may_be_framed_and_by_nobody_until_somebody_is_named() {
        let base = Base::parse("/x/").unwrap();
        let page = format!("default-src 'none'; {}", html::NO_FRAMES);
        let policies = Policies { page: &page, frame: &page };
        let frame: Map<String, Value> =
            serde_json::from_str(&frame_headers_json(&policies).unwrap()).unwrap();
        assert_eq!(frame["Content-Security-Policy"], page);
        for (text, variable, none) in [
            (nginx(&policies, &base), "$bon_geste_frames", "set $bon_geste_frames \"'none'\";"),
            (caddy(&policies, &base), "{vars.bon_geste_frames}", "vars bon_geste_frames `'none'`"),
        ] {
            assert_eq!(text.matches(&format!("frame-ancestors {variable}")).count(), 1, "{text}");
            assert_eq!(text.matches(none).count(), 1, "{text}");
            assert!(text.matches(html::NO_FRAMES).count() > 1, "{text}");
            assert!(!text.contains("X-Frame-Options"), "it knows no list: {text}");
        }
    }

    #[test]
    fn only_a_portal_below_the_root_has_an_address_without_its_last_slash() {
        let written = |base: &str| {
            let base = Base::parse(base).unwrap();
            let policies = Policies { page: "", frame: "" };
            (nginx(&policies, &base), caddy(&policies, &base))
        };
        let (nginx, caddy) = written("/v1.2/kit/");
        assert!(nginx.contains("location = /v1.2/kit {") && caddy.contains("redir /v1.2/kit /v1.2/kit/ "));
        assert!(nginx.contains(r"^/v1\.2/kit/k/") && caddy.contains(r"^/v1\.2/kit/k/"), "a dot is a dot");
        let (nginx, caddy) = written("/");
        assert!(!nginx.contains("location = ") && !caddy.contains("redir"));
    }
}
