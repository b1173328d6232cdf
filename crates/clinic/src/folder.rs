//! The clinic's folder: `clinic.toml`, `desk/` (private) and `public/` (served).

use crate::{
    files::{self, Access},
    problem::{Outcome, Problem, Problems, Stage},
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
/// The age identity's file.
const AGE_IDENTITY: &str = "desk/age-identity.txt";

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
    let (clinic, portal_url) = parse(&Document::parse(&file, &toml)?)?;

    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed)
        .map_err(|e| Problem::new(dir, format!("this machine gives no random numbers: {e}")))?;
    let key = Signer::new(SigningKey::from_bytes(&seed));
    let private = PrivateJwk { public: key.jwk(), alg: "EdDSA".into(), usage: "sig".into(), d: b64(&seed) };
    let identity = age::x25519::Identity::generate();
    let age_file = format!(
        "# Opens what patients send. Keep it at the desk, and a copy in a safe place.\n# public key: {}\n{}\n",
        identity.to_public(),
        identity.to_string().expose_secret()
    );

    files::make_dir(dir)?;
    files::make_private_dir(&dir.join("desk"))?;
    files::write(&dir.join(SIGNING_KEY), &json(&private)?, Access::Owner)?;
    files::write(&dir.join(AGE_IDENTITY), age_file.as_bytes(), Access::Owner)?;
    for folder in ["public/k", "public/m"] {
        files::make_dir(&dir.join(folder))?;
    }
    files::write(&dir.join("public/jwks.json"), &json(&JwkSet { keys: vec![key.jwk()] })?, Access::Open)?;
    // Last: a folder with clinic.toml is a whole clinic.
    files::write(&file, toml.as_bytes(), Access::Open)?;
    Ok(ClinicFolder { dir: dir.to_owned(), clinic, portal_url, key })
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
    ]
    .concat()
}

/// An opened clinic.
pub struct ClinicFolder {
    dir: PathBuf,
    /// What travels in each kit.
    pub clinic: Clinic,
    /// The portal's address, ending in `/`.
    pub portal_url: String,
    key: Signer,
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
        let (clinic, portal_url) = parse(&Document::read(&file)?)?;
        let key = Signer::open(&dir.join(SIGNING_KEY))?;
        let folder = ClinicFolder { dir: dir.to_owned(), clinic, portal_url, key };
        folder.check_deployed_key()?;
        Ok(folder)
    }

    /// A kit signed with a key that `jwks.json` lacks would wear no badge on any phone.
    fn check_deployed_key(&self) -> Outcome<()> {
        let file = self.public().join("jwks.json");
        let set: JwkSet = serde_json::from_str(&files::read_text(&file)?).map_err(|e| {
            Problem::new(&file, format!("is not a set of keys: {e}")).to_do("Put back a copy of it.")
        })?;
        if set.keys.iter().any(|k| k.kid == self.key.kid && k.public_key() == Some(self.key.public())) {
            return Ok(());
        }
        Err(Problem::new(&file, "does not hold the public key of desk/signing-key.jwk.json")
            .expected(format!("a key with kid {}", self.key.kid))
            .to_do("Put back the jwks.json or the signing key that belong together.")
            .into())
    }

    /// What is served.
    pub fn public(&self) -> PathBuf {
        self.dir.join("public")
    }

    /// What stays here.
    pub fn desk(&self) -> PathBuf {
        self.dir.join("desk")
    }

    /// The signing key.
    pub fn signer(&self) -> &Signer {
        &self.key
    }
}

/// The clinic's signing key.
pub struct Signer {
    key: SigningKey,
    kid: String,
}

impl Signer {
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

    /// A compact JWS whose payload is raw DEFLATE of `json`.
    pub fn sign(&self, json: &[u8]) -> Outcome<String> {
        let header = JwsHeader { alg: "EdDSA".into(), kid: self.kid.clone(), zip: Some("DEF".into()) };
        let payload = care::ports::crypto_native::deflate_raw(json);
        let input = Jws::signing_input(&header, &payload);
        let signature = self.key.sign(input.as_bytes()).to_bytes();
        Ok(Jws::seal(&input, &signature))
    }
}

fn parse(document: &Document) -> Outcome<(Clinic, String)> {
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
    table.done();
    let problems = sink.into_inner();
    match (name, phone, portal_url) {
        (Some(name), Some(phone), Some(url)) if problems.is_empty() => {
            Ok((Clinic { name, phone, sms, address, reading_days }, url))
        }
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
