//! The page for the next appointment: read by a kiné in one minute, on paper, as a file, or on the
//! phone held out to them. Facts only, those that `care::follow_up::Summary` gives.

use crate::{
    components::{
        chart, clips, control, happened, icon, notice,
        shell::{self, section},
    },
    i18n::{self, K, count, fill, t},
    pages::clip,
    platform::{
        dom::{View, all, el, none, region},
        file, page,
    },
    state::{App, KitHandle},
};
use care::{
    calendar::Day,
    follow_up::{ExerciseDone, History, Summary},
    kit::Kit,
    quiz::Checked,
};
use leptos::prelude::*;

/// How the saved page looks: it stands by itself.
const STYLE: &str = include_str!("../../style/file/summary.css");

/// Rows of pain on the page: the last ones, the others are in the journal.
const PAIN: usize = 12;

/// The screen with the page, to print or to save.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        None => shell::screen(app, t(K::SummaryTitle), to_kit()),
        Some(kit) => with_kit(app, &kit, simple),
    })
}

fn to_kit() -> View {
    all([
        el("p", "lead").text(t(K::FollowUpNoKit)),
        control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit"),
    ])
}

fn with_kit(app: App, kit: &KitHandle, simple: bool) -> View {
    let failed = RwSignal::new(false);
    let held = kit.clone();
    let save = move || {
        let sheet = untrack(|| sheet(app, &held));
        let done = file::save(&name(app), "text/html;charset=utf-8", &standing_alone(&sheet));
        failed.set(!done);
    };
    let told = move || if failed.get() { notice_failed() } else { none() };
    let buttons = all([
        control::button("button main wide", "summary-print", icon::DOCUMENT, t(K::SummaryPrint), page::print),
        control::button("button wide", "summary-save", icon::DOWNLOAD, t(K::SummarySave), save),
        if simple {
            control::link("button wide", "", icon::BACK, t(K::AppBack), "follow-up")
        } else {
            control::link("button wide", "follow-up-show", icon::FULL, t(K::FollowUpShow), "follow-up/show")
        },
        region(told),
    ]);
    let kit = kit.clone();
    let body = all([
        el("p", "lead no-print").text(t(K::SummaryText)),
        el("div", "stack no-print").with(buttons),
        region(move || sheet(app, &kit)),
    ]);
    shell::screen(app, t(K::SummaryTitle), body)
}

/// What is said when the browser makes no file.
pub fn notice_failed() -> View {
    let what_to_do = el("p", "").text(t(K::CopyNotSavedText));
    el("div", "").attr("role", "alert").with(notice::notice(
        "warn",
        icon::ALERT,
        t(K::CopyNotSaved),
        what_to_do,
    ))
}

/// `suivi-2026-11-22.html`.
fn name(app: App) -> String {
    [t(K::SummaryFile), "-", &app.today().to_string(), ".html"].concat()
}

/// A page that needs nothing beside itself.
fn standing_alone(sheet: &View) -> String {
    let title = t(K::SummaryTitle);
    [
        "<!doctype html><html lang=\"",
        i18n::lang().tag(),
        "\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>",
        title,
        "</title><style>",
        STYLE,
        "</style><h1>",
        title,
        "</h1>",
        &sheet.element().outer_html(),
        "</html>",
    ]
    .concat()
}

/// The full screen for the kiné: the page in large type, and « Fermer ».
pub fn hold_out(app: App, simple: bool) -> View {
    let Some(kit) = app.kits.with(|kits| kits.first().cloned()) else {
        return shell::screen(app, t(K::SummaryTitle), to_kit());
    };
    let heading = el("h1", "").attr("id", "shown").attr("tabindex", "-1").attr("autofocus", "");
    let heading = heading.text(t(K::SummaryTitle));
    let dialog = el("dialog", "shown").attr("aria-labelledby", "shown");
    let element: web_sys::HtmlDialogElement = wasm_bindgen::JsCast::unchecked_into(dialog.element().clone());
    let (closing, opening) = (element.clone(), element);
    let close = control::button("button main wide", "show-close", icon::CROSS, t(K::AppClose), move || {
        closing.close();
    });
    let dialog = dialog
        .with(heading)
        .with(region(move || sheet(app, &kit)))
        .with(region(move || {
            let clips = clip::every(app);
            if clips.is_empty() {
                return none();
            }
            section(K::ClipMine, untrack(|| clips::one_by_one(app, clips, "h3", simple, false)))
        }))
        .with(close)
        // Escape and the phone's own way back close it as well.
        .on("close", move |_| app.go.set(Some("/follow-up")));
    page::next_frame(move || page::open_dialog(&opening));
    el("main", "").attr("id", "main").with(dialog)
}

/// The page itself.
fn sheet(app: App, kit: &KitHandle) -> View {
    app.journal(|events| {
        let history = History::of(events);
        let summary = history.summary(&kit.kit, app.today());
        let videos = care::quiz::History::of(events).checked;
        app.kits.with(|kits| page_of(app, &kit.kit, kits, &summary, &videos))
    })
}

fn part(title: K, inside: View) -> View {
    el("section", "sheet-part").with(el("h2", "").text(t(title))).with(inside)
}

/// A part of lines; nothing where there are none.
fn lines(title: K, lines: &[happened::Line]) -> Option<View> {
    (!lines.is_empty()).then(|| part(title, happened::list(lines)))
}

/// Lines, each with its day.
fn dated<'a>(title: K, entries: impl Iterator<Item = (Day, Vec<happened::Line>)> + 'a) -> Option<View> {
    let mut items = entries
        .map(|(day, lines)| {
            el("li", "").with(el("p", "strong").text(&i18n::date(day))).with(happened::list(&lines))
        })
        .peekable();
    items.peek()?;
    Some(part(title, el("ul", "sheet-days").with(all(items))))
}

fn page_of(app: App, kit: &Kit, kits: &[KitHandle], summary: &Summary<'_>, videos: &[Checked]) -> View {
    let (from, to) = (i18n::date(summary.period.from), i18n::date(summary.period.to));
    let period = fill(K::SummaryPeriod, &[("from", &from), ("to", &to)]);
    let since = if summary.since_appointment { K::SummarySince } else { K::SummaryLast };
    let about = el("header", "stack tight")
        .with(el("p", "strong").text(i18n::text(&kit.title)))
        .with(el("p", "").text(&[period.as_str(), " ", t(since)].concat()))
        .with(el("p", "print-only").text(t(K::SummaryName)));
    let mut reports: Vec<(Day, Vec<happened::Line>)> = Vec::new();
    for (day, what) in &summary.reports {
        let said = happened::report(kits, what);
        match reports.last_mut() {
            Some((last, lines)) if last == day => lines.extend(said),
            _ => reports.push((*day, said)),
        }
    }
    let felt: Vec<(Day, Vec<happened::Line>)> = summary
        .felt
        .chunk_by(|a, b| a.day == b.day)
        .filter_map(|of_day| Some((of_day.first()?.day, of_day.iter().map(happened::felt).collect())))
        .collect();
    let notes: Vec<(Day, Vec<happened::Line>)> = summary
        .notes
        .chunk_by(|a, b| a.day == b.day)
        .filter_map(|of_day| Some((of_day.first()?.day, of_day.iter().map(happened::note).collect())))
        .collect();
    let period = &summary.period;
    let videos = videos.iter().filter(|v| (period.from..=period.to).contains(&v.day));
    let videos = videos.map(|video| (video.day, happened::video_checked(video)));
    let questions = summary.two_questions.as_ref().map(happened::answers).unwrap_or_default();
    let made = fill(K::SummaryMade, &[("date", &i18n::date(app.today()))]);
    el("article", "sheet")
        .attr("lang", i18n::lang().tag())
        .with(about)
        .maybe(dated(K::SummaryReports, reports.into_iter()))
        .maybe(dated(K::SummaryVideos, videos))
        .with(part(K::SummaryExercises, exercises(kit, summary)))
        .maybe(pain(summary))
        .maybe(dated(K::SummaryFelt, felt.into_iter()))
        .maybe(lines(K::SummaryQuestions, &questions))
        .maybe(dated(K::SummaryNotes, notes.into_iter()))
        .with(el("p", "soft").text(&made))
}

fn exercises(kit: &Kit, summary: &Summary<'_>) -> View {
    let days = count(summary.days.len() as u64, K::SummaryDaysOne, K::SummaryDaysOther);
    let sessions = count(summary.sessions().into(), K::FollowUpSessionsOne, K::FollowUpSessionsOther);
    let total = fill(K::SummarySessions, &[("sessions", &sessions), ("days", &days)]);
    let row = |e: &ExerciseDone<'_>| {
        let times = |n: u32| count(n.into(), K::SummaryTimesOne, K::SummaryTimesOther);
        let sets = |n: u32| count(n.into(), K::SummarySetsOne, K::SummarySetsOther);
        let mut done = fill(K::SummaryDone, &[("times", &times(e.times)), ("sets", &sets(e.sets))]);
        if e.easier_sets > 0 {
            done.push(' ');
            done.push_str(&fill(K::SummaryEasier, &[("sets", &sets(e.easier_sets))]));
        }
        let prescribed = fill(K::SummaryPerWeek, &[("times", &times(e.times_per_week()))]);
        vec![i18n::text(&e.exercise.title).to_owned(), done, prescribed]
    };
    let columns = [K::SummaryExercise, K::FollowUpDoneWord, K::FollowUpPrescribedWord];
    let skipped = summary.skipped.iter().map(|(id, n)| {
        let name = happened::title(Some(kit), id);
        let words =
            [("name", name), ("times", &count(u64::from(*n), K::SummaryTimesOne, K::SummaryTimesOther))];
        el("li", "").text(&fill(K::SummarySkipped, &words))
    });
    let skipped = el("ul", "list").with(all(skipped));
    all([
        el("p", "").text(&total),
        chart::table(K::SummaryExercises, &columns, summary.exercises.iter().map(row)),
        if summary.skipped.is_empty() { none() } else { skipped },
    ])
}

fn pain(summary: &Summary<'_>) -> Option<View> {
    if summary.pain.is_empty() {
        return None;
    }
    let more = summary.pain.len().saturating_sub(PAIN);
    let shown = summary.pain.get(more..).unwrap_or_default();
    let left = (more > 0)
        .then(|| el("p", "soft").text(&count(more as u64, K::SummaryPainMoreOne, K::SummaryPainMoreOther)));
    let inside = el("div", "stack tight")
        .with(el("p", "soft").text(t(K::FollowUpPainScale)))
        .with(chart::pain_table(shown))
        .maybe(left);
    Some(part(K::FollowUpPainTitle, inside))
}
