//! How ready a kit is, and the controls that change it: size first, choice, progress, pause.

use super::{
    HeldKit, control,
    icon::{self, Icon, icon},
    notice,
};
use crate::{
    i18n::{self, K, count, fill, t},
    state::App,
};
use care::{download::KitStatus, kit::Choice};
use leptos::prelude::*;

/// The words and the icon of a status.
fn words(kit: HeldKit, status: KitStatus) -> (Icon, K, String) {
    let (picture, word, text) = match status {
        KitStatus::New => (icon::DOWNLOAD, K::StatusNew, K::StatusNewText),
        KitStatus::Downloading => (icon::DOWNLOAD, K::StatusDownloading, K::StatusDownloadingText),
        KitStatus::Paused => (icon::PAUSE, K::StatusPaused, K::StatusPausedText),
        KitStatus::Ready => (icon::READY, K::StatusReady, K::StatusReadyText),
        KitStatus::Invalid => (icon::ALERT, K::StatusInvalid, K::StatusInvalidText),
        KitStatus::NoSpace => (icon::ALERT, K::StatusNoSpace, K::StatusNoSpaceText),
        KitStatus::Expired => {
            let until = kit.with_value(|k| k.kit.valid_until).map(i18n::date).unwrap_or_default();
            return (icon::CLOCK, K::StatusExpired, fill(K::StatusExpiredText, &[("date", &until)]));
        }
    };
    (picture, word, t(text).to_owned())
}

/// The status in a line, as home shows it.
pub fn line(kit: HeldKit) -> AnyView {
    let status = Memo::new(move |_| kit.with_value(|k| k.status()));
    let inside = move || {
        let (picture, word, _) = words(kit, status.get());
        view! { {icon(picture)}<span>{t(word)}</span> }
    };
    view! {
        <a class="status-line" href="kit" data-status=move || status.get().word()>
            {inside}
            <span class="chevron">{icon(icon::NEXT)}</span>
        </a>
    }
    .into_any()
}

/// Status, progress and controls, as the kit's screen shows them.
pub fn panel(app: App, kit: HeldKit, simple: bool) -> AnyView {
    let status = Memo::new(move |_| kit.with_value(|k| k.status()));
    let head = move || {
        let (picture, word, text) = words(kit, status.get());
        view! {
            <div class="status-head">{icon(picture)}<h2>{t(word)}</h2></div>
            <p>{text}</p>
        }
    };
    let trouble = move || {
        let stuck = !matches!(status.get(), KitStatus::Ready | KitStatus::Invalid | KitStatus::NoSpace);
        kit.with_value(|k| k.trouble.get()).filter(|_| stuck).map(notice::problem)
    };
    let controls = move || {
        match status.get() {
        KitStatus::Invalid => ().into_any(),
        KitStatus::New => view! {
            {quality(kit)}
            {start(kit)}
        }
        .into_any(),
        KitStatus::Downloading => view! {
            {progress(kit)}
            {control::button("button wide", "kit-pause", icon::PAUSE, t(K::KitPause), move || kit.with_value(|k| k.pause()))}
        }
        .into_any(),
        // Past its date it can still be brought or completed.
        KitStatus::Expired | KitStatus::Paused | KitStatus::NoSpace => match left(kit) {
            0 => app_missing(app),
            _ => view! {
                {progress(kit)}
                {(!simple).then(|| quality(kit))}
                {again(kit)}
            }
            .into_any(),
        },
        KitStatus::Ready => (!simple)
            .then(|| {
                view! {
                    <details>
                        <summary>{t(K::KitQuality)}</summary>
                        {quality(kit)}
                    </details>
                }
            })
            .into_any(),
    }
    };
    let mood = move || match status.get() {
        KitStatus::Ready => "panel good",
        KitStatus::Invalid | KitStatus::NoSpace | KitStatus::Expired => "panel warn",
        _ => "panel",
    };
    view! {
        <section class=mood data-status=move || status.get().word()>
            <div role="status" class="stack tight">{head}</div>
            {trouble}
            {controls}
        </section>
    }
    .into_any()
}

fn left(kit: HeldKit) -> u64 {
    kit.with_value(|k| k.bytes_left())
}

/// All films are here, the portal itself is not.
fn app_missing(app: App) -> AnyView {
    (move || (!app.app_offline.get()).then(|| view! { <p class="strong">{t(K::KitReadyApp)}</p> })).into_any()
}

/// « Télécharger (7,1 Mo) »: the size stands on the button.
fn start(kit: HeldKit) -> AnyView {
    let bytes = move || left(kit);
    let label = move || fill(K::KitDownload, &[("size", &i18n::size(bytes()))]);
    view! {
        <button type="button" class="button main wide" data-action="kit-download" data-bytes=bytes
            on:click=move |_| kit.with_value(|k| k.download())>
            {icon(icon::DOWNLOAD)}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

fn again(kit: HeldKit) -> AnyView {
    let bytes = move || left(kit);
    let label = move || fill(K::KitResume, &[("size", &i18n::size(bytes()))]);
    view! {
        <button type="button" class="button main wide" data-action="kit-resume" data-bytes=bytes
            on:click=move |_| kit.with_value(|k| k.resume())>
            {icon(icon::DOWNLOAD)}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// Light or normal, each with its size.
fn quality(kit: HeldKit) -> AnyView {
    let rung = move |choice: Choice, action: &'static str, word: K, text: K| {
        let chosen = move || kit.with_value(|k| k.choice.get()) == choice;
        let size = move || i18n::size(kit.with_value(|k| k.size_of(choice)));
        let pick = move |_| kit.with_value(|k| k.choose(choice));
        view! {
            <label class="choice">
                <input type="radio" name="quality" data-action=action prop:checked=chosen on:change=pick />
                <span class="choice-text">
                    <span class="strong">{t(word)}<span class="choice-size">{size}</span></span>
                    <span class="soft">{t(text)}</span>
                </span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="choices">
            <legend>{t(K::KitQuality)}</legend>
            {rung(Choice::Light, "rung-light", K::KitLight, K::KitLightText)}
            {rung(Choice::Normal, "rung-normal", K::KitNormal, K::KitNormalText)}
        </fieldset>
    }
    .into_any()
}

/// Bytes, and time when it is known.
fn progress(kit: HeldKit) -> AnyView {
    let now = Memo::new(move |_| kit.with_value(|k| k.progress()));
    let bytes = move || {
        let now = now.get();
        fill(K::KitProgress, &[("done", &i18n::size(now.done)), ("total", &i18n::size(now.total))])
    };
    let time = move || {
        now.get().seconds_left.map(|seconds| match seconds {
            0..60 => t(K::KitTimeS).to_owned(),
            _ => count(seconds.div_ceil(60), K::KitTimeMOne, K::KitTimeMOther),
        })
    };
    view! {
        <div class="stack tight">
            <progress max=move || now.get().total value=move || now.get().done aria-label=t(K::StatusDownloading)></progress>
            <p class="progress-words" data-bytes=move || now.get().total - now.get().done>
                <span>{bytes}</span>
                <span class="soft">{time}</span>
            </p>
        </div>
    }
    .into_any()
}
