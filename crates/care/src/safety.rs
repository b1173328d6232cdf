//! Who may not go on, and whom a sign calls for. Fixed rules, the same for everybody: nothing here
//! looks at how often or how much.
//!
//! After a fall, a red sign or a stop for pain there is no « Reprendre » until the patient says they
//! have spoken to a professional. Which of the two came first is not asked of any clock: a phone's
//! clock jumps, journals are merged from two tabs and from files, and a word that was given before
//! must not lift a block that came later. So `SpokenToProfessional` names the events it answers, and
//! lifts those and no others, in whatever order they are read.

use crate::{
    journal::{Event, StopReason, What},
    json::Json,
    kit::{Kit, Level, WarningRule},
};

/// Why the patient must speak to a professional first; the gravest comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Written by a later version of the portal, which knew more: whatever it was, it is not lifted
    /// by being misread.
    Unknown,
    /// STOP for pain.
    Pain,
    /// A fall.
    Fall,
    /// A red sign.
    RedSign {
        /// The kit whose rule it is.
        kit: String,
        /// The rule.
        sign: String,
    },
}

/// There is no « Reprendre ».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The gravest of the reasons.
    pub reason: Reason,
    /// The ids of all events that block.
    pub events: Vec<String>,
}

impl Block {
    /// « J’en ai parlé à un professionnel »: the event that lifts this block, and only what the
    /// patient was told of.
    pub fn spoken(&self) -> What {
        What::SpokenToProfessional { about: self.events.clone() }
    }
}

/// What an event blocks for, if it blocks. Only what decides is read of it: the first screens ask, and
/// the reader of all kinds of events comes with the later ones.
fn reason(event: &Event) -> Option<Reason> {
    let (what, text) = (&event.what, |field: &str| Some(event.what.get(field).as_str()?.to_owned()));
    match what.get("kind").as_str()? {
        "fell" => Some(Reason::Fall),
        "stopped" => match StopReason::from_json(what.get("why")) {
            Ok(StopReason::Pain) => Some(Reason::Pain),
            Ok(_) => None,
            Err(_) => Some(Reason::Unknown),
        },
        "sign-chosen" => match (Level::from_json(what.get("level")), text("kit"), text("sign")) {
            (Ok(Level::Red), Some(kit), Some(sign)) => Some(Reason::RedSign { kit, sign }),
            (Ok(Level::Orange | Level::Yellow), ..) => None,
            _ => Some(Reason::Unknown),
        },
        _ => None,
    }
}

/// Whether there is a block now. The events may come in any order, and twice.
pub fn blocked(events: &[Event]) -> Option<Block> {
    let mut answered: Vec<String> = Vec::new();
    for event in events.iter().filter(|e| e.what.get("kind").as_str() == Some("spoken-to-professional")) {
        let about = event.what.get("about").items();
        answered.extend(about.iter().filter_map(|id| id.as_str().map(str::to_owned)));
    }
    answered.sort_unstable();
    let mut found: Vec<(Reason, &str)> = events
        .iter()
        .filter_map(|e| Some((reason(e)?, e.id.as_str())))
        .filter(|(_, id)| answered.binary_search_by(|a| a.as_str().cmp(id)).is_err())
        .collect();
    found.sort_unstable();
    found.dedup();
    let gravest = found.last()?.0.clone();
    Some(Block { reason: gravest, events: found.into_iter().map(|(_, id)| id.to_owned()).collect() })
}

/// A kit's rules of one level, in the kit's order. The three levels are never mixed on a screen, so
/// there is no way to ask for more than one.
pub fn signs(kit: &Kit, level: Level) -> Vec<&WarningRule> {
    kit.warnings.iter().filter(|w| w.level == level).collect()
}

/// Whether a rule is about falling: its id says so with the word `fall`, as in `fall-hurt`. After a fall
/// these are asked first.
pub fn is_about_a_fall(rule: &WarningRule) -> bool {
    rule.id.split('-').any(|word| word == "fall")
}

/// The rule of a sign: one sign, one fixed screen.
pub fn rule<'k>(kit: &'k Kit, sign: &str) -> Option<&'k WarningRule> {
    kit.warnings.iter().find(|w| w.id == sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::By, json::Value, kit::Source, opening::tests::kit, ports::memory::FixedClock,
        profile::ProfileId,
    };
    use proptest::prelude::*;

    /// An event of a moment; `random` keeps ids apart.
    fn event(now_ms: i64, random: u64, what: &What) -> Event {
        Event::now(&FixedClock { now_ms, offset_min: 60 }, ProfileId::first(), random, what)
    }

    fn stopped(why: StopReason) -> What {
        What::Stopped { kit: "k".into(), session: "s".into(), exercise: "a".into(), why }
    }

    fn sign(level: Level) -> What {
        What::SignChosen { kit: "k".into(), sign: "faint".into(), level, by: By::Patient }
    }

    const FELL: What = What::Fell { by: By::Helper };

    #[test]
    fn pain_a_fall_and_a_red_sign_block_and_nothing_else_does() {
        let reason = |what: &What| blocked(&[event(1_000, 1, what)]).map(|b| b.reason);
        let red = Reason::RedSign { kit: "k".into(), sign: "faint".into() };
        assert_eq!(reason(&stopped(StopReason::Pain)), Some(Reason::Pain));
        assert_eq!(reason(&FELL), Some(Reason::Fall));
        assert_eq!(reason(&sign(Level::Red)), Some(red));
        for free in [
            stopped(StopReason::Fatigue),
            stopped(StopReason::Other),
            sign(Level::Orange),
            sign(Level::Yellow),
            What::TriedElsewhere { which: "x".into(), happened: "y".into(), by: By::Patient },
            What::SpokenToProfessional { about: vec![] },
            What::SessionEnded { kit: "k".into(), session: "s".into() },
        ] {
            assert_eq!(reason(&free), None, "{free:?}");
        }
        assert_eq!(blocked(&[]), None);
    }

    #[test]
    fn the_gravest_reason_is_told_and_one_word_answers_all_that_was_told() {
        let mut events = vec![
            event(1_000, 1, &sign(Level::Red)),
            event(2_000, 2, &FELL),
            event(3_000, 3, &stopped(StopReason::Pain)),
        ];
        let block = blocked(&events).unwrap();
        assert!(matches!(block.reason, Reason::RedSign { .. }));
        assert_eq!(block.events.len(), 3);
        events.push(event(4_000, 4, &block.spoken()));
        assert_eq!(blocked(&events), None);
        events.push(event(5_000, 5, &FELL));
        let again = blocked(&events).unwrap();
        assert_eq!((again.reason.clone(), again.events.len()), (Reason::Fall, 1), "a new fall blocks anew");
        events.push(event(6_000, 6, &again.spoken()));
        assert_eq!(blocked(&events), None);
    }

    #[test]
    fn a_word_given_under_a_clock_that_ran_ahead_does_not_lift_a_later_block() {
        let first = event(1_000, 1, &FELL);
        let early = event(9_000_000, 2, &blocked(std::slice::from_ref(&first)).unwrap().spoken());
        // Then the clock is put right, and the patient falls again.
        let second = event(2_000, 3, &FELL);
        let events = [first, second.clone(), early];
        assert_eq!(blocked(&events).map(|b| b.events), Some(vec![second.id]));
    }

    #[test]
    fn a_word_given_under_a_clock_that_was_set_back_lifts_its_block() {
        let fall = event(9_000_000, 1, &FELL);
        let word = event(1_000, 2, &blocked(std::slice::from_ref(&fall)).unwrap().spoken());
        assert_eq!(blocked(&[word, fall]), None, "else the patient would be shut out until that day");
    }

    #[test]
    fn a_fall_noted_in_another_tab_meanwhile_still_blocks() {
        let pain = event(1_000, 1, &stopped(StopReason::Pain));
        let word = event(3_000, 2, &blocked(std::slice::from_ref(&pain)).unwrap().spoken());
        let fall = event(2_000, 3, &FELL);
        assert_eq!(blocked(&[pain, fall, word]).map(|b| b.reason), Some(Reason::Fall));
    }

    #[test]
    fn what_a_later_version_wrote_blocks_rather_than_being_misread() {
        let mut later = event(1_000, 1, &FELL);
        later.what = Value::of_texts(&[("kind", "stopped"), ("why", "chest-pain")]);
        let block = blocked(std::slice::from_ref(&later)).unwrap();
        assert_eq!(block.reason, Reason::Unknown);
        let word = event(2_000, 2, &block.spoken());
        assert_eq!(blocked(&[later, word]), None);
        let mut other = event(1_000, 1, &FELL);
        other.what = Value::of_texts(&[("kind", "danced")]);
        assert_eq!(blocked(&[other]), None);
    }

    #[test]
    fn levels_are_never_mixed_and_keep_the_kits_order() {
        let rule_of = |id: &str, level| WarningRule {
            id: id.into(),
            level,
            sign: "s".into(),
            action: "a".into(),
            source: Source { title: "t".into(), publisher: "p".into(), date: "2024".into(), url: None },
        };
        let mut k = kit(1);
        k.warnings = vec![
            rule_of("y", Level::Yellow),
            rule_of("r2", Level::Red),
            rule_of("o", Level::Orange),
            rule_of("r1", Level::Red),
        ];
        let ids = |level| signs(&k, level).iter().map(|w| w.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids(Level::Red), ["r2", "r1"]);
        assert_eq!(ids(Level::Orange), ["o"]);
        assert_eq!(ids(Level::Yellow), ["y"]);
        assert_eq!(rule(&k, "o").map(|w| w.level), Some(Level::Orange));
        assert_eq!(rule(&k, "x"), None);
        for (id, fall) in [("fall-hurt", true), ("new-fall", true), ("fallow", false), ("r1", false)] {
            assert_eq!(is_about_a_fall(&rule_of(id, Level::Red)), fall, "{id}");
        }
    }

    proptest! {
        /// Events are written one after the other under a clock that jumps at will, then read in any
        /// order: what holds is the order in which they were lived.
        #[test]
        fn only_a_word_given_after_a_block_lifts_it_whatever_the_clock_and_the_order_of_reading(
            lived in prop::collection::vec((any::<bool>(), 0i64..1_000_000), 0..20),
            order in any::<prop::sample::Index>(),
        ) {
            let mut events: Vec<Event> = Vec::new();
            for (n, (falls, at)) in lived.into_iter().enumerate() {
                let what = if falls {
                    FELL
                } else {
                    blocked(&events).map_or(What::SpokenToProfessional { about: vec![] }, |b| b.spoken())
                };
                events.push(event(at, n as u64, &what));
                if !events.is_empty() {
                    let at = order.index(events.len());
                    events.rotate_left(at);
                }
                prop_assert_eq!(blocked(&events).is_some(), falls);
            }
        }
    }
}
