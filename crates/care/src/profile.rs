//! The patients on this device and what each has chosen. One today; the id is everywhere, so
//! that several, each behind a PIN, can come later.

use crate::{
    json::{Json, JsonError, Value},
    kit::Choice,
    ports::{Record, Store},
    record,
    text::Lang,
};

/// Whose record it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub String);

impl Json for ProfileId {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        String::from_json(value).map(ProfileId)
    }
    fn to_json(&self) -> Value {
        self.0.to_json()
    }
}

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Everything on view.
    #[default]
    Standard,
    /// Large text, one action a screen.
    Simple,
}

record!(enum Mode or Standard { Standard = "standard", Simple = "simple" });

/// What a patient has chosen. An absent choice leaves it to the device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

record!(struct Settings { mode, lang, choice, install_declined });

/// A patient on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Their id.
    pub id: ProfileId,
    /// Their choices.
    pub settings: Settings,
}

record!(struct Profile { id, settings });

impl Record for Profile {
    const STORE: Store = Store::Profiles;
    fn key(&self) -> String {
        self.id.0.clone()
    }
    fn profile(&self) -> ProfileId {
        self.id.clone()
    }
}
