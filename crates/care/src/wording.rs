//! Words that no patient reads, whoever wrote them: they promise what a portal cannot keep, or frighten,
//! or make a medical device of it. The sentences of the portal, the demo and what a clinic publishes are
//! all held against this one list.

use crate::text::{Lang, Text};

/// Beginnings of French words, in small letters.
const FRENCH: [&str; 12] = [
    "télésurveill",
    "télé-surveill",
    "télésoin",
    "diagnosti",
    "détect",
    "guéri",
    "sans danger",
    "sans aucun danger",
    "tout va bien",
    "vous progressez",
    "signaler",
    "rien de grave",
];

/// Beginnings of English words that say the same. « Signaler » has no twin: “report” denounces nobody.
const ENGLISH: [&str; 14] = [
    "telemonitor",
    "remote monitoring",
    "telecare",
    "telehealth",
    "diagnos",
    "detect",
    "cure",
    "curing",
    "heal",
    "no danger",
    "risk-free",
    "all is well",
    "you are making progress",
    "nothing serious",
];

/// Beginnings of words that begin like one of these and promise nothing.
const INNOCENT: [&str; 2] = ["guéridon", "health"];

/// The first of these words that a sentence uses, as it stands in the list. A word is found where it
/// begins, in any case, whatever spaces and apostrophes were typed.
pub fn never_said(lang: Lang, sentence: &str) -> Option<&'static str> {
    let plain: String = sentence
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '\u{a0}' | '\u{202f}' | '\n' | '\t' => ' ',
            c => c,
        })
        .collect();
    let words = if lang == Lang::Fr { &FRENCH[..] } else { &ENGLISH[..] };
    words.iter().copied().find(|word| {
        plain.match_indices(word).any(|(at, _)| {
            let begins = plain[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            begins && !INNOCENT.iter().any(|other| plain[at..].starts_with(other))
        })
    })
}

/// The same for a text in each language that it has.
pub fn never_said_in(text: &Text) -> Option<&'static str> {
    let english = || text.en.as_deref().and_then(|en| never_said(Lang::En, en));
    never_said(Lang::Fr, &text.fr).or_else(english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_however_it_is_typed() {
        for (said, word) in [
            ("Cet exercice est SANS\u{a0}DANGER.", "sans danger"),
            ("Rien de grave\u{a0}!", "rien de grave"),
            ("L’écran détecte vos erreurs.", "détect"),
            ("Votre diagnostic", "diagnosti"),
            ("Vous serez guérie.", "guéri"),
        ] {
            assert_eq!(never_said(Lang::Fr, said), Some(word), "{said}");
        }
        assert_eq!(never_said(Lang::En, "It heals your back."), Some("heal"));
        assert_eq!(never_said(Lang::En, "Nothing serious."), Some("nothing serious"));
    }

    #[test]
    fn words_that_only_look_alike_are_left_alone() {
        for said in ["Le signal est faible.", "Un détour, puis le guéridon."] {
            assert_eq!(never_said(Lang::Fr, said), None, "{said}");
        }
        for said in ["Your health comes first.", "Keep the heel secure.", "A healthy knee."] {
            assert_eq!(never_said(Lang::En, said), None, "{said}");
        }
    }

    #[test]
    fn both_languages_of_a_text_are_read() {
        let text = |fr: &str, en: Option<&str>| Text { fr: fr.into(), en: en.map(Into::into) };
        assert_eq!(never_said_in(&text("Levez-vous.", None)), None);
        assert_eq!(never_said_in(&text("Levez-vous.", Some("This will cure you."))), Some("cure"));
        assert_eq!(never_said_in(&text("Tout va bien.", Some("Stand up."))), Some("tout va bien"));
    }
}
