//! The kit as it travels (`kit.json`): what the kiné prescribed, for one patient.
//!
//! Holds no name, no national number and no diagnosis: ids are opaque. Unknown fields are
//! ignored here and survive in the signed text, which is kept as it came; an unknown major
//! version is refused. The JSON Schema is generated from these types (feature `schema`).

use crate::{
    calendar::Day,
    json::{Json, JsonError, Value, read_field},
    media::MediaRef,
    record,
    text::{Lang, Text},
};
use serde::{Deserialize, Serialize};

/// The major version of the format that this code reads.
pub const FORMAT_MAJOR: u32 = 1;
/// What this code writes.
pub const FORMAT: &str = "1.0";

/// The whole kit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kit {
    /// `major.minor` of this format.
    pub format: String,
    /// Opaque and stable: one link, one patient, one id.
    pub kit_id: String,
    /// Grows with each publication; a lower one is a replay and is refused.
    pub version: u64,
    /// When it was published.
    pub issued: Day,
    /// Last day on which it may be started without asking the kiné again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Day>,
    /// What the patient reads first.
    pub title: Text,
    /// One or two sentences under the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// The topic whose warning rules apply, for instance `fall`.
    pub topic: String,
    /// True for demonstrations: they say « Exemple » and never earn the badge.
    #[serde(default)]
    pub example: bool,
    /// Who prescribed it and how to reach them.
    pub clinic: Clinic,
    /// Who checked the content, and when. Without it there is no badge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated_by: Option<Validation>,
    /// For whom this kit is meant.
    pub for_whom: Text,
    /// For whom it is not.
    pub not_for: Text,
    /// The clinic reads its content again by this day.
    pub review_by: Day,
    /// What happens to results and clips.
    #[serde(rename = "return", default)]
    pub return_path: ReturnPath,
    /// The exercises, in the order of the session.
    #[serde(default)]
    pub exercises: Vec<Exercise>,
    /// Leaflets, kept offline.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Outside pages that the clinic vetted; they need the Internet and never wear the badge.
    #[serde(default)]
    pub links: Vec<VettedLink>,
    /// Fixed warning rules for the topic: one sign, one screen.
    #[serde(default)]
    pub warnings: Vec<WarningRule>,
    /// What to get ready before a session: shoes, a chair against the wall, the phone within reach.
    #[serde(default)]
    pub preparation: Vec<Text>,
    /// Mistaken ideas about the topic, and what is known.
    #[serde(default)]
    pub ideas: Vec<Idea>,
    /// The time after: how to go on alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
    /// Where clips and results go; only with `return` = `server`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<Upload>,
    /// What the clinic says of what the patient sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
}

/// Where the patient's clips and results go, and for whom they are sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Upload {
    /// Where an upload is created (tus 1.0.0): absolute, or relative to the portal's base.
    pub url: String,
    /// What lets this kit's patient send: 32 random bytes, base64url. The server knows its hash.
    pub token: String,
    /// age X25519 recipients (`age1…`): the clinic's key, then the recovery key.
    pub recipients: Vec<String>,
    /// Days for which the clinic keeps what it received.
    pub keep_days: u32,
    /// The most that one sending may weigh, sealed, in bytes.
    pub max_bytes: u64,
}

impl Upload {
    /// Whether the server that gives out the portal, `clinic serve`, receives as well; else it is one by others.
    pub fn is_beside_portal(&self) -> bool {
        !self.url.contains("://")
    }
}

/// What the clinic says of what the patient sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answers {
    /// The kiné's answers, oldest first.
    #[serde(default)]
    pub replies: Vec<Reply>,
    /// What the kiné has looked at, and when.
    #[serde(default)]
    pub seen: Vec<Handled>,
    /// What was erased at the clinic, at the patient's wish or because its time was over.
    #[serde(default)]
    pub erased: Vec<Handled>,
}

/// A sending, and the day on which something was done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Handled {
    /// The sending's id, as the phone chose it.
    pub item: String,
    /// The day.
    pub on: Day,
}

/// One answer of the kiné's: words, a short film, or a still picture with what to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reply {
    /// Opaque and stable.
    pub id: String,
    /// The sending that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The exercise that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<String>,
    /// When it was given.
    pub on: Day,
    /// What the kiné says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// What the kiné shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// A still of the patient's clip, marked where to look: a JPEG in base64. It is of the patient, so it
    /// travels inside the sealed kit: as a file of its own it would lie open on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// The maintenance phase: what follows when the prescribed exercises are over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Maintenance {
    /// The day on which it begins.
    pub from: Day,
    /// What to go on with, one idea each.
    pub go_on: Vec<Text>,
    /// When to come back.
    pub come_back: Text,
}

/// The clinic behind a kit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Clinic {
    /// As on its door.
    pub name: String,
    /// For `tel:`, international form, for instance `+33123456789`.
    pub phone: String,
    /// A mobile that reads text messages; without it there is no SMS button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    /// Street and town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// On which days messages are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading_days: Option<Text>,
}

/// Who checked the content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Validation {
    /// Full name.
    pub name: String,
    /// For instance « masseur-kinésithérapeute D.E. ».
    pub qualification: Text,
    /// The day of the check.
    pub on: Day,
}

/// Where results and clips go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReturnPath {
    /// Sealed and uploaded to the clinic.
    Server,
    /// Saved as a file that the patient brings.
    File,
    /// Shown on the phone at the next appointment.
    #[default]
    Show,
}

/// May it be done, or filmed, alone?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Company {
    /// Alone is fine.
    #[default]
    Alone,
    /// Only with somebody beside.
    Helper,
    /// Not at home.
    Never,
}

/// The position that takes most room in an exercise: what a camera must have in its picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// On the feet.
    #[default]
    Standing,
    /// On a chair.
    Sitting,
    /// On the floor or on a bed.
    Lying,
}

/// One exercise with this patient's dosage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exercise {
    /// Short, stable, `a-z0-9-`: it stands in addresses.
    pub id: String,
    /// What the patient calls it.
    pub title: Text,
    /// SHA-256 of the library entry it was made from, when it came from the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// « Version cabinet » or « version patient » of the same movement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// « Pourquoi cet exercice ? »
    pub why: Text,
    /// One idea a step.
    pub steps: Vec<Text>,
    /// How much, how often.
    pub dosage: Dosage,
    /// The kiné's own word to this patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Shown before the first play and acknowledged once.
    #[serde(default)]
    pub contraindications: Vec<Text>,
    /// When to stop at once.
    #[serde(default)]
    pub stop_rules: Vec<Text>,
    /// What one should feel.
    #[serde(default)]
    pub feel: Vec<Text>,
    /// What one should not feel.
    #[serde(default)]
    pub feel_not: Vec<Text>,
    /// If it is too hard today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easier: Option<Text>,
    /// When it has become easy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harder: Option<Text>,
    /// May it be done alone?
    #[serde(rename = "do", default)]
    pub do_with: Company,
    /// May it be filmed alone?
    #[serde(rename = "film", default)]
    pub film_with: Company,
    /// The longest clip of it, in seconds; a minute when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub film_s: Option<u32>,
    /// The outline to film it in.
    #[serde(default)]
    pub film_position: Position,
    /// To be watched before this appointment (1 = the first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_before: Option<u32>,
    /// The moving picture; steps stand without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// One repetition as a drawing of a few KB, for when the film is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub animation: Option<Animation>,
    /// One question after the film: did its message arrive?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teach_back: Option<TeachBack>,
    /// Who made the content and from what.
    pub provenance: Provenance,
}

/// Two versions of one movement: as shown at the clinic, as done at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// « Version cabinet »
    Clinic,
    /// « Version patient »
    Patient,
}

/// How much and how often. Absent numbers are not prescribed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dosage {
    /// Sets in one go.
    pub sets: u32,
    /// Repetitions in a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reps: Option<u32>,
    /// Seconds to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_s: Option<u32>,
    /// Seconds of rest between sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_s: Option<u32>,
    /// Seconds that the movement of one repetition takes, there and back; a hold comes on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo_s: Option<u32>,
    /// Times a day.
    pub per_day: u32,
    /// Days a week, 1–7.
    pub days_per_week: u32,
    /// One side after the other?
    #[serde(default)]
    pub each_side: bool,
}

/// Who made it, from what, when, and by what right it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// Full name of the person who shows or wrote it.
    pub author: String,
    /// Diploma or role.
    pub qualification: Text,
    /// When it was made.
    pub made: Day,
    /// Licence or permission.
    pub rights: Text,
    /// Published sources of what it says.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A published source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Year, or full date, as printed.
    pub date: String,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One film in several sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Video {
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// What is shown in the picture, for those who don't see it.
    pub alt: Text,
    /// A still of a few KB.
    pub poster: MediaRef,
    /// WebVTT, one a language.
    #[serde(default)]
    pub captions: Vec<Caption>,
    /// The ladder, best first.
    pub rungs: Vec<Rung>,
}

/// Captions in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Caption {
    /// Language of the captions.
    pub lang: Lang,
    /// The `.vtt` file.
    pub media: MediaRef,
}

/// A drawn repetition that runs in a loop: SVG of the few elements that [`crate::animation`] allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Animation {
    /// What is shown, for those who don't see it.
    pub alt: Text,
    /// The file, `image/svg+xml`.
    pub media: MediaRef,
    /// The same for the easier variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easier: Option<MediaRef>,
}

/// A question whose answer shows whether the message arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeachBack {
    /// The question.
    pub question: Text,
    /// Two or three answers.
    pub answers: Vec<Text>,
    /// Which one is right, from 1.
    pub right: u32,
    /// Why.
    pub because: Text,
}

/// « Idée reçue »: what people say, and what is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Idea {
    /// The mistaken idea, as people say it.
    pub claim: Text,
    /// What is known.
    pub fact: Text,
    /// Where this is said.
    pub source: Source,
}

/// What the patient chose: normal quality or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Smallest files.
    #[default]
    Light,
    /// Better picture.
    Normal,
}

/// The coding of a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// AV1 + Opus: smaller, not for every phone.
    Av1,
    /// H.264 + AAC: plays everywhere.
    H264,
}

/// One size of a film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rung {
    /// Which choice it serves.
    pub choice: Choice,
    /// How it is coded.
    pub codec: Codec,
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Pictures a second, rounded, for `MediaCapabilities`.
    pub fps: u32,
    /// The file; its `type` carries the codecs.
    pub media: MediaRef,
}

impl Video {
    /// The rung for a choice. `av1_smooth` says whether this device plays AV1 without stutter.
    /// H.264 is the sure rung; a missing size falls back to the nearest that exists.
    pub fn rung(&self, choice: Choice, av1_smooth: bool) -> Option<&Rung> {
        let playable = |r: &&Rung| r.codec == Codec::H264 || av1_smooth;
        let best = |r: &&Rung| (r.choice == choice, r.codec == Codec::Av1);
        self.rungs.iter().filter(playable).max_by_key(best)
    }
}

/// A leaflet kept offline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// Short and stable.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The file (PDF, image or plain text).
    pub media: MediaRef,
    /// To be read before this appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_before: Option<u32>,
}

/// An outside page that the clinic vetted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VettedLink {
    /// What it is.
    pub title: Text,
    /// `https:` only.
    pub url: String,
    /// Who speaks there.
    pub author: String,
    /// Their diploma or role.
    pub qualification: Text,
    /// When the clinic looked.
    pub checked: Day,
    /// Why the clinic gives it.
    pub reason: Text,
}

/// Whom a sign calls for. The three are never mixed on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 15 or 112, now.
    Red,
    /// The treating doctor today; closed: 15.
    Orange,
    /// The kiné.
    Yellow,
}

/// One sign and its fixed answer, as a public source gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WarningRule {
    /// Short and stable.
    pub id: String,
    /// Whom to call.
    pub level: Level,
    /// The new sign, in the patient's words.
    pub sign: Text,
    /// What to do.
    pub action: Text,
    /// Where this is said.
    pub source: Source,
}

record!(struct Kit {
    format, kit_id, version, issued, valid_until, title, summary, topic, example, clinic, validated_by, for_whom,
    not_for, review_by, return_path = "return", exercises, documents, links, warnings, preparation, ideas, maintenance,
    upload, answers,
});
record!(struct Upload { url, token, recipients, keep_days, max_bytes });
record!(struct Answers { replies, seen, erased });
record!(struct Handled { item, on });
record!(struct Reply { id, item, exercise, on, words, video, picture });
record!(struct Maintenance { from, go_on, come_back });
record!(struct Clinic { name, phone, sms, address, reading_days });
record!(struct Validation { name, qualification, on });
record!(enum ReturnPath or Show { Server = "server", File = "file", Show = "show" });
record!(enum Company or Alone { Alone = "alone", Helper = "helper", Never = "never" });
record!(
    enum Position or Standing {
        Standing = "standing",
        Sitting = "sitting",
        Lying = "lying",
    }
);
record!(struct Exercise {
    id, title, library, edition, why, steps, dosage, note, contraindications, stop_rules, feel, feel_not, easier, harder,
    do_with = "do", film_with = "film", film_s, film_position, watch_before, video, animation, teach_back, provenance,
});
record!(
    enum Edition {
        Clinic = "clinic",
        Patient = "patient",
    }
);
record!(struct Dosage { sets, reps, hold_s, rest_s, tempo_s, per_day, days_per_week, each_side });
record!(struct Provenance { author, qualification, made, rights, sources });
record!(struct Source { title, publisher, date, url });
record!(struct Video { duration_ms, alt, poster, captions, rungs });
record!(struct Caption { lang, media });
record!(struct Animation { alt, media, easier });
record!(struct TeachBack { question, answers, right, because });
record!(struct Idea { claim, fact, source });
record!(
    enum Choice {
        Light = "light",
        Normal = "normal",
    }
);
record!(
    enum Codec {
        Av1 = "av1",
        H264 = "h264",
    }
);
record!(struct Rung { choice, codec, width, height, fps, media });
record!(struct Document { id, title, media, watch_before });
record!(struct VettedLink { title, url, author, qualification, checked, reason });
record!(
    enum Level {
        Red = "red",
        Orange = "orange",
        Yellow = "yellow",
    }
);
record!(struct WarningRule { id, level, sign, action, source });

/// Why a text is not a kit that can be read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// Made for another generation of the portal.
    #[error("kit format {0} is not known here (expected {FORMAT_MAJOR}.x)")]
    ForeignVersion(String),
    /// Not JSON, or a field is missing or wrong.
    #[error("not a kit: {0}")]
    Malformed(String),
}

impl Kit {
    /// Reads `kit.json`. The format's major version is looked at first, so that a kit from the
    /// future says so instead of complaining of a field.
    pub fn read(json: &[u8]) -> Result<Self, KitError> {
        let bad = |e: JsonError| KitError::Malformed(e.to_string());
        let value = Value::parse(json).map_err(bad)?;
        let format: String = read_field(&value, "format").map_err(bad)?;
        let major = format.split('.').next().and_then(|m| m.parse::<u32>().ok());
        if major != Some(FORMAT_MAJOR) {
            return Err(KitError::ForeignVersion(format));
        }
        let kit = Kit::from_json(&value).map_err(bad)?;
        kit.check_ids()?;
        Ok(kit)
    }

    /// Ids stand in addresses and in the store, so they are short, plain and unique.
    fn check_ids(&self) -> Result<(), KitError> {
        let plain = |id: &str| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let mut seen = Vec::new();
        for id in self.exercises.iter().map(|e| &e.id).chain(self.documents.iter().map(|d| &d.id)) {
            if !plain(id) || seen.contains(&id) {
                return Err(KitError::Malformed(["id ", id, " is not plain or not unique"].concat()));
            }
            seen.push(id);
        }
        match self.media().into_iter().find(|m| !m.is_sound()) {
            Some(m) => Err(KitError::Malformed(["media ", &m.sha256, " is described wrongly"].concat())),
            None => Ok(()),
        }
    }

    /// The exercise with this id.
    pub fn exercise(&self, id: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|e| e.id == id)
    }

    /// The appointments before which something is to be seen, the next one first; `None`, last,
    /// stands for what has no appointment.
    pub fn appointments(&self) -> Vec<Option<u32>> {
        let exercises = self.exercises.iter().map(|e| e.watch_before);
        let order = |n: &Option<u32>| n.unwrap_or(u32::MAX);
        let mut found = Vec::new();
        for n in exercises.chain(self.documents.iter().map(|d| d.watch_before)) {
            if let Err(at) = found.binary_search_by_key(&order(&n), order) {
                found.insert(at, n);
            }
        }
        found
    }

    /// True on days after `valid_until`: still readable, but starting advises a call first.
    pub fn expired(&self, today: Day) -> bool {
        self.valid_until.is_some_and(|last| today > last)
    }

    /// True when the device's clock must be wrong: by its calendar the kit was made in days to
    /// come. A day more is allowed, for time zones.
    pub fn from_the_future(&self, today: Day) -> bool {
        self.issued > today.plus(1)
    }

    /// The kiné's answers, oldest first.
    pub fn replies(&self) -> &[Reply] {
        self.answers.as_ref().map_or(&[], |answers| &answers.replies)
    }

    /// The exercises' films, then those of the answers.
    fn videos(&self) -> Vec<&Video> {
        let mut found: Vec<&Video> = self.exercises.iter().filter_map(|e| e.video.as_ref()).collect();
        found.extend(self.replies().iter().filter_map(|r| r.video.as_ref()));
        found
    }

    /// Every file the kit names, on any rung.
    pub fn media(&self) -> Vec<&MediaRef> {
        let mut found = self.early();
        found.extend(self.documents.iter().map(|d| &d.media));
        for video in self.videos() {
            found.extend(video.rungs.iter().map(|r| &r.media));
        }
        found
    }

    /// What comes even before the patient has chosen: a few KB with which steps and pictures stand.
    pub fn early(&self) -> Vec<&MediaRef> {
        let videos = self.videos();
        let mut found: Vec<&MediaRef> = videos.iter().map(|v| &v.poster).collect();
        for animation in self.exercises.iter().filter_map(|e| e.animation.as_ref()) {
            found.push(&animation.media);
            found.extend(&animation.easier);
        }
        for video in videos {
            found.extend(video.captions.iter().map(|c| &c.media));
        }
        found
    }

    /// The files that make this kit complete for a choice: the early ones, then leaflets, then films
    /// in the order of the session. Each file once.
    pub fn wanted(&self, choice: Choice, av1_smooth: bool) -> Vec<&MediaRef> {
        let mut all = self.early();
        all.extend(self.documents.iter().map(|d| &d.media));
        all.extend(self.videos().iter().filter_map(|v| v.rung(choice, av1_smooth)).map(|r| &r.media));
        let mut once: Vec<&MediaRef> = Vec::new();
        for media in all {
            if !once.iter().any(|m| m.sha256 == media.sha256) {
                once.push(media);
            }
        }
        once
    }
}

/// The JSON Schema (2020-12) of `kit.json`, pretty-printed, as committed in
/// `crates/care/kit.schema.json`.
#[cfg(feature = "schema")]
pub fn json_schema() -> Result<String, serde_json::Error> {
    let schema = schemars::schema_for!(Kit);
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        media::{CHUNK_BYTES, hex},
        opening::tests::{exercise, kit},
    };

    fn media(n: u8) -> MediaRef {
        MediaRef {
            sha256: hex(&[n; 32]),
            bytes: 1000,
            mime: "video/mp4".into(),
            chunk_bytes: CHUNK_BYTES,
            chunks_sha256: hex(&[n; 32]),
        }
    }

    fn rung(n: u8, choice: Choice, codec: Codec) -> Rung {
        Rung { choice, codec, width: 640, height: 360, fps: 15, media: media(n) }
    }

    fn video(n: u8) -> Video {
        Video {
            duration_ms: 20_000,
            alt: "x".into(),
            poster: media(n),
            captions: vec![Caption { lang: Lang::Fr, media: media(n + 1) }],
            rungs: vec![
                rung(n + 2, Choice::Normal, Codec::Av1),
                rung(n + 3, Choice::Normal, Codec::H264),
                rung(n + 4, Choice::Light, Codec::H264),
            ],
        }
    }

    #[test]
    fn the_rung_is_the_chosen_one_and_av1_only_where_it_is_smooth() {
        let v = video(1);
        let pick = |choice, smooth| v.rung(choice, smooth).map(|r| r.media.sha256.clone());
        assert_eq!(pick(Choice::Normal, true), Some(hex(&[3; 32])));
        assert_eq!(pick(Choice::Normal, false), Some(hex(&[4; 32])));
        assert_eq!(pick(Choice::Light, true), Some(hex(&[5; 32])), "light stays light");
        let only_av1 = Video { rungs: vec![rung(9, Choice::Normal, Codec::Av1)], ..video(1) };
        assert_eq!(only_av1.rung(Choice::Light, false), None, "steps stand without the film");
        let no_light = Video { rungs: vec![rung(9, Choice::Normal, Codec::H264)], ..video(1) };
        assert!(no_light.rung(Choice::Light, false).is_some());
    }

    #[test]
    fn posters_and_captions_come_before_films_and_each_file_once() {
        let mut k = kit(1);
        k.exercises = ["a", "b", "c"].map(exercise).into();
        k.exercises[0].video = Some(video(1));
        k.exercises[1].video = Some(video(10));
        k.exercises[2].video = Some(video(10));
        let order: Vec<_> = k.wanted(Choice::Light, false).iter().map(|m| m.sha256.clone()).collect();
        assert_eq!(order, [1, 10, 2, 11, 5, 14].map(|n| hex(&[n; 32])));
    }

    #[test]
    fn an_answers_film_comes_with_the_kit() {
        let mut k = kit(1);
        let reply = Reply {
            id: "r".into(),
            item: None,
            exercise: None,
            on: k.issued,
            words: None,
            video: Some(video(1)),
            picture: None,
        };
        k.answers = Some(Answers { replies: vec![reply], ..Answers::default() });
        let wanted: Vec<_> = k.wanted(Choice::Light, false).iter().map(|m| m.sha256.clone()).collect();
        assert_eq!(wanted, [1, 2, 5].map(|n| hex(&[n; 32])));
        assert_eq!(k.media().len(), 5, "every rung, the still and the captions");
    }

    #[test]
    fn appointments_come_in_order_once_each_and_what_has_none_last() {
        let mut k = kit(1);
        k.exercises = [Some(3), None, Some(2), Some(3)]
            .into_iter()
            .zip(["a", "b", "c", "d"])
            .map(|(n, id)| Exercise { watch_before: n, ..exercise(id) })
            .collect();
        assert_eq!(k.appointments(), [Some(2), Some(3), None]);
    }

    #[test]
    fn serde_and_our_own_json_write_and_read_the_same_kit() {
        let mut k = kit(1);
        k.exercises[0].video = Some(video(1));
        k.exercises[0].edition = Some(Edition::Patient);
        let go_on = vec!["Marchez.".into()];
        k.maintenance =
            Some(Maintenance { from: k.issued.plus(90), go_on, come_back: "Après une chute.".into() });
        k.upload = Some(Upload {
            url: "u/".into(),
            token: "t".repeat(43),
            recipients: vec!["age1x".into()],
            keep_days: 30,
            max_bytes: 50_000_000,
        });
        k.answers = Some(Answers {
            replies: vec![Reply {
                id: "r".into(),
                item: Some("i".into()),
                exercise: None,
                on: k.issued,
                words: Some("Plus lentement.".into()),
                video: Some(video(20)),
                picture: Some("/9j/".into()),
            }],
            seen: vec![Handled { item: "i".into(), on: k.issued }],
            erased: Vec::new(),
        });
        k.warnings = vec![WarningRule {
            id: "w".into(),
            level: Level::Orange,
            sign: "s".into(),
            action: Text { fr: "é".into(), en: Some("e".into()) },
            source: Source { title: "t".into(), publisher: "p".into(), date: "2024".into(), url: None },
        }];
        let ours = k.to_json().to_text();
        assert_eq!(serde_json::from_str::<Kit>(&ours).unwrap(), k);
        assert_eq!(Kit::read(&serde_json::to_vec(&k).unwrap()).unwrap(), k);
    }

    #[test]
    fn a_kit_is_over_the_day_after_its_last() {
        let k = kit(1);
        let last = k.valid_until.unwrap();
        assert!(!k.expired(last));
        assert!(k.expired(last.plus(1)));
    }

    #[test]
    fn a_kit_issued_after_today_tells_of_a_wrong_clock_but_for_a_day_of_time_zones() {
        let k = kit(1);
        assert!(!k.from_the_future(k.issued) && !k.from_the_future(k.issued.plus(-1)));
        assert!(k.from_the_future(k.issued.plus(-366)));
    }

    #[test]
    fn ids_that_cannot_stand_in_an_address_or_come_twice_are_refused() {
        for ids in [["a", "a"], ["a", ""], ["a", "A b"], ["a", "../x"]] {
            let mut k = kit(1);
            k.exercises = ids.map(exercise).into();
            let json = serde_json::to_vec(&k).unwrap();
            assert!(matches!(Kit::read(&json), Err(KitError::Malformed(_))), "{ids:?}");
        }
    }

    #[test]
    fn the_committed_schema_is_the_one_of_these_types() {
        let committed = include_str!("../kit.schema.json");
        assert_eq!(committed, json_schema().unwrap(), "run `cargo xtask schema` and commit the result");
    }
}
