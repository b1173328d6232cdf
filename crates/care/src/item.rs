//! An item: what a patient sends to the clinic in one piece, a clip or their results, as it is
//! before it is sealed. The header travels inside the seal: the server that receives items learns
//! nothing of them but a random id.
//!
//! `BGI1`, the header's length as a big-endian `u32`, the header in JSON, the payload to the end.

use crate::{
    jose::{b64, unb64},
    json, record,
};

/// How every item begins. The digit is the format's version.
pub const MAGIC: [u8; 4] = *b"BGI1";

/// What stands before the header.
const PREFIX: usize = 8;

/// A header is a few hundred bytes; words of 500 letters make it a few thousand.
const MAX_HEADER: usize = 64 * 1024;

/// What is in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A film of the patient at an exercise.
    Clip,
    /// A FHIR Bundle of what the patient did and felt.
    Results,
}

record!(
    enum Kind {
        Clip = "clip",
        Results = "results",
    }
);

/// What the desk learns of an item before it looks at the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its id, see [`id_of`].
    pub item: String,
    /// The kit through which it came.
    pub kit_id: String,
    /// What it is.
    pub kind: Kind,
    /// The exercise that a clip shows.
    pub exercise: Option<String>,
    /// MIME type of the payload, with codecs.
    pub mime: String,
    /// Length of the payload in bytes.
    pub bytes: u64,
    /// When it was made: UTC milliseconds since 1970, as the phone told them.
    pub made_ms: i64,
    /// Minutes east of Greenwich then.
    pub offset_min: i32,
    /// What the patient wrote with it.
    pub words: Option<String>,
    /// Whether a clip has sound.
    pub sound: bool,
}

record!(struct Header { item, kit_id, kind, exercise, mime, bytes, made_ms, offset_min, words, sound });

/// Why bytes are no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// It does not begin like one, or it is of a later version.
    #[error("this is not an item of Bon Geste")]
    Foreign,
    /// The header is missing, cut, too long, or names an impossible id.
    #[error("the item's header cannot be read")]
    Header,
    /// The payload is shorter or longer than the header says.
    #[error("the item has {found} bytes of content, its header says {said}")]
    Length {
        /// What the header says.
        said: u64,
        /// What is there.
        found: u64,
    },
}

impl Header {
    /// All that stands before the payload.
    pub fn front(&self) -> Vec<u8> {
        let header = json::write(self).into_bytes();
        let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
        [&MAGIC[..], &length.to_be_bytes(), &header].concat()
    }
}

/// Length of the front (prefix and header), once the first eight bytes are here.
///
/// # Errors
/// When they are not those of an item.
pub fn front_len(start: &[u8]) -> Result<usize, ItemError> {
    let Some((magic, rest)) = start.split_first_chunk::<4>() else { return Err(ItemError::Foreign) };
    if *magic != MAGIC {
        return Err(ItemError::Foreign);
    }
    let (length, _) = rest.split_first_chunk::<4>().ok_or(ItemError::Header)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| ItemError::Header)?;
    if length > MAX_HEADER {
        return Err(ItemError::Header);
    }
    Ok(PREFIX + length)
}

/// Reads the header; the payload may still be missing.
///
/// # Errors
/// When it is no item, or the header is cut.
pub fn header(start: &[u8]) -> Result<Header, ItemError> {
    let end = front_len(start)?;
    let header: Header =
        start.get(PREFIX..end).and_then(|bytes| json::read(bytes).ok()).ok_or(ItemError::Header)?;
    if is_id(&header.item) { Ok(header) } else { Err(ItemError::Header) }
}

/// Reads a whole item: its header and its payload.
///
/// # Errors
/// When it is no item, or a part of it is missing.
pub fn read(bytes: &[u8]) -> Result<(Header, &[u8]), ItemError> {
    let header = header(bytes)?;
    let payload = bytes.get(front_len(bytes)?..).unwrap_or_default();
    let found = payload.len() as u64;
    if found != header.bytes {
        return Err(ItemError::Length { said: header.bytes, found });
    }
    Ok((header, payload))
}

/// The id that 16 random bytes make: 22 letters of base64url.
pub fn id_of(random: [u8; 16]) -> String {
    b64(&random)
}

/// Whether a text is an item's id. What is can be part of a file's name.
pub fn is_id(text: &str) -> bool {
    text.len() == 22 && unb64(text).is_some_and(|bytes| bytes.len() == 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers() -> impl Strategy<Value = Header> {
        let one = (any::<[u8; 16]>(), any::<String>(), any::<Option<String>>(), any::<Option<String>>());
        (one, any::<bool>(), -1_000_000_000_000i64..4_000_000_000_000, -840..840i32).prop_map(
            |((id, kit_id, exercise, words), sound, made_ms, offset_min)| Header {
                item: id_of(id),
                kit_id,
                kind: if sound { Kind::Clip } else { Kind::Results },
                exercise,
                mime: "video/webm;codecs=vp9".into(),
                bytes: 0,
                made_ms,
                offset_min,
                words,
                sound,
            },
        )
    }

    fn with_payload(mut header: Header, payload: &[u8]) -> (Header, Vec<u8>) {
        header.bytes = payload.len() as u64;
        let whole = [&header.front()[..], payload].concat();
        (header, whole)
    }

    proptest! {
        #[test]
        fn an_item_is_read_as_it_was_written(header in headers(), payload: Vec<u8>) {
            let (header, whole) = with_payload(header, &payload);
            prop_assert_eq!(read(&whole), Ok((header.clone(), &payload[..])));
            prop_assert_eq!(super::header(&header.front()), Ok(header));
        }

        #[test]
        fn a_cut_or_lengthened_item_is_never_taken_for_a_whole_one(
            header in headers(), payload: Vec<u8>, at in any::<prop::sample::Index>(),
        ) {
            let (_, mut whole) = with_payload(header, &payload);
            prop_assert!(read(&whole[..at.index(whole.len())]).is_err());
            whole.push(0);
            let longer = matches!(read(&whole), Err(ItemError::Length { .. }));
            prop_assert!(longer);
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_panic(mut bytes: Vec<u8>, ours: bool) {
            if ours {
                bytes.splice(0..0, *b"BGI1\0\0\0\x0c");
            }
            let _ = read(&bytes);
        }
    }

    #[test]
    fn a_header_that_claims_gigabytes_is_refused_before_anything_is_read() {
        assert_eq!(front_len(b"BGI1\xff\xff\xff\xff"), Err(ItemError::Header));
        assert_eq!(front_len(b"BGI2\0\0\0\x02{}"), Err(ItemError::Foreign));
        assert_eq!(front_len(b"BG"), Err(ItemError::Foreign));
        assert_eq!(front_len(b"BGI1\0"), Err(ItemError::Header));
    }

    #[test]
    fn an_id_cannot_lead_out_of_a_folder() {
        assert!(is_id(&id_of([0xff; 16])) && is_id(&id_of([0; 16])));
        for bad in [
            "",
            "../../../../etc/passwd",
            "AAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAA.",
            "AAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn the_header_is_the_json_that_is_documented() {
        let (header, whole) = with_payload(
            Header {
                item: id_of([7; 16]),
                kit_id: "k".into(),
                kind: Kind::Clip,
                exercise: Some("sit-to-stand".into()),
                mime: "video/webm".into(),
                bytes: 0,
                made_ms: 1_700_000_000_000,
                offset_min: 60,
                words: None,
                sound: false,
            },
            b"film",
        );
        let json = r#"{"item":"BwcHBwcHBwcHBwcHBwcHBw","kit_id":"k","kind":"clip","exercise":"sit-to-stand","mime":"video/webm","bytes":4,"made_ms":1700000000000,"offset_min":60,"sound":false}"#;
        assert_eq!(&whole[..4], b"BGI1");
        assert_eq!(&whole[4..8], (json.len() as u32).to_be_bytes());
        assert_eq!(&whole[8..], [json.as_bytes(), b"film"].concat());
        assert_eq!(header.bytes, 4);
    }
}
