//! What the headers of tus 1.0.0, and the path of an upload, say. Pure: text in, a value or a refusal out.
//!
//! Strangers write these texts, so the module is public: what must hold whatever they write is proved on its
//! own (`tests/headers.rs`) and searched for exceptions (`fuzz`).

use crate::server_folder::is_id;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use care::jose::unb64;

/// The version of the protocol that is spoken here.
pub const VERSION: &str = "1.0.0";
/// The parts of the protocol beyond its core.
pub const EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination,expiration";
/// The ways in which a piece can be checked.
pub const ALGORITHMS: &str = "sha1,sha256";
/// The content type of a piece.
pub const PIECE: &str = "application/offset+octet-stream";

/// Headers of the protocol.
pub mod names {
    use super::HeaderName;

    /// The version that a request, or an answer, speaks.
    pub const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
    /// The versions that the server speaks.
    pub const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
    /// What it serves beyond the core.
    pub const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
    /// Bytes of the largest upload.
    pub const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
    /// How pieces can be checked.
    pub const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
    /// Bytes that are there already.
    pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
    /// Bytes of the whole upload.
    pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
    /// Asks to tell the length later; not served.
    pub const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
    /// Asks to join uploads; not served.
    pub const UPLOAD_CONCAT: HeaderName = HeaderName::from_static("upload-concat");
    /// Pairs of a key and a base64 value.
    pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
    /// What the piece hashes to.
    pub const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
    /// When an unfinished upload is forgotten.
    pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
    /// The method that a POST stands for.
    pub const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
}

/// Largest `Upload-Metadata`, in bytes: an id needs forty letters.
pub const METADATA_BYTES: usize = 2048;
/// Most pairs in it.
pub const METADATA_PAIRS: usize = 16;

/// Why a request is not served: a status, and a short sentence for whoever reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub u16, pub &'static str);

impl Refusal {
    /// The status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.0).unwrap_or(StatusCode::BAD_REQUEST)
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Refusal> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => {
            one.to_str().map(Some).map_err(|_| Refusal(400, "A header holds other than plain characters"))
        }
        _ => Err(Refusal(400, "A header that may come once came twice")),
    }
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// What is asked for: `X-HTTP-Method-Override` stands in where a network lets only POST through. Two of
/// them say nothing.
pub fn method(method: &Method, headers: &HeaderMap) -> Method {
    let instead = text(headers, names::METHOD_OVERRIDE).ok().flatten();
    let instead = instead.filter(|_| method == Method::POST).and_then(|name| name.parse().ok());
    instead.unwrap_or_else(|| method.clone())
}

/// Refuses every version of the protocol but ours.
pub fn version(headers: &HeaderMap) -> Result<(), Refusal> {
    match text(headers, names::TUS_RESUMABLE)? {
        Some(VERSION) => Ok(()),
        _ => Err(Refusal(412, "Tus-Resumable must be 1.0.0")),
    }
}

/// The token of `Authorization: Bearer …`.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let value = text(headers, header::AUTHORIZATION).ok()??;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// `Upload-Length`, which a new upload must give.
pub fn length(headers: &HeaderMap) -> Result<u64, Refusal> {
    if headers.contains_key(names::UPLOAD_DEFER_LENGTH) {
        return Err(Refusal(400, "Upload-Defer-Length is not served: give Upload-Length"));
    }
    if headers.contains_key(names::UPLOAD_CONCAT) {
        return Err(Refusal(400, "Upload-Concat is not served"));
    }
    let value = text(headers, names::UPLOAD_LENGTH)?.ok_or(Refusal(400, "Upload-Length is missing"))?;
    match number(value) {
        Some(length) => Ok(length),
        // More digits than any disk: the same answer as a number that is only too large.
        None if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => Ok(u64::MAX),
        None => Err(Refusal(400, "Upload-Length is not a whole number")),
    }
}

/// `Upload-Offset` of a piece.
pub fn offset(headers: &HeaderMap) -> Result<u64, Refusal> {
    let value = text(headers, names::UPLOAD_OFFSET)?.ok_or(Refusal(400, "Upload-Offset is missing"))?;
    number(value).ok_or(Refusal(400, "Upload-Offset is not a whole number"))
}

/// Whether the body is a piece.
pub fn is_piece(headers: &HeaderMap) -> bool {
    let value = text(headers, header::CONTENT_TYPE).ok().flatten();
    value.is_some_and(|value| value.eq_ignore_ascii_case(PIECE))
}

/// The value of one key of `Upload-Metadata`. The others are looked at for their form alone, and
/// are not kept: this header travels in the clear.
pub fn metadata(headers: &HeaderMap, wanted: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(value) = text(headers, names::UPLOAD_METADATA)? else { return Ok(None) };
    metadata_value(value, wanted)
}

fn metadata_value(text: &str, wanted: &str) -> Result<Option<Vec<u8>>, Refusal> {
    if text.len() > METADATA_BYTES || text.split(',').count() > METADATA_PAIRS {
        return Err(Refusal(431, "Upload-Metadata is too long"));
    }
    let (mut seen, mut found) = (Vec::new(), None);
    for pair in text.split(',').filter(|_| !text.trim().is_empty()) {
        let (key, value) = match pair.trim().split_once(' ') {
            Some((key, value)) => (key, value),
            None => (pair.trim(), ""),
        };
        let bytes = STANDARD.decode(value).map_err(|_| Refusal(400, "Upload-Metadata is not base64"))?;
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) || seen.contains(&key) {
            return Err(Refusal(400, "Upload-Metadata has an empty key, or one twice"));
        }
        seen.push(key);
        if key == wanted {
            found = Some(bytes);
        }
    }
    Ok(found)
}

/// What a piece must hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// 20 bytes.
    Sha1(Vec<u8>),
    /// 32 bytes.
    Sha256(Vec<u8>),
}

/// `Upload-Checksum`, when the piece has one.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Refusal> {
    let Some(value) = text(headers, names::UPLOAD_CHECKSUM)? else { return Ok(None) };
    let wrong = Refusal(400, "Upload-Checksum is not an algorithm and a base64 hash of its length");
    let (algorithm, hash) = value.split_once(' ').ok_or(wrong)?;
    let hash = STANDARD.decode(hash.trim()).map_err(|_| wrong)?;
    match (algorithm, hash.len()) {
        ("sha1", 20) => Ok(Some(Checksum::Sha1(hash))),
        ("sha256", 32) => Ok(Some(Checksum::Sha256(hash))),
        ("sha1" | "sha256", _) => Err(wrong),
        _ => Err(Refusal(400, "Upload-Checksum: only sha1 and sha256 are served")),
    }
}

/// Whether a text decodes as the id of an item: base64url of 16 bytes.
pub fn is_item(text: &str) -> bool {
    is_id(text) && unb64(text).is_some()
}

/// The kit's and the item's id in the path of an upload, `<kit>/<item>`.
pub fn upload(path: &str) -> Option<(&str, &str)> {
    path.split_once('/').filter(|(kit, item)| is_id(kit) && is_item(item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        headers
    }

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        for wrong in ["", "-1", "+1", "1.0", "0x10", " 1", "1 ", "un"] {
            assert!(length(&with(names::UPLOAD_LENGTH, wrong)).is_err(), "{wrong:?}");
            assert!(offset(&with(names::UPLOAD_OFFSET, wrong)).is_err(), "{wrong:?}");
        }
        assert_eq!(length(&with(names::UPLOAD_LENGTH, "0")), Ok(0));
        assert_eq!(length(&with(names::UPLOAD_LENGTH, "99999999999999999999999")), Ok(u64::MAX));
        assert_eq!(offset(&with(names::UPLOAD_OFFSET, "18446744073709551615")), Ok(u64::MAX));
        assert!(offset(&with(names::UPLOAD_OFFSET, "18446744073709551616")).is_err());
    }

    #[test]
    fn metadata_gives_the_one_value_that_is_wanted() {
        let of = |text: &str| metadata_value(text, "item");
        assert_eq!(of("item YQ=="), Ok(Some(b"a".to_vec())));
        assert_eq!(of("other YQ==,item YmM=, third"), Ok(Some(b"bc".to_vec())));
        assert_eq!(of(""), Ok(None));
        assert_eq!(of("item"), Ok(Some(Vec::new())));
        for wrong in ["item YQ==,item YQ==", "item *", ",", "item YQ", "item  YQ=="] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(of(&"a,".repeat(20)), Err(Refusal(431, "Upload-Metadata is too long")));
        assert_eq!(of(&"a".repeat(3000)), Err(Refusal(431, "Upload-Metadata is too long")));
    }

    #[test]
    fn a_checksum_has_a_known_algorithm_and_the_length_of_its_hash() {
        let of = |text: &str| checksum(&with(names::UPLOAD_CHECKSUM, text));
        assert_eq!(of(&format!("sha1 {}", STANDARD.encode([1; 20]))), Ok(Some(Checksum::Sha1(vec![1; 20]))));
        let long = format!("sha256 {}", STANDARD.encode([1; 32]));
        assert_eq!(of(&long), Ok(Some(Checksum::Sha256(vec![1; 32]))));
        for wrong in ["", "sha1", "sha1 YQ==", "md5 YQ==", "sha256 !"] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(checksum(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_header_that_comes_twice_is_refused() {
        let twice = |name: HeaderName, first: &str, second: &'static str| {
            let mut headers = with(name.clone(), first);
            headers.append(name, HeaderValue::from_static(second));
            headers
        };
        assert!(offset(&twice(names::UPLOAD_OFFSET, "1", "2")).is_err());
        assert!(!is_piece(&twice(header::CONTENT_TYPE, PIECE, "text/plain")));
        let methods = twice(names::METHOD_OVERRIDE, "DELETE", "PATCH");
        assert_eq!(method(&Method::POST, &methods), Method::POST);
    }

    #[test]
    fn only_post_can_stand_for_another_method() {
        let headers = with(names::METHOD_OVERRIDE, "PATCH");
        assert_eq!(method(&Method::POST, &headers), Method::PATCH);
        assert_eq!(method(&Method::GET, &headers), Method::GET);
    }
}
