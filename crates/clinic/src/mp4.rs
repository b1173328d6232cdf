//! Reads from an MP4 file the exact codecs (RFC 6381) that a browser must be asked about.

/// The `codecs` parameter of an MP4's MIME type, video first: `avc1.4d401e,mp4a.40.2`.
/// `None` when the file holds a codec that this program does not make.
pub fn codecs(file: &[u8]) -> Option<String> {
    let moov = boxes(file).find(|b| b.kind == *b"moov")?;
    let mut names = Vec::new();
    for track in boxes(moov.body).filter(|b| b.kind == *b"trak") {
        let table = descend(track.body, &[*b"mdia", *b"minf", *b"stbl", *b"stsd"])?;
        let entry = boxes(table.get(8..)?).next()?;
        names.push(codec(&entry)?);
    }
    names.sort_by_key(|name| !(name.starts_with("av01") || name.starts_with("avc1")));
    (!names.is_empty()).then(|| names.join(","))
}

struct Box<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

/// The boxes laid one after the other in `bytes`; a broken length ends them.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = Box<'_>> {
    std::iter::from_fn(move || {
        let short = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as u64;
        let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        let (head, length) = match short {
            0 => (8, bytes.len() as u64),
            1 => (16, u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)),
            n => (8, n),
        };
        let body = bytes.get(head..usize::try_from(length).ok()?)?;
        bytes = &bytes[head + body.len()..];
        Some(Box { kind, body })
    })
}

fn descend<'a>(mut body: &'a [u8], path: &[[u8; 4]]) -> Option<&'a [u8]> {
    for kind in path {
        body = boxes(body).find(|b| b.kind == *kind)?.body;
    }
    Some(body)
}

/// Bytes of a visual sample entry before its boxes, and of an audio one.
const VISUAL: usize = 78;
const AUDIO: usize = 28;

fn codec(entry: &Box<'_>) -> Option<String> {
    let inside = |skip: usize, kind: [u8; 4]| -> Option<&[u8]> {
        Some(boxes(entry.body.get(skip..)?).find(|b| b.kind == kind)?.body)
    };
    match &entry.kind {
        b"avc1" => match inside(VISUAL, *b"avcC")? {
            [_, profile, compatibility, level, ..] => {
                Some(format!("avc1.{profile:02x}{compatibility:02x}{level:02x}"))
            }
            _ => None,
        },
        b"av01" => match inside(VISUAL, *b"av1C")? {
            [_, profile_level, flags, ..] => {
                let (profile, level) = (profile_level >> 5, profile_level & 31);
                let tier = if flags & 0x80 == 0 { 'M' } else { 'H' };
                let depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
                    (false, _) => 8,
                    (true, false) => 10,
                    (true, true) => 12,
                };
                Some(format!("av01.{profile}.{level:02}{tier}.{depth:02}"))
            }
            _ => None,
        },
        // AAC-LC is the only AAC that the ladder makes.
        b"mp4a" => Some("mp4a.40.2".to_owned()),
        b"Opus" => inside(AUDIO, *b"dOps").map(|_| "opus".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_mp4_has_no_codecs() {
        for bytes in [&b""[..], b"not a video at all", &[0; 64], &[255; 64], b"\0\0\0\x09moov\0"] {
            assert_eq!(codecs(bytes), None);
        }
    }
}
