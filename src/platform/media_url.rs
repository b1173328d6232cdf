//! Addresses that stored files play from.

use super::{idb::Db, js};
use care::{
    media::MediaRef,
    ports::{ChunkedRecords, MediaStore, Record, StoreError},
};
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// Whether a service worker answers this page: then `m/…` plays from the store, with ranges.
pub fn served_by_worker() -> bool {
    !js::global("navigator.serviceWorker.controller").is_falsy()
}

/// An address made by this page for a stored file; given back when the last clone goes.
#[derive(Clone, Debug)]
pub struct BlobUrl(Rc<Owned>);

#[derive(Debug)]
struct Owned(String);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = web_sys::Url::revoke_object_url(&self.0);
    }
}

impl BlobUrl {
    /// The address.
    pub fn address(&self) -> String {
        self.0.0.clone()
    }
}

/// Makes an address for a complete file. The browser keeps the chunks; none passes through WASM.
pub async fn blob(db: &Db, file: &MediaRef) -> Result<BlobUrl, StoreError> {
    let parts = Array::new();
    for n in 0..file.chunk_count() {
        let chunk = db.chunk(&file.sha256, n).await?;
        let chunk = chunk.ok_or_else(|| StoreError::Unreadable(file.sha256.clone()))?;
        parts.push(&chunk.0);
    }
    of_blob(&joined(&parts, &file.mime)?)
}

/// A record's chunks as one file of the type `mime`: a clip as it was recorded, what is sent as it was
/// sealed. The browser keeps the chunks; none passes through WASM.
pub async fn file_of<R: Record>(
    db: &Db,
    key: &str,
    chunks: u32,
    mime: &str,
) -> Result<web_sys::Blob, StoreError> {
    let parts = Array::new();
    for n in 0..chunks {
        let chunk = db.chunk_of::<R>(key, n).await?;
        parts.push(&chunk.ok_or_else(|| StoreError::Unreadable(key.to_owned()))?.0);
    }
    joined(&parts, mime)
}

/// Makes an address for a file.
pub fn of_blob(blob: &web_sys::Blob) -> Result<BlobUrl, StoreError> {
    let url = web_sys::Url::create_object_url_with_blob(blob);
    url.map(|u| BlobUrl(Rc::new(Owned(u)))).map_err(|e| StoreError::Other(js::error_text(&e)))
}

fn joined(parts: &Array, mime: &str) -> Result<web_sys::Blob, StoreError> {
    let bag = web_sys::BlobPropertyBag::new();
    bag.set_type(mime);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(parts.unchecked_ref(), &bag);
    blob.map_err(|e| StoreError::Other(js::error_text(&e)))
}
