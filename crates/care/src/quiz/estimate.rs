//! What the answers say: to the patient in plain numbers, to nobody else about one person, and of many
//! patients together with the uncertainty that there is.
//!
//! The signal is « pas fiable ». d′ says how well bad and good videos are told apart, c which way
//! somebody leans: c < 0 is too suspicious (Macmillan & Creelman 2005, *Detection Theory*, 2nd ed.).
//! One person's d′ from 8 + 8 items has a standard deviation of about 0.63: it is shown to no patient
//! and sent to no clinic.

use super::{
    history::{self, Answer, History, Learning},
    item::{Bank, Cue, Verdict},
    schedule::decisive,
};

/// Patients from whom on anything is said of a group.
pub const GROUP: usize = 20;

/// How often « pas fiable » was said, of bad items and of good ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bad items that were answered.
    pub bad: u32,
    /// Of these, called unreliable: « pièges repérés ».
    pub caught: u32,
    /// Good items that were answered.
    pub good: u32,
    /// Of these, called unreliable: wrong rejections.
    pub rejected: u32,
}

impl Counts {
    /// Counts answers.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Counts {
        let mut counts = Counts::default();
        for answer in answers {
            let said = u32::from(answer.verdict == Verdict::Unreliable);
            match answer.truth() {
                Verdict::Unreliable => (counts.bad, counts.caught) = (counts.bad + 1, counts.caught + said),
                Verdict::Reliable => {
                    (counts.good, counts.rejected) = (counts.good + 1, counts.rejected + said)
                }
            }
        }
        counts
    }

    /// Good items that were recognised: « bonnes vidéos reconnues ».
    pub fn recognised(self) -> u32 {
        self.good - self.rejected
    }

    /// The rates with which d′ and c are reckoned: H of hits, F of false alarms, with the log-linear
    /// correction (Hautus 1995, 10.3758/BF03203619), so that neither is 0 or 1.
    pub fn rates(self) -> (f64, f64) {
        let rate = |said: u32, of: u32| (f64::from(said) + 0.5) / (f64::from(of) + 1.0);
        (rate(self.caught, self.bad), rate(self.rejected, self.good))
    }

    /// d′: 0 is guessing.
    pub fn d_prime(self) -> f64 {
        let (h, f) = self.rates();
        z(h) - z(f)
    }

    /// c: 0 leans to neither side, below 0 is too suspicious.
    pub fn criterion(self) -> f64 {
        let (h, f) = self.rates();
        -0.5 * (z(h) + z(f))
    }
}

/// The quantile of the standard normal distribution, for `0 < p < 1`: PPND7 of algorithm AS 241
/// (Wichura 1988, *Applied Statistics* 37, 477–484), accurate to about 1 part in 10⁷.
pub fn z(p: f64) -> f64 {
    let ratio = |r: f64, above: [f64; 4], below: &[f64]| {
        let polynomial = |of: &[f64]| of.iter().rev().fold(0.0, |sum, a| sum * r + a);
        polynomial(&above) / (1.0 + r * polynomial(below))
    };
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        const ABOVE: [f64; 4] = [3.387_132_717_9, 5.043_427_193_8e1, 1.592_911_320_2e2, 5.910_937_472_0e1];
        const BELOW: [f64; 3] = [1.789_516_946_9e1, 7.875_775_766_4e1, 6.718_756_360_0e1];
        return q * ratio(0.180_625 - q * q, ABOVE, &BELOW);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let tail = if r <= 5.0 {
        const ABOVE: [f64; 4] = [1.423_437_277_7, 2.756_815_390_0, 1.306_728_481_6, 1.702_382_110_3e-1];
        const BELOW: [f64; 2] = [7.370_016_425_0e-1, 1.202_113_297_5e-1];
        ratio(r - 1.6, ABOVE, &BELOW)
    } else {
        const ABOVE: [f64; 4] = [6.657_905_115_0, 3.081_226_386_0, 4.286_829_433_7e-1, 1.733_720_399_7e-2];
        const BELOW: [f64; 2] = [2.419_789_422_5e-1, 1.225_820_263_5e-2];
        ratio(r - 5.0, ABOVE, &BELOW)
    };
    if q < 0.0 { -tail } else { tail }
}

/// How well being sure goes with being right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calibration {
    /// For « Je devine », « Plutôt sûr », « Sûr »: answers, and how many of them were right.
    pub levels: [(u32, u32); 3],
    /// The Brier score: 0 is best, 0.25 is what guessing gets; nothing when nobody asked how sure.
    pub brier: Option<f64>,
}

/// What a level of confidence stands for as a probability of being right: two verdicts, so guessing is
/// one half; the others are this project's own choice.
const BELIEF: [f64; 3] = [0.5, 0.75, 0.95];

impl Calibration {
    /// Of answers; those without a confidence are passed over.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Calibration {
        let (mut levels, mut sum, mut number) = ([(0, 0); 3], 0.0, 0.0);
        for answer in answers {
            let Some(confidence) = answer.confidence else { continue };
            let at = confidence as usize;
            levels[at].0 += 1;
            levels[at].1 += u32::from(answer.right);
            let outcome = if answer.right { 1.0 } else { 0.0 };
            sum += (BELIEF[at] - outcome) * (BELIEF[at] - outcome);
            number += 1.0;
        }
        Calibration { levels, brier: (number > 0.0).then(|| sum / number) }
    }
}

/// How often the answers that turned on a cue were right and wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByCue {
    /// Which.
    pub cue: Cue,
    /// Right.
    pub right: u32,
    /// Wrong.
    pub wrong: u32,
}

/// The cues that these answers turned on, the most wrong of them first: more than half wrong before
/// less, by (wrong + 1) / (answers + 2), so that one answer does not weigh as much as ten.
pub fn by_cue<'a>(bank: &Bank, answers: impl IntoIterator<Item = &'a Answer>) -> Vec<ByCue> {
    let items = history::by_id(bank);
    let mut cues: Vec<ByCue> = Cue::ALL.iter().map(|cue| ByCue { cue: *cue, right: 0, wrong: 0 }).collect();
    for answer in answers {
        let Some(item) = items.get(answer.item.as_str()) else { continue };
        let turned = decisive(item);
        for by in cues.iter_mut().filter(|by| turned.contains(&by.cue)) {
            if answer.right { by.right += 1 } else { by.wrong += 1 }
        }
    }
    cues.retain(|by| by.right + by.wrong > 0);
    let more = |a: &ByCue, b: &ByCue| (a.wrong + 1) * (b.right + b.wrong + 2);
    cues.sort_by(|a, b| more(b, a).cmp(&more(a, b)));
    cues
}

/// The result as the patient reads it. « Pièges repérés 6/8 ; bonnes vidéos reconnues 7/8 », what went
/// well, and the one rule to read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The numbers.
    pub counts: Counts,
    /// The cue that was always right, and most often; none when there is no such.
    pub strength: Option<Cue>,
    /// The cue whose rule is to be read again; none when nothing was wrong.
    pub revise: Option<Cue>,
}

impl Found {
    /// Of a form's or a session's answers.
    pub fn of<'a>(bank: &Bank, answers: impl IntoIterator<Item = &'a Answer> + Clone) -> Found {
        let cues = by_cue(bank, answers.clone());
        let strength = cues.iter().rev().find(|by| by.wrong == 0);
        let revise = cues.first().filter(|by| by.wrong > 0);
        Found {
            counts: Counts::of(answers),
            strength: strength.map(|by| by.cue),
            revise: revise.map(|by| by.cue),
        }
    }
}

/// Good items of professionals: how many were answered, and of these wrongly rejected.
pub fn professionals<'a>(bank: &Bank, answers: impl IntoIterator<Item = &'a Answer>) -> (u32, u32) {
    let items = history::by_id(bank);
    let (mut answered, mut rejected) = (0, 0);
    for answer in answers {
        let is_one = items.get(answer.item.as_str()).is_some_and(|item| item.professional);
        if is_one && answer.truth() == Verdict::Reliable {
            answered += 1;
            rejected += u32::from(!answer.right);
        }
    }
    (answered, rejected)
}

/// What the clinic gets of one patient, if that patient agrees: whether the quiz was done, and cues to
/// talk about. No number. It is shown first; with the patient's yes it goes into the journal
/// ([`Learning::QuizTold`]), from there into the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToTell {
    /// A session or a form was gone through to its end.
    pub done: bool,
    /// At most three cues that were wrong most, the first most of all.
    pub cues: Vec<Cue>,
}

/// Cues that are told at most.
const TOLD: usize = 3;
/// Answers that say what is to be talked about: the last ones.
const RECENT: usize = 36;

impl ToTell {
    /// The patient's yes or no to it.
    pub fn told(self, agreed: bool) -> Learning {
        Learning::QuizTold { agreed, done: self.done, cues: self.cues }
    }

    /// Of all that was answered lately; nothing when nothing was.
    pub fn of(bank: &Bank, history: &History) -> Option<ToTell> {
        let answers = &history.answers;
        let recent = answers.get(answers.len().saturating_sub(RECENT)..).filter(|a| !a.is_empty())?;
        let forms = super::Moment::ALL.iter().any(|moment| super::forms::is_filled(history, *moment));
        let wrong = by_cue(bank, recent).into_iter().filter(|by| by.wrong > 0);
        Some(ToTell {
            done: forms || history.sessions() > 0,
            cues: wrong.take(TOLD).map(|by| by.cue).collect(),
        })
    }
}

/// An estimate for a group, with the interval that holds the truth in 95 of 100 such groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Patients.
    pub patients: usize,
}

impl Estimate {
    /// The mean of one number a patient, with Student's interval; nothing below [`GROUP`] patients.
    pub fn mean(values: &[f64]) -> Option<Estimate> {
        if values.len() < GROUP {
            return None;
        }
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - value) * (v - value)).sum::<f64>() / (n - 1.0);
        let half = t_975(n - 1.0) * (variance / n).sqrt();
        Some(Estimate { value, low: value - half, high: value + half, patients: values.len() })
    }

    /// The share of patients of whom something is true, with Wilson's interval (1927,
    /// 10.1080/01621459.1927.10502953); nothing below [`GROUP`] patients.
    pub fn share(with: usize, of: usize) -> Option<Estimate> {
        if of < GROUP || with > of {
            return None;
        }
        let (n, p) = (of as f64, with as f64 / of as f64);
        let z2 = z(0.975) * z(0.975);
        let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = z(0.975) / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        Some(Estimate {
            value: p,
            low: (middle - half).max(0.0),
            high: (middle + half).min(1.0),
            patients: of,
        })
    }
}

/// Student's t at 0.975: the expansion of Fisher & Cornish (1960, 10.1080/00401706.1960.10489906) to
/// the third order; for 19 degrees of freedom and more its error is below 0.0001.
fn t_975(freedom: f64) -> f64 {
    let x = z(0.975);
    let (x2, v) = (x * x, freedom);
    let first = x * (x2 + 1.0) / (4.0 * v);
    let second = x * ((5.0 * x2 + 16.0) * x2 + 3.0) / (96.0 * v * v);
    let third = x * (((3.0 * x2 + 19.0) * x2 + 17.0) * x2 - 15.0) / (384.0 * v * v * v);
    x + first + second + third
}

#[cfg(test)]
mod tests {
    use super::super::{
        Confidence, Moment,
        item::{Item, Pool},
        sample::{self, Dice, Life},
    };
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not {b} ± {within}");
    }

    fn counts(caught: u32, bad: u32, rejected: u32, good: u32) -> Counts {
        Counts { bad, caught, good, rejected }
    }

    #[test]
    fn the_check_value_of_the_specification_comes_out() {
        let form = counts(7, 8, 2, 8);
        close(form.d_prime(), 1.557, 0.0005);
        close(form.criterion(), -0.189, 0.0005);
        assert_eq!(form.rates(), (7.5 / 9.0, 2.5 / 9.0));
    }

    #[test]
    fn quantiles_are_those_of_the_printed_tables() {
        // Abramowitz & Stegun, table 26.5 and 26.6.
        for (p, x) in [
            (0.5, 0.0),
            (0.6, 0.253_347_10),
            (0.75, 0.674_489_75),
            (0.9, 1.281_551_57),
            (0.95, 1.644_853_63),
            (0.975, 1.959_963_98),
            (0.99, 2.326_347_87),
            (0.999, 3.090_232_31),
            (0.999_9, 3.719_016_49),
            (0.999_999, 4.753_424_31),
        ] {
            close(z(p), x, 2e-7 * x.max(1.0));
            close(z(1.0 - p), -x, 2e-6 * x.max(1.0));
        }
        close(z(1e-20), -9.262_340_09, 2e-6);
    }

    /// The distribution function by Simpson's rule: another way than the one under test.
    fn phi(x: f64) -> f64 {
        let (n, h) = (2_000, x / 2_000.0);
        let density = |t: f64| (-0.5 * t * t).exp() / std::f64::consts::TAU.sqrt();
        let inner: f64 = (1..n).map(|k| density(f64::from(k) * h) * if k % 2 == 1 { 4.0 } else { 2.0 }).sum();
        0.5 + h / 3.0 * (density(0.0) + inner + density(x))
    }

    proptest! {
        #[test]
        fn the_quantile_of_a_probability_has_that_probability(p in 0.000_1f64..0.999_9) {
            prop_assert!((phi(z(p)) - p).abs() < 1e-7, "{} {}", p, phi(z(p)));
            prop_assert!((z(p) + z(1.0 - p)).abs() < 1e-6);
        }

        #[test]
        fn whatever_was_counted_the_estimates_are_numbers_and_swap_their_signs(
            bad in 0u32..200, good in 0u32..200, a in 0u32..200, b in 0u32..200,
        ) {
            let form = counts(a.min(bad), bad, b.min(good), good);
            prop_assert!(form.d_prime().is_finite() && form.criterion().is_finite());
            // Who says the opposite of everything has the opposite d′ and c.
            let swapped = counts(bad - a.min(bad), bad, good - b.min(good), good);
            prop_assert!((form.d_prime() + swapped.d_prime()).abs() < 1e-5);
            prop_assert!((form.criterion() + swapped.criterion()).abs() < 1e-5);
        }
    }

    #[test]
    fn hand_reckoned_answers_of_four_people() {
        // Guessing: no difference, leaning to neither side.
        close(counts(4, 8, 4, 8).d_prime(), 0.0, 1e-9);
        close(counts(4, 8, 4, 8).criterion(), 0.0, 1e-9);
        // All right: z(8.5/9) = 1.593, z(0.5/9) = −1.593.
        close(counts(8, 8, 0, 8).d_prime(), 3.186, 0.001);
        close(counts(8, 8, 0, 8).criterion(), 0.0, 1e-6);
        // « Pas fiable » to all: the most suspicious, and nothing told apart.
        close(counts(8, 8, 8, 8).d_prime(), 0.0, 1e-9);
        close(counts(8, 8, 8, 8).criterion(), -1.593, 0.001);
        // Nothing answered: nothing known.
        close(Counts::default().d_prime(), 0.0, 1e-9);
    }

    /// A form of somebody who tells apart by `d` and leans by `c`: the signal in each item is normal,
    /// bad items d higher, and what is above the criterion is called unreliable.
    fn form(dice: &mut Dice, d: f64, c: f64, items: u32) -> Counts {
        let mut said = |mean: f64| (0..items).filter(|_| mean + dice.normal() > c).count() as u32;
        let (caught, rejected) = (said(d / 2.0), said(-d / 2.0));
        counts(caught, items, rejected, items)
    }

    #[test]
    fn a_simulated_population_gives_back_the_d_prime_and_the_criterion_it_was_made_with() {
        let mut dice = Dice::new(42);
        for (d, c) in [(0.0, 0.0), (1.0, -0.4), (1.5, 0.0), (2.0, 0.3)] {
            // Long forms: the estimate itself, without what few items do to it.
            let many: Vec<Counts> = (0..200).map(|_| form(&mut dice, d, c, 800)).collect();
            let mean =
                |of: fn(&Counts) -> f64| Estimate::mean(&many.iter().map(of).collect::<Vec<_>>()).unwrap();
            let (d_hat, c_hat) = (mean(|form| form.d_prime()), mean(|form| form.criterion()));
            close(d_hat.value, d, 0.02);
            close(c_hat.value, c, 0.02);
            assert!(d_hat.high - d_hat.low < 0.04);
        }
    }

    #[test]
    fn eight_and_eight_items_say_of_one_person_no_more_than_the_specification_admits() {
        let mut dice = Dice::new(7);
        let people: Vec<f64> = (0..4_000).map(|_| form(&mut dice, 1.5, 0.0, 8).d_prime()).collect();
        let mean = people.iter().sum::<f64>() / people.len() as f64;
        let variance = people.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / people.len() as f64;
        close(variance.sqrt(), 0.63, 0.03);
        // Reckoned from the binomial distribution itself, not by dice.
        let hit = phi(0.75);
        let choose = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0];
        let weight = |k: usize, p: f64| {
            choose[k] * p.powi(i32::try_from(k).unwrap()) * (1.0 - p).powi(8 - i32::try_from(k).unwrap())
        };
        let mut exact = 0.0;
        for h in 0..=8usize {
            for f in 0..=8usize {
                let d = counts(h as u32, 8, f as u32, 8).d_prime();
                exact += weight(h, hit) * weight(f, 1.0 - hit) * d;
            }
        }
        close(mean, exact, 0.03);
    }

    #[test]
    fn the_interval_of_a_group_holds_the_truth_about_as_often_as_it_says() {
        let mut dice = Dice::new(1);
        let (mut held, groups) = (0, 2_000);
        for _ in 0..groups {
            let values: Vec<f64> = (0..20).map(|_| 1.2 + 0.6 * dice.normal()).collect();
            let estimate = Estimate::mean(&values).unwrap();
            held += u32::from(estimate.low <= 1.2 && 1.2 <= estimate.high);
        }
        close(f64::from(held) / f64::from(groups), 0.95, 0.015);
    }

    #[test]
    fn nothing_is_said_of_fewer_than_twenty_patients() {
        assert_eq!(Estimate::mean(&[1.5; 19]), None);
        assert_eq!(Estimate::share(3, 19), None);
        assert!(Estimate::mean(&[1.5; 20]).is_some());
        assert!(Estimate::share(21, 20).is_none());
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        for (freedom, t) in [(19.0, 2.093_02), (29.0, 2.045_23), (59.0, 2.001_00), (120.0, 1.979_93)] {
            close(t_975(freedom), t, 0.000_1);
        }
        // Mean 2, standard deviation 1.02598 of twenty: half the interval is 2.09302 · s / √20.
        let values: Vec<f64> = (0..20).map(|n| if n % 2 == 0 { 1.0 } else { 3.0 }).collect();
        let estimate = Estimate::mean(&values).unwrap();
        close(estimate.value, 2.0, 1e-12);
        close(estimate.high - 2.0, 2.093_02 * 1.025_978 / 20f64.sqrt(), 0.000_1);
        // Wilson for 10 of 20: 0.2993 to 0.7007.
        let share = Estimate::share(10, 20).unwrap();
        close(share.low, 0.2993, 0.0002);
        close(share.high, 0.7007, 0.0002);
        assert_eq!(Estimate::share(0, 40).unwrap().low, 0.0);
    }

    fn of(verdict: Verdict) -> impl Fn(&&Item) -> bool {
        move |i| i.pool == Pool::Train && i.verdict == verdict
    }

    #[test]
    fn counts_say_what_was_caught_and_what_was_wrongly_rejected() {
        let bank = sample::bank();
        let mut answers = Vec::new();
        for (n, item) in bank.items.iter().filter(of(Verdict::Unreliable)).take(8).enumerate() {
            answers.push(sample::answer(item, n < 6, None));
        }
        for (n, item) in bank.items.iter().filter(of(Verdict::Reliable)).take(8).enumerate() {
            answers.push(sample::answer(item, n < 7, None));
        }
        let counts = Counts::of(&answers);
        assert_eq!(counts, super::Counts { bad: 8, caught: 6, good: 8, rejected: 1 });
        assert_eq!(counts.recognised(), 7);
    }

    #[test]
    fn one_strength_and_one_rule_to_read_again_are_told() {
        let bank = sample::bank();
        let bad: Vec<_> = bank.items.iter().filter(of(Verdict::Unreliable)).collect();
        let with = |cue: Cue| bad.iter().filter(move |i| decisive(i).contains(&cue)).copied();
        let mut answers: Vec<_> = with(Cue::Pain).take(3).map(|i| sample::answer(i, true, None)).collect();
        answers.extend(with(Cue::Promise).take(2).map(|i| sample::answer(i, true, None)));
        answers.extend(with(Cue::Care).take(3).map(|i| sample::answer(i, false, None)));
        answers.extend(
            with(Cue::Speaker).take(3).zip([true, true, false]).map(|(i, r)| sample::answer(i, r, None)),
        );
        let found = Found::of(&bank, &answers);
        assert_eq!((found.strength, found.revise), (Some(Cue::Pain), Some(Cue::Care)));
        let all_right: Vec<_> = with(Cue::Pain).map(|i| sample::answer(i, true, None)).collect();
        assert_eq!(Found::of(&bank, &all_right).revise, None);
        let all_wrong: Vec<_> = with(Cue::Pain).map(|i| sample::answer(i, false, None)).collect();
        assert_eq!(Found::of(&bank, &all_wrong).strength, None);
        assert_eq!(Found::of(&bank, &[]).revise, None);
    }

    #[test]
    fn wrong_rejections_of_professionals_are_counted_apart() {
        let bank = sample::bank();
        let good: Vec<_> = bank.items.iter().filter(of(Verdict::Reliable)).collect();
        let answers: Vec<_> = good.iter().map(|i| sample::answer(i, !i.professional, None)).collect();
        let professional = good.iter().filter(|i| i.professional).count() as u32;
        assert!(professional > 2);
        assert_eq!(professionals(&bank, &answers), (professional, professional));
        assert_eq!(Counts::of(&answers).rejected, professional);
        let bad: Vec<_> = bank.items.iter().filter(of(Verdict::Unreliable)).collect();
        let bad: Vec<_> = bad.iter().map(|i| sample::answer(i, false, None)).collect();
        assert_eq!(professionals(&bank, &bad), (0, 0));
    }

    #[test]
    fn being_sure_and_being_right_are_laid_side_by_side() {
        let bank = sample::bank();
        let say = |right, confidence| sample::answer(&bank.items[0], right, confidence);
        let answers = [
            say(true, Some(Confidence::Sure)),
            say(false, Some(Confidence::Sure)),
            say(true, Some(Confidence::RatherSure)),
            say(true, Some(Confidence::Guess)),
            say(false, None),
        ];
        let calibration = Calibration::of(&answers);
        assert_eq!(calibration.levels, [(1, 1), (1, 1), (2, 1)]);
        // (0.05² + 0.95² + 0.25² + 0.5²) / 4
        close(calibration.brier.unwrap(), (0.0025 + 0.9025 + 0.0625 + 0.25) / 4.0, 1e-12);
        assert_eq!(Calibration::of(&answers[4..]).brier, None);
    }

    #[test]
    fn the_clinic_is_told_whether_it_was_done_and_what_to_talk_about() {
        let bank = sample::bank();
        let mut life = Life::new(2);
        assert_eq!(ToTell::of(&bank, &life.history()), None);
        let bad = |i: &Item| i.verdict == Verdict::Unreliable;
        let miss = |i: &Item| if bad(i) { Verdict::Reliable } else { i.verdict };
        life.session(&bank, |i| (miss(i), None));
        let told = ToTell::of(&bank, &life.history()).unwrap();
        assert!(told.done && !told.cues.is_empty() && told.cues.len() <= 3);
        assert!(told.cues.iter().all(|cue| cue.is_grave()), "traps were missed: {:?}", told.cues);
        let mut begun = Life::new(3);
        begun.answer(&bank.items[0], "s", Some(Moment::Before), true, None);
        assert_eq!(ToTell::of(&bank, &begun.history()), Some(ToTell { done: false, cues: vec![] }));
    }
}
