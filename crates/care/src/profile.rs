//! The patients on this device and what each has chosen. One today; the id is everywhere, so
//! that several, each behind a PIN, can come later.

use crate::{
    kit::Choice,
    ports::{Record, Store},
    text::Lang,
};
use serde::{Deserialize, Serialize};

/// Whose record it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProfileId(pub String);

impl ProfileId {
    /// The first patient of the device. Opaque on purpose: no name.
    pub fn first() -> Self {
        ProfileId("p1".into())
    }

    /// The owner of what belongs to the device, not to a patient.
    pub fn device() -> Self {
        ProfileId("device".into())
    }
}

/// How the screens look. Both show the same state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything on view.
    #[default]
    Standard,
    /// Large text, one action a screen.
    Simple,
}

/// What a patient has chosen. An absent choice leaves it to the device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Standard or simplified.
    pub mode: Mode,
    /// Language, when chosen.
    pub lang: Option<Lang>,
    /// Light or normal films, when chosen.
    pub choice: Option<Choice>,
    /// Whether this phone was installed to the home screen or the patient said no.
    pub install_declined: bool,
}

/// A patient on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Their id.
    pub id: ProfileId,
    /// Their choices.
    #[serde(default)]
    pub settings: Settings,
}

impl Record for Profile {
    const STORE: Store = Store::Profiles;
    fn key(&self) -> String {
        self.id.0.clone()
    }
    fn profile(&self) -> ProfileId {
        self.id.clone()
    }
}
