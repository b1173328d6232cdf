//! « Mes envois »: each item with where it is, what it weighs, how long it takes, and what may be done with
//! it. Clips that were not sent stand below.

use crate::{
    components::{
        clips::{self, Choice},
        control, icon, notice, pager, reply, sent,
        shell::{self, section},
    },
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, none, region, switch},
        page, tus,
    },
    state::App,
};
use care::{
    calendar::Day,
    clip::{Clip, State},
    outbox::{Held, Link, OutboxItem, Status, Wish},
};
use leptos::prelude::*;

/// All of them; in simple mode one a screen.
pub fn show(app: App, simple: bool) -> View {
    let body = all([
        region(move || sent::nobody_watches(app.current().as_ref(), simple)),
        region(move || app.current().map_or_else(none, |kit| reply::without_exercise(&kit))),
        list(app, simple),
        if simple { none() } else { region(move || not_sent(app)) },
        region(move || to_all(app, simple)),
    ]);
    shell::screen(app, t(K::OutboxTitle), body)
}

/// The way to all clips. In simple mode each is found beside its exercise, unless the kit has that no more.
fn to_all(app: App, simple: bool) -> View {
    let kit = app.current();
    let hidden = |c: &Clip| kit.as_ref().is_some_and(|kit| kit.kit.exercise(&c.exercise).is_none());
    if !super::clip::every(app).iter().any(|clip| !simple || hidden(clip)) {
        return none();
    }
    control::link("button wide", "clip-all", icon::PLAY, t(K::ClipMine), "clip")
}

/// Built again when an item comes or goes; each follows its own state.
fn list(app: App, simple: bool) -> View {
    let at = RwSignal::new(0_usize);
    let ids = move || app.outbox(|items| items.iter().map(|i| i.header.item.clone()).collect::<Vec<_>>());
    let of = move || {
        ids()
            .iter()
            .flat_map(|id| id.bytes())
            .fold(1, |hash: usize, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte)))
    };
    let key = move || of().wrapping_add(if simple { at.get() } else { 0 });
    switch(key, move || {
        let ids = ids();
        if ids.is_empty() {
            let text = el("p", "").text(t(K::OutboxEmptyText));
            return notice::notice("info", icon::MESSAGE, t(K::OutboxEmpty), text);
        }
        if !simple {
            let rows = ids.iter().map(|id| el("li", "item").with(card(app, id, false)));
            return el("ul", "rows").attr("data-count", &ids.len().to_string()).with(all(rows));
        }
        let place = at.get() % ids.len();
        let next = (ids.len() > 1).then(|| {
            let next = move || {
                at.update(|at| *at += 1);
                page::turn();
            };
            control::button("button wide", "outbox-next", icon::NEXT, t(K::OutboxFollowing), next)
        });
        let numbered = if ids.len() > 1 { pager::place(place, ids.len()) } else { none() };
        let one = el("div", "card stack").with(numbered);
        all([one.maybe(ids.get(place).map(|id| card(app, id, true))), next.unwrap_or_else(none)])
    })
}

/// One item: where it is, live; and its controls, built again only when its status changes.
fn card(app: App, id: &str, simple: bool) -> View {
    let item = {
        let id = id.to_owned();
        move || app.sent(&id)
    };
    let Some(now) = untrack(&item) else { return none() };
    let head = el("h2", "").attr("dir", "auto").text(&sent::title(app, &now));
    let made = Day::of(now.header.made_ms, now.header.offset_min);
    let (told, status, ways) = (item.clone(), item.clone(), item.clone());
    let key = move || status().map_or(0, |item| key_of(&item));
    let controls = switch(key, move || match ways() {
        Some(item) => controls(app, &item, simple),
        None => none(),
    });
    let shown = region(move || match told() {
        Some(item) => state(app, &item),
        None => none(),
    });
    el("section", "stack")
        .attr("data-item", id)
        .with(head)
        .with(el("p", "soft").text(&fill(K::OutboxMade, &[("date", &i18n::date(made))])))
        .maybe(untrack(|| sent::elsewhere(app, &now)))
        .with(el("div", "stack tight").attr("role", "status").with(shown))
        .with(controls)
}

/// Tells apart what has other controls.
fn key_of(item: &OutboxItem) -> usize {
    let status = match item.status() {
        Status::Waiting | Status::Sending => 1,
        Status::Arrived => 2,
        Status::Seen(_) => 3,
        Status::Refused(_) => 4,
        Status::Erasing => 5,
        Status::Erased => 6,
    };
    status * 4 + usize::from(item.flight.sealed.is_some()) * 2 + usize::from(item.wifi_only)
}

/// The facts of the moment.
fn state(app: App, item: &OutboxItem) -> View {
    let status = item.status();
    let mut lines = vec![sent::chip(status)];
    let line = |words: &str| el("p", "").text(words);
    match status {
        Status::Waiting | Status::Sending => lines.extend(under_way(app, item)),
        Status::Arrived | Status::Seen(_) => {
            lines.push(line(t(match status {
                _ if reply::to_answer(app, item).is_some() => K::ReplyNew,
                Status::Arrived => K::OutboxArrivedText,
                _ => K::OutboxSeenText,
            })));
            if let Some(day) = item.kept_until() {
                let words = fill(K::OutboxUntil, &[("date", &i18n::date(day))]);
                lines.push(el("p", "soft").text(&words));
            }
        }
        Status::Refused(why) => lines.push(line(t(sent::refusal(why)))),
        Status::Erasing => lines.push(line(t(K::OutboxErasingText))),
        Status::Erased if item.is_gone_there() => lines.push(line(t(K::OutboxErasedText))),
        Status::Erased => lines.push(line(t(K::OutboxErasedServer))),
    }
    all(lines)
}

/// Bytes, expected time, and why it does not go on, if it does not.
fn under_way(app: App, item: &OutboxItem) -> Vec<View> {
    let held = app.held(item);
    let total = item.flight.sealed.unwrap_or(item.header.bytes);
    let done = item.flight.shown;
    let words = if done > 0 {
        fill(K::OutboxProgress, &[("done", &i18n::size(done)), ("total", &i18n::size(total))])
    } else {
        fill(K::OutboxSize, &[("size", &i18n::size(total))])
    };
    let waits_for_wifi = item.wifi_only && tus::link() != Link::Free;
    // While nothing goes nobody knows how long it takes.
    let time = (held.is_none() && !waits_for_wifi).then(|| sent::time(K::OutboxSeconds, item.seconds_left()));
    let line = el("p", "progress-words")
        .attr("data-bytes", &item.bytes_left().to_string())
        .with(el("span", "").text(&words))
        .maybe(time);
    let meter = el("progress", "")
        .attr("aria-label", t(K::OutboxWaiting))
        .attr("max", &total.to_string())
        .attr("value", &done.to_string());
    let why = match held {
        _ if item.wifi_only && tus::link() == Link::Unknown => K::OutboxWifiUnknown,
        _ if item.wifi_only && tus::link() == Link::Mobile => K::OutboxWifiWait,
        Some(Held::Offline) => K::OutboxHeldOffline,
        Some(Held::Server) => K::OutboxHeldServer,
        Some(Held::Full) => K::OutboxHeldFull,
        Some(Held::NoSpace) => K::OutboxHeldSpace,
        Some(Held::Sealing) => K::OutboxHeldSealing,
        None if item.flight.sealed.is_none() => K::OutboxSealingText,
        None => K::OutboxWaitingText,
    };
    vec![meter, line, el("p", "").text(t(why))]
}

fn controls(app: App, item: &OutboxItem, simple: bool) -> View {
    let id = item.header.item.clone();
    match item.status() {
        Status::Waiting | Status::Sending => waiting(app, item, simple),
        Status::Arrived | Status::Seen(_) => {
            let item = item.clone();
            let answer = region(move || reply::to_answer(app, &item).unwrap_or_else(none));
            all([answer, erase(app, id, false)])
        }
        Status::Refused(_) => {
            let save = if simple || item.flight.sealed.is_none() { none() } else { save(app, item) };
            all([save, erase(app, id, true)])
        }
        Status::Erasing => none(),
        Status::Erased => {
            let unlist = move || app.unlist(&id);
            control::button("button wide", "outbox-unlist", icon::CROSS, t(K::OutboxUnlist), unlist)
        }
    }
}

fn waiting(app: App, item: &OutboxItem, simple: bool) -> View {
    let id = item.header.item.clone();
    let hurried = id.clone();
    let now = move || {
        app.wish(&hurried, |item| {
            item.wifi_only = false;
            item.flight.not_before = None;
        });
    };
    let now = control::button("button main wide", "outbox-now", icon::MESSAGE, t(K::OutboxNow), now);
    let wifi = if simple {
        none()
    } else {
        let (view, field) = control::check("wifi-only", t(K::OutboxWifiOnly), item.wifi_only);
        let chosen = id.clone();
        view.on("change", move |_| {
            let wifi_only = field.checked();
            app.wish(&chosen, move |item| item.wifi_only = wifi_only);
        })
    };
    let save = if simple || item.flight.sealed.is_none() { none() } else { save(app, item) };
    all([now, wifi, save, erase(app, id, true)])
}

/// The sealed item as a file for the clinic.
fn save(app: App, item: &OutboxItem) -> View {
    let told = RwSignal::new(None::<bool>);
    let item = item.clone();
    let save = move || {
        let item = item.clone();
        leptos::task::spawn_local(async move {
            let saved = app.save_sealed(&item).await;
            let _ = told.try_set(Some(saved));
        });
    };
    let outcome = move || match told.get() {
        None => none(),
        Some(true) => {
            let text = el("p", "").text(t(K::OutboxSaveText));
            notice::notice("good", icon::CHECK, t(K::OutboxSaved), text)
        }
        Some(false) => notice::notice("warn", icon::ALERT, t(K::OutboxNotSaved), none()),
    };
    all([
        control::button("button wide", "outbox-save", icon::DOWNLOAD, t(K::OutboxSave), save),
        el("div", "outcome").attr("role", "status").with(region(outcome)),
    ])
}

/// « Ne plus envoyer », or « Effacer au cabinet »: never without a yes.
fn erase(app: App, id: String, early: bool) -> View {
    let (word, ask, text, action, confirm) = if early {
        (K::OutboxCancel, K::OutboxCancelAsk, K::OutboxCancelText, "outbox-delete", "outbox-delete-confirm")
    } else {
        (K::OutboxErase, K::OutboxEraseAsk, K::OutboxEraseText, "outbox-erase", "outbox-erase-confirm")
    };
    let name = ["ask-", &id].concat();
    let yes = Choice {
        class: "button wide danger",
        action: confirm,
        picture: icon::ERASE,
        word: t(word),
        act: Box::new(move || app.wish(&id, |item| item.wish = Wish::Erase)),
    };
    let (question, dialog) = clips::confirm(&name, t(ask), t(text), vec![yes]);
    let open = move || page::open_dialog(&dialog);
    all([control::button("button wide", action, icon::ERASE, t(word), open), question])
}

/// Clips that are on this phone alone.
fn not_sent(app: App) -> View {
    let kept: Vec<Clip> = app.clips(|clips| {
        let kept = clips.iter().filter(|clip| clip.state == State::Kept && !clip.reference);
        kept.filter(|clip| app.sent(&clip.id).is_none()).cloned().collect()
    });
    if kept.is_empty() {
        return none();
    }
    let rows = kept.iter().map(|clip| {
        el("li", "item stack tight")
            .attr("data-clip", &clip.id)
            .with(el("h3", "").attr("dir", "auto").text(&clips::title(app, clip)))
            .with(clips::facts(app, clip))
            .with(el("div", "row").with(sent::way(app, clip, "button")))
    });
    section(K::OutboxNotSent, el("ul", "rows").with(all(rows)))
}
