//! How many items of which kind a bank holds, and what the two languages share.

use super::{Figure, Limit, is_good, share, twins};
use crate::quiz::item::{Bank, Cue, Item, Pole, Pool, Topic, Verdict};
use std::collections::{BTreeMap, BTreeSet};

const ITEMS: usize = 96;
const PAIRS: usize = 48;
const FORM: usize = 16;
const TRAINING: usize = 48;
const TOPICS: f64 = 6.0;
const TITLES_DECEIVE: f64 = 8.0;
const OF_EACH_POLE: f64 = 6.0;
/// Share of the good items that carry each small flaw.
const FLAWED: f64 = 0.10;
const GOOD_POLES: f64 = 2.0;
/// Least pairs on topics that must not lack.
const MUST_HAVE: [(Topic, f64); 4] =
    [(Topic::Feed, 2.0), (Topic::Titles, 1.0), (Topic::Ankle, 1.0), (Topic::Sport, 1.0)];

pub(super) fn figures(bank: &Bank) -> Vec<Figure> {
    let mut figures = pools(bank);
    figures.extend(pairs(bank));
    figures.extend(cues(bank));
    figures
}

fn pools(bank: &Bank) -> Vec<Figure> {
    let exactly = |name: String, value: usize, wanted: usize| {
        // A figure has one limit: how far it is from what it must be.
        let detail = format!("{value}, to be {wanted}");
        Figure::count(name, value.abs_diff(wanted), Limit::AtMost(0.0)).of(detail)
    };
    let of =
        |pools: &[Pool]| -> Vec<&Item> { bank.items.iter().filter(|i| pools.contains(&i.pool)).collect() };
    let mut figures = vec![Figure::count("items", bank.items.len(), Limit::AtLeast(ITEMS as f64))];
    for pool in [Pool::A, Pool::B, Pool::C] {
        figures.push(exactly(format!("form {pool:?}: off its size by"), of(&[pool]).len(), FORM));
    }
    let training = of(&[Pool::Train, Pool::Booster]).len();
    figures.push(Figure::count("items for training and boosters", training, Limit::AtLeast(TRAINING as f64)));
    for pool in Pool::ALL {
        let items = of(&[*pool]);
        let good = items.iter().filter(|item| is_good(item)).count();
        let bad = items.len() - good;
        let name = format!("pool {pool:?}: good and bad apart by");
        figures.push(
            Figure::count(name, good.abs_diff(bad), Limit::AtMost(0.0)).of(format!("{good} and {bad}")),
        );
    }
    let topics: BTreeSet<Topic> = bank.items.iter().map(|item| item.topic).collect();
    figures.push(Figure::count("topics", topics.len(), Limit::AtLeast(TOPICS)));
    let mut ids = BTreeSet::new();
    let twice: Vec<String> = bank.items.iter().filter(|i| !ids.insert(&i.id)).map(|i| i.id.clone()).collect();
    figures.push(Figure::none("ids that come twice", &twice));
    figures
}

fn pairs(bank: &Bank) -> Vec<Figure> {
    let twins = twins(bank);
    let paired: BTreeSet<&str> = twins.iter().flat_map(|(a, b)| [a.id.as_str(), &b.id]).collect();
    let alone: Vec<String> =
        bank.items.iter().filter(|i| !paired.contains(i.id.as_str())).map(|i| i.id.clone()).collect();
    let pair = |(good, _): &(&Item, &Item)| good.pair_id.clone();
    let named = |test: &dyn Fn(&Item, &Item) -> bool| -> Vec<String> {
        twins.iter().filter(|(good, bad)| test(good, bad)).map(pair).collect()
    };
    let form = |item: &Item| matches!(item.pool, Pool::A | Pool::B | Pool::C);
    let mut figures = vec![
        Figure::count("twin pairs", twins.len(), Limit::AtLeast(PAIRS as f64)),
        Figure::none("items without a twin of the other verdict", &alone),
        Figure::none(
            "twins in one form, or one in a form and one in training",
            &named(&|good, bad| {
                (form(good) || form(bad)) && (good.pool == bad.pool || form(good) != form(bad))
            }),
        ),
        Figure::none(
            "twins whose scenes differ",
            &named(&|good, bad| {
                let drawn = |item: &Item| {
                    let mut scene = item.scene.clone();
                    scene.alt.clear();
                    (scene, item.decoys.iter().copied().collect::<BTreeSet<_>>(), item.topic)
                };
                drawn(good) != drawn(bad)
            }),
        ),
        Figure::count(
            "pairs with a non-professional good, a professional bad",
            named(&|good, bad| !good.professional && bad.professional).len(),
            Limit::AtLeast(TITLES_DECEIVE),
        ),
    ];
    for (topic, least) in MUST_HAVE {
        let count = named(&|good, _| good.topic == topic).len();
        figures.push(Figure::count(format!("pairs on {topic:?}"), count, Limit::AtLeast(least)));
    }
    figures.push(Figure::none("authors of one name in different pairs", &same_authors(bank)));
    figures
}

/// The name that an author line begins with.
fn author(item: &Item) -> Option<String> {
    let line = &item.segments.first()?.text;
    Some(line.split([',', '·', '–', '—', '(']).next()?.trim().to_lowercase())
}

fn same_authors(bank: &Bank) -> Vec<String> {
    let mut pairs: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for item in &bank.items {
        if let Some(name) = author(item) {
            pairs.entry(name).or_default().insert(&item.pair_id);
        }
    }
    let shared = pairs.into_iter().filter(|(_, pairs)| pairs.len() > 1);
    shared
        .map(|(name, pairs)| format!("{name} in {}", pairs.into_iter().collect::<Vec<_>>().join(", ")))
        .collect()
}

fn cues(bank: &Bank) -> Vec<Figure> {
    let shown = |items: &[&Item], cue: Cue, pole: Pole| {
        items.iter().filter(|item| item.pole(cue) == Some(pole)).count()
    };
    let all: Vec<&Item> = bank.items.iter().collect();
    let good: Vec<&Item> = bank.items.iter().filter(|item| is_good(item)).collect();
    let mut figures = Vec::new();
    for cue in Cue::ALL {
        for pole in Pole::ALL {
            let count = shown(&all, *cue, *pole);
            figures.push(Figure::count(
                format!("items that show {cue:?} {pole:?}"),
                count,
                Limit::AtLeast(OF_EACH_POLE),
            ));
        }
    }
    for cue in Cue::ALL.iter().filter(|cue| !cue.is_grave()) {
        let count = shown(&good, *cue, Pole::Bad);
        figures.push(Figure::real(
            format!("share of good items with the small flaw {cue:?}"),
            share(count, good.len()),
            Limit::AtLeast(FLAWED),
        ));
    }
    let poles = |item: &&Item| item.cues.iter().filter(|mark| mark.pole == Pole::Good).count();
    let bad = bank.items.iter().filter(|item| item.verdict == Verdict::Unreliable);
    let least = bad.min_by_key(poles);
    figures.push(
        Figure::count(
            "good poles of a bad item, least",
            least.as_ref().map_or(0, poles),
            Limit::AtLeast(GOOD_POLES),
        )
        .of(least.map_or("", |item| item.id.as_str())),
    );
    figures
}

/// Items that differ from the other language's in more than their words.
pub(super) fn languages(bank: &Bank, other: &Bank) -> Vec<Figure> {
    /// What must be the same: the item with every word of its language taken out.
    fn bones(item: &Item) -> Item {
        let mut item = item.clone();
        let words =
            [&mut item.lang, &mut item.scene.alt, &mut item.feedback.verdict, &mut item.feedback.rule];
        words.into_iter().for_each(String::clear);
        item.segments.iter_mut().for_each(|segment| segment.text.clear());
        item.cues.iter_mut().for_each(|mark| mark.why.clear());
        item
    }
    let order = |bank: &Bank| bank.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>();
    let mut found = Vec::new();
    if order(bank) != order(other) {
        found.push("not the same items in the same order".to_owned());
    }
    for item in &bank.items {
        match other.items.iter().find(|twin| twin.id == item.id) {
            None => found.push(format!("{} is not in {}", item.id, other.lang)),
            Some(twin) if bones(item) != bones(twin) => found.push(format!("{} differs", item.id)),
            Some(_) => {}
        }
    }
    let sources =
        |bank: &Bank| bank.sources.iter().map(|s| (s.id.clone(), s.url.clone())).collect::<Vec<_>>();
    if sources(bank) != sources(other) {
        found.push("the sources differ".to_owned());
    }
    let tongue: Vec<String> = bank
        .items
        .iter()
        .filter(|item| item.lang != bank.lang)
        .map(|item| format!("{} says {}", item.id, item.lang))
        .collect();
    vec![
        Figure::none(format!("items that differ from those in {} in more than words", other.lang), &found),
        Figure::none("items of another language than their file", &tongue),
    ]
}
