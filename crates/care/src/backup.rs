//! Everything of one patient as one file: settings, journal, kits. To be kept, brought to another
//! phone, or shown at the clinic's desk.
//!
//! The file is in the clear: it holds what the patient wrote, and links with their keys. Whoever
//! offers it says so. What a file cannot bring is trust: kits are verified anew with the keys that
//! this device believes, and films are fetched again.
//!
//! Bringing in is a union: an event that is here stays as it is, one that is not is added, nothing is
//! removed; so twice is once. Everything is read and checked before anything is written.

use crate::{
    fingerprint,
    journal::Event,
    json::{Json, JsonError, Value, read_field, write_field},
    kit::Choice,
    link::{KitLink, ShLink},
    opening::{self, KitRecord, OpenError},
    ports::{Asked, Codec, Crypto, Record, Records, Row, Store, StoreError},
    profile::{Mode, Profile, ProfileId, Settings},
    record,
    trust::TrustedKeys,
};

/// The major version of the format that this code reads.
pub const FORMAT_MAJOR: u32 = 1;
/// What this code writes.
pub const FORMAT: &str = "1.0";
/// The content type of the file.
pub const MIME: &str = "application/json";

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// When it was made, UTC milliseconds.
    pub made_ms: i64,
    /// The patient's choices.
    pub settings: Settings,
    /// The journal. Kinds of a later version are among them, as they came.
    pub events: Vec<Event>,
    /// The kits.
    pub kits: Vec<KitCopy>,
}

/// A kit in a file: what a device needs to read it anew and to fetch the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitCopy {
    /// Where new versions come from.
    pub link: ShLink,
    /// The signed kit as it came.
    pub jws: String,
    /// Which films the patient chose.
    pub choice: Option<Choice>,
    /// Downloading was paused by the patient.
    pub paused: bool,
}

record!(struct KitCopy { link, jws, choice, paused });

/// Why a file cannot be brought in. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// Some other file.
    #[error("not a file of this portal")]
    Foreign,
    /// Made by a later generation of the portal.
    #[error("file format {0} is not known here (expected {FORMAT_MAJOR}.x)")]
    Newer(String),
    /// Cut or changed: not JSON from this byte on.
    #[error("cut or damaged at byte {0}")]
    Syntax(usize),
    /// A field is missing or wrong, for instance `journal[3].at_ms`.
    #[error("damaged: `{0}` is missing or wrong")]
    Field(String),
    /// It reads well, but it is not what was written: `check` says otherwise.
    #[error("changed since it was made")]
    Changed,
}

/// Why nothing, or not everything, was brought in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A kit in it (from 0) cannot be read here. Nothing was changed.
    #[error("kit {0}: {1}")]
    Kit(usize, OpenError),
    /// A kit's link (from 0) is none. Nothing was changed.
    #[error("kit {0}: its link is damaged")]
    Link(usize),
    /// The store failed, possibly in the middle. Bringing the same file in again completes it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What bringing a file in did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Events that were not here.
    pub events: usize,
    /// Kits that were not here, or only in an older version.
    pub kits: usize,
    /// Kits left out because their links lead to another portal.
    pub kits_elsewhere: usize,
}

impl Backup {
    /// The file. `check` names all the rest, so that damage is noticed.
    pub fn write(&self) -> String {
        let mut fields = Vec::new();
        write_field(&mut fields, "backup", &FORMAT.to_owned());
        write_field(&mut fields, "made_ms", &self.made_ms);
        write_field(&mut fields, "settings", &self.settings);
        write_field(&mut fields, "journal", &self.events);
        write_field(&mut fields, "kits", &self.kits);
        let mut whole = Value::Map(fields);
        let check = fingerprint::of(whole.to_text().bytes());
        if let Value::Map(fields) = &mut whole {
            write_field(fields, "check", &check);
        }
        whole.to_text()
    }

    /// Reads a file. The major version is looked at first, so that a file from the future says so
    /// instead of complaining of a field.
    pub fn read(file: &[u8]) -> Result<Self, BackupError> {
        let mut whole = Value::parse(file).map_err(|e| match e {
            JsonError::Syntax(at) => BackupError::Syntax(at),
            JsonError::Field(name) => BackupError::Field(name.to_owned()),
        })?;
        let format = whole.get("backup").as_str().ok_or(BackupError::Foreign)?.to_owned();
        let major = format.split('.').next().and_then(|m| m.parse::<u32>().ok());
        if major != Some(FORMAT_MAJOR) {
            return Err(BackupError::Newer(format));
        }
        let check = whole.get("check").as_str().unwrap_or_default().to_owned();
        if let Value::Map(fields) = &mut whole {
            fields.retain(|(name, _)| name != "check");
        }
        let backup = Backup {
            made_ms: read_field(&whole, "made_ms").map_err(|e| named("", e))?,
            settings: read_field(&whole, "settings").map_err(|e| named("settings.", e))?,
            events: list(&whole, "journal")?,
            kits: list(&whole, "kits")?,
        };
        // Last, because a field says better than a number where the file is damaged.
        if fingerprint::of(whole.to_text().bytes()) != check {
            return Err(BackupError::Changed);
        }
        Ok(backup)
    }
}

fn named(place: &str, e: JsonError) -> BackupError {
    match e {
        JsonError::Syntax(at) => BackupError::Syntax(at),
        JsonError::Field(name) => BackupError::Field([place, name].concat()),
    }
}

fn list<T: Json>(whole: &Value, name: &str) -> Result<Vec<T>, BackupError> {
    let Value::List(items) = whole.get(name) else { return Err(BackupError::Field(name.to_owned())) };
    let mut list = Vec::with_capacity(items.len());
    for (n, item) in items.iter().enumerate() {
        list.push(T::from_json(item).map_err(|e| named(&format!("{name}[{n}]."), e))?);
    }
    Ok(list)
}

/// Everything of a patient as it is now, read in one look. `now_ms` is UTC.
pub async fn collect(records: &impl Records, profile: &ProfileId, now_ms: i64) -> Result<Backup, StoreError> {
    let mine = &profile.0;
    let asked = [
        Asked::Row(Store::Profiles, mine),
        Asked::Rows(Store::Journal, mine),
        Asked::Rows(Store::Kits, mine),
    ];
    let found = records.read(&asked).await?;
    let rows = |n: usize| found.get(n).map(Vec::as_slice).unwrap_or_default();
    let profiles: Vec<Profile> = Codec.decode_list(rows(0))?;
    let kits: Vec<KitRecord> = Codec.decode_list(rows(2))?;
    let copy = |k: KitRecord| KitCopy { link: k.link, jws: k.jws, choice: k.choice, paused: k.paused };
    Ok(Backup {
        made_ms: now_ms,
        settings: profiles.into_iter().next().map(|p| p.settings).unwrap_or_default(),
        events: Codec.decode_list(rows(1))?,
        kits: kits.into_iter().map(copy).collect(),
    })
}

/// Brings a file in for a patient. Kits are read anew with the `trusted` keys. `on_portal` says
/// whether an address belongs to this portal: a kit with another one would be asked for elsewhere.
pub async fn restore<B>(
    records: &impl Records,
    profile: &ProfileId,
    backup: &Backup,
    trusted: &TrustedKeys,
    crypto: &impl Crypto<B>,
    on_portal: impl Fn(&str) -> bool,
) -> Result<Restored, RestoreError> {
    let mut done = Restored::default();
    let mut rows: Vec<(Store, Row)> = Vec::new();

    let ids: Vec<Asked> = backup.events.iter().map(|e| Asked::Row(Store::Journal, &e.id)).collect();
    let here = records.read(&ids).await?;
    for (event, _) in backup.events.iter().zip(&here).filter(|(_, here)| here.is_empty()) {
        let event = Event { profile: profile.clone(), ..event.clone() };
        rows.push((Store::Journal, Codec.encode(&event)));
    }
    // A file may hold an event twice: the first one counts, as when both were brought in in turn.
    rows.sort_by(|a, b| a.1.key.cmp(&b.1.key));
    rows.dedup_by(|b, a| a.1.key == b.1.key);
    done.events = rows.len();

    for (n, copy) in backup.kits.iter().enumerate() {
        if KitLink::parse(&copy.link.to_uri(), 0).is_err() {
            return Err(RestoreError::Link(n));
        }
        let opened = opening::read(&copy.jws, trusted, crypto).await.map_err(|e| RestoreError::Kit(n, e))?;
        if !on_portal(&copy.link.url) {
            done.kits_elsewhere += 1;
            continue;
        }
        let new = KitRecord {
            profile: profile.clone(),
            kit_id: opened.kit.kit_id.clone(),
            version: opened.kit.version,
            link: copy.link.clone(),
            jws: copy.jws.clone(),
            reading: Some(opened.reading.clone()),
            etag: None,
            passcode: None,
            checked_ms: 0,
            choice: copy.choice,
            paused: copy.paused,
        };
        let here: Option<KitRecord> = records.get(&new.key()).await?;
        let record = match here {
            None => new,
            // Only a newer version that proves no less takes the place, and only as content: where it
            // is asked for and what the patient chose here stay.
            Some(here) => {
                let proof = match &here.reading {
                    Some(reading) => reading.verification,
                    None => {
                        let here = opening::read(&here.jws, trusted, crypto).await;
                        here.map_err(|e| RestoreError::Kit(n, e))?.reading.verification
                    }
                };
                let accepted = opening::accept(&opened, Some((here.version, proof))).is_ok();
                if !accepted || new.version == here.version {
                    continue;
                }
                KitRecord {
                    link: here.link,
                    choice: here.choice.or(new.choice),
                    paused: here.paused,
                    checked_ms: here.checked_ms,
                    ..new
                }
            }
        };
        done.kits += 1;
        rows.push((Store::Kits, Codec.encode(&record)));
    }

    let settings = records.get::<Profile>(&profile.0).await?.map(|p| p.settings);
    let merged = Profile {
        id: profile.clone(),
        settings: merged(settings.clone().unwrap_or_default(), &backup.settings),
    };
    if settings.as_ref() != Some(&merged.settings) {
        rows.push((Store::Profiles, Codec.encode(&merged)));
    }
    records.write_all(rows).await?;
    Ok(done)
}

/// What the patient has chosen here stays; what has not been chosen comes from the file.
fn merged(here: Settings, file: &Settings) -> Settings {
    let mut subjects = here.subjects;
    let unknown = file.subjects.iter().filter(|s| !subjects.iter().any(|here| here.kit == s.kit));
    let unknown: Vec<_> = unknown.cloned().collect();
    subjects.extend(unknown);
    Settings {
        mode: if here.mode == Mode::default() { file.mode } else { here.mode },
        lang: here.lang.or(file.lang),
        choice: here.choice.or(file.choice),
        reminders: here.reminders.or_else(|| file.reminders.clone()),
        // Whether it is to be installed here and whether its calendar rings is this device's own matter.
        install_declined: here.install_declined,
        alert_rings: here.alert_rings,
        subjects,
        kit: here.kit.or_else(|| file.kit.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reminder::{Reminders, Weekday};
    use crate::{
        calendar::Day,
        journal::{By, What},
        opening::tests::{kit, sign, trusted},
        ports::{crypto_native::NativeCrypto, memory::MemoryRecords},
        text::Lang,
        trust::Verification,
    };
    use futures_executor::block_on;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_336_200_000;

    fn me() -> ProfileId {
        ProfileId::first()
    }

    fn event(id: &str, what: Value) -> Event {
        Event { id: id.into(), profile: me(), at_ms: NOW, offset_min: 60, day: Day::of(NOW, 60), what }
    }

    fn fell(id: &str) -> Event {
        event(id, What::Fell { by: By::Patient }.to_json())
    }

    fn copy(key: u8, version: u64) -> KitCopy {
        let link = ShLink::direct("https://portail.example/k/1".into(), &[5; 32], None);
        KitCopy { link, jws: sign(key, &kit(version)), choice: Some(Choice::Normal), paused: true }
    }

    fn backup(events: Vec<Event>, kits: Vec<KitCopy>) -> Backup {
        Backup { made_ms: NOW, settings: Settings::default(), events, kits }
    }

    fn bring(records: &MemoryRecords, backup: &Backup) -> Result<Restored, RestoreError> {
        let ours = |url: &str| url.starts_with("https://portail.example/");
        block_on(restore(records, &me(), backup, &trusted(), &NativeCrypto, ours))
    }

    fn all(records: &MemoryRecords) -> Vec<Vec<Row>> {
        let me = me().0;
        block_on(records.read(&Store::ALL.map(|store| Asked::Rows(store, &me)))).unwrap()
    }

    #[test]
    fn a_file_of_another_kind_of_a_later_portal_cut_or_changed_says_which() {
        let good = backup(vec![fell("a")], vec![copy(1, 1)]).write();
        assert_eq!(Backup::read(b"{\"resourceType\":\"Bundle\"}"), Err(BackupError::Foreign));
        assert_eq!(Backup::read(b"<html>"), Err(BackupError::Syntax(0)));
        let bent = |from: &str, to: &str| Backup::read(good.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(bent("\"1.0\"", "\"2.0\""), BackupError::Newer("2.0".into()));
        assert_eq!(bent("\"at_ms\"", "\"at_mx\""), BackupError::Field("journal[0].at_ms".into()));
        assert_eq!(bent("\"jws\":\"", "\"jws\":1,\"x\":\""), BackupError::Field("kits[0].jws".into()));
        assert_eq!(bent("\"fell\"", "\"felt\""), BackupError::Changed);
        assert_eq!(bent("\"check\"", "\"chuck\""), BackupError::Changed);
        assert!(Backup::read(good.replace("\"1.0\"", "\"1.9\"").as_bytes()) == Err(BackupError::Changed));
    }

    #[test]
    fn a_later_minor_version_is_read_and_so_is_a_file_that_was_laid_out_anew() {
        let good = backup(vec![fell("a")], vec![]);
        let Value::Map(mut fields) = Value::parse(good.write().as_bytes()).unwrap() else { panic!() };
        fields.retain(|(name, _)| name != "check");
        fields[0].1 = Value::Text("1.7".into());
        fields.push(("horoscope".into(), Value::Text("lion".into())));
        let check = fingerprint::of(Value::Map(fields.clone()).to_text().bytes());
        fields.push(("check".into(), Value::Text(check)));
        let theirs: serde_json::Value = serde_json::from_str(&Value::Map(fields.clone()).to_text()).unwrap();
        assert_eq!(theirs["horoscope"], "lion");
        let spaced = Value::Map(fields).to_text().replace(",\"", ",\n  \"");
        assert_eq!(Backup::read(spaced.as_bytes()), Ok(good));
    }

    #[test]
    fn a_kit_that_cannot_be_read_changes_nothing_not_even_the_journal() {
        let records = MemoryRecords::default();
        let mut wrong = copy(1, 1);
        wrong.jws.truncate(20);
        let file = backup(vec![fell("a")], vec![copy(1, 1), wrong]);
        assert_eq!(bring(&records, &file), Err(RestoreError::Kit(1, OpenError::NotAKit)));
        let mut wrong = copy(1, 1);
        wrong.link.key = "short".into();
        assert_eq!(bring(&records, &backup(vec![fell("a")], vec![wrong])), Err(RestoreError::Link(0)));
        assert!(all(&records).concat().is_empty());
    }

    #[test]
    fn a_kit_is_verified_anew_and_never_replaced_by_one_that_is_older_or_proves_less() {
        let records = MemoryRecords::default();
        let here = || block_on(records.get::<KitRecord>("p1/kit-1")).unwrap().unwrap();
        let bring = |copy| bring(&records, &backup(vec![], vec![copy])).unwrap().kits;
        assert_eq!(bring(copy(1, 3)), 1);
        assert_eq!(here().reading.unwrap().verification, Verification::Verified);
        assert_eq!(bring(copy(1, 2)), 0, "older");
        assert_eq!(bring(copy(2, 9)), 0, "a stranger's");
        assert_eq!(here().version, 3);
        let mut newer = copy(1, 4);
        newer.link.url = "https://portail.example/k/2".into();
        newer.choice = Some(Choice::Light);
        assert_eq!(bring(newer), 1);
        assert_eq!((here().version, here().choice), (4, Some(Choice::Normal)), "the choice here stays");
        assert_eq!(here().link, copy(1, 4).link, "so does the address");
    }

    #[test]
    fn a_kit_of_another_portal_is_left_out_and_counted_and_the_journal_comes() {
        let records = MemoryRecords::default();
        let mut elsewhere = copy(1, 1);
        elsewhere.link.url = "https://other.example/k/1".into();
        let done = bring(&records, &backup(vec![fell("a")], vec![elsewhere])).unwrap();
        assert_eq!(done, Restored { events: 1, kits: 0, kits_elsewhere: 1 });
    }

    #[test]
    fn what_was_chosen_here_stays_and_what_was_not_comes_from_the_file() {
        let records = MemoryRecords::default();
        let here = Settings { lang: Some(Lang::En), ..Settings::default() };
        block_on(records.put(&Profile { id: me(), settings: here })).unwrap();
        let file = Settings {
            mode: Mode::Simple,
            lang: Some(Lang::Fr),
            install_declined: true,
            ..Settings::default()
        };
        bring(&records, &Backup { settings: file, ..backup(vec![], vec![]) }).unwrap();
        let now = block_on(records.get::<Profile>("p1")).unwrap().unwrap().settings;
        assert_eq!((now.mode, now.lang), (Mode::Simple, Some(Lang::En)));
        assert!(!now.install_declined, "a no on another phone is none here");
    }

    #[test]
    fn an_event_of_another_patient_on_this_device_stays_theirs() {
        let records = MemoryRecords::default();
        let theirs = Event { profile: ProfileId("p2".into()), ..fell("a") };
        block_on(records.add(&theirs)).unwrap();
        assert_eq!(bring(&records, &backup(vec![fell("a")], vec![])).unwrap().events, 0);
        assert_eq!(block_on(records.get::<Event>("a")).unwrap(), Some(theirs));
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let what = prop_oneof![
            any::<bool>()
                .prop_map(|b| { What::Fell { by: if b { By::Helper } else { By::Patient } }.to_json() }),
            "\\PC{0,20}".prop_map(|text| What::Noted { session: None, text, by: By::Patient }.to_json()),
            // A kind of a later version.
            ("[a-z]{1,8}", any::<i64>().prop_filter("JSON ends there", |n| *n != i64::MIN)).prop_map(
                |(kind, n)| {
                    Value::Map(vec![
                        ("kind".into(), Value::Text(kind)),
                        ("more".into(), Value::List(vec![Value::Int(n), Value::Null, Value::Bool(true)])),
                    ])
                }
            ),
        ];
        prop::collection::btree_map("[a-f]{1,2}", what, 0..12)
            .prop_map(|m| m.into_iter().map(|(id, what)| event(&id, what)).collect())
    }

    /// All but what is each device's own matter.
    fn settings() -> impl Strategy<Value = Settings> {
        let reminders = prop::option::of(0u32..1440)
            .prop_map(|at| at.map(|at| Reminders::none(7).changed(&[Weekday::Monday], &[at])));
        let subjects = prop::option::of(any::<u128>());
        (any::<bool>(), any::<Option<bool>>(), any::<Option<bool>>(), reminders, subjects).prop_map(
            |(simple, french, light, reminders, subject)| {
                let mut settings = Settings {
                    mode: if simple { Mode::Simple } else { Mode::Standard },
                    lang: french.map(|f| if f { Lang::Fr } else { Lang::En }),
                    choice: light.map(|l| if l { Choice::Light } else { Choice::Normal }),
                    reminders,
                    ..Settings::default()
                };
                if let Some(bits) = subject {
                    settings.name_subject("k", bits);
                    settings.kit = Some("k".into());
                }
                settings
            },
        )
    }

    fn backups() -> impl Strategy<Value = Backup> {
        (events(), settings(), prop::option::of(1u64..4)).prop_map(|(events, settings, version)| Backup {
            made_ms: NOW,
            settings,
            events,
            kits: version.map(|v| copy(1, v)).into_iter().collect(),
        })
    }

    proptest! {
        #[test]
        fn an_empty_device_becomes_the_same(file in backups()) {
            let device = MemoryRecords::default();
            bring(&device, &file).unwrap();
            let text = block_on(collect(&device, &me(), NOW)).unwrap().write();
            prop_assert_eq!(Backup::read(text.as_bytes()), Ok(file));
            let other = MemoryRecords::default();
            bring(&other, &Backup::read(text.as_bytes()).unwrap()).unwrap();
            prop_assert_eq!(all(&other), all(&device));
        }

        #[test]
        fn a_device_that_has_something_loses_nothing_gains_the_rest_and_twice_is_once(
            before in backups(), file in backups()
        ) {
            let device = MemoryRecords::default();
            bring(&device, &before).unwrap();
            let done = bring(&device, &file).unwrap();
            let now = block_on(collect(&device, &me(), NOW)).unwrap();
            for event in &before.events {
                prop_assert!(now.events.contains(event));
            }
            for event in &file.events {
                prop_assert!(now.events.iter().any(|e| e.id == event.id));
            }
            prop_assert_eq!(now.events.len(), before.events.len() + done.events);
            let rows = all(&device);
            prop_assert_eq!(bring(&device, &file).unwrap(), Restored::default());
            prop_assert_eq!(all(&device), rows);
        }

        #[test]
        fn one_changed_byte_or_a_cut_never_passes(file in backups(), at in any::<prop::sample::Index>(), byte: u8) {
            let good = file.write().into_bytes();
            let at = at.index(good.len());
            prop_assert!(Backup::read(&good[..at]).is_err());
            let mut bent = good.clone();
            bent[at] = byte;
            if let Ok(read) = Backup::read(&bent) {
                prop_assert_eq!(read, file, "only what means the same passes");
            }
        }
    }
}
