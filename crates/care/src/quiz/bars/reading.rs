//! How easily a text is read: Kandel & Moles (1958) in French, Flesch (1948) in English.
//!
//! 207 − 1.015 · words per sentence − 73.6 · syllables per word, and 206.835 − 1.015 · … − 84.6 · …;
//! a colon and a semicolon end a sentence for the formula, as they let a reader breathe, but not for
//! the length of sentences. Syllables are counted by groups of vowels, which is near enough for a mean.

use super::{Figure, Limit};
use crate::{
    quiz::item::{Bank, Item, SegmentKind},
    text::Lang,
};

/// Least ease of one text; a card below it is hard for many.
pub const LEAST_EASE: f64 = 70.0;
/// Least mean ease of a bank.
const MEAN_EASE: f64 = 80.0;
/// Most words of one sentence.
pub const MOST_WORDS: usize = 15;
/// Most words of a sentence, on average.
pub const MEAN_WORDS: f64 = 10.0;

/// What a set of texts measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Reading ease; 100 is very easy, 60 plain.
    pub ease: f64,
    /// Words a sentence, on average.
    pub mean_words: f64,
    /// Sentences of more than [`MOST_WORDS`].
    pub too_long: Vec<String>,
}

/// The words of a text: runs of Latin letters. An elision is a word of its own.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_letter(c)).filter(|word| !word.is_empty())
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' | 'œ' | 'Œ')
}

/// The syllables of a word, by its groups of vowels; a mute final e is not counted.
pub fn syllables(word: &str, lang: Lang) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().collect();
    let vowels = match lang {
        Lang::Fr => "aeiouyàâäéèêëîïôöùûüÿœæ",
        Lang::En => "aeiouy",
    };
    let vowel = |c: &char| vowels.contains(*c);
    let starts = |at: &usize| vowel(&letters[*at]) && (*at == 0 || !vowel(&letters[at - 1]));
    let groups = (0..letters.len()).filter(starts).count();
    // The letter before an ending, if the word has that ending.
    let before = |ending: &str| {
        let rest = letters.len().checked_sub(ending.len() + 1)?;
        ending.chars().eq(letters[rest + 1..].iter().copied()).then_some(letters[rest])
    };
    let consonant = |ending: &str| before(ending).is_some_and(|c| !vowel(&c));
    let mute = match lang {
        Lang::Fr => consonant("e") || consonant("es"),
        Lang::En if letters.last() == Some(&'e') => before("e") != Some('l'),
        Lang::En => consonant("es") || before("ed").is_some_and(|c| !vowel(&c) && !"td".contains(c)),
    };
    if mute && groups > 1 { groups - 1 } else { groups.max(1) }
}

fn sentences<'a>(texts: &[&'a str], ends: &'static str) -> Vec<&'a str> {
    let cut =
        |text: &'a str| text.split(move |c| ends.contains(c)).filter(|part| words(part).next().is_some());
    texts.iter().copied().flat_map(cut).collect()
}

/// Measures texts together; nothing where they have no words.
pub fn read(texts: &[&str], lang: Lang) -> Option<Reading> {
    let breaths = sentences(texts, ".!?…:;\n");
    let whole = sentences(texts, ".!?…\n");
    if breaths.is_empty() {
        return None;
    }
    let all: Vec<&str> = breaths.iter().flat_map(|s| words(s)).collect();
    let count = all.len() as f64;
    let a_sentence = count / breaths.len() as f64;
    let a_word = all.iter().map(|word| syllables(word, lang)).sum::<usize>() as f64 / count;
    let ease = match lang {
        Lang::Fr => 207.0 - 1.015 * a_sentence - 73.6 * a_word,
        Lang::En => 206.835 - 1.015 * a_sentence - 84.6 * a_word,
    };
    let too_long = whole.iter().filter(|s| words(s).count() > MOST_WORDS);
    Some(Reading {
        ease,
        mean_words: count / whole.len() as f64,
        too_long: too_long.map(|s| s.trim().to_owned()).collect(),
    })
}

/// What of a scene is read as prose: not names, labels and addresses.
pub fn scene(item: &Item) -> Vec<&str> {
    let names = [SegmentKind::Author, SegmentKind::Label, SegmentKind::Link];
    let prose = item.segments.iter().filter(|segment| !names.contains(&segment.kind));
    prose.map(|segment| segment.text.as_str()).collect()
}

/// What is read after the answer.
pub fn feedback(item: &Item) -> Vec<&str> {
    let said = [item.feedback.verdict.as_str(), &item.feedback.rule];
    said.into_iter().chain(item.cues.iter().map(|mark| mark.why.as_str())).collect()
}

pub(super) fn figures(bank: &Bank, lang: Lang) -> Vec<Figure> {
    let formula = match lang {
        Lang::Fr => "Kandel-Moles",
        Lang::En => "Flesch",
    };
    let mut figures = Vec::new();
    for (what, part) in [("scenes", scene as fn(&Item) -> Vec<&str>), ("feedback", feedback)] {
        let cards: Vec<(&str, Reading)> =
            bank.items.iter().filter_map(|item| Some((item.id.as_str(), read(&part(item), lang)?))).collect();
        let mean = |of: fn(&Reading) -> f64| {
            cards.iter().map(|(_, card)| of(card)).sum::<f64>() / cards.len().max(1) as f64
        };
        let hardest = cards.iter().min_by(|a, b| a.1.ease.total_cmp(&b.1.ease));
        let longest = cards.iter().max_by(|a, b| a.1.mean_words.total_cmp(&b.1.mean_words));
        let named = |card: Option<&(&str, Reading)>| card.map_or("", |card| card.0).to_owned();
        let too_long: Vec<String> = cards
            .iter()
            .flat_map(|(id, card)| card.too_long.iter().map(move |s| format!("{id}: {s}")))
            .collect();
        figures.extend([
            Figure::real(
                format!("{what}: reading ease ({formula}), mean"),
                mean(|card| card.ease),
                Limit::AtLeast(MEAN_EASE),
            ),
            Figure::real(
                format!("{what}: reading ease, hardest card"),
                hardest.map_or(0.0, |card| card.1.ease),
                Limit::AtLeast(LEAST_EASE),
            )
            .of(named(hardest)),
            Figure::real(
                format!("{what}: words a sentence, mean"),
                mean(|card| card.mean_words),
                Limit::AtMost(MEAN_WORDS),
            ),
            Figure::real(
                format!("{what}: words a sentence, worst card"),
                longest.map_or(0.0, |card| card.1.mean_words),
                Limit::AtMost(MEAN_WORDS),
            )
            .of(named(longest)),
            Figure::none(format!("{what}: sentences of more than {MOST_WORDS} words"), &too_long),
        ]);
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_syllables_are_counted_as_by_hand() {
        for (word, count) in [
            ("chaise", 1),
            ("genou", 2),
            ("kiné", 2),
            ("épaule", 2),
            ("Mamie", 2),
            ("l", 1),
            ("jambes", 1),
            ("exercice", 3),
            ("œil", 1),
            ("nœud", 1),
            ("les", 1),
            ("répétition", 4),
            ("kinésithérapeute", 6),
        ] {
            assert_eq!(syllables(word, Lang::Fr), count, "{word}");
        }
    }

    #[test]
    fn english_syllables_are_counted_as_by_hand() {
        for (word, count) in [
            ("chair", 1),
            ("knee", 1),
            ("table", 2),
            ("shoulder", 2),
            ("moves", 1),
            ("walked", 1),
            ("wanted", 2),
            ("exercise", 3),
            ("the", 1),
            ("telephone", 3),
            ("t", 1),
        ] {
            assert_eq!(syllables(word, Lang::En), count, "{word}");
        }
    }

    #[test]
    fn the_formulas_give_what_a_pencil_gives() {
        // Seven words, one sentence, eight syllables.
        let french = read(&["Posez la main sur la chaise rouge."], Lang::Fr).unwrap();
        assert!((french.ease - (207.0 - 1.015 * 7.0 - 73.6 * 8.0 / 7.0)).abs() < 1e-9, "{french:?}");
        // Six words in two breaths, seven syllables.
        let english = read(&["Stop: ask your physio. Not now?"], Lang::En).unwrap();
        assert!((english.ease - (206.835 - 1.015 * 2.0 - 84.6 * 7.0 / 6.0)).abs() < 1e-9, "{english:?}");
        assert!((english.mean_words - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_colon_lets_one_breathe_but_does_not_shorten_a_sentence() {
        let long = "un deux trois quatre cinq six sept huit : un deux trois quatre cinq six sept huit";
        let reading = read(&[long], Lang::Fr).unwrap();
        assert_eq!(reading.too_long, [long]);
        assert!((reading.mean_words - 16.0).abs() < 1e-9);
        assert_eq!(read(&["12 : 30 !"], Lang::Fr), None);
    }
}
