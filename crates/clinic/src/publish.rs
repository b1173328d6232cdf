//! `clinic publish`: signs a packed kit, encrypts it for one patient's link, and puts it where
//! `clinic serve`, or any static server, gives it out.

use crate::{
    answers,
    files::{self, Access, Lock},
    folder::ClinicFolder,
    pack::{self, Packed},
    passcode, print,
    problem::{Outcome, Problem, Problems},
    register::{Register, random},
};
use care::{
    calendar::Day,
    fhir,
    jose::{Jwe, b64},
    kit::{Kit, ReturnPath, Upload},
    link::KitLink,
    opening,
    ports::crypto_native::{NativeCrypto, seal_aes256gcm},
    text::Lang,
    trust::TrustedKeys,
};
use futures_executor::block_on;
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
    /// A code that the patient is told: their own words, or `auto`. Once given, the link keeps it.
    pub passcode: Option<String>,
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
    /// The code to be told, when a new one was given.
    pub passcode: Option<String>,
    /// The encrypted kit's file.
    pub file: PathBuf,
    /// The printable card.
    pub card: PathBuf,
    /// The kit on paper.
    pub sheet: PathBuf,
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
    let source = crate::kit_toml::read(kit_dir, today)?;
    let mut problems = source.problems;
    if source.kit.return_path == ReturnPath::Server && clinic.clinic.reading_days.is_none() {
        problems.push(
            Problem::new(clinic_dir.join("clinic.toml"), "does not say on which days messages are read")
                .field("reading_days")
                .expected("the days: every screen from which patients send tells them")
                .to_do("Add for instance: reading_days = \"mardi et vendredi\""),
        );
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let packed = pack::pack(kit_dir, today, bar)?;
    let _lock = Lock::take(&clinic.desk())?;
    let name = options.name.as_deref();
    let mut register = Register::find(&clinic, kit_dir, name, options.moved, packed.kit.example)?;
    // A link with a code stays one, also when it was taken away.
    let lost = register.behind_passcode.is_some() && clinic.server().link(&register.link_id).is_none();
    let wanted = options.passcode.as_deref().or(lost.then_some("auto"));
    let code = wanted.map(passcode::choose).transpose()?;
    if code.is_some() && register.behind_passcode.is_none() && register.version > 0 {
        // Whoever had the open link would hold the key already.
        take_away(&clinic, &register)?;
        register = Register { link_id: b64(&random::<32>()?), key: random()?, ..register };
    }
    let upload = match packed.kit.return_path {
        ReturnPath::Server => Some(upload(&clinic, &mut register)?),
        _ => None,
    };
    let kit = Kit {
        kit_id: register.kit_id.clone(),
        issued: today,
        clinic: clinic.clinic.clone(),
        upload,
        answers: answers::for_link(&clinic, &register)?,
        ..packed.kit.clone()
    };
    place_media(&packed, &clinic.public())?;
    let (kit, file) = give_out(&clinic, &mut register, kit, code.as_deref())?;

    let link = register.link(&clinic.portal_url).on_portal(&clinic.portal_url);
    let name = register.name();
    let paper = clinic.desk().join("print").join(&name);
    files::make_private_dir(&paper)?;
    let card = paper.join("card.html");
    let sheet = paper.join("sheet.html");
    let spoken = register.behind_passcode.is_some();
    let html = print::card(&kit, &clinic.portal_url, &link, spoken, options.lang)?;
    files::write(&card, html.as_bytes(), Access::Owner)?;
    let html = print::sheet(&kit, &packed.dir, options.lang)?;
    files::write(&sheet, html.as_bytes(), Access::Owner)?;
    Ok(Published { kit, name, link, passcode: code, file, card, sheet })
}

/// Where the patient's phone sends to, with the token that is this kit's own.
fn upload(clinic: &ClinicFolder, register: &mut Register) -> Outcome<Upload> {
    let server = clinic.prepare_server()?;
    let token = match &register.token {
        Some(token) => token.clone(),
        None => register.token.insert(b64(&random::<32>()?)).clone(),
    };
    server.allow(&token, &register.kit_id)?;
    Ok(Upload {
        url: clinic.upload_url.clone().unwrap_or_else(|| "u/".to_owned()),
        token,
        recipients: clinic.recipients()?,
        keep_days: clinic.keep_days,
        max_bytes: clinic.max_bytes,
    })
}

/// Signs a kit under the next version, seals it for its link and puts it where it is served. The
/// desk's lock is held. Gives the kit as signed, and its file.
fn give_out(
    clinic: &ClinicFolder,
    register: &mut Register,
    kit: Kit,
    code: Option<&str>,
) -> Outcome<(Kit, PathBuf)> {
    let at = register.folder.join("kit.toml");
    let kit = Kit { version: register.version + 1, ..kit };
    let json =
        serde_json::to_vec(&kit).map_err(|e| Problem::new(&at, format!("the kit cannot be written: {e}")))?;
    // The reader's own rules have the last word before anything is signed.
    Kit::read(&json).map_err(|e| {
        Problem::new(&at, format!("no phone would accept this kit: {e}"))
            .to_do("Look at the field that is named here.")
    })?;
    let sealed = seal(clinic, &kit, &json, &register.key)?;
    let before = register.clone();
    register.version = kit.version;
    if code.is_some() || register.behind_passcode.is_some() {
        // Its address changes with its content, and with nothing else.
        register.behind_passcode = Some(b64(&random::<32>()?));
    }
    // The number is taken before it is used: after a power cut one is skipped, never given twice.
    register.save()?;
    let folder = clinic.public().join("k");
    let file = folder.join(register.sealed_name());
    files::write(&file, sealed.as_bytes(), Access::Open)?;
    if register.behind_passcode.is_some() {
        clinic.prepare_server()?.set_link(register, code)?;
        remove(&folder.join(before.sealed_name()))?;
    }
    Ok((kit, file))
}

fn remove(file: &Path) -> Outcome<()> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::io(file, "cannot be removed", &e).into())
        }
        _ => Ok(()),
    }
}

/// Takes a link away: what it led to is no longer served.
fn take_away(clinic: &ClinicFolder, register: &Register) -> Outcome<()> {
    clinic.server().revoke_link(&register.link_id)?;
    remove(&clinic.public().join("k").join(register.sealed_name()))
}

/// Gives out the kit that a patient has once more, with the answers as they are now: what the kiné
/// is changing in its folder waits for the next publication. The desk's lock is held.
pub fn renew(clinic: &ClinicFolder, register: &mut Register) -> Outcome<Kit> {
    let file = clinic.public().join("k").join(register.sealed_name());
    let missing = || {
        Problem::new(&file, "the kit that the patient has cannot be opened")
            .expected("the file that the last publication wrote")
            .to_do("Publish the kit once more, then start this command again.")
    };
    let sealed = files::read_text(&file)?;
    let link = KitLink::Shl(register.link(&clinic.portal_url));
    let jws = block_on(opening::decrypt(&sealed, &link, &NativeCrypto)).map_err(|_| missing())?;
    let opened =
        block_on(opening::read(&jws, &TrustedKeys::default(), &NativeCrypto)).map_err(|_| missing())?;
    let kit = Kit { answers: answers::for_link(clinic, register)?, ..opened.kit };
    Ok(give_out(clinic, register, kit, None)?.0)
}

/// Gives the patient of a kit a new code; the wrong ones of before no longer count.
pub fn new_passcode(clinic_dir: &Path, name: &str, wanted: &str) -> Outcome<String> {
    let clinic = ClinicFolder::open(clinic_dir)?;
    let _lock = Lock::take(&clinic.desk())?;
    let register = Register::named(&clinic, name)?;
    if register.behind_passcode.is_none() {
        return Err(Problem::new(&register.file, "this kit’s link asks for no code")
            .to_do("Publish it with --passcode auto: the patient gets a new link.")
            .into());
    }
    if !clinic.public().join("k").join(register.sealed_name()).is_file() {
        return Err(Problem::new(&register.file, "this kit’s link was taken away")
            .to_do("Publish the kit again: the patient gets a new link, and a new code.")
            .into());
    }
    let code = passcode::choose(wanted)?;
    clinic.prepare_server()?.set_link(&register, Some(&code))?;
    Ok(code)
}

/// Takes a patient's link away: nobody can fetch the kit with it any more, or send. The next
/// publication makes a new link.
pub fn revoke(clinic_dir: &Path, name: &str) -> Outcome<()> {
    let clinic = ClinicFolder::open(clinic_dir)?;
    let _lock = Lock::take(&clinic.desk())?;
    let mut register = Register::named(&clinic, name)?;
    take_away(&clinic, &register)?;
    if let Some(token) = register.token.take() {
        clinic.server().refuse(&token)?;
    }
    if register.behind_passcode.is_some() {
        register.behind_passcode = Some(b64(&random::<32>()?));
    }
    register.link_id = b64(&random::<32>()?);
    register.key = random()?;
    register.save()
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
