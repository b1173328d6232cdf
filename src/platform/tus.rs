//! tus 1.0.0 as the outbox speaks it: requests by `fetch`, answers as `care` judges them. For the sending
//! worker, whose own address stands beside the portal's `index.html`.

use super::js::{get, global, object, text, within};
use care::outbox::{Algorithm, Answer, Held, Link, Outcome};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Url};

/// So long an answer may take when nothing is sent with the question, milliseconds.
const PATIENCE_MS: i32 = 30_000;
/// The slowest line that is waited for, bytes a millisecond: 16 kbit/s.
const SLOWEST: u32 = 2;

#[wasm_bindgen]
extern "C" {
    fn fetch(url: &str, init: &JsValue) -> Promise;
    fn btoa(bytes: &str) -> String;
    /// Absent where the page did not come over https: that is an error, too.
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, bytes: &Uint8Array) -> Result<Promise, JsValue>;
}

/// A question to the clinic's server.
pub struct Question<'a> {
    /// `OPTIONS`, `POST`, `HEAD`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// Absolute, or relative to the portal's base.
    pub url: &'a str,
    /// What lets this patient send.
    pub token: &'a str,
    /// Further headers.
    pub headers: &'a [(&'a str, String)],
    /// What is sent with it.
    pub body: Option<Uint8Array>,
}

/// Asks, and waits no longer than a slow line needs.
pub async fn ask(question: Question<'_>) -> Outcome {
    ask_for(question).await.unwrap_or(Outcome::Nothing(Held::Offline))
}

async fn ask_for(question: Question<'_>) -> Option<Outcome> {
    let url = absolute(question.url, None)?;
    let abort = AbortController::new().ok()?;
    let bearer = ["Bearer ", question.token].concat();
    let mut headers = vec![("Tus-Resumable", "1.0.0".into()), ("Authorization", JsValue::from(bearer))];
    headers.extend(question.headers.iter().map(|(name, value)| (*name, JsValue::from(value))));
    let init = object(&[
        ("method", question.method.into()),
        ("headers", object(&headers)),
        ("cache", "no-store".into()),
        ("credentials", "omit".into()),
        ("referrerPolicy", "no-referrer".into()),
        ("signal", abort.signal().into()),
    ]);
    let mut patience = PATIENCE_MS;
    if let Some(body) = question.body {
        patience += i32::try_from(body.length() / SLOWEST).unwrap_or(i32::MAX - PATIENCE_MS);
        // Setting a property of a plain object cannot fail.
        let _ = js_sys::Reflect::set(&init, &"body".into(), &body);
    }
    let answered = within(fetch(&url, &init), patience).await;
    let Ok(Some(response)) = answered else {
        abort.abort();
        return None;
    };
    let response: web_sys::Response = response.unchecked_into();
    let header = |name| response.headers().get(name).ok().flatten();
    let words = |name| header(name).unwrap_or_default();
    let number = |name| header(name).and_then(|value| value.trim().parse().ok());
    let answer = Answer {
        status: response.status(),
        tus: header("Tus-Resumable").is_some(),
        offset: number("Upload-Offset"),
        length: number("Upload-Length"),
        location: header("Location").and_then(|to| absolute(&to, Some(&url))),
        retry_after: number("Retry-After"),
        checks: Algorithm::offered(&words("Tus-Extension"), &words("Tus-Checksum-Algorithm")),
    };
    // Nothing of the body is wanted: a login page would be paid for.
    abort.abort();
    Some(Outcome::Answered(answer))
}

/// `Upload-Checksum` of a piece; nothing where the browser has no digests for this page.
pub async fn checksum(algorithm: Algorithm, piece: &Uint8Array) -> Option<String> {
    let by = match algorithm {
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
    };
    let hash = JsFuture::from(digest(by, piece).ok()?).await.ok()?;
    Some([algorithm.name(), " ", &base64(&Uint8Array::new(&hash).to_vec())].concat())
}

/// Bytes in the letters that the headers of tus take.
pub fn base64(bytes: &[u8]) -> String {
    btoa(&bytes.iter().copied().map(char::from).collect::<String>())
}

/// An address made absolute: against another one, else against the folder that the worker lies in.
fn absolute(url: &str, base: Option<&str>) -> Option<String> {
    let own;
    let base = match base {
        Some(base) => base,
        None => {
            own = text(&global("location"), "href");
            &own
        }
    };
    Url::new_with_base(url, base).ok().map(|url| url.href())
}

/// What the browser says of the network.
pub fn link() -> Link {
    match text(&get(&global("navigator"), "connection"), "type").as_str() {
        "wifi" | "ethernet" => Link::Free,
        "cellular" | "bluetooth" | "wimax" => Link::Mobile,
        _ => Link::Unknown,
    }
}
