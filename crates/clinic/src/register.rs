//! What the desk remembers of each patient's link: `desk/kits/<name>.toml`, one file a patient.

use crate::{
    files::{self, Access},
    folder::ClinicFolder,
    problem::{Outcome, Problem},
    server_folder::is_token,
    toml_doc::{Document, Sink, Table},
};
use care::{
    jose::{b64, unb64},
    link::ShLink,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One patient's link.
#[derive(Clone, Debug)]
pub struct Register {
    /// This entry's own file.
    pub file: PathBuf,
    /// The kit's source folder.
    pub folder: PathBuf,
    /// The kit's id.
    pub kit_id: String,
    /// The link's own part of its address.
    pub link_id: String,
    /// The key that the link carries.
    pub key: [u8; 32],
    /// The last version that was given out.
    pub version: u64,
    /// What lets the patient's phone send; once given, always the same.
    pub token: Option<String>,
    /// Set when the link asks for a spoken code: the name of the sealed kit's file, which changes
    /// with its content.
    pub behind_passcode: Option<String>,
}

/// Random bytes.
pub fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| Problem::new("this machine", format!("gives no random numbers: {e}")))?;
    Ok(bytes)
}

fn folder_of(clinic: &ClinicFolder) -> PathBuf {
    clinic.desk().join("kits")
}

impl Register {
    /// The entry of the kit in `kit_dir`, or a new one with a link of its own.
    pub fn find(
        clinic: &ClinicFolder,
        kit_dir: &Path,
        name: Option<&str>,
        moved: bool,
        example: bool,
    ) -> Outcome<Self> {
        let folder = fs::canonicalize(kit_dir).map_err(|e| Problem::io(kit_dir, "cannot be found", &e))?;
        let name = match name {
            Some(name) => name.to_owned(),
            None => plain_name(&folder.file_name().unwrap_or_default().to_string_lossy()),
        };
        if name.is_empty() || plain_name(&name) != name {
            return Err(Problem::new(kit_dir, format!("\"{name}\" cannot be a kit’s name at the desk"))
                .expected("small letters a-z, digits and hyphens")
                .to_do("Give one: clinic publish … --as after-a-fall-17")
                .into());
        }
        let file = folder_of(clinic).join(format!("{name}.toml"));
        if !file.exists() {
            return Ok(Register {
                file,
                folder,
                kit_id: b64(&random::<16>()?),
                link_id: b64(&random::<32>()?),
                key: random()?,
                version: 0,
                token: None,
                behind_passcode: None,
            });
        }
        let known = Register::read(&file)?;
        if known.folder == folder || moved || (example && !known.folder.exists()) {
            return Ok(Register { folder, ..known });
        }
        let remedy = if known.folder.exists() {
            format!("Two patients never share a link. Give this kit a name of its own: --as {name}-2")
        } else {
            format!("If it is the same patient’s kit, moved or renamed, add --moved. If not: --as {name}-2")
        };
        Err(Problem::new(
            &file,
            format!("the name \"{name}\" belongs to the kit in {}", known.folder.display()),
        )
        .expected("one name for one patient’s kit")
        .to_do(remedy)
        .into())
    }

    /// The entry with a name at the desk.
    pub fn named(clinic: &ClinicFolder, name: &str) -> Outcome<Self> {
        let file = folder_of(clinic).join(format!("{}.toml", plain_name(name)));
        if plain_name(name) != name || !file.is_file() {
            return Err(Problem::new(folder_of(clinic), format!("there is no kit \"{name}\" at the desk"))
                .expected("the name that clinic publish printed after « Kit »")
                .to_do("Look into this folder: each file is one patient’s kit.")
                .into());
        }
        Register::read(&file)
    }

    /// All entries, by name.
    pub fn all(clinic: &ClinicFolder) -> Outcome<Vec<Self>> {
        let Ok(listing) = fs::read_dir(folder_of(clinic)) else { return Ok(Vec::new()) };
        let mut files: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|e| e == "toml"));
        files.sort();
        files.iter().map(|file| Register::read(file)).collect()
    }

    fn read(file: &Path) -> Outcome<Self> {
        let document = Document::read(file)?;
        let sink = Sink::default();
        let table = Table::top(&document, "", &sink);
        let text = |key: &str| table.get(key).and_then(|f| f.string(4096));
        let found = (|| {
            let key = unb64(&text("key")?)?.try_into().ok()?;
            let version = table.get("version")?.whole(0, u32::MAX)?;
            let link_id = text("link_id").filter(|id| id.len() == 43)?;
            Some(Register {
                file: file.to_owned(),
                folder: text("folder")?.into(),
                kit_id: text("kit_id")?,
                link_id,
                key,
                version: u64::from(version),
                token: text("token").filter(|token| is_token(token)),
                behind_passcode: text("behind_passcode").filter(|id| is_token(id)),
            })
        })();
        found.ok_or_else(|| {
            Problem::new(file, "is not a kit’s entry at the desk")
                .expected("the file that an earlier publication wrote")
                .to_do("Put back a copy of it. Without it the patient needs a new link: publish with --as and another name.")
                .into()
        })
    }

    /// Writes it, for its owner alone.
    pub fn save(&self) -> Outcome<()> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let line = |key: &str, value: &Option<String>| {
            value.as_ref().map_or(String::new(), |value| format!("{key} = {}\n", quoted(value)))
        };
        let text = format!(
            "# One patient’s link. Whoever has this file can read the kit: it stays at the desk.\nfolder = {}\nkit_id = {}\nlink_id = {}\nkey = {}\nversion = {}\n{}{}",
            quoted(&self.folder.to_string_lossy()),
            quoted(&self.kit_id),
            quoted(&self.link_id),
            quoted(&b64(&self.key)),
            self.version,
            line("token", &self.token),
            line("behind_passcode", &self.behind_passcode),
        );
        files::make_private_dir(self.file.parent().unwrap_or(Path::new(".")))?;
        files::write(&self.file, text.as_bytes(), Access::Owner)
    }

    /// The kit's name at the desk.
    pub fn name(&self) -> String {
        self.file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The name of the sealed kit's file, in `public/k`.
    pub fn sealed_name(&self) -> &str {
        self.behind_passcode.as_ref().unwrap_or(&self.link_id)
    }

    /// The patient's link at a portal, whose address ends in `/`.
    pub fn link(&self, portal_url: &str) -> ShLink {
        let id = &self.link_id;
        match self.behind_passcode {
            None => ShLink::direct(format!("{portal_url}k/{id}"), &self.key, None),
            Some(_) => ShLink::manifest(format!("{portal_url}l/{id}"), &self.key, None),
        }
    }
}

/// Small letters, digits and hyphens of a folder's name.
fn plain_name(text: &str) -> String {
    let mapped: String =
        text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
