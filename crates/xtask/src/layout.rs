//! Where things are: the checkout, its build outputs, and the tools kept outside of it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folders that every command works with.
pub struct Layout {
    /// Root of the checkout.
    pub root: PathBuf,
    /// Folder of installed tools, outside the checkout, so that a second clone finds them.
    pub tools: PathBuf,
    /// This program. Asked at the start: `cargo test` compiles it anew in its place, and Linux then
    /// calls the running one « (deleted) ».
    pub program: PathBuf,
}

impl Layout {
    /// Finds the checkout this tool was compiled from and the folder of its tools.
    ///
    /// # Errors
    /// When neither `$BON_GESTE_TOOLS`, `$XDG_CACHE_HOME` nor `$HOME` is set.
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .ancestors()
            .nth(2)
            .context("the tool's manifest is not in crates/xtask of a checkout")?
            .to_path_buf();
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let tools = set("BON_GESTE_TOOLS")
            .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join("bon-geste")))
            .or_else(|| set("HOME").map(|dir| dir.join(".cache/bon-geste")))
            .context("no folder for tools: set BON_GESTE_TOOLS to a folder you can write to")?;
        let program = env::current_exe().context("looking for this program itself")?;
        Ok(Self { root, tools, program })
    }

    /// The built portal, ready to serve.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Cargo's target folder.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }

    /// This tool's own notes: fingerprints, logs, the portal before post-processing.
    pub fn work(&self) -> PathBuf {
        self.target().join("xtask")
    }

    /// Programs installed by `cargo install`.
    pub fn cargo_tools(&self) -> PathBuf {
        self.tools.join("cargo-tools")
    }

    /// Programs installed by npm.
    pub fn npm_tools(&self) -> PathBuf {
        self.tools.join("npm")
    }

    /// Python with the packages of the tests.
    pub fn python(&self) -> PathBuf {
        self.tools.join("python")
    }

    /// The end-to-end tests.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// `PATH` with the project's own tools first.
    ///
    /// # Errors
    /// When a folder's name can't be part of `PATH`.
    pub fn path(&self) -> Result<OsString> {
        let own = [self.cargo_tools().join("bin"), self.npm_tools().join("node_modules/.bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        env::join_paths(own.into_iter().chain(env::split_paths(&inherited)))
            .context("a tools folder has a name that can't be in PATH: choose another BON_GESTE_TOOLS")
    }
}

/// Waits until no other run of this tool builds in the same target folder. The lock ends with the
/// value.
///
/// # Errors
/// When the lock's file can't be made.
pub fn exclusive(layout: &Layout) -> Result<std::fs::File> {
    let path = layout.work().join("build.lock");
    write(&path, "")?;
    let file = std::fs::File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    if file.try_lock().is_err() {
        crate::process::heading("Waiting for another build of this checkout to end");
        file.lock().with_context(|| format!("locking {}", path.display()))?;
    }
    Ok(file)
}

/// Whether `program` is in one of the folders of `PATH`.
pub fn on_path(program: &str) -> bool {
    find_on_path(program).is_some()
}

/// Full name of `program` in the folders of `PATH`.
pub fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Reads a text file, naming it in the error.
///
/// # Errors
/// When it can't be read as UTF-8.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// Writes a file and the folders above it, naming it in the error.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
