//! Before a clip goes: who gets it, who can open it, for how long, and the patient's agreement.

use crate::{
    components::{clips, control, icon, notice, sent, shell},
    i18n::{self, K, count, fill, t},
    platform::dom::{View, all, el, none, region, switch},
    state::{App, KitHandle, Manner},
};
use care::{
    clip::Clip,
    kit::Upload,
    outbox::{self, Refusal},
    problem::Problem,
};
use leptos::prelude::*;

/// The clip of this id, before it is sent. One that is on its way already shows where it is.
pub fn show(app: App, id: &str, simple: bool) -> View {
    let (looked, id) = (id.to_owned(), id.to_owned());
    // The agreement stays as it is while clips are read again.
    let which = move || {
        let here = app.clips(|clips| clips.iter().any(|clip| clip.id == looked));
        let receives = app.kits.with(|kits| !kits.is_empty());
        usize::from(app.sent(&looked).is_some()) * 4 + usize::from(here) * 2 + usize::from(receives)
    };
    switch(which, move || {
        let clip = app.clips(|clips| clips.iter().find(|clip| clip.id == id).cloned());
        match (app.sent(&id), clip) {
            (Some(_), _) => gone(app, K::OutboxResultsSent),
            (None, None) => gone(app, K::OutboxGone),
            (None, Some(clip)) => {
                let kit = app.kit_of(&clip.kit_id);
                match kit.as_ref().and_then(|kit| Some((kit, kit.upload()?))) {
                    Some((_, upload)) if clip.bytes > upload.max_bytes => {
                        gone(app, sent::refusal(Refusal::TooLarge))
                    }
                    Some((kit, upload)) => before(app, kit, upload, &clip, simple),
                    None => gone(app, K::OutboxCannot),
                }
            }
        }
    })
}

fn gone(app: App, words: K) -> View {
    let body = all([
        el("p", "lead").text(t(words)),
        control::link("button main wide", "", icon::MESSAGE, t(K::OutboxOpen), "outbox"),
    ]);
    shell::screen(app, t(K::OutboxSendTitle), body)
}

fn before(app: App, kit: &KitHandle, upload: &Upload, clip: &Clip, simple: bool) -> View {
    let name = kit.kit.clinic.name.as_str();
    let title = clips::title(app, clip);
    let keep_days = u64::from(upload.keep_days);
    let facts = [
        t(K::OutboxSendSealed).to_owned(),
        count(keep_days, K::OutboxSendKeepOne, K::OutboxSendKeepOther),
        t(K::OutboxSendErase).to_owned(),
        t(K::OutboxSendOthers).to_owned(),
    ];
    let facts = facts.iter().map(|words| el("li", "").text(words));
    let (agree, agreed) = control::check("consent", &fill(K::OutboxAgree, &[("name", name)]), false);
    let (wifi, wifi_only) = control::check("wifi-only", t(K::OutboxWifiOnly), false);
    let (keep, keeps) = control::check("keep-here", t(K::OutboxKeep), false);
    let told = RwSignal::new(None::<Result<(), Problem>>);
    let busy = RwSignal::new(false);
    let held = clip.clone();
    let send = move || {
        if !agreed.checked() {
            told.set(Some(Ok(())));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let manner = Manner { wifi_only: wifi_only.checked(), keep: keeps.checked() };
        let clip = held.clone();
        leptos::task::spawn_local(async move {
            let done = app.send_clip(&clip, manner).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => app.go.set(Some("/outbox")),
                Err(why) => drop(told.try_set(Some(Err(why)))),
            }
        });
    };
    let outcome = move || match told.get() {
        None => none(),
        Some(Ok(())) => el("p", "strong").attr("role", "alert").text(t(K::OutboxAgreeFirst)),
        Some(Err(why)) => notice::problem(why),
    };
    let size = i18n::size(clip.bytes);
    let choices = match simple {
        // « Mon geste » stays.
        true if clip.reference => none(),
        true => el("p", "").text(t(K::OutboxGoes)),
        false => all([wifi, keep, el("p", "soft").text(t(K::OutboxKeepNot))]),
    };
    let body = all([
        el("p", "lead").text(&fill(K::OutboxSendWho, &[("name", name)])),
        sent::nobody_watches(Some(kit), simple),
        el("div", "card stack tight")
            .attr("data-clip", &clip.id)
            .with(el("h2", "").attr("dir", "auto").text(&title))
            .with(
                el("p", "progress-words")
                    .attr("data-bytes", &clip.bytes.to_string())
                    .with(el("span", "soft").text(&fill(K::OutboxSize, &[("size", &size)])))
                    .with(sent::time(K::OutboxTime, outbox::seconds(clip.bytes, None))),
            )
            .maybe(clip.words.as_ref().map(|words| el("p", "said").attr("dir", "auto").text(words))),
        el("ul", "list").with(all(facts)),
        agree,
        choices,
        el("div", "outcome").attr("role", "status").with(region(outcome)),
        control::button("button main wide", "clip-send", icon::MESSAGE, t(K::OutboxSend), send),
        control::link("button wide", "", icon::BACK, t(K::AppCancel), "outbox"),
    ]);
    shell::screen(app, t(K::OutboxSendTitle), body)
}
