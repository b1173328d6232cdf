//! A guided session under way: `care`'s player, given the device's time, heard and written down.

use super::{App, KitHandle};
use crate::{
    i18n::{K, count, t},
    platform::{clock, random, speech, ticker::Ticker, tone, wake_lock::Awake},
};
use care::{
    journal::{Side, StopReason, What},
    kit::Exercise,
    profile::Mode,
    session::{Command, Cue, Plan, Player, State, Unfinished},
};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// What the screen shows of the player. It changes only when something of it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What it is doing.
    pub state: State,
    /// Sets done or passed over.
    pub settled: usize,
    /// Repetitions of the set that were counted.
    pub counted: u32,
    /// Percent of the prescribed time.
    pub pace: u32,
    /// The easier variant is on.
    pub easier: bool,
}

/// A session, as long as a screen shows it.
#[derive(Clone)]
pub struct Session(Rc<Held>);

struct Held {
    app: App,
    kit: KitHandle,
    id: String,
    player: RefCell<Player>,
    now: RwSignal<Now>,
    /// Counts the ticks: what moves follows it.
    frame: RwSignal<u32>,
    silent: RwSignal<bool>,
    tones: RefCell<Option<tone::Tones>>,
    awake: RefCell<Option<Awake>>,
    ticker: RefCell<Option<Ticker>>,
    /// When the patient last asked for something.
    tapped: Cell<i64>,
}

/// In simple mode taps nearer than this to the last are the same tap, in milliseconds (DESIGN §6).
const SECOND_TAP_MS: i64 = 500;
/// Time between two looks at the clock: a count is at most so late.
const TICK_MS: i32 = 40;

impl Session {
    /// A new session of a plan.
    pub fn begin(app: App, kit: &KitHandle, plan: Plan) -> Session {
        let id = format!("{:016x}", random::number());
        let (kit_id, exercises) = (kit.kit.kit_id.clone(), plan.exercises());
        app.append(What::SessionStarted { kit: kit_id, session: id.clone(), exercises });
        Session::with(app, kit, id, Player::new(plan))
    }

    /// A session that was interrupted, at the same set.
    pub fn resume(app: App, kit: &KitHandle, from: &Unfinished) -> Session {
        let plan = Plan::of_session(&kit.kit, &from.exercises);
        let player = untrack(|| app.journal(|events| Player::resume_from(plan, &from.session, events)));
        let session = Session::with(app, kit, from.session.clone(), player);
        if session.0.now.get_untracked().state == State::Done {
            // It died between its last set and its end.
            session.tell(&Cue::SessionDone);
        }
        session
    }

    fn with(app: App, kit: &KitHandle, id: String, player: Player) -> Session {
        let held = Rc::new(Held {
            app,
            kit: kit.clone(),
            id,
            now: RwSignal::new(Now::of(&player)),
            frame: RwSignal::new(0),
            player: RefCell::new(player),
            silent: RwSignal::new(false),
            tones: RefCell::new(Some(tone::Tones::open())),
            awake: RefCell::new(Some(Awake::keep())),
            ticker: RefCell::new(None),
            tapped: Cell::new(i64::MIN / 2),
        });
        let ticked = Rc::downgrade(&held);
        let ticker = Ticker::every(TICK_MS, move || {
            if let Some(held) = ticked.upgrade() {
                Session(held).tick();
            }
        });
        *held.ticker.borrow_mut() = Some(ticker);
        // Asked early, the browser has its voices when they are needed.
        speech::has_voice(app.lang.get_untracked());
        Session(held)
    }

    /// What the screen shows.
    pub fn now(&self) -> Now {
        self.0.now.get()
    }

    /// Follows each look at the clock.
    pub fn follow_frame(&self) {
        self.0.frame.track();
    }

    /// Its name in the journal.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The kit it is of.
    pub fn kit(&self) -> &KitHandle {
        &self.0.kit
    }

    /// Looks at the player.
    pub fn player<T>(&self, look: impl FnOnce(&Player) -> T) -> T {
        look(&self.0.player.borrow())
    }

    /// The exercise under way.
    pub fn exercise(&self) -> Option<&Exercise> {
        let id = self.player(|player| player.current().map(|set| set.exercise.clone()))?;
        self.0.kit.kit.exercise(&id)
    }

    /// Whether it goes without voice, tone and vibration.
    pub fn is_silent(&self) -> bool {
        self.0.silent.get()
    }

    /// Without voice, tone and vibration, or with them again.
    pub fn set_silent(&self, silent: bool) {
        self.0.silent.set(silent);
        if silent {
            speech::stop();
        }
    }

    /// The patient asks for something. STOP is always heard.
    pub fn act(&self, command: Command) {
        let again = now_ms() - self.0.tapped.replace(now_ms()) < SECOND_TAP_MS;
        if again && command != Command::Stop && self.0.app.mode.get_untracked() == Mode::Simple {
            return;
        }
        let cues = self.0.player.borrow_mut().act(command, now_ms());
        self.heed(cues);
    }

    /// STOP: at once, and before anything is asked. Should the question stay without an answer, the
    /// journal knows that it was asked.
    pub fn stop(&self) {
        self.act(Command::Stop);
        self.stopped_for(StopReason::Other);
    }

    /// The answer to the question of STOP.
    pub fn stopped_for(&self, why: StopReason) {
        let exercise = self.exercise().map(|e| e.id.clone()).unwrap_or_default();
        let (kit, session) = (self.0.kit.kit.kit_id.clone(), self.0.id.clone());
        self.0.app.append(What::Stopped { kit, session, exercise, why });
    }

    /// The screen is left: no tick, no tone, no light any more.
    pub fn leave(&self) {
        self.0.ticker.borrow_mut().take();
        self.0.awake.borrow_mut().take();
        self.0.tones.borrow_mut().take();
        speech::stop();
    }

    fn tick(&self) {
        let cues = self.0.player.borrow_mut().tick(now_ms());
        self.heed(cues);
    }

    fn heed(&self, cues: Vec<Cue>) {
        for cue in &cues {
            self.tell(cue);
        }
        self.say(&cues);
        let now = Now::of(&self.0.player.borrow());
        if self.0.now.get_untracked() != now {
            self.0.now.set(now);
        }
        self.0.frame.update(|n| *n = n.wrapping_add(1));
        if matches!(now.state, State::Done | State::Stopped) {
            self.0.ticker.borrow_mut().take();
            self.0.awake.borrow_mut().take();
        }
    }

    fn tell(&self, cue: &Cue) {
        if let Some(what) = cue.what(&self.0.kit.kit.kit_id, &self.0.id) {
            self.0.app.append(what);
        }
    }

    /// Says what has just happened. One voice says one thing at a time: of several, the last counts,
    /// with what must not be missed before it.
    fn say(&self, cues: &[Cue]) {
        let words: Vec<String> = cues.iter().filter_map(words).collect();
        if words.is_empty() || self.0.silent.get_untracked() {
            return;
        }
        let lang = self.0.app.lang.get_untracked();
        if speech::has_voice(lang) {
            speech::say(&words.join(". "), lang, || {});
            return;
        }
        let (hertz, ms) = cues.iter().map(sound).max_by_key(|(_, ms)| *ms).unwrap_or((660.0, 80));
        if let Some(tones) = &*self.0.tones.borrow() {
            tones.sound(hertz, ms);
        }
        tone::vibrate(ms);
    }
}

impl Now {
    fn of(player: &Player) -> Now {
        Now {
            state: player.state(),
            settled: player.settled(),
            counted: player.counted(),
            pace: player.pace(),
            easier: player.is_easier(),
        }
    }
}

fn now_ms() -> i64 {
    clock::monotonic_ms() as i64
}

/// What is said aloud. Numbers while something moves; of a countdown its first and last seconds.
fn words(cue: &Cue) -> Option<String> {
    let said = |k: K| Some(t(k).to_owned());
    match cue {
        Cue::Start => said(K::SessionSayStart),
        Cue::Count(n) => Some(n.to_string()),
        Cue::Halfway => said(K::SessionSayHalf),
        Cue::HoldSecond(left) if *left <= 3 || left % 5 == 0 => Some(left.to_string()),
        Cue::ReadySecond(left) | Cue::RestSecond(left) if *left <= 3 => Some(left.to_string()),
        Cue::ReadySecond(5) => said(K::SessionReady),
        Cue::RestSecond(10) => Some(count(10, K::DoseSecondsOne, K::DoseSecondsOther)),
        Cue::SetDone { .. } => said(K::SessionSaySetDone),
        Cue::ChangeSide(Side::Left) => said(K::SessionChangeLeft),
        Cue::ChangeSide(_) => said(K::SessionChangeRight),
        Cue::ExerciseDone { .. } => said(K::SessionSayExerciseDone),
        Cue::SessionDone => said(K::SessionDone),
        _ => None,
    }
}

/// The same as hertz and milliseconds: high and short for a count, long where something ends.
fn sound(cue: &Cue) -> (f32, u32) {
    match cue {
        Cue::Count(_) => (880.0, 120),
        Cue::Start => (990.0, 300),
        Cue::SetDone { .. } | Cue::ExerciseDone { .. } | Cue::SessionDone => (520.0, 500),
        Cue::ChangeSide(_) => (590.0, 350),
        _ => (660.0, 80),
    }
}
