//! Adding a kit: from a link that was tapped, pasted or scanned to a kit on view.

use super::{
    App, KitHandle,
    keys::{PendingLink, fetch_text},
};
use crate::platform::{channel, clock::DeviceClock, crypto::WebCrypto};
use care::{
    link::KitLink,
    opening::{self, KitRecord, Opened},
    ports::{Clock, Records},
    problem::Problem,
    trust::Verification,
};
use leptos::prelude::*;

/// How adding a kit goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adding {
    /// Nothing under way.
    #[default]
    Idle,
    /// Being fetched and checked.
    Busy,
    /// Not possible, and why.
    Failed(Problem),
}

impl App {
    /// Adds the kit that a text leads to, and goes to its screen.
    pub fn add_kit(self, text: String) {
        if self.adding.get_untracked() == Adding::Busy {
            return;
        }
        self.adding.set(Adding::Busy);
        leptos::task::spawn_local(async move {
            match self.try_add(&text, None).await {
                Ok(to) => {
                    self.adding.set(Adding::Idle);
                    self.go.set(Some(to));
                }
                Err(problem) => self.adding.set(Adding::Failed(problem)),
            }
        });
    }

    /// Where the shell goes next: to the kit, or to the question for the link's code. `place` is where that
    /// code has led to.
    pub(super) async fn try_add(self, text: &str, place: Option<String>) -> Result<&'static str, Problem> {
        let link = KitLink::parse(text, DeviceClock.now_ms())?;
        let KitLink::Shl(shl) = &link;
        if !crate::platform::net::same_origin(&shl.url) {
            return Err(Problem::LinkElsewhere);
        }
        // From here on the link is not lost by a reload, a dead battery or a lost network.
        self.save(&PendingLink::new(self.profile_id(), text.to_owned()));
        if place.is_none() && shl.has('P') {
            return Ok("/code");
        }
        let url = place.unwrap_or_else(|| shl.fetch_url(RECIPIENT));
        let (answer, etag) = fetch_text(&url, None).await?.ok_or(Problem::KitNotAKit)?;
        let jws = opening::decrypt(&answer, &link, &WebCrypto).await?;
        let opened = self.read_kit(&jws).await?;
        let old =
            self.kits.with_untracked(|kits| kits.iter().find(|k| k.kit.kit_id == opened.kit.kit_id).cloned());
        opening::accept(&opened, old.as_ref().map(|k| (k.kit.version, k.verification)))?;
        let old_record = old.as_ref().map(|k| k.record.borrow().clone());
        let record = KitRecord {
            profile: self.profile_id(),
            kit_id: opened.kit.kit_id.clone(),
            version: opened.kit.version,
            link: shl.clone(),
            jws,
            reading: Some(opened.reading.clone()),
            etag,
            passcode: None,
            checked_ms: DeviceClock.now_ms(),
            choice: old_record.as_ref().and_then(|r| r.choice),
            paused: old_record.is_some_and(|r| r.paused),
        };
        let kit_id = record.kit_id.clone();
        self.install_kit(record, opened).await;
        self.make_current(&kit_id);
        // The link has brought its kit. One that stays by mistake is only opened again.
        if let Some(db) = self.database() {
            let _ = db.remove::<PendingLink>(PendingLink::KEY).await;
        }
        Ok("/kit")
    }

    /// Verifies and reads a signed kit. For a key not known yet the deployed ones are looked at.
    pub(super) async fn read_kit(self, jws: &str) -> Result<Opened, Problem> {
        let trusted = self.trusted().await?;
        let opened = opening::read(jws, &trusted, &WebCrypto).await?;
        if opened.reading.verification != Verification::Stranger {
            return Ok(opened);
        }
        let trusted = self.refresh_keys().await.unwrap_or(trusted);
        Ok(opening::read(jws, &trusted, &WebCrypto).await?)
    }

    /// Keeps a kit, in the place of its older version. It is among the others even when
    /// it cannot be kept: the reason stands in `problem_told`.
    pub(super) async fn install_kit(self, record: KitRecord, opened: Opened) {
        if let Some(db) = self.database()
            && let Err(e) = db.put(&record).await
        {
            self.problem_told.set(Some(e.into()));
        }
        channel::records_changed();
        self.show_kit(record, opened);
    }

    /// Takes a kit that is kept among the others, in the place of its older version. The current kit stays: a new
    /// version of another one, or what another tab does, changes no screen.
    pub(super) fn show_kit(self, record: KitRecord, opened: Opened) {
        let kit_id = record.kit_id.clone();
        let handle = KitHandle::new(self, record, opened);
        self.kits.update(|kits| {
            if let Some(at) = kits.iter().position(|k| k.kit.kit_id == kit_id) {
                let old = std::mem::replace(&mut kits[at], handle.clone());
                old.retire();
            } else {
                kits.push(handle.clone());
            }
        });
        leptos::task::spawn_local(async move {
            handle.drop_unneeded().await;
            handle.settle().await;
        });
    }
}

/// Who asks, as the SHL specification wants it: the portal, never a patient.
pub(super) const RECIPIENT: &str = "Bon%20Geste";
/// The same where it is no part of an address.
pub(super) const RECIPIENT_NAME: &str = "Bon Geste";
