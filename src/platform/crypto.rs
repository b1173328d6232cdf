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
