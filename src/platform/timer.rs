//! Waiting that can be cut short.

use super::js;
use js_sys::{Function, Promise};
use std::cell::RefCell;

/// A wait that ends early when somebody knows better: the network is back, the patient chose.
#[derive(Debug, Default)]
pub struct Wake {
    sleeper: RefCell<Option<Function>>,
}

impl Wake {
    /// Waits `ms` milliseconds, or until [`Wake::now`].
    pub async fn within(&self, ms: u64) {
        let promise = Promise::new(&mut |resolve, _| {
            *self.sleeper.borrow_mut() = Some(resolve);
        });
        // The promise is never rejected, and being late is the ordinary end.
        let _ = js::within(promise, i32::try_from(ms).unwrap_or(i32::MAX)).await;
        self.sleeper.borrow_mut().take();
    }

    /// Ends the wait, if there is one.
    pub fn now(&self) {
        if let Some(resolve) = self.sleeper.borrow_mut().take() {
            let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
        }
    }
}
