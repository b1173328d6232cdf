//! Three parallel forms, to see whether the quiz helps: before, after, and a month later. Optional, in
//! two sittings of eight, without a word on right or wrong until the end.
//!
//! Which form comes when follows a Latin square: over three patients each form comes once at each
//! moment, so that an easier form cannot pass for progress. The row is drawn when the first form
//! begins; that form, in the journal, tells the row from then on.

use super::{
    estimate::Counts,
    history::{Begun, History, Moment, mixed},
    item::{Bank, Item, Pool, Verdict},
};
use crate::{calendar::Day, fingerprint};

/// Items of a form, half of them good.
pub const FORM: usize = 16;
/// Items of a sitting, half of them good.
pub const SITTING: usize = 8;
/// Answers in sessions after which the form « after » is offered: four sessions, half of the training
/// items of the bank.
pub const TRAINED: usize = 24;
/// Days from the training's end to the third form.
pub const LATER_DAYS: i64 = 30;
/// Days after that on which the third form may still be filled in: appointments are a week or two apart,
/// and what is measured much later is no D+30 any more.
pub const GRACE_DAYS: i64 = 14;
/// The last day, from the training's end, on which the third form is offered.
pub const CLOSED_DAYS: i64 = LATER_DAYS + GRACE_DAYS;

/// The rows of the Latin square.
const SQUARE: [[Pool; 3]; 3] =
    [[Pool::A, Pool::B, Pool::C], [Pool::B, Pool::C, Pool::A], [Pool::C, Pool::A, Pool::B]];

/// A form that may be begun or gone on with.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer<'b> {
    /// Before, after or later.
    pub moment: Moment,
    /// A, B or C: for [`super::Learning::FormStarted`].
    pub form: Pool,
    /// Whether it was begun.
    pub begun: bool,
    /// Items that were answered, of [`FORM`].
    pub done: usize,
    /// The next item, once it was begun.
    pub next: Option<&'b Item>,
}

impl Offer<'_> {
    /// The first sitting (1) or the second (2).
    pub fn sitting(&self) -> usize {
        self.done / SITTING + 1
    }

    /// Whether a sitting has just ended, with one to come: the moment for a rest.
    pub fn at_rest(&self) -> bool {
        self.done == SITTING
    }
}

/// The form that is offered today, if any. `seed` draws the row when none was begun: the caller's
/// random number, of which nothing else depends.
pub fn offered<'b>(bank: &'b Bank, history: &History, today: Day, seed: u64) -> Option<Offer<'b>> {
    let moment = Moment::ALL.into_iter().find(|moment| is_open(history, *moment, today))?;
    let begun = history.forms.iter().find(|f| f.moment == moment);
    let form = begun.map_or_else(|| form_of(history, moment, seed), |begun| begun.form);
    let (mut done, mut next) = (0, None);
    if let Some(begun) = begun {
        let answers = history.form(moment);
        let order = order(bank, begun);
        done = answers.len().min(FORM);
        next = order.into_iter().find(|item| !answers.iter().any(|a| a.item == item.id));
    }
    // Without a bank that has the form there is nothing to offer.
    let whole = bank.items.iter().filter(|item| item.pool == form).count() >= FORM;
    whole.then_some(Offer { moment, form, begun: begun.is_some(), done, next })
}

/// Whether a form was filled in: all was answered, or the journal says so.
pub fn is_filled(history: &History, moment: Moment) -> bool {
    history.form(moment).len() >= FORM
        || history.forms.iter().any(|f| f.moment == moment && f.finished.is_some())
}

/// Whether the items of the forms serve to train. They do once the third form is filled in; else once D+30
/// has passed, where it would have nothing to be compared with, for neither of the first two was filled
/// in; else once D+30 and [`GRACE_DAYS`] have passed, for then it comes too late.
pub fn released(history: &History, today: Day) -> bool {
    let days = trained_on(history).map_or(0, |on| today.days_since(on));
    let last = if is_wanted(history) { CLOSED_DAYS } else { LATER_DAYS };
    is_filled(history, Moment::Later) || days > last
}

/// Whether the third form has something to be compared with, or was begun all the same.
fn is_wanted(history: &History) -> bool {
    let begun = history.forms.iter().any(|f| f.moment == Moment::Later);
    begun || [Moment::Before, Moment::After].iter().any(|moment| is_filled(history, *moment))
}

fn is_open(history: &History, moment: Moment, today: Day) -> bool {
    if is_filled(history, moment) {
        return false;
    }
    let trained = trained_on(history);
    match moment {
        // What was learnt cannot be unlearnt: a first form left in the middle stays there.
        Moment::Before => history.trained().next().is_none(),
        Moment::After => trained.is_some_and(|on| today.days_since(on) < LATER_DAYS),
        Moment::Later => {
            let in_time = |on| (LATER_DAYS..=CLOSED_DAYS).contains(&today.days_since(on));
            is_wanted(history) && trained.is_some_and(in_time)
        }
    }
}

/// The day on which the training was through, or the form « after » filled in.
fn trained_on(history: &History) -> Option<Day> {
    let answers = history.form(Moment::After);
    let after = (answers.len() >= FORM).then(|| answers.last().map(|a| a.day)).flatten();
    after.or_else(|| history.trained().nth(TRAINED - 1).map(|a| a.day))
}

/// Which form comes at a moment.
fn form_of(history: &History, moment: Moment, seed: u64) -> Pool {
    let drawn = usize::try_from(seed % 3).unwrap_or(0);
    let row = history
        .forms
        .first()
        .and_then(|first| SQUARE.iter().position(|row| row[first.moment as usize] == first.form));
    SQUARE[row.unwrap_or(drawn)][moment as usize]
}

/// The items of a form in the order in which this patient gets them: half of each sitting good, and
/// otherwise as chance has it, the same after every reload.
pub fn order<'b>(bank: &'b Bank, begun: &Begun) -> Vec<&'b Item> {
    let number = |item: &Item| mixed(fingerprint::number(begun.id.bytes().chain([0]).chain(item.id.bytes())));
    let mut halves = [Verdict::Reliable, Verdict::Unreliable].map(|verdict| {
        let of_form = |item: &&Item| item.pool == begun.form && item.verdict == verdict;
        let mut items: Vec<&Item> = bank.items.iter().filter(of_form).collect();
        items.sort_by_key(|item| number(item));
        items.truncate(FORM / 2);
        items.into_iter()
    });
    let mut order = Vec::with_capacity(FORM);
    for _ in 0..FORM / SITTING {
        let mut sitting: Vec<&Item> = halves.iter_mut().flat_map(|half| half.take(SITTING / 2)).collect();
        sitting.sort_by_key(|item| mixed(number(item)));
        order.extend(sitting);
    }
    order
}

/// What the forms that were filled in found, in their order, to be read side by side.
pub fn results(history: &History) -> Vec<(Moment, Counts)> {
    let of = |moment: Moment| {
        let answers = history.form(moment);
        (answers.len() >= FORM).then(|| (moment, Counts::of(answers)))
    };
    Moment::ALL.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{
        history::Learning,
        sample::{self, Life},
    };
    use super::*;
    use proptest::prelude::*;

    fn fill(life: &mut Life, bank: &Bank, moment: Moment, upto: usize) {
        for _ in 0..upto {
            let offer = offered(bank, &life.history(), life.today, 0).unwrap();
            assert_eq!(offer.moment, moment);
            if !offer.begun {
                life.write(&Learning::FormStarted { moment, form: offer.form });
                continue;
            }
            let item = offer.next.unwrap();
            life.answer(item, "", Some(moment), true, None);
        }
    }

    #[test]
    fn over_three_patients_each_form_comes_once_at_each_moment() {
        let empty = History::default();
        for moment in Moment::ALL {
            let mut forms: Vec<Pool> = (0..3).map(|seed| form_of(&empty, moment, seed)).collect();
            forms.sort();
            assert_eq!(forms, [Pool::A, Pool::B, Pool::C]);
        }
    }

    #[test]
    fn the_first_form_tells_the_row_of_the_others_whatever_is_drawn_later() {
        for (moment, first) in [(0, Moment::Before), (1, Moment::After)] {
            for row in SQUARE {
                let mut life = Life::new(1);
                life.write(&Learning::FormStarted { moment: first, form: row[moment] });
                for seed in 0..9 {
                    let forms = Moment::ALL.map(|m| form_of(&life.history(), m, seed));
                    assert_eq!(forms, row);
                }
            }
        }
    }

    #[test]
    fn a_form_is_two_sittings_of_eight_each_half_good_and_goes_on_where_it_was_left() {
        let bank = sample::bank();
        let mut life = Life::new(1);
        fill(&mut life, &bank, Moment::Before, 1 + 5);
        let offer = offered(&bank, &life.history(), life.today, 9).unwrap();
        assert_eq!((offer.done, offer.sitting(), offer.at_rest()), (5, 1, false));
        fill(&mut life, &bank, Moment::Before, 3);
        life.today = life.today.plus(1);
        let offer = offered(&bank, &life.history(), life.today, 9).unwrap();
        assert_eq!((offer.done, offer.sitting(), offer.at_rest()), (8, 2, true));
        fill(&mut life, &bank, Moment::Before, 8);
        assert!(is_filled(&life.history(), Moment::Before));
        assert_eq!(offered(&bank, &life.history(), life.today, 9), None);
        let answers = life.history().answers;
        for sitting in answers.chunks(SITTING) {
            let good = sitting.iter().filter(|a| a.verdict == Verdict::Reliable).count();
            assert_eq!(good, SITTING / 2, "all were right, so half was called good");
        }
    }

    #[test]
    fn the_first_form_comes_before_training_the_second_after_it_the_third_a_month_later() {
        let bank = sample::bank();
        let mut life = Life::new(1);
        let moment = |life: &Life| offered(&bank, &life.history(), life.today, 0).map(|o| o.moment);
        assert_eq!(moment(&life), Some(Moment::Before));
        life.train(&bank, 3, |_| true);
        assert_eq!(moment(&life), None);
        life.train(&bank, 1, |_| true);
        let done = life.today;
        assert_eq!(moment(&life), Some(Moment::After));
        for (days, expected) in [(29, Some(Moment::After)), (30, None)] {
            life.today = done.plus(days);
            assert_eq!(moment(&life), expected, "{days}, with nothing to compare");
        }
        life.today = done;
        fill(&mut life, &bank, Moment::After, 1 + 16);
        for (days, expected) in [(29, None), (30, Some(Moment::Later)), (44, Some(Moment::Later)), (45, None)]
        {
            life.today = done.plus(days);
            assert_eq!(moment(&life), expected, "{days}");
        }
    }

    #[test]
    fn the_forms_join_training_when_nothing_more_is_measured() {
        let bank = sample::bank();
        let mut life = Life::new(1);
        assert!(!released(&life.history(), life.today.plus(1_000)));
        life.train(&bank, 4, |_| true);
        let done = life.today;
        assert!(!released(&life.history(), done.plus(30)));
        assert!(released(&life.history(), done.plus(31)), "none was ever begun");
        fill(&mut life, &bank, Moment::After, 1 + 15);
        assert!(released(&life.history(), done.plus(31)), "none was filled in");
        fill(&mut life, &bank, Moment::After, 1);
        assert!(!released(&life.history(), done.plus(44)));
        assert!(released(&life.history(), done.plus(45)));
        life.today = done.plus(35);
        fill(&mut life, &bank, Moment::Later, 1 + 16);
        assert!(released(&life.history(), life.today));
    }

    #[test]
    fn forms_are_read_side_by_side_once_they_are_filled_in() {
        let bank = sample::bank();
        let mut life = Life::new(1);
        fill(&mut life, &bank, Moment::Before, 1 + 15);
        assert_eq!(results(&life.history()), []);
        fill(&mut life, &bank, Moment::Before, 1);
        life.train(&bank, 4, |_| true);
        fill(&mut life, &bank, Moment::After, 1 + 16);
        let all = Counts { bad: 8, caught: 8, good: 8, rejected: 0 };
        assert_eq!(results(&life.history()), [(Moment::Before, all), (Moment::After, all)]);
    }

    proptest! {
        #[test]
        fn forms_serve_to_train_after_d_30_and_never_while_one_of_them_is_offered(
            filled in prop::array::uniform3(0usize..=17), trained in 0usize..6, days in 0i64..70, seed in any::<u64>(),
        ) {
            let bank = sample::bank();
            let mut life = Life::new(1);
            let open = |life: &Life, m: Moment| is_open(&life.history(), m, life.today);
            fill(&mut life, &bank, Moment::Before, filled[0]);
            life.train(&bank, trained, |_| true);
            if open(&life, Moment::After) {
                fill(&mut life, &bank, Moment::After, filled[1]);
            }
            let done = trained_on(&life.history());
            life.today = life.today.plus(days);
            if open(&life, Moment::Later) {
                fill(&mut life, &bank, Moment::Later, filled[2]);
            }
            let history = life.history();
            let free = released(&history, life.today);
            let since = done.map_or(0, |on| life.today.days_since(on));
            prop_assert!(!free || since > LATER_DAYS || is_filled(&history, Moment::Later));
            prop_assert!(free || since <= CLOSED_DAYS);
            prop_assert!(!free || offered(&bank, &history, life.today, seed).is_none());
            // What was released stays so.
            prop_assert!(!free || released(&history, life.today.plus(1)));
        }

        #[test]
        fn every_order_holds_the_whole_form_half_good_in_each_sitting(random in any::<u64>(), form in 0usize..3) {
            let bank = sample::bank();
            let form = SQUARE[0][form];
            let begun = Begun { id: random.to_string(), moment: Moment::Before, form, finished: None };
            let order = order(&bank, &begun);
            let mut ids: Vec<_> = order.iter().map(|i| i.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), FORM);
            for sitting in order.chunks(SITTING) {
                prop_assert_eq!(sitting.iter().filter(|i| i.verdict == Verdict::Reliable).count(), SITTING / 2);
                prop_assert!(sitting.iter().all(|i| i.pool == form));
            }
        }
    }

    #[test]
    fn two_patients_get_a_form_in_two_orders() {
        let bank = sample::bank();
        let of = |id: &str| {
            let begun = Begun { id: id.into(), moment: Moment::Before, form: Pool::A, finished: None };
            order(&bank, &begun).iter().map(|i| i.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of("x"), of("x"));
        assert_ne!(of("x"), of("y"));
    }
}
