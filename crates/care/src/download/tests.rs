//! The downloader against servers that cut, stall, lie and forget.

use super::*;
use crate::{
    media::{CHUNK_BYTES, is_hash},
    opening::tests::kit,
    ports::{crypto_native::NativeCrypto, memory::MemoryMedia},
};
use futures_executor::block_on;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::{cell::Cell, cell::RefCell, collections::BTreeMap};

/// A server of files that can misbehave once.
#[derive(Default)]
struct Server {
    files: BTreeMap<String, Vec<u8>>,
    /// Cuts everything after so many bytes in all.
    cut_after: Cell<Option<u64>>,
    stall: Cell<bool>,
    no_range: bool,
    status: Cell<Option<u16>>,
    mime: String,
    sent: Cell<u64>,
    asked: RefCell<Vec<Request>>,
}

struct ServerBody<'a> {
    server: &'a Server,
    rest: Vec<u8>,
}

impl Body for ServerBody<'_> {
    type Bytes = Vec<u8>;
    async fn read(&mut self, len: u64) -> Result<Option<Vec<u8>>, NetError> {
        let len = usize::try_from(len).unwrap().min(self.rest.len());
        if let Some(left) = self.server.cut_after.get() {
            if left < len as u64 {
                self.server.cut_after.set(Some(0));
                self.server.sent.set(self.server.sent.get() + left);
                return Err(if self.server.stall.get() { NetError::Stalled } else { NetError::Offline });
            }
            self.server.cut_after.set(Some(left - len as u64));
        }
        self.server.sent.set(self.server.sent.get() + len as u64);
        let piece: Vec<u8> = self.rest.drain(..len).collect();
        Ok((!piece.is_empty()).then_some(piece))
    }
}

impl<'s> Network for &'s Server {
    type Body = ServerBody<'s>;
    async fn fetch(&self, request: Request) -> Result<Response<ServerBody<'s>>, NetError> {
        self.asked.borrow_mut().push(request.clone());
        let answer = |status, range_start, rest| Response {
            status,
            range_start,
            mime: self.mime.clone(),
            etag: None,
            body: ServerBody { server: self, rest },
        };
        if let Some(status) = self.status.get() {
            return Ok(answer(status, None, Vec::new()));
        }
        let Some(file) = self.files.get(&request.url) else { return Ok(answer(404, None, Vec::new())) };
        Ok(match request.range.filter(|_| !self.no_range) {
            Some((start, end)) => {
                let part = file[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()].to_vec();
                answer(206, Some(start), part)
            }
            None => answer(200, None, file.clone()),
        })
    }
}

#[derive(Default)]
struct Seen {
    bytes: Cell<u64>,
    stop_after: Option<u64>,
    urgent: RefCell<Option<String>>,
    order: RefCell<Vec<String>>,
}

impl Watch for Seen {
    fn stored(&self, sha256: &str, _: u32, bytes: u64) {
        self.bytes.set(self.bytes.get() + bytes);
        self.order.borrow_mut().push(sha256.into());
    }
    fn stopped(&self) -> bool {
        self.stop_after.is_some_and(|n| self.bytes.get() >= n)
    }
    fn urgent(&self) -> Option<String> {
        self.urgent.borrow().clone()
    }
}

fn add(server: &mut Server, seed: u8, len: usize) -> MediaRef {
    let bytes: Vec<u8> =
        (0..len).map(|n| (n as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0] ^ seed).collect();
    let hashes: Vec<u8> =
        bytes.chunks(CHUNK_BYTES as usize).flat_map(|c| Sha256::digest(c).to_vec()).collect();
    let file = MediaRef {
        sha256: hex(&Sha256::digest(&bytes)),
        bytes: len as u64,
        mime: "video/mp4".into(),
        chunk_bytes: CHUNK_BYTES,
        chunks_sha256: hex(&Sha256::digest(&hashes)),
    };
    assert!(is_hash(&file.sha256));
    server.files.insert(file.path(), bytes);
    server.files.insert(file.chunks_path(), hashes);
    file
}

const LEN: usize = 700_000;

fn fetch(server: &Server, store: &MemoryMedia, files: &[MediaRef], watch: &Seen) -> Result<Outcome, Trouble> {
    block_on(async {
        for f in files {
            store.want(f, "kit").await.unwrap();
        }
        fetch_all(&server, store, &NativeCrypto, files, watch).await
    })
}

fn stored(store: &MemoryMedia, file: &MediaRef) -> Vec<u8> {
    block_on(async {
        let mut all = Vec::new();
        for n in store.present(&file.sha256).await.unwrap() {
            all.extend(store.chunk(&file.sha256, n).await.unwrap().unwrap());
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn killed_at_any_bytes_the_file_arrives_whole_and_at_most_a_chunk_is_paid_twice_a_kill(
        kills in prop::collection::vec(0u64..900_000, 1..6), no_range in any::<bool>()
    ) {
        let mut server = Server { no_range, ..Server::default() };
        let file = add(&mut server, 1, LEN);
        let store = MemoryMedia::default();
        let mut failures = 0;
        for kill in kills {
            server.cut_after.set(Some(kill));
            if fetch(&server, &store, std::slice::from_ref(&file), &Seen::default()).is_err() {
                failures += 1;
            }
        }
        server.cut_after.set(None);
        prop_assert_eq!(fetch(&server, &store, std::slice::from_ref(&file), &Seen::default()), Ok(Outcome::Complete));
        prop_assert_eq!(&stored(&store, &file), &server.files[&file.path()]);
        if !no_range {
            let side = server.files[&file.chunks_path()].len() as u64 * (failures + 1);
            prop_assert!(server.sent.get() <= LEN as u64 + side + failures * CHUNK_BYTES);
        }
    }
}

#[test]
fn a_server_without_range_still_gives_the_rest_of_the_file() {
    let mut server = Server { no_range: true, ..Server::default() };
    let file = add(&mut server, 1, LEN);
    let store = MemoryMedia::default();
    let watch = Seen { stop_after: Some(CHUNK_BYTES * 2), ..Seen::default() };
    assert_eq!(fetch(&server, &store, std::slice::from_ref(&file), &watch), Ok(Outcome::Stopped));
    let watch = Seen::default();
    assert_eq!(fetch(&server, &store, std::slice::from_ref(&file), &watch), Ok(Outcome::Complete));
    assert_eq!(watch.bytes.get(), LEN as u64 - CHUNK_BYTES * 2, "what was here is not stored again");
    assert_eq!(stored(&store, &file), server.files[&file.path()]);
}

#[test]
fn one_changed_byte_is_never_stored_and_the_other_files_still_come() {
    let mut server = Server::default();
    let (bad, good) = (add(&mut server, 1, LEN), add(&mut server, 2, 1000));
    server.files.get_mut(&bad.path()).unwrap()[CHUNK_BYTES as usize + 5] ^= 1;
    let store = MemoryMedia::default();
    assert_eq!(
        fetch(&server, &store, &[bad.clone(), good.clone()], &Seen::default()),
        Err(Trouble::WrongContent)
    );
    assert_eq!(stored(&store, &bad).len() as u64, CHUNK_BYTES, "only the first, right chunk");
    assert!(block_on(store.record(&good.sha256)).unwrap().unwrap().complete);
}

#[test]
fn a_changed_list_of_hashes_is_refused_before_anything_is_stored() {
    let mut server = Server::default();
    let file = add(&mut server, 1, LEN);
    server.files.get_mut(&file.chunks_path()).unwrap()[3] ^= 1;
    let store = MemoryMedia::default();
    assert_eq!(
        fetch(&server, &store, std::slice::from_ref(&file), &Seen::default()),
        Err(Trouble::WrongContent)
    );
    assert!(stored(&store, &file).is_empty());
}

#[test]
fn each_failure_of_the_server_has_its_own_name() {
    let mut server = Server::default();
    let file = add(&mut server, 1, LEN);
    let run = |server: &Server| {
        fetch(server, &MemoryMedia::default(), std::slice::from_ref(&file), &Seen::default())
    };
    for (status, trouble) in [
        (500, Trouble::Server(500)),
        (503, Trouble::Server(503)),
        (404, Trouble::Missing),
        (302, Trouble::WrongContent),
        (206, Trouble::WrongContent),
    ] {
        server.status.set(Some(status));
        assert_eq!(run(&server), Err(trouble), "{status}");
    }
    server.status.set(None);
    server.mime = "text/html; charset=utf-8".into();
    assert_eq!(run(&server), Err(Trouble::WrongContent), "a Wi-Fi login page");
    server.mime.clear();
    server.cut_after.set(Some(300_000));
    server.stall.set(true);
    assert_eq!(run(&server), Err(Trouble::Stalled));
}

#[test]
fn a_full_device_stops_and_keeps_what_is_there() {
    let mut server = Server::default();
    let file = add(&mut server, 1, LEN);
    let store = MemoryMedia::default();
    store.limit(CHUNK_BYTES * 3);
    assert_eq!(
        fetch(&server, &store, std::slice::from_ref(&file), &Seen::default()),
        Err(Trouble::Store(StoreError::Quota))
    );
    assert_eq!(stored(&store, &file).len() as u64, CHUNK_BYTES * 3);
}

#[test]
fn the_file_that_the_patient_waits_for_comes_first() {
    let mut server = Server::default();
    let files: Vec<_> = (0..3).map(|n| add(&mut server, n, LEN)).collect();
    let watch = Seen::default();
    *watch.urgent.borrow_mut() = Some(files[2].sha256.clone());
    assert_eq!(fetch(&server, &MemoryMedia::default(), &files, &watch), Ok(Outcome::Complete));
    let order = watch.order.borrow();
    assert!(order[..6].iter().all(|s| *s == files[2].sha256), "{order:?}");
    assert_eq!(server.asked.borrow().len(), 6, "once here, it interrupts no other file");
}

#[test]
fn what_is_complete_is_not_asked_for_again() {
    let mut server = Server::default();
    let file = add(&mut server, 1, LEN);
    let store = MemoryMedia::default();
    for _ in 0..2 {
        fetch(&server, &store, std::slice::from_ref(&file), &Seen::default()).unwrap();
    }
    assert_eq!(server.asked.borrow().len(), 2, "the hashes and the file, once");
}

#[test]
fn waits_grow_to_a_minute_and_are_short_again_after_a_success() {
    let mut backoff = Backoff::default();
    let waits: Vec<_> = (0..9).map(|_| backoff.next_ms(0.0)).collect();
    assert_eq!(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    assert_eq!(backoff.next_ms(1.0), 30_000);
    backoff.reset();
    assert_eq!(backoff.next_ms(0.0), 1000);
}

#[test]
fn the_time_left_follows_the_last_seconds() {
    let mut rate = Rate::default();
    assert_eq!(rate.seconds_left(1000), None);
    for n in 0..100u32 {
        rate.push(f64::from(n) * 1000.0, if n < 50 { 1 } else { 50_000 });
    }
    assert_eq!(rate.seconds_left(500_000), Some(10));
}

#[test]
fn ready_means_the_films_and_the_app_itself() {
    let kit = kit(1);
    let facts = Facts {
        verification: Verification::Verified,
        total: 10,
        done: 10,
        complete: true,
        running: false,
        no_space: false,
        app_offline: true,
        today: kit.issued,
    };
    let with = |f: &dyn Fn(&mut Facts)| {
        let mut facts = facts;
        f(&mut facts);
        status(&kit, &facts)
    };
    assert_eq!(with(&|_| ()), KitStatus::Ready);
    assert_eq!(with(&|f| f.app_offline = false), KitStatus::Paused);
    assert_eq!(with(&|f| (f.complete, f.done) = (false, 5)), KitStatus::Paused);
    assert_eq!(with(&|f| (f.complete, f.done) = (false, 0)), KitStatus::New);
    let nothing_to_bring = |f: &mut Facts| (f.total, f.done, f.app_offline) = (0, 0, false);
    assert_eq!(with(&nothing_to_bring), KitStatus::Paused, "all of it is here, the app is still coming");
    assert_eq!(with(&|f| f.running = true), KitStatus::Downloading);
    assert_eq!(with(&|f| (f.complete, f.no_space) = (false, true)), KitStatus::NoSpace);
    assert_eq!(with(&|f| f.today = kit.issued.plus(31)), KitStatus::Expired);
    assert_eq!(with(&|f| f.verification = Verification::Tampered), KitStatus::Invalid);
}
