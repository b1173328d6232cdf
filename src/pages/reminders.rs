//! Reminders without a server: a calendar file that the phone's own calendar rings. First a test
//! alert, because some calendars drop alarms; where it does not ring, the way to the phone's own
//! alarm and a habit to hang the exercises on.

use crate::{
    components::{
        control,
        icon::{self, icon},
        late, notice,
        shell::{self, section},
    },
    i18n::{K, fill, t},
    pages::summary,
    platform::{
        dom::{View, all, el, none, region},
        file, page,
    },
    state::App,
};
use care::reminder::{MIME, Reminders, Weekday};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

const DAYS: [K; 7] = [
    K::RemindersDay1,
    K::RemindersDay2,
    K::RemindersDay3,
    K::RemindersDay4,
    K::RemindersDay5,
    K::RemindersDay6,
    K::RemindersDay7,
];

/// Three days with a rest between them.
const THREE: [Weekday; 3] = [Weekday::Monday, Weekday::Wednesday, Weekday::Friday];

/// Times that simple mode offers: minutes since midnight.
const TIMES: [(&str, K, u32); 3] = [
    ("time-morning", K::RemindersMorning, 9 * 60),
    ("time-afternoon", K::RemindersAfternoon, 15 * 60),
    ("time-evening", K::RemindersEvening, 18 * 60),
];

/// So many times a day can be chosen.
const SLOTS: usize = 3;

/// Everything on one screen, or step by step.
pub fn show(app: App, simple: bool) -> View {
    let body = if simple { simply(app) } else { full(app) };
    shell::screen(app, t(K::RemindersTitle), body)
}

/// « lundi »
pub fn day_word(day: Weekday) -> &'static str {
    DAYS.get(day as usize).map_or("", |k| t(*k))
}

/// The reminders that are set; none when they were stopped.
fn set(app: App) -> Option<Reminders> {
    app.settings(|s| s.reminders.clone()).filter(|r| !r.days.is_empty())
}

/// « lundi, mercredi à 9 h 00 ».
fn in_words(reminders: &Reminders) -> String {
    let days: Vec<&str> = reminders.days.iter().map(|day| day_word(*day)).collect();
    let days = if days.len() == 7 { t(K::RemindersEveryDay).to_owned() } else { days.join(", ") };
    let times: Vec<String> = reminders.minutes.iter().map(|at| late::time(*at)).collect();
    fill(K::RemindersAt, &[("days", &days), ("times", &times.join(", "))])
}

/// What happened with the last file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Test,
    Saved,
    Stopped,
    Missing,
    NotSaved,
}

fn save(name: K, text: Option<String>, told: RwSignal<Told>, done: Told) {
    let saved = text.is_none_or(|text| file::save(&[t(name), ".ics"].concat(), MIME, &text));
    told.set(if saved { done } else { Told::NotSaved });
}

fn outcome(told: RwSignal<Told>) -> View {
    let inside = move || match told.get() {
        Told::Nothing | Told::Test => none(),
        Told::Saved => {
            let steps = [K::RemindersOpen1, K::RemindersOpen2].map(|step| el("li", "").text(t(step)));
            let steps = el("ol", "numbered").with(all(steps));
            notice::notice("good", icon::CHECK, t(K::RemindersSaved), steps).attr("data-reminders", "saved")
        }
        Told::Stopped => {
            let open = el("p", "").text(t(K::RemindersStoppedText));
            notice::notice("info", icon::CHECK, t(K::RemindersStopped), open)
                .attr("data-reminders", "stopped")
        }
        Told::Missing => el("p", "strong").attr("role", "alert").text(t(K::RemindersMissing)),
        Told::NotSaved => summary::notice_failed(),
    };
    el("div", "outcome").attr("role", "status").with(region(inside))
}

fn full(app: App) -> View {
    let told = RwSignal::new(Told::Nothing);
    let now = move || match set(app) {
        Some(reminders) => {
            let stop = move || {
                let file = app.set_reminders(&[], &[]);
                save(K::RemindersFile, file, told, Told::Stopped);
            };
            el("div", "card stack tight")
                .with(el("p", "").text(t(K::RemindersNow)))
                .with(el("p", "strong").attr("data-reminders", "set").text(&in_words(&reminders)))
                .with(el("div", "row").with(control::button(
                    "button",
                    "reminder-stop",
                    icon::CROSS,
                    t(K::RemindersStop),
                    stop,
                )))
        }
        None => none(),
    };
    all([
        el("p", "lead").text(t(K::RemindersText)),
        region(now),
        section(K::RemindersTestTitle, test(app)),
        section(K::RemindersChoose, choose(app, told)),
        outcome(told),
    ])
}

/// The test alert, then the question; its answer leads on.
fn test(app: App) -> View {
    let asked = RwSignal::new(false);
    let failed = RwSignal::new(Told::Nothing);
    let ring = move || {
        save(K::RemindersTestFile, Some(app.test_alert()), failed, Told::Test);
        app.alert_rang(None);
        asked.set(true);
    };
    let inside = move || {
        let rang = app.settings(|s| s.alert_rings);
        let word = if rang.is_some() { K::RemindersTestAgain } else { K::RemindersTest };
        let again = || control::button("button", "reminder-test", icon::CLOCK, t(word), ring);
        match rang {
            None if asked.get() => question(app),
            None => all([el("p", "").text(t(K::RemindersTestText)), el("div", "row").with(again())]),
            Some(true) => all([
                el("p", "strong").attr("data-alert", "rings").text(t(K::RemindersRang)),
                el("div", "row").with(again()),
            ]),
            Some(false) => all([guide(), el("div", "row").with(again())]),
        }
    };
    el("div", "stack").with(region(inside)).with(outcome(failed))
}

/// « L’alerte a-t-elle sonné ? »
fn question(app: App) -> View {
    let answer = |action: &str, picture, word: K, rang: bool| {
        control::button("button wide", action, picture, t(word), move || app.alert_rang(Some(rang)))
    };
    all([
        el("p", "").text(t(K::RemindersTestOpen)),
        el("p", "strong").text(t(K::RemindersAsk)),
        answer("alert-yes", icon::CHECK, K::RemindersAskYes, true),
        answer("alert-no", icon::CROSS, K::RemindersAskNo, false),
    ])
}

/// Without the calendar: the phone's alarm, and a habit.
fn guide() -> View {
    let steps = [K::RemindersGuide1, K::RemindersGuide2, K::RemindersGuide3].map(|k| el("li", "").text(t(k)));
    el("div", "card stack tight")
        .attr("data-alert", "silent")
        .with(el("p", "strong").text(t(K::RemindersGuideTitle)))
        .with(el("ol", "numbered").with(all(steps)))
        .with(el("p", "").text(t(K::RemindersHabit)))
}

/// `08:30` of a field, in minutes since midnight.
fn minutes(field: &str) -> Option<u32> {
    let (hour, minute) = field.get(..5)?.split_once(':')?;
    let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// `08:30` for a field.
fn field_time(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Days and times, and the file.
fn choose(app: App, told: RwSignal<Told>) -> View {
    let known = untrack(|| set(app));
    let chosen = known.as_ref().map_or(THREE.to_vec(), |r| r.days.clone());
    let times = known.map_or_else(|| vec![9 * 60], |r| r.minutes);
    let mut boxes: Vec<(Weekday, HtmlInputElement)> = Vec::new();
    let mut days = el("fieldset", "choices days").with(el("legend", "").text(t(K::RemindersDays)));
    for day in Weekday::ALL {
        let (view, element) = control::check("", day_word(day), chosen.contains(&day));
        boxes.push((day, element));
        days = days.with(view);
    }
    let mut fields: Vec<HtmlInputElement> = Vec::new();
    let mut row = el("div", "pair");
    for slot in 0..SLOTS {
        let id = ["time-", &slot.to_string()].concat();
        let field = el("input", "").attr("type", "time").attr("id", &id);
        let element: HtmlInputElement = field.element().clone().unchecked_into();
        if let Some(at) = times.get(slot) {
            element.set_value(&field_time(*at));
        }
        let word = if slot == 0 { K::RemindersTime } else { K::RemindersTimeMore };
        let number = (slot + 1).to_string();
        let label = el("label", "").attr("for", &id).text(&fill(word, &[("n", &number)]));
        row = row.with(el("div", "field").with(label).with(field));
        fields.push(element);
    }
    let keep = move || {
        let days: Vec<Weekday> = boxes.iter().filter(|(_, b)| b.checked()).map(|(day, _)| *day).collect();
        let times: Vec<u32> = fields.iter().filter_map(|f| minutes(&f.value())).collect();
        if days.is_empty() || times.is_empty() {
            told.set(Told::Missing);
        } else {
            let file = app.set_reminders(&days, &times);
            save(K::RemindersFile, file, told, Told::Saved);
        }
    };
    el("div", "stack")
        .with(days)
        .with(row)
        .with(el("p", "soft").text(t(K::RemindersPrivate)))
        .with(control::button("button main wide", "reminder-save", icon::DOWNLOAD, t(K::RemindersSave), keep))
}

/// Where the patient is in simple mode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Test,
    Asked,
    Guide,
    Days,
    Time(usize),
    End,
}

/// The choices of days in simple mode.
const CHOICES: [(&str, K, &[Weekday]); 2] =
    [("days-all", K::RemindersEveryDay, &Weekday::ALL), ("days-three", K::RemindersThreeDays, &THREE)];

fn simply(app: App) -> View {
    let at = RwSignal::new(if untrack(|| set(app)).is_some() { At::End } else { At::Test });
    let told = RwSignal::new(Told::Nothing);
    let go = move |to| {
        at.set(to);
        page::turn();
    };
    let text = |words: K| el("p", "lead").text(t(words));
    let button = move |class: &str, action: &str, picture, word: K, to: At| {
        control::button(class, action, picture, t(word), move || go(to))
    };
    region(move || match at.get() {
        At::Test => {
            let ring = move || {
                save(K::RemindersTestFile, Some(app.test_alert()), told, Told::Test);
                go(At::Asked);
            };
            all([
                text(K::RemindersTestText),
                control::button("button main wide", "reminder-test", icon::CLOCK, t(K::RemindersTest), ring),
                button("button wide", "", icon::NEXT, K::RemindersSkip, At::Days),
                back_link(),
            ])
        }
        At::Asked => {
            let answer = |action: &str, picture, word: K, rang: bool, to: At| {
                control::button("button wide", action, picture, t(word), move || {
                    app.alert_rang(Some(rang));
                    go(to);
                })
            };
            all([
                outcome(told),
                el("p", "").text(t(K::RemindersTestOpen)),
                el("p", "one-step").text(t(K::RemindersAsk)),
                answer("alert-yes", icon::CHECK, K::RemindersAskYes, true, At::Days),
                answer("alert-no", icon::CROSS, K::RemindersAskNo, false, At::Guide),
                button("button wide", "", icon::BACK, K::AppBack, At::Test),
            ])
        }
        At::Guide => all([
            guide(),
            button("button main wide", "", icon::NEXT, K::RemindersChoose, At::Days),
            button("button wide", "", icon::BACK, K::AppBack, At::Asked),
        ]),
        At::Days => {
            let [first, second] = [0, 1].map(|n| {
                let (action, word, _) = CHOICES[n];
                button("button wide", action, icon::CHECK, word, At::Time(n))
            });
            all([
                text(K::RemindersDays),
                first,
                second,
                button("button wide", "", icon::BACK, K::AppBack, At::Test),
            ])
        }
        At::Time(n) => {
            let times = TIMES.map(|(action, word, minutes)| {
                let words = fill(word, &[("time", &late::time(minutes))]);
                control::button("button wide", action, icon::CLOCK, &words, move || {
                    let days = CHOICES.get(n).map_or(&THREE[..], |choice| choice.2);
                    let file = app.set_reminders(days, &[minutes]);
                    save(K::RemindersFile, file, told, Told::Saved);
                    go(At::End);
                })
            });
            all([text(K::RemindersTimes), all(times)])
        }
        At::End => end(app, told, move || go(At::Days)),
    })
}

fn back_link() -> View {
    control::link("button wide", "", icon::BACK, t(K::AppBack), "follow-up")
}

/// What is set, and how to change or stop it.
fn end(app: App, told: RwSignal<Told>, change: impl Fn() + Clone + 'static) -> View {
    let stop = move || {
        let file = app.set_reminders(&[], &[]);
        save(K::RemindersFile, file, told, Told::Stopped);
    };
    let now = move || match set(app) {
        Some(reminders) => el("p", "one-step").attr("data-reminders", "set").text(&in_words(&reminders)),
        None => none(),
    };
    let stop_button = move || match set(app) {
        Some(_) => control::button("button wide", "reminder-stop", icon::CROSS, t(K::RemindersStop), stop),
        None => none(),
    };
    all([
        outcome(told),
        region(now),
        el("p", "row").with(icon(icon::SHIELD)).with(el("span", "").text(t(K::RemindersPrivate))),
        control::button("button wide", "reminder-change", icon::CLOCK, t(K::RemindersChange), change),
        region(stop_button),
        back_link(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_time_is_read_as_browsers_write_it() {
        assert_eq!(minutes("08:30"), Some(510));
        assert_eq!(minutes("00:00:00"), Some(0));
        for wrong in ["", "24:00", "08:60", "8h30", "é8:30"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
        assert_eq!(minutes(&field_time(545)), Some(545));
    }

    #[test]
    fn reminders_are_said_in_words() {
        crate::i18n::take_later();
        let some = Reminders::none(1).changed(&THREE, &[1080, 545]);
        assert_eq!(in_words(&some), "lundi, mercredi, vendredi, à 9\u{a0}h\u{a0}05, 18\u{a0}h\u{a0}00");
        let all = Reminders::none(1).changed(&Weekday::ALL, &[540]);
        assert_eq!(in_words(&all), "tous les jours, à 9\u{a0}h\u{a0}00");
    }
}
