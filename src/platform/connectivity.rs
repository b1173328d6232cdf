//! Network and page coming and going. `navigator.onLine` is a hint: it can say false for ever.

use super::js;
use gloo_events::EventListener;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// How long the page was out of sight when much may have happened elsewhere: the clinic may have answered.
const LONG_AWAY_MS: f64 = 10.0 * 60_000.0;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The browser believes that there is a network.
    Online,
    /// The browser believes that there is none.
    Offline,
    /// The page came back before the patient's eyes.
    Visible,
    /// The network is of another kind: Wi-Fi instead of a mobile one, or the other way round.
    Kind,
    /// The page came back after a long time; told besides `Visible`.
    Back,
}

/// What the browser believes.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the page is on view.
pub fn is_visible() -> bool {
    js::text(&js::global("document"), "visibilityState") == "visible"
}

/// Calls back at each change, for the page's life.
pub fn on_change(changed: impl Fn(Change) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    for (event, change) in [("online", Change::Online), ("offline", Change::Offline)] {
        let changed = changed.clone();
        EventListener::new(&window, event, move |_| changed(change)).forget();
    }
    // Where the browser says so.
    if let Ok(connection) = js::global("navigator.connection").dyn_into::<EventTarget>() {
        let changed = changed.clone();
        EventListener::new(&connection, "change", move |_| changed(Change::Kind)).forget();
    }
    if let Some(document) = window.document() {
        let left = Rc::new(Cell::new(None));
        let listener = EventListener::new(&document, "visibilitychange", move |_| {
            let now = js_sys::Date::now();
            if !is_visible() {
                return left.set(Some(now));
            }
            changed(Change::Visible);
            // A clock that was set back meanwhile says nothing: then it is asked once too often.
            if left.take().is_some_and(|left: f64| !(0.0..LONG_AWAY_MS).contains(&(now - left))) {
                changed(Change::Back);
            }
        });
        listener.forget();
    }
}

/// Calls back whenever the browser keeps the page aside, still, for the way back (bfcache). Never in a worker.
pub fn on_aside(kept: impl Fn() + 'static) {
    let scope: EventTarget = js_sys::global().unchecked_into();
    let listener = EventListener::new(&scope, "pagehide", move |event| {
        if js::get(event, "persisted").is_truthy() {
            kept();
        }
    });
    listener.forget();
}

/// Listens for the page's leaving, until it is dropped.
pub struct Leaving(Vec<EventListener>);

/// Calls back when the page goes out of sight or away.
pub fn on_leaving(left: impl Fn() + Clone + 'static) -> Leaving {
    let mut listeners = Leaving(Vec::new());
    let Some(window) = web_sys::window() else { return listeners };
    if let Some(document) = window.document() {
        let left = left.clone();
        listeners.0.push(EventListener::new(&document, "visibilitychange", move |_| {
            if !is_visible() {
                left();
            }
        }));
    }
    listeners.0.push(EventListener::new(&window, "pagehide", move |_| left()));
    listeners
}
