//! `clinic publish`: signs a packed kit, encrypts it for one patient's link, and puts it where
//! `clinic serve`, or any static server, gives it out.

use crate::{
    files::{self, Access, Lock},
    folder::ClinicFolder,
    pack::{self, Packed},
    print,
    problem::{Outcome, Problem, Problems},
    toml_doc::{Document, Sink, Table},
};
use care::{
    calendar::Day,
    fhir,
    jose::{Jwe, b64, unb64},
    kit::Kit,
    link::ShLink,
    ports::crypto_native::seal_aes256gcm,
    text::Lang,
};
use indicatif::ProgressBar;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How a kit is published.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The kit's name at the desk; the folder's name when absent. One name, one patient, one link.
    pub name: Option<String>,
    /// The kit's folder was moved or renamed: it is the same patient's.
    pub moved: bool,
    /// Language of the card and the sheet.
    pub lang: Lang,
}

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// The kit as signed.
    pub kit: Kit,
    /// The kit's name at the desk.
    pub name: String,
    /// The patient's link.
    pub link: String,
    /// The encrypted kit's file.
    pub file: PathBuf,
    /// The printable card.
    pub card: PathBuf,
    /// The kit on paper.
    pub sheet: PathBuf,
}

/// What the desk remembers of a patient's link.
struct Register {
    file: PathBuf,
    folder: PathBuf,
    kit_id: String,
    link_id: String,
    key: [u8; 32],
    version: u64,
}

/// Publishes the kit in `kit_dir` for the clinic in `clinic_dir`.
pub fn publish(
    kit_dir: &Path,
    clinic_dir: &Path,
    options: &Options,
    today: Day,
    bar: &ProgressBar,
) -> Outcome<Published> {
    let clinic = ClinicFolder::open(clinic_dir)?;
    // What is missing is told before minutes of encoding.
    let problems = crate::kit_toml::read(kit_dir, today)?.problems;
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let packed = pack::pack(kit_dir, today, bar)?;
    let _lock = Lock::take(&clinic.desk())?;
    let mut register = Register::find(&clinic, kit_dir, options, packed.kit.example)?;
    register.version += 1;
    let kit = Kit {
        kit_id: register.kit_id.clone(),
        version: register.version,
        issued: today,
        clinic: clinic.clinic.clone(),
        ..packed.kit.clone()
    };
    let json = serde_json::to_vec(&kit)
        .map_err(|e| Problem::new(kit_dir, format!("the kit cannot be written: {e}")))?;
    // The reader's own rules have the last word before anything is signed.
    Kit::read(&json).map_err(|e| {
        Problem::new(kit_dir.join("kit.toml"), format!("no phone would accept this kit: {e}"))
            .to_do("Look at the field that is named here.")
    })?;
    let sealed = seal(&clinic, &kit, &json, &register.key)?;

    place_media(&packed, &clinic.public())?;
    // The number is taken before it is used: after a power cut one is skipped, never given twice.
    register.save()?;
    let file = clinic.public().join("k").join(&register.link_id);
    files::write(&file, sealed.as_bytes(), Access::Open)?;

    let shlink = ShLink::direct(format!("{}k/{}", clinic.portal_url, register.link_id), &register.key, None);
    let link = shlink.on_portal(&clinic.portal_url);
    let name = register.name();
    let paper = clinic.desk().join("print").join(&name);
    files::make_private_dir(&paper)?;
    let card = paper.join("card.html");
    let sheet = paper.join("sheet.html");
    let html = print::card(&kit, &clinic.portal_url, &link, options.lang)?;
    files::write(&card, html.as_bytes(), Access::Owner)?;
    let html = print::sheet(&kit, &packed.dir, options.lang)?;
    files::write(&sheet, html.as_bytes(), Access::Owner)?;
    Ok(Published { kit, name, link, file, card, sheet })
}

fn seal(clinic: &ClinicFolder, kit: &Kit, json: &[u8], key: &[u8; 32]) -> Outcome<String> {
    let jws = clinic.signer().sign(json)?;
    let bundle = fhir::bundle(kit, &jws).to_string();
    let aad = Jwe::fhir_aad();
    let iv: [u8; 12] = random()?;
    let sealed = seal_aes256gcm(key, &iv, aad.as_bytes(), bundle.as_bytes())
        .map_err(|e| Problem::new("kit", format!("cannot be encrypted: {e}")))?;
    Ok(Jwe::compact(&aad, &iv, &sealed))
}

/// Puts the kit's media, and their chunk hashes, beside those of the other kits.
fn place_media(packed: &Packed, public: &Path) -> Outcome<()> {
    for media in packed.kit.media() {
        if !files::is_intact(public, media) {
            // The chunk hashes come last: who sees them finds the file.
            files::copy(&packed.dir.join(media.path()), &public.join(media.path()))?;
            files::copy(&packed.dir.join(media.chunks_path()), &public.join(media.chunks_path()))?;
        }
    }
    Ok(())
}

fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| Problem::new("this machine", format!("gives no random numbers: {e}")))?;
    Ok(bytes)
}

impl Register {
    /// The kit's entry at the desk, or a new one with a link of its own.
    fn find(clinic: &ClinicFolder, kit_dir: &Path, options: &Options, example: bool) -> Outcome<Self> {
        let folder = fs::canonicalize(kit_dir).map_err(|e| Problem::io(kit_dir, "cannot be found", &e))?;
        let name = match &options.name {
            Some(name) => name.clone(),
            None => plain_name(&folder.file_name().unwrap_or_default().to_string_lossy()),
        };
        if name.is_empty() || plain_name(&name) != name {
            return Err(Problem::new(kit_dir, format!("\"{name}\" cannot be a kit’s name at the desk"))
                .expected("small letters a-z, digits and hyphens")
                .to_do("Give one: clinic publish … --as after-a-fall-17")
                .into());
        }
        let file = clinic.desk().join("kits").join(format!("{name}.toml"));
        if !file.exists() {
            return Ok(Register {
                file,
                folder,
                kit_id: b64(&random::<16>()?),
                link_id: b64(&random::<32>()?),
                key: random()?,
                version: 0,
            });
        }
        let known = Register::read(&file)?;
        if known.folder == folder || options.moved || (example && !known.folder.exists()) {
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
            })
        })();
        found.ok_or_else(|| {
            Problem::new(file, "is not a kit’s entry at the desk")
                .expected("the file that an earlier publication wrote")
                .to_do("Put back a copy of it. Without it the patient needs a new link: publish with --as and another name.")
                .into()
        })
    }

    fn save(&self) -> Outcome<()> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let text = format!(
            "# One patient’s link. Whoever has this file can read the kit: it stays at the desk.\nfolder = {}\nkit_id = {}\nlink_id = {}\nkey = {}\nversion = {}\n",
            quoted(&self.folder.to_string_lossy()),
            quoted(&self.kit_id),
            quoted(&self.link_id),
            quoted(&b64(&self.key)),
            self.version,
        );
        files::make_private_dir(self.file.parent().unwrap_or(Path::new(".")))?;
        files::write(&self.file, text.as_bytes(), Access::Owner)
    }

    fn name(&self) -> String {
        self.file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Small letters, digits and hyphens of a folder's name.
fn plain_name(text: &str) -> String {
    let mapped: String =
        text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The link as a QR code, for a camera in front of the screen. `colours` forces black on white,
/// whatever the terminal's own colours are.
pub fn terminal_qr(link: &str, colours: bool) -> Outcome<String> {
    use qrcode::{QrCode, render::unicode::Dense1x2};
    let code = QrCode::with_error_correction_level(link, qrcode::EcLevel::L)
        .map_err(|e| Problem::new("QR", format!("the link does not fit: {e}")))?;
    let squares = code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
    if !colours {
        return Ok(squares);
    }
    Ok(squares.lines().map(|line| format!("\x1b[30;107m{line}\x1b[0m\n")).collect())
}
