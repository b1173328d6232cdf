//! « Ça ne va pas »: one sign, one fixed screen. The most urgent signs are asked first, and no
//! screen ever mixes two levels. Nothing is computed and nothing is kept.

use crate::{
    components::{
        control,
        icon::{self, icon},
        provenance, safety, shell,
        words::{said, said_in},
    },
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, none, region},
        page,
    },
    state::{App, KitHandle},
};
use care::kit::{Level, WarningRule};
use leptos::prelude::*;

const LEVELS: [Level; 3] = [Level::Red, Level::Orange, Level::Yellow];

/// Where the patient is in the questions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The signs of a level; in simple mode the n-th of them.
    Asking(usize, usize),
    /// The answer of the rule at this place in the kit.
    Answer(usize),
    /// No sign was chosen.
    Other,
}

/// Shows the question or the answer.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        Some(kit) if !kit.kit.warnings.is_empty() => {
            let at = RwSignal::new(first(&kit, 0));
            region(move || match at.get() {
                At::Asking(level, n) if simple => ask_one(app, &kit, at, level, n),
                At::Asking(level, _) => ask(app, &kit, at, level),
                At::Answer(rule) => {
                    kit.kit.warnings.get(rule).map_or_else(none, |rule| answer(app, &kit, at, rule, simple))
                }
                At::Other => other(app, &kit, at),
            })
        }
        _ => without_kit(app, simple),
    })
}

/// Asks for the next level that has signs, or ends.
fn first(kit: &KitHandle, from: usize) -> At {
    let has = |level: &usize| kit.kit.warnings.iter().any(|w| w.level == LEVELS[*level]);
    (from..LEVELS.len()).find(has).map_or(At::Other, |level| At::Asking(level, 0))
}

fn go(at: RwSignal<At>, to: At) {
    at.set(to);
    page::turn();
}

/// A level's rules with their places in the kit.
fn of_level(kit: &KitHandle, level: usize) -> impl Iterator<Item = (usize, &WarningRule)> {
    kit.kit.warnings.iter().enumerate().filter(move |(_, w)| w.level == LEVELS[level])
}

fn ask(app: App, kit: &KitHandle, at: RwSignal<At>, level: usize) -> View {
    let signs = of_level(kit, level).map(|(i, rule)| {
        let sign = control::bare_button("sign", "")
            .attr("data-sign", &rule.id)
            .with(said(&rule.sign))
            .with(el("span", "chevron").with(icon(icon::NEXT)))
            .on("click", move |_| go(at, At::Answer(i)));
        el("li", "").with(sign)
    });
    let (title, none_word) = match LEVELS[level] {
        Level::Red => (K::ReportRedTitle, K::ReportNoneRed),
        Level::Orange => (K::ReportOrangeTitle, K::ReportNoneOrange),
        Level::Yellow => (K::ReportYellowTitle, K::ReportNoneYellow),
    };
    let next = first(kit, level + 1);
    let body = all([
        el("p", "lead").text(t(K::ReportNewOnly)),
        el("ul", "rows").with(all(signs)),
        control::button("button wide", "report-none", icon::NEXT, t(none_word), move || go(at, next)),
        if level == 0 { call("button wide", K::ReportCall15, "tel:15") } else { again(kit, at) },
    ]);
    shell::screen(app, t(title), body)
}

/// Simple mode: one sign a screen.
fn ask_one(app: App, kit: &KitHandle, at: RwSignal<At>, level: usize, n: usize) -> View {
    let Some((rule, sign)) = of_level(kit, level).nth(n) else { return none() };
    let last = of_level(kit, level).count() == n + 1;
    let next = if last { first(kit, level + 1) } else { At::Asking(level, n + 1) };
    let yes = move || go(at, At::Answer(rule));
    let body = all([
        said_in("p", "one-step", &sign.sign).attr("data-sign", &sign.id),
        control::button("button main wide", "sign-yes", icon::CHECK, t(K::ReportYes), yes),
        control::button("button wide", "sign-no", icon::CROSS, t(K::ReportNo), move || go(at, next)),
        if level == 0 { call("button wide", K::ReportCall15, "tel:15") } else { none() },
    ]);
    shell::screen(app, t(K::ReportAskOne), body)
}

fn call(class: &str, word: K, href: &str) -> View {
    control::link(class, "", icon::PHONE, t(word), href)
}

fn again(kit: &KitHandle, at: RwSignal<At>) -> View {
    let start = first(kit, 0);
    control::button("button quiet wide", "", icon::BACK, t(K::ReportAgain), move || go(at, start))
}

/// The fixed screen of a sign.
fn answer(app: App, kit: &KitHandle, at: RwSignal<At>, rule: &WarningRule, simple: bool) -> View {
    let (word, level, head) = match rule.level {
        Level::Red => ("red", K::ReportRed, K::ReportRedHead),
        Level::Orange => ("orange", K::ReportOrange, K::ReportOrangeHead),
        Level::Yellow => ("yellow", K::ReportYellow, K::ReportYellowHead),
    };
    let strong = |words: K| el("p", "strong").text(t(words));
    let calls = match rule.level {
        Level::Red => all([
            call("button main wide", K::ReportCall15, "tel:15"),
            call("button wide", K::ReportCall112, "tel:112"),
            strong(K::ReportPlace),
            no_network(),
            el("p", "").with(el("a", "plain-link").attr("href", "sms:114").text(t(K::ReportSms114))),
        ]),
        Level::Orange => {
            all([strong(K::ReportClosed), call("button wide", K::ReportCall15, "tel:15"), no_network()])
        }
        Level::Yellow => all([clinic(kit), el("p", "").text(t(K::ReportOutside))]),
    };
    let fixed = el("section", &["level ", word].concat())
        .attr("data-level", word)
        .with(el("p", "level-word").with(icon(icon::ALERT)).text(t(level)))
        .with(said_in("p", "strong", &rule.sign))
        .with(said_in("p", "lead", &rule.action));
    let source = if simple {
        none()
    } else {
        el("p", "soft source")
            .text(t(K::ReportSource))
            .text(" ")
            .with(provenance::source(&rule.source, simple))
    };
    // Three choices at most: on the red screen of simple mode they are the calls.
    let back = if simple && rule.level == Level::Red { none() } else { again(kit, at) };
    shell::screen(app, t(head), all([fixed, calls, source, back]))
}

/// The clinic's telephone, and its mobile for messages where it has one. No symptom is written.
fn clinic(kit: &KitHandle) -> View {
    let clinic = &kit.kit.clinic;
    let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
    let phone = control::link("button main wide", "", icon::PHONE, &name, &["tel:", &clinic.phone].concat());
    let Some(number) = &clinic.sms else { return phone };
    let href = ["sms:", number, "?body=", &page::in_address(t(K::ReportSmsBody))].concat();
    let days = clinic.reading_days.as_ref();
    let days = days.map(|days| fill(K::ReportReadingDays, &[("days", i18n::text(days))])).unwrap_or_default();
    all([
        phone,
        control::link("button wide", "sms", icon::MESSAGE, t(K::ReportSmsClinic), &href),
        el("p", "soft").text(t(K::ReportNotWatched)).text(" ").text(&days),
    ])
}

fn no_network() -> View {
    let lines = [K::ReportNoNetwork1, K::ReportNoNetwork2, K::ReportNoNetwork3]
        .map(|line| el("li", "").text(t(line)));
    el("section", "card stack tight")
        .with(safety::headed(icon::PHONE, K::ReportNoNetwork))
        .with(el("ul", "list").with(all(lines)))
}

fn other(app: App, kit: &KitHandle, at: RwSignal<At>) -> View {
    let body = all([el("p", "lead").text(t(K::ReportOtherText)), clinic(kit), again(kit, at)]);
    shell::screen(app, t(K::ReportOtherTitle), body)
}

fn without_kit(app: App, simple: bool) -> View {
    let whom =
        [K::ReportNoKit15, K::ReportNoKitDoctor, K::ReportNoKitKine].map(|line| el("li", "").text(t(line)));
    let body = all([
        el("p", "lead").text(t(K::ReportNoKit)),
        call("button main wide", K::ReportCall15, "tel:15"),
        call("button wide", K::ReportCall112, "tel:112"),
        el("p", "strong").text(t(K::ReportPlace)),
        el("ul", "list").with(all(whom)),
        if simple { none() } else { no_network() },
    ]);
    shell::screen(app, t(K::ReportTitle), body)
}
