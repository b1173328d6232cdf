//! `clinic inbox`: what patients sent, at the desk. Lists it, opens it with the desk's key, tells the
//! patient that it was seen, and erases it: at the patient's wish, after the days that the clinic
//! keeps things, or by hand.
//!
//! Copies lie in `desk/inbox/<kit>/`; what became of each item is kept in `desk/inbox/items.json`.

mod open;

use crate::{
    answers,
    files::{self, Access, Lock},
    folder::ClinicFolder,
    now::Now,
    problem::{Outcome, Problem},
    publish,
    register::Register,
    store::{Items, Kind},
};
use care::{calendar::Day, item, outbox::erasure_day, text::Lang};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    future::Future,
    path::{Path, PathBuf},
};

/// Fewest letters of an item's id that stand for it.
const SHORT: usize = 4;
/// Why an item goes that nobody asked to erase.
const OVER: &str = "its days are over";

/// Where an item stands at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not opened yet.
    New,
    /// It cannot be opened, or is not what it says.
    Unreadable,
    /// Opened; the patient does not know it yet.
    Opened,
    /// The patient reads that it was seen.
    Seen,
    /// The kiné answered it.
    Answered,
}

/// What became of an item.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    kit_id: String,
    arrived_ms: i64,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened: Option<Opened>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

/// What was in an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// `clip` or `results`.
    pub kind: String,
    /// The exercise that a clip shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<String>,
    /// The day on which it was made, where it was made.
    pub made: Day,
    /// What the patient wrote with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The content as it came, then the page to look at.
    pub files: Vec<PathBuf>,
}

/// One line of the inbox.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The item's id.
    pub item: String,
    /// The kit's name at the desk.
    pub kit: String,
    /// The kit's id.
    pub kit_id: String,
    /// When it arrived.
    pub arrived: Day,
    /// The same, UTC milliseconds.
    pub arrived_ms: i64,
    /// The day on which it is erased.
    pub erased_on: Day,
    /// Sealed length in bytes.
    pub bytes: u64,
    /// Where it stands.
    pub state: State,
    /// What was in it, once opened.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// Why it cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// An item that was erased, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The item's id.
    pub item: String,
    /// The kit's name at the desk.
    pub kit: String,
    /// Why, as a sentence.
    pub why: &'static str,
    /// Whether anybody had opened it.
    pub opened: bool,
}

/// The opened inbox. The desk is locked as long as it is.
pub struct Inbox {
    clinic: ClinicFolder,
    _lock: Lock,
    runtime: tokio::runtime::Runtime,
    store: Items,
    registers: BTreeMap<String, Register>,
    records: BTreeMap<String, Record>,
    now: Now,
    lang: Lang,
    /// What the person at the desk should know.
    pub warnings: Vec<String>,
    /// What was erased when the inbox was opened.
    pub erased: Vec<Erased>,
}

impl Inbox {
    /// Opens the inbox of a clinic; `store` as `clinic serve` was told. Does at once what is due: what
    /// patients asked to be erased, and what is older than the clinic keeps things.
    pub fn open(dir: &Path, store: Option<&str>, now: Now, lang: Lang) -> Outcome<Self> {
        let clinic = ClinicFolder::open(dir)?;
        let lock = Lock::take(&clinic.desk())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Problem::new("this machine", format!("cannot read the store: {e}")))?;
        let store = Items::open(store, &clinic.server().items())?;
        let registers =
            Register::all(&clinic)?.into_iter().map(|register| (register.kit_id.clone(), register)).collect();
        let file = records_file(&clinic);
        let records = match file.exists() {
            false => BTreeMap::new(),
            true => serde_json::from_str(&files::read_text(&file)?).map_err(|e| {
                Problem::new(&file, format!("is not what the desk wrote: {e}"))
                    .to_do("Put back a copy of it, or remove it: then everything is new again.")
            })?,
        };
        let (warnings, erased) = (Vec::new(), Vec::new());
        let mut inbox =
            Inbox { clinic, _lock: lock, runtime, store, registers, records, now, lang, warnings, erased };
        inbox.erase_what_is_due()?;
        Ok(inbox)
    }

    fn on_store<T>(&self, work: impl Future<Output = std::io::Result<T>>) -> Outcome<T> {
        self.runtime.block_on(work).map_err(|e| {
            Problem::new(self.store.name(), format!("the store of what was sent: {e}"))
                .to_do("Check that this machine reaches it (--store), then start the command again.")
                .into()
        })
    }

    fn save(&self) -> Outcome<()> {
        let file = records_file(&self.clinic);
        let json = serde_json::to_vec_pretty(&self.records)
            .map_err(|e| Problem::new(&file, format!("cannot be written: {e}")))?;
        files::make_private_dir(&folder_of(&self.clinic))?;
        files::write(&file, &json, Access::Owner)
    }

    /// The name at the desk of a kit.
    fn kit_name(&self, kit_id: &str) -> String {
        self.registers.get(kit_id).map_or_else(|| "unknown".to_owned(), Register::name)
    }

    fn erase_what_is_due(&mut self) -> Outcome<()> {
        let stored = self.on_store(self.store.list())?;
        let mut due: BTreeMap<String, (String, &'static str)> = BTreeMap::new();
        for one in stored.iter().filter(|one| one.kind == Kind::Item) {
            let record = self.records.entry(one.item.clone()).or_insert_with(|| Record {
                kit_id: one.kit_id.clone(),
                arrived_ms: one.arrived_ms,
                bytes: one.bytes,
                opened: None,
                unreadable: None,
            });
            if record.kit_id != one.kit_id {
                self.warnings.push(format!(
                    "an item {} came for two kits; the one for kit {} is left where it is",
                    one.item, one.kit_id
                ));
            }
        }
        for (item, record) in &self.records {
            if self.now.erases(record.arrived_ms, self.clinic.keep_days) {
                due.insert(item.clone(), (record.kit_id.clone(), OVER));
            }
        }
        // A wish comes last: it says more than that the days are over.
        for (kind, why) in [(Kind::Over, OVER), (Kind::Erase, "the patient asked for it")] {
            for one in stored.iter().filter(|one| one.kind == kind) {
                if self.records.get(&one.item).is_none_or(|record| record.kit_id == one.kit_id) {
                    due.insert(one.item.clone(), (one.kit_id.clone(), why));
                }
            }
        }
        self.erase_all(due)
    }

    /// Erases items: copies and sealed ones first, then the stills in answers and the word to the
    /// patient, and only then what reminds of them, so that whatever is interrupted is done again.
    fn erase_all(&mut self, due: BTreeMap<String, (String, &'static str)>) -> Outcome<()> {
        let today = self.now.today();
        let mut kits: BTreeSet<String> = BTreeSet::new();
        for (item, (kit_id, why)) in &due {
            let opened = self.records.get(item).and_then(|record| record.opened.as_ref());
            for file in opened.iter().flat_map(|o| &o.files) {
                remove(&folder_of(&self.clinic).join(file))?;
            }
            self.on_store(self.store.remove(kit_id, item, Kind::Item))?;
            let (kit, opened) = (self.kit_name(kit_id), opened.is_some());
            if let Some(register) = self.registers.get(kit_id) {
                let mut answers = answers::read(&self.clinic, register)?;
                if answers::erase(&mut answers, item, today) {
                    answers::write(&self.clinic, register, &answers)?;
                    kits.insert(kit_id.clone());
                }
            }
            self.erased.push(Erased { item: item.clone(), kit, why, opened });
        }
        self.tell(&kits);
        for (item, (kit_id, _)) in &due {
            for word in [Kind::Erase, Kind::Over] {
                self.on_store(self.store.remove(kit_id, item, word))?;
            }
            self.records.remove(item);
        }
        self.save()
    }

    /// Gives out the kits whose answers changed. One that cannot be is told of; its answers wait at
    /// the desk for the next publication.
    fn tell(&mut self, kits: &BTreeSet<String>) {
        for kit_id in kits {
            let Some(register) = self.registers.get_mut(kit_id) else { continue };
            if let Err(problems) = publish::renew(&self.clinic, register) {
                self.warnings
                    .push(format!("the patient of \"{}\" is not told yet: {problems}", register.name()));
            }
        }
    }

    /// What is there, by kit and date.
    pub fn list(&self) -> Outcome<Vec<Entry>> {
        let mut entries = Vec::new();
        for (item, record) in &self.records {
            entries.push(self.entry(item, record)?);
        }
        entries.sort_by(|a: &Entry, b| (&a.kit, a.arrived_ms, &a.item).cmp(&(&b.kit, b.arrived_ms, &b.item)));
        Ok(entries)
    }

    fn entry(&self, item: &str, record: &Record) -> Outcome<Entry> {
        let answers = match self.registers.get(&record.kit_id) {
            Some(register) => answers::read(&self.clinic, register)?,
            None => Default::default(),
        };
        let state = if answers.replies.iter().any(|reply| reply.item.as_deref() == Some(item)) {
            State::Answered
        } else if answers.seen.iter().any(|handled| handled.item == item) {
            State::Seen
        } else if record.opened.is_some() {
            State::Opened
        } else if record.unreadable.is_some() {
            State::Unreadable
        } else {
            State::New
        };
        let arrived = self.now.day_of(record.arrived_ms);
        Ok(Entry {
            item: item.to_owned(),
            kit: self.kit_name(&record.kit_id),
            kit_id: record.kit_id.clone(),
            arrived,
            arrived_ms: record.arrived_ms,
            erased_on: erasure_day(arrived, self.clinic.keep_days),
            bytes: record.bytes,
            state,
            opened: record.opened.clone(),
            unreadable: record.unreadable.clone(),
        })
    }

    /// The item that the first letters of an id stand for.
    pub fn find(&self, start: &str) -> Outcome<String> {
        let found: Vec<&String> = self.records.keys().filter(|item| item.starts_with(start)).collect();
        match found[..] {
            [one] if start.len() >= SHORT => Ok(one.clone()),
            [] => Err(Problem::new("inbox", format!("holds no item {start}"))
                .expected("an item’s id, or its first letters, as clinic inbox DIR lists them")
                .to_do("If it came on a stick, give its file: clinic inbox DIR open FILE.age")
                .into()),
            _ => {
                Err(Problem::new("inbox", format!("{start} stands for more than one item, or is too short"))
                    .expected("enough letters of the item’s id, at least 4")
                    .to_do("Add letters.")
                    .into())
            }
        }
    }

    /// Opens an item: its copy and its page land in `desk/inbox/<kit>/`.
    pub fn open_item(&mut self, item: &str) -> Outcome<Entry> {
        let Some(record) = self.records.get(item).cloned() else {
            return Err(Problem::new("inbox", format!("holds no item {item}")).into());
        };
        if record.opened.as_ref().is_none_or(|o| !o.files.iter().all(|f| self.folder().join(f).exists())) {
            let sealed = self.on_store(self.store.get(&record.kit_id, item))?;
            let outcome = open::unseal(&self.clinic.identities()?, &sealed, item)
                .and_then(|plain| self.file(&plain, item, &record.kit_id));
            let kept = self.records.get_mut(item);
            match (outcome, kept) {
                (Ok(opened), Some(kept)) => {
                    (kept.opened, kept.unreadable) = (Some(opened), None);
                    self.save()?;
                }
                (Err(problems), kept) => {
                    if let (Some(kept), Some(first)) = (kept, problems.0.first()) {
                        kept.unreadable = Some(first.what.clone());
                    }
                    self.save()?;
                    return Err(problems);
                }
                (Ok(_), None) => {}
            }
        }
        match self.records.get(item) {
            Some(record) => self.entry(item, record),
            None => Err(Problem::new("inbox", format!("holds no item {item}")).into()),
        }
    }

    /// Opens a sealed file that came on a stick, or was opened already with another program.
    pub fn open_file(&mut self, file: &Path) -> Outcome<Entry> {
        let sealed = fs::read(file).map_err(|e| Problem::io(file, "cannot be read", &e))?;
        let name = file.display().to_string();
        let plain = if sealed.starts_with(&item::MAGIC) {
            sealed
        } else {
            open::unseal(&self.clinic.identities()?, &sealed, &name)?
        };
        let header = item::header(&plain).map_err(|e| open::foreign(&name, e))?;
        if !self.registers.contains_key(&header.kit_id) {
            return Err(Problem::new(file, "comes from a kit that this clinic did not publish")
                .to_do("Ask the patient at which clinic they got their link.")
                .into());
        }
        let opened = self.file(&plain, &header.item, &header.kit_id)?;
        let record = self.records.entry(header.item.clone()).or_insert_with(|| Record {
            kit_id: header.kit_id.clone(),
            arrived_ms: self.now.ms,
            bytes: plain.len() as u64,
            opened: None,
            unreadable: None,
        });
        (record.opened, record.unreadable) = (Some(opened), None);
        self.save()?;
        self.open_item(&header.item)
    }

    fn file(&self, plain: &[u8], item: &str, kit_id: &str) -> Outcome<Opened> {
        open::file(plain, item, kit_id, &self.kit_name(kit_id), &folder_of(&self.clinic), self.lang)
    }

    /// Where the copies are.
    pub fn folder(&self) -> PathBuf {
        folder_of(&self.clinic)
    }

    /// Lets the patients read that these items were seen.
    pub fn seen(&mut self, items: &[String]) -> Outcome<()> {
        let today = self.now.today();
        let mut kits = BTreeSet::new();
        for item in items {
            let Some(record) = self.records.get(item).filter(|record| record.opened.is_some()) else {
                return Err(Problem::new("inbox", format!("{item} was not opened"))
                    .expected("an item that somebody looked at: the patient reads « Vu par votre kiné »")
                    .to_do(format!("clinic inbox DIR open {item}"))
                    .into());
            };
            let Some(register) = self.registers.get(&record.kit_id) else { continue };
            let mut answers = answers::read(&self.clinic, register)?;
            if answers::note(&mut answers.seen, item, today) {
                answers::write(&self.clinic, register, &answers)?;
                kits.insert(record.kit_id.clone());
            }
        }
        self.tell(&kits);
        Ok(())
    }

    /// Erases items by hand, and lets the patients know.
    pub fn erase(&mut self, items: &[String]) -> Outcome<()> {
        let record =
            |item: &String| Some((item.clone(), (self.records.get(item)?.kit_id.clone(), "by hand")));
        let due = items.iter().filter_map(record).collect();
        self.erase_all(due)
    }

    /// An item that is to be answered, opened, and the clip's file; an empty path when it is no clip.
    pub(crate) fn open_to_answer(&mut self, item: &str) -> Outcome<(Entry, PathBuf)> {
        let entry = self.open_item(item)?;
        let opened = entry.opened.as_ref().filter(|opened| opened.kind == "clip");
        let clip = opened.and_then(|opened| opened.files.first()).map(|file| self.folder().join(file));
        Ok((entry, clip.unwrap_or_default()))
    }

    pub(crate) fn clinic(&self) -> &ClinicFolder {
        &self.clinic
    }

    pub(crate) fn register(&self, kit_id: &str) -> Outcome<&Register> {
        self.registers.get(kit_id).ok_or_else(|| {
            Problem::new("inbox", format!("the kit {kit_id} is not at the desk"))
                .expected("a kit that this clinic published")
                .to_do("Put back its file in desk/kits.")
                .into()
        })
    }

    /// Gives out a kit whose answers changed; an answer that does not go out is an error.
    pub(crate) fn publish_answers(&mut self, kit_id: &str) -> Outcome<()> {
        match self.registers.get_mut(kit_id) {
            Some(register) => publish::renew(&self.clinic, register).map(|_| ()),
            None => Ok(()),
        }
    }

    pub(crate) fn today(&self) -> Day {
        self.now.today()
    }
}

fn folder_of(clinic: &ClinicFolder) -> PathBuf {
    clinic.desk().join("inbox")
}

fn records_file(clinic: &ClinicFolder) -> PathBuf {
    folder_of(clinic).join("items.json")
}

fn remove(file: &Path) -> Outcome<()> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::io(file, "cannot be removed", &e).into())
        }
        _ => Ok(()),
    }
}
