//! What the journal says, in words, one line a thing: in the journal, in the summary, and before
//! anything goes to the clinic.

use crate::{
    i18n::{self, K, count, fill, t},
    platform::dom::{View, all, el},
    state::KitHandle,
};
use care::{
    calendar::Day,
    follow_up::{Felt, History, Note, Pain, Report, TwoQuestions},
    journal::{By, Feeling, StopReason},
    kit::{Kit, Level},
    quiz::{Checked, Cue},
    results::{End, Fact, Item},
    video_check::Outcome,
};
use std::collections::BTreeMap;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    words: String,
    /// In the patient's own words.
    quote: Option<String>,
    by: By,
}

impl Line {
    fn of(words: String, by: By) -> Self {
        Line { words, quote: None, by }
    }

    fn said(words: K, quote: &str, by: By) -> Self {
        let quote = Some(quote.trim()).filter(|q| !q.is_empty()).map(str::to_owned);
        Line { words: t(words).to_owned(), quote, by }
    }

    /// As a line of a list.
    pub fn view(&self) -> View {
        let quote = self.quote.as_ref().map(|quote| {
            el("span", "said").attr("dir", "auto").text(&fill(K::FollowUpQuote, &[("words", quote)]))
        });
        let helper =
            (self.by == By::Helper).then(|| el("span", "soft noted-by").text(t(K::FollowUpByHelper)));
        el("li", "").text(&self.words).text(" ").maybe(quote).text(" ").maybe(helper)
    }
}

/// Lines as a list.
pub fn list(lines: &[Line]) -> View {
    el("ul", "list").with(all(lines.iter().map(Line::view)))
}

/// « 3 sur 10 ».
pub fn of_ten(level: u32) -> String {
    fill(K::FollowUpOfTen, &[("n", &level.to_string())])
}

fn feeling(what: Feeling, level: u32, after: Option<bool>) -> String {
    let words = match (what, after) {
        (Feeling::Pain, None) => K::FollowUpPainThen,
        (Feeling::Pain, Some(false)) => K::FollowUpPainBefore,
        (Feeling::Pain, Some(true)) => K::FollowUpPainAfter,
        (Feeling::Fatigue, _) => K::FollowUpFatigue,
        (Feeling::Effort, _) => K::FollowUpEffort,
        (Feeling::Difficulty, _) => {
            return t([K::FollowUpEasy, K::FollowUpRight, K::FollowUpHard][(level as usize).min(2)])
                .to_owned();
        }
    };
    fill(words, &[("level", &of_ten(level))])
}

/// Pain around one session, or at another moment.
fn pain(pain: &Pain<'_>) -> Vec<Line> {
    let asked = |after| pain.session.map(|_| after);
    let line = |answer: Option<care::follow_up::Answer>, after| {
        answer.map(|a| Line::of(feeling(Feeling::Pain, a.level, asked(after)), a.by))
    };
    line(pain.before, false).into_iter().chain(line(pain.after, true)).collect()
}

/// Fatigue, effort, difficulty.
pub fn felt(felt: &Felt<'_>) -> Line {
    Line::of(feeling(felt.what, felt.answer.level, Some(true)), felt.answer.by)
}

/// A note.
pub fn note(note: &Note<'_>) -> Line {
    Line::said(K::FollowUpNote, note.text, note.by)
}

/// The two questions and their answers.
pub fn two_questions(watched: bool, wish: &str, by: By) -> Vec<Line> {
    let first = t(if watched { K::FollowUpWatchedYes } else { K::FollowUpWatchedNo });
    let mut lines = vec![Line::of(first.to_owned(), by)];
    if !wish.trim().is_empty() {
        lines.push(Line::said(K::FollowUpWish, wish, by));
    }
    lines
}

/// The last answers to the two questions.
pub fn answers(q: &TwoQuestions<'_>) -> Vec<Line> {
    two_questions(q.watched, q.wish, q.by)
}

fn stopped(exercise: &str, why: StopReason) -> Line {
    let words = match why {
        StopReason::Pain => K::FollowUpStopPain,
        StopReason::Fatigue => K::FollowUpStopFatigue,
        StopReason::Other => K::FollowUpStopOther,
    };
    Line::of(fill(words, &[("name", exercise)]), By::Patient)
}

fn sign(sign: &str, level: Level, by: By) -> Line {
    let words = match level {
        Level::Red => K::FollowUpSignRed,
        Level::Orange => K::FollowUpSignOrange,
        Level::Yellow => K::FollowUpSignYellow,
    };
    Line::of(fill(words, &[("sign", sign.trim_end_matches('.'))]), by)
}

fn elsewhere(which: &str, happened: &str, by: By) -> Vec<Line> {
    let mut lines = vec![Line::said(K::FollowUpElsewhere, which, by)];
    if !happened.trim().is_empty() {
        lines.push(Line::said(K::FollowUpElsewhereThen, happened, by));
    }
    lines
}

/// The kit of this name, among those that are here.
fn kit_of<'k>(kits: &'k [KitHandle], id: &str) -> Option<&'k Kit> {
    kits.iter().map(|k| &k.kit).find(|k| k.kit_id == id)
}

/// An exercise's title; its id when its kit is not here.
pub fn title<'k>(kit: Option<&'k Kit>, id: &'k str) -> &'k str {
    kit.and_then(|k| k.exercise(id)).map_or(id, |e| i18n::text(&e.title))
}

/// Something that the kiné should know of.
pub fn report(kits: &[KitHandle], report: &Report<'_>) -> Vec<Line> {
    match *report {
        Report::Stopped { kit, exercise, why } => vec![stopped(title(kit_of(kits, kit), exercise), why)],
        Report::Sign { kit, sign: id, level, by } => {
            let rule = kit_of(kits, kit).and_then(|k| k.warnings.iter().find(|w| w.id == id));
            vec![sign(rule.map_or(id, |rule| i18n::text(&rule.sign)), level, by)]
        }
        Report::Fell { by } => vec![Line::of(t(K::FollowUpFell).to_owned(), by)],
        Report::Elsewhere { which, happened, by } => elsewhere(which, happened, by),
        Report::Spoken => vec![Line::of(t(K::FollowUpSpoken).to_owned(), By::Patient)],
    }
}

/// « 2 séances, 9 séries faites ».
fn sessions(sessions: u32, sets: u32) -> String {
    let sessions = count(u64::from(sessions), K::FollowUpSessionsOne, K::FollowUpSessionsOther);
    let sets = count(u64::from(sets), K::FollowUpSetsOne, K::FollowUpSetsOther);
    fill(K::FollowUpDone, &[("sessions", &sessions), ("sets", &sets)])
}

/// The journal: each day with what happened on it, the newest first.
pub fn by_day(
    history: &History<'_>,
    videos: &[Checked],
    kit: &Kit,
    kits: &[KitHandle],
) -> Vec<(Day, Vec<Line>)> {
    let mut days: BTreeMap<Day, Vec<Line>> = BTreeMap::new();
    let mut add = |day: Day, lines: Vec<Line>| days.entry(day).or_default().extend(lines);
    for done in history.days(&kit.kit_id) {
        add(done.day, vec![Line::of(sessions(done.sessions, done.sets), By::Patient)]);
    }
    for (day, what) in history.reports() {
        add(day, report(kits, &what));
    }
    for told in history.pain(&kit.kit_id) {
        add(told.day, pain(&told));
    }
    for told in history.felt(&kit.kit_id) {
        add(told.day, vec![felt(&told)]);
    }
    for written in history.notes() {
        add(written.day, vec![note(&written)]);
    }
    for video in videos {
        add(video.day, video_checked(video));
    }
    if let Some(q) = history.two_questions(&kit.kit_id) {
        add(q.day, answers(&q));
    }
    days.into_iter().rev().collect()
}

/// One thing of the results, whole: nothing goes that is not said here.
pub fn result(kit: &Kit, item: &Item) -> Vec<Line> {
    let by = item.by;
    match &item.fact {
        Fact::Felt { feeling: what, level, after, session } => {
            let asked = session.as_ref().map(|_| *after);
            vec![Line::of(feeling(*what, *level, asked), by)]
        }
        Fact::Session { end, sets, skipped, .. } => {
            let mut lines = vec![Line::of(sessions(1, u32::try_from(sets.len()).unwrap_or(u32::MAX)), by)];
            for of_one in sets.chunk_by(|a, b| a.exercise.id == b.exercise.id) {
                let Some(first) = of_one.first() else { continue };
                let name = title(Some(kit), &first.exercise.id);
                let number = count(of_one.len() as u64, K::FollowUpSetsOne, K::FollowUpSetsOther);
                let mut words = fill(K::FollowUpSetsOf, &[("name", name), ("sets", &number)]);
                if of_one.iter().any(|s| s.easier) {
                    words.push(' ');
                    words.push_str(t(K::FollowUpEasier));
                }
                lines.push(Line::of(words, by));
            }
            for one in skipped {
                let name = title(Some(kit), &one.id);
                lines.push(Line::of(fill(K::FollowUpSkipped, &[("name", name)]), by));
            }
            if let End::Stopped { why, during } = end {
                lines.push(stopped(title(Some(kit), &during.id), *why));
            }
            lines
        }
        Fact::TwoQuestions { watched, wish } => two_questions(*watched, wish, by),
        Fact::Sign { sign: rule, level } => {
            let words = kit.warnings.iter().find(|w| w.id == rule.id);
            vec![sign(words.map_or(&rule.words, |w| i18n::text(&w.sign)), *level, by)]
        }
        Fact::Fell => vec![Line::of(t(K::FollowUpFell).to_owned(), by)],
        Fact::TriedElsewhere { which, happened } => elsewhere(which, happened, by),
        Fact::SpokenToProfessional => vec![Line::of(t(K::FollowUpSpoken).to_owned(), by)],
        Fact::VideoChecked { title, url, outcome } => checked(title, url, *outcome, by),
        Fact::Quiz { done, cues } => quiz(*done, cues, by),
    }
}

/// « J’ai trouvé une vidéo »
pub fn video_checked(video: &Checked) -> Vec<Line> {
    checked(&video.title, video.url.as_deref().unwrap_or_default(), video.outcome, video.by)
}

/// A video that was checked: which, and what the screen said.
fn checked(title: &str, url: &str, outcome: Outcome, by: By) -> Vec<Line> {
    let said = match outcome {
        Outcome::Grave => K::FollowUpCheckedGrave,
        Outcome::NoSignal => K::FollowUpCheckedNoSignal,
        Outcome::NotEnough => K::FollowUpCheckedNotEnough,
    };
    let which = [title, " ", url].concat();
    vec![Line::said(K::FollowUpChecked, &which, by), Line::of(t(said).to_owned(), by)]
}

/// What the kiné may know of the quiz.
fn quiz(done: bool, cues: &[Cue], by: By) -> Vec<Line> {
    let done = if done { K::FollowUpQuizDone } else { K::FollowUpQuizBegun };
    let mut lines = vec![Line::of(t(done).to_owned(), by)];
    if !cues.is_empty() {
        let cues = cues.iter().map(|c| t(cue(*c))).collect::<Vec<_>>().join(", ");
        lines.push(Line::of(fill(K::FollowUpQuizAbout, &[("cues", &cues)]), by));
    }
    lines
}

/// What a cue is about, in a word or two.
pub fn cue(cue: Cue) -> K {
    match cue {
        Cue::Promise => K::CuePromise,
        Cue::Pain => K::CuePain,
        Cue::ForWhom => K::CueForWhom,
        Cue::Speaker => K::CueSpeaker,
        Cue::Care => K::CueCare,
        Cue::Sources => K::CueSources,
        Cue::Evidence => K::CueEvidence,
        Cue::Dose => K::CueDose,
        Cue::Tone => K::CueTone,
        Cue::Clarity => K::CueClarity,
    }
}
