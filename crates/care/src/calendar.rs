//! Days as people live them. A day is a local date; no time-zone database is needed because
//! every event stores the date that the phone showed.

use crate::json::{Json, JsonError, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use time::{Date, Duration, Month};

/// A calendar day, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date written YYYY-MM-DD")]
pub struct NotADay;

impl Day {
    /// The day in year, month (1–12), day (1–31).
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, NotADay> {
        let month = Month::try_from(month).map_err(|_| NotADay)?;
        Date::from_calendar_date(year, month, day).map(Day).map_err(|_| NotADay)
    }

    /// The local day of a moment: UTC milliseconds and the offset from UTC in minutes
    /// (positive east of Greenwich). Moments out of range are clamped.
    pub fn of(utc_ms: i64, offset_min: i32) -> Self {
        let secs = utc_ms.div_euclid(1000).saturating_add(i64::from(offset_min) * 60);
        let days = secs.div_euclid(86_400).clamp(-1_000_000, 1_000_000);
        let epoch = Date::from_ordinal_date(1970, 1).unwrap_or(Date::MIN);
        Day(epoch.saturating_add(Duration::days(days)))
    }

    /// This day, `n` days later (earlier when negative).
    pub fn plus(self, n: i64) -> Self {
        Day(self.0.saturating_add(Duration::days(n)))
    }

    /// Whole days from `earlier` to `self`; negative when `self` comes first.
    pub fn days_since(self, earlier: Day) -> i64 {
        (self.0 - earlier.0).whole_days()
    }

    /// The Monday of this day's week: weeks run from Monday to Sunday (ISO 8601).
    pub fn monday(self) -> Self {
        self.plus(-i64::from(self.0.weekday().number_days_from_monday()))
    }

    /// Year, month 1–12 and day 1–31, for a screen to write in words.
    pub fn parts(self) -> (i32, u8, u8) {
        (self.0.year(), self.0.month().into(), self.0.day())
    }
}

/// The time of day that a clock on the wall showed: hour, minute, second. UTC milliseconds, and minutes
/// east of Greenwich.
pub fn clock(utc_ms: i64, offset_min: i32) -> (u32, u32, u32) {
    let seconds = utc_ms.div_euclid(1000).saturating_add(i64::from(offset_min) * 60).rem_euclid(86_400);
    let seconds = u32::try_from(seconds).unwrap_or(0);
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.parts();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(s: &str) -> Result<Self, NotADay> {
        let b = s.as_bytes();
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' || !s.is_ascii() {
            return Err(NotADay);
        }
        let part = |r: std::ops::Range<usize>| -> Result<u16, NotADay> {
            if b[r.clone()].iter().all(u8::is_ascii_digit) {
                s[r].parse().map_err(|_| NotADay)
            } else {
                Err(NotADay)
            }
        };
        let (y, m, d) = (part(0..4)?, part(5..7)?, part(8..10)?);
        Day::new(i32::from(y), u8::try_from(m).map_err(|_| NotADay)?, u8::try_from(d).map_err(|_| NotADay)?)
    }
}

impl Json for Day {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        value.as_str().and_then(|s| s.parse().ok()).ok_or(JsonError::Field("value"))
    }
    fn to_json(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = std::borrow::Cow::<str>::deserialize(d)?;
        s.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_is_the_local_one_at_midnight() {
        // 2026-03-01T23:30Z is already 2 March in Paris.
        let ms = 1_772_407_800_000;
        assert_eq!(Day::of(ms, 0).to_string(), "2026-03-01");
        assert_eq!(Day::of(ms, 60).to_string(), "2026-03-02");
    }

    #[test]
    fn a_week_begins_on_monday_across_months_and_years() {
        let monday = |day: &str| day.parse::<Day>().unwrap().monday().to_string();
        assert_eq!(monday("2026-11-22"), "2026-11-16", "a Sunday ends its week");
        assert_eq!(monday("2026-11-23"), "2026-11-23");
        assert_eq!(monday("2027-01-01"), "2026-12-28");
    }

    #[test]
    fn what_is_not_a_day_is_refused() {
        for s in ["", "2026-3-01", "2026-02-30", "2026-13-01", "+026-01-01", "2026-01-01T00:00", "２026-01-1"]
        {
            assert!(s.parse::<Day>().is_err(), "{s}");
        }
    }

    proptest! {
        #[test]
        fn a_day_survives_text_and_arithmetic(n in -300_000i64..300_000, ms in any::<i64>(), off in -900i32..900) {
            let d = Day::of(0, 0).plus(n);
            if (0..=9999).contains(&d.parts().0) {
                prop_assert_eq!(d.to_string().parse::<Day>(), Ok(d));
                prop_assert_eq!(d.days_since(Day::of(0, 0)), n);
            }
            let _ = Day::of(ms, off);
        }
    }
}
