//! Keeps the screen on while its value lives. The browser lets go of the screen whenever the page is
//! hidden; it is taken again on return. Where the browser cannot, the phone's own setting counts.

use super::{connectivity::is_visible, js};
use gloo_events::EventListener;
use js_sys::{Function, Promise};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The screen stays on until it is dropped.
pub struct Awake {
    held: Rc<Held>,
    _returns: Option<EventListener>,
}

#[derive(Default)]
struct Held {
    /// The browser's own lock, while there is one.
    sentinel: RefCell<Option<JsValue>>,
    over: RefCell<bool>,
}

impl Awake {
    /// Keeps the screen on from now.
    pub fn keep() -> Self {
        let held = Rc::new(Held::default());
        leptos::task::spawn_local(take(held.clone()));
        let again = held.clone();
        let document = web_sys::window().and_then(|w| w.document());
        let returns = document.map(|document| {
            EventListener::new(&document, "visibilitychange", move |_| {
                if is_visible() {
                    leptos::task::spawn_local(take(again.clone()));
                }
            })
        });
        Awake { held, _returns: returns }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        *self.held.over.borrow_mut() = true;
        release(self.held.sentinel.take());
    }
}

async fn take(held: Rc<Held>) {
    let wake_lock = js::global("navigator.wakeLock");
    let Ok(request) = js::get(&wake_lock, "request").dyn_into::<Function>() else { return };
    let Ok(coming) = request.call1(&wake_lock, &"screen".into()) else { return };
    // Refused on a low battery: nothing is lost but the light.
    let Ok(sentinel) = JsFuture::from(Promise::resolve(&coming)).await else { return };
    if *held.over.borrow() {
        release(Some(sentinel));
    } else {
        release(held.sentinel.replace(Some(sentinel)));
    }
}

fn release(sentinel: Option<JsValue>) {
    if let Some(sentinel) = sentinel
        && let Ok(release) = js::get(&sentinel, "release").dyn_into::<Function>()
    {
        // One that the browser let go of already is released once more without harm.
        let _ = release.call0(&sentinel);
    }
}
