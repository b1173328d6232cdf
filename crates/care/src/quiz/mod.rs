//! « Cette vidéo est-elle fiable ? »: the quiz that teaches patients to judge health videos.
//!
//! One rule is taught: one grave signal is enough, a small flaw is not. Everything is symmetrical
//! between good and bad videos, so that patients learn to tell them apart and not to distrust all.

#[cfg(any(feature = "native", test))]
pub mod bars;
pub mod booklet;
pub mod estimate;
pub mod forms;
pub mod history;
pub mod item;
pub mod lesson;
#[cfg(test)]
pub(crate) mod sample;
pub mod schedule;
pub mod workshop;

pub use history::{Answer, Checked, Confidence, History, Learning, Moment};
pub use item::{Action, Bank, Cue, CueMark, Item, Pole, Pool, Segment, Topic, Verdict};
