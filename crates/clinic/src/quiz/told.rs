//! What is wrong with items, in words for whoever wrote them: what, what was expected, what to do.

use super::Places;
use crate::problem::Problem;
use care::{
    json::Word as _,
    quiz::{
        Bank, Cue, Verdict,
        bars::{
            Figure,
            faults::{self, Fault, Finding, LEAST_GOOD_POLES, LEAST_SEGMENTS, MOST_SEGMENTS, Part},
            reading::{LEAST_EASE, MEAN_WORDS, MOST_WORDS},
        },
    },
};
use std::path::Path;

/// A part's path within an item of a bank in JSON.
pub fn path(part: &Part) -> String {
    let why = |of: &Cue| format!("cues[{}]", of.word());
    match part {
        Part::Id => "id".into(),
        Part::Verdict => "verdict".into(),
        Part::Alt => "scene.alt".into(),
        Part::Skin => "scene.person.skin".into(),
        Part::Decoys => "decoys".into(),
        Part::Segments | Part::Scene => "segments".into(),
        Part::Segment(id) => format!("segments[{id}].text"),
        Part::Cues => "cues".into(),
        Part::Cue(of) => why(of),
        Part::Why(of) => why(of) + ".why",
        Part::FeedbackVerdict => "feedback.verdict".into(),
        Part::Rule => "feedback.rule".into(),
        Part::Action => "feedback.action".into(),
        Part::Sources => "sources".into(),
        Part::ReviewDue => "review_due".into(),
        Part::Feedback => "feedback".into(),
    }
}

/// What is wrong with each item, one by one.
pub fn problems(file: &Path, bank: &Bank, places: &impl Places) -> Vec<Problem> {
    let told = |finding: Finding| {
        let (line, field) = places.of(finding.place, &finding.part);
        let verdict = bank.items.get(finding.place).map(|item| item.verdict);
        let (what, expected, remedy) = words(&finding.fault, &finding.part, verdict);
        let problem = Problem::new(file, format!("{}: {what}", finding.item))
            .field(field)
            .expected(expected)
            .to_do(remedy);
        match line {
            Some(line) => problem.at(line),
            None => problem,
        }
    };
    faults::find(bank).into_iter().map(told).collect()
}

/// A bar that is not kept.
pub fn bar(file: &Path, figure: &Figure) -> Problem {
    let line = figure.to_string();
    let line = line.trim_start_matches(['✗', ' ']);
    let measured =
        line.strip_prefix(&figure.name).unwrap_or(line).split_whitespace().collect::<Vec<_>>().join(" ");
    Problem::new(file, format!("{}: {measured}", figure.name))
        .to_do("See « Bars » in docs/quiz.md. Change the words of items until it holds, not the bar.")
}

/// What, what was expected, what to do.
fn words(fault: &Fault, part: &Part, verdict: Option<Verdict>) -> (String, String, String) {
    let text =
        |what: &str, expected: &str, remedy: &str| (what.to_owned(), expected.to_owned(), remedy.to_owned());
    match fault {
        Fault::Empty if *part == Part::Cues => text(
            "nothing is marked that can be told from it",
            "at least one of C1 to C5 or M6 to M10",
            "Write good or bad under each cue that the post shows.",
        ),
        Fault::Empty => text("there are no words here", "a short text", "Write it."),
        Fault::Twice => text(
            "this is there twice",
            "each name once",
            "Give one of them another name, or take it out.",
        ),
        Fault::NotByTheRule if verdict == Some(Verdict::Reliable) => text(
            "the item is called reliable, but shows a grave signal (one of C1 to C5 is bad)",
            "unreliable, by the rule that the quiz teaches: one grave signal is enough",
            "Change the verdict, or what the post says.",
        ),
        Fault::NotByTheRule => text(
            "the item is called unreliable, but shows no grave signal (none of C1 to C5 is bad)",
            "reliable, by the rule that the quiz teaches: a small flaw is not enough",
            "Change the verdict, or mark the grave signal that the post shows.",
        ),
        Fault::Number(count) => (
            format!("the post has {count} parts"),
            format!("{LEAST_SEGMENTS} to {MOST_SEGMENTS}, the author among them: each becomes a large button"),
            "Join short parts, or split long ones.".into(),
        ),
        Fault::NoAuthor => text(
            "the post does not begin with its author",
            "first who posts it, as the network shows it",
            "Put the author first.",
        ),
        Fault::NoSuchSegment(id) => (
            format!("it points at the part \"{id}\", which this item does not have"),
            "the name of one of the item’s parts, or nothing where something lacks".into(),
            "Correct the name.".into(),
        ),
        Fault::NoSuchSource(id) => (
            format!("it names the source \"{id}\", which is not listed"),
            "the id of a listed source".into(),
            "Add the source, or correct its id.".into(),
        ),
        Fault::NoSource => text(
            "a reliable item rests on no source",
            "publisher, title, date and address of a public page or a study",
            "Give a source for what it says. If there is none, leave the statement out.",
        ),
        Fault::Unsourced(word) => (
            match word {
                Some(word) => format!("\"{word}…\" is said after the answer, which is clinical, and rests on no source"),
                None => "what is said of pain or of whom a move suits is clinical, and rests on no source".into(),
            },
            "a source for the feedback; where the post says it well, one for those words will do".into(),
            "Give a source whose source_for is empty (or the part’s column), or speak only of who posts and what is promised.".into(),
        ),
        Fault::FewGoodPoles(count) => (
            format!("an unreliable item shows only {count} good points"),
            format!("{LEAST_GOOD_POLES} or more: real posts mix both, and patients must learn that one grave signal outweighs them"),
            "Let the post do two things well, for instance give its source and a clear number of times.".into(),
        ),
        Fault::WrongAction => text(
            "the action does not go with the item",
            "refuse when it is unreliable; propose or ask when it is reliable, and ask when the risk is high",
            "Change the action.",
        ),
        Fault::WhiteCoat => text(
            "the white coat is either drawn or among the decoys, not both",
            "white_coat in both places, or in neither",
            "Change the outfit or the decoys.",
        ),
        Fault::OutOfRange(number) => {
            (format!("{number} is not among the drawn ones"), "1, 2, 3 or 4".into(), "Choose one.".into())
        }
        Fault::NotAMonth => text("this is not a month", "year and month, for instance 2027-11", "Correct it."),
        Fault::NeverSaid(word) => (
            format!("it uses a word that patients never read here (\"{word}…\")"),
            "what happens instead, without a promise; an unreliable post may say it".into(),
            "Say it in other words, or quote it inside quotation marks when an unreliable post said it.".into(),
        ),
        Fault::Typeset(sign) => (
            format!("the sign {sign} is set wrongly"),
            "’ for an apostrophe; in French « » for quotations and a no-break space (U+00A0) before : ; ? ! »".into(),
            "Replace it. In a table this is done for you.".into(),
        ),
        Fault::Hard(ease) => (
            format!("this text is hard to read: {ease:.0} on the scale where 100 is very easy"),
            format!("{LEAST_EASE:.0} or more"),
            "Take short everyday words, and short sentences.".into(),
        ),
        Fault::LongOnAverage(mean) => (
            format!("sentences have {mean:.1} words on average"),
            format!("{MEAN_WORDS:.0} at most"),
            "Cut long sentences in two.".into(),
        ),
        Fault::LongSentence(sentence) => (
            format!("a sentence is too long: \"{sentence}\""),
            format!("{MOST_WORDS} words at most"),
            "Cut it in two.".into(),
        ),
    }
}
