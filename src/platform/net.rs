//! The network: `fetch`, with bodies read piece by piece and a limit on silence.

use super::js::{JsBytes, get, object, within};
use care::ports::{Body, NetError, Network, Request, Response};
use js_sys::{Promise, Uint8Array};
use std::collections::VecDeque;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, ReadableStreamDefaultReader};

/// So long may nothing arrive before a request is given up.
const STALL_MS: i32 = 20_000;

#[wasm_bindgen]
extern "C" {
    fn fetch(url: &str, init: &JsValue) -> Promise;
}

/// The browser's `fetch`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch;

impl Network for Fetch {
    type Body = Arriving;

    async fn fetch(&self, request: Request) -> Result<Response<Arriving>, NetError> {
        let abort = Abort(AbortController::new().map_err(|_| NetError::Offline)?);
        let headers = js_sys::Object::new();
        let set = |name: &str, value: &str| {
            // Setting a property of a fresh plain object cannot fail.
            let _ = js_sys::Reflect::set(&headers, &name.into(), &value.into());
        };
        if let Some((start, end)) = request.range {
            set("Range", &format!("bytes={start}-{}", end.saturating_sub(1)));
        }
        if let Some(etag) = &request.etag {
            set("If-None-Match", etag);
        }
        let init = object(&[
            ("headers", headers.into()),
            ("cache", cache_mode(&request.url).into()),
            ("credentials", "omit".into()),
            ("signal", abort.0.signal().into()),
        ]);
        let head = within(fetch(&request.url, &init), STALL_MS).await.map_err(|_| NetError::Offline)?;
        let head: web_sys::Response = head.ok_or(NetError::Stalled)?.unchecked_into();
        let header = |name| head.headers().get(name).ok().flatten();
        let reader = head.body().map(|body| body.get_reader().unchecked_into());
        Ok(Response {
            status: head.status(),
            range_start: header("Content-Range").as_deref().and_then(range_start),
            mime: header("Content-Type").unwrap_or_default(),
            etag: header("ETag"),
            body: Arriving { reader, pieces: VecDeque::new(), held: 0, _abort: abort },
        })
    }
}

/// The portal's own files pass through its service worker; films and kits, which go to our store
/// instead, do not: `no-store` tells the worker to leave them alone.
fn cache_mode(url: &str) -> &'static str {
    if url.starts_with("m/") || url.contains("://") { "no-store" } else { "no-cache" }
}

/// The first byte in `bytes 131072-262143/900000`.
fn range_start(content_range: &str) -> Option<u64> {
    content_range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// Ends the transfer when the body is no longer wanted: no byte is paid for in vain.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A body on its way.
pub struct Arriving {
    reader: Option<ReadableStreamDefaultReader>,
    pieces: VecDeque<Uint8Array>,
    held: u64,
    _abort: Abort,
}

impl Body for Arriving {
    type Bytes = JsBytes;

    async fn read(&mut self, len: u64) -> Result<Option<JsBytes>, NetError> {
        while self.held < len {
            let Some(reader) = &self.reader else { break };
            let piece = within(reader.read(), STALL_MS).await.map_err(|_| NetError::Offline)?;
            let piece = piece.ok_or(NetError::Stalled)?;
            if get(&piece, "done").is_truthy() {
                self.reader = None;
                break;
            }
            let bytes: Uint8Array = get(&piece, "value").unchecked_into();
            self.held += u64::from(bytes.length());
            self.pieces.push_back(bytes);
        }
        let len = u32::try_from(self.held.min(len)).unwrap_or(u32::MAX);
        Ok((len > 0).then(|| self.gather(len)))
    }
}

impl Arriving {
    /// The first `len` bytes of what is held, in one array.
    fn gather(&mut self, len: u32) -> JsBytes {
        let all = Uint8Array::new_with_length(len);
        let mut at = 0;
        while at < len {
            let Some(piece) = self.pieces.pop_front() else { break };
            let take = piece.length().min(len - at);
            all.set(&piece.subarray(0, take), at);
            at += take;
            if take < piece.length() {
                self.pieces.push_front(piece.subarray(take, piece.length()));
            }
        }
        self.held -= u64::from(at);
        JsBytes(all)
    }
}

/// Reads a whole answer of at most `cap` bytes as text: for kits and other small things.
pub async fn read_text(body: &mut Arriving, cap: u64) -> Result<Option<String>, NetError> {
    let Some(bytes) = body.read(cap + 1).await? else { return Ok(Some(String::new())) };
    if u64::from(bytes.0.length()) > cap {
        return Ok(None);
    }
    Ok(String::from_utf8(bytes.0.to_vec()).ok())
}

/// Whether an address belongs to the place that the portal came from.
pub fn same_origin(url: &str) -> bool {
    let origin = |path| web_sys::Url::new(&super::js::base_url(path)).map(|url| url.origin());
    matches!((origin(url), origin("")), (Ok(theirs), Ok(ours)) if theirs == ours)
}
