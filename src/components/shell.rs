//! What stands around every screen: the brand, notices, the fixed bar, the way to the other mode.

use super::{control, icon, notice};
use crate::{
    i18n::{K, fill, t},
    state::{Adding, App},
};
use care::{profile::Mode, text::Lang};
use leptos::prelude::*;

/// For keyboards: past the header, to the content. Not a fragment: `<base>` would lead it away.
pub fn skip() -> AnyView {
    view! {
        <button type="button" class="skip" on:click=|_| crate::platform::page::arrive(true)>{t(K::AppSkip)}</button>
    }
    .into_any()
}

/// Brand, network, the other language.
pub fn header(app: App, path: RwSignal<String>) -> AnyView {
    // Settings have both languages on view: one control does a thing.
    let elsewhere = move || path.with(|p| p != "settings");
    let language = move || {
        let (action, other) = match app.lang.get() {
            Lang::Fr => ("lang-en", Lang::En),
            Lang::En => ("lang-fr", Lang::Fr),
        };
        elsewhere().then(|| {
            view! {
                <div lang=other.tag()>
                    {control::button("button quiet", action, icon::GLOBE, t(K::AppOtherLanguage), move || app.set_lang(other))}
                </div>
            }
        })
    };
    view! {
        <header class="top">
            <a class="brand" href="./">{icon::drawing("logo", "0 0 48 48", icon::LOGO)}{t(K::AppName)}</a>
            {network(app)}
            {language}
        </header>
    }
    .into_any()
}

/// Says when there is no Internet. Calm: what is here works without.
fn network(app: App) -> AnyView {
    let status = move || if app.online.get() { "online" } else { "offline" };
    let word = move || (!app.online.get()).then(|| notice::chip("plain", icon::GLOBE, t(K::AppOffline)));
    view! { <div class="network" role="status" data-status=status>{word}</div> }.into_any()
}

/// What concerns every screen: storage in trouble, a kit on its way, a new version.
pub fn notices(app: App, path: RwSignal<String>) -> AnyView {
    let storage = move || app.storage_problem.get().map(notice::problem);
    // The kit's screen tells of adding beside its own form.
    let adding = move || match app.adding.get() {
        _ if path.with(|p| p == "kit" || p.is_empty()) => None,
        Adding::Idle => None,
        Adding::Busy => Some(notice::notice("info", icon::DOWNLOAD, t(K::KitAdding), ().into_any())),
        Adding::Failed(problem) => Some(notice::problem(problem)),
    };
    let update = move || {
        app.update_ready().then(|| {
            let body = view! {
                <p>{t(K::AppUpdateText)}</p>
                {control::button("button", "app-update", icon::AGAIN, t(K::AppUpdate), move || app.apply_update())}
            };
            notice::notice("info", icon::INSTALL, t(K::AppUpdateTitle), body.into_any())
        })
    };
    view! { <div class="notices" role="status">{storage}{adding}{update}</div> }.into_any()
}

/// The other mode, the settings, and what Bon Geste is not.
pub fn footer(app: App, path: RwSignal<String>) -> AnyView {
    let simple = app.mode.get_untracked() == Mode::Simple;
    let mode = move || {
        path.with(|p| p != "settings").then(|| {
            if simple {
                control::button(
                    "button quiet",
                    "mode-standard",
                    icon::FULL_VIEW,
                    t(K::ModeToStandard),
                    move || {
                        app.set_mode(Mode::Standard);
                    },
                )
            } else {
                control::button("button", "mode-simple", icon::LETTERS, t(K::ModeToSimple), move || {
                    app.set_mode(Mode::Simple);
                })
            }
        })
    };
    view! {
        <footer class="foot">
            <p class="soft">{t(K::AppNotReplace)}</p>
            <div class="row">
                {mode}
                {control::link("button quiet", "", icon::SETTINGS, t(K::SettingsTitle), "settings")}
            </div>
        </footer>
    }
    .into_any()
}

/// Accueil, Ça ne va pas, Appeler, Aide: always one tap away.
pub fn bar(app: App, path: RwSignal<String>) -> AnyView {
    let item = move |here: &'static str, action: &'static str, picture, word: K| {
        let current = move || path.with(|p| p == here).then_some("page");
        let href = if here.is_empty() { "./" } else { here };
        view! {
            <a href=href data-action=(!action.is_empty()).then_some(action) aria-current=current>
                {icon::icon(picture)}
                <span>{t(word)}</span>
            </a>
        }
        .into_any()
    };
    let call = move || match app.current() {
        Some(kit) => {
            let clinic = &kit.kit.clinic;
            let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
            view! {
                <a href=["tel:", &clinic.phone].concat() data-action="call" aria-label=name>
                    {icon::icon(icon::PHONE)}
                    <span>{t(K::BarCall)}</span>
                </a>
            }
            .into_any()
        }
        // Whom to call depends on what happens: that screen says it.
        None => view! {
            <a href="report" data-action="call">{icon::icon(icon::PHONE)}<span>{t(K::BarCall)}</span></a>
        }
        .into_any(),
    };
    view! {
        <nav class="bar" aria-label=t(K::AppNav)>
            {item("", "", icon::HOME, K::BarHome)}
            {item("report", "report", icon::ALERT, K::BarReport)}
            {call}
            {item("help", "help", icon::HELP, K::BarHelp)}
        </nav>
    }
    .into_any()
}

/// The main part of a screen: its heading, read aloud on demand in simple mode, and what follows.
pub fn screen(app: App, title: impl Into<String>, body: AnyView) -> AnyView {
    framed(app, title.into(), body)
}

fn framed(app: App, title: String, body: AnyView) -> AnyView {
    let simple = app.mode.get_untracked() == Mode::Simple;
    let aloud = (simple && crate::platform::speech::available()).then(|| read_aloud(app));
    view! {
        <main id="main" tabindex="-1">
            <div class="heading">
                <h1 tabindex="-1" dir="auto">{title}</h1>
                {aloud}
            </div>
            {body}
        </main>
    }
    .into_any()
}

fn read_aloud(app: App) -> AnyView {
    use crate::platform::{page, speech};
    let reading = RwSignal::new(false);
    on_cleanup(speech::stop);
    let word = move || if reading.get() { t(K::AppReadStop) } else { t(K::AppReadAloud) };
    let act = move |_| {
        if reading.get_untracked() {
            speech::stop();
        } else {
            speech::say(&page::words(), app.lang.get_untracked(), move || reading.set(false));
        }
        reading.update(|r| *r = !*r);
    };
    view! {
        <button type="button" class="button" data-action="read-aloud" on:click=act>
            {icon::icon(icon::SPEAKER)}
            <span>{word}</span>
        </button>
    }
    .into_any()
}
