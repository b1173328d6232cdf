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
    item::{Header, Kind},
    json::{Json, JsonError, Value},
    kit::Upload,
    ports::{Record, Store},
    profile::ProfileId,
    record,
};

/// Sealed items are kept and read in pieces of so many bytes.
pub const PIECE_BYTES: u64 = 128 * 1024;

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
    sealed, location, confirmed, shown, attempts, not_before, speed, arrived_ms, refused, erased_ms,
});

/// An item that the patient agreed to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// Whose.
    pub profile: ProfileId,
    /// What it is; `header.item` is its key.
    pub header: Header,
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
    profile, header, payload, upload, wish, wifi_only, keep, seen_on, erased_on, flight,
});

impl Json for Box<OutboxItem> {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        OutboxItem::from_json(value).map(Box::new)
    }
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl Record for OutboxItem {
    const STORE: Store = Store::Outbox;
    fn key(&self) -> String {
        self.header.item.clone()
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}
