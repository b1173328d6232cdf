//! Settings: mode, language, what is kept on this device, and erasing it.

use crate::{
    components::{control, icon, shell},
    i18n::{self, K, fill, t},
    platform::page,
    state::App,
};
use care::{problem::Problem, profile::Mode, text::Lang};
use leptos::{html, prelude::*};

/// All settings; in simple mode the three that matter.
pub fn show(app: App, simple: bool) -> AnyView {
    let confirm = NodeRef::<html::Dialog>::new();
    let ask = move || {
        if let Some(dialog) = confirm.get_untracked() {
            page::open_dialog(&dialog);
        }
    };
    let erase = control::button("button wide", "erase", icon::ERASE, t(K::SettingsErase), ask);
    let body = if simple {
        let other = if app.lang.get_untracked() == Lang::Fr { Lang::En } else { Lang::Fr };
        let action = if other == Lang::En { "lang-en" } else { "lang-fr" };
        view! {
            {control::button("button wide", "mode-standard", icon::FULL_VIEW, t(K::ModeToStandard), move || app.set_mode(Mode::Standard))}
            {control::button("button wide", action, icon::GLOBE, t(K::AppOtherLanguage), move || app.set_lang(other))}
            {erase}
        }
        .into_any()
    } else {
        view! {
            {group(K::SettingsDisplay, view! {
                {pick("mode", "mode-standard", t(K::ModeStandard), move || app.mode.get() == Mode::Standard, move || app.set_mode(Mode::Standard))}
                {pick("mode", "mode-simple", t(K::ModeSimple), move || app.mode.get() == Mode::Simple, move || app.set_mode(Mode::Simple))}
            }.into_any())}
            {group(K::SettingsLanguage, view! {
                {pick("lang", "lang-fr", LANGUAGES[0], move || app.lang.get() == Lang::Fr, move || app.set_lang(Lang::Fr))}
                {pick("lang", "lang-en", LANGUAGES[1], move || app.lang.get() == Lang::En, move || app.set_lang(Lang::En))}
            }.into_any())}
            <section class="stack"><h2>{t(K::SettingsStorage)}</h2>{storage(app)}</section>
            <section class="stack">
                <h2>{t(K::SettingsAbout)}</h2>
                <p>{t(K::HelpAbout)}</p>
                <p class="soft">{fill(K::SettingsVersion, &[("n", env!("CARGO_PKG_VERSION"))])}</p>
            </section>
            <section class="stack">
                <h2>{t(K::SettingsErase)}</h2>
                <p>{t(K::SettingsEraseText)}</p>
                {erase}
            </section>
        }
        .into_any()
    };
    shell::screen(app, t(K::SettingsTitle), view! { {body}{confirmation(app, confirm)} }.into_any())
}

/// French and English, each by its own name whatever the language of the screen.
const LANGUAGES: [&str; 2] = {
    let [english, french] = i18n::TABLE[K::AppOtherLanguage as usize];
    [french, english]
};

fn group(title: K, inside: AnyView) -> AnyView {
    view! { <fieldset class="choices"><legend>{t(title)}</legend>{inside}</fieldset> }.into_any()
}

fn pick(
    name: &'static str,
    action: &'static str,
    word: &'static str,
    chosen: impl Fn() -> bool + Send + Sync + 'static,
    act: impl Fn() + 'static,
) -> AnyView {
    boxed_pick(name, action, word, Signal::derive(chosen), Box::new(act))
}

fn boxed_pick(
    name: &'static str,
    action: &'static str,
    word: &'static str,
    chosen: Signal<bool>,
    act: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name=name data-action=action prop:checked=move || chosen.get() on:change=move |_| act() />
            <span class="choice-text strong">{word}</span>
        </label>
    }
    .into_any()
}

/// What is kept here, kit by kit.
fn storage(app: App) -> AnyView {
    (move || {
        let kits = app.kits.get();
        if kits.is_empty() {
            return view! { <p>{t(K::SettingsStorageNone)}</p> }.into_any();
        }
        let rows: Vec<_> = kits
            .into_iter()
            .map(|k| {
                let bytes = k.progress().done;
                let words = fill(K::SettingsStorageUsed, &[("size", &i18n::size(bytes))]);
                view! {
                    <li class="item" data-bytes=bytes.to_string()>
                        <p class="strong">{i18n::text(&k.kit.title).to_owned()}</p>
                        <p class="soft">{words}</p>
                    </li>
                }
            })
            .collect();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    })
    .into_any()
}

fn confirmation(app: App, dialog: NodeRef<html::Dialog>) -> AnyView {
    let failed = RwSignal::new(None::<Problem>);
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let erase = move || {
        leptos::task::spawn_local(async move {
            match app.erase_all().await {
                Ok(()) => {
                    close();
                    app.go.set(Some("/"));
                }
                Err(problem) => failed.set(Some(problem)),
            }
        });
    };
    let body = view! {
        <p>{t(K::SettingsEraseAskText)}</p>
        {move || failed.get().map(crate::components::notice::problem)}
        <div class="stack">
            {control::button("button main wide", "", icon::BACK, t(K::AppCancel), close)}
            {control::button("button wide danger", "erase-confirm", icon::ERASE, t(K::SettingsEraseYes), erase)}
        </div>
    };
    control::dialog(dialog, "erase", t(K::SettingsEraseAsk), body.into_any())
}
