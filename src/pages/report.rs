//! « Ça ne va pas »: one sign, one fixed screen. The most urgent signs are asked first, and no
//! screen ever mixes two levels. Nothing is computed and nothing is kept.

use crate::{
    components::{HeldKit, control, icon, notice, provenance, shell, words::said},
    i18n::{K, fill, t},
    platform::page,
    state::App,
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
pub fn show(app: App, simple: bool) -> AnyView {
    (move || match app.current() {
        Some(kit) if !kit.kit.warnings.is_empty() => {
            let kit = StoredValue::new_local(kit);
            let at = RwSignal::new(first(kit, 0));
            let screen = move || match at.get() {
                At::Asking(level, n) if simple => ask_one(app, kit, at, level, n),
                At::Asking(level, _) => ask(app, kit, at, level),
                At::Answer(rule) => kit
                    .with_value(|k| k.kit.warnings.get(rule).map(|rule| answer(app, kit, at, rule, simple)))
                    .into_any(),
                At::Other => other(app, kit, at),
            };
            screen.into_any()
        }
        _ => without_kit(app, simple),
    })
    .into_any()
}

/// Asks for the next level that has signs, or ends.
fn first(kit: HeldKit, from: usize) -> At {
    let has = |level: &usize| kit.with_value(|k| k.kit.warnings.iter().any(|w| w.level == LEVELS[*level]));
    (from..LEVELS.len()).find(has).map_or(At::Other, |level| At::Asking(level, 0))
}

fn go(at: RwSignal<At>, to: At) {
    at.set(to);
    page::arrive(true);
}

/// The places in the kit of a level's rules.
fn of_level(kit: HeldKit, level: usize) -> Vec<usize> {
    kit.with_value(|k| {
        let rules = k.kit.warnings.iter().enumerate();
        rules.filter(|(_, w)| w.level == LEVELS[level]).map(|(i, _)| i).collect()
    })
}

fn question(level: usize) -> &'static str {
    t([K::ReportRedTitle, K::ReportOrangeTitle, K::ReportYellowTitle][level])
}

fn ask(app: App, kit: HeldKit, at: RwSignal<At>, level: usize) -> AnyView {
    let signs = kit.with_value(|k| {
        let rules = of_level(kit, level).into_iter().filter_map(|i| Some((i, k.kit.warnings.get(i)?)));
        let view = |(i, rule): (usize, &WarningRule)| {
            view! {
                <li>
                    <button type="button" class="sign" data-sign=rule.id.clone() on:click=move |_| go(at, At::Answer(i))>
                        {said(&rule.sign)}
                        <span class="chevron">{icon::icon(icon::NEXT)}</span>
                    </button>
                </li>
            }
        };
        rules.map(view).collect::<Vec<_>>()
    });
    let none = t([K::ReportNoneRed, K::ReportNoneOrange, K::ReportNoneYellow][level]);
    let body = view! {
        <p class="lead">{t(K::ReportNewOnly)}</p>
        <ul class="rows">{signs}</ul>
        {control::button("button wide", "report-none", icon::NEXT, none, move || go(at, first(kit, level + 1)))}
        {(level > 0).then(|| again(kit, at))}
        {(level == 0).then(|| view! { <div class="row">{call("button wide", K::ReportCall15, "tel:15")}</div> })}
    };
    shell::screen(app, question(level), body.into_any())
}

/// Simple mode: one sign a screen.
fn ask_one(app: App, kit: HeldKit, at: RwSignal<At>, level: usize, n: usize) -> AnyView {
    let rules = of_level(kit, level);
    let Some(rule) = rules.get(n).copied() else { return ().into_any() };
    let next = if n + 1 < rules.len() { At::Asking(level, n + 1) } else { first(kit, level + 1) };
    let sign = kit.with_value(|k| k.kit.warnings.get(rule).map(|r| (said(&r.sign), r.id.clone())));
    let (sign, id) = sign.unzip();
    let urgent = (level == 0).then(|| call("button wide", K::ReportCall15, "tel:15"));
    let body = view! {
        <p class="one-step" data-sign=id>{sign}</p>
        {control::button("button main wide", "sign-yes", icon::CHECK, t(K::ReportYes), move || go(at, At::Answer(rule)))}
        {control::button("button wide", "sign-no", icon::CROSS, t(K::ReportNo), move || go(at, next))}
        {urgent}
    };
    shell::screen(app, t(K::ReportAskOne), body.into_any())
}

fn call(class: &'static str, word: K, href: &'static str) -> AnyView {
    control::link(class, "", icon::PHONE, t(word), href)
}

fn again(kit: HeldKit, at: RwSignal<At>) -> AnyView {
    control::button("button quiet", "", icon::BACK, t(K::ReportAgain), move || go(at, first(kit, 0)))
}

/// The fixed screen of a sign.
fn answer(app: App, kit: HeldKit, at: RwSignal<At>, rule: &WarningRule, simple: bool) -> AnyView {
    let (level, head, class) = match rule.level {
        Level::Red => (K::ReportRed, K::ReportRedHead, "level red"),
        Level::Orange => (K::ReportOrange, K::ReportOrangeHead, "level orange"),
        Level::Yellow => (K::ReportYellow, K::ReportYellowHead, "level yellow"),
    };
    let calls = match rule.level {
        Level::Red => view! {
            {call("button main wide", K::ReportCall15, "tel:15")}
            {call("button wide", K::ReportCall112, "tel:112")}
            <p class="strong">{t(K::ReportPlace)}</p>
            <p><a class="plain-link" href="sms:114">{t(K::ReportSms114)}</a></p>
            {no_network()}
        }
        .into_any(),
        Level::Orange => view! {
            <p class="strong">{t(K::ReportClosed)}</p>
            {call("button wide", K::ReportCall15, "tel:15")}
            {no_network()}
        }
        .into_any(),
        Level::Yellow => view! { {clinic(kit)}<p>{t(K::ReportOutside)}</p> }.into_any(),
    };
    let source = (!simple)
        .then(|| view! { <p class="soft">{t(K::ReportSource)}" "{provenance::source(&rule.source)}</p> });
    let back = (!simple || rule.level != Level::Red).then(|| again(kit, at));
    let body = view! {
        <section class=class data-level=level_word(rule.level)>
            <p class="level-word">{icon::icon(icon::ALERT)}{t(level)}</p>
            <p class="strong">{said(&rule.sign)}</p>
            <p class="lead">{said(&rule.action)}</p>
        </section>
        {calls}
        {source}
        {back}
    };
    shell::screen(app, t(head), body.into_any())
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Red => "red",
        Level::Orange => "orange",
        Level::Yellow => "yellow",
    }
}

/// The clinic's telephone, and its mobile for messages where it has one. No symptom is written.
fn clinic(kit: HeldKit) -> AnyView {
    kit.with_value(|k| {
        let clinic = &k.kit.clinic;
        let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
        let sms = clinic.sms.as_ref().map(|number| {
            let body = String::from(js_sys::encode_uri_component(t(K::ReportSmsBody)));
            let days = clinic.reading_days.as_ref().map(|days| fill(K::ReportReadingDays, &[("days", crate::i18n::text(days))]));
            view! {
                {control::link("button wide", "sms", icon::MESSAGE, t(K::ReportSmsClinic), ["sms:", number, "?body=", &body].concat())}
                <p class="soft">{t(K::ReportNotWatched)}" "{days}</p>
            }
        });
        view! {
            {control::link("button main wide", "", icon::PHONE, name, ["tel:", &clinic.phone].concat())}
            {sms}
        }
        .into_any()
    })
}

fn no_network() -> AnyView {
    let items = [K::ReportNoNetwork1, K::ReportNoNetwork2, K::ReportNoNetwork3]
        .map(|line| view! { <li>{t(line)}</li> });
    view! {
        <section class="card stack tight">
            <h2>{t(K::ReportNoNetwork)}</h2>
            <ul class="list">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn other(app: App, kit: HeldKit, at: RwSignal<At>) -> AnyView {
    let body = view! {
        <p class="lead">{t(K::ReportOtherText)}</p>
        {clinic(kit)}
        {again(kit, at)}
    };
    shell::screen(app, t(K::ReportOtherTitle), body.into_any())
}

fn without_kit(app: App, simple: bool) -> AnyView {
    let rest = (!simple).then(no_network);
    let body = view! {
        <p class="lead">{t(K::ReportNoKit)}</p>
        <ul class="list">
            <li>{t(K::ReportNoKit15)}</li>
            <li>{t(K::ReportNoKitDoctor)}</li>
            <li>{t(K::ReportNoKitKine)}</li>
        </ul>
        {notice::notice("info", icon::PHONE, t(K::ReportPlace), ().into_any())}
        {call("button main wide", K::ReportCall15, "tel:15")}
        {call("button wide", K::ReportCall112, "tel:112")}
        {rest}
    };
    shell::screen(app, t(K::ReportTitle), body.into_any())
}
