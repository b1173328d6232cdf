//! The journal: append-only events of one patient. Everything shown (seen, acknowledged, done)
//! is derived from it and never stored.

use crate::{
    calendar::Day,
    json::Value,
    kit::Exercise,
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
    /// What, as [`What`] writes it. Kept as it came: a kind of a later version is ignored and
    /// survives.
    pub what: Value,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A film was watched to its end, or a leaflet opened.
    Seen {
        /// The kit.
        kit: String,
        /// Exercise or document.
        item: String,
    },
    /// Contraindications were read and acknowledged.
    Acknowledged {
        /// The kit.
        kit: String,
        /// The exercise.
        exercise: String,
        /// Of which words: see [`notice_fingerprint`].
        notice: String,
    },
}

impl What {
    /// The form in which it is stored and sent.
    fn to_json(&self) -> Value {
        match self {
            What::Seen { kit, item } => Value::of_texts(&[("kind", "seen"), ("kit", kit), ("item", item)]),
            What::Acknowledged { kit, exercise, notice } => Value::of_texts(&[
                ("kind", "acknowledged"),
                ("kit", kit),
                ("exercise", exercise),
                ("notice", notice),
            ]),
        }
    }
}

record!(struct Event { id, profile, at_ms, offset_min, day, what });

impl Event {
    /// An event of now. `random` makes the id unique among events of one millisecond.
    pub fn now(clock: &impl Clock, profile: ProfileId, random: u64, what: &What) -> Self {
        let at_ms = clock.now_ms();
        let id = format!("{:012x}-{random:016x}", at_ms.max(0));
        let (offset_min, day) = (clock.offset_min(), clock.today());
        Event { id, profile, at_ms, offset_min, day, what: what.to_json() }
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
/// are asked again. FNV-1a, 64 bits: a name, not a protection (the signature is that).
pub fn notice_fingerprint(exercise: &Exercise) -> String {
    let texts = exercise.contraindications.iter().flat_map(|t| [Some(t.fr.as_str()), t.en.as_deref()]);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in texts.flatten().flat_map(|t| t.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
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
    fn an_event_of_a_later_version_is_kept_as_it_came() {
        let mut later = event(What::Seen { kit: "k".into(), item: "a".into() });
        later.what = Value::of_texts(&[("kind", "danced"), ("tempo", "slow")]);
        let e: Event = json::read(json::write(&later).as_bytes()).unwrap();
        assert_eq!(e, later);
        assert!(!seen(&[e], "k", "a"));
    }
}
