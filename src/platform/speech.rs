//! Reading aloud with the device's own voice. Where there is none, nothing is offered.

use super::js;
use care::text::Lang;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// Whether this browser can speak.
pub fn available() -> bool {
    js::global("speechSynthesis").is_object() && js::global("SpeechSynthesisUtterance").is_function()
}

/// Whether the device has a voice for this language. A browser may still be looking for its voices:
/// asked early, it has them when they are needed.
pub fn has_voice(lang: Lang) -> bool {
    let speech = js::global("speechSynthesis");
    let Ok(voices) = js::get(&speech, "getVoices").dyn_into::<Function>() else { return false };
    let voices = voices.call0(&speech).map(|voices| Array::from(&voices)).unwrap_or_default();
    voices.iter().any(|voice| js::text(&voice, "lang").starts_with(lang.tag()))
}

/// Reads `text`, a little slower than usual, in the place of what is being read. `silent` is called
/// when it is over or was stopped.
pub fn say(text: &str, lang: Lang, silent: impl Fn() + 'static) {
    stop();
    let Ok(utterance) = js::global("SpeechSynthesisUtterance").dyn_into::<Function>() else { return };
    let Ok(utterance) = Reflect::construct(&utterance, &Array::of1(&text.into())) else { return };
    let locale = if lang == Lang::En { "en-GB" } else { "fr-FR" };
    // Kept by the browser as long as it speaks.
    let silent: JsValue = Closure::<dyn Fn()>::new(silent).into_js_value();
    for (name, value) in [
        ("lang", JsValue::from_str(locale)),
        ("rate", 0.9.into()),
        ("onend", silent.clone()),
        ("onerror", silent),
    ] {
        // A browser that knows no rate reads at its own.
        let _ = Reflect::set(&utterance, &name.into(), &value);
    }
    call("speak", &utterance);
}

/// Falls silent.
pub fn stop() {
    call("cancel", &JsValue::UNDEFINED);
}

fn call(method: &str, argument: &JsValue) {
    let speech = js::global("speechSynthesis");
    if let Ok(method) = js::get(&speech, method).dyn_into::<Function>() {
        // A voice that fails leaves the page, which can be read.
        let _ = method.call1(&speech, argument);
    }
}
