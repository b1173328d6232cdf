//! What the screens show and what they may ask for. The rules are `care`'s, the browser is
//! `platform`'s; this joins them. Both modes and both languages share it.

mod adding;
mod clips;
mod filming;
mod follow_up;
mod keys;
mod kit;
mod outbox;
mod passcode;
mod quiz;
mod session;
mod start;
mod texts;
mod versions;
mod watched;

pub use adding::Adding;
pub use filming::{Filming, Shot};
pub use kit::{Film, KitHandle, Progress};
pub use outbox::Manner;
pub use passcode::Refused;
pub use session::{Now, Session};
pub use start::{mount_state, use_app};
pub use texts::Files;
pub use watched::Watched;

use crate::{
    i18n,
    later::{self, Arrival},
    platform::{channel, clock::DeviceClock, idb::Db, install, media_url, words},
};
use care::{
    calendar::Day,
    journal::{Event, What},
    json::{Json, Value},
    ports::{Clock, Codec, Record, Records, Row, Store},
    problem::Problem,
    profile::{Mode, Profile, ProfileId, Settings},
    text::Lang,
};
use leptos::prelude::*;

/// A signal of things that live on the one thread of the page.
pub type Local<T> = RwSignal<T, LocalStorage>;

/// Where the start has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The database is being opened.
    Opening,
    /// Opened, or refused: what is known is on view.
    Ready,
}

/// Everything the screens share. Copied freely; the signals live as long as the page.
#[derive(Clone, Copy)]
pub struct App {
    /// The language of the screens.
    pub lang: RwSignal<Lang>,
    /// Standard or simplified.
    pub mode: RwSignal<Mode>,
    /// What the browser believes of the network. Never the reason not to try.
    pub online: RwSignal<bool>,
    /// Where the start has come to.
    pub phase: RwSignal<Phase>,
    /// Why nothing can be kept on this device, if so.
    pub problem_told: RwSignal<Option<Problem>>,
    /// Whether the screens after the first ones are here.
    pub later: RwSignal<Arrival>,
    /// The kits, the current one first.
    pub kits: Local<Vec<KitHandle>>,
    /// How adding a kit goes.
    pub adding: RwSignal<Adding>,
    /// A new version of the portal waits for the patient's yes.
    update_waiting: RwSignal<bool>,
    /// The portal itself opens without network.
    pub app_offline: RwSignal<bool>,
    /// Where the shell should go next; it takes the value and navigates.
    pub go: RwSignal<Option<&'static str>>,
    /// What happened, as written in the journal.
    events: Local<Vec<Event>>,
    profile: Local<Profile>,
    db: Local<Option<Db>>,
    install_changed: RwSignal<()>,
}

impl App {
    fn new(settings: Settings, device_lang: Lang) -> Self {
        let profile = Profile { id: ProfileId::first(), settings };
        App {
            lang: RwSignal::new(profile.settings.lang.unwrap_or(device_lang)),
            mode: RwSignal::new(profile.settings.mode),
            online: RwSignal::new(true),
            phase: RwSignal::new(Phase::Opening),
            problem_told: RwSignal::new(None),
            later: RwSignal::new(Arrival::Away),
            kits: RwSignal::new_local(Vec::new()),
            adding: RwSignal::new(Adding::Idle),
            update_waiting: RwSignal::new(false),
            // A worker in charge was complete when it was installed; it says so itself if it no longer is.
            app_offline: RwSignal::new(media_url::served_by_worker()),
            go: RwSignal::new(None),
            events: RwSignal::new_local(Vec::new()),
            profile: RwSignal::new_local(profile),
            db: RwSignal::new_local(None),
            install_changed: RwSignal::new(()),
        }
    }

    /// The kit that the screens speak of.
    pub fn current(self) -> Option<KitHandle> {
        self.kits.with(|kits| kits.first().cloned())
    }

    /// Makes a kit the current one, at the next start as well.
    pub fn make_current(self, kit_id: &str) {
        self.put_first(kit_id);
        self.remember(|settings| settings.kit = Some(kit_id.to_owned()));
    }

    /// The screens speak of this kit from now on, if it is here.
    fn put_first(self, kit_id: &str) {
        self.kits.update(|kits| {
            if let Some(at) = kits.iter().position(|k| k.kit.kit_id == kit_id) {
                kits[..=at].rotate_right(1);
            }
        });
    }

    /// Today, as the device tells it.
    pub fn today(self) -> Day {
        DeviceClock.today()
    }

    /// Now, in UTC milliseconds, as the device tells it.
    pub fn now_ms(self) -> i64 {
        DeviceClock.now_ms()
    }

    /// Chooses the language and remembers it, once its words are here.
    pub fn set_lang(self, lang: Lang) {
        leptos::task::spawn_local(async move {
            if self.bring_words(lang).await {
                self.lang.set(lang);
                self.remember(|s| s.lang = Some(lang));
            }
        });
    }

    /// Shows the screens in a language without remembering it: that of the page around this one.
    pub fn show_in(self, lang: Lang) {
        leptos::task::spawn_local(async move {
            if self.bring_words(lang).await {
                self.lang.set(lang);
            }
        });
    }

    /// Brings the words of a language. Says so when they cannot come.
    async fn bring_words(self, lang: Lang) -> bool {
        let Some(file) = i18n::missing(lang) else { return true };
        let here = match words::begun().await {
            Some(text) => i18n::take_english(&text),
            None => false,
        };
        let text = async || keys::fetch_text(file, None).await.ok().flatten();
        let here = here || text().await.is_some_and(|(text, _)| i18n::take_english(&text));
        self.problem_told.update(|told| match here {
            true => *told = told.filter(|p| *p != Problem::LanguageMissing),
            false => *told = Some(Problem::LanguageMissing),
        });
        here
    }

    /// Chooses the mode and remembers it.
    pub fn set_mode(self, mode: Mode) {
        self.mode.set(mode);
        self.remember(|s| s.mode = mode);
    }

    /// Whether a new version of the portal may be offered now: never during a download.
    pub fn update_ready(self) -> bool {
        self.update_waiting.get() && !self.kits.with(|kits| kits.iter().any(KitHandle::is_running))
    }

    /// Changes the settings, here and in the store.
    fn remember(self, change: impl FnOnce(&mut Settings)) {
        self.profile.update(|p| change(&mut p.settings));
        let profile = self.profile.get_untracked();
        crate::platform::first_paint::remember(&profile.settings);
        self.save(&profile);
    }

    /// Appends to the journal, on the screen at once and in the store as soon as it commits.
    pub fn append(self, what: What) {
        self.note(what.to_json());
        if matches!(what, What::SetDone { .. }) {
            later::wake(self);
        }
    }

    /// The same with what another list of events has written, as `care::quiz::Learning`.
    pub fn note(self, what: Value) {
        let event = Event::of(&DeviceClock, self.profile_id(), crate::platform::random::number(), what);
        let event = self.events.with_untracked(|events| event.following(events));
        self.events.update(|events| events.push(event.clone()));
        self.write(Event::STORE, Codec.encode(&event), true);
    }

    /// Looks into the journal; what looks follows it.
    pub fn journal<T>(self, look: impl FnOnce(&[Event]) -> T) -> T {
        self.events.with(|events| look(events))
    }

    fn profile_id(self) -> ProfileId {
        self.profile.with_untracked(|p| p.id.clone())
    }

    /// Writes a record in the background, in the place of the one with its key.
    fn save<R: Record>(self, record: &R) {
        self.write(R::STORE, Codec.encode(record), false);
    }

    /// Writes in the background. A failure becomes the notice that every screen shows; a success
    /// takes back the one that there is no room.
    fn write(self, store: Store, row: Row, new: bool) {
        leptos::task::spawn_local(self.written(store, row, new));
    }

    async fn written(self, store: Store, row: Row, new: bool) {
        let Some(db) = self.database() else { return };
        match db.write(store, row, new).await {
            Ok(()) => {
                self.problem_told.update(|p| *p = p.filter(|p| *p != Problem::NoSpace));
                if matches!(store, Store::Kits | Store::Journal) {
                    channel::records_changed();
                }
            }
            Err(e) => self.problem_told.set(Some(e.into())),
        }
    }

    /// Removes everything of this device: kits, films, journal, settings.
    pub async fn erase_all(self) -> Result<(), Problem> {
        for kit in self.kits.get_untracked() {
            kit.retire();
        }
        if let Some(db) = self.database() {
            db.erase_all().await?;
            channel::erased();
        }
        crate::platform::first_paint::forget();
        self.kits.set(Vec::new());
        self.events.set(Vec::new());
        clips::forget();
        self.profile.update(|p| p.settings = Settings::default());
        Ok(())
    }

    /// What to say about installing.
    pub fn install_hint(self) -> install::Hint {
        self.install_changed.track();
        install::hint()
    }

    /// The same; nothing more of installing once the patient has said no.
    pub fn install_offer(self) -> install::Hint {
        match self.install_hint() {
            install::Hint::InApp => install::Hint::InApp,
            _ if self.profile.with(|profile| profile.settings.install_declined) => install::Hint::None,
            hint => hint,
        }
    }

    /// The patient does not want to install: only the settings still speak of it.
    pub fn decline_install(self) {
        self.remember(|settings| settings.install_declined = true);
    }

    /// Opens the browser's own question whether to install.
    pub fn install(self) {
        install::prompt();
        self.install_changed.notify();
    }
}
