//! Network and page coming and going. `navigator.onLine` is a hint: it can say false for ever.

use gloo_events::EventListener;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The browser believes that there is a network.
    Online,
    /// The browser believes that there is none.
    Offline,
    /// The page came back before the patient's eyes.
    Visible,
}

/// What the browser believes.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the page is on view.
pub fn is_visible() -> bool {
    super::js::text(&super::js::global("document"), "visibilityState") == "visible"
}

/// Calls back at each change, for the page's life.
pub fn on_change(changed: impl Fn(Change) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    for (event, change) in [("online", Change::Online), ("offline", Change::Offline)] {
        let changed = changed.clone();
        EventListener::new(&window, event, move |_| changed(change)).forget();
    }
    if let Some(document) = window.document() {
        let listener = EventListener::new(&document, "visibilitychange", move |_| {
            if is_visible() {
                changed(Change::Visible);
            }
        });
        listener.forget();
    }
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
