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

/// Asks with a JSON text; the status and at most `cap` bytes of the answer's text.
pub async fn post_json(url: &str, json: &str, cap: u64) -> Result<(u16, String), NetError> {
    let abort = Abort(AbortController::new().map_err(|_| NetError::Offline)?);
    let init = object(&[
        ("method", "POST".into()),
        ("headers", object(&[("Content-Type", "application/json".into())])),
        ("body", json.into()),
        ("cache", "no-store".into()),
        ("credentials", "omit".into()),
        ("signal", abort.0.signal().into()),
    ]);
    let head = within(fetch(url, &init), STALL_MS).await.map_err(|_| NetError::Offline)?;
    let head: web_sys::Response = head.ok_or(NetError::Stalled)?.unchecked_into();
    let reader = head.body().map(|body| body.get_reader().unchecked_into());
    let mut body = Arriving { reader, pieces: VecDeque::new(), held: 0, _abort: abort };
    Ok((head.status(), read_text(&mut body, cap).await?.unwrap_or_default()))
}

/// Whether an address belongs to the place that the portal came from.
pub fn same_origin(url: &str) -> bool {
    let base = super::js::base_url("");
    let origin = |url| web_sys::Url::new_with_base(url, &base).map(|url| url.origin());
    matches!((origin(url), origin("")), (Ok(theirs), Ok(ours)) if theirs == ours)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::platform::js::{JsBytes, script};
    use care::ports::Bytes;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The browser's `fetch` until [`Answers::drop`] answers as `body` says, with `url` and `init`.
    struct Answers(js_sys::Function);

    impl Answers {
        async fn with(body: &str) -> Self {
            let replace = "const fetch = self.fetch; self.fetch = new Function('url', 'init', a);
                return Promise.resolve(() => { self.fetch = fetch; })";
            Answers(script(replace, body, &JsValue::UNDEFINED).await.unchecked_into())
        }
    }

    impl Drop for Answers {
        fn drop(&mut self) {
            self.0.call0(&JsValue::UNDEFINED).unwrap();
        }
    }

    #[wasm_bindgen_test]
    async fn bodies_come_in_the_asked_lengths_however_the_network_cuts_them() {
        let pieces = "let n = 0; const body = new ReadableStream({ pull(c) {
            if (n === 100) return c.close();
            const size = n % 7; c.enqueue(Uint8Array.from({ length: size }, () => n)); n++; } });
            return Promise.resolve(new Response(body))";
        let _answers = Answers::with(pieces).await;
        let whole: Vec<u8> = (0..100u8).flat_map(|n| std::iter::repeat_n(n, usize::from(n % 7))).collect();
        for len in [1, 2, 5, 64, 1000] {
            let mut body = Fetch.fetch(Request::get("m/x")).await.unwrap().body;
            let mut got: Vec<Vec<u8>> = Vec::new();
            while let Some(bytes) = body.read(len).await.unwrap() {
                assert_eq!(JsBytes(bytes.owned()).byte_len(), bytes.byte_len());
                got.push(bytes.to_vec());
            }
            assert!(got.iter().rev().skip(1).all(|bytes| bytes.len() as u64 == len));
            assert_eq!(got.concat(), whole);
        }
    }

    #[wasm_bindgen_test]
    async fn a_range_an_etag_and_the_mark_for_the_service_worker_are_sent() {
        let echo = "return Promise.resolve(new Response(JSON.stringify([url, init.headers, init.cache, init.credentials]),
            { status: 206, headers: { 'Content-Range': 'bytes 131072-262143/900000', ETag: '\"e\"', 'Content-Type': 'video/mp4' } }))";
        let _answers = Answers::with(echo).await;
        let request =
            Request { url: "m/film.mp4".into(), range: Some((131_072, 262_144)), etag: Some("\"d\"".into()) };
        let mut response = Fetch.fetch(request).await.unwrap();
        assert_eq!((response.status, response.range_start), (206, Some(131_072)));
        assert_eq!((response.etag.as_deref(), response.mime.as_str()), (Some("\"e\""), "video/mp4"));
        let sent = read_text(&mut response.body, 1000).await.unwrap().unwrap();
        assert_eq!(
            sent,
            r#"["m/film.mp4",{"Range":"bytes=131072-262143","If-None-Match":"\"d\""},"no-store","omit"]"#
        );
        let mut keys = Fetch.fetch(Request::get("jwks.json")).await.unwrap();
        assert!(read_text(&mut keys.body, 1000).await.unwrap().unwrap().contains("no-cache"));
    }

    #[wasm_bindgen_test]
    async fn a_transfer_ends_when_nobody_wants_its_body_any_more() {
        let watch = "self.ended = false; init.signal.onabort = () => { self.ended = true; };
            return Promise.resolve(new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(9)); } })))";
        let _answers = Answers::with(watch).await;
        let mut response = Fetch.fetch(Request::get("m/x")).await.unwrap();
        response.body.read(5).await.unwrap();
        drop(response);
        assert!(script("return Promise.resolve(self.ended)", "", &JsValue::UNDEFINED).await.is_truthy());
    }

    #[wasm_bindgen_test]
    async fn without_an_answer_or_with_a_broken_one_there_is_no_connection() {
        let refused = Answers::with("return Promise.reject(new TypeError('failed'))").await;
        assert_eq!(Fetch.fetch(Request::get("m/x")).await.err(), Some(NetError::Offline));
        drop(refused);
        let broken = "let n = 0; return Promise.resolve(new Response(new ReadableStream({ pull(c) {
            if (n++) c.error(new TypeError('broken')); else c.enqueue(new Uint8Array(9)); } })))";
        let _broken = Answers::with(broken).await;
        let mut body = Fetch.fetch(Request::get("m/x")).await.unwrap().body;
        assert_eq!(body.read(9).await.unwrap().map(|b| b.byte_len()), Some(9));
        assert_eq!(body.read(9).await.err(), Some(NetError::Offline));
    }

    #[wasm_bindgen_test]
    async fn an_answer_longer_than_the_cap_and_one_that_is_no_text_are_not_read() {
        let _answers = Answers::with(
            "return Promise.resolve(new Response(url === 'm/long' ? 'abcdef' : new Uint8Array([255])))",
        )
        .await;
        for (url, text) in [("m/long", Some("abcdef")), ("m/bytes", None)] {
            let mut body = Fetch.fetch(Request::get(url)).await.unwrap().body;
            assert_eq!(read_text(&mut body, 6).await.unwrap().as_deref(), text);
        }
        let mut body = Fetch.fetch(Request::get("m/long")).await.unwrap().body;
        assert_eq!(read_text(&mut body, 5).await.unwrap(), None);
    }

    #[wasm_bindgen_test]
    fn only_the_portals_own_place_is_its_own() {
        assert!(same_origin("k/abc") && same_origin(&crate::platform::js::base_url("k/abc")));
        assert!(!same_origin("https://elsewhere.example/k/abc") && !same_origin("http://["));
    }
}
