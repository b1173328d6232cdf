//! Patients' records: `{key, profile, v, body}`, written and read by the one codec of `care`.

use super::{
    connection::{Db, request},
    schema::{BY_PROFILE, MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js;
use care::{
    ports::{Codec, Record, Records, Row, Store, StoreError},
    profile::ProfileId,
};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::IdbTransactionMode as Mode;

impl Db {
    /// Empties every store at once: patients' records and files.
    pub async fn erase(&self) -> Result<(), StoreError> {
        let stores = Store::ALL.map(Store::name);
        let all: Vec<&str> = stores.into_iter().chain([MEDIA, MEDIA_CHUNKS]).collect();
        let names = &all;
        self.run(names, Mode::Readwrite, &|tx| {
            Box::pin(async move {
                for name in names {
                    request(&tx.object_store(name)?.clear()?).await?;
                }
                Ok(JsValue::UNDEFINED)
            })
        })
        .await
        .map(drop)
    }
}

impl Records for Db {
    async fn put<R: Record>(&self, record: &R) -> Result<(), StoreError> {
        write(self, R::STORE, Codec.encode(record), false).await
    }

    async fn add<R: Record>(&self, record: &R) -> Result<(), StoreError> {
        write(self, R::STORE, Codec.encode(record), true).await
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
    let (name, row) = (store.name(), to_js(&row));
    db.run(&[name], Mode::Readwrite, &|tx| {
        let row = row.clone();
        Box::pin(async move {
            let store = tx.object_store(name)?;
            request(&if new { store.add(&row)? } else { store.put(&row)? }).await
        })
    })
    .await
    .map(drop)
}

async fn read(db: &Db, store: Store, key: &str) -> Result<Option<Row>, StoreError> {
    let name = store.name();
    let row = db
        .run(&[name], Mode::Readonly, &|tx| {
            Box::pin(async move { request(&tx.object_store(name)?.get(&key.into())?).await })
        })
        .await?;
    Ok((!row.is_undefined()).then(|| from_js(&row)))
}

async fn read_all(db: &Db, store: Store, profile: &str) -> Result<Vec<Row>, StoreError> {
    let name = store.name();
    let rows = db
        .run(&[name], Mode::Readonly, &|tx| {
            Box::pin(async move {
                let index = tx.object_store(name)?.index(BY_PROFILE)?;
                request(&index.get_all_with_key(&profile.into())?).await
            })
        })
        .await?;
    Ok(Array::from(&rows).iter().map(|row| from_js(&row)).collect())
}

async fn remove(db: &Db, store: Store, key: &str) -> Result<(), StoreError> {
    let name = store.name();
    db.run(&[name], Mode::Readwrite, &|tx| {
        Box::pin(async move { request(&tx.object_store(name)?.delete(&key.into())?).await })
    })
    .await
    .map(drop)
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
