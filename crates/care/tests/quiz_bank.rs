//! The bank of items that is shipped keeps every bar, in both languages; and each bar is one: it falls
//! when the bank is spoiled.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use care::quiz::{
    Action, Bank, Cue, Item, Pole, Pool, Topic, Verdict, bars,
    item::{Decoy, Segment, SegmentKind, json_schema},
};

const FRENCH: &[u8] = include_bytes!("../../../content/quiz/items.fr.json");
const ENGLISH: &[u8] = include_bytes!("../../../content/quiz/items.en.json");
const SCHEMA: &str = include_str!("../quiz.schema.json");

fn french() -> Bank {
    Bank::parse(FRENCH).unwrap()
}

fn english() -> Bank {
    Bank::parse(ENGLISH).unwrap()
}

#[test]
fn the_bank_keeps_every_bar_in_both_languages() {
    let mut broken = Vec::new();
    for (bank, other) in [(french(), english()), (english(), french())] {
        println!("\n{}", bank.lang);
        for figure in bars::measure(&bank, Some(&other)) {
            println!("{figure}");
            if !figure.holds() {
                broken.push(format!("{}: {figure}", bank.lang));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_committed_schema_is_the_one_of_these_types() {
    assert_eq!(SCHEMA, json_schema().unwrap(), "run `cargo xtask schema` and commit the result");
}

#[test]
fn both_files_are_valid_by_the_schema_and_a_spoiled_one_is_not() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    for file in [FRENCH, ENGLISH] {
        let mut bank: serde_json::Value = serde_json::from_slice(file).unwrap();
        let errors: Vec<String> = schema.iter_errors(&bank).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0]);
        bank["items"][0]["verdict"] = "maybe".into();
        assert!(!schema.is_valid(&bank));
    }
}

#[test]
fn the_portal_and_serde_read_the_same_bank_and_the_files_hold_nothing_else() {
    for (file, bank) in [(FRENCH, french()), (ENGLISH, english())] {
        assert_eq!(serde_json::from_slice::<Bank>(file).unwrap(), bank);
        let written: serde_json::Value = serde_json::to_value(&bank).unwrap();
        assert_eq!(written, serde_json::from_slice::<serde_json::Value>(file).unwrap());
    }
}

fn good(item: &Item) -> bool {
    item.verdict == Verdict::Reliable
}

fn each(bank: &mut Bank, which: fn(&Item) -> bool, change: impl Fn(&mut Item)) {
    bank.items.iter_mut().filter(|item| which(item)).for_each(change);
}

fn extra(kind: SegmentKind, text: &str) -> Segment {
    Segment { id: "x".into(), kind, text: text.into() }
}

/// What spoils the bank, and the bars that must fall: by the beginning of their names.
type Spoil = (Box<dyn Fn(&mut Bank)>, Vec<String>);

fn spoils() -> Vec<Spoil> {
    let mut list: Vec<Spoil> = Vec::new();
    let mut by = |change: Box<dyn Fn(&mut Bank)>, bars: &[&str]| {
        list.push((change, bars.iter().map(|bar| (*bar).to_owned()).collect()));
    };
    by(
        Box::new(|b| b.items.truncate(90)),
        &["items", "twin pairs", "items that differ from those in", "items for training and boosters"],
    );
    by(Box::new(|b| b.items.truncate(8)), &["topics", "pairs with a non-professional good"]);
    let named = [Topic::Feed, Topic::Titles, Topic::Ankle, Topic::Sport];
    by(
        Box::new(move |b| b.items.retain(|item| !named.contains(&item.topic))),
        &named.map(|topic| format!("pairs on {topic:?}")).each_ref().map(String::as_str),
    );
    for pool in [Pool::A, Pool::B, Pool::C] {
        let moved = move |b: &mut Bank| {
            let item = b.items.iter_mut().find(|item| item.pool == pool).unwrap();
            item.pool = Pool::Train;
        };
        let names = [
            format!("form {pool:?}: off"),
            format!("pool {pool:?}: good"),
            "pool Train: good".into(),
            "twins in one form".into(),
        ];
        by(Box::new(moved), &names.each_ref().map(String::as_str));
    }
    by(
        Box::new(|b| b.items.iter_mut().find(|item| item.pool == Pool::Booster).unwrap().pool = Pool::Train),
        &["pool Booster: good"],
    );
    by(
        Box::new(|b| b.items[1].id = b.items[0].id.clone()),
        &["ids that come twice", "other faults of items"],
    );
    by(Box::new(|b| b.items[0].pair_id = "p99".into()), &["items without a twin"]);
    by(Box::new(|b| b.items[0].scene.views += 1), &["twins whose scenes differ"]);
    by(
        Box::new(|b| {
            let name = b.items[0].segments[0].text.clone();
            b.items[5].segments[0].text = name;
        }),
        &["authors of one name"],
    );
    for cue in Cue::ALL {
        let mut names = vec![format!("items that show {cue:?} Good"), format!("items that show {cue:?} Bad")];
        if !cue.is_grave() {
            names.push(format!("share of good items with the small flaw {cue:?}"));
        }
        by(
            Box::new(move |b| each(b, |_| true, |item| item.cues.retain(|mark| mark.cue != *cue))),
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    by(
        Box::new(|b| each(b, |i| !good(i), |item| item.cues.retain(|m| m.pole == Pole::Bad))),
        &[
            "good poles of a bad item",
            "shortcut by the best single cue",
            "shortcut by the best of two cues",
            "shortcut by the best tally",
        ],
    );
    by(
        Box::new(|b| each(b, good, |item| item.cues.retain(|m| m.pole == Pole::Good))),
        &["shortcut by any flaw"],
    );
    by(Box::new(|b| b.items[3].lang = "de".into()), &["items of another language"]);
    let decoys: Vec<String> = Decoy::ALL.iter().map(|decoy| format!("shortcut by {decoy:?}")).collect();
    by(
        Box::new(|b| {
            each(b, |_| true, |item| item.decoys.clear());
            each(b, good, |item| item.decoys.extend(Decoy::ALL));
        }),
        &decoys.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    by(
        Box::new(|b| {
            let model = b.items[0].clone();
            let other = |differs: fn(&Item, &Item) -> bool| {
                french().items.into_iter().find(|item| differs(item, &model)).unwrap()
            };
            each(b, good, |item| item.scene = model.scene.clone());
            each(
                b,
                |item| !good(item),
                |item| {
                    let scene = &mut item.scene;
                    scene.platform = other(|a, b| a.scene.platform != b.scene.platform).scene.platform;
                    scene.setting = other(|a, b| a.scene.setting != b.scene.setting).scene.setting;
                    scene.pose = other(|a, b| a.scene.pose != b.scene.pose).scene.pose;
                    let person = |of: fn(&Item, &Item) -> bool| other(of).scene.person;
                    scene.person.age = person(|a, b| a.scene.person.age != b.scene.person.age).age;
                    scene.person.gender =
                        person(|a, b| a.scene.person.gender != b.scene.person.gender).gender;
                    scene.person.hair = person(|a, b| a.scene.person.hair != b.scene.person.hair).hair;
                    scene.person.outfit =
                        person(|a, b| a.scene.person.outfit != b.scene.person.outfit).outfit;
                    scene.person.skin = person(|a, b| a.scene.person.skin != b.scene.person.skin).skin;
                    scene.views = model.scene.views + 1;
                    scene.duration = model.scene.duration + 1;
                },
            );
        }),
        &[
            "shortcut by platform",
            "shortcut by setting",
            "shortcut by pose",
            "shortcut by age",
            "shortcut by gender",
            "shortcut by hair",
            "shortcut by outfit",
            "shortcut by skin",
            "shortcut by views",
            "shortcut by duration",
        ],
    );
    by(
        Box::new(|b| {
            let risk = b.items[0].risk_level;
            let other = french().items.into_iter().find(|item| item.risk_level != risk).unwrap().risk_level;
            each(b, good, |item| (item.topic, item.risk_level) = (Topic::Knee, risk));
            each(b, |item| !good(item), |item| (item.topic, item.risk_level) = (Topic::Hip, other));
        }),
        &["shortcut by topic", "shortcut by risk"],
    );
    let kinds = SegmentKind::ALL.iter().map(|kind| format!("shortcut by the number of segments {kind:?}"));
    let kinds: Vec<String> = kinds
        .chain(["shortcut by the number of segments (one".into(), "shortcut by length of text".into()])
        .collect();
    by(
        Box::new(|b| {
            each(b, good, |item| {
                for kind in SegmentKind::ALL {
                    (0..4).for_each(|_| item.segments.push(extra(*kind, "Bien.")));
                }
            });
        }),
        &kinds.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    by(
        Box::new(|b| {
            each(b, |_| true, |item| item.professional = item.verdict == Verdict::Reliable);
        }),
        &["shortcut by professional"],
    );
    by(
        Box::new(|b| each(b, good, |item| item.verdict = Verdict::Unreliable)),
        &["the rule that is taught", "items with a verdict that is not the rule's"],
    );
    by(
        Box::new(|b| each(b, good, |item| item.segments.push(extra(SegmentKind::Comment, "Prudence.")))),
        &["bag of words, naive Bayes", "bag of words, logistic"],
    );
    const HARD: &str = "La proprioception individualisée conditionne systématiquement la rééducation \
        musculosquelettique multidimensionnelle postopératoire, indépendamment des particularités \
        physiopathologiques, biomécaniques, psychologiques et sociologiques de chaque participant concerné";
    by(
        Box::new(|b| {
            each(
                b,
                |_| true,
                |item| {
                    item.segments.retain(|segment| segment.kind == SegmentKind::Author);
                    item.segments.push(extra(SegmentKind::Speech, HARD));
                },
            );
        }),
        &[
            "scenes: reading ease (",
            "scenes: reading ease, hardest",
            "scenes: words a sentence, mean",
            "scenes: words a sentence, worst",
            "scenes: sentences of more",
        ],
    );
    by(
        Box::new(|b| {
            each(
                b,
                |_| true,
                |item| {
                    HARD.clone_into(&mut item.feedback.rule);
                    HARD.clone_into(&mut item.feedback.verdict);
                    item.cues.iter_mut().for_each(|mark| HARD.clone_into(&mut mark.why));
                },
            );
        }),
        &[
            "feedback: reading ease (",
            "feedback: reading ease, hardest",
            "feedback: words a sentence, mean",
            "feedback: words a sentence, worst",
            "feedback: sentences of more",
        ],
    );
    by(
        Box::new(|b| b.items[0].feedback.rule = "C’est sans danger.".into()),
        &["words that no patient reads"],
    );
    by(Box::new(|b| b.items[0].feedback.rule = "C'est bien.".into()), &["signs that are set wrongly"]);
    by(Box::new(|b| each(b, good, |item| item.sources.clear())), &["good items without a source"]);
    by(
        Box::new(|b| {
            let wrong =
                b.items.iter_mut().find(|i| !good(i) && i.pole(Cue::Pain) == Some(Pole::Bad)).unwrap();
            wrong.sources.retain(|citation| citation.backs != "feedback");
        }),
        &["clinical words without a source"],
    );
    by(Box::new(|b| b.sources.clear()), &["citations that lead nowhere"]);
    by(Box::new(|b| each(b, good, |i| i.feedback.action = Action::Refuse)), &["other faults of items"]);
    list
}

#[test]
fn each_bar_falls_when_the_bank_is_spoiled_in_its_way() {
    let (sound, other) = (french(), english());
    let mut standing: Vec<String> = bars::measure(&sound, Some(&other)).into_iter().map(|f| f.name).collect();
    for (spoil, fall) in spoils() {
        let mut bank = sound.clone();
        spoil(&mut bank);
        let figures = bars::measure(&bank, Some(&other));
        for name in &fall {
            let figure = figures.iter().find(|f| f.name.starts_with(name.as_str()));
            let figure = figure.unwrap_or_else(|| panic!("no bar begins with “{name}”"));
            assert!(!figure.holds(), "still stands: {figure}");
        }
        standing.retain(|name| !fall.iter().any(|fallen| name.starts_with(fallen.as_str())));
    }
    assert_eq!(standing, [""; 0], "bars that nothing here brings down");
}
