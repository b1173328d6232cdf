//! How a kit's files come: one downloader a device, which goes on until they are here. It is in the
//! second part of the program: nothing is brought before the first screen can be used.

use super::KitHandle;
use crate::platform::{
    channel, clock, crypto::WebCrypto, idb::Db, locks, net::Fetch, random, service_worker,
};
use care::{
    download::{self, Backoff, Outcome, Rate, Trouble, Watch},
    media::MediaRef,
    opening::KitRecord,
    ports::{MediaStore, Record, Records, StoreError},
    problem::Problem,
};
use leptos::prelude::*;

impl KitHandle {
    /// Brings files until they are here, the patient stops, or only the patient can help.
    pub async fn bring_files(self, files: Vec<MediaRef>) {
        let Some(db) = self.app.database() else {
            // Nothing can be kept here: the same reason that every screen tells.
            return self.trouble.set(self.app.problem_told.get_untracked());
        };
        // One downloader a device: a second tab, or a second call here, waits its turn and then
        // finds the work done.
        self.running.set(true);
        let _turn = locks::turn("bon-geste-download").await;
        self.running.set(true);
        self.no_space.set(false);
        self.stop.set(self.retired.get() || self.record.borrow().paused);
        let mut backoff = Backoff::default();
        while !self.stop.get() {
            self.refresh().await;
            let before = self.done_bytes();
            let result = self.attempt(&db, &files).await;
            let arrived = self.done_bytes();
            self.refresh().await;
            let trouble = result.err();
            self.trouble.set(trouble.clone().map(Problem::from));
            match trouble {
                Some(trouble) if trouble.passes() => {
                    if self.done_bytes() > before {
                        backoff.reset();
                    }
                    self.wake.within(backoff.next_ms(random::fraction())).await;
                }
                Some(Trouble::Store(StoreError::Quota)) => {
                    self.no_space.set(true);
                    break;
                }
                // What arrived is gone again: the store was emptied under us. Once more.
                None if self.done_bytes() < arrived => {}
                _ => break,
            }
        }
        // What the next run is to bring first stays.
        self.urgent.borrow_mut().take_if(|urgent| files.iter().any(|file| file.sha256 == *urgent));
        self.seconds_left.set(None);
        self.running.set(false);
        if self.is_complete() {
            clock::mark_kit_ready();
            // « Prêt sans Internet » needs the portal too; what kept it away may have passed with this.
            if !self.app.app_offline.get_untracked() {
                service_worker::try_again();
            }
        }
    }

    async fn attempt(&self, db: &Db, files: &[MediaRef]) -> Result<Outcome, Trouble> {
        let record = self.record.borrow().clone();
        // Its record stands beside its files, also in a store that was emptied under us.
        if record.choice.is_some() && db.get::<KitRecord>(&record.key()).await?.is_none() {
            db.put(&record).await?;
        }
        for file in files {
            db.want(file, &record.kit_id).await?;
        }
        *self.rate.borrow_mut() = Rate::default();
        download::fetch_all(&Fetch, db, &WebCrypto, files, self).await
    }

    fn done_bytes(&self) -> u64 {
        self.arrived.borrow().0.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl Watch for KitHandle {
    fn stored(&self, sha256: &str, n: u32, bytes: u64) {
        self.arrived.borrow_mut().add(sha256, bytes);
        let now = clock::monotonic_ms();
        self.rate.borrow_mut().push(now, bytes);
        channel::chunk_stored(sha256, n);
        const REDRAW_MS: f64 = 200.0;
        if now - self.drawn_ms.get() > REDRAW_MS {
            self.drawn_ms.set(now);
            self.trouble.set(None);
            self.here.set(self.arrived.borrow().clone());
            let progress = untrack(|| self.progress());
            self.seconds_left.set(self.rate.borrow().seconds_left(progress.total - progress.done));
        }
    }

    fn stopped(&self) -> bool {
        self.stop.get()
    }

    fn urgent(&self) -> Option<String> {
        self.urgent.borrow().clone()
    }
}
