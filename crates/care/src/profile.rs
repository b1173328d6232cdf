//! The patients on this device and what each has chosen. One today; the id is everywhere, so
//! that several, each behind a PIN, can come later.

use crate::{
    json::{Json, JsonError, Value},
    kit::Choice,
    ports::{Record, Store},
    record,
    reminder::Reminders,
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
    /// Whether the patient said no to installing on this device.
    pub install_declined: bool,
    /// When this phone's calendar rings, once that was chosen.
    pub reminders: Option<Reminders>,
    /// Whether the calendar's test alert rang, once that was answered.
    pub alert_rings: Option<bool>,
    /// Who the patient is in each clinic's results.
    pub subjects: Vec<Subject>,
    /// The kit that the screens speak of: the one opened last.
    pub kit: Option<String>,
}

record!(struct Settings { mode, lang, choice, install_declined, reminders, alert_rings, subjects, kit });

/// The name that stands for the patient in what one kit's clinic gets: random bits, no name. Each kit
/// has its own, so that two clinics cannot lay theirs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The kit.
    pub kit: String,
    /// 128 random bits, in 32 hexadecimal digits.
    pub bits: String,
}

record!(struct Subject { kit, bits });

impl Settings {
    /// The patient's name for a kit's clinic, if one was made.
    pub fn subject(&self, kit_id: &str) -> Option<u128> {
        let known = self.subjects.iter().find(|s| s.kit == kit_id)?;
        u128::from_str_radix(&known.bits, 16).ok()
    }

    /// Keeps the name for a kit's clinic, in the place of one that cannot be read.
    pub fn name_subject(&mut self, kit_id: &str, bits: u128) {
        self.subjects.retain(|s| s.kit != kit_id);
        self.subjects.push(Subject { kit: kit_id.to_owned(), bits: format!("{bits:032x}") });
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, reminder::Weekday};

    #[test]
    fn choices_that_were_never_made_are_not_written_and_those_of_an_earlier_version_are_read() {
        let old = r#"{"mode":"simple","lang":"fr","install_declined":false}"#;
        let read: Settings = json::read(old.as_bytes()).unwrap();
        assert_eq!(read, Settings { mode: Mode::Simple, lang: Some(Lang::Fr), ..Settings::default() });
    }

    #[test]
    fn a_patient_has_one_name_for_each_clinic_and_keeps_it() {
        let mut settings = Settings::default();
        assert_eq!(settings.subject("a"), None);
        settings.name_subject("a", 7);
        settings.name_subject("b", u128::MAX);
        settings.reminders = Some(Reminders::none(1).changed(&Weekday::ALL, &[540]));
        settings.alert_rings = Some(false);
        let again: Settings = json::read(json::write(&settings).as_bytes()).unwrap();
        assert_eq!((again.subject("a"), again.subject("b")), (Some(7), Some(u128::MAX)));
        assert_eq!(again, settings);
    }
}
