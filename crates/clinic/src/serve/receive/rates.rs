//! How often one kit's phone may ask: a bucket that fills with time. A phone on a bad line asks
//! often, so the limits are wide; they stop a program, not a patient.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Buckets, one a kit.
pub struct Rates {
    capacity: f64,
    per_second: f64,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Rates {
    /// At most `count` in `seconds`, at any speed within them.
    pub fn new(count: u32, seconds: u32) -> Self {
        let capacity = f64::from(count.max(1));
        Rates { capacity, per_second: capacity / f64::from(seconds.max(1)), buckets: Mutex::default() }
    }

    /// Whether so many more are allowed; if not, the seconds to wait. What is more than a full bucket
    /// passes when the bucket is full.
    pub fn ask(&self, kit_id: &str, amount: u64, now: Instant) -> Result<(), u64> {
        let amount = (amount as f64).min(self.capacity);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // A full bucket says nothing: the table stays as small as what is going on.
        buckets.retain(|_, (left, at)| self.filled(*left, *at, now) < self.capacity);
        let (left, at) = buckets.get(kit_id).copied().unwrap_or((self.capacity, now));
        let left = self.filled(left, at, now);
        if left < amount {
            return Err(((amount - left) / self.per_second).ceil() as u64);
        }
        buckets.insert(kit_id.to_owned(), (left - amount, now));
        Ok(())
    }

    fn filled(&self, left: f64, at: Instant, now: Instant) -> f64 {
        (left + now.saturating_duration_since(at).as_secs_f64() * self.per_second).min(self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_with_use_fills_with_time_and_is_one_kits_own() {
        let rates = Rates::new(3, 60);
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(rates.ask("a", 1, now), Ok(()));
        }
        assert_eq!(rates.ask("a", 1, now), Err(20));
        assert_eq!(rates.ask("b", 1, now), Ok(()));
        assert_eq!(rates.ask("a", 1, now + Duration::from_secs(21)), Ok(()));
        assert_eq!(rates.ask("c", 99, now + Duration::from_secs(3600)), Ok(()));
        assert_eq!(rates.buckets.lock().unwrap().len(), 1);
    }
}
