//! The guided session: the prescription flattened into sets, and the player that paces them.
//!
//! People exercise faster at home than they were shown, so the player keeps the prescribed pace. It
//! has no clock: each tick and each command brings a monotonic time in milliseconds
//! (`performance.now()`), and cues come back for the caller to say, beep, vibrate and write down.
//!
//! A count's time is always computed from the moment its set began, never added up tick by tick, so
//! nothing drifts. A repetition is counted when it is done, not when it begins: what was counted was
//! done, and what was interrupted is not counted.

use crate::{
    journal::{Event, Side, What},
    kit::{Company, Exercise, Kit},
};

/// Seconds of warning before a set, and before it goes on after a pause: the phone must go back to
/// the table and the patient into position.
pub const GET_READY_S: u32 = 5;
/// Seconds to change sides. Not a rest: the other side has just rested. It is the time to hear it,
/// put the foot down, find the support again and settle.
pub const CHANGE_SIDE_S: u32 = 8;
/// Seconds of movement of a repetition when the kiné prescribed none: about two to go and two to
/// come back, which is slow without being wearisome.
pub const TEMPO_S: u32 = 4;
/// Longest time in milliseconds between two ticks that still counts as having watched. After more,
/// the phone slept or the tab was frozen: the player pauses at what it had seen.
pub const LATE_MS: i64 = 2_000;
/// An interrupted session is offered again for this long, in milliseconds: three hours.
pub const RESUME_WITHIN_MS: i64 = 3 * 3_600_000;

/// The prescribed pace, in percent of the prescribed time of a movement.
const USUAL_PACE: u32 = 100;
/// One tap on « plus lentement ».
const SLOWER_BY: u32 = 25;
/// The slowest pace: twice the time.
const SLOWEST_PACE: u32 = 200;

// What `clinic publish` accepts. A stranger's kit can say anything, and the plan must stay small.
const MOST_SETS: u32 = 20;
const MOST_REPS: u32 = 100;
const LONGEST_S: u32 = 600;
const LONGEST_TEMPO_S: u32 = 60;

/// One set of one exercise for one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSet {
    /// The exercise.
    pub exercise: String,
    /// From 1. Both sides of an exercise share the number.
    pub set: u32,
    /// For which side.
    pub side: Side,
    /// Repetitions, at least 1.
    pub reps: u32,
    /// Seconds of movement in each repetition, there and back; 0 where only a position is held.
    pub move_s: u32,
    /// Seconds to hold in the middle of each repetition; 0 where nothing is held.
    pub hold_s: u32,
    /// Seconds of rest prescribed between the sets of this exercise.
    pub rest_s: u32,
    /// Whether the exercise has an easier variant.
    pub has_easier: bool,
}

impl PlannedSet {
    /// The movement of one repetition in milliseconds: on the way, and on the way back.
    fn ways_ms(&self, pace: u32) -> (i64, i64) {
        // 1000 ms × pace / 100.
        let all = i64::from(self.move_s) * i64::from(pace) * 10;
        (all / 2, all - all / 2)
    }

    fn hold_ms(&self) -> i64 {
        i64::from(self.hold_s) * 1000
    }

    /// One repetition in milliseconds. Only movement is slowed down: a longer hold would be another
    /// dose.
    fn rep_ms(&self, pace: u32) -> i64 {
        let (there, back) = self.ways_ms(pace);
        there + self.hold_ms() + back
    }

    /// Which set this is, whoever did it.
    fn is(&self, exercise: &str, set: u32, side: Side) -> bool {
        self.exercise == exercise && self.set == set && self.side == side
    }
}

/// What a session is made of, set by set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they are done.
    pub sets: Vec<PlannedSet>,
}

impl Plan {
    /// The sets of these exercises, in their order.
    ///
    /// - An exercise that is never done at home has none.
    /// - With `each_side` a set is done left, then right, before the next one.
    /// - No `reps` means 1.
    /// - With a hold, a repetition is: half of the movement, the hold, the other half. The hold never
    ///   eats into the movement's time, so neither number is ever hurried.
    /// - No `tempo_s` means [`TEMPO_S`]. But a position that is held only once needs no movement: one
    ///   settles into it while the countdown runs.
    ///
    /// Whether contraindications were acknowledged is for the page to ask before.
    pub fn of(exercises: &[&Exercise]) -> Plan {
        let mut sets = Vec::new();
        for exercise in exercises.iter().filter(|e| e.do_with != Company::Never) {
            let dose = &exercise.dosage;
            let reps = dose.reps.unwrap_or(1).clamp(1, MOST_REPS);
            let hold_s = dose.hold_s.unwrap_or(0).min(LONGEST_S);
            let move_s = match dose.tempo_s {
                Some(tempo) => tempo.clamp(1, LONGEST_TEMPO_S),
                None if hold_s > 0 && reps == 1 => 0,
                None => TEMPO_S,
            };
            let sides: &[Side] = if dose.each_side { &[Side::Left, Side::Right] } else { &[Side::Both] };
            for set in 1..=dose.sets.min(MOST_SETS) {
                for side in sides {
                    sets.push(PlannedSet {
                        exercise: exercise.id.clone(),
                        set,
                        side: *side,
                        reps,
                        move_s,
                        hold_s,
                        rest_s: dose.rest_s.unwrap_or(0).min(LONGEST_S),
                        has_easier: exercise.easier.is_some(),
                    });
                }
            }
        }
        Plan { sets }
    }

    /// The plan of a session that began with these exercises, as its `SessionStarted` says. What the
    /// kit does not hold any more is left out.
    pub fn of_session(kit: &Kit, exercises: &[String]) -> Plan {
        let found: Vec<&Exercise> = exercises.iter().filter_map(|id| kit.exercise(id)).collect();
        Plan::of(&found)
    }

    /// The exercises that have sets, in order, each once: for `SessionStarted`.
    pub fn exercises(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.sets.iter().map(|s| s.exercise.clone()).collect();
        ids.dedup();
        ids
    }

    /// Seconds that the session takes at the usual pace, without the waits for the patient.
    pub fn duration_s(&self) -> u32 {
        let mut before: Option<&PlannedSet> = None;
        let mut total = 0u32;
        for set in &self.sets {
            let wait = before.map_or(GET_READY_S, |b| wait_between(b, set).1);
            let work = (set.move_s + set.hold_s) * set.reps;
            total = total.saturating_add(wait + work);
            before = Some(set);
        }
        total
    }
}

/// What the player waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Ready,
    Change,
    Rest,
}

/// What lies between two sets, and its seconds. A set never begins with less than [`GET_READY_S`]
/// of warning, however short the rest.
fn wait_between(before: &PlannedSet, next: &PlannedSet) -> (Wait, u32) {
    if before.exercise != next.exercise {
        (Wait::Ready, GET_READY_S)
    } else if before.set == next.set {
        (Wait::Change, CHANGE_SIDE_S)
    } else if next.rest_s > GET_READY_S {
        (Wait::Rest, next.rest_s)
    } else {
        (Wait::Ready, GET_READY_S)
    }
}

/// Why the player stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Before an exercise, or before an interrupted session goes on: the patient says when, for one
    /// may have to walk from the chair to the sink, and the page may have something to ask.
    Start,
    /// The patient asked for it.
    Asked,
    /// Nobody watched for more than [`LATE_MS`].
    Late,
}

/// What the player is doing, as of the last tick. Seconds are whole and count down to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A set begins, or goes on, in so many seconds.
    GetReady {
        /// Seconds left.
        left: u32,
    },
    /// A movement is under way.
    Rep {
        /// Which repetition, from 1.
        n: u32,
    },
    /// A position is being held.
    Hold {
        /// Which repetition, from 1.
        n: u32,
        /// Seconds left.
        left: u32,
    },
    /// The other side is next.
    ChangeSide {
        /// The side to change to.
        to: Side,
        /// Seconds left.
        left: u32,
    },
    /// Between two sets.
    Rest {
        /// Seconds left.
        left: u32,
    },
    /// Standing still until [`Command::Resume`].
    Paused {
        /// Why.
        why: Why,
    },
    /// STOP: for good.
    Stopped,
    /// Nothing is left to do.
    Done,
}

/// Something that has just happened, to be said, shown and written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// So many seconds until a set begins or goes on.
    ReadySecond(u32),
    /// So many seconds of rest left.
    RestSecond(u32),
    /// Now: the set begins, or goes on after a pause.
    Start,
    /// So many seconds left to hold.
    HoldSecond(u32),
    /// The repetition of this number is done.
    Count(u32),
    /// Half of a set is done: of four repetitions or more, or of a single hold of 20 s or more.
    Halfway,
    /// A set is done.
    SetDone {
        /// The exercise.
        exercise: String,
        /// From 1.
        set: u32,
        /// For which side.
        side: Side,
        /// Repetitions counted: all that were prescribed, unless the patient ended the set.
        reps: u32,
        /// Seconds held in each.
        hold_s: u32,
        /// At least one repetition was of the easier variant.
        easier: bool,
    },
    /// The next set is for this side.
    ChangeSide(Side),
    /// All sets of an exercise are done.
    ExerciseDone {
        /// The exercise.
        exercise: String,
    },
    /// What was left of an exercise was passed over.
    ExerciseSkipped {
        /// The exercise.
        exercise: String,
    },
    /// Nothing is left to do.
    SessionDone,
}

impl Cue {
    /// What the journal keeps of it.
    pub fn what(&self, kit: &str, session: &str) -> Option<What> {
        let (kit, session) = (kit.to_owned(), session.to_owned());
        match self {
            Cue::SetDone { exercise, set, side, reps, hold_s, easier } => Some(What::SetDone {
                kit,
                session,
                exercise: exercise.clone(),
                set: *set,
                side: *side,
                reps: *reps,
                hold_s: *hold_s,
                easier: *easier,
            }),
            Cue::ExerciseSkipped { exercise } => {
                Some(What::ExerciseSkipped { kit, session, exercise: exercise.clone() })
            }
            Cue::SessionDone => Some(What::SessionEnded { kit, session }),
            _ => None,
        }
    }
}

/// What the patient can ask of the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Stand still. A movement under way begins again afterwards, for nobody stays in the middle of
    /// one; seconds already held stay held.
    Pause,
    /// Begin, or go on, after [`GET_READY_S`].
    Resume,
    /// Pass over what is left of this exercise. What was not done is not counted.
    SkipExercise,
    /// No more rest than [`GET_READY_S`].
    SkipRest,
    /// « J’ai fini cette série »: what was counted is kept, and the repetition under way, for the
    /// patient says that it is done. Before the set began it does nothing.
    FinishSet,
    /// A quarter of the prescribed time more for each movement, up to twice that time.
    Slower,
    /// Back to the prescribed pace.
    UsualPace,
    /// The easier variant, or back from it; for this exercise only.
    Easier(bool),
    /// STOP. Nothing follows.
    Stop,
}

/// How the film or drawing of one repetition is to be shown at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Picture {
    /// How far through its loop, from 0 to below 1.
    pub phase: f64,
    /// How fast, 1 being its own speed; 0: it stands still.
    pub rate: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Running,
    Paused(Why),
    Stopped,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// A countdown; so many of its seconds were told.
    Wait { kind: Wait, length_s: u32, told: u32 },
    /// The set itself. Never while paused: a pause turns it into a countdown that leads back.
    Set,
}

/// Runs through a plan.
#[derive(Clone, Debug)]
pub struct Player {
    plan: Plan,
    /// Which sets are done or passed over.
    settled: Vec<bool>,
    /// The set under way or waited for.
    at: usize,
    stage: Stage,
    mode: Mode,
    /// When the stage began, in the caller's milliseconds; of a set that was interrupted, when it
    /// would have begun had it run through.
    anchor: i64,
    /// The latest time that came in.
    seen: i64,
    /// Where in the set it goes on after the countdown, in milliseconds.
    into: i64,
    /// Repetitions of this set that were counted.
    counted: u32,
    /// Seconds of the current hold that were told.
    held: u32,
    /// A counted repetition of this set was easier.
    eased: bool,
    easier: bool,
    pace: u32,
}

impl Player {
    /// A player that waits for the first [`Command::Resume`]; done at once when there is nothing to do.
    pub fn new(plan: Plan) -> Player {
        let settled = vec![false; plan.sets.len()];
        let mode = if plan.sets.is_empty() { Mode::Done } else { Mode::Paused(Why::Start) };
        Player {
            plan,
            settled,
            at: 0,
            stage: READY,
            mode,
            anchor: 0,
            seen: i64::MIN,
            into: 0,
            counted: 0,
            held: 0,
            eased: false,
            easier: false,
            pace: USUAL_PACE,
        }
    }

    /// The player of a session that a reload, a call or a dead battery interrupted, from the journal
    /// alone. Sets that were done are not asked again, in whatever tab they were done. The interrupted
    /// set begins again at its first repetition: what was done of it was not written down, the muscle
    /// has rested since, and a few repetitions more do less harm than a count that lies.
    ///
    /// When the player is [`State::Done`] and the journal has no `SessionEnded`, the session died
    /// between its last set and that event: write it.
    pub fn resume_from(plan: Plan, session: &str, events: &[Event]) -> Player {
        let mut player = Player::new(plan);
        let mut ended = player.mode == Mode::Done;
        let mut stopped = false;
        // Which exercise was last done in its easier variant or not; the greatest id is the latest.
        let mut eased: Option<(&str, String, bool)> = None;
        for event in events.iter().filter(|e| e.what.get("session").as_str() == Some(session)) {
            match event.read() {
                Some(What::SetDone { exercise, set, side, easier, .. }) => {
                    player.settle(|s| s.is(&exercise, set, side));
                    if eased.as_ref().is_none_or(|(id, ..)| *id < event.id.as_str()) {
                        eased = Some((&event.id, exercise, easier));
                    }
                }
                Some(What::ExerciseSkipped { exercise, .. }) => player.settle(|s| s.exercise == exercise),
                Some(What::Stopped { .. }) => stopped = true,
                Some(What::SessionEnded { .. }) => ended = true,
                _ => {}
            }
        }
        let open = player.first_open();
        player.at = open.unwrap_or(0);
        player.easier = player.current().is_some_and(|s| {
            s.has_easier && eased.is_some_and(|(_, exercise, easier)| easier && exercise == s.exercise)
        });
        if stopped {
            player.mode = Mode::Stopped;
        } else if ended || open.is_none() {
            player.mode = Mode::Done;
        }
        player
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The set under way or waited for; nothing in an empty plan.
    pub fn current(&self) -> Option<&PlannedSet> {
        self.plan.sets.get(self.at)
    }

    /// Sets done or passed over.
    pub fn settled(&self) -> usize {
        self.settled.iter().filter(|s| **s).count()
    }

    /// Repetitions of the current set that were counted.
    pub fn counted(&self) -> u32 {
        self.counted
    }

    /// Time of a movement in percent of the prescribed: 100 to 200.
    pub fn pace(&self) -> u32 {
        self.pace
    }

    /// Whether the easier variant is on.
    pub fn is_easier(&self) -> bool {
        self.easier
    }

    /// What it is doing, as of the last tick.
    pub fn state(&self) -> State {
        let (Mode::Running, Some(set)) = (self.mode, self.current()) else {
            return match self.mode {
                Mode::Paused(why) => State::Paused { why },
                Mode::Stopped => State::Stopped,
                Mode::Done | Mode::Running => State::Done,
            };
        };
        let e = self.seen - self.anchor;
        match self.stage {
            Stage::Wait { kind, length_s, .. } => {
                let left = seconds_left(i64::from(length_s) * 1000 - e);
                match kind {
                    Wait::Ready => State::GetReady { left },
                    Wait::Change => State::ChangeSide { to: set.side, left },
                    Wait::Rest => State::Rest { left },
                }
            }
            Stage::Set => {
                let n = self.counted + 1;
                let into = e - i64::from(self.counted) * set.rep_ms(self.pace) - set.ways_ms(self.pace).0;
                if (0..set.hold_ms()).contains(&into) {
                    State::Hold { n, left: seconds_left(set.hold_ms() - into) }
                } else {
                    State::Rep { n }
                }
            }
        }
    }

    /// How to show the film or drawing, of which one loop takes `natural_ms` at its own speed.
    ///
    /// It runs with the movement, and stands still at its middle while a position is held there, and
    /// wherever nothing moves. A position that is held without a movement has no tempo to show: the
    /// loop then runs at its own speed.
    pub fn picture(&self, natural_ms: u32) -> Picture {
        let natural = i64::from(natural_ms.max(1));
        let still = |phase| Picture { phase, rate: 0.0 };
        let Some(set) = self.current() else { return still(0.0) };
        let within = match self.stage {
            Stage::Wait { .. } => self.into,
            Stage::Set => self.seen - self.anchor,
        } - i64::from(self.counted) * set.rep_ms(self.pace);
        let runs = self.mode == Mode::Running && self.stage == Stage::Set;
        let (there, back) = set.ways_ms(self.pace);
        let moves = there + back;
        if moves == 0 {
            let phase = part(within.rem_euclid(natural), natural);
            return if runs { Picture { phase, rate: 1.0 } } else { still(phase) };
        }
        let held = set.hold_ms();
        let rate = part(natural, moves);
        match within {
            w if w < there && runs => Picture { phase: part(w, moves), rate },
            w if w < there => still(part(w, moves)),
            w if w < there + held => still(part(there, moves)),
            w if runs => Picture { phase: part((w - held).min(moves - 1), moves), rate },
            w => still(part((w - held).min(moves - 1), moves)),
        }
    }

    /// The time is `now_ms`: what has happened since the last tick, in order. To be called at least
    /// every second while the session runs, more often for counts on time. A time that does not go
    /// forward is ignored.
    ///
    /// After more than [`LATE_MS`] nobody saw what happened: nothing is counted and the player pauses.
    /// Only a rest that is not over yet goes on, for resting needs no watching.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Cue> {
        let mut cues = Vec::new();
        if now_ms <= self.seen {
            return cues;
        }
        let late = now_ms.saturating_sub(self.seen) > LATE_MS;
        let rests = matches!(self.stage, Stage::Wait { kind: Wait::Rest, .. });
        if self.mode != Mode::Running {
            self.seen = now_ms;
        } else if late && !(rests && now_ms < self.anchor + self.wait_ms()) {
            // The rest was had all the same, asleep or not.
            self.seen = if rests { now_ms } else { self.seen };
            self.halt(Why::Late);
            self.seen = now_ms;
        } else {
            self.seen = now_ms;
            self.advance(&mut cues);
        }
        cues
    }

    /// The patient asks for something at `now_ms`; first comes what has happened until then. What
    /// makes no sense now does nothing.
    pub fn act(&mut self, command: Command, now_ms: i64) -> Vec<Cue> {
        let mut cues = self.tick(now_ms);
        if matches!(self.mode, Mode::Stopped | Mode::Done) {
            return cues;
        }
        match command {
            Command::Pause if self.mode == Mode::Running => self.halt(Why::Asked),
            Command::Resume if self.mode != Mode::Running => {
                self.mode = Mode::Running;
                self.anchor = self.seen;
            }
            Command::SkipExercise => self.skip(&mut cues),
            Command::SkipRest => {
                let rests = matches!(self.stage, Stage::Wait { kind: Wait::Rest, .. });
                let left = self.anchor + self.wait_ms() - self.seen;
                let long = left > i64::from(GET_READY_S) * 1000 || self.mode != Mode::Running;
                if rests && long {
                    self.stage = READY;
                    self.anchor = self.seen;
                }
            }
            Command::FinishSet => self.finish_set(&mut cues),
            Command::Slower => self.set_pace((self.pace + SLOWER_BY).min(SLOWEST_PACE)),
            Command::UsualPace => self.set_pace(USUAL_PACE),
            Command::Easier(on) => self.easier = on && self.current().is_some_and(|s| s.has_easier),
            Command::Stop => self.mode = Mode::Stopped,
            Command::Pause | Command::Resume => {}
        }
        self.advance(&mut cues);
        cues
    }

    /// Length of the countdown under way; 0 in a set.
    fn wait_ms(&self) -> i64 {
        match self.stage {
            Stage::Wait { length_s, .. } => i64::from(length_s) * 1000,
            Stage::Set => 0,
        }
    }

    fn first_open(&self) -> Option<usize> {
        self.settled.iter().position(|settled| !settled)
    }

    fn settle(&mut self, which: impl Fn(&PlannedSet) -> bool) {
        for (set, settled) in self.plan.sets.iter().zip(&mut self.settled) {
            *settled |= which(set);
        }
    }

    /// Stands still, and prepares how it goes on.
    fn halt(&mut self, why: Why) {
        self.mode = Mode::Paused(why);
        let e = self.seen - self.anchor;
        self.stage = match self.stage {
            Stage::Wait { kind: Wait::Ready, .. } => READY,
            Stage::Wait { kind, length_s, .. } => {
                let left = seconds_left(i64::from(length_s) * 1000 - e);
                Stage::Wait { kind, length_s: left.max(GET_READY_S), told: 0 }
            }
            Stage::Set => {
                self.into = self.rewound(e);
                READY
            }
        };
    }

    /// The moment of the set at which it goes on after a pause at `e`: the piece of the repetition
    /// that was under way (there, a second of the hold, back) is begun again.
    fn rewound(&self, e: i64) -> i64 {
        let Some(set) = self.current() else { return 0 };
        let begun = i64::from(self.counted) * set.rep_ms(self.pace);
        let (there, hold) = (set.ways_ms(self.pace).0, set.hold_ms());
        let into_hold = e - begun - there;
        begun
            + if hold == 0 || into_hold < 0 {
                0
            } else if into_hold < hold {
                there + into_hold / 1000 * 1000
            } else {
                there + hold
            }
    }

    /// Changes the pace from here on: what is done of the movement stays done.
    fn set_pace(&mut self, pace: u32) {
        let Some(set) = self.current() else { return };
        let n = i64::from(self.counted);
        let (there, back) = set.ways_ms(self.pace);
        let (new_there, new_back) = set.ways_ms(pace);
        let moved = |e: i64| {
            let within = e - n * set.rep_ms(self.pace);
            let hold_end = there + set.hold_ms();
            n * set.rep_ms(pace)
                + if within < there {
                    within * new_there / there
                } else if within < hold_end || back == 0 {
                    new_there + within - there
                } else {
                    new_there + set.hold_ms() + (within - hold_end) * new_back / back
                }
        };
        match self.stage {
            Stage::Wait { .. } => self.into = moved(self.into),
            Stage::Set => self.anchor = self.seen - moved(self.seen - self.anchor),
        }
        self.pace = pace;
    }

    fn skip(&mut self, cues: &mut Vec<Cue>) {
        let Some(exercise) = self.current().map(|s| s.exercise.clone()) else { return };
        self.settle(|s| s.exercise == exercise);
        cues.push(Cue::ExerciseSkipped { exercise });
        self.go_on(self.seen, cues);
    }

    /// All that falls due until the last tick.
    fn advance(&mut self, cues: &mut Vec<Cue>) {
        while self.mode == Mode::Running {
            let e = self.seen - self.anchor;
            let due = match self.stage {
                Stage::Wait { kind, length_s, told } => self.count_down(kind, length_s, told, e, cues),
                Stage::Set => self.count(e, cues),
            };
            if !due {
                return;
            }
        }
    }

    /// Tells the second of a countdown; true when the set begins. Of several seconds in one tick only
    /// the last is told: nobody can use three numbers at once.
    fn count_down(&mut self, kind: Wait, length_s: u32, told: u32, e: i64, cues: &mut Vec<Cue>) -> bool {
        let length_ms = i64::from(length_s) * 1000;
        if e >= length_ms {
            self.anchor += length_ms - self.into;
            self.into = 0;
            self.stage = Stage::Set;
            cues.push(Cue::Start);
            return true;
        }
        let left = seconds_left(length_ms - e);
        if length_s - left >= told {
            self.stage = Stage::Wait { kind, length_s, told: length_s - left + 1 };
            cues.push(if kind == Wait::Rest { Cue::RestSecond(left) } else { Cue::ReadySecond(left) });
        }
        false
    }

    /// Counts what was done of the set until `e`; true when the set is over.
    fn count(&mut self, e: i64, cues: &mut Vec<Cue>) -> bool {
        let Some(set) = self.plan.sets.get(self.at) else { return false };
        let rep_ms = set.rep_ms(self.pace);
        let there = set.ways_ms(self.pace).0;
        while self.counted < set.reps {
            let within = e - i64::from(self.counted) * rep_ms;
            if within >= there && self.held < set.hold_s {
                let due = u32::try_from((within - there) / 1000 + 1).unwrap_or(u32::MAX).min(set.hold_s);
                if due > self.held {
                    let half = set.hold_s / 2;
                    cues.push(Cue::HoldSecond(set.hold_s - due + 1));
                    if set.reps == 1 && set.hold_s >= 20 && self.held <= half && due > half {
                        cues.push(Cue::Halfway);
                    }
                    self.held = due;
                }
            }
            if within < rep_ms {
                return false;
            }
            self.counted += 1;
            self.held = 0;
            self.eased |= self.easier;
            cues.push(Cue::Count(self.counted));
            if set.reps >= 4 && self.counted == set.reps.div_ceil(2) {
                cues.push(Cue::Halfway);
            }
        }
        let (reps, ended) = (set.reps, self.anchor + i64::from(set.reps) * rep_ms);
        self.end_set(reps, ended, cues);
        true
    }

    fn finish_set(&mut self, cues: &mut Vec<Cue>) {
        // A pause in the middle of the first repetition leaves no trace but the countdown back to it.
        let halted = matches!(self.mode, Mode::Paused(Why::Asked | Why::Late))
            && matches!(self.stage, Stage::Wait { kind: Wait::Ready, .. });
        let begun = self.stage == Stage::Set || halted || self.into > 0 || self.counted > 0;
        let Some(set) = self.current().filter(|_| begun) else { return };
        let reps = (self.counted + 1).min(set.reps);
        self.eased |= self.easier;
        self.mode = Mode::Running;
        self.end_set(reps, self.seen, cues);
    }

    /// The set is over since `ended`, with so many repetitions.
    fn end_set(&mut self, reps: u32, ended: i64, cues: &mut Vec<Cue>) {
        let Some(set) = self.current() else { return };
        let exercise = set.exercise.clone();
        cues.push(Cue::SetDone {
            exercise: exercise.clone(),
            set: set.set,
            side: set.side,
            reps,
            hold_s: set.hold_s,
            easier: self.eased,
        });
        if let Some(settled) = self.settled.get_mut(self.at) {
            *settled = true;
        }
        if !self.plan.sets.iter().zip(&self.settled).any(|(s, settled)| s.exercise == exercise && !settled) {
            cues.push(Cue::ExerciseDone { exercise });
        }
        self.go_on(ended, cues);
    }

    /// To the next set that is open, from the moment `ended` at which the last one was over.
    fn go_on(&mut self, ended: i64, cues: &mut Vec<Cue>) {
        (self.into, self.counted, self.held, self.eased) = (0, 0, 0, false);
        self.anchor = ended;
        let Some(next) = self.first_open() else {
            self.mode = Mode::Done;
            cues.push(Cue::SessionDone);
            return;
        };
        let (Some(before), Some(set)) = (self.plan.sets.get(self.at), self.plan.sets.get(next)) else {
            return;
        };
        let (kind, length_s) = wait_between(before, set);
        self.stage = Stage::Wait { kind, length_s, told: 0 };
        if before.exercise != set.exercise {
            self.mode = Mode::Paused(Why::Start);
            self.easier = false;
        } else if before.side != set.side {
            cues.push(Cue::ChangeSide(set.side));
        }
        self.at = next;
    }
}

/// The countdown before a set.
const READY: Stage = Stage::Wait { kind: Wait::Ready, length_s: GET_READY_S, told: 0 };

/// Whole seconds that a countdown shows: 4001 to 5000 ms are 5. Never 0 while something is left.
fn seconds_left(ms: i64) -> u32 {
    u32::try_from((ms.max(0) + 999) / 1000).unwrap_or(u32::MAX)
}

/// `a` of `b`, exact enough for a picture.
fn part(a: i64, b: i64) -> f64 {
    a as f64 / b as f64
}

/// A session that began and neither ended nor was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name.
    pub session: String,
    /// What it is made of: for [`Plan::of_session`].
    pub exercises: Vec<String>,
}

/// The latest session of a kit, if it was interrupted within [`RESUME_WITHIN_MS`]. `now_ms` is UTC. By
/// a clock that was set far forward or back meanwhile nothing can be told: then nothing is offered,
/// and the patient begins anew.
pub fn unfinished(events: &[Event], kit_id: &str, now_ms: i64) -> Option<Unfinished> {
    let of_kit = || events.iter().filter(|e| e.what.get("kit").as_str() == Some(kit_id));
    let is = |e: &&Event, kind| e.what.get("kind").as_str() == Some(kind);
    let start = of_kit().filter(|e| is(e, "session-started")).max_by(|a, b| a.id.cmp(&b.id))?;
    let Some(What::SessionStarted { session, exercises, .. }) = start.read() else { return None };
    let mut latest = start;
    for event in of_kit().filter(|e| e.what.get("session").as_str() == Some(&session)) {
        if is(&event, "stopped") || is(&event, "session-ended") {
            return None;
        }
        if event.id > latest.id {
            latest = event;
        }
    }
    (now_ms.abs_diff(latest.at_ms) <= RESUME_WITHIN_MS.unsigned_abs())
        .then_some(Unfinished { session, exercises })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::StopReason,
        kit::Dosage,
        opening::tests::{exercise, kit},
        ports::memory::FixedClock,
        profile::ProfileId,
    };
    use proptest::prelude::*;

    const KIT: &str = "kit-1";
    const SESSION: &str = "s1";

    fn dosed(id: &str, dosage: Dosage) -> Exercise {
        Exercise { dosage, easier: Some("Moins haut.".into()), ..exercise(id) }
    }

    fn reps(sets: u32, reps: u32, tempo_s: u32) -> Dosage {
        let often = Dosage { per_day: 1, days_per_week: 3, ..Dosage::default() };
        Dosage { sets, reps: Some(reps), tempo_s: Some(tempo_s), ..often }
    }

    fn plan(dosages: &[Dosage]) -> Plan {
        let ids = ["a", "b", "c", "d"];
        let exercises: Vec<Exercise> = ids.iter().zip(dosages).map(|(id, d)| dosed(id, d.clone())).collect();
        Plan::of(&exercises.iter().collect::<Vec<_>>())
    }

    fn event(n: i64, what: &What) -> Event {
        let clock = FixedClock { now_ms: 1_800_000_000_000 + n * 1000, offset_min: 60 };
        Event::now(&clock, ProfileId::first(), 0, what)
    }

    /// Begins at 0 and ticks every `step` ms, resuming whenever the player waits: cues with their time.
    fn run(player: &mut Player, step: i64) -> Vec<(i64, Cue)> {
        let mut told = Vec::new();
        for tick in 0..1_000_000 {
            let now = tick * step;
            let waits = matches!(player.state(), State::Paused { .. });
            let cues = if waits { player.act(Command::Resume, now) } else { player.tick(now) };
            told.extend(cues.into_iter().map(|cue| (now, cue)));
            if player.state() == State::Done {
                return told;
            }
        }
        panic!("never done");
    }

    #[test]
    fn a_session_of_two_sets_is_told_second_by_second() {
        let dose = Dosage { rest_s: Some(6), ..reps(2, 2, 3) };
        let told = run(&mut Player::new(plan(&[dose])), 1000);
        let done = |set| Cue::SetDone {
            exercise: "a".into(),
            set,
            side: Side::Both,
            reps: 2,
            hold_s: 0,
            easier: false,
        };
        let mut expected: Vec<(i64, Cue)> = (0..5).map(|s| (s, Cue::ReadySecond(5 - s as u32))).collect();
        expected.extend([(5, Cue::Start), (8, Cue::Count(1)), (11, Cue::Count(2)), (11, done(1))]);
        expected.extend((0..6).map(|s| (11 + s, Cue::RestSecond(6 - s as u32))));
        expected.extend([(17, Cue::Start), (20, Cue::Count(1)), (23, Cue::Count(2)), (23, done(2))]);
        expected.extend([(23, Cue::ExerciseDone { exercise: "a".into() }), (23, Cue::SessionDone)]);
        let expected: Vec<_> = expected.into_iter().map(|(s, cue)| (s * 1000, cue)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_set_that_the_patient_ends_keeps_what_was_counted_and_the_repetition_under_way() {
        let dose = Dosage { rest_s: Some(20), ..reps(2, 8, 4) };
        let mut player = Player::new(plan(&[dose]));
        player.act(Command::Resume, 0);
        assert_eq!(player.act(Command::FinishSet, 1_000), [Cue::ReadySecond(4)], "not begun: nothing to end");
        (2..=15).for_each(|s| drop(player.tick(s * 1000)));
        let cues = player.act(Command::FinishSet, 15_500);
        assert!(matches!(cues[..], [Cue::SetDone { set: 1, reps: 3, .. }, Cue::RestSecond(20)]), "{cues:?}");
        assert_eq!(player.act(Command::FinishSet, 15_600), [], "a rest is no set");
        player.act(Command::SkipRest, 16_000);
        (17..=22).for_each(|s| drop(player.tick(s * 1000)));
        player.act(Command::Pause, 22_500);
        let cues = player.act(Command::FinishSet, 23_000);
        assert!(matches!(cues[..], [Cue::SetDone { set: 2, reps: 1, .. }, _, Cue::SessionDone]), "{cues:?}");
    }

    #[test]
    fn each_side_is_done_left_then_right_with_time_to_change() {
        let dose = Dosage { each_side: true, rest_s: Some(30), ..reps(2, 1, 4) };
        let plan = plan(&[dose]);
        let order: Vec<_> = plan.sets.iter().map(|s| (s.set, s.side)).collect();
        assert_eq!(order, [(1, Side::Left), (1, Side::Right), (2, Side::Left), (2, Side::Right)]);
        assert_eq!(plan.duration_s(), 5 + 4 + 8 + 4 + 30 + 4 + 8 + 4);
        let told = run(&mut Player::new(plan.clone()), 1000);
        let sides: Vec<_> = told
            .iter()
            .filter_map(|(at, c)| if let Cue::ChangeSide(s) = c { Some((*at, *s)) } else { None })
            .collect();
        assert_eq!(sides, [(9_000, Side::Right), (21_000, Side::Left), (55_000, Side::Right)]);
        assert_eq!(told.last().unwrap().0, i64::from(plan.duration_s()) * 1000);
        let mut player = Player::new(plan);
        player.act(Command::Resume, 0);
        (1..=10).for_each(|s| drop(player.tick(s * 1000)));
        assert_eq!(player.state(), State::ChangeSide { to: Side::Right, left: 7 });
    }

    #[test]
    fn the_dosage_decides_what_a_repetition_is() {
        let set = |dose: Dosage| {
            let plan = plan(&[Dosage { sets: 1, ..dose }]);
            let s = &plan.sets[0];
            (s.reps, s.move_s, s.hold_s)
        };
        let none = Dosage::default;
        assert_eq!(set(Dosage { reps: Some(8), ..none() }), (8, TEMPO_S, 0), "no tempo");
        assert_eq!(set(Dosage { reps: Some(8), tempo_s: Some(7), ..none() }), (8, 7, 0));
        assert_eq!(
            set(Dosage { reps: Some(3), hold_s: Some(5), ..none() }),
            (3, TEMPO_S, 5),
            "there, hold, back"
        );
        assert_eq!(set(Dosage { reps: Some(1), hold_s: Some(120), ..none() }), (1, 0, 120), "a posture");
        assert_eq!(set(Dosage { hold_s: Some(10), ..none() }), (1, 0, 10));
        assert_eq!(set(Dosage { hold_s: Some(10), tempo_s: Some(6), ..none() }), (1, 6, 10));
        assert_eq!(set(none()), (1, TEMPO_S, 0));
        let greedy = Dosage { sets: u32::MAX, reps: Some(u32::MAX), hold_s: Some(u32::MAX), ..none() };
        assert_eq!(plan(&[greedy]).sets.len(), 20, "a stranger's kit cannot fill the memory");
    }

    #[test]
    fn what_is_never_done_at_home_is_in_no_plan() {
        let never = Exercise { do_with: Company::Never, ..dosed("n", reps(1, 1, 4)) };
        let helper = Exercise { do_with: Company::Helper, ..dosed("h", reps(1, 1, 4)) };
        assert_eq!(Plan::of(&[&never, &helper]).exercises(), ["h"]);
        assert_eq!(Player::new(Plan::of(&[&never])).state(), State::Done);
        let mut k = kit(1);
        k.exercises = vec![never, helper];
        let plan = Plan::of_session(&k, &["gone".into(), "h".into(), "n".into()]);
        assert_eq!(plan.exercises(), ["h"]);
    }

    #[test]
    fn a_hold_lies_in_the_middle_of_the_movement_and_is_counted_down() {
        let dose = Dosage { hold_s: Some(3), ..reps(1, 1, 4) };
        let mut player = Player::new(plan(&[dose]));
        player.act(Command::Resume, 0);
        let mut states = Vec::new();
        for s in 1..12 {
            let cues = player.tick(s * 1000);
            states.push((player.state(), cues.contains(&Cue::Count(1))));
        }
        assert_eq!(states[3..5], [(State::GetReady { left: 1 }, false), (State::Rep { n: 1 }, false)]);
        assert_eq!(
            states[6..10].iter().map(|s| s.0).collect::<Vec<_>>(),
            [
                State::Hold { n: 1, left: 3 },
                State::Hold { n: 1, left: 2 },
                State::Hold { n: 1, left: 1 },
                State::Rep { n: 1 }
            ]
        );
        assert_eq!(player.tick(12_000).first(), Some(&Cue::Count(1)));
    }

    #[test]
    fn half_of_a_long_set_and_of_a_long_hold_is_told_once() {
        let halves = |dose| {
            let told = run(&mut Player::new(plan(&[dose])), 100);
            told.into_iter().filter(|(_, c)| *c == Cue::Halfway).map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(halves(reps(1, 8, 2)), [5_000 + 8_000]);
        assert_eq!(halves(reps(1, 3, 2)), [] as [i64; 0]);
        let posture = Dosage { sets: 1, hold_s: Some(120), ..Dosage::default() };
        assert_eq!(halves(posture), [65_000]);
        let short = Dosage { sets: 1, hold_s: Some(10), ..Dosage::default() };
        assert_eq!(halves(short), [] as [i64; 0]);
    }

    /// Ticks every 100 ms from `from` to `to`, both included.
    fn watch(player: &mut Player, from: i64, to: i64) -> Vec<Cue> {
        (from / 100..=to / 100).flat_map(|t| player.tick(t * 100)).collect()
    }

    #[test]
    fn a_pause_gives_the_movement_back_and_keeps_what_was_counted() {
        let mut player = Player::new(plan(&[reps(1, 3, 4)]));
        player.act(Command::Resume, 0);
        watch(&mut player, 0, 11_000);
        assert_eq!((player.state(), player.counted()), (State::Rep { n: 2 }, 1));
        player.act(Command::Pause, 11_000);
        assert_eq!(player.state(), State::Paused { why: Why::Asked });
        assert!(player.tick(500_000).is_empty());
        assert_eq!(player.act(Command::Resume, 600_000), [Cue::ReadySecond(5)]);
        assert_eq!(player.state(), State::GetReady { left: 5 });
        let cues = watch(&mut player, 600_100, 608_900);
        assert!(!cues.contains(&Cue::Count(2)) && cues.contains(&Cue::Start));
        assert_eq!(player.tick(609_000), [Cue::Count(2)], "5 s of warning, then a whole movement");
    }

    #[test]
    fn seconds_that_were_held_stay_held_over_a_pause() {
        let mut player = Player::new(plan(&[Dosage { sets: 1, hold_s: Some(10), ..Dosage::default() }]));
        player.act(Command::Resume, 0);
        watch(&mut player, 0, 11_500);
        assert_eq!(player.state(), State::Hold { n: 1, left: 4 });
        player.act(Command::Pause, 11_500);
        player.act(Command::Resume, 20_000);
        let cues = watch(&mut player, 20_100, 29_000);
        let held: Vec<_> = cues.iter().filter(|c| matches!(c, Cue::HoldSecond(_))).collect();
        assert_eq!(held, [&Cue::HoldSecond(3), &Cue::HoldSecond(2), &Cue::HoldSecond(1)]);
        assert_eq!(player.state(), State::Done, "4 s were left");
    }

    #[test]
    fn a_phone_that_slept_counts_nothing_and_waits() {
        let mut player = Player::new(plan(&[reps(1, 10, 4)]));
        player.act(Command::Resume, 0);
        watch(&mut player, 0, 14_000);
        assert_eq!(player.counted(), 2);
        assert!(player.tick(14_000 + LATE_MS + 1).is_empty());
        assert_eq!((player.state(), player.counted()), (State::Paused { why: Why::Late }, 2));
        let mut watched = Player::new(plan(&[reps(1, 10, 4)]));
        watched.act(Command::Resume, 0);
        watch(&mut watched, 0, 14_000);
        watched.tick(14_000 + LATE_MS);
        assert_eq!(watched.state(), State::Rep { n: 3 }, "two seconds are still watching");
    }

    #[test]
    fn a_rest_goes_on_while_the_phone_sleeps_but_no_set_begins_unseen() {
        let resting = || {
            let mut player = Player::new(plan(&[Dosage { rest_s: Some(60), ..reps(2, 1, 4) }]));
            player.act(Command::Resume, 0);
            watch(&mut player, 0, 10_000);
            player
        };
        let mut player = resting();
        assert_eq!(player.tick(49_000), [Cue::RestSecond(20)]);
        assert_eq!(player.state(), State::Rest { left: 20 });
        let mut player = resting();
        assert!(player.tick(200_000).is_empty());
        assert_eq!(player.state(), State::Paused { why: Why::Late });
        player.act(Command::Resume, 201_000);
        assert_eq!(player.state(), State::Rest { left: GET_READY_S }, "the rest was had");
        let mut player = resting();
        assert_eq!(player.act(Command::SkipRest, 10_000), [Cue::ReadySecond(5)]);
        assert_eq!(player.state(), State::GetReady { left: 5 });
    }

    #[test]
    fn slower_takes_more_time_up_to_twice_and_leaves_holds_alone() {
        let dose = || Dosage { hold_s: Some(2), ..reps(1, 2, 4) };
        let mut player = Player::new(plan(&[dose()]));
        for pace in [125, 150, 175, 200, 200] {
            player.act(Command::Slower, 0);
            assert_eq!(player.pace(), pace);
        }
        let told = run(&mut player, 100);
        let counts: Vec<_> =
            told.iter().filter(|(_, c)| matches!(c, Cue::Count(_))).map(|(t, _)| *t).collect();
        assert_eq!(counts, [15_000, 25_000], "8 s of movement and 2 s of hold");

        // In the middle of a movement: half done stays half done.
        let mut player = Player::new(plan(&[reps(1, 3, 4)]));
        player.act(Command::Resume, 0);
        watch(&mut player, 0, 11_000);
        let phase = player.picture(4_000).phase;
        player.act(Command::Slower, 11_000);
        assert!((player.picture(4_000).phase - phase).abs() < 0.001);
        let cues = watch(&mut player, 11_100, 13_500);
        assert_eq!(cues, [Cue::Count(2)], "half of 4 s at the usual pace, half of 5 s");
        player.act(Command::UsualPace, 13_500);
        assert_eq!(watch(&mut player, 13_600, 17_500).first(), Some(&Cue::Count(3)));
    }

    #[test]
    fn the_easier_variant_is_of_one_exercise_and_is_written_down() {
        let mut player = Player::new(plan(&[reps(2, 2, 2), reps(1, 1, 2)]));
        player.act(Command::Resume, 0);
        player.act(Command::Easier(true), 100);
        let told = run(&mut player, 100);
        let easier: Vec<_> = told
            .iter()
            .filter_map(|(_, c)| if let Cue::SetDone { easier, .. } = c { Some(*easier) } else { None })
            .collect();
        assert_eq!(easier, [true, true, false]);
        let plain = Exercise { easier: None, ..dosed("a", reps(1, 1, 2)) };
        let mut player = Player::new(Plan::of(&[&plain]));
        player.act(Command::Easier(true), 0);
        assert!(!player.is_easier(), "there is none");
    }

    #[test]
    fn between_exercises_the_patient_says_when() {
        let mut player = Player::new(plan(&[reps(1, 1, 2), reps(1, 1, 2)]));
        assert_eq!(player.state(), State::Paused { why: Why::Start });
        player.act(Command::Resume, 0);
        let cues = watch(&mut player, 0, 100_000);
        assert!(cues.contains(&Cue::ExerciseDone { exercise: "a".into() }));
        assert_eq!(player.state(), State::Paused { why: Why::Start });
        assert_eq!(player.current().unwrap().exercise, "b");
    }

    #[test]
    fn the_picture_moves_with_the_movement_and_stands_still_in_a_hold() {
        let mut player = Player::new(plan(&[Dosage { hold_s: Some(10), ..reps(1, 2, 8) }]));
        assert_eq!(player.picture(4_000), Picture { phase: 0.0, rate: 0.0 });
        player.act(Command::Resume, 0);
        watch(&mut player, 0, 7_000);
        assert_eq!(player.picture(4_000), Picture { phase: 0.25, rate: 0.5 });
        watch(&mut player, 7_100, 12_000);
        assert_eq!(player.picture(4_000), Picture { phase: 0.5, rate: 0.0 });
        watch(&mut player, 12_100, 21_000);
        assert_eq!(player.picture(4_000), Picture { phase: 0.75, rate: 0.5 });
        let mut posture = Player::new(plan(&[Dosage { sets: 1, hold_s: Some(120), ..Dosage::default() }]));
        posture.act(Command::Resume, 0);
        watch(&mut posture, 0, 15_000);
        assert_eq!(posture.picture(8_000), Picture { phase: 0.25, rate: 1.0 });
    }

    fn begun(session: &str, exercises: &[&str]) -> What {
        let exercises = exercises.iter().map(|e| (*e).to_owned()).collect();
        What::SessionStarted { kit: KIT.into(), session: session.into(), exercises }
    }

    fn set_done(exercise: &str, set: u32, side: Side, easier: bool) -> What {
        let (kit, session) = (KIT.into(), SESSION.into());
        What::SetDone { kit, session, exercise: exercise.into(), set, side, reps: 2, hold_s: 0, easier }
    }

    #[test]
    fn after_a_reload_the_same_set_begins_again() {
        let dose = Dosage { each_side: true, ..reps(2, 2, 2) };
        let plan = plan(&[dose, reps(1, 2, 2)]);
        let again = |whats: &[What]| {
            let events: Vec<_> = whats.iter().zip(0..).map(|(w, n)| event(n, w)).collect();
            let player = Player::resume_from(plan.clone(), SESSION, &events);
            let (state, set) = (player.state(), player.current().unwrap().clone());
            (state, set.exercise, set.set, set.side, player.is_easier())
        };
        let waits = State::Paused { why: Why::Start };
        let done = set_done;
        assert_eq!(again(&[begun(SESSION, &["a", "b"])]), (waits, "a".into(), 1, Side::Left, false));
        let first = done("a", 1, Side::Left, true);
        assert_eq!(again(std::slice::from_ref(&first)), (waits, "a".into(), 1, Side::Right, true));
        let twice = [first.clone(), first.clone(), done("a", 1, Side::Right, false)];
        assert_eq!(again(&twice), (waits, "a".into(), 2, Side::Left, false), "two tabs");
        let other = What::SetDone {
            kit: KIT.into(),
            session: "another".into(),
            exercise: "a".into(),
            set: 1,
            side: Side::Left,
            reps: 2,
            hold_s: 0,
            easier: false,
        };
        assert_eq!(again(&[other]).3, Side::Left, "another session's sets are not this one's");
        let skip = What::ExerciseSkipped { kit: KIT.into(), session: SESSION.into(), exercise: "a".into() };
        assert_eq!(again(&[first.clone(), skip.clone()]).1, "b");
        assert_eq!(again(&[skip, done("b", 1, Side::Both, false)]).0, State::Done);
        let stop = What::Stopped {
            kit: KIT.into(),
            session: SESSION.into(),
            exercise: "a".into(),
            why: StopReason::Fatigue,
        };
        assert_eq!(again(&[first, stop]).0, State::Stopped);
        let end = What::SessionEnded { kit: KIT.into(), session: SESSION.into() };
        assert_eq!(again(&[end]).0, State::Done);
    }

    #[test]
    fn an_interrupted_session_is_offered_again_for_three_hours() {
        let start = event(0, &begun("s1", &["a", "b"]));
        let set = event(60, &set_done("a", 1, Side::Both, false));
        let events = [start.clone(), set.clone()];
        let offered = |events: &[Event], now| unfinished(events, KIT, now).map(|u| u.session);
        let found = unfinished(&events, KIT, set.at_ms).unwrap();
        assert_eq!((found.session.as_str(), found.exercises), ("s1", vec!["a".to_owned(), "b".to_owned()]));
        assert!(offered(&events, set.at_ms + RESUME_WITHIN_MS).is_some());
        assert_eq!(offered(&events, set.at_ms + RESUME_WITHIN_MS + 1), None);
        assert_eq!(offered(&events, set.at_ms - RESUME_WITHIN_MS - 1), None, "the clock jumped back");
        assert_eq!(unfinished(&events, "another kit", set.at_ms), None);
        for end in [
            What::SessionEnded { kit: KIT.into(), session: "s1".into() },
            What::Stopped {
                kit: KIT.into(),
                session: "s1".into(),
                exercise: "a".into(),
                why: StopReason::Other,
            },
        ] {
            let mut events = events.to_vec();
            events.push(event(90, &end));
            assert_eq!(offered(&events, set.at_ms), None);
            events.push(event(100, &begun("s2", &["a"])));
            assert_eq!(offered(&events, set.at_ms), Some("s2".into()), "only the latest is looked at");
        }
    }

    #[test]
    fn what_happened_becomes_events() {
        let told = run(&mut Player::new(plan(&[reps(1, 2, 2)])), 100);
        let whats: Vec<_> = told.iter().filter_map(|(_, c)| c.what(KIT, SESSION)).collect();
        let end = What::SessionEnded { kit: KIT.into(), session: SESSION.into() };
        assert_eq!(whats, [set_done("a", 1, Side::Both, false), end]);
        let skip = Cue::ExerciseSkipped { exercise: "a".into() }.what(KIT, SESSION);
        assert!(matches!(skip, Some(What::ExerciseSkipped { .. })));
    }

    fn dosages() -> impl Strategy<Value = Dosage> {
        let numbers = (1u32..4, prop::option::of(1u32..7), prop::option::of(0u32..5));
        let times = (prop::option::of(0u32..20), prop::option::of(1u32..6), any::<bool>());
        (numbers, times).prop_map(|((sets, reps, hold_s), (rest_s, tempo_s, each_side))| {
            let often = Dosage { per_day: 1, days_per_week: 3, ..Dosage::default() };
            Dosage { sets, reps, hold_s, rest_s, tempo_s, each_side, ..often }
        })
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// The clock goes on, or back, by so much.
        Tick(i64),
        Act(Command),
        /// The tab dies; the journal stays.
        Kill,
    }

    fn steps(skips: bool) -> impl Strategy<Value = Vec<Step>> {
        let commands = prop_oneof![
            4 => Just(Command::Resume),
            2 => Just(Command::Pause),
            1 => Just(Command::SkipRest),
            1 => Just(Command::Slower),
            1 => Just(Command::UsualPace),
            1 => any::<bool>().prop_map(Command::Easier),
            u32::from(skips) => Just(Command::SkipExercise),
        ];
        let step = prop_oneof![
            30 => (1i64..1_500).prop_map(Step::Tick),
            1 => (2_001i64..100_000).prop_map(Step::Tick),
            1 => (-5_000i64..0).prop_map(Step::Tick),
            8 => commands.prop_map(Step::Act),
            1 => Just(Step::Kill),
        ];
        prop::collection::vec(step, 0..250)
    }

    /// A player, its journal and what a strict listener heard.
    struct Listener {
        plan: Plan,
        player: Player,
        events: Vec<Event>,
        now: i64,
        /// The latest time that the player was told.
        latest: i64,
        heard: u32,
        repetitions: u32,
    }

    impl Listener {
        fn new(plan: Plan) -> Self {
            let player = Player::new(plan.clone());
            Listener { plan, player, events: Vec::new(), now: 0, latest: 0, heard: 0, repetitions: 0 }
        }

        fn step(&mut self, step: Step) {
            let cues = match step {
                Step::Tick(by) => {
                    self.now += by;
                    self.player.tick(self.now)
                }
                Step::Act(command) => self.player.act(command, self.now),
                Step::Kill => {
                    self.player = Player::resume_from(self.plan.clone(), SESSION, &self.events);
                    self.heard = 0;
                    Vec::new()
                }
            };
            let unseen = self.now - self.latest > LATE_MS;
            self.latest = self.latest.max(self.now);
            for cue in cues {
                match &cue {
                    Cue::Count(n) => {
                        assert!(!unseen, "nobody saw it");
                        assert_eq!(*n, self.heard + 1, "each number once, in order");
                        self.heard = *n;
                    }
                    Cue::SetDone { exercise, set, side, reps, .. } => {
                        assert_eq!(*reps, self.heard);
                        let planned = self.plan.sets.iter().find(|s| s.is(exercise, *set, *side)).unwrap();
                        assert_eq!(*reps, planned.reps);
                        self.repetitions += *reps;
                        self.heard = 0;
                    }
                    Cue::ExerciseSkipped { .. } => self.heard = 0,
                    _ => {}
                }
                if let Some(what) = cue.what(KIT, SESSION) {
                    self.events.push(event(self.events.len() as i64, &what));
                }
            }
            assert_eq!(self.heard, self.player.counted(), "what is shown is what was heard");
        }

        /// To the end, resuming whenever it waits.
        fn finish(&mut self) {
            for _ in 0..100_000 {
                match self.player.state() {
                    State::Done => return,
                    State::Paused { .. } => self.step(Step::Act(Command::Resume)),
                    _ => self.step(Step::Tick(700)),
                }
            }
            panic!("never done");
        }

        fn sets(&self) -> Vec<(String, u32, u8)> {
            let sets = self.events.iter().filter_map(|e| match e.read() {
                Some(What::SetDone { exercise, set, side, .. }) => Some((exercise, set, side as u8)),
                _ => None,
            });
            sets.collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_prescribed_repetition_is_counted_once_whatever_comes(
            doses in prop::collection::vec(dosages(), 1..4), steps in steps(false),
        ) {
            let plan = plan(&doses);
            let prescribed: u32 = plan.sets.iter().map(|s| s.reps).sum();
            let mut listener = Listener::new(plan.clone());
            steps.into_iter().for_each(|s| listener.step(s));
            listener.finish();
            prop_assert_eq!(listener.repetitions, prescribed);
            let planned: Vec<_> = plan.sets.iter().map(|s| (s.exercise.clone(), s.set, s.side as u8)).collect();
            prop_assert_eq!(listener.sets(), planned, "each set once, in order");
        }

        #[test]
        fn what_is_skipped_is_never_counted(
            doses in prop::collection::vec(dosages(), 1..4), steps in steps(true),
        ) {
            let plan = plan(&doses);
            let mut listener = Listener::new(plan.clone());
            steps.into_iter().for_each(|s| listener.step(s));
            listener.finish();
            let mut skipped = Vec::new();
            let mut after_skip = Vec::new();
            for what in listener.events.iter().filter_map(Event::read) {
                match what {
                    What::ExerciseSkipped { exercise, .. } => skipped.push(exercise),
                    What::SetDone { exercise, .. } if skipped.contains(&exercise) => after_skip.push(exercise),
                    _ => {}
                }
            }
            prop_assert!(after_skip.is_empty(), "{:?}", after_skip);
            let sets = listener.sets();
            for set in &plan.sets {
                let times = sets.iter().filter(|s| set.is(&s.0, s.1, set.side) && s.2 == set.side as u8).count();
                prop_assert!(times == 1 || (times == 0 && skipped.contains(&set.exercise)));
            }
        }

        #[test]
        fn stop_is_for_good(doses in prop::collection::vec(dosages(), 1..3), before in steps(true), after in steps(true)) {
            let mut listener = Listener::new(plan(&doses));
            before.into_iter().for_each(|s| listener.step(s));
            if listener.player.state() == State::Done {
                return Ok(());
            }
            listener.step(Step::Act(Command::Stop));
            let why = StopReason::Fatigue;
            let stop = What::Stopped { kit: KIT.into(), session: SESSION.into(), exercise: "a".into(), why };
            listener.events.push(event(9_000, &stop));
            let (heard, written) = (listener.heard, listener.events.len());
            for step in after {
                if let Step::Kill = step {
                    listener.heard = 0;
                }
                listener.step(step);
                prop_assert_eq!(listener.player.state(), State::Stopped);
                prop_assert!(listener.heard <= heard);
            }
            prop_assert_eq!(listener.events.len(), written);
        }

        #[test]
        fn counts_keep_their_time_over_ten_minutes_of_uneven_ticks(
            tempo in 1u32..9, gaps in prop::collection::vec(1i64..=50, 40..80), slower in 0u32..4,
        ) {
            // As many sets as make ten minutes, with rests between.
            let dose = Dosage { rest_s: Some(20), ..reps(20, 40u32.div_ceil(tempo), tempo) };
            let mut player = Player::new(plan(std::slice::from_ref(&dose)));
            (0..slower).for_each(|_| drop(player.act(Command::Slower, 0)));
            let rep = i64::from(tempo) * 1000 * i64::from(100 + 25 * slower) / 100;
            player.act(Command::Resume, 0);
            let (mut now, mut counted, mut sets) = (0, 0, 0);
            for gap in gaps.iter().cycle() {
                now += gap;
                for cue in player.tick(now) {
                    match cue {
                        Cue::Count(_) => {
                            counted += 1;
                            let due = 5_000 + counted * rep + sets * 20_000;
                            prop_assert!((0..=50).contains(&(now - due)), "{} ms at {}", now - due, now);
                        }
                        Cue::SetDone { .. } => sets += 1,
                        _ => {}
                    }
                }
                if player.state() == State::Done {
                    break;
                }
            }
            prop_assert!(now >= 600_000, "{now}");
        }

        #[test]
        fn no_clock_makes_a_repetition_shorter_or_takes_one_back(
            dose in dosages(), times in prop::collection::vec(any::<i64>(), 0..40), small in prop::collection::vec(-3_000i64..3_000, 0..200),
        ) {
            let mut player = Player::new(plan(std::slice::from_ref(&dose)));
            let rep_ms = player.current().unwrap().rep_ms(USUAL_PACE);
            player.act(Command::Resume, 0);
            let (mut now, mut latest, mut settled, mut counted) = (0i64, 0i64, 0, 0);
            let mut of_set_before = 0;
            for by in small {
                now += by;
                latest = latest.max(now);
                for cue in player.tick(now) {
                    counted += i64::from(matches!(cue, Cue::Count(_)));
                }
                prop_assert!(counted * rep_ms <= latest, "{counted} of {rep_ms} ms in {latest}");
                prop_assert!(player.settled() >= settled);
                if player.settled() == settled {
                    prop_assert!(player.counted() >= of_set_before);
                }
                (settled, of_set_before) = (player.settled(), player.counted());
                let picture = player.picture(3_000);
                prop_assert!((0.0..1.0).contains(&picture.phase) && picture.rate >= 0.0, "{:?}", picture);
            }
            for time in times {
                player.tick(time);
                player.act(Command::Resume, time);
                let _ = player.state();
            }
        }
    }
}
