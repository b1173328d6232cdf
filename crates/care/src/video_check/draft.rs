//! A check that is under way, as it outlives a reload of the page: what the patient gave, and what was
//! answered so far. It is no part of the journal until it has come to its end.

use super::{Check, Outcome, Platform, QUESTIONS, Said, SharedVideo, shared, start, words};
use crate::{
    journal::By,
    json::{Json as _, Value},
    quiz::{Cue, Learning},
    record,
};

record!(struct Check { answers, listed, confirmed, hurts });
record!(struct SharedVideo { url, platform, title });

/// What the patient gave: the address in it, or else its words. Both stay empty where it holds neither,
/// as when it hides a program.
pub fn given(title: &str, text: &str, url: &str) -> SharedVideo {
    shared(title, text, url).unwrap_or_else(|| {
        let title = [title, text, url].map(|part| words(start(part)));
        let title = title.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
        SharedVideo { url: String::new(), platform: Platform::Other, title }
    })
}

/// Where a patient is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The video that was given; none before, and where there is none to give.
    pub video: Option<SharedVideo>,
    /// The questions have begun.
    pub begun: bool,
    /// What was answered.
    pub check: Check,
    /// Who answers.
    pub by: By,
}

record!(struct Draft { video, begun, check, by });

impl Draft {
    /// Before the first question about this video.
    pub fn of(video: SharedVideo) -> Draft {
        Draft { video: Some(video), ..Draft::default() }
    }

    /// As a text.
    pub fn write(&self) -> String {
        self.to_json().to_text()
    }

    /// Reads that text; what cannot be a draft is none.
    pub fn read(text: &str) -> Option<Draft> {
        let draft = Draft::from_json(&Value::parse(text.as_bytes()).ok()?).ok()?;
        let sound = draft.check.answers.len() <= QUESTIONS.len();
        sound.then_some(draft)
    }

    /// The video in one line; empty where nothing was given.
    pub fn which(&self) -> String {
        self.video.as_ref().map(SharedVideo::which).unwrap_or_default()
    }

    /// What to write into the journal, at the end.
    pub fn told(&self) -> Option<Learning> {
        self.check.told(self.video.as_ref(), self.by)
    }
}

/// Why a check came out as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The signals that were seen.
    pub signals: Vec<Cue>,
    /// What the patient could not tell.
    pub open: Vec<Cue>,
    /// Nobody reliable vouches for it: no directory, no other source.
    pub nobody: bool,
}

/// Reads from the answers why they led to this outcome: signals alone where there are any.
pub fn why(answers: &[Said], outcome: Outcome) -> Why {
    let all = |wanted: Said| {
        let of = answers.iter().zip(QUESTIONS).filter(|(said, _)| **said == wanted);
        of.map(|(_, cue)| cue).collect::<Vec<Cue>>()
    };
    match outcome {
        Outcome::Grave => Why { signals: all(Said::Yes), ..Why::default() },
        Outcome::NoSignal => Why::default(),
        Outcome::NotEnough => {
            let open = all(Said::Unknown);
            Why { nobody: open.is_empty(), open, ..Why::default() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video_check::Next;

    fn answered(answers: &[Said]) -> Draft {
        let mut draft = Draft::of(given("Dos neuf", "https://youtu.be/abc?si=x", ""));
        draft.begun = true;
        for said in answers {
            draft.check.answer(*said);
        }
        draft
    }

    #[test]
    fn a_check_goes_on_where_a_reload_found_it() {
        let answers = [Said::No, Said::Unknown, Said::No, Said::No, Said::No, Said::Yes, Said::No];
        for n in 0..=answers.len() {
            let mut draft = answered(&answers[..n]);
            let again = Draft::read(&draft.write()).unwrap();
            assert_eq!(again, draft);
            assert_eq!(again.check.next(), draft.check.next());
            draft.check.hurts();
            assert_eq!(Draft::read(&draft.write()).unwrap().check.next(), Next::Warning);
        }
        assert_eq!(Draft::read(&Draft::default().write()), Some(Draft::default()));
    }

    #[test]
    fn what_is_no_draft_is_none() {
        let many = answered(&[Said::No; 5]).write().replace("[\"no\"", "[\"no\",\"no\"");
        for text in ["", "{", "[]", "null", &many] {
            assert_eq!(Draft::read(text), None, "{text}");
        }
    }

    #[test]
    fn words_without_an_address_are_the_video_s_name_and_a_hidden_program_is_nothing() {
        let video = given("", "  la vidéo de dos,\nvue chez Mamie ", "");
        assert_eq!((video.url.as_str(), video.title.as_str()), ("", "la vidéo de dos, vue chez Mamie"));
        assert_eq!(video.which(), video.title);
        for text in ["", "javascript:alert(1)", "data:text/html,<b>x</b>", "ftp://exemple.fr/x"] {
            assert_eq!(given("", text, "").which(), "", "{text}");
        }
        assert_eq!(given("", "https://youtu.be/abc", "").platform, Platform::YouTube);
    }

    #[test]
    fn an_outcome_says_what_led_to_it() {
        use Said::{No, Unknown, Yes};
        let why = |answers: [Said; 5], outcome| super::why(&answers, outcome);
        let grave = why([No, Yes, Unknown, Yes, No], Outcome::Grave);
        assert_eq!((grave.signals, grave.open, grave.nobody), (vec![Cue::Pain, Cue::Speaker], vec![], false));
        let open = why([No, No, Unknown, No, No], Outcome::NotEnough);
        assert_eq!((open.signals, open.open, open.nobody), (vec![], vec![Cue::ForWhom], false));
        assert!(why([No; 5], Outcome::NotEnough).nobody);
        assert_eq!(why([No; 5], Outcome::NoSignal), Why::default());
    }
}
