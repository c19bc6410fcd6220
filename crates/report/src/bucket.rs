//! The periods of a trend, in the report's time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Zoned};
use weir_domain::Timestamp;

use crate::{Query, Zone};

/// How many buckets a trend may have: five years by the hour.
pub const BUCKETS_MAX: usize = 50_000;

/// The length of a trend's periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bucket {
    /// A clock hour.
    Hour,
    /// A calendar day.
    #[default]
    Day,
    /// An ISO week: Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// A range that has no buckets that could be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// The calendar ends before the range does.
    #[error("the range reaches beyond the calendar (years 1 to 9998)")]
    OutOfCalendar,
    /// There would be more than [`BUCKETS_MAX`].
    #[error(
        "the range has more than {BUCKETS_MAX} buckets of one {0}; choose a longer bucket or a shorter range"
    )]
    TooMany(Bucket),
}

/// The buckets of a range, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// Where each begins, in microseconds; the first may begin before the range does.
    pub starts_us: Vec<i64>,
    /// What each is called in the report.
    pub labels: Vec<String>,
}

impl Bucket {
    /// Every bucket, in the order in which a form offers them.
    pub const ALL: [Bucket; 4] = [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month];

    /// The name in flags, queries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bucket::Hour => "hour",
            Bucket::Day => "day",
            Bucket::Week => "week",
            Bucket::Month => "month",
        }
    }

    fn first_day(self, day: Date) -> Date {
        match self {
            Bucket::Hour | Bucket::Day => day,
            Bucket::Week => {
                day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
            }
            Bucket::Month => day.first_of_month(),
        }
    }

    fn next_day(self, day: Date) -> Option<Date> {
        let span = match self {
            Bucket::Hour | Bucket::Day => 1.day(),
            Bucket::Week => 1.week(),
            Bucket::Month => 1.month(),
        };
        day.checked_add(span).ok()
    }
}

impl Buckets {
    /// The buckets from the one that holds `from` to the one that holds the last instant before
    /// `to`; none where the range is empty.
    ///
    /// # Errors
    /// If there would be more than [`BUCKETS_MAX`], or the range leaves the calendar.
    pub fn cover(
        bucket: Bucket,
        zone: &Zone,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Buckets, BucketError> {
        let mut buckets = Buckets { starts_us: Vec::new(), labels: Vec::new() };
        if to <= from {
            return Ok(buckets);
        }
        match bucket {
            Bucket::Hour => buckets.cover_hours(zone, from, to)?,
            Bucket::Day | Bucket::Week | Bucket::Month => {
                buckets.cover_days(bucket, zone, from, to)?;
            }
        }
        Ok(buckets)
    }

    /// The number of the bucket that holds `at_us`, which must lie within the range.
    #[must_use]
    pub fn find(&self, at_us: i64) -> usize {
        self.starts_us.partition_point(|&start| start <= at_us).saturating_sub(1)
    }

    /// Whether bucket `number` holds `at_us`.
    #[must_use]
    pub fn holds(&self, number: usize, at_us: i64) -> bool {
        self.starts_us[number] <= at_us
            && self.starts_us.get(number + 1).is_none_or(|&end| at_us < end)
    }

    /// The part of the query's range that bucket `number` covers: the first may begin before the
    /// range does, and the last may end after it.
    #[must_use]
    pub fn within(&self, number: usize, query: &Query) -> (Timestamp, Timestamp) {
        let edge = |number: usize| self.starts_us.get(number).copied().map(Timestamp::from_micros);
        let from = edge(number).map_or(query.to, |start| start.max(query.from));
        (from, edge(number + 1).unwrap_or(query.to))
    }

    fn push(&mut self, bucket: Bucket, start_us: i64, label: String) -> Result<(), BucketError> {
        if self.starts_us.len() == BUCKETS_MAX {
            return Err(BucketError::TooMany(bucket));
        }
        self.starts_us.push(start_us);
        self.labels.push(label);
        Ok(())
    }

    fn cover_days(
        &mut self,
        bucket: Bucket,
        zone: &Zone,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), BucketError> {
        let mut day = bucket.first_day(local(zone, from)?.date());
        loop {
            // Midnight may not exist on the day that summer time begins: then the first instant.
            let start = day
                .to_zoned(zone.rules().clone())
                .and_then(|midnight| midnight.start_of_day())
                .map_err(|_| BucketError::OutOfCalendar)?;
            let start_us = start.timestamp().as_microsecond();
            if to.as_micros() <= start_us {
                return Ok(());
            }
            self.push(bucket, start_us, day.to_string())?;
            day = bucket.next_day(day).ok_or(BucketError::OutOfCalendar)?;
        }
    }

    fn cover_hours(
        &mut self,
        zone: &Zone,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), BucketError> {
        let mut at = from;
        while at < to {
            let here = local(zone, at)?;
            let hour = here.datetime().with().minute(0).second(0).subsec_nanosecond(0).build();
            let hour: DateTime = hour.map_err(|_| BucketError::OutOfCalendar)?;
            let offset_us = i64::from(here.offset().seconds()) * 1_000_000;
            let start_us = hour
                .to_zoned(jiff::tz::TimeZone::UTC)
                .map_err(|_| BucketError::OutOfCalendar)?
                .timestamp()
                .as_microsecond()
                - offset_us;
            let label = format!("{hour}{}", offset_text(here.offset().seconds()));
            // An hour that a change of offset cuts in two begins again at the change.
            let start_us = self.starts_us.last().map_or(start_us, |_| at.as_micros().max(start_us));
            self.push(Bucket::Hour, start_us, label)?;
            at = next_hour(&here, start_us)?;
        }
        Ok(())
    }
}

/// Where the hour ends that `here` is in: at the next full local hour, or where the offset
/// changes before that.
fn next_hour(here: &Zoned, start_us: i64) -> Result<Timestamp, BucketError> {
    const HOUR_US: i64 = 3_600_000_000;
    let past_us = (i64::from(here.minute()) * 60 + i64::from(here.second())) * 1_000_000
        + i64::from(here.subsec_nanosecond()) / 1_000;
    let full = here.timestamp().as_microsecond() - past_us + HOUR_US;
    let change = here
        .time_zone()
        .following(here.timestamp())
        .next()
        .map(|transition| transition.timestamp().as_microsecond());
    let end = change.filter(|&change| change < full).unwrap_or(full);
    if end <= start_us {
        return Err(BucketError::OutOfCalendar);
    }
    Ok(Timestamp::from_micros(end))
}

fn local(zone: &Zone, at: Timestamp) -> Result<Zoned, BucketError> {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .map(|at| at.to_zoned(zone.rules().clone()))
        .map_err(|_| BucketError::OutOfCalendar)
}

fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Bucket {
    type Err = ();

    fn from_str(text: &str) -> Result<Bucket, ()> {
        Bucket::ALL.into_iter().find(|bucket| bucket.name() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Buckets};
    use crate::Zone;

    #[track_caller]
    fn check(bucket: Bucket, zone: &str, from: &str, to: &str, want: &[&str]) {
        let zone = Zone::named(zone).unwrap();
        let buckets =
            Buckets::cover(bucket, &zone, from.parse().unwrap(), to.parse().unwrap()).unwrap();
        assert_eq!(buckets.labels, want);
        assert!(buckets.starts_us.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn days_begin_at_local_midnight() {
        check(
            Bucket::Day,
            "Europe/Tallinn",
            "2026-03-28T22:00:00Z",
            "2026-03-29T21:00:00.000001Z",
            &["2026-03-29", "2026-03-30"],
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let (from, to) = ("2026-01-01T00:00:00Z", "2026-01-12T00:00:00Z");
        check(Bucket::Week, "UTC", from, to, &["2025-12-29", "2026-01-05"]);
        check(Bucket::Month, "UTC", from, "2026-02-01T00:00:01Z", &["2026-01-01", "2026-02-01"]);
    }

    #[test]
    fn an_hour_that_comes_twice_is_two_buckets_and_one_that_is_skipped_none() {
        check(
            Bucket::Hour,
            "Europe/Tallinn",
            "2026-10-25T00:10:00Z",
            "2026-10-25T02:10:00Z",
            &[
                "2026-10-25T03:00:00+03:00",
                "2026-10-25T03:00:00+02:00",
                "2026-10-25T04:00:00+02:00",
            ],
        );
        check(
            Bucket::Hour,
            "Europe/Tallinn",
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:30:00Z",
            &["2026-03-29T02:00:00+02:00", "2026-03-29T04:00:00+03:00"],
        );
    }

    #[test]
    fn an_hour_of_a_half_hour_zone_begins_at_the_local_hour() {
        check(
            Bucket::Hour,
            "Asia/Kathmandu",
            "2026-01-05T00:00:00Z",
            "2026-01-05T00:20:00Z",
            &["2026-01-05T05:00:00+05:45", "2026-01-05T06:00:00+05:45"],
        );
    }

    #[test]
    fn an_empty_range_has_none() {
        check(Bucket::Day, "UTC", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", &[]);
    }
}
