//! What is asked next. Cues are scheduled, not items: each review of a cue is an item that the patient
//! has not seen, and one answer counts for every cue in its item.
//!
//! The ladder spaces the reviews (D+1, 3, 7, 21, 60); an error drops one step. The stages open one
//! after the other and never close:
//!
//! - **filtrer** asks for the five grave cues, until each was right once after a day's wait;
//! - **évaluer** asks for all ten, until each was right twice, each time after its wait;
//! - **adapter** keeps all ten on the ladder, and gives the places that no cue needs to what makes a
//!   video fit a person: for whom (C3), the place of care (C5), the dose (M8).
//!
//! Whatever a stage asks for, an item shows all its cues, and the answer counts for all of them.
//!
//! A confident error is repaired: another item on what it turned on comes two to four items later, or,
//! where the session is over by then, among the first of the next one.

use super::{
    estimate::Counts,
    forms,
    history::{self, Answer, History, mixed, seed},
    item::{Bank, Cue, Item, Pole, Pool, Verdict},
};
use crate::{calendar::Day, fingerprint, profile::ProfileId};
use std::collections::BTreeMap;

/// Days between the reviews of a cue, step by step.
pub const LADDER: [i64; 5] = [1, 3, 7, 21, 60];
/// Items of a session.
pub const SESSION: usize = 6;
/// Days after which an item may come back, once nothing unseen is left.
pub const AGAIN_DAYS: i64 = 60;
/// How many items after a confident error its cue comes back, at the earliest and at the latest.
pub const REPAIR: std::ops::RangeInclusive<usize> = 2..=4;
/// Among so many first items of the next session it comes back where the session of the error ended too
/// soon for that, or had nothing left to come back with.
pub const CARRIED: usize = 4;
/// Good items of a training session: half.
const GOOD_TRAINING: usize = 3;
/// Good items of a booster session: two thirds.
const GOOD_BOOSTER: usize = 4;
/// Answers that tell whether somebody rejects too much: the last ones.
const RECENT: usize = 24;
/// Right answers on separate days that make a cue mastered.
const MASTERED: usize = 3;

/// What the sessions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// « Filtrer »
    Filter,
    /// « Évaluer »
    Evaluate,
    /// « Adapter »
    Adapt,
}

/// When a review helps next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// Today.
    Today,
    /// Not before this day.
    On(Day),
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To learn: half of the items are good.
    Training,
    /// To keep what was learnt: two thirds of the items are good, as in life.
    Booster,
}

/// Where a cue stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueState {
    /// Which.
    pub cue: Cue,
    /// The step of [`LADDER`] that it waits on; none before its first answer.
    pub step: Option<usize>,
    /// When it is to be reviewed; at once before its first answer.
    pub due: Option<Day>,
    /// Answers about it, and how many of them were wrong.
    pub answers: (usize, usize),
    /// The days of right answers to unseen items since the last wrong one, each once.
    run: Vec<Day>,
    /// The poles that were seen in that run: good, bad.
    poles: [bool; 2],
}

impl CueState {
    fn new(cue: Cue) -> Self {
        CueState { cue, step: None, due: None, answers: (0, 0), run: Vec::new(), poles: [false; 2] }
    }

    /// Three unseen right in a row on separate days, both poles among them. In a row: by guessing
    /// alone three right ones come about soon.
    pub fn is_mastered(&self) -> bool {
        self.run.len() >= MASTERED && self.poles == [true; 2]
    }

    /// Whether it is to be reviewed by this day.
    pub fn is_due(&self, today: Day) -> bool {
        self.due.is_none_or(|due| due <= today)
    }

    fn answered(&mut self, day: Day, right: bool, pole: Pole, unseen: bool) {
        self.answers.0 += 1;
        self.answers.1 += usize::from(!right);
        let step = match self.step {
            None => 0,
            Some(step) if !right => step.saturating_sub(1),
            // Before its day it was only practised: the wait is what the ladder is made of.
            Some(step) if self.is_due(day) => (step + 1).min(LADDER.len() - 1),
            Some(_) => return self.count(day, right, pole, unseen),
        };
        self.step = Some(step);
        self.due = Some(day.plus(LADDER[step]));
        self.count(day, right, pole, unseen);
    }

    fn count(&mut self, day: Day, right: bool, pole: Pole, unseen: bool) {
        if !unseen {
            return;
        }
        if !right {
            self.run.clear();
            self.poles = [false; 2];
            return;
        }
        if !self.run.contains(&day) {
            self.run.push(day);
        }
        self.poles[usize::from(pole == Pole::Bad)] = true;
    }
}

/// A confident error whose cue is to come back.
#[derive(Clone, Debug)]
struct Debt {
    /// What the item turned on: any of it does.
    cues: Vec<Cue>,
    /// Its place in this session; none of an error of an earlier one.
    at: Option<usize>,
}

/// The confident errors that no later item has come back to, with the session and the place in it.
#[derive(Default)]
struct Debts<'h> {
    open: Vec<(&'h str, usize, Vec<Cue>)>,
    /// How many items each session had.
    places: BTreeMap<&'h str, usize>,
}

impl<'h> Debts<'h> {
    /// Takes an answer in: what its item shows has come back, unless it follows the error too closely;
    /// it may itself be one.
    fn take(&mut self, answer: &'h Answer, item: Option<&Item>) {
        let session = answer.session.as_str();
        let place = self.places.entry(session).or_default();
        let here = *place;
        *place += 1;
        let Some(item) = item else { return };
        self.open.retain(|(of, at, cues)| {
            let too_soon = *of == session && here < at + REPAIR.start();
            too_soon || !shows(item, cues)
        });
        if answer.is_confident_error() {
            self.open.push((session, here, decisive(item)));
        }
    }

    /// As this session sees them.
    fn seen_from(self, session: &str) -> Vec<Debt> {
        let debt = |(of, at, cues): (&str, usize, Vec<Cue>)| Debt { cues, at: (of == session).then_some(at) };
        self.open.into_iter().map(debt).collect()
    }
}

/// What the answers so far make of the next ones. Everything is derived anew from the journal.
#[derive(Clone, Debug)]
pub struct Plan<'b> {
    bank: &'b Bank,
    today: Day,
    seed: u64,
    /// Where each cue stands, in the order of [`Cue::ALL`].
    pub cues: Vec<CueState>,
    /// The stage that was reached.
    pub stage: Stage,
    /// What the session is for: settled when it begins.
    pub kind: Kind,
    /// Whether a cue that was answered before was due when the session began.
    reviews: bool,
    /// The last day on which an item was seen.
    seen: BTreeMap<&'b str, Day>,
    /// The session so far: each item that the bank still has. The place of one that it has no more stays
    /// empty.
    session: Vec<Option<&'b Item>>,
    /// The confident errors whose cue has not come back yet, the earliest first.
    debts: Vec<Debt>,
    suspicious: bool,
    wronged: bool,
    released: bool,
}

impl<'b> Plan<'b> {
    /// The plan of a session, from all that was answered, the session's own answers among it.
    pub fn of(bank: &'b Bank, history: &History, today: Day, profile: &ProfileId, session: &str) -> Self {
        let items = history::by_id(bank);
        let mut plan = Plan {
            bank,
            today,
            seed: seed(profile, session),
            cues: Cue::ALL.iter().map(|cue| CueState::new(*cue)).collect(),
            stage: Stage::Filter,
            kind: Kind::Training,
            reviews: true,
            seen: BTreeMap::new(),
            session: Vec::new(),
            debts: Vec::new(),
            suspicious: false,
            wronged: false,
            released: forms::released(history, today),
        };
        let mut known: Vec<(&Item, &Answer)> = Vec::new();
        let mut debts = Debts::default();
        for answer in &history.answers {
            let here = answer.form.is_none() && answer.session == session;
            let item = items.get(answer.item.as_str()).copied();
            if here {
                if plan.session.is_empty() {
                    plan.begin();
                }
                plan.session.push(item);
            }
            if answer.form.is_none() {
                debts.take(answer, item);
            }
            let Some(item) = item else { continue };
            let unseen = plan.seen.insert(&item.id, answer.day).is_none();
            // A form measures: nothing is said on right or wrong, and nothing is learnt from it.
            if answer.form.is_none() {
                known.push((item, answer));
                plan.take(item, answer, unseen);
            }
        }
        if plan.session.is_empty() {
            plan.begin();
        }
        plan.debts = debts.seen_from(session);
        plan.suspicious = rejects_too_much(&known[known.len().saturating_sub(RECENT)..]);
        plan.wronged = owes_professionals(&known);
        plan
    }

    fn take(&mut self, item: &Item, answer: &Answer, unseen: bool) {
        for state in &mut self.cues {
            if let Some(pole) = item.pole(state.cue) {
                state.answered(answer.day, answer.right, pole, unseen);
            }
        }
        let all_at = |step: usize, grave: bool| {
            let of_these = |c: &&CueState| !grave || c.cue.is_grave();
            self.cues.iter().filter(of_these).all(|c| c.step.is_some_and(|s| s >= step))
        };
        let reached = match () {
            () if all_at(2, false) => Stage::Adapt,
            () if all_at(1, true) => Stage::Evaluate,
            () => Stage::Filter,
        };
        self.stage = self.stage.max(reached);
    }

    /// What a session is for is settled as it begins. Once all is mastered, or too little is left to learn
    /// with, it is to keep what was learnt.
    fn begin(&mut self) {
        let unseen = |i: &&Item| i.pool == Pool::Train && !self.seen.contains_key(i.id.as_str());
        let left = self.bank.items.iter().filter(unseen).count();
        let over = left < SESSION || self.cues.iter().all(CueState::is_mastered);
        self.kind = if over { Kind::Booster } else { Kind::Training };
        let review = |c: &&CueState| c.step.is_some() && self.asks_for(c.cue) && c.is_due(self.today);
        self.reviews = self.cues.iter().any(|c| review(&c));
    }

    /// The cues to be reviewed by today, those that wait longest first. None: the next session gains
    /// nothing today, and the patient may still have it.
    pub fn due(&self) -> Vec<Cue> {
        self.by_need().filter(|c| self.asks_for(c.cue) && c.is_due(self.today)).map(|c| c.cue).collect()
    }

    /// The day of the next review.
    pub fn next_day(&self) -> Day {
        let days = self.cues.iter().filter(|c| self.asks_for(c.cue)).map(|c| c.due.unwrap_or(self.today));
        days.min().unwrap_or(self.today).max(self.today)
    }

    /// When a session helps next, for somebody who has had one before; nothing where there would be no
    /// question then. Never more than an invitation.
    pub fn review(bank: &Bank, history: &History, today: Day, profile: &ProfileId) -> Option<Review> {
        history.trained().next()?;
        let on = |day: Day| Plan::of(bank, history, day, profile, "");
        let now = on(today);
        let due = now.next_day();
        let asks = |plan: &Plan<'_>| plan.next().is_some();
        match due <= today {
            true => asks(&now).then_some(Review::Today),
            false => asks(&on(due)).then_some(Review::On(due)),
        }
    }

    /// The next item; none when the session is full, or when nothing may be asked again yet.
    pub fn next(&self) -> Option<&'b Item> {
        if self.session.len() >= SESSION {
            return None;
        }
        let (wanted, other_too) = self.wanted();
        let repairs = self.repairs();
        let repair = |verdict: Verdict, late: bool| {
            repairs.iter().filter(|(_, last)| *last || !late).find_map(|(cue, _)| self.pick(*cue, verdict))
        };
        // A cue that must come back now does, though good and bad are then not quite as many.
        let repaired = repair(wanted, false)
            .or_else(|| other_too.then(|| repair(wanted.other(), false)).flatten())
            .or_else(|| repair(wanted.other(), true));
        let needed = |verdict: Verdict| self.by_need().find_map(|c| self.pick(c.cue, verdict));
        repaired.or_else(|| needed(wanted)).or_else(|| needed(wanted.other()))
    }

    /// Good or bad, in an order that tells nothing; and whether the other would do as well. The session
    /// is to have as many of each as its kind says.
    fn wanted(&self) -> (Verdict, bool) {
        let good = match self.kind {
            Kind::Training => GOOD_TRAINING,
            Kind::Booster => GOOD_BOOSTER,
        };
        let had = |verdict: Verdict| {
            self.session.iter().filter(|i| i.is_some_and(|i| i.verdict == verdict)).count()
        };
        let good_left = good.saturating_sub(had(Verdict::Reliable)) as u64;
        let bad_left = (SESSION - good).saturating_sub(had(Verdict::Unreliable)) as u64;
        let drawn = self.number(&[b'n', self.session.len() as u8]) % (good_left + bad_left).max(1);
        let wanted = if drawn < good_left { Verdict::Reliable } else { Verdict::Unreliable };
        (wanted, good_left > 0 && bad_left > 0)
    }

    /// A number of this session for a name.
    fn number(&self, name: &[u8]) -> u64 {
        mixed(self.seed ^ fingerprint::number(name.iter().copied()))
    }

    /// The cues of confident errors that may come back now, the earliest error first; and whether this is
    /// the last place for it.
    fn repairs(&self) -> Vec<(Cue, bool)> {
        let now = self.session.len();
        let mut cues = Vec::new();
        for debt in &self.debts {
            let last = match debt.at {
                Some(at) if !REPAIR.contains(&(now - at)) => continue,
                Some(at) => now - at == *REPAIR.end() || now + 1 == SESSION,
                None if now >= CARRIED => continue,
                None => now + 1 == CARRIED,
            };
            cues.extend(debt.cues.iter().map(|cue| (*cue, last)));
        }
        cues
    }

    /// Whether the stage asks for a cue.
    fn asks_for(&self, cue: Cue) -> bool {
        self.stage > Stage::Filter || cue.is_grave()
    }

    /// The cues, the most in need first: those of the stage that are due, the longest wait first; then
    /// those that are not, the soonest first, in the last stage after those that make a video fit a
    /// person.
    fn by_need(&self) -> impl Iterator<Item = &CueState> {
        let fits = |cue| self.stage == Stage::Adapt && [Cue::ForWhom, Cue::Care, Cue::Dose].contains(&cue);
        let mut cues: Vec<&CueState> = self.cues.iter().collect();
        cues.sort_by_key(|c| {
            let due = c.is_due(self.today);
            let place = (!self.asks_for(c.cue), !due, !due && !fits(c.cue), c.due);
            (place, self.number(&[b'c', c.cue as u8]))
        });
        cues.into_iter()
    }

    /// The item that serves a cue best: unseen, or the oldest that was seen long enough ago once the
    /// cue has nothing unseen left.
    fn pick(&self, cue: Cue, verdict: Verdict) -> Option<&'b Item> {
        let may = |i: &Item| self.rank(i.pool).is_some();
        let of_cue: Vec<&Item> = self.bank.items.iter().filter(|i| i.pole(cue).is_some() && may(i)).collect();
        let twin = |item: &Item| self.session.iter().any(|i| i.is_some_and(|i| i.pair_id == item.pair_id));
        let fits = |item: &&&Item| item.verdict == verdict && !twin(item);
        let unseen = |item: &&&Item| !self.seen.contains_key(item.id.as_str());
        if of_cue.iter().any(|item| unseen(&item)) {
            let best = of_cue.iter().filter(fits).filter(unseen).min_by_key(|i| self.place(i, cue));
            return best.copied();
        }
        let last = |item: &&&Item| self.seen.get(item.id.as_str()).copied();
        let long_ago = |i: &&&Item| last(i).is_some_and(|day| self.today.days_since(day) >= AGAIN_DAYS);
        of_cue
            .iter()
            .filter(fits)
            .filter(long_ago)
            .min_by_key(|i| (last(i), self.number(i.id.as_bytes())))
            .copied()
    }

    /// How early a pool is drawn from; none when it is kept back. The boosters are few and meant to last
    /// for months: a session that reviews nothing gets none of them.
    fn rank(&self, pool: Pool) -> Option<u8> {
        match (pool, self.kind) {
            (Pool::Train, Kind::Training) => Some(0),
            (Pool::Train, Kind::Booster) => Some(1),
            (Pool::A | Pool::B | Pool::C, _) => self.released.then_some(1),
            (Pool::Booster, Kind::Training) => self.reviews.then_some(2),
            (Pool::Booster, Kind::Booster) => self.reviews.then_some(0),
        }
    }

    /// Among items that may serve a cue, the smallest comes first.
    fn place(&self, item: &Item, cue: Cue) -> impl Ord + use<> {
        let state = self.cues.iter().find(|c| c.cue == cue);
        let lacks = |pole: Pole| state.is_some_and(|c| !c.poles[usize::from(pole == Pole::Bad)]);
        let good = item.verdict == Verdict::Reliable;
        // To who rejects too much: good ones that have small flaws, and good ones of professionals that
        // were wrongly rejected before.
        let flawed = good && self.suspicious && has_small_flaw(item);
        let professional = good && self.wronged && item.professional;
        let new_pole = item.pole(cue).is_some_and(lacks);
        let serves = self
            .cues
            .iter()
            .filter(|c| self.asks_for(c.cue) && c.is_due(self.today) && item.pole(c.cue).is_some());
        let serves = std::cmp::Reverse(serves.count());
        (self.rank(item.pool), !flawed, !professional, !new_pole, serves, self.number(item.id.as_bytes()))
    }
}

/// Whether an item says something on one of these cues.
fn shows(item: &Item, cues: &[Cue]) -> bool {
    cues.iter().any(|cue| item.pole(*cue).is_some())
}

fn has_small_flaw(item: &Item) -> bool {
    item.cues.iter().any(|mark| !mark.cue.is_grave() && mark.pole == Pole::Bad)
}

/// The cues that an answer turns on: in a bad item its grave signals; in a good one its small flaws,
/// which must not suffice, or else the grave cues as they should be.
pub fn decisive(item: &Item) -> Vec<Cue> {
    let of = |grave: bool, pole: Pole| -> Vec<Cue> {
        let marks = item.cues.iter().filter(|m| m.cue.is_grave() == grave && m.pole == pole);
        marks.map(|m| m.cue).collect()
    };
    match item.verdict {
        Verdict::Unreliable => of(true, Pole::Bad),
        Verdict::Reliable if has_small_flaw(item) => of(false, Pole::Bad),
        Verdict::Reliable => of(true, Pole::Good),
    }
}

/// Whether these answers lean to « pas fiable »: c < 0, which with the log-linear correction is
/// H + F > 1; and it was wrong at least twice, for with few answers one says little.
fn rejects_too_much(answers: &[(&Item, &Answer)]) -> bool {
    let counts = Counts::of(answers.iter().map(|(_, answer)| *answer));
    let (bad, good) = (2 * (counts.bad + 1), 2 * (counts.good + 1));
    let (h, f) = (2 * counts.caught + 1, 2 * counts.rejected + 1);
    counts.rejected >= 2 && h * good + f * bad > bad * good
}

/// Whether more good items of professionals were wrongly rejected than have since been recognised: each
/// wrong rejection is made good by a right answer to another such item.
fn owes_professionals(answers: &[(&Item, &Answer)]) -> bool {
    let mut owed = 0usize;
    for (_, answer) in answers.iter().filter(|(i, _)| i.professional && i.verdict == Verdict::Reliable) {
        owed = if answer.right { owed.saturating_sub(1) } else { owed + 1 };
    }
    owed > 0
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, Life};
    use super::*;
    use proptest::prelude::*;

    fn day(n: i64) -> Day {
        sample::first_day().plus(n)
    }

    fn state(answers: &[(i64, bool)]) -> CueState {
        let mut state = CueState::new(Cue::Pain);
        for (n, (on, right)) in answers.iter().enumerate() {
            state.answered(day(*on), *right, if n % 2 == 0 { Pole::Good } else { Pole::Bad }, true);
        }
        state
    }

    #[test]
    fn the_ladder_waits_1_3_7_21_and_60_days_and_stays_at_60() {
        let mut on = 0;
        let mut state = CueState::new(Cue::Pain);
        for wait in [1, 3, 7, 21, 60, 60, 60] {
            state.answered(day(on), true, Pole::Good, true);
            assert_eq!(state.due, Some(day(on + wait)));
            on += wait;
        }
    }

    #[test]
    fn an_error_drops_one_step_and_no_lower_than_the_first() {
        let climbed = state(&[(0, true), (1, true), (4, true)]);
        assert_eq!((climbed.step, climbed.due), (Some(2), Some(day(11))));
        let mut fallen = climbed;
        for (on, step, due) in [(11, 1, 14), (14, 0, 15), (15, 0, 16)] {
            fallen.answered(day(on), false, Pole::Bad, true);
            assert_eq!((fallen.step, fallen.due), (Some(step), Some(day(due))));
        }
    }

    #[test]
    fn a_right_answer_before_its_day_climbs_nothing_and_a_wrong_one_always_drops() {
        let early = state(&[(0, true), (1, true), (2, true), (3, true)]);
        assert_eq!((early.step, early.due), (Some(1), Some(day(4))));
        assert_eq!(state(&[(0, true), (1, true), (2, false)]).due, Some(day(3)));
    }

    #[test]
    fn mastered_is_three_unseen_right_in_a_row_on_separate_days_with_both_poles() {
        assert!(state(&[(0, true), (1, true), (2, true)]).is_mastered());
        assert!(!state(&[(0, true), (1, true), (1, true)]).is_mastered(), "two days");
        assert!(!state(&[(0, true), (1, true), (2, false), (3, true)]).is_mastered(), "an error between");
        assert!(state(&[(0, false), (1, true), (2, true), (3, true)]).is_mastered());
        let mut one_pole = CueState::new(Cue::Pain);
        let mut seen_before = CueState::new(Cue::Pain);
        for on in 0..5 {
            one_pole.answered(day(on), true, Pole::Good, true);
            seen_before.answered(day(on), true, if on % 2 == 0 { Pole::Good } else { Pole::Bad }, on < 2);
        }
        assert!(!one_pole.is_mastered() && !seen_before.is_mastered());
    }

    #[test]
    fn an_answer_turns_on_what_decides_its_item() {
        let bank = sample::bank();
        for item in &bank.items {
            let cues = decisive(item);
            assert!(!cues.is_empty());
            match item.verdict {
                Verdict::Unreliable => {
                    assert!(cues.iter().all(|c| c.is_grave() && item.pole(*c) == Some(Pole::Bad)))
                }
                Verdict::Reliable => assert!(cues.iter().all(|c| c.is_grave() != has_small_flaw(item))),
            }
        }
    }

    fn plan<'b>(bank: &'b Bank, life: &Life, session: &str) -> Plan<'b> {
        Plan::of(bank, &life.history(), life.today, &ProfileId::first(), session)
    }

    /// Whether these answers, right or wrong in turn, lean to rejecting.
    fn leans(good: &[bool], bad: &[bool]) -> bool {
        let bank = sample::bank();
        let mut life = Life::new(3);
        let of = |v: Verdict| bank.items.iter().filter(move |i| i.pool == Pool::Train && i.verdict == v);
        for (item, right) in of(Verdict::Reliable).zip(good).chain(of(Verdict::Unreliable).zip(bad)) {
            life.answer(item, "s", None, *right, None);
        }
        plan(&bank, &life, "other").suspicious
    }

    #[test]
    fn who_calls_most_things_unreliable_rejects_too_much_and_who_errs_both_ways_does_not() {
        let (yes, no) = (true, false);
        assert!(leans(&[no, no, yes, yes], &[yes, yes, yes, yes]));
        assert!(!leans(&[no, no, yes, yes], &[no, no, yes, yes]));
        assert!(!leans(&[no, yes, yes, yes], &[yes, yes, yes, yes]), "one wrong rejection says little");
        assert!(!leans(&[yes; 4], &[no; 4]));
        assert!(!leans(&[], &[]));
    }

    #[test]
    fn to_who_rejects_too_much_good_items_with_small_flaws_are_served() {
        let bank = sample::bank();
        let mut life = Life::new(5);
        for _ in 0..2 {
            life.session(&bank, |_| (Verdict::Unreliable, None));
            life.today = life.today.plus(1);
        }
        let mut both = 0;
        let mut plan = plan(&bank, &life, "next");
        assert!(plan.suspicious);
        for cue in Cue::ALL {
            let unseen = |i: &&Item| i.pool == Pool::Train && !plan.seen.contains_key(i.id.as_str());
            let fits = |i: &&Item| i.verdict == Verdict::Reliable && i.pole(*cue).is_some();
            let left: Vec<_> = bank.items.iter().filter(unseen).filter(fits).map(has_small_flaw).collect();
            both += usize::from(left.contains(&true) && left.contains(&false));
            if left.contains(&true) {
                assert!(has_small_flaw(plan.pick(*cue, Verdict::Reliable).unwrap()), "{cue:?}");
            }
        }
        assert!(both >= 3, "for {both} cues there was a choice");
        plan.suspicious = false;
        let plain = |cue: &&Cue| plan.pick(**cue, Verdict::Reliable).is_some_and(|i| !has_small_flaw(i));
        assert!(Cue::ALL.iter().filter(plain).count() > 0);
    }

    #[test]
    fn a_wrongly_rejected_professional_comes_back_as_another_good_one() {
        let bank = sample::bank();
        let mut life = Life::new(6);
        let is_one = |i: &&Item| i.pool == Pool::Train && i.professional && i.verdict == Verdict::Reliable;
        life.answer(
            bank.items.iter().find(is_one).unwrap(),
            "x",
            None,
            false,
            Some(history::Confidence::Guess),
        );
        life.today = life.today.plus(1);
        assert!(plan(&bank, &life, "y").wronged);
        let served = life.session(&bank, |item| (item.verdict, None));
        let first_good = served.iter().find(|i| i.verdict == Verdict::Reliable).unwrap();
        assert!(first_good.professional);
        assert!(!plan(&bank, &life, "z").wronged, "made good");
    }

    #[test]
    fn the_stages_open_one_after_the_other_and_never_close() {
        let bank = sample::bank();
        let mut life = Life::new(8);
        let mut reached = vec![Stage::Filter];
        for n in 0..60 {
            life.session(&bank, |item| (if n > 40 { item.verdict.other() } else { item.verdict }, None));
            life.today = life.today.plus(1 + n % 3);
            let now = plan(&bank, &life, "next").stage;
            assert!(now >= *reached.last().unwrap());
            if now != *reached.last().unwrap() {
                reached.push(now);
            }
        }
        assert_eq!(reached, [Stage::Filter, Stage::Evaluate, Stage::Adapt]);
    }

    #[test]
    fn who_has_mastered_all_ten_gets_boosters_two_thirds_of_them_good() {
        let mut bank = sample::bank();
        // Enough to learn with that all can be mastered before it is used up.
        for item in &mut bank.items {
            item.pool = if item.pool == Pool::C { Pool::Booster } else { Pool::Train };
        }
        let mut life = Life::new(9);
        let mut kinds = Vec::new();
        for _ in 0..12 {
            kinds.push(plan(&bank, &life, "next").kind);
            if kinds.last() == Some(&Kind::Booster) {
                break;
            }
            life.session(&bank, |item| (item.verdict, None));
            life.today = life.today.plus(1);
        }
        let left = bank.items.iter().filter(|i| i.pool == Pool::Train).count() - life.history().answers.len();
        assert!(kinds.len() > 3 && left >= SESSION, "mastered after {} sessions", kinds.len());
        assert!(plan(&bank, &life, "next").cues.iter().all(CueState::is_mastered));
        life.today = life.today.plus(60);
        let served = life.session(&bank, |item| (item.verdict, None));
        assert!(served.iter().all(|i| i.pool == Pool::Booster));
        assert_eq!(served.iter().filter(|i| i.verdict == Verdict::Reliable).count(), 4);
        // The next day nothing is due: boosters are not spent, what is left to learn with may be had.
        life.today = life.today.plus(1);
        assert_eq!(plan(&bank, &life, "more").due(), []);
        assert_eq!(plan(&bank, &life, "more").next().map(|i| i.pool), Some(Pool::Train));
    }

    #[test]
    fn filtering_asks_for_grave_cues_only() {
        let bank = sample::bank();
        let life = Life::new(1);
        let plan = plan(&bank, &life, "s");
        assert_eq!(plan.due().len(), 5);
        assert!(plan.due().iter().all(|cue| cue.is_grave()));
        assert_eq!(plan.next_day(), life.today);
    }

    #[test]
    fn after_a_session_nothing_is_due_until_tomorrow_and_another_session_may_still_be_had() {
        let bank = sample::bank();
        let mut life = Life::new(2);
        for _ in 0..2 {
            life.session(&bank, |item| (item.verdict, None));
        }
        let plan = plan(&bank, &life, "more");
        assert_eq!((plan.due(), plan.next_day()), (vec![], life.today.plus(1)));
        assert!(plan.next().is_some());
    }

    #[test]
    fn the_next_review_is_told_from_the_first_session_on_and_only_where_there_is_a_question() {
        let mut bank = sample::bank();
        bank.items.retain(|i| i.pool == Pool::Train);
        let mut life = Life::new(2);
        let when = |life: &Life| Plan::review(&bank, &life.history(), life.today, &ProfileId::first());
        assert_eq!(when(&life), None, "nothing to review yet");
        for _ in 0..2 {
            life.session(&bank, |item| (item.verdict, None));
        }
        assert_eq!(when(&life), Some(Review::On(life.today.plus(1))));
        life.today = life.today.plus(1);
        assert_eq!(when(&life), Some(Review::Today));
        while !life.session(&bank, |item| (item.verdict, None)).is_empty() {}
        assert_eq!(when(&life), None, "all was seen, and nothing may come back tomorrow");
    }

    #[test]
    fn the_same_journal_gives_the_same_item_and_two_patients_get_others() {
        let bank = sample::bank();
        let life = Life::new(4);
        let first = |profile: &str, session: &str| {
            let profile = ProfileId(profile.into());
            Plan::of(&bank, &life.history(), life.today, &profile, session).next().unwrap().id.clone()
        };
        assert_eq!(first("p1", "s"), first("p1", "s"));
        let many: std::collections::BTreeSet<_> = (0..20).map(|n| first(&n.to_string(), "s")).collect();
        assert!(many.len() > 5, "{many:?}");
    }

    #[test]
    fn an_item_of_a_bank_that_has_it_no_more_still_takes_its_place_in_the_session() {
        let bank = sample::bank();
        let mut life = Life::new(4);
        let mut gone = bank.items[0].clone();
        gone.id = "gone".into();
        gone.pool = Pool::Train;
        life.answer(&gone, "s", None, false, None);
        let served = life.session_named(&bank, "s", |item| (item.verdict, None));
        assert_eq!(served.len(), SESSION - 1);
    }

    /// What holds in every session, checked as it is lived. `carried` is what the confident errors of the
    /// session before turned on that did not come back in it; gives the same for the next.
    fn check_session(
        bank: &Bank,
        life: &Life,
        (kind, reviews): (Kind, bool),
        before: &BTreeMap<String, Day>,
        carried: &[Vec<Cue>],
        session: &str,
    ) -> Vec<Vec<Cue>> {
        let items = history::by_id(bank);
        let history = life.history();
        let answers = history.session(session);
        let served: Vec<&Item> = answers.iter().map(|a| items[a.item.as_str()]).collect();
        let mut pairs: Vec<_> = served.iter().map(|i| &i.pair_id).collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), served.len(), "twins in one session");
        if !reviews {
            assert!(served.iter().all(|i| i.pool != Pool::Booster), "a booster where nothing is reviewed");
        }
        for item in &served {
            if let Some(last) = before.get(&item.id) {
                assert!(life.today.days_since(*last) >= AGAIN_DAYS, "{} came back too soon", item.id);
            }
        }
        // As long as there is enough of both to choose from.
        let left = |v: Verdict| {
            let fits = |i: &&Item| i.verdict == v && i.pool == Pool::Train;
            bank.items.iter().filter(fits).filter(|i| !before.contains_key(&i.id)).count()
        };
        let enough = left(Verdict::Reliable).min(left(Verdict::Unreliable)) >= 8;
        if kind == Kind::Training && enough {
            assert_eq!(served.len(), SESSION);
            let good = served.iter().filter(|i| i.verdict == Verdict::Reliable).count();
            let wanted: usize = 3;
            // A cue that must come back may cost one.
            let repairs = answers.iter().filter(|a| a.is_confident_error()).count();
            assert!(good.abs_diff(wanted) <= repairs.min(1), "{good} good ones, {repairs} errors");
        }
        if served.len() < SESSION {
            return vec![];
        }
        // Where there was something to come back with.
        let left = |cues: &[Cue]| {
            bank.items.iter().any(|i| {
                let kept_back = match i.pool {
                    Pool::Train => false,
                    Pool::Booster => !reviews,
                    Pool::A | Pool::B | Pool::C => true,
                };
                let known = before.contains_key(&i.id) || served.iter().any(|s| s.pair_id == i.pair_id);
                shows(i, cues) && !kept_back && !known
            })
        };
        for cues in carried {
            let back = served[..CARRIED].iter().any(|i| shows(i, cues));
            assert!(back || !left(cues), "an error of the session before did not come back");
        }
        let mut unrepaired = Vec::new();
        for (at, answer) in answers.iter().enumerate().filter(|(_, a)| a.is_confident_error()) {
            let cues = decisive(items[answer.item.as_str()]);
            let back = |n: usize| served.get(n).is_some_and(|i| shows(i, &cues));
            if !(at + 2..=at + 4).any(back) {
                assert!(at + 4 >= SESSION || !left(&cues), "the error at {at} did not come back");
                unrepaired.push(cues);
            }
        }
        unrepaired
    }

    #[test]
    fn a_population_of_patients_meets_every_cue_and_nothing_too_soon() {
        // The bank itself, not only one made for tests.
        let bank = Bank::parse(include_bytes!("../../../../content/quiz/items.fr.json")).unwrap();
        for bank in [sample::bank(), bank] {
            let boosters = live(&bank);
            assert!(boosters > 20, "{boosters} booster sessions");
        }
    }

    /// Twenty-four patients, as many sessions each; how many of these were boosters.
    fn live(bank: &Bank) -> usize {
        let mut boosters = 0;
        for patient in 0..24u64 {
            let mut life = Life::new(patient);
            // From those who guess to those who hardly err; every day to every second week.
            let skill = 50 + 5 * (patient % 10);
            let pause = [1, 1, 2, 3, 7, 14][usize::try_from(patient % 6).unwrap()];
            let simple = patient % 4 == 0;
            let mut seen: BTreeMap<String, Day> = BTreeMap::new();
            let mut asked: BTreeMap<Cue, usize> = BTreeMap::new();
            let mut carried = Vec::new();
            for n in 0..24 {
                let session = n.to_string();
                let Plan { kind, reviews, .. } = plan(bank, &life, &session);
                boosters += usize::from(kind == Kind::Booster);
                let mut dice = life.dice();
                let served = life.session_named(bank, &session, |item| {
                    let right = dice.below(100) < skill;
                    let sure = [
                        history::Confidence::Guess,
                        history::Confidence::RatherSure,
                        history::Confidence::Sure,
                    ];
                    let confidence = (!simple).then(|| sure[usize::try_from(dice.below(3)).unwrap()]);
                    (if right { item.verdict } else { item.verdict.other() }, confidence)
                });
                carried = check_session(bank, &life, (kind, reviews), &seen, &carried, &session);
                let held_back = |i: &Item| matches!(i.pool, Pool::A | Pool::B | Pool::C);
                if served.iter().any(held_back) {
                    assert!(forms::released(&life.history(), life.today));
                }
                for item in served {
                    seen.insert(item.id.clone(), life.today);
                    item.cues.iter().for_each(|m| *asked.entry(m.cue).or_default() += 1);
                }
                if n == 3 {
                    let few: Vec<_> =
                        Cue::ALL.iter().filter(|c| asked.get(c).is_none_or(|n| *n < 2)).collect();
                    assert!(few.is_empty(), "patient {patient}: {few:?} hardly came in four sessions");
                }
                life.today = life.today.plus(pause);
            }
        }
        boosters
    }

    #[test]
    fn once_all_was_seen_the_oldest_come_back_after_sixty_days_and_count_for_no_mastery() {
        let mut bank = sample::bank();
        bank.items.retain(|i| i.pool == Pool::Train);
        let mut life = Life::new(3);
        let mut last = usize::MAX;
        for _ in 0..40 {
            last = life.session(&bank, |item| (item.verdict, None)).len();
        }
        assert_eq!(last, 0, "a day is too short to come back");
        assert_eq!(life.history().answers.len(), bank.items.len(), "each was asked once");
        let run = |life: &Life| plan(&bank, life, "x").cues.iter().map(|c| c.run.len()).max().unwrap();
        assert_eq!(run(&life), 1);
        life.today = life.today.plus(AGAIN_DAYS - 1);
        assert_eq!(plan(&bank, &life, "x").next(), None);
        life.today = life.today.plus(1);
        let back = life.session(&bank, |item| (item.verdict, None));
        assert_eq!(back.len(), SESSION);
        assert_eq!(run(&life), 1, "seen before");
    }

    proptest! {
        #[test]
        fn whenever_a_session_is_left_its_confident_errors_come_back_in_it_or_first_in_the_next(
            right in prop::collection::vec(any::<bool>(), SESSION), upto in 1usize..=SESSION, seed in any::<u32>(),
            known in prop::bool::ANY,
        ) {
            let bank = sample::bank();
            let items = history::by_id(&bank);
            let mut life = Life::new(seed.into());
            // With all cues known and none of them due nothing else would bring one back.
            if known {
                life.train(&bank, 2, |_| true);
            }
            let mut says = right.iter();
            let served = life.part_of(&bank, "left", upto, |item| {
                let right = *says.next().unwrap();
                (if right { item.verdict } else { item.verdict.other() }, None)
            });
            let history = life.history();
            let next = life.session_named(&bank, "next", |item| (item.verdict, None));
            for (at, answer) in history.session("left").iter().enumerate().filter(|(_, a)| !a.right) {
                let cues = decisive(items[answer.item.as_str()]);
                let within = served.iter().skip(at + 2).take(3).chain(&next[..CARRIED]);
                prop_assert!(within.into_iter().any(|i| shows(i, &cues)), "{} of {}", at + 1, upto);
            }
        }

        #[test]
        fn whatever_was_answered_the_next_item_is_new_no_twin_and_not_of_a_form(
            picks in prop::collection::vec((0usize..96, any::<bool>(), 0i64..3, 0u64..3), 0..60), session in "[a-c]",
        ) {
            let bank = sample::bank();
            let mut life = Life::new(7);
            for (at, right, wait, in_session) in picks {
                let name = ["a", "b", "c"][usize::try_from(in_session).unwrap()];
                life.answer(&bank.items[at], name, None, right, None);
                life.today = life.today.plus(wait);
            }
            let plan = plan(&bank, &life, &session);
            let history = life.history();
            let seen = |id: &str| history.answers.iter().any(|a| a.item == id);
            if let Some(next) = plan.next() {
                prop_assert!(history.session(&session).len() < SESSION);
                let same = plan.session.iter().any(|i| i.is_some_and(|i| i.pair_id == next.pair_id));
                prop_assert!(!same);
                if seen(&next.id) {
                    let last = history.answers.iter().filter(|a| a.item == next.id).map(|a| a.day).max();
                    prop_assert!(life.today.days_since(last.unwrap()) >= AGAIN_DAYS);
                }
                if !forms::released(&history, life.today) {
                    prop_assert!(matches!(next.pool, Pool::Train | Pool::Booster));
                }
            }
        }
    }

    #[test]
    fn after_two_thousand_answers_there_is_still_a_plan() {
        let bank = sample::bank();
        let mut life = Life::new(1);
        for n in 0..2_000 {
            life.answer(&bank.items[n % bank.items.len()], &(n / 6).to_string(), None, true, None);
            life.today = life.today.plus(i64::from(n % 6 == 5));
        }
        let plan = plan(&bank, &life, "new");
        assert!(plan.next().is_none_or(|item| item.pool == Pool::Train));
    }
}
