//! The security headers: those that the portal's build wrote into `headers.json`, and built-in
//! ones for what it does not say.

use super::portal::Portal;
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

/// Headers for every answer.
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// Those of a portal; also whether its build gave a policy. HSTS goes out only over https: on
    /// plain http it would be a false promise.
    pub fn of(portal: &Portal, https: bool) -> Outcome<(Self, bool)> {
        let mut all = HeaderMap::new();
        for (name, value) in BUILT_IN {
            all.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let own = portal.read("headers.json");
        if let Some(json) = &own {
            let wrong = |what: String| {
                Problem::new("headers.json", what)
                    .expected("an object of header names and values, as the portal’s build writes it")
                    .to_do("Build the portal again.")
            };
            let named: std::collections::BTreeMap<String, String> =
                serde_json::from_slice(json).map_err(|e| wrong(format!("cannot be read: {e}")))?;
            for (name, value) in named {
                let header = HeaderName::try_from(name.to_ascii_lowercase())
                    .map_err(|_| wrong(format!("{name:?} is not a header’s name")))?;
                let value = HeaderValue::try_from(value)
                    .map_err(|_| wrong(format!("the value of {name:?} holds what no header may hold")))?;
                all.insert(header, value);
            }
        }
        if https {
            let year = HeaderValue::from_static("max-age=31536000");
            all.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
        } else {
            all.remove(header::STRICT_TRANSPORT_SECURITY);
        }
        let list = all.into_iter().filter_map(|(name, value)| Some((name?, value))).collect();
        Ok((SecurityHeaders(list), own.is_some()))
    }

    /// Adds them to an answer that does not say otherwise.
    pub fn apply(&self, answer: &mut HeaderMap) {
        for (name, value) in &self.0 {
            answer.entry(name).or_insert_with(|| value.clone());
        }
    }
}
