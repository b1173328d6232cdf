//! Bringing a kit's files to the device: what is still missing, fetched in ranges, checked chunk
//! by chunk against the signature before it is stored, resumed after any kill.
//!
//! Written against the ports, so the very code that runs on a phone is killed, stalled and lied
//! to in native tests.

use crate::{
    calendar::Day,
    kit::Kit,
    media::{HASH_BYTES, MediaRef, hex},
    ports::{Body, Bytes, Crypto, MediaStore, NetError, Network, Request, Response, StoreError},
    trust::{Verification, may_play},
};

/// Why a file could not be brought. Nothing stored is lost by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No connection, or it broke.
    #[error("no connection")]
    Offline,
    /// Connected, but nothing arrives.
    #[error("nothing arrives")]
    Stalled,
    /// The server answered with an error that may pass.
    #[error("the server answered {0}")]
    Server(u16),
    /// The clinic's server does not have this file.
    #[error("the file is not at the server")]
    Missing,
    /// What came is not the file that the clinic signed: a Wi-Fi login page, a damaged copy.
    #[error("what arrived is not what the clinic signed")]
    WrongContent,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This browser cannot check files.
    #[error("files cannot be checked here")]
    Unavailable,
}

impl Trouble {
    /// Whether waiting and trying again can help without the patient doing anything.
    pub fn passes(&self) -> bool {
        matches!(self, Trouble::Offline | Trouble::Stalled | Trouble::Server(_) | Trouble::WrongContent)
    }
}

impl From<NetError> for Trouble {
    fn from(e: NetError) -> Self {
        match e {
            NetError::Offline => Trouble::Offline,
            NetError::Stalled => Trouble::Stalled,
        }
    }
}

/// How a download ended without trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All there.
    Complete,
    /// Paused, or the tab goes away.
    Stopped,
}

/// Who looks on while files arrive.
pub trait Watch {
    /// Chunk `n` of a file was stored; it has `bytes` bytes.
    fn stored(&self, sha256: &str, n: u32, bytes: u64);
    /// True ends the download after the chunk under way.
    fn stopped(&self) -> bool;
    /// A file that the patient is waiting for, to be brought before the others.
    fn urgent(&self) -> Option<String> {
        None
    }
}

/// Brings every file that is not complete, in order, the urgent one first.
pub async fn fetch_all<N, S, C>(
    network: &N,
    store: &S,
    crypto: &C,
    files: &[MediaRef],
    watch: &impl Watch,
) -> Result<Outcome, Trouble>
where
    N: Network<Body: Body<Bytes = S::Bytes>>,
    S: MediaStore,
    C: Crypto<S::Bytes>,
{
    let mut pending = Vec::new();
    for file in files {
        if !store.record(&file.sha256).await?.is_some_and(|r| r.complete) {
            pending.push(file);
        }
    }
    // A file in trouble that another try may mend does not keep the others from coming.
    let mut trouble = None;
    while !pending.is_empty() {
        let at = watch.urgent().and_then(|u| pending.iter().position(|f| f.sha256 == u)).unwrap_or(0);
        let file = pending[at];
        // A file that has come, or that is not at the server, interrupts no other any more.
        let yields = |urgent: Option<String>| {
            urgent.is_some_and(|u| u != file.sha256 && pending.iter().any(|f| f.sha256 == u))
        };
        match fetch_media(network, store, crypto, file, watch, yields).await {
            Ok(Pass::Complete) => drop(pending.remove(at)),
            Ok(Pass::Stopped) => return Ok(Outcome::Stopped),
            Ok(Pass::Yielded) => {}
            Err(e @ (Trouble::Missing | Trouble::WrongContent)) => {
                pending.remove(at);
                trouble.get_or_insert(e);
            }
            Err(e) => return Err(e),
        }
    }
    trouble.map_or(Ok(Outcome::Complete), Err)
}

enum Pass {
    Complete,
    Stopped,
    /// Another file has become urgent.
    Yielded,
}

async fn fetch_media<N, S, C>(
    network: &N,
    store: &S,
    crypto: &C,
    file: &MediaRef,
    watch: &impl Watch,
    yields: impl Fn(Option<String>) -> bool,
) -> Result<Pass, Trouble>
where
    N: Network<Body: Body<Bytes = S::Bytes>>,
    S: MediaStore,
    C: Crypto<S::Bytes>,
{
    let mut missing = file.missing(&store.present(&file.sha256).await?);
    let hashes = if missing.is_empty() { Vec::new() } else { chunk_hashes(network, crypto, file).await? };
    while let Some(run) = missing.first().copied() {
        let whole = run.start == 0 && run.end == file.bytes;
        let range = (!whole).then_some((run.start, run.end));
        let response = network.fetch(Request { url: file.path(), range, etag: None }).await?;
        let first = match first_chunk(&response, run.start)? {
            // A server without Range sends the file from its beginning: what is here is skipped.
            Answer::Whole => 0,
            Answer::Range => run.first,
        };
        let last = if first == 0 { missing.last().map_or(run.last, |r| r.last) } else { run.last };
        let mut body = response.body;
        for n in first..=last {
            let bytes = read_exactly(&mut body, file.chunk_len(n)).await?;
            if !missing.iter().any(|r| (r.first..=r.last).contains(&n)) {
                continue;
            }
            let digest = crypto.sha256(&bytes).await.map_err(|_| Trouble::Unavailable)?;
            if hashes.get(n as usize) != Some(&digest) {
                return Err(Trouble::WrongContent);
            }
            let len = bytes.byte_len();
            store.put_chunk(&file.sha256, n, bytes).await?;
            watch.stored(&file.sha256, n, len);
            if watch.stopped() {
                return Ok(Pass::Stopped);
            }
            if n < last && yields(watch.urgent()) {
                return Ok(Pass::Yielded);
            }
        }
        missing.retain(|r| r.first > last);
    }
    store.complete(&file.sha256).await?;
    Ok(Pass::Complete)
}

/// What a successful answer brings.
enum Answer {
    Range,
    Whole,
}

fn first_chunk<B>(response: &Response<B>, start: u64) -> Result<Answer, Trouble> {
    match response.status {
        206 if response.range_start == Some(start) => Ok(Answer::Range),
        200 if response.mime.starts_with("text/html") => Err(Trouble::WrongContent),
        200 => Ok(Answer::Whole),
        404 | 410 => Err(Trouble::Missing),
        // A redirected, rewritten or empty success is a middlebox speaking, not the clinic.
        201..=399 => Err(Trouble::WrongContent),
        status => Err(Trouble::Server(status)),
    }
}

async fn read_exactly<B: Body<Bytes: Bytes>>(body: &mut B, len: u64) -> Result<B::Bytes, Trouble> {
    match body.read(len).await? {
        Some(bytes) if bytes.byte_len() == len => Ok(bytes),
        _ => Err(Trouble::Offline),
    }
}

/// The hashes of a file's chunks, themselves checked against the signed kit.
async fn chunk_hashes<N, B, C>(network: &N, crypto: &C, file: &MediaRef) -> Result<Vec<String>, Trouble>
where
    N: Network<Body: Body<Bytes = B>>,
    B: Bytes,
    C: Crypto<B>,
{
    if file.is_single_chunk() {
        return Ok(vec![file.sha256.clone()]);
    }
    let mut response = network.fetch(Request::get(file.chunks_path())).await?;
    first_chunk(&response, 0)?;
    let len = u64::from(file.chunk_count()) * HASH_BYTES as u64;
    let bytes = read_exactly(&mut response.body, len).await?;
    let digest = crypto.sha256(&bytes).await.map_err(|_| Trouble::Unavailable)?;
    if digest != file.chunks_sha256 {
        return Err(Trouble::WrongContent);
    }
    Ok(bytes.to_vec().chunks(HASH_BYTES).map(hex).collect())
}

/// How long to wait before another try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// Longest wait in milliseconds.
    pub const MAX_MS: u64 = 60_000;

    /// Milliseconds to wait now, doubling from one second, with jitter: `random` in 0..1 takes
    /// up to half of it away, so that a village that gets its network back does not ask at once.
    pub fn next_ms(&mut self, random: f64) -> u64 {
        let full = 1000u64.checked_shl(self.attempts.min(10)).map_or(Self::MAX_MS, |ms| ms.min(Self::MAX_MS));
        self.attempts = self.attempts.saturating_add(1);
        full - ((full as f64 / 2.0 * random) as u64).min(full / 2)
    }

    /// Something arrived: the next wait is short again.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// How fast it goes, over the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    samples: std::collections::VecDeque<(f64, u64)>,
}

impl Rate {
    const WINDOW_MS: f64 = 15_000.0;

    /// `bytes` arrived at `at_ms` of a clock that never goes back.
    pub fn push(&mut self, at_ms: f64, bytes: u64) {
        self.samples.push_back((at_ms, bytes));
        while self.samples.front().is_some_and(|(t, _)| at_ms - t > Self::WINDOW_MS) {
            self.samples.pop_front();
        }
    }

    /// Seconds for `left` bytes more; none before two pieces have come.
    pub fn seconds_left(&self, left: u64) -> Option<u64> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let ms = last.0 - first.0;
        let bytes: u64 = self.samples.iter().skip(1).map(|(_, b)| b).sum();
        (ms > 0.0 && bytes > 0).then(|| (left as f64 * ms / bytes as f64 / 1000.0).ceil() as u64)
    }
}

/// What the kit's screen says of it (`data-status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitStatus {
    /// Not downloaded yet.
    New,
    /// Files are arriving.
    Downloading,
    /// Begun, not going on now.
    Paused,
    /// « Prêt sans Internet ».
    Ready,
    /// Not to be believed.
    Invalid,
    /// Over; still readable.
    Expired,
    /// The device has no room.
    NoSpace,
}

impl KitStatus {
    /// The public word of DESIGN §11.
    pub fn word(self) -> &'static str {
        match self {
            KitStatus::New => "new",
            KitStatus::Downloading => "downloading",
            KitStatus::Paused => "paused",
            KitStatus::Ready => "ready",
            KitStatus::Invalid => "invalid",
            KitStatus::Expired => "expired",
            KitStatus::NoSpace => "no-space",
        }
    }
}

/// What is known when the status is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the signature proved.
    pub verification: Verification,
    /// Bytes of the chosen files.
    pub total: u64,
    /// Of these, verified and stored.
    pub done: u64,
    /// Every chosen file is marked complete.
    pub complete: bool,
    /// A download is under way.
    pub running: bool,
    /// The last one ended for want of room.
    pub no_space: bool,
    /// The app itself opens without network: worker active, precache whole.
    pub app_offline: bool,
    /// Today, as the device tells it.
    pub today: Day,
}

/// The status of a kit. Ready needs the films **and** the app to be there without network.
pub fn status(kit: &Kit, facts: &Facts) -> KitStatus {
    let ready = facts.complete && facts.app_offline;
    if !may_play(facts.verification) {
        KitStatus::Invalid
    } else if facts.no_space && !facts.complete {
        KitStatus::NoSpace
    } else if facts.running {
        KitStatus::Downloading
    } else if kit.expired(facts.today) {
        KitStatus::Expired
    } else if ready {
        KitStatus::Ready
    } else if facts.done > 0 || facts.complete {
        KitStatus::Paused
    } else {
        KitStatus::New
    }
}

#[cfg(test)]
mod tests;
