//! The quiz at the desk: checks a bank of items, or a clinic's own from a table, and gives the own ones
//! to the portal. What is measured is `care::quiz::bars`; here it is told to whoever wrote the items. What
//! patients agreed to share is in [`results`].

mod csv_file;
pub mod results;
mod told;

use crate::{
    files::{self, Access, Lock},
    folder::ClinicFolder,
    problem::{Outcome, Problem, Problems},
};
use care::{
    calendar::Day,
    quiz::{
        Bank, Item, Pool, Verdict,
        bars::{self, Figure, faults},
        item::FORMAT,
    },
    text::Lang,
};
use std::path::{Path, PathBuf};

/// What own items' ids begin with, so that they never meet the portal's.
const OWN: &str = "own-";

/// A bank that was read, and what was measured.
#[derive(Debug)]
pub struct Checked {
    /// The items.
    pub bank: Bank,
    /// The measures.
    pub figures: Vec<Figure>,
    /// What should be better, and forbids nothing.
    pub advice: Vec<String>,
}

/// Where each item stands in its file.
trait Places {
    /// Line and field of a part of the item at `place`.
    fn of(&self, place: usize, part: &faults::Part) -> (Option<usize>, String);
}

/// Checks a bank in JSON, or own items in CSV. `lang` is that of a table; a bank says its own. `with` is
/// the same bank in the other language; without it, the file beside this one whose name has the other
/// language in it is taken, if there is one.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(file: &Path, lang: Lang, with: Option<&Path>, today: Day) -> Outcome<Checked> {
    if is_table(file) { check_own(file, lang, today) } else { check_bank(file, with) }
}

fn is_table(file: &Path) -> bool {
    file.extension().is_some_and(|e| ["csv", "tsv", "txt"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}

fn check_own(file: &Path, lang: Lang, today: Day) -> Outcome<Checked> {
    let table = csv_file::read(file, lang, today)?;
    let problems = told::problems(file, &table.bank, &table);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    Ok(own(table.bank))
}

fn own(bank: Bank) -> Checked {
    let figures = bars::readable(&bank);
    let good = bank.items.iter().filter(|item| item.verdict == Verdict::Reliable).count();
    let bad = bank.items.len() - good;
    let mut advice = Vec::new();
    if good != bad {
        let (more, fewer) = if good < bad { ("unreliable", "reliable") } else { ("reliable", "unreliable") };
        advice.push(format!(
            "There are {} more {more} items than {fewer} ones. Write as many of both, best as twins on one scene: a quiz of bad videos only teaches to distrust good ones.",
            good.abs_diff(bad)
        ));
    }
    Checked { bank, figures, advice }
}

fn check_bank(file: &Path, with: Option<&Path>) -> Outcome<Checked> {
    let (text, bank) = read_bank(file)?;
    let mut problems = told::problems(file, &bank, &(&bank, JsonText(&text)));
    if bank.items.iter().all(|item| !is_form(item)) {
        problems.extend(strays(file, &text, &bank));
        return if problems.is_empty() { Ok(own(bank)) } else { Err(Problems(problems)) };
    }
    let beside = with.map(Path::to_owned).or_else(|| other_language(file));
    let other = beside.as_deref().map(read_bank).transpose()?.map(|(_, bank)| bank);
    let figures = bars::measure(&bank, other.as_ref());
    problems.extend(figures.iter().filter(|figure| !figure.holds()).map(|figure| told::bar(file, figure)));
    let advice = match other {
        Some(_) => Vec::new(),
        None => vec!["The other language’s file was not compared: give it with --with.".to_owned()],
    };
    if problems.is_empty() { Ok(Checked { bank, figures, advice }) } else { Err(Problems(problems)) }
}

fn is_form(item: &Item) -> bool {
    matches!(item.pool, Pool::A | Pool::B | Pool::C)
}

/// Own items that are not for training.
fn strays(file: &Path, text: &str, bank: &Bank) -> Vec<Problem> {
    let stray = |(place, item): (usize, &Item)| {
        let problem = Problem::new(file, format!("{}: a clinic’s own items are for training only", item.id))
            .field(format!("items[{place}].pool"))
            .expected("train")
            .to_do("Write \"train\": the other pools are those of the portal’s own bank.");
        match JsonText(text).line(&item.id) {
            Some(line) => problem.at(line),
            None => problem,
        }
    };
    bank.items.iter().enumerate().filter(|(_, item)| item.pool != Pool::Train).map(stray).collect()
}

/// « items.fr.json » beside « items.en.json »
fn other_language(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let other = [(".fr.", ".en."), (".en.", ".fr.")]
        .into_iter()
        .find_map(|(this, other)| name.contains(this).then(|| name.replace(this, other)))?;
    let beside = file.with_file_name(other);
    beside.is_file().then_some(beside)
}

fn read_bank(file: &Path) -> Outcome<(String, Bank)> {
    let text = files::read_text(file)?;
    let bank: Bank = serde_json::from_str(&text).map_err(|e| {
        let what = e.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        Problem::new(file, format!("is not a bank of items: {what}"))
            .at(e.line())
            .expected("JSON as crates/care/quiz.schema.json describes it; a table ends in .csv")
            .to_do("Correct this line; docs/quiz.md explains each field.")
    })?;
    if bank.format != FORMAT {
        return Err(Problem::new(file, format!("is of format {}", bank.format))
            .field("format")
            .expected(FORMAT.to_string())
            .to_do("Use a newer `clinic`.")
            .into());
    }
    Ok((text, bank))
}

/// A bank's text, in which items are found again by their ids.
struct JsonText<'a>(&'a str);

impl JsonText<'_> {
    fn line(&self, id: &str) -> Option<usize> {
        let id = serde_json::to_string(id).ok()?;
        let key = |before: &str| {
            before.trim_end().strip_suffix(':').is_some_and(|b| b.trim_end().ends_with("\"id\""))
        };
        let at = self.0.match_indices(&id).find(|(at, _)| key(&self.0[..*at]))?.0;
        Some(self.0[..at].matches('\n').count() + 1)
    }
}

impl Places for (&Bank, JsonText<'_>) {
    fn of(&self, place: usize, part: &faults::Part) -> (Option<usize>, String) {
        let line = self.0.items.get(place).and_then(|item| self.1.line(&item.id));
        (line, format!("items[{place}].{}", told::path(part)))
    }
}

/// What `add` did.
#[derive(Debug)]
pub struct Added {
    /// What was checked.
    pub checked: Checked,
    /// The file that the portal asks for.
    pub file: PathBuf,
    /// Items whose words changed since the last time.
    pub changed: usize,
    /// Items of the last time that are not in the table any more.
    pub gone: Vec<String>,
}

/// Checks a clinic's own table and puts it where `clinic serve` gives it to the portal. It replaces what
/// was added before in that language.
///
/// # Errors
/// Everything that is wrong with the table, or why the folder cannot be written.
pub fn add(dir: &Path, file: &Path, lang: Lang, today: Day) -> Outcome<Added> {
    let clinic = ClinicFolder::open(dir)?;
    if !is_table(file) {
        return Err(Problem::new(file, "is not a table")
            .expected("a file that ends in .csv")
            .to_do("Save the items as CSV; content/quiz/example.csv is one to begin with.")
            .into());
    }
    let mut checked = check_own(file, lang, today)?;
    let _lock = Lock::take(&clinic.desk())?;
    let target = dir.join("public/quiz").join(format!("own.{}.json", lang.tag()));
    let before = if target.is_file() { read_bank(&target)?.1.items } else { Vec::new() };
    let mut changed = 0;
    for item in &mut checked.bank.items {
        for name in [&mut item.id, &mut item.pair_id] {
            if !name.starts_with(OWN) {
                name.insert_str(0, OWN);
            }
        }
        if let Some(old) = before.iter().find(|old| old.id == item.id) {
            // The day by which to read it again moves with each run when the table has none.
            let same =
                Item { review_due: old.review_due.clone(), version: old.version, ..item.clone() } == *old;
            item.version = old.version + u32::from(!same);
            changed += usize::from(!same);
        }
    }
    let gone = |old: &&Item| checked.bank.items.iter().all(|item| item.id != old.id);
    let gone = before.iter().filter(gone).map(|item| item.id.clone()).collect();
    let mut json = serde_json::to_vec(&checked.bank)
        .map_err(|e| Problem::new(&target, format!("cannot be written as JSON: {e}")))?;
    json.push(b'\n');
    files::write(&target, &json, Access::Open)?;
    Ok(Added { checked, file: target, changed, gone })
}
