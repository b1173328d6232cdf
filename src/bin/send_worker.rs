//! Worker module that seals what a patient sends and brings it to the clinic. Loaded only while there is
//! something to send. One of them sends at a time, among all tabs; the others wait for their turn, so that
//! one goes on when a tab is closed. What it finds and leaves are records: it tells the tabs when they
//! changed, and its own page, with the message « idle », when there is nothing to wait for any more.

use age::{Encryptor, Recipient, x25519};
use bon_geste::platform::{
    channel,
    clock::{DeviceClock, monotonic_ms},
    idb::{self, Db},
    js::JsBytes,
    locks, random, timer,
    tus::{self, Question},
    worker_scope,
};
use care::{
    clip::{self, Clip},
    item::Kind,
    outbox::{self, Ask, Courier, Held, Next, OutboxItem, Outcome, PIECE_BYTES, Refusal},
    ports::{Bytes, ChunkChange, ChunkedRecords, Clock, Records, SharedRecords, Store, StoreError},
    profile::ProfileId,
};
use js_sys::Uint8Array;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    io::Write,
    rc::Rc,
};

/// The turn that one sender has at a time.
const TURN: &str = "bon-geste-outbox";
/// So much of a film is in this module's memory at once.
const SIP: u32 = 16 * 1024;
/// So often it is looked whether the network is a free one now, where the browser tells of no change.
const LOOK_MS: u64 = 60_000;

fn main() {
    let wake = Rc::new(timer::Wake::default());
    let couriers = Rc::new(RefCell::new(BTreeMap::<String, Courier>::new()));
    let calls = Rc::new(Cell::new(0));
    let woken = {
        let (wake, couriers, calls) = (Rc::clone(&wake), Rc::clone(&couriers), Rc::clone(&calls));
        move || {
            calls.set(calls.get() + 1);
            couriers.borrow_mut().values_mut().for_each(Courier::wake);
            wake.now();
        }
    };
    channel::on_send_now(woken.clone());
    // Its own page speaks to it where there is no channel.
    worker_scope::hear(move |_| woken());
    wasm_bindgen_futures::spawn_local(async move {
        worker_scope::ready();
        let _turn = locks::turn(TURN).await;
        let sender = Sender { couriers, wake, calls };
        loop {
            let calls = sender.calls.get();
            // A database that cannot be opened now is tried again at the next word of the page's.
            if let Ok(db) = Db::open(idb::NAME).await {
                let _ = sender.send_all(&db).await;
            }
            worker_scope::tell(&"idle".into());
            if sender.calls.get() == calls {
                sender.wake.within(LOOK_MS).await;
            }
        }
    });
}

struct Sender {
    couriers: Rc<RefCell<BTreeMap<String, Courier>>>,
    wake: Rc<timer::Wake>,
    /// How often somebody called: one who does while it asks or looks through the items is not missed.
    calls: Rc<Cell<u32>>,
}

impl Sender {
    /// Sends until there is nothing left to send, or the database fails.
    async fn send_all(&self, db: &Db) -> Result<(), StoreError> {
        loop {
            let calls = self.calls.get();
            let mut items: Vec<OutboxItem> = db.list(&ProfileId::first()).await?;
            items.sort_by_key(|item| item.header.made_ms);
            if outbox::drop_films(db, &items).await? {
                channel::outbox_changed();
                // The clips are other ones, too.
                channel::records_changed();
            }
            items.retain(OutboxItem::is_pending);
            if items.is_empty() {
                if self.calls.get() == calls {
                    return Ok(());
                }
                continue;
            }
            let mut until = None;
            for item in items {
                // As it is now: what went before it may have taken minutes, and the patient may want it otherwise.
                let Some(item) = db.get(&item.header.item).await? else { continue };
                let waits = self.send(db, item).await?;
                until = match (until, waits) {
                    (Some(one), Some(other)) => Some(i64::min(one, other)),
                    (one, other) => one.or(other),
                };
            }
            let now = DeviceClock.now_ms();
            if let Some(until) = until.filter(|until| *until > now && self.calls.get() == calls) {
                self.wake.within((until - now) as u64).await;
            }
        }
    }

    /// Does all that can be done with an item now; until when it has to wait then, if for a time.
    async fn send(&self, db: &Db, mut item: OutboxItem) -> Result<Option<i64>, StoreError> {
        let id = item.header.item.clone();
        loop {
            let next = {
                let mut couriers = self.couriers.borrow_mut();
                let courier = couriers.entry(id.clone()).or_insert_with(|| Courier::new(item.flight.clone()));
                if !courier.holds(&item.flight) {
                    *courier = Courier::new(item.flight.clone());
                }
                courier.next(&item, tus::link(), DeviceClock.now_ms())
            };
            let ask = match next {
                Next::Do(ask) => ask,
                Next::Wait(until) => return Ok(Some(until)),
                Next::WaitForWifi => return Ok(Some(DeviceClock.now_ms() + LOOK_MS as i64)),
                Next::Rest => return Ok(None),
                Next::Forget => {
                    self.couriers.borrow_mut().remove(&id);
                    outbox::forget(db, &item, clip::id(random::wide())).await?;
                    channel::outbox_changed();
                    return Ok(None);
                }
            };
            let (begun, calls) = (monotonic_ms(), self.calls.get());
            let outcome = self.outcome(db, &item, ask).await?;
            let took = (monotonic_ms() - begun) as u64;
            let flight = {
                let mut couriers = self.couriers.borrow_mut();
                let courier = couriers.entry(id.clone()).or_insert_with(|| Courier::new(item.flight.clone()));
                courier.took(ask, outcome, DeviceClock.now_ms(), took, random::fraction());
                if self.calls.get() != calls {
                    courier.wake();
                }
                courier.flight.clone()
            };
            // What was sealed goes with the word that it has arrived, and not before.
            let chunks = if flight.arrived_ms.is_some() { ChunkChange::Drop } else { ChunkChange::Same };
            let keep = |record: &mut OutboxItem| record.advance(&item, &flight);
            let kept = match db.try_change(&id, keep, chunks).await {
                Ok(kept) => kept,
                // What the page noted meanwhile counts; the server is asked where it stands.
                Err(StoreError::Changed) => db.get(&id).await?,
                // Not even that can be noted: the courier knows it, and the page says it.
                Err(StoreError::Quota) if flight.held == Some(Held::NoSpace) && flight.refused.is_none() => {
                    worker_scope::tell(&"no-space".into());
                    continue;
                }
                Err(e) => return Err(e),
            };
            let Some(kept) = kept else { return Ok(None) };
            item = kept;
            channel::outbox_changed();
        }
    }

    async fn outcome(&self, db: &Db, item: &OutboxItem, ask: Ask) -> Result<Outcome, StoreError> {
        let flight = &item.flight;
        let place = flight.location.as_deref().unwrap_or_default();
        let question = |method, url, headers, body| {
            tus::ask(Question { method, url, token: &item.upload.token, headers, body })
        };
        Ok(match ask {
            Ask::Seal => match seal(db, item).await {
                Ok(outcome) => outcome,
                Err(StoreError::Quota) => {
                    // Half of it is of no use, and takes the room of what patients film. Where even that is
                    // refused, the next try begins with it.
                    let _ = drop_sealed(db, &item.header.item).await;
                    Outcome::Nothing(Held::NoSpace)
                }
                Err(e) => return Err(e),
            },
            Ask::Create { length } => {
                let name = ["item ", &tus::base64(item.header.item.as_bytes())].concat();
                let headers = [("Upload-Length", length.to_string()), ("Upload-Metadata", name)];
                question("POST", &item.upload.url, &headers, None).await
            }
            Ask::Look => question("HEAD", place, &[], None).await,
            Ask::Discover => question("OPTIONS", &item.upload.url, &[], None).await,
            Ask::Send { from, to, checksum } => {
                let Some(body) = read(db, &item.header.item, from, to).await? else {
                    return Ok(Outcome::Impossible(Refusal::Missing));
                };
                let mut headers = vec![
                    ("Upload-Offset", from.to_string()),
                    ("Content-Type", "application/offset+octet-stream".to_owned()),
                ];
                if let Some(algorithm) = checksum {
                    headers
                        .extend(tus::checksum(algorithm, &body).await.map(|hash| ("Upload-Checksum", hash)));
                }
                question("PATCH", place, &headers, Some(body)).await
            }
            Ask::Erase => question("DELETE", place, &[], None).await,
        })
    }
}

/// Bytes `from..to` of a sealed item, gathered outside of this module's memory; nothing when some are not here.
async fn read(db: &Db, id: &str, from: u64, to: u64) -> Result<Option<Uint8Array>, StoreError> {
    let whole = Uint8Array::new_with_length((to - from) as u32);
    for n in from / PIECE_BYTES..to.div_ceil(PIECE_BYTES) {
        let Some(chunk) = db.chunk_of::<OutboxItem>(id, n as u32).await? else { return Ok(None) };
        let start = n * PIECE_BYTES;
        let first = from.saturating_sub(start) as u32;
        let last = (to - start).min(chunk.byte_len()) as u32;
        if u64::from(last) + start < to.min(start + PIECE_BYTES) {
            return Ok(None);
        }
        whole.set(&chunk.0.subarray(first, last), (start + u64::from(first) - from) as u32);
    }
    Ok(Some(whole))
}

/// What was sealed and is not kept yet, outside of this module's memory.
#[derive(Clone)]
struct Sealed(Rc<RefCell<Pieces>>);

struct Pieces {
    /// Those that are full.
    full: VecDeque<Uint8Array>,
    /// The one that is being filled, and how far it is.
    last: Uint8Array,
    filled: u32,
}

/// Bytes of a piece.
const PIECE: u32 = PIECE_BYTES as u32;

impl Sealed {
    fn new() -> Self {
        let last = Uint8Array::new_with_length(PIECE);
        Sealed(Rc::new(RefCell::new(Pieces { full: VecDeque::new(), last, filled: 0 })))
    }

    fn next(&self) -> Option<JsBytes> {
        self.0.borrow_mut().full.pop_front().map(JsBytes)
    }

    /// What does not fill a piece.
    fn rest(&self) -> Option<JsBytes> {
        let pieces = self.0.borrow();
        (pieces.filled > 0).then(|| JsBytes(pieces.last.slice(0, pieces.filled)))
    }
}

impl Write for Sealed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut pieces = self.0.borrow_mut();
        let from = pieces.filled;
        let fits = &bytes[..bytes.len().min((PIECE - from) as usize)];
        pieces.filled += fits.len() as u32;
        pieces.last.subarray(from, pieces.filled).copy_from(fits);
        if pieces.filled == PIECE {
            let full = std::mem::replace(&mut pieces.last, Uint8Array::new_with_length(PIECE));
            pieces.full.push_back(full);
            pieces.filled = 0;
        }
        Ok(fits.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn drop_sealed(db: &Db, id: &str) -> Result<(), StoreError> {
    db.change(id, |_: &mut OutboxItem| (), ChunkChange::Drop).await.map(drop)
}

/// Seals an item for the clinic and keeps it sealed, piece by piece: neither the film nor what becomes of
/// it is in this module's memory as a whole.
async fn seal(db: &Db, item: &OutboxItem) -> Result<Outcome, StoreError> {
    let id = &item.header.item;
    // What an earlier try left.
    drop_sealed(db, id).await?;
    let keys: Result<Vec<x25519::Recipient>, _> = item.upload.recipients.iter().map(|r| r.parse()).collect();
    let Ok(keys) = keys else { return Ok(Outcome::Impossible(Refusal::NoKey)) };
    let sealed = Sealed::new();
    let encryptor = Encryptor::with_recipients(keys.iter().map(|key| key as &dyn Recipient));
    let Ok(Ok(mut sealer)) = encryptor.map(|encryptor| encryptor.wrap_output(sealed.clone())) else {
        return Ok(Outcome::Impossible(Refusal::NoKey));
    };
    let broken = Outcome::Nothing(Held::Sealing);
    let mut kept = Kept { db, id, sealed, n: 0, bytes: 0 };
    if sealer.write_all(&item.header.front()).is_err() {
        return Ok(broken);
    }
    match (item.header.kind, &item.payload) {
        (Kind::Results, Some(text)) => {
            for sip in text.as_bytes().chunks(SIP as usize) {
                if sealer.write_all(sip).is_err() {
                    return Ok(broken);
                }
                kept.keep_full().await?;
            }
        }
        (Kind::Results, None) => return Ok(Outcome::Impossible(Refusal::Missing)),
        (Kind::Clip, _) => {
            let film = item.clip();
            let Some(clip) = db.get::<Clip>(film).await? else {
                return Ok(Outcome::Impossible(Refusal::Missing));
            };
            let mut sip = vec![0; SIP as usize];
            for n in 0..clip.chunks {
                let Some(JsBytes(chunk)) = db.read_chunk(Store::Clips, film, n).await? else {
                    return Ok(Outcome::Impossible(Refusal::Missing));
                };
                let mut at = 0;
                while at < chunk.length() {
                    let part = chunk.subarray(at, (at + SIP).min(chunk.length()));
                    let sip = &mut sip[..part.length() as usize];
                    part.copy_to(sip);
                    at += SIP;
                    if sealer.write_all(sip).is_err() {
                        return Ok(broken);
                    }
                    kept.keep_full().await?;
                }
            }
        }
    }
    if sealer.finish().is_err() {
        return Ok(broken);
    }
    kept.keep_full().await?;
    if let Some(rest) = kept.sealed.rest() {
        kept.keep(rest).await?;
    }
    if kept.bytes > item.upload.max_bytes {
        return Ok(Outcome::Impossible(Refusal::TooLarge));
    }
    Ok(Outcome::Sealed(kept.bytes))
}

/// Where sealed bytes go.
struct Kept<'a> {
    db: &'a Db,
    id: &'a str,
    sealed: Sealed,
    n: u32,
    bytes: u64,
}

impl Kept<'_> {
    /// Keeps the pieces that are full.
    async fn keep_full(&mut self) -> Result<(), StoreError> {
        while let Some(piece) = self.sealed.next() {
            self.keep(piece).await?;
        }
        Ok(())
    }

    async fn keep(&mut self, piece: JsBytes) -> Result<(), StoreError> {
        self.bytes += piece.byte_len();
        let same = |_: &mut OutboxItem| ();
        self.db.change(self.id, same, ChunkChange::Put(self.n, piece)).await?;
        self.n += 1;
        Ok(())
    }
}
