//! The size gate: what each part of the portal may weigh on the wire.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::compress::Weight;

/// The limits, as written in size-gate.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Limits, in the order of the file.
    limit: Vec<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    /// What is limited, in words.
    name: String,
    /// Patterns of files counted together; `*` stands for any text without a slash.
    files: Vec<String>,
    /// Bytes on the wire.
    max_bytes: u64,
}

/// The outcome of weighing a portal against a gate.
pub struct Report {
    rows: Vec<(String, u64, u64, Option<u64>)>,
}

impl Gate {
    /// Reads the limits.
    ///
    /// # Errors
    /// When the text isn't what is described in size-gate.toml.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("in crates/xtask/size-gate.toml")
    }

    /// Compares what a portal weighs with the limits.
    pub fn weigh(&self, weights: &[Weight]) -> Report {
        let mut rows: Vec<_> = weights
            .iter()
            .filter(|weight| self.limit.iter().any(|limit| limit.covers(&weight.file)))
            .map(|weight| (weight.file.clone(), weight.raw, weight.wire, None))
            .collect();
        for limit in &self.limit {
            let (raw, wire) = weights
                .iter()
                .filter(|weight| limit.covers(&weight.file))
                .fold((0, 0), |(raw, wire), weight| (raw + weight.raw, wire + weight.wire));
            rows.push((limit.name.clone(), raw, wire, Some(limit.max_bytes)));
        }
        Report { rows }
    }
}

impl Limit {
    fn covers(&self, file: &str) -> bool {
        self.files.iter().any(|pattern| matches(pattern, file))
    }
}

impl Report {
    /// A table to read: bytes as they are, on the wire, and allowed.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
        let mut out = format!("  {:width$}  {:>9}  {:>9}  {:>9}\n", "", "raw", "on wire", "allowed");
        for (name, raw, wire, max) in &self.rows {
            let allowed = max.map(|max| max.to_string()).unwrap_or_default();
            let mark = if max.is_some_and(|max| *wire > max) { "  ✗" } else { "" };
            let _infallible = writeln!(out, "  {name:width$}  {raw:>9}  {wire:>9}  {allowed:>9}{mark}");
        }
        out
    }

    /// The limits that are exceeded, in words.
    pub fn over(&self) -> Vec<String> {
        self.rows
            .iter()
            .filter_map(|(name, _, wire, max)| {
                max.filter(|max| wire > max)
                    .map(|max| format!("{name} is {wire} bytes on the wire, {} more than {max}", wire - max))
            })
            .collect()
    }
}

fn matches(pattern: &str, file: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == file,
        Some((head, tail)) => file.strip_prefix(head).is_some_and(|rest| {
            rest.match_indices(|_: char| true)
                .map(|(at, _)| at)
                .chain([rest.len()])
                .take_while(|at| !rest[..*at].contains('/'))
                .any(|at| matches(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(file: &str, raw: u64, wire: u64) -> Weight {
        Weight { file: file.into(), raw, wire }
    }

    #[test]
    fn a_portal_over_a_limit_is_named_with_the_excess() {
        let gate = Gate::parse(
            "[[limit]]\nname = \"usable\"\nfiles = [\"index.html\", \"app-*.js\"]\nmax_bytes = 100\n",
        )
        .unwrap();
        let fine = gate.weigh(&[weight("index.html", 90, 40), weight("app-1.js", 200, 60)]);
        assert!(fine.over().is_empty());
        let heavy = gate.weigh(&[weight("index.html", 90, 41), weight("app-1.js", 200, 60)]);
        assert_eq!(heavy.over(), ["usable is 101 bytes on the wire, 1 more than 100"]);
        assert!(heavy.table().contains("usable"));
        assert!(heavy.table().contains('✗'));
    }

    #[test]
    fn a_star_stands_for_any_text_within_one_folder() {
        assert!(matches("bon-geste-*.js", "bon-geste-0f.js"));
        assert!(matches("*", "a") && matches("*.css", ".css"));
        assert!(!matches("*.js", "workers/a.js") && matches("workers/*.js", "workers/a.js"));
        assert!(!matches("a", "ab"));
    }

    #[test]
    fn the_committed_gate_can_be_read() {
        Gate::parse(include_str!("../../size-gate.toml")).unwrap();
    }
}
