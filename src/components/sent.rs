//! What every screen about sending says: where an item is, in honest words, and that nobody watches.

use super::{
    clips, control,
    icon::{self, Icon, icon},
    notice,
    words::said,
};
use crate::{
    i18n::{self, K, fill, t},
    platform::dom::{View, all, el, none, region},
    state::{App, KitHandle},
};
use care::{
    clip::Clip,
    outbox::{OutboxItem, Refusal, Status},
};

/// « Personne ne surveille ces messages. Urgence : 15 », and when the clinic reads them. In simple mode the
/// number is no fourth choice: the fixed bar leads to it.
pub fn nobody_watches(kit: Option<&KitHandle>, simple: bool) -> View {
    let read = kit.and_then(read_on);
    let urgent = if simple {
        el("p", "strong").text(t(K::OutboxUrgent))
    } else {
        el("p", "strong").with(el("a", "plain-link").attr("href", "tel:15").text(t(K::OutboxUrgent)))
    };
    notice::notice("warn", icon::ALERT, t(K::OutboxNobody), all([urgent]).maybe(read))
        .attr("data-nobody-watches", "")
}

/// On which days a kit's clinic reads what was sent.
fn read_on(kit: &KitHandle) -> Option<View> {
    let words = t(K::OutboxReadOn);
    let (before, after) = words.split_once("{days}").unwrap_or((words, ""));
    kit.kit.clinic.reading_days.as_ref().map(|days| el("p", "").text(before).with(said(days)).text(after))
}

/// The clinic that an item goes to and when it reads, where that is not the clinic of the kit on view.
pub fn elsewhere(app: App, item: &OutboxItem) -> Option<View> {
    let current = app.current().map(|kit| kit.kit.kit_id.clone());
    let kit = app.kit_of(&item.header.kit_id).filter(|kit| Some(&kit.kit.kit_id) != current.as_ref())?;
    let name = el("p", "strong").attr("dir", "auto").text(&kit.kit.clinic.name);
    Some(el("div", "soft").attr("data-elsewhere", "").with(name).maybe(read_on(&kit)))
}

/// The word of a status, with its icon.
pub fn chip(status: Status) -> View {
    let (kind, picture, word): (&str, Icon, String) = match status {
        Status::Waiting | Status::Sending => ("plain", icon::CLOCK, t(K::OutboxWaiting).into()),
        Status::Arrived => ("good", icon::CHECK, t(K::OutboxArrived).into()),
        Status::Seen(on) => ("good", icon::PERSON, fill(K::OutboxSeen, &[("date", &i18n::date(on))])),
        Status::Refused(_) => ("warn", icon::ALERT, t(K::OutboxRefused).into()),
        Status::Erasing => ("plain", icon::CLOCK, t(K::OutboxErasing).into()),
        Status::Erased => ("plain", icon::ERASE, t(K::OutboxErased).into()),
    };
    el("span", &["chip ", kind].concat())
        .attr("data-status", status.word())
        .with(icon(picture))
        .with(el("span", "").text(&word))
}

/// Why it was not taken, and what to do.
pub fn refusal(why: Refusal) -> K {
    match why {
        Refusal::NotAllowed => K::OutboxRefusedNotAllowed,
        Refusal::TooLarge => K::OutboxRefusedTooLarge,
        Refusal::NotUnderstood => K::OutboxRefusedNotUnderstood,
        Refusal::NoKey => K::OutboxRefusedNoKey,
        Refusal::Missing => K::OutboxRefusedMissing,
    }
}

/// Where a clip is: on this phone alone, or how far on its way.
pub fn state(app: App, clip: &Clip) -> View {
    let id = clip.id.clone();
    region(move || match app.sent(&id) {
        Some(item) => chip(item.status()),
        None => notice::chip("good", icon::READY, K::OutboxKept).attr("data-status", "kept"),
    })
}

/// The way to send a clip, or to where its sending stands; nothing where the kit's clinic does not receive.
pub fn way(app: App, clip: &Clip, class: &'static str) -> View {
    let clip = clip.clone();
    region(move || {
        if app.sent(&clip.id).is_some() {
            return control::link(class, "clip-sent", icon::MESSAGE, t(K::OutboxWhere), "outbox");
        }
        if goes(app, &clip) {
            let address = ["outbox/", &clip.id].concat();
            control::link(class, "clip-send-open", icon::MESSAGE, t(K::OutboxSend), &address)
        } else {
            none()
        }
    })
}

/// Whether a clip's clinic receives by network.
pub fn goes(app: App, clip: &Clip) -> bool {
    app.kit_of(&clip.kit_id).is_some_and(|kit| kit.upload().is_some())
}

/// How long sending takes, in whole minutes past the first.
pub fn time(words: K, seconds: u64) -> View {
    let whole = if seconds > 60 { seconds.div_ceil(60) * 60 } else { seconds.max(1) };
    let whole = u32::try_from(whole).unwrap_or(u32::MAX);
    el("span", "soft")
        .attr("data-seconds", &whole.to_string())
        .text(&fill(words, &[("time", &i18n::duration(whole))]))
}

/// The exercise of an item, or that it is results.
pub fn title(app: App, item: &OutboxItem) -> String {
    match &item.header.exercise {
        None => t(K::OutboxResults).to_owned(),
        Some(id) => clips::exercise_title(app, &item.header.kit_id, id),
    }
}
