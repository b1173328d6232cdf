//! `DIR/server/`: what `clinic serve` may read and write, and never gives out as a file.
//!
//! ```text
//! receive.toml              how much is received: written by `clinic publish` from clinic.toml
//! tokens/<sha256 of token>  the id of the kit whose phone may upload with this token
//! links/<link id>.toml      the spoken code's hash, and which sealed kit it opens (`passcode`)
//! links/<link id>.attempts  how many wrong codes it bears; the server alone writes it
//! uploads/<kit>/<item>.…    what is still arriving, and what became of what arrived
//! items/<kit>/<item>.age    what arrived (unless an object store takes it)
//! ```
//!
//! No private key is in it: what arrives is opened at the desk.

use crate::{
    files::{self, Access},
    problem::{Outcome, Problem},
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Characters of an item's or a kit's id: base64url of 16 random bytes.
const ID_LETTERS: usize = 22;
/// Characters of an upload token: base64url of 32 random bytes.
const TOKEN_LETTERS: usize = 43;
/// An hour, in seconds: whoever sends a byte now and then, so as never to be idle, holds a connection no longer.
/// A phone on a poor line loses nothing by it: what came stays, and it goes on from there.
const BODY_S: u32 = 3600;

/// Whether a text is an item's or a kit's id. Nothing else becomes part of a file's name.
pub fn is_id(text: &str) -> bool {
    text.len() == ID_LETTERS && is_base64url(text)
}

/// Whether a text has the form of an upload token.
pub fn is_token(text: &str) -> bool {
    text.len() == TOKEN_LETTERS && is_base64url(text)
}

fn is_base64url(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// How much is received, and for how long (`receive.toml`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The portal's address; uploads answer with addresses below it when they come through it.
    pub portal_url: String,
    /// Bytes of one item, as sealed.
    pub max_bytes: u64,
    /// Items of one kit that may be under way at once.
    pub unfinished_per_kit: usize,
    /// Days after its last byte on which an unfinished item is forgotten.
    pub unfinished_days: u32,
    /// New items of one kit in an hour.
    pub new_per_hour: u32,
    /// Megabytes of new items of one kit in a day.
    pub mb_per_day: u32,
    /// Requests of one kit in a minute.
    pub requests_per_minute: u32,
    /// Seconds without a byte after which a connection is closed.
    pub idle_s: u32,
    /// Seconds that the body of one request may take in all.
    pub body_s: u32,
    /// Days after which what arrived is erased, as patients are told. Without it, as in a file of before,
    /// nothing is erased here: the desk does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            portal_url: String::new(),
            max_bytes: 200_000_000,
            unfinished_per_kit: 20,
            unfinished_days: 7,
            new_per_hour: 60,
            mb_per_day: 2000,
            requests_per_minute: 600,
            idle_s: 30,
            body_s: BODY_S,
            keep_days: None,
        }
    }
}

impl Limits {
    /// After this time without a byte a connection is closed.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_s.into())
    }

    /// After this time the body of a request is cut off, however it comes.
    pub fn body(&self) -> Duration {
        Duration::from_secs(self.body_s.into())
    }

    /// After this time without a byte an unfinished item is forgotten.
    pub fn unfinished(&self) -> Duration {
        Duration::from_secs(u64::from(self.unfinished_days) * 86_400)
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub struct ServerFolder {
    dir: PathBuf,
}

impl ServerFolder {
    /// A folder, there or not.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        ServerFolder { dir: dir.into() }
    }

    /// Makes what is missing in it.
    pub fn make(&self) -> Outcome<()> {
        files::make_private_dir(&self.dir)?;
        for dir in [self.tokens(), self.uploads(), self.items()] {
            files::make_private_dir(&dir)?;
        }
        Ok(())
    }

    /// Its path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What is still arriving.
    pub fn uploads(&self) -> PathBuf {
        self.dir.join("uploads")
    }

    /// What arrived.
    pub fn items(&self) -> PathBuf {
        self.dir.join("items")
    }

    fn tokens(&self) -> PathBuf {
        self.dir.join("tokens")
    }

    fn limits_file(&self) -> PathBuf {
        self.dir.join("receive.toml")
    }

    /// The limits, or the built-in ones when nothing was written.
    pub fn limits(&self) -> Outcome<Limits> {
        let file = self.limits_file();
        if !file.exists() {
            return Ok(Limits::default());
        }
        toml::from_str(&files::read_text(&file)?).map_err(|e| {
            let problem = Problem::new(&file, format!("cannot be understood: {}", e.message()));
            problem
                .expected("the file that clinic publish wrote")
                .to_do("Remove it and publish a kit again; limits are set in clinic.toml.")
                .into()
        })
    }

    /// Writes the limits.
    pub fn set_limits(&self, limits: &Limits) -> Outcome<()> {
        let file = self.limits_file();
        let toml =
            toml::to_string(limits).map_err(|e| Problem::new(&file, format!("cannot be written: {e}")))?;
        let text = format!("# Written by clinic publish from clinic.toml: change it there.\n{toml}");
        files::write(&file, text.as_bytes(), Access::Owner)
    }

    /// Lets whoever has the token upload for a kit. Only the token's hash is kept.
    pub fn allow(&self, token: &str, kit_id: &str) -> Outcome<()> {
        let file = self.token_file(token);
        files::write(&file, format!("{kit_id}\n").as_bytes(), Access::Owner)
    }

    /// Takes a token's right away.
    pub fn refuse(&self, token: &str) -> Outcome<()> {
        let file = self.token_file(token);
        match fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Problem::io(&file, "cannot be removed", &e).into())
            }
            _ => Ok(()),
        }
    }

    /// The kit that a token may upload for. It is looked up by its hash: what a clock could tell of
    /// the look-up is about the hash, from which no token follows.
    pub fn kit_of(&self, token: &str) -> Option<String> {
        if !is_token(token) {
            return None;
        }
        let text = fs::read_to_string(self.token_file(token)).ok()?;
        Some(text.trim().to_owned()).filter(|kit| is_id(kit))
    }

    fn token_file(&self, token: &str) -> PathBuf {
        self.tokens().join(files::sha256(token.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_kit_and_lies_nowhere_in_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = ServerFolder::new(dir.path().join("server"));
        folder.make().unwrap();
        let (token, kit) = ("t".repeat(43), "k".repeat(22));
        folder.allow(&token, &kit).unwrap();
        assert_eq!(folder.kit_of(&token), Some(kit));
        assert_eq!(folder.kit_of(&"u".repeat(43)), None);
        assert_eq!(folder.kit_of("../receive.toml"), None);
        let names: Vec<_> = fs::read_dir(folder.tokens()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 1);
        assert!(!names[0].to_string_lossy().contains(&token));
    }

    #[test]
    fn limits_are_read_as_they_were_written_and_an_unknown_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let folder = ServerFolder::new(dir.path());
        assert_eq!(folder.limits().unwrap(), Limits::default());
        let limits = Limits { max_bytes: 7, portal_url: "https://x.example/".into(), ..Limits::default() };
        folder.set_limits(&limits).unwrap();
        assert_eq!(folder.limits().unwrap(), limits);
        fs::write(dir.path().join("receive.toml"), "max_byte = 7\n").unwrap();
        assert!(folder.limits().unwrap_err().to_string().contains("max_byte"));
    }
}
