//! The measures on banks small enough to be counted by hand. That each bar also falls when the real bank
//! is spoiled is in `tests/quiz_bank.rs`.

use super::{
    faults::{Fault, Part, find},
    *,
};
use crate::quiz::item::{
    Action, Age, Cue, CueMark, Decoy, Feedback, Gender, Hair, Outfit, Person, Platform, Pole, Pool, Pose,
    Risk, Scene, Segment, SegmentKind, Setting, Status, Topic,
};
use Cue::{Care, Pain, Promise, Sources, Tone};
use Pole::{Bad, Good};

fn segment(id: &str, kind: SegmentKind, text: &str) -> Segment {
    Segment { id: id.into(), kind, text: text.into() }
}

/// An item whose verdict is the rule's, with these cues and this text.
fn item(pair: &str, cues: &[(Cue, Pole)], text: &str) -> Item {
    let mark =
        |(cue, pole): &(Cue, Pole)| CueMark { cue: *cue, pole: *pole, segment: None, why: "Oui.".into() };
    let mut item = Item {
        id: String::new(),
        version: 1,
        lang: "fr".into(),
        pair_id: pair.into(),
        pool: Pool::Train,
        verdict: Verdict::Reliable,
        topic: Topic::Knee,
        risk_level: Risk::Low,
        professional: true,
        scene: Scene {
            alt: "Une femme parle.".into(),
            platform: Platform::Short,
            setting: Setting::Kitchen,
            pose: Pose::Talk,
            person: Person {
                age: Age::Adult,
                gender: Gender::Woman,
                hair: Hair::Bun,
                outfit: Outfit::Tee,
                skin: 2,
            },
            duration: 30,
            views: 900,
        },
        segments: vec![
            segment("s1", SegmentKind::Author, "Luce Varin, kiné à Orbelle"),
            segment("s2", SegmentKind::Speech, text),
            segment("s3", SegmentKind::Comment, "Oui."),
        ],
        cues: cues.iter().map(mark).collect(),
        decoys: Vec::new(),
        feedback: Feedback { verdict: "Fiable.".into(), rule: "Lisez.".into(), action: Action::Propose },
        sources: Vec::new(),
        status: Status::Draft,
        review_due: "2027-11".into(),
    };
    item.verdict = item.by_the_rule();
    let good = is_good(&item);
    item.id = format!("{pair}{}", if good { 'a' } else { 'b' });
    item.feedback.action = if good { Action::Propose } else { Action::Refuse };
    item
}

fn bank(items: Vec<Item>) -> Bank {
    Bank { format: 1, lang: "fr".into(), sources: Vec::new(), items }
}

fn figure<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
    figures.iter().find(|figure| figure.name.starts_with(name)).unwrap_or_else(|| panic!("no bar {name}"))
}

fn value(bank: &Bank, name: &str) -> f64 {
    figure(&measure(bank, Some(bank)), name).value
}

fn near(measured: f64, by_hand: f64) {
    assert!((measured - by_hand).abs() < 1e-9, "{measured}, by hand {by_hand}");
}

/// Two pairs. Rejecting by C1 finds one of two bad ones, by « C1 or C5 » both; by any flaw, one good one
/// is lost.
fn two_pairs() -> Bank {
    bank(vec![
        item("p1", &[(Pain, Good), (Sources, Bad)], "Un deux."),
        item("p1", &[(Promise, Bad), (Pain, Good), (Tone, Good)], "Un deux."),
        item("p2", &[(Care, Good), (Pain, Good)], "Un deux."),
        item("p2", &[(Care, Bad), (Pain, Good), (Tone, Good)], "Un deux."),
    ])
}

#[test]
fn shortcuts_lead_as_far_as_counted_by_hand() {
    let bank = two_pairs();
    // M9 is good in both bad ones and absent from the good ones.
    near(value(&bank, "shortcut by the best single cue"), 1.0);
    near(value(&bank, "shortcut by the best of two cues"), 1.0);
    near(value(&bank, "shortcut by any flaw"), 0.75);
    near(value(&bank, "shortcut by professional"), 0.5);
    near(value(&bank, "shortcut by length"), 0.5);
    near(value(&bank, "shortcut by views"), 0.5);
    near(value(&bank, "the rule that is taught"), 1.0);
}

#[test]
fn without_the_telling_cue_one_cue_finds_three_of_four_and_two_find_all() {
    let mut bank = two_pairs();
    for item in &mut bank.items {
        item.cues.retain(|mark| mark.cue != Tone);
    }
    near(value(&bank, "shortcut by the best single cue"), 0.75);
    near(value(&bank, "shortcut by the best of two cues"), 1.0);
    // Good less bad: 0, 0, 2, 0: one threshold parts three of four.
    near(value(&bank, "shortcut by the best tally"), 0.75);
}

#[test]
fn a_decoy_views_or_a_place_that_go_with_the_verdict_are_seen() {
    let mut bank = two_pairs();
    for item in bank.items.iter_mut().filter(|item| is_good(item)) {
        item.decoys.push(Decoy::Music);
        item.scene.views = 12;
        item.scene.setting = Setting::Clinic;
    }
    for name in ["shortcut by Music", "shortcut by views", "shortcut by setting"] {
        near(value(&bank, name), 1.0);
    }
    near(value(&bank, "shortcut by platform"), 0.5);
    near(value(&bank, "twins whose scenes differ"), 2.0);
}

#[test]
fn a_word_that_goes_with_the_verdict_is_learnt_from_other_pairs() {
    let pair = |n: usize| {
        let name = format!("p{n}");
        let (good, bad) = (format!("chaise{n} doucement"), format!("chaise{n} garanti"));
        [item(&name, &[(Pain, Good)], &good), item(&name, &[(Pain, Bad)], &bad)]
    };
    let told = bank((0..12).flat_map(pair).collect());
    near(value(&told, "bag of words, naive Bayes"), 1.0);
    near(value(&told, "bag of words, logistic"), 1.0);
}

#[test]
fn words_that_only_the_twin_shares_teach_nothing() {
    let pair = |n: usize| {
        let name = format!("p{n}");
        let text = format!("chaise{n} doucement garanti");
        [item(&name, &[(Pain, Good)], &text), item(&name, &[(Pain, Bad)], &text)]
    };
    let same = bank((0..12).flat_map(pair).collect());
    near(value(&same, "bag of words, naive Bayes"), 0.5);
    near(value(&same, "bag of words, logistic"), 0.5);
}

fn faults_of(change: impl FnOnce(&mut Item)) -> Vec<(Part, Fault)> {
    let mut bank = two_pairs();
    bank.sources.push(crate::quiz::item::Source {
        id: "has".into(),
        publisher: "HAS".into(),
        title: "Titre".into(),
        date: "2019".into(),
        url: "https://example.org/".into(),
    });
    for item in &mut bank.items {
        for backs in ["s2", "feedback"] {
            item.sources.push(crate::quiz::item::Citation { id: "has".into(), backs: backs.into() });
        }
    }
    assert_eq!(find(&bank), [], "the sound bank");
    change(&mut bank.items[1]);
    find(&bank).into_iter().map(|finding| (finding.part, finding.fault)).collect()
}

#[test]
fn each_fault_of_an_item_is_found_where_it_is() {
    let said = Part::Segment("s2".into());
    assert_eq!(faults_of(|i| i.id.clear()), [(Part::Id, Fault::Empty)]);
    assert_eq!(faults_of(|i| i.id = "p1a".into()), [(Part::Id, Fault::Twice)]);
    assert_eq!(faults_of(|i| i.segments[1].text.clear()), [(said.clone(), Fault::Empty)]);
    assert_eq!(faults_of(|i| i.segments[2].id = "s2".into()), [(said, Fault::Twice)]);
    assert_eq!(faults_of(|i| i.segments[0].kind = SegmentKind::Title), [(Part::Segments, Fault::NoAuthor)]);
    assert_eq!(faults_of(|i| i.segments.truncate(2)), [(Part::Segments, Fault::Number(2))]);
    assert_eq!(faults_of(|i| i.decoys.push(Decoy::WhiteCoat)), [(Part::Decoys, Fault::WhiteCoat)]);
    assert_eq!(faults_of(|i| i.scene.person.skin = 5), [(Part::Skin, Fault::OutOfRange(5))]);
    assert_eq!(faults_of(|i| i.review_due = "2027-13".into()), [(Part::ReviewDue, Fault::NotAMonth)]);
    assert_eq!(
        faults_of(|i| i.cues[1].segment = Some("s9".into())),
        [(Part::Cue(Pain), Fault::NoSuchSegment("s9".into()))]
    );
    assert_eq!(faults_of(|i| i.cues.retain(|mark| mark.cue != Tone)), [(Part::Cues, Fault::FewGoodPoles(1))]);
    assert_eq!(faults_of(|i| i.feedback.action = Action::Ask), [(Part::Action, Fault::WrongAction)]);
    let risky = |i: &mut Item| {
        i.cues[0].pole = Good;
        i.verdict = Verdict::Reliable;
        i.risk_level = Risk::High;
        i.feedback.action = Action::Propose;
    };
    assert_eq!(faults_of(risky), [(Part::Action, Fault::WrongAction)]);
    assert_eq!(faults_of(|i| i.cues[0].pole = Good), [(Part::Verdict, Fault::NotByTheRule)]);
    assert_eq!(
        faults_of(|i| i.sources[0].id = "none".into()),
        [(Part::Sources, Fault::NoSuchSource("none".into()))]
    );
    let reliable = |i: &mut Item| {
        i.cues[0].pole = Good;
        i.verdict = Verdict::Reliable;
        i.feedback.action = Action::Ask;
        i.sources.clear();
    };
    let unsourced = (Part::Why(Pain), Fault::Unsourced(None));
    assert_eq!(faults_of(reliable), [(Part::Sources, Fault::NoSource), unsourced]);
}

#[test]
fn what_is_said_of_a_body_names_its_source() {
    let alone = |change: fn(&mut Item)| {
        faults_of(|i| {
            i.sources.retain(|citation| citation.backs != "feedback");
            change(i);
        })
    };
    // Of the speaker, a promise or an ad one may speak without; and quote whatever was said.
    assert_eq!(alone(|_| ()), []);
    assert_eq!(alone(|i| i.feedback.rule = "Elle dit «\u{a0}ça soulage\u{a0}».".into()), []);
    let word = |part, word| [(part, Fault::Unsourced(Some(word)))];
    assert_eq!(alone(|i| i.feedback.rule = "Ce geste soulage.".into()), word(Part::Rule, "soulag"));
    assert_eq!(alone(|i| i.feedback.verdict = "On peut tomber.".into()), word(Part::FeedbackVerdict, "tomb"));
    assert_eq!(alone(|i| i.cues[2].why = "La douleur dit stop.".into()), word(Part::Why(Tone), "douleur"));
    // What is said of pain is clinical in whatever words, unless the post says it well and has its source.
    let judged = (Part::Why(Pain), Fault::Unsourced(None));
    assert!(alone(|i| i.cues[1].pole = Bad).contains(&judged));
    let shown = |i: &mut Item| {
        i.cues[1].segment = Some("s2".into());
        i.cues[1].why = "Ça fait mal ? On arrête.".replace(" ?", "\u{a0}?");
    };
    assert_eq!(alone(shown), []);
}

#[test]
fn words_are_held_to_account_but_for_what_a_bad_video_says() {
    let said = |text: &'static str| faults_of(move |i| i.segments[1].text = text.into());
    let why = |text: &'static str| faults_of(move |i| i.cues[0].why = text.into());
    assert_eq!(said("C’est sans danger."), []);
    assert_eq!(why("Elle dit : «\u{a0}sans danger\u{a0}»."), [(Part::Why(Promise), Fault::Typeset(':'))]);
    assert_eq!(why("Elle dit «\u{a0}sans danger\u{a0}»."), []);
    assert_eq!(why("C’est sans danger."), [(Part::Why(Promise), Fault::NeverSaid("sans danger"))]);
    for (text, sign) in [("Non !", '!'), ("L'eau.", '\''), ("« Oui\u{a0}»", '«'), ("Quoi\u{a0}; non?", '?')]
    {
        assert_eq!(why(text), [(Part::Why(Promise), Fault::Typeset(sign))], "{text}");
    }
    for text in ["Non\u{a0}!", "Quoi\u{a0}?!", "À 8:30.", "Oui\u{202f}; non."] {
        assert_eq!(why(text), [], "{text}");
    }
    let hard =
        said("La rééducation proprioceptive individualisée nécessite systématiquement une évaluation.");
    assert!(matches!(hard[..], [(Part::Scene, Fault::Hard(_))]), "{hard:?}");
    let long = said("a b c d e f g h a b c d e f g h.");
    assert!(matches!(long[..], [(Part::Scene, Fault::LongSentence(_))]), "{long:?}");
}

#[test]
fn a_bar_says_on_which_side_of_its_limit_it_is() {
    let figure = Figure::real("share", 0.55, Limit::AtMost(0.55)).of("music");
    assert!(figure.holds());
    assert!(figure.to_string().starts_with("✓ share "));
    assert!(figure.to_string().ends_with("0.550  (at most 0.550)  music"));
    let figure = Figure::count("items", 95, Limit::AtLeast(96.0));
    assert!(!figure.holds());
    assert!(figure.to_string().starts_with("✗ items "));
}
