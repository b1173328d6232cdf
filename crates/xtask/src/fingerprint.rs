//! Telling whether something must be done again: a digest over the files it is made from.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// What `clinic pack` leaves in a kit's folder: a result, not a source.
const PACKED: &str = "packed";

/// Lower-case hexadecimal SHA-256 of `bytes`.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal of a digest.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest over name, size and time of change of every file under `paths` (files or folders,
/// relative to `root`; missing ones count as missing). Contents are not read: it takes no time.
///
/// # Errors
/// When a folder can't be listed.
pub fn of_files(root: &Path, paths: &[&str]) -> Result<String> {
    let mut digest = Sha256::new();
    for path in paths {
        let start = root.join(path);
        digest.update(path.as_bytes());
        if !start.exists() {
            digest.update(b"missing");
            continue;
        }
        let walk = WalkDir::new(&start).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.file_name() != PACKED) {
            let entry = entry.with_context(|| format!("listing {}", start.display()))?;
            if !entry.file_type().is_file() {
                continue;
            }
            let data = entry.metadata().with_context(|| format!("reading {}", entry.path().display()))?;
            let changed = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            digest.update(
                entry.path().strip_prefix(root).unwrap_or(entry.path()).as_os_str().as_encoded_bytes(),
            );
            digest.update(data.len().to_le_bytes());
            digest.update(changed.unwrap_or_default().as_nanos().to_le_bytes());
        }
    }
    Ok(hex(&digest.finalize()))
}

/// Whether the note at `stamp` says that the work was done for this `fingerprint`.
pub fn is_current(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha_256_in_hexadecimal() {
        assert_eq!(of_bytes(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_new_file_changes_the_fingerprint_and_a_second_look_does_not() {
        let root = std::env::temp_dir().join(format!("bon-geste-fingerprint-{}", std::process::id()));
        crate::layout::write(&root.join("a/one"), b"1").unwrap();
        let before = of_files(&root, &["a", "absent"]).unwrap();
        assert_eq!(before, of_files(&root, &["a", "absent"]).unwrap());
        crate::layout::write(&root.join("a/two"), b"2").unwrap();
        let after = of_files(&root, &["a", "absent"]).unwrap();
        assert_ne!(before, after);
        crate::layout::write(&root.join("a/packed/kit.json"), b"{}").unwrap();
        assert_eq!(after, of_files(&root, &["a", "absent"]).unwrap(), "a result is not a source");
        fs::remove_dir_all(&root).unwrap();
    }
}
