//! From what arrived to a kit that can be shown: decrypt, find the signed kit, verify, inflate,
//! read, and refuse replays. What arrived is kept as it came and checked again at each start.

use crate::{
    fhir,
    jose::{JoseError, Jwe, Jws, MAX_KIT_BYTES},
    kit::{Choice, Kit, KitError},
    link::{KitLink, ShLink},
    ports::{Crypto, CryptoError, Record, Store},
    profile::ProfileId,
    record,
    trust::{TrustedKeys, Verification},
};

/// A kit on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitRecord {
    /// Whose.
    pub profile: ProfileId,
    /// The kit's own id.
    pub kit_id: String,
    /// The version in `jws`.
    pub version: u64,
    /// Where new versions come from.
    pub link: ShLink,
    /// The signed kit as it came, unknown fields and all.
    pub jws: String,
    /// What was read of `jws` when it came: the next start shows it at once, and checks again beside
    /// it. Records of the first portals have none.
    pub reading: Option<Reading>,
    /// `ETag` of that answer.
    pub etag: Option<String>,
    /// The code that was told to the patient, for a link that asks for one; forgotten once it is not
    /// taken any more.
    pub passcode: Option<String>,
    /// When the server was last asked with success, UTC milliseconds.
    pub checked_ms: i64,
    /// Which films the patient chose; none before the first choice.
    pub choice: Option<Choice>,
    /// Downloading was paused by the patient.
    pub paused: bool,
}

record!(struct KitRecord { profile, kit_id, version, link, jws, reading, etag, passcode, checked_ms, choice, paused });
record!(struct Reading { json, verification });

/// A signed kit after it was verified and inflated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `kit.json`.
    pub json: String,
    /// What the signature proved.
    pub verification: Verification,
}

impl KitRecord {
    /// The kit as it was read when it came, without asking the signature again.
    pub fn recall(&self) -> Option<Opened> {
        let reading = self.reading.clone()?;
        let kit = Kit::read(reading.json.as_bytes()).ok()?;
        Some(Opened { kit, reading })
    }
}

impl Record for KitRecord {
    const STORE: Store = Store::Kits;
    fn key(&self) -> String {
        format!("{}/{}", self.profile.0, self.kit_id)
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}

/// A kit that was read, with what its signature proved.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The kit.
    pub kit: Kit,
    /// What it was read from, and what its signature proved.
    pub reading: Reading,
}

/// Why what arrived is not a kit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not the file that a link leads to: a web page, an error page, half a file.
    #[error("what arrived is not an encrypted kit")]
    NotAKit,
    /// Encrypted with another key, or changed on the way.
    #[error("the link's key does not open this kit")]
    WrongKey,
    /// For a later portal.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// An older version than the one already here.
    #[error("version {arrived} arrived, version {here} is here")]
    Replay {
        /// The version that arrived.
        arrived: u64,
        /// The version that is here.
        here: u64,
    },
    /// The browser cannot do this.
    #[error("not possible here: {0}")]
    Unavailable(String),
}

impl From<JoseError> for OpenError {
    fn from(_: JoseError) -> Self {
        OpenError::NotAKit
    }
}

impl From<CryptoError> for OpenError {
    fn from(e: CryptoError) -> Self {
        match e {
            CryptoError::WrongKey => OpenError::WrongKey,
            CryptoError::Inflate => OpenError::NotAKit,
            CryptoError::Unavailable(why) => OpenError::Unavailable(why),
        }
    }
}

/// Opens what a link's address answered and returns the signed kit inside, still unverified.
pub async fn decrypt<B>(answer: &str, link: &KitLink, crypto: &impl Crypto<B>) -> Result<String, OpenError> {
    let KitLink::Shl(link) = link;
    let jwe = Jwe::parse(answer)?;
    let key = link.key_bytes().ok_or(OpenError::WrongKey)?;
    let bundle = crypto.open_aes256gcm(&key, &jwe.iv, jwe.aad.as_bytes(), &jwe.sealed).await?;
    fhir::signed_kit(&bundle).ok_or(OpenError::NotAKit)
}

/// Verifies and reads a signed kit. A wrong or unknown signature is not an error: the kit is
/// shown, without the badge and without its films.
pub async fn read<B>(jws: &str, trusted: &TrustedKeys, crypto: &impl Crypto<B>) -> Result<Opened, OpenError> {
    let parts = Jws::parse(jws)?;
    let verification = match trusted.find(&parts.header.kid) {
        None => Verification::Stranger,
        Some(key) => {
            match crypto.verify_ed25519(&key, parts.signing_input.as_bytes(), &parts.signature).await {
                Ok(true) => Verification::Verified,
                Ok(false) => Verification::Tampered,
                Err(_) => Verification::Unchecked,
            }
        }
    };
    let json = match parts.header.zip {
        Some(_) => crypto.inflate_raw(&parts.payload, MAX_KIT_BYTES).await?,
        None => parts.payload,
    };
    let kit = Kit::read(&json)?;
    let json = String::from_utf8(json).map_err(|_| OpenError::NotAKit)?;
    Ok(Opened { kit, reading: Reading { json, verification } })
}

/// Whether a kit that arrived may take the place of the one that is here (same id), of which
/// version and proof are known: never an older version, and never one that proves less.
pub fn accept(arrived: &Opened, here: Option<(u64, Verification)>) -> Result<(), OpenError> {
    let version = arrived.kit.version;
    match here {
        Some((here, proof))
            if version < here
                || (proof == Verification::Verified
                    && arrived.reading.verification != Verification::Verified) =>
        {
            Err(OpenError::Replay { arrived: version, here })
        }
        _ => Ok(()),
    }
}

/// Helpers that tests of other modules share.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        calendar::Day,
        jose::{Jwk, JwkSet, JwsHeader, b64},
        kit::{Clinic, Company, Dosage, Exercise, FORMAT, Position, Provenance, ReturnPath, Validation},
        ports::crypto_native::{NativeCrypto, deflate_raw, seal_aes256gcm},
        text::Text,
        trust::{Badge, may_play},
    };
    use ed25519_dalek::{Signer, SigningKey};
    use futures_executor::block_on;

    pub(crate) fn exercise(id: &str) -> Exercise {
        Exercise {
            id: id.into(),
            title: "Se lever d’une chaise".into(),
            library: None,
            edition: None,
            why: "Pour vous lever plus facilement.".into(),
            steps: vec!["Asseyez-vous.".into()],
            dosage: Dosage { sets: 2, reps: Some(8), per_day: 1, days_per_week: 3, ..Dosage::default() },
            note: None,
            contraindications: vec![],
            stop_rules: vec![],
            feel: vec![],
            feel_not: vec![],
            easier: None,
            harder: None,
            do_with: Company::Alone,
            film_with: Company::Alone,
            film_s: None,
            film_position: Position::Standing,
            watch_before: None,
            video: None,
            animation: None,
            teach_back: None,
            provenance: Provenance {
                author: "A".into(),
                qualification: "B".into(),
                made: Day::of(0, 0),
                rights: "CC BY 4.0".into(),
                sources: vec![],
            },
        }
    }

    pub(crate) fn kit(version: u64) -> Kit {
        let day = Day::of(0, 0);
        Kit {
            format: FORMAT.into(),
            kit_id: "kit-1".into(),
            version,
            issued: day,
            valid_until: Some(day.plus(30)),
            title: "Après une chute".into(),
            summary: None,
            topic: "fall".into(),
            example: false,
            clinic: Clinic {
                name: "Cabinet".into(),
                phone: "+33199000001".into(),
                sms: None,
                address: None,
                reading_days: None,
            },
            validated_by: Some(Validation { name: "Camille".into(), qualification: "MKDE".into(), on: day }),
            for_whom: Text::from("x"),
            not_for: Text::from("y"),
            review_by: day.plus(300),
            return_path: ReturnPath::Show,
            exercises: vec![exercise("sit-to-stand")],
            documents: vec![],
            links: vec![],
            warnings: vec![],
            preparation: vec![],
            ideas: vec![],
            maintenance: None,
            upload: None,
            answers: None,
        }
    }

    fn signer(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    fn jwk(n: u8, endorsed_by: Option<u8>) -> Jwk {
        let public = signer(n).verifying_key().to_bytes();
        let endorsement = endorsed_by.map(|by| sign_raw(by, &public, None));
        Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: b64(&public),
            kid: format!("key-{n}"),
            endorsement,
        }
    }

    fn sign_raw(n: u8, payload: &[u8], zip: Option<String>) -> String {
        let header = JwsHeader { alg: "EdDSA".into(), kid: format!("key-{n}"), zip };
        let input = Jws::signing_input(&header, payload);
        let signature = signer(n).sign(input.as_bytes()).to_bytes();
        Jws::seal(&input, &signature)
    }

    pub(crate) fn sign(n: u8, kit: &Kit) -> String {
        let json = serde_json::to_vec(kit).unwrap();
        sign_raw(n, &deflate_raw(&json), Some("DEF".into()))
    }

    pub(crate) fn trusted() -> TrustedKeys {
        TrustedKeys { keys: vec![jwk(1, None)] }
    }

    fn read_now(jws: &str) -> Result<Opened, OpenError> {
        block_on(read(jws, &trusted(), &NativeCrypto))
    }

    #[test]
    fn a_kit_signed_by_the_clinic_is_verified_and_wears_the_badge() {
        let opened = read_now(&sign(1, &kit(1))).unwrap();
        assert_eq!(opened.reading.verification, Verification::Verified);
        assert!(
            matches!(Badge::of(&opened.kit, opened.reading.verification), Badge::Validated(v) if v.name == "Camille")
        );
        assert!(may_play(opened.reading.verification));
    }

    #[test]
    fn a_kept_kit_is_recalled_as_it_was_read() {
        let opened = read_now(&sign(1, &kit(4))).unwrap();
        let link = format!("shlink:/{}", b64(br#"{"url":"https://c.example/k/1","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","flag":"LU"}"#));
        let KitLink::Shl(link) = KitLink::parse(&link, 0).unwrap();
        let mut record = KitRecord {
            profile: ProfileId::first(),
            kit_id: opened.kit.kit_id.clone(),
            version: opened.kit.version,
            link,
            jws: String::new(),
            reading: Some(opened.reading.clone()),
            etag: None,
            passcode: None,
            checked_ms: 0,
            choice: None,
            paused: false,
        };
        assert_eq!(record.recall(), Some(opened));
        record.reading = None;
        assert_eq!(record.recall(), None, "a record of the first portals is read again");
        record.reading = Some(Reading { json: "{".into(), verification: Verification::Verified });
        assert_eq!(record.recall(), None, "what cannot be read proves nothing");
    }

    #[test]
    fn a_strangers_kit_is_shown_without_badge_and_without_films() {
        let opened = read_now(&sign(2, &kit(1))).unwrap();
        assert_eq!(opened.reading.verification, Verification::Stranger);
        assert_eq!(Badge::of(&opened.kit, opened.reading.verification), Badge::NotVerified);
        assert!(!may_play(opened.reading.verification));
    }

    #[test]
    fn a_key_that_borrows_a_trusted_name_is_found_out() {
        let forged = sign(2, &kit(1));
        let (_, rest) = forged.split_once('.').unwrap();
        let header = JwsHeader { alg: "EdDSA".into(), kid: "key-1".into(), zip: Some("DEF".into()) };
        let forged = format!("{}.{rest}", b64(&serde_json::to_vec(&header).unwrap()));
        assert_eq!(read_now(&forged).unwrap().reading.verification, Verification::Tampered);
    }

    #[test]
    fn one_changed_character_anywhere_is_never_verified() {
        let jws = sign(1, &kit(1));
        for at in (0..jws.len()).step_by(7) {
            let mut bytes = jws.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            if let Ok(opened) = read_now(&changed) {
                assert_ne!(opened.reading.verification, Verification::Verified, "at {at}");
            }
        }
    }

    #[test]
    fn a_demonstration_says_so_whatever_its_signature() {
        let mut k = kit(1);
        k.example = true;
        let opened = read_now(&sign(1, &k)).unwrap();
        assert_eq!(Badge::of(&opened.kit, opened.reading.verification), Badge::Example);
        assert_eq!(Badge::of(&opened.kit, Verification::Stranger), Badge::NotVerified);
    }

    #[test]
    fn without_the_word_of_who_checked_it_there_is_no_badge() {
        let mut k = kit(1);
        k.validated_by = None;
        assert_eq!(Badge::of(&k, Verification::Verified), Badge::NotVerified);
    }

    #[test]
    fn an_older_version_and_a_weaker_proof_never_replace_what_is_here() {
        let opened =
            |v, verification| Opened { kit: kit(v), reading: Reading { json: String::new(), verification } };
        let here = (3, Verification::Verified);
        assert!(accept(&opened(4, Verification::Verified), Some(here)).is_ok());
        assert!(accept(&opened(3, Verification::Verified), Some(here)).is_ok());
        assert_eq!(
            accept(&opened(2, Verification::Verified), Some(here)),
            Err(OpenError::Replay { arrived: 2, here: 3 })
        );
        assert!(accept(&opened(9, Verification::Stranger), Some(here)).is_err());
        assert!(accept(&opened(1, Verification::Stranger), None).is_ok());
    }

    #[test]
    fn a_kit_from_a_later_portal_says_so_and_unknown_fields_do_not_matter() {
        let mut value = serde_json::to_value(kit(1)).unwrap();
        value["horoscope"] = "lion".into();
        assert!(Kit::read(value.to_string().as_bytes()).is_ok());
        value["format"] = "2.0".into();
        value["exercises"] = "changed beyond recognition".into();
        assert_eq!(Kit::read(value.to_string().as_bytes()), Err(KitError::ForeignVersion("2.0".into())));
    }

    #[test]
    fn a_deflate_bomb_stops_at_the_cap() {
        let bomb = sign_raw(1, &deflate_raw(&vec![b' '; MAX_KIT_BYTES + 1]), Some("DEF".into()));
        assert_eq!(read_now(&bomb), Err(OpenError::NotAKit));
    }

    #[test]
    fn only_the_right_key_opens_the_link_and_web_pages_are_not_kits() {
        let link = |key| KitLink::Shl(ShLink::direct("https://p.example/k/1".into(), &key, None));
        let jws = sign(1, &kit(1));
        let bundle = serde_json::to_vec(&fhir::bundle(&kit(1), &jws)).unwrap();
        let aad = Jwe::fhir_aad();
        let sealed = seal_aes256gcm(&[5; 32], &[1; 12], aad.as_bytes(), &bundle).unwrap();
        let answer = Jwe::compact(&aad, &[1; 12], &sealed);
        assert_eq!(block_on(decrypt(&answer, &link([5; 32]), &NativeCrypto)), Ok(jws));
        assert_eq!(block_on(decrypt(&answer, &link([6; 32]), &NativeCrypto)), Err(OpenError::WrongKey));
        for page in ["<!doctype html><title>Connexion Wi-Fi</title>", "", &answer[..answer.len() / 2]] {
            assert!(block_on(decrypt(page, &link([5; 32]), &NativeCrypto)).is_err());
        }
    }

    #[test]
    fn a_new_key_counts_only_when_a_known_one_endorsed_it() {
        let update = |known: TrustedKeys, keys: Vec<Jwk>| {
            let set = JwkSet { keys };
            let names = block_on(known.updated(&set, &NativeCrypto)).unwrap();
            names.keys.into_iter().map(|k| k.kid).collect::<Vec<_>>()
        };
        assert_eq!(update(TrustedKeys::default(), vec![jwk(1, None), jwk(2, None)]), ["key-1", "key-2"]);
        assert_eq!(update(trusted(), vec![jwk(2, None)]), ["key-1"], "a replaced jwks.json is not believed");
        assert_eq!(update(trusted(), vec![jwk(2, Some(3))]), ["key-1"], "a stranger's endorsement is not");
        assert_eq!(
            update(trusted(), vec![jwk(3, Some(2)), jwk(2, Some(1))]),
            ["key-1", "key-2", "key-3"],
            "a chain in any order is"
        );
    }
}
