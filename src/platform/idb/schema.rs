//! The database's shape, as the list of its changes. The list only grows: its length is the
//! database's version.

use indexed_db_futures::{KeyPath, Result, database::Database, prelude::*};

/// Object store of the files' records.
pub(super) const MEDIA: &str = "media";
/// Object store of the files' chunks: bare `Uint8Array` under `[sha256, n]`.
pub(super) const MEDIA_CHUNKS: &str = "media_chunks";
/// Index of a record store: whose the record is.
pub(super) const BY_PROFILE: &str = "profile";

/// One change.
pub(super) type Migration = fn(&Database) -> Result<()>;

/// Every change ever made, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[
    |db| {
        for store in ["kits", "journal", "profiles"] {
            record_store(db, store)?;
        }
        db.create_object_store(MEDIA).with_key_path(KeyPath::One("sha256")).build()?;
        db.create_object_store(MEDIA_CHUNKS).build()?;
        Ok(())
    },
    |db| record_store(db, "device"),
];

fn record_store(db: &Database, name: &str) -> Result<()> {
    let store = db.create_object_store(name).with_key_path(KeyPath::One("key")).build()?;
    store.create_index(BY_PROFILE, KeyPath::One("profile")).build()?;
    Ok(())
}
