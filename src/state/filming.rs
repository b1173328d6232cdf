//! Filming under way: camera, countdown, recorder, and every piece in the store before the next one
//! comes. Whatever ends it, what was filmed until then is a clip.

use super::{App, KitHandle, Watched, clips::turn_of};
use crate::platform::{
    clock::{self, DeviceClock},
    connectivity,
    js::{self, JsBytes},
    locks::{self, Turn},
    random,
    recorder::{self, Camera, Facing, Heard, Piece, Recorder},
    speech,
    ticker::Ticker,
    tone,
    wake_lock::Awake,
};
use care::{
    clip::{self, Clip, State, Trouble},
    ports::{Bytes, ChunkedRecords, Clock},
    profile::ProfileId,
};
use leptos::prelude::GetUntracked;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};
use web_sys::HtmlVideoElement;

/// Seconds that are counted down.
const COUNTDOWN_S: i64 = 3;
/// Time between two looks at the clock.
const TICK_MS: i32 = 100;
/// Bytes of one chunk of a chosen file.
const FILE_CHUNK: f64 = 512.0 * 1024.0;

/// So long the last word of a recorder is waited for.
const LAST_WORD_MS: i32 = 2_000;

/// Where filming is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shot {
    /// The camera is being turned on.
    Opening,
    /// Its picture is on view.
    Ready,
    /// 3, 2, 1.
    Counting,
    /// Filming.
    Rolling,
    /// The last pieces are being written, or a chosen file.
    Ending,
    /// There is a clip, and why it ended, if not by the patient or by its time.
    Done(Box<Clip>, Option<Trouble>),
    /// There is none, and why.
    Failed(Trouble),
}

/// Filming, as long as a screen shows it.
#[derive(Clone)]
pub struct Filming(Rc<Held>);

struct Held {
    app: App,
    kit: KitHandle,
    exercise: String,
    reference: bool,
    longest_ms: i64,
    shot: Watched<Shot>,
    seconds: Watched<u32>,
    facing: Watched<Facing>,
    sound: Watched<bool>,
    video: RefCell<Option<HtmlVideoElement>>,
    camera: RefCell<Option<Camera>>,
    recorder: RefCell<Option<Recorder>>,
    clip: RefCell<Option<Clip>>,
    /// Held as long as the clip is in this tab's hands.
    turn: RefCell<Option<Turn>>,
    pieces: RefCell<VecDeque<Piece>>,
    writing: Cell<bool>,
    heard_all: Cell<bool>,
    ended_by: Cell<Option<Trouble>>,
    /// When the countdown or the filming began, by a clock that never jumps.
    since_ms: Cell<i64>,
    /// Counts what was asked of the camera: an answer to an older question is dropped.
    asked: Cell<u32>,
    left: Cell<bool>,
    tones: RefCell<Option<tone::Tones>>,
    awake: RefCell<Option<Awake>>,
    ticker: RefCell<Option<Ticker>>,
    leaving: RefCell<Option<connectivity::Leaving>>,
}

fn now_ms() -> i64 {
    clock::monotonic_ms() as i64
}

impl Filming {
    /// Filming of an exercise, not begun yet. `reference`: « Mon geste », at the clinic.
    pub fn of(app: App, kit: &KitHandle, exercise: &str, reference: bool, longest_s: u32) -> Filming {
        let held = Rc::new(Held {
            app,
            kit: kit.clone(),
            exercise: exercise.to_owned(),
            reference,
            longest_ms: i64::from(longest_s) * 1_000,
            shot: Watched::new(Shot::Opening),
            seconds: Watched::new(0),
            // At the clinic the kiné holds the phone; at home it leans on something and one sees oneself.
            facing: Watched::new(if reference { Facing::Back } else { Facing::Front }),
            sound: Watched::new(false),
            video: RefCell::default(),
            camera: RefCell::default(),
            recorder: RefCell::default(),
            clip: RefCell::default(),
            turn: RefCell::default(),
            pieces: RefCell::default(),
            writing: Cell::default(),
            heard_all: Cell::default(),
            ended_by: Cell::default(),
            since_ms: Cell::default(),
            asked: Cell::default(),
            left: Cell::default(),
            tones: RefCell::default(),
            awake: RefCell::default(),
            ticker: RefCell::default(),
            leaving: RefCell::default(),
        });
        let filming = Filming(held);
        filming.watch_leaving();
        // Asked early, the browser has its voices when they are needed.
        speech::has_voice(app.lang.get_untracked());
        filming
    }

    /// Where it is.
    pub fn shot(&self) -> Shot {
        self.0.shot.get()
    }

    /// Whole seconds left to the start, or filmed.
    pub fn seconds(&self) -> u32 {
        self.0.seconds.get()
    }

    /// Seconds after which it stops by itself.
    pub fn longest_s(&self) -> u32 {
        u32::try_from(self.0.longest_ms / 1_000).unwrap_or(u32::MAX)
    }

    /// Which camera.
    pub fn facing(&self) -> Facing {
        self.0.facing.get()
    }

    /// Whether sound is wanted.
    pub fn sound(&self) -> bool {
        self.0.sound.get()
    }

    /// The picture belongs here; the camera goes on if it is its turn.
    pub fn open(&self, video: HtmlVideoElement) {
        *self.0.video.borrow_mut() = Some(video);
        if self.0.shot.peek() == Shot::Opening {
            self.turn_on();
        }
    }

    /// The other camera.
    pub fn flip(&self) {
        let other = if self.0.facing.peek() == Facing::Front { Facing::Back } else { Facing::Front };
        self.0.facing.set(other);
        self.turn_on();
    }

    /// With or without sound.
    pub fn turn_sound(&self) {
        self.0.sound.set(!self.0.sound.peek());
        self.turn_on();
    }

    /// After a trouble: once more from the camera on, which its screen turns on.
    pub fn again(&self) {
        self.let_go();
        self.0.shot.set(Shot::Opening);
    }

    fn turn_on(&self) {
        let held = &self.0;
        // Before another camera is asked for, this one must be off: iOS gives one at a time.
        held.camera.borrow_mut().take();
        held.shot.set(Shot::Opening);
        let question = held.asked.get() + 1;
        held.asked.set(question);
        let (facing, sound) = (held.facing.peek(), held.sound.peek());
        let filming = self.clone();
        js::run(async move {
            let opened = filming.try_on(facing, sound).await;
            let held = &filming.0;
            if held.asked.get() != question || held.left.get() {
                return;
            }
            match opened {
                Ok(camera) => {
                    held.sound.set(camera.sound);
                    if let Some(video) = &*held.video.borrow() {
                        camera.show(video);
                    }
                    *held.camera.borrow_mut() = Some(camera);
                    held.shot.set(Shot::Ready);
                }
                Err(trouble) => held.shot.set(Shot::Failed(trouble)),
            }
        });
    }

    async fn try_on(&self, facing: Facing, sound: bool) -> Result<Camera, Trouble> {
        self.room().await?;
        if !Recorder::available() {
            return Err(Trouble::NoRecorder);
        }
        let mut camera = Camera::open(facing, sound).await?;
        let weak = Rc::downgrade(&self.0);
        camera.on_lost(move |why| {
            if let Some(held) = weak.upgrade() {
                Filming(held).lost(why);
            }
        });
        Ok(camera)
    }

    /// A device that is nearly full takes no new clip: what is kept stays. What the browser reckons is
    /// asked first, but Chrome invents it: so the room is taken for a moment, and given back.
    async fn room(&self) -> Result<(), Trouble> {
        if recorder::free_space().await.is_some_and(|free| !clip::fits(self.longest_s(), free)) {
            return Err(Trouble::NoSpace);
        }
        let db = self.0.app.database().ok_or(Trouble::NotKept)?;
        let mut trial = self.new_clip(String::new(), false, State::Recording);
        // Nobody's: never among the patient's clips, should it be left behind.
        trial.id = "trial".into();
        trial.profile = ProfileId::device();
        let bytes = JsBytes::blank(clip::BYTES_A_SECOND as u32 * self.longest_s());
        let fits = db.put_with_chunk(&trial, 0, bytes).await;
        db.remove_with_chunks::<Clip>(&trial.id).await?;
        Ok(fits?)
    }

    /// The picture went away by itself.
    fn lost(&self, why: Trouble) {
        match self.0.shot.peek() {
            Shot::Rolling => self.end(Some(why)),
            Shot::Ready | Shot::Counting => {
                self.quiet();
                self.0.camera.borrow_mut().take();
                self.0.shot.set(Shot::Failed(why));
            }
            _ => {}
        }
    }

    /// « Filmer »: 3, 2, 1. In a tap: tones must be allowed to sound.
    pub fn begin(&self) {
        let held = &self.0;
        if held.shot.peek() != Shot::Ready {
            return;
        }
        *held.tones.borrow_mut() = Some(tone::Tones::open());
        *held.awake.borrow_mut() = Some(Awake::keep());
        held.since_ms.set(now_ms());
        held.seconds.set(COUNTDOWN_S as u32);
        held.shot.set(Shot::Counting);
        self.say(COUNTDOWN_S as u32);
        let weak = Rc::downgrade(held);
        *held.ticker.borrow_mut() = Some(Ticker::every(TICK_MS, move || {
            if let Some(held) = weak.upgrade() {
                Filming(held).tick();
            }
        }));
    }

    /// The big stop: while counting, back to the picture.
    pub fn stop(&self) {
        match self.0.shot.peek() {
            Shot::Counting => {
                self.quiet();
                self.0.shot.set(Shot::Ready);
            }
            Shot::Rolling => self.end(None),
            _ => {}
        }
    }

    fn tick(&self) {
        let held = &self.0;
        let gone = now_ms() - held.since_ms.get();
        let seconds = match held.shot.peek() {
            Shot::Counting if gone >= COUNTDOWN_S * 1_000 => return self.roll(),
            Shot::Counting => (COUNTDOWN_S * 1_000 - gone + 999) / 1_000,
            Shot::Rolling if gone >= held.longest_ms => return self.end(None),
            Shot::Rolling => gone / 1_000,
            _ => return,
        };
        let seconds = u32::try_from(seconds).unwrap_or(0);
        if held.seconds.peek() != seconds {
            held.seconds.set(seconds);
            if held.shot.peek() == Shot::Counting {
                self.say(seconds);
            }
        }
    }

    /// The count, said or sounded.
    fn say(&self, seconds: u32) {
        let lang = self.0.app.lang.get_untracked();
        if speech::has_voice(lang) {
            speech::say(&seconds.to_string(), lang, || {});
        } else {
            self.beep(660.0, 120);
        }
    }

    fn beep(&self, hertz: f32, ms: u32) {
        if let Some(tones) = &*self.0.tones.borrow() {
            tones.sound(hertz, ms);
        }
        tone::vibrate(ms);
    }

    /// The countdown is over.
    fn roll(&self) {
        let held = &self.0;
        let weak = Rc::downgrade(held);
        let heard = move |what| {
            if let Some(held) = weak.upgrade() {
                Filming(held).hear(what);
            }
        };
        held.pieces.borrow_mut().clear();
        held.heard_all.set(false);
        held.ended_by.set(None);
        let started = match &*held.camera.borrow() {
            Some(camera) => Recorder::start(camera, heard).map(|recorder| (recorder, camera.sound)),
            None => Err(Trouble::Missing),
        };
        let (recorder, sound) = match started {
            Ok(started) => started,
            Err(trouble) => {
                self.quiet();
                return held.shot.set(Shot::Failed(trouble));
            }
        };
        *held.recorder.borrow_mut() = Some(recorder);
        *held.clip.borrow_mut() = Some(self.new_clip(String::new(), sound, State::Recording));
        held.since_ms.set(now_ms());
        held.seconds.set(0);
        held.shot.set(Shot::Rolling);
        self.beep(990.0, 300);
    }

    fn new_clip(&self, mime: String, sound: bool, state: State) -> Clip {
        let held = &self.0;
        let random = random::wide();
        Clip {
            id: clip::id(random),
            profile: held.app.profile_id(),
            kit_id: held.kit.kit.kit_id.clone(),
            exercise: held.exercise.clone(),
            mime,
            made_ms: DeviceClock.now_ms(),
            offset_min: DeviceClock.offset_min(),
            chunks: 0,
            bytes: 0,
            ms: 0,
            sound,
            state,
            reference: held.reference,
            words: None,
            next_item: None,
        }
    }

    fn hear(&self, what: Heard) {
        match what {
            Heard::Piece(piece) => self.0.pieces.borrow_mut().push_back(piece),
            Heard::Ended => self.0.heard_all.set(true),
            Heard::Failed => {
                self.end(Some(Trouble::Failed));
                self.wait_for_the_end();
            }
        }
        self.write_on();
    }

    /// A last piece and the end should follow; a broken recorder may forget them. Until then this is held:
    /// its screen may be gone.
    fn wait_for_the_end(&self) {
        let (filming, question) = (self.clone(), self.0.asked.get());
        js::run(async move {
            js::sleep(LAST_WORD_MS).await;
            let held = &filming.0;
            // A file may have been chosen meanwhile: its end is its own.
            let same = held.left.get() || held.asked.get() == question;
            if same && !held.heard_all.replace(true) {
                filming.write_on();
            }
        });
    }

    /// Writes what has come, in its order, one piece at a time.
    fn write_on(&self) {
        if self.0.writing.replace(true) {
            return;
        }
        let filming = self.clone();
        js::run(async move {
            loop {
                let piece = filming.0.pieces.borrow_mut().pop_front();
                let Some(piece) = piece else { break };
                if let Err(trouble) = filming.write(&piece).await {
                    // What follows a hole is of no use: what is kept ends here.
                    filming.0.pieces.borrow_mut().clear();
                    filming.end(Some(trouble));
                }
            }
            filming.0.writing.set(false);
            if filming.0.heard_all.get() {
                filming.finish().await;
            }
        });
    }

    async fn write(&self, piece: &Piece) -> Result<(), Trouble> {
        let held = &self.0;
        if matches!(held.ended_by.get(), Some(Trouble::NoSpace | Trouble::NotKept)) {
            return Ok(());
        }
        let bytes = piece.bytes().await.ok_or(Trouble::Failed)?;
        let Some(mut clip) = held.clip.borrow().clone() else { return Ok(()) };
        if let Some(recorder) = &*held.recorder.borrow() {
            clip.mime = recorder.mime();
        }
        clip.ms = (now_ms() - held.since_ms.get()).clamp(0, held.longest_ms) as u64;
        self.put(clip, bytes).await
    }

    /// Stores one more chunk, and its clip as it is then.
    async fn put(&self, mut clip: Clip, bytes: JsBytes) -> Result<(), Trouble> {
        let held = &self.0;
        let db = held.app.database().ok_or(Trouble::NotKept)?;
        if clip.chunks == 0 {
            *held.turn.borrow_mut() = locks::try_turn(&turn_of(&clip.id)).await;
        }
        let n = clip.chunks;
        clip.chunks += 1;
        clip.bytes += bytes.byte_len();
        db.put_with_chunk(&clip, n, bytes).await?;
        *held.clip.borrow_mut() = Some(clip);
        Ok(())
    }

    /// Ends filming; `why` where it was not the patient or the time.
    fn end(&self, why: Option<Trouble>) {
        let held = &self.0;
        if held.ended_by.get().is_none() {
            held.ended_by.set(why);
        }
        if held.shot.peek() != Shot::Rolling {
            return;
        }
        self.quiet();
        self.beep(520.0, 500);
        held.shot.set(Shot::Ending);
        if let Some(recorder) = &*held.recorder.borrow() {
            recorder.stop();
        }
    }

    /// No tick, no light, no voice.
    fn quiet(&self) {
        self.0.ticker.borrow_mut().take();
        self.0.awake.borrow_mut().take();
        speech::stop();
    }

    /// Everything has come and is written.
    async fn finish(&self) {
        let held = &self.0;
        held.recorder.borrow_mut().take();
        held.camera.borrow_mut().take();
        let (clip, why) = (held.clip.borrow().clone(), held.ended_by.get());
        let shot = match clip {
            Some(clip) if clip.chunks > 0 => Shot::Done(Box::new(clip), why),
            _ => Shot::Failed(why.unwrap_or(Trouble::Failed)),
        };
        if held.left.get() {
            // Nobody looks any more: it waits for the patient among what was found.
            held.turn.borrow_mut().take();
            held.app.clips_changed().await;
        } else {
            held.shot.set(shot);
        }
    }

    /// Takes a video that was filmed elsewhere on this phone.
    pub fn take_file(&self, file: Piece) {
        let held = &self.0;
        held.asked.set(held.asked.get() + 1);
        held.camera.borrow_mut().take();
        held.shot.set(Shot::Ending);
        held.heard_all.set(false);
        held.ended_by.set(None);
        let filming = self.clone();
        js::run(async move {
            let taken = filming.try_take(&file).await;
            let held = &filming.0;
            if let Err(trouble) = taken {
                // Half a file is no clip.
                let half = held.clip.borrow_mut().take();
                if let (Some(half), Some(db)) = (half, held.app.database()) {
                    let _ = db.remove_with_chunks::<Clip>(&half.id).await;
                }
                held.turn.borrow_mut().take();
                return held.shot.set(Shot::Failed(trouble));
            }
            filming.finish().await;
        });
    }

    async fn try_take(&self, file: &Piece) -> Result<(), Trouble> {
        let (mime, size) = (file.mime(), file.size());
        if !mime.starts_with("video/") || size <= 0.0 {
            return Err(Trouble::NotAVideo);
        }
        if recorder::free_space().await.is_some_and(|free| (free as f64) < 2.0 * size) {
            return Err(Trouble::NoSpace);
        }
        *self.0.clip.borrow_mut() = Some(self.new_clip(mime, true, State::Copying));
        let mut at = 0.0;
        while at < size {
            let part = file.part(at, (at + FILE_CHUNK).min(size)).ok_or(Trouble::NotAVideo)?;
            let bytes = part.bytes().await.ok_or(Trouble::NotAVideo)?;
            let Some(mut clip) = self.0.clip.borrow().clone() else { return Err(Trouble::NotAVideo) };
            at += FILE_CHUNK;
            if at >= size {
                // Whole: from now on it is found again, should the page go away.
                clip.state = State::Recording;
            }
            self.put(clip, bytes).await?;
        }
        Ok(())
    }

    /// Deletes the clip after the patient's yes, and goes back to the camera.
    pub fn redo(&self, clip: &Clip) {
        let (filming, id) = (self.clone(), clip.id.clone());
        js::run(async move {
            let gone = filming.0.app.delete_clip(id).await;
            filming.let_go();
            match gone {
                Ok(()) => filming.0.shot.set(Shot::Opening),
                Err(trouble) => filming.0.shot.set(Shot::Failed(trouble)),
            }
        });
    }

    /// The clip is out of these hands: kept, or gone.
    pub fn let_go(&self) {
        self.0.clip.borrow_mut().take();
        self.0.turn.borrow_mut().take();
    }

    /// A page that goes out of sight films no more: phones take the camera, and may never come back.
    fn watch_leaving(&self) {
        let weak = Rc::downgrade(&self.0);
        let away = move || {
            if let Some(held) = weak.upgrade() {
                Filming(held).lost(Trouble::Left);
            }
        };
        *self.0.leaving.borrow_mut() = Some(connectivity::on_leaving(away));
    }

    /// The screen is left: camera and light off. A clip that was not kept is found again.
    pub fn leave(&self) {
        let held = &self.0;
        held.left.set(true);
        held.asked.set(held.asked.get() + 1);
        held.leaving.borrow_mut().take();
        let rolling = held.shot.peek() == Shot::Rolling;
        let waiting = matches!(held.shot.peek(), Shot::Done(..));
        self.quiet();
        if rolling {
            self.end(Some(Trouble::Left));
            self.wait_for_the_end();
        } else if held.shot.peek() != Shot::Ending {
            held.camera.borrow_mut().take();
            self.let_go();
        }
        held.tones.borrow_mut().take();
        if waiting {
            let app = held.app;
            js::run(async move { app.clips_changed().await });
        }
    }
}
