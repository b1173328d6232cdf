//! The start: open the database, read what is kept, open a tapped link, listen to the browser.

use super::{App, KitHandle, Phase};
use crate::later;
use crate::platform::{
    channel, connectivity,
    crypto::WebCrypto,
    device, first_paint,
    idb::{self, Db},
    install, js, location, navigation, service_worker,
};
use care::{
    journal::Event,
    opening::{self, KitRecord},
    ports::{Asked, Codec, MediaStore, Records, Store},
    problem::Problem,
    profile::Profile,
    text::Lang,
    trust::Verification,
};
use futures_util::future::join;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Makes the state, provides it to every screen and begins to fill it.
pub fn mount_state() -> App {
    let app = App::new(first_paint::settings(), device::language());
    provide_context(app);
    leptos::task::spawn_local(async move {
        app.open().await;
        if !app.bring_words(app.lang.get_untracked()).await {
            app.lang.set(Lang::Fr);
        }
        app.phase.set(Phase::Ready);
        app.listen();
        let tapped = location::take_link();
        match tapped {
            Some(text) => app.add_kit(text),
            None => app.check_now(),
        }
        service_worker::register(
            move |offline| {
                app.app_offline.set(offline);
                app.look_again();
            },
            move || app.update_waiting.set(true),
        );
        app.keep_portal().await;
    });
    app
}

/// The state, on any screen.
pub fn use_app() -> App {
    expect_context()
}

impl App {
    pub(super) fn database(self) -> Option<Db> {
        self.db.get_untracked()
    }

    /// Reads everything that is kept. A kit that cannot be read is left where it is and said.
    async fn open(self) {
        let result: Result<(), Problem> = async {
            let db = Db::open(idb::NAME).await?;
            self.db.set(Some(db.clone()));
            let id = self.profile_id();
            let asked = [
                Asked::Row(Store::Profiles, &id.0),
                Asked::Rows(Store::Journal, &id.0),
                Asked::Rows(Store::Kits, &id.0),
            ];
            let (rows, files) = join(db.read(&asked), db.records()).await;
            let (rows, files) = (rows?, files?);
            let [profile, events, kits] = &rows[..] else { return Ok(()) };
            if let Some(profile) = Codec.decode_list::<Profile>(profile)?.pop() {
                self.mode.set(profile.settings.mode);
                if let Some(lang) = profile.settings.lang {
                    self.lang.set(lang);
                }
                self.profile.set(profile);
            }
            self.events.set(Codec.decode_list(events)?);
            let mut unreadable = None;
            for record in Codec.decode_list::<KitRecord>(kits)? {
                let recalled = record.recall();
                let again = recalled.is_some();
                let opened = match recalled {
                    Some(opened) => Ok(opened),
                    None => {
                        let trusted = self.trusted().await.unwrap_or_default();
                        opening::read(&record.jws, &trusted, &WebCrypto).await
                    }
                };
                match opened {
                    Ok(opened) => {
                        let handle = KitHandle::new(self, record, opened);
                        handle.count(&db, &files).await;
                        self.kits.update(|kits| kits.push(handle.clone()));
                        leptos::task::spawn_local(handle.clone().settle());
                        if again {
                            leptos::task::spawn_local(async move { self.verify_again(&handle).await });
                        }
                    }
                    Err(e) => unreadable = Some(Problem::from(e)),
                }
            }
            if let Some(kit_id) = self.profile.with_untracked(|profile| profile.settings.kit.clone()) {
                self.put_first(&kit_id);
            }
            unreadable.map_or(Ok(()), Err)
        }
        .await;
        if let Err(problem) = result {
            self.problem_told.set(Some(problem));
        }
    }

    /// Asks the signature of a kept kit again, beside its first screen. Should it prove something else
    /// than when the kit came, the kit is shown as what it is now.
    async fn verify_again(self, handle: &KitHandle) {
        let record = handle.record.borrow().clone();
        // Not being able to ask today proves nothing new.
        let Ok(trusted) = self.trusted().await else { return };
        if let Ok(opened) = opening::read(&record.jws, &trusted, &WebCrypto).await
            && !handle.is_retired()
            && opened.reading.verification != Verification::Unchecked
            && record.reading.as_ref() != Some(&opened.reading)
        {
            let record = KitRecord { reading: Some(opened.reading.clone()), ..record };
            self.save(&record);
            self.show_kit(record, opened);
        }
    }

    /// The portal itself must come too. What kept it away may pass: room is made, a network returns. A few
    /// tries, each after twice the wait, for each costs what has not come yet.
    async fn keep_portal(self) {
        const FIRST_WAIT_MS: i32 = 20_000;
        const TRIES: u32 = 6;
        for n in 0..TRIES {
            js::sleep(FIRST_WAIT_MS << n).await;
            if self.app_offline.get_untracked() {
                return;
            }
            service_worker::try_again();
        }
    }

    fn look_again(self) {
        for kit in self.kits.get_untracked() {
            kit.look_again();
        }
    }

    fn listen(self) {
        self.online.set(connectivity::is_online());
        later::wake(self);
        connectivity::on_change(move |change| match change {
            connectivity::Change::Online => {
                self.online.set(true);
                self.wake_downloads();
                self.check_now();
                later::bring(self);
            }
            connectivity::Change::Offline => self.online.set(false),
            connectivity::Change::Back => self.check_now(),
            // Only what is sent asks what the network costs.
            connectivity::Change::Kind => {}
            connectivity::Change::Visible => {
                for kit in self.kits.get_untracked() {
                    kit.come_back();
                }
                later::wake(self);
            }
        });
        channel::on_chunk(move |_| self.look_again());
        // What another tab erased must not stay on view, nor be written again.
        channel::on_erased(navigation::begin_again);
        channel::on_records(move || leptos::task::spawn_local(self.reread()));
        channel::on_wanted(move |sha256| {
            for kit in self.kits.get_untracked() {
                kit.hurry(&sha256);
            }
        });
        install::listen(move || self.install_changed.notify());
        location::on_link(move |text| self.add_kit(text));
    }

    /// Another tab added a kit, took a new version, chose films or paused, or wrote into the journal.
    pub(super) async fn reread(self) {
        let Some(db) = self.database() else { return };
        let written: Vec<Event> = db.list(&self.profile_id()).await.unwrap_or_default();
        if written.len() > self.events.with_untracked(Vec::len) {
            self.events.update(|events| {
                let own: BTreeSet<String> = events.iter().map(|e| e.id.clone()).collect();
                events.extend(written.into_iter().filter(|e| !own.contains(&e.id)));
            });
        }
        // What cannot be read now is read at the next start.
        let records: Vec<KitRecord> = db.list(&self.profile_id()).await.unwrap_or_default();
        for record in records {
            let here =
                self.kits.with_untracked(|kits| kits.iter().find(|k| k.kit.kit_id == record.kit_id).cloned());
            match here {
                Some(kit) if kit.kit.version == record.version => kit.adopt(record),
                _ => {
                    if let Ok(opened) = self.read_kit(&record.jws).await {
                        self.show_kit(record, opened);
                    }
                }
            }
        }
    }

    fn wake_downloads(self) {
        for kit in self.kits.get_untracked() {
            kit.wake_up();
        }
    }
}
