//! The ports in memory: for tests, and for a visit where the browser refuses a database.

use super::{
    Asked, Bytes, ChunkChange, ChunkedRecords, Clock, MediaRecord, MediaStore, Records, Row, SharedRecords,
    Store, StoreError,
};
use crate::media::MediaRef;
use std::{cell::RefCell, collections::BTreeMap};

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock {
    /// UTC milliseconds.
    pub now_ms: i64,
    /// Minutes east of Greenwich.
    pub offset_min: i32,
}

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.now_ms
    }
    fn offset_min(&self) -> i32 {
        self.offset_min
    }
}

impl Bytes for Vec<u8> {
    fn byte_len(&self) -> u64 {
        self.len() as u64
    }
    fn tail(&self, start: u64) -> Self {
        usize::try_from(start).ok().and_then(|s| self.get(s..)).unwrap_or_default().to_vec()
    }
    fn to_vec(&self) -> Vec<u8> {
        self.clone()
    }
}

/// Records in memory, as rows: what the codec cannot carry is lost here too.
#[derive(Debug, Default)]
pub struct MemoryRecords {
    rows: RefCell<BTreeMap<(Store, String), Row>>,
    chunks: RefCell<BTreeMap<(Store, String, u32), Vec<u8>>>,
    room: RefCell<Option<u64>>,
}

impl MemoryRecords {
    /// From now on only so many more bytes of chunks fit.
    pub fn limit(&self, bytes: u64) {
        *self.room.borrow_mut() = Some(bytes);
    }
}

impl Records for MemoryRecords {
    async fn write(&self, store: Store, row: Row, new: bool) -> Result<(), StoreError> {
        let key = (store, row.key.clone());
        if new && self.rows.borrow().contains_key(&key) {
            return Err(StoreError::Exists);
        }
        self.rows.borrow_mut().insert(key, row);
        Ok(())
    }

    async fn read(&self, asked: &[Asked<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        let rows = self.rows.borrow();
        let of = |asked: &Asked<'_>| match *asked {
            Asked::Row(store, key) => rows.get(&(store, key.to_owned())).cloned().into_iter().collect(),
            Asked::Rows(store, profile) => {
                let mine = rows.iter().filter(|((s, _), row)| *s == store && row.profile == profile);
                mine.map(|(_, row)| row.clone()).collect()
            }
        };
        Ok(asked.iter().map(of).collect())
    }

    async fn erase(&self, store: Store, key: &str) -> Result<(), StoreError> {
        self.rows.borrow_mut().remove(&(store, key.to_owned()));
        Ok(())
    }
}

fn with_chunks(store: Store) -> Result<(), StoreError> {
    store.chunks().map(drop).ok_or_else(|| StoreError::Other("no chunks in this store".into()))
}

impl MemoryRecords {
    fn drop_chunks(&self, store: Store, key: &str) -> Result<(), StoreError> {
        with_chunks(store)?;
        self.chunks.borrow_mut().retain(|(s, k, _), _| *s != store || k != key);
        Ok(())
    }
}

impl ChunkedRecords for MemoryRecords {
    type Bytes = Vec<u8>;

    async fn write_chunk(&self, store: Store, row: Row, n: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        with_chunks(store)?;
        if let Some(room) = self.room.borrow_mut().as_mut() {
            *room = room.checked_sub(bytes.byte_len()).ok_or(StoreError::Quota)?;
        }
        self.chunks.borrow_mut().insert((store, row.key.clone(), n), bytes);
        self.write(store, row, false).await
    }

    async fn read_chunk(&self, store: Store, key: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        with_chunks(store)?;
        Ok(self.chunks.borrow().get(&(store, key.to_owned(), n)).cloned())
    }

    async fn erase_whole(&self, store: Store, key: &str) -> Result<(), StoreError> {
        self.drop_chunks(store, key)?;
        self.erase(store, key).await
    }
}

impl SharedRecords for MemoryRecords {
    async fn change_row(
        &self,
        store: Store,
        key: &str,
        change: &dyn Fn(&Row) -> Result<Row, StoreError>,
        chunks: ChunkChange<Vec<u8>>,
    ) -> Result<Option<Row>, StoreError> {
        let Some(row) = self.rows.borrow().get(&(store, key.to_owned())).cloned() else { return Ok(None) };
        let row = change(&row)?;
        match chunks {
            ChunkChange::Same => self.write(store, row.clone(), false).await?,
            ChunkChange::Put(n, bytes) => self.write_chunk(store, row.clone(), n, bytes).await?,
            ChunkChange::Drop => {
                self.drop_chunks(store, key)?;
                self.write(store, row.clone(), false).await?;
            }
        }
        Ok(Some(row))
    }
}

/// Files in memory.
#[derive(Debug)]
pub struct MemoryMedia<B = Vec<u8>> {
    records: RefCell<BTreeMap<String, MediaRecord>>,
    chunks: RefCell<BTreeMap<(String, u32), B>>,
    room: RefCell<Option<u64>>,
}

impl<B> Default for MemoryMedia<B> {
    fn default() -> Self {
        MemoryMedia { records: RefCell::default(), chunks: RefCell::default(), room: RefCell::new(None) }
    }
}

impl<B: Bytes> MemoryMedia<B> {
    /// From now on only so many more bytes fit.
    pub fn limit(&self, bytes: u64) {
        *self.room.borrow_mut() = Some(bytes);
    }
}

impl<B: Bytes> MediaStore for MemoryMedia<B> {
    type Bytes = B;

    async fn want(&self, media: &MediaRef, kit: &str) -> Result<(), StoreError> {
        let mut records = self.records.borrow_mut();
        let record = records.entry(media.sha256.clone()).or_insert_with(|| MediaRecord {
            sha256: media.sha256.clone(),
            mime: media.mime.clone(),
            bytes: media.bytes,
            complete: false,
            kits: Vec::new(),
        });
        if !record.kits.iter().any(|k| k == kit) {
            record.kits.push(kit.to_owned());
        }
        Ok(())
    }

    async fn record(&self, sha256: &str) -> Result<Option<MediaRecord>, StoreError> {
        Ok(self.records.borrow().get(sha256).cloned())
    }

    async fn records(&self) -> Result<Vec<MediaRecord>, StoreError> {
        Ok(self.records.borrow().values().cloned().collect())
    }

    async fn present_of(&self, files: &[&str]) -> Result<Vec<Vec<u32>>, StoreError> {
        let chunks = self.chunks.borrow();
        let of = |file: &&str| chunks.keys().filter(|(s, _)| s == file).map(|(_, n)| *n).collect();
        Ok(files.iter().map(of).collect())
    }

    async fn put_chunk(&self, sha256: &str, n: u32, bytes: B) -> Result<(), StoreError> {
        if let Some(room) = self.room.borrow_mut().as_mut() {
            *room = room.checked_sub(bytes.byte_len()).ok_or(StoreError::Quota)?;
        }
        self.chunks.borrow_mut().insert((sha256.to_owned(), n), bytes);
        Ok(())
    }

    async fn chunk(&self, sha256: &str, n: u32) -> Result<Option<B>, StoreError> {
        Ok(self.chunks.borrow().get(&(sha256.to_owned(), n)).cloned())
    }

    async fn drop_chunk(&self, sha256: &str, n: u32) -> Result<(), StoreError> {
        self.chunks.borrow_mut().remove(&(sha256.to_owned(), n));
        if let Some(record) = self.records.borrow_mut().get_mut(sha256) {
            record.complete = false;
        }
        Ok(())
    }

    async fn complete(&self, sha256: &str) -> Result<(), StoreError> {
        if let Some(record) = self.records.borrow_mut().get_mut(sha256) {
            record.complete = true;
        }
        Ok(())
    }

    async fn retain(&self, kit: &str, keep: &[String]) -> Result<(), StoreError> {
        let mut records = self.records.borrow_mut();
        for record in records.values_mut() {
            record.kits.retain(|k| k != kit || keep.contains(&record.sha256));
        }
        records.retain(|_, r| !r.kits.is_empty());
        self.chunks.borrow_mut().retain(|(sha256, _), _| records.contains_key(sha256));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::contract;
    use futures_executor::block_on;

    #[test]
    fn memory_keeps_the_contract_of_records() {
        block_on(contract::records(&MemoryRecords::default()));
    }

    #[test]
    fn memory_keeps_the_contract_of_records_with_chunks() {
        block_on(contract::chunked(&MemoryRecords::default(), <[u8]>::to_vec));
    }

    #[test]
    fn memory_keeps_the_contract_of_shared_records() {
        block_on(contract::shared(&MemoryRecords::default(), <[u8]>::to_vec));
    }

    #[test]
    fn memory_keeps_the_contract_of_media() {
        block_on(contract::media(&MemoryMedia::default(), <[u8]>::to_vec));
    }
}
