//! Installing the portal on the home screen: what may be said, and the browser's own question.

use super::{device, js};
use gloo_events::EventListener;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// The browser's offer, kept until the patient asks for it.
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// What to say about installing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing: installed, or the browser offers nothing.
    None,
    /// Inside another app, where nothing is kept for long: « Ouvrez dans Chrome / Safari ».
    InApp,
    /// Safari on iPhone: share menu, « Sur l’écran d’accueil », after copying the link.
    IosSafari,
    /// The browser can ask.
    Prompt,
}

/// Keeps the browser's offer for later, for the page's life. Call once, early.
pub fn listen(changed: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        let listener = EventListener::new_with_options(
            &window,
            "beforeinstallprompt",
            gloo_events::EventListenerOptions::enable_prevent_default(),
            move |event| {
                event.prevent_default();
                OFFER.with(|offer| *offer.borrow_mut() = Some(event.clone().into()));
                changed();
            },
        );
        listener.forget();
    }
}

/// What to say now.
pub fn hint() -> Hint {
    if device::is_standalone() {
        Hint::None
    } else if device::is_in_app() {
        Hint::InApp
    } else if device::is_ios_safari() {
        Hint::IosSafari
    } else if OFFER.with(|offer| offer.borrow().is_some()) {
        Hint::Prompt
    } else {
        Hint::None
    }
}

/// Opens the browser's question.
pub fn prompt() {
    let Some(offer) = OFFER.with(|offer| offer.borrow_mut().take()) else { return };
    if let Ok(ask) = js::get(&offer, "prompt").dyn_into::<js_sys::Function>() {
        // A refused or failed question leaves everything as it was.
        let _ = ask.call0(&offer);
    }
}
