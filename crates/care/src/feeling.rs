//! « Ressenti »: which session the question is about, and what was answered already, so that nothing is
//! ever asked twice.

use crate::{
    calendar::Day,
    journal::{Event, Feeling, What},
};

/// The latest session of a kit that began today: the one that « Ressenti » speaks of. None: « à un
/// autre moment ».
pub fn session_of_today(events: &[Event], kit_id: &str, today: Day) -> Option<String> {
    let started = events.iter().filter(|e| {
        e.day == today
            && e.what.get("kind").as_str() == Some("session-started")
            && e.what.get("kit").as_str() == Some(kit_id)
    });
    match started.max_by(|a, b| a.id.cmp(&b.id))?.read()? {
        What::SessionStarted { session, .. } => Some(session),
        _ => None,
    }
}

/// Whether a question about a session was answered, `after` or before it.
pub fn answered(events: &[Event], session_id: &str, asked: Feeling, after_it: bool) -> bool {
    of_session(events, session_id, "felt").any(
        |e| matches!(e.read(), Some(What::Felt { what, after, .. }) if what == asked && after == after_it),
    )
}

/// Whether a note was written about a session.
pub fn noted(events: &[Event], session_id: &str) -> bool {
    of_session(events, session_id, "noted").next().is_some()
}

fn of_session<'e>(events: &'e [Event], session: &'e str, kind: &'e str) -> impl Iterator<Item = &'e Event> {
    events.iter().filter(move |e| {
        e.what.get("session").as_str() == Some(session) && e.what.get("kind").as_str() == Some(kind)
    })
}

/// Whether the question after an exercise's film was answered.
pub fn taught_back(events: &[Event], kit_id: &str, exercise_id: &str) -> bool {
    events.iter().any(|e| {
        e.what.get("kind").as_str() == Some("taught-back")
            && e.what.get("kit").as_str() == Some(kit_id)
            && e.what.get("exercise").as_str() == Some(exercise_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::By,
        ports::{Clock, memory::FixedClock},
        profile::ProfileId,
    };

    const NOON: FixedClock = FixedClock { now_ms: 1_772_449_200_000, offset_min: 60 };

    fn lived(whats: &[What]) -> Vec<Event> {
        let mut events = Vec::new();
        for what in whats {
            events.push(Event::now(&NOON, ProfileId::first(), 1, what).following(&events));
        }
        events
    }

    fn started(kit: &str, session: &str) -> What {
        What::SessionStarted { kit: kit.into(), session: session.into(), exercises: vec![] }
    }

    fn felt(session: Option<&str>, what: Feeling, after: bool) -> What {
        let session = session.map(str::to_owned);
        What::Felt { kit: "k".into(), session, what, level: 3, after, by: By::Patient }
    }

    #[test]
    fn the_question_is_about_the_latest_session_of_today_and_of_this_kit() {
        let mut events = lived(&[started("k", "morning"), started("k", "noon"), started("other", "evening")]);
        events.reverse();
        assert_eq!(session_of_today(&events, "k", NOON.today()).as_deref(), Some("noon"));
        let tomorrow = FixedClock { now_ms: NOON.now_ms + 86_400_000, offset_min: 60 };
        assert_eq!(session_of_today(&events, "k", tomorrow.today()), None);
        assert_eq!(session_of_today(&events, "third", NOON.today()), None);
        assert_eq!(session_of_today(&[], "k", NOON.today()), None);
    }

    #[test]
    fn an_answer_holds_for_its_question_its_session_and_its_moment() {
        let events = lived(&[
            felt(Some("s"), Feeling::Pain, false),
            felt(Some("s"), Feeling::Effort, true),
            felt(None, Feeling::Fatigue, true),
        ]);
        assert!(answered(&events, "s", Feeling::Pain, false));
        assert!(!answered(&events, "s", Feeling::Pain, true), "before is not after");
        assert!(answered(&events, "s", Feeling::Effort, true));
        assert!(!answered(&events, "t", Feeling::Effort, true));
        assert!(!answered(&events, "s", Feeling::Fatigue, true), "told at another moment");
    }

    #[test]
    fn a_note_and_a_question_after_a_film_are_written_once() {
        let note = |session: Option<&str>| What::Noted {
            session: session.map(str::to_owned),
            text: "bien".into(),
            by: By::Patient,
        };
        let taught = What::TaughtBack { kit: "k".into(), exercise: "a".into(), answer: 1, right: false };
        let events = lived(&[note(None), note(Some("s")), taught]);
        assert!(noted(&events, "s") && !noted(&events, "t"));
        assert!(taught_back(&events, "k", "a"));
        assert!(!taught_back(&events, "k", "b") && !taught_back(&events, "l", "a"));
    }
}
