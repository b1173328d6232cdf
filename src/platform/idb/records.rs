//! Patients' records: `{key, profile, v, body}`, written and read by the one codec of `care`.

use super::{
    connection::Db,
    schema::{BY_PROFILE, MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js;
use care::{
    ports::{Codec, Record, Records, Row, Store, StoreError},
    profile::ProfileId,
};
use indexed_db_futures::{KeyRange, prelude::*, transaction::TransactionMode};
use wasm_bindgen::JsValue;

impl Db {
    /// Empties every store at once: patients' records and files.
    pub async fn erase(&self) -> Result<(), StoreError> {
        let stores = Store::ALL.map(Store::name);
        let all: Vec<&str> = stores.into_iter().chain([MEDIA, MEDIA_CHUNKS]).collect();
        self.run(&all, TransactionMode::Readwrite, async |tx| {
            for name in &all {
                tx.object_store(name)?.clear()?.await?;
            }
            Ok(())
        })
        .await
    }
}

impl Records for Db {
    async fn put<R: Record>(&self, record: &R) -> Result<(), StoreError> {
        write(self, R::STORE, Codec.encode(record)?, false).await
    }

    async fn add<R: Record>(&self, record: &R) -> Result<(), StoreError> {
        write(self, R::STORE, Codec.encode(record)?, true).await
    }

    async fn get<R: Record>(&self, key: &str) -> Result<Option<R>, StoreError> {
        read(self, R::STORE, key).await?.map(|row| Codec.decode(&row)).transpose()
    }

    async fn list<R: Record>(&self, profile: &ProfileId) -> Result<Vec<R>, StoreError> {
        read_all(self, R::STORE, &profile.0).await?.iter().map(|row| Codec.decode(row)).collect()
    }

    async fn remove<R: Record>(&self, key: &str) -> Result<(), StoreError> {
        remove(self, R::STORE, key).await
    }
}

async fn write(db: &Db, store: Store, row: Row, new: bool) -> Result<(), StoreError> {
    let row = to_js(&row);
    db.run(&[store.name()], TransactionMode::Readwrite, async |tx| {
        let store = tx.object_store(store.name())?;
        let row = row.clone();
        if new { store.add(row).primitive()?.await } else { store.put(row).primitive()?.await }
    })
    .await
}

async fn read(db: &Db, store: Store, key: &str) -> Result<Option<Row>, StoreError> {
    let row: Option<JsValue> = db
        .run(&[store.name()], TransactionMode::Readonly, async |tx| {
            tx.object_store(store.name())?.get(JsValue::from_str(key)).primitive()?.await
        })
        .await?;
    Ok(row.as_ref().map(from_js))
}

async fn read_all(db: &Db, store: Store, profile: &str) -> Result<Vec<Row>, StoreError> {
    db.run(&[store.name()], TransactionMode::Readonly, async |tx| {
        let store = tx.object_store(store.name())?;
        let mine = KeyRange::Only(JsValue::from_str(profile));
        let index = store.index(BY_PROFILE)?;
        let rows = index.get_all::<JsValue>().with_query::<JsValue, _>(mine).primitive()?.await?;
        rows.map(|row| row.map(|row| from_js(&row))).collect()
    })
    .await
}

async fn remove(db: &Db, store: Store, key: &str) -> Result<(), StoreError> {
    db.run(&[store.name()], TransactionMode::Readwrite, async |tx| {
        tx.object_store(store.name())?.delete(JsValue::from_str(key)).primitive()?.await
    })
    .await
}

fn to_js(row: &Row) -> JsValue {
    js::object(&[
        ("key", row.key.as_str().into()),
        ("profile", row.profile.as_str().into()),
        ("v", row.v.into()),
        ("body", row.body.as_str().into()),
    ])
}

fn from_js(row: &JsValue) -> Row {
    Row {
        key: js::text(row, "key"),
        profile: js::text(row, "profile"),
        v: js::get(row, "v").as_f64().unwrap_or_default() as u32,
        body: js::text(row, "body"),
    }
}
