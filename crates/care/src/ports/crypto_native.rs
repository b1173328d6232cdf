//! Real cryptography for native programs and for tests of the domain.

use super::{Crypto, CryptoError};
use crate::media::hex;
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// RustCrypto, dalek and flate2 behind the port.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeCrypto;

impl Crypto for NativeCrypto {
    async fn sha256(&self, bytes: &Vec<u8>) -> Result<String, CryptoError> {
        Ok(hex(&Sha256::digest(bytes)))
    }

    async fn verify_ed25519(
        &self,
        public_key: &[u8; 32],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public_key).map_err(|_| CryptoError::WrongKey)?;
        let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return Ok(false) };
        Ok(key.verify_strict(message, &signature).is_ok())
    }

    async fn open_aes256gcm(
        &self,
        key: &[u8; 32],
        iv: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let iv: &[u8; 12] = iv.try_into().map_err(|_| CryptoError::WrongKey)?;
        Aes256Gcm::new(key.into())
            .decrypt(iv.into(), Payload { msg: sealed, aad })
            .map_err(|_| CryptoError::WrongKey)
    }

    async fn inflate_raw(&self, deflated: &[u8], cap: usize) -> Result<Vec<u8>, CryptoError> {
        let mut out = Vec::new();
        let limit = cap as u64 + 1;
        flate2::read::DeflateDecoder::new(deflated)
            .take(limit)
            .read_to_end(&mut out)
            .map_err(|_| CryptoError::Inflate)?;
        if out.len() > cap { Err(CryptoError::Inflate) } else { Ok(out) }
    }
}

/// AES-256-GCM; the result ends with the 16-byte tag.
pub fn seal_aes256gcm(
    key: &[u8; 32],
    iv: &[u8; 12],
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    Aes256Gcm::new(key.into())
        .encrypt(iv.into(), Payload { msg: plain, aad })
        .map_err(|_| CryptoError::WrongKey)
}

/// Raw DEFLATE, as small as it gets. Writing to memory cannot fail; an empty result would be
/// refused by every reader.
pub fn deflate_raw(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
