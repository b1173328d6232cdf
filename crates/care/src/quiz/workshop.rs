//! The workshop: six posts looked at together, at the clinic or in a village hall. What the one who
//! leads it may ask and say, and which posts are shown. Nothing of it is kept.

use super::item::{Bank, Cue, FORMAT, Item, Pole, Pool, Verdict};
use crate::{
    json::{Json as _, JsonError, Value},
    record,
};
use serde::{Deserialize, Serialize};

/// Posts of one workshop: about five minutes.
pub const POSTS: usize = 6;

/// The notes of one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workshop {
    /// Major version of this format: 1.
    pub format: u32,
    /// BCP 47: `fr`, `en`.
    pub lang: String,
    /// How it goes.
    pub steps: Vec<String>,
    /// What to say first.
    pub open: Vec<String>,
    /// What may be asked of every post.
    pub ask: Vec<String>,
    /// What to say last.
    pub close: Vec<String>,
    /// What may be asked and said of each cue.
    pub cues: Vec<Talk>,
}

record!(struct Workshop { format, lang, steps, open, ask, close, cues });

/// What to ask and to say of a cue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// Which.
    pub cue: Cue,
    /// Before the answer: a question that favours neither side.
    pub ask: String,
    /// After it, where the cue is as it should be.
    pub good: String,
    /// After it, where it is not.
    pub bad: String,
}

record!(struct Talk { cue, ask, good, bad });

impl Workshop {
    /// Reads a language's file.
    ///
    /// # Errors
    /// When the text holds no such notes, or those of another major version.
    pub fn parse(text: &[u8]) -> Result<Workshop, JsonError> {
        let workshop = Workshop::from_json(&Value::parse(text)?)?;
        if workshop.format == FORMAT { Ok(workshop) } else { Err(JsonError::Field("format")) }
    }

    fn talk(&self, cue: Cue) -> Option<&Talk> {
        self.cues.iter().find(|talk| talk.cue == cue)
    }

    /// What may be asked of a post before the answer: of the cues that it shows, the grave ones first.
    pub fn ask(&self, item: &Item) -> Vec<&str> {
        self.talks(item).map(|(talk, _)| talk.ask.as_str()).collect()
    }

    /// What may be said after the answer, in the same order.
    pub fn say(&self, item: &Item) -> Vec<&str> {
        self.talks(item)
            .map(|(talk, pole)| if pole == Pole::Good { talk.good.as_str() } else { talk.bad.as_str() })
            .collect()
    }

    fn talks<'a>(&'a self, item: &Item) -> impl Iterator<Item = (&'a Talk, Pole)> {
        let mut cues: Vec<(Cue, Pole)> = item.cues.iter().map(|mark| (mark.cue, mark.pole)).collect();
        cues.sort_unstable();
        cues.dedup();
        cues.into_iter().filter_map(|(cue, pole)| Some((self.talk(cue)?, pole)))
    }
}

/// Six posts to learn with, another choice for each seed: as many good as bad, no twins, six topics; one
/// good by somebody who is no professional, one bad by somebody who is. None where the bank has no such six.
pub fn mix(bank: &Bank, seed: u64) -> Option<Vec<&Item>> {
    let mut chance = Chance(seed);
    let mut items: Vec<&Item> = bank.items.iter().filter(|item| item.pool == Pool::Train).collect();
    (0..ORDERS).find_map(|_| {
        for at in (1..items.len()).rev() {
            items.swap(at, chance.below(at + 1));
        }
        chosen(&items)
    })
}

/// So many orders are tried.
const ORDERS: usize = 400;

/// The first six of an order that go together, if they are a good mix.
fn chosen<'a>(order: &[&'a Item]) -> Option<Vec<&'a Item>> {
    let mut chosen: Vec<&Item> = Vec::new();
    for item in order {
        let same = |verdict: Verdict| chosen.iter().filter(|other| other.verdict == verdict).count();
        let goes = |other: &&Item| other.pair_id != item.pair_id && other.topic != item.topic;
        if same(item.verdict) < POSTS / 2 && chosen.iter().all(goes) {
            chosen.push(item);
        }
    }
    let one = |verdict: Verdict, professional: bool| {
        chosen.iter().any(|item| item.verdict == verdict && item.professional == professional)
    };
    let mixed = one(Verdict::Reliable, false) && one(Verdict::Unreliable, true);
    (chosen.len() == POSTS && mixed).then_some(chosen)
}

/// Splitmix64 (Steele, Lea, Flood 2014): good enough to shuffle by, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // A few dozen items: what the remainder prefers is far below what anybody could notice.
        usize::try_from(z % n as u64).unwrap_or_default()
    }
}
