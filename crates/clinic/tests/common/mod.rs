//! What the tests of the `clinic` program share: the program itself, films made by ffmpeg, kits,
//! and a server that stops with its test.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod tus;

use care::{
    jose::JwkSet,
    kit::Kit,
    link::KitLink,
    opening,
    ports::crypto_native::NativeCrypto,
    trust::{TrustedKeys, Verification},
};
use futures_executor::block_on;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, SystemTime},
};

/// The built program.
pub fn clinic() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clinic"));
    command.env_remove("BON_GESTE_FFMPEG");
    command
}

/// What a run said, and whether it went well.
pub struct Said {
    pub ok: bool,
    pub out: String,
    pub err: String,
}

pub fn run(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    let said = Said { ok: status.success(), out: text(stdout), err: text(stderr) };
    assert!(!said.err.contains("panicked"), "{}", said.err);
    said
}

pub fn succeed(command: &mut Command) -> String {
    let said = run(command);
    assert!(said.ok, "{}", said.err);
    said.out
}

/// Fails, and says all of these.
pub fn refused(command: &mut Command, words: &[&str]) -> String {
    let said = run(command);
    assert!(!said.ok, "went well:\n{}", said.out);
    for word in words {
        assert!(said.err.contains(word), "{word:?} is not in:\n{}", said.err);
    }
    said.err
}

/// A clinic in `dir/clinic`.
pub fn make_clinic(dir: &Path) -> PathBuf {
    let folder = dir.join("clinic");
    succeed(clinic().arg("init").arg(&folder).args([
        "--name",
        "Cabinet des Tilleuls (exemple)",
        "--phone",
        "01 99 00 12 34",
        "--reading-days",
        READING_DAYS,
        "--portal-url",
        "https://portail.example.org",
    ]));
    folder
}

/// When the clinic of the tests reads what patients send.
pub const READING_DAYS: &str = "mardi et vendredi";

/// A kit that may be published, with one exercise and no film.
pub const KIT: &str = r#"
title = { fr = "Après une chute", en = "After a fall" }
summary = "Quelques gestes."
topic = "fall"
valid_until = "2099-06-30"
review_by = "2099-06-01"
for_whom = "Personnes qui marchent seules."
not_for = "Fracture récente."

[validated_by]
name = "Camille Exemple"
qualification = "masseur-kinésithérapeute D.E."
on = "2020-11-02"

[maintenance]
from = "2099-03-01"
go_on = ["Marchez une demi-heure par jour."]
come_back = "Si vous tombez de nouveau."

[[exercises]]
id = "sit-to-stand"
title = { fr = "Se lever d’une chaise", en = "Sit to stand" }
why = "Pour vous lever sans aide."
steps = ["Asseyez-vous au bord.", "Levez-vous.", "Rasseyez-vous lentement."]
stop_rules = ["Douleur dans la poitrine."]
contraindications = ["Vous ne vous sentez pas bien."]
dosage = { sets = 2, reps = 8, rest_s = 60, per_day = 2, days_per_week = 3 }

[exercises.provenance]
author = "Camille Exemple"
qualification = "masseur-kinésithérapeute D.E."
made = "2020-10-12"
rights = "Filmé au cabinet, avec accord écrit."
sources = [{ title = "Un guide", publisher = "Un éditeur", date = "2020", url = "https://www.example.org/guide" }]

[[links]]
title = "Aménager son logement"
url = "https://www.example.org/logement"
author = "Une agence publique"
qualification = "service public"
checked = "2020-11-02"
reason = "Pour éviter les tapis."

[[warnings]]
id = "chest-pain"
level = "red"
sign = "Douleur dans la poitrine"
action = "Arrêtez. Appelez le 15 ou le 112."
source = { title = "Une page publique", publisher = "Une agence publique", date = "2020" }
"#;

/// A video table for the exercise of [`KIT`]; it goes before its provenance.
pub fn with_video(file: &str, more: &str) -> String {
    let video = format!(
        "[exercises.video]\nfile = \"{file}\"\nalt = \"Une femme se lève.\"\n{more}\n\n[exercises.provenance]"
    );
    KIT.replace("[exercises.provenance]", &video)
}

pub fn write_kit(dir: &Path, toml: &str) -> PathBuf {
    let kit = dir.join("kit");
    fs::create_dir_all(&kit).unwrap();
    fs::write(kit.join("kit.toml"), toml).unwrap();
    kit
}

pub fn ffmpeg(args: &[&str], out: &Path) {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(args).arg(out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub fn ffprobe(args: &[&str], file: &Path) -> String {
    let output = Command::new("ffprobe").args(["-v", "error"]).args(args).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A moving test picture of a size and length, with a tone.
pub fn film(out: &Path, size: &str, seconds: u32, more: &[&str]) {
    let picture = format!("testsrc2=size={size}:rate=25:duration={seconds}");
    let tone = format!("sine=frequency=300:duration={seconds}");
    let mut args = vec!["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &tone];
    args.extend(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
    args.extend(more);
    ffmpeg(&args, out);
}

/// The draft that `pack` wrote.
pub fn draft(kit: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(kit.join("packed/kit.draft.json")).unwrap()).unwrap()
}

/// The link that `publish` printed.
pub fn patient_link(out: &str) -> String {
    out.lines().find_map(|l| l.strip_prefix("Patient link: ")).expect("no Patient link line").to_owned()
}

/// Opens a published kit as a phone does, with the keys of `public/jwks.json`.
pub fn open(public: &Path, link: &str) -> (Kit, Verification) {
    let sealed = fs::read_to_string(sealed_kit(public, link)).unwrap();
    open_sealed(public, link, &sealed).unwrap()
}

pub fn sealed_kit(public: &Path, link: &str) -> PathBuf {
    let KitLink::Shl(shl) = KitLink::parse(link, 0).unwrap();
    public.join("k").join(shl.url.rsplit('/').next().unwrap())
}

pub fn open_sealed(
    public: &Path,
    link: &str,
    sealed: &str,
) -> Result<(Kit, Verification), opening::OpenError> {
    let link = KitLink::parse(link, 0).unwrap();
    let jwks: JwkSet = serde_json::from_slice(&fs::read(public.join("jwks.json")).unwrap()).unwrap();
    let trusted = block_on(TrustedKeys::default().updated(&jwks, &NativeCrypto)).unwrap();
    let jws = block_on(opening::decrypt(sealed, &link, &NativeCrypto))?;
    let opened = block_on(opening::read(&jws, &trusted, &NativeCrypto))?;
    Ok((opened.kit, opened.reading.verification))
}

/// Makes a stored item one that arrived so many days ago.
pub fn arrived_before(file: &Path, days: u64) {
    let at = SystemTime::now() - Duration::from_secs(days * 86_400);
    fs::File::options().write(true).open(file).unwrap().set_modified(at).unwrap();
}

/// A running `clinic serve`, stopped when dropped.
pub struct Server {
    child: Child,
    pub url: String,
    pub addr: SocketAddr,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("Listening: ").map(str::to_owned) else {
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            panic!("no Listening line, but {line:?} and:\n{err}");
        };
        let addr = url.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        Server { child, url, addr }
    }

    /// Sends bytes as they are and returns all that comes back.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The status of a path sent exactly as written.
    pub fn status_of(&self, path: &str) -> u16 {
        let answer = self.raw(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("{path}: {answer:?}"))
    }

    /// Asks it to stop, as a service manager does, and waits.
    pub fn stop(&mut self) -> std::process::ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap()
    }

    pub fn stderr(&mut self) -> String {
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        err
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
