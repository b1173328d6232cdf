//! The journal: append-only events of one patient. Everything shown (seen, acknowledged, done)
//! is derived from it and never stored.

use crate::{
    calendar::Day,
    fingerprint,
    json::{Json, Value},
    kit::{Exercise, Level},
    ports::{Clock, Record, Store},
    profile::ProfileId,
    record,
};

/// Something that happened, as the patient lived it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unique; sorts by time.
    pub id: String,
    /// Whose.
    pub profile: ProfileId,
    /// UTC milliseconds.
    pub at_ms: i64,
    /// Minutes east of Greenwich then and there.
    pub offset_min: i32,
    /// The local date that the device showed.
    pub day: Day,
    /// What, as [`What`] or [`crate::quiz::Learning`] writes it. Kept as it came: a kind of a later version is ignored and
    /// survives.
    pub what: Value,
}

/// Which side of the body a set was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Both at once, or none in particular.
    #[default]
    Both,
    /// The left.
    Left,
    /// The right.
    Right,
}

record!(enum Side or Both { Both = "both", Left = "left", Right = "right" });

/// Why a session was stopped: the one question of STOP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// « J’ai mal »
    Pain,
    /// « Je suis fatigué »
    Fatigue,
    /// « Autre chose »
    Other,
}

record!(
    enum StopReason {
        Pain = "pain",
        Fatigue = "fatigue",
        Other = "other",
    }
);

/// What the patient was asked about a session. The number that goes with it says how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeling {
    /// 0 no pain – 10 the worst imaginable.
    Pain,
    /// 0 none – 10 exhausted.
    Fatigue,
    /// 0 nothing at all – 10 the hardest.
    Effort,
    /// 0 too easy, 1 right, 2 too hard.
    Difficulty,
}

record!(
    enum Feeling {
        Pain = "pain",
        Fatigue = "fatigue",
        Effort = "effort",
        Difficulty = "difficulty",
    }
);

/// Who wrote it down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The patient.
    #[default]
    Patient,
    /// « Noté par un proche »
    Helper,
}

record!(enum By or Patient { Patient = "patient", Helper = "helper" });

/// Writes an enum of events, and how each is read and written: an object with its `kind` and its
/// fields.
macro_rules! events {
    (
        $(#[$of_all:meta])* $all:ident;
        $($(#[$doc:meta])* $kind:ident = $word:literal { $($(#[$about:meta])* $field:ident: $type:ty),* $(,)? })*
    ) => {
        $(#[$of_all])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $all {
            $($(#[$doc])* $kind { $($(#[$about])* $field: $type),* }),*
        }

        impl $crate::json::Json for $all {
            fn from_json(value: &$crate::json::Value) -> Result<Self, $crate::json::JsonError> {
                use $crate::json::{JsonError, read_field};
                match value.get("kind").as_str() {
                    $(Some($word) => Ok($all::$kind { $($field: read_field(value, stringify!($field))?),* }),)*
                    _ => Err(JsonError::Field("kind")),
                }
            }
            fn to_json(&self) -> $crate::json::Value {
                use $crate::json::write_field;
                let mut fields = Vec::new();
                match self {
                    $($all::$kind { $($field),* } => {
                        write_field(&mut fields, "kind", &$word.to_owned());
                        $(write_field(&mut fields, stringify!($field), $field);)*
                    })*
                }
                $crate::json::Value::Map(fields)
            }
        }
    };
}
pub(crate) use events;

events! {
    /// What happened. What the quiz and the check of a video write is a list of its own
    /// ([`crate::quiz::Learning`]): the first screens write these, and carry the words of no others.
    What;
    /// A film was watched to its end, or a leaflet opened.
    Seen = "seen" {
        /// The kit.
        kit: String,
        /// Exercise or document.
        item: String,
    }
    /// Contraindications were read and acknowledged.
    Acknowledged = "acknowledged" {
        /// The kit.
        kit: String,
        /// The exercise.
        exercise: String,
        /// Of which words: see [`notice_fingerprint`].
        notice: String,
    }
    /// A guided session began.
    SessionStarted = "session-started" {
        /// The kit.
        kit: String,
        /// Names the session; random.
        session: String,
        /// What it is made of, in order.
        exercises: Vec<String>,
    }
    /// One set was done to its end.
    SetDone = "set-done" {
        /// The kit.
        kit: String,
        /// The session.
        session: String,
        /// The exercise.
        exercise: String,
        /// From 1.
        set: u32,
        /// For which side.
        side: Side,
        /// Repetitions counted.
        reps: u32,
        /// Seconds held in each, 0 where nothing is held.
        hold_s: u32,
        /// The easier variant was done.
        easier: bool,
    }
    /// The patient passed over what was left of an exercise.
    ExerciseSkipped = "exercise-skipped" {
        /// The kit.
        kit: String,
        /// The session.
        session: String,
        /// The exercise.
        exercise: String,
    }
    /// STOP, with the answer to its one question.
    Stopped = "stopped" {
        /// The kit.
        kit: String,
        /// The session.
        session: String,
        /// The exercise that was under way.
        exercise: String,
        /// Why.
        why: StopReason,
    }
    /// A session came to its end.
    SessionEnded = "session-ended" {
        /// The kit.
        kit: String,
        /// The session.
        session: String,
    }
    /// « Ressenti »: one answer.
    Felt = "felt" {
        /// The kit.
        kit: String,
        /// The session it is about, if about one.
        session: Option<String>,
        /// What was asked.
        what: Feeling,
        /// How much: see [`Feeling`].
        level: u32,
        /// After the session; before it otherwise.
        after: bool,
        /// Who wrote it down.
        by: By,
    }
    /// A note in the patient's words.
    Noted = "noted" {
        /// The session it is about, if about one.
        session: Option<String>,
        /// The words.
        text: String,
        /// Who wrote it down.
        by: By,
    }
    /// The question after a film was answered.
    TaughtBack = "taught-back" {
        /// The kit.
        kit: String,
        /// The exercise.
        exercise: String,
        /// Which answer, from 1.
        answer: u32,
        /// Whether it was the right one.
        right: bool,
    }
    /// « Ça ne va pas »: a new sign was chosen.
    SignChosen = "sign-chosen" {
        /// The kit whose rule it is.
        kit: String,
        /// The rule.
        sign: String,
        /// Whom it calls for.
        level: Level,
        /// Who wrote it down.
        by: By,
    }
    /// « Je suis tombé »
    Fell = "fell" {
        /// Who wrote it down.
        by: By,
    }
    /// « J’ai essayé une vidéo ailleurs »
    TriedElsewhere = "tried-elsewhere" {
        /// Which one, in the patient's words.
        which: String,
        /// What happened, in the patient's words.
        happened: String,
        /// Who wrote it down.
        by: By,
    }
    /// After a fall, a red sign or a stop for pain: « J’en ai parlé à un professionnel ».
    SpokenToProfessional = "spoken-to-professional" {
        /// The ids of the events that it answers. Times cannot say what came first: a clock that
        /// jumps must never lift a block (see [`crate::safety`]).
        about: Vec<String>,
    }
    /// « Avez-vous regardé une vidéo à domicile ? Que voulez-vous en retirer ? »
    TwoQuestions = "two-questions" {
        /// The kit.
        kit: String,
        /// The first answer.
        watched: bool,
        /// The second, in the patient's words.
        wish: String,
        /// Who wrote it down.
        by: By,
    }
    /// The patient moved an appointment.
    AppointmentSet = "appointment-set" {
        /// The kit.
        kit: String,
        /// Which appointment, from 1.
        number: u32,
        /// When; none when there is no date.
        on: Option<Day>,
    }
    /// The clinic confirmed that results arrived: they are not sent again. By name, not by time: a
    /// clock that was set back, or a journal that was brought in, must not hide what never left.
    ResultsSent = "results-sent" {
        /// The kit whose clinic has them.
        kit: String,
        /// The events.
        events: Vec<String>,
    }
}

record!(struct Event { id, profile, at_ms, offset_min, day, what });

impl Event {
    /// An event of now. `random` makes the id unique among events of one millisecond.
    pub fn now(clock: &impl Clock, profile: ProfileId, random: u64, what: &What) -> Self {
        Event::of(clock, profile, random, what.to_json())
    }

    /// The same of what some list of events has written.
    pub fn of(clock: &impl Clock, profile: ProfileId, random: u64, what: Value) -> Self {
        let at_ms = clock.now_ms();
        let id = format!("{:012x}-{random:016x}", at_ms.max(0));
        let (offset_min, day) = (clock.offset_min(), clock.today());
        Event { id, profile, at_ms, offset_min, day, what }
    }

    /// The same event with an id that sorts after all of these, whatever the clock says: ids tell the
    /// order in which this device wrote, even when its clock was set back. `at_ms` stays what the
    /// clock said.
    pub fn following(mut self, events: &[Event]) -> Self {
        let time = |id: &str| id.split('-').next().and_then(|t| u64::from_str_radix(t, 16).ok());
        let latest = events.iter().filter_map(|e| time(&e.id)).max();
        if let (Some(latest), Some((own, random))) = (latest, self.id.split_once('-')) {
            // Twelve hexadecimal digits: ids of one length sort as numbers do.
            if time(own).is_none_or(|own| own <= latest) && latest < 0xffff_ffff_ffff {
                self.id = format!("{:012x}-{random}", latest + 1);
            }
        }
        self
    }

    /// What happened; nothing for a kind of a later version.
    pub fn read(&self) -> Option<What> {
        What::from_json(&self.what).ok()
    }

    /// Whether exactly this happened.
    fn is(&self, what: &What) -> bool {
        self.what == what.to_json()
    }
}

impl Record for Event {
    const STORE: Store = Store::Journal;
    fn key(&self) -> String {
        self.id.clone()
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}

/// Names the exact words of an exercise's contraindications: when the clinic changes them, they
/// are asked again.
pub fn notice_fingerprint(exercise: &Exercise) -> String {
    let texts = exercise.contraindications.iter().flat_map(|t| [Some(t.fr.as_str()), t.en.as_deref()]);
    fingerprint::of(texts.flatten().flat_map(|t| t.bytes().chain([0])))
}

/// Whether the notice must still be shown before the first play.
pub fn must_acknowledge(events: &[Event], kit_id: &str, exercise: &Exercise) -> bool {
    let done = acknowledged(kit_id, exercise);
    !exercise.contraindications.is_empty() && !events.iter().any(|e| e.is(&done))
}

/// The event of having read an exercise's contraindications as they stand now.
pub fn acknowledged(kit_id: &str, exercise: &Exercise) -> What {
    What::Acknowledged {
        kit: kit_id.to_owned(),
        exercise: exercise.id.clone(),
        notice: notice_fingerprint(exercise),
    }
}

/// Whether a film or document was seen: « à voir / vue ».
pub fn seen(events: &[Event], kit_id: &str, item_id: &str) -> bool {
    let what = What::Seen { kit: kit_id.to_owned(), item: item_id.to_owned() };
    events.iter().any(|e| e.is(&what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, opening::tests::exercise, ports::memory::FixedClock, text::Text};

    fn event(what: What) -> Event {
        Event::now(&FixedClock { now_ms: 1_772_407_800_000, offset_min: 60 }, ProfileId::first(), 7, &what)
    }

    #[test]
    fn a_notice_is_acknowledged_once_and_again_when_its_words_change() {
        let mut e = exercise("a");
        e.contraindications = vec![Text::from("Pas après une opération récente.")];
        assert!(must_acknowledge(&[], "k", &e));
        let events = [event(acknowledged("k", &e))];
        assert!(!must_acknowledge(&events, "k", &e));
        assert!(must_acknowledge(&events, "another kit", &e));
        e.contraindications.push(Text::from("Pas en cas de fièvre."));
        assert!(must_acknowledge(&events, "k", &e));
    }

    #[test]
    fn an_exercise_without_contraindications_asks_nothing() {
        let mut e = exercise("a");
        e.contraindications.clear();
        assert!(!must_acknowledge(&[], "k", &e));
    }

    #[test]
    fn an_event_keeps_the_local_day_and_survives_text() {
        let e = event(What::Seen { kit: "k".into(), item: "a".into() });
        assert_eq!(e.day.to_string(), "2026-03-02");
        assert!(seen(std::slice::from_ref(&e), "k", "a"));
        assert_eq!(json::read::<Event>(json::write(&e).as_bytes()).unwrap(), e);
    }

    #[test]
    fn what_happened_is_read_as_it_was_written() {
        let kit = || "k".to_owned();
        let session = || "s1".to_owned();
        let all = [
            What::SessionStarted { kit: kit(), session: session(), exercises: vec!["a".into(), "b".into()] },
            What::SetDone {
                kit: kit(),
                session: session(),
                exercise: "a".into(),
                set: 2,
                side: Side::Left,
                reps: 8,
                hold_s: 0,
                easier: true,
            },
            What::Stopped { kit: kit(), session: session(), exercise: "a".into(), why: StopReason::Pain },
            What::Felt {
                kit: kit(),
                session: Some(session()),
                what: Feeling::Pain,
                level: 3,
                after: true,
                by: By::Helper,
            },
            What::Felt {
                kit: kit(),
                session: None,
                what: Feeling::Effort,
                level: 10,
                after: false,
                by: By::Patient,
            },
            What::SignChosen { kit: kit(), sign: "faint".into(), level: Level::Red, by: By::Patient },
            What::SpokenToProfessional { about: vec!["000000000001-0000000000000001".into()] },
            What::AppointmentSet { kit: kit(), number: 2, on: "2026-12-01".parse().ok() },
            What::AppointmentSet { kit: kit(), number: 2, on: None },
            What::ResultsSent { kit: kit(), events: vec!["1".into(), "2".into()] },
        ];
        for what in all {
            let e = event(what.clone());
            assert_eq!(e.read(), Some(what.clone()), "{what:?}");
            let again: Event = json::read(json::write(&e).as_bytes()).unwrap();
            assert_eq!(again.read(), Some(what));
        }
    }

    #[test]
    fn ids_tell_the_order_of_writing_though_the_clock_is_set_back() {
        let at = |now_ms| FixedClock { now_ms, offset_min: 60 };
        let note = |ms, random, before: &[Event]| {
            let what = What::Noted { session: None, text: "x".into(), by: By::Patient };
            Event::now(&at(ms), ProfileId::first(), random, &what).following(before)
        };
        let first = note(1_772_407_800_000, 9, &[]);
        let second = note(1_000, 1, std::slice::from_ref(&first));
        let third = note(1_772_407_800_000, 0, &[second.clone(), first.clone()]);
        assert!(first.id < second.id && second.id < third.id, "{} {} {}", first.id, second.id, third.id);
        assert_eq!((second.at_ms, second.day.to_string().as_str()), (1_000, "1970-01-01"));
        let later = note(1_772_407_900_000, 3, &[third]);
        assert_eq!(later.id, note(1_772_407_900_000, 3, &[]).id, "a clock that goes forward is left alone");
    }

    #[test]
    fn an_event_of_a_later_version_is_kept_as_it_came() {
        let mut later = event(What::Seen { kit: "k".into(), item: "a".into() });
        later.what = Value::of_texts(&[("kind", "danced"), ("tempo", "slow")]);
        let e: Event = json::read(json::write(&later).as_bytes()).unwrap();
        assert_eq!(e, later);
        assert_eq!(e.read(), None);
        assert!(!seen(&[e], "k", "a"));
    }
}
