//! Records whose bytes come piece by piece: clips, and what is sent. A record and its chunk are written
//! in one transaction, so that whoever opens the database after a kill finds what fits together.

use super::{
    connection::{Db, request},
    media::{all_chunks, chunk_key, read},
    records::to_js,
};
use crate::platform::js::JsBytes;
use care::ports::{ChunkedRecords, Row, Store, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbTransactionMode as Mode;

fn both(store: Store) -> Result<[&'static str; 2], StoreError> {
    let chunks = store.chunks().ok_or_else(|| StoreError::Other("no chunks in this store".into()))?;
    Ok([store.name(), chunks])
}

impl ChunkedRecords for Db {
    type Bytes = JsBytes;

    async fn write_chunk(&self, store: Store, row: Row, n: u32, bytes: JsBytes) -> Result<(), StoreError> {
        let names = both(store)?;
        let (bytes, key, row) = (bytes.owned(), &chunk_key(&row.key, n), &to_js(&row));
        self.run(&names, Mode::Readwrite, &|tx| {
            let bytes = bytes.clone();
            Box::pin(async move {
                tx.object_store(names[1])?.put_with_key(&bytes, key)?;
                request(&tx.object_store(names[0])?.put(row)?).await
            })
        })
        .await
        .map(drop)
    }

    async fn read_chunk(&self, store: Store, key: &str, n: u32) -> Result<Option<JsBytes>, StoreError> {
        let chunk = read(self, both(store)?[1], chunk_key(key, n)).await?;
        Ok((!chunk.is_undefined()).then(|| JsBytes(chunk.unchecked_into())))
    }

    async fn erase_chunks(&self, store: Store, key: &str, row: Option<Row>) -> Result<(), StoreError> {
        let (names, row) = (both(store)?, &row.as_ref().map(to_js));
        self.run(&names, Mode::Readwrite, &|tx| {
            Box::pin(async move {
                let records = tx.object_store(names[0])?;
                request(&match row {
                    Some(row) => records.put(row)?,
                    None => records.delete(&JsValue::from_str(key))?,
                })
                .await?;
                request(&tx.object_store(names[1])?.delete(&all_chunks(key)?)?).await
            })
        })
        .await
        .map(drop)
    }
}
