//! Patients' records: `{key, profile, v, body}`, written and read by the one codec of `care`.

use super::{
    connection::{Db, request},
    schema::{BY_PROFILE, MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js;
use care::ports::{Records, Row, Store, StoreError};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::IdbTransactionMode as Mode;

impl Db {
    /// Empties every store at once: patients' records and files.
    pub async fn erase_all(&self) -> Result<(), StoreError> {
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
    async fn write(&self, store: Store, row: Row, new: bool) -> Result<(), StoreError> {
        let (name, row) = (store.name(), to_js(&row));
        self.run(&[name], Mode::Readwrite, &|tx| {
            let row = row.clone();
            Box::pin(async move {
                let store = tx.object_store(name)?;
                request(&if new { store.add(&row)? } else { store.put(&row)? }).await
            })
        })
        .await
        .map(drop)
    }

    async fn row(&self, store: Store, key: &str) -> Result<Option<Row>, StoreError> {
        let name = store.name();
        let row = self
            .run(&[name], Mode::Readonly, &|tx| {
                Box::pin(async move { request(&tx.object_store(name)?.get(&key.into())?).await })
            })
            .await?;
        Ok((!row.is_undefined()).then(|| from_js(&row)))
    }

    async fn rows(&self, store: Store, profile: &str) -> Result<Vec<Row>, StoreError> {
        let name = store.name();
        let rows = self
            .run(&[name], Mode::Readonly, &|tx| {
                Box::pin(async move {
                    let index = tx.object_store(name)?.index(BY_PROFILE)?;
                    request(&index.get_all_with_key(&profile.into())?).await
                })
            })
            .await?;
        Ok(Array::from(&rows).iter().map(|row| from_js(&row)).collect())
    }

    async fn erase(&self, store: Store, key: &str) -> Result<(), StoreError> {
        let name = store.name();
        self.run(&[name], Mode::Readwrite, &|tx| {
            Box::pin(async move { request(&tx.object_store(name)?.delete(&key.into())?).await })
        })
        .await
        .map(drop)
    }
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
