//! What the clinic answers to what a patient sent: `desk/answers/<name>.json`, from where each
//! publication takes it into the kit.

use crate::{
    files::{self, Access},
    folder::ClinicFolder,
    problem::{Outcome, Problem},
    register::Register,
};
use care::calendar::Day;
use care::kit::{Answers, Handled};
use std::path::PathBuf;

fn file_of(clinic: &ClinicFolder, register: &Register) -> PathBuf {
    clinic.desk().join("answers").join(format!("{}.json", register.name()))
}

/// All that was answered to a patient.
pub fn read(clinic: &ClinicFolder, register: &Register) -> Outcome<Answers> {
    let file = file_of(clinic, register);
    if !file.exists() {
        return Ok(Answers::default());
    }
    serde_json::from_str(&files::read_text(&file)?).map_err(|e| {
        Problem::new(&file, format!("is not what the desk wrote: {e}"))
            .to_do(
                "Put back a copy of it, or remove it: then earlier answers disappear from the patient’s kit.",
            )
            .into()
    })
}

/// Keeps what was answered to a patient.
pub fn write(clinic: &ClinicFolder, register: &Register, answers: &Answers) -> Outcome<()> {
    let file = file_of(clinic, register);
    let json = serde_json::to_vec_pretty(answers)
        .map_err(|e| Problem::new(&file, format!("cannot be written: {e}")))?;
    files::make_private_dir(&clinic.desk().join("answers"))?;
    files::write(&file, &json, Access::Owner)
}

/// What goes into the kit behind a link. Which items were seen or erased goes to every link: opaque
/// ids and days. What the kiné says goes to links with a spoken code, unless the clinic decided
/// otherwise.
pub fn for_link(clinic: &ClinicFolder, register: &Register) -> Outcome<Option<Answers>> {
    let mut answers = read(clinic, register)?;
    if !reaches(clinic, register) {
        answers.replies.clear();
    }
    Ok((answers != Answers::default()).then_some(answers))
}

/// Whether what the kiné says goes to a patient's link.
pub fn reaches(clinic: &ClinicFolder, register: &Register) -> bool {
    register.behind_passcode.is_some() || clinic.answers_on_open_links
}

/// Notes that an item was erased, and takes the stills of it out of what was answered: they show the
/// patient. What was said stays. Whether anything changed.
pub fn erase(answers: &mut Answers, item: &str, on: Day) -> bool {
    let mut changed = note(&mut answers.erased, item, on);
    for reply in answers.replies.iter_mut().filter(|reply| reply.item.as_deref() == Some(item)) {
        changed |= reply.picture.take().is_some();
    }
    changed
}

/// Adds an item once: the first day counts.
pub fn note(list: &mut Vec<Handled>, item: &str, on: Day) -> bool {
    let new = !list.iter().any(|handled| handled.item == item);
    if new {
        list.push(Handled { item: item.to_owned(), on });
    }
    new
}
