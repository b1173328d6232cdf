//! The response headers of the portal, for `clinic serve` (headers.json) and as ready snippets for
//! nginx and Caddy.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::Base;

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
            "camera=(self), microphone=(self), screen-wake-lock=(self), fullscreen=(self), \
             geolocation=(), payment=(), usb=()"
                .to_owned(),
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

/// The headers as one JSON object, name to value.
///
/// # Errors
/// When serialising fails.
pub fn headers_json(policy: &str) -> Result<String> {
    let map: Map<String, Value> =
        headers(policy).into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    serde_json::to_string_pretty(&map).map(|text| text + "\n").context("writing the headers")
}

/// A `server` part for nginx: the portal, kits, media and keys under one base.
pub fn nginx(policy: &str, base: &Base) -> String {
    let base = base.as_str();
    let lines = |headers: &[(&str, String)]| {
        headers.iter().fold(String::new(), |mut lines, (name, value)| {
            let _infallible = writeln!(lines, "    add_header {name} \"{value}\" always;");
            lines
        })
    };
    let (common, part) = (lines(&headers(policy)), lines(&part_headers()));
    format!(
        "# Bon Geste under {base}: put this inside a `server` block that serves HTTPS.\n\
         # Copy dist/ and the clinic's public folder (k/, m/, jwks.json) to /srv/bon-geste.\n\
         # brotli_static needs nginx's Brotli module; without it, delete those lines.\n\
         # nginx drops inherited headers where a block adds its own: hence the repetition.\n\n\
         location = {trimmed} {{ return 301 {base}; }}\n\n\
         location {base} {{\n    alias /srv/bon-geste/;\n    brotli_static on;\n    try_files $uri {base}index.html;\n\
         {common}    add_header Cache-Control \"no-cache\" always;\n}}\n\n\
         # Names that change with the content, and media named by their content.\n\
         location ~ ^{base}(?<kept>m/[0-9a-f]+\\.[a-z0-9]+|(bon-geste|app)[^/]*-[0-9a-f]+\\.(js|wasm|css))$ {{\n    \
         alias /srv/bon-geste/$kept;\n    brotli_static on;\n\
         {part}    add_header Cache-Control \"public, max-age=31536000, immutable\" always;\n}}\n\n\
         # Kits change under the same address; other health software may read them.\n\
         location {base}k/ {{\n    alias /srv/bon-geste/k/;\n    default_type application/jose;\n    \
         add_header Access-Control-Allow-Origin \"*\" always;\n    \
         add_header X-Content-Type-Options \"nosniff\" always;\n    \
         add_header Cache-Control \"no-cache\" always;\n}}\n",
        trimmed = if base == "/" { "/index.html/" } else { base.trim_end_matches('/') },
    )
}

/// A site for Caddy.
pub fn caddy(policy: &str, base: &Base) -> String {
    let base = base.as_str();
    let mut common = String::new();
    for (name, value) in headers(policy) {
        let _infallible = writeln!(common, "\t\t{name} `{value}`");
    }
    format!(
        "# Bon Geste under {base}. Copy dist/ and the clinic's public folder (k/, m/, jwks.json)\n\
         # to /srv/bon-geste. Caddy fetches the HTTPS certificate itself.\n\n\
         kit.example.org {{\n\troot * /srv/bon-geste\n\theader {{\n{common}\t}}\n\
         \t@kept path_regexp ^{base}(m/[0-9a-f]+\\.[a-z0-9]+|(bon-geste|app)[^/]*-[0-9a-f]+\\.(js|wasm|css))$\n\
         \theader Cache-Control \"no-cache\"\n\
         \theader @kept Cache-Control \"public, max-age=31536000, immutable\"\n\
         \thandle_path {base}k/* {{\n\t\troot * /srv/bon-geste/k\n\
         \t\theader Access-Control-Allow-Origin *\n\t\theader Content-Type application/jose\n\t\tfile_server\n\t}}\n\
         \thandle_path {base}* {{\n\t\ttry_files {{path}} /index.html\n\t\tfile_server {{\n\t\t\tprecompressed br\n\t\t}}\n\t}}\n}}\n",
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
        for text in [nginx("default-src 'none'", &base), caddy("default-src 'none'", &base)] {
            for (name, value) in headers("default-src 'none'") {
                assert!(text.contains(name) && text.contains(&value), "{name} in {text}");
            }
            assert!(text.contains("/x/"));
        }
    }
}
