//! What the bank of items is held to, so that nobody can answer well by anything but the rule that is
//! taught: each bar is a figure with its limit. What is wrong with one item is in [`faults`].
//!
//! Only native programs carry this: the portal trusts what was measured before it was built.

mod classifier;
mod counts;
pub mod faults;
pub mod reading;
mod shortcuts;

use super::item::{Bank, Item, Verdict};
use crate::text::Lang;
use std::fmt;

/// On which side of a number a figure must stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count.
    Whole,
    /// A share of one, or a measure with one or two decimals.
    Real,
}

/// One measured bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// What came out.
    pub value: f64,
    /// How it is written.
    pub unit: Unit,
    /// What it must keep to.
    pub limit: Limit,
    /// Where it comes from: the worst item, the best shortcut. May be empty.
    pub detail: String,
}

impl Figure {
    fn count(name: impl Into<String>, value: usize, limit: Limit) -> Self {
        // Banks hold hundreds of items, far below what f64 counts exactly.
        let value = value as f64;
        Figure { name: name.into(), value, unit: Unit::Whole, limit, detail: String::new() }
    }

    fn real(name: impl Into<String>, value: f64, limit: Limit) -> Self {
        Figure { name: name.into(), value, unit: Unit::Real, limit, detail: String::new() }
    }

    /// None of these may be; the first are named.
    fn none(name: impl Into<String>, found: &[String]) -> Self {
        let mut first: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
        if found.len() > first.len() {
            first.push("…");
        }
        Figure::count(name, found.len(), Limit::AtMost(0.0)).of(first.join("; "))
    }

    fn of(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Whether the bar is kept.
    pub fn holds(&self) -> bool {
        // What an addition of shares may lose to rounding.
        const ROUNDING: f64 = 1e-9;
        match self.limit {
            Limit::AtLeast(least) => self.value >= least - ROUNDING,
            Limit::AtMost(most) => self.value <= most + ROUNDING,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |n: f64| match self.unit {
            Unit::Whole => format!("{n:.0}"),
            Unit::Real if n.abs() > 2.0 => format!("{n:.1}"),
            Unit::Real => format!("{n:.3}"),
        };
        let (word, limit) = match self.limit {
            Limit::AtLeast(n) => ("at least", n),
            Limit::AtMost(n) => ("at most", n),
        };
        let sign = if self.holds() { "✓" } else { "✗" };
        let limit = format!("{word} {}", number(limit));
        write!(f, "{sign} {:<58} {:>7}  ({limit})", self.name, number(self.value))?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, "  {}", self.detail) }
    }
}

/// Every bar of a language's bank, and what it must share with the other language's, if that is at hand.
pub fn measure(bank: &Bank, other: Option<&Bank>) -> Vec<Figure> {
    let mut figures = counts::figures(bank);
    figures.extend(other.into_iter().flat_map(|other| counts::languages(bank, other)));
    figures.extend(shortcuts::figures(bank));
    figures.extend(classifier::figures(bank));
    figures.extend(readable(bank));
    figures.extend(faults::figures(bank));
    figures
}

/// The bars of reading, also for a bank of a clinic's own.
pub fn readable(bank: &Bank) -> Vec<Figure> {
    reading::figures(bank, Lang::from_tag(&bank.lang))
}

/// The two twins of each pair, the good one first; pairs that are not one good and one bad are left out.
fn twins(bank: &Bank) -> Vec<(&Item, &Item)> {
    let mut found: Vec<(&Item, &Item)> = Vec::new();
    for good in bank.items.iter().filter(|item| item.verdict == Verdict::Reliable) {
        let mut others = bank.items.iter().filter(|item| item.pair_id == good.pair_id && item.id != good.id);
        if let (Some(bad), None) = (others.next(), others.next())
            && bad.verdict == Verdict::Unreliable
        {
            found.push((good, bad));
        }
    }
    found
}

/// What is right, as a label for classifiers.
fn is_good(item: &Item) -> bool {
    item.verdict == Verdict::Reliable
}

/// Everything of the post that is read or heard.
fn all_text(item: &Item) -> String {
    item.segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests;
