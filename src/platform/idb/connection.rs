//! One connection, shared by the whole page: opened on first use, closed when another tab needs
//! to upgrade, opened again once when it died (iOS kills the connections of sleeping apps), and let go
//! while the browser keeps the page aside for the way back.

use super::schema::{MEDIA, MEDIA_CHUNKS, MIGRATIONS, Migration};
use crate::platform::{connectivity, js};
use care::ports::StoreError;
use gloo_events::EventListener;
use js_sys::{Array, Promise, Set};
use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    EventTarget, IdbDatabase, IdbFactory, IdbRequest, IdbTransaction, IdbTransactionMode,
    IdbVersionChangeEvent,
};

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the options that web-sys does not offer yet.
    type Durable;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Durable,
        stores: &Array,
        mode: IdbTransactionMode,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// The portal's database.
pub const NAME: &str = "bon-geste";

/// So long may another tab stand in the way of an upgrade.
const BLOCKED_MS: i32 = 3_000;
/// So long may opening take when nothing stands in the way.
const OPEN_MS: i32 = 15_000;

/// The database. Clones share one connection.
#[derive(Clone)]
pub struct Db(Rc<Inner>);

pub(super) struct Inner {
    name: String,
    migrations: &'static [Migration],
    handle: RefCell<Option<IdbDatabase>>,
    opening: RefCell<Option<Promise>>,
    failure: RefCell<Option<StoreError>>,
    blocked: Cell<bool>,
    /// Transactions under way.
    active: Set,
    /// Settled when the page is back, while it is kept aside.
    aside: RefCell<Option<Promise>>,
}

impl Db {
    /// Opens the database `name` ([`NAME`] but in tests) and brings it to this version's shape.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_with(name, MIGRATIONS).await
    }

    pub(super) async fn open_with(name: &str, migrations: &'static [Migration]) -> Result<Self, StoreError> {
        let db = Db(Rc::new(Inner {
            name: name.to_owned(),
            migrations,
            handle: RefCell::default(),
            opening: RefCell::default(),
            failure: RefCell::default(),
            blocked: Cell::new(false),
            active: Set::new(&JsValue::UNDEFINED),
            aside: RefCell::default(),
        }));
        Inner::let_go_aside(&db.0);
        match db.0.connection().await {
            Err(e) if e.is_connection() => drop(db.0.connection().await?),
            other => drop(other?),
        }
        Ok(db)
    }

    /// What iOS does to the connection of a sleeping app: it is dead and nobody was told.
    #[cfg(test)]
    pub(super) fn kill(&self) {
        if let Some(db) = &*self.0.handle.borrow() {
            db.close();
        }
    }

    /// Runs `work` in one transaction over `stores` and waits for the commit: on the disk itself, where what is
    /// written cannot be fetched again. When the connection turns out to be dead it is opened again and `work`
    /// runs a second time.
    pub(super) async fn run(
        &self,
        stores: &[&str],
        mode: IdbTransactionMode,
        work: &Work<'_>,
    ) -> Result<JsValue, StoreError> {
        match self.attempt(stores, mode, work).await {
            Err(e) if e.is_connection() => {
                self.0.forget();
                self.attempt(stores, mode, work).await
            }
            done => done,
        }
    }

    async fn attempt(
        &self,
        stores: &[&str],
        mode: IdbTransactionMode,
        work: &Work<'_>,
    ) -> Result<JsValue, StoreError> {
        let db = self.0.connection().await?;
        let fetched = stores.iter().any(|name| [MEDIA, MEDIA_CHUNKS].contains(name));
        let options = match mode == IdbTransactionMode::Readwrite && !fetched {
            // Else it may still lie with the system, and the battery may go next.
            true => js::object(&[("durability", "strict".into())]),
            false => JsValue::UNDEFINED,
        };
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let db = db.unchecked_ref::<Durable>();
        let tx = db.transaction(&names, mode, &options).map_err(|e| dom_error(&e))?;
        let ended = Promise::new(&mut |committed, aborted| {
            tx.set_oncomplete(Some(&committed));
            tx.set_onabort(Some(&aborted));
        });
        self.0.active.add(&tx);
        let worked = work(tx.clone()).await;
        if worked.is_err() {
            // One that has ended already cannot be aborted, and need not be.
            let _ = tx.abort();
        }
        let committed = JsFuture::from(ended).await.is_ok();
        self.0.active.delete(&tx);
        match worked {
            Ok(value) if committed => Ok(value),
            // Without room only the transaction may know why it ended, not its last request.
            worked => Err(match (tx.error(), worked) {
                (Some(e), _) => dom_error(&e),
                (None, Err(e)) => dom_error(&e),
                (None, Ok(_)) => StoreError::Closed("aborted".into()),
            }),
        }
    }
}

/// What is done in a transaction. It may wait for [`request`]s and for nothing else: the browser
/// commits a transaction that is left alone.
pub(super) type Work<'w> = dyn Fn(IdbTransaction) -> Working<'w> + 'w;

/// The work under way; its value is for the caller, its error the browser's own.
pub(super) type Working<'w> = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>> + 'w>>;

/// The result of a request.
pub(super) async fn request(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let settled = Promise::new(&mut |success, error| {
        request.set_onsuccess(Some(&success));
        request.set_onerror(Some(&error));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.map_or(JsValue::UNDEFINED, JsValue::from)),
    }
}

/// The results of requests of one transaction, in their order.
pub(super) async fn answers(requests: Vec<IdbRequest>) -> Result<JsValue, JsValue> {
    // They are answered in their order: after the last one all have been.
    if let Some(last) = requests.last() {
        request(last).await?;
    }
    let results: Result<Array, _> = requests.iter().map(IdbRequest::result).collect();
    results.map(JsValue::from)
}

impl Inner {
    /// The shared connection, opened when there is none.
    async fn connection(self: &Rc<Self>) -> Result<IdbDatabase, StoreError> {
        let aside = self.aside.borrow().clone();
        if let Some(aside) = aside {
            // It is never rejected.
            let _ = JsFuture::from(aside).await;
        }
        if let Some(db) = &*self.handle.borrow() {
            return Ok(db.clone());
        }
        let opening = self.opening.borrow().clone();
        let opening = opening.unwrap_or_else(|| self.start_opening());
        // Opening goes on by itself: an upgrade that was begun must never be left without its
        // migrations. Only our wait for it is limited.
        let wait = async |ms| js::within(opening.clone(), ms).await.ok().flatten().is_some();
        if !wait(BLOCKED_MS).await && (self.blocked.get() || !wait(OPEN_MS - BLOCKED_MS).await) {
            return Err(match self.blocked.get() {
                true => StoreError::Blocked,
                false => StoreError::Closed("opening takes too long".into()),
            });
        }
        if let Some(e) = self.failure.borrow().clone() {
            return Err(e);
        }
        self.handle.borrow().clone().ok_or_else(|| StoreError::Closed("closed while opening".into()))
    }

    fn start_opening(self: &Rc<Self>) -> Promise {
        let inner = Rc::clone(self);
        let opening = future_to_promise(async move {
            inner.blocked.set(false);
            let opened = inner.open().await;
            inner.blocked.set(false);
            *inner.opening.borrow_mut() = None;
            *inner.failure.borrow_mut() = opened.as_ref().err().cloned();
            *inner.handle.borrow_mut() = opened.ok();
            Ok(JsValue::TRUE)
        });
        *self.opening.borrow_mut() = Some(opening.clone());
        opening
    }

    async fn open(self: &Rc<Self>) -> Result<IdbDatabase, StoreError> {
        let version = u32::try_from(self.migrations.len()).unwrap_or(u32::MAX);
        // Not the window's: workers have the same one.
        let factory = js::global("indexedDB");
        if !factory.is_object() {
            return Err(StoreError::Refused("no IndexedDB".into()));
        }
        let factory: IdbFactory = factory.unchecked_into();
        let opening = factory.open_with_u32(&self.name, version).map_err(|e| open_error(&e))?;
        let (migrations, upgrading) = (self.migrations, opening.clone());
        let upgrade = Closure::once_into_js(move |event: IdbVersionChangeEvent| {
            let (Ok(db), Some(tx)) = (upgrading.result(), upgrading.transaction()) else { return };
            let done = event.old_version() as usize;
            let db = db.unchecked_into();
            if migrations.iter().skip(done).try_for_each(|migrate| migrate(&db)).is_err() {
                // All or nothing: opening then fails and the data stay as they were.
                let _ = tx.abort();
            }
        });
        opening.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        let weak = Rc::downgrade(self);
        let blocked = Closure::once_into_js(move || {
            if let Some(inner) = weak.upgrade() {
                inner.blocked.set(true);
            }
        });
        opening.set_onblocked(Some(blocked.unchecked_ref()));
        let db: IdbDatabase = request(&opening).await.map_err(|e| open_error(&e))?.unchecked_into();
        let forget = forgetter(Rc::downgrade(self));
        db.set_onversionchange(Some(&forget));
        db.set_onclose(Some(&forget));
        Ok(db)
    }

    /// WebKit neither ends nor goes on with a transaction of a page that it keeps aside: the next page, which waits
    /// for it, never opens. So all of them end, and are made again when the page is back.
    fn let_go_aside(inner: &Rc<Self>) {
        let weak = Rc::downgrade(inner);
        connectivity::on_aside(move || {
            // The other engines let what was asked of the database come to its end.
            let webkit = js::text(&js::global("navigator"), "vendor").starts_with("Apple");
            let Some(inner) = weak.upgrade().filter(|_| webkit) else { return };
            let back = Promise::new(&mut |back, _| {
                let scope: EventTarget = js_sys::global().unchecked_into();
                let inner = Rc::downgrade(&inner);
                let returned = EventListener::once(&scope, "pageshow", move |_| {
                    if let Some(inner) = inner.upgrade() {
                        inner.aside.take();
                    }
                    let _ = back.call0(&JsValue::UNDEFINED);
                });
                returned.forget();
            });
            inner.aside.replace(Some(back));
            inner.active.for_each(&mut |tx, _, _| {
                // One that has just ended cannot be aborted, and need not be.
                let _ = tx.unchecked_into::<IdbTransaction>().abort();
            });
            inner.forget();
        });
    }

    /// Closes the connection; the next use opens a new one.
    fn forget(&self) {
        if let Some(db) = self.handle.borrow_mut().take() {
            db.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.forget();
    }
}

/// What lets go of the connection when the browser says so. Freed with the connection.
fn forgetter(inner: Weak<Inner>) -> js_sys::Function {
    let forget = Closure::<dyn Fn()>::new(move || {
        if let Some(inner) = inner.upgrade() {
            inner.forget();
        }
    });
    forget.into_js_value().unchecked_into()
}

fn open_error(error: &JsValue) -> StoreError {
    match dom_error(error) {
        // Firefox in private mode, before it learnt to keep databases in memory.
        StoreError::Closed(why) if why.starts_with("InvalidStateError") => StoreError::Refused(why),
        error => error,
    }
}

/// A browser's error by its name, flattened to name and message.
pub(super) fn dom_error(error: &JsValue) -> StoreError {
    let why = js::error_text(error);
    match js::text(error, "name").as_str() {
        "QuotaExceededError" => StoreError::Quota,
        "ConstraintError" => StoreError::Exists,
        "VersionError" => StoreError::Newer,
        "SecurityError" | "NotAllowedError" => StoreError::Refused(why),
        "InvalidStateError" | "UnknownError" | "AbortError" | "TransactionInactiveError" => {
            StoreError::Closed(why)
        }
        _ => StoreError::Other(why),
    }
}
