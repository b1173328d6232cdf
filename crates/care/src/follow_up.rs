//! « Mon suivi », the home screen's figures and the one-page summary: all of it derived from the
//! journal, nothing stored. Facts only: counts, dates and the patient's own words and numbers. No
//! trend, no score, no verdict, no streak.
//!
//! Days and weeks are those that the phone showed when the event was written: a journey, daylight
//! saving or a changed clock afterwards moves nothing. A session belongs, with all its sets, to the
//! day on which it began, also when it goes on after midnight.
//!
//! Order is that of the ids (see [`Event::following`]): when two answers speak of the same thing, the
//! one written last holds.

use crate::{
    calendar::Day,
    journal::{By, Event, Feeling, Side, StopReason, What},
    kit::{Company, Dosage, Exercise, Kit, Level, Maintenance},
    session::Plan,
    text::Text,
};

/// Days that a summary covers when no appointment is known to have been.
pub const SUMMARY_DAYS: i64 = 14;

/// One thing that happened, read.
#[derive(Clone, Debug)]
struct Entry<'e> {
    event: &'e Event,
    what: What,
}

/// The journal, read once and put in order. Everything else is asked of it.
#[derive(Clone, Debug)]
pub struct History<'e> {
    entries: Vec<Entry<'e>>,
}

/// A set that was done. The same set told by two tabs is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneSet<'h> {
    /// The session.
    pub session: &'h str,
    /// The exercise.
    pub exercise: &'h str,
    /// From 1.
    pub set: u32,
    /// For which side.
    pub side: Side,
    /// Repetitions counted.
    pub reps: u32,
    /// Seconds held in each.
    pub hold_s: u32,
    /// The easier variant was done.
    pub easier: bool,
    /// The day on which its session began.
    pub day: Day,
}

/// A day on which something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayDone {
    /// The day.
    pub day: Day,
    /// Sessions with at least one set done.
    pub sessions: u32,
    /// Sets done.
    pub sets: u32,
}

/// What was done of one exercise in some days, beside what is prescribed.
#[derive(Clone, Debug, PartialEq)]
pub struct ExerciseDone<'k> {
    /// The exercise.
    pub exercise: &'k Exercise,
    /// Sets done; left and right are two.
    pub sets: u32,
    /// Of these, in the easier variant.
    pub easier_sets: u32,
    /// How often all its sets were done: on each day, the sets done divided by the sets prescribed
    /// for one time, whole times only.
    pub times: u32,
    /// Days with at least one whole time.
    pub days: u32,
}

/// Sets in one time of an exercise; left and right are two.
fn sets_per_time(dose: &Dosage) -> u32 {
    dose.sets.saturating_mul(if dose.each_side { 2 } else { 1 })
}

impl ExerciseDone<'_> {
    /// Times prescribed for a week.
    pub fn times_per_week(&self) -> u32 {
        let dose = &self.exercise.dosage;
        dose.per_day.saturating_mul(dose.days_per_week.min(7))
    }

    /// Sets prescribed for a week; left and right are two.
    pub fn sets_per_week(&self) -> u32 {
        sets_per_time(&self.exercise.dosage).saturating_mul(self.times_per_week())
    }
}

/// A week from Monday to Sunday.
#[derive(Clone, Debug, PartialEq)]
pub struct Week<'k> {
    /// Its Monday.
    pub monday: Day,
    /// Sessions on each day, Monday first.
    pub sessions: [u32; 7],
    /// Exercise by exercise, in the kit's order.
    pub exercises: Vec<ExerciseDone<'k>>,
}

impl Week<'_> {
    /// Times done, of [`Week::prescribed`]. Each exercise counts up to what is prescribed of it: one
    /// done twice does not stand for another that was left out.
    pub fn done(&self) -> u32 {
        self.exercises.iter().fold(0, |sum: u32, e| sum.saturating_add(e.times.min(e.times_per_week())))
    }

    /// Times prescribed, of all exercises done at home.
    pub fn prescribed(&self) -> u32 {
        self.exercises.iter().fold(0, |sum: u32, e| sum.saturating_add(e.times_per_week()))
    }
}

/// An exercise still to do today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due<'k> {
    /// The exercise.
    pub exercise: &'k Exercise,
    /// Times left today, at least 1.
    pub times: u32,
}

/// One answer of « Ressenti ».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How much.
    pub level: u32,
    /// Who wrote it down.
    pub by: By,
}

/// Pain around a session, or told at another moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pain<'h> {
    /// The day of the answer; of the first one, when there are two.
    pub day: Day,
    /// The session; none when told at another moment.
    pub session: Option<&'h str>,
    /// 0–10, before.
    pub before: Option<Answer>,
    /// 0–10, after.
    pub after: Option<Answer>,
}

/// Another answer of « Ressenti »: fatigue, effort, difficulty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Felt<'h> {
    /// The day of the answer.
    pub day: Day,
    /// The session, if about one.
    pub session: Option<&'h str>,
    /// What was asked.
    pub what: Feeling,
    /// What was answered.
    pub answer: Answer,
}

/// A note in the patient's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'h> {
    /// The day.
    pub day: Day,
    /// The words.
    pub text: &'h str,
    /// Who wrote it down.
    pub by: By,
}

/// Something that the kiné should know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report<'h> {
    /// STOP.
    Stopped {
        /// The kit.
        kit: &'h str,
        /// The exercise under way.
        exercise: &'h str,
        /// The answer to its question.
        why: StopReason,
    },
    /// A new sign was chosen.
    Sign {
        /// The kit whose rule it is.
        kit: &'h str,
        /// The rule.
        sign: &'h str,
        /// Whom it called for.
        level: Level,
        /// Who wrote it down.
        by: By,
    },
    /// A fall.
    Fell {
        /// Who wrote it down.
        by: By,
    },
    /// A video from elsewhere.
    Elsewhere {
        /// Which one.
        which: &'h str,
        /// What happened.
        happened: &'h str,
        /// Who wrote it down.
        by: By,
    },
    /// They spoke to a professional.
    Spoken,
}

/// The two questions, answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoQuestions<'h> {
    /// The day of the answer.
    pub day: Day,
    /// « Avez-vous regardé une vidéo à domicile ? »
    pub watched: bool,
    /// « Que voulez-vous en retirer ? »
    pub wish: &'h str,
    /// Who wrote it down.
    pub by: By,
}

/// A film or leaflet to be seen before an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'k> {
    /// Exercise or document.
    pub id: &'k str,
    /// Its title.
    pub title: &'k Text,
    /// Before which appointment.
    pub before: u32,
}

/// « Avant votre prochaine séance »
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextAppointment<'k> {
    /// Its number, from 1.
    pub number: u32,
    /// Its date, when the patient gave one. Never before today.
    pub on: Option<Day>,
    /// What is to be seen before it, or was to be before an earlier one, and was not yet. In the
    /// kit's order, films first.
    pub to_watch: Vec<Item<'k>>,
    /// How much of it was seen.
    pub watched: u32,
}

/// Some days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

impl Period {
    /// Whether a day is one of them.
    pub fn holds(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

/// The page for the next appointment: what a kiné reads in a minute.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary<'h> {
    /// The days it covers.
    pub period: Period,
    /// Whether it begins on the day of the last appointment, not a number of days ago.
    pub since_appointment: bool,
    /// Days on which something was done.
    pub days: Vec<DayDone>,
    /// Exercise by exercise, in the kit's order.
    pub exercises: Vec<ExerciseDone<'h>>,
    /// Exercises that were passed over, each with how often. Not those of which nothing is known.
    pub skipped: Vec<(&'h str, u32)>,
    /// Pain, in order.
    pub pain: Vec<Pain<'h>>,
    /// Fatigue, effort and difficulty, in order.
    pub felt: Vec<Felt<'h>>,
    /// What the kiné should know of, in order.
    pub reports: Vec<(Day, Report<'h>)>,
    /// Notes, in order.
    pub notes: Vec<Note<'h>>,
    /// The two questions: the last answers.
    pub two_questions: Option<TwoQuestions<'h>>,
}

impl Summary<'_> {
    /// Sessions with at least one set done.
    pub fn sessions(&self) -> u32 {
        self.days.iter().fold(0, |sum: u32, d| sum.saturating_add(d.sessions))
    }
}

/// What the kit says for the time after, once that day has come.
pub fn maintenance(kit: &Kit, today: Day) -> Option<&Maintenance> {
    kit.maintenance.as_ref().filter(|m| m.from <= today)
}

/// The exercises that are done at home.
fn at_home(kit: &Kit) -> impl Iterator<Item = &Exercise> {
    kit.exercises.iter().filter(|e| e.do_with != Company::Never)
}

/// What was done of an exercise. `sets` is in order of days.
fn exercise_done<'k>(exercise: &'k Exercise, sets: &[DoneSet<'_>]) -> ExerciseDone<'k> {
    let per_time = sets_per_time(&exercise.dosage).max(1);
    let mut done = ExerciseDone { exercise, sets: 0, easier_sets: 0, times: 0, days: 0 };
    let mine: Vec<&DoneSet<'_>> = sets.iter().filter(|s| s.exercise == exercise.id).collect();
    for day in mine.chunk_by(|a, b| a.day == b.day) {
        let number = u32::try_from(day.len()).unwrap_or(u32::MAX);
        done.sets += number;
        done.easier_sets += u32::try_from(day.iter().filter(|s| s.easier).count()).unwrap_or(u32::MAX);
        done.times += number / per_time;
        done.days += u32::from(number >= per_time);
    }
    done
}

impl<'e> History<'e> {
    /// Reads the journal of one patient, in whatever order it comes. An event that is there twice (an
    /// import) counts once; kinds of a later version are passed over.
    pub fn of(events: &'e [Event]) -> History<'e> {
        let mut entries: Vec<Entry<'e>> =
            events.iter().filter_map(|event| Some(Entry { event, what: event.read()? })).collect();
        entries.sort_by(|a, b| a.event.id.cmp(&b.event.id));
        entries.dedup_by(|a, b| a.event.id == b.event.id);
        History { entries }
    }

    /// The sets done of a kit, ordered by day, then session.
    pub fn done_sets(&self, kit_id: &str) -> Vec<DoneSet<'_>> {
        let mut begun: Vec<(&str, Day)> = Vec::new();
        for entry in &self.entries {
            // A journal that lost the beginning still has the sets: the first event tells the day.
            if let What::SessionStarted { session, .. } | What::SetDone { session, .. } = &entry.what {
                begun.push((session, entry.event.day));
            }
        }
        // Stable: the first written of a session stays first.
        begun.sort_by(|a, b| a.0.cmp(b.0));
        begun.dedup_by(|a, b| a.0 == b.0);
        let day_of = |session: &str, or: Day| {
            begun
                .binary_search_by(|(s, _)| (*s).cmp(session))
                .ok()
                .and_then(|i| begun.get(i))
                .map_or(or, |b| b.1)
        };
        let mut sets: Vec<DoneSet<'_>> = Vec::new();
        for entry in &self.entries {
            if let What::SetDone { kit, session, exercise, set, side, reps, hold_s, easier } = &entry.what
                && kit == kit_id
            {
                let (day, easier) = (day_of(session, entry.event.day), *easier);
                let (set, side, reps, hold_s) = (*set, *side, *reps, *hold_s);
                sets.push(DoneSet { session, exercise, set, side, reps, hold_s, easier, day });
            }
        }
        fn key<'s>(s: &DoneSet<'s>) -> (Day, &'s str, &'s str, u32, u8) {
            (s.day, s.session, s.exercise, s.set, s.side as u8)
        }
        sets.sort_by(|a, b| key(a).cmp(&key(b)));
        sets.dedup_by(|a, b| {
            (a.session, a.exercise, a.set, a.side) == (b.session, b.exercise, b.set, b.side)
        });
        sets
    }

    /// The days on which something was done of a kit, in order.
    pub fn days(&self, kit_id: &str) -> Vec<DayDone> {
        days_of(&self.done_sets(kit_id))
    }

    /// The week of a day.
    pub fn week<'k>(&self, kit: &'k Kit, day: Day) -> Week<'k> {
        let monday = day.monday();
        let period = Period { from: monday, to: monday.plus(6) };
        let sets = within(self.done_sets(&kit.kit_id), period);
        let mut sessions = [0; 7];
        for done in days_of(&sets) {
            let place = usize::try_from(done.day.days_since(monday)).ok().and_then(|n| sessions.get_mut(n));
            if let Some(place) = place {
                *place = done.sessions;
            }
        }
        Week { monday, sessions, exercises: at_home(kit).map(|e| exercise_done(e, &sets)).collect() }
    }

    /// What is still to do today, in the kit's order. An exercise that was already done on as many
    /// days of this week as prescribed is not asked for on one more; one that was begun today is, until
    /// its times of the day are done.
    pub fn due<'k>(&self, kit: &'k Kit, today: Day) -> Vec<Due<'k>> {
        let monday = today.monday();
        let sets = within(self.done_sets(&kit.kit_id), Period { from: monday, to: monday.plus(6) });
        let of_today = within(sets.clone(), Period { from: today, to: today });
        let due = |exercise: &'k Exercise| {
            let dose = &exercise.dosage;
            let (week, day) = (exercise_done(exercise, &sets), exercise_done(exercise, &of_today));
            let enough = week.days - day.days >= dose.days_per_week && day.sets == 0;
            let times = if enough || dose.sets == 0 { 0 } else { dose.per_day.saturating_sub(day.times) };
            (times > 0).then_some(Due { exercise, times })
        };
        at_home(kit).filter_map(due).collect()
    }

    /// The plan of a session of what is still to do today.
    pub fn plan(&self, kit: &Kit, today: Day) -> Plan {
        let due: Vec<&Exercise> = self.due(kit, today).iter().map(|d| d.exercise).collect();
        Plan::of(&due)
    }

    /// Days since the last day on which anything was done, of any kit: for « On reprend doucement ».
    /// Nothing when nothing ever was. What a wrong clock wrote into days to come is passed over, but
    /// for tomorrow, which a journey west makes of today.
    pub fn days_since_last_session(&self, today: Day) -> Option<i64> {
        let days =
            self.entries.iter().filter(|e| matches!(e.what, What::SetDone { .. })).map(|e| e.event.day);
        let last = days.filter(|day| *day <= today.plus(1)).max()?;
        Some(today.days_since(last).max(0))
    }

    /// Pain of a kit's sessions and of other moments, in order. Of two answers to the same question the
    /// later holds. A level above 10 is none.
    pub fn pain(&self, kit_id: &str) -> Vec<Pain<'_>> {
        let mut answers = Vec::new();
        for (n, entry) in self.entries.iter().enumerate() {
            if let What::Felt { kit, session, what: Feeling::Pain, level: level @ 0..=10, after, by } =
                &entry.what
                && kit == kit_id
            {
                answers.push((
                    session.as_deref(),
                    n,
                    entry.event.day,
                    *after,
                    Answer { level: *level, by: *by },
                ));
            }
        }
        // Together what is of one session, each group at the place of its first answer.
        answers.sort_by_key(|a| (a.0, a.1));
        let mut found: Vec<(usize, Pain<'_>)> = Vec::new();
        for group in answers.chunk_by(|a, b| a.0.is_some() && a.0 == b.0) {
            let Some((session, place, day, ..)) = group.first().copied() else { continue };
            let last = |after: bool| group.iter().rev().find(|a| a.3 == after).map(|a| a.4);
            found.push((place, Pain { day, session, before: last(false), after: last(true) }));
        }
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, pain)| pain).collect()
    }

    /// Fatigue, effort and difficulty of a kit's sessions, in order, corrected answers included once: of
    /// two answers to the same question about the same session the later holds.
    pub fn felt(&self, kit_id: &str) -> Vec<Felt<'_>> {
        let mut answers = Vec::new();
        for (n, entry) in self.entries.iter().enumerate() {
            if let What::Felt { kit, session, what, level, after, by } = &entry.what
                && kit == kit_id
                && *what != Feeling::Pain
                && *level <= if *what == Feeling::Difficulty { 2 } else { 10 }
            {
                let answer = Answer { level: *level, by: *by };
                let felt = Felt { day: entry.event.day, session: session.as_deref(), what: *what, answer };
                answers.push(((felt.session, *what as u8, *after), n, felt));
            }
        }
        answers.sort_by_key(|a| (a.0, a.1));
        let mut found: Vec<(usize, Felt<'_>)> = Vec::new();
        for group in answers.chunk_by(|a, b| a.0.0.is_some() && a.0 == b.0) {
            found.extend(group.last().map(|(_, n, felt)| (*n, *felt)));
        }
        found.sort_by_key(|(n, _)| *n);
        found.into_iter().map(|(_, felt)| felt).collect()
    }

    /// Notes, in order.
    pub fn notes(&self) -> Vec<Note<'_>> {
        let mut notes = Vec::new();
        for entry in &self.entries {
            if let What::Noted { text, by, .. } = &entry.what {
                notes.push(Note { day: entry.event.day, text, by: *by });
            }
        }
        notes
    }

    /// Stops, signs, falls, videos from elsewhere and words with a professional, in order. A stop is
    /// written down at once and again when its question is answered: the last word on a session holds.
    pub fn reports(&self) -> Vec<(Day, Report<'_>)> {
        let mut stopped: Vec<(&str, &str)> = Vec::new();
        for entry in &self.entries {
            if let What::Stopped { session, .. } = &entry.what {
                stopped.push((session, &entry.event.id));
            }
        }
        // Sorted by session and then by id: the greatest id of a session is its last word.
        stopped.sort_unstable();
        let superseded = |session: &str, id: &str| {
            let next = stopped.partition_point(|s| *s <= (session, id));
            stopped.get(next).is_some_and(|(other, _)| *other == session)
        };
        let report = |what| match what {
            &What::Stopped { ref kit, ref exercise, why, .. } => Some(Report::Stopped { kit, exercise, why }),
            &What::SignChosen { ref kit, ref sign, level, by } => Some(Report::Sign { kit, sign, level, by }),
            &What::Fell { by } => Some(Report::Fell { by }),
            &What::TriedElsewhere { ref which, ref happened, by } => {
                Some(Report::Elsewhere { which, happened, by })
            }
            What::SpokenToProfessional { .. } => Some(Report::Spoken),
            _ => None,
        };
        let last_word = |e: &&Entry<'_>| match &e.what {
            What::Stopped { session, .. } => !superseded(session, &e.event.id),
            _ => true,
        };
        self.entries.iter().filter(last_word).filter_map(|e| Some((e.event.day, report(&e.what)?))).collect()
    }

    /// The last answers to the two questions about a kit.
    pub fn two_questions(&self, kit_id: &str) -> Option<TwoQuestions<'_>> {
        self.entries.iter().rev().find_map(|entry| match &entry.what {
            What::TwoQuestions { kit, watched, wish, by } if kit == kit_id => {
                Some(TwoQuestions { day: entry.event.day, watched: *watched, wish, by: *by })
            }
            _ => None,
        })
    }

    /// The dates of a kit's appointments as last set, by number.
    fn appointments(&self, kit_id: &str) -> Vec<(u32, Option<Day>)> {
        let mut set: Vec<(u32, usize, Option<Day>)> = Vec::new();
        for (n, entry) in self.entries.iter().enumerate() {
            if let What::AppointmentSet { kit, number, on } = &entry.what
                && kit == kit_id
            {
                set.push((*number, n, *on));
            }
        }
        set.sort_by_key(|(number, n, _)| (*number, std::cmp::Reverse(*n)));
        set.dedup_by_key(|(number, ..)| *number);
        set.into_iter().map(|(number, _, on)| (number, on)).collect()
    }

    /// The next appointment. Appointments follow each other by number: those up to the highest whose
    /// date is past have been. Next is the first after that which the kit or the patient speaks of, or
    /// else just the following number, without a date.
    pub fn next_appointment<'k>(&self, kit: &'k Kit, today: Day) -> NextAppointment<'k> {
        let set = self.appointments(&kit.kit_id);
        let been = set.iter().filter(|(_, on)| on.is_some_and(|day| day < today)).map(|(n, _)| *n).max();
        let after = been.unwrap_or(0);
        let known = kit.appointments().into_iter().flatten().chain(set.iter().map(|(n, _)| *n));
        let number = known.filter(|n| *n > after).min().unwrap_or(after.saturating_add(1));
        let on = set.iter().find(|(n, _)| *n == number).and_then(|(_, on)| *on);

        let mut seen: Vec<&str> = Vec::new();
        for entry in &self.entries {
            if let What::Seen { kit: of, item } = &entry.what
                && *of == kit.kit_id
            {
                seen.push(item);
            }
        }
        seen.sort_unstable();
        let films = kit.exercises.iter().map(|e| (e.id.as_str(), &e.title, e.watch_before));
        let leaflets = kit.documents.iter().map(|d| (d.id.as_str(), &d.title, d.watch_before));
        let mut next = NextAppointment { number, on, to_watch: Vec::new(), watched: 0 };
        for (id, title, before) in films.chain(leaflets) {
            let Some(before) = before.filter(|n| *n <= number) else { continue };
            if seen.binary_search(&id).is_ok() {
                next.watched += 1;
            } else {
                next.to_watch.push(Item { id, title, before });
            }
        }
        next
    }

    /// The days of a summary made today: since the last appointment that has been, that day included,
    /// or else the last [`SUMMARY_DAYS`]. On the day of an appointment it is made for that one, so it
    /// begins at the one before. With it, whether it begins at an appointment.
    pub fn period(&self, kit_id: &str, today: Day) -> (Period, bool) {
        let past = self.appointments(kit_id).into_iter().filter_map(|(_, on)| on).filter(|day| *day < today);
        let last = past.max();
        (Period { from: last.unwrap_or(today.plus(1 - SUMMARY_DAYS)), to: today }, last.is_some())
    }

    /// The page for the next appointment.
    pub fn summary<'h>(&'h self, kit: &'h Kit, today: Day) -> Summary<'h> {
        let (period, since_appointment) = self.period(&kit.kit_id, today);
        let sets = within(self.done_sets(&kit.kit_id), period);
        let mut skips: Vec<(&str, &str)> = Vec::new();
        for entry in self.entries.iter().filter(|e| period.holds(e.event.day)) {
            if let What::ExerciseSkipped { kit: of, session, exercise } = &entry.what
                && *of == kit.kit_id
            {
                skips.push((exercise, session));
            }
        }
        // Once a session, whatever the number of tabs.
        skips.sort_unstable();
        skips.dedup();
        let skipped = skips.chunk_by(|a, b| a.0 == b.0);
        let skipped = skipped.filter_map(|g| Some((g.first()?.0, u32::try_from(g.len()).ok()?))).collect();
        let two_questions = self.two_questions(&kit.kit_id).filter(|q| period.holds(q.day));
        Summary {
            period,
            since_appointment,
            days: days_of(&sets),
            exercises: at_home(kit).map(|e| exercise_done(e, &sets)).collect(),
            skipped,
            pain: self.pain(&kit.kit_id).into_iter().filter(|p| period.holds(p.day)).collect(),
            felt: self.felt(&kit.kit_id).into_iter().filter(|f| period.holds(f.day)).collect(),
            reports: self.reports().into_iter().filter(|(day, _)| period.holds(*day)).collect(),
            notes: self.notes().into_iter().filter(|n| period.holds(n.day)).collect(),
            two_questions,
        }
    }
}

/// The sets of some days.
fn within(sets: Vec<DoneSet<'_>>, period: Period) -> Vec<DoneSet<'_>> {
    sets.into_iter().filter(|s| period.holds(s.day)).collect()
}

/// Days of sets that are ordered by day, then session.
fn days_of(sets: &[DoneSet<'_>]) -> Vec<DayDone> {
    let day = |sets: &[DoneSet<'_>]| {
        let sessions = sets.chunk_by(|a, b| a.session == b.session).count();
        Some(DayDone {
            day: sets.first()?.day,
            sessions: u32::try_from(sessions).ok()?,
            sets: u32::try_from(sets.len()).ok()?,
        })
    };
    sets.chunk_by(|a, b| a.day == b.day).filter_map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        opening::tests::{exercise, kit},
        ports::memory::FixedClock,
        profile::ProfileId,
    };
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// A journal as a phone writes it: local times, and how far the place is from Greenwich.
    #[derive(Default)]
    struct Book(Vec<Event>);

    impl Book {
        /// At a local time `YYYY-MM-DD HH:MM`, so many minutes east of Greenwich.
        fn at(&mut self, local: &str, offset_min: i32, what: What) -> &mut Self {
            let (date, time) = local.split_once(' ').unwrap();
            let (h, m) = time.split_once(':').unwrap();
            let minutes = day(date).days_since(Day::of(0, 0)) * 1440 + h.parse::<i64>().unwrap() * 60;
            let utc = minutes + m.parse::<i64>().unwrap() - i64::from(offset_min);
            let clock = FixedClock { now_ms: utc * 60_000, offset_min };
            let event = Event::now(&clock, ProfileId::first(), self.0.len() as u64, &what).following(&self.0);
            assert_eq!(event.day, day(date), "the local day");
            self.0.push(event);
            self
        }

        /// In Paris, in winter.
        fn paris(&mut self, local: &str, what: What) -> &mut Self {
            self.at(local, 60, what)
        }
    }

    const KIT: &str = "kit-1";

    fn begun(session: &str) -> What {
        What::SessionStarted { kit: KIT.into(), session: session.into(), exercises: vec!["a".into()] }
    }

    fn done(session: &str, exercise: &str, set: u32) -> What {
        side(session, exercise, set, Side::Both)
    }

    fn side(session: &str, exercise: &str, set: u32, side: Side) -> What {
        let (kit, session, exercise) = (KIT.into(), session.into(), exercise.into());
        What::SetDone { kit, session, exercise, set, side, reps: 8, hold_s: 0, easier: false }
    }

    fn felt(session: Option<&str>, what: Feeling, level: u32, after: bool) -> What {
        let session = session.map(str::to_owned);
        What::Felt { kit: KIT.into(), session, what, level, after, by: By::Patient }
    }

    fn appointment(number: u32, on: Option<&str>) -> What {
        What::AppointmentSet { kit: KIT.into(), number, on: on.map(day) }
    }

    fn dosed(id: &str, sets: u32, per_day: u32, days_per_week: u32) -> Exercise {
        Exercise {
            dosage: Dosage { sets, reps: Some(8), per_day, days_per_week, ..Dosage::default() },
            ..exercise(id)
        }
    }

    /// `a`: 2 sets, once a day, 3 days a week; `b`: 1 set on each side, twice a day, every day;
    /// `c`: never at home.
    fn prescribed() -> Kit {
        let mut b = dosed("b", 1, 2, 7);
        b.dosage.each_side = true;
        let c = Exercise { do_with: Company::Never, ..dosed("c", 1, 1, 7) };
        Kit { exercises: vec![dosed("a", 2, 1, 3), b, c], ..kit(1) }
    }

    fn days(book: &Book) -> Vec<(String, u32, u32)> {
        let days = History::of(&book.0).days(KIT);
        days.into_iter().map(|d| (d.day.to_string(), d.sessions, d.sets)).collect()
    }

    #[test]
    fn the_last_word_on_a_stop_holds() {
        let stop = |session: &str, why| What::Stopped {
            kit: KIT.into(),
            session: session.into(),
            exercise: "a".into(),
            why,
        };
        let mut book = Book::default();
        book.paris("2026-03-02 10:00", stop("s1", StopReason::Other))
            .paris("2026-03-02 10:01", stop("s1", StopReason::Pain))
            .paris("2026-03-03 10:00", stop("s2", StopReason::Other));
        let history = History::of(&book.0);
        let whys: Vec<_> = history
            .reports()
            .into_iter()
            .map(|(day, report)| match report {
                Report::Stopped { why, .. } => (day.to_string(), why),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(whys, [("2026-03-02".into(), StopReason::Pain), ("2026-03-03".into(), StopReason::Other)]);
    }

    #[test]
    fn a_session_that_goes_on_after_midnight_belongs_to_the_day_on_which_it_began() {
        let mut book = Book::default();
        book.paris("2026-11-21 23:50", begun("s1"))
            .paris("2026-11-21 23:58", done("s1", "a", 1))
            .paris("2026-11-22 00:03", done("s1", "a", 2))
            .paris("2026-11-22 00:10", begun("s2"))
            .paris("2026-11-22 00:14", done("s2", "a", 1))
            .paris("2026-11-22 08:00", begun("s3"));
        assert_eq!(days(&book), [("2026-11-21".into(), 1, 2), ("2026-11-22".into(), 1, 1)], "s3 did nothing");
        book.0.remove(0);
        assert_eq!(days(&book)[0], ("2026-11-21".into(), 1, 2), "the first set tells it as well");
    }

    #[test]
    fn a_week_ends_on_sunday_night() {
        let mut book = Book::default();
        book.paris("2026-11-22 23:40", begun("s1"))
            .paris("2026-11-22 23:50", done("s1", "a", 1))
            .paris("2026-11-23 00:01", done("s1", "a", 2))
            .paris("2026-11-23 00:02", begun("s2"))
            .paris("2026-11-23 00:05", done("s2", "a", 1))
            .paris("2026-11-23 00:08", done("s2", "a", 2));
        let (history, kit) = (History::of(&book.0), prescribed());
        let sunday = history.week(&kit, day("2026-11-22"));
        assert_eq!((sunday.monday, sunday.sessions), (day("2026-11-16"), [0, 0, 0, 0, 0, 0, 1]));
        assert_eq!((sunday.exercises[0].sets, sunday.exercises[0].times), (2, 1));
        let monday = history.week(&kit, day("2026-11-29"));
        assert_eq!((monday.monday, monday.sessions), (day("2026-11-23"), [1, 0, 0, 0, 0, 0, 0]));
        assert_eq!(history.week(&kit, day("2026-11-30")).done(), 0);
    }

    #[test]
    fn the_nights_on_which_the_clocks_change_keep_their_day() {
        // 25 October 2026 has 25 hours in Paris, 29 March 2026 has 23.
        let mut book = Book::default();
        book.at("2026-03-29 01:50", 60, begun("m1"))
            .at("2026-03-29 01:55", 60, done("m1", "a", 1))
            .at("2026-03-29 03:05", 120, done("m1", "a", 2))
            .at("2026-03-30 00:10", 120, begun("m2"))
            .at("2026-03-30 00:20", 120, done("m2", "a", 1))
            .at("2026-10-25 02:30", 120, begun("s1"))
            .at("2026-10-25 02:40", 120, done("s1", "a", 1))
            .at("2026-10-25 02:30", 60, begun("s2"))
            .at("2026-10-25 02:40", 60, done("s2", "a", 1))
            .at("2026-10-25 23:30", 60, begun("s3"))
            .at("2026-10-25 23:40", 60, done("s3", "a", 1));
        let expected =
            [("2026-03-29".into(), 1, 2), ("2026-03-30".into(), 1, 1), ("2026-10-25".into(), 3, 3)];
        assert_eq!(days(&book), expected);
        let kit = prescribed();
        let week = History::of(&book.0).week(&kit, day("2026-10-19"));
        assert_eq!(week.sessions, [0, 0, 0, 0, 0, 0, 3]);
    }

    #[test]
    fn a_journey_moves_nothing_that_was_written() {
        let mut book = Book::default();
        // Monday half past midnight in Paris; an hour later by the sun it is Sunday evening in Martinique.
        book.paris("2026-11-23 00:30", begun("s1"))
            .paris("2026-11-23 00:35", done("s1", "a", 1))
            .at("2026-11-22 20:30", -240, begun("s2"))
            .at("2026-11-22 20:35", -240, done("s2", "a", 1));
        assert_eq!(days(&book), [("2026-11-22".into(), 1, 1), ("2026-11-23".into(), 1, 1)]);
        let history = History::of(&book.0);
        assert_eq!(history.days_since_last_session(day("2026-11-22")), Some(0), "tomorrow was in Paris");
        assert_eq!(history.days_since_last_session(day("2026-11-24")), Some(1));
    }

    #[test]
    fn a_clock_set_back_or_far_ahead_is_believed_for_its_own_events_only() {
        let mut book = Book::default();
        book.paris("2026-11-20 09:00", begun("s1"))
            .paris("2026-11-20 09:05", done("s1", "a", 1))
            .paris("2026-11-20 09:10", appointment(2, Some("2026-11-27")))
            // The battery was empty: the phone believes it is 2020.
            .paris("2020-01-01 00:05", begun("s2"))
            .paris("2020-01-01 00:10", done("s2", "a", 1))
            .paris("2020-01-01 00:12", appointment(2, Some("2026-12-04")))
            .paris("2031-05-05 10:00", done("s3", "a", 1));
        let history = History::of(&book.0);
        let kit = prescribed();
        assert_eq!(history.week(&kit, day("2026-11-22")).sessions, [0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(history.days_since_last_session(day("2026-11-22")), Some(2));
        let next = history.next_appointment(&kit, day("2026-11-22"));
        assert_eq!(next.on, Some(day("2026-12-04")), "what was written last holds");
    }

    #[test]
    fn the_same_set_told_by_two_tabs_or_an_import_counts_once() {
        let mut book = Book::default();
        book.paris("2026-11-20 09:00", begun("s1"))
            .paris("2026-11-20 09:05", side("s1", "b", 1, Side::Left))
            .paris("2026-11-20 09:05", side("s1", "b", 1, Side::Left))
            .paris("2026-11-20 09:06", side("s1", "b", 1, Side::Right));
        let again = book.0.clone();
        book.0.extend(again);
        assert_eq!(days(&book), [("2026-11-20".into(), 1, 2)]);
        let (history, kit) = (History::of(&book.0), prescribed());
        let week = history.week(&kit, day("2026-11-20"));
        assert_eq!((week.exercises[1].sets, week.exercises[1].times), (2, 1));
        assert_eq!(history.done_sets("another kit"), []);
    }

    #[test]
    fn done_and_prescribed_are_times_and_one_exercise_does_not_stand_for_another() {
        let mut book = Book::default();
        // Monday to Thursday `a` once each: four times, of three. `b` once on Monday, half on Tuesday.
        for (n, date) in ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"].into_iter().enumerate() {
            let session = ["s1", "s2", "s3", "s4"][n];
            book.paris(&format!("{date} 09:00"), begun(session));
            book.paris(&format!("{date} 09:05"), done(session, "a", 1));
            book.paris(&format!("{date} 09:08"), done(session, "a", 2));
        }
        book.paris("2026-11-19 09:10", side("s1", "b", 1, Side::Left));
        book.paris("2026-11-19 09:11", side("s1", "b", 1, Side::Right));
        book.paris("2026-11-19 09:12", side("s2", "b", 1, Side::Left));
        let (history, kit) = (History::of(&book.0), prescribed());
        let week = history.week(&kit, day("2026-11-22"));
        assert_eq!(week.exercises.iter().map(|e| e.exercise.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let figures = |e: &ExerciseDone<'_>| (e.sets, e.sets_per_week(), e.times, e.times_per_week(), e.days);
        assert_eq!(figures(&week.exercises[0]), (8, 6, 4, 3, 4));
        assert_eq!(figures(&week.exercises[1]), (3, 28, 1, 14, 1));
        assert_eq!((week.done(), week.prescribed()), (3 + 1, 3 + 14));
    }

    #[test]
    fn two_halves_of_one_day_are_a_time_and_two_halves_of_two_days_are_not() {
        let kit = prescribed();
        let times = |second: &str| {
            let mut book = Book::default();
            book.paris("2026-11-17 09:00", begun("s1")).paris("2026-11-17 09:05", done("s1", "a", 1));
            book.paris(&format!("{second} 18:00"), begun("s2"));
            book.paris(&format!("{second} 18:05"), done("s2", "a", 1));
            let history = History::of(&book.0);
            let week = history.week(&kit, day("2026-11-17"));
            (week.exercises[0].times, week.exercises[0].days)
        };
        assert_eq!(times("2026-11-17"), (1, 1));
        assert_eq!(times("2026-11-18"), (0, 0));
    }

    #[test]
    fn what_is_due_today_follows_times_a_day_and_days_a_week() {
        let kit = prescribed();
        let due = |book: &Book, today: &str| {
            let history = History::of(&book.0);
            let due = history.due(&kit, day(today));
            due.iter().map(|d| (d.exercise.id.clone(), d.times)).collect::<Vec<_>>()
        };
        let (a, b) = (|n| ("a".to_owned(), n), |n| ("b".to_owned(), n));
        let mut book = Book::default();
        assert_eq!(due(&book, "2026-11-16"), [a(1), b(2)]);
        book.paris("2026-11-16 09:00", done("s1", "a", 1));
        assert_eq!(due(&book, "2026-11-16"), [a(1), b(2)], "half is not done");
        book.paris("2026-11-16 09:05", done("s1", "a", 2));
        book.paris("2026-11-16 09:06", side("s1", "b", 1, Side::Left));
        book.paris("2026-11-16 09:07", side("s1", "b", 1, Side::Right));
        assert_eq!(due(&book, "2026-11-16"), [b(1)]);
        assert_eq!(due(&book, "2026-11-17"), [a(1), b(2)]);
        for (session, date) in [("s2", "2026-11-18"), ("s3", "2026-11-20")] {
            book.paris(&format!("{date} 09:00"), done(session, "a", 1));
            book.paris(&format!("{date} 09:05"), done(session, "a", 2));
        }
        assert_eq!(due(&book, "2026-11-21"), [b(2)], "three days were prescribed");
        assert_eq!(due(&book, "2026-11-23"), [a(1), b(2)], "a new week");
        let history = History::of(&book.0);
        assert_eq!(history.plan(&kit, day("2026-11-21")).exercises(), ["b"]);
        book.paris("2026-11-21 10:00", done("s4", "a", 1));
        assert_eq!(due(&book, "2026-11-21"), [a(1), b(2)], "what was begun may be finished");
    }

    #[test]
    fn days_since_the_last_session_are_nothing_before_the_first() {
        let mut book = Book::default();
        book.paris("2026-11-10 09:00", begun("s1"));
        assert_eq!(History::of(&book.0).days_since_last_session(day("2026-11-20")), None);
        book.paris("2026-11-10 09:05", done("s1", "a", 1));
        let since = |today| History::of(&book.0).days_since_last_session(day(today));
        assert_eq!((since("2026-11-10"), since("2026-11-20")), (Some(0), Some(10)));
    }

    #[test]
    fn pain_before_and_after_stand_side_by_side_and_the_last_answer_holds() {
        let mut book = Book::default();
        book.paris("2026-11-20 09:00", felt(Some("s1"), Feeling::Pain, 3, false))
            .paris("2026-11-20 12:00", felt(None, Feeling::Pain, 6, false))
            .paris("2026-11-20 12:01", felt(None, Feeling::Pain, 6, false))
            .paris("2026-11-20 12:05", felt(Some("s1"), Feeling::Pain, 5, true))
            .paris("2026-11-20 12:06", felt(Some("s1"), Feeling::Pain, 4, true))
            .paris("2026-11-21 09:00", felt(Some("s2"), Feeling::Pain, 0, true))
            .paris("2026-11-21 09:01", felt(Some("s2"), Feeling::Pain, 11, true))
            .paris("2026-11-21 09:02", felt(Some("s2"), Feeling::Effort, 7, true))
            .paris("2026-11-21 09:03", felt(Some("s2"), Feeling::Effort, 8, true))
            .paris("2026-11-21 09:04", felt(Some("s2"), Feeling::Difficulty, 3, true))
            .paris("2026-11-21 09:05", felt(None, Feeling::Fatigue, 9, false));
        let history = History::of(&book.0);
        let level = |a: Option<Answer>| a.map(|a| a.level);
        let pain = history.pain(KIT);
        let pain: Vec<_> = pain.iter().map(|p| (p.session, level(p.before), level(p.after))).collect();
        let expected = [
            (Some("s1"), Some(3), Some(4)),
            (None, Some(6), None),
            (None, Some(6), None),
            (Some("s2"), None, Some(0)),
        ];
        assert_eq!(pain, expected);
        let felt = history.felt(KIT);
        let felt: Vec<_> = felt.iter().map(|f| (f.what, f.answer.level)).collect();
        assert_eq!(felt, [(Feeling::Effort, 8), (Feeling::Fatigue, 9)]);
    }

    #[test]
    fn the_next_appointment_is_the_first_that_has_not_been() {
        let mut kit = prescribed();
        kit.exercises[0].watch_before = Some(2);
        kit.exercises[1].watch_before = Some(3);
        let next = |book: &Book, today: &str| {
            let history = History::of(&book.0);
            let next = history.next_appointment(&kit, day(today));
            let ids: Vec<_> = next.to_watch.iter().map(|i| i.id.to_owned()).collect();
            (next.number, next.on.map(|d| d.to_string()), ids, next.watched)
        };
        let mut book = Book::default();
        assert_eq!(next(&book, "2026-11-20"), (2, None, vec!["a".to_owned()], 0), "no date works too");
        book.paris("2026-11-20 09:00", appointment(2, Some("2026-11-27")));
        let on = |text: &str| Some(text.to_owned());
        assert_eq!(
            next(&book, "2026-11-27"),
            (2, on("2026-11-27"), vec!["a".into()], 0),
            "on the day itself"
        );
        assert_eq!(
            next(&book, "2026-11-28"),
            (3, None, vec!["a".into(), "b".into()], 0),
            "unseen stays to see"
        );
        book.paris("2026-11-20 09:01", appointment(2, Some("2026-11-29")));
        assert_eq!(next(&book, "2026-11-28").1, on("2026-11-29"), "it was moved");
        book.paris("2026-11-20 09:02", appointment(2, None));
        assert_eq!(next(&book, "2026-12-28").0, 2, "a date taken away is past for nobody");
        book.paris("2026-11-20 09:03", appointment(2, Some("2026-11-29")));
        book.paris("2026-11-20 09:04", What::Seen { kit: KIT.into(), item: "a".into() });
        assert_eq!(next(&book, "2026-12-01"), (3, None, vec!["b".into()], 1));
        book.paris("2026-12-01 09:04", appointment(3, Some("2026-12-05")));
        assert_eq!(next(&book, "2026-12-06"), (4, None, vec!["b".into()], 1), "the kit speaks of no more");
    }

    #[test]
    fn the_summary_holds_what_happened_since_the_last_appointment_and_nothing_else() {
        let kit = prescribed();
        let note = |text: &str| What::Noted { session: None, text: text.into(), by: By::Helper };
        let stop = What::Stopped {
            kit: KIT.into(),
            session: "s2".into(),
            exercise: "a".into(),
            why: StopReason::Fatigue,
        };
        let skip = |session: &str| What::ExerciseSkipped {
            kit: KIT.into(),
            session: session.into(),
            exercise: "b".into(),
        };
        let wish = |wish: &str| What::TwoQuestions {
            kit: KIT.into(),
            watched: true,
            wish: wish.into(),
            by: By::Patient,
        };
        let sign =
            What::SignChosen { kit: KIT.into(), sign: "calf".into(), level: Level::Orange, by: By::Patient };
        let mut book = Book::default();
        book.paris("2026-11-09 09:00", appointment(2, Some("2026-11-10")))
            .paris("2026-11-09 10:00", done("s0", "a", 1))
            .paris("2026-11-09 10:01", note("avant"))
            .paris("2026-11-10 18:00", begun("s1"))
            .paris("2026-11-10 18:05", done("s1", "a", 1))
            .paris("2026-11-10 18:10", done("s1", "a", 2))
            .paris("2026-11-10 18:11", skip("s1"))
            .paris("2026-11-10 18:11", skip("s1"))
            .paris("2026-11-12 09:00", begun("s2"))
            .paris("2026-11-12 09:05", done("s2", "a", 1))
            .paris("2026-11-12 09:06", stop)
            .paris("2026-11-12 09:07", felt(Some("s2"), Feeling::Pain, 2, true))
            .paris("2026-11-13 09:00", note("mieux dormi"))
            .paris("2026-11-13 09:01", sign)
            .paris("2026-11-13 09:02", wish("un"))
            .paris("2026-11-13 09:03", wish("deux"))
            .paris("2026-11-21 09:00", appointment(3, Some("2026-11-20")));
        let history = History::of(&book.0);
        let summary = history.summary(&kit, day("2026-11-20"));
        assert_eq!(summary.period, Period { from: day("2026-11-10"), to: day("2026-11-20") });
        assert!(summary.since_appointment);
        assert_eq!(summary.sessions(), 2);
        let a = &summary.exercises[0];
        assert_eq!((a.sets, a.times, a.days, a.easier_sets), (3, 1, 1, 0));
        assert_eq!(summary.skipped, [("b", 1)]);
        assert_eq!(summary.pain.len(), 1);
        assert_eq!(summary.notes.iter().map(|n| n.text).collect::<Vec<_>>(), ["mieux dormi"]);
        assert_eq!(summary.two_questions.unwrap().wish, "deux");
        let reports: Vec<_> = summary.reports.iter().map(|(day, _)| day.to_string()).collect();
        assert_eq!(reports, ["2026-11-12", "2026-11-13"]);
        assert!(matches!(summary.reports[1].1, Report::Sign { level: Level::Orange, sign: "calf", .. }));
        let later = history.summary(&kit, day("2026-11-21"));
        assert_eq!((later.period.from, later.sessions()), (day("2026-11-20"), 0));
        let (period, since) = History::of(&[]).period(KIT, day("2026-11-20"));
        assert_eq!((period.from, since), (day("2026-11-07"), false));
        assert_eq!(period.to.days_since(period.from) + 1, SUMMARY_DAYS);
    }

    #[test]
    fn every_kind_of_report_is_told() {
        let mut book = Book::default();
        let which = "une vidéo".to_owned();
        book.paris("2026-11-20 09:00", What::Fell { by: By::Helper })
            .paris("2026-11-20 09:01", What::SpokenToProfessional { about: vec![] })
            .paris(
                "2026-11-20 09:02",
                What::TriedElsewhere { which, happened: "mal".into(), by: By::Patient },
            );
        let history = History::of(&book.0);
        let reports: Vec<_> = history.reports().into_iter().map(|(_, report)| report).collect();
        let elsewhere = Report::Elsewhere { which: "une vidéo", happened: "mal", by: By::Patient };
        assert_eq!(reports, [Report::Fell { by: By::Helper }, Report::Spoken, elsewhere]);
    }

    #[test]
    fn the_maintenance_phase_is_shown_from_its_day_on() {
        let mut kit = kit(1);
        let from = day("2027-03-01");
        assert_eq!(maintenance(&kit, from), None);
        let phase = Maintenance { from, go_on: vec!["Marchez.".into()], come_back: "Si vous tombez.".into() };
        kit.maintenance = Some(phase.clone());
        assert_eq!(maintenance(&kit, from.plus(-1)), None);
        assert_eq!(maintenance(&kit, from), Some(&phase));
        assert_eq!(maintenance(&kit, from.plus(400)), Some(&phase));
    }

    /// Sessions of `a` on one day after the other, five events each.
    fn long_journal(events: usize) -> Vec<Event> {
        (0..events)
            .map(|n| {
                let session = format!("s{:05}", n / 5);
                let what = match n % 5 {
                    0 => begun(&session),
                    1 => done(&session, "a", 1),
                    2 => done(&session, "a", 2),
                    3 => felt(Some(&session), Feeling::Pain, 2, true),
                    _ => What::SessionEnded { kit: KIT.into(), session },
                };
                let now_ms = 1_700_000_000_000 + (n as i64 / 5) * 86_400_000 + (n as i64 % 5) * 60_000;
                Event::now(&FixedClock { now_ms, offset_min: 60 }, ProfileId::first(), n as u64, &what)
            })
            .collect()
    }

    #[test]
    fn five_thousand_events_are_counted_right_and_a_hundred_thousand() {
        let kit = prescribed();
        let events = long_journal(5_000);
        let history = History::of(&events);
        assert_eq!(history.days(KIT).len(), 1_000);
        assert_eq!(history.pain(KIT).len(), 1_000);
        let today = events.last().unwrap().day;
        let summary = history.summary(&kit, today);
        assert_eq!((summary.sessions(), summary.exercises[0].times), (14, 14));
        // Comparing each with each would take 10^10 steps: nobody would wait for this test.
        let events = long_journal(100_000);
        let history = History::of(&events);
        let today = events.last().unwrap().day;
        assert_eq!(history.summary(&kit, today).sessions(), 14);
        assert_eq!(history.next_appointment(&kit, today).number, 1);
        assert_eq!(history.week(&kit, today).prescribed(), 17);
    }

    proptest! {
        /// Any order of reading, any event read twice: the same figures.
        #[test]
        fn the_order_of_reading_changes_nothing(
            picks in prop::collection::vec((0usize..8, 1u32..3, 0i64..20_000), 0..40),
            twice in any::<prop::sample::Index>(), shift in any::<prop::sample::Index>(),
        ) {
            let events: Vec<Event> = picks
                .into_iter()
                .enumerate()
                .map(|(n, (kind, number, minute))| {
                    let session = if number == 1 { "s1" } else { "s2" };
                    let what = match kind {
                        0 => begun(session),
                        1 => done(session, "a", number),
                        2 => side(session, "b", 1, Side::Left),
                        3 => side(session, "b", 1, Side::Right),
                        4 => felt(Some(session), Feeling::Pain, number, number == 2),
                        5 => felt(None, Feeling::Effort, number, true),
                        6 => appointment(number, Some("2026-11-20")),
                        _ => What::Fell { by: By::Patient },
                    };
                    let clock = FixedClock { now_ms: 1_795_000_000_000 + minute * 60_000, offset_min: 60 };
                    Event::now(&clock, ProfileId::first(), n as u64, &what)
                })
                .collect();
            let kit = prescribed();
            let today = Day::of(1_795_000_000_000 + 10 * 86_400_000, 60);
            let mut mixed = events.clone();
            if !mixed.is_empty() {
                let again = mixed[twice.index(mixed.len())].clone();
                mixed.push(again);
                let at = shift.index(mixed.len());
                mixed.rotate_left(at);
                mixed.reverse();
            }
            let (one, other) = (History::of(&events), History::of(&mixed));
            prop_assert_eq!(one.summary(&kit, today), other.summary(&kit, today));
            prop_assert_eq!(one.due(&kit, today), other.due(&kit, today));
            prop_assert_eq!(one.next_appointment(&kit, today), other.next_appointment(&kit, today));
            // No set is counted twice, and none is lost.
            let mut sets: Vec<_> = one.done_sets(KIT);
            let total = sets.len();
            sets.sort_by(|a, b| (a.session, a.exercise, a.set, a.side as u8).cmp(&(b.session, b.exercise, b.set, b.side as u8)));
            sets.dedup_by(|a, b| (a.session, a.exercise, a.set, a.side) == (b.session, b.exercise, b.set, b.side));
            prop_assert_eq!(sets.len(), total);
        }
    }
}
