//! One kit on this device: what of it is here, how its download goes, where its films play from.

mod download;

use super::{App, Local, Watched};
use crate::{
    later,
    platform::{device, dom::keep, idb::Db, js, locks, media_url, navigation, timer},
};
use care::{
    download::{Facts, KitStatus, Rate},
    journal::{self, What},
    kit::{Choice, Document, Exercise, Kit, Video},
    media::MediaRef,
    opening::{KitRecord, Opened},
    ports::{Bytes, Codec, MediaRecord, MediaStore, Record, Records},
    problem::Problem,
    text::Lang,
    trust::{Badge, Verification, may_play},
};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    ops::Deref,
    rc::Rc,
};

/// How much of the chosen files is here, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Verified and stored.
    pub done: u64,
    /// All of the choice.
    pub total: u64,
    /// An estimate, once something has arrived.
    pub seconds_left: Option<u64>,
}

/// Bytes here of each file, by hash. A kit has some dozen files: a list is the smallest map.
#[derive(Clone, Debug, Default)]
struct Stock(Vec<(String, u64)>);

impl Stock {
    fn of(&self, sha256: &str) -> u64 {
        self.0.iter().find(|(s, _)| s == sha256).map_or(0, |(_, bytes)| *bytes)
    }

    fn set(&mut self, sha256: &str, bytes: u64) {
        match self.0.iter_mut().find(|(s, _)| s == sha256) {
            Some((_, held)) => *held = bytes,
            None => self.0.push((sha256.to_owned(), bytes)),
        }
    }

    fn add(&mut self, sha256: &str, bytes: u64) {
        self.set(sha256, self.of(sha256) + bytes);
    }
}

/// Where a film plays from. `url` stays empty while there is nothing to play.
#[derive(Clone)]
pub struct Film {
    /// The address to give to the player. It tells of another address alone, not of each piece that arrives: the
    /// film may be playing.
    pub url: Watched<Option<String>>,
    /// Captions that are here.
    pub captions: Signal<Vec<(Lang, String)>, LocalStorage>,
}

/// A kit, shared by the screens that show it.
#[derive(Clone)]
pub struct KitHandle(Rc<KitState>);

impl Deref for KitHandle {
    type Target = KitState;
    fn deref(&self) -> &KitState {
        &self.0
    }
}

impl PartialEq for KitHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What is known of a kit.
pub struct KitState {
    /// The kit itself.
    pub kit: Kit,
    /// What its signature proved.
    pub verification: Verification,
    /// Light or normal films.
    pub choice: RwSignal<Choice>,
    /// Why it does not go on, if it does not.
    pub trouble: RwSignal<Option<Problem>>,
    pub(super) record: RefCell<KitRecord>,
    app: App,
    /// Bytes here of each file, by hash.
    here: Local<Stock>,
    running: RwSignal<bool>,
    /// The store knows the chosen files, so the service worker waits for what arrives of them
    /// instead of fetching it a second time.
    announced: RwSignal<bool>,
    no_space: RwSignal<bool>,
    seconds_left: RwSignal<Option<u64>>,
    av1_smooth: RwSignal<bool>,
    /// Local addresses of stored files where no service worker answers for them.
    blobs: Local<Vec<(String, media_url::BlobUrl)>>,
    stop: Cell<bool>,
    retired: Cell<bool>,
    urgent: RefCell<Option<String>>,
    rate: RefCell<Rate>,
    /// Where the download stood when it was last drawn: a slow phone redraws once in a while.
    drawn_ms: Cell<f64>,
    arrived: RefCell<Stock>,
    wake: timer::Wake,
    looking: Cell<bool>,
}

impl KitHandle {
    /// A kit as it was read, with what of it is already here.
    pub(super) fn new(app: App, record: KitRecord, opened: Opened) -> Self {
        let choice = record.choice.unwrap_or_else(device::suggested_choice);
        KitHandle(Rc::new(KitState {
            kit: opened.kit,
            verification: opened.reading.verification,
            choice: RwSignal::new(choice),
            trouble: RwSignal::new(None),
            record: RefCell::new(record),
            app,
            here: RwSignal::new_local(Stock::default()),
            running: RwSignal::new(false),
            announced: RwSignal::new(false),
            no_space: RwSignal::new(false),
            seconds_left: RwSignal::new(None),
            av1_smooth: RwSignal::new(false),
            blobs: RwSignal::new_local(Vec::new()),
            stop: Cell::new(false),
            retired: Cell::new(false),
            urgent: RefCell::new(None),
            rate: RefCell::new(Rate::default()),
            drawn_ms: Cell::new(0.0),
            arrived: RefCell::default(),
            wake: timer::Wake::default(),
            looking: Cell::new(false),
        }))
    }

    /// Reads what is here and goes on with a download that was under way.
    pub(super) async fn settle(self) {
        self.av1_smooth.set(device::av1_smooth().await);
        self.refresh().await;
        // A newer version may have taken its place meanwhile: that one settles itself.
        if self.is_retired() || !may_play(self.verification) || self.app.database().is_none() {
            return;
        }
        let (chosen, paused) = {
            let record = self.record.borrow();
            (record.choice.is_some(), record.paused)
        };
        if chosen && !paused && !self.is_complete() {
            self.start();
        } else if !chosen {
            // Stills and captions are a few KB: steps and pictures stand before any film.
            later::bring_files(self.app, &self, self.kit.early().into_iter().cloned().collect());
        }
    }

    /// Counts what is stored. One look at all records first: only a file that is under way needs
    /// its chunks counted, and an old phone feels each transaction at the start.
    pub(super) async fn refresh(&self) {
        let Some(db) = self.app.database() else { return };
        let Ok(records) = db.records().await else { return };
        self.count(&db, &records).await;
    }

    /// Counts by these records.
    pub(super) async fn count(&self, db: &Db, records: &[MediaRecord]) {
        let mut here = Stock::default();
        let mut under_way = Vec::new();
        for file in self.kit.media() {
            match records.iter().find(|r| r.sha256 == file.sha256) {
                None => {}
                Some(record) if record.complete => here.set(&file.sha256, file.bytes),
                Some(_) => under_way.push(file),
            }
        }
        let names: Vec<&str> = under_way.iter().map(|file| file.sha256.as_str()).collect();
        // Unreadable now is not lost: the next look tells more.
        let present = db.present_of(&names).await.unwrap_or_default();
        for (file, present) in under_way.iter().zip(present) {
            here.set(&file.sha256, file.bytes_of(&present));
        }
        self.arrived.borrow_mut().clone_from(&here);
        self.here.set(here);
        self.make_blobs(db).await;
    }

    /// Without a service worker the stored files get addresses of their own.
    async fn make_blobs(&self, db: &Db) {
        if media_url::served_by_worker() {
            return;
        }
        for file in self.wanted() {
            let missing = self.here.with_untracked(|h| h.of(&file.sha256) != file.bytes);
            if missing || self.blob_of(&file).is_some() {
                continue;
            }
            if let Ok(url) = media_url::blob(db, &file).await {
                self.blobs.update(|b| b.push((file.sha256.clone(), url)));
            }
        }
    }

    /// Whether files are arriving in this tab.
    pub fn is_running(&self) -> bool {
        self.running.get()
    }

    /// What may be said of the kit.
    pub fn badge(&self) -> Badge<'_> {
        Badge::of(&self.kit, self.verification)
    }

    /// What the screen says of it.
    pub fn status(&self) -> KitStatus {
        let progress = self.progress();
        let facts = Facts {
            verification: self.verification,
            total: progress.total,
            // Stills that came on their own are no download begun.
            done: if self.record_chosen() { progress.done } else { 0 },
            complete: self.record_chosen() && progress.done == progress.total,
            running: self.running.get() && self.record_chosen(),
            no_space: self.no_space.get(),
            app_offline: self.app.app_offline.get(),
            today: self.app.today(),
        };
        care::download::status(&self.kit, &facts)
    }

    /// The patient has said which films to bring, or there is nothing to bring. Tracks `choice`.
    fn record_chosen(&self) -> bool {
        self.choice.track();
        self.running.track();
        self.record.borrow().choice.is_some() || self.kit.media().is_empty()
    }

    fn is_complete(&self) -> bool {
        let files = self.wanted();
        self.here.with_untracked(|h| files.iter().all(|f| h.of(&f.sha256) == f.bytes))
    }

    fn wanted(&self) -> Vec<MediaRef> {
        let (choice, smooth) = (self.choice.get_untracked(), self.av1_smooth.get_untracked());
        self.kit.wanted(choice, smooth).into_iter().cloned().collect()
    }

    /// Bytes of all the files of a choice.
    pub fn size_of(&self, choice: Choice) -> u64 {
        self.kit.wanted(choice, self.av1_smooth.get()).iter().map(|m| m.bytes).sum()
    }

    /// How far the download is.
    pub fn progress(&self) -> Progress {
        let files = self.kit.wanted(self.choice.get(), self.av1_smooth.get());
        let done = self.here.with(|h| files.iter().map(|f| h.of(&f.sha256)).sum());
        let total = files.iter().map(|f| f.bytes).sum();
        Progress { done, total, seconds_left: self.seconds_left.get() }
    }

    /// Bytes still to come.
    pub fn bytes_left(&self) -> u64 {
        let progress = self.progress();
        progress.total - progress.done
    }

    /// Chooses light or normal films. A download under way goes on with the new choice.
    pub fn choose(&self, choice: Choice) {
        self.announced.set(false);
        self.choice.set(choice);
        if self.record.borrow().choice.is_some() {
            self.keep(move |r| r.choice = Some(choice));
            self.stop.set(true);
            self.wake.now();
            self.start();
        }
    }

    /// Brings everything of the choice.
    pub fn download(&self) {
        let choice = self.choice.get_untracked();
        self.keep(move |r| (r.choice, r.paused) = (Some(choice), false));
        device::ask_to_persist();
        self.start();
    }

    /// Stops after the chunk under way and stays stopped.
    pub fn pause(&self) {
        self.keep(|r| r.paused = true);
        self.stop.set(true);
        self.wake.now();
    }

    /// Goes on.
    pub fn resume(&self) {
        self.download();
    }

    /// The patient waits for this film: it comes before the others.
    pub fn want_film(&self, exercise: &Exercise) {
        let film = exercise
            .video
            .as_ref()
            .and_then(|v| v.rung(self.choice.get_untracked(), self.av1_smooth.get_untracked()));
        let Some(film) = film else { return };
        if self.here.with_untracked(|h| h.of(&film.media.sha256) == film.media.bytes) {
            return;
        }
        *self.urgent.borrow_mut() = Some(film.media.sha256.clone());
        // The small files that come before any choice give way.
        if self.record.borrow().choice.is_none() {
            self.stop.set(true);
        }
        self.download();
    }

    /// Brings a film of an answer, which is for this patient alone, to a phone that was not asked to keep the kit;
    /// to another it comes with the rest.
    pub fn bring_answer(&self, video: &Video) {
        if self.record.borrow().choice.is_some() || !may_play(self.verification) {
            return;
        }
        let (this, video) = (self.clone(), video.clone());
        leptos::task::spawn_local(async move {
            // At the start it is not known yet which one plays smoothly: another one would never be shown.
            let smooth = device::av1_smooth().await;
            let rung = video.rung(this.choice.get_untracked(), smooth);
            let Some(film) = rung.map(|rung| rung.media.clone()) else { return };
            if this.here.with_untracked(|h| h.of(&film.sha256) != film.bytes) {
                later::bring_files(this.app, &this, vec![film]);
            }
        });
    }

    fn start(&self) {
        self.wake.now();
        self.running.set(true);
        let this = self.clone();
        leptos::task::spawn_local(async move {
            let files = this.wanted();
            this.announce(&files).await;
            later::bring_files(this.app, &this, files);
        });
    }

    async fn announce(&self, files: &[MediaRef]) {
        let Some(db) = self.app.database() else { return };
        let kit_id = self.record.borrow().kit_id.clone();
        let mut known = true;
        for file in files {
            known &= db.want(file, &kit_id).await.is_ok();
        }
        self.announced.set(known);
    }

    /// The part of the program that brings files has come, or did not: a download that was waiting for it
    /// begins, or says why not.
    pub fn program_came(&self, here: bool) {
        let waited = self.running.get_untracked();
        self.running.set(false);
        if here {
            leptos::task::spawn_local(self.clone().settle());
        } else if waited {
            self.trouble.set(Some(Problem::Stalled));
        }
    }

    /// Changes the record, here and in the store: there another tab may have changed other parts
    /// of it, which stay.
    pub(super) fn keep(&self, change: impl Fn(&mut KitRecord) + 'static) {
        change(&mut self.record.borrow_mut());
        let this = self.clone();
        leptos::task::spawn_local(async move {
            let Some(db) = this.app.database() else { return };
            let _turn = locks::turn("bon-geste-record").await;
            let mine = this.record.borrow().clone();
            let mut record = match db.get::<KitRecord>(&mine.key()).await {
                Ok(Some(stored)) if stored.version > mine.version => return,
                Ok(Some(stored)) if stored.version == mine.version => stored,
                _ => mine,
            };
            change(&mut record);
            this.app.written(KitRecord::STORE, Codec.encode(&record), false).await;
        });
    }

    /// Another tab wrote the record: its choice and its pause hold here too.
    pub(super) fn adopt(&self, record: KitRecord) {
        let (choice, paused) = (record.choice, record.paused);
        let first = self.record.replace(record).choice.is_none();
        let Some(choice) = choice else { return };
        self.choice.set(choice);
        if paused {
            self.stop.set(true);
            self.wake.now();
        } else if (first || !self.running.get_untracked()) && !self.is_complete() {
            self.start();
        }
    }

    /// The network may be back: a wait for the next try ends now.
    pub(super) fn wake_up(&self) {
        self.wake.now();
    }

    /// The patient comes back to the page, perhaps from deleting photos: what had no room is tried again.
    pub(super) fn come_back(&self) {
        self.wake_up();
        let wanted = self.record.borrow().choice.is_some() && !self.record.borrow().paused;
        if wanted && self.no_space.get_untracked() && !self.running.get_untracked() {
            self.start();
        }
    }

    /// It goes: a newer version takes its place, or everything is erased. Its download ends after
    /// the chunk under way and never begins again.
    pub(super) fn retire(&self) {
        self.retired.set(true);
        self.stop.set(true);
        self.wake.now();
    }

    /// Gives back the room of files that this version no longer names.
    pub(super) async fn drop_unneeded(&self) {
        let Some(db) = self.app.database() else { return };
        let keep: Vec<String> = self.kit.media().iter().map(|m| m.sha256.clone()).collect();
        // Room not given back now is given back with the next version.
        let _ = db.retain(&self.kit.kit_id, &keep).await;
    }

    /// Another tab stored something, or the worker began to answer. Many such calls in a short
    /// time are one look.
    pub(super) fn look_again(&self) {
        if self.looking.replace(true) {
            return;
        }
        let this = self.clone();
        leptos::task::spawn_local(async move {
            const TOGETHER_MS: i32 = 300;
            js::sleep(TOGETHER_MS).await;
            this.looking.set(false);
            this.refresh().await;
        });
    }

    /// A film that plays waits for bytes of this file: it comes before the others.
    pub(super) fn hurry(&self, sha256: &str) {
        if self.running.get_untracked() && self.kit.media().iter().any(|m| m.sha256 == sha256) {
            *self.urgent.borrow_mut() = Some(sha256.to_owned());
        }
    }

    /// The patient's own link to it, on this portal.
    pub fn link(&self) -> String {
        self.record.borrow().link.on_portal(&navigation::address(""))
    }

    /// Whether a newer version has taken its place.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.get()
    }

    fn blob_of(&self, file: &MediaRef) -> Option<String> {
        self.blobs.with_untracked(|b| b.iter().find(|(s, _)| *s == file.sha256).map(|(_, url)| url.address()))
    }

    /// The address of a stored file: answered by the worker, or made here.
    fn stored_url(&self, file: &MediaRef) -> Option<String> {
        self.app.app_offline.track();
        if !self.has(file) {
            return None;
        }
        if media_url::served_by_worker() {
            return Some(file.path());
        }
        self.blobs.track();
        self.blob_of(file)
    }

    /// The address of a stored file, as it comes.
    pub(crate) fn url_when_stored(&self, file: &MediaRef) -> Signal<Option<String>, LocalStorage> {
        let (this, file) = (self.clone(), file.clone());
        Signal::derive_local(move || this.stored_url(&file))
    }

    /// Whether all of a file is here.
    pub fn has(&self, file: &MediaRef) -> bool {
        self.here.with(|h| h.of(&file.sha256) == file.bytes)
    }

    /// A small file that is here, as text.
    pub async fn text_of(&self, file: &MediaRef) -> Option<String> {
        let chunk = self.app.database()?.chunk(&file.sha256, 0).await.ok()??;
        String::from_utf8(chunk.to_vec()).ok()
    }

    /// Whether a film of the exercise is here, in any size: at the start the right one is not known yet.
    pub fn has_film(&self, exercise: &Exercise) -> bool {
        exercise.video.iter().flat_map(|v| &v.rungs).any(|rung| self.has(&rung.media))
    }

    /// An exercise's still, once it is here.
    pub fn poster_url(&self, exercise: &Exercise) -> Signal<Option<String>, LocalStorage> {
        match &exercise.video {
            Some(video) => self.url_when_stored(&video.poster),
            None => Signal::derive_local(|| None),
        }
    }

    /// A leaflet, once it is here.
    pub fn document_url(&self, document: &Document) -> Signal<Option<String>, LocalStorage> {
        self.url_when_stored(&document.media)
    }

    /// Where an exercise's film plays from. With a service worker a film that is still arriving
    /// plays too: the worker waits for its verified chunks.
    pub fn film(&self, exercise: &Exercise) -> Film {
        self.film_of(exercise.video.as_ref())
    }

    /// Where a film of the kit's plays from.
    pub fn film_of(&self, video: Option<&Video>) -> Film {
        let Some(video) = video.cloned().filter(|_| may_play(self.verification)) else {
            return Film { url: Watched::new(None), captions: Signal::derive_local(Vec::new) };
        };
        let captions = video.captions.clone();
        let (this, that) = (self.clone(), self.clone());
        let address = move || {
            let rung = video.rung(this.choice.get(), this.av1_smooth.get())?;
            let arriving = this.running.get() && this.announced.get()
                || this.here.with(|h| h.of(&rung.media.sha256) > 0);
            if arriving && media_url::served_by_worker() {
                return Some(rung.media.path());
            }
            this.stored_url(&rung.media)
        };
        let url = Watched::new(None);
        let told = url.clone();
        keep(Box::new(move || {
            let now = address();
            if told.peek() != now {
                told.set(now);
            }
        }));
        let captions = Signal::derive_local(move || {
            captions.iter().filter_map(|c| Some((c.lang, that.stored_url(&c.media)?))).collect()
        });
        Film { url, captions }
    }

    /// Whether the contraindications are still to be read.
    pub fn must_acknowledge(&self, exercise: &Exercise) -> bool {
        self.app.events.with(|e| journal::must_acknowledge(e, &self.kit.kit_id, exercise))
    }

    /// The patient has read them.
    pub fn acknowledge(&self, exercise: &Exercise) {
        self.app.append(journal::acknowledged(&self.kit.kit_id, exercise));
    }

    /// Whether an item was seen.
    pub fn seen(&self, id: &str) -> bool {
        self.app.events.with(|e| journal::seen(e, &self.kit.kit_id, id))
    }

    /// An item was watched to its end or read.
    pub fn mark_seen(&self, id: &str) {
        if !self.app.events.with_untracked(|e| journal::seen(e, &self.kit.kit_id, id)) {
            self.app.append(What::Seen { kit: self.kit.kit_id.clone(), item: id.to_owned() });
        }
    }
}
