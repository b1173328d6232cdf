//! A bank and patients' lives for the tests of the quiz.

use super::{
    history::{Answer, Confidence, History, Learning, Moment, mixed},
    item::{
        Action, Age, Bank, Cue, CueMark, Feedback, Gender, Hair, Item, Outfit, Person, Platform, Pole, Pool,
        Pose, Risk, Scene, Setting, Status, Topic, Verdict,
    },
    schedule::{Plan, SESSION},
};
use crate::{calendar::Day, journal::Event, json::Json, ports::memory::FixedClock, profile::ProfileId};

/// 48 twin pairs: 32 items to train with, 16 boosters, three forms of 16; half of each good, twins
/// never in one form.
pub fn bank() -> Bank {
    let mut items = Vec::new();
    for pair in 0..48 {
        let (good, bad) = match pair {
            0..24 => ([Pool::A, Pool::B, Pool::C][pair % 3], [Pool::B, Pool::C, Pool::A][pair % 3]),
            24..40 => (Pool::Train, Pool::Train),
            _ => (Pool::Booster, Pool::Booster),
        };
        items.push(item(pair, good, Verdict::Reliable));
        items.push(item(pair, bad, Verdict::Unreliable));
    }
    Bank { format: 1, lang: "fr".into(), sources: vec![], items }
}

fn item(pair: usize, pool: Pool, verdict: Verdict) -> Item {
    let good = verdict == Verdict::Reliable;
    let pole = |is_good: bool| if is_good { Pole::Good } else { Pole::Bad };
    let (grave, small) = (|n: usize| Cue::ALL[n % 5], |n: usize| Cue::ALL[5 + n % 5]);
    let flaw = good == pair.is_multiple_of(2);
    let cues = [
        (grave(pair), pole(good)),
        (grave(pair + 1), Pole::Good),
        (grave(pair + 2), Pole::Good),
        (small(pair), Pole::Good),
        (small(pair + 2), pole(!flaw)),
    ];
    let mark = |(cue, pole)| CueMark { cue, pole, segment: None, why: String::new() };
    let person = Person {
        age: Age::Older,
        gender: Gender::Woman,
        hair: Hair::Short,
        outfit: Outfit::Cardigan,
        skin: 1,
    };
    Item {
        id: format!("p{pair:02}{}", if good { 'a' } else { 'b' }),
        version: 1,
        lang: "fr".into(),
        pair_id: format!("p{pair:02}"),
        pool,
        verdict,
        topic: Topic::Knee,
        risk_level: Risk::Low,
        professional: pair.is_multiple_of(3),
        scene: Scene {
            alt: String::new(),
            platform: Platform::Short,
            setting: Setting::Kitchen,
            pose: Pose::Talk,
            person,
            duration: 30,
            views: 900,
        },
        segments: vec![],
        cues: cues.into_iter().map(mark).collect(),
        decoys: vec![],
        feedback: Feedback { verdict: String::new(), rule: String::new(), action: Action::Ask },
        sources: vec![],
        status: Status::Draft,
        review_due: "2027-11".into(),
    }
}

/// The day on which every life begins.
pub fn first_day() -> Day {
    Day::of(1_795_336_200_000, 60)
}

/// Throws dice: SplitMix64 from a fixed seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(mixed(seed))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// A number from the standard normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let mut unit = || (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let (u, v) = (1.0 - unit(), unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// A patient with a journal.
pub struct Life {
    pub today: Day,
    pub events: Vec<Event>,
    seed: u64,
    named: u64,
}

impl Life {
    pub fn new(seed: u64) -> Self {
        Life { today: first_day(), events: Vec::new(), seed, named: 0 }
    }

    pub fn history(&self) -> History {
        History::of(&self.events)
    }

    pub fn dice(&mut self) -> Dice {
        self.named += 1;
        Dice::new(self.seed << 32 | self.named)
    }

    /// Writes an event of today.
    pub fn write(&mut self, what: &Learning) {
        let now_ms = 1_795_336_200_000 + i64::try_from(self.events.len()).unwrap();
        let clock = FixedClock { now_ms, offset_min: 60 };
        let event =
            Event::of(&clock, ProfileId::first(), mixed(self.seed ^ now_ms.unsigned_abs()), what.to_json());
        self.events.push(Event { day: self.today, ..event });
    }

    pub fn answer(
        &mut self,
        item: &Item,
        session: &str,
        form: Option<Moment>,
        right: bool,
        confidence: Option<Confidence>,
    ) {
        let verdict = if right { item.verdict } else { item.verdict.other() };
        self.write(&Learning::QuizAnswered {
            session: session.into(),
            item: item.id.clone(),
            version: item.version,
            pool: item.pool,
            form,
            verdict,
            right,
            confidence,
            segments: vec![],
            missing: vec![],
        });
    }

    /// A session as far as there are items, under a name; `says` answers each. Gives what was served.
    pub fn session_named(
        &mut self,
        bank: &Bank,
        session: &str,
        says: impl FnMut(&Item) -> (Verdict, Option<Confidence>),
    ) -> Vec<Item> {
        // Once more than there are questions: it must end by itself.
        self.part_of(bank, session, SESSION + 1, says)
    }

    /// The same, left after so many questions.
    pub fn part_of(
        &mut self,
        bank: &Bank,
        session: &str,
        upto: usize,
        mut says: impl FnMut(&Item) -> (Verdict, Option<Confidence>),
    ) -> Vec<Item> {
        let mut served = Vec::new();
        for _ in 0..upto {
            let profile = ProfileId(self.seed.to_string());
            let plan = Plan::of(bank, &self.history(), self.today, &profile, session);
            let Some(item) = plan.next() else { break };
            let (verdict, confidence) = says(item);
            self.answer(item, session, None, verdict == item.verdict, confidence);
            served.push(item.clone());
        }
        served
    }

    /// A session under a name of its own.
    pub fn session(
        &mut self,
        bank: &Bank,
        says: impl FnMut(&Item) -> (Verdict, Option<Confidence>),
    ) -> Vec<Item> {
        self.named += 1;
        let name = format!("{}-{}", self.seed, self.named);
        self.session_named(bank, &name, says)
    }

    /// Sessions of today.
    pub fn train(&mut self, bank: &Bank, sessions: usize, mut right: impl FnMut(&Item) -> bool) {
        for _ in 0..sessions {
            self.session(bank, |i| (if right(i) { i.verdict } else { i.verdict.other() }, None));
        }
    }
}

/// An answer as the journal gives it.
pub fn answer(item: &Item, right: bool, confidence: Option<Confidence>) -> Answer {
    let mut life = Life::new(1);
    life.answer(item, "s", None, right, confidence);
    life.history().answers.remove(0)
}
