//! What the kiné would get, in words, before anything leaves the phone: and, with the patient's
//! agreement, the same as a file to bring.

use crate::{
    components::{control, happened, icon, notice, sent, shell},
    i18n::{self, K, fill, t},
    pages::summary,
    platform::{
        dom::{View, all, el, none, region},
        file,
    },
    state::{App, KitHandle},
};
use care::{
    calendar::Day,
    kit::{Kit, ReturnPath},
    problem::Problem,
    results::{self, Results},
};
use leptos::prelude::*;

/// Days that are shown at first.
const DAYS: usize = 14;

/// What would go, the agreement, and the file.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        None => shell::screen(app, t(K::ResultsTitle), el("p", "lead").text(t(K::FollowUpNoKit))),
        Some(kit) => with_kit(app, kit, simple),
    })
}

fn with_kit(app: App, kit: KitHandle, simple: bool) -> View {
    let days = RwSignal::new(if simple { 3 } else { DAYS });
    let (told, held) = (kit.clone(), kit.clone());
    let list = move || preview(app, &told.kit, days);
    let give = move || {
        let something = app.journal(|events| !Results::since_last(events, &held.kit).preview().is_empty());
        if something { agreement(app, &held, simple) } else { none() }
    };
    let body = all([
        el("p", "lead").text(t(K::ResultsText)),
        el("p", "soft").text(t(K::ResultsNotIn)),
        region(list),
        region(give),
        // Three choices at most.
        if simple { none() } else { control::link("button", "", icon::BACK, t(K::AppBack), "follow-up") },
    ]);
    shell::screen(app, t(K::ResultsTitle), body)
}

/// Everything that is in it, the newest day first.
fn preview(app: App, kit: &Kit, shown: RwSignal<usize>) -> View {
    let results = app.journal(|events| Results::since_last(events, kit));
    let items = results.preview();
    if items.is_empty() {
        return notice::notice(
            "info",
            icon::CHECK,
            t(K::ResultsNothing),
            el("p", "").text(t(K::FollowUpEmptyText)),
        );
    }
    let mut days: Vec<(Day, Vec<happened::Line>)> = Vec::new();
    for item in items.iter().rev() {
        let lines = happened::result(kit, item);
        match days.iter_mut().find(|(day, _)| *day == item.day) {
            Some((_, of_day)) => {
                of_day.splice(0..0, lines);
            }
            None => days.push((item.day, lines)),
        }
    }
    let number = shown.get();
    let rows = days.iter().take(number).map(|(day, lines)| {
        el("li", "item stack tight").with(el("h2", "").text(&i18n::date(*day))).with(happened::list(lines))
    });
    let rows = el("ul", "rows").attr("data-count", &items.len().to_string()).with(all(rows));
    let more = (days.len() > number).then(|| {
        let all_days = days.len();
        control::button("button wide", "results-more", icon::PLUS, t(K::ResultsAll), move || {
            shown.set(all_days)
        })
    });
    all([rows, more.unwrap_or_else(none)])
}

/// The patient's agreement, and the file.
fn agreement(app: App, kit: &KitHandle, simple: bool) -> View {
    let clinic = &kit.kit.clinic.name;
    if kit.upload().is_some() {
        return sending(app, kit, simple);
    }
    if kit.kit.return_path == ReturnPath::Server {
        // A clinic that receives by network gets nothing before the patient sends it there.
        return el("p", "").text(&fill(K::ResultsNotSent, &[("name", clinic)]));
    }
    let (view, agreed) = control::check("consent", &fill(K::ResultsAgree, &[("name", clinic)]), false);
    let told = RwSignal::new(None::<(K, bool)>);
    let kit = kit.clone();
    let save = move || {
        if !agreed.checked() {
            told.set(Some((K::ResultsAgreeFirst, false)));
            return;
        }
        let name = [t(K::ResultsFile), "-", &app.today().to_string(), ".json"].concat();
        let saved = app.results_file(&kit.kit).is_some_and(|text| file::save(&name, results::MIME, &text));
        told.set(Some((if saved { K::ResultsSaved } else { K::CopyNotSaved }, saved)));
    };
    let outcome = move || match told.get() {
        None => none(),
        Some((K::CopyNotSaved, _)) => summary::notice_failed(),
        Some((words, true)) => {
            notice::notice("good", icon::CHECK, t(words), none()).attr("data-results", "saved")
        }
        Some((words, false)) => el("p", "strong").attr("role", "alert").text(t(words)),
    };
    el("div", "stack")
        .with(view)
        .with(el("div", "outcome").attr("role", "status").with(region(outcome)))
        .with(control::button("button main wide", "results-save", icon::DOWNLOAD, t(K::ResultsSave), save))
}

/// The patient's agreement, and the way to the clinic.
fn sending(app: App, kit: &KitHandle, simple: bool) -> View {
    let clinic = &kit.kit.clinic.name;
    let (view, agreed) = control::check("consent", &fill(K::OutboxResultsAgree, &[("name", clinic)]), false);
    let told = RwSignal::new(None::<Problem>);
    let ask = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let held = kit.clone();
    let send = move || {
        ask.set(!agreed.checked());
        if !agreed.checked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let kit = held.clone();
        leptos::task::spawn_local(async move {
            let done = app.send_results(&kit).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => app.go.set(Some("/outbox")),
                Err(why) => drop(told.try_set(Some(why))),
            }
        });
    };
    let outcome = move || match told.get() {
        Some(why) => notice::problem(why),
        None if ask.get() => el("p", "strong").attr("role", "alert").text(t(K::ResultsAgreeFirst)),
        None => none(),
    };
    el("div", "stack")
        .with(sent::nobody_watches(Some(kit), simple))
        .with(view)
        .with(el("div", "outcome").attr("role", "status").with(region(outcome)))
        .with(control::button(
            "button main wide",
            "results-send",
            icon::MESSAGE,
            t(K::OutboxResultsSend),
            send,
        ))
}
