//! The player: our own large controls around a bare `<video>`. Everything works by finger, key and
//! screen reader; a film that is still arriving says so and starts by itself.

use super::{
    control,
    icon::{self, icon},
    notice, safety,
};
use crate::{
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, keep, none, region},
        film, page,
    },
    state::{Film, KitHandle},
};
use care::{kit::Exercise, problem::Problem, trust::may_play};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, HtmlInputElement, HtmlVideoElement, KeyboardEvent};

/// Taps nearer than this to the last are the same tap, in milliseconds (DESIGN §6).
const SECOND_TAP_MS: f64 = 500.0;
/// So near to its end a film counts as watched, in seconds.
const SEEN_BEFORE_END_S: f64 = 1.0;

/// What the film is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Paused,
    /// Asked for, not here yet.
    Waiting,
    Playing,
    Failed,
}

impl Doing {
    fn word(self) -> &'static str {
        match self {
            Doing::Paused => "paused",
            Doing::Waiting => "waiting",
            Doing::Playing => "playing",
            Doing::Failed => "failed",
        }
    }
}

/// The player's state and its element, shared by its controls.
#[derive(Clone)]
struct Player {
    kit: KitHandle,
    exercise: Rc<str>,
    video: HtmlVideoElement,
    doing: RwSignal<Doing>,
    now: RwSignal<f64>,
    length: RwSignal<f64>,
    looped: RwSignal<bool>,
    slow: RwSignal<bool>,
    captions: RwSignal<bool>,
    full: RwSignal<bool>,
    last_tap: Rc<Cell<f64>>,
    seen: Rc<Cell<bool>>,
}

impl Player {
    fn exercise(&self) -> Option<&Exercise> {
        self.kit.kit.exercise(&self.exercise)
    }

    /// Plays now, or as soon as the film has come.
    fn start(&self) {
        self.doing.set(Doing::Waiting);
        if let Some(exercise) = self.exercise() {
            self.kit.want_film(exercise);
        }
        if self.video.has_attribute("src") {
            film::play(&self.video);
        }
    }

    fn toggle(&self, ask: &HtmlDialogElement) {
        match self.doing.get_untracked() {
            Doing::Playing | Doing::Waiting => {
                self.doing.set(Doing::Paused);
                film::pause(&self.video);
            }
            _ if self.exercise().is_some_and(|e| untrack(|| self.kit.must_acknowledge(e))) => {
                page::open_dialog(ask)
            }
            _ => self.start(),
        }
    }

    /// A trembling finger taps twice.
    fn tap(&self, event: &Event, ask: &HtmlDialogElement) {
        let at = event.time_stamp();
        if at - self.last_tap.replace(at) >= SECOND_TAP_MS {
            self.toggle(ask);
        }
    }

    fn moved(&self) {
        let (at, end) = (self.video.current_time(), self.video.duration());
        self.now.set(at);
        if end.is_finite() {
            self.length.set(end);
            if at >= end - SEEN_BEFORE_END_S && !self.seen.replace(true) {
                self.kit.mark_seen(&self.exercise);
            }
        }
    }

    fn show_captions(&self) {
        // The frame that was waited for may come after the patient has left.
        let Some(shown) = self.captions.try_get_untracked() else { return };
        film::show_captions(&self.video, shown);
    }

    fn turn_captions(&self) {
        self.captions.update(|c| *c = !*c);
        self.show_captions();
    }

    fn turn_loop(&self) {
        self.looped.update(|l| *l = !*l);
        self.video.set_loop(self.looped.get_untracked());
    }

    fn turn_slow(&self) {
        self.slow.update(|s| *s = !*s);
        self.set_speed();
    }

    fn set_speed(&self) {
        self.video.set_playback_rate(if self.slow.get_untracked() { 0.5 } else { 1.0 });
    }

    fn key(&self, event: &KeyboardEvent, frame: &Element, ask: &HtmlDialogElement) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let on_slider = page::is_field(event.target());
        match event.key().as_str() {
            "ArrowLeft" if !on_slider => film::skip(&self.video, -5.0),
            "ArrowRight" if !on_slider => film::skip(&self.video, 5.0),
            "j" => film::skip(&self.video, -10.0),
            "k" => self.toggle(ask),
            "l" => self.turn_loop(),
            "c" => self.turn_captions(),
            "f" => film::toggle_full_screen(frame, &self.video),
            _ => return,
        }
        event.prevent_default();
    }
}

/// The film of an exercise: nothing when it has none, closed when the kit is not verified.
pub fn player(kit: &KitHandle, exercise: &Exercise, simple: bool) -> View {
    let Some(described) = &exercise.video else { return none() };
    if !may_play(kit.verification) {
        return notice::notice("warn", icon::ALERT, t(K::PlayerLocked), none());
    }
    let video = el("video", "")
        .attr("playsinline", "")
        .attr("preload", "metadata")
        .attr("aria-label", i18n::text(&described.alt));
    let player = Player {
        kit: kit.clone(),
        exercise: exercise.id.as_str().into(),
        video: video.element().clone().unchecked_into(),
        doing: RwSignal::new(Doing::Paused),
        now: RwSignal::new(0.0),
        length: RwSignal::new(described.duration_ms as f64 / 1000.0),
        looped: RwSignal::new(false),
        slow: RwSignal::new(false),
        captions: RwSignal::new(true),
        full: RwSignal::new(false),
        last_tap: Rc::new(Cell::new(f64::NEG_INFINITY)),
        seen: Rc::new(Cell::new(false)),
    };
    let after = player.clone();
    let (dialog, ask) = safety::contraindications(kit, exercise, move || after.start());
    let title = fill(K::PlayerLabel, &[("title", i18n::text(&exercise.title))]);
    let frame = el("div", "player").attr("role", "group").attr("aria-label", &title);
    let framed = frame.element().clone();
    let doing = player.doing;
    let (keys, key_ask, key_frame, full) = (player.clone(), ask.clone(), framed.clone(), player.full);
    let trouble = {
        let kit = kit.clone();
        move || {
            notice::maybe_problem(match doing.get() {
                Doing::Failed => Some(Problem::MediaUnplayable),
                Doing::Waiting => kit.trouble.get(),
                _ => None,
            })
        }
    };
    let frame = frame
        .live("data-player", move || Some(doing.get().word().into()))
        .with(screen(&player, exercise, video, &ask))
        .with(controls(&player, simple, &framed, &ask))
        .on("keydown", move |event| {
            if let Some(event) = event.dyn_ref() {
                keys.key(event, &key_frame, &key_ask);
            }
        })
        .on("fullscreenchange", move |_| full.set(film::is_full()));
    all([frame, region(trouble), dialog])
}

/// The picture: film, still, and the word that it is on its way.
fn screen(player: &Player, exercise: &Exercise, video: View, ask: &HtmlDialogElement) -> View {
    let (Film { url, captions }, still) = (player.kit.film(exercise), player.kit.poster_url(exercise));
    let doing = player.doing;
    // One language alone: of two a browser may show both, whichever was asked for.
    let tracks = move || {
        let captions = captions.get();
        let own = captions.iter().find(|(lang, _)| *lang == i18n::lang()).or_else(|| captions.first());
        none().maybe(own.map(|(lang, url)| {
            el("track", "")
                .attr("kind", "captions")
                .attr("srclang", lang.tag())
                .attr("label", lang.tag())
                .attr("src", url)
        }))
    };
    let on = |act: fn(&Player)| {
        let player = player.clone();
        move |_: &Event| act(&player)
    };
    let (tapped, tap_ask) = (player.clone(), ask.clone());
    let video = video
        .live("src", move || url.get())
        .live("poster", move || still.get())
        .with(region(tracks))
        .on("click", move |event| tapped.tap(event, &tap_ask))
        .on("playing", on(|p| p.doing.set(Doing::Playing)))
        .on(
            "pause",
            on(|p| {
                if p.doing.get_untracked() == Doing::Playing {
                    p.doing.set(Doing::Paused);
                }
            }),
        )
        .on(
            "waiting",
            on(|p| {
                if p.doing.get_untracked() == Doing::Playing {
                    p.doing.set(Doing::Waiting);
                }
            }),
        )
        // Asked for before it came: it plays as soon as it can.
        .on(
            "canplay",
            on(|p| {
                if p.doing.get_untracked() == Doing::Waiting {
                    film::play(&p.video);
                }
            }),
        )
        .on(
            "loadedmetadata",
            on(|p| {
                p.set_speed();
                p.show_captions();
            }),
        )
        .on(
            "error",
            on(|p| {
                if p.doing.get_untracked() != Doing::Paused {
                    p.doing.set(Doing::Failed);
                }
            }),
        )
        .on("timeupdate", on(Player::moved));
    // Tracks that come later than the film are shown as well.
    let late = player.clone();
    keep(Box::new(move || {
        captions.track();
        page::next_frame({
            let late = late.clone();
            move || late.show_captions()
        });
    }));
    let drawing = move || {
        if still.get().is_none() { icon::drawing("still", "0 0 160 90", icon::STILL) } else { none() }
    };
    let wait =
        move || if doing.get() == Doing::Waiting { t(K::PlayerWait).to_owned() } else { String::new() };
    el("div", "player-screen")
        .with(video)
        .with(region(drawing))
        .with(el("p", "player-wait").attr("role", "status").words(wait))
}

fn controls(player: &Player, simple: bool, frame: &Element, ask: &HtmlDialogElement) -> View {
    let doing = player.doing;
    let going = move || matches!(doing.get(), Doing::Playing | Doing::Waiting);
    let (tapped, ask) = (player.clone(), ask.clone());
    let play = control::bare_button("button main", "play")
        .with(region(move || icon(if going() { icon::PAUSE } else { icon::PLAY })))
        .with(
            el("span", "").words(move || t(if going() { K::PlayerPause } else { K::PlayerPlay }).to_owned()),
        )
        .on("click", move |event| tapped.tap(event, &ask));
    let slow = player.slow;
    let act = |act: fn(&Player)| {
        let player = player.clone();
        move || act(&player)
    };
    let word = if simple { K::PlayerSlowSimple } else { K::PlayerSlow };
    let slower = control::toggle("slower", icon::SLOW, t(word), move || slow.get(), act(Player::turn_slow));
    if simple {
        return el("div", "player-controls").with(play).with(slower);
    }
    let (looped, captions, full) = (player.looped, player.captions, player.full);
    let (video, frame) = (player.video.clone(), frame.clone());
    let full_word = move || t(if full.get() { K::PlayerFullLeave } else { K::PlayerFull }).to_owned();
    el("div", "player-controls")
        .with(play)
        .with(slider(player))
        .with(control::button(
            "button",
            "back-10",
            icon::BACK_10,
            t(K::PlayerBack),
            act(|p| film::skip(&p.video, -10.0)),
        ))
        .with(slower)
        .with(control::toggle(
            "loop",
            icon::LOOP,
            t(K::PlayerLoop),
            move || looped.get(),
            act(Player::turn_loop),
        ))
        .with(control::toggle(
            "captions",
            icon::CAPTIONS,
            t(K::PlayerCaptions),
            move || captions.get(),
            act(Player::turn_captions),
        ))
        .with(
            control::bare_button("button", "full-screen")
                .with(icon(icon::FULL))
                .with(el("span", "").words(full_word))
                .on("click", move |_| film::toggle_full_screen(&frame, &video)),
        )
}

/// Where the film stands, to be moved by finger or key.
fn slider(player: &Player) -> View {
    let (now, length) = (player.now, player.length);
    let both = move || (i18n::clock(now.get()), i18n::clock(length.get()));
    let position = move || {
        let (now, length) = both();
        fill(K::PlayerPosition, &[("now", &now), ("total", &length)])
    };
    let range = el("input", "")
        .attr("type", "range")
        .attr("min", "0")
        .attr("step", "any")
        .attr("aria-label", t(K::PlayerSeek))
        .live("max", move || Some(i18n::tenths(length.get())))
        .live("aria-valuetext", move || Some(position()));
    let input: HtmlInputElement = range.element().clone().unchecked_into();
    let (shown, video) = (input.clone(), player.video.clone());
    keep(Box::new(move || shown.set_value_as_number(now.get())));
    let range = range.on("input", move |_| video.set_current_time(input.value_as_number()));
    let clock = move || {
        let (now, length) = both();
        [now.as_str(), " / ", length.as_str()].concat()
    };
    el("div", "player-seek")
        .with(range)
        .with(el("span", "player-clock").attr("aria-hidden", "true").words(clock))
}
