//! What shows whether to rely on a post: each cue with its icon and its word, the rule to take along, what
//! to do, and where it is known from. Good posts are explained with as much care as bad ones.

use super::{
    happened,
    icon::{self, Icon, icon},
    notice, provenance,
    safety::headed,
};
use crate::{
    i18n::{K, fill, t},
    platform::dom::{View, all, el, none},
};
use care::{
    json::Word as _,
    quiz::{Action, Bank, Cue, CueMark, Item, Pole, Verdict, schedule::decisive},
};

/// The word of a verdict, and its sign.
pub fn verdict(verdict: Verdict) -> (K, Icon) {
    match verdict {
        Verdict::Reliable => (K::QuizReliable, icon::CHECK),
        Verdict::Unreliable => (K::QuizUnreliable, icon::REFUSED),
    }
}

/// « C’est fiable », or not.
pub fn is(verdict: Verdict) -> K {
    match verdict {
        Verdict::Reliable => K::QuizIsReliable,
        Verdict::Unreliable => K::QuizIsUnreliable,
    }
}

/// A sign of its own for what a cue says, so that colour never says it alone.
fn pole(mark: &CueMark) -> (&'static str, Icon, K) {
    match (mark.pole, mark.cue.is_grave()) {
        (Pole::Good, _) => ("good", icon::CHECK, K::QuizPoleGood),
        (Pole::Bad, true) => ("warn", icon::ALERT, K::QuizPoleGrave),
        (Pole::Bad, false) => ("plain", icon::MINUS, K::QuizPoleFlaw),
    }
}

/// The address of a lesson: that of a cue, or another card.
pub fn address(lesson: &str) -> String {
    ["quiz/lesson/", lesson].concat()
}

/// « En savoir plus »: the one-minute card of a cue. `about` says aloud of what, for several may stand on
/// a screen.
pub fn lesson(action: &str, cue: Cue, about: &str) -> View {
    let name = [t(K::CheckLesson), t(K::LessonColon), about].concat();
    el("a", "plain-link")
        .attr("href", &address(cue.word()))
        .action(action)
        .attr("aria-label", &name)
        .text(t(K::CheckLesson))
}

/// How many questions nobody has signed yet, said as long as there is one.
pub fn drafts(bank: &Bank) -> Option<String> {
    let (n, total) = (bank.drafts(), bank.items.len());
    let numbers = [("n", &*n.to_string()), ("total", &*total.to_string())];
    (n > 0).then(|| fill(K::QuizAboutDraft, &numbers))
}

/// The cues of an item, the grave ones first. `picked` are the segments that the patient pointed at; `more`
/// makes what stands under a cue that decides.
pub fn all_of(item: &Item, picked: &[String], simple: bool, more: impl Fn(Cue) -> View) -> View {
    let decides = decisive(item);
    let mut marks: Vec<&CueMark> = item.cues.iter().collect();
    marks.sort_by_key(|mark| (!mark.cue.is_grave(), mark.cue));
    let rows = marks.into_iter().map(|mark| {
        let more = if decides.contains(&mark.cue) { more(mark.cue) } else { none() };
        clue(item, mark, picked, simple).with(more)
    });
    el("section", "stack")
        .with(el("h2", "").text(t(K::QuizClues)))
        .with(el("ul", "rows clues").with(all(rows)))
}

fn clue(item: &Item, mark: &CueMark, picked: &[String], simple: bool) -> View {
    let (kind, picture, word) = pole(mark);
    let segment = mark.segment.as_ref().and_then(|id| item.segments.iter().find(|s| s.id == *id));
    let chosen = segment.is_some_and(|segment| picked.contains(&segment.id));
    let head = el("p", "row clue-head")
        .with(notice::chip(kind, picture, word))
        .with(el("span", "strong cue-name").text(t(happened::cue(mark.cue))));
    // The words themselves are one screen back in simple mode: less to read.
    let quote = segment.filter(|_| !simple).map(|segment| el("blockquote", "soft").text(&segment.text));
    let helped = chosen
        .then(|| el("p", "told-head").with(icon(icon::CHECK)).with(el("span", "").text(t(K::QuizHelpedYou))));
    el("li", "item stack tight")
        .attr("data-cue", mark.cue.word())
        .with(head)
        .with(el("p", "").text(&mark.why))
        .maybe(quote)
        .maybe(helped)
}

/// The rule to take along, under its heading.
pub fn rule(item: &Item) -> View {
    el("section", "card stack tight").with(headed(icon::KIT, K::QuizKeep)).with(rule_itself(item))
}

/// The rule alone.
pub fn rule_itself(item: &Item) -> View {
    el("p", "strong").text(&item.feedback.rule)
}

/// What to do with such a video. Never « essayez »: a stranger’s exercise is not prescribed here.
pub fn action(item: &Item) -> View {
    let (picture, what, text) = match item.feedback.action {
        Action::Propose => (icon::PERSON, K::QuizDoPropose, K::QuizDoProposeText),
        Action::Ask => (icon::HELP, K::QuizDoAsk, K::QuizDoAskText),
        Action::Refuse => (icon::HAND, K::QuizDoRefuse, K::QuizDoRefuseText),
    };
    el("section", "card stack tight")
        .with(el("h2", "").text(t(K::QuizDo)))
        .with(el("p", "strong told-head").with(icon(picture)).with(el("span", "").text(t(what))))
        .with(el("p", "").text(t(text)))
}

/// The published sources that an item rests on; without links in simple mode.
pub fn sources(bank: &Bank, item: &Item, simple: bool) -> View {
    let known: Vec<_> = bank.sources.iter().filter(|s| item.sources.iter().any(|c| c.id == s.id)).collect();
    if known.is_empty() {
        return none();
    }
    let rows = known.into_iter().map(|source| {
        let words = [source.title.as_str(), &source.publisher, &source.date].join(", ");
        let link = if !simple && source.url.starts_with("https://") {
            provenance::outside(&source.url).text(&words)
        } else {
            el("span", "").text(&words)
        };
        el("li", "source").with(link)
    });
    el("details", "card")
        .with(el("summary", "").action("quiz-sources").text(t(K::QuizSources)))
        .with(el("ul", "list").with(all(rows)))
        .maybe((!simple).then(|| el("p", "soft").text(t(K::AppInternetNeeded))))
}
