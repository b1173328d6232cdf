//! Which keys this device believes, and what a kit may therefore be called.
//!
//! The first keys are those deployed with the portal. After that a key counts only when it was
//! known before or when a known one endorsed it: whoever replaces `jwks.json` on the server
//! cannot speak for the clinic to phones that already know it.

use crate::{
    jose::{Jwk, JwkSet, Jws, unb64},
    kit::{Kit, Validation},
    ports::{Crypto, CryptoError, Record, Store},
    profile::ProfileId,
    record,
};

/// The keys believed here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedKeys {
    /// Public keys with their names.
    pub keys: Vec<Jwk>,
}

record!(struct TrustedKeys { keys });

impl Record for TrustedKeys {
    const STORE: Store = Store::Device;
    fn key(&self) -> String {
        Self::KEY.into()
    }
    fn profile(&self) -> ProfileId {
        ProfileId::device()
    }
}

impl TrustedKeys {
    /// The key of the one record.
    pub const KEY: &str = "trusted-keys";

    /// What is believed once `deployed` has been seen. On the first visit that is all of it.
    /// Later, unknown keys need an endorsement by a believed one. Nothing is forgotten: a kit
    /// signed last year still verifies offline.
    pub async fn updated<B>(self, deployed: &JwkSet, crypto: &impl Crypto<B>) -> Result<Self, CryptoError> {
        let usable = || deployed.keys.iter().filter(|k| k.public_key().is_some());
        if self.keys.is_empty() {
            return Ok(TrustedKeys { keys: usable().cloned().collect() });
        }
        let mut trusted = self;
        // Each pass may make an endorser known; a chain is at most as long as the list.
        for _ in 0..deployed.keys.len() {
            let before = trusted.keys.len();
            for key in usable() {
                if !trusted.keys.iter().any(|k| k.kid == key.kid) && trusted.endorses(key, crypto).await? {
                    trusted.keys.push(key.clone());
                }
            }
            if trusted.keys.len() == before {
                break;
            }
        }
        Ok(trusted)
    }

    async fn endorses<B>(&self, key: &Jwk, crypto: &impl Crypto<B>) -> Result<bool, CryptoError> {
        let Some(Ok(jws)) = key.endorsement.as_deref().map(Jws::parse) else { return Ok(false) };
        let Some(endorser) = self.find(&jws.header.kid) else { return Ok(false) };
        if unb64(&key.x).is_none_or(|x| x != jws.payload) {
            return Ok(false);
        }
        crypto.verify_ed25519(&endorser, jws.signing_input.as_bytes(), &jws.signature).await
    }

    /// The believed key of this name.
    pub fn find(&self, kid: &str) -> Option<[u8; 32]> {
        self.keys.iter().find(|k| k.kid == kid).and_then(Jwk::public_key)
    }
}

/// What the signature proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Signed by a believed key, not a byte changed.
    Verified,
    /// Signed by a key that is not believed here.
    Stranger,
    /// A byte was changed since it was signed.
    Tampered,
    /// This browser could not check it.
    Unchecked,
}

record!(
    enum Verification {
        Verified = "verified",
        Stranger = "stranger",
        Tampered = "tampered",
        Unchecked = "unchecked",
    }
);

/// What a screen may call the content.
#[derive(Clone, Debug, PartialEq)]
pub enum Badge<'a> {
    /// « Validée par votre cabinet », with by whom and when.
    Validated(&'a Validation),
    /// « Exemple »: a demonstration, whatever its signature.
    Example,
    /// « Non vérifiée », never hidden.
    NotVerified,
}

impl<'a> Badge<'a> {
    /// The badge needs both the signature and the clinic's word on who checked it and when.
    pub fn of(kit: &'a Kit, verification: Verification) -> Self {
        match (verification, kit.example, &kit.validated_by) {
            (Verification::Verified, true, _) => Badge::Example,
            (Verification::Verified, false, Some(validation)) => Badge::Validated(validation),
            _ => Badge::NotVerified,
        }
    }
}

/// Whether the kit's films may be fetched and played: only what a believed key signed.
pub fn may_play(verification: Verification) -> bool {
    verification == Verification::Verified
}
