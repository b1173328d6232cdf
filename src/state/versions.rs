//! New versions: of a kit (asked for on opening and when the network returns) and of the portal.

use super::{
    App, KitHandle,
    adding::RECIPIENT,
    keys::{PendingLink, fetch_text},
};
use crate::platform::{clock::DeviceClock, crypto::WebCrypto, service_worker};
use care::{
    link::KitLink,
    opening,
    ports::{Clock, Records},
    problem::Problem,
};
use leptos::prelude::*;

impl App {
    /// Asks the clinic for a newer version of every kit, and tries a pending link again.
    /// What fails here is tried again next time; nothing is said, because nothing is lost.
    pub fn check_now(self) {
        leptos::task::spawn_local(async move {
            if self.kits.with_untracked(Vec::is_empty) {
                self.try_pending().await;
                return;
            }
            let _ = self.refresh_keys().await;
            for kit in self.kits.get_untracked() {
                let _ = self.check_kit(&kit, None).await;
            }
        });
    }

    async fn try_pending(self) {
        let Some(db) = self.database() else { return };
        if let Ok(Some(pending)) = db.get::<PendingLink>(PendingLink::KEY).await {
            self.add_kit(pending.text);
        }
    }

    /// Takes the newest version of a kit. One behind a code has a `place`, which the second part asks for:
    /// see `passcode`.
    pub(super) async fn check_kit(self, handle: &KitHandle, place: Option<String>) -> Result<(), Problem> {
        let record = handle.record.borrow().clone();
        if place.is_none() && record.link.has('P') {
            return Ok(());
        }
        let url = place.unwrap_or_else(|| record.link.fetch_url(RECIPIENT));
        let Some((answer, etag)) = fetch_text(&url, record.etag.clone()).await? else {
            handle.keep(|r| r.checked_ms = DeviceClock.now_ms());
            return Ok(());
        };
        let link = KitLink::Shl(record.link.clone());
        let jws = opening::decrypt(&answer, &link, &WebCrypto).await?;
        let opened = self.read_kit(&jws).await?;
        opening::accept(&opened, Some((handle.kit.version, handle.verification)))?;
        if jws == record.jws && opened.reading.verification == handle.verification {
            handle.keep(move |r| (r.etag, r.checked_ms) = (etag.clone(), DeviceClock.now_ms()));
            return Ok(());
        }
        let mut newer = handle.record.borrow().clone();
        (newer.version, newer.jws, newer.etag) = (opened.kit.version, jws, etag);
        newer.reading = Some(opened.reading.clone());
        newer.checked_ms = DeviceClock.now_ms();
        self.install_kit(newer, opened).await;
        Ok(())
    }

    /// Takes the new version of the portal and opens it.
    pub fn apply_update(self) {
        service_worker::apply_update();
    }
}
