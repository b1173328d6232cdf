//! The screens, one file each. Standard and simplified are two skins of the same state.

pub mod exercise;
pub mod feeling;
pub mod help;
pub mod home;
pub mod kit;
pub mod lost;
pub mod report;
pub mod settings;
