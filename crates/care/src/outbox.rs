//! Sending an item to the clinic, as facts and rules: what is known of it is kept in a record, what to do
//! next follows from that alone, and whatever the network answers changes the record and nothing else.
//! So a killed tab, a dead battery or a week without network are all the same: the next look at the
//! record goes on.
//!
//! The promises: nothing is « arrivé » before the server has confirmed its full length; nothing is
//! removed before that; an item is sealed once and never again after its upload began; the share that
//! is shown as sent never goes back; it never gives up.

use crate::{
    calendar::Day,
    clip::Clip,
    item::{Header, Kind},
    kit::{Answers, Handled, Upload},
    ports::{ChunkChange, ChunkedRecords, Record, Records, SharedRecords, Store, StoreError},
    profile::ProfileId,
    record,
};

/// Sealed items are kept and read in pieces of so many bytes.
pub const PIECE_BYTES: u64 = 128 * 1024;
/// The line that times are told for before anything was measured, in bytes a second: 400 kbit/s.
const SLOW_LINE: u64 = 50_000;

/// What the patient wants of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// That it goes to the clinic.
    #[default]
    Send,
    /// That it no longer goes, or is erased where it has arrived.
    Erase,
}

record!(enum Wish or Send { Send = "send", Erase = "erase" });

/// Why a clinic's server does not take an item. Only a tus server's own word counts: a Wi-Fi login
/// page that says 403 refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The kit's permission to send is over, or is another kit's.
    NotAllowed,
    /// Larger than the clinic takes.
    TooLarge,
    /// The server speaks another language than we.
    NotUnderstood,
    /// The clinic's key cannot be used.
    NoKey,
    /// What should go is not on this phone any more.
    Missing,
}

record!(
    enum Refusal {
        NotAllowed = "not-allowed",
        TooLarge = "too-large",
        NotUnderstood = "not-understood",
        NoKey = "no-key",
        Missing = "missing",
    }
);

/// Why an item does not go on for the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// No way to the server: no network, or one that wants something first.
    Offline,
    /// The server has a fault.
    Server,
    /// The server has no room left.
    Full,
    /// This phone has no room left to seal it.
    NoSpace,
    /// What seals did not come or did not work.
    Sealing,
}

record!(
    enum Held {
        Offline = "offline",
        Server = "server",
        Full = "full",
        NoSpace = "no-space",
        Sealing = "sealing",
    }
);

/// How far an item has come: written by whoever sends, one tab at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// Length of the sealed item, once all of it is kept.
    pub sealed: Option<u64>,
    /// Where the server takes it.
    pub location: Option<String>,
    /// Bytes that the server confirmed when it was last asked.
    pub confirmed: u64,
    /// The most that it ever confirmed: what is shown.
    pub shown: u64,
    /// Tries in a row that brought nothing.
    pub attempts: u32,
    /// Not before this moment, UTC milliseconds.
    pub not_before: Option<i64>,
    /// Why the last try brought nothing.
    pub held: Option<Held>,
    /// Bytes a second at the last piece.
    pub speed: Option<u64>,
    /// When the server confirmed the full length, UTC milliseconds.
    pub arrived_ms: Option<i64>,
    /// Why it does not take it.
    pub refused: Option<Refusal>,
    /// When the server confirmed that it is erased there, UTC milliseconds.
    pub erased_ms: Option<i64>,
}

record!(struct Flight {
    sealed, location, confirmed, shown, attempts, not_before, held, speed, arrived_ms, refused, erased_ms,
});

/// An item that the patient agreed to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// Whose.
    pub profile: ProfileId,
    /// What it is; `header.item` is its key.
    pub header: Header,
    /// The clip, where the item has another name than its clip: an earlier sending of it was taken back.
    pub clip: Option<String>,
    /// Results in text until they are sealed; a clip's film lies in its own store.
    pub payload: Option<String>,
    /// Where it goes and for whom it is sealed, as the kit says.
    pub upload: Upload,
    /// What the patient wants.
    pub wish: Wish,
    /// Only where the network costs nothing.
    pub wifi_only: bool,
    /// The film stays on this phone after it has arrived.
    pub keep: bool,
    /// The day the kiné saw it.
    pub seen_on: Option<Day>,
    /// The day the clinic erased it.
    pub erased_on: Option<Day>,
    /// How far it has come.
    pub flight: Flight,
}

record!(struct OutboxItem {
    profile, header, clip, payload, upload, wish, wifi_only, keep, seen_on, erased_on, flight,
});

impl Record for OutboxItem {
    const STORE: Store = Store::Outbox;
    fn key(&self) -> String {
        self.header.item.clone()
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}

/// Removes the films whose arrival was confirmed, unless they are to stay; also those that a kill left behind.
/// Whether there was one.
pub async fn drop_films<R: Records + ChunkedRecords>(
    records: &R,
    items: &[OutboxItem],
) -> Result<bool, StoreError> {
    let mut dropped = false;
    for item in items.iter().filter(|item| item.drops_film()) {
        let clip: Option<Clip> = records.get(item.clip()).await?;
        if clip.is_some_and(|clip| !clip.reference) {
            records.remove_with_chunks::<Clip>(item.clip()).await?;
            dropped = true;
        }
    }
    Ok(dropped)
}

/// Takes an item that is over off the list. A clip that is still here becomes the item `next` when it is sent
/// again: of this one the server may have a part, which another sealing does not continue, or know that it was
/// erased.
pub async fn forget<R: SharedRecords>(
    records: &R,
    item: &OutboxItem,
    next: String,
) -> Result<(), StoreError> {
    // What was sealed goes first: on a full phone nothing can be written before.
    let key = &item.header.item;
    records.change(key, |_: &mut OutboxItem| (), ChunkChange::Drop).await?;
    if item.header.kind == Kind::Clip {
        let rename = |clip: &mut Clip| clip.next_item = Some(next.clone());
        records.change(item.clip(), rename, ChunkChange::Same).await?;
    }
    records.remove_with_chunks::<OutboxItem>(key).await
}

/// Where an item is, as every screen says it (`data-status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// « En attente », nothing at the server yet.
    Waiting,
    /// « En attente », a part is at the server.
    Sending,
    /// « Arrivé au cabinet »: the server confirmed the full length.
    Arrived,
    /// « Vu par votre kiné le… ».
    Seen(Day),
    /// « Pas accepté : gardé ici ».
    Refused(Refusal),
    /// The patient asked for it to be erased; the server has not confirmed yet.
    Erasing,
    /// « Effacé au cabinet ».
    Erased,
}

impl Status {
    /// The public word of DESIGN §11.
    pub fn word(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Sending => "sending",
            Status::Arrived => "arrived",
            Status::Seen(_) => "seen",
            Status::Refused(_) => "refused",
            Status::Erasing => "erasing",
            Status::Erased => "erased",
        }
    }
}

/// What the phone knows of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Wi-Fi or a cable.
    Free,
    /// A mobile network, which may cost.
    Mobile,
    /// This browser does not say.
    Unknown,
}

/// How a server can check a piece (`Upload-Checksum`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1, which the protocol asks of each server that checks at all.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// The better one of those that a server offers, by its `Tus-Extension` and `Tus-Checksum-Algorithm`.
    pub fn offered(extensions: &str, algorithms: &str) -> Option<Self> {
        let has = |list: &str, name| list.split(',').any(|one| one.trim().eq_ignore_ascii_case(name));
        let one = |algorithm: &Self| has(algorithms, algorithm.name());
        [Algorithm::Sha256, Algorithm::Sha1].into_iter().filter(|_| has(extensions, "checksum")).find(one)
    }

    /// The protocol's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha256 => "sha256",
        }
    }
}

/// What is known of a server beyond the core of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offers {
    /// It was not asked yet.
    Unasked,
    /// It was asked, and the line broke: it is asked again after the next break.
    Unheard,
    /// How it checks pieces, if it does.
    Known(Option<Algorithm>),
}

/// What to ask of the server, or to do before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Seal it, and keep it sealed. Nothing is sent.
    Seal,
    /// POST: a place for it.
    Create {
        /// Bytes of the sealed item.
        length: u64,
    },
    /// HEAD: how far it is there.
    Look,
    /// OPTIONS: what this server can do.
    Discover,
    /// PATCH: bytes `from..to` of the sealed item.
    Send {
        /// The first byte.
        from: u64,
        /// The one after the last.
        to: u64,
        /// With what they hash to.
        checksum: Option<Algorithm>,
    },
    /// DELETE.
    Erase,
}

/// What is to be done with an item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This.
    Do(Ask),
    /// Nothing before this moment (UTC milliseconds), unless something wakes the sender.
    Wait(i64),
    /// Nothing before the network is a free one, or the patient says « maintenant ».
    WaitForWifi,
    /// Nothing any more: it has arrived, was refused or is erased.
    Rest,
    /// It did not arrive and shall not go: the record and what was sealed may be removed.
    Forget,
}

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// It speaks tus 1.0.0: the only proof that it is no Wi-Fi login page.
    pub tus: bool,
    /// `Upload-Offset`.
    pub offset: Option<u64>,
    /// `Upload-Length`.
    pub length: Option<u64>,
    /// `Location`, absolute.
    pub location: Option<String>,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u64>,
    /// How it checks pieces, where it says so.
    pub checks: Option<Algorithm>,
}

/// What came of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The sealed item is kept, so many bytes long.
    Sealed(u64),
    /// It cannot be sealed, for ever.
    Impossible(Refusal),
    /// The server, or whoever stands in its place, answered.
    Answered(Answer),
    /// Nothing: no answer within reason, or the sealing failed, and why.
    Nothing(Held),
}

/// Longest wait between two tries, milliseconds.
pub const MAX_WAIT_MS: u64 = 15 * 60_000;
/// First wait, milliseconds; it doubles.
const FIRST_WAIT_MS: u64 = 2_000;
/// A server that says 423 lets go of the old line within moments.
const LOCKED_WAIT_MS: i64 = 1_000;
/// So often in a row at most.
const LOCKED_TRIES: u32 = 5;
/// One piece on its way should take about so long: short enough that a cut costs little.
const PIECE_MS: u64 = 4_000;
/// After so many pieces without a cut they may be larger.
const PASSES: u32 = 16;
/// The most that is sent in one piece.
const MAX_PIECE: u64 = 8 * PIECE_BYTES;
/// The least of one that is checked: nothing of it stays when the line breaks, so a line that breaks ever
/// again gets ever smaller ones.
const MIN_CHECKED: u64 = 8 * 1024;

/// An item on its way, in the hands of the one who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Courier {
    /// How far it has come; what changes here is to be kept.
    pub flight: Flight,
    /// `confirmed` is what the server said last, and nothing happened since that could have changed it.
    sure: bool,
    /// Bytes to send in one piece.
    piece: u64,
    /// The most of that. A browser may send a piece that was cut off again by itself, so a line gets small
    /// ones until it has let several pass, and again after each cut.
    most: u64,
    /// Pieces that passed since the last cut, or since the beginning.
    passed: u32,
    /// What the server offers.
    offers: Offers,
}

impl Courier {
    /// Takes an item up where its record stands. What the server has is asked first.
    pub fn new(flight: Flight) -> Self {
        Courier {
            flight,
            sure: false,
            piece: PIECE_BYTES,
            most: PIECE_BYTES,
            passed: 0,
            offers: Offers::Unasked,
        }
    }

    /// What to do now with `item`, whose flight is this one's. `link` matters to items that wait for a
    /// free network.
    pub fn next(&self, item: &OutboxItem, link: Link, now_ms: i64) -> Next {
        let flight = &self.flight;
        if flight.erased_ms.is_some() || item.erased_on.is_some() {
            // What the patient still wants to send, and the clinic had by another way, is not made to vanish.
            let wanted = item.wish == Wish::Send || flight.arrived_ms.is_some();
            return if wanted { Next::Rest } else { Next::Forget };
        }
        if item.wish == Wish::Erase {
            return match (flight.location.is_some(), flight.arrived_ms.is_some()) {
                (true, _) => self.when_due(Ask::Erase, now_ms),
                (false, false) => Next::Forget,
                // Where it lies is forgotten: only the clinic can erase it.
                (false, true) => Next::Rest,
            };
        }
        if flight.arrived_ms.is_some() || flight.refused.is_some() {
            return Next::Rest;
        }
        // Sealing needs no network; what is sealed can be carried to the clinic as a file.
        if item.wifi_only && link != Link::Free && flight.sealed.is_some() {
            return Next::WaitForWifi;
        }
        let ask = match (flight.sealed, &flight.location) {
            (None, _) => Ask::Seal,
            (Some(length), None) => Ask::Create { length },
            (Some(length), Some(_)) if self.sure && flight.confirmed < length => {
                // The clinic's own server keeps two writers apart and each byte that came. Of another one neither
                // is known, and a browser may send a piece whose line broke again by itself, while the server
                // still writes what came of it: a server that checks takes no half piece.
                if self.offers == Offers::Unasked && !item.upload.is_beside_portal() {
                    Ask::Discover
                } else {
                    let to = (flight.confirmed + self.piece).min(length);
                    Ask::Send { from: flight.confirmed, to, checksum: self.checksum() }
                }
            }
            (Some(_), Some(_)) => Ask::Look,
        };
        self.when_due(ask, now_ms)
    }

    fn checksum(&self) -> Option<Algorithm> {
        match self.offers {
            Offers::Known(checks) => checks,
            Offers::Unasked | Offers::Unheard => None,
        }
    }

    fn when_due(&self, ask: Ask, now_ms: i64) -> Next {
        match self.flight.not_before {
            // A moment further away than any wait was written by another clock.
            Some(at) if at > now_ms && at - now_ms <= MAX_WAIT_MS as i64 => Next::Wait(at),
            _ => Next::Do(ask),
        }
    }

    /// Whether the record goes on from here: the page may have given it another address, or it is a new one.
    pub fn holds(&self, flight: &Flight) -> bool {
        self.flight.is_as_far_as(flight)
    }

    /// The network is back, the screen is, or the patient says so: no more waiting.
    pub fn wake(&mut self) {
        self.flight.not_before = None;
    }

    /// Takes what came of `ask`. `took_ms` is how long it took by a clock that never goes back; `random`
    /// in 0..1 spreads the tries of a village that gets its network back.
    pub fn took(&mut self, ask: Ask, outcome: Outcome, now_ms: i64, took_ms: u64, random: f64) {
        match outcome {
            Outcome::Sealed(bytes) => {
                // Sealed once: another sealing would be another item to the server.
                if self.flight.location.is_none() {
                    self.flight.sealed = Some(bytes);
                }
                self.calm();
            }
            Outcome::Impossible(why) => self.refuse(why),
            // The upload itself does not need to know: a server that lets nobody ask gets its pieces.
            Outcome::Nothing(_) if ask == Ask::Discover => self.offers = Offers::Unheard,
            Outcome::Nothing(held) => {
                self.sure = false;
                self.piece = self.piece.min(PIECE_BYTES);
                if matches!(ask, Ask::Send { .. }) {
                    self.cut();
                }
                self.wait(held, None, now_ms, random);
            }
            Outcome::Answered(answer) => self.answered(ask, &answer, now_ms, took_ms, random),
        }
    }

    fn answered(&mut self, ask: Ask, answer: &Answer, now_ms: i64, took_ms: u64, random: f64) {
        if ask == Ask::Discover {
            // To this question the protocol lets a server leave its version out.
            let known = answer.tus || answer.checks.is_some();
            self.offers = if known { Offers::Known(answer.checks) } else { Offers::Unheard };
            return;
        }
        match (answer.status, answer.tus) {
            // Something else speaks in the server's place, or is ill before it.
            (_, false) => self.not_tus(answer, now_ms, random),
            (200..=299, true) => match ask {
                Ask::Create { .. } => self.created(answer, now_ms, random),
                Ask::Look => self.looked(answer, now_ms, random),
                Ask::Send { from, to, .. } => self.sent(from, to, answer, now_ms, took_ms, random),
                Ask::Erase => self.erased(now_ms),
                Ask::Seal | Ask::Discover => {}
            },
            (404 | 410, true) if ask == Ask::Erase => self.erased(now_ms),
            (404 | 410, true) if matches!(ask, Ask::Create { .. }) => {
                self.wait(Held::Server, answer.retry_after, now_ms, random);
            }
            // It expired there, or the server lost it: from the beginning, from what is sealed here.
            (404 | 410, true) => {
                self.forget_place();
                self.wait_again(now_ms, random);
            }
            // Another offset than ours, or (the protocol's 460, others' 417) a piece that came in part: ask how far.
            (409 | 417 | 460, true) => {
                self.sure = false;
                if matches!(ask, Ask::Send { .. }) {
                    self.cut();
                }
                self.wait_again(now_ms, random);
            }
            (423, true) => {
                self.sure = false;
                // Moments at first; one that never lets go is a fault like any other.
                let tries = self.flight.attempts;
                self.wait(Held::Server, None, now_ms, random);
                if tries < LOCKED_TRIES {
                    self.flight.not_before = Some(now_ms.saturating_add(LOCKED_WAIT_MS));
                }
            }
            (401 | 403, true) if ask != Ask::Erase => self.refuse(Refusal::NotAllowed),
            (413, true) if matches!(ask, Ask::Create { .. }) => self.refuse(Refusal::TooLarge),
            (412 | 415, true) if ask != Ask::Erase => self.refuse(Refusal::NotUnderstood),
            (status, _) => {
                self.sure = false;
                let held = if status == 507 { Held::Full } else { Held::Server };
                self.wait(held, answer.retry_after, now_ms, random);
            }
        }
    }

    fn cut(&mut self) {
        self.piece = match self.checksum() {
            Some(_) => (self.piece / 2).clamp(MIN_CHECKED, PIECE_BYTES),
            None => PIECE_BYTES,
        };
        (self.most, self.passed) = (PIECE_BYTES, 0);
    }

    fn not_tus(&mut self, answer: &Answer, now_ms: i64, random: f64) {
        self.sure = false;
        // A proxy before the server that takes only small bodies.
        self.piece = self.piece.min(PIECE_BYTES);
        let held = match answer.status {
            507 => Held::Full,
            500.. => Held::Server,
            _ => Held::Offline,
        };
        self.wait(held, answer.retry_after, now_ms, random);
    }

    fn created(&mut self, answer: &Answer, now_ms: i64, random: f64) {
        self.sure = false;
        match &answer.location {
            Some(location) => {
                self.flight.location = Some(location.clone());
                self.flight.confirmed = 0;
                // It may be another server than that of the last place.
                self.offers = Offers::Unasked;
                self.flight.not_before = None;
            }
            None => self.wait(Held::Server, None, now_ms, random),
        }
    }

    fn looked(&mut self, answer: &Answer, now_ms: i64, random: f64) {
        let Some(length) = self.flight.sealed else { return };
        match answer.offset {
            // It is not ours, or the server is confused: nothing is believed, a new place is asked for.
            Some(offset) if offset > length || answer.length.is_some_and(|l| l != length) => {
                self.forget_place();
                self.wait(Held::Server, None, now_ms, random);
            }
            Some(offset) => {
                self.sure = true;
                self.flight.not_before = None;
                self.confirm(offset, length, now_ms);
                if self.offers == Offers::Unheard {
                    self.offers = Offers::Unasked;
                }
            }
            None => self.wait(Held::Server, None, now_ms, random),
        }
    }

    fn sent(&mut self, from: u64, to: u64, answer: &Answer, now_ms: i64, took_ms: u64, random: f64) {
        let Some(length) = self.flight.sealed else { return };
        match answer.offset {
            Some(offset) if offset > from && offset <= to => {
                let bytes = offset - from;
                let speed = bytes * 1000 / took_ms.max(1);
                self.flight.speed = Some(speed);
                self.passed += 1;
                if self.passed.is_multiple_of(PASSES) {
                    self.most = (self.most * 2).min(MAX_PIECE);
                }
                let least = if self.checksum().is_some() { MIN_CHECKED } else { PIECE_BYTES };
                let wanted = speed.saturating_mul(PIECE_MS) / 1000 / least * least;
                // At most twice the last one: one lucky moment is no fast network. A checked one may have been
                // smaller than the next server, which checks nothing, gets.
                let most = (self.piece * 2).min(self.most).max(least);
                self.piece = wanted.clamp(least, most);
                self.sure = true;
                self.flight.not_before = None;
                self.confirm(offset, length, now_ms);
            }
            // No offset, none gained, or more than was sent: ask again before believing anything.
            _ => {
                self.sure = false;
                self.wait(Held::Server, None, now_ms, random);
            }
        }
    }

    fn confirm(&mut self, offset: u64, length: u64, now_ms: i64) {
        self.flight.confirmed = offset;
        // Bytes that a forgetful server gets again are no gain: such a one is asked ever more seldom.
        if offset > self.flight.shown {
            self.flight.shown = offset;
            self.calm();
        }
        if offset == length {
            self.flight.arrived_ms = Some(now_ms);
        }
    }

    fn erased(&mut self, now_ms: i64) {
        self.flight.erased_ms = Some(now_ms);
        self.calm();
    }

    fn forget_place(&mut self) {
        self.flight.location = None;
        self.flight.confirmed = 0;
        self.sure = false;
    }

    fn refuse(&mut self, why: Refusal) {
        self.flight.refused = Some(why);
        self.flight.not_before = None;
    }

    /// Something was gained: the next wait is short again.
    fn calm(&mut self) {
        self.flight.attempts = 0;
        self.flight.not_before = None;
        self.flight.held = None;
    }

    /// At once the first time: the answer itself says what to do. After that as after any failure, so
    /// that a server which never agrees with itself is not asked without end.
    fn wait_again(&mut self, now_ms: i64, random: f64) {
        if self.flight.attempts == 0 {
            self.flight.attempts = 1;
            self.flight.not_before = None;
        } else {
            self.wait(Held::Server, None, now_ms, random);
        }
    }

    fn wait(&mut self, held: Held, retry_after: Option<u64>, now_ms: i64, random: f64) {
        self.flight.held = Some(held);
        let asked = retry_after.map_or(0, |s| s.saturating_mul(1000).min(MAX_WAIT_MS));
        let wait = backoff(self.flight.attempts, random).max(asked);
        self.flight.attempts = self.flight.attempts.saturating_add(1);
        self.flight.not_before = Some(now_ms.saturating_add(wait as i64));
    }
}

/// Whole seconds that so many bytes take, at a measured speed in bytes a second or on a slow line.
pub fn seconds(bytes: u64, speed: Option<u64>) -> u64 {
    bytes.div_ceil(speed.filter(|speed| *speed > 0).unwrap_or(SLOW_LINE))
}

/// Milliseconds after so many failures in a row; jitter takes up to half away.
fn backoff(attempts: u32, random: f64) -> u64 {
    let full = FIRST_WAIT_MS.checked_shl(attempts.min(20)).map_or(MAX_WAIT_MS, |ms| ms.min(MAX_WAIT_MS));
    full - ((full as f64 / 2.0 * random) as u64).min(full / 2)
}

/// The day on which the clinic erases what arrived: it has kept it for so many days by then. The phone names it,
/// the desk and the server that received it go by it.
pub fn erasure_day(arrived: Day, keep_days: u32) -> Day {
    arrived.plus(i64::from(keep_days))
}

impl Flight {
    /// Whether the other one stands at the same place. How often it was tried, and how long it waits, the patient
    /// may cut short, and a full phone cannot note.
    fn is_as_far_as(&self, other: &Flight) -> bool {
        let place = |flight: &Flight| Flight {
            attempts: 0,
            not_before: None,
            held: None,
            speed: None,
            ..flight.clone()
        };
        place(self) == place(other)
    }
}

impl OutboxItem {
    /// The clip whose film it is.
    pub fn clip(&self) -> &str {
        self.clip.as_deref().unwrap_or(&self.header.item)
    }

    /// Takes how far it has come since it was `before`.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it is not what it was: it has another address now, or another key, and what
    /// came of the old one is no word about it.
    pub fn advance(&mut self, before: &OutboxItem, flight: &Flight) -> Result<(), StoreError> {
        if self.upload != before.upload || !self.flight.is_as_far_as(&before.flight) {
            return Err(StoreError::Changed);
        }
        if flight.sealed.is_some() {
            self.payload = None;
        }
        self.flight = flight.clone();
        Ok(())
    }

    /// Where it is.
    pub fn status(&self) -> Status {
        let flight = &self.flight;
        if flight.erased_ms.is_some() || self.erased_on.is_some() {
            Status::Erased
        } else if self.wish == Wish::Erase {
            Status::Erasing
        } else if flight.arrived_ms.is_some() {
            self.seen_on.map_or(Status::Arrived, Status::Seen)
        } else if let Some(why) = flight.refused {
            Status::Refused(why)
        } else if flight.location.is_some() {
            Status::Sending
        } else {
            Status::Waiting
        }
    }

    /// Whether the sender has anything to do with it, now or later.
    pub fn is_pending(&self) -> bool {
        match self.status() {
            Status::Waiting | Status::Sending => true,
            Status::Erasing => self.flight.location.is_some() || !self.may_go(),
            Status::Erased => self.wish == Wish::Erase && !self.may_go(),
            Status::Arrived | Status::Seen(_) | Status::Refused(_) => false,
        }
    }

    /// Bytes that still have to go; before it is sealed, as many as it will have but for a few.
    pub fn bytes_left(&self) -> u64 {
        if self.flight.arrived_ms.is_some() {
            return 0;
        }
        self.flight.sealed.unwrap_or(self.header.bytes).saturating_sub(self.flight.shown)
    }

    /// Seconds that these take at the speed of the last piece; before the first one on a slow line.
    pub fn seconds_left(&self) -> u64 {
        seconds(self.bytes_left(), self.flight.speed)
    }

    /// Whether the server confirmed all of it: only then may what is here go.
    pub fn may_go(&self) -> bool {
        self.flight.arrived_ms.is_some()
    }

    /// Whether nothing of it is at the clinic any more. What arrived may have been opened at the desk: of that
    /// only the desk can say so, in the kit.
    pub fn is_gone_there(&self) -> bool {
        self.erased_on.is_some() || (self.flight.erased_ms.is_some() && !self.may_go())
    }

    /// Whether the film is to be removed from this phone now.
    fn drops_film(&self) -> bool {
        self.may_go() && !self.keep && self.header.kind == Kind::Clip
    }

    /// Pieces of the sealed item.
    pub fn pieces(&self) -> u32 {
        let pieces = self.flight.sealed.unwrap_or_default().div_ceil(PIECE_BYTES);
        u32::try_from(pieces).unwrap_or(u32::MAX)
    }

    /// The day on which the clinic erases it at the latest, as it said when it was sent.
    pub fn kept_until(&self) -> Option<Day> {
        let arrived = self.flight.arrived_ms?;
        Some(erasure_day(Day::of(arrived, self.header.offset_min), self.upload.keep_days))
    }

    /// Takes what the clinic says of it.
    pub fn heed(&mut self, answers: &Answers) {
        let on = |list: &[Handled]| list.iter().find(|h| h.item == self.header.item).map(|h| h.on);
        // What was said once stays said: an answer that has left the kit was not taken back.
        let (seen, erased) = (on(&answers.seen), on(&answers.erased));
        self.seen_on = self.seen_on.or(seen);
        self.erased_on = self.erased_on.or(erased);
    }

    /// Takes what the kit says now of where to send: another key for what is not sealed, another
    /// permission for what was refused for want of it. What arrived stays where it is, by the rules of that
    /// day; only the permission to have it erased is today's. Says whether anything changed.
    pub fn readdress(&mut self, upload: &Upload) -> bool {
        if self.may_go() {
            let renewed = self.upload.token != upload.token;
            if renewed {
                self.upload.token.clone_from(&upload.token);
                self.flight.not_before = None;
            }
            return renewed;
        }
        if self.upload == *upload {
            return false;
        }
        let allowed =
            matches!(self.flight.refused, Some(Refusal::NotAllowed | Refusal::NoKey | Refusal::TooLarge));
        if allowed {
            self.flight.refused = None;
        }
        if self.upload.url != upload.url || self.upload.token != upload.token {
            self.flight.location = None;
            self.flight.confirmed = 0;
        }
        self.upload = upload.clone();
        true
    }
}

#[cfg(test)]
mod tests;
