//! Files and their chunks. Bytes stay in JavaScript's memory on their way to disk and back.

use super::{
    connection::Db,
    schema::{MEDIA, MEDIA_CHUNKS},
};
use crate::platform::js::{self, JsBytes};
use care::{
    media::MediaRef,
    ports::{MediaRecord, MediaStore, StoreError},
};
use indexed_db_futures::{
    KeyRange, Result as DbResult, object_store::ObjectStore, prelude::*, transaction::TransactionMode,
};
use js_sys::Array;
use wasm_bindgen::prelude::*;

const READ: TransactionMode = TransactionMode::Readonly;
const WRITE: TransactionMode = TransactionMode::Readwrite;

impl MediaStore for Db {
    type Bytes = JsBytes;

    async fn want(&self, media: &MediaRef, kit: &str) -> Result<(), StoreError> {
        self.run(&[MEDIA], WRITE, async |tx| {
            let files = tx.object_store(MEDIA)?;
            let mut record = load(&files, &media.sha256).await?.unwrap_or_else(|| MediaRecord {
                sha256: media.sha256.clone(),
                mime: media.mime.clone(),
                bytes: media.bytes,
                complete: false,
                kits: Vec::new(),
            });
            if record.kits.iter().any(|k| k == kit) {
                return Ok(());
            }
            record.kits.push(kit.to_owned());
            save(&files, &record).await
        })
        .await
    }

    async fn record(&self, sha256: &str) -> Result<Option<MediaRecord>, StoreError> {
        self.run(&[MEDIA], READ, async |tx| load(&tx.object_store(MEDIA)?, sha256).await).await
    }

    async fn records(&self) -> Result<Vec<MediaRecord>, StoreError> {
        self.run(&[MEDIA], READ, async |tx| load_all(&tx.object_store(MEDIA)?).await).await
    }

    async fn present(&self, sha256: &str) -> Result<Vec<u32>, StoreError> {
        self.run(&[MEDIA_CHUNKS], READ, async |tx| {
            let chunks = tx.object_store(MEDIA_CHUNKS)?;
            let keys = chunks
                .get_all_keys::<JsValue>()
                .with_query::<JsValue, _>(all_chunks(sha256))
                .primitive()?
                .await?;
            keys.map(|key| Ok(Array::from(&key?).get(1).as_f64().unwrap_or_default() as u32)).collect()
        })
        .await
    }

    async fn put_chunk(&self, sha256: &str, n: u32, bytes: JsBytes) -> Result<(), StoreError> {
        let bytes: JsValue = bytes.owned().into();
        self.run(&[MEDIA_CHUNKS], WRITE, async |tx| {
            let chunks = tx.object_store(MEDIA_CHUNKS)?;
            chunks.put(bytes.clone()).with_key(chunk_key(sha256, n)).primitive()?.await?;
            Ok(())
        })
        .await
    }

    async fn chunk(&self, sha256: &str, n: u32) -> Result<Option<JsBytes>, StoreError> {
        self.run(&[MEDIA_CHUNKS], READ, async |tx| {
            let chunk: Option<JsValue> =
                tx.object_store(MEDIA_CHUNKS)?.get(chunk_key(sha256, n)).primitive()?.await?;
            Ok(chunk.map(|bytes| JsBytes(bytes.unchecked_into())))
        })
        .await
    }

    async fn drop_chunk(&self, sha256: &str, n: u32) -> Result<(), StoreError> {
        self.run(&[MEDIA, MEDIA_CHUNKS], WRITE, async |tx| {
            tx.object_store(MEDIA_CHUNKS)?.delete(chunk_key(sha256, n)).primitive()?.await?;
            mark(&tx.object_store(MEDIA)?, sha256, false).await
        })
        .await
    }

    async fn complete(&self, sha256: &str) -> Result<(), StoreError> {
        self.run(&[MEDIA], WRITE, async |tx| mark(&tx.object_store(MEDIA)?, sha256, true).await).await
    }

    async fn retain(&self, kit: &str, keep: &[String]) -> Result<(), StoreError> {
        self.run(&[MEDIA, MEDIA_CHUNKS], WRITE, async |tx| {
            let (files, chunks) = (tx.object_store(MEDIA)?, tx.object_store(MEDIA_CHUNKS)?);
            for mut record in load_all(&files).await? {
                if keep.contains(&record.sha256) || !record.kits.iter().any(|k| k == kit) {
                    continue;
                }
                record.kits.retain(|k| k != kit);
                if record.kits.is_empty() {
                    chunks.delete::<JsValue, _>(all_chunks(&record.sha256)).primitive()?.await?;
                    files.delete(JsValue::from_str(&record.sha256)).primitive()?.await?;
                } else {
                    save(&files, &record).await?;
                }
            }
            Ok(())
        })
        .await
    }
}

fn chunk_key(sha256: &str, n: impl Into<JsValue>) -> JsValue {
    Array::of2(&sha256.into(), &n.into()).into()
}

fn all_chunks(sha256: &str) -> KeyRange<JsValue> {
    KeyRange::Bound(chunk_key(sha256, 0), false, chunk_key(sha256, f64::INFINITY), false)
}

async fn load(files: &ObjectStore<'_>, sha256: &str) -> DbResult<Option<MediaRecord>> {
    let record: Option<JsValue> = files.get(JsValue::from_str(sha256)).primitive()?.await?;
    Ok(record.as_ref().map(from_js))
}

async fn load_all(files: &ObjectStore<'_>) -> DbResult<Vec<MediaRecord>> {
    files.get_all::<JsValue>().primitive()?.await?.map(|record| Ok(from_js(&record?))).collect()
}

async fn save(files: &ObjectStore<'_>, record: &MediaRecord) -> DbResult<()> {
    files.put(to_js(record)).primitive()?.await
}

async fn mark(files: &ObjectStore<'_>, sha256: &str, complete: bool) -> DbResult<()> {
    match load(files, sha256).await? {
        Some(record) => save(files, &MediaRecord { complete, ..record }).await,
        None => Ok(()),
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
