//! The portal in a frame of a clinic's own page (`/embed/…`): what it tells the page around it, and
//! where links lead from there. `public/embed.js` is the other side, docs/embedding.md the messages.
//!
//! Which pages may frame it at all the server's policy says (`frame-ancestors`). Here the origin of
//! the page around is learnt once, from the browser where it tells, else from the first greeting, and
//! every message goes to that origin and is taken from that origin and that window alone.

use super::{js, navigation, page};
use care::text::Lang;
use gloo_events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, Url};

/// The version of the messages. Others are not for us.
const VERSION: f64 = 1.0;

/// What comes before the screen's own path.
const PREFIX: &str = "embed/";

thread_local! {
    /// The origin of the page around this one, once it is known.
    static HOST: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The last height and width that were told.
    static SIZE: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
    /// The last title that was told.
    static TITLE: RefCell<String> = const { RefCell::new(String::new()) };
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// Begins to speak with the page around this one; true the first time. `stays` knows the screens that
/// are shown in a frame: links to any other open a page of their own.
pub fn begin(stays: fn(&str) -> bool) -> bool {
    if BEGUN.replace(true) {
        return false;
    }
    follow_links(stays);
    if parent() == js::global("window") {
        return true;
    }
    HOST.set(known_origin());
    if let Some(window) = web_sys::window() {
        EventListener::new(&window, "message", hear).forget();
        // A screen has come when its heading takes the focus (`page::arrive`).
        EventListener::new(&window, "focusin", |event| {
            if js::text(&js::get(event, "target"), "tagName") == "H1" {
                tell_title("navigate");
            }
        })
        .forget();
    }
    if let Some(root) = page::root() {
        observe("ResizeObserver", &root, &JsValue::UNDEFINED, tell_height);
    }
    let inside = js::object(&[("subtree", true.into()), ("childList", true.into())]);
    observe("MutationObserver", &js::global("document.head"), &inside, || tell_title("title"));
    true
}

/// The language that the page around asks for.
pub fn language() -> Option<Lang> {
    let search = web_sys::window()?.location().search().ok()?;
    let tag = search.trim_start_matches('?').split('&').find_map(|part| part.strip_prefix("lang="))?;
    match tag {
        "fr" => Some(Lang::Fr),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn parent() -> JsValue {
    js::global("parent")
}

/// The origin of the page around, where the browser tells: Chromium and WebKit by name, others by
/// whom they came from.
fn known_origin() -> Option<String> {
    let named = js::get(&js::global("location.ancestorOrigins"), "0").as_string();
    let from = js::text(&js::global("document"), "referrer");
    let referrer = || Some(Url::new(&from).ok()?.origin());
    named.or_else(referrer).filter(|origin| is_one(origin))
}

/// An opaque origin cannot be named, so nobody there can be spoken to.
fn is_one(origin: &str) -> bool {
    origin.starts_with("https://") || origin.starts_with("http://")
}

/// A message. Taken is the greeting alone, and only from the page around.
fn hear(event: &Event) {
    let (data, origin) = (js::get(event, "data"), js::text(event, "origin"));
    if js::get(event, "source") != parent()
        || !data.is_object()
        || js::get(&data, "v").as_f64() != Some(VERSION)
    {
        return;
    }
    if js::text(&data, "type") != "hello" || !is_one(&origin) {
        return;
    }
    let ours = HOST.with_borrow_mut(|host| *host.get_or_insert_with(|| origin.clone()) == origin);
    if ours {
        // It follows the height from now on.
        if let Some(html) = web_sys::window().and_then(|w| w.document()?.document_element()) {
            // The name is never invalid.
            let _ = html.set_attribute("data-fitted", "");
        }
        SIZE.take();
        TITLE.take();
        tell_height();
        tell_title("title");
    }
}

/// The content's height, whenever it is another; and the width that made it so.
fn tell_height() {
    let Some(root) = page::root() else { return };
    let Ok(place) = js::call(&root, "getBoundingClientRect", &[]) else { return };
    // A part of a pixel is one more; a whole one is not, or a screen as high as its window grew for ever.
    let measured = |name| js::get(&place, name).as_f64().unwrap_or_default().ceil() as u32;
    let size = (measured("height"), measured("width"));
    if HOST.with_borrow(Option::is_some) && SIZE.replace(size) != size {
        tell("height", &[("height", size.0.into()), ("width", size.1.into())]);
    }
}

/// The document's title: when it is another, and with each new screen.
fn tell_title(kind: &str) {
    let title = js::text(&js::global("document"), "title");
    let told = TITLE.with_borrow(|told| *told == title);
    if HOST.with_borrow(Option::is_some) && (!told || kind == "navigate") {
        tell(kind, &[("title", title.as_str().into())]);
        TITLE.set(title);
    }
}

fn tell(kind: &str, what: &[(&str, JsValue)]) {
    let Some(origin) = HOST.with_borrow(Clone::clone) else { return };
    let head = [("v", VERSION.into()), ("type", kind.into())];
    let message = js::object(&[&head, what].concat());
    // A page that has left hears nothing.
    let _ = js::call(&parent(), "postMessage", &[message, origin.into()]);
}

/// Lets one of the browser's observers watch an element, for the page's life.
fn observe(kind: &str, target: &JsValue, options: &JsValue, changed: impl Fn() + 'static) {
    let Ok(maker) = js::global(kind).dyn_into::<Function>() else { return };
    let changed: JsValue = Closure::<dyn Fn()>::new(changed).into_js_value();
    if let Ok(observer) = Reflect::construct(&maker, &Array::of1(&changed)) {
        // An element of the page can be watched.
        let _ = js::call(&observer, "observe", &[target.clone(), options.clone()]);
    }
}

/// Links between the screens that stay do so under their own addresses; the others leave the frame.
fn follow_links(stays: fn(&str) -> bool) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let mut early = EventListenerOptions::run_in_capture_phase();
    early.passive = false;
    EventListener::new_with_options(&document, "click", early, move |event| {
        let Some(anchor) = anchor_of(event) else { return };
        let address = js::text(&anchor, "href");
        let path = address.strip_prefix(&js::base_url("")).map(|p| p.strip_prefix(PREFIX).unwrap_or(p));
        match path {
            Some(path) if stays(path) => {
                let held = |key: &&str| js::get(event, key).is_truthy();
                if !["button", "altKey", "ctrlKey", "metaKey", "shiftKey"].iter().any(held) {
                    event.prevent_default();
                    navigation::go(&[PREFIX, path].concat());
                }
            }
            // The telephone, or a file to keep, is no page.
            None if !address.starts_with("http") => {}
            _ => {
                // Neither name is ever invalid.
                let _ = anchor.set_attribute("target", "_blank");
                let _ = anchor.set_attribute("rel", "noopener");
            }
        }
    })
    .forget();
}

fn anchor_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()?
}
