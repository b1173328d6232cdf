//! The domain of Bon Geste.
//!
//! Everything that is true whatever the device lives here: what a kit is, who may be believed,
//! what a download still lacks, what the journal proves. Nothing here touches a browser, a
//! clock, a network or a disk: side effects are traits in [`ports`], each with an in-memory
//! version beside it, so every rule is tested natively.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod animation;
pub mod backup;
pub mod calendar;
pub mod clip;
pub mod download;
pub mod feeling;
pub mod fhir;
pub mod fingerprint;
pub mod follow_up;
pub mod item;
pub mod jose;
pub mod journal;
pub mod json;
pub mod kit;
pub mod link;
pub mod media;
pub mod opening;
pub mod outbox;
pub mod ports;
pub mod problem;
pub mod profile;
pub mod quiz;
pub mod reminder;
pub mod results;
pub mod safety;
pub mod session;
pub mod text;
pub mod trust;
pub mod video_check;
pub mod wording;
