//! The player: our own large controls around a bare `<video>`. Everything works by finger, key and
//! screen reader; a film that is still arriving says so and starts by itself.

use super::{
    HeldKit, control,
    icon::{self, icon},
    notice, safety,
};
use crate::{
    i18n::{self, K, fill, t},
    platform::{film as screen, page},
    state::KitHandle,
};
use care::{kit::Exercise, problem::Problem, trust::may_play};
use leptos::{ev, html, prelude::*};

/// Taps nearer than this to the last are the same tap, in milliseconds (DESIGN §6).
const SECOND_TAP_MS: f64 = 500.0;
/// So near to its end a film counts as watched, in seconds.
const SEEN_BEFORE_END_S: f64 = 1.0;

/// The film of an exercise. Nothing when it has none; closed when the kit is not verified.
pub fn player(kit: HeldKit, exercise: &Exercise, simple: bool) -> AnyView {
    let Some(film) = &exercise.video else { return ().into_any() };
    if !kit.with_value(|k| may_play(k.verification)) {
        return notice::notice("warn", icon::ALERT, t(K::PlayerLocked), ().into_any());
    }
    let id = StoredValue::new(exercise.id.clone());
    let of_exercise = move |f: &mut dyn FnMut(&KitHandle, &Exercise)| {
        kit.with_value(|k| {
            if let Some(exercise) = k.kit.exercise(&id.get_value()) {
                f(k, exercise);
            }
        });
    };
    let (source, still) = kit.with_value(|k| (k.film(exercise), k.poster_url(exercise)));

    let video = NodeRef::<html::Video>::new();
    let frame = NodeRef::<html::Div>::new();
    let ask = NodeRef::<html::Dialog>::new();
    let wanted = RwSignal::new(false);
    let playing = RwSignal::new(false);
    let waiting = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let now = RwSignal::new(0.0_f64);
    let length = RwSignal::new(f64::from(u32::try_from(film.duration_ms).unwrap_or(0)) / 1000.0);
    let looped = RwSignal::new(false);
    let slow = RwSignal::new(false);
    let captions = RwSignal::new(true);
    let full = RwSignal::new(false);
    let last_tap = StoredValue::new(f64::NEG_INFINITY);
    let seen = StoredValue::new(false);

    let with_video = move |f: &dyn Fn(&web_sys::HtmlVideoElement)| {
        if let Some(video) = video.get_untracked() {
            f(&video);
        }
    };
    let show_captions = move || {
        let lang = captions.get_untracked().then(|| i18n::lang().tag());
        with_video(&|v| screen::show_captions(v, lang));
    };
    let start = move || {
        wanted.set(true);
        failed.set(false);
        of_exercise(&mut |k, e| k.want_film(e));
        waiting.set(!playing.get_untracked());
        with_video(&|v| {
            if v.has_attribute("src") {
                screen::toggle(v);
            }
        });
    };
    let toggle = move || {
        if playing.get_untracked() {
            wanted.set(false);
            with_video(&screen::toggle);
            return;
        }
        let mut unread = false;
        of_exercise(&mut |k, e| unread = k.must_acknowledge(e));
        match ask.get_untracked() {
            Some(ask) if unread => page::open_dialog(&ask),
            _ => start(),
        }
    };
    let tapped = move |event: ev::MouseEvent| {
        // A trembling finger taps twice.
        let at = event.time_stamp();
        if at - last_tap.get_value() >= SECOND_TAP_MS {
            last_tap.set_value(at);
            toggle();
        }
    };
    let at_rest = move || {
        // Asked for before it came: it plays as soon as it can.
        if wanted.get_untracked() && !playing.get_untracked() {
            with_video(&screen::toggle);
        }
    };
    let moved = move |_| {
        with_video(&|v| {
            now.set(v.current_time());
            let end = v.duration();
            if end.is_finite() {
                length.set(end);
                if v.current_time() >= end - SEEN_BEFORE_END_S && !seen.get_value() {
                    seen.set_value(true);
                    of_exercise(&mut |k, e| k.mark_seen(&e.id));
                }
            }
        });
    };
    let skip = move |seconds: f64| with_video(&|v| screen::skip(v, seconds));
    let set_speed = move || {
        slow.update(|s| *s = !*s);
        with_video(&|v| v.set_playback_rate(if slow.get_untracked() { 0.5 } else { 1.0 }));
    };
    let set_loop = move || {
        looped.update(|l| *l = !*l);
        with_video(&|v| v.set_loop(looped.get_untracked()));
    };
    let set_captions = move || {
        captions.update(|c| *c = !*c);
        show_captions();
    };
    let set_full = move || {
        if let (Some(frame), Some(video)) = (frame.get_untracked(), video.get_untracked()) {
            screen::toggle_full_screen(&frame, &video);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let on_slider = page::is_field(event.target());
        match event.key().as_str() {
            "ArrowLeft" if !on_slider => skip(-5.0),
            "ArrowRight" if !on_slider => skip(5.0),
            "k" => toggle(),
            "j" => skip(-10.0),
            "l" => set_loop(),
            "c" => set_captions(),
            "f" => set_full(),
            _ => return,
        }
        event.prevent_default();
    };

    let tracks = move || {
        let mine = i18n::lang();
        let all: Vec<_> = source
            .captions
            .get()
            .into_iter()
            .map(|(lang, url)| {
                view! { <track kind="captions" srclang=lang.tag() label=lang.tag() src=url default=lang == mine /> }
            })
            .collect();
        all
    };
    let title = fill(K::PlayerLabel, &[("title", i18n::text(&exercise.title))]);
    let alt = i18n::text(&film.alt).to_owned();
    let play_word = move || if playing.get() { t(K::PlayerPause) } else { t(K::PlayerPlay) };
    let play_icon = move || icon(if playing.get() { icon::PAUSE } else { icon::PLAY });
    let state = move || {
        if failed.get() {
            "failed"
        } else if playing.get() {
            "playing"
        } else if waiting.get() {
            "waiting"
        } else {
            "paused"
        }
    };
    let trouble = move || {
        let problem = if failed.get() {
            Some(Problem::MediaUnplayable)
        } else {
            kit.with_value(|k| k.trouble.get()).filter(|_| waiting.get())
        };
        problem.map(notice::problem)
    };
    let position = move || {
        fill(K::PlayerPosition, &[("now", &i18n::clock(now.get())), ("total", &i18n::clock(length.get()))])
    };
    let seek = move |event: ev::Event| {
        let to = event_target_value(&event).parse::<f64>().unwrap_or(0.0);
        with_video(&|v| v.set_current_time(to));
    };
    let slower = if simple { K::PlayerSlowSimple } else { K::PlayerSlow };
    let slower = control::switch("button", "slower", icon::SLOW, t(slower), move || slow.get(), set_speed);
    let slider = (!simple).then(|| {
        let clock = move || [i18n::clock(now.get()), i18n::clock(length.get())].join(" / ");
        view! {
            <div class="player-seek">
                <input type="range" min="0" max=move || length.get() step="0.1" prop:value=move || now.get()
                    aria-label=t(K::PlayerSeek) aria-valuetext=position on:input=seek />
                <span class="player-clock" aria-hidden="true">{clock}</span>
            </div>
        }
    });
    let more = (!simple).then(|| {
        let full_word = move || if full.get() { t(K::PlayerFullLeave) } else { t(K::PlayerFull) };
        view! {
            {control::button("button", "back-10", icon::BACK_10, t(K::PlayerBack), move || skip(-10.0))}
            {control::switch("button", "loop", icon::LOOP, t(K::PlayerLoop), move || looped.get(), set_loop)}
            {control::switch("button", "captions", icon::CAPTIONS, t(K::PlayerCaptions), move || captions.get(), set_captions)}
            <button type="button" class="button" data-action="full-screen" on:click=move |_| set_full()>
                {icon(icon::FULL)}
                <span>{full_word}</span>
            </button>
        }
    });
    view! {
        <div class="player" role="group" aria-label=title node_ref=frame data-player=state on:keydown=key
            on:fullscreenchange=move |_| full.set(screen::is_full())>
            <div class="player-screen">
                <video node_ref=video playsinline preload="metadata" aria-label=alt
                    src=move || source.url.get() poster=move || still.get()
                    on:click=tapped
                    on:play=move |_| { playing.set(true); wanted.set(true); }
                    on:playing=move |_| waiting.set(false)
                    on:pause=move |_| { playing.set(false); wanted.set(false); }
                    on:waiting=move |_| waiting.set(true)
                    on:canplay=move |_| at_rest()
                    on:loadedmetadata=move |_| show_captions()
                    on:ended=move |_| { playing.set(false); wanted.set(false); }
                    on:error=move |_| { failed.set(wanted.get_untracked()); waiting.set(false); playing.set(false); }
                    on:timeupdate=moved
                >
                    {tracks}
                </video>
                {move || still.get().is_none().then(|| icon::drawing("still", "0 0 160 90", icon::STILL))}
                <p class="player-wait" role="status">{move || (waiting.get() && !failed.get()).then(|| t(K::PlayerWait))}</p>
            </div>
            <div class="player-controls">
                <button type="button" class="button main" data-action="play" on:click=tapped>
                    {play_icon}
                    <span>{play_word}</span>
                </button>
                {slider}
                {slower}
                {more}
            </div>
        </div>
        {trouble}
        {safety::contraindications(kit, exercise, ask, start)}
    }
    .into_any()
}
