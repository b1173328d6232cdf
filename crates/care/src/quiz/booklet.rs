//! The booklet « Comment choisir une vidéo d’exercice ? » and the waiting room's poster: one file a
//! language, from which the readable page, the prints and the PDF are made.

use super::item::{FORMAT, Source, Status};
use crate::{
    json::{Json as _, JsonError, Value},
    record,
};
use serde::{Deserialize, Serialize};

/// The booklet and the poster of one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booklet {
    /// Major version of this format: 1.
    pub format: u32,
    /// BCP 47: `fr`, `en`.
    pub lang: String,
    /// When these words were last changed, as it is printed.
    pub edition: String,
    /// Whether physiotherapists have signed these words.
    pub status: Status,
    /// The title, on the cover.
    pub title: String,
    /// What it is, under the title.
    pub lead: String,
    /// What the code that leads to the quiz offers.
    pub invite: String,
    /// The pages after the cover; the last is the back.
    pub parts: Vec<Part>,
    /// The poster.
    pub poster: Part,
    /// What its facts rest on.
    pub sources: Vec<Source>,
}

record!(struct Booklet { format, lang, edition, status, title, lead, invite, parts, poster, sources });

/// A page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which page, for its look.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What comes first.
    pub lead: String,
    /// What it says, point by point.
    pub points: Vec<Point>,
    /// What to take along, where it has such a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

record!(struct Part { id, title, lead, points, rule });

/// A point of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The drawing beside it, by its name; or its number.
    pub icon: String,
    /// What it is.
    pub title: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A phrase that speaks for a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<String>,
    /// A phrase that speaks against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<String>,
}

record!(struct Point { icon, title, text, good, bad });

impl Booklet {
    /// Reads a language's file.
    ///
    /// # Errors
    /// When the text is no booklet, or one of another major version.
    pub fn parse(text: &[u8]) -> Result<Booklet, JsonError> {
        let booklet = Booklet::from_json(&Value::parse(text)?)?;
        if booklet.format == FORMAT { Ok(booklet) } else { Err(JsonError::Field("format")) }
    }

    /// Whether physiotherapists still have to sign it: on the screen and on paper it says so.
    pub fn is_draft(&self) -> bool {
        self.status == Status::Draft
    }
}
