//! What the player does to its `<video>` element: play, seek, speed, captions, full screen.

use super::js;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlVideoElement};

/// Plays. The promise that `play` answers with fails when the film is taken away: the element's
/// own events say what the screen must show.
pub fn play(video: &HtmlVideoElement) {
    call(video, "play");
}

/// Pauses.
pub fn pause(video: &HtmlVideoElement) {
    // Only a detached element refuses.
    let _ = video.pause();
}

/// Plays without sound, at a part of its own speed; without one it stands still.
pub fn run_silently(video: &HtmlVideoElement, rate: Option<f64>) {
    video.set_muted(true);
    match rate {
        Some(rate) => {
            video.set_playback_rate(rate);
            play(video);
        }
        None => pause(video),
    }
}

/// Moves `seconds` forward, or back when negative, within the film.
pub fn skip(video: &HtmlVideoElement, seconds: f64) {
    let end = if video.duration().is_finite() { video.duration() } else { f64::MAX };
    video.set_current_time((video.current_time() + seconds).min(end).max(0.0));
}

/// What was recorded by a browser may not say its length: a jump past its end makes the browser look for
/// it. True while that is so; [`found_length`] ends it.
pub fn look_for_length(video: &HtmlVideoElement) -> bool {
    let unknown = video.duration() == f64::INFINITY;
    if unknown {
        video.set_current_time(1e101);
    }
    unknown
}

/// Back to the beginning, once the length is known; false while it is not.
pub fn found_length(video: &HtmlVideoElement) -> bool {
    let known = video.duration().is_finite();
    if known {
        video.set_current_time(0.0);
    }
    known
}

/// Shows the film's captions, or none.
pub fn show_captions(video: &HtmlVideoElement, shown: bool) {
    let tracks = js::get(video, "textTracks");
    let count = js::get(&tracks, "length").as_f64().unwrap_or(0.0) as u32;
    let track = |i: u32| js::get(&tracks, &i.to_string());
    for i in 0..count {
        let mode = if shown && i == 0 { "showing" } else { "disabled" };
        // Setting a mode never fails.
        let _ = js_sys::Reflect::set(&track(i), &"mode".into(), &mode.into());
    }
}

/// Fills the screen with `frame`, or leaves. On iPhones only the bare film can fill it.
pub fn toggle_full_screen(frame: &Element, video: &HtmlVideoElement) {
    if is_full() {
        call(&js::global("document"), "exitFullscreen");
    } else if !call(frame, "requestFullscreen") {
        call(video, "webkitEnterFullscreen");
    }
}

/// Whether something fills the screen.
pub fn is_full() -> bool {
    js::get(&js::global("document"), "fullscreenElement").is_object()
}

/// Calls a method that this browser may lack; says whether it is there. Refusals come as a
/// rejected promise and leave everything as it is.
fn call(target: &JsValue, method: &str) -> bool {
    let Ok(method) = js::get(target, method).dyn_into::<Function>() else { return false };
    if let Ok(answer) = method.call0(target)
        && let Ok(promise) = answer.dyn_into::<js_sys::Promise>()
    {
        leptos::task::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
    true
}
