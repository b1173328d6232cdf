//! Files and folders: hashes, and writes that are there whole or not at all.

use crate::problem::{Outcome, Problem};
use care::media::{CHUNK_BYTES, MediaRef, hex};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

/// SHA-256 in lowercase hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Makes a folder and those above it.
pub fn make_dir(dir: &Path) -> Outcome<()> {
    fs::create_dir_all(dir).map_err(|e| Problem::io(dir, "the folder cannot be made", &e).into())
}

/// Makes a folder that only its owner can enter.
pub fn make_private_dir(dir: &Path) -> Outcome<()> {
    make_dir(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .map_err(|e| Problem::io(dir, "the folder cannot be closed to other accounts", &e))?;
    }
    Ok(())
}

/// Reads a text file.
pub fn read_text(file: &Path) -> Outcome<String> {
    let bytes = fs::read(file).map_err(|e| Problem::io(file, "cannot be read", &e))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        Problem::new(file, "holds bytes that are not UTF-8 text")
            .at(line)
            .expected("a text file saved as UTF-8")
            .to_do("Open it in a text editor and save it again with the encoding UTF-8.")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Who may read a written file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Served or printed.
    Open,
    /// Keys, and what leads to a patient.
    Owner,
}

/// Writes a file so that a reader, or a power cut, sees the old one or the new one, whole.
pub fn write(file: &Path, bytes: &[u8], access: Access) -> Outcome<()> {
    let failed = |e: &std::io::Error| Problem::io(file, "cannot be written", e);
    let dir = file.parent().unwrap_or(Path::new("."));
    make_dir(dir)?;
    let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(dir).map_err(|e| failed(&e))?;
    temporary.write_all(bytes).map_err(|e| failed(&e))?;
    finish(temporary, file, access).map_err(|e| failed(&e).into())
}

/// Copies a file, whole or not at all.
pub fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let failed = |e: &std::io::Error| Problem::io(to, "cannot be written", e);
    let mut source = File::open(from).map_err(|e| Problem::io(from, "cannot be read", &e))?;
    let dir = to.parent().unwrap_or(Path::new("."));
    make_dir(dir)?;
    let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(dir).map_err(|e| failed(&e))?;
    std::io::copy(&mut source, &mut temporary).map_err(|e| failed(&e))?;
    finish(temporary, to, Access::Open).map_err(|e| failed(&e).into())
}

fn finish(temporary: tempfile::NamedTempFile, file: &Path, access: Access) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if access == Access::Owner { 0o600 } else { 0o644 };
        temporary.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = access;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|e| e.error)?;
    // The new name is on the disk only once its folder is.
    #[cfg(unix)]
    if let Some(dir) = file.parent().filter(|d| !d.as_os_str().is_empty()) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// A file's description and its chunks' hashes laid one after the other.
pub struct Described {
    /// How the kit names it.
    pub media: MediaRef,
    /// 32 bytes a chunk.
    pub chunks: Vec<u8>,
}

/// Reads a file once and describes it, chunk by chunk.
pub fn describe(file: &Path, mime: &str) -> Outcome<Described> {
    let failed = |e: &std::io::Error| Problem::io(file, "cannot be read", e);
    let mut source = File::open(file).map_err(|e| failed(&e))?;
    let (mut whole, mut chunks, mut bytes) = (Sha256::new(), Vec::new(), 0u64);
    let mut chunk = Vec::new();
    loop {
        chunk.clear();
        Read::by_ref(&mut source).take(CHUNK_BYTES).read_to_end(&mut chunk).map_err(|e| failed(&e))?;
        if chunk.is_empty() {
            break;
        }
        bytes += chunk.len() as u64;
        whole.update(&chunk);
        chunks.extend_from_slice(&Sha256::digest(&chunk));
    }
    let media = MediaRef {
        sha256: hex(&whole.finalize()),
        bytes,
        mime: mime.to_owned(),
        chunk_bytes: CHUNK_BYTES,
        chunks_sha256: sha256(&chunks),
    };
    Ok(Described { media, chunks })
}

/// Puts a file under its content's name into `root/m/`, with its chunk hashes beside it.
pub fn store(root: &Path, file: &Path, mime: &str) -> Outcome<MediaRef> {
    let Described { media, chunks } = describe(file, mime)?;
    if media.bytes == 0 {
        return Err(Problem::new(file, "is empty").expected("a file with content").into());
    }
    let target = root.join(media.path());
    if !is_intact(root, &media) {
        copy(file, &target)?;
        write(&root.join(media.chunks_path()), &chunks, Access::Open)?;
    }
    Ok(media)
}

/// Whether `root/m/` holds a medium and its chunk hashes, byte for byte.
pub fn is_intact(root: &Path, media: &MediaRef) -> bool {
    let file = root.join(media.path());
    let long_enough = fs::metadata(&file).is_ok_and(|m| m.is_file() && m.len() == media.bytes);
    long_enough
        && describe(&file, &media.mime).is_ok_and(|d| {
            d.media == *media && fs::read(root.join(media.chunks_path())).is_ok_and(|c| c == d.chunks)
        })
}

/// Held while a command works on a folder, so that two commands never mix their work.
pub struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the open file")] File);

impl Lock {
    /// Takes the lock of a folder, or says that another command holds it.
    pub fn take(dir: &Path) -> Outcome<Self> {
        make_dir(dir)?;
        let name = dir.join(".lock");
        let file = File::create(&name).map_err(|e| Problem::io(&name, "cannot be written", &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(fs::TryLockError::WouldBlock) => {
                Err(Problem::new(dir, "another `clinic` command is working on this folder")
                    .to_do("Wait until it has finished, then start this one again.")
                    .into())
            }
            Err(fs::TryLockError::Error(e)) => Err(Problem::io(&name, "cannot be locked", &e).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_file_is_named_by_its_content_and_one_changed_byte_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("a.bin");
        let bytes: Vec<u8> = (0..300_000u32).map(|n| n as u8).collect();
        fs::write(&source, &bytes).unwrap();
        let media = store(dir.path(), &source, "video/mp4").unwrap();
        assert_eq!(media.sha256, sha256(&bytes));
        assert_eq!(fs::read(dir.path().join(media.chunks_path())).unwrap().len(), 3 * 32);
        assert!(is_intact(dir.path(), &media));
        let stored = dir.path().join(media.path());
        let mut changed = bytes.clone();
        changed[200_000] ^= 1;
        fs::write(&stored, changed).unwrap();
        assert!(!is_intact(dir.path(), &media));
    }

    #[test]
    fn two_commands_never_work_on_one_folder() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path()).unwrap();
        assert!(Lock::take(dir.path()).is_err());
        drop(first);
        assert!(Lock::take(dir.path()).is_ok());
    }

    #[test]
    fn a_text_that_is_not_utf8_names_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kit.toml");
        fs::write(&file, b"title = 'x'\nsummary = '\xe9t\xe9'\n").unwrap();
        let problems = read_text(&file).unwrap_err();
        assert_eq!(problems.0[0].line, Some(2));
    }
}
