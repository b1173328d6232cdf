//! Every touch of the browser, one file per port of `care`. Nothing outside this folder uses
//! `web_sys` for storage, network, camera, cryptography or time.

pub mod camera;
pub mod channel;
pub mod clipboard;
pub mod clock;
pub mod connectivity;
pub mod crypto;
pub mod device;
pub mod dom;
pub mod draft;
pub mod drawing;
pub mod embed;
pub mod file;
pub mod film;
pub mod first_paint;
pub mod idb;
pub mod install;
pub mod js;
pub mod later;
pub mod location;
pub mod locks;
pub mod media_url;
pub mod navigation;
pub mod net;
pub mod page;
pub mod qr;
pub mod random;
pub mod recorder;
pub mod service_worker;
pub mod speech;
pub mod ticker;
pub mod timer;
pub mod tone;
pub mod tus;
pub mod wake_lock;
pub mod words;
pub mod worker;
pub mod worker_scope;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
