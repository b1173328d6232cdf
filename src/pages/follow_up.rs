//! « Mon suivi »: what was done this week beside what is prescribed, the next appointment, the two
//! questions before it, charts, and the journal. Facts only: all of it is read from the journal.

use crate::{
    components::{
        chart, control, field, happened,
        icon::{self, icon},
        late, notice, pager,
        shell::{self, section},
        words::{said_in, said_list},
    },
    i18n::{self, K, fill, t},
    platform::{
        dom::{View, all, el, none, region},
        page,
    },
    state::{App, KitHandle},
};
use care::{
    calendar::Day,
    follow_up::{self, History},
    journal::{By, Event, What},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

/// Days of the journal that are shown at first, and with each « Voir plus de jours ».
const DAYS: usize = 14;

/// The screen, or the way to a kit.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        None => without_kit(app),
        Some(kit) if simple => simply(app, kit),
        Some(kit) => full(app, &kit),
    })
}

/// Nothing to follow yet: how to begin, and the copy of another phone.
fn without_kit(app: App) -> View {
    let body = all([
        el("p", "lead").text(t(K::FollowUpNoKit)),
        control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit"),
        control::link("button wide", "", icon::DOWNLOAD, t(K::CopyOpen), "follow-up/copy"),
        check_link(),
    ]);
    shell::screen(app, t(K::FollowUpTitle), body)
}

/// « Montrer à mon kiné ».
fn show_link() -> View {
    control::link("button main wide", "follow-up-show", icon::FULL, t(K::FollowUpShow), "follow-up/show")
}

fn summary_link() -> View {
    control::link("button wide", "", icon::DOCUMENT, t(K::SummaryTitle), "follow-up/summary")
}

fn reminders_link() -> View {
    control::link("button wide", "", icon::CLOCK, t(K::RemindersTitle), "reminders")
}

fn results_link() -> View {
    control::link("button wide", "", icon::SHIELD, t(K::ResultsTitle), "follow-up/results")
}

/// « Mes envois »; nothing where the clinic does not receive and nothing was sent.
fn outbox_link(app: App, kit: &KitHandle) -> View {
    if !sends(app, kit) {
        return none();
    }
    control::link("button wide", "outbox", icon::MESSAGE, t(K::OutboxTitle), "outbox")
}

fn sends(app: App, kit: &KitHandle) -> bool {
    kit.upload().is_some() || untrack(|| app.outbox(|items| !items.is_empty()))
}

/// « J’ai trouvé une vidéo »
fn check_link() -> View {
    control::link("button wide", "check-video", icon::PLAY, t(K::HelpCheck), "check")
}

fn copy_link() -> View {
    control::link("button wide", "", icon::DOWNLOAD, t(K::CopyTitle), "follow-up/copy")
}

fn full(app: App, kit: &KitHandle) -> View {
    let (read, told, held) = (kit.clone(), kit.clone(), kit.clone());
    let this_week = move || {
        app.journal(|events| {
            let history = History::of(events);
            all([maintenance(app, &read), week(app, &history, &read)])
        })
    };
    let days = RwSignal::new(DAYS);
    let past = move || {
        app.journal(|events| {
            let history = History::of(events);
            all([charts(app, &history, &told), journal(app, events, &told, days)])
        })
    };
    let ways = el("div", "pair")
        .with(summary_link())
        .with(reminders_link())
        .with(results_link())
        .with(outbox_link(app, kit))
        .with(check_link())
        .with(copy_link());
    let body = all([
        late::note(app),
        show_link(),
        region(this_week),
        card(K::FollowUpNextTitle, move |heading| appointment(app, &held, heading)),
        card(K::FollowUpQuestionsTitle, {
            let kit = kit.clone();
            move |heading| questions(app, &kit, heading)
        }),
        region(past),
        section(K::FollowUpMore, ways),
    ]);
    shell::screen(app, t(K::FollowUpTitle), body)
}

/// A part that changes in its place: its heading keeps the focus then.
fn card(title: K, inside: impl FnOnce(HtmlElement) -> View) -> View {
    let heading = el("h2", "").attr("tabindex", "-1").text(t(title));
    let element: HtmlElement = heading.element().clone().unchecked_into();
    el("section", "card stack").with(heading).with(inside(element))
}

/// What the kit says for the time after, once it has come.
fn maintenance(app: App, kit: &KitHandle) -> View {
    let Some(maintenance) = follow_up::maintenance(&kit.kit, app.today()) else { return none() };
    let body = all([
        said_list(&maintenance.go_on),
        el("p", "strong").text(t(K::FollowUpComeBack)),
        said_in("p", "", &maintenance.come_back),
    ]);
    notice::notice("info", icon::PERSON, t(K::FollowUpMaintenance), body).attr("data-maintenance", "")
}

/// Done of what is prescribed, in words.
fn of_prescribed(done: u32, prescribed: u32) -> String {
    fill(K::FollowUpWeekDone, &[("done", &done.to_string()), ("prescribed", &prescribed.to_string())])
}

fn week(app: App, history: &History<'_>, kit: &KitHandle) -> View {
    let week = history.week(&kit.kit, app.today());
    if week.prescribed() == 0 {
        return none();
    }
    let line = |e: &follow_up::ExerciseDone<'_>| {
        let done = of_prescribed(e.times, e.times_per_week());
        el("li", "item stack tight")
            .with(said_in("p", "strong", &e.exercise.title))
            .with(el("p", "").text(&done))
    };
    let body = all([
        el("p", "dose-first")
            .attr("data-count", &week.done().to_string())
            .text(&of_prescribed(week.done(), week.prescribed())),
        el("ul", "rows").with(all(week.exercises.iter().map(line))),
    ]);
    section(K::FollowUpWeekTitle, body)
}

/// The sum of the week, without its exercises.
fn week_sum(app: App, history: &History<'_>, kit: &KitHandle) -> View {
    let week = history.week(&kit.kit, app.today());
    el("div", "card stack tight").with(el("h2", "").text(t(K::FollowUpWeekTitle))).with(
        el("p", "dose-first")
            .attr("data-count", &week.done().to_string())
            .text(&of_prescribed(week.done(), week.prescribed())),
    )
}

/// The next appointment, in words.
fn appointment_words(app: App, kit: &KitHandle) -> View {
    app.journal(|events| {
        let history = History::of(events);
        let next = history.next_appointment(&kit.kit, app.today());
        let number = fill(K::FollowUpNextNumber, &[("n", &next.number.to_string())]);
        let on = next.on.map_or_else(|| t(K::FollowUpNoDate).to_owned(), i18n::date);
        let date =
            el("p", "dose-first").opt("data-date", next.on.map(|d| d.to_string()).as_deref()).text(&on);
        let watch = (!next.to_watch.is_empty()).then(|| {
            let items = next.to_watch.iter().map(|item| said_in("li", "", item.title));
            all([el("p", "strong").text(t(K::FollowUpToWatch)), el("ul", "list").with(all(items))])
        });
        el("div", "stack tight").with(el("p", "").text(&number)).with(date).maybe(watch)
    })
}

/// Which appointment is next, and its date.
fn next(app: App, kit: &KitHandle) -> (u32, Option<Day>) {
    untrack(|| {
        app.journal(|events| {
            let history = History::of(events);
            let next = history.next_appointment(&kit.kit, app.today());
            (next.number, next.on)
        })
    })
}

fn set_appointment(app: App, kit: &KitHandle, on: Option<Day>) {
    let (number, before) = next(app, kit);
    if on != before {
        app.append(What::AppointmentSet { kit: kit.kit.kit_id.clone(), number, on });
    }
}

fn appointment(app: App, kit: &KitHandle, heading: HtmlElement) -> View {
    let editing = RwSignal::new(false);
    let kit = kit.clone();
    region(move || {
        let (kit, heading) = (kit.clone(), heading.clone());
        let back = move || {
            editing.set(false);
            page::focus(&heading);
        };
        if editing.get() {
            let (keep, cancel) = (back.clone(), back);
            return all([
                date_form(app, &kit, keep),
                control::button("button wide", "", icon::BACK, t(K::AppCancel), cancel),
            ]);
        }
        let change =
            control::button("button", "appointment", icon::CLOCK, t(K::FollowUpSetDate), move || {
                editing.set(true);
            });
        let held = kit.clone();
        let dated = app.journal(|_| next(app, &held).1.is_some());
        let none_set = dated.then(|| no_date(app, &held, "button quiet", back));
        all([appointment_words(app, &kit), el("div", "row").with(change).maybe(none_set)])
    })
}

/// « Pas de date ».
fn no_date(app: App, kit: &KitHandle, class: &str, done: impl Fn() + 'static) -> View {
    let kit = kit.clone();
    control::button(class, "appointment-none", icon::CROSS, t(K::FollowUpNoDate), move || {
        set_appointment(app, &kit, None);
        done();
    })
}

/// The date and « Garder la date ».
fn date_form(app: App, kit: &KitHandle, done: impl Fn() + 'static) -> View {
    let wrong = RwSignal::new(false);
    let today = app.today();
    let field = el("input", "")
        .attr("id", "appointment-date")
        .attr("type", "date")
        .attr("min", &today.to_string())
        .attr("aria-describedby", "appointment-wrong");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    if let (_, Some(on)) = next(app, kit) {
        input.set_value(&on.to_string());
    }
    let said = move || if wrong.get() { t(K::FollowUpDateWrong) } else { "" }.to_owned();
    let kit = kit.clone();
    el("form", "stack")
        .attr("novalidate", "")
        .with(
            el("div", "field")
                .with(el("label", "").attr("for", "appointment-date").text(t(K::FollowUpDateLabel)))
                .with(field),
        )
        .with(el("p", "strong outcome").attr("id", "appointment-wrong").attr("role", "alert").words(said))
        .with(
            el("button", "button main wide")
                .attr("type", "submit")
                .action("appointment-keep")
                .with(icon(icon::CHECK))
                .with(el("span", "").text(t(K::FollowUpKeepDate))),
        )
        .on("submit", move |event| {
            event.prevent_default();
            match input.value().parse::<Day>().ok().filter(|day| *day >= today) {
                Some(day) => {
                    set_appointment(app, &kit, Some(day));
                    done();
                }
                None => wrong.set(true),
            }
        })
}

/// The last answers to the two questions; nothing while there are none.
fn answers(app: App, kit: &KitHandle) -> Option<View> {
    app.journal(|events| {
        let history = History::of(events);
        let q = history.two_questions(&kit.kit.kit_id)?;
        let on = fill(K::FollowUpAnswered, &[("date", &i18n::date(q.day))]);
        Some(all([el("p", "soft").text(&on), happened::list(&happened::answers(&q))]))
    })
}

fn keep_answers(app: App, kit: &KitHandle, watched: bool, wish: &str, helper: bool) {
    let by = if helper { By::Helper } else { By::Patient };
    let wish = wish.trim().to_owned();
    app.append(What::TwoQuestions { kit: kit.kit.kit_id.clone(), watched, wish, by });
}

fn questions(app: App, kit: &KitHandle, heading: HtmlElement) -> View {
    let editing = RwSignal::new(false);
    let kit = kit.clone();
    region(move || {
        let heading = heading.clone();
        let back = move || {
            editing.set(false);
            page::focus(&heading);
        };
        if editing.get() {
            let cancel = back.clone();
            return all([
                questions_form(app, &kit, back),
                control::button("button wide", "", icon::BACK, t(K::AppCancel), cancel),
            ]);
        }
        let told = answers(app, &kit);
        let word = if told.is_some() { K::FollowUpAnswerAgain } else { K::FollowUpAnswer };
        let told = told.unwrap_or_else(|| el("p", "").text(t(K::FollowUpQuestionsText)));
        let open =
            control::button("button", "two-questions", icon::MESSAGE, t(word), move || editing.set(true));
        all([told, el("div", "row").with(open)])
    })
}

fn questions_form(app: App, kit: &KitHandle, done: impl Fn() + 'static) -> View {
    let watched = RwSignal::new(None::<bool>);
    let missing = RwSignal::new(false);
    let radio = |action: &str, word: K, value: bool| {
        let words = el("span", "choice-text strong").text(t(word));
        let chosen = move || watched.get() == Some(value);
        control::radio("watched", action, words, chosen, move || watched.set(Some(value)))
    };
    let (wish, words) = field::words("wish", K::FollowUpQuestionWish, None);
    let (helper, by_helper) = control::check("noted-by-helper", t(K::FollowUpIAmHelper), false);
    let said = move || if missing.get() { t(K::FollowUpAnswerFirst) } else { "" }.to_owned();
    let kit = kit.clone();
    let fields = el("fieldset", "choices")
        .with(el("legend", "").text(t(K::FollowUpQuestionWatched)))
        .with(radio("watched-yes", K::ReportYes, true))
        .with(radio("watched-no", K::ReportNo, false));
    el("form", "stack")
        .with(fields)
        .with(wish)
        .with(helper)
        .with(el("p", "strong outcome").attr("role", "alert").words(said))
        .with(
            el("button", "button main wide")
                .attr("type", "submit")
                .action("two-questions-keep")
                .with(icon(icon::CHECK))
                .with(el("span", "").text(t(K::FollowUpKeep))),
        )
        .on("submit", move |event| {
            event.prevent_default();
            match watched.get_untracked() {
                Some(watched) => {
                    keep_answers(app, &kit, watched, &words.value(), by_helper.checked());
                    done();
                }
                None => missing.set(true),
            }
        })
}

/// The weeks since the first one with something done, the current one last, `most` of them.
fn weeks(app: App, history: &History<'_>, kit: &KitHandle, most: i64) -> Vec<chart::WeekDone> {
    let today = app.today();
    let Some(first) = history.days(&kit.kit.kit_id).first().map(|d| d.day.monday()) else {
        return Vec::new();
    };
    let this = today.monday();
    let since = (this.days_since(first) / 7).clamp(0, most - 1);
    (0..=since)
        .rev()
        .map(|n| {
            let week = history.week(&kit.kit, this.plus(-7 * n));
            (week.monday, week.done(), week.prescribed())
        })
        .collect()
}

/// Weeks that are drawn.
const WEEKS: i64 = 8;

fn charts(app: App, history: &History<'_>, kit: &KitHandle) -> View {
    let pain = history.pain(&kit.kit.kit_id);
    let weeks = weeks(app, history, kit, WEEKS);
    let parts = [
        (!pain.is_empty()).then(|| section(K::FollowUpPainTitle, chart::pain(&pain))),
        (!weeks.is_empty()).then(|| section(K::FollowUpWeeksTitle, chart::weeks(&weeks))),
    ];
    el("div", "pair").with(all(parts.into_iter().flatten()))
}

fn day_view(heading: &str, (day, lines): &(Day, Vec<happened::Line>)) -> View {
    el("li", "item stack tight")
        .attr("data-day", &day.to_string())
        .with(el(heading, "").text(&i18n::date(*day)))
        .with(happened::list(lines))
}

/// The journal, day by day.
fn by_day(app: App, events: &[Event], kit: &KitHandle) -> Vec<(Day, Vec<happened::Line>)> {
    let videos = care::quiz::History::of(events).checked;
    app.kits.with(|kits| happened::by_day(&History::of(events), &videos, &kit.kit, kits))
}

fn journal(app: App, events: &[Event], kit: &KitHandle, shown: RwSignal<usize>) -> View {
    let days = by_day(app, events, kit);
    if days.is_empty() {
        let why = el("p", "").text(t(K::FollowUpEmptyText));
        return notice::notice("info", icon::PLAY, t(K::FollowUpEmpty), why).attr("data-empty", "");
    }
    let number = shown.get();
    let rows = days.iter().take(number).map(|day| day_view("h3", day));
    let more = (days.len() > number).then(|| {
        let more = move || shown.update(|n| *n += DAYS);
        control::button("button wide", "journal-more", icon::PLUS, t(K::FollowUpMoreDays), more)
    });
    section(K::FollowUpJournal, all([el("ul", "rows").with(all(rows)), more.unwrap_or_else(none)]))
}

/// Where the patient is in simple mode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The three ways.
    Hub,
    /// One of the things to read.
    Thing(usize),
    /// The field for the date.
    Date,
    /// The first question.
    Watched,
    /// The second, after this answer to the first.
    Wish(bool),
    /// A day of the journal, 0 the newest.
    Day(usize),
}

/// A thing to read in simple mode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    Week,
    Maintenance,
    Next,
    Questions,
    Pain,
    Weeks,
    Journal,
    Summary,
    Results,
    Outbox,
    Check,
    Copy,
}

fn simply(app: App, kit: KitHandle) -> View {
    let at = RwSignal::new(At::Hub);
    let inside = move || {
        let here = at.get();
        // What is typed must not be lost because something was written elsewhere.
        untrack(|| match here {
            At::Hub => hub(app, at),
            At::Thing(n) => thing(app, &kit, at, n),
            At::Date => date_scene(app, &kit, at),
            At::Watched => watched_scene(at),
            At::Wish(watched) => wish_scene(app, &kit, at, watched),
            At::Day(n) => day_scene(app, &kit, at, n),
        })
    };
    shell::screen(app, t(K::FollowUpTitle), region(inside))
}

fn go(at: RwSignal<At>, to: At) {
    at.set(to);
    page::turn();
}

fn hub(app: App, at: RwSignal<At>) -> View {
    let read = move || go(at, At::Thing(0));
    all([
        late::note(app),
        show_link(),
        control::button("button wide", "follow-up-read", icon::DOCUMENT, t(K::FollowUpRead), read),
        reminders_link(),
    ])
}

/// What there is to read now.
fn things(app: App, kit: &KitHandle) -> Vec<Thing> {
    app.journal(|events| {
        let history = History::of(events);
        let mut things = vec![Thing::Week];
        if follow_up::maintenance(&kit.kit, app.today()).is_some() {
            things.push(Thing::Maintenance);
        }
        things.extend([Thing::Next, Thing::Questions]);
        if !history.pain(&kit.kit.kit_id).is_empty() {
            things.push(Thing::Pain);
        }
        if !history.days(&kit.kit.kit_id).is_empty() {
            things.push(Thing::Weeks);
        }
        things.extend([Thing::Journal, Thing::Summary, Thing::Results]);
        if sends(app, kit) {
            things.push(Thing::Outbox);
        }
        things.extend([Thing::Check, Thing::Copy]);
        things
    })
}

/// Where a thing stands among those of now.
fn place(app: App, kit: &KitHandle, wanted: Thing) -> At {
    At::Thing(things(app, kit).iter().position(|thing| *thing == wanted).unwrap_or(0))
}

fn thing(app: App, kit: &KitHandle, at: RwSignal<At>, n: usize) -> View {
    let things = things(app, kit);
    let Some(thing) = things.get(n) else { return hub(app, at) };
    let card =
        |title: K, inside: View| el("div", "card stack").with(el("h2", "").text(t(title))).with(inside);
    let text = |words: K| el("p", "").text(t(words));
    let act = |action: &str, picture, word: K, to: At| {
        control::button("button wide", action, picture, t(word), move || go(at, to))
    };
    let (inside, action) = app.journal(|events| {
        let history = History::of(events);
        match thing {
            Thing::Week => (week_sum(app, &history, kit), none()),
            Thing::Maintenance => (maintenance(app, kit), none()),
            Thing::Next => (
                card(K::FollowUpNextTitle, appointment_words(app, kit)),
                act("appointment", icon::CLOCK, K::FollowUpSetDate, At::Date),
            ),
            Thing::Questions => {
                let told = answers(app, kit);
                let word = if told.is_some() { K::FollowUpAnswerAgain } else { K::FollowUpAnswer };
                (
                    card(K::FollowUpQuestionsTitle, told.unwrap_or_else(|| text(K::FollowUpQuestionsText))),
                    act("two-questions", icon::MESSAGE, word, At::Watched),
                )
            }
            Thing::Pain => {
                let pain = history.pain(&kit.kit.kit_id);
                (section(K::FollowUpPainTitle, chart::pain(&pain)), none())
            }
            Thing::Weeks => {
                let weeks = weeks(app, &history, kit, WEEKS);
                (section(K::FollowUpWeeksTitle, chart::weeks(&weeks)), none())
            }
            Thing::Journal => (
                card(K::FollowUpJournal, text(K::FollowUpJournalText)),
                act("journal-read", icon::DOCUMENT, K::FollowUpJournalRead, At::Day(0)),
            ),
            Thing::Summary => (card(K::SummaryTitle, text(K::SummaryText)), summary_link()),
            Thing::Results => (card(K::ResultsTitle, text(K::ResultsText)), results_link()),
            Thing::Outbox => (card(K::OutboxTitle, text(K::OutboxWhat)), outbox_link(app, kit)),
            Thing::Check => (card(K::HelpCheck, text(K::HelpCheckLead)), check_link()),
            Thing::Copy => (card(K::CopyTitle, text(K::CopyText)), copy_link()),
        }
    });
    let onward = (n + 1 < things.len()).then(|| {
        control::button("button main wide", "", icon::NEXT, t(K::AppNext), move || go(at, At::Thing(n + 1)))
    });
    let before = n.checked_sub(1).map_or(At::Hub, At::Thing);
    all([pager::place(n, things.len()), inside, action, onward.unwrap_or_else(none), back(at, before)])
}

fn back(at: RwSignal<At>, to: At) -> View {
    control::button("button wide", "", icon::BACK, t(K::AppBack), move || go(at, to))
}

fn date_scene(app: App, kit: &KitHandle, at: RwSignal<At>) -> View {
    let here = place(app, kit, Thing::Next);
    let done = move || go(at, here);
    all([date_form(app, kit, done), no_date(app, kit, "button wide", done)])
}

fn watched_scene(at: RwSignal<At>) -> View {
    let answer = |action: &str, picture, word: K, watched: bool| {
        control::button("button wide", action, picture, t(word), move || go(at, At::Wish(watched)))
    };
    all([
        el("p", "one-step").text(t(K::FollowUpQuestionWatched)),
        answer("watched-yes", icon::CHECK, K::ReportYes, true),
        answer("watched-no", icon::CROSS, K::ReportNo, false),
    ])
}

fn wish_scene(app: App, kit: &KitHandle, at: RwSignal<At>, watched: bool) -> View {
    let (wish, words) = field::words("wish", K::FollowUpQuestionWish, None);
    let (helper, by_helper) = control::check("noted-by-helper", t(K::FollowUpIAmHelper), false);
    let kit = kit.clone();
    let keep = move || {
        keep_answers(app, &kit, watched, &words.value(), by_helper.checked());
        go(at, place(app, &kit, Thing::Questions));
    };
    all([
        wish,
        helper,
        control::button("button main wide", "two-questions-keep", icon::CHECK, t(K::FollowUpKeep), keep),
        back(at, At::Watched),
    ])
}

fn day_scene(app: App, kit: &KitHandle, at: RwSignal<At>, n: usize) -> View {
    let days = app.journal(|events| by_day(app, events, kit));
    let home = place(app, kit, Thing::Journal);
    let before = n.checked_sub(1).map_or(home, At::Day);
    let Some(day) = days.get(n) else {
        return all([el("p", "lead").text(t(K::FollowUpEmptyText)), back(at, before)]);
    };
    let older = (n + 1 < days.len()).then(|| {
        control::button("button main wide", "journal-more", icon::NEXT, t(K::FollowUpDayBefore), move || {
            go(at, At::Day(n + 1));
        })
    });
    all([
        pager::place(n, days.len()),
        el("ul", "rows").with(day_view("h2", day)),
        older.unwrap_or_else(none),
        back(at, before),
    ])
}
