//! What must hold of tus headers and paths, whatever a stranger sends: on the requests that the search for
//! exceptions begins with (`fuzz/seeds`), and on random ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../fuzz/src/lib.rs"]
mod invariants;

use invariants::{Written, any_request};
use proptest::prelude::*;
use std::{fs, path::Path};

#[test]
fn the_requests_that_the_fuzzer_begins_with_are_read_as_they_are_meant_or_refused() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/request");
    let heads: Vec<Vec<u8>> =
        fs::read_dir(seeds).unwrap().map(|seed| fs::read(seed.unwrap().path()).unwrap()).collect();
    assert!(heads.len() >= 10);
    for head in heads {
        any_request(&head);
        // As a line that breaks off leaves it, too.
        for length in 0..head.len() {
            any_request(&head[..length]);
        }
    }
}

/// A header that is right, nearly right or anything.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Tus-Resumable",
        "Upload-Length",
        "Upload-Offset",
        "Upload-Metadata",
        "Upload-Checksum",
        "Upload-Defer-Length",
        "Upload-Concat",
        "X-HTTP-Method-Override",
        "Authorization",
        "Content-Type",
    ]);
    let value = prop_oneof![
        "[0-9]{0,24}",
        "(item|other|[!-~]{0,3}) ?([A-Za-z0-9+/]{4}){0,8}(|=|==|[A-Za-z0-9+/]{2}==)(,[!-~]{0,4} ?(YQ==)?){0,18}",
        "(sha1|sha256|md5) {0,2}[A-Za-z0-9+/]{26}(=|[A-Za-z0-9+/]{16}=)",
        "(Bearer|bearer|Basic) {1,2}[A-Za-z0-9_-]{43}",
        "(application/offset\\+octet-stream|1\\.0\\.0|PATCH|DELETE)[ ;]?",
        "\\PC{0,60}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}: {value}"))
}

proptest! {
    #[test]
    fn what_is_read_of_any_request_is_what_it_says(
        first in "(POST|PATCH|HEAD|DELETE|GET|X) ([A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{21}[AQgw]|[A-Za-z0-9_./%-]{0,60}|\\PC{0,40})",
        lines in prop::collection::vec(line(), 0..10),
    ) {
        any_request(format!("{first}\n{}", lines.join("\n")).as_bytes());
    }

    #[test]
    fn what_a_good_client_writes_is_read_as_it_is(
        (kit, item, secret) in any::<([u8; 16], [u8; 16], [u8; 32])>(),
        (length, offset) in any::<(u64, u64)>(),
        others in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..4), prop::collection::vec(any::<u8>(), 0..200)), 0..20),
    ) {
        Written { kit, item, secret, length, offset, others }.is_read();
    }
}
