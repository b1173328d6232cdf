//! Clips on view: played from this phone, one at a time, with what may be done to them.

use super::{
    control,
    icon::{self, icon},
    late, notice, pager, sent,
};
use crate::{
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, keep, none, region},
        film, js,
        media_url::BlobUrl,
        page,
    },
    state::{App, Watched},
};
use care::{
    calendar::clock,
    clip::{Clip, State, Trouble},
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement, HtmlVideoElement};

/// What happened, and what to do.
pub fn words(trouble: Trouble) -> (&'static str, &'static str) {
    let (what, what_to_do) = match trouble {
        Trouble::Refused => (K::ClipRefusedWhat, K::ClipRefusedDo),
        Trouble::Missing => (K::ClipMissingWhat, K::ClipMissingDo),
        Trouble::Busy => (K::ClipBusyWhat, K::ClipBusyDo),
        Trouble::Unplugged => (K::ClipUnpluggedWhat, K::ClipUnpluggedDo),
        Trouble::Taken => (K::ClipTakenWhat, K::ClipTakenDo),
        Trouble::Left => (K::ClipLeftWhat, K::ClipLeftDo),
        Trouble::NoRecorder => (K::ClipRecorderWhat, K::ClipRecorderDo),
        Trouble::Failed => (K::ClipFailedWhat, K::ClipFailedDo),
        Trouble::NoSpace => (K::ClipSpaceWhat, K::ClipSpaceDo),
        Trouble::NotKept => (K::ClipStoreWhat, K::ClipStoreDo),
        Trouble::NotAVideo => (K::ClipForeignWhat, K::ClipForeignDo),
    };
    (t(what), t(what_to_do))
}

/// A trouble with its next step.
pub fn trouble(trouble: Trouble) -> View {
    let (what, what_to_do) = words(trouble);
    notice::alert(trouble.key(), what, what_to_do)
}

/// Runs what may fail; `then` follows only when it did not.
pub fn carry_out(
    task: impl Future<Output = Result<(), Trouble>> + 'static,
    failed: &Watched<Option<Trouble>>,
    then: impl FnOnce() + 'static,
) {
    let failed = failed.clone();
    js::run(async move {
        match task.await {
            Ok(()) => then(),
            Err(why) => failed.set(Some(why)),
        }
    });
}

/// What failed, once it did.
pub fn failure(failed: &Watched<Option<Trouble>>) -> View {
    let failed = failed.clone();
    region(move || failed.get().map_or_else(none, trouble))
}

/// A question before something goes for ever, and its element. « Annuler » changes nothing.
pub fn confirm(id: &str, title: &str, text: &str, buttons: Vec<Choice>) -> (View, HtmlDialogElement) {
    let (view, dialog) = control::dialog(id, title);
    let close = dialog.clone();
    let buttons = buttons.into_iter().map(|choice| {
        let closed = dialog.clone();
        control::button(choice.class, choice.action, choice.picture, choice.word, move || {
            closed.close();
            (choice.act)();
        })
    });
    let view = view.with(el("p", "").text(text)).with(all(buttons)).with(control::button(
        "button wide",
        "",
        icon::BACK,
        t(K::AppCancel),
        move || close.close(),
    ));
    (view, dialog)
}

/// The button that deletes a clip, once that was asked; `then` follows.
pub fn deletion(
    app: App,
    clip: &Clip,
    failed: &Watched<Option<Trouble>>,
    then: impl Fn() + Clone + 'static,
) -> Choice {
    let (id, failed) = (clip.id.clone(), failed.clone());
    Choice {
        class: "button wide danger",
        action: "clip-delete-confirm",
        picture: icon::ERASE,
        word: t(K::ClipDelete),
        act: Box::new(move || carry_out(app.delete_clip(id.clone()), &failed, then.clone())),
    }
}

/// One button of a question.
pub struct Choice {
    /// How it looks.
    pub class: &'static str,
    /// Its hook.
    pub action: &'static str,
    /// Its icon.
    pub picture: icon::Icon,
    /// Its word.
    pub word: &'static str,
    /// What it does.
    pub act: Box<dyn Fn()>,
}

/// Plays a clip from its chunks; its address is given back when the view goes.
pub fn player(app: App, clip: &Clip, title: &str, simple: bool) -> View {
    let source = Watched::new(None::<Result<BlobUrl, Trouble>>);
    let (asked, come) = (clip.clone(), source.clone());
    js::run(async move { come.set(Some(app.clip_url(&asked).await)) });
    let shown = source.clone();
    let (going, now) = (RwSignal::new(false), RwSignal::new(0.0));
    let length = RwSignal::new(clip.ms as f64 / 1000.0);
    let video = el("video", "")
        .attr("playsinline", "")
        .attr("preload", "metadata")
        .attr("aria-label", &fill(K::ClipLabel, &[("title", title)]))
        .live("src", move || shown.get()?.ok().map(|url| url.address()));
    let element: HtmlVideoElement = video.element().clone().unchecked_into();
    let (looking, jumped) = (Rc::new(Cell::new(false)), element.clone());
    let ends = looking.clone();
    let (moved, known) = (element.clone(), element.clone());
    let failed = RwSignal::new(false);
    let video = video
        .on("loadedmetadata", move |_| looking.set(film::look_for_length(&jumped)))
        .on("durationchange", move |_| {
            if ends.get() && film::found_length(&known) {
                ends.set(false);
            }
            if known.duration().is_finite() {
                length.set(known.duration());
            }
        })
        .on("timeupdate", move |_| now.set(moved.current_time()))
        .on("playing", move |_| going.set(true))
        .on("pause", move |_| going.set(false))
        .on("ended", move |_| going.set(false))
        .on("error", move |_| failed.set(true));
    let played = element.clone();
    let toggle = move || {
        if going.get_untracked() {
            film::pause(&played);
        } else {
            film::play(&played);
        }
    };
    let word = move || t(if going.get() { K::PlayerPause } else { K::PlayerPlay }).to_owned();
    let play = control::bare_button("button main", "clip-play")
        .with(region(move || icon(if going.get() { icon::PAUSE } else { icon::PLAY })))
        .with(el("span", "").words(word))
        .on("click", move |_| toggle());
    let told = move || match source.get().and_then(Result::err) {
        Some(why) => trouble(why),
        None if failed.get() => notice::problem(care::problem::Problem::MediaUnplayable),
        None => none(),
    };
    let slider = if simple { none() } else { slider(&element, now, length) };
    let state = move || Some(if going.get() { "playing" } else { "paused" }.to_owned());
    el("div", "player clip-player")
        .live("data-player", state)
        .with(el("div", "player-screen").with(video))
        .with(el("div", "player-controls").with(play).with(slider))
        .with(region(told))
}

/// Where the clip stands, to be moved by finger or key.
fn slider(video: &HtmlVideoElement, now: RwSignal<f64>, length: RwSignal<f64>) -> View {
    let range = el("input", "")
        .attr("type", "range")
        .attr("min", "0")
        .attr("step", "any")
        .attr("aria-label", t(K::ClipPosition))
        .live("max", move || Some(i18n::tenths(length.get())))
        .live("aria-valuetext", move || Some(i18n::clock(now.get())));
    let input: HtmlInputElement = range.element().clone().unchecked_into();
    let (shown, moved) = (input.clone(), video.clone());
    keep(Box::new(move || shown.set_value_as_number(now.get())));
    let range = range.on("input", move |_| moved.set_current_time(input.value_as_number()));
    let clock = move || [i18n::clock(now.get()).as_str(), " / ", &i18n::clock(length.get() + 0.5)].concat();
    el("div", "player-seek")
        .with(range)
        .with(el("span", "player-clock").attr("aria-hidden", "true").words(clock))
}

/// When it was filmed, how long and how large it is, where it is, and the patient's word to it.
pub fn facts(app: App, clip: &Clip) -> View {
    let (hour, minute, _) = clock(clip.made_ms, clip.offset_min);
    let time = late::time(hour * 60 + minute);
    let on = fill(K::ClipOn, &[("date", &i18n::date(clip.day())), ("time", &time)]);
    let size = i18n::size(clip.bytes);
    let length = match u32::try_from((clip.ms + 500) / 1_000).unwrap_or_default() {
        0 => size,
        seconds => fill(K::ClipLength, &[("length", &i18n::duration(seconds)), ("size", &size)]),
    };
    let state = match clip.state {
        State::Kept => sent::state(app, clip),
        State::Recording | State::Copying => none(),
    };
    el("div", "stack tight")
        .with(state)
        .with(el("p", "").text(&on))
        .with(el("p", "soft").attr("data-bytes", &clip.bytes.to_string()).text(&length))
        .maybe(clip.words.as_ref().map(|words| el("p", "said").attr("dir", "auto").text(words)))
}

/// The title of a clip's exercise.
pub fn title(app: App, clip: &Clip) -> String {
    exercise_title(app, &clip.kit_id, &clip.exercise)
}

/// The title of a kit's exercise, also of one that a new version has left out.
pub fn exercise_title(app: App, kit_id: &str, exercise: &str) -> String {
    app.kits.with_untracked(|kits| {
        let kit = kits.iter().find(|k| k.kit.kit_id == kit_id);
        let exercise = kit.and_then(|k| k.kit.exercise(exercise));
        exercise.map_or_else(|| t(K::ClipExerciseGone), |e| i18n::text(&e.title)).to_owned()
    })
}

/// Clips one at a time: watched, and with `managed` saved or deleted. In simple mode that is a screen
/// of its own. `heading` is the level that fits where they stand.
pub fn one_by_one(app: App, clips: Vec<Clip>, heading: &'static str, simple: bool, managed: bool) -> View {
    let at = RwSignal::new(0_usize);
    let managing = RwSignal::new(false);
    let total = clips.len();
    region(move || {
        let Some(clip) = clips.get(at.get() % total.max(1)) else { return none() };
        let title = title(app, clip);
        let head = el(heading, "").attr("dir", "auto").text(&title);
        let card = el("div", "card stack").attr("data-clip", &clip.id);
        if managing.get() {
            let back = move || {
                managing.set(false);
                page::turn();
            };
            let back = control::button("button wide", "", icon::BACK, t(K::AppBack), back);
            return card.with(head).with(facts(app, clip)).with(ways(app, clip, true)).with(back);
        }
        let place = if total > 1 { pager::place(at.get() % total, total) } else { none() };
        let shown =
            card.with(place).with(head).with(player(app, clip, &title, simple)).with(facts(app, clip));
        let more = if !managed {
            none()
        } else if simple {
            let more = move || {
                managing.set(true);
                page::turn();
            };
            control::button("button wide", "clip-more", icon::DOWNLOAD, t(K::ClipMore), more)
        } else {
            ways(app, clip, false)
        };
        let next = (total > 1).then(|| {
            let next = move || at.update(|at| *at += 1);
            control::button("button wide", "clip-next", icon::NEXT, t(K::ClipFollowing), next)
        });
        all([shown.with(more), next.unwrap_or_else(none)])
    })
}

/// To a file, or away.
fn ways(app: App, clip: &Clip, simple: bool) -> View {
    let saved = RwSignal::new(false);
    let failed = Watched::new(None::<Trouble>);
    let (file, unsaved) = (clip.clone(), failed.clone());
    let save = move || {
        let clip = file.clone();
        carry_out(async move { app.save_clip(&clip).await }, &unsaved, move || saved.set(true));
    };
    let id = ["delete-", &clip.id].concat();
    let delete = deletion(app, clip, &failed, || ());
    let (question, dialog) = confirm(&id, t(K::ClipRemoveTitle), t(K::ClipRemoveText), vec![delete]);
    let ask = move || page::open_dialog(&dialog);
    let told = move || {
        if saved.get() { notice::notice("good", icon::CHECK, t(K::ClipSaved), none()) } else { none() }
    };
    all([
        el("div", "outcome").attr("role", "status").with(region(told)),
        failure(&failed),
        sent::way(app, clip, "button wide"),
        // Three choices in simple mode: where it can be sent, the file gives way.
        if simple && sent::goes(app, clip) {
            none()
        } else {
            control::button("button wide", "clip-save", icon::DOWNLOAD, t(K::ClipSave), save)
        },
        control::button("button wide", "clip-delete", icon::ERASE, t(K::ClipDelete), ask),
        question,
    ])
}

/// « Mon geste », in a loop and without sound; nothing where there is none.
pub fn gesture(app: App, clip: &Clip) -> View {
    let source = Watched::new(None::<BlobUrl>);
    let (asked, come) = (clip.clone(), source.clone());
    js::run(async move { come.set(app.clip_url(&asked).await.ok()) });
    region(move || match source.get() {
        Some(url) => super::figure::silent_film(t(K::ClipGesture), &url.address()),
        None => none(),
    })
}
