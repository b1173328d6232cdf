//! What every version of a store must do. The same checks run on the in-memory stores natively
//! and on IndexedDB in real browsers.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are test bodies: a broken contract panics")]

use super::{
    Asked, Bytes, ChunkChange, ChunkedRecords, Codec, MediaStore, Records, SharedRecords, Store, StoreError,
    memory::FixedClock,
};
use crate::{
    clip::{Clip, State},
    journal::{Event, What},
    media::{CHUNK_BYTES, MediaRef, hex},
    profile::{Profile, ProfileId, Settings},
};

fn event(id: &str, profile: &ProfileId) -> Event {
    let what = What::Seen { kit: "k".into(), item: id.into() };
    let clock = FixedClock { now_ms: 0, offset_min: 0 };
    Event { id: id.into(), ..Event::now(&clock, profile.clone(), 0, &what) }
}

/// Records: written is readable, `add` refuses twice, lists are by profile and ordered.
pub async fn records(store: &impl Records) {
    let (mine, other) = (ProfileId("mine".into()), ProfileId("other".into()));
    for (id, who) in [("b", &mine), ("a", &mine), ("c", &other)] {
        store.add(&event(id, who)).await.unwrap();
    }
    assert_eq!(store.add(&event("a", &mine)).await, Err(StoreError::Exists), "append-only");
    let ids: Vec<_> = store.list::<Event>(&mine).await.unwrap().into_iter().map(|e| e.id).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(store.get::<Event>("c").await.unwrap(), Some(event("c", &other)));
    assert_eq!(store.get::<Profile>("c").await.unwrap(), None, "stores are apart");

    let both =
        [Asked::Rows(Store::Journal, "mine"), Asked::Row(Store::Journal, "c"), Asked::Row(Store::Kits, "c")];
    let rows = store.read(&both).await.unwrap();
    let keys: Vec<Vec<_>> = rows.iter().map(|rows| rows.iter().map(|r| r.key.as_str()).collect()).collect();
    assert_eq!(keys, [vec!["a", "b"], vec!["c"], vec![]], "one look answers every question in its place");

    let mut profile = Profile { id: mine.clone(), settings: Settings::default() };
    store.put(&profile).await.unwrap();
    profile.settings.install_declined = true;
    store.put(&profile).await.unwrap();
    assert_eq!(store.list::<Profile>(&mine).await.unwrap(), [profile.clone()], "put replaces");
    profile.settings.install_declined = false;
    let rows = vec![
        (Store::Profiles, Codec.encode(&profile)),
        (Store::Journal, Codec.encode(&event("d", &other))),
        (Store::Journal, Codec.encode(&event("c", &other))),
    ];
    store.write_all(rows).await.unwrap();
    assert_eq!(store.list::<Profile>(&mine).await.unwrap(), [profile], "many rows at once replace too");
    assert_eq!(store.list::<Event>(&other).await.unwrap(), [event("c", &other), event("d", &other)]);
    store.remove::<Event>("a").await.unwrap();
    store.remove::<Event>("a").await.unwrap();
    assert_eq!(store.list::<Event>(&mine).await.unwrap().len(), 1, "removing twice is harmless");
}

fn clip(id: &str, profile: &ProfileId) -> Clip {
    Clip {
        id: id.into(),
        profile: profile.clone(),
        kit_id: "k".into(),
        exercise: "e".into(),
        mime: "video/webm".into(),
        made_ms: 0,
        offset_min: 0,
        chunks: 0,
        bytes: 0,
        ms: 0,
        sound: false,
        state: State::Recording,
        reference: false,
        words: None,
        next_item: None,
    }
}

/// Records with chunks: both change together, each keeps its own. `make` turns bytes into the store's
/// own kind.
pub async fn chunked<S: ChunkedRecords>(store: &S, make: impl Fn(&[u8]) -> S::Bytes) {
    let mine = ProfileId("mine".into());
    let clip = |id: &str| clip(id, &mine);
    let (mut one, two) = (clip("one"), clip("two"));
    store.put(&one).await.unwrap();
    assert!(store.chunk_of::<Clip>("one", 0).await.unwrap().is_none());
    for (n, bytes) in [(0, b"abc".as_slice()), (1, b"defg"), (1, b"defg")] {
        (one.chunks, one.bytes) = (n + 1, one.bytes + 1);
        store.put_with_chunk(&one, n, make(bytes)).await.unwrap();
        assert_eq!(store.get::<Clip>("one").await.unwrap(), Some(one.clone()), "the record comes with it");
    }
    store.put_with_chunk(&two, 0, make(b"other")).await.unwrap();
    let read = async |key: &str, n| store.chunk_of::<Clip>(key, n).await.unwrap().map(|c| c.to_vec());
    assert_eq!(read("one", 0).await.as_deref(), Some(b"abc".as_slice()));
    assert_eq!(read("one", 1).await.as_deref(), Some(b"defg".as_slice()));
    assert_eq!(read("one", 2).await, None);
    assert!(store.read_chunk(Store::Outbox, "one", 0).await.unwrap().is_none(), "stores are apart");

    for _ in 0..2 {
        store.remove_with_chunks::<Clip>("one").await.unwrap();
    }
    assert_eq!((read("one", 0).await, read("one", 1).await), (None, None));
    assert_eq!(store.get::<Clip>("one").await.unwrap(), None);
    assert_eq!(read("two", 0).await.as_deref(), Some(b"other".as_slice()), "others stay");
    assert_eq!(store.list::<Clip>(&mine).await.unwrap(), [two]);
    assert!(store.read_chunk(Store::Journal, "one", 0).await.is_err(), "a store without chunks says so");
}

/// Shared records: a change is made where the record stands, with its chunks, all or nothing. `make` turns
/// bytes into the store's own kind.
pub async fn shared<S: SharedRecords>(store: &S, make: impl Fn(&[u8]) -> S::Bytes) {
    let mine = ProfileId("mine".into());
    let louder = |clip: &mut Clip| clip.sound = true;
    assert_eq!(store.change("none", louder, ChunkChange::Same).await.unwrap(), None);
    assert_eq!(store.get::<Clip>("none").await.unwrap(), None, "a change makes no record");

    store.put(&clip("one", &mine)).await.unwrap();
    let changed = store.change("one", louder, ChunkChange::Put(3, make(b"abc"))).await.unwrap();
    assert_eq!(changed, Some(Clip { sound: true, ..clip("one", &mine) }));
    let longer = |clip: &mut Clip| clip.ms = 7;
    let changed = store.change("one", longer, ChunkChange::Same).await.unwrap();
    assert_eq!(changed, Some(Clip { sound: true, ms: 7, ..clip("one", &mine) }), "the other change stays");
    assert_eq!(store.get::<Clip>("one").await.unwrap(), changed);
    assert_eq!(store.chunk_of::<Clip>("one", 3).await.unwrap().unwrap().to_vec(), b"abc");

    let fails = |_: &super::Row| Err(StoreError::Other("no".into()));
    let failed = store.change_row(Store::Clips, "one", &fails, ChunkChange::Drop).await;
    assert_eq!(failed, Err(StoreError::Other("no".into())));
    assert!(store.chunk_of::<Clip>("one", 3).await.unwrap().is_some(), "nothing changed");
    store.change("one", longer, ChunkChange::Drop).await.unwrap();
    assert!(store.chunk_of::<Clip>("one", 3).await.unwrap().is_none());
    assert!(store.get::<Clip>("one").await.unwrap().is_some(), "its record stays");
}

/// Media: chunks come back byte for byte, shared files live as long as one kit needs them.
/// `make` turns bytes into the store's own kind.
pub async fn media<S: MediaStore>(store: &S, make: impl Fn(&[u8]) -> S::Bytes) {
    let media = |n: u8, bytes| MediaRef {
        sha256: hex(&[n; 32]),
        bytes,
        mime: "video/mp4".into(),
        chunk_bytes: CHUNK_BYTES,
        chunks_sha256: hex(&[n; 32]),
    };
    let (film, still) = (media(1, CHUNK_BYTES * 2 + 10), media(2, 10));
    assert_eq!(store.record(&film.sha256).await.unwrap(), None);
    for (m, kit) in [(&film, "k1"), (&film, "k2"), (&film, "k1"), (&still, "k1")] {
        store.want(m, kit).await.unwrap();
    }
    let record = store.record(&film.sha256).await.unwrap().unwrap();
    assert_eq!((record.bytes, record.complete), (film.bytes, false));
    assert_eq!(record.kits, ["k1", "k2"]);

    let chunk: Vec<u8> = (0..CHUNK_BYTES).map(|n| (n % 251) as u8).collect();
    for n in [2u32, 0, 0] {
        let len = usize::try_from(film.chunk_len(n)).unwrap();
        store.put_chunk(&film.sha256, n, make(&chunk[..len])).await.unwrap();
    }
    store.put_chunk(&still.sha256, 0, make(b"0123456789")).await.unwrap();
    assert_eq!(store.present(&film.sha256).await.unwrap(), [0, 2]);
    let asked = [still.sha256.as_str(), "no such file", &film.sha256];
    assert_eq!(store.present_of(&asked).await.unwrap(), [vec![0], vec![], vec![0, 2]]);
    assert!(store.present_of(&[]).await.unwrap().is_empty());
    assert_eq!(store.chunk(&film.sha256, 0).await.unwrap().unwrap().to_vec(), chunk);
    assert!(store.chunk(&film.sha256, 1).await.unwrap().is_none());

    store.complete(&film.sha256).await.unwrap();
    assert!(store.record(&film.sha256).await.unwrap().unwrap().complete);
    store.want(&film, "k3").await.unwrap();
    assert!(store.record(&film.sha256).await.unwrap().unwrap().complete, "wanted again stays complete");
    store.drop_chunk(&film.sha256, 2).await.unwrap();
    assert!(!store.record(&film.sha256).await.unwrap().unwrap().complete);
    assert_eq!(store.present(&film.sha256).await.unwrap(), [0]);

    store.retain("k1", std::slice::from_ref(&film.sha256)).await.unwrap();
    assert!(store.record(&still.sha256).await.unwrap().is_none(), "what no kit needs is gone");
    assert!(store.present(&still.sha256).await.unwrap().is_empty());
    store.retain("k1", &[]).await.unwrap();
    assert!(store.record(&film.sha256).await.unwrap().is_some(), "k2 still needs it");
    for kit in ["k2", "k3"] {
        store.retain(kit, &[]).await.unwrap();
    }
    assert!(store.records().await.unwrap().is_empty());
    assert!(store.present(&film.sha256).await.unwrap().is_empty());
}
