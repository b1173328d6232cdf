//! The portal's sentences: the typed table that `build.rs` makes of `locales/`, and how numbers,
//! sizes, durations and dates are put in words. French is part of the program; English comes from a
//! file beside it, for those who read it.
//!
//! The language is a value of the thread: a view reads it while it is built, and the shell builds
//! its views again when the language changes. That keeps every sentence a static string.

use care::{
    calendar::Day,
    problem::Problem,
    text::{Lang, Text},
};
use std::cell::{Cell, RefCell};

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// The sentences of the first screens in the order of [`K`], with U+001F between them: a table of
/// references would weigh more than a third of its words.
const FRENCH: &str = include_str!(concat!(env!("OUT_DIR"), "/fr-0.txt"));

/// Those that follow, which come with the later screens.
const FRENCH_LATER: &str = include_str!(concat!(env!("OUT_DIR"), "/fr-1.txt"));

/// Those of the quiz and of what belongs to it.
const FRENCH_QUIZ: &str = include_str!(concat!(env!("OUT_DIR"), "/fr-2.txt"));

thread_local! {
    static LANG: Cell<Lang> = const { Cell::new(Lang::Fr) };
    static FRENCH_ONES: RefCell<Vec<&'static str>> = RefCell::new(sentences(FRENCH));
    /// The last part whose French is here.
    static TAKEN: Cell<usize> = const { Cell::new(0) };
    static ENGLISH_ONES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn sentences(text: &'static str) -> Vec<&'static str> {
    text.split('\u{1f}').collect()
}

/// The language in which views are being built.
pub fn lang() -> Lang {
    LANG.get()
}

/// From here on, sentences are in `lang`.
pub fn set_lang(lang: Lang) {
    LANG.set(lang);
}

/// The sentence, in the language of the moment.
pub fn t(k: K) -> &'static str {
    t_in(lang(), k)
}

/// The sentence in a language of choice; in French while that language is not here.
fn t_in(lang: Lang, k: K) -> &'static str {
    let english = |at| ENGLISH_ONES.with_borrow(|all| all.get(at).copied());
    let at = k as usize;
    let other = if lang == Lang::En { english(at) } else { None };
    other.unwrap_or_else(|| FRENCH_ONES.with_borrow(|all| all.get(at).copied().unwrap_or_default()))
}

/// Takes the French of the later screens, once. Called through the gate, when they are here.
pub fn take_later() {
    take(1, FRENCH_LATER);
}

/// Takes the French of the quiz, once. Only its screens call it, after the later ones have.
pub fn take_quiz() {
    take(2, FRENCH_QUIZ);
}

/// Adds the sentences of a part to those of the parts before it.
fn take(part: usize, text: &'static str) {
    FRENCH_ONES.with_borrow_mut(|all| {
        if TAKEN.get() < part {
            TAKEN.set(part);
            all.extend(sentences(text));
        }
    });
}

/// The file beside the portal that brings a language, while it is not here.
pub fn missing(lang: Lang) -> Option<&'static str> {
    (lang == Lang::En && ENGLISH_ONES.with_borrow(Vec::is_empty)).then_some(ENGLISH_FILE)
}

/// Takes the English sentences; false when they are not this program's.
pub fn take_english(text: &str) -> bool {
    if text.split('\u{1f}').count() != SENTENCES {
        return false;
    }
    // They stay as long as the page, like the French ones.
    ENGLISH_ONES.set(sentences(String::from(text).leak()));
    true
}

/// The sentence with its `{name}`s replaced.
pub fn fill(k: K, with: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = t(k);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        if let Some((_, value)) = with.iter().find(|(n, _)| *n == name) {
            out.push_str(value);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The sentence that fits `n`, with `{n}` replaced. French counts 0 and 1 as one.
pub fn count(n: u64, one: K, other: K) -> String {
    let single = n == 1 || (n == 0 && lang() == Lang::Fr);
    fill(if single { one } else { other }, &[("n", &n.to_string())])
}

/// A text of the kit in the language of the moment, or in French.
pub fn text(text: &Text) -> &str {
    text.get(lang())
}

/// What happened, and what to do.
pub fn problem(problem: Problem) -> (&'static str, &'static str) {
    let key = problem.key();
    PROBLEMS
        .iter()
        .find(|(name, ..)| *name == key)
        .map_or(("", ""), |(_, what, what_to_do)| (t(*what), t(*what_to_do)))
}

/// « 21 novembre 2026 », “21 November 2026”.
pub fn date(day: Day) -> String {
    const MONTHS: [K; 12] = [
        K::UnitsMonth1,
        K::UnitsMonth2,
        K::UnitsMonth3,
        K::UnitsMonth4,
        K::UnitsMonth5,
        K::UnitsMonth6,
        K::UnitsMonth7,
        K::UnitsMonth8,
        K::UnitsMonth9,
        K::UnitsMonth10,
        K::UnitsMonth11,
        K::UnitsMonth12,
    ];
    let (year, month, day) = day.parts();
    let day = if day == 1 { t(K::UnitsFirst).to_owned() } else { day.to_string() };
    let month = MONTHS.get(usize::from(month) - 1).map_or("", |k| t(*k));
    fill(K::UnitsDate, &[("day", &day), ("month", month), ("year", &year.to_string())])
}

/// « 1,4 Mo », “900 KB”: decimal units, as phone operators count.
pub fn size(bytes: u64) -> String {
    let (k, unit) = match bytes {
        0..=999 => return fill(K::UnitsBytes, &[("n", &bytes.to_string())]),
        1_000..=999_499 => (K::UnitsKilo, 1_000),
        999_500..=999_949_999 => (K::UnitsMega, 1_000_000),
        _ => (K::UnitsGiga, 1_000_000_000),
    };
    // Kilobytes are whole; above, one decimal until it no longer matters.
    let tenths = (bytes + unit / 20) / (unit / 10);
    let mut n = if unit == 1_000 || tenths >= 1_000 {
        ((bytes + unit / 2) / unit).to_string()
    } else {
        (tenths / 10).to_string()
    };
    if unit > 1_000 && tenths < 1_000 && !tenths.is_multiple_of(10) {
        n.push_str(t(K::UnitsDecimal));
        n.push_str(&(tenths % 10).to_string());
    }
    fill(k, &[("n", &n)])
}

/// « 1 minute », « 45 secondes ».
pub fn duration(seconds: u32) -> String {
    if seconds >= 60 && seconds.is_multiple_of(60) {
        count(u64::from(seconds / 60), K::DoseMinutesOne, K::DoseMinutesOther)
    } else {
        count(u64::from(seconds), K::DoseSecondsOne, K::DoseSecondsOther)
    }
}

/// `12.3`, for an attribute: a number without the weight of formatting any float.
pub fn tenths(number: f64) -> String {
    let tenths = (number * 10.0) as u64;
    let (whole, part) = ((tenths / 10).to_string(), (tenths % 10).to_string());
    [whole.as_str(), ".", &part].concat()
}

/// `1:05`, for a position in a film.
pub fn clock(seconds: f64) -> String {
    let whole = if seconds.is_finite() && seconds > 0.0 { seconds as u64 } else { 0 };
    let mut out = (whole / 60).to_string();
    out.push(':');
    if whole % 60 < 10 {
        out.push('0');
    }
    out.push_str(&(whole % 60).to_string());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use care::wording::never_said;
    use std::{fs, path::Path};

    const ENGLISH: &str = include_str!(concat!(env!("OUT_DIR"), "/en.txt"));

    fn in_lang<T>(l: Lang, f: impl FnOnce() -> T) -> T {
        assert!(take_english(ENGLISH));
        set_lang(l);
        let out = f();
        set_lang(Lang::Fr);
        out
    }

    #[test]
    fn every_problem_has_its_sentence_and_its_next_step_in_both_languages() {
        for p in Problem::ALL {
            for l in [Lang::Fr, Lang::En] {
                let (what, what_to_do) = in_lang(l, || problem(p));
                assert!(!what.is_empty() && !what_to_do.is_empty(), "{}", p.key());
            }
        }
        assert_eq!(PROBLEMS.len(), Problem::ALL.len());
    }

    #[test]
    fn english_is_french_until_it_has_come_and_only_its_own_text_is_taken() {
        let close = || t_in(Lang::En, K::AppClose);
        assert_eq!((close(), missing(Lang::En).is_some(), missing(Lang::Fr)), ("Fermer", true, None));
        assert!(!take_english("<html>Wi-Fi</html>") && !take_english(""));
        assert_eq!(close(), "Fermer");
        assert!(take_english(ENGLISH));
        assert_eq!((close(), missing(Lang::En)), ("Close", None));
    }

    #[test]
    fn no_sentence_uses_a_word_that_patients_must_never_read() {
        for (lang, all) in [(Lang::Fr, FRENCH), (Lang::Fr, FRENCH_LATER), (Lang::En, ENGLISH)] {
            for sentence in sentences(all) {
                assert_eq!(never_said(lang, sentence), None, "{sentence}");
            }
        }
    }

    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("i18n.rs") {
                into.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_sentence_of_the_locale_files_is_shown_somewhere() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut source = fs::read_to_string(root.join("i18n.rs")).unwrap();
        sources(&root, &mut source);
        take_later();
        take_quiz();
        assert_eq!(FRENCH_ONES.with_borrow(Vec::len), SENTENCES);
        for (at, (name, _)) in NAMES.iter().enumerate() {
            let fr = FRENCH_ONES.with_borrow(|all| all[at]);
            assert!(shows(&source, name) || name.starts_with("Problem"), "K::{name} is never shown: {fr}");
        }
    }

    /// Whether a source uses `K::name`.
    fn shows(source: &str, name: &str) -> bool {
        source.match_indices(name).any(|(at, _)| {
            source[..at].ends_with("K::")
                && !source[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
        })
    }

    #[test]
    fn the_first_screens_show_only_sentences_that_are_here_with_them() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut source = String::new();
        for file in ["app.rs", "later.rs", "i18n.rs", "pages/home.rs", "pages/kit.rs", "pages/report.rs"] {
            source.push_str(&fs::read_to_string(root.join(file)).unwrap());
        }
        for shared in ["add_kit", "block", "field", "kit_status", "notice", "pager", "shell", "words"] {
            source.push_str(&fs::read_to_string(root.join(format!("components/{shared}.rs"))).unwrap());
        }
        for (name, part) in NAMES {
            // The fields of « une vidéo ailleurs » stand beside the report and are reached through the gate.
            assert!(
                *part == 0 || name.starts_with("Elsewhere") || !shows(&source, name),
                "K::{name} comes with the later screens: move it in the locales"
            );
        }
    }

    #[test]
    fn only_the_quiz_shows_the_sentences_that_come_with_it() {
        let mut source = String::new();
        for folder in ["pages", "components", "state", "platform"] {
            for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)).unwrap()
            {
                let file = file.unwrap().path();
                let name = file.file_stem().unwrap().to_str().unwrap();
                let its_own =
                    ["quiz", "check", "lesson", "booklet", "workshop", "clues", "leaflet", "brought"];
                if file.is_file() && !its_own.contains(&name) {
                    source.push_str(&fs::read_to_string(file).unwrap());
                }
            }
        }
        for (name, part) in NAMES {
            assert!(
                *part < 2 || !shows(&source, name),
                "K::{name} comes with the quiz: move it in the locales"
            );
        }
    }

    #[test]
    fn placeholders_are_filled_and_plurals_follow_the_language() {
        assert_eq!(fill(K::KitProgress, &[("done", "1"), ("total", "2")]), "1 sur 2");
        assert_eq!(count(0, K::KitNDocumentsOne, K::KitNDocumentsOther), "0 document");
        assert_eq!(in_lang(Lang::En, || count(0, K::KitNDocumentsOne, K::KitNDocumentsOther)), "0 documents");
        assert_eq!(count(2, K::KitNDocumentsOne, K::KitNDocumentsOther), "2 documents");
    }

    #[test]
    fn sizes_are_written_as_operators_count_them() {
        let both = |n| (size(n), in_lang(Lang::En, || size(n)));
        assert_eq!(both(999).0, "999\u{a0}octets");
        assert_eq!(both(1_449), ("1\u{a0}Ko".into(), "1\u{a0}KB".into()));
        assert_eq!(both(999_499).0, "999\u{a0}Ko");
        assert_eq!(both(999_500).0, "1\u{a0}Mo");
        assert_eq!(both(7_130_000), ("7,1\u{a0}Mo".into(), "7.1\u{a0}MB".into()));
        assert_eq!(both(99_960_000).0, "100\u{a0}Mo");
        assert_eq!(both(123_400_000).0, "123\u{a0}Mo");
        assert_eq!(both(2_000_000_000).0, "2\u{a0}Go");
    }

    #[test]
    fn dates_and_durations_are_written_in_words() {
        let day = |d| Day::new(2026, 11, d).unwrap();
        assert_eq!(date(day(21)), "21 novembre 2026");
        assert_eq!(date(day(1)), "1er novembre 2026");
        assert_eq!(in_lang(Lang::En, || date(day(1))), "1 November 2026");
        assert_eq!(duration(60), "1 minute");
        assert_eq!(duration(90), "90 secondes");
        assert_eq!(tenths(12.34), "12.3");
        assert_eq!(clock(65.9), "1:05");
        assert_eq!(clock(f64::NAN), "0:00");
    }
}
