//! The lessons: one-minute cards, one for each cue, one on what no general video can know, one on how
//! a feed chooses. One file a language.

use super::item::{Cue, FORMAT, Source};
use crate::{
    json::{Json as _, JsonError, Value},
    record,
};
use serde::{Deserialize, Serialize};

/// The lesson on videos that are made for everybody.
pub const GENERIC: &str = "generic";
/// The lesson on « “Pour toi” ».
pub const FEED: &str = "feed";

/// The lessons of one language, in the order in which they are leafed through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lessons {
    /// Major version of this format: 1.
    pub format: u32,
    /// BCP 47: `fr`, `en`.
    pub lang: String,
    /// What the facts rest on.
    pub sources: Vec<Source>,
    /// The cards.
    pub lessons: Vec<Lesson>,
}

record!(struct Lessons { format, lang, sources, lessons });

/// One card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// A cue’s name (`C1` … `M10`), [`GENERIC`] or [`FEED`]: the last part of its address.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Why it matters, in a sentence or two.
    pub lead: String,
    /// What the list below is, where it is not « À regarder ».
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_title: Option<String>,
    /// What to look at.
    pub look: Vec<String>,
    /// A phrase with the bad pole, as it may be heard.
    pub bad: String,
    /// The same thing said well.
    pub good: String,
    /// What this cue does not tell: nobody is to come away distrusting everything.
    pub trap: String,
    /// What to do.
    pub act: String,
    /// What is stated as a fact, with what it rests on.
    pub facts: Vec<Fact>,
}

record!(struct Lesson { id, title, lead, look_title, look, bad, good, trap, act, facts });

/// A statement and its sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The statement.
    pub text: String,
    /// [`Source::id`]s.
    pub sources: Vec<String>,
}

record!(struct Fact { text, sources });

impl Lessons {
    /// Reads a language's file.
    ///
    /// # Errors
    /// When the text holds no lessons, or those of another major version.
    pub fn parse(text: &[u8]) -> Result<Lessons, JsonError> {
        let lessons = Lessons::from_json(&Value::parse(text)?)?;
        if lessons.format == FORMAT { Ok(lessons) } else { Err(JsonError::Field("format")) }
    }

    /// The place of a card.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.lessons.iter().position(|lesson| lesson.id == id)
    }

    /// A source by its name.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }
}

impl Lesson {
    /// The cue that it is about; none for the two others.
    pub fn cue(&self) -> Option<Cue> {
        Cue::from_json(&Value::Text(self.id.clone())).ok()
    }
}
