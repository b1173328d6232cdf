//! Turns between tabs: what only one may do at a time.

use super::js::{global, object};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Locks;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, name: &str, options: &JsValue, held: &JsValue) -> Result<Promise, JsValue>;
}

/// A turn; dropping it gives it to the next. The browser does so too when the tab goes away.
#[derive(Debug)]
pub struct Turn(Function);

impl Drop for Turn {
    fn drop(&mut self) {
        // Settling a promise cannot fail.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Waits for the turn called `name`, among all tabs. Where the browser has no locks the turn
/// comes at once: chunks are stored under their number, so two tabs only cost bytes.
pub async fn turn(name: &str) -> Turn {
    take(name, false).await.unwrap_or_else(|| Turn(Function::default()))
}

/// Takes the turn called `name` if no tab has it.
pub async fn try_turn(name: &str) -> Option<Turn> {
    take(name, true).await
}

async fn take(name: &str, only_if_free: bool) -> Option<Turn> {
    // `held` settles with the lock: null when it is not free, undefined when there are no locks.
    let mut end = None;
    let until_dropped = Promise::new(&mut |resolve, _| end = Some(resolve));
    let turn = Turn(end.unwrap_or_default());
    let locks = global("navigator.locks");
    let granted = Promise::new(&mut |resolve, _| {
        if locks.is_undefined() {
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
            return;
        }
        let (tell, hold) = (resolve.clone(), until_dropped.clone());
        let held = Closure::once_into_js(move |lock: JsValue| {
            let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::from_bool(!lock.is_null()));
            if lock.is_null() { JsValue::UNDEFINED } else { hold.into() }
        });
        let options = object(&[("ifAvailable", only_if_free.into())]);
        match locks.unchecked_ref::<Locks>().request(name, &options, &held) {
            // Refused (an embedded page without storage): as without locks.
            Ok(request) => {
                let refused = Closure::once_into_js(move |_: JsValue| {
                    let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
                });
                let _ = js_sys::Reflect::get(&request, &"catch".into())
                    .and_then(|catch| catch.unchecked_into::<Function>().call1(&request, &refused));
            }
            Err(_) => {
                let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
            }
        }
    });
    let granted = JsFuture::from(granted).await.is_ok_and(|granted| granted.is_truthy());
    granted.then_some(turn)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::platform::js::sleep;
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_turn_is_one_at_a_time_and_comes_when_the_other_is_dropped() {
        let mine = turn("test-turn").await;
        assert!(try_turn("test-turn").await.is_none());
        assert!(try_turn("test-another").await.is_some());
        let got = Rc::new(Cell::new(false));
        let other = Rc::clone(&got);
        wasm_bindgen_futures::spawn_local(async move {
            let _turn = turn("test-turn").await;
            other.set(true);
        });
        sleep(50).await;
        assert!(!got.get());
        drop(mine);
        sleep(50).await;
        assert!(got.get());
        assert!(try_turn("test-turn").await.is_some(), "dropped by the other too");
    }
}
