//! One repetition of an exercise as a drawing that runs in a loop: a few KB that are there when the
//! film is not. Described in words; still for those who asked their device for less movement.

use super::{
    control,
    icon::{self, icon},
};
use crate::{
    i18n::{self, K, t},
    platform::{
        device,
        dom::{View, el, keep, none, region},
        drawing,
    },
    state::KitHandle,
};
use care::{kit::Exercise, trust::may_play};
use leptos::prelude::*;

/// The drawing of an exercise, as soon as it is here. Nothing when it has none, or when the kit is not
/// verified.
pub fn figure(kit: &KitHandle, exercise: &Exercise) -> View {
    let Some(animation) = exercise.animation.as_ref().filter(|_| may_play(kit.verification)) else {
        return none();
    };
    let picture =
        el("div", "figure-picture").attr("role", "img").attr("aria-label", i18n::text(&animation.alt));
    let place = picture.element().clone();
    let shown = RwSignal::new_local(None::<drawing::Drawing>);
    let running = RwSignal::new(!device::wants_less_movement());
    let (kit, media) = (kit.clone(), animation.media.clone());
    keep(Box::new(move || {
        if !kit.has(&media) || shown.with_untracked(Option::is_some) {
            return;
        }
        let (kit, media, place) = (kit.clone(), media.clone(), place.clone());
        leptos::task::spawn_local(async move {
            if let Some(text) = kit.text_of(&media).await
                && shown.try_with_untracked(Option::is_none) == Some(true)
            {
                shown.set(drawing::put(&text, &place));
            }
        });
    }));
    keep(Box::new(move || {
        let on = running.get();
        shown.with(|drawing| {
            if let Some(drawing) = drawing {
                drawing.run(on);
            }
        });
    }));
    let word = move || t(if running.get() { K::FigureStop } else { K::FigureRun }).to_owned();
    let button = move || {
        if shown.with(Option::is_none) {
            return none();
        }
        control::bare_button("button", "animation")
            .with(region(move || icon(if running.get() { icon::PAUSE } else { icon::PLAY })))
            .with(el("span", "").words(word))
            .on("click", move |_| running.update(|on| *on = !*on))
    };
    el("figure", "figure").with(picture).with(el("div", "row").with(region(button)))
}
