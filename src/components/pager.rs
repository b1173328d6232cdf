//! Simple mode shows one thing a screen: this leads from one to the next.

use super::{control, icon};
use crate::{
    i18n::{K, fill, t},
    platform::{
        dom::{View, el},
        page,
    },
};
use leptos::prelude::*;

/// « 2 sur 5 ».
pub fn place(at: usize, total: usize) -> View {
    el("p", "soft place")
        .text(&fill(K::HomePageN, &[("n", &(at + 1).to_string()), ("total", &total.to_string())]))
}

/// « Continuer », to the next thing.
pub fn onward(at: RwSignal<usize>) -> View {
    control::button("button main wide", "", icon::NEXT, t(K::AppNext), move || turn(at, 1))
}

/// « Retour », to the thing before.
pub fn backward(at: RwSignal<usize>) -> View {
    control::button("button wide", "", icon::BACK, t(K::AppBack), move || turn(at, -1))
}

/// Some screens on, or back.
pub fn turn(at: RwSignal<usize>, by: isize) {
    at.update(|at| *at = at.saturating_add_signed(by));
    page::turn();
}
