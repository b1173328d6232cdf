//! Files that the patient saves from the portal and opens with it.

use super::js;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};

/// So long an address stays good: a slow phone may still ask where the file shall go.
const KEPT_MS: i32 = 60_000;

/// The largest file that is read: the journal of many years is smaller.
const MAX_BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// Gives a text to the browser to be saved under this name. Only after a tap. False when the browser
/// makes no files.
pub fn save(name: &str, mime: &str, text: &str) -> bool {
    let bag = BlobPropertyBag::new();
    bag.set_type(mime);
    Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &bag)
        .is_ok_and(|blob| save_blob(name, &blob))
}

/// The same for what is a file already.
pub fn save_blob(name: &str, blob: &Blob) -> bool {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return false };
    let done = follow(name, &url).is_some();
    leptos::task::spawn_local(async move {
        js::sleep(KEPT_MS).await;
        let _ = Url::revoke_object_url(&url);
    });
    done
}

fn follow(name: &str, url: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(url);
    link.set_download(name);
    // Some browsers follow only a link that stands in the page.
    document.body()?.append_child(&link).ok()?;
    link.click();
    link.remove();
    Some(())
}

/// All of a file that the patient chose; nothing when it cannot be read or is too large to be ours.
pub async fn read(file: &File) -> Option<Vec<u8>> {
    if file.size() > MAX_BYTES {
        return None;
    }
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_chosen_file_is_read_as_it_is() {
        let text = "Journée : « bien »\r\n";
        let file = File::new_with_str_sequence(&Array::of1(&text.into()), "a.json").unwrap();
        assert_eq!(read(&file).await.unwrap(), text.as_bytes());
    }
}
