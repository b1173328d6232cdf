//! Writes what programs of others must understand, for the tests that ask them: the calendar files,
//! and the results Bundle of a journal.
//!
//! `foreign_files KIT.json EVENTS.json DIR`: a kit on the wire, a list of events, and where to write
//! `reminders.ics`, `test-alert.ics`, `results.json` and `kit-bundle.json`.

use care::{
    fhir,
    journal::Event,
    json,
    kit::Kit,
    reminder::{Reminders, TITLE, Weekday},
    results::Results,
};
use std::{env, error::Error, fs, path::PathBuf};

/// Sunday 18 October 2026, 12:00:20 in Paris: a week before its clocks go back.
const NOW_MS: i64 = 1_792_317_620_000;
const SUMMER_MIN: i32 = 120;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().ok_or("expected KIT.json EVENTS.json DIR");
    let (kit, events, dir) = (next()?, next()?, next()?);
    let kit = Kit::read(&fs::read(kit)?)?;
    let events: Vec<Event> = json::read(&fs::read(events)?)?;

    let days = [Weekday::Monday, Weekday::Wednesday, Weekday::Sunday];
    let reminders = Reminders::none(0xb0).changed(&days, &[2 * 60 + 30, 8 * 60 + 30, 20 * 60]);
    // One time less than before: the third event is cancelled.
    let reminders = reminders.changed(&days, &[2 * 60 + 30, 8 * 60 + 30]);
    let title =
        "Bon Geste\u{a0}: après le café, l’échauffement; puis les exercices, tranquillement \u{1f642}";
    let file = reminders.ics(NOW_MS, SUMMER_MIN, title).ok_or("there are no reminders")?;
    fs::write(dir.join("reminders.ics"), file)?;
    fs::write(dir.join("test-alert.ics"), reminders.test_alert(NOW_MS, SUMMER_MIN, TITLE))?;

    let results = Results::since_last(&events, &kit);
    let bundle = results.bundle(0x0123_4567_89ab_cdef, NOW_MS, SUMMER_MIN).ok_or("there are no results")?;
    fs::write(dir.join("results.json"), bundle.to_text())?;
    fs::write(dir.join("kit-bundle.json"), fhir::bundle(&kit, "signed.kit.here").to_string())?;
    Ok(())
}
