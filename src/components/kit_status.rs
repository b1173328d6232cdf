//! How ready a kit is, and the controls that change it: size first, choice, progress, pause.

use super::{
    control,
    icon::{self, Icon, icon},
    install, notice,
};
use crate::{
    i18n::{self, K, count, fill, t},
    platform::{
        dom::{View, all, el, none, region, switch},
        service_worker,
    },
    state::{App, KitHandle},
};
use care::{download::KitStatus, kit::Choice, problem::Problem};
use leptos::prelude::*;

/// The words and the icon of a status.
fn words(app: App, kit: &KitHandle, status: KitStatus) -> (Icon, K, String) {
    let (picture, word, text) = match status {
        KitStatus::Paused if kit.bytes_left() == 0 => (icon::CHECK, K::StatusKept, app_missing()),
        KitStatus::New => (icon::DOWNLOAD, K::StatusNew, K::StatusNewText),
        KitStatus::Downloading => (icon::DOWNLOAD, K::StatusDownloading, K::StatusDownloadingText),
        KitStatus::Paused => (icon::PAUSE, K::StatusPaused, K::StatusPausedText),
        KitStatus::Ready => (icon::READY, K::StatusReady, K::StatusReadyText),
        KitStatus::Invalid => (icon::ALERT, K::StatusInvalid, K::StatusInvalidText),
        KitStatus::NoSpace => (icon::ALERT, K::StatusNoSpace, K::StatusNoSpaceText),
        KitStatus::Expired => (icon::CLOCK, K::StatusExpired, K::StatusExpiredText),
    };
    let until = kit.kit.valid_until.map(i18n::date).unwrap_or_default();
    (picture, word, fill(text, &[("date", &until), ("today", &i18n::date(app.today()))]))
}

/// All films are here, the portal itself is not: it is on its way, or this browser keeps none.
fn app_missing() -> K {
    if service_worker::exists() { K::KitReadyApp } else { K::KitNoApp }
}

/// Built again only when the status changes, or when the last byte has come.
fn by_status(kit: &KitHandle, build: impl Fn(KitStatus) -> View + 'static) -> View {
    let (asked, built) = (kit.clone(), kit.clone());
    let state = move || asked.status() as usize * 2 + usize::from(asked.bytes_left() == 0);
    switch(state, move || build(built.status()))
}

fn with_status(view: View, kit: &KitHandle) -> View {
    let kit = kit.clone();
    view.live("data-status", move || Some(kit.status().word().into()))
}

/// The status in a line, as home shows it.
pub fn line(app: App, kit: &KitHandle) -> View {
    let held = kit.clone();
    let inside = by_status(kit, move |status| {
        let (picture, word, _) = words(app, &held, status);
        all([icon(picture), el("span", "").text(t(word))])
    });
    let line = el("a", "status-line").attr("href", "kit").with(inside);
    with_status(line, kit).with(el("span", "chevron").with(icon(icon::NEXT)))
}

/// Status, progress and controls, as the kit's screen shows them.
pub fn panel(app: App, kit: &KitHandle, simple: bool) -> View {
    let held = kit.clone();
    let head = by_status(kit, move |status| {
        let (picture, word, text) = words(app, &held, status);
        let title = el("div", "status-head").with(icon(picture)).with(el("h2", "").text(t(word)));
        title_and(title, &text)
    });
    let held = kit.clone();
    let trouble = move || {
        let status = held.status();
        let over = matches!(status, KitStatus::Ready | KitStatus::Invalid | KitStatus::NoSpace);
        let clock = held.kit.from_the_future(app.today()).then_some(Problem::ClockWrong);
        // What was paused does not go on by itself when the network returns.
        let paused = |problem: &Problem| status == KitStatus::Paused && *problem == Problem::Offline;
        notice::maybe_problem(held.trouble.get().filter(|problem| !over && !paused(problem)).or(clock))
    };
    let held = kit.clone();
    let controls = by_status(kit, move |status| controls(app, &held, status, simple));
    with_status(el("section", "panel"), kit)
        .with(el("div", "stack tight").attr("role", "status").with(head))
        .with(region(trouble))
        .with(controls)
}

fn title_and(title: View, text: &str) -> View {
    all([title, el("p", "").text(text)])
}

fn controls(app: App, kit: &KitHandle, status: KitStatus, simple: bool) -> View {
    match status {
        KitStatus::Invalid => none(),
        KitStatus::New => {
            let held = kit.clone();
            let first = move || install::comes_first(app);
            switch(
                move || usize::from(first()),
                move || match first() {
                    true => install::before_download(app, &held),
                    false => all([quality(&held), bring(&held, "kit-download", K::KitDownload)]),
                },
            )
        }
        KitStatus::Downloading => {
            let held = kit.clone();
            let pause = move || held.pause();
            all([
                progress(kit),
                control::button("button wide", "kit-pause", icon::PAUSE, t(K::KitPause), pause),
            ])
        }
        // Past its date it can still be brought or completed.
        KitStatus::Expired if kit.bytes_left() == 0 => {
            region(
                move || if app.app_offline.get() { none() } else { el("p", "strong").text(t(app_missing())) },
            )
        }
        KitStatus::Paused if kit.bytes_left() == 0 => none(),
        KitStatus::Expired | KitStatus::Paused | KitStatus::NoSpace => {
            let choice = if simple { none() } else { quality(kit) };
            all([progress(kit), choice, bring(kit, "kit-resume", K::KitResume)])
        }
        KitStatus::Ready if simple => none(),
        KitStatus::Ready => {
            el("details", "").with(el("summary", "").text(t(K::KitQuality))).with(quality(kit))
        }
    }
}

/// « Télécharger (7,1 Mo) »: the size stands on the button.
fn bring(kit: &KitHandle, action: &'static str, word: K) -> View {
    let (go, size, bytes) = (kit.clone(), kit.clone(), kit.clone());
    let label = move || fill(word, &[("size", &i18n::size(size.bytes_left()))]);
    control::bare_button("button main wide", action)
        .live("data-bytes", move || Some(bytes.bytes_left().to_string()))
        .with(icon(icon::DOWNLOAD))
        .with(el("span", "").words(label))
        .on("click", move |_| go.download())
}

/// Light or normal, each with its size.
fn quality(kit: &KitHandle) -> View {
    let rung = |choice: Choice, action: &str, word: K, text: K| {
        let (chosen, size, pick) = (kit.clone(), kit.clone(), kit.clone());
        let size = move || i18n::size(size.size_of(choice));
        let words = el("span", "choice-text")
            .with(el("span", "strong").text(t(word)).with(el("span", "choice-size").words(size)))
            .with(el("span", "soft").text(t(text)));
        control::radio(
            "quality",
            action,
            words,
            move || chosen.choice.get() == choice,
            move || pick.choose(choice),
        )
    };
    el("fieldset", "choices")
        .with(el("legend", "").text(t(K::KitQuality)))
        .with(rung(Choice::Light, "rung-light", K::KitLight, K::KitLightText))
        .with(rung(Choice::Normal, "rung-normal", K::KitNormal, K::KitNormalText))
}

/// Bytes, and time when it is known.
fn progress(kit: &KitHandle) -> View {
    let of = |number: fn(&KitHandle) -> u64| {
        let kit = kit.clone();
        move || Some(number(&kit).to_string())
    };
    let (amount, time) = (kit.clone(), kit.clone());
    let amount = move || {
        let now = amount.progress();
        fill(K::KitProgress, &[("done", &i18n::size(now.done)), ("total", &i18n::size(now.total))])
    };
    let time = move || match time.progress().seconds_left {
        None => String::new(),
        Some(0..60) => t(K::KitTimeS).to_owned(),
        Some(seconds) => count(seconds.div_ceil(60), K::KitTimeMOne, K::KitTimeMOther),
    };
    let meter = el("progress", "")
        .attr("aria-label", t(K::StatusDownloading))
        .live("max", of(|k| k.progress().total))
        .live("value", of(|k| k.progress().done));
    let line = el("p", "progress-words")
        .live("data-bytes", of(|k| k.bytes_left()))
        .with(el("span", "").words(amount))
        .with(el("span", "soft").words(time));
    el("div", "stack tight").with(meter).with(line)
}
