//! What is sent to the clinic: what the patient agreed to and wants is noted here; sealing and sending is
//! the worker's. Where an item is stands in its record alone.

use super::{App, KitHandle};
use crate::platform::{
    channel,
    clock::DeviceClock,
    connectivity::{self, Change},
    dom, file, media_url, random,
    worker::Worker,
};
use care::{
    clip::{self, Clip},
    item::{Header, Kind},
    kit::{ReturnPath, Upload},
    outbox::{self, Flight, Held, OutboxItem, Wish},
    ports::{ChunkChange, Clock, Records, SharedRecords, StoreError},
    problem::Problem,
    results,
    trust::{Verification, may_play},
};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    mem,
};
use wasm_bindgen::JsValue;

/// What is known of what was sent.
#[derive(Debug, Default)]
struct Outbox {
    settled: bool,
    items: Vec<OutboxItem>,
    /// The phone is so full that the sender could not even note it.
    full: bool,
}

/// The worker that sends for this page.
enum Sender {
    Away,
    /// The how manieth it is: one that was given up may come, or fail, after the next was called.
    Coming(u32),
    Here(Worker),
}

thread_local! {
    // Not in `App`: the first screens would have to know it.
    static OUTBOX: ArcRwSignal<Outbox> = ArcRwSignal::new(Outbox::default());
    static SENDER: RefCell<Sender> = const { RefCell::new(Sender::Away) };
    static CALLED: Cell<u32> = const { Cell::new(0) };
}

fn known() -> ArcRwSignal<Outbox> {
    OUTBOX.with(ArcRwSignal::clone)
}

fn any_pending() -> bool {
    known().with_untracked(|outbox| outbox.items.iter().any(OutboxItem::is_pending))
}

/// How the patient wants an item to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Only where the network costs nothing.
    pub wifi_only: bool,
    /// The film stays on the phone too.
    pub keep: bool,
}

impl KitHandle {
    /// Where this kit's clinic receives, if it does: only what a believed key signed may name for whom
    /// something is sealed.
    pub fn upload(&self) -> Option<&Upload> {
        let receives = self.kit.return_path == ReturnPath::Server && may_send(self.verification);
        self.kit.upload.as_ref().filter(|_| receives)
    }
}

/// Whom to trust with a film of oneself is no lighter a question than whose film to play.
fn may_send(verification: Verification) -> bool {
    may_play(verification)
}

impl App {
    /// Looks at what was sent or is to be; what looks follows it.
    pub fn outbox<T>(self, look: impl FnOnce(&[OutboxItem]) -> T) -> T {
        self.settle_outbox();
        known().with(|outbox| look(&outbox.items))
    }

    /// The item of this id, or the one that the clip of this id became.
    pub fn sent(self, id: &str) -> Option<OutboxItem> {
        self.outbox(|items| items.iter().find(|item| item.header.item == id || item.clip() == id).cloned())
    }

    /// Why an item does not go on for the moment.
    pub fn held(self, item: &OutboxItem) -> Option<Held> {
        let full = known().with(|outbox| outbox.full) && item.flight.sealed.is_none();
        if full { Some(Held::NoSpace) } else { item.flight.held }
    }

    /// The kit of an item or a clip.
    pub fn kit_of(self, kit_id: &str) -> Option<KitHandle> {
        self.kits.with(|kits| kits.iter().find(|kit| kit.kit.kit_id == kit_id).cloned())
    }

    /// Reads what is kept, once, and goes on with what is under way.
    pub(crate) fn settle_outbox(self) {
        let outbox = known();
        if outbox.with_untracked(|outbox| outbox.settled) || self.database().is_none() {
            return;
        }
        // Not told: whoever looks now is told when it has come.
        outbox.update_untracked(|outbox| outbox.settled = true);
        channel::on_outbox(move || leptos::task::spawn_local(self.read_outbox()));
        connectivity::on_change(move |change| {
            if matches!(change, Change::Online | Change::Visible | Change::Kind) {
                self.hurry_sender();
            }
            if matches!(change, Change::Online | Change::Back) {
                self.check_coded();
            }
        });
        // A worker kept still in the middle of a change would hold up the page that follows.
        connectivity::on_aside(|| SENDER.set(Sender::Away));
        // As long as the page: what the clinic answers comes with a kit.
        let owner = Owner::new();
        owner.with(|| {
            dom::keep(Box::new(move || {
                self.kits.track();
                leptos::task::spawn_local(self.heed_answers());
            }));
        });
        mem::forget(owner);
        self.check_coded();
        leptos::task::spawn_local(async move {
            self.read_outbox().await;
            self.drop_films().await;
            self.heed_answers().await;
            self.hurry_sender();
        });
    }

    /// A sender that ended between an arrival and the film's removal has left the film.
    async fn drop_films(self) {
        let Some(db) = self.database() else { return };
        let items = known().with_untracked(|outbox| outbox.items.clone());
        if outbox::drop_films(&db, &items).await == Ok(true) {
            self.read_clips().await;
            channel::outbox_changed();
        }
    }

    async fn read_outbox(self) {
        let Some(db) = self.database() else { return };
        // What cannot be read now is read at the next word of the sender's.
        let Ok(mut items) = db.list::<OutboxItem>(&self.profile_id()).await else { return };
        items.sort_by_key(|item| std::cmp::Reverse(item.header.made_ms));
        let arrived = |items: &[OutboxItem]| items.iter().filter(|item| item.may_go()).count();
        let before = known().with_untracked(|outbox| arrived(&outbox.items));
        let films_go = arrived(&items) != before;
        // Told until nothing waits to be sealed: a full phone notes nothing that would end it.
        let unsealed = |item: &OutboxItem| item.is_pending() && item.flight.sealed.is_none();
        let full = known().with_untracked(|outbox| outbox.full) && items.iter().any(unsealed);
        known().set(Outbox { settled: true, items, full });
        if films_go {
            self.read_clips().await;
        }
    }

    /// Notes what the kits say now: what was seen, what was erased, where to send.
    async fn heed_answers(self) {
        let Some(db) = self.database() else { return };
        let mut changed = false;
        for kit in self.kits.get_untracked() {
            let items: Vec<OutboxItem> = known().with_untracked(|outbox| {
                outbox.items.iter().filter(|i| i.header.kit_id == kit.kit.kit_id).cloned().collect()
            });
            for item in items {
                let heed = |item: &mut OutboxItem| {
                    if let Some(answers) = &kit.kit.answers {
                        item.heed(answers);
                    }
                    if let Some(upload) = kit.upload() {
                        item.readdress(upload);
                    }
                };
                let mut heeded = item.clone();
                heed(&mut heeded);
                if heeded != item {
                    let done = db.change(&item.header.item, heed, ChunkChange::Same).await;
                    changed |= done.is_ok();
                }
            }
        }
        if changed {
            self.outbox_changed().await;
        }
    }

    async fn outbox_changed(self) {
        self.read_outbox().await;
        channel::outbox_changed();
        self.hurry_sender();
    }

    /// Sends a clip, now that the patient agreed. It is on its way once this is done.
    ///
    /// # Errors
    /// When the kit's clinic does not receive, or nothing can be kept.
    pub async fn send_clip(self, clip: &Clip, manner: Manner) -> Result<(), Problem> {
        // As it is now: an earlier sending of it may have been taken back since it was shown.
        let db = self.database().ok_or_else(|| self.no_database())?;
        let clip: Clip = db.get(&clip.id).await?.unwrap_or_else(|| clip.clone());
        let renamed = clip.next_item.is_some().then(|| clip.id.clone());
        let header = Header {
            item: clip.next_item.clone().unwrap_or_else(|| clip.id.clone()),
            kit_id: clip.kit_id.clone(),
            kind: Kind::Clip,
            exercise: Some(clip.exercise.clone()),
            mime: clip.mime.clone(),
            bytes: clip.bytes,
            made_ms: clip.made_ms,
            offset_min: clip.offset_min,
            words: clip.words.clone(),
            sound: clip.sound,
        };
        // « Mon geste » stays beside the model.
        let keep = manner.keep || clip.reference;
        self.send(header, renamed, None, Manner { keep, ..manner }).await
    }

    /// Sends a kit's results, now that the patient agreed.
    ///
    /// # Errors
    /// When there is nothing new, the kit's clinic does not receive, or nothing can be kept.
    pub async fn send_results(self, kit: &KitHandle) -> Result<(), Problem> {
        let text = self.results_file(&kit.kit).ok_or(Problem::StorageFailed)?;
        let header = Header {
            item: clip::id(random::wide()),
            kit_id: kit.kit.kit_id.clone(),
            kind: Kind::Results,
            exercise: None,
            mime: results::MIME.into(),
            bytes: text.len() as u64,
            made_ms: DeviceClock.now_ms(),
            offset_min: DeviceClock.offset_min(),
            words: None,
            sound: false,
        };
        self.send(header, None, Some(text), Manner::default()).await
    }

    async fn send(
        self,
        header: Header,
        clip: Option<String>,
        payload: Option<String>,
        manner: Manner,
    ) -> Result<(), Problem> {
        let db = self.database().ok_or_else(|| self.no_database())?;
        let kit = self.kit_of(&header.kit_id).ok_or(Problem::KitGone)?;
        let upload = kit.upload().ok_or(Problem::KitGone)?.clone();
        let item = OutboxItem {
            profile: self.profile_id(),
            header,
            clip,
            payload,
            upload,
            wish: Wish::Send,
            wifi_only: manner.wifi_only,
            keep: manner.keep,
            seen_on: None,
            erased_on: None,
            flight: Flight::default(),
        };
        match db.add(&item).await {
            // Asked for twice is sent once.
            Ok(()) | Err(StoreError::Exists) => {}
            Err(e) => return Err(e.into()),
        }
        self.outbox_changed().await;
        Ok(())
    }

    /// Notes another wish for an item.
    pub fn wish(self, id: &str, wish: impl Fn(&mut OutboxItem) + 'static) {
        let id = id.to_owned();
        leptos::task::spawn_local(async move {
            let Some(db) = self.database() else { return };
            match db.change(&id, wish, ChunkChange::Same).await {
                Ok(_) => self.outbox_changed().await,
                Err(e) => self.problem_told.set(Some(e.into())),
            }
        });
    }

    /// Has the clip of this id not go any more, if it is on its way; what arrived stays at the clinic.
    pub(super) async fn stop_sending(self, id: &str) -> Result<(), StoreError> {
        let Some(db) = self.database() else { return Ok(()) };
        let items = db.list::<OutboxItem>(&self.profile_id()).await?;
        let Some(item) = items.iter().find(|item| item.clip() == id && !item.may_go()) else { return Ok(()) };
        // It may have arrived meanwhile.
        let stop = |item: &mut OutboxItem| {
            if !item.may_go() {
                item.wish = Wish::Erase;
            }
        };
        db.change(&item.header.item, stop, ChunkChange::Same).await?;
        self.outbox_changed().await;
        Ok(())
    }

    /// Takes an item that is over off the list.
    pub fn unlist(self, id: &str) {
        let id = id.to_owned();
        leptos::task::spawn_local(async move {
            let Some(db) = self.database() else { return };
            let forgotten = match db.get::<OutboxItem>(&id).await {
                Ok(Some(item)) => outbox::forget(&db, &item, clip::id(random::wide())).await,
                Ok(None) => Ok(()),
                Err(e) => Err(e),
            };
            match forgotten {
                Ok(()) => self.outbox_changed().await,
                Err(e) => self.problem_told.set(Some(e.into())),
            }
        });
    }

    /// Gives a sealed item to the browser to be saved as a file: only the clinic's key opens it. Only after
    /// a tap.
    pub async fn save_sealed(self, item: &OutboxItem) -> bool {
        let Some(db) = self.database() else { return false };
        let sealed = media_url::file_of::<OutboxItem>(
            &db,
            &item.header.item,
            item.pieces(),
            "application/octet-stream",
        );
        match sealed.await {
            Ok(blob) => file::save_blob(&["bon-geste-", &item.header.item, ".age"].concat(), &blob),
            Err(_) => false,
        }
    }

    /// Everything on this phone was erased: nothing is sent any more.
    pub fn forget_outbox(self) {
        SENDER.set(Sender::Away);
        known().update(|outbox| outbox.items.clear());
    }

    /// Has what waits sent now, by this page's worker or another's.
    fn hurry_sender(self) {
        if !any_pending() {
            return;
        }
        channel::send_now();
        SENDER.with_borrow_mut(|sender| match sender {
            Sender::Here(worker) => worker.tell(&JsValue::NULL),
            Sender::Coming(_) => {}
            Sender::Away => {
                let nth = CALLED.get().wrapping_add(1);
                CALLED.set(nth);
                *sender = Sender::Coming(nth);
                leptos::task::spawn_local(self.start_sender(nth));
            }
        });
    }

    async fn start_sender(self, nth: u32) {
        // One that does not come is called again at the next occasion.
        let came = match Worker::start("send_worker").await {
            Ok(worker) => {
                worker.hear(move |message| match message.as_string().as_deref() {
                    Some("idle") => leptos::task::spawn_local(self.sender_rests()),
                    Some("no-space") => known().update(|outbox| outbox.full = true),
                    _ => {}
                });
                Sender::Here(worker)
            }
            Err(_) => Sender::Away,
        };
        SENDER.with_borrow_mut(|sender| {
            if matches!(sender, Sender::Coming(awaited) if *awaited == nth) {
                *sender = came;
            }
        });
    }

    /// The worker found nothing to do: unless something came meanwhile its memory is given back.
    async fn sender_rests(self) {
        self.read_outbox().await;
        if !any_pending() {
            SENDER.set(Sender::Away);
        }
    }
}
