//! What a patient did with the quiz and with videos from elsewhere, read from the journal. Nothing
//! is stored beside it: sessions, seen items and forms are all derived.

use super::item::{Bank, Cue, Item, Pool, Verdict};
use crate::{
    calendar::Day,
    fingerprint,
    journal::{By, Event, events},
    json::{Json, JsonError, Value},
    profile::ProfileId,
    record,
    video_check::{Outcome, Said},
};
use std::collections::{BTreeMap, BTreeSet};

/// How sure the patient said to be. Simplified mode does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// « Je devine »
    Guess,
    /// « Plutôt sûr »
    RatherSure,
    /// « Sûr »
    Sure,
}

/// In the journal: 0, 1, 2.
impl Json for Confidence {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        match value {
            Value::Int(0) => Ok(Confidence::Guess),
            Value::Int(1) => Ok(Confidence::RatherSure),
            Value::Int(2) => Ok(Confidence::Sure),
            _ => Err(JsonError::Field("value")),
        }
    }
    fn to_json(&self) -> Value {
        Value::Int(*self as i64)
    }
}

/// When a form is filled in, to see what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Before the first session.
    Before,
    /// After the training.
    After,
    /// A month later: D+30.
    Later,
}

record!(
    enum Moment {
        Before = "before",
        After = "after",
        Later = "later",
    }
);

impl Moment {
    /// All, in their order.
    pub const ALL: [Moment; 3] = [Moment::Before, Moment::After, Moment::Later];
}

events! {
    /// What the quiz and the check of a video write into the journal, beside [`crate::journal::What`].
    Learning;
    /// A question of the quiz was answered.
    QuizAnswered = "quiz-answered" {
        /// Names the session of six; random. Of a form it is not looked at.
        session: String,
        /// The item.
        item: String,
        /// Of which words: [`Item::version`].
        version: u32,
        /// What the item was served for.
        pool: Pool,
        /// The form that is being filled in; none in a session.
        form: Option<Moment>,
        /// What the patient said.
        verdict: Verdict,
        /// Whether it was right: a later version of the item must not change what was true.
        right: bool,
        /// How sure; none in simplified mode.
        confidence: Option<Confidence>,
        /// The segments that helped, as tapped.
        segments: Vec<String>,
        /// « Il manque… », as tapped.
        missing: Vec<Cue>,
    }
    /// A form was begun.
    FormStarted = "form-started" {
        /// When.
        moment: Moment,
        /// A, B or C.
        form: Pool,
    }
    /// A form was filled in to its end.
    FormFinished = "form-finished" {
        /// When.
        moment: Moment,
        /// A, B or C.
        form: Pool,
    }
    /// What the kiné may know of the quiz, as the patient saw it and said yes or no to it.
    QuizTold = "quiz-told" {
        /// Whether the patient agrees. The last word holds.
        agreed: bool,
        /// [`super::estimate::ToTell::done`].
        done: bool,
        /// [`super::estimate::ToTell::cues`].
        cues: Vec<Cue>,
    }
    /// « Avant d’essayer, je la montre »: what the patient made up their mind to do.
    QuizPlanned = "quiz-planned" {
        /// The session at whose end it was.
        session: String,
    }
    /// « J’ai trouvé une vidéo »: the five questions were answered.
    VideoChecked = "video-checked" {
        /// Its address, cleaned; none when only spoken of.
        url: Option<String>,
        /// Its title, or what was said of it; may be empty.
        title: String,
        /// The answers to C1–C5.
        answers: Vec<Said>,
        /// Whether the name is in a public directory.
        listed: Said,
        /// Whether another reliable source says so.
        confirmed: Said,
        /// What the screen said.
        outcome: Outcome,
        /// Who wrote it down.
        by: By,
    }
    /// « Je l’ai montrée »: a video that was checked was shown to the kiné, or not after all.
    VideoShown = "video-shown" {
        /// The id of the event of its check.
        check: String,
        /// Shown.
        shown: bool,
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The event's id.
    pub id: String,
    /// The local day.
    pub day: Day,
    /// The session.
    pub session: String,
    /// The item.
    pub item: String,
    /// What it was served for.
    pub pool: Pool,
    /// The form, if it was one.
    pub form: Option<Moment>,
    /// What was said.
    pub verdict: Verdict,
    /// Whether it was right.
    pub right: bool,
    /// How sure.
    pub confidence: Option<Confidence>,
    /// The segments that helped.
    pub segments: Vec<String>,
    /// « Il manque… »
    pub missing: Vec<Cue>,
}

impl Answer {
    /// What would have been right.
    pub fn truth(&self) -> Verdict {
        if self.right { self.verdict } else { self.verdict.other() }
    }

    /// Wrong and sure of it; where nobody asked how sure, every error counts as one.
    pub fn is_confident_error(&self) -> bool {
        !self.right && self.confidence.is_none_or(|c| c == Confidence::Sure)
    }
}

/// A form that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The event's id, which holds random bits: it orders the form's items.
    pub id: String,
    /// When.
    pub moment: Moment,
    /// A, B or C.
    pub form: Pool,
    /// The day on which its end was reached.
    pub finished: Option<Day>,
}

/// A video from elsewhere that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The event's id.
    pub id: String,
    /// The local day.
    pub day: Day,
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: String,
    /// What the screen said.
    pub outcome: Outcome,
    /// The answers to C1–C5.
    pub answers: Vec<Said>,
    /// Who wrote it down.
    pub by: By,
    /// « Je l’ai montrée »
    pub shown: bool,
}

/// The journal as the quiz sees it, in the order in which it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The answers. An item counts once a session and once a form, as first answered.
    pub answers: Vec<Answer>,
    /// The forms, each moment once.
    pub forms: Vec<Begun>,
    /// The videos that were checked.
    pub checked: Vec<Checked>,
    /// Whether the kiné may know of the quiz, once the patient said so.
    pub told: Option<bool>,
    /// « Avant d’essayer, je la montre »: it was decided once.
    pub planned: bool,
}

impl History {
    /// Reads a journal, in whatever order its events come, even twice.
    pub fn of(events: &[Event]) -> History {
        let mut read: Vec<(&Event, Learning)> =
            events.iter().filter_map(|e| Some((e, Learning::from_json(&e.what).ok()?))).collect();
        // Ids tell the order in which this device wrote.
        read.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        read.dedup_by(|a, b| a.0.id == b.0.id);
        let (mut history, mut known) = (History::default(), BTreeSet::new());
        for (event, what) in read {
            history.take(event, what, &mut known);
        }
        history
    }

    /// Takes an event in. `known` holds the questions that were answered: two tabs may both ask one.
    fn take(
        &mut self,
        event: &Event,
        what: Learning,
        known: &mut BTreeSet<(Option<Moment>, String, String)>,
    ) {
        let (id, day) = (event.id.clone(), event.day);
        match what {
            Learning::QuizAnswered {
                session,
                item,
                pool,
                form,
                verdict,
                right,
                confidence,
                segments,
                missing,
                ..
            } => {
                let of = if form.is_some() { String::new() } else { session.clone() };
                if known.insert((form, of, item.clone())) {
                    self.answers.push(Answer {
                        id,
                        day,
                        session,
                        item,
                        pool,
                        form,
                        verdict,
                        right,
                        confidence,
                        segments,
                        missing,
                    });
                }
            }
            Learning::FormStarted { moment, form } => {
                if !self.forms.iter().any(|f| f.moment == moment) {
                    self.forms.push(Begun { id, moment, form, finished: None });
                }
            }
            Learning::FormFinished { moment, .. } => {
                if let Some(begun) = self.forms.iter_mut().find(|f| f.moment == moment) {
                    begun.finished = begun.finished.or(Some(day));
                }
            }
            Learning::QuizTold { agreed, .. } => self.told = Some(agreed),
            Learning::QuizPlanned { .. } => self.planned = true,
            Learning::VideoChecked { url, title, answers, outcome, by, .. } => {
                self.checked.push(Checked { id, day, url, title, outcome, answers, by, shown: false });
            }
            Learning::VideoShown { check, shown } => {
                if let Some(checked) = self.checked.iter_mut().find(|c| c.id == check) {
                    checked.shown = shown;
                }
            }
        }
    }

    /// The answers of sessions: forms apart.
    pub fn trained(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|a| a.form.is_none())
    }

    /// The answers of one session, in order.
    pub fn session(&self, session: &str) -> Vec<&Answer> {
        self.trained().filter(|a| a.session == session).collect()
    }

    /// The answers of the form of a moment, in order.
    pub fn form(&self, moment: Moment) -> Vec<&Answer> {
        self.answers.iter().filter(|a| a.form == Some(moment)).collect()
    }

    /// The session that was left in the middle today, to go on with: after a reload the same item
    /// comes again, for what comes next depends on the answers alone.
    pub fn open_session(&self, today: Day) -> Option<&str> {
        let last = self.trained().last().filter(|a| a.day == today)?;
        let begun = self.trained().filter(|a| a.session == last.session).count();
        (begun < super::schedule::SESSION).then_some(last.session.as_str())
    }

    /// How many sessions were gone through to their end.
    pub fn sessions(&self) -> usize {
        let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
        for answer in self.trained() {
            *answers.entry(&answer.session).or_default() += 1;
        }
        answers.values().filter(|n| **n >= super::schedule::SESSION).count()
    }
}

/// The items of a bank by their ids.
pub(super) fn by_id(bank: &Bank) -> BTreeMap<&str, &Item> {
    bank.items.iter().map(|item| (item.id.as_str(), item)).collect()
}

/// A number that is the same for the same profile and name, and looks like any other.
pub fn seed(profile: &ProfileId, name: &str) -> u64 {
    mixed(fingerprint::number(profile.0.bytes().chain([0]).chain(name.bytes())))
}

/// Spreads a number over all bits (the finish of SplitMix64, Steele 2014): what follows takes
/// remainders of it.
pub(super) fn mixed(mut n: u64) -> u64 {
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backup::{self, Backup},
        journal::What,
        json,
        ports::{
            crypto_native::NativeCrypto,
            memory::{FixedClock, MemoryRecords},
        },
        profile::Settings,
        trust::TrustedKeys,
    };
    use futures_executor::block_on;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_336_200_000;

    pub fn event(at_ms: i64, random: u64, what: &Learning) -> Event {
        Event::of(&FixedClock { now_ms: at_ms, offset_min: 60 }, ProfileId::first(), random, what.to_json())
    }

    fn answered(session: &str, item: &str, right: bool) -> Learning {
        Learning::QuizAnswered {
            session: session.into(),
            item: item.into(),
            version: 1,
            pool: Pool::Train,
            form: None,
            verdict: Verdict::Reliable,
            right,
            confidence: Some(Confidence::Sure),
            segments: vec!["s1".into(), "s2".into()],
            missing: vec![Cue::ForWhom],
        }
    }

    fn all_kinds() -> Vec<Learning> {
        vec![
            answered("s", "a", true),
            Learning::QuizAnswered {
                session: String::new(),
                item: "b".into(),
                version: 2,
                pool: Pool::B,
                form: Some(Moment::Later),
                verdict: Verdict::Unreliable,
                right: false,
                confidence: None,
                segments: vec![],
                missing: vec![],
            },
            Learning::FormStarted { moment: Moment::Before, form: Pool::C },
            Learning::FormFinished { moment: Moment::Before, form: Pool::C },
            Learning::QuizTold { agreed: true, done: true, cues: vec![Cue::Tone] },
            Learning::QuizPlanned { session: "s".into() },
            Learning::VideoChecked {
                url: Some("https://vm.tiktok.com/abc/".into()),
                title: "Dos neuf".into(),
                answers: vec![Said::Yes, Said::No, Said::Unknown, Said::No, Said::No],
                listed: Said::No,
                confirmed: Said::Unknown,
                outcome: Outcome::Grave,
                by: By::Helper,
            },
        ]
    }

    #[test]
    fn what_was_learnt_is_read_as_it_was_written_and_no_other_reader_takes_it_for_its_own() {
        for what in all_kinds() {
            let e = event(NOW, 1, &what);
            let again: Event = json::read(json::write(&e).as_bytes()).unwrap();
            assert_eq!(Learning::from_json(&again.what), Ok(what));
            assert_eq!(again.read(), None);
            assert!(crate::safety::blocked(&[again]).is_none());
        }
        let note = What::Noted { session: None, text: "x".into(), by: By::Patient };
        assert!(Learning::from_json(&note.to_json()).is_err());
    }

    #[test]
    fn confidence_is_written_as_a_number_and_left_out_where_it_was_not_asked() {
        let sure = answered("s", "a", true).to_json();
        assert_eq!(sure.get("confidence"), &Value::Int(2));
        let Value::Map(fields) = all_kinds()[1].to_json() else { panic!() };
        assert!(!fields.iter().any(|(name, _)| name == "confidence"));
    }

    #[test]
    fn an_item_counts_once_a_session_however_many_tabs_asked_it() {
        let events = [
            event(NOW, 1, &answered("s", "a", false)),
            event(NOW + 1, 1, &answered("s", "a", true)),
            event(NOW + 2, 1, &answered("later", "a", true)),
        ];
        let history = History::of(&events);
        let said: Vec<_> = history.answers.iter().map(|a| (a.session.as_str(), a.right)).collect();
        assert_eq!(said, [("s", false), ("later", true)]);
    }

    #[test]
    fn a_session_left_in_the_middle_is_found_again_on_its_day_until_it_is_full() {
        let mut events: Vec<Event> = Vec::new();
        for n in 0..6 {
            let history = History::of(&events);
            assert_eq!(history.open_session(Day::of(NOW, 60)), (n > 0).then_some("s"), "{n}");
            events.push(event(NOW + n, 1, &answered("s", &n.to_string(), true)));
        }
        let history = History::of(&events);
        assert_eq!(history.open_session(Day::of(NOW, 60)), None);
        assert_eq!(history.sessions(), 1);
        assert_eq!(History::of(&events[..3]).open_session(Day::of(NOW, 60).plus(1)), None);
        assert_eq!(History::of(&events[..3]).sessions(), 0);
    }

    #[test]
    fn only_a_sure_error_is_a_confident_one_unless_nobody_asked() {
        let of = |confidence, right| {
            let Learning::QuizAnswered {
                session, item, version, pool, form, verdict, segments, missing, ..
            } = answered("s", "a", true)
            else {
                panic!()
            };
            let what = Learning::QuizAnswered {
                session,
                item,
                version,
                pool,
                form,
                verdict,
                right,
                confidence,
                segments,
                missing,
            };
            History::of(&[event(NOW, 1, &what)]).answers[0].is_confident_error()
        };
        assert!(of(Some(Confidence::Sure), false) && of(None, false));
        assert!(!of(Some(Confidence::RatherSure), false) && !of(Some(Confidence::Guess), false));
        assert!(!of(Some(Confidence::Sure), true) && !of(None, true));
    }

    #[test]
    fn the_copy_of_a_journal_brings_the_quiz_along_and_two_copies_unite() {
        let events: Vec<Event> = all_kinds().iter().zip(0..).map(|(w, n)| event(NOW + n, 9, w)).collect();
        let me = ProfileId::first();
        let file = |events: &[Event]| {
            let (settings, kits) = (Settings::default(), vec![]);
            let text = Backup { made_ms: NOW, settings, events: events.to_vec(), kits }.write();
            Backup::read(text.as_bytes()).unwrap()
        };
        let records = MemoryRecords::default();
        // The second copy has what the first has, and more; the first is brought in again.
        for part in [&events[..3], &events[2..], &events[..3]] {
            let (file, trusted) = (file(part), TrustedKeys::default());
            let brought = backup::restore(&records, &me, &file, &trusted, &NativeCrypto, |_| true);
            block_on(brought).unwrap();
        }
        let kept = block_on(backup::collect(&records, &me, NOW)).unwrap();
        assert_eq!(kept.events.len(), events.len());
        assert_eq!(History::of(&kept.events), History::of(&events));
        assert_eq!(History::of(&events).checked.len(), 1);
        assert!(History::of(&events).forms[0].finished.is_some());
        assert!(History::of(&events).planned && !History::of(&events[..3]).planned);
    }

    proptest! {
        #[test]
        fn the_order_of_reading_and_reading_twice_change_nothing(
            picks in prop::collection::vec((0usize..7, 0usize..4, 0u64..3), 0..20), turn in 0usize..20,
        ) {
            let events: Vec<Event> = picks.iter().enumerate().map(|(n, (kind, item, session))| {
                let what = if *kind == 0 {
                    answered(&session.to_string(), &item.to_string(), n % 2 == 0)
                } else {
                    all_kinds()[*kind].clone()
                };
                event(NOW + i64::try_from(n).unwrap(), 3, &what)
            }).collect();
            let mut other = events.clone();
            other.rotate_left(turn.min(events.len()));
            other.extend(events.iter().rev().cloned());
            prop_assert_eq!(History::of(&other), History::of(&events));
        }
    }

    #[test]
    fn seeds_of_neighbours_have_nothing_in_common() {
        let of = |name: &str| seed(&ProfileId::first(), name);
        assert_eq!(of("a"), of("a"));
        let thirds: Vec<u64> = (0..300).map(|n| of(&n.to_string()) % 3).collect();
        for third in 0..3 {
            let share = thirds.iter().filter(|t| **t == third).count();
            assert!((80..=120).contains(&share), "{third}: {share}");
        }
        assert_ne!(of("a"), seed(&ProfileId::device(), "a"));
    }
}
