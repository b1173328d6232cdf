//! The security headers: those that the portal's build wrote into `headers.json`, and built-in
//! ones for what it does not say.

use super::{
    FOR_EVER,
    portal::{Portal, is_framed},
};
use crate::problem::{Outcome, Problem};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Who may load a resource.
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Used when the build says nothing else.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(self), microphone=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The policy of a script, style or module that a page loads: the page's own applies to it there, and
/// opened by itself it may do nothing. A rural line carries it instead of half a kilobyte.
const PART_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'");

/// What only a document can use.
const FOR_DOCUMENTS: [HeaderName; 4] = [
    HeaderName::from_static("permissions-policy"),
    HeaderName::from_static("cross-origin-opener-policy"),
    header::REFERRER_POLICY,
    // The program is no secret, and nobody's data: other pages may load it, and gain nothing.
    RESOURCE_POLICY,
];

/// What the build says differently of `/embed/…`.
const FRAME_HEADERS: &str = "embed-headers.json";

/// How a policy says that no page may frame an answer.
const NO_FRAMES: &str = "frame-ancestors 'none'";

/// Headers for every answer.
pub struct SecurityHeaders {
    all: Vec<(HeaderName, HeaderValue)>,
    /// The policy of the screens that the clinic's own website shows in a frame.
    framed: HeaderValue,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The portal alone.
    Portal,
    /// A frame in the clinic's own website.
    Frame,
    /// Any website: the script that makes the frame.
    Anyone,
}

impl Audience {
    /// Of the answer at a path.
    pub fn of(path: &str) -> Self {
        match path.trim_start_matches('/') {
            "embed.js" => Audience::Anyone,
            path if is_framed(path) => Audience::Frame,
            _ => Audience::Portal,
        }
    }
}

impl SecurityHeaders {
    /// Those of a portal; also whether its build gave a policy. HSTS goes out only over https: on
    /// plain http it would be a false promise. `websites` are the origins that may frame `/embed/…`.
    pub fn of(portal: &Portal, https: bool, websites: &[String]) -> Outcome<(Self, bool)> {
        let mut all = HeaderMap::new();
        for (name, value) in BUILT_IN {
            all.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let own = named_headers(portal, "headers.json")?;
        let complete = own.is_some();
        all.extend(own.unwrap_or_default());
        let frames = named_headers(portal, FRAME_HEADERS)?.unwrap_or_default();
        let framed = [&frames, &all].into_iter().find_map(|h| h.get(header::CONTENT_SECURITY_POLICY));
        let framed = framed_by(framed, websites);
        if https {
            let year = HeaderValue::from_static("max-age=31536000");
            all.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
        } else {
            all.remove(header::STRICT_TRANSPORT_SECURITY);
        }
        let list = all.into_iter().filter_map(|(name, value)| Some((name?, value))).collect();
        Ok((SecurityHeaders { all: list, framed }, complete))
    }

    /// Adds them to an answer that does not say otherwise.
    pub fn apply(&self, answer: &mut HeaderMap, audience: Audience) {
        let part = is_part(answer);
        if part || audience == Audience::Anyone {
            answer.entry(header::CONTENT_SECURITY_POLICY).or_insert(PART_POLICY);
        }
        if audience != Audience::Portal {
            answer.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static("cross-origin"));
        }
        match audience {
            Audience::Portal => {}
            Audience::Frame => {
                answer.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| self.framed.clone());
            }
            Audience::Anyone => {
                let all = HeaderValue::from_static("*");
                answer.entry(header::ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(all);
            }
        }
        for (name, value) in self.all.iter().filter(|(name, _)| !part || !FOR_DOCUMENTS.contains(name)) {
            answer.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// The headers that the portal's build wrote into one of its files, when that is there.
fn named_headers(portal: &Portal, file: &str) -> Outcome<Option<HeaderMap>> {
    let Some(json) = portal.read(file) else { return Ok(None) };
    let wrong = |what: String| {
        Problem::new(file, what)
            .expected("an object of header names and values, as the portal’s build writes it")
            .to_do("Build the portal again.")
    };
    let named: std::collections::BTreeMap<String, String> =
        serde_json::from_slice(&json).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    let mut all = HeaderMap::new();
    for (name, value) in named {
        let header = HeaderName::try_from(name.to_ascii_lowercase())
            .map_err(|_| wrong(format!("{name:?} is not a header’s name")))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| wrong(format!("the value of {name:?} holds what no header may hold")))?;
        all.insert(header, value);
    }
    Ok(Some(all))
}

/// A policy under which these websites may frame an answer. Of a policy that says nothing of frames, or
/// cannot be read, nothing is believed: nobody may.
fn framed_by(policy: Option<&HeaderValue>, websites: &[String]) -> HeaderValue {
    let closed = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    let Some(text) = policy.and_then(|p| p.to_str().ok()).filter(|text| text.contains(NO_FRAMES)) else {
        return closed;
    };
    if websites.is_empty() {
        return policy.cloned().unwrap_or(closed);
    }
    let by = format!("frame-ancestors {}", websites.join(" "));
    HeaderValue::try_from(text.replace(NO_FRAMES, &by)).unwrap_or(closed)
}

/// Whether an answer is a script, style or module with a hashed name: never a page, and no worker's
/// script, which needs the whole policy.
fn is_part(answer: &HeaderMap) -> bool {
    let says = |name, values: &[&str]| {
        answer
            .get(name)
            .is_some_and(|v| values.iter().any(|start| v.as_bytes().starts_with(start.as_bytes())))
    };
    says(header::CACHE_CONTROL, &[FOR_EVER])
        && says(header::CONTENT_TYPE, &["text/css", "text/javascript", "application/wasm"])
}
