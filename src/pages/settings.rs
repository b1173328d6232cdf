//! Settings: mode, language, what is kept on this device, and erasing it.

use crate::{
    components::{
        control, icon, install, notice,
        shell::{self, section},
    },
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, none, region},
        install::Hint,
        page,
    },
    state::App,
};
use care::{problem::Problem, profile::Mode, text::Lang};
use leptos::prelude::*;

/// French and English, each by its own name whatever the language of the screen; the other one's sentences need
/// not be on this phone.
fn languages(app: App) -> [&'static str; 2] {
    let (own, other) = (t(K::SettingsOwnLanguage), t(K::AppOtherLanguage));
    if app.lang.get_untracked() == Lang::Fr { [own, other] } else { [other, own] }
}

/// All settings; in simple mode the three that matter.
pub fn show(app: App, simple: bool) -> View {
    let (question, dialog) = confirmation(app);
    let ask = move || page::open_dialog(&dialog);
    let erase = control::button("button wide", "erase", icon::ERASE, t(K::SettingsErase), ask);
    let body = if simple { simply(app, erase) } else { full(app, erase) };
    shell::screen(app, t(K::AppSettings), all([body, question]))
}

fn simply(app: App, erase: View) -> View {
    let other = if app.lang.get_untracked() == Lang::Fr { Lang::En } else { Lang::Fr };
    let action = if other == Lang::En { "lang-en" } else { "lang-fr" };
    let standard = move || app.set_mode(Mode::Standard);
    all([
        control::button("button wide", "mode-standard", icon::FULL_VIEW, t(K::ModeToStandard), standard),
        control::button("button wide", action, icon::GLOBE, t(K::AppOtherLanguage), move || {
            app.set_lang(other)
        }),
        erase,
    ])
}

fn full(app: App, erase: View) -> View {
    let mode = |action: &str, word: K, mode: Mode| {
        let words = el("span", "choice-text strong").text(t(word));
        control::radio("mode", action, words, move || app.mode.get() == mode, move || app.set_mode(mode))
    };
    let lang = |action: &str, name: &str, lang: Lang| {
        let words = el("span", "choice-text strong").attr("lang", lang.tag()).text(name);
        control::radio("lang", action, words, move || app.lang.get() == lang, move || app.set_lang(lang))
    };
    let [french, english] = languages(app);
    let group = |title: K| el("fieldset", "choices").with(el("legend", "").text(t(title)));
    let version = fill(K::SettingsVersion, &[("n", env!("CARGO_PKG_VERSION"))]);
    all([
        group(K::SettingsDisplay).with(mode("mode-standard", K::ModeStandard, Mode::Standard)).with(mode(
            "mode-simple",
            K::ModeSimple,
            Mode::Simple,
        )),
        group(K::SettingsLanguage).with(lang("lang-fr", french, Lang::Fr)).with(lang(
            "lang-en",
            english,
            Lang::En,
        )),
        section(K::SettingsStorage, region(move || storage(app))),
        installing(app),
        section(
            K::CopyTitle,
            all([
                el("p", "").text(t(K::CopyText)),
                control::link("button wide", "", icon::DOWNLOAD, t(K::CopyTitle), "follow-up/copy"),
            ]),
        ),
        section(K::SettingsAbout, all([el("p", "").text(t(K::HelpAbout)), el("p", "soft").text(&version)])),
        section(K::SettingsErase, all([el("p", "").text(t(K::SettingsEraseText)), erase])),
    ])
}

/// Installing, also for those who said no before.
fn installing(app: App) -> View {
    region(move || {
        let say = |words: K| el("p", "").text(t(words));
        let body = match (app.install_hint(), app.current()) {
            (Hint::Prompt, _) => all([say(K::InstallPrompt), install::button(app, "button wide")]),
            (Hint::IosSafari, Some(kit)) => install::steps(app, &kit),
            (Hint::IosSafari, None) => say(K::InstallIos),
            (Hint::None | Hint::InApp, _) => return none(),
        };
        section(K::InstallTitle, body)
    })
}

/// What is kept here, kit by kit.
fn storage(app: App) -> View {
    let kits = app.kits.get();
    if kits.is_empty() {
        return el("p", "").text(t(K::SettingsStorageNone));
    }
    let rows = kits.iter().map(|kit| {
        let bytes = kit.progress().done;
        let words = fill(K::SettingsStorageUsed, &[("size", &i18n::size(bytes))]);
        el("li", "item")
            .attr("data-bytes", &bytes.to_string())
            .with(el("p", "strong").text(i18n::text(&kit.kit.title)))
            .with(el("p", "soft").text(&words))
    });
    el("ul", "rows").with(all(rows))
}

fn confirmation(app: App) -> (View, web_sys::HtmlDialogElement) {
    let (view, dialog) = control::dialog("erase", t(K::SettingsEraseAsk));
    let failed = RwSignal::new(None::<Problem>);
    let (close, closed) = (dialog.clone(), dialog.clone());
    let erase = move || {
        let dialog = closed.clone();
        leptos::task::spawn_local(async move {
            match app.erase_all().await {
                Ok(()) => {
                    app.forget_outbox();
                    dialog.close();
                    app.go.set(Some("/"));
                }
                Err(problem) => failed.set(Some(problem)),
            }
        });
    };
    let view = view
        .with(el("p", "").text(t(K::SettingsEraseAskText)))
        .with(region(move || notice::maybe_problem(failed.get())))
        .with(control::button("button main wide", "", icon::BACK, t(K::AppCancel), move || close.close()))
        .with(control::button(
            "button wide danger",
            "erase-confirm",
            icon::ERASE,
            t(K::SettingsEraseYes),
            erase,
        ));
    (view, dialog)
}
