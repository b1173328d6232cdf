//! What « Mon suivi » asks of the state beside the journal: the reminders, everything as one file,
//! and who the patient is in a clinic's results.

use super::App;
use crate::platform::{channel, clock::DeviceClock, crypto::WebCrypto, device, net, random};
use care::{
    backup::{self, Backup, RestoreError, Restored},
    kit::Kit,
    ports::{Clock, Records},
    problem::Problem,
    profile::{Profile, Settings},
    reminder::{Reminders, TITLE, Weekday},
};
use leptos::prelude::*;

impl App {
    /// Looks at what the patient has chosen; what looks follows it.
    pub fn settings<T>(self, look: impl FnOnce(&Settings) -> T) -> T {
        self.profile.with(|profile| look(&profile.settings))
    }

    fn reminders(self) -> Reminders {
        let known = self.profile.with_untracked(|p| p.settings.reminders.clone());
        known.unwrap_or_else(|| Reminders::none(random::number()))
    }

    /// Keeps the days and times (minutes since midnight) that the patient picked, and gives the calendar
    /// file that says so; nothing when there never were reminders and still are none.
    pub fn set_reminders(self, days: &[Weekday], minutes: &[u32]) -> Option<String> {
        let reminders = self.reminders().changed(days, minutes);
        let file = reminders.ics(DeviceClock.now_ms(), DeviceClock.offset_min(), TITLE);
        self.remember(|settings| settings.reminders = Some(reminders));
        self.show_badge();
        file
    }

    /// The calendar file of an alert that rings in two to three minutes.
    pub fn test_alert(self) -> String {
        let reminders = self.reminders();
        let file = reminders.test_alert(DeviceClock.now_ms(), DeviceClock.offset_min(), TITLE);
        // The reminders to come are of the same series.
        self.remember(|settings| settings.reminders = Some(reminders));
        file
    }

    /// Keeps the answer to « L’alerte a-t-elle sonné ? »; none asks again.
    pub fn alert_rang(self, rang: Option<bool>) {
        self.remember(|settings| settings.alert_rings = rang);
    }

    /// The reminder that the portal was opened too late for: minutes since midnight.
    pub fn opened_late(self) -> Option<u32> {
        let reminders = self.settings(|settings| settings.reminders.clone())?;
        let kit = self.current()?;
        let (now, offset) = (DeviceClock.now_ms(), DeviceClock.offset_min());
        self.journal(|events| reminders.opened_late(events, &kit.kit, now, offset))
    }

    /// Says on the portal's icon that something waits since a reminder, and takes it back.
    pub(crate) fn show_badge(self) {
        if self.profile.with_untracked(|p| p.settings.reminders.is_some()) {
            device::badge(usize::from(untrack(|| self.opened_late()).is_some()));
        }
    }

    /// Everything of the patient as one file.
    pub async fn copy_of_all(self) -> Result<String, Problem> {
        let Some(db) = self.database() else { return Err(self.no_database()) };
        let copy = backup::collect(&db, &self.profile_id(), DeviceClock.now_ms()).await?;
        Ok(copy.write())
    }

    /// Adds what a copy holds to what is here, and shows it. Nothing is removed.
    pub async fn bring_in(self, copy: &Backup) -> Result<Restored, Problem> {
        let Some(db) = self.database() else { return Err(self.no_database()) };
        // Without a kit no signature has to be asked.
        let trusted = if copy.kits.is_empty() { Default::default() } else { self.trusted().await? };
        let id = self.profile_id();
        let done = backup::restore(&db, &id, copy, &trusted, &WebCrypto, net::same_origin).await;
        // Whatever was written before a failure is here.
        self.reread().await;
        channel::records_changed();
        if let Ok(Some(profile)) = db.get::<Profile>(&id.0).await {
            self.take_settings(profile).await;
        }
        self.show_badge();
        done.map_err(|e| match e {
            RestoreError::Kit(_, e) => e.into(),
            RestoreError::Link(_) => Problem::LinkBroken,
            RestoreError::Store(e) => e.into(),
        })
    }

    /// Shows the settings as they are kept now.
    async fn take_settings(self, profile: Profile) {
        let (mode, lang) = (profile.settings.mode, profile.settings.lang);
        self.profile.set(profile);
        self.remember(|_| ());
        if self.mode.get_untracked() != mode {
            self.mode.set(mode);
        }
        if let Some(lang) = lang.filter(|lang| *lang != self.lang.get_untracked())
            && self.bring_words(lang).await
        {
            self.lang.set(lang);
        }
    }

    pub(super) fn no_database(self) -> Problem {
        self.problem_told.get_untracked().unwrap_or(Problem::StorageFailed)
    }

    /// The results of a kit as a FHIR Bundle, in text; nothing when there is nothing new.
    pub fn results_file(self, kit: &Kit) -> Option<String> {
        let results = untrack(|| self.journal(|events| care::results::Results::since_last(events, kit)));
        let known = self.profile.with_untracked(|p| p.settings.subject(&kit.kit_id));
        let subject = known.unwrap_or_else(|| {
            let made = random::wide();
            self.remember(|settings| settings.name_subject(&kit.kit_id, made));
            made
        });
        Some(results.bundle(subject, DeviceClock.now_ms(), DeviceClock.offset_min())?.to_text())
    }
}
