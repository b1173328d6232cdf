//! A question of « Ressenti » with its answer: 0–10, number and word, or « trop facile, bien, trop dur ».
//! The face beside a number only decorates. Simple mode has one value with − and +. Every question
//! may be passed over.

use super::{
    control, field,
    icon::{self, icon},
};
use crate::{
    i18n::{K, t},
    platform::dom::{View, all, el, none, region, svg},
    state::App,
};
use care::journal::{By, Feeling, What};
use leptos::prelude::*;

/// What an answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The kit.
    pub kit: String,
    /// The session; none at another moment.
    pub session: Option<String>,
    /// After the session; before it otherwise.
    pub after: bool,
}

/// The question's own sentence, for a heading.
pub fn question(what: Feeling) -> &'static str {
    t(match what {
        Feeling::Pain => K::FeelingPain,
        Feeling::Fatigue => K::FeelingFatigue,
        Feeling::Effort => K::FeelingEffort,
        Feeling::Difficulty => K::FeelingDifficulty,
    })
}

/// The highest answer.
fn most(what: Feeling) -> u32 {
    if what == Feeling::Difficulty { 2 } else { 10 }
}

/// The word of an answer. The words of the two ends are those of the usual scale; between them they
/// only say what a number means, and nothing is decided by them.
fn word(what: Feeling, level: u32) -> &'static str {
    let words = match what {
        Feeling::Pain => {
            [K::FeelingPain0, K::FeelingPainLow, K::FeelingPainMid, K::FeelingPainHigh, K::FeelingPain10]
        }
        Feeling::Fatigue => [
            K::FeelingFatigue0,
            K::FeelingFatigueLow,
            K::FeelingFatigueMid,
            K::FeelingFatigueHigh,
            K::FeelingFatigue10,
        ],
        Feeling::Effort => [
            K::FeelingEffort0,
            K::FeelingEffortLow,
            K::FeelingEffortMid,
            K::FeelingEffortHigh,
            K::FeelingEffort10,
        ],
        Feeling::Difficulty => {
            return t([K::FeelingEasy, K::FeelingRight, K::FeelingHard][level.min(2) as usize]);
        }
    };
    let [none, low, mid, high, worst] = words;
    t(match level {
        0 => none,
        1..=3 => low,
        4..=6 => mid,
        7..=9 => high,
        _ => worst,
    })
}

/// Five faces, from at ease to in pain, by the same steps as the words.
const FACES: [&str; 5] = [
    r#"<circle cx="12" cy="12" r="9"/><path d="M8.5 9.5v.2M15.5 9.5v.2M7.5 13.5a5 5 0 0 0 9 0"/>"#,
    r#"<circle cx="12" cy="12" r="9"/><path d="M8.5 9.5v.2M15.5 9.5v.2M8 14.5a6 6 0 0 0 8 0"/>"#,
    r#"<circle cx="12" cy="12" r="9"/><path d="M8.5 9.5v.2M15.5 9.5v.2M8 15.5h8"/>"#,
    r#"<circle cx="12" cy="12" r="9"/><path d="M8.5 9.5v.2M15.5 9.5v.2M8 16.5a6 6 0 0 1 8 0"/>"#,
    r#"<circle cx="12" cy="12" r="9"/><path d="m7.5 8.5 2 1-2 1M16.5 8.5l-2 1 2 1M7.5 17a5 5 0 0 1 9 0"/>"#,
];

/// The face beside an answer; an effort or a verdict on the session has none.
fn face(what: Feeling, level: u32) -> View {
    let at = match (what, level) {
        (Feeling::Effort | Feeling::Difficulty, _) => return none(),
        (_, 0) => 0,
        (_, 1..=3) => 1,
        (_, 4..=6) => 2,
        (_, 7..=9) => 3,
        _ => 4,
    };
    svg("icon face", "0 0 24 24", FACES[at])
}

/// The question's answers, « Noter » and « Passer ». Appends [`What::Felt`] when it is noted, then runs
/// `done`; passed over, `done` alone. The screen's heading asks the question: [`question`]. `by` stays the
/// caller's: in standard mode it is shown with the answers.
pub fn ask(
    app: App,
    about: About,
    what: Feeling,
    by: RwSignal<By>,
    simple: bool,
    done: impl Fn() + Clone + 'static,
) -> View {
    let value: RwSignal<Option<u32>> = RwSignal::new(None);
    let keep = move |level: u32| {
        let About { kit, session, after } = about.clone();
        app.append(What::Felt { kit, session, what, level, after, by: by.get_untracked() });
    };
    let end = done.clone();
    let note = move || {
        if let Some(level) = value.get_untracked() {
            keep(level);
            end();
        }
    };
    match (simple, what) {
        (false, _) => all([group(what, value), field::helper(by), ways(value, note, done)]),
        // Three answers, three large buttons: a tap notes it.
        (true, Feeling::Difficulty) => all((0..=most(what)).map(|level| {
            let note = note.clone();
            control::button("button wide", "felt", icon::CHECK, word(what, level), move || {
                value.set(Some(level));
                note();
            })
            .attr("data-level", &level.to_string())
        })),
        (true, _) => stepper(what, value, note, done),
    }
}

/// « Noter », once something is chosen, and « Passer ».
fn ways(value: RwSignal<Option<u32>>, note: impl Fn() + 'static, pass: impl Fn() + 'static) -> View {
    let unchosen = move || value.get().is_none().then(String::new);
    all([
        control::button("button main wide", "felt", icon::CHECK, t(K::FeelingKeep), note)
            .live("disabled", unchosen),
        control::button("button wide", "felt-pass", icon::NEXT, t(K::FeelingPass), pass),
    ])
}

/// Standard mode: one radio button a number.
fn group(what: Feeling, value: RwSignal<Option<u32>>) -> View {
    let radio = |level: u32| {
        let number =
            (what != Feeling::Difficulty).then(|| el("span", "scale-number").text(&level.to_string()));
        let words = el("span", "choice-text strong").text(word(what, level));
        let words = all([number.unwrap_or_else(none), words, face(what, level)]);
        let chosen = move || value.get() == Some(level);
        control::radio("felt", "", words, chosen, move || value.set(Some(level)))
            .attr("data-level", &level.to_string())
    };
    let legend = if what == Feeling::Difficulty { question(what) } else { t(K::FeelingHint) };
    el("fieldset", "choices scale").with(el("legend", "").text(legend)).with(all((0..=most(what)).map(radio)))
}

/// Simple mode: one value, − and +. Until one is pressed the third button passes the question over.
fn stepper(
    what: Feeling,
    value: RwSignal<Option<u32>>,
    note: impl Fn() + 'static,
    pass: impl Fn() + 'static,
) -> View {
    let number = move || value.get().map(|level| level.to_string()).unwrap_or_else(|| "–".to_owned());
    let words =
        move || value.get().map_or_else(|| t(K::FeelingNoneYet), |level| word(what, level)).to_owned();
    let shown = el("div", "scale-value")
        .attr("role", "status")
        .live("data-level", move || value.get().map(|level| level.to_string()))
        .with(region(move || value.get().map_or_else(none, |level| face(what, level))))
        .with(el("span", "scale-number").words(number))
        .with(el("span", "strong").words(words));
    // From nothing, both begin at their own end: less is 0.
    let less = move || value.update(|v| *v = Some(v.map_or(0, |level| level.saturating_sub(1))));
    let more = move || value.update(|v| *v = Some(v.map_or(1, |level| (level + 1).min(most(what)))));
    let word = move || t(if value.get().is_some() { K::FeelingKeep } else { K::FeelingPass }).to_owned();
    let last = control::bare_button("button main wide", "felt")
        .with(icon(icon::CHECK))
        .with(el("span", "").words(word))
        .on("click", move |_| if value.get_untracked().is_some() { note() } else { pass() });
    let steps = el("div", "scale-steps")
        .with(control::button("button", "felt-less", icon::MINUS, t(K::FeelingLess), less))
        .with(control::button("button", "felt-more", icon::PLUS, t(K::FeelingMore), more));
    all([el("p", "").text(t(K::FeelingHintSimple)), shown, steps, last])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_word_and_the_ends_have_words_of_their_own() {
        crate::i18n::take_later();
        for what in [Feeling::Pain, Feeling::Fatigue, Feeling::Effort] {
            let words: Vec<_> = (0..=most(what)).map(|level| word(what, level)).collect();
            assert!(words.iter().all(|word| !word.is_empty()));
            assert_eq!(words.iter().filter(|w| **w == words[0]).count(), 1);
            assert_eq!(words.iter().filter(|w| **w == words[10]).count(), 1);
        }
        let difficulty: Vec<_> =
            (0..=most(Feeling::Difficulty)).map(|n| word(Feeling::Difficulty, n)).collect();
        assert_eq!(difficulty, ["Trop facile", "Bien", "Trop dur"]);
    }
}
