//! What is read around the quiz (lessons, booklet, poster, the workshop's notes) keeps the bars of its
//! items: it is easily read, says no word that patients never read, names what it rests on, and says the
//! same in both languages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use care::{
    quiz::{
        Bank, Cue, Pool, Verdict,
        bars::reading::{LEAST_EASE, MEAN_WORDS, read},
        booklet::{Booklet, Part},
        lesson::{FEED, GENERIC, Lesson, Lessons},
        workshop::{POSTS, Workshop, mix},
    },
    text::Lang,
    wording::never_said,
};
use std::collections::BTreeSet;

/// Least mean ease of a set of texts (QUIZ.md).
const MEAN_EASE: f64 = 80.0;

macro_rules! texts {
    ($name:literal) => {
        [
            (Lang::Fr, include_str!(concat!("../../../content/quiz/", $name, ".fr.json"))),
            (Lang::En, include_str!(concat!("../../../content/quiz/", $name, ".en.json"))),
        ]
    };
}

fn lessons() -> [(Lang, Lessons); 2] {
    texts!("lessons").map(|(lang, text)| (lang, Lessons::parse(text.as_bytes()).unwrap()))
}

fn booklets() -> [(Lang, Booklet); 2] {
    texts!("booklet").map(|(lang, text)| (lang, Booklet::parse(text.as_bytes()).unwrap()))
}

fn workshops() -> [(Lang, Workshop); 2] {
    texts!("workshop").map(|(lang, text)| (lang, Workshop::parse(text.as_bytes()).unwrap()))
}

fn banks() -> [Bank; 2] {
    texts!("items").map(|(_, text)| Bank::parse(text.as_bytes()).unwrap())
}

fn of_lesson(lesson: &Lesson) -> Vec<&str> {
    let mut all = vec![lesson.title.as_str(), &lesson.lead];
    all.extend(lesson.look_title.as_deref());
    all.extend(lesson.look.iter().map(String::as_str));
    all.extend([lesson.bad.as_str(), &lesson.good, &lesson.trap, &lesson.act]);
    all.extend(lesson.facts.iter().map(|fact| fact.text.as_str()));
    all
}

fn of_part(part: &Part) -> Vec<&str> {
    let mut all = vec![part.title.as_str(), &part.lead];
    for point in &part.points {
        all.push(&point.title);
        all.extend([&point.text, &point.good, &point.bad].into_iter().flatten().map(String::as_str));
    }
    all.extend(part.rule.as_deref());
    all
}

fn of_workshop(notes: &Workshop) -> Vec<&str> {
    let lists = [&notes.steps, &notes.open, &notes.ask, &notes.close].into_iter().flatten();
    let talks = notes.cues.iter().flat_map(|talk| [&talk.ask, &talk.good, &talk.bad]);
    lists.chain(talks).map(String::as_str).collect()
}

/// Everything that is read, by what it is called in a failure.
fn cards() -> Vec<(Lang, String, Vec<String>)> {
    let mut cards = Vec::new();
    let mut add = |lang, name: String, texts: Vec<&str>| {
        cards.push((lang, name, texts.into_iter().map(str::to_owned).collect()));
    };
    for (lang, lessons) in lessons() {
        for lesson in &lessons.lessons {
            add(lang, format!("lesson {}", lesson.id), of_lesson(lesson));
        }
    }
    for (lang, booklet) in booklets() {
        for part in booklet.parts.iter().chain([&booklet.poster]) {
            add(lang, format!("booklet {}", part.id), of_part(part));
        }
        add(lang, "cover".into(), vec![&booklet.title, &booklet.lead, &booklet.invite]);
    }
    for (lang, notes) in workshops() {
        add(lang, "workshop".into(), of_workshop(&notes));
    }
    cards
}

#[test]
fn every_card_is_easily_read() {
    let mut wrong = Vec::new();
    for lang in [Lang::Fr, Lang::En] {
        let mut eases = Vec::new();
        for (_, name, texts) in cards().iter().filter(|(of, ..)| *of == lang) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let reading = read(&texts, lang).unwrap();
            println!("{} {name}: ease {:.1}, {:.1} words", lang.tag(), reading.ease, reading.mean_words);
            if reading.ease < LEAST_EASE || reading.mean_words > MEAN_WORDS || !reading.too_long.is_empty() {
                wrong.push(format!("{} {name}: {reading:?}", lang.tag()));
            }
            eases.push(reading.ease);
        }
        let mean = eases.iter().sum::<f64>() / eases.len() as f64;
        println!("{}: mean ease {mean:.1}", lang.tag());
        if mean < MEAN_EASE {
            wrong.push(format!("{}: mean ease {mean:.1}", lang.tag()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_card_says_a_word_that_patients_must_never_read_outside_of_what_it_warns_of() {
    for (lang, name, texts) in cards() {
        for text in texts {
            // « Plus mal en sept jours, garanti ! » is quoted, and still needs none of these words.
            assert_eq!(never_said(lang, &text), None, "{name}: {text}");
        }
    }
}

#[test]
fn apostrophes_and_spaces_are_typographic() {
    for (lang, name, texts) in cards() {
        for text in texts {
            assert!(!text.contains('\''), "{name}: {text}");
            if lang == Lang::Fr {
                for mark in [" :", " ;", " ?", " !", " »", "« "] {
                    assert!(!text.contains(mark), "{name}: a breaking space in: {text}");
                }
            }
        }
    }
}

#[test]
fn there_is_a_lesson_for_each_cue_one_on_general_videos_and_one_on_the_feed() {
    for (lang, lessons) in lessons() {
        assert_eq!(lessons.lang, lang.tag());
        let cues: Vec<Cue> = lessons.lessons.iter().filter_map(Lesson::cue).collect();
        assert_eq!(cues, Cue::ALL);
        let others: Vec<&str> =
            lessons.lessons.iter().filter(|l| l.cue().is_none()).map(|l| l.id.as_str()).collect();
        assert_eq!(others, [GENERIC, FEED]);
        for lesson in &lessons.lessons {
            assert!((2..=4).contains(&lesson.look.len()), "{}", lesson.id);
            assert_eq!(lessons.place(&lesson.id).map(|at| &lessons.lessons[at]), Some(lesson));
        }
    }
}

#[test]
fn each_fact_names_a_source_with_its_date_and_no_source_stands_unused() {
    for (_, lessons) in lessons() {
        let cited: BTreeSet<&str> = lessons
            .lessons
            .iter()
            .flat_map(|lesson| &lesson.facts)
            .flat_map(|fact| {
                assert!(!fact.sources.is_empty(), "{}", fact.text);
                &fact.sources
            })
            .map(String::as_str)
            .collect();
        let known: BTreeSet<&str> = lessons.sources.iter().map(|source| source.id.as_str()).collect();
        assert_eq!(cited, known);
        for source in &lessons.sources {
            assert!(!source.date.is_empty() && source.url.starts_with("http"), "{source:?}");
        }
    }
}

#[test]
fn both_languages_have_the_same_shape() {
    let [(_, fr), (_, en)] = lessons();
    for (fr, en) in fr.lessons.iter().zip(&en.lessons) {
        assert_eq!((&fr.id, fr.look.len(), fr.facts.len()), (&en.id, en.look.len(), en.facts.len()));
        for (fr, en) in fr.facts.iter().zip(&en.facts) {
            assert_eq!(fr.sources, en.sources);
        }
    }
    let [(_, fr), (_, en)] = booklets();
    type Shape = Vec<(String, Vec<(String, bool, bool)>, bool)>;
    let shape = |booklet: &Booklet| -> Shape {
        let points = |part: &Part| {
            part.points.iter().map(|p| (p.icon.clone(), p.text.is_some(), p.good.is_some())).collect()
        };
        let parts = booklet.parts.iter().chain([&booklet.poster]);
        parts.map(|part| (part.id.clone(), points(part), part.rule.is_some())).collect()
    };
    assert_eq!(shape(&fr), shape(&en));
    assert_eq!(fr.status, en.status, "both are signed together");
    // With its cover it fills two sheets, folded.
    assert_eq!(fr.parts.len(), 7);
}

#[test]
fn the_workshop_has_something_to_ask_and_to_say_of_every_cue() {
    for (lang, notes) in workshops() {
        assert_eq!(notes.lang, lang.tag());
        let cues: Vec<Cue> = notes.cues.iter().map(|talk| talk.cue).collect();
        assert_eq!(cues, Cue::ALL);
        for item in banks().iter().flat_map(|bank| &bank.items) {
            assert_eq!(notes.ask(item).len(), notes.say(item).len());
            assert!(!notes.ask(item).is_empty(), "{}", item.id);
        }
    }
}

#[test]
fn each_workshop_is_a_fair_mix_and_the_next_is_another() {
    let [fr, en] = banks();
    let ids = |bank: &Bank, seed| -> Vec<String> {
        mix(bank, seed).unwrap().iter().map(|item| item.id.clone()).collect()
    };
    let mut first_good = 0;
    for seed in 0..500 {
        let six = mix(&fr, seed).unwrap();
        assert_eq!(six.len(), POSTS);
        let good = |item: &&&care::quiz::Item| item.verdict == Verdict::Reliable;
        assert_eq!(six.iter().filter(good).count(), POSTS / 2);
        assert!(six.iter().all(|item| item.pool == Pool::Train));
        let pairs: BTreeSet<&str> = six.iter().map(|item| item.pair_id.as_str()).collect();
        let topics: BTreeSet<_> = six.iter().map(|item| item.topic).collect();
        assert_eq!((pairs.len(), topics.len()), (POSTS, POSTS));
        assert!(six.iter().any(|item| item.verdict == Verdict::Reliable && !item.professional));
        assert!(six.iter().any(|item| item.verdict == Verdict::Unreliable && item.professional));
        assert_eq!(ids(&fr, seed), ids(&en, seed), "the other language shows the same posts");
        first_good += usize::from(six[0].verdict == Verdict::Reliable);
    }
    assert!((150..350).contains(&first_good), "the first post gives nothing away: {first_good} of 500 good");
    assert_ne!(ids(&fr, 1), ids(&fr, 2));
}

#[test]
fn a_bank_without_six_that_go_together_has_no_workshop() {
    let [mut bank, _] = banks();
    bank.items.retain(|item| item.verdict == Verdict::Reliable);
    assert_eq!(mix(&bank, 1), None);
    bank.items.clear();
    assert_eq!(mix(&bank, 1), None);
}
