//! Installing the portal on the home screen: what is said of it, the browser's own question, the patient's no, and
//! the link that is copied here and pasted there.

use super::{control, icon, notice};
use crate::{
    i18n::{K, t},
    later,
    platform::{
        clipboard,
        dom::{View, all, el, none, region, switch},
        install::Hint,
    },
    state::{App, KitHandle},
};
use leptos::prelude::*;

/// Whether installing comes before the download: what Safari on an iPhone keeps, the app on the home screen
/// does not see, and Safari deletes it after seven days without a visit (webkit.org/blog/14403).
pub fn comes_first(app: App) -> bool {
    app.install_offer() == Hint::IosSafari
}

/// In the place of a download that it comes before.
pub fn before_download(app: App, kit: &KitHandle) -> View {
    let kit = kit.clone();
    all([el("p", "strong").text(t(K::InstallFirst)), region(move || later::install_steps(app, &kit))])
}

/// How to keep Bon Geste at hand on this device; nothing once the patient has said no.
pub fn offer(app: App, kit: Option<&KitHandle>) -> View {
    let kit = kit.cloned();
    let titled = |body: View| notice::notice("info", icon::INSTALL, t(K::InstallTitle), body);
    // Built again only when what is offered changes, so that a button keeps its focus.
    switch(
        move || app.install_offer() as usize,
        move || match (app.install_offer(), &kit) {
            (Hint::None, _) => none(),
            (Hint::InApp, _) => in_another_app(app, kit.clone()),
            (Hint::IosSafari, None) => titled(el("p", "").text(t(K::InstallIos))),
            (Hint::IosSafari, Some(kit)) => {
                let kit = kit.clone();
                titled(region(move || later::install_steps(app, &kit)))
            }
            (Hint::Prompt, _) => {
                let no = decline(app, "button", K::InstallNo);
                let both = el("div", "row").with(button(app, "button")).with(no);
                titled(all([el("p", "").text(t(K::InstallPrompt)), both]))
            }
        },
    )
}

/// « Ouvrez dans Chrome ou Safari »: what another app's browser keeps may be lost. Said in both modes. The link is
/// no longer in the address that the other browser opens: that of `kit` is copied first.
pub fn in_another_app(app: App, kit: Option<KitHandle>) -> View {
    region(move || match app.install_hint() {
        Hint::InApp => {
            let why = el("p", "").text(t(K::InstallInAppText));
            let copy = kit.clone().map_or_else(none, |kit| region(move || later::copy_link(app, &kit)));
            notice::notice("warn", icon::ALERT, t(K::InstallInApp), all([why, copy]))
        }
        _ => none(),
    })
}

/// Opens the browser's own question.
pub fn button(app: App, class: &str) -> View {
    control::button(class, "install", icon::INSTALL, t(K::InstallButton), move || app.install())
}

fn decline(app: App, class: &str, words: K) -> View {
    control::button(class, "install-decline", icon::NEXT, t(words), move || app.decline_install())
}

/// The link is copied, Bon Geste is put on the home screen, and there the link is pasted. Or the patient goes on
/// without. Of the second part: see [`later`].
pub fn steps(app: App, kit: &KitHandle) -> View {
    let step = |words: K| el("li", "").text(t(words));
    let steps = el("ol", "numbered").with(all([
        step(K::HomeScreenStepCopy),
        step(K::HomeScreenStepShare),
        step(K::HomeScreenStepPaste),
    ]));
    let no = match untrack(|| comes_first(app)) {
        true => decline(app, "button wide", K::HomeScreenDecline),
        false => none(),
    };
    all([el("p", "").text(t(K::HomeScreenWhy)), steps, copy_link(kit), no])
}

/// « Copier mon lien », and whether it was. Of the second part.
pub fn copy_link(kit: &KitHandle) -> View {
    let copied = RwSignal::new(None::<bool>);
    let link = kit.link();
    let copy = move || {
        let asked = clipboard::copy(&link);
        leptos::task::spawn_local(async move {
            let done = asked.await;
            // The patient may have left meanwhile.
            copied.try_set(Some(done));
        });
    };
    let outcome = move || match copied.get() {
        None => none(),
        Some(true) => el("p", "strong").text(t(K::HomeScreenCopied)),
        Some(false) => el("p", "strong").text(t(K::HomeScreenNotCopied)),
    };
    all([
        control::button("button main wide", "install-copy", icon::LINK, t(K::HomeScreenCopy), copy),
        el("div", "outcome").attr("role", "status").with(region(outcome)),
    ])
}

/// « Coller mon lien »: what the patient has copied is added at once; `nothing` tells that there was none. Not where
/// the browser cannot give it. Of the second part.
pub fn paste_link(app: App, nothing: RwSignal<bool>) -> Option<View> {
    paste("kit-paste", K::HomeScreenPaste, nothing, move |text| {
        if let Some(text) = text {
            app.add_kit(text);
        }
    })
}

/// A button to paste with; none where the browser cannot give what was copied. `nothing` tells that there was none,
/// and [`nothing_pasted`] says so.
pub fn paste(
    action: &str,
    word: K,
    nothing: RwSignal<bool>,
    take: impl Fn(Option<String>) + Copy + 'static,
) -> Option<View> {
    let act = move || {
        nothing.set(false);
        let asked = clipboard::paste();
        leptos::task::spawn_local(async move {
            let text = asked.await;
            // The patient may have left meanwhile: nobody is led back then.
            if nothing.try_set(text.is_none()).is_none() {
                take(text);
            }
        });
    };
    clipboard::can_paste().then(|| control::button("button wide", action, icon::LINK, t(word), act))
}

/// That there was nothing to paste, and what to do.
pub fn nothing_pasted(nothing: RwSignal<bool>) -> View {
    let words = move || match nothing.get() {
        true => el("p", "strong").text(t(K::KitPasteFailed)),
        false => none(),
    };
    el("div", "outcome").attr("role", "status").with(region(words))
}
