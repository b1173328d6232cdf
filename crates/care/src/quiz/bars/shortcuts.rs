//! What a player could go by instead of the rule, and how far it would lead.
//!
//! Every classifier here is fitted to the very items it is measured on, which flatters it: what stays
//! low so, teaches nothing. Kinds (a place, a decoy) get the best verdict for each of their values;
//! numbers (views, seconds, length) get one threshold, in either direction.

use super::{Figure, Limit, all_text, is_good, share};
use crate::quiz::item::{Bank, Cue, CueMark, Decoy, Item, Pole, SegmentKind, Verdict};
use std::collections::BTreeMap;

const DECOY: f64 = 0.55;
const ONE_CUE: f64 = 0.70;
const TWO_CUES: f64 = 0.82;
const ANY_FLAW: f64 = 0.65;
const TALLY: f64 = 0.88;
const PROFESSIONAL: f64 = 0.60;
const LENGTH: f64 = 0.58;
const KINDS: f64 = 0.60;

/// Share answered well by « reliable » where `trust` says so, or by its contrary if that is better.
fn either_way(bank: &Bank, trust: impl Fn(&Item) -> bool) -> f64 {
    let right = bank.items.iter().filter(|item| trust(item) == is_good(item)).count();
    share(right.max(bank.items.len() - right), bank.items.len())
}

/// Share answered well by the best verdict for each value.
fn best_map(bank: &Bank, value: impl Fn(&Item) -> String) -> f64 {
    let mut values: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for item in &bank.items {
        values.entry(value(item)).or_default()[usize::from(is_good(item))] += 1;
    }
    share(values.values().map(|[bad, good]| bad.max(good)).sum(), bank.items.len())
}

/// Share answered well by the best threshold, in either direction.
fn best_threshold(bank: &Bank, number: impl Fn(&Item) -> i64) -> f64 {
    let numbers: Vec<(i64, bool)> = bank.items.iter().map(|item| (number(item), is_good(item))).collect();
    let right = |(threshold, _): &(i64, bool)| {
        let right = numbers.iter().filter(|(number, good)| (number >= threshold) == *good).count();
        right.max(numbers.len() - right)
    };
    share(numbers.iter().map(right).max().unwrap_or(0), numbers.len())
}

fn poles(item: &Item, pole: Pole) -> i64 {
    // A handful of cues an item.
    item.cues.iter().filter(|mark| mark.pole == pole).count() as i64
}

/// The highest, and its name.
fn highest(found: impl IntoIterator<Item = (String, f64)>) -> (String, f64) {
    found.into_iter().fold((String::new(), 0.0), |best, next| if next.1 > best.1 { next } else { best })
}

/// Every pair of marks: « C1 bad or M6 good ».
fn two_cues(bank: &Bank) -> (String, f64) {
    let marks: Vec<(Cue, Pole)> =
        Cue::ALL.iter().flat_map(|cue| Pole::ALL.iter().map(move |pole| (*cue, *pole))).collect();
    let shows = |item: &Item, mark: &(Cue, Pole)| item.pole(mark.0) == Some(mark.1);
    let mut found = Vec::new();
    for (at, one) in marks.iter().enumerate() {
        for two in &marks[at + 1..] {
            let right = either_way(bank, |item| shows(item, one) || shows(item, two));
            found.push((format!("{:?} {:?} or {:?} {:?}", one.0, one.1, two.0, two.1), right));
        }
    }
    highest(found)
}

fn looks(bank: &Bank) -> Vec<(String, f64)> {
    let mut found: Vec<(String, f64)> = Decoy::ALL
        .iter()
        .map(|decoy| (format!("{decoy:?}"), best_map(bank, |item| item.decoys.contains(decoy).to_string())))
        .collect();
    let mut kind = |name: &str, value: fn(&Item) -> String| {
        found.push((name.to_owned(), best_map(bank, value)));
    };
    kind("platform", |item| format!("{:?}", item.scene.platform));
    kind("setting", |item| format!("{:?}", item.scene.setting));
    kind("pose", |item| format!("{:?}", item.scene.pose));
    kind("age", |item| format!("{:?}", item.scene.person.age));
    kind("gender", |item| format!("{:?}", item.scene.person.gender));
    kind("hair", |item| format!("{:?}", item.scene.person.hair));
    kind("outfit", |item| format!("{:?}", item.scene.person.outfit));
    kind("skin", |item| item.scene.person.skin.to_string());
    kind("topic", |item| format!("{:?}", item.topic));
    kind("risk", |item| format!("{:?}", item.risk_level));
    found.push(("views".to_owned(), best_threshold(bank, |item| item.scene.views.into())));
    found.push(("duration".to_owned(), best_threshold(bank, |item| item.scene.duration.into())));
    found
}

fn characters(item: &Item) -> i64 {
    all_text(item).chars().count() as i64
}

pub(super) fn figures(bank: &Bank) -> Vec<Figure> {
    let most = |name: &str, value: f64, limit: f64| Figure::real(name, value, Limit::AtMost(limit));
    let mut figures: Vec<Figure> = looks(bank)
        .into_iter()
        .map(|(name, value)| most(&format!("shortcut by {name}"), value, DECOY))
        .collect();
    for kind in SegmentKind::ALL {
        let value =
            best_map(bank, |item| item.segments.iter().filter(|s| s.kind == *kind).count().to_string());
        figures.push(most(&format!("shortcut by the number of segments {kind:?}"), value, KINDS));
    }
    let one = highest(
        Cue::ALL.iter().map(|cue| (format!("{cue:?}"), best_map(bank, |i| format!("{:?}", i.pole(*cue))))),
    );
    let two = two_cues(bank);
    let flaw = |item: &Item| item.cues.iter().any(|mark: &CueMark| mark.pole == Pole::Bad);
    let tally = highest([
        ("good less bad".to_owned(), best_threshold(bank, |i| poles(i, Pole::Good) - poles(i, Pole::Bad))),
        ("bad".to_owned(), best_threshold(bank, |i| poles(i, Pole::Bad))),
        ("good".to_owned(), best_threshold(bank, |i| poles(i, Pole::Good))),
    ]);
    let rule = bank.items.iter().filter(|item| item.by_the_rule() == item.verdict).count();
    figures.extend([
        most("shortcut by the best single cue", one.1, ONE_CUE).of(one.0),
        most("shortcut by the best of two cues", two.1, TWO_CUES).of(two.0),
        most("shortcut by any flaw: reject", either_way(bank, |item| !flaw(item)), ANY_FLAW),
        most("shortcut by the best tally of cues", tally.1, TALLY).of(tally.0),
        most("shortcut by professional: trust", either_way(bank, |i| i.professional), PROFESSIONAL),
        most("shortcut by length of text (one threshold)", best_threshold(bank, characters), LENGTH),
        most(
            "shortcut by the number of segments (one threshold)",
            best_threshold(bank, |item| item.segments.len() as i64),
            LENGTH,
        ),
        Figure::real("the rule that is taught", share(rule, bank.items.len()), Limit::AtLeast(1.0)),
        Figure::none(
            "items with a verdict that is not the rule's",
            &bank
                .items
                .iter()
                .filter(|item| item.by_the_rule() != item.verdict)
                .map(|item| {
                    let word = if item.verdict == Verdict::Reliable { "reliable" } else { "unreliable" };
                    format!("{} ({word})", item.id)
                })
                .collect::<Vec<_>>(),
        ),
    ]);
    figures
}
