//! Bon Geste, the patient's portal.
//!
//! `pages` and `components` show, `state` decides what is shown with the rules of `care`, and
//! `platform` alone touches the browser.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod components;
pub mod i18n;
pub mod later;
pub mod pages;
pub mod platform;
pub mod quiz;
pub mod state;
