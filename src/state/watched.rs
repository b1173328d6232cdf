//! A value that views follow, for any type: one kind of signal serves them all. A signal of its own for each
//! type brings its own code, a kilobyte after Brotli.

use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc};

/// A value on the one thread of the page, followed by those who read it. Lives as long as a clone of it.
pub struct Watched<T> {
    value: Rc<RefCell<T>>,
    changed: ArcRwSignal<()>,
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Watched { value: Rc::clone(&self.value), changed: self.changed.clone() }
    }
}

impl<T: Clone> Watched<T> {
    /// A value.
    pub fn new(value: T) -> Self {
        Watched { value: Rc::new(RefCell::new(value)), changed: ArcRwSignal::new(()) }
    }

    /// The value; who reads it here follows it.
    pub fn get(&self) -> T {
        self.changed.track();
        self.peek()
    }

    /// The value, not followed.
    pub fn peek(&self) -> T {
        self.value.borrow().clone()
    }

    /// Changes the value without telling: whoever follows it has nothing to see.
    pub fn amend<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.borrow_mut())
    }

    /// Another value.
    pub fn set(&self, value: T) {
        // Dropped before anybody is told: who is told may read at once.
        drop(self.value.replace(value));
        self.changed.notify();
    }
}
