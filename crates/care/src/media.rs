//! Files named by their content, and the arithmetic of their 128 KiB chunks.

use serde::{Deserialize, Serialize};

/// Bytes in a chunk of a kit's media.
pub const CHUNK_BYTES: u64 = 131_072;
/// Bytes of one SHA-256.
pub const HASH_BYTES: usize = 32;

/// A file, described so that each part of it can be checked against the kit's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaRef {
    /// SHA-256 of the whole file, 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// MIME type, with codecs for films.
    #[serde(rename = "type")]
    pub mime: String,
    /// Length of a chunk in bytes; always [`CHUNK_BYTES`] in this format.
    pub chunk_bytes: u64,
    /// SHA-256 of the chunks' hashes laid one after the other.
    pub chunks_sha256: String,
}

/// Part of a file: chunks `first..=last`, bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First chunk.
    pub first: u32,
    /// Last chunk, included.
    pub last: u32,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

crate::record!(struct MediaRef { sha256, bytes, mime = "type", chunk_bytes, chunks_sha256 });

impl MediaRef {
    /// Where it lies, relative to the portal's base: `m/<sha256>.<ext>`.
    pub fn path(&self) -> String {
        format!("m/{}.{}", self.sha256, extension(&self.mime))
    }

    /// Where the hashes of its chunks lie.
    pub fn chunks_path(&self) -> String {
        format!("m/{}.chunks", self.sha256)
    }

    /// How many chunks it has; an empty file has none.
    pub fn chunk_count(&self) -> u32 {
        u32::try_from(self.bytes.div_ceil(self.chunk_bytes.max(1))).unwrap_or(u32::MAX)
    }

    /// Length of chunk `n` in bytes; 0 past the end.
    pub fn chunk_len(&self, n: u32) -> u64 {
        self.bytes.saturating_sub(u64::from(n) * self.chunk_bytes).min(self.chunk_bytes)
    }

    /// A file of one chunk needs no side file: its own hash is its chunk's.
    pub fn is_single_chunk(&self) -> bool {
        self.bytes <= self.chunk_bytes
    }

    /// Whether hashes are hashes and the chunk length is the format's.
    pub fn is_sound(&self) -> bool {
        is_hash(&self.sha256)
            && is_hash(&self.chunks_sha256)
            && self.chunk_bytes == CHUNK_BYTES
            && self.bytes > 0
            && self.bytes <= 1 << 40
            && self.mime.is_ascii()
    }

    /// The stretches that are still missing, given the sorted numbers of the chunks present.
    pub fn missing(&self, present: &[u32]) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut next = 0u32;
        let count = self.chunk_count();
        let ends = present.iter().copied().filter(|n| *n < count).chain(std::iter::once(count));
        for n in ends {
            if n > next {
                runs.push(self.run(next, n - 1));
            }
            next = next.max(n.saturating_add(1));
        }
        runs
    }

    fn run(&self, first: u32, last: u32) -> Run {
        let start = u64::from(first) * self.chunk_bytes;
        let end = (u64::from(last) * self.chunk_bytes + self.chunk_bytes).min(self.bytes);
        Run { first, last, start, end }
    }

    /// Bytes held by these chunks.
    pub fn bytes_of(&self, present: &[u32]) -> u64 {
        present.iter().map(|n| self.chunk_len(*n)).sum()
    }
}

/// The file extension of a MIME type; `bin` for one that is not expected in a kit.
pub fn extension(mime: &str) -> &'static str {
    match mime.split(';').next().unwrap_or("").trim() {
        "video/mp4" => "mp4",
        "image/jpeg" => "jpg",
        "image/avif" => "avif",
        "image/png" => "png",
        "image/svg+xml" => "svg",
        "text/vtt" => "vtt",
        "text/plain" => "txt",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}

/// Whether a text is a SHA-256 in lowercase hexadecimal.
pub fn is_hash(s: &str) -> bool {
    s.len() == 2 * HASH_BYTES && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Lowercase hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn media(bytes: u64) -> MediaRef {
        MediaRef {
            sha256: hex(&[7; 32]),
            bytes,
            mime: "video/mp4; codecs=\"avc1\"".into(),
            chunk_bytes: CHUNK_BYTES,
            chunks_sha256: hex(&[8; 32]),
        }
    }

    #[test]
    fn a_path_has_the_hash_and_the_extension_of_the_type() {
        assert_eq!(media(1).path(), format!("m/{}.mp4", "07".repeat(32)));
    }

    #[test]
    fn what_is_not_a_hash_is_refused() {
        assert!(is_hash(&"0a".repeat(32)));
        for s in ["", "0A", &"0A".repeat(32), &"0g".repeat(32), &"00".repeat(31)] {
            assert!(!is_hash(s), "{s}");
        }
    }

    proptest! {
        #[test]
        fn missing_and_present_chunks_make_the_whole_file(
            bytes in 1u64..5_000_000, present in prop::collection::btree_set(0u32..48, 0..40)
        ) {
            let m = media(bytes);
            let present: Vec<u32> = present.into_iter().filter(|n| *n < m.chunk_count()).collect();
            let runs = m.missing(&present);
            let lacking: u64 = runs.iter().map(|r| r.end - r.start).sum();
            prop_assert_eq!(lacking + m.bytes_of(&present), bytes);
            for r in &runs {
                prop_assert!(r.start % CHUNK_BYTES == 0 && (r.end % CHUNK_BYTES == 0 || r.end == bytes));
                prop_assert!((r.first..=r.last).all(|n| !present.contains(&n)));
            }
        }
    }
}
