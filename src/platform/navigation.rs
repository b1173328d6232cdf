//! The address bar's path: which screen is on view. Links are ordinary `<a href>`s, relative to
//! `<base>`; a plain click on one of ours changes the screen without loading the page again.

use super::js;
use gloo_events::{EventListener, EventListenerOptions};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};

/// Whom to tell of another screen.
type Moved = Rc<dyn Fn(String)>;

thread_local! {
    static MOVED: RefCell<Option<Moved>> = const { RefCell::new(None) };
}

/// The path that the portal is deployed at, with its slashes: `/` or `/mon-kit/`.
fn base() -> String {
    let base = js::base_url("");
    web_sys::Url::new(&base).map_or_else(|_| "/".into(), |url| url.pathname())
}

/// The screen's path inside the portal, without slashes around it: ``, `kit`, `exercise/x`.
fn inside(path: &str) -> Option<String> {
    let rest = path.strip_prefix(&base())?;
    Some(rest.strip_prefix("index.html").unwrap_or(rest).trim_matches('/').to_owned())
}

/// The screen that the address bar names.
pub fn current() -> String {
    let path = web_sys::window().and_then(|w| w.location().pathname().ok()).unwrap_or_default();
    inside(&path).unwrap_or(path)
}

/// The whole address of a screen, for others to come to.
pub fn address(path: &str) -> String {
    js::base_url(path)
}

/// Goes to a screen and leaves a way back.
pub fn go(path: &str) {
    let path = path.trim_matches('/');
    let Some(window) = web_sys::window() else { return };
    if path != current() {
        let url = [base().as_str(), path].concat();
        if let Ok(history) = window.history() {
            // A browser that refuses (too many in a second) still shows the screen.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&url));
        }
    }
    window.scroll_to_with_x_and_y(0.0, 0.0);
    announce(path.to_owned());
}

/// Loads the first screen anew, with nothing of what this page holds.
pub fn begin_again() {
    if let Some(window) = web_sys::window() {
        // A browser that refuses to load keeps its page.
        let _ = window.location().replace(&js::base_url(""));
    }
}

fn announce(path: String) {
    // The callback may navigate: it must not run while it is borrowed.
    let moved = MOVED.with_borrow(Clone::clone);
    if let Some(moved) = moved {
        moved(path);
    }
}

/// Calls back with each screen's path, for the page's life. Call once.
pub fn listen(moved: impl Fn(String) + 'static) {
    MOVED.set(Some(Rc::new(moved)));
    let Some(window) = web_sys::window() else { return };
    EventListener::new(&window, "popstate", |_| announce(current())).forget();
    EventListener::new_with_options(
        &window,
        "click",
        EventListenerOptions::enable_prevent_default(),
        |event| {
            if let Some(path) = event.dyn_ref::<MouseEvent>().and_then(ours) {
                event.prevent_default();
                go(&path);
            }
        },
    )
    .forget();
}

/// The screen that a click asks for; none when the browser should do what it always does.
fn ours(event: &MouseEvent) -> Option<String> {
    let special = event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key();
    if event.default_prevented() || event.button() != 0 || special {
        return None;
    }
    let anchor = event.target()?.dyn_into::<web_sys::Element>().ok()?.closest("a[href]").ok()??;
    let anchor = anchor.dyn_into::<HtmlAnchorElement>().ok()?;
    let origin = web_sys::window()?.location().origin().ok()?;
    let leaves = !anchor.target().is_empty() || anchor.has_attribute("download") || !anchor.hash().is_empty();
    if leaves || anchor.origin() != origin {
        return None;
    }
    inside(&anchor.pathname())
}
