//! IndexedDB in a real browser: the contract, migrations with data, and everything that breaks.

use super::{
    Db,
    connection::dom_error,
    schema::{MEDIA, MEDIA_CHUNKS, MIGRATIONS},
};
use crate::platform::{
    js::{self, JsBytes, object, script},
    random,
};
use care::{
    media::{CHUNK_BYTES, MediaRef, hex},
    ports::{Bytes, MediaStore, Record, Records, Store, StoreError, contract},
    profile::{Profile, ProfileId, Settings},
};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::IdbTransactionMode as Mode;

fn fresh_name() -> String {
    format!("test-{:x}", random::number())
}

async fn fresh() -> Db {
    Db::open(&fresh_name()).await.unwrap()
}

/// Opens without a version, as the service worker does, and reads one value.
async fn read_raw(name: &str, store: &str, key: JsValue) -> JsValue {
    let body = "return new Promise((ok, no) => { const r = indexedDB.open(a); r.onerror = no;
        r.onsuccess = () => { const q = r.result.transaction(b[0]).objectStore(b[0]).get(b[1]);
            q.onsuccess = () => { r.result.close(); ok(q.result); }; q.onerror = no; }; })";
    script(body, name, &Array::of2(&store.into(), &key)).await
}

fn profile(id: &str) -> Profile {
    Profile { id: ProfileId(id.into()), settings: Settings::default() }
}

fn film(n: u8) -> MediaRef {
    MediaRef {
        sha256: hex(&[n; 32]),
        bytes: CHUNK_BYTES + 10,
        mime: "video/mp4".into(),
        chunk_bytes: CHUNK_BYTES,
        chunks_sha256: hex(&[n; 32]),
    }
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_the_contract_of_records() {
    contract::records(&fresh().await).await;
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_the_contract_of_records_with_chunks() {
    contract::chunked(&fresh().await, JsBytes::copy_of).await;
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_the_contract_of_shared_records() {
    contract::shared(&fresh().await, JsBytes::copy_of).await;
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_the_contract_of_media() {
    contract::media(&fresh().await, JsBytes::copy_of).await;
}

#[wasm_bindgen_test]
async fn what_cannot_be_fetched_again_is_on_the_disk_before_it_counts_as_written() {
    let db = fresh().await;
    let durability = async |stores: &[&str], mode| {
        let asked = db.run(stores, mode, &|tx| Box::pin(async move { Ok(js::get(&tx, "durability")) }));
        asked.await.unwrap().as_string().unwrap()
    };
    for store in [Store::Journal, Store::Kits, Store::Profiles, Store::Clips, Store::Outbox] {
        let stores: Vec<&str> = [Some(store.name()), store.chunks()].into_iter().flatten().collect();
        assert_eq!(durability(&stores, Mode::Readwrite).await, "strict", "{stores:?}");
        assert_eq!(durability(&stores, Mode::Readonly).await, "default", "{stores:?}");
    }
    assert_eq!(durability(&[MEDIA, MEDIA_CHUNKS], Mode::Readwrite).await, "default");
}

#[wasm_bindgen_test]
async fn what_was_written_is_there_after_the_database_is_opened_again() {
    let name = fresh_name();
    Db::open(&name).await.unwrap().put(&profile("p")).await.unwrap();
    let again = Db::open(&name).await.unwrap();
    assert_eq!(again.get::<Profile>("p").await.unwrap(), Some(profile("p")));
}

#[wasm_bindgen_test]
async fn the_service_worker_finds_records_and_chunks_in_the_agreed_shape() {
    let name = fresh_name();
    let db = Db::open(&name).await.unwrap();
    let film = film(7);
    db.want(&film, "k").await.unwrap();
    // A view into a larger buffer must not drag that buffer along.
    let bytes = JsBytes::copy_of(&[1, 2, 3, 4]).tail(2);
    db.put_chunk(&film.sha256, 1, bytes).await.unwrap();
    let record = read_raw(&name, MEDIA, film.sha256.as_str().into()).await;
    assert_eq!(js::text(&record, "type"), "video/mp4");
    assert_eq!(js::get(&record, "bytes").as_f64(), Some(film.bytes as f64));
    assert_eq!(js::get(&record, "complete").as_bool(), Some(false));
    assert_eq!(Array::from(&js::get(&record, "kits")).get(0).as_string().as_deref(), Some("k"));
    let chunk =
        read_raw(&name, MEDIA_CHUNKS, Array::of2(&film.sha256.as_str().into(), &1.into()).into()).await;
    let chunk: Uint8Array = chunk.dyn_into().unwrap();
    assert_eq!((chunk.to_vec(), chunk.buffer().byte_length()), (vec![3, 4], 2));
}

#[wasm_bindgen_test]
async fn a_database_of_version_1_is_upgraded_with_its_data() {
    let name = fresh_name();
    let old = Db::open_with(&name, &MIGRATIONS[..1]).await.unwrap();
    let film = film(1);
    old.put(&profile("p")).await.unwrap();
    old.want(&film, "k").await.unwrap();
    old.put_chunk(&film.sha256, 0, JsBytes::copy_of(b"chunk")).await.unwrap();
    assert!(matches!(old.get::<Keys>("keys").await, Err(StoreError::Other(_))), "no such store yet");

    let new = Db::open(&name).await.unwrap();
    assert_eq!(new.get::<Profile>("p").await.unwrap(), Some(profile("p")));
    assert_eq!(new.chunk(&film.sha256, 0).await.unwrap().unwrap().to_vec(), b"chunk");
    assert_eq!(new.records().await.unwrap().len(), 1);
    new.put(&Keys).await.unwrap();
    assert_eq!(new.get::<Keys>("keys").await.unwrap(), Some(Keys));
    // The old tab let go when it was asked to, and now knows that it is old.
    assert_eq!(old.get::<Profile>("p").await, Err(StoreError::Newer));
}

/// A record of the store that version 2 added.
#[derive(Clone, Debug, PartialEq)]
struct Keys;

care::record!(
    struct Keys {}
);

impl Record for Keys {
    const STORE: care::ports::Store = care::ports::Store::Device;
    fn key(&self) -> String {
        "keys".into()
    }
    fn profile(&self) -> ProfileId {
        ProfileId::device()
    }
}

#[wasm_bindgen_test]
async fn a_database_of_a_later_portal_is_refused_and_left_as_it_is() {
    let name = fresh_name();
    Db::open(&name).await.unwrap().put(&profile("p")).await.unwrap();
    let body = "return new Promise((ok, no) => { const r = indexedDB.open(a, b);
        r.onsuccess = () => { r.result.close(); ok(); }; r.onerror = no; })";
    script(body, &name, &99.into()).await;
    assert!(matches!(Db::open(&name).await.err(), Some(StoreError::Newer)));
    assert!(read_raw(&name, "profiles", "p".into()).await.is_object());
}

#[wasm_bindgen_test]
async fn a_tab_that_does_not_let_go_blocks_an_upgrade_only_as_long_as_it_lives() {
    let name = fresh_name();
    Db::open_with(&name, &MIGRATIONS[..1]).await.unwrap().put(&profile("p")).await.unwrap();
    let body = "return new Promise((ok, no) => { const r = indexedDB.open(a);
        r.onsuccess = () => ok(r.result); r.onerror = no; })";
    let stubborn = script(body, &name, &JsValue::UNDEFINED).await;
    let db = Db::open(&name).await;
    assert!(matches!(db.err(), Some(StoreError::Blocked)));
    close(&stubborn);
    let db = Db::open(&name).await.unwrap();
    assert_eq!(db.get::<Profile>("p").await.unwrap(), Some(profile("p")));
    db.put(&Keys).await.unwrap();
}

fn close(connection: &JsValue) {
    js::get(connection, "close").unchecked_into::<Function>().call0(connection).unwrap();
}

#[wasm_bindgen_test]
async fn a_killed_connection_is_opened_again_without_anybody_noticing() {
    let db = fresh().await;
    db.put(&profile("p")).await.unwrap();
    let film = film(3);
    db.want(&film, "k").await.unwrap();
    for n in 0..5 {
        db.kill();
        db.put_chunk(&film.sha256, n, JsBytes::copy_of(&[1; 9])).await.unwrap();
        db.kill();
        assert_eq!(db.get::<Profile>("p").await.unwrap(), Some(profile("p")));
    }
    assert_eq!(db.present(&film.sha256).await.unwrap(), [0, 1, 2, 3, 4]);
}

#[wasm_bindgen_test]
async fn many_at_once_share_one_connection() {
    let name = fresh_name();
    let db = Db::open(&name).await.unwrap();
    db.kill();
    let count = "const open = IDBFactory.prototype.open; b.opened = 0;
        IDBFactory.prototype.open = function (name, v) { b.opened += name === a; return open.call(this, name, v); };
        return Promise.resolve(() => { IDBFactory.prototype.open = open; })";
    let counter = object(&[]);
    let stop_counting = script(count, &name, &counter).await;
    let film = film(4);
    let writes = (0..20).map(|n| {
        let (db, sha256) = (db.clone(), film.sha256.clone());
        future_to_promise(async move {
            db.put_chunk(&sha256, n, JsBytes::copy_of(&[1; 9])).await.unwrap();
            Ok(JsValue::TRUE)
        })
    });
    JsFuture::from(Promise::all(&Array::from_iter(writes))).await.unwrap();
    stop_counting.unchecked_into::<Function>().call0(&JsValue::UNDEFINED).unwrap();
    assert_eq!(db.present(&film.sha256).await.unwrap().len(), 20);
    assert_eq!(js::get(&counter, "opened").as_f64(), Some(1.0));
}

#[wasm_bindgen_test]
async fn a_page_kept_aside_holds_nobody_up_and_does_its_work_when_it_is_back() {
    let name = fresh_name();
    let db = Db::open(&name).await.unwrap();
    let film = film(4);
    let vendor = "Object.defineProperty(navigator, 'vendor', { value: a, configurable: true }); return Promise.resolve()";
    script(vendor, "Apple Computer, Inc.", &JsValue::UNDEFINED).await;
    let tell = "dispatchEvent(new PageTransitionEvent(a, { persisted: true })); return Promise.resolve()";
    let write = {
        let (db, sha256) = (db.clone(), film.sha256.clone());
        future_to_promise(async move {
            db.put_chunk(&sha256, 0, JsBytes::copy_of(&[1; 9])).await.unwrap();
            Ok(JsValue::TRUE)
        })
    };
    // Its transaction has begun by then.
    JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.unwrap();
    script(tell, "pagehide", &JsValue::UNDEFINED).await;
    // What another page would do: it waits for nobody.
    let key = Array::of2(&film.sha256.as_str().into(), &0.into());
    assert!(read_raw(&name, MEDIA_CHUNKS, key.clone().into()).await.is_undefined(), "nothing is half done");
    script(tell, "pageshow", &JsValue::UNDEFINED).await;
    script("delete navigator.vendor; return Promise.resolve()", "", &JsValue::UNDEFINED).await;
    JsFuture::from(write).await.unwrap();
    assert!(!read_raw(&name, MEDIA_CHUNKS, key.into()).await.is_undefined());
}

#[wasm_bindgen_test]
async fn a_failed_write_leaves_nothing_half_done() {
    let db = fresh().await;
    db.add(&profile("p")).await.unwrap();
    let mut other = profile("p");
    other.settings.install_declined = true;
    assert_eq!(db.add(&other).await, Err(StoreError::Exists));
    assert_eq!(db.get::<Profile>("p").await.unwrap(), Some(profile("p")));
}

#[wasm_bindgen_test]
async fn a_full_device_says_so_and_keeps_what_it_has() {
    let db = fresh().await;
    let film = film(5);
    db.put_chunk(&film.sha256, 0, JsBytes::copy_of(b"here")).await.unwrap();
    let full = "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError'); };
        return Promise.resolve(() => { IDBObjectStore.prototype.put = put; })";
    let make_room = script(full, "", &JsValue::UNDEFINED).await;
    let refused = db.put_chunk(&film.sha256, 1, JsBytes::copy_of(b"more")).await;
    make_room.unchecked_into::<Function>().call0(&JsValue::UNDEFINED).unwrap();
    assert_eq!(refused, Err(StoreError::Quota));
    assert_eq!(db.present(&film.sha256).await.unwrap(), [0]);
    db.put_chunk(&film.sha256, 1, JsBytes::copy_of(b"more")).await.unwrap();
}

#[wasm_bindgen_test]
fn the_browsers_errors_become_ours_by_their_names() {
    let error = |name: &str| dom_error(&object(&[("name", name.into()), ("message", "why".into())]));
    assert_eq!(error("QuotaExceededError"), StoreError::Quota);
    assert_eq!(error("VersionError"), StoreError::Newer);
    assert_eq!(error("ConstraintError"), StoreError::Exists);
    assert!(matches!(error("SecurityError"), StoreError::Refused(_)));
    for name in ["InvalidStateError", "UnknownError", "AbortError"] {
        assert_eq!(error(name), StoreError::Closed(format!("{name}: why")));
    }
    assert_eq!(error("DataError"), StoreError::Other("DataError: why".into()));
}
