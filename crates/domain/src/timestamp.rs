//! An instant, in microseconds.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant: microseconds since 1970-01-01T00:00:00Z, as the log keeps it.
///
/// Prints as RFC 3339 in UTC, with six digits of fraction where the fraction is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is no RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an RFC 3339 instant such as 2026-01-05T09:14:02.113Z")]
pub struct TimestampError {
    text: String,
}

impl Timestamp {
    /// Before every instant that a log can hold.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// After every instant that a log can hold; in columns it stands for "never".
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    #[inline]
    pub const fn from_micros(us: i64) -> Timestamp {
        Timestamp(us)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The instant `us` microseconds later; stops at the ends of what can be held.
    #[must_use]
    #[inline]
    pub const fn plus_us(self, us: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(us))
    }

    /// Microseconds from `earlier` to this instant; negative if it lies before.
    #[must_use]
    #[inline]
    pub const fn since_us(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Timestamp {
        Timestamp(at.timestamp_micros())
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 with any offset; digits beyond the microsecond are cut off.
    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        DateTime::parse_from_rfc3339(text).map(|at| Timestamp(at.timestamp_micros())).map_err(
            |_| TimestampError {
                text: text.chars().take(64).flat_map(char::escape_debug).collect(),
            },
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.0.rem_euclid(1_000_000) == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Micros
        };
        match DateTime::from_timestamp_micros(self.0) {
            Some(at) => f.write_str(&at.to_rfc3339_opts(format, true)),
            // Outside the calendar (MIN, MAX): the number is all that can be said.
            None => write!(f, "{} us", self.0),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), want);
    }

    #[test]
    fn an_instant_prints_in_utc_with_a_fraction_only_where_there_is_one() {
        check("2026-01-05T09:14:02Z", "2026-01-05T09:14:02Z");
        check("2026-01-05T09:14:02.113Z", "2026-01-05T09:14:02.113000Z");
        check("2026-01-05T11:14:02+02:00", "2026-01-05T09:14:02Z");
        check("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn what_is_no_instant_is_named() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err().to_string();
        assert!(error.contains("`yesterday`"), "{error}");
    }
}
