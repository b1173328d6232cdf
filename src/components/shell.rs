//! What stands around every screen: the brand, notices, the fixed bar, the way to the other mode.

use super::{
    control,
    icon::{self, Icon, icon},
    notice,
};
use crate::{
    i18n::{K, fill, t},
    platform::{
        dom::{View, all, el, none, region},
        page, speech,
    },
    state::{Adding, App},
};
use care::{profile::Mode, text::Lang};
use leptos::prelude::*;

/// For keyboards: past the header, to the content. Not a fragment: `<base>` would lead it away.
pub fn skip() -> View {
    control::bare_button("skip", "").text(t(K::AppSkip)).on("click", |_| page::arrive(true))
}

/// The address of the settings. There each choice stands by itself: one control does a thing.
fn on_settings(path: RwSignal<String>) -> bool {
    path.with(|p| p == "settings")
}

/// The way to the other language.
fn other_language(app: App) -> View {
    let other = if app.lang.get_untracked() == Lang::Fr { Lang::En } else { Lang::Fr };
    let action = if other == Lang::En { "lang-en" } else { "lang-fr" };
    let set = move || app.set_lang(other);
    control::button("button quiet", action, icon::GLOBE, t(K::AppOtherLanguage), set)
        .attr("lang", other.tag())
}

/// Brand, network, the other language. Simple mode keeps the height for its one action: there the
/// brand is no target, and the language waits below.
pub fn header(app: App, path: RwSignal<String>, simple: bool) -> View {
    let brand = if simple { el("p", "brand") } else { el("a", "brand").attr("href", "./") };
    let brand = brand.with(icon::drawing("", "0 0 48 48", icon::LOGO)).text(t(K::AppName));
    let language = move || if simple || on_settings(path) { none() } else { other_language(app) };
    el("header", "top").with(brand).with(network(app)).with(region(language))
}

/// Says when there is no Internet. Calm: what is here works without.
fn network(app: App) -> View {
    let word =
        move || if app.online.get() { none() } else { notice::chip("plain", icon::GLOBE, K::AppOffline) };
    el("div", "network")
        .attr("role", "status")
        .live("data-status", move || Some(if app.online.get() { "online" } else { "offline" }.into()))
        .with(region(word))
}

/// What concerns every screen: storage in trouble, a kit on its way, a new version.
pub fn notices(app: App, path: RwSignal<String>) -> View {
    let storage = move || notice::maybe_problem(app.problem_told.get());
    // A screen that begins with the form tells of adding beside it.
    let form = move || {
        let home = app.mode.get() == Mode::Standard;
        app.current().is_none() && path.with(|p| p == "kit" || (home && p.is_empty()))
    };
    let adding = move || match app.adding.get() {
        _ if form() => none(),
        Adding::Idle => none(),
        Adding::Busy => notice::notice("info", icon::DOWNLOAD, t(K::KitAdding), none()),
        Adding::Failed(problem) => notice::problem(problem),
    };
    let update = move || {
        if !app.update_ready() {
            return none();
        }
        let install = move || app.apply_update();
        let body = all([
            el("p", "").text(t(K::AppUpdateText)),
            control::button("button", "app-update", icon::AGAIN, t(K::AppUpdate), install),
        ]);
        notice::notice("info", icon::INSTALL, t(K::AppUpdateTitle), body)
    };
    el("div", "notices")
        .attr("role", "status")
        .with(region(storage))
        .with(region(adding))
        .with(region(update))
}

/// The way to the other mode.
fn other_mode(app: App, simple: bool) -> View {
    let (class, action, picture, word, mode) = if simple {
        ("button quiet", "mode-standard", icon::FULL_VIEW, K::ModeToStandard, Mode::Standard)
    } else {
        ("button", "mode-simple", icon::LETTERS, K::ModeToSimple, Mode::Simple)
    };
    control::button(class, action, picture, t(word), move || app.set_mode(mode))
}

/// What Bon Geste is not; and, but for the settings' own screen, the other mode and the settings.
pub fn footer(app: App, path: RwSignal<String>, simple: bool) -> View {
    let ways = move || {
        if on_settings(path) {
            return none();
        }
        let language = if simple { other_language(app) } else { none() };
        let settings = control::link("button quiet", "", icon::SETTINGS, t(K::AppSettings), "settings");
        el("div", "row").with(all([other_mode(app, simple), language, settings]))
    };
    el("footer", "foot").with(el("p", "soft").text(t(K::AppNotReplace))).with(region(ways))
}

/// Accueil, Ça ne va pas, Appeler, Aide: always one tap away.
pub fn bar(app: App, path: RwSignal<String>) -> View {
    let item = |here: &'static str, action: &str, picture: Icon, word: K| {
        let href = if here.is_empty() { "./" } else { here };
        let current = move || path.with(|p| p == here).then(|| "page".to_owned());
        bar_link(action, picture, word, href).live("aria-current", current)
    };
    let call = move || match app.current() {
        Some(kit) => {
            let clinic = &kit.kit.clinic;
            let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
            bar_link("call", icon::PHONE, K::BarCall, &["tel:", &clinic.phone].concat())
                .attr("aria-label", &name)
        }
        // Whom to call depends on what happens: that screen says it.
        None => bar_link("call", icon::PHONE, K::BarCall, "report"),
    };
    el("nav", "bar")
        .attr("aria-label", t(K::AppNav))
        .with(item("", "", icon::HOME, K::BarHome))
        .with(item("report", "report", icon::ALERT, K::BarReport))
        .with(region(call))
        .with(item("help", "help", icon::HELP, K::BarHelp))
}

fn bar_link(action: &str, picture: Icon, word: K, href: &str) -> View {
    control::link("", action, picture, t(word), href)
}

/// Bytes of a heading that in large letters leaves no room for a button beside it.
const LONG: usize = 30;
/// Letters of a word that are too many for it.
const LONG_WORD: usize = 10;

/// The main part of a screen: its heading, read aloud on demand in simple mode, and what follows.
pub fn screen(app: App, title: &str, body: View) -> View {
    let simple = app.mode.get_untracked() == Mode::Simple;
    let heading = el("h1", "").attr("tabindex", "-1").attr("dir", "auto").text(title);
    let aloud = (simple && speech::available()).then(|| read_aloud(app));
    // A question leaves no room beside it.
    let wide = |word: &str| word.chars().count() > LONG_WORD;
    let long = title.len() > LONG || title.split(' ').any(wide);
    let class = if long { "heading long" } else { "heading" };
    el("main", "").attr("id", "main").with(el("div", class).with(heading).maybe(aloud)).with(body)
}

/// A part of a screen under its own heading.
pub fn section(title: K, body: View) -> View {
    el("section", "stack").with(el("h2", "").text(t(title))).with(body)
}

/// Reads the words on view aloud, and falls silent.
pub fn read_aloud(app: App) -> View {
    let reading = RwSignal::new(false);
    on_cleanup(speech::stop);
    let word = move || t(if reading.get() { K::AppReadStop } else { K::AppReadAloud }).to_owned();
    let act = move || {
        if reading.get_untracked() {
            speech::stop();
        } else {
            speech::say(&page::words(), app.lang.get_untracked(), move || reading.set(false));
        }
        reading.update(|r| *r = !*r);
    };
    control::bare_button("button read-aloud", "read-aloud")
        .with(icon(icon::SPEAKER))
        .with(el("span", "").words(word))
        .on("click", move |_| act())
}
