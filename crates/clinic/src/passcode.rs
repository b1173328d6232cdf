//! The spoken code of a patient's link (SMART Health Links, flag `P`): made and hashed at the desk,
//! compared by the server, which keeps the hash alone and counts the wrong ones.
//!
//! The code keeps a stranger who found the link from fetching the kit. It is not the kit's key: who
//! holds the server still reads nothing.

use crate::{
    files::{self, Access},
    problem::{Outcome, Problem},
    register::{Register, random},
    server_folder::{ServerFolder, is_token},
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use care::jose::b64;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Wrong codes that a link bears in its whole life.
pub const ATTEMPTS: u32 = 10;
/// Digits of a code that is made here.
const DIGITS: usize = 6;
/// Shortest and longest code that may be chosen.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=32;

/// What the desk tells the server of a link (`links/<link id>.toml`).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LinkFile {
    /// The code's Argon2id hash.
    hash: String,
    /// Which code this is: a new one has all its attempts again.
    issue: String,
    /// The sealed kit's file in `public/k`.
    file: String,
}

/// A link that asks for a code, as the server knows it.
#[derive(Clone)]
pub struct Link {
    dir: PathBuf,
    id: String,
    file: LinkFile,
}

/// What the server makes of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It leads to the sealed kit.
    Right,
    /// So many attempts remain.
    Wrong(u32),
}

/// A code as it is compared: however it was spoken and typed.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

/// The code that was chosen, or six digits for `auto`.
pub fn choose(wanted: &str) -> Outcome<String> {
    if wanted != "auto" {
        if LENGTH.contains(&plain(wanted).chars().count()) {
            return Ok(wanted.to_owned());
        }
        return Err(Problem::new("--passcode", format!("has {} signs", plain(wanted).chars().count()))
            .expected("4 to 32 letters or digits, or the word auto")
            .to_do("For instance: --passcode auto")
            .into());
    }
    loop {
        let n = u32::from_le_bytes(random()?);
        // Without the rest of the range every code is as likely as any other.
        if n < u32::MAX / 1_000_000 * 1_000_000 {
            return Ok(format!("{:0DIGITS$}", n % 1_000_000));
        }
    }
}

impl ServerFolder {
    fn links(&self) -> PathBuf {
        self.dir().join("links")
    }

    /// Gives a link a code, or with `None` keeps the one it has, and names the sealed kit's file.
    pub fn set_link(&self, register: &Register, code: Option<&str>) -> Outcome<()> {
        let (dir, id) = (self.links(), &register.link_id);
        let path = dir.join(format!("{id}.toml"));
        let file = register.sealed_name().to_owned();
        let link = match code {
            Some(code) => {
                let hash: PasswordHash = Argon2::default()
                    .hash_password_with_salt(plain(code).as_bytes(), &random::<16>()?)
                    .map_err(|e| Problem::new(&path, format!("the code cannot be hashed: {e}")))?;
                LinkFile { hash: hash.to_string(), issue: b64(&random::<8>()?), file }
            }
            None => LinkFile { file, ..read(&path)? },
        };
        let toml =
            toml::to_string(&link).map_err(|e| Problem::new(&path, format!("cannot be written: {e}")))?;
        files::make_private_dir(&dir)?;
        files::write(&path, toml.as_bytes(), Access::Owner)
    }

    /// Takes a link away: from now on it leads nowhere.
    pub fn revoke_link(&self, link_id: &str) -> Outcome<()> {
        for extension in ["toml", "attempts"] {
            let path = self.links().join(format!("{link_id}.{extension}"));
            if let Err(e) = fs::remove_file(&path)
                && e.kind() != io::ErrorKind::NotFound
            {
                return Err(Problem::io(&path, "cannot be removed", &e).into());
            }
        }
        Ok(())
    }

    /// The link with an id, when there is one and it was not revoked.
    pub fn link(&self, id: &str) -> Option<Link> {
        if !is_token(id) {
            return None;
        }
        let dir = self.links();
        let file: LinkFile =
            toml::from_str(&fs::read_to_string(dir.join(format!("{id}.toml"))).ok()?).ok()?;
        is_token(&file.file).then(|| Link { dir, id: id.to_owned(), file })
    }
}

fn read(path: &Path) -> Outcome<LinkFile> {
    toml::from_str(&files::read_text(path)?).map_err(|_| {
        Problem::new(path, "is not what the desk wrote")
            .to_do("Give the patient a new code: clinic passcode DIR NAME")
            .into()
    })
}

impl Link {
    /// The sealed kit's file in `public/k`.
    pub fn sealed_name(&self) -> &str {
        &self.file.file
    }

    /// Whether the same code was given to both, and not another one since.
    pub fn has_code_of(&self, other: &Link) -> bool {
        self.file.issue == other.file.issue
    }

    /// Whether the sealed kit's file has this name, which only the manifest tells. Their hashes are compared:
    /// what a clock could tell of that is about a hash, from which no name follows.
    pub fn leads_to(&self, file: &str) -> bool {
        files::sha256(self.file.file.as_bytes()) == files::sha256(file.as_bytes())
    }

    fn attempts(&self) -> PathBuf {
        self.dir.join(format!("{}.attempts", self.id))
    }

    /// Attempts that remain.
    pub fn left(&self) -> u32 {
        let text = fs::read_to_string(self.attempts()).unwrap_or_default();
        let counted = text.split_once(' ').filter(|(issue, _)| *issue == self.file.issue);
        match counted {
            Some((_, left)) => left.trim().parse().unwrap_or(0),
            None => ATTEMPTS,
        }
    }

    /// Compares a code. A wrong one is on the disk as such before the answer is known outside, and
    /// no machine's crash gives it back. One comparison at a time for each link: the caller sees to it.
    pub fn compare(&self, code: &str) -> Outcome<Verdict> {
        let left = self.left();
        let Some(less) = left.checked_sub(1) else { return Ok(Verdict::Wrong(0)) };
        self.count(less)?;
        // Whoever measures the time learns nothing: the code is hashed, and the hashes are compared in constant
        // time (`phc::Output`).
        let right = PasswordHash::new(&self.file.hash)
            .is_ok_and(|hash| Argon2::default().verify_password(plain(code).as_bytes(), &hash).is_ok());
        if !right {
            return Ok(Verdict::Wrong(less));
        }
        self.count(left)?;
        Ok(Verdict::Right)
    }

    fn count(&self, left: u32) -> Outcome<()> {
        files::write(&self.attempts(), format!("{} {left}\n", self.file.issue).as_bytes(), Access::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> Register {
        Register {
            file: "x.toml".into(),
            folder: "x".into(),
            kit_id: "k".repeat(22),
            link_id: "l".repeat(43),
            key: [1; 32],
            version: 1,
            token: None,
            behind_passcode: Some("f".repeat(43)),
        }
    }

    #[test]
    fn a_code_is_compared_as_it_is_spoken_and_wrong_ones_are_counted_for_life() {
        let dir = tempfile::tempdir().unwrap();
        let server = ServerFolder::new(dir.path());
        server.set_link(&register(), Some("482 913")).unwrap();
        let compare = |code: &str| server.link(&"l".repeat(43)).unwrap().compare(code).unwrap();
        assert_eq!(compare("482913"), Verdict::Right);
        let leads_to = |file: &str| server.link(&"l".repeat(43)).unwrap().leads_to(file);
        assert!(leads_to(&"f".repeat(43)) && !leads_to(&"g".repeat(43)) && !leads_to(""));
        for left in (0..ATTEMPTS).rev() {
            if left == 3 {
                assert_eq!(compare("482-913"), Verdict::Right, "a right one costs nothing");
            }
            assert_eq!(compare("000000"), Verdict::Wrong(left));
        }
        assert_eq!(compare("482913"), Verdict::Wrong(0), "nor does it open any more");
        // The content changed: the code and its count are as they were.
        server.set_link(&Register { behind_passcode: Some("g".repeat(43)), ..register() }, None).unwrap();
        assert_eq!(compare("482913"), Verdict::Wrong(0));
        server.set_link(&register(), Some("new code")).unwrap();
        assert_eq!(compare("482913"), Verdict::Wrong(ATTEMPTS - 1));
        assert_eq!(compare("NewCode"), Verdict::Right);
        let kept = fs::read_to_string(dir.path().join("links").join("l".repeat(43)).with_extension("toml"));
        assert!(kept.unwrap().contains("$argon2id$"));
        server.revoke_link(&"l".repeat(43)).unwrap();
        assert!(server.link(&"l".repeat(43)).is_none());
        assert!(server.link("../receive").is_none());
    }

    #[test]
    fn a_made_code_has_six_digits_and_a_chosen_one_is_not_too_short() {
        for _ in 0..50 {
            let code = choose("auto").unwrap();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
        assert_eq!(choose("1234").unwrap(), "1234");
        assert!(choose("1 2-3").is_err() && choose("").is_err());
    }
}
