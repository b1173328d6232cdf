//! The screens, one file each. Standard and simplified are two skins of the same state.

pub mod booklet;
pub mod check;
pub mod clip;
pub mod code;
pub mod copy;
pub mod embed;
pub mod exercise;
pub mod feeling;
pub mod follow_up;
pub mod help;
pub mod home;
pub mod kit;
pub mod lesson;
pub mod lost;
pub mod outbox;
pub mod quiz;
pub mod reminders;
pub mod report;
pub mod results;
pub mod sending;
pub mod session;
pub mod settings;
pub mod summary;
pub mod today;
pub mod workshop;
