//! The browser's own cryptography, and a worker module where it lacks Ed25519 or raw DEFLATE.

use super::{
    js::{JsBytes, get, object, text},
    worker::Worker,
};
use care::{
    media::hex,
    ports::{Crypto, CryptoError},
};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    async fn digest(algorithm: &str, bytes: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    async fn import_key(
        format: &str,
        key: &Uint8Array,
        algorithm: &str,
        extractable: bool,
        usages: &Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    async fn verify(
        algorithm: &str,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    async fn decrypt(algorithm: &JsValue, key: &JsValue, sealed: &Uint8Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(extends = js_sys::Object)]
    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

/// WebCrypto and `DecompressionStream`.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebCrypto;

impl Crypto<JsBytes> for WebCrypto {
    async fn sha256(&self, bytes: &JsBytes) -> Result<String, CryptoError> {
        let digest = digest("SHA-256", &bytes.0).await.map_err(unavailable)?;
        Ok(hex(&Uint8Array::new(&digest).to_vec()))
    }

    async fn verify_ed25519(
        &self,
        public_key: &[u8; 32],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        let parts = [public_key.as_slice(), message, signature].map(Uint8Array::from);
        match verify_here(&parts).await {
            Ok(right) => Ok(right.is_truthy()),
            Err(_) => verify_in_worker(&parts).await,
        }
    }

    async fn open_aes256gcm(
        &self,
        key: &[u8; 32],
        iv: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let key =
            import_key("raw", &Uint8Array::from(&key[..]), "AES-GCM", false, &Array::of1(&"decrypt".into()))
                .await
                .map_err(unavailable)?;
        let algorithm = object(&[
            ("name", "AES-GCM".into()),
            ("iv", Uint8Array::from(iv).into()),
            ("additionalData", Uint8Array::from(aad).into()),
        ]);
        let open =
            decrypt(&algorithm, &key, &Uint8Array::from(sealed)).await.map_err(|_| CryptoError::WrongKey)?;
        Ok(Uint8Array::new(&open).to_vec())
    }

    async fn inflate_raw(&self, deflated: &[u8], cap: usize) -> Result<Vec<u8>, CryptoError> {
        match DecompressionStream::new("deflate-raw") {
            Ok(stream) => inflate_here(&stream, deflated, cap).await.ok_or(CryptoError::Inflate),
            Err(_) => {
                let message = Array::of2(&Uint8Array::from(deflated), &(cap as f64).into());
                let answer = ask_worker(&message).await?;
                answer.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).map_err(|_| CryptoError::Inflate)
            }
        }
    }
}

fn unavailable(error: JsValue) -> CryptoError {
    CryptoError::Unavailable(text(&error, "message"))
}

/// `[key, message, signature]` by the browser; an error when it does not know Ed25519.
async fn verify_here([key, message, signature]: &[Uint8Array; 3]) -> Result<JsValue, JsValue> {
    let key = import_key("raw", key, "Ed25519", false, &Array::of1(&"verify".into())).await?;
    verify("Ed25519", &key, signature, message).await
}

/// `[key, message, signature]` by the worker module.
async fn verify_in_worker([key, message, signature]: &[Uint8Array; 3]) -> Result<bool, CryptoError> {
    Ok(ask_worker(&Array::of3(key, message, signature)).await?.is_truthy())
}

async fn ask_worker(message: &Array) -> Result<JsValue, CryptoError> {
    let worker = Worker::start("verify_worker").await.map_err(unavailable)?;
    worker.ask(message).await.map_err(unavailable)
}

/// `None` when it is not DEFLATE or longer than `cap`; nothing past the cap is inflated.
async fn inflate_here(stream: &DecompressionStream, deflated: &[u8], cap: usize) -> Option<Vec<u8>> {
    let deflated = web_sys::Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(deflated))).ok()?;
    let pair = stream.unchecked_ref::<web_sys::ReadableWritablePair>();
    let inflated = deflated.body()?.pipe_through(pair);
    let reader: web_sys::ReadableStreamDefaultReader = inflated.get_reader().unchecked_into();
    let mut out = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.ok()?;
        if get(&piece, "done").is_truthy() {
            return Some(out);
        }
        let bytes: Uint8Array = get(&piece, "value").unchecked_into();
        if out.len() + bytes.length() as usize > cap {
            // Best effort: the stream is dropped either way.
            let _ = JsFuture::from(reader.cancel()).await;
            return None;
        }
        out.extend(bytes.to_vec());
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::platform::js::script;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let digit = |n: &u8| char::from(*n).to_digit(16).unwrap() as u8;
        hexadecimal.as_bytes().chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
    }

    /// RFC 8037, appendix A.4: public key, signed text, signature.
    fn rfc_8037() -> ([u8; 32], &'static [u8], Vec<u8>) {
        let key = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signature = bytes(
            "860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e\
             9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02",
        );
        (key.try_into().unwrap(), b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature)
    }

    #[wasm_bindgen_test]
    async fn the_signature_of_rfc_8037_is_right_and_a_changed_one_is_not() {
        let (key, message, signature) = rfc_8037();
        assert_eq!(WebCrypto.verify_ed25519(&key, message, &signature).await, Ok(true));
        for at in [0, 31, 32, 63] {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert_eq!(WebCrypto.verify_ed25519(&key, message, &changed).await, Ok(false), "byte {at}");
        }
        assert_eq!(WebCrypto.verify_ed25519(&key, b"other", &signature).await, Ok(false));
        assert_eq!(WebCrypto.verify_ed25519(&key, message, &signature[..63]).await, Ok(false));
    }

    #[wasm_bindgen_test]
    async fn sha256_of_abc_is_the_standards() {
        let digest = WebCrypto.sha256(&JsBytes::copy_of(b"abc")).await.unwrap();
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[wasm_bindgen_test]
    async fn aes_gcm_opens_with_its_key_and_text_alone() {
        // GCM specification, test case 16 (McGrew and Viega).
        let key: [u8; 32] =
            bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").try_into().unwrap();
        let (iv, aad) =
            (bytes("cafebabefacedbaddecaf888"), bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
        let sealed = bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
        );
        let opened = WebCrypto.open_aes256gcm(&key, &iv, &aad, &sealed).await.unwrap();
        assert_eq!(opened[..4], bytes("d9313225"));
        assert_eq!(opened.len(), 60);
        let mut changed = sealed.clone();
        changed[5] ^= 1;
        let wrong = Err(CryptoError::WrongKey);
        assert_eq!(WebCrypto.open_aes256gcm(&key, &iv, &aad, &changed).await, wrong);
        assert_eq!(WebCrypto.open_aes256gcm(&[0; 32], &iv, &aad, &sealed).await, wrong);
        assert_eq!(WebCrypto.open_aes256gcm(&key, &iv, b"", &sealed).await, wrong);
        assert_eq!(WebCrypto.open_aes256gcm(&key, &iv, &aad, &[]).await, wrong);
    }

    /// Deflated by the browser.
    async fn deflate(length: u32) -> Vec<u8> {
        let body = "return new Response(new Response(new Uint8Array(b).fill(65)).body
            .pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer()";
        Uint8Array::new(&script(body, "", &length.into()).await).to_vec()
    }

    #[wasm_bindgen_test]
    async fn inflating_gives_everything_up_to_the_cap_and_nothing_past_it() {
        let deflated = deflate(5_000_000).await;
        assert!(deflated.len() < 10_000, "a bomb in the small");
        let inflated = WebCrypto.inflate_raw(&deflated, 5_000_000).await.unwrap();
        assert!(inflated.len() == 5_000_000 && inflated.iter().all(|byte| *byte == 65));
        assert_eq!(WebCrypto.inflate_raw(&deflated, 4_999_999).await, Err(CryptoError::Inflate));
    }

    #[wasm_bindgen_test]
    async fn what_is_not_deflate_or_cut_off_is_an_error() {
        let deflated = deflate(100_000).await;
        for broken in [&b"<!doctype html><title>Wi-Fi</title>"[..], &deflated[..deflated.len() / 2], &[]] {
            assert_eq!(WebCrypto.inflate_raw(broken, 1 << 20).await, Err(CryptoError::Inflate));
        }
    }
}
