//! There is no « Reprendre » after a fall, a red sign or a stop for pain: why, whom to call, and « J’en ai
//! parlé à un professionnel », which alone lifts it. Calling needs nothing first.

use super::{control, icon, safety::headed, words::said_in};
use crate::{
    i18n::{K, fill, t},
    platform::{
        dom::{View, el, none, switch},
        page,
    },
    state::App,
};
use care::safety::{self, Block, Reason};
use leptos::prelude::*;

/// Why the patient may not go on; nothing when they may. Follows the journal where it is called: a
/// screen that builds itself in a region is built again when the block comes, changes or is lifted.
pub fn blocked(app: App) -> Option<View> {
    app.journal(safety::blocked).map(|block| view(app, block))
}

/// The block in what `stop` builds around it, or else `otherwise`. Built again only when the block itself
/// changes: a question that stands open stays open.
pub fn or(app: App, stop: impl Fn(View) -> View + 'static, otherwise: impl Fn() -> View + 'static) -> View {
    let which = move || app.journal(|events| safety::blocked(events).map_or(0, |block| number(&block)));
    switch(which, move || blocked(app).map_or_else(&otherwise, &stop))
}

/// The block alone, beside other things.
pub fn notice(app: App) -> View {
    or(app, |stop| stop, none)
}

/// Tells blocks apart by the events that they are made of; never 0.
fn number(block: &Block) -> usize {
    let bytes = block.events.iter().flat_map(|id| id.bytes());
    bytes.fold(1, |hash: usize, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte))).max(1)
}

fn view(app: App, block: Block) -> View {
    let why = match &block.reason {
        Reason::Pain => K::BlockPain,
        Reason::Fall => K::BlockFall,
        Reason::RedSign { .. } => K::BlockRed,
        Reason::Unknown => K::BlockUnknown,
    };
    // A stop for pain calls for the kiné; what is graver, for the 15 first.
    let grave = block.reason != Reason::Pain;
    let kits = app.kits.get_untracked();
    let sign = match &block.reason {
        Reason::RedSign { kit, sign } => kits
            .iter()
            .find(|k| k.kit.kit_id == *kit)
            .and_then(|k| safety::rule(&k.kit, sign))
            .map(|rule| said_in("p", "strong", &rule.sign)),
        _ => None,
    };
    let clinic = kits.first().map(|kit| {
        let clinic = &kit.kit.clinic;
        let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
        let class = if grave { "button wide" } else { "button main wide" };
        control::link(class, "", icon::PHONE, &name, &["tel:", &clinic.phone].concat())
    });
    let emergency = (grave || clinic.is_none())
        .then(|| control::link("button main wide", "", icon::PHONE, t(K::ReportCall15), "tel:15"));
    let (question, dialog) = question(app, block);
    let ask = move || page::open_dialog(&dialog);
    el("section", "card stop stack")
        .attr("data-status", "blocked")
        .with(headed(icon::HAND, K::BlockTitle))
        .with(el("p", "").text(t(why)))
        .maybe(sign)
        .with(el("p", "").text(t(K::BlockText)))
        .maybe(emergency)
        .maybe(clinic)
        .with(control::button("button wide", "spoken", icon::PERSON, t(K::BlockSpoken), ask))
        .with(question)
}

/// Asked once more, so that no slip of a finger lifts a block.
fn question(app: App, block: Block) -> (View, web_sys::HtmlDialogElement) {
    let (view, dialog) = control::dialog("spoken", t(K::BlockAsk));
    let (close, closed) = (dialog.clone(), dialog.clone());
    let spoken = move || {
        closed.close();
        app.append(block.spoken());
        page::turn();
    };
    let view = view
        .with(el("p", "").text(t(K::BlockAskText)))
        .with(control::button("button main wide", "", icon::BACK, t(K::BlockNotYet), move || close.close()))
        .with(control::button("button wide", "spoken-confirm", icon::CHECK, t(K::BlockYes), spoken));
    (view, dialog)
}
