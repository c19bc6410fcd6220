//! The month that a key is for.

use std::fmt;

use chrono::{DateTime, Datelike};
use weir_domain::Timestamp;

/// A calendar month in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(u16);

impl Period {
    /// Before every month that a log can hold.
    pub const MIN: Period = Period(0);

    /// The month that `at` lies in. What is before year 0 or after year 5460 is of the first or last.
    #[must_use]
    pub fn of(at: Timestamp) -> Period {
        let Some(at) = DateTime::from_timestamp_micros(at.as_micros()) else {
            return if at < Timestamp::from_micros(0) { Period::MIN } else { Period(u16::MAX) };
        };
        let months = i64::from(at.year()) * 12 + i64::from(at.month0());
        Period::of_number(months)
    }

    /// The month so many months before.
    #[must_use]
    pub const fn back(self, months: u16) -> Period {
        Period(self.0.saturating_sub(months))
    }

    pub(crate) fn of_number(months: i64) -> Period {
        Period(u16::try_from(months.clamp(0, i64::from(u16::MAX))).unwrap_or(u16::MAX))
    }

    pub(crate) const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[track_caller]
    fn check(at: &str, want: &str) {
        assert_eq!(Period::of(at.parse().unwrap()).to_string(), want);
    }

    #[test]
    fn a_period_is_a_month_in_utc() {
        check("2026-01-05T09:14:02Z", "2026-01");
        check("2026-01-31T23:59:59.999999Z", "2026-01");
        check("2026-02-01T00:30:00+01:00", "2026-01");
        check("2025-12-01T00:00:00Z", "2025-12");
    }

    #[test]
    fn months_back_go_over_the_year() {
        let january = Period::of("2026-01-05T09:14:02Z".parse().unwrap());
        assert_eq!(january.back(1).to_string(), "2025-12");
        assert_eq!(january.back(24).to_string(), "2024-01");
        assert_eq!(january.back(u16::MAX), Period::MIN);
    }
}
