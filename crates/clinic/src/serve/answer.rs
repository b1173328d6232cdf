//! One file as an HTTP answer (RFC 9110): conditional requests, one range, HEAD.

use axum::{
    body::{Body as HttpBody, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use std::{io::SeekFrom, ops::Range, path::PathBuf};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// Where the bytes are.
pub enum Body {
    /// In memory.
    Bytes(Bytes),
    /// On the disk, with its length.
    File(PathBuf, u64),
}

/// Something to give out.
pub struct Entity {
    /// Its bytes.
    pub body: Body,
    /// Strong entity tag, with its quotes.
    pub etag: String,
    /// Content type.
    pub mime: &'static str,
    /// Cache-Control.
    pub cache: &'static str,
    /// Content-Encoding of `body`.
    pub encoding: Option<&'static str>,
    /// Whether another encoding exists at the same address.
    pub varies: bool,
}

impl Entity {
    fn length(&self) -> u64 {
        match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(_, length) => *length,
        }
    }
}

/// What a `Range` header asks of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: no range, several, or one that cannot be understood.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// None that exist.
    Nothing,
}

/// Reads a `Range` header for a file of `length` bytes.
pub fn asked(range: &str, length: u64) -> Asked {
    let number = |s: &str| -> Option<u64> {
        (!s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Asked::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), Some(last)) if first < length => Asked::Part(first..last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() && first < length => Asked::Part(first..length),
        (Some(_), Some(_)) => Asked::Nothing,
        (Some(_), None) if last.is_empty() => Asked::Nothing,
        (None, Some(0)) if first.is_empty() => Asked::Nothing,
        (None, Some(_)) if first.is_empty() && length == 0 => Asked::Nothing,
        (None, Some(n)) if first.is_empty() => Asked::Part(length.saturating_sub(n)..length),
        _ => Asked::Whole,
    }
}

/// Whether an `If-None-Match` names the tag (weak comparison).
fn names(list: &str, etag: &str) -> bool {
    list.split(',').map(str::trim).any(|t| t == "*" || t.strip_prefix("W/").unwrap_or(t) == etag)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// The answer to a GET or HEAD.
pub async fn answer(entity: Entity, method: &Method, request: &HeaderMap) -> Response {
    let length = entity.length();
    let mut out = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        // All values are made here from ASCII.
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    };
    set(header::ETAG, &entity.etag);
    set(header::CACHE_CONTROL, entity.cache);
    if entity.varies {
        set(header::VARY, "accept-encoding");
    }
    if text(request, header::IF_NONE_MATCH).is_some_and(|list| names(list, &entity.etag)) {
        return (StatusCode::NOT_MODIFIED, out).into_response();
    }
    set(header::CONTENT_TYPE, entity.mime);
    if let Some(encoding) = entity.encoding {
        set(header::CONTENT_ENCODING, encoding);
    } else {
        set(header::ACCEPT_RANGES, "bytes");
    }
    // A range of another version would make a file that never existed.
    let same = text(request, header::IF_RANGE).is_none_or(|tag| tag.trim() == entity.etag);
    let range =
        text(request, header::RANGE).filter(|_| same && method == Method::GET && entity.encoding.is_none());
    let (status, part) = match range.map_or(Asked::Whole, |r| asked(r, length)) {
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Part(part) => {
            set(header::CONTENT_RANGE, &format!("bytes {}-{}/{length}", part.start, part.end - 1));
            (StatusCode::PARTIAL_CONTENT, part)
        }
        Asked::Nothing => {
            set(header::CONTENT_RANGE, &format!("bytes */{length}"));
            set(header::CONTENT_TYPE, "text/plain; charset=utf-8");
            return (StatusCode::RANGE_NOT_SATISFIABLE, out, "Past the end\n").into_response();
        }
    };
    set(header::CONTENT_LENGTH, &(part.end - part.start).to_string());
    let body = if method == Method::HEAD {
        HttpBody::empty()
    } else {
        match body(entity.body, part).await {
            Ok(body) => body,
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    (status, out, body).into_response()
}

async fn body(body: Body, part: Range<u64>) -> std::io::Result<HttpBody> {
    match body {
        Body::Bytes(bytes) => {
            let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
            Ok(HttpBody::from(bytes.slice(at(part.start)..at(part.end))))
        }
        Body::File(file, _) => {
            let mut file = tokio::fs::File::open(file).await?;
            file.seek(SeekFrom::Start(part.start)).await?;
            Ok(HttpBody::from_stream(ReaderStream::with_capacity(
                file.take(part.end - part.start),
                64 * 1024,
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        for (range, expected) in [
            ("bytes=0-1", Asked::Part(0..2)),
            ("bytes=0-", Asked::Part(0..1000)),
            ("bytes=999-", Asked::Part(999..1000)),
            ("bytes=990-5000", Asked::Part(990..1000)),
            ("bytes=-1", Asked::Part(999..1000)),
            ("bytes=-5000", Asked::Part(0..1000)),
            ("bytes=1000-", Asked::Nothing),
            ("bytes=1000-1001", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("bytes", Asked::Whole),
        ] {
            assert_eq!(asked(range, 1000), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Nothing);
        assert_eq!(asked("bytes=-5", 0), Asked::Nothing);
    }
}
