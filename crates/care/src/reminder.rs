//! Reminders as a calendar file (RFC 5545): days of the week and times that the patient picked, with
//! an alarm at each. The phone's own calendar rings; no server is asked.
//!
//! **Local time without a zone** (RFC 5545 §3.3.5, form #1). « 8 h 30 » means half past eight by the
//! phone's own clock: in winter and in summer, at home and on a journey. A time in UTC would ring an
//! hour off for half of the year, and a named zone would ring in the middle of the night abroad; it
//! would also need a table of zones. A calendar that has no floating times (Google's) takes its own
//! zone for them, which is the same at home.
//!
//! **One event a time of day**, because a rule with several hours (`BYHOUR`) is not understood
//! everywhere. The events are numbered and keep their `UID`s, and `SEQUENCE` grows with each change,
//! so that a later file replaces what an earlier one put into the calendar. An event that is no
//! longer wanted is written as cancelled: leaving it out would leave it ringing.
//!
//! Left out on purpose: `METHOD`, because RFC 5546 then asks for an `ORGANIZER`, and nobody invites;
//! `X-WR-CALNAME`, which names a calendar of its own, and alarms of a calendar that was only opened
//! beside the patient's own may stay silent.

use crate::{
    calendar::{Day, clock},
    follow_up::History,
    journal::{Event, What},
    kit::Kit,
    record,
};

/// What stands in the calendar unless the caller says more: nothing of health, nothing of a clinic,
/// for calendars are shared and shown on locked screens.
pub const TITLE: &str = "Bon Geste";

/// The MIME type of the files.
pub const MIME: &str = "text/calendar;charset=utf-8";

/// Longest line in octets, its line break not counted (RFC 5545 §3.1).
const LINE: usize = 75;

const DAY_MIN: u32 = 24 * 60;

/// So long after a reminder the portal is opened late: before, the alarm itself led there.
const LATE_MIN: u32 = 30;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    /// Lundi.
    Monday,
    /// Mardi.
    Tuesday,
    /// Mercredi.
    Wednesday,
    /// Jeudi.
    Thursday,
    /// Vendredi.
    Friday,
    /// Samedi.
    Saturday,
    /// Dimanche.
    Sunday,
}

record!(
    enum Weekday {
        Monday = "MO",
        Tuesday = "TU",
        Wednesday = "WE",
        Thursday = "TH",
        Friday = "FR",
        Saturday = "SA",
        Sunday = "SU",
    }
);

impl Weekday {
    /// The whole week, from Monday.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// The day of the week of a date.
    pub fn of(day: Day) -> Self {
        // 1 January 1970 was a Thursday.
        let n = (day.days_since(Day::of(0, 0)) + 3).rem_euclid(7);
        Self::ALL[usize::try_from(n).unwrap_or(0)]
    }

    /// As `BYDAY` writes it.
    fn code(self) -> &'static str {
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][self as usize]
    }
}

/// The reminders of a patient, as they are kept: what is needed to write a file that replaces the
/// earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminders {
    /// Random; the events' `UID`s begin with it.
    pub id: String,
    /// How often they were changed.
    pub sequence: u32,
    /// On which days, from Monday, each once.
    pub days: Vec<Weekday>,
    /// At which times: minutes since midnight by the phone's clock, 0–1439, ascending, each once.
    pub minutes: Vec<u32>,
    /// How many events the earlier files had at most.
    pub slots: u32,
}

record!(struct Reminders { id, sequence, days, minutes, slots });

impl Reminders {
    /// No reminders yet. `random` makes the calendar's ids unique.
    pub fn none(random: u64) -> Self {
        Reminders {
            id: format!("{random:016x}"),
            sequence: 0,
            days: Vec::new(),
            minutes: Vec::new(),
            slots: 0,
        }
    }

    /// What the patient picked now. `minutes` are those since midnight; what is no time of day is
    /// dropped. No day or no time: no reminders any more.
    #[must_use]
    pub fn changed(&self, days: &[Weekday], minutes: &[u32]) -> Self {
        let (mut days, mut minutes) = (days.to_vec(), minutes.to_vec());
        days.sort_unstable();
        days.dedup();
        minutes.retain(|m| *m < DAY_MIN);
        minutes.sort_unstable();
        minutes.dedup();
        if days.is_empty() || minutes.is_empty() {
            days.clear();
            minutes.clear();
        }
        let slots = self.slots.max(u32::try_from(minutes.len()).unwrap_or(u32::MAX));
        Reminders { id: self.id.clone(), sequence: self.sequence.saturating_add(1), days, minutes, slots }
    }

    /// The calendar file, or nothing when there never were reminders. `utc_ms` and `offset_min`
    /// (minutes east of Greenwich) are the device's clock: the first alarm is the next one to come.
    /// `title` is what the calendar shows: [`TITLE`], unless the patient wants more to be read there.
    pub fn ics(&self, utc_ms: i64, offset_min: i32, title: &str) -> Option<String> {
        if self.slots == 0 {
            return None;
        }
        let mut file = File::begin(utc_ms);
        let today = Day::of(utc_ms, offset_min);
        let (hour, minute, _) = clock(utc_ms, offset_min);
        for slot in 0..self.slots.min(DAY_MIN) {
            let uid = [&self.id, "-", &slot.to_string()].concat();
            let at = usize::try_from(slot).ok().and_then(|slot| self.minutes.get(slot));
            match at.filter(|_| !self.days.is_empty()) {
                Some(&at) => {
                    // RFC 5545 wants the start to be the first of the rule's own days.
                    let from = today.plus(i64::from(at <= hour * 60 + minute));
                    let first = (0..7).map(|n| from.plus(n)).find(|d| self.days.contains(&Weekday::of(*d)));
                    file.event(&uid, self.sequence, first.unwrap_or(from), at);
                    let codes: Vec<&str> = self.days.iter().map(|d| d.code()).collect();
                    file.line("RRULE", &["FREQ=WEEKLY;BYDAY=", &codes.join(",")].concat());
                    file.end(title, true);
                }
                None => {
                    // A calendar that keeps cancelled events shows it yesterday, where nothing rings.
                    file.event(&uid, self.sequence, today.plus(-1), 0);
                    file.line("STATUS", "CANCELLED");
                    file.end(title, false);
                }
            }
        }
        Some(file.finish())
    }

    /// The reminder that the portal is opened too late for: the last one of today that rang half an hour
    /// ago or more, while something is still to do today and no set was done since. In minutes since
    /// midnight. What was for another day is never brought up again.
    pub fn opened_late(&self, events: &[Event], kit: &Kit, utc_ms: i64, offset_min: i32) -> Option<u32> {
        let today = Day::of(utc_ms, offset_min);
        let minute = |utc_ms, offset_min| {
            let (hour, minute, _) = clock(utc_ms, offset_min);
            hour * 60 + minute
        };
        let now = minute(utc_ms, offset_min);
        let rang = self.minutes.iter().rev().copied().find(|at| *at <= now)?;
        if !self.days.contains(&Weekday::of(today)) || now < rang + LATE_MIN {
            return None;
        }
        let since = |e: &Event| e.day == today && minute(e.at_ms, e.offset_min) >= rang;
        let began = |e: &&Event| since(e) && matches!(e.read(), Some(What::SetDone { .. }));
        let nothing_done = events.iter().rev().find(began).is_none();
        (nothing_done && !History::of(events).due(kit, today).is_empty()).then_some(rang)
    }

    /// The file of the test alert: one event, two to three minutes from now, on a whole minute,
    /// because calendars ring on those. In local time like the reminders themselves, so that it
    /// proves their way. A second test replaces the first.
    pub fn test_alert(&self, utc_ms: i64, offset_min: i32, title: &str) -> String {
        let mut file = File::begin(utc_ms);
        let (_, _, seconds) = clock(utc_ms, offset_min);
        let start_ms = utc_ms.saturating_add(120_000 + i64::from((60 - seconds) % 60) * 1000);
        let (hour, minute, _) = clock(start_ms, offset_min);
        // Minutes since 1970 fit in a sequence number for 4,000 years.
        let sequence = u32::try_from(utc_ms.div_euclid(60_000)).unwrap_or(0);
        let uid = [&self.id, "-test"].concat();
        file.event(&uid, sequence, Day::of(start_ms, offset_min), hour * 60 + minute);
        file.end(title, true);
        file.finish()
    }
}

/// A calendar file under way.
struct File {
    text: String,
    stamp: String,
}

impl File {
    fn begin(utc_ms: i64) -> Self {
        let (hour, minute, second) = clock(utc_ms, 0);
        let stamp = format!("{}T{hour:02}{minute:02}{second:02}Z", compact(Day::of(utc_ms, 0)));
        let mut file = File { text: String::new(), stamp };
        file.line("BEGIN", "VCALENDAR");
        file.line("VERSION", "2.0");
        file.line("PRODID", "-//Bon Geste//Reminders 1.0//FR");
        file.line("CALSCALE", "GREGORIAN");
        file
    }

    /// Opens an event that starts on a day, so many minutes after midnight.
    fn event(&mut self, uid: &str, sequence: u32, day: Day, minutes: u32) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", uid);
        let stamp = std::mem::take(&mut self.stamp);
        self.line("DTSTAMP", &stamp);
        self.stamp = stamp;
        // The largest that RFC 5545 §3.3.8 allows.
        self.line("SEQUENCE", &sequence.min(i32::MAX.unsigned_abs()).to_string());
        self.line("DTSTART", &format!("{}T{:02}{:02}00", compact(day), minutes / 60, minutes % 60));
        self.line("DURATION", "PT15M");
    }

    /// Closes an event, with an alarm at its start if it is to ring.
    fn end(&mut self, title: &str, rings: bool) {
        self.line("SUMMARY", &escape(title));
        self.line("CLASS", "PRIVATE");
        // It blocks no appointment.
        self.line("TRANSP", "TRANSPARENT");
        if rings {
            self.line("BEGIN", "VALARM");
            self.line("ACTION", "DISPLAY");
            self.line("TRIGGER", "PT0S");
            self.line("DESCRIPTION", &escape(title));
            self.line("END", "VALARM");
        }
        self.line("END", "VEVENT");
    }

    /// A content line, folded: a line break and a space wherever it would get longer than 75 octets,
    /// never inside a character.
    fn line(&mut self, name: &str, value: &str) {
        let mut width = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if width + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                width = 1;
            }
            self.text.push(c);
            width += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    fn finish(mut self) -> String {
        self.line("END", "VCALENDAR");
        self.text
    }
}

/// A text value (RFC 5545 §3.3.11): control characters, which it may not hold, are dropped.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn compact(day: Day) -> String {
    let (year, month, day) = day.parts();
    format!("{:04}{month:02}{day:02}", year.clamp(0, 9999))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::Side,
        opening::tests::{exercise, kit},
        ports::memory::FixedClock,
        profile::ProfileId,
    };
    use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime};
    use proptest::prelude::*;
    use std::str::FromStr as _;

    /// Sunday 22 November 2026, 09:30:20 in Paris.
    const NOW: i64 = 1_795_336_220_000;
    const PARIS: i32 = 60;

    fn reminders(days: &[Weekday], minutes: &[u32]) -> Reminders {
        Reminders::none(0xabc).changed(days, minutes)
    }

    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split("\r\n").filter(|l| !l.is_empty()).map(str::to_owned).collect()
    }

    fn values<'a>(lines: &'a [String], name: &str) -> Vec<&'a str> {
        lines.iter().filter_map(|l| l.strip_prefix(name)?.strip_prefix(':')).collect()
    }

    #[test]
    fn the_file_is_what_rfc_5545_asks_for_line_by_line() {
        let file = reminders(&[Weekday::Wednesday, Weekday::Monday], &[8 * 60 + 30]);
        assert_eq!(
            file.ics(NOW, PARIS, TITLE).unwrap(),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bon Geste//Reminders 1.0//FR\r\nCALSCALE:GREGORIAN\r\n\
             BEGIN:VEVENT\r\nUID:0000000000000abc-0\r\nDTSTAMP:20261122T083020Z\r\nSEQUENCE:1\r\n\
             DTSTART:20261123T083000\r\nDURATION:PT15M\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\n\
             SUMMARY:Bon Geste\r\nCLASS:PRIVATE\r\nTRANSP:TRANSPARENT\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT0S\r\nDESCRIPTION:Bon Geste\r\nEND:VALARM\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
    }

    #[test]
    fn the_first_alarm_is_the_next_one_to_come() {
        let first = |days: &[Weekday], minute| {
            let file = reminders(days, &[minute]).ics(NOW, PARIS, TITLE).unwrap();
            values(&unfolded(&file), "DTSTART")[0].to_owned()
        };
        assert_eq!(first(&Weekday::ALL, 9 * 60 + 31), "20261122T093100", "in a minute");
        assert_eq!(first(&Weekday::ALL, 9 * 60 + 30), "20261123T093000", "this minute has begun");
        assert_eq!(first(&[Weekday::Sunday], 9 * 60), "20261129T090000", "in a week");
        assert_eq!(first(&[Weekday::Saturday], 0), "20261128T000000");
        assert_eq!(first(&[Weekday::Sunday], 23 * 60 + 59), "20261122T235900");
    }

    #[test]
    fn a_change_keeps_the_ids_grows_the_sequence_and_cancels_what_is_gone() {
        let two = reminders(&[Weekday::Monday], &[1200, 480, 480, 9999]);
        assert_eq!(two.minutes, [480, 1200], "sorted, once each, times of day only");
        let one = two.changed(&[Weekday::Monday], &[540]);
        let lines = unfolded(&one.ics(NOW, PARIS, TITLE).unwrap());
        assert_eq!(values(&lines, "UID"), ["0000000000000abc-0", "0000000000000abc-1"]);
        assert_eq!(values(&lines, "SEQUENCE"), ["2", "2"]);
        assert_eq!(values(&lines, "DTSTART"), ["20261123T090000", "20261121T000000"]);
        assert_eq!(values(&lines, "STATUS"), ["CANCELLED"]);
        assert_eq!((values(&lines, "RRULE").len(), values(&lines, "TRIGGER").len()), (1, 1));
        let off = one.changed(&[], &[540]);
        let lines = unfolded(&off.ics(NOW, PARIS, TITLE).unwrap());
        assert_eq!((values(&lines, "STATUS").len(), values(&lines, "TRIGGER").len()), (2, 0));
        assert_eq!(Reminders::none(1).changed(&[], &[]).ics(NOW, PARIS, TITLE), None, "never any, no file");
    }

    #[test]
    fn the_test_alert_rings_on_a_whole_minute_two_to_three_minutes_from_now_and_replaces_the_last() {
        let r = Reminders::none(7);
        let lines = |utc_ms| unfolded(&r.test_alert(utc_ms, PARIS, TITLE));
        assert_eq!(values(&lines(NOW), "DTSTART"), ["20261122T093300"]);
        assert_eq!(values(&lines(NOW - 20_000), "DTSTART"), ["20261122T093200"], "on the minute: two");
        assert!(values(&lines(NOW), "RRULE").is_empty());
        assert_eq!(values(&lines(NOW), "TRIGGER"), ["PT0S"]);
        // 23:58:30 on the last day of the year.
        let eve = 1_798_757_910_000;
        assert_eq!(values(&lines(eve), "DTSTART"), ["20270101T000100"], "over midnight");
        assert_eq!(values(&lines(NOW), "UID"), values(&lines(eve), "UID"));
        let sequence = |utc_ms| values(&lines(utc_ms), "SEQUENCE")[0].parse::<u32>().unwrap();
        assert!(sequence(NOW) < sequence(NOW + 60_000));
    }

    #[test]
    fn opened_half_an_hour_after_the_alarm_with_something_left_to_do_is_late() {
        let mut kit = kit(1);
        kit.exercises = vec![exercise("a")];
        let dose = &mut kit.exercises[0].dosage;
        (dose.sets, dose.per_day, dose.days_per_week) = (1, 2, 7);
        let r = reminders(&[Weekday::Sunday], &[8 * 60, 18 * 60]);
        // NOW is 09:30 on a Sunday.
        let minutes = |n: i64| NOW + n * 60_000;
        let late = |events: &[Event], at_ms| r.opened_late(events, &kit, at_ms, PARIS);
        assert_eq!(late(&[], NOW), Some(8 * 60));
        assert_eq!(late(&[], minutes(-61)), None, "29 minutes after it rang");
        assert_eq!(late(&[], minutes(-60)), Some(8 * 60));
        assert_eq!(late(&[], minutes(-100)), None, "before it rings");
        assert_eq!(late(&[], minutes(10 * 60)), Some(18 * 60), "the last one of the day");
        assert_eq!(late(&[], minutes(24 * 60)), None, "on Monday nothing rang");
        let done = |at_ms: i64, set| {
            let what = What::SetDone {
                kit: kit.kit_id.clone(),
                session: at_ms.to_string(),
                exercise: "a".into(),
                set,
                side: Side::Both,
                reps: 1,
                hold_s: 0,
                easier: false,
            };
            let clock = FixedClock { now_ms: at_ms, offset_min: PARIS };
            Event::now(&clock, ProfileId::first(), at_ms.unsigned_abs(), &what)
        };
        let before = done(minutes(-120), 1);
        assert_eq!(
            late(std::slice::from_ref(&before), NOW),
            Some(8 * 60),
            "done before it rang: once more is left"
        );
        let since = done(minutes(-80), 1);
        assert_eq!(late(std::slice::from_ref(&since), NOW), None, "done since");
        assert_eq!(late(&[before, since], minutes(10 * 60)), None, "all of today is done");
    }

    #[test]
    fn reminders_survive_text() {
        let r = reminders(&Weekday::ALL, &[480, 1200]);
        assert_eq!(crate::json::read::<Reminders>(crate::json::write(&r).as_bytes()), Ok(r));
    }

    #[test]
    fn the_days_of_the_week_are_those_of_the_calendar() {
        for (day, weekday) in [
            ("1969-12-31", Weekday::Wednesday),
            ("1970-01-01", Weekday::Thursday),
            ("2026-11-22", Weekday::Sunday),
            ("2028-02-29", Weekday::Tuesday),
        ] {
            assert_eq!(Weekday::of(day.parse().unwrap()), weekday, "{day}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_75_octets_and_folding_loses_nothing(
            title in "\\PC{0,120}", line in "[ -~\u{a0}-\u{10ffff}]{0,200}"
        ) {
            let mut file = File { text: String::new(), stamp: String::new() };
            file.line("SUMMARY", &line);
            prop_assert_eq!(&unfolded(&file.text), &[["SUMMARY:", &line].concat()]);
            let whole = reminders(&Weekday::ALL, &[480]).ics(NOW, PARIS, &title).unwrap();
            for text in [&file.text, &whole] {
                prop_assert!(text.ends_with("\r\n"));
                // A piece is a string: had a fold cut a character, this would not be UTF-8.
                for line in text.as_bytes().split(|b| *b == b'\n') {
                    prop_assert!(line.is_empty() || line.ends_with(b"\r"));
                    prop_assert!(line.len() <= 76 && std::str::from_utf8(line).is_ok(), "{:?}", line);
                }
            }
        }

        #[test]
        fn a_reader_written_by_others_finds_the_same_title_days_and_times(
            title in "[ -~\u{e0}-\u{ff}\u{1f600}-\u{1f64f}]{1,90}",
            mask in 1u32..128, minutes in prop::collection::btree_set(0u32..1440, 1..4),
            now in 0i64..4_000_000_000_000, offset in -720i32..840,
        ) {
            let days: Vec<Weekday> = (0..7).filter(|n| mask >> n & 1 == 1).map(|n| Weekday::ALL[n]).collect();
            let minutes: Vec<u32> = minutes.into_iter().collect();
            let text = reminders(&days, &minutes).ics(now, offset, &title).unwrap();
            let theirs = Calendar::from_str(&text).unwrap();
            prop_assert_eq!(theirs.components.len(), minutes.len());
            for (component, minute) in theirs.components.iter().zip(&minutes) {
                let CalendarComponent::Event(event) = component else { panic!("{component:?}") };
                prop_assert_eq!(event.get_summary(), Some(title.as_str()));
                let Some(DatePerhapsTime::DateTime(icalendar::CalendarDateTime::Floating(start))) = event.get_start()
                else { panic!("not floating: {text}") };
                let (day, time) = (start.date().to_string(), start.time().to_string());
                prop_assert_eq!(time, format!("{:02}:{:02}:00", minute / 60, minute % 60));
                let day: Day = day.parse().unwrap();
                prop_assert!(days.contains(&Weekday::of(day)), "the start is one of the rule's days");
                let wait = i64::from(*minute) * 60 + day.days_since(Day::of(0, 0)) * 86_400
                    - (now.div_euclid(1000) + i64::from(offset) * 60);
                prop_assert!((-59..=7 * 86_400).contains(&wait), "{wait} s");
                let codes: Vec<_> = days.iter().map(|d| d.code()).collect();
                let rule = format!("FREQ=WEEKLY;BYDAY={}", codes.join(","));
                prop_assert_eq!(event.property_value("RRULE"), Some(rule.as_str()));
            }
        }

        #[test]
        fn any_clock_makes_a_file(now in any::<i64>(), offset in -900i32..900) {
            let r = reminders(&[Weekday::Friday], &[0, 1439]);
            prop_assert!(r.ics(now, offset, TITLE).is_some() && !r.test_alert(now, offset, TITLE).is_empty());
        }
    }
}
