//! Whether words alone betray the verdict: two plain text classifiers on bags of words, each tested on
//! pairs that it was not trained on. A pair is never split, or its one twin would teach the other.

use super::{Figure, Limit, all_text, is_good, reading::words, share};
use crate::quiz::item::{Bank, Item};
use std::collections::{BTreeMap, BTreeSet};

const MOST: f64 = 0.65;
/// Into how many parts the pairs are dealt for the logistic regression; naive Bayes leaves out one pair
/// at a time.
const FOLDS: usize = 12;
/// Descent that has settled: three times as many steps change the figure by a hundredth or two.
const STEPS: usize = 40;
const RATE: f64 = 4.0;
/// Weight decay, in proportion to a mean loss.
const DECAY: f64 = 0.001;

/// A post as the numbers of its words, and its verdict.
struct Card {
    pair: usize,
    words: Vec<usize>,
    good: bool,
}

struct Cards {
    all: Vec<Card>,
    vocabulary: usize,
    pairs: usize,
}

fn cards(bank: &Bank) -> Cards {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let pairs: BTreeSet<&str> = bank.items.iter().map(|item| item.pair_id.as_str()).collect();
    let mut card = |item: &Item| {
        let text = all_text(item).to_lowercase();
        let next = |word: &str| {
            let free = numbers.len();
            *numbers.entry(word.to_owned()).or_insert(free)
        };
        let words = words(&text).map(next).collect();
        // A pair's place is also its fold; the set holds each.
        let pair = pairs.iter().take_while(|pair| **pair != item.pair_id).count();
        Card { pair, words, good: is_good(item) }
    };
    let all = bank.items.iter().map(&mut card).collect();
    Cards { all, vocabulary: numbers.len(), pairs: pairs.len() }
}

/// Share of held-out cards whose verdict is found, by `learn`ing from the others.
fn cross_validated<F: Fn(&Card) -> f64>(
    cards: &Cards,
    folds: usize,
    learn: impl Fn(&[&Card], usize) -> F,
) -> f64 {
    let mut right = 0;
    for fold in 0..folds {
        let (held, train): (Vec<&Card>, Vec<&Card>) = cards.all.iter().partition(|c| c.pair % folds == fold);
        if train.is_empty() {
            continue;
        }
        let score = learn(&train, cards.vocabulary);
        right += held.iter().filter(|card| (score(card) > 0.0) == card.good).count();
    }
    share(right, cards.all.len())
}

/// Multinomial naive Bayes with one added to every count (Laplace).
fn naive_bayes(train: &[&Card], vocabulary: usize) -> impl Fn(&Card) -> f64 + use<> {
    let mut counts = [vec![1.0; vocabulary], vec![1.0; vocabulary]];
    for card in train {
        for word in &card.words {
            counts[usize::from(card.good)][*word] += 1.0;
        }
    }
    let cards = |good: bool| train.iter().filter(|card| card.good == good).count().max(1) as f64;
    let prior = (cards(true) / cards(false)).ln();
    let [bad, good] = counts;
    let totals = (good.iter().sum::<f64>() / bad.iter().sum::<f64>()).ln();
    let weights: Vec<f64> = good.iter().zip(&bad).map(|(good, bad)| (good / bad).ln() - totals).collect();
    move |card| prior + card.words.iter().map(|word| weights[*word]).sum::<f64>()
}

/// Logistic regression on which words are there, each card of length one, by gradient descent with weight
/// decay.
fn logistic(train: &[&Card], vocabulary: usize) -> impl Fn(&Card) -> f64 + use<> {
    let row = |card: &Card| {
        let words: BTreeSet<usize> = card.words.iter().copied().collect();
        let each = 1.0 / (words.len().max(1) as f64).sqrt();
        (words.into_iter().collect::<Vec<usize>>(), each)
    };
    let rows: Vec<(Vec<usize>, f64)> = train.iter().map(|card| row(card)).collect();
    let (mut weights, mut bias) = (vec![0.0; vocabulary], 0.0);
    let score = |weights: &[f64], (words, each): &(Vec<usize>, f64)| {
        words.iter().map(|word| weights[*word]).sum::<f64>() * each
    };
    let rate = RATE / rows.len() as f64;
    for _ in 0..STEPS {
        let error = |(card, row): (&&Card, &(Vec<usize>, f64))| {
            f64::from(u8::from(card.good)) - 1.0 / (1.0 + (-bias - score(&weights, row)).exp())
        };
        let errors: Vec<f64> = train.iter().zip(&rows).map(error).collect();
        weights.iter_mut().for_each(|weight| *weight *= 1.0 - RATE * DECAY);
        for ((words, each), error) in rows.iter().zip(&errors) {
            words.iter().for_each(|word| weights[*word] += rate * error * each);
            bias += rate * error;
        }
    }
    move |card| bias + score(&weights, &row(card))
}

pub(super) fn figures(bank: &Bank) -> Vec<Figure> {
    let cards = cards(bank);
    let bayes = cross_validated(&cards, cards.pairs, naive_bayes);
    let logistic = cross_validated(&cards, FOLDS.min(cards.pairs), logistic);
    vec![
        Figure::real("bag of words, naive Bayes, by pair", bayes, Limit::AtMost(MOST)),
        Figure::real("bag of words, logistic regression, by pair", logistic, Limit::AtMost(MOST)),
    ]
}
