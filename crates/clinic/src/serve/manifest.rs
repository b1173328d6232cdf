//! Links with a spoken code (SMART Health Links, flag `P`), below `l/`: `POST l/<link>` compares the
//! code and gives the manifest; `GET l/<link>/<file>` gives the sealed kit at the address that the
//! manifest told, which changes only when the kit does.

use super::{ASK_AGAIN, Address, answer, not_found, small_file};
use crate::{
    passcode::{ATTEMPTS, Link, Verdict},
    server_folder::{ServerFolder, is_token},
};
use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use serde_json::json;
use std::{collections::HashSet, path::PathBuf, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};
use tokio::sync::{Notify, Semaphore};

/// Largest request.
const MOST_BYTES: usize = 4096;
/// How long a request may take to arrive, and to wait for its turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Codes that are compared at one time: each takes 19 MB of memory.
const AT_ONCE: usize = 2;

/// What a reader asks with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    recipient: String,
    #[serde(default)]
    passcode: Option<String>,
    #[serde(default)]
    embedded_length_max: Option<u64>,
}

/// The manifests of a clinic's links.
pub struct Manifests {
    folder: ServerFolder,
    public: PathBuf,
    address: Address,
    places: Semaphore,
    turns: Arc<Turns>,
}

/// Links whose code is being compared: two at once of one link would count one wrong code only.
#[derive(Default)]
struct Turns {
    links: Mutex<HashSet<String>>,
    ended: Notify,
}

/// A link's turn, until it is dropped.
struct Turn(Arc<Turns>, String);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
        self.0.ended.notify_waiters();
    }
}

impl Manifests {
    /// The links in `folder`, whose kits are in `public`.
    pub fn new(folder: ServerFolder, public: PathBuf, address: Address) -> Self {
        Manifests { folder, public, address, places: Semaphore::new(AT_ONCE), turns: Arc::default() }
    }

    /// Answers a request below `l/`; `rest` is the path after it.
    pub async fn answer(&self, rest: &str, request: Request) -> Response {
        match (request.method().clone(), rest.split_once('/')) {
            (Method::OPTIONS, _) => StatusCode::NO_CONTENT.into_response(),
            (method @ (Method::GET | Method::HEAD), Some((id, file))) => {
                self.file(id, file, &method, request.headers()).await
            }
            (Method::POST, None) => self.manifest(rest, request).await,
            (_, found) => {
                let allowed = if found.is_some() { "GET, HEAD" } else { "POST" };
                let words = "This link asks for a code: POST its manifest (SMART Health Links)\n";
                (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)], words).into_response()
            }
        }
    }

    async fn file(&self, id: &str, file: &str, method: &Method, given: &HeaderMap) -> Response {
        if !is_token(file) || self.folder.link(id).is_none_or(|link| !link.leads_to(file)) {
            return not_found();
        }
        match small_file(&self.public, &format!("k/{file}"), "application/jose", ASK_AGAIN).await {
            Some(entity) => answer::answer(entity, method, given).await,
            None => not_found(),
        }
    }

    async fn manifest(&self, id: &str, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let read = tokio::time::timeout(PATIENCE, Limited::new(body, MOST_BYTES).collect());
        let Ok(Ok(body)) = read.await else {
            return told(
                StatusCode::BAD_REQUEST,
                &json!({ "error": "the request is too long, or too slow" }),
            );
        };
        let asked = match serde_json::from_slice::<Asked>(&body.to_bytes()) {
            Ok(asked) if !asked.recipient.trim().is_empty() => asked,
            _ => {
                let error = "expected JSON with recipient and passcode (SMART Health Links)";
                return told(StatusCode::BAD_REQUEST, &json!({ "error": error }));
            }
        };
        // One comparison at a time for each link, and few altogether.
        let Ok(turn) = tokio::time::timeout(PATIENCE, self.turn(id)).await else {
            return told(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "one code at a time" }));
        };
        let Ok(_place) = self.places.acquire().await else { return not_found() };
        let Some(link) = self.folder.link(id) else { return not_found() };
        let Some(code) = asked.passcode.filter(|code| !code.trim().is_empty()) else {
            return wrong(link.left());
        };
        // On its own: a reader that hangs up does not stop the counting.
        let compared = link.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            compared.compare(&code)
        });
        match work.await {
            Ok(Ok(Verdict::Right)) => self.files(id, link, asked.embedded_length_max, &parts.headers).await,
            Ok(Ok(Verdict::Wrong(left))) => wrong(left),
            Ok(Err(problems)) => {
                eprintln!("Warning: {problems}");
                told(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "the server’s disk" }))
            }
            Err(_) => told(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "the server failed" })),
        }
    }

    /// The right to compare a link's code, once no other request has it.
    async fn turn(&self, id: &str) -> Turn {
        loop {
            let ended = self.turns.ended.notified();
            let new = self.turns.links.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
            if new {
                return Turn(Arc::clone(&self.turns), id.to_owned());
            }
            ended.await;
        }
    }

    async fn sealed(&self, link: &Link) -> Option<String> {
        let path = super::within(&self.public, &format!("k/{}", link.sealed_name()))?;
        tokio::fs::read_to_string(path).await.ok()
    }

    /// What a right code leads to.
    async fn files(&self, id: &str, mut link: Link, most: Option<u64>, given: &HeaderMap) -> Response {
        let mut sealed = self.sealed(&link).await;
        // The desk has published meanwhile: the same code leads to the new file.
        if sealed.is_none()
            && let Some(now) = self.folder.link(id).filter(|now| now.has_code_of(&link))
        {
            sealed = self.sealed(&now).await;
            link = now;
        }
        let Some(sealed) = sealed else { return not_found() };
        let file = link.sealed_name();
        let kind = "application/fhir+json";
        let file = if most.is_some_and(|most| sealed.len() as u64 <= most) {
            json!({ "contentType": kind, "embedded": sealed })
        } else {
            json!({ "contentType": kind, "location": self.address.of(&format!("l/{id}/{file}"), given) })
        };
        told(StatusCode::OK, &json!({ "status": "can-change", "files": [file] }))
    }
}

fn wrong(left: u32) -> Response {
    let mut words = json!({ "remainingAttempts": left });
    if left == 0 {
        words["error"] = format!("{ATTEMPTS} wrong codes: the clinic can give this link a new one").into();
    }
    told(StatusCode::UNAUTHORIZED, &words)
}

fn told(status: StatusCode, words: &serde_json::Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, kind, words.to_string()).into_response()
}
