//! Records whose bytes come piece by piece: clips, and what is sent. A record and its chunk are written
//! in one transaction, so that whoever opens the database after a kill finds what fits together.

use super::{
    connection::{Db, request},
    media::{all_chunks, chunk_key, read},
    records::{from_js, to_js},
};
use crate::platform::js::JsBytes;
use care::ports::{ChunkChange, ChunkedRecords, Row, SharedRecords, Store, StoreError};
use std::cell::RefCell;
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

    async fn erase_whole(&self, store: Store, key: &str) -> Result<(), StoreError> {
        let names = both(store)?;
        self.run(&names, Mode::Readwrite, &|tx| {
            Box::pin(async move {
                request(&tx.object_store(names[0])?.delete(&JsValue::from_str(key))?).await?;
                request(&tx.object_store(names[1])?.delete(&all_chunks(key)?)?).await
            })
        })
        .await
        .map(drop)
    }
}

impl SharedRecords for Db {
    async fn change_row(
        &self,
        store: Store,
        key: &str,
        change: &dyn Fn(&Row) -> Result<Row, StoreError>,
        chunks: ChunkChange<JsBytes>,
    ) -> Result<Option<Row>, StoreError> {
        let names = both(store)?;
        let chunks = &match chunks {
            ChunkChange::Put(n, bytes) => ChunkChange::Put(n, bytes.owned()),
            ChunkChange::Same => ChunkChange::Same,
            ChunkChange::Drop => ChunkChange::Drop,
        };
        let failed = &RefCell::new(None);
        let row = self
            .run(&names, Mode::Readwrite, &|tx| {
                Box::pin(async move {
                    let records = tx.object_store(names[0])?;
                    let found = request(&records.get(&JsValue::from_str(key))?).await?;
                    if found.is_undefined() {
                        return Ok(found);
                    }
                    let before = from_js(&found);
                    let changed = change(&before).map_err(|e| {
                        *failed.borrow_mut() = Some(e);
                        JsValue::UNDEFINED
                    })?;
                    let row = to_js(&changed);
                    let bytes = tx.object_store(names[1])?;
                    match chunks {
                        ChunkChange::Same => {}
                        ChunkChange::Put(n, chunk) => drop(bytes.put_with_key(chunk, &chunk_key(key, *n))?),
                        ChunkChange::Drop => drop(bytes.delete(&all_chunks(key)?)?),
                    }
                    // What stays the same is not written: on a full phone chunks can go, and nothing can come.
                    if changed != before {
                        request(&records.put(&row)?).await?;
                    }
                    Ok(row)
                })
            })
            .await
            .map_err(|e| failed.borrow_mut().take().unwrap_or(e))?;
        Ok((!row.is_undefined()).then(|| from_js(&row)))
    }
}
