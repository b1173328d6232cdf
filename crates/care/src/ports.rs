//! The side effects of the domain, as traits. Each has an in-memory version in [`memory`];
//! the browser's versions live in the portal's `src/platform`, one file a port.

use crate::{
    json::{self, Json},
    media::MediaRef,
    profile::ProfileId,
};
use std::future::Future;

pub mod contract;
#[cfg(any(feature = "native", test))]
pub mod crypto_native;
pub mod memory;

/// The time, as the device tells it. It can be wrong.
pub trait Clock {
    /// UTC milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// Minutes east of Greenwich.
    fn offset_min(&self) -> i32;
    /// The local day.
    fn today(&self) -> crate::calendar::Day {
        crate::calendar::Day::of(self.now_ms(), self.offset_min())
    }
}

/// The little cryptography that the portal needs. All texts are bytes.
pub trait Crypto<B = Vec<u8>> {
    /// SHA-256 in lowercase hexadecimal.
    fn sha256(&self, bytes: &B) -> impl Future<Output = Result<String, CryptoError>>;
    /// Whether an Ed25519 signature is right.
    fn verify_ed25519(
        &self,
        public_key: &[u8; 32],
        message: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = Result<bool, CryptoError>>;
    /// Opens AES-256-GCM; `sealed` ends with the tag.
    fn open_aes256gcm(
        &self,
        key: &[u8; 32],
        iv: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, CryptoError>>;
    /// Inflates raw DEFLATE; more than `cap` bytes is an error.
    fn inflate_raw(&self, deflated: &[u8], cap: usize) -> impl Future<Output = Result<Vec<u8>, CryptoError>>;
}

/// Why a cryptographic step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The key does not fit, or a byte was changed.
    #[error("cannot be opened with this key")]
    WrongKey,
    /// Not DEFLATE, or longer than allowed.
    #[error("cannot be inflated")]
    Inflate,
    /// This browser cannot do it at all.
    #[error("not available here: {0}")]
    Unavailable(String),
}

/// What to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Absolute, or relative to the portal's base.
    pub url: String,
    /// Bytes `start..end`, asked for as a `Range`.
    pub range: Option<(u64, u64)>,
    /// For `If-None-Match`.
    pub etag: Option<String>,
}

impl Request {
    /// The whole of an address.
    pub fn get(url: impl Into<String>) -> Self {
        Request { url: url.into(), range: None, etag: None }
    }
}

/// What came back, before its body is read.
pub struct Response<B> {
    /// HTTP status.
    pub status: u16,
    /// First byte of a 206's `Content-Range`.
    pub range_start: Option<u64>,
    /// `Content-Type`, empty when absent.
    pub mime: String,
    /// `ETag`.
    pub etag: Option<String>,
    /// The body, read piece by piece.
    pub body: B,
}

/// A body that arrives piece by piece.
pub trait Body {
    /// What a piece of bytes is: `Vec<u8>` natively, `Uint8Array` in the browser, so that
    /// films never pass through WASM memory.
    type Bytes;
    /// Exactly `len` bytes, or fewer when the body ends before; `None` when nothing is left.
    /// Gives up with [`NetError::Stalled`] when nothing arrives for a while.
    fn read(&mut self, len: u64) -> impl Future<Output = Result<Option<Self::Bytes>, NetError>>;
}

/// The network.
pub trait Network {
    /// Its bodies.
    type Body: Body;
    /// Sends a request and waits for the head of the answer.
    fn fetch(&self, request: Request) -> impl Future<Output = Result<Response<Self::Body>, NetError>>;
}

/// Why the network failed. A status that is not a success is not an error here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// No answer, or the connection broke.
    #[error("no connection")]
    Offline,
    /// Connected, but nothing came for too long.
    #[error("nothing arrives")]
    Stalled,
}

/// Bytes as a platform holds them.
pub trait Bytes: Clone {
    /// Their number.
    fn byte_len(&self) -> u64;
    /// The part from `start` to the end.
    fn tail(&self, start: u64) -> Self;
    /// A copy in memory of ours: only for small things.
    fn to_vec(&self) -> Vec<u8>;
}

/// A record that belongs to one patient on this device. Every record but media goes through
/// one codec ([`Codec`]), so encryption at rest has one place to come to.
pub trait Record: Json + Clone {
    /// Its store.
    const STORE: Store;
    /// Unique within the store.
    fn key(&self) -> String;
    /// Whose it is.
    fn profile(&self) -> ProfileId;
}

/// The record stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// Signed kits.
    Kits,
    /// Append-only events.
    Journal,
    /// Patients on this device.
    Profiles,
    /// What belongs to the device: trusted keys, the profile last used.
    Device,
    /// Clips that were filmed; their bytes lie beside, as chunks.
    Clips,
    /// What is to be sent or was; sealed bytes lie beside, as chunks.
    Outbox,
}

impl Store {
    /// Every record store.
    pub const ALL: [Store; 6] =
        [Store::Kits, Store::Journal, Store::Profiles, Store::Device, Store::Clips, Store::Outbox];

    /// The object store's name.
    pub fn name(self) -> &'static str {
        match self {
            Store::Kits => "kits",
            Store::Journal => "journal",
            Store::Profiles => "profiles",
            Store::Device => "device",
            Store::Clips => "clips",
            Store::Outbox => "outbox",
        }
    }

    /// The object store of the bytes that belong to its records, where these have any.
    pub fn chunks(self) -> Option<&'static str> {
        match self {
            Store::Clips => Some("clip_chunks"),
            Store::Outbox => Some("outbox_chunks"),
            _ => None,
        }
    }
}

/// What a record looks like in the database: plain enough to be found, sealed by the codec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The record's key.
    pub key: String,
    /// Whose it is; indexed.
    pub profile: String,
    /// The codec's version.
    pub v: u32,
    /// The record as the codec wrote it.
    pub body: String,
}

/// The one way from a record to a row and back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codec;

impl Codec {
    /// The version written today: JSON in the clear.
    pub const VERSION: u32 = 1;

    /// A record as a row.
    pub fn encode<R: Record>(self, record: &R) -> Row {
        Row { key: record.key(), profile: record.profile().0, v: Self::VERSION, body: json::write(record) }
    }

    /// A row as a record.
    pub fn decode<R: Record>(self, row: &Row) -> Result<R, StoreError> {
        if row.v != Self::VERSION {
            return Err(StoreError::Unreadable(format!("record version {}", row.v)));
        }
        json::read(row.body.as_bytes()).map_err(|e| StoreError::Unreadable(e.to_string()))
    }

    /// The records of a list. One that cannot be read is an error, never skipped.
    pub fn decode_list<R: Record>(self, rows: &[Row]) -> Result<Vec<R>, StoreError> {
        rows.iter().map(|row| self.decode(row)).collect()
    }
}

/// Something to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// The row of a key: one or none.
    Row(Store, &'a str),
    /// All rows of a profile, ordered by key.
    Rows(Store, &'a str),
}

impl Asked<'_> {
    /// Where it is kept.
    pub fn store(&self) -> Store {
        match self {
            Asked::Row(store, _) | Asked::Rows(store, _) => *store,
        }
    }
}

/// Records of patients. A write is done when its future is: the transaction has committed.
/// Implementations move rows; records are made of them here, once.
pub trait Records {
    /// Writes a row. With `new` its key must not exist: [`StoreError::Exists`] otherwise.
    fn write(&self, store: Store, row: Row, new: bool) -> impl Future<Output = Result<(), StoreError>>;
    /// Writes many rows, replacing those of the same keys. Unless the implementation does it in one
    /// transaction, a failure leaves those before it written.
    fn write_all(&self, rows: Vec<(Store, Row)>) -> impl Future<Output = Result<(), StoreError>> {
        async move {
            for (store, row) in rows {
                self.write(store, row, false).await?;
            }
            Ok(())
        }
    }
    /// Reads everything asked for in one look, so that a start is one: the rows of each, in order.
    fn read(&self, asked: &[Asked<'_>]) -> impl Future<Output = Result<Vec<Vec<Row>>, StoreError>>;
    /// Removes a row; nothing happens when it is not there.
    fn erase(&self, store: Store, key: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Writes, replacing a record of the same key.
    fn put<R: Record>(&self, record: &R) -> impl Future<Output = Result<(), StoreError>> {
        self.write(R::STORE, Codec.encode(record), false)
    }

    /// Writes a record whose key must be new; [`StoreError::Exists`] otherwise.
    fn add<R: Record>(&self, record: &R) -> impl Future<Output = Result<(), StoreError>> {
        self.write(R::STORE, Codec.encode(record), true)
    }

    /// Reads one.
    fn get<R: Record>(&self, key: &str) -> impl Future<Output = Result<Option<R>, StoreError>> {
        async move { Ok(self.decoded(Asked::Row(R::STORE, key)).await?.into_iter().next()) }
    }

    /// All of a profile, ordered by key. A record that cannot be read is an error, never skipped.
    fn list<R: Record>(&self, profile: &ProfileId) -> impl Future<Output = Result<Vec<R>, StoreError>> {
        async move { self.decoded(Asked::Rows(R::STORE, &profile.0)).await }
    }

    /// The records of one question.
    fn decoded<R: Record>(&self, asked: Asked<'_>) -> impl Future<Output = Result<Vec<R>, StoreError>> {
        async move { Codec.decode_list(&self.read(&[asked]).await?.concat()) }
    }

    /// Removes one; nothing happens when it is not there.
    fn remove<R: Record>(&self, key: &str) -> impl Future<Output = Result<(), StoreError>> {
        self.erase(R::STORE, key)
    }
}

/// Records whose bytes come piece by piece, in the stores that have [`Store::chunks`]. A record and
/// its bytes change together: after a kill at any moment they fit each other. With any other store
/// each of these fails.
pub trait ChunkedRecords: Records {
    /// A chunk.
    type Bytes: Bytes;
    /// Writes a row and its chunk `n` in one transaction. Writing it twice is harmless.
    fn write_chunk(
        &self,
        store: Store,
        row: Row,
        n: u32,
        bytes: Self::Bytes,
    ) -> impl Future<Output = Result<(), StoreError>>;
    /// Chunk `n` of a key, if here.
    fn read_chunk(
        &self,
        store: Store,
        key: &str,
        n: u32,
    ) -> impl Future<Output = Result<Option<Self::Bytes>, StoreError>>;
    /// Removes a row and its chunks in one transaction. Nothing happens where nothing is.
    fn erase_whole(&self, store: Store, key: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Writes a record with its chunk `n`, all or nothing.
    fn put_with_chunk<R: Record>(
        &self,
        record: &R,
        n: u32,
        bytes: Self::Bytes,
    ) -> impl Future<Output = Result<(), StoreError>> {
        self.write_chunk(R::STORE, Codec.encode(record), n, bytes)
    }

    /// Chunk `n` of a record, if here.
    fn chunk_of<R: Record>(
        &self,
        key: &str,
        n: u32,
    ) -> impl Future<Output = Result<Option<Self::Bytes>, StoreError>> {
        self.read_chunk(R::STORE, key, n)
    }

    /// Removes a record with all its chunks.
    fn remove_with_chunks<R: Record>(&self, key: &str) -> impl Future<Output = Result<(), StoreError>> {
        self.erase_whole(R::STORE, key)
    }
}

/// What becomes of a record's chunks when the record changes.
#[derive(Clone, Debug)]
pub enum ChunkChange<B> {
    /// They stay as they are.
    Same,
    /// This one is written.
    Put(u32, B),
    /// All of them go.
    Drop,
}

/// Records that several write in: the page notes what the patient wants, a worker how far it is. A
/// change is read, made and written in one transaction, so that neither loses the other's.
pub trait SharedRecords: ChunkedRecords {
    /// Changes a row where it stands, and its chunks with it. `None` where there is no row; nothing
    /// changes when `change` fails.
    fn change_row(
        &self,
        store: Store,
        key: &str,
        change: &dyn Fn(&Row) -> Result<Row, StoreError>,
        chunks: ChunkChange<Self::Bytes>,
    ) -> impl Future<Output = Result<Option<Row>, StoreError>>;

    /// Changes a record where it stands and returns it as it is then.
    fn change<R: Record>(
        &self,
        key: &str,
        change: impl Fn(&mut R),
        chunks: ChunkChange<Self::Bytes>,
    ) -> impl Future<Output = Result<Option<R>, StoreError>> {
        let change = move |record: &mut R| {
            change(record);
            Ok(())
        };
        self.try_change(key, change, chunks)
    }

    /// The same with a change that can fail; nothing changes then.
    fn try_change<R: Record>(
        &self,
        key: &str,
        change: impl Fn(&mut R) -> Result<(), StoreError>,
        chunks: ChunkChange<Self::Bytes>,
    ) -> impl Future<Output = Result<Option<R>, StoreError>> {
        async move {
            let change = |row: &Row| {
                let mut record: R = Codec.decode(row)?;
                change(&mut record)?;
                Ok(Codec.encode(&record))
            };
            let row = self.change_row(R::STORE, key, &change, chunks).await?;
            row.map(|row| Codec.decode(&row)).transpose()
        }
    }
}

/// What is known of a file on this device. Not personal: shared by all profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRecord {
    /// SHA-256 of the file.
    pub sha256: String,
    /// MIME type with codecs.
    pub mime: String,
    /// Length in bytes.
    pub bytes: u64,
    /// All chunks are here and right.
    pub complete: bool,
    /// The kits that need it. When the last one goes, the file goes.
    pub kits: Vec<String>,
}

/// Files, chunk by chunk. Chunks are verified before they come here.
pub trait MediaStore {
    /// A chunk.
    type Bytes: Bytes;
    /// Notes that `kit` needs this file; creates its record when it is new.
    fn want(&self, media: &MediaRef, kit: &str) -> impl Future<Output = Result<(), StoreError>>;
    /// What is known of a file.
    fn record(&self, sha256: &str) -> impl Future<Output = Result<Option<MediaRecord>, StoreError>>;
    /// Every file's record.
    fn records(&self) -> impl Future<Output = Result<Vec<MediaRecord>, StoreError>>;
    /// Numbers of the chunks here, ascending, of each of these files. Reads keys only, in one look:
    /// an old phone feels each.
    fn present_of(&self, files: &[&str]) -> impl Future<Output = Result<Vec<Vec<u32>>, StoreError>>;
    /// The same of one file.
    fn present(&self, sha256: &str) -> impl Future<Output = Result<Vec<u32>, StoreError>> {
        async { Ok(self.present_of(&[sha256]).await?.pop().unwrap_or_default()) }
    }
    /// Stores chunk `n`. Storing it twice is harmless.
    fn put_chunk(
        &self,
        sha256: &str,
        n: u32,
        bytes: Self::Bytes,
    ) -> impl Future<Output = Result<(), StoreError>>;
    /// Chunk `n`, if here.
    fn chunk(&self, sha256: &str, n: u32) -> impl Future<Output = Result<Option<Self::Bytes>, StoreError>>;
    /// Removes chunk `n` (found wrong) and marks the file incomplete.
    fn drop_chunk(&self, sha256: &str, n: u32) -> impl Future<Output = Result<(), StoreError>>;
    /// Marks a file complete.
    fn complete(&self, sha256: &str) -> impl Future<Output = Result<(), StoreError>>;
    /// `kit` keeps only these files; what no kit needs any more is removed with its chunks.
    fn retain(&self, kit: &str, keep: &[String]) -> impl Future<Output = Result<(), StoreError>>;
}

/// Why a store failed. Nothing is ever deleted because of one of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The device has no room left for this.
    #[error("no room left")]
    Quota,
    /// The browser refuses a database here (private mode, blocked cookies).
    #[error("storage is refused: {0}")]
    Refused(String),
    /// The connection died and could not be opened again.
    #[error("storage was closed: {0}")]
    Closed(String),
    /// Another tab holds an older version open.
    #[error("another tab is in the way")]
    Blocked,
    /// The database was made by a newer version of the portal.
    #[error("made by a newer version")]
    Newer,
    /// A key that must be new is there already.
    #[error("this key exists")]
    Exists,
    /// The record is another one than what was to be written knows of.
    #[error("the record has changed")]
    Changed,
    /// A record or a chunk cannot be read, or is not where it should be.
    #[error("a record cannot be read: {0}")]
    Unreadable(String),
    /// Anything else, with the browser's own name for it.
    #[error("storage failed: {0}")]
    Other(String),
}

impl StoreError {
    /// Worth one more try with a fresh connection (WebKit drops them when iOS sleeps).
    pub fn is_connection(&self) -> bool {
        matches!(self, StoreError::Closed(_))
    }
}
