//! Patients' records: `{key, profile, v, body}`, written and read by the one codec of `care`.

use super::{
    connection::{Db, answers, request},
    schema::{BY_PROFILE, MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js;
use care::ports::{Asked, Records, Row, Store, StoreError};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::IdbTransactionMode as Mode;

impl Db {
    /// Empties every store at once: patients' records and files.
    pub async fn erase_all(&self) -> Result<(), StoreError> {
        let chunks = Store::ALL.into_iter().filter_map(Store::chunks);
        let records = Store::ALL.into_iter().map(Store::name);
        let all: Vec<&str> = records.chain(chunks).chain([MEDIA, MEDIA_CHUNKS]).collect();
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

    async fn read(&self, asked: &[Asked<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        let stores: Vec<&str> = asked.iter().map(|a| a.store().name()).collect();
        let found = self
            .run(&stores, Mode::Readonly, &|tx| {
                Box::pin(async move {
                    let mut requests = Vec::new();
                    for one in asked {
                        let store = tx.object_store(one.store().name())?;
                        requests.push(match one {
                            Asked::Row(_, key) => store.get(&(*key).into())?,
                            Asked::Rows(_, profile) => {
                                store.index(BY_PROFILE)?.get_all_with_key(&(*profile).into())?
                            }
                        });
                    }
                    answers(requests).await
                })
            })
            .await?;
        Ok(Array::from(&found).iter().map(rows).collect())
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

/// A list of rows, one row, or none.
fn rows(found: JsValue) -> Vec<Row> {
    if Array::is_array(&found) {
        return Array::from(&found).iter().map(|row| from_js(&row)).collect();
    }
    (!found.is_undefined()).then(|| from_js(&found)).into_iter().collect()
}

pub(super) fn to_js(row: &Row) -> JsValue {
    js::object(&[
        ("key", row.key.as_str().into()),
        ("profile", row.profile.as_str().into()),
        ("v", row.v.into()),
        ("body", row.body.as_str().into()),
    ])
}

pub(super) fn from_js(row: &JsValue) -> Row {
    Row {
        key: js::text(row, "key"),
        profile: js::text(row, "profile"),
        v: js::get(row, "v").as_f64().unwrap_or_default() as u32,
        body: js::text(row, "body"),
    }
}
