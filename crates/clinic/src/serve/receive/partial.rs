//! Uploads under way, on this machine's disk: the bytes as they came (`<item>.part`) and what is
//! known of them (`<item>.json`), by kit.
//!
//! How much arrived is the length of the part itself, so nothing that was confirmed can be
//! forgotten, whenever the machine stops. Only a piece that must be checked first leaves a note.

use crate::files::{self, Access};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What became of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Bytes are still to come, or the store is to be told.
    Receiving,
    /// It is in the store for good.
    Arrived,
    /// The patient asked for it to be erased.
    Erased,
    /// It was never finished, and forgotten.
    Expired,
}

/// What is known of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Its whole length.
    pub length: u64,
    /// What became of it.
    pub state: State,
    /// From this offset on, the part holds a piece whose checksum was not yet compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked_from: Option<u64>,
}

/// Which upload: a kit's id and an item's, both checked for their form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Which {
    /// The kit.
    pub kit_id: String,
    /// The item.
    pub item: String,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Partial {
    dir: PathBuf,
}

fn other(problems: crate::Problems) -> io::Error {
    io::Error::other(problems.to_string())
}

impl Partial {
    /// The uploads in `dir`.
    pub fn new(dir: PathBuf) -> Self {
        Partial { dir }
    }

    /// Where the bytes of an upload are.
    pub fn part(&self, which: &Which) -> PathBuf {
        self.dir.join(&which.kit_id).join(format!("{}.part", which.item))
    }

    fn note(&self, which: &Which) -> PathBuf {
        self.dir.join(&which.kit_id).join(format!("{}.json", which.item))
    }

    /// What is known of an upload; `None` when it was never heard of.
    pub fn info(&self, which: &Which) -> io::Result<Option<Info>> {
        match fs::read(self.note(which)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Writes down what is known, for good.
    pub fn set(&self, which: &Which, info: &Info) -> io::Result<()> {
        let json = serde_json::to_vec(info)?;
        files::write(&self.note(which), &json, Access::Owner).map_err(|problems| {
            // A full disk has its own answer.
            match fs4::available_space(&self.dir) {
                Ok(left) if left < 65_536 => io::Error::from(io::ErrorKind::StorageFull),
                _ => other(problems),
            }
        })
    }

    /// Begins an upload.
    pub fn create(&self, which: &Which, length: u64) -> io::Result<()> {
        files::make_private_dir(&self.dir.join(&which.kit_id)).map_err(other)?;
        fs::File::create(self.part(which))?;
        self.set(which, &Info { length, state: State::Receiving, unchecked_from: None })
    }

    /// How many bytes of an upload are here for good.
    pub fn offset(&self, which: &Which, info: &Info) -> io::Result<u64> {
        let file = fs::OpenOptions::new().write(true).open(self.part(which))?;
        if let Some(from) = info.unchecked_from {
            file.set_len(file.metadata()?.len().min(from))?;
        }
        file.sync_all()?;
        if info.unchecked_from.is_some() {
            self.set(which, &Info { unchecked_from: None, ..info.clone() })?;
        }
        Ok(file.metadata()?.len())
    }

    /// Takes the bytes away; what became of the upload stays known.
    pub fn remove_part(&self, which: &Which) -> io::Result<()> {
        match fs::remove_file(self.part(which)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Forgets an upload altogether.
    pub fn forget(&self, which: &Which) -> io::Result<()> {
        self.remove_part(which)?;
        match fs::remove_file(self.note(which)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// The uploads of a kit that are under way.
    pub fn under_way(&self, kit_id: &str) -> io::Result<Vec<Which>> {
        let listing = match fs::read_dir(self.dir.join(kit_id)) {
            Ok(listing) => listing,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let mut found = Vec::new();
        for entry in listing {
            let path = entry?.path();
            if let Some(item) = stem(&path, "part") {
                found.push(Which { kit_id: kit_id.to_owned(), item });
            }
        }
        Ok(found)
    }

    /// The uploads of all kits that are under way.
    pub fn all_under_way(&self) -> io::Result<Vec<Which>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name();
            if let Some(kit_id) = name.to_str().filter(|n| crate::server_folder::is_id(n)) {
                found.extend(self.under_way(kit_id)?);
            }
        }
        Ok(found)
    }

    /// How long ago the last byte of an upload came.
    pub fn idle(&self, which: &Which) -> io::Result<Duration> {
        let changed = fs::metadata(self.part(which))?.modified()?;
        Ok(SystemTime::now().duration_since(changed).unwrap_or_default())
    }
}

fn stem(path: &Path, extension: &str) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(extension)?.strip_suffix('.')?;
    crate::server_folder::is_id(name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which() -> Which {
        Which { kit_id: "k".repeat(22), item: "i".repeat(22) }
    }

    #[test]
    fn an_upload_is_as_long_as_its_part_and_an_unchecked_piece_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let partial = Partial::new(dir.path().into());
        let which = which();
        assert_eq!(partial.info(&which).unwrap(), None);
        partial.create(&which, 10).unwrap();
        fs::write(partial.part(&which), b"1234567").unwrap();
        let info = partial.info(&which).unwrap().unwrap();
        assert_eq!(partial.offset(&which, &info).unwrap(), 7);
        // The machine stopped while a piece that began at 4 was coming.
        partial.set(&which, &Info { unchecked_from: Some(4), ..info.clone() }).unwrap();
        let stopped = partial.info(&which).unwrap().unwrap();
        assert_eq!(partial.offset(&which, &stopped).unwrap(), 4);
        assert_eq!(partial.info(&which).unwrap(), Some(info));
        assert_eq!(partial.all_under_way().unwrap(), std::slice::from_ref(&which));
        partial.forget(&which).unwrap();
        partial.forget(&which).unwrap();
        assert_eq!((partial.info(&which).unwrap(), partial.all_under_way().unwrap()), (None, Vec::new()));
    }
}
