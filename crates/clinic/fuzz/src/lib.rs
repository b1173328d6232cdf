//! What must hold of tus headers and of an upload's path, whatever a stranger sends.
//!
//! The fuzz targets search for exceptions. The companion's `tests/headers.rs` includes this file and holds
//! the same on every run of the tests.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use care::jose::{b64, unb64};
use clinic::{
    serve::headers::{self, Checksum, METADATA_BYTES, METADATA_PAIRS, Refusal, names},
    server_folder::{is_id, is_token},
};
use std::{
    collections::BTreeSet,
    path::{Component, Path},
};

/// Reads bytes as the head of a request, `POST <kit>/<item>` and then a header a line, and checks
/// everything that the server takes from it.
///
/// # Panics
/// When something does not hold.
pub fn any_request(head: &[u8]) {
    let mut lines = head.split(|b| *b == b'\n');
    let mut words = lines.next().unwrap_or_default().splitn(2, |b| *b == b' ');
    let asked = words.next().and_then(|word| Method::from_bytes(word).ok()).unwrap_or(Method::POST);
    if let Some(path) = words.next().and_then(|word| str::from_utf8(word).ok()) {
        path_holds(path);
    }
    let mut given = HeaderMap::new();
    for line in lines {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            let _full = given.try_append(name, value);
        }
    }
    method_holds(&asked, &given);
    numbers_hold(&given);
    metadata_holds(&given);
    checksum_holds(&given);
    if read(headers::version(&given)).is_some() {
        assert_eq!(only(&given, names::TUS_RESUMABLE), headers::VERSION);
    }
    if let Some(token) = headers::token(&given) {
        assert!(only(&given, header::AUTHORIZATION).ends_with(token));
        assert_eq!(token.trim(), token);
        if is_token(token) {
            is_one_name(token);
        }
    }
    if headers::is_piece(&given) {
        assert!(only(&given, header::CONTENT_TYPE).eq_ignore_ascii_case(headers::PIECE));
    }
}

/// The values of a request.
#[derive(Clone, Debug)]
pub struct Written {
    /// The kit's id.
    pub kit: [u8; 16],
    /// The item's id.
    pub item: [u8; 16],
    /// The token, and a hash.
    pub secret: [u8; 32],
    /// `Upload-Length`.
    pub length: u64,
    /// `Upload-Offset`.
    pub offset: u64,
    /// Further pairs of `Upload-Metadata`: anything as a key, and a value.
    pub others: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Written {
    /// Writes the values as a good client does, and checks that the server reads them so; and that it
    /// reads nothing of them when each comes twice.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn is_read(&self) {
        let (kit, item, token) = (b64(&self.kit), b64(&self.item), b64(&self.secret));
        let path = format!("{kit}/{item}");
        assert_eq!(headers::upload(&path), Some((&*kit, &*item)));
        for wrong in [
            format!("/{path}"),
            format!("{path}/"),
            format!("{kit}/../{item}"),
            format!("{kit}//{item}"),
            format!("{kit}%2f{item}"),
            format!("{path}.part"),
            format!("{path}="),
        ] {
            assert_eq!(headers::upload(&wrong), None, "{wrong}");
        }
        assert!(is_token(&token));

        let (sha1, sha256) = (&self.secret[..20], &self.secret[..]);
        let sha1_text = format!("sha1 {}", STANDARD.encode(sha1));
        let mut given = HeaderMap::new();
        for (name, value) in [
            (names::TUS_RESUMABLE, headers::VERSION.to_owned()),
            (names::UPLOAD_LENGTH, self.length.to_string()),
            (names::UPLOAD_OFFSET, self.offset.to_string()),
            (names::UPLOAD_CHECKSUM, format!("sha256 {}", STANDARD.encode(sha256))),
            (names::METHOD_OVERRIDE, "PATCH".to_owned()),
            (header::AUTHORIZATION, format!("Bearer {token}")),
            (header::CONTENT_TYPE, headers::PIECE.to_owned()),
        ] {
            given.insert(name, value.parse().expect("written in plain characters"));
        }
        assert_eq!(headers::version(&given), Ok(()));
        assert_eq!(headers::length(&given), Ok(self.length));
        assert_eq!(headers::offset(&given), Ok(self.offset));
        assert_eq!(headers::checksum(&given), Ok(Some(Checksum::Sha256(sha256.to_vec()))));
        let short = with(names::UPLOAD_CHECKSUM, &sha1_text);
        assert_eq!(headers::checksum(&short), Ok(Some(Checksum::Sha1(sha1.to_vec()))));
        assert_eq!(headers::method(&Method::POST, &given), Method::PATCH);
        assert_eq!(headers::token(&given), Some(&*token));
        assert!(headers::is_piece(&given));
        self.metadata_is_read(&item);

        for (name, value) in given.clone() {
            given.append(name.expect("each is there once"), value);
        }
        assert!(headers::version(&given).is_err());
        assert!(headers::length(&given).is_err());
        assert!(headers::offset(&given).is_err());
        assert!(headers::checksum(&given).is_err());
        assert_eq!(headers::method(&Method::POST, &given), Method::POST);
        assert_eq!(headers::token(&given), None);
        assert!(!headers::is_piece(&given));
    }

    fn metadata_is_read(&self, item: &str) {
        let sign = |b: &u8| match char::from(b'!' + b % 94) {
            ',' => '_',
            other => other,
        };
        let key = |bytes: &[u8]| format!("k{}", bytes.iter().map(sign).collect::<String>());
        let mut pairs: Vec<(String, &[u8])> =
            self.others.iter().map(|(name, value)| (key(name), &value[..])).collect();
        pairs.push(("item".to_owned(), item.as_bytes()));
        let text = pairs.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value)));
        let text = text.collect::<Vec<_>>().join(",");
        let given = with(names::UPLOAD_METADATA, &text);
        let once: BTreeSet<&str> = pairs.iter().map(|(name, _)| &**name).collect();
        if text.len() > METADATA_BYTES || pairs.len() > METADATA_PAIRS {
            assert_eq!(headers::metadata(&given, "item").map_err(|refusal| refusal.0), Err(431));
        } else if once.len() < pairs.len() {
            assert_eq!(headers::metadata(&given, "item").map_err(|refusal| refusal.0), Err(400));
        } else {
            for (name, value) in pairs {
                assert_eq!(headers::metadata(&given, &name), Ok(Some(value.to_vec())), "{name}");
            }
            assert_eq!(headers::metadata(&given, "none"), Ok(None));
        }
    }
}

fn with(name: HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, value.parse().expect("written in plain characters"))])
}

/// What was read. Who is refused is told why, and that it is not the server's fault.
fn read<T>(answer: Result<T, Refusal>) -> Option<T> {
    if let Err(refusal) = &answer {
        assert!(refusal.status().is_client_error() && refusal.status().as_u16() == refusal.0);
        assert!(!refusal.1.is_empty());
    }
    answer.ok()
}

/// The text of a header that was believed: two of them could mean two things to two readers.
fn only(given: &HeaderMap, name: HeaderName) -> &str {
    let all: Vec<_> = given.get_all(&name).iter().collect();
    assert_eq!(all.len(), 1, "{name} was believed");
    all[0].to_str().expect("only plain characters are believed")
}

/// It becomes the name of a file: a single one, below the folder, whose ending is ours.
fn is_one_name(id: &str) {
    assert!(Path::new(id).components().eq([Component::Normal(id.as_ref())]), "{id:?}");
    assert!(!id.contains(['.', '/', '\\', '%', ':']) && id.is_ascii(), "{id:?}");
}

fn path_holds(path: &str) {
    let Some((kit, item)) = headers::upload(path) else { return };
    assert_eq!(format!("{kit}/{item}"), path);
    for id in [kit, item] {
        assert!(is_id(id));
        is_one_name(id);
    }
    is_canonical(item);
}

/// One item has one name: otherwise it could be sent twice.
fn is_canonical(item: &str) {
    let bytes = unb64(item).expect("an item's id is base64url");
    assert_eq!(bytes.len(), 16);
    assert_eq!(b64(&bytes), item);
}

fn method_holds(asked: &Method, given: &HeaderMap) {
    let method = headers::method(asked, given);
    if method != *asked {
        assert_eq!(asked, Method::POST);
        assert_eq!(only(given, names::METHOD_OVERRIDE), method.as_str());
    }
}

fn numbers_hold(given: &HeaderMap) {
    const LARGEST: &str = "18446744073709551615";
    let digits = |name| {
        let text = only(given, name);
        assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()), "{text:?}");
        text.trim_start_matches('0')
    };
    let written = |number: u64| if number == 0 { String::new() } else { number.to_string() };
    if let Some(length) = read(headers::length(given)) {
        let digits = digits(names::UPLOAD_LENGTH);
        let beyond = (digits.len(), digits) > (LARGEST.len(), LARGEST);
        assert_eq!(written(length), if beyond { LARGEST } else { digits });
        for name in [names::UPLOAD_DEFER_LENGTH, names::UPLOAD_CONCAT] {
            assert!(!given.contains_key(name));
        }
    }
    if let Some(offset) = read(headers::offset(given)) {
        assert_eq!(written(offset), digits(names::UPLOAD_OFFSET));
    }
}

fn metadata_holds(given: &HeaderMap) {
    let item = read(headers::metadata(given, "item"));
    let other = read(headers::metadata(given, "other"));
    assert_eq!(item.is_some(), other.is_some(), "the form does not depend on what is looked for");
    for (key, bytes) in [("item", item), ("other", other)] {
        let Some(Some(bytes)) = bytes else { continue };
        let text = only(given, names::UPLOAD_METADATA);
        assert!(text.len() <= METADATA_BYTES && text.split(',').count() <= METADATA_PAIRS);
        let pair = format!("{key} {}", STANDARD.encode(&bytes));
        assert_eq!(text.split(',').filter(|p| p.trim() == pair.trim()).count(), 1, "{text:?}");
        if let Some(item) = String::from_utf8(bytes).ok().filter(|text| headers::is_item(text)) {
            is_one_name(&item);
            is_canonical(&item);
        }
    }
}

fn checksum_holds(given: &HeaderMap) {
    let (name, hash) = match read(headers::checksum(given)) {
        Some(Some(Checksum::Sha1(hash))) => ("sha1", hash),
        Some(Some(Checksum::Sha256(hash))) => ("sha256", hash),
        Some(None) => return assert!(!given.contains_key(names::UPLOAD_CHECKSUM)),
        None => return,
    };
    assert_eq!(hash.len(), if name == "sha1" { 20 } else { 32 });
    let (algorithm, text) = only(given, names::UPLOAD_CHECKSUM).split_once(' ').expect("two words");
    assert_eq!((algorithm, text.trim()), (name, &*STANDARD.encode(&hash)));
}
