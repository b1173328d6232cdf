//! The clinic's folder: `clinic.toml`, `desk/` (private) and `public/` (served).

use crate::{
    files::{self, Access},
    problem::{Outcome, Problem, Problems, Stage},
    server_folder::{Limits, ServerFolder},
    toml_doc::{Document, Field, Sink, Table},
};
use age::secrecy::ExposeSecret as _;
use care::{
    jose::{Jwk, JwkSet, Jws, JwsHeader, b64, unb64},
    kit::Clinic,
    text::Text,
};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The signing key's file, from the clinic's folder.
const SIGNING_KEY: &str = "desk/signing-key.jwk.json";
/// The age identity's file. Others whose names begin so, for instance of years before, open as well.
const AGE_IDENTITY: &str = "desk/age-identity.txt";
/// The recovery key, until it is taken away to a safe place.
const RECOVERY_KEY: &str = "desk/recovery-key.txt";
/// Its public part, which stays.
const RECOVERY_RECIPIENT: &str = "desk/recovery-recipient.txt";

/// What `clinic init` is told.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// As on the door.
    pub name: String,
    /// For `tel:`.
    pub phone: String,
    /// A mobile that reads text messages.
    pub sms: Option<String>,
    /// Street and town.
    pub address: Option<String>,
    /// On which days messages are read.
    pub reading_days: Option<String>,
    /// The portal's address.
    pub portal_url: String,
}

/// A private signing key as it lies in `desk/` (RFC 8037).
#[derive(Serialize, Deserialize)]
struct PrivateJwk {
    #[serde(flatten)]
    public: Jwk,
    alg: String,
    #[serde(rename = "use")]
    usage: String,
    d: String,
}

/// Makes a new clinic. What is already there is never touched.
pub fn init(dir: &Path, about: &About) -> Outcome<ClinicFolder> {
    for taken in ["clinic.toml", "desk", "public"] {
        let taken = dir.join(taken);
        if taken.exists() {
            return Err(Problem::new(
                &taken,
                "is already there: this folder holds a clinic, and its keys are never replaced",
            )
            .expected("a new or empty folder")
            .to_do("Give another folder. To change a clinic's name or phone, edit its clinic.toml.")
            .into());
        }
    }
    let file = dir.join("clinic.toml");
    let toml = clinic_toml(about);
    let settings = parse(&Document::parse(&file, &toml)?)?;

    let key = Signer::generate(dir)?;
    let age_file =
        identity_file("Opens what patients send. Keep it at the desk, and a copy in a safe place.").0;

    files::make_dir(dir)?;
    files::make_private_dir(&dir.join("desk"))?;
    files::write(&dir.join(SIGNING_KEY), &json(&key.private_jwk())?, Access::Owner)?;
    files::write(&dir.join(AGE_IDENTITY), age_file.as_bytes(), Access::Owner)?;
    for folder in ["public/k", "public/m"] {
        files::make_dir(&dir.join(folder))?;
    }
    files::write(&dir.join("public/jwks.json"), &json(&JwkSet { keys: vec![key.jwk()] })?, Access::Open)?;
    let clinic = ClinicFolder { dir: dir.to_owned(), settings, key };
    clinic.make_recovery_key()?;
    clinic.server().make()?;
    // Last: a folder with clinic.toml is a whole clinic.
    files::write(&file, toml.as_bytes(), Access::Open)?;
    Ok(clinic)
}

/// A new age identity's file, and its public part.
fn identity_file(what_for: &str) -> (String, String) {
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let secret = identity.to_string();
    (format!("# {what_for}\n# public key: {public}\n{}\n", secret.expose_secret()), public)
}

fn json(value: &impl Serialize) -> Outcome<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(value)
        .map_err(|e| Problem::new("JSON", format!("cannot be written: {e}")))?;
    json.push(b'\n');
    Ok(json)
}

fn clinic_toml(about: &About) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let line = |comment: &str, key: &str, value: Option<&str>| match value {
        Some(value) => format!("# {comment}\n{key} = {}\n", quoted(value)),
        None => format!("# {comment}\n# {key} = \"\"\n"),
    };
    [
        "# The clinic. Edit this file and publish the kits again to change what patients see.\n\n".to_owned(),
        line("As on the door.", "name", Some(&about.name)),
        line("What « Appeler » dials.", "phone", Some(&about.phone)),
        line(
            "A mobile that reads text messages; without it there is no SMS button.",
            "sms",
            about.sms.as_deref(),
        ),
        line("Street and town.", "address", about.address.as_deref()),
        line("On which days messages are read.", "reading_days", about.reading_days.as_deref()),
        line(
            "Where the portal is served. The links of published kits begin with it.",
            "portal_url",
            Some(&about.portal_url),
        ),
        "# For how many days what patients send is kept: they are told.\n# keep_days = 30\n".to_owned(),
        "# The largest clip, in megabytes.\n# max_mb = 200\n".to_owned(),
        "# The clinic’s own websites that may show the quiz, the video check and the booklet in a frame; restart clinic serve after a change.\n# embed_on = [\"https://www.cabinet-exemple.fr\"]\n".to_owned(),
        "# Answers to clips go to links with a spoken code only. To give them to all links:\n# answers_on_open_links = true\n".to_owned(),
    ]
    .concat()
}

/// What `clinic.toml` says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What travels in each kit.
    pub clinic: Clinic,
    /// The portal's address, ending in `/`.
    pub portal_url: String,
    /// Days for which what patients send is kept.
    pub keep_days: u32,
    /// The largest item, sealed, in bytes.
    pub max_bytes: u64,
    /// Where uploads are created, when another server receives them.
    pub upload_url: Option<String>,
    /// Whether answers also go to links without a spoken code.
    pub answers_on_open_links: bool,
    /// Origins of the websites that may show the portal's public screens in a frame.
    pub embed_on: Vec<String>,
}

/// An opened clinic.
pub struct ClinicFolder {
    dir: PathBuf,
    settings: Settings,
    key: Signer,
}

impl std::ops::Deref for ClinicFolder {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl ClinicFolder {
    /// Opens a clinic made by `init`.
    pub fn open(dir: &Path) -> Outcome<Self> {
        let file = dir.join("clinic.toml");
        if !file.is_file() {
            return Err(Problem::new(&file, "there is no clinic.toml in this folder")
                .expected("a folder made by clinic init")
                .to_do("Make one first: clinic init DIR --name \"…\" --phone \"…\" --portal-url https://…")
                .into());
        }
        let settings = parse(&Document::read(&file)?)?;
        let key = Signer::open(&dir.join(SIGNING_KEY))?;
        let folder = ClinicFolder { dir: dir.to_owned(), settings, key };
        folder.check_deployed_key()?;
        Ok(folder)
    }

    /// The keys that phones are told of, and their file.
    fn deployed_keys(&self) -> Outcome<(PathBuf, JwkSet)> {
        let file = self.public().join("jwks.json");
        let set = serde_json::from_str(&files::read_text(&file)?).map_err(|e| {
            Problem::new(&file, format!("is not a set of keys: {e}")).to_do("Put back a copy of it.")
        })?;
        Ok((file, set))
    }

    /// A kit signed with a key that `jwks.json` lacks would wear no badge on any phone.
    fn check_deployed_key(&self) -> Outcome<()> {
        let (file, set) = self.deployed_keys()?;
        if set.keys.iter().any(|k| k.kid == self.key.kid && k.public_key() == Some(self.key.public())) {
            return Ok(());
        }
        Err(Problem::new(&file, "does not hold the public key of desk/signing-key.jwk.json")
            .expected(format!("a key with kid {}", self.key.kid))
            .to_do("Put back the jwks.json or the signing key that belong together.")
            .into())
    }

    /// Takes a new signing key. The old one signs it (`endorsement`), so that phones that know the old key believe
    /// the new; both stay in `jwks.json`, and the old private key beside the new. Kits are signed with the new
    /// one when they are published again. Gives where the old one lies now.
    pub fn rotate_key(&self) -> Outcome<PathBuf> {
        let _lock = files::Lock::take(&self.desk())?;
        let new = Signer::generate(&self.dir)?;
        let (file, mut set) = self.deployed_keys()?;
        set.keys.push(Jwk { endorsement: Some(self.key.endorse(&new)), ..new.jwk() });
        let old = self.desk().join(format!("signing-key-{}.jwk.json", self.key.kid));
        // In this order: broken off anywhere, the key in use is one that phones are told of.
        files::write(&old, &json(&self.key.private_jwk())?, Access::Owner)?;
        files::write(&file, &json(&set)?, Access::Open)?;
        files::write(&self.dir.join(SIGNING_KEY), &json(&new.private_jwk())?, Access::Owner)?;
        Ok(old)
    }

    /// What is served.
    pub fn public(&self) -> PathBuf {
        self.dir.join("public")
    }

    /// What stays here.
    pub fn desk(&self) -> PathBuf {
        self.dir.join("desk")
    }

    /// What `clinic serve` writes to.
    pub fn server(&self) -> ServerFolder {
        ServerFolder::new(self.dir.join("server"))
    }

    /// Makes the server's folder and tells it the limits of `clinic.toml`.
    pub fn prepare_server(&self) -> Outcome<ServerFolder> {
        let server = self.server();
        server.make()?;
        let known = server.limits()?;
        let limits = Limits {
            portal_url: self.portal_url.clone(),
            max_bytes: self.max_bytes,
            keep_days: Some(self.keep_days),
            ..known.clone()
        };
        if limits != known {
            server.set_limits(&limits)?;
        }
        Ok(server)
    }

    /// Makes the key that opens what patients sent when the desk's own is lost, unless there is one.
    fn make_recovery_key(&self) -> Outcome<String> {
        let file = self.dir.join(RECOVERY_RECIPIENT);
        if file.is_file() {
            return Ok(files::read_text(&file)?.trim().to_owned());
        }
        let (secret, public) = identity_file(
            "Opens what patients sent when the desk’s own key is lost. Print it or copy it to a stick, keep that elsewhere, then delete this file.",
        );
        files::write(&self.dir.join(RECOVERY_KEY), secret.as_bytes(), Access::Owner)?;
        files::write(&file, format!("{public}\n").as_bytes(), Access::Owner)?;
        Ok(public)
    }

    /// For whom patients seal: the desk's key, then the recovery key (age X25519, `age1…`).
    pub fn recipients(&self) -> Outcome<Vec<String>> {
        let file = self.dir.join(AGE_IDENTITY);
        let own = identities_in(&file)?.into_iter().next().ok_or_else(|| {
            Problem::new(&file, "holds no age identity")
                .expected("a line AGE-SECRET-KEY-1…, as clinic init wrote it")
                .to_do("Put back a copy of it.")
        })?;
        Ok(vec![own.to_public().to_string(), self.make_recovery_key()?])
    }

    /// All that can open what patients sent: the desk's key, those of before, and the recovery key
    /// while it is here.
    pub fn identities(&self) -> Outcome<Vec<age::x25519::Identity>> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.desk())
            .map_err(|e| Problem::io(&self.desk(), "cannot be read", &e))?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.retain(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("age-identity") || file.ends_with(RECOVERY_KEY.trim_start_matches("desk/"))
        });
        files.sort();
        let mut found = Vec::new();
        for file in files {
            found.extend(identities_in(&file)?);
        }
        Ok(found)
    }

    /// The signing key.
    pub fn signer(&self) -> &Signer {
        &self.key
    }
}

fn identities_in(file: &Path) -> Outcome<Vec<age::x25519::Identity>> {
    let text = files::read_text(file)?;
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("AGE-SECRET-KEY-"));
    lines
        .map(|line| {
            line.parse().map_err(|e| {
                Problem::new(file, format!("holds a key that cannot be read: {e}"))
                    .to_do("Put back a copy of it.")
                    .into()
            })
        })
        .collect()
}

/// The clinic's signing key.
pub struct Signer {
    key: SigningKey,
    kid: String,
}

impl Signer {
    /// A new key, for the clinic in this folder.
    fn generate(dir: &Path) -> Outcome<Self> {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed)
            .map_err(|e| Problem::new(dir, format!("this machine gives no random numbers: {e}")))?;
        Ok(Signer::new(SigningKey::from_bytes(&seed)))
    }

    fn new(key: SigningKey) -> Self {
        // RFC 7638: the hash of the members that make the key, in this order.
        let x = b64(key.verifying_key().as_bytes());
        let kid = b64(&Sha256::digest(format!("{{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"{x}\"}}")));
        Signer { key, kid }
    }

    fn open(file: &Path) -> Outcome<Self> {
        let unusable = || {
            Problem::new(file, "is not a signing key")
                .expected("the Ed25519 key (JWK) that clinic init wrote")
                .to_do("Put back a copy of it. Without it, a new clinic must be made.")
        };
        let jwk: PrivateJwk = serde_json::from_str(&files::read_text(file)?).map_err(|_| unusable())?;
        let seed: [u8; 32] = unb64(&jwk.d).and_then(|d| d.try_into().ok()).ok_or_else(unusable)?;
        let signer = Signer::new(SigningKey::from_bytes(&seed));
        if jwk.public.public_key() != Some(signer.public()) {
            return Err(unusable().into());
        }
        Ok(Signer { kid: jwk.public.kid, ..signer })
    }

    fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    fn jwk(&self) -> Jwk {
        Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: b64(&self.public()),
            kid: self.kid.clone(),
            endorsement: None,
        }
    }

    fn private_jwk(&self) -> PrivateJwk {
        PrivateJwk {
            public: self.jwk(),
            alg: "EdDSA".into(),
            usage: "sig".into(),
            d: b64(self.key.as_bytes()),
        }
    }

    /// A compact JWS over another key's 32 bytes.
    fn endorse(&self, other: &Signer) -> String {
        let header = JwsHeader { alg: "EdDSA".into(), kid: self.kid.clone(), zip: None };
        self.seal(&header, &other.public())
    }

    fn seal(&self, header: &JwsHeader, payload: &[u8]) -> String {
        let input = Jws::signing_input(header, payload);
        let signature = self.key.sign(input.as_bytes()).to_bytes();
        Jws::seal(&input, &signature)
    }

    /// A compact JWS whose payload is raw DEFLATE of `json`.
    pub fn sign(&self, json: &[u8]) -> Outcome<String> {
        let header = JwsHeader { alg: "EdDSA".into(), kid: self.kid.clone(), zip: Some("DEF".into()) };
        Ok(self.seal(&header, &care::ports::crypto_native::deflate_raw(json)))
    }
}

fn parse(document: &Document) -> Outcome<Settings> {
    let sink = Sink::default();
    let table = Table::top(document, "", &sink);
    let name = table
        .need("name", Stage::Now, "the clinic’s name, as on its door", "name = \"Cabinet des Tilleuls\"")
        .and_then(|f| f.string(120));
    let phone = table
        .need("phone", Stage::Now, "the number that patients call", "phone = \"01 99 00 12 34\"")
        .and_then(|f| phone_number(&f));
    let sms = table.get("sms").and_then(|f| mobile_number(&f));
    let address = table.get("address").and_then(|f| f.string(200));
    let reading_days: Option<Text> = table.get("reading_days").and_then(|f| f.text(200));
    let portal_url = table
        .need(
            "portal_url",
            Stage::Now,
            "the portal’s address",
            "portal_url = \"https://portail.example.org/\"",
        )
        .and_then(|f| portal_address(&f));
    let keep_days = table.get("keep_days").and_then(|f| f.whole(1, 365)).unwrap_or(30);
    let max_mb = table.get("max_mb").and_then(|f| f.whole(1, 2000)).unwrap_or(200);
    let upload_url = table.get("upload_url").and_then(|f| f.https());
    let answers_on_open_links = table.get("answers_on_open_links").and_then(|f| f.truth()).unwrap_or(false);
    let embed_on = table.list("embed_on").iter().filter_map(website).collect();
    table.done();
    let problems = sink.into_inner();
    match (name, phone, portal_url) {
        (Some(name), Some(phone), Some(portal_url)) if problems.is_empty() => Ok(Settings {
            clinic: Clinic { name, phone, sms, address, reading_days },
            portal_url,
            keep_days,
            max_bytes: u64::from(max_mb) * 1_000_000,
            upload_url,
            answers_on_open_links,
            embed_on,
        }),
        _ => Err(Problems(problems)),
    }
}

/// A phone number in its international form.
fn phone_number(field: &Field<'_>) -> Option<String> {
    let typed = field.string(40)?;
    let bare: String =
        typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '(' | ')')).collect();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let international = match bare.strip_prefix('+') {
        Some(rest) if (8..=15).contains(&rest.len()) && digits(rest) && !rest.starts_with('0') => {
            Some(bare.clone())
        }
        Some(_) => None,
        None if bare.len() == 10 && digits(&bare) && bare.starts_with('0') && !bare.starts_with("00") => {
            Some(format!("+33{}", &bare[1..]))
        }
        None => None,
    };
    if international.is_none() {
        field.refuse(
            format!("is \"{typed}\""),
            "a phone number: 01 99 00 12 34, or +33 1 99 00 12 34",
            "Give the whole number, with + and the country for one outside France.",
        );
    }
    international
}

fn mobile_number(field: &Field<'_>) -> Option<String> {
    let number = phone_number(field)?;
    if number.starts_with("+33") && !number.starts_with("+336") && !number.starts_with("+337") {
        field.refuse(
            format!("is {number}, a line that reads no text messages"),
            "a mobile: 06 … or 07 …",
            "Give the clinic’s mobile, or take the line out: then there is no SMS button.",
        );
        return None;
    }
    Some(number)
}

/// The websites that a clinic's settings name, when the file is there: `clinic serve` asks beside the
/// public folder.
pub fn websites(file: &Path) -> Outcome<Vec<String>> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    Ok(parse(&Document::read(file)?)?.embed_on)
}

/// A website's origin as `frame-ancestors` and browsers write it.
fn website(field: &Field<'_>) -> Option<String> {
    let typed = field.string(200)?;
    let origin = origin(&typed);
    if origin.is_none() {
        field.refuse(
            format!("is \"{typed}\""),
            "a website’s beginning, as in \"https://www.cabinet-exemple.fr\" (http://localhost is fine for trying out)",
            "Copy it from the browser: https://, the name, and nothing after it. One with www. and one without are two.",
        );
    }
    origin
}

/// The origin in a website's address: scheme, name and, if it is not the usual one, port. None for what
/// is more than an origin, or could mean more than one.
pub fn origin(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, host) = address.split_once("://")?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.parse::<u16>().is_ok_and(|p| p > 0) => {
            (name, Some(port))
        }
        Some(_) => return None,
        None => (host, None),
    };
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !name.split('.').all(label) {
        return None;
    }
    let here = matches!(name, "localhost" | "127.0.0.1");
    let usual = match scheme {
        "https" => "443",
        "http" if here => "80",
        _ => return None,
    };
    match port.filter(|p| *p != usual) {
        Some(port) => Some(format!("{scheme}://{name}:{port}")),
        None => Some(format!("{scheme}://{name}")),
    }
}

/// The portal's address, ending in `/`. Without https a phone offers neither camera nor offline
/// use, so plain http is for this machine alone.
fn portal_address(field: &Field<'_>) -> Option<String> {
    let typed = field.string(200)?;
    let rest = typed.strip_prefix("https://").or_else(|| {
        let rest = typed.strip_prefix("http://")?;
        let host = rest.split(['/', ':']).next()?;
        (matches!(host, "localhost" | "127.0.0.1") || rest.starts_with("[::1]")).then_some(rest)
    });
    let sound = rest.is_some_and(|r| {
        !r.is_empty()
            && !r.starts_with('/')
            && r.bytes().all(|b| b.is_ascii_graphic())
            && !r.contains(['?', '#', '@'])
    });
    if !sound {
        field.refuse(
            format!("is \"{typed}\""),
            "an address that begins with https:// and has neither ? nor # (http://localhost is fine for trying out)",
            "Give the address under which patients open the portal.",
        );
        return None;
    }
    Some(if typed.ends_with('/') { typed } else { format!("{typed}/") })
}

/// Whether a file or folder holds a private key of any kind that this program, or a neighbour,
/// could have left there.
pub fn looks_private(file: &Path) -> bool {
    const MOST: u64 = 65_536;
    let Ok(meta) = fs::metadata(file) else { return false };
    if !meta.is_file() || meta.len() > MOST {
        return false;
    }
    let Ok(bytes) = fs::read(file) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let json_private =
        serde_json::from_slice::<serde_json::Value>(&bytes).is_ok_and(|json| holds_private_jwk(&json));
    json_private || text.contains("AGE-SECRET-KEY-") || text.contains("PRIVATE KEY-----")
}

fn holds_private_jwk(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Object(fields) => {
            (fields.contains_key("kty") && (fields.contains_key("d") || fields.contains_key("k")))
                || fields.values().any(holds_private_jwk)
        }
        serde_json::Value::Array(items) => items.iter().any(holds_private_jwk),
        _ => false,
    }
}
