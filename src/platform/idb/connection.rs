//! One connection, shared by the whole page: opened on first use, closed when another tab needs
//! to upgrade, opened again once when it died (iOS kills the connections of sleeping apps).

use super::schema::{MIGRATIONS, Migration};
use crate::platform::js;
use care::ports::StoreError;
use indexed_db_futures::{
    database::Database,
    error::{Error, OpenDbError},
    internals::SystemRepr,
    prelude::*,
    transaction::{Transaction, TransactionMode},
};
use js_sys::Promise;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

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
    handle: RefCell<Option<Database>>,
    opening: RefCell<Option<Promise>>,
    failure: RefCell<Option<StoreError>>,
    blocked: Cell<bool>,
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
        }));
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
            db.clone().close();
        }
    }

    /// Runs `work` in one transaction over `stores` and waits for the commit. When the connection
    /// turns out to be dead it is opened again and `work` runs a second time.
    pub(super) async fn run<T>(
        &self,
        stores: &[&str],
        mode: TransactionMode,
        work: impl AsyncFn(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        match self.attempt(stores, mode, &work).await {
            Err(e) if e.is_connection() => {
                self.0.forget();
                self.attempt(stores, mode, &work).await
            }
            done => done,
        }
    }

    async fn attempt<T>(
        &self,
        stores: &[&str],
        mode: TransactionMode,
        work: &impl AsyncFn(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let db = self.0.connection().await?;
        let tx = db.transaction(stores).with_mode(mode).build().map_err(|e| store_error(&e))?;
        match work(&tx).await {
            Ok(value) => commit(tx).await.map(|()| value),
            Err(e) => Err(failure(&tx, &e)),
        }
    }
}

/// Waits until the transaction is on disk.
async fn commit(tx: Transaction<'_>) -> Result<(), StoreError> {
    let sys = tx.as_sys().clone();
    // Without room only the transaction may know why it ended, not its last request.
    tx.commit().await.map_err(|e| sys.error().map_or_else(|| store_error(&e), |e| dom_error(&e)))
}

/// Why a transaction's work failed: the transaction's own reason when it has one.
fn failure(tx: &Transaction<'_>, error: &Error) -> StoreError {
    tx.as_sys().error().map_or_else(|| store_error(error), |e| dom_error(&e))
}

impl Inner {
    /// The shared connection, opened when there is none.
    async fn connection(self: &Rc<Self>) -> Result<Database, StoreError> {
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

    async fn open(self: &Rc<Self>) -> Result<Database, StoreError> {
        let version = u32::try_from(self.migrations.len()).unwrap_or(u32::MAX);
        let (migrations, weak) = (self.migrations, Rc::downgrade(self));
        let request = Database::open(self.name.as_str())
            .with_version(version)
            .with_on_blocked(move |_| {
                if let Some(inner) = weak.upgrade() {
                    inner.blocked.set(true);
                }
                Ok(())
            })
            .with_on_upgrade_needed(move |event, tx| {
                let done = event.old_version() as usize;
                migrations.iter().skip(done).try_for_each(|migrate| migrate(tx.db()))
            })
            .build()
            .map_err(open_error)?;
        let db = request.await.map_err(open_error)?;
        let forget = forgetter(Rc::downgrade(self));
        db.as_sys().set_onversionchange(Some(&forget));
        db.as_sys().set_onclose(Some(&forget));
        Ok(db)
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

fn open_error(error: OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(error) => match store_error(&error) {
            // Firefox in private mode, before it learnt to keep databases in memory.
            StoreError::Closed(why) if why.starts_with("InvalidStateError") => StoreError::Refused(why),
            error => error,
        },
        _ => StoreError::Refused("no IndexedDB".into()),
    }
}

fn store_error(error: &Error) -> StoreError {
    match error {
        Error::DomException(e) => dom_error(AsRef::<JsValue>::as_ref(e)),
        Error::Unknown(e) => dom_error(e.as_ref()),
        // The library met an abort without a reason: the connection went.
        Error::MissingData(_) => StoreError::Closed("aborted".into()),
        Error::Serialisation(_) => StoreError::Unreadable("unexpected value".into()),
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
