//! The clips on this phone: read when a later screen asks for them first, played from their chunks,
//! kept, saved as files, deleted.

use super::{App, Watched};
use crate::platform::{
    channel, device, file,
    idb::Db,
    js, locks,
    media_url::{self, BlobUrl},
};
use care::{
    clip::{self, Clip, State, Trouble},
    ports::{ChunkedRecords, Records, StoreError},
};
use std::rc::Rc;

/// What is known of the clips.
#[derive(Clone, Default)]
struct Shelf {
    asked: bool,
    clips: Rc<Vec<Clip>>,
    found: Rc<Vec<Clip>>,
}

thread_local! {
    /// The clips, once a later screen has asked for them: the first ones know nothing of it.
    static SHELF: Watched<Shelf> = Watched::new(Shelf::default());
}

fn shelf() -> Watched<Shelf> {
    SHELF.with(Clone::clone)
}

/// Everything of this device was removed.
pub(super) fn forget() {
    shelf().set(Shelf { asked: shelf().peek().asked, ..Shelf::default() });
}

async fn whole(db: &Db, clip: &Clip) -> Result<web_sys::Blob, StoreError> {
    media_url::file_of::<Clip>(db, &clip.id, clip.chunks, &clip.mime).await
}

/// The turn that says that a clip is in somebody's hands, in this tab or in another.
pub(super) fn turn_of(id: &str) -> String {
    ["bon-geste-clip-", id].concat()
}

impl App {
    /// Looks at the clips; what looks follows them. The first look has them read.
    pub fn clips<T>(self, look: impl FnOnce(&[Clip]) -> T) -> T {
        self.ask_for_clips();
        look(&shelf().get().clips)
    }

    /// Clips whose recording was cut off: « Nous avons retrouvé votre vidéo ».
    pub fn found_clips(self) -> Rc<Vec<Clip>> {
        self.ask_for_clips();
        shelf().get().found
    }

    fn ask_for_clips(self) {
        if shelf().amend(|shelf| std::mem::replace(&mut shelf.asked, true)) {
            return;
        }
        js::run(self.read_clips());
        channel::on_records(move || js::run(self.read_clips()));
    }

    /// Reads the clips again, and sees which were cut off. One of which nothing can be watched goes.
    pub(super) async fn read_clips(self) {
        let Some(db) = self.database() else { return };
        // What cannot be read now is read at the next look.
        let Ok(clips) = db.list::<Clip>(&self.profile_id()).await else { return };
        let mut alive = Vec::new();
        for clip in clips.iter().filter(|c| c.state != State::Kept) {
            if locks::try_turn(&turn_of(&clip.id)).await.is_none() {
                alive.push(clip.id.clone());
            }
        }
        let found = clip::found(&clips, |c| alive.contains(&c.id));
        for empty in &found.empty {
            // At the next look otherwise.
            let _ = db.remove_with_chunks::<Clip>(&empty.id).await;
        }
        shelf().set(Shelf { asked: true, clips: Rc::new(clips), found: Rc::new(found.clips) });
    }

    /// Keeps a clip as it is now, found or just filmed. A new « Mon geste » takes the place of the older
    /// one, once it is kept itself.
    pub async fn keep_clip(self, mut clip: Clip) -> Result<(), Trouble> {
        clip.state = State::Kept;
        let db = self.database().ok_or(Trouble::NotKept)?;
        db.put(&clip).await?;
        // Whoever films may never have downloaded anything.
        device::ask_to_persist();
        if clip.reference {
            let older = |c: &&Clip| {
                c.reference && c.id != clip.id && c.kit_id == clip.kit_id && c.exercise == clip.exercise
            };
            let known = shelf().peek().clips;
            let older: Vec<String> = known.iter().filter(older).map(|c| c.id.clone()).collect();
            for id in older {
                db.remove_with_chunks::<Clip>(&id).await?;
            }
        }
        self.clips_changed().await;
        Ok(())
    }

    /// Removes a clip from this phone. Only ever after the patient's yes. What has not arrived at the clinic
    /// does not go there any more.
    pub async fn delete_clip(self, id: String) -> Result<(), Trouble> {
        let db = self.database().ok_or(Trouble::NotKept)?;
        self.stop_sending(&id).await?;
        db.remove_with_chunks::<Clip>(&id).await?;
        self.clips_changed().await;
        Ok(())
    }

    /// Clips were written: this tab and the others look again.
    pub(super) async fn clips_changed(self) {
        self.read_clips().await;
        channel::records_changed();
    }

    /// An address that a clip plays from, as long as it is held.
    pub async fn clip_url(self, clip: &Clip) -> Result<BlobUrl, Trouble> {
        let db = self.database().ok_or(Trouble::NotKept)?;
        Ok(media_url::of_blob(&whole(&db, clip).await?)?)
    }

    /// Gives a clip to the browser to be saved as a file. Only after a tap.
    pub async fn save_clip(self, clip: &Clip) -> Result<(), Trouble> {
        let db = self.database().ok_or(Trouble::NotKept)?;
        if file::save_blob(&clip.file_name(), &whole(&db, clip).await?) {
            Ok(())
        } else {
            Err(Trouble::NotKept)
        }
    }
}
