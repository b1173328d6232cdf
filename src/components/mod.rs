//! View pieces that screens share. Each is a plain function that ends in `AnyView`: one body of
//! code however many screens call it. They hold no rule and touch no store.

pub mod add_kit;
pub mod control;
pub mod icon;
pub mod kit_status;
pub mod notice;
pub mod pager;
pub mod player;
pub mod provenance;
pub mod safety;
pub mod shell;
pub mod words;

use crate::state::KitHandle;
use leptos::prelude::*;

/// A kit as views hold it: copied freely, read in place.
pub type HeldKit = StoredValue<KitHandle, LocalStorage>;
