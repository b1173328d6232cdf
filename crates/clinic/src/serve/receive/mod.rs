//! Receives what patients send: a tus 1.0.0 server with creation, creation-with-upload, checksum,
//! termination and expiration, below `u/` of the portal.
//!
//! A finished item is on the disk, and in the store, before the last answer says so: what a phone
//! reads as « arrived » is true. Everything is sealed; nothing here can open it.

pub mod headers;
mod partial;
mod rates;
mod turns;

use super::Address;
use crate::{
    now::Now,
    problem::{Outcome, Problem},
    server_folder::{Limits, ServerFolder},
    store::{Items, Kind},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use headers::{Checksum, Refusal, names};
use http_body_util::BodyExt as _;
use partial::{Info, Partial, State, Which};
use rates::Rates;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, SeekFrom},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use turns::{Turn, Turns};

/// How often what was left behind is looked for.
const SWEEP: Duration = Duration::from_secs(600);
/// An upload that has been quiet for this long is not under way right now.
const QUIET: Duration = Duration::from_secs(120);

const METHODS: &str = "OPTIONS, POST, HEAD, PATCH, DELETE";
const MAY_SEND: &str = "Authorization, Content-Type, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum, X-HTTP-Method-Override, X-Requested-With";
const MAY_READ: &str = "Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Checksum-Algorithm, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Expires, Retry-After";

/// Receives for all kits of a clinic.
pub struct Receiver {
    folder: ServerFolder,
    limits: Limits,
    partial: Partial,
    items: Items,
    address: Address,
    turns: Arc<Turns>,
    requests: Rates,
    creations: Rates,
    /// Megabytes of new items.
    volumes: Rates,
    /// Two servers on one folder would not see each other's turns.
    _lock: crate::files::Lock,
}

/// Where an upload stands, as an answer tells it.
struct Standing {
    status: StatusCode,
    offset: u64,
    info: Info,
}

type Served<T> = Result<T, Refusal>;

const GONE: Refusal = Refusal(410, "This upload is gone: it expired, or was erased");
const STORE_FAILED: Refusal = Refusal(503, "All bytes are here, but the store does not take them now");

/// Says to whoever runs the server what failed; the phone learns what to do next.
fn failed(which: &Which, error: &io::Error) -> Refusal {
    use io::ErrorKind as K;
    eprintln!("Warning: upload {} of kit {}: {error}", which.item, which.kit_id);
    match error.kind() {
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Refusal(507, "The disk is full"),
        _ => Refusal(500, "The upload cannot be stored"),
    }
}

/// Runs what waits for the disk where it holds up nobody.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

impl Receiver {
    /// Opens the folder, and the store where finished items go.
    pub fn open(
        folder: ServerFolder,
        limits: Limits,
        store: Option<&str>,
        address: Address,
    ) -> Outcome<Self> {
        folder.make()?;
        let lock = crate::files::Lock::take(folder.dir()).map_err(|_| {
            Problem::new(folder.dir(), "another `clinic serve` receives into this folder")
                .to_do("Stop the other one, or give this one a folder of its own: --server DIR")
        })?;
        Ok(Receiver {
            items: Items::open(store, &folder.items())?,
            partial: Partial::new(folder.uploads()),
            requests: Rates::new(limits.requests_per_minute, 60),
            creations: Rates::new(limits.new_per_hour, 3600),
            volumes: Rates::new(limits.mb_per_day, 86_400),
            turns: Arc::default(),
            address,
            limits,
            folder,
            _lock: lock,
        })
    }

    /// Answers a request below `u/`; `rest` is the path after it.
    pub async fn answer(self: &Arc<Self>, rest: &str, request: Request) -> Response {
        let method = headers::method(request.method(), request.headers());
        let mut response = if method == Method::OPTIONS {
            self.describe()
        } else {
            // On its own task: a phone that hangs up must not stop the putting away of its bytes.
            let (this, rest) = (Arc::clone(self), rest.to_owned());
            let work = tokio::spawn(async move { this.serve(&method, &rest, request).await });
            match work.await {
                Ok(Ok(response)) => response,
                Ok(Err(refusal)) => refused(refusal),
                Err(_) => refused(Refusal(500, "The server failed")),
            }
        };
        let out = response.headers_mut();
        for (name, value) in [
            (names::TUS_RESUMABLE, headers::VERSION),
            (header::CACHE_CONTROL, "no-store"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, MAY_READ),
            (super::security::RESOURCE_POLICY, "cross-origin"),
        ] {
            out.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn describe(&self) -> Response {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let out = response.headers_mut();
        for (name, value) in [
            (names::TUS_VERSION, headers::VERSION),
            (names::TUS_EXTENSION, headers::EXTENSIONS),
            (names::TUS_CHECKSUM_ALGORITHM, headers::ALGORITHMS),
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, MAY_SEND),
            (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        ] {
            out.insert(name, HeaderValue::from_static(value));
        }
        out.insert(names::TUS_MAX_SIZE, self.limits.max_bytes.into());
        response
    }

    async fn serve(self: &Arc<Self>, method: &Method, rest: &str, request: Request) -> Served<Response> {
        let (parts, body) = request.into_parts();
        let given = &parts.headers;
        headers::version(given)?;
        let token = headers::token(given).ok_or(Refusal(401, "Authorization: Bearer … is missing"))?;
        let kit_id = self.folder.kit_of(token).ok_or(Refusal(401, "This token is not known"))?;
        if let Err(seconds) = self.requests.ask(&kit_id, 1, Instant::now()) {
            return Ok(too_often(seconds));
        }
        if rest.is_empty() {
            return match *method {
                Method::POST => self.create(kit_id, given, body).await,
                _ => Err(Refusal(405, "POST creates an upload here")),
            };
        }
        let (kit, item) = headers::upload(rest).ok_or(Refusal(404, "There is no such upload"))?;
        let which = Which { kit_id: kit.to_owned(), item: item.to_owned() };
        if which.kit_id != kit_id {
            return Err(Refusal(403, "This token is another kit’s"));
        }
        match *method {
            Method::HEAD => self.tell(&which).await,
            Method::PATCH => self.append(&which, given, body).await,
            Method::DELETE => self.erase(&which).await,
            _ => Err(Refusal(405, "HEAD, PATCH or DELETE")),
        }
    }

    async fn turn(&self, which: &Which) -> Served<Turn> {
        self.turns.take(which).await.ok_or(Refusal(423, "This upload is being put away"))
    }

    async fn info(&self, which: &Which) -> Served<Option<Info>> {
        let (partial, of) = (self.partial.clone(), which.clone());
        on_disk(move || partial.info(&of)).await.map_err(|e| failed(which, &e))
    }

    async fn set(&self, which: &Which, info: &Info) -> Served<()> {
        let (partial, of, info) = (self.partial.clone(), which.clone(), info.clone());
        on_disk(move || partial.set(&of, &info)).await.map_err(|e| failed(which, &e))
    }

    async fn create(self: &Arc<Self>, kit_id: String, given: &HeaderMap, body: Body) -> Served<Response> {
        let length = headers::length(given)?;
        let item = headers::metadata(given, "item")?.and_then(|bytes| String::from_utf8(bytes).ok());
        let item = item
            .filter(|i| headers::is_item(i))
            .ok_or(Refusal(400, "Upload-Metadata must name the item: 16 random bytes in base64url"))?;
        if length > self.limits.max_bytes {
            return Err(Refusal(413, "The item is larger than this clinic takes"));
        }
        let which = Which { kit_id, item };
        let mut turn = self.turn(&which).await?;
        let mut standing = match self.info(&which).await? {
            Some(info) if info.state == State::Erased => return Err(GONE),
            Some(info) if info.state == State::Receiving && info.length != length => {
                return Err(Refusal(409, "This item is under way with another length"));
            }
            // The last answer was lost on the way: the phone learns where it stands.
            Some(info) if info.state != State::Expired => self.standing(&which, info).await?,
            _ => match self.begin(&which, length).await? {
                Ok(standing) => standing,
                Err(wait) => return Ok(too_often(wait)),
            },
        };
        if headers::is_piece(given) && standing.info.state == State::Receiving && standing.offset == 0 {
            let checksum = headers::checksum(given)?;
            standing.offset = self.take_bytes(&mut turn, &which, &standing.info, 0, body, checksum).await?;
            standing.info = self.finish_if_whole(&which, standing.info, standing.offset).await?;
        }
        let mut response = self.stands(&standing);
        let location = self.address.of(&format!("u/{}/{}", which.kit_id, which.item), given);
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }

    /// A new upload, or the seconds to wait for one.
    async fn begin(&self, which: &Which, length: u64) -> Served<Result<Standing, u64>> {
        let (partial, of) = (self.partial.clone(), which.clone());
        let dir = self.folder.uploads();
        let (under_way, room) =
            on_disk(move || Ok((partial.under_way(&of.kit_id)?.len(), fs4::available_space(&dir)?)))
                .await
                .map_err(|e| failed(which, &e))?;
        if under_way >= self.limits.unfinished_per_kit {
            return Err(Refusal(429, "Too many unfinished uploads of this kit: finish or delete some"));
        }
        if room < length {
            return Err(Refusal(507, "The disk has no room for this item"));
        }
        let now = Instant::now();
        let megabytes = length.div_ceil(1_000_000);
        let asked = self.creations.ask(&which.kit_id, 1, now);
        if let Err(seconds) = asked.and_then(|()| self.volumes.ask(&which.kit_id, megabytes, now)) {
            return Ok(Err(seconds));
        }
        let (partial, of) = (self.partial.clone(), which.clone());
        on_disk(move || partial.create(&of, length)).await.map_err(|e| failed(which, &e))?;
        let info = Info { length, state: State::Receiving, unchecked_from: None };
        let info = self.finish_if_whole(which, info, 0).await?;
        Ok(Ok(Standing { status: StatusCode::CREATED, offset: 0, info }))
    }

    async fn tell(&self, which: &Which) -> Served<Response> {
        let _turn = self.turn(which).await?;
        let info = self.info(which).await?.ok_or(Refusal(404, "There is no such upload"))?;
        let standing = self.standing(which, info).await?;
        let mut response = self.stands(&standing);
        response.headers_mut().insert(names::UPLOAD_LENGTH, standing.info.length.into());
        Ok(response)
    }

    async fn append(self: &Arc<Self>, which: &Which, given: &HeaderMap, body: Body) -> Served<Response> {
        if !headers::is_piece(given) {
            return Err(Refusal(415, "Content-Type must be application/offset+octet-stream"));
        }
        let offset = headers::offset(given)?;
        let checksum = headers::checksum(given)?;
        let mut turn = self.turn(which).await?;
        let info = self.info(which).await?.ok_or(Refusal(404, "There is no such upload"))?;
        let mut standing = self.standing(which, info).await?;
        if offset != standing.offset {
            return Ok(self.stood(Refusal(409, "Upload-Offset is not where this upload stands"), &standing));
        }
        if standing.info.state == State::Receiving {
            let taken = self.take_bytes(&mut turn, which, &standing.info, offset, body, checksum).await;
            standing.offset = match taken {
                Ok(offset) => offset,
                Err(refusal) => {
                    let standing = self.standing(which, standing.info).await?;
                    return Ok(self.stood(refusal, &standing));
                }
            };
            standing.info = self.finish_if_whole(which, standing.info, standing.offset).await?;
        }
        standing.status = StatusCode::NO_CONTENT;
        Ok(self.stands(&standing))
    }

    /// Takes the bytes of a piece as they come. Those of a piece that breaks off stay, unless a
    /// checksum was to be compared: then all of them go.
    async fn take_bytes(
        &self,
        turn: &mut Turn,
        which: &Which,
        info: &Info,
        from: u64,
        body: Body,
        checksum: Option<Checksum>,
    ) -> Served<u64> {
        let room = info.length - from;
        if hyper::body::Body::size_hint(&body).lower() > room {
            return Err(Refusal(413, "The piece is longer than what is missing"));
        }
        if checksum.is_some() {
            self.set(which, &Info { unchecked_from: Some(from), ..info.clone() }).await?;
        }
        let disk = |e: io::Error| failed(which, &e);
        let part = self.partial.part(which);
        let mut file = tokio::fs::OpenOptions::new().write(true).open(&part).await.map_err(disk)?;
        file.seek(SeekFrom::Start(from)).await.map_err(disk)?;
        let mut pour = Pour { body, left: room, hashes: checksum.as_ref().map(|_| Default::default()) };
        let poured = tokio::select! {
            poured = pour.pour(&mut file, self.limits.idle(), which) => poured,
            () = turn.overtaken() => Err(Refusal(423, "A newer request took over")),
            () = tokio::time::sleep(self.limits.body()) => {
                Err(Refusal(408, "This request took too long: go on from where the upload stands"))
            }
        };
        // What is still on its way into the file must be there, or have failed, before anybody
        // counts.
        let flushed = file.flush().await.map_err(disk);
        let kept = match (poured.and(flushed), &checksum) {
            (Ok(()), Some(expected)) if !pour.hashes_to(expected) => {
                Err(Refusal(460, "The piece does not hash to its Upload-Checksum"))
            }
            (Err(Refusal(413, words)), None) => {
                file.set_len(from).await.map_err(disk)?;
                Err(Refusal(413, words))
            }
            (outcome, _) => outcome,
        };
        if checksum.is_some() {
            if kept.is_err() {
                file.set_len(from).await.map_err(disk)?;
            }
            file.sync_all().await.map_err(disk)?;
            self.set(which, &Info { unchecked_from: None, ..info.clone() }).await?;
        }
        file.sync_all().await.map_err(disk)?;
        let length = file.metadata().await.map_err(disk)?.len();
        kept.map(|()| length)
    }

    /// Where an upload stands, once all that is due has been done.
    async fn standing(&self, which: &Which, info: Info) -> Served<Standing> {
        match info.state {
            State::Erased | State::Expired => return Err(GONE),
            State::Arrived => {
                return Ok(Standing { status: StatusCode::OK, offset: info.length, info });
            }
            State::Receiving => {}
        }
        let (partial, of, known) = (self.partial.clone(), which.clone(), info.clone());
        let offset = match on_disk(move || partial.offset(&of, &known)).await {
            Ok(offset) => offset,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return self.without_part(which, info).await,
            Err(e) => return Err(failed(which, &e)),
        };
        let info = self.finish_if_whole(which, Info { unchecked_from: None, ..info }, offset).await?;
        Ok(Standing { status: StatusCode::OK, offset, info })
    }

    /// The machine stopped between the hand-over and its note, or somebody removed the file.
    async fn without_part(&self, which: &Which, info: Info) -> Served<Standing> {
        let there = self.items.length(&which.kit_id, &which.item).await;
        let state = match there.map_err(|e| failed(which, &e))? {
            Some(length) if length == info.length => State::Arrived,
            _ => State::Expired,
        };
        let info = Info { state, unchecked_from: None, ..info };
        self.set(which, &info).await?;
        if state == State::Expired {
            return Err(GONE);
        }
        Ok(Standing { status: StatusCode::OK, offset: info.length, info })
    }

    /// Hands a whole item over to the store. Its bytes are on the disk already.
    async fn finish_if_whole(&self, which: &Which, info: Info, offset: u64) -> Served<Info> {
        if offset != info.length || info.state != State::Receiving {
            return Ok(info);
        }
        let part = self.partial.part(which);
        self.items.put(&which.kit_id, &which.item, &part).await.map_err(|e| match failed(which, &e) {
            Refusal(507, words) => Refusal(507, words),
            _ => STORE_FAILED,
        })?;
        let info = Info { state: State::Arrived, ..info };
        self.set(which, &info).await?;
        self.partial.remove_part(which).map_err(|e| failed(which, &e))?;
        Ok(info)
    }

    async fn erase(&self, which: &Which) -> Served<Response> {
        let _turn = self.turn(which).await?;
        let info = self.info(which).await?.ok_or(Refusal(404, "There is no such upload"))?;
        let disk = |e: io::Error| failed(which, &e);
        match info.state {
            // The answer to an earlier wish was lost on the way.
            State::Erased => {}
            State::Expired => return Err(GONE),
            State::Receiving if self.partial.part(which).exists() => {
                self.partial.forget(which).map_err(disk)?;
            }
            State::Receiving | State::Arrived => {
                self.items.take_away(&which.kit_id, &which.item, Kind::Erase).await.map_err(disk)?;
                self.set(which, &Info { state: State::Erased, unchecked_from: None, ..info }).await?;
            }
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    fn stands(&self, standing: &Standing) -> Response {
        let mut response = standing.status.into_response();
        let out = response.headers_mut();
        out.insert(names::UPLOAD_OFFSET, standing.offset.into());
        if standing.info.state == State::Receiving {
            let until = httpdate::fmt_http_date(SystemTime::now() + self.limits.unfinished());
            if let Ok(until) = HeaderValue::from_str(&until) {
                out.insert(names::UPLOAD_EXPIRES, until);
            }
        }
        response
    }

    /// A refusal that also tells where the upload stands.
    fn stood(&self, refusal: Refusal, standing: &Standing) -> Response {
        let mut response = refused(refusal);
        response.headers_mut().insert(names::UPLOAD_OFFSET, standing.offset.into());
        response
    }

    /// Erases what was kept for its days, forgets what was never finished, and tries the store again for
    /// what is whole. Never ends.
    pub async fn keep_sweeping(self: Arc<Self>) {
        loop {
            self.sweep_arrived().await;
            self.sweep_unfinished().await;
            tokio::time::sleep(SWEEP).await;
        }
    }

    /// The desk does the same, but only when somebody opens the inbox, and patients were told a day.
    async fn sweep_arrived(&self) {
        // Read anew each time: whoever publishes with more days has promised them already.
        let keep_days = match self.folder.limits() {
            Ok(limits) => limits.keep_days,
            Err(problems) => {
                eprintln!("Warning: {problems}");
                return;
            }
        };
        let Some(keep_days) = keep_days else { return };
        let stored = match self.items.list().await {
            Ok(stored) => stored,
            Err(e) => {
                eprintln!("Warning: {}: {e}", self.items.name());
                return;
            }
        };
        let now = Now::here();
        for one in stored {
            if one.kind == Kind::Item && now.erases(one.arrived_ms, keep_days) {
                // Each of them says what failed by itself; the others go on.
                let _ = self.erase_old(&Which { kit_id: one.kit_id, item: one.item }).await;
            }
        }
    }

    async fn erase_old(&self, which: &Which) -> Served<()> {
        // A wish of the patient's may be under way.
        let _turn = self.turn(which).await?;
        let gone = self.items.take_away(&which.kit_id, &which.item, Kind::Over).await;
        gone.map_err(|e| failed(which, &e))
    }

    async fn sweep_unfinished(&self) {
        let partial = self.partial.clone();
        let found = match on_disk(move || partial.all_under_way()).await {
            Ok(found) => found,
            Err(e) => {
                eprintln!("Warning: {}: {e}", self.folder.uploads().display());
                return;
            }
        };
        for which in found {
            let Ok(idle) = self.partial.idle(&which) else { continue };
            if idle < QUIET.min(self.limits.unfinished()) {
                continue;
            }
            // Each of them says what failed by itself; the others go on.
            let _ = self.sweep_one(&which, idle).await;
        }
    }

    async fn sweep_one(&self, which: &Which, idle: Duration) -> Served<()> {
        let _turn = self.turn(which).await?;
        let Some(info) = self.info(which).await? else {
            // The machine stopped while it was made: no phone knows of it.
            return self.partial.remove_part(which).map_err(|e| failed(which, &e));
        };
        if info.state != State::Receiving {
            return self.partial.remove_part(which).map_err(|e| failed(which, &e));
        }
        let standing = self.standing(which, info).await?;
        if standing.info.state == State::Receiving && idle >= self.limits.unfinished() {
            self.set(which, &Info { state: State::Expired, ..standing.info }).await?;
            self.partial.remove_part(which).map_err(|e| failed(which, &e))?;
        }
        Ok(())
    }
}

/// A body on its way into a file.
struct Pour {
    body: Body,
    left: u64,
    hashes: Option<(Sha1, Sha256)>,
}

impl Pour {
    async fn pour(&mut self, file: &mut tokio::fs::File, idle: Duration, which: &Which) -> Served<()> {
        loop {
            let frame = match tokio::time::timeout(idle, self.body.frame()).await {
                Err(_) => return Err(Refusal(408, "No byte came for too long")),
                Ok(None) => return Ok(()),
                Ok(Some(Err(_))) => return Err(Refusal(400, "The connection broke off")),
                Ok(Some(Ok(frame))) => frame,
            };
            let Ok(bytes) = frame.into_data() else { continue };
            let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
                return Err(Refusal(413, "The piece is longer than what is missing"));
            };
            self.left = left;
            if let Some((sha1, sha256)) = &mut self.hashes {
                sha1.update(&bytes);
                sha256.update(&bytes);
            }
            file.write_all(&bytes).await.map_err(|e| failed(which, &e))?;
            file.flush().await.map_err(|e| failed(which, &e))?;
        }
    }

    fn hashes_to(&mut self, expected: &Checksum) -> bool {
        match (self.hashes.take(), expected) {
            (Some((sha1, _)), Checksum::Sha1(hash)) => sha1.finalize()[..] == hash[..],
            (Some((_, sha256)), Checksum::Sha256(hash)) => sha256.finalize()[..] == hash[..],
            (None, _) => false,
        }
    }
}

fn refused(refusal: Refusal) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut response = (refusal.status(), plain, format!("{}\n", refusal.1)).into_response();
    let out = response.headers_mut();
    match refusal.0 {
        401 => {
            out.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        405 => {
            out.insert(header::ALLOW, HeaderValue::from_static(METHODS));
        }
        412 => {
            out.insert(names::TUS_VERSION, HeaderValue::from_static(headers::VERSION));
        }
        // The rest of the body would only cost the patient.
        408 | 413 | 507 => {
            out.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn too_often(seconds: u64) -> Response {
    let mut response = refused(Refusal(429, "Too many requests of this kit"));
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}
