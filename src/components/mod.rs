//! View pieces that screens share: plain functions from what is known to a [`View`]. They hold no
//! rule and touch no store.
//!
//! [`View`]: crate::platform::dom::View

pub mod add_kit;
pub mod block;
pub mod brought;
pub mod chart;
pub mod clips;
pub mod clues;
pub mod control;
pub mod field;
pub mod figure;
pub mod happened;
pub mod icon;
pub mod install;
pub mod kit_status;
pub mod late;
pub mod leaflet;
pub mod notice;
pub mod pager;
pub mod player;
pub mod provenance;
pub mod qr;
pub mod reply;
pub mod safety;
pub mod scale;
pub mod scanner;
pub mod scene;
pub mod sent;
pub mod shell;
pub mod teach_back;
pub mod words;
