//! Files and their chunks. Bytes stay in JavaScript's memory on their way to disk and back.

use super::{
    connection::{Db, answers, request},
    schema::{MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js::{self, JsBytes};
use care::{
    media::MediaRef,
    ports::{MediaRecord, MediaStore, StoreError},
};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore, IdbTransactionMode as Mode};

const DONE: Result<JsValue, JsValue> = Ok(JsValue::UNDEFINED);

impl MediaStore for Db {
    type Bytes = JsBytes;

    async fn want(&self, media: &MediaRef, kit: &str) -> Result<(), StoreError> {
        self.run(&[MEDIA], Mode::Readwrite, &|tx| {
            Box::pin(async move {
                let files = tx.object_store(MEDIA)?;
                let mut record = load(&files, &media.sha256).await?.unwrap_or_else(|| MediaRecord {
                    sha256: media.sha256.clone(),
                    mime: media.mime.clone(),
                    bytes: media.bytes,
                    complete: false,
                    kits: Vec::new(),
                });
                if record.kits.iter().any(|k| k == kit) {
                    return DONE;
                }
                record.kits.push(kit.to_owned());
                request(&files.put(&to_js(&record))?).await
            })
        })
        .await
        .map(drop)
    }

    async fn record(&self, sha256: &str) -> Result<Option<MediaRecord>, StoreError> {
        let record = read(self, MEDIA, sha256.into()).await?;
        Ok((!record.is_undefined()).then(|| from_js(&record)))
    }

    async fn records(&self) -> Result<Vec<MediaRecord>, StoreError> {
        let all = self
            .run(&[MEDIA], Mode::Readonly, &|tx| {
                Box::pin(async move { request(&tx.object_store(MEDIA)?.get_all()?).await })
            })
            .await?;
        Ok(all_from_js(&all))
    }

    async fn present_of(&self, files: &[&str]) -> Result<Vec<Vec<u32>>, StoreError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let found = self
            .run(&[MEDIA_CHUNKS], Mode::Readonly, &|tx| {
                Box::pin(async move {
                    let chunks = tx.object_store(MEDIA_CHUNKS)?;
                    let keys = |file: &&str| chunks.get_all_keys_with_key(&all_chunks(file)?);
                    answers(files.iter().map(keys).collect::<Result<_, _>>()?).await
                })
            })
            .await?;
        let number = |key: JsValue| Array::from(&key).get(1).as_f64().unwrap_or_default() as u32;
        let numbers = |keys: JsValue| Array::from(&keys).iter().map(number).collect();
        Ok(Array::from(&found).iter().map(numbers).collect())
    }

    async fn put_chunk(&self, sha256: &str, n: u32, bytes: JsBytes) -> Result<(), StoreError> {
        let (bytes, key) = (bytes.owned(), &chunk_key(sha256, n));
        self.run(&[MEDIA_CHUNKS], Mode::Readwrite, &|tx| {
            let bytes = bytes.clone();
            Box::pin(async move { request(&tx.object_store(MEDIA_CHUNKS)?.put_with_key(&bytes, key)?).await })
        })
        .await
        .map(drop)
    }

    async fn chunk(&self, sha256: &str, n: u32) -> Result<Option<JsBytes>, StoreError> {
        let chunk = read(self, MEDIA_CHUNKS, chunk_key(sha256, n)).await?;
        Ok((!chunk.is_undefined()).then(|| JsBytes(chunk.unchecked_into())))
    }

    async fn drop_chunk(&self, sha256: &str, n: u32) -> Result<(), StoreError> {
        self.run(&[MEDIA, MEDIA_CHUNKS], Mode::Readwrite, &|tx| {
            Box::pin(async move {
                request(&tx.object_store(MEDIA_CHUNKS)?.delete(&chunk_key(sha256, n))?).await?;
                mark(&tx.object_store(MEDIA)?, sha256, false).await
            })
        })
        .await
        .map(drop)
    }

    async fn complete(&self, sha256: &str) -> Result<(), StoreError> {
        self.run(&[MEDIA], Mode::Readwrite, &|tx| {
            Box::pin(async move { mark(&tx.object_store(MEDIA)?, sha256, true).await })
        })
        .await
        .map(drop)
    }

    async fn retain(&self, kit: &str, keep: &[String]) -> Result<(), StoreError> {
        self.run(&[MEDIA, MEDIA_CHUNKS], Mode::Readwrite, &|tx| {
            Box::pin(async move {
                let (files, chunks) = (tx.object_store(MEDIA)?, tx.object_store(MEDIA_CHUNKS)?);
                for mut record in all_from_js(&request(&files.get_all()?).await?) {
                    if keep.contains(&record.sha256) || !record.kits.iter().any(|k| k == kit) {
                        continue;
                    }
                    record.kits.retain(|k| k != kit);
                    if record.kits.is_empty() {
                        request(&chunks.delete(&all_chunks(&record.sha256)?)?).await?;
                        request(&files.delete(&record.sha256.as_str().into())?).await?;
                    } else {
                        request(&files.put(&to_js(&record))?).await?;
                    }
                }
                DONE
            })
        })
        .await
        .map(drop)
    }
}

/// One value, `undefined` when there is none.
pub(super) async fn read(db: &Db, store: &str, key: JsValue) -> Result<JsValue, StoreError> {
    let key = &key;
    db.run(&[store], Mode::Readonly, &|tx| {
        Box::pin(async move { request(&tx.object_store(store)?.get(key)?).await })
    })
    .await
}

pub(super) fn chunk_key(sha256: &str, n: impl Into<JsValue>) -> JsValue {
    Array::of2(&sha256.into(), &n.into()).into()
}

pub(super) fn all_chunks(sha256: &str) -> Result<JsValue, JsValue> {
    IdbKeyRange::bound(&chunk_key(sha256, 0), &chunk_key(sha256, f64::INFINITY)).map(JsValue::from)
}

async fn load(files: &IdbObjectStore, sha256: &str) -> Result<Option<MediaRecord>, JsValue> {
    let record = request(&files.get(&sha256.into())?).await?;
    Ok((!record.is_undefined()).then(|| from_js(&record)))
}

async fn mark(files: &IdbObjectStore, sha256: &str, complete: bool) -> Result<JsValue, JsValue> {
    match load(files, sha256).await? {
        Some(record) => request(&files.put(&to_js(&MediaRecord { complete, ..record }))?).await,
        None => DONE,
    }
}

fn to_js(record: &MediaRecord) -> JsValue {
    js::object(&[
        ("sha256", record.sha256.as_str().into()),
        ("type", record.mime.as_str().into()),
        ("bytes", (record.bytes as f64).into()),
        ("complete", record.complete.into()),
        ("kits", record.kits.iter().map(|kit| JsValue::from_str(kit)).collect::<Array>().into()),
    ])
}

fn from_js(record: &JsValue) -> MediaRecord {
    let kits = Array::from(&js::get(record, "kits"));
    MediaRecord {
        sha256: js::text(record, "sha256"),
        mime: js::text(record, "type"),
        bytes: js::get(record, "bytes").as_f64().unwrap_or_default() as u64,
        complete: js::get(record, "complete").is_truthy(),
        kits: kits.iter().filter_map(|kit| kit.as_string()).collect(),
    }
}

fn all_from_js(records: &JsValue) -> Vec<MediaRecord> {
    Array::from(records).iter().map(|record| from_js(&record)).collect()
}
