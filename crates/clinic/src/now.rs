//! The moment, as this machine's clock and wall tell it.

use care::{calendar::Day, outbox::erasure_day};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A moment and the place where it is looked at.
#[derive(Clone, Debug)]
pub struct Now {
    /// UTC milliseconds.
    pub ms: i64,
    /// Of this place, for every moment: a day in summer began an hour earlier than one in winter.
    zone: TimeZone,
}

impl Now {
    /// The moment on this machine, in its time zone.
    pub fn here() -> Self {
        let now = Zoned::now();
        Now { ms: now.timestamp().as_millisecond(), zone: now.time_zone().clone() }
    }

    /// The day.
    pub fn today(&self) -> Day {
        self.day_of(self.ms)
    }

    /// The day of another moment, UTC milliseconds, in the same place.
    pub fn day_of(&self, ms: i64) -> Day {
        // Milliseconds beyond the calendar, which no clock tells, have a day nevertheless.
        let offset = Timestamp::from_millisecond(ms).map_or(0, |at| self.zone.to_offset(at).seconds());
        Day::of(ms, offset / 60)
    }

    /// Whether the day has come on which what arrived then is erased.
    pub fn erases(&self, arrived_ms: i64, keep_days: u32) -> bool {
        erasure_day(self.day_of(arrived_ms), keep_days) <= self.today()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paris, by its rule alone: the machine's list of places is not needed.
    fn paris(ms: i64) -> Now {
        Now { ms, zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap() }
    }

    #[test]
    fn what_arrived_goes_with_the_first_moment_of_the_day_that_the_phone_names() {
        // In winter the day begins an hour before that of Greenwich; day 365 is the first of January.
        let at = |day: i64, minute: i64| ((365 + day) * 1440 + minute - 60) * 60_000;
        let erases = |ms: i64, arrived_ms: i64| paris(ms).erases(arrived_ms, 30);
        for arrived in [at(10, 0), at(10, 720), at(11, 0) - 1] {
            assert!(!erases(at(40, 0) - 1, arrived), "the last moment of the day before");
            assert!(erases(at(40, 0), arrived));
        }
        assert!(!erases(at(40, 1439), at(11, 0)), "it arrived a day later");
    }

    #[test]
    fn a_day_in_summer_is_told_by_the_clock_of_summer_also_in_winter() {
        // 20 July 2026, 22:30 in Greenwich, is half past midnight on the 21st; looked at on 23 November.
        let arrived = 1_784_586_600_000;
        assert_eq!(paris(1_795_420_800_000).day_of(arrived).to_string(), "2026-07-21");
        assert_eq!(paris(1_795_420_800_000).today().to_string(), "2026-11-23");
    }
}
