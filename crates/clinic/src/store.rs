//! Where finished items lie: a folder, or any object store. `clinic serve` puts them there sealed;
//! the desk takes them out.
//!
//! `<kit>/<item>.age` is an item. What the server erased leaves word for the desk, which may hold copies:
//! `<kit>/<item>.erase`, empty, says that the patient asked for it, `<kit>/<item>.over` that its days were
//! over.

use crate::{
    files,
    problem::{Outcome, Problem},
    server_folder::is_id,
};
use axum::body::Bytes;
use futures_util::TryStreamExt as _;
use object_store::{
    ObjectStore, ObjectStoreExt as _, ObjectStoreScheme, WriteMultipart, local::LocalFileSystem,
    path::Path as Key,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::io::AsyncReadExt as _;

/// Largest piece that is handed to an object store at once.
const PIECE: usize = 8 * 1024 * 1024;

/// How long a store may take for an item, besides its pieces.
const PATIENCE: Duration = Duration::from_secs(20);
/// And for each piece: 1 MB/s and a little.
const SECOND_PER_PIECE: Duration = Duration::from_secs(9);

/// What lies in the store under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A sealed item.
    Item,
    /// The patient's wish to have it erased.
    Erase,
    /// The server erased it: its days were over.
    Over,
}

impl Kind {
    /// All of them.
    const ALL: [Kind; 3] = [Kind::Item, Kind::Erase, Kind::Over];

    fn extension(self) -> &'static str {
        match self {
            Kind::Item => "age",
            Kind::Erase => "erase",
            Kind::Over => "over",
        }
    }
}

/// One thing in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The kit that it came for.
    pub kit_id: String,
    /// The item's id.
    pub item: String,
    /// What it is.
    pub kind: Kind,
    /// Its length.
    pub bytes: u64,
    /// When it arrived, UTC milliseconds.
    pub arrived_ms: i64,
}

/// The store.
#[derive(Clone, Debug)]
pub struct Items {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    /// Set when it is a folder of this machine: then a finished file is moved instead of copied.
    folder: Option<PathBuf>,
    name: String,
}

impl Items {
    /// The store at `url` (`file:///…`, `s3://bucket/…`), or the folder `default`.
    pub fn open(url: Option<&str>, default: &Path) -> Outcome<Self> {
        let Some(url) = url else { return Self::folder(default) };
        let wrong = |what: String| {
            Problem::new(url, what)
                .expected(
                    "the address of an object store, for instance file:///srv/clips or s3://bucket/clips",
                )
                .to_do("Check --store, and for s3 the AWS_… variables (docs/receiving.md).")
        };
        let parsed = url::Url::parse(url).map_err(|e| wrong(format!("is not an address: {e}")))?;
        let scheme = ObjectStoreScheme::parse(&parsed).map_err(|e| wrong(e.to_string()))?.0;
        if scheme == ObjectStoreScheme::Local {
            let dir = parsed.to_file_path().map_err(|()| wrong("names no folder of this machine".into()))?;
            return Self::folder(&dir);
        }
        let environment = std::env::vars().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let (store, prefix) =
            object_store::parse_url_opts(&parsed, environment).map_err(|e| wrong(e.to_string()))?;
        Ok(Items { store: store.into(), prefix, folder: None, name: url.to_owned() })
    }

    fn folder(dir: &Path) -> Outcome<Self> {
        files::make_private_dir(dir)?;
        let store = LocalFileSystem::new_with_prefix(dir)
            .map_err(|e| Problem::new(dir, format!("cannot be used: {e}")))?
            .with_fsync(true);
        let name = dir.display().to_string();
        Ok(Items { store: Arc::new(store), prefix: Key::default(), folder: Some(dir.to_owned()), name })
    }

    /// As messages name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key(&self, kit_id: &str, item: &str, kind: Kind) -> Key {
        self.prefix.clone().join(kit_id).join(format!("{item}.{}", kind.extension()))
    }

    /// Hands over a finished file. Once this returned it is in the store for good, whatever happens
    /// to this machine's power; the file itself may be gone.
    pub async fn put(&self, kit_id: &str, item: &str, file: &Path) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            let (from, to) = (file.to_owned(), folder.join(kit_id).join(format!("{item}.age")));
            return tokio::task::spawn_blocking(move || move_file(&from, &to)).await?;
        }
        let length = tokio::fs::metadata(file).await?.len();
        // The phone waits, and so does whatever comes next for this item.
        let patience = PATIENCE + SECOND_PER_PIECE * u32::try_from(length / PIECE as u64).unwrap_or(u32::MAX);
        let key = self.key(kit_id, item, Kind::Item);
        tokio::time::timeout(patience, self.send(&key, file, length)).await?
    }

    async fn send(&self, key: &Key, file: &Path, length: u64) -> io::Result<()> {
        let mut source = tokio::fs::File::open(file).await?;
        if length <= PIECE as u64 {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).await?;
            self.store.put(key, bytes.into()).await?;
            return Ok(());
        }
        let mut upload = WriteMultipart::new_with_chunk_size(self.store.put_multipart(key).await?, PIECE);
        loop {
            let mut piece = Vec::new();
            tokio::io::AsyncReadExt::take(&mut source, PIECE as u64).read_to_end(&mut piece).await?;
            if piece.is_empty() {
                break;
            }
            upload.wait_for_capacity(2).await?;
            upload.put(Bytes::from(piece));
        }
        upload.finish().await?;
        Ok(())
    }

    /// The length of an item, when it is there.
    pub async fn length(&self, kit_id: &str, item: &str) -> io::Result<Option<u64>> {
        match self.store.head(&self.key(kit_id, item, Kind::Item)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// A sealed item.
    pub async fn get(&self, kit_id: &str, item: &str) -> io::Result<Bytes> {
        Ok(self.store.get(&self.key(kit_id, item, Kind::Item)).await?.bytes().await?)
    }

    /// Erases an item at the server. The desk learns why, and learns it first: it may hold copies.
    pub async fn take_away(&self, kit_id: &str, item: &str, why: Kind) -> io::Result<()> {
        self.store.put(&self.key(kit_id, item, why), Bytes::new().into()).await?;
        self.remove(kit_id, item, Kind::Item).await
    }

    /// Removes something; what is not there is removed already.
    pub async fn remove(&self, kit_id: &str, item: &str, kind: Kind) -> io::Result<()> {
        match self.store.delete(&self.key(kit_id, item, kind)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// All that is in the store, oldest first. What is named otherwise was not put there by us.
    pub async fn list(&self) -> io::Result<Vec<Stored>> {
        let mut found: Vec<Stored> = Vec::new();
        let mut listing = self.store.list(Some(&self.prefix));
        while let Some(meta) = listing.try_next().await? {
            let mut parts = meta.location.parts().collect::<Vec<_>>().into_iter().rev();
            let (Some(name), Some(kit)) = (parts.next(), parts.next()) else { continue };
            let Some((item, extension)) = name.as_ref().split_once('.') else { continue };
            let kind = Kind::ALL.into_iter().find(|k| k.extension() == extension);
            let (Some(kind), true) = (kind, is_id(item) && is_id(kit.as_ref())) else { continue };
            found.push(Stored {
                kit_id: kit.as_ref().to_owned(),
                item: item.to_owned(),
                kind,
                bytes: meta.size,
                arrived_ms: meta.last_modified.timestamp_millis(),
            });
        }
        found.sort_by(|a, b| (a.arrived_ms, &a.item, a.kind).cmp(&(b.arrived_ms, &b.item, b.kind)));
        Ok(found)
    }
}

/// Moves a file that is on the disk already; across file systems it is copied, whole or not at all.
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    let dir = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    match fs::rename(from, to) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
            files::copy(from, to).map_err(|e| io::Error::other(e.to_string()))?;
        }
        Err(e) => return Err(e),
    }
    // The new name is on the disk only once its folder is.
    #[cfg(unix)]
    {
        fs::File::open(dir)?.sync_all()?;
        if let Some(above) = dir.parent() {
            fs::File::open(above)?.sync_all()?;
        }
    }
    Ok(())
}
