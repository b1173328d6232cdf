//! What is wrong with one item, whoever wrote it: the same rules for the bank and for a clinic's own.

use super::{
    Figure,
    reading::{self, LEAST_EASE, MEAN_WORDS},
};
use crate::{
    calendar::Day,
    quiz::item::{Action, Bank, Cue, Decoy, Item, Outfit, Pole, Risk, SegmentKind, Verdict},
    text::Lang,
    wording,
};
use std::collections::BTreeSet;

/// Fewest segments of an item: who, and what is claimed.
pub const LEAST_SEGMENTS: usize = 3;
/// Most segments of an item: each is a large button.
pub const MOST_SEGMENTS: usize = 8;
/// What a bad item must show of the good, so that a flaw is not all that one looks for.
pub const LEAST_GOOD_POLES: usize = 2;

/// Where in an item something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The item's id.
    Id,
    /// The verdict.
    Verdict,
    /// The drawing in words.
    Alt,
    /// The person's skin, from 1 to 4.
    Skin,
    /// The decoys.
    Decoys,
    /// The segments together.
    Segments,
    /// One segment, by its id.
    Segment(String),
    /// The cues together.
    Cues,
    /// One cue's mark.
    Cue(Cue),
    /// What is said of a cue.
    Why(Cue),
    /// The feedback's first sentence.
    FeedbackVerdict,
    /// The rule to take along.
    Rule,
    /// What to do.
    Action,
    /// The sources.
    Sources,
    /// When to read it again.
    ReviewDue,
    /// All that is read of the post.
    Scene,
    /// All that is read after the answer.
    Feedback,
}

/// What is wrong there.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// No words.
    Empty,
    /// It stands there twice.
    Twice,
    /// The cues say the other verdict.
    NotByTheRule,
    /// Fewer or more than there may be.
    Number(usize),
    /// The first segment does not name the author.
    NoAuthor,
    /// A mark or a citation points at a segment that is not there.
    NoSuchSegment(String),
    /// A citation names a source that is not there.
    NoSuchSource(String),
    /// A reliable item's statements rest on nothing.
    NoSource,
    /// What is said after the answer is clinical, by its cue or by this word, and rests on nothing.
    Unsourced(Option<&'static str>),
    /// An unreliable item shows too little of the good.
    FewGoodPoles(usize),
    /// The action does not go with the verdict, or with the risk.
    WrongAction,
    /// The white coat is drawn but not among the decoys, or the other way round.
    WhiteCoat,
    /// A number out of its range.
    OutOfRange(u32),
    /// Not a month of a year.
    NotAMonth,
    /// A word that no patient reads.
    NeverSaid(&'static str),
    /// A character that is typeset otherwise.
    Typeset(char),
    /// Reading ease of the text.
    Hard(f64),
    /// Words a sentence, on average.
    LongOnAverage(f64),
    /// A sentence of too many words.
    LongSentence(String),
}

/// One thing that is wrong with one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The item's place in the bank, from 0.
    pub place: usize,
    /// The item's id.
    pub item: String,
    /// Where.
    pub part: Part,
    /// What.
    pub fault: Fault,
}

/// Everything that is wrong with the items of a bank, one by one.
pub fn find(bank: &Bank) -> Vec<Finding> {
    let sources: BTreeSet<&str> = bank.sources.iter().map(|source| source.id.as_str()).collect();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (place, item) in bank.items.iter().enumerate() {
        let mut found = Found { place, item, lang: Lang::from_tag(&bank.lang), list: Vec::new() };
        if item.id.is_empty() {
            found.add(Part::Id, Fault::Empty);
        } else if !seen.insert(&item.id) {
            found.add(Part::Id, Fault::Twice);
        }
        found.shape();
        found.cues();
        found.sources(&sources);
        found.words();
        found.reading();
        findings.extend(found.list);
    }
    findings
}

struct Found<'a> {
    place: usize,
    item: &'a Item,
    lang: Lang,
    list: Vec<Finding>,
}

impl Found<'_> {
    fn add(&mut self, part: Part, fault: Fault) {
        self.list.push(Finding { place: self.place, item: self.item.id.clone(), part, fault });
    }

    fn shape(&mut self) {
        let item = self.item;
        let count = item.segments.len();
        if !(LEAST_SEGMENTS..=MOST_SEGMENTS).contains(&count) {
            self.add(Part::Segments, Fault::Number(count));
        }
        if item.segments.first().is_none_or(|first| first.kind != SegmentKind::Author) {
            self.add(Part::Segments, Fault::NoAuthor);
        }
        let mut ids = BTreeSet::new();
        for segment in &item.segments {
            if !ids.insert(&segment.id) {
                self.add(Part::Segment(segment.id.clone()), Fault::Twice);
            }
        }
        if item.decoys.contains(&Decoy::WhiteCoat) != (item.scene.person.outfit == Outfit::WhiteCoat) {
            self.add(Part::Decoys, Fault::WhiteCoat);
        }
        let skin = item.scene.person.skin;
        if !(1..=4).contains(&skin) {
            self.add(Part::Skin, Fault::OutOfRange(skin));
        }
        if !is_month(&item.review_due) {
            self.add(Part::ReviewDue, Fault::NotAMonth);
        }
    }

    fn cues(&mut self) {
        let item = self.item;
        if item.cues.is_empty() {
            self.add(Part::Cues, Fault::Empty);
        }
        if item.by_the_rule() != item.verdict {
            self.add(Part::Verdict, Fault::NotByTheRule);
        }
        let mut seen = BTreeSet::new();
        for mark in &item.cues {
            if !seen.insert(mark.cue) {
                self.add(Part::Cue(mark.cue), Fault::Twice);
            }
            if let Some(at) = &mark.segment
                && item.segments.iter().all(|segment| segment.id != *at)
            {
                self.add(Part::Cue(mark.cue), Fault::NoSuchSegment(at.clone()));
            }
        }
        let good = item.cues.iter().filter(|mark| mark.pole == Pole::Good).count();
        let bad = item.verdict == Verdict::Unreliable;
        if bad && good < LEAST_GOOD_POLES {
            self.add(Part::Cues, Fault::FewGoodPoles(good));
        }
        let fits = match item.feedback.action {
            Action::Refuse => bad,
            Action::Ask => !bad,
            // A move that can harm is asked about first, however good the video.
            Action::Propose => !bad && item.risk_level != Risk::High,
        };
        if !fits {
            self.add(Part::Action, Fault::WrongAction);
        }
    }

    fn sources(&mut self, known: &BTreeSet<&str>) {
        let item = self.item;
        if item.verdict == Verdict::Reliable && item.sources.is_empty() {
            self.add(Part::Sources, Fault::NoSource);
        }
        for citation in &item.sources {
            if !known.contains(citation.id.as_str()) {
                self.add(Part::Sources, Fault::NoSuchSource(citation.id.clone()));
            }
            let backs = &citation.backs;
            if backs != "feedback" && item.segments.iter().all(|segment| segment.id != *backs) {
                self.add(Part::Sources, Fault::NoSuchSegment(backs.clone()));
            }
        }
        self.claims();
    }

    /// What is said of pain (C2) or of whom a move suits (C3) is clinical: a source backs the words after the
    /// answer, or those of the post where these are as they should be. The rest may speak only of who posts,
    /// of what is promised or sold, and of the place of care; its words show when it does not.
    fn claims(&mut self) {
        let item = self.item;
        let backed = |what: &str| item.sources.iter().any(|citation| citation.backs == what);
        if backed("feedback") {
            return;
        }
        let feedback = [(Part::FeedbackVerdict, &item.feedback.verdict), (Part::Rule, &item.feedback.rule)];
        let mut words: Vec<(Part, &String)> = feedback.into();
        for mark in &item.cues {
            let shown = mark.pole == Pole::Good && mark.segment.as_deref().is_some_and(backed);
            let judged = mark.pole == Pole::Bad || item.verdict == Verdict::Reliable;
            match mark.cue {
                _ if shown => {}
                Cue::Pain | Cue::ForWhom if judged => self.add(Part::Why(mark.cue), Fault::Unsourced(None)),
                _ => words.push((Part::Why(mark.cue), &mark.why)),
            }
        }
        for (part, text) in words {
            if let Some(word) = clinical(&without_quotations(text), self.lang) {
                self.add(part, Fault::Unsourced(Some(word)));
            }
        }
    }

    fn words(&mut self) {
        let item = self.item;
        let bad = item.verdict == Verdict::Unreliable;
        let said = item.segments.iter().map(|s| (Part::Segment(s.id.clone()), s.text.as_str(), true));
        let after = [
            (Part::Alt, item.scene.alt.as_str(), false),
            (Part::FeedbackVerdict, &item.feedback.verdict, false),
            (Part::Rule, &item.feedback.rule, false),
        ];
        let why = item.cues.iter().map(|mark| (Part::Why(mark.cue), mark.why.as_str(), false));
        for (part, text, post) in said.chain(after).chain(why) {
            if text.trim().is_empty() {
                self.add(part.clone(), Fault::Empty);
            }
            if let Some(c) = typeset(text, self.lang) {
                self.add(part.clone(), Fault::Typeset(c));
            }
            // What circulates says these words: there they are the lesson, in the post and quoted from it.
            let ours = match (bad, post) {
                (true, true) => String::new(),
                (true, false) => without_quotations(text),
                (false, _) => text.to_owned(),
            };
            if let Some(word) = wording::never_said(self.lang, &ours) {
                self.add(part, Fault::NeverSaid(word));
            }
        }
    }

    fn reading(&mut self) {
        let parts =
            [(Part::Scene, reading::scene(self.item)), (Part::Feedback, reading::feedback(self.item))];
        for (part, texts) in parts {
            let Some(reading) = reading::read(&texts, self.lang) else { continue };
            if reading.ease < LEAST_EASE {
                self.add(part.clone(), Fault::Hard(reading.ease));
            }
            if reading.mean_words > MEAN_WORDS {
                self.add(part.clone(), Fault::LongOnAverage(reading.mean_words));
            }
            for sentence in reading.too_long {
                self.add(part.clone(), Fault::LongSentence(sentence));
            }
        }
    }
}

/// Beginnings of words that say something of a body, of a risk, or of how long it takes.
const CLINICAL: [&[&str]; 2] = [
    &[
        "artère",
        "avoir mal",
        "articul",
        "bless",
        "chute",
        "douleur",
        "entorse",
        "fait mal",
        "fractur",
        "mois",
        "muscle",
        "opér",
        "prothèse",
        "risqu",
        "soulag",
        "tendon",
        "tomb",
        "vertèbre",
    ],
    &[
        "arter", "fall", "fractur", "hurt", "injur", "joint", "month", "muscle", "operat", "pain", "reliev",
        "risk", "sprain", "surger", "tendon", "vertebr",
    ],
];

/// The first such word of a text.
fn clinical(text: &str, lang: Lang) -> Option<&'static str> {
    let plain = text.to_lowercase();
    let begins = |at: usize| plain[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    CLINICAL[lang as usize].iter().copied().find(|word| plain.match_indices(word).any(|(at, _)| begins(at)))
}

/// « 2027-11 »
fn is_month(text: &str) -> bool {
    text.len() == 7 && format!("{text}-01").parse::<Day>().is_ok()
}

/// A text without what stands inside its quotation marks.
fn without_quotations(text: &str) -> String {
    let mut depth = 0u32;
    let outside = |c: &char| {
        match c {
            '«' | '“' => depth += 1,
            '»' | '”' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

/// The first character that is set wrongly: an apostrophe or quotation mark of a typewriter; in French a
/// sign without its no-break space. A time (« 8:30 ») and an address have none.
fn typeset(text: &str, lang: Lang) -> Option<char> {
    let narrow = |c: char| c == '\u{a0}' || c == '\u{202f}';
    let chars: Vec<char> = text.chars().collect();
    let wrong = |(at, c): (usize, &char)| {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1).copied();
        let wrong = match c {
            '\'' | '"' => true,
            _ if lang == Lang::En => false,
            '?' | '!' => before.is_some_and(|b| !narrow(b) && b != '?' && b != '!'),
            ';' | '»' => before.is_some_and(|b| !narrow(b)),
            ':' => {
                before.is_some_and(|b| !narrow(b) && !b.is_ascii_digit()) && !text_at(&chars, at + 1, "//")
            }
            '«' => after.is_some_and(|a| !narrow(a)),
            _ => false,
        };
        wrong.then_some(*c)
    };
    chars.iter().enumerate().find_map(wrong)
}

fn text_at(chars: &[char], at: usize, text: &str) -> bool {
    text.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c))
}

/// The findings as bars: how many of each kind, which must be none.
pub(super) fn figures(bank: &Bank) -> Vec<Figure> {
    let found = find(bank);
    type Kind = (&'static str, fn(&Fault) -> bool);
    let kinds: [Kind; 6] = [
        ("words that no patient reads", |f| matches!(f, Fault::NeverSaid(_))),
        ("signs that are set wrongly", |f| matches!(f, Fault::Typeset(_))),
        ("good items without a source", |f| matches!(f, Fault::NoSource)),
        ("clinical words without a source", |f| matches!(f, Fault::Unsourced(_))),
        ("citations that lead nowhere", |f| matches!(f, Fault::NoSuchSource(_) | Fault::NoSuchSegment(_))),
        ("other faults of items", |f| {
            !matches!(
                f,
                Fault::NeverSaid(_)
                    | Fault::Typeset(_)
                    | Fault::NoSource
                    | Fault::Unsourced(_)
                    | Fault::NoSuchSource(_)
                    | Fault::NoSuchSegment(_)
            )
        }),
    ];
    let named = |finding: &Finding| format!("{} {:?}: {:?}", finding.item, finding.part, finding.fault);
    let of = |test: fn(&Fault) -> bool| -> Vec<String> {
        found.iter().filter(|finding| test(&finding.fault)).map(named).collect()
    };
    kinds.into_iter().map(|(name, test)| Figure::none(name, &of(test))).collect()
}
