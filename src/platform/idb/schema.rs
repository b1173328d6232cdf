//! The database's shape, as the list of its changes. The list only grows: its length is the
//! database's version.

use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbObjectStore, IdbObjectStoreParameters};

/// Object store of the files' records.
pub(super) const MEDIA: &str = "media";
/// Object store of the files' chunks: bare `Uint8Array` under `[sha256, n]`.
pub(super) const MEDIA_CHUNKS: &str = "media_chunks";
/// Index of a record store: whose the record is.
pub(super) const BY_PROFILE: &str = "profile";

/// One change.
pub(super) type Migration = fn(&IdbDatabase) -> Result<(), JsValue>;

/// Every change ever made, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[
    |db| {
        keyed_store(db, MEDIA, "sha256")?;
        stores(db, &["kits", "journal", "profiles"], &[MEDIA_CHUNKS])
    },
    |db| stores(db, &["device"], &[]),
    |db| stores(db, &["clips", "outbox"], &["clip_chunks", "outbox_chunks"]),
];

/// Record stores, and stores of bare `Uint8Array`s under `[key, n]`.
fn stores(db: &IdbDatabase, records: &[&str], chunks: &[&str]) -> Result<(), JsValue> {
    for name in records {
        record_store(db, name)?;
    }
    for name in chunks {
        db.create_object_store(name)?;
    }
    Ok(())
}

fn record_store(db: &IdbDatabase, name: &str) -> Result<(), JsValue> {
    keyed_store(db, name, "key")?.create_index_with_str(BY_PROFILE, "profile")?;
    Ok(())
}

/// A store whose values carry their key.
fn keyed_store(db: &IdbDatabase, name: &str, key: &str) -> Result<IdbObjectStore, JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&key.into());
    db.create_object_store_with_optional_parameters(name, &parameters)
}
