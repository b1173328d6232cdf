//! The clinic's companion, as a library: the `clinic` program is a thin command line over it,
//! and tests and build tools call the same functions.
//!
//! `folder` owns the clinic's folder, `kit_toml` reads what a kiné wrote, `pack` makes the media,
//! `publish` signs and encrypts, `print` makes the paper, `report` reads what patients bring, `quiz` takes
//! a clinic's own questions, `serve` answers phones.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod animation;
pub mod answers;
pub mod document;
pub mod ffmpeg;
pub mod files;
pub mod folder;
pub mod inbox;
pub mod kit_toml;
pub mod mp4;
pub mod now;
pub mod pack;
pub mod passcode;
pub mod print;
pub mod problem;
pub mod publish;
pub mod quiz;
pub mod register;
pub mod reply;
pub mod report;
pub mod serve;
pub mod server_folder;
pub mod store;
pub mod table;
pub mod toml_doc;
pub mod vtt;

pub use problem::{Problem, Problems};
