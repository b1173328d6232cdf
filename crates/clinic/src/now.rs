//! The moment, as this machine's clock and wall tell it.

use care::{calendar::Day, outbox::erasure_day};

/// A moment and the place where it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// UTC milliseconds.
    pub ms: i64,
    /// Minutes east of Greenwich.
    pub offset_min: i32,
}

impl Now {
    /// The moment on this machine, in its time zone.
    pub fn here() -> Self {
        let now = jiff::Zoned::now();
        Now { ms: now.timestamp().as_millisecond(), offset_min: now.offset().seconds() / 60 }
    }

    /// The day.
    pub fn today(self) -> Day {
        self.day_of(self.ms)
    }

    /// The day of another moment, UTC milliseconds, in the same place.
    pub fn day_of(self, ms: i64) -> Day {
        Day::of(ms, self.offset_min)
    }

    /// Whether the day has come on which what arrived then is erased.
    pub fn erases(self, arrived_ms: i64, keep_days: u32) -> bool {
        erasure_day(self.day_of(arrived_ms), keep_days) <= self.today()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_goes_with_the_first_moment_of_the_day_that_the_phone_names() {
        // Paris in winter: the day begins an hour before that of Greenwich.
        let at = |day: i64, minute: i64| (day * 1440 + minute - 60) * 60_000;
        let erases = |ms: i64, arrived_ms: i64| Now { ms, offset_min: 60 }.erases(arrived_ms, 30);
        for arrived in [at(100, 0), at(100, 720), at(101, 0) - 1] {
            assert!(!erases(at(130, 0) - 1, arrived), "the last moment of the day before");
            assert!(erases(at(130, 0), arrived));
        }
        assert!(!erases(at(130, 1439), at(101, 0)), "it arrived a day later");
    }
}
