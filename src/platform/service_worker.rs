//! The service worker (`sw.js`), seen from the page: whether the portal opens without Internet,
//! and new versions, which wait until the patient agrees.

use super::js::{base_url, get, global, object, text};
use gloo_events::EventListener;
use js_sys::Promise;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::EventTarget;

#[wasm_bindgen]
extern "C" {
    type Container;
    #[wasm_bindgen(method, catch)]
    async fn register(this: &Container, url: &str, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn ready(this: &Container) -> Promise;

    type Target;
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &Target, message: &JsValue) -> Result<(), JsValue>;
}

thread_local! {
    static REGISTRATION: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Whether this browser has service workers at all: without them the portal itself is not kept.
pub fn exists() -> bool {
    !global("navigator.serviceWorker").is_undefined()
}

/// Registers the service worker. Call when the first screen can be used. `offline` is told
/// whether the portal opens without Internet, when known and at each change; `update` is called
/// when a new version waits. Without service workers `offline` hears false and nothing else.
pub fn register(offline: impl Fn(bool) + 'static, update: impl Fn() + 'static) {
    let container = global("navigator.serviceWorker");
    if container.is_undefined() {
        offline(false);
        return;
    }
    let offline = Rc::new(offline);
    listen(&container, &offline);
    spawn_local(async move {
        let Some(registration) = registered(&container).await else {
            // Offline, or refused here: what an earlier visit installed still counts.
            ask_status(&container);
            return offline(is_controlled(&container));
        };
        watch_updates(&registration, Rc::new(update));
        // Never rejected; settles once a version is active, which means its list is complete.
        if let Ok(ready) = JsFuture::from(container.unchecked_ref::<Container>().ready()).await {
            if is_controlled(&container) {
                ask_status(&container);
            } else {
                // Loaded past the worker, or while it took over: nobody would ever take this page in.
                tell(&get(&ready, "active"), &[("type", "claim".into()), ("files", version().into())]);
            }
        }
    });
}

/// Registers the worker and remembers the registration; nothing when it is refused.
async fn registered(container: &JsValue) -> Option<JsValue> {
    let options = object(&[("scope", base_url("").into()), ("updateViaCache", "none".into())]);
    let container = container.unchecked_ref::<Container>();
    let registration = container.register(&base_url("sw.js"), &options).await.ok()?;
    REGISTRATION.with(|r| *r.borrow_mut() = Some(registration.clone()));
    Some(registration)
}

/// Installs what an earlier try could not: the phone was full, or the network went away. Does nothing
/// where a version is in charge, or is being installed.
pub fn try_again() {
    let container = global("navigator.serviceWorker");
    if container.is_undefined() || is_controlled(&container) {
        return;
    }
    spawn_local(async move {
        // A failure is what brought us here; the next try comes later.
        let _ = registered(&container).await;
    });
}

/// Lets the waiting version take over and opens it. Call when the patient agreed.
pub fn apply_update() {
    let container = global("navigator.serviceWorker");
    let registration = REGISTRATION.with(|r| r.borrow().clone()).unwrap_or_default();
    let waiting = get(&registration, "waiting");
    if waiting.is_falsy() {
        return reload();
    }
    EventListener::once(container.unchecked_ref::<EventTarget>(), "controllerchange", |_| reload()).forget();
    if !tell(&waiting, &[("type", "skip-waiting".into())]) {
        reload();
    }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // A page that cannot reload stays as it is.
        let _ = window.location().reload();
    }
}

fn is_controlled(container: &JsValue) -> bool {
    get(container, "controller").is_truthy()
}

/// Hears the worker's answers, and asks again when another version takes over.
fn listen(container: &JsValue, offline: &Rc<impl Fn(bool) + 'static>) {
    let target = container.unchecked_ref::<EventTarget>();
    let (offline, asked) = (Rc::clone(offline), container.clone());
    EventListener::new(target, "message", move |event| {
        let message = get(event, "data");
        if text(&message, "type") == "status" {
            offline(get(&message, "complete").is_truthy() && is_controlled(&asked));
        }
    })
    .forget();
    let asked = container.clone();
    EventListener::new(target, "controllerchange", move |_| ask_status(&asked)).forget();
}

/// Asks the worker in charge whether everything of its version is here.
fn ask_status(container: &JsValue) {
    let controller = get(container, "controller");
    if controller.is_truthy() {
        // A worker that went away is followed by `controllerchange`.
        tell(&controller, &[("type", "status".into())]);
    }
}

/// Sends a worker a message; false when it cannot be reached.
fn tell(worker: &JsValue, message: &[(&str, JsValue)]) -> bool {
    worker.unchecked_ref::<Target>().post_message(&object(message)).is_ok()
}

/// The files of this program, whose names tell its version: the build writes them into `index.html`.
fn version() -> Option<String> {
    let link = web_sys::window()?.document()?.query_selector("[data-version]").ok()??;
    link.get_attribute("data-version")
}

/// Calls back when a version waits: now, or once one that is being installed is ready.
fn watch_updates(registration: &JsValue, update: Rc<impl Fn() + 'static>) {
    if get(registration, "waiting").is_truthy() {
        update();
    }
    // The browser may have found it before the page came to listen.
    watch_installing(registration, &update);
    let found = registration.clone();
    EventListener::new(registration.unchecked_ref::<EventTarget>(), "updatefound", move |_| {
        watch_installing(&found, &update);
    })
    .forget();
}

fn watch_installing(registration: &JsValue, update: &Rc<impl Fn() + 'static>) {
    let installing = get(registration, "installing");
    if installing.is_falsy() {
        return;
    }
    let (update, worker) = (Rc::clone(update), installing.clone());
    EventListener::new(installing.unchecked_ref::<EventTarget>(), "statechange", move |_| {
        // The very first version takes over at once and is no update.
        if text(&worker, "state") == "installed" && is_controlled(&global("navigator.serviceWorker")) {
            update();
        }
    })
    .forget();
}
