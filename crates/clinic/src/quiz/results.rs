//! `clinic quiz results`: what patients agreed to share, of all of them together. Each result that was sent
//! holds « quiz fait » and what to talk about, never a number; what is said here is how many patients said
//! so, with the interval that few patients leave. Below [`GROUP`] patients no share is shown.

use crate::{inbox::Inbox, problem::Outcome, report, table};
use care::{
    quiz::{
        Cue,
        estimate::{Estimate, GROUP},
    },
    results::{Fact, Item},
    text::Lang,
    video_check::{Met, first_checked},
};
use std::collections::BTreeMap;

/// What patients shared, one entry a patient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Of those who agreed to tell of the quiz: whether they went through it, and what to talk about.
    pub quiz: Vec<(bool, Vec<Cue>)>,
    /// Of those who tried videos from elsewhere: how many of these they had checked first, and how many
    /// they tried.
    pub tried: Vec<(u32, u32)>,
    /// Results that nobody has opened yet, which are not counted.
    pub sealed: usize,
}

/// Reads the results that were opened and are still kept; whether a sealed item holds results, nobody
/// knows before it is opened.
///
/// # Errors
/// When a copy at the desk is not what was sent.
pub fn read(inbox: &Inbox) -> Outcome<Shared> {
    let mut shared = Shared::default();
    // One kit is one patient. What is sent again under its name takes the earlier one’s place.
    let mut patients: BTreeMap<String, BTreeMap<String, Item>> = BTreeMap::new();
    for entry in inbox.list()? {
        let copy = match &entry.opened {
            Some(opened) if opened.kind == "results" => opened.files.first(),
            Some(_) => continue,
            None => None,
        };
        let Some(copy) = copy.map(|file| inbox.folder().join(file)).filter(|file| file.exists()) else {
            shared.sealed += usize::from(entry.unreadable.is_none());
            continue;
        };
        let known = patients.entry(entry.kit_id).or_default();
        for item in report::items(&copy)? {
            if known.get(&item.id).is_none_or(|earlier| earlier.at_ms <= item.at_ms) {
                known.insert(item.id.clone(), item);
            }
        }
    }
    for items in patients.into_values() {
        shared.take(items.into_values().collect());
    }
    Ok(shared)
}

impl Shared {
    /// Takes in what one patient shared.
    fn take(&mut self, mut items: Vec<Item>) {
        items.sort_by_key(|item| item.at_ms);
        let quiz = items.iter().rev().find_map(|item| match &item.fact {
            Fact::Quiz { done, cues } => Some((*done, cues.clone())),
            _ => None,
        });
        self.quiz.extend(quiz);
        let met = items.into_iter().filter_map(|item| match item.fact {
            Fact::VideoChecked { title, url, .. } => Some(Met::Checked { url, title }),
            Fact::TriedElsewhere { which, .. } => Some(Met::Tried(which)),
            _ => None,
        });
        let (first, tried) = first_checked(met);
        if tried > 0 {
            self.tried.push((first, tried));
        }
    }

    /// In words for a terminal.
    pub fn told(&self) -> String {
        let mut out = format!("Patients who agreed to tell of the quiz: {}\n", self.quiz.len());
        out += &self.quiz_told().unwrap_or_else(|| too_few("of the quiz"));
        out +=
            &format!("\nPatients who told of a video from elsewhere that they tried: {}\n", self.tried.len());
        out += &self.tried_told().unwrap_or_else(|| too_few("of these videos"));
        if self.sealed > 0 {
            out += &format!(
                "\nNot opened yet, and not counted: {}. Open them first: clinic inbox DIR open --all\n",
                self.sealed
            );
        }
        out
    }

    fn quiz_told(&self) -> Option<String> {
        let row = |name: &str, with: usize| {
            let share = Estimate::share(with, self.quiz.len())?;
            Some(vec![name.to_owned(), with.to_string(), percent(share.value), interval(&share)])
        };
        let about = |cue: &Cue| self.quiz.iter().filter(|(_, cues)| cues.contains(cue)).count();
        let mut cues: Vec<(usize, Cue)> = Cue::ALL.iter().map(|cue| (about(cue), *cue)).collect();
        // What most want to talk about comes first; equal ones in the order of the cues.
        cues.sort_by_key(|(with, _)| std::cmp::Reverse(*with));
        let mut rows = vec![heading()];
        rows.push(row("went through it to its end", self.quiz.iter().filter(|(done, _)| *done).count())?);
        for (with, cue) in cues {
            rows.push(row(&format!("to talk about: {}", report::cue_name(cue, Lang::En)), with)?);
        }
        Some(table::render(&rows))
    }

    fn tried_told(&self) -> Option<String> {
        let shares: Vec<f64> =
            self.tried.iter().map(|(first, tried)| f64::from(*first) / f64::from(*tried)).collect();
        let mean = Estimate::mean(&shares)?;
        let all: u32 = self.tried.iter().map(|(_, tried)| tried).sum();
        let row = vec![
            "checked before they were tried".into(),
            all.to_string(),
            percent(mean.value),
            interval(&mean),
        ];
        let mut heading = heading();
        heading[1] = "Videos".into();
        heading[2] = "Mean share".into();
        Some(table::render(&[heading, row]))
    }
}

fn heading() -> Vec<String> {
    ["", "Patients", "Share", "95 % interval"].map(str::to_owned).to_vec()
}

fn too_few(what: &str) -> String {
    format!(
        "Shares {what} are shown from {GROUP} patients on: of fewer they say little of all, and too much of each.\n"
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A share lies between none and all, whatever Student’s interval says of few patients.
fn interval(estimate: &Estimate) -> String {
    let [low, high] = [estimate.low, estimate.high].map(|end| 100.0 * end.clamp(0.0, 1.0));
    format!("{low:.0} to {high:.0} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use care::{calendar::Day, journal::By, video_check::Outcome};

    fn item(at_ms: i64, fact: Fact) -> Item {
        Item { id: at_ms.to_string(), at_ms, offset_min: 0, day: Day::of(at_ms, 0), by: By::Patient, fact }
    }

    fn told(done: bool, cues: &[Cue]) -> Fact {
        Fact::Quiz { done, cues: cues.to_vec() }
    }

    #[test]
    fn of_one_patient_the_last_word_on_the_quiz_counts_and_videos_in_the_order_they_were_met() {
        let mut shared = Shared::default();
        let checked = |title: &str| Fact::VideoChecked {
            title: title.into(),
            url: String::new(),
            outcome: Outcome::Grave,
        };
        let tried = |which: &str| Fact::TriedElsewhere { which: which.into(), happened: String::new() };
        shared.take(vec![
            item(5, tried("Dos neuf")),
            item(1, told(false, &[Cue::Tone])),
            item(2, checked("Dos neuf")),
            item(4, told(true, &[Cue::Pain])),
            item(3, tried("Nuque")),
        ]);
        assert_eq!(shared.quiz, [(true, vec![Cue::Pain])]);
        assert_eq!(shared.tried, [(1, 2)]);
        shared.take(vec![item(1, checked("Genou"))]);
        assert_eq!((shared.quiz.len(), shared.tried.len()), (1, 1), "who told of neither is not counted");
    }

    #[test]
    fn nineteen_patients_give_no_share_and_twenty_do_with_its_interval() {
        let some = |n: usize| Shared {
            quiz: (0..n).map(|at| (at % 2 == 0, vec![Cue::Pain])).collect(),
            tried: vec![(1, 1); n],
            sealed: 0,
        };
        let few = some(GROUP - 1).told();
        assert!(
            few.contains("tell of the quiz: 19\nShares of the quiz are shown from 20 patients on"),
            "{few}"
        );
        assert!(!few.contains('%'), "{few}");
        let enough = some(GROUP).told();
        // Wilson for 10 of 20: 0.2993 to 0.7007; for 20 of 20: 0.8389 to 1.
        let line = |start: &str| {
            let line = enough.lines().find(|line| line.starts_with(start)).unwrap();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line("went through"), "went through it to its end 10 50 % 30 to 70 %");
        assert_eq!(line("to talk about: pain"), "to talk about: pain 20 100 % 84 to 100 %");
        assert_eq!(line("checked before"), "checked before they were tried 20 100 % 100 to 100 %");
        assert!(!enough.contains("opened"), "{enough}");
    }

    #[test]
    fn what_is_still_sealed_is_told() {
        let said = Shared { sealed: 3, ..Shared::default() }.told();
        assert!(said.contains("Not opened yet, and not counted: 3."), "{said}");
    }
}
