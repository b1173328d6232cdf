//! Compact JWS (RFC 7515) and JWE (RFC 7516) as this project uses them, and JWK sets
//! (RFC 7517). Only the text forms: the cryptography itself is behind [`crate::ports::Crypto`].

use crate::{
    json::{self, Value},
    record,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Most bytes that a kit may have after inflating: a bomb stops here. 60 exercises in two
/// languages are about 300 KB.
pub const MAX_KIT_BYTES: usize = 4 * 1024 * 1024;

/// Why a compact text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Parts are missing or are not base64url.
    #[error("not a compact {0}")]
    Shape(&'static str),
    /// Well formed, but made with an algorithm this project does not accept.
    #[error("algorithm not accepted: {0}")]
    Algorithm(String),
}

/// base64url without padding.
pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of a base64url text without padding.
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Header of a signed kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwsHeader {
    /// Always `EdDSA`.
    pub alg: String,
    /// Which key signed.
    pub kid: String,
    /// `DEF`: the payload is raw DEFLATE. Absent on key endorsements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
}

record!(struct JwsHeader { alg, kid, zip });

/// A compact JWS taken apart. Nothing in it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jws<'a> {
    /// The header.
    pub header: JwsHeader,
    /// What the signature covers, as it came.
    pub signing_input: &'a str,
    /// The payload's bytes (still deflated when `zip` says so).
    pub payload: Vec<u8>,
    /// 64 bytes.
    pub signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a compact JWS apart; refuses every algorithm but EdDSA.
    pub fn parse(compact: &'a str) -> Result<Self, JoseError> {
        let shape = || JoseError::Shape("JWS");
        let (signing_input, signature) = compact.trim().rsplit_once('.').ok_or_else(shape)?;
        let (header, payload) = signing_input.split_once('.').ok_or_else(shape)?;
        let header: JwsHeader = json::read(&unb64(header).ok_or_else(shape)?).map_err(|_| shape())?;
        if header.alg != "EdDSA" {
            return Err(JoseError::Algorithm(header.alg));
        }
        if let Some(zip) = header.zip.as_deref().filter(|z| *z != "DEF") {
            return Err(JoseError::Algorithm(zip.to_owned()));
        }
        let payload = unb64(payload).ok_or_else(shape)?;
        let signature = unb64(signature).filter(|s| s.len() == 64).ok_or_else(shape)?;
        Ok(Jws { header, signing_input, payload, signature })
    }

    /// What is to be signed for a header and payload; the signature is appended by [`Jws::seal`].
    pub fn signing_input(header: &JwsHeader, payload: &[u8]) -> String {
        format!("{}.{}", b64(json::write(header).as_bytes()), b64(payload))
    }

    /// The compact form.
    pub fn seal(signing_input: &str, signature: &[u8]) -> String {
        format!("{signing_input}.{}", b64(signature))
    }
}

/// A compact JWE (`dir`, A256GCM) taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwe<'a> {
    /// Authenticated beside the text: the protected header as it came.
    pub aad: &'a str,
    /// 12 bytes.
    pub iv: Vec<u8>,
    /// The ciphertext followed by the 16-byte tag, as WebCrypto and RustCrypto take it.
    pub sealed: Vec<u8>,
}

impl<'a> Jwe<'a> {
    /// Takes a compact JWE apart; refuses every algorithm but `dir` + A256GCM, and `zip`.
    pub fn parse(compact: &'a str) -> Result<Self, JoseError> {
        let shape = || JoseError::Shape("JWE");
        let mut parts = compact.trim().split('.');
        let mut next = || parts.next().ok_or_else(shape);
        let (aad, key, iv, text, tag) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() || !key.is_empty() {
            return Err(shape());
        }
        let header = Value::parse(&unb64(aad).ok_or_else(shape)?).map_err(|_| shape())?;
        for (name, expected) in [("alg", "dir"), ("enc", "A256GCM")] {
            let given = header.get(name).as_str().unwrap_or_default();
            if given != expected {
                return Err(JoseError::Algorithm(given.to_owned()));
            }
        }
        if *header.get("zip") != Value::Null {
            return Err(JoseError::Algorithm("zip".into()));
        }
        let iv = unb64(iv).filter(|v| v.len() == 12).ok_or_else(shape)?;
        let tag = unb64(tag).filter(|t| t.len() == 16).ok_or_else(shape)?;
        let mut sealed = unb64(text).ok_or_else(shape)?;
        sealed.extend(tag);
        Ok(Jwe { aad, iv, sealed })
    }

    /// The protected header for a FHIR payload, encoded: the AAD of the encryption.
    pub fn fhir_aad() -> String {
        b64(br#"{"alg":"dir","enc":"A256GCM","cty":"application/fhir+json"}"#)
    }

    /// The compact form. `sealed` ends with the 16-byte tag.
    pub fn compact(aad: &str, iv: &[u8; 12], sealed: &[u8]) -> String {
        let (text, tag) = sealed.split_at(sealed.len().saturating_sub(16));
        format!("{aad}..{}.{}.{}", b64(iv), b64(text), b64(tag))
    }
}

/// An Ed25519 public key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The 32-byte key, base64url.
    pub x: String,
    /// Its name.
    pub kid: String,
    /// A compact JWS by an older key of the clinic whose payload is this key's `x`: how a new
    /// key comes to count on phones that already trust the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<String>,
}

record!(struct Jwk { kty, crv, x, kid, endorsement });

impl Jwk {
    /// The 32 bytes of the key, when it is an Ed25519 key at all.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        if self.kty != "OKP" || self.crv != "Ed25519" {
            return None;
        }
        unb64(&self.x)?.try_into().ok()
    }
}

/// `jwks.json`, deployed beside the portal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys. Those of kinds unknown here are skipped when they are used.
    pub keys: Vec<Jwk>,
}

record!(struct JwkSet { keys });

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(alg: &str) -> JwsHeader {
        JwsHeader { alg: alg.into(), kid: "k".into(), zip: Some("DEF".into()) }
    }

    #[test]
    fn a_jws_comes_apart_as_it_was_put_together() {
        let input = Jws::signing_input(&header("EdDSA"), b"payload");
        let compact = Jws::seal(&input, &[3; 64]);
        let jws = Jws::parse(&compact).unwrap();
        assert_eq!((jws.payload.as_slice(), jws.signing_input), (&b"payload"[..], input.as_str()));
    }

    #[test]
    fn other_algorithms_are_refused() {
        let none = Jws::seal(&Jws::signing_input(&header("none"), b"x"), &[3; 64]);
        assert_eq!(Jws::parse(&none), Err(JoseError::Algorithm("none".into())));
        let zipped = b64(br#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#);
        let jwe = Jwe::compact(&zipped, &[1; 12], &[0; 20]);
        assert_eq!(Jwe::parse(&jwe), Err(JoseError::Algorithm("zip".into())));
    }

    #[test]
    fn a_jwe_comes_apart_as_it_was_put_together() {
        let compact = Jwe::compact(&Jwe::fhir_aad(), &[1; 12], &[9; 40]);
        let jwe = Jwe::parse(&compact).unwrap();
        assert_eq!((jwe.iv, jwe.sealed), (vec![1; 12], vec![9; 40]));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(s in "[A-Za-z0-9_.=-]{0,200}") {
            let _ = Jws::parse(&s);
            let _ = Jwe::parse(&s);
        }
    }
}
