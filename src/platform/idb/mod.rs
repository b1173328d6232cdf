//! The stores of `care` over IndexedDB. `connection` opens, shares and mends the connection,
//! `schema` holds the migrations, `records`, `chunked` and `media` the ports. The service worker reads
//! `media` and `media_chunks` too: their shape is a contract with `public/sw.js`.

mod chunked;
mod connection;
mod media;
mod records;
mod schema;

pub use connection::{Db, NAME};

#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
