//! Requests as a tus client makes them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;

pub const TUS: (&str, &str) = ("Tus-Resumable", "1.0.0");
pub const PIECE: (&str, &str) = ("Content-Type", "application/offset+octet-stream");

pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// A request with a token and everything that tus asks for, unless told otherwise; an empty header
/// is left out.
pub fn ask(token: &str, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut builder = ureq::http::Request::builder().method(method).uri(url);
    let bearer = format!("Bearer {token}");
    for (name, value) in [TUS, ("Authorization", &bearer)] {
        if !headers.iter().any(|(n, _)| *n == name) {
            builder = builder.header(name, value);
        }
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        builder = builder.header(*name, *value);
    }
    let mut answer = if body.is_empty() && method != "POST" && method != "PATCH" {
        agent.run(builder.body(()).unwrap()).unwrap()
    } else {
        agent.run(builder.body(body).unwrap()).unwrap()
    };
    let text = answer.body_mut().read_to_string().unwrap();
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body: text }
}

/// `Upload-Metadata` that names an item.
pub fn metadata(item: &str) -> String {
    format!("item {}", STANDARD.encode(item))
}
