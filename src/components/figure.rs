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
        dom::{View, el, keep, none, region, switch},
        drawing, film,
    },
    state::{KitHandle, Local, Session},
};
use care::{
    kit::Exercise,
    media::MediaRef,
    session::{Player, State},
    text::Text,
    trust::may_play,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlVideoElement;

/// The drawing of an exercise, as soon as it is here. Nothing when it has none, or when the kit is not
/// verified.
pub fn figure(kit: &KitHandle, exercise: &Exercise) -> View {
    let Some(animation) = exercise.animation.as_ref().filter(|_| may_play(kit.verification)) else {
        return none();
    };
    let (picture, shown) = place(kit, &animation.alt, &animation.media);
    let running = RwSignal::new(!device::wants_less_movement());
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

/// The same beside a camera's picture, without a button: the drawing, or the film where there is none.
pub fn beside(kit: &KitHandle, exercise: &Exercise) -> View {
    let still = device::wants_less_movement();
    if !may_play(kit.verification) {
        return none();
    }
    if let Some(animation) = &exercise.animation {
        let (picture, shown) = place(kit, &animation.alt, &animation.media);
        keep(Box::new(move || {
            shown.with(|drawing| {
                if let Some(drawing) = drawing {
                    drawing.run(!still);
                }
            });
        }));
        return picture;
    }
    let Some(video) = exercise.video.as_ref().filter(|_| !still) else { return none() };
    let (url, alt) = (kit.film(exercise).url, video.alt.clone());
    region(move || url.get().map_or_else(none, |url| silent_film(i18n::text(&alt), &url)))
}

/// A film that runs in a loop, without sound.
pub fn silent_film(label: &str, url: &str) -> View {
    let film = loop_of(label, url);
    film::run_silently(film.element().unchecked_ref(), Some(1.0));
    film
}

/// The same, to be started at a speed.
fn loop_of(label: &str, url: &str) -> View {
    el("video", "session-film")
        .attr("loop", "")
        .attr("playsinline", "")
        .attr("aria-label", label)
        .attr("src", url)
}

/// Where a drawing stands once it is here, and the drawing.
fn place(kit: &KitHandle, alt: &Text, media: &MediaRef) -> (View, Local<Option<drawing::Drawing>>) {
    let picture = el("div", "figure-picture").attr("role", "img").attr("aria-label", i18n::text(alt));
    let place = picture.element().clone();
    let shown = RwSignal::new_local(None::<drawing::Drawing>);
    let (kit, media) = (kit.clone(), media.clone());
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
    (picture, shown)
}

/// The exercise under way, moving as the session paces it: its drawing, or its film where it has none.
/// The easier variant has a drawing of its own. For those who asked for less movement it stands still.
pub fn paced(session: &Session, exercise: &Exercise) -> View {
    let kit = session.kit();
    let still = device::wants_less_movement();
    let Some(animation) = exercise.animation.clone().filter(|_| may_play(kit.verification)) else {
        return looped(session, exercise, still);
    };
    let (kit, keyed, session) = (kit.clone(), session.clone(), session.clone());
    let easier_words = exercise.easier.clone();
    switch(
        move || usize::from(keyed.now().easier),
        move || {
            let easier = animation.easier.as_ref().filter(|_| session.player(Player::is_easier));
            let words = easier_words.as_ref().filter(|_| easier.is_some()).unwrap_or(&animation.alt);
            let (picture, shown) = place(&kit, words, easier.unwrap_or(&animation.media));
            let session = session.clone();
            keep(Box::new(move || {
                session.follow_frame();
                shown.with(|drawing| {
                    if let Some(drawing) = drawing {
                        let phase = session.player(|player| player.picture(drawing.loop_ms()).phase);
                        drawing.seek(if still { 0.0 } else { phase });
                    }
                });
            }));
            picture
        },
    )
}

/// A film cannot show one repetition: it runs in a loop without sound, slower when the pace is slower.
fn looped(session: &Session, exercise: &Exercise, still: bool) -> View {
    let Some(video) = exercise.video.as_ref().filter(|_| !still) else { return none() };
    let url = session.kit().film(exercise).url;
    let (alt, session) = (video.alt.clone(), session.clone());
    region(move || {
        let Some(url) = url.get() else { return none() };
        let film = loop_of(i18n::text(&alt), &url);
        let player: HtmlVideoElement = film.element().clone().unchecked_into();
        let session = session.clone();
        keep(Box::new(move || {
            let now = session.now();
            let moves = matches!(now.state, State::Rep { .. } | State::Hold { .. });
            film::run_silently(&player, moves.then(|| 100.0 / f64::from(now.pace)));
        }));
        film
    })
}
