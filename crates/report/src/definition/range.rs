//! Ranges in words, relative to the instant of asking: `previous week`, `today`.
//!
//! They are of the calendar, in the report's zone: a week begins on Monday, a day at its first
//! local instant. A range that is `previous` ends where the hour, day, week … of the instant
//! begins, so that whoever asks late asks the same.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use weir_domain::Timestamp;

use crate::Zone;

/// What would be right.
pub(super) const WANT: &str = "it must be `previous hour`, `previous day`, `previous week`, \
                               `previous month`, `previous quarter` or `previous year`, several \
                               of them such as `previous 7 days`, `yesterday`, `today`, or \
                               `this week`, `this month`, `this quarter` or `this year` so far";

/// How many hours, days, weeks … a range may go back.
const COUNT_MAX: u16 = 9_999;

/// What is said where a range is given twice.
pub(super) fn both(key: &str) -> String {
    format!("both `range` and `ask.{key}` are given: leave out the one or the other")
}

/// A range relative to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// So many whole periods before the one of the instant.
    Previous(u16, Period),
    /// The period of the instant, until the instant.
    SoFar(Period),
}

/// A length of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of the calendar
pub enum Period {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Range {
    /// The ranges that a form offers, in words.
    pub const OFFERED: [&str; 14] = [
        "previous hour",
        "yesterday",
        "previous 7 days",
        "previous 30 days",
        "previous week",
        "previous 4 weeks",
        "previous 13 weeks",
        "previous month",
        "previous 12 months",
        "previous quarter",
        "previous year",
        "today",
        "this week",
        "this month",
    ];

    /// Its first instant and the one after its last; none where it leaves the calendar.
    ///
    /// What has lasted until `at` is never empty: at the very first instant of a period, in which
    /// nothing of it has passed, the whole of it is meant.
    #[must_use]
    pub fn around(self, at: Timestamp, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        match self {
            Range::Previous(count, Period::Hour) => {
                let to = hour(zone, at)?;
                let mut from = to;
                for _ in 0..count {
                    from = hour(zone, from.plus_us(-1))?;
                }
                Some((from, to))
            }
            Range::Previous(count, period) => {
                let day = period.first_day(local(zone, at)?.date());
                let to = first_instant(zone, day)?;
                let mut first = period.back(day, count)?;
                // A zone that crossed the date line has skipped a day: the one before is meant.
                while to <= first_instant(zone, first)? {
                    first = period.back(first, 1)?;
                }
                Some((first_instant(zone, first)?, to))
            }
            Range::SoFar(period) => {
                let from = match period {
                    Period::Hour => hour(zone, at)?,
                    _ => first_instant(zone, period.first_day(local(zone, at)?.date()))?,
                };
                let to = if from < at { at } else { period.end(zone, from)? };
                Some((from, to))
            }
        }
    }
}

impl Period {
    const ALL: [Period; 6] =
        [Period::Hour, Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];

    const fn name(self) -> &'static str {
        match self {
            Period::Hour => "hour",
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
            Period::Year => "year",
        }
    }

    /// The first day of the period that holds `day`.
    fn first_day(self, day: Date) -> Date {
        match self {
            Period::Hour | Period::Day => day,
            Period::Week => {
                day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
            }
            Period::Month => day.first_of_month(),
            Period::Quarter => {
                day.first_of_month().saturating_sub(i64::from((day.month() - 1) % 3).months())
            }
            Period::Year => day.first_of_year(),
        }
    }

    /// The first day of the period so many before the one that begins on `day`.
    fn back(self, day: Date, count: u16) -> Option<Date> {
        let count = i64::from(count);
        let span = match self {
            Period::Hour | Period::Day => count.days(),
            Period::Week => count.weeks(),
            Period::Month => count.months(),
            Period::Quarter => (3 * count).months(),
            Period::Year => count.years(),
        };
        // Before the year 1 there is neither a log nor RFC 3339.
        day.checked_sub(span).ok().filter(|day| 0 < day.year())
    }

    /// The first instant after the period that begins at `from`.
    fn end(self, zone: &Zone, from: Timestamp) -> Option<Timestamp> {
        let day = local(zone, from)?.date();
        let next = match self {
            Period::Hour => return Some(from.plus_us(3_600_000_000)),
            Period::Day => day.checked_add(1.day()),
            Period::Week => day.checked_add(1.week()),
            Period::Month => day.checked_add(1.month()),
            Period::Quarter => day.checked_add(3.months()),
            Period::Year => day.checked_add(1.year()),
        };
        first_instant(zone, next.ok()?)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Previous(1, period) => write!(f, "previous {}", period.name()),
            Range::Previous(count, period) => write!(f, "previous {count} {}s", period.name()),
            Range::SoFar(Period::Day) => f.write_str("today"),
            Range::SoFar(period) => write!(f, "this {}", period.name()),
        }
    }
}

impl FromStr for Range {
    type Err = ();

    fn from_str(text: &str) -> Result<Range, ()> {
        let text = text.trim().to_ascii_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let one = |word: &str| Period::ALL.into_iter().find(|period| period.name() == word);
        // One may say `previous 1 day` and `previous 2 day`.
        let several = |word: &str| one(word.strip_suffix('s').unwrap_or(word));
        match words[..] {
            ["yesterday"] => Ok(Range::Previous(1, Period::Day)),
            ["today"] => Ok(Range::SoFar(Period::Day)),
            ["this", period] => one(period).map(Range::SoFar).ok_or(()),
            ["previous", period] => one(period).map(|period| Range::Previous(1, period)).ok_or(()),
            ["previous", count, period] => {
                let count = count.parse().ok().filter(|count| (1..=COUNT_MAX).contains(count));
                let period = several(period);
                count.zip(period).map(|(count, period)| Range::Previous(count, period)).ok_or(())
            }
            _ => Err(()),
        }
    }
}

fn local(zone: &Zone, at: Timestamp) -> Option<Zoned> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned(zone.rules().clone()))
}

/// Midnight, or where summer time skips it the first instant after.
fn first_instant(zone: &Zone, day: Date) -> Option<Timestamp> {
    let start = day.to_zoned(zone.rules().clone()).and_then(|at| at.start_of_day()).ok()?;
    Some(Timestamp::from_micros(start.timestamp().as_microsecond()))
}

/// Where the clock hour of `at` begins: at the full hour, or where the offset changed within it.
fn hour(zone: &Zone, at: Timestamp) -> Option<Timestamp> {
    let here = local(zone, at)?;
    let past_us = (i64::from(here.minute()) * 60 + i64::from(here.second())) * 1_000_000
        + i64::from(here.subsec_nanosecond()) / 1_000;
    let full = at.plus_us(-past_us);
    // A change at this very instant counts: transitions are asked for strictly before.
    let after = jiff::Timestamp::from_microsecond(at.as_micros().checked_add(1)?).ok()?;
    let change = zone.rules().preceding(after).next();
    let change = change.map(|change| Timestamp::from_micros(change.timestamp().as_microsecond()));
    Some(change.map_or(full, |change| full.max(change)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use weir_domain::Timestamp;

    use super::{Period, Range};
    use crate::Zone;

    #[track_caller]
    fn check(words: &str, at: &str, zone: &str, want: &str) {
        let range: Range = words.parse().unwrap();
        let (from, to) = range.around(at.parse().unwrap(), &Zone::named(zone).unwrap()).unwrap();
        assert_eq!(format!("{from} {to}"), want, "{words} at {at} in {zone}");
    }

    #[test]
    fn previous_is_what_lies_wholly_before() {
        // A Monday morning in Tallinn, the day after summer time began.
        let at = "2026-03-30T05:00:00Z";
        for (words, want) in [
            ("previous hour", "2026-03-30T04:00:00Z 2026-03-30T05:00:00Z"),
            ("previous day", "2026-03-28T22:00:00Z 2026-03-29T21:00:00Z"),
            ("yesterday", "2026-03-28T22:00:00Z 2026-03-29T21:00:00Z"),
            ("previous week", "2026-03-22T22:00:00Z 2026-03-29T21:00:00Z"),
            ("previous 7 days", "2026-03-22T22:00:00Z 2026-03-29T21:00:00Z"),
            ("previous 4 weeks", "2026-03-01T22:00:00Z 2026-03-29T21:00:00Z"),
            ("previous month", "2026-01-31T22:00:00Z 2026-02-28T22:00:00Z"),
            ("previous quarter", "2025-09-30T21:00:00Z 2025-12-31T22:00:00Z"),
            ("previous year", "2024-12-31T22:00:00Z 2025-12-31T22:00:00Z"),
            ("today", "2026-03-29T21:00:00Z 2026-03-30T05:00:00Z"),
            ("this week", "2026-03-29T21:00:00Z 2026-03-30T05:00:00Z"),
            ("this month", "2026-02-28T22:00:00Z 2026-03-30T05:00:00Z"),
        ] {
            check(words, at, "Europe/Tallinn", want);
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_do_not_end_with_the_year() {
        check(
            "previous week",
            "2026-01-05T00:00:00Z",
            "UTC",
            "2025-12-29T00:00:00Z 2026-01-05T00:00:00Z",
        );
        check(
            "previous week",
            "2026-01-04T23:59:59Z",
            "UTC",
            "2025-12-22T00:00:00Z 2025-12-29T00:00:00Z",
        );
        check(
            "previous month",
            "2028-03-31T12:00:00Z",
            "UTC",
            "2028-02-01T00:00:00Z 2028-03-01T00:00:00Z",
        );
    }

    #[test]
    fn a_day_may_begin_at_one_and_be_left_out_altogether() {
        // Midnight of 15 October 2017 did not exist in São Paulo.
        check(
            "yesterday",
            "2017-10-16T12:00:00Z",
            "America/Sao_Paulo",
            "2017-10-15T03:00:00Z 2017-10-16T02:00:00Z",
        );
        // Nor did 30 December 2011 on Samoa.
        check(
            "yesterday",
            "2011-12-31T00:00:00Z",
            "Pacific/Apia",
            "2011-12-29T10:00:00Z 2011-12-30T10:00:00Z",
        );
    }

    #[test]
    fn an_hour_is_one_of_the_clock() {
        check(
            "previous hour",
            "2026-03-30T05:20:00Z",
            "Asia/Kathmandu",
            "2026-03-30T04:15:00Z 2026-03-30T05:15:00Z",
        );
        check(
            "previous 3 hours",
            "2026-03-29T02:30:00Z",
            "Europe/Tallinn",
            "2026-03-28T23:00:00Z 2026-03-29T02:00:00Z",
        );
        // On Lord Howe clocks went back by half an hour, at two: half of that hour came again.
        check(
            "previous hour",
            "2026-04-04T15:31:00Z",
            "Australia/Lord_Howe",
            "2026-04-04T15:00:00Z 2026-04-04T15:30:00Z",
        );
        check(
            "previous 2 hours",
            "2026-04-04T15:31:00Z",
            "Australia/Lord_Howe",
            "2026-04-04T14:00:00Z 2026-04-04T15:30:00Z",
        );
    }

    #[test]
    fn at_its_first_instant_the_whole_is_meant() {
        check("today", "2026-03-30T00:00:00Z", "UTC", "2026-03-30T00:00:00Z 2026-03-31T00:00:00Z");
        check(
            "this month",
            "2026-02-01T00:00:00Z",
            "UTC",
            "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z",
        );
        check(
            "this hour",
            "2026-02-01T00:00:00Z",
            "UTC",
            "2026-02-01T00:00:00Z 2026-02-01T01:00:00Z",
        );
    }

    #[test]
    fn words_read_back_and_others_are_refused() {
        for words in Range::OFFERED {
            let range: Range = words.parse().unwrap();
            assert_eq!(range.to_string().parse(), Ok(range));
        }
        for words in [
            "",
            "week",
            "next week",
            "previous",
            "previous 0 days",
            "previous -1 days",
            "previous 10000 hours",
            "previous days",
            "this days",
            "today and yesterday",
            "previous 2 years ago",
        ] {
            assert_eq!(words.parse::<Range>(), Err(()), "{words}");
        }
    }

    const ZONES: [&str; 11] = [
        "UTC",
        "Europe/Tallinn",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "Africa/Cairo",
        "America/Havana",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/St_Johns",
    ];

    /// The local date of an instant: year, month, day, ISO weekday from Monday.
    fn date(zone: &Zone, at_us: i64) -> jiff::civil::Date {
        let at = jiff::Timestamp::from_microsecond(at_us).unwrap();
        at.to_zoned(zone.rules().clone()).date()
    }

    const QUARTER_US: i64 = 15 * 60 * 1_000_000;

    /// The first instant of the local day of `at_us`, found by walking back by quarters of an
    /// hour: every change of offset of these zones and years falls on one, but for those of
    /// St. John's, at one minute past midnight.
    fn day_start(zone: &Zone, at_us: i64) -> i64 {
        let day = date(zone, at_us);
        let mut start = at_us - at_us.rem_euclid(QUARTER_US);
        // An hour that comes again may lie beyond midnight: look two more hours back.
        let mut found = if date(zone, start) == day { start } else { at_us };
        let limit = start - 2 * 24 * 3_600_000_000;
        while limit < start {
            start -= QUARTER_US;
            if date(zone, start) == day {
                found = start;
            }
        }
        found
    }

    /// The first local day, walking back day by day, on which `is_first` holds.
    fn walk(zone: &Zone, at_us: i64, is_first: impl Fn(jiff::civil::Date) -> bool) -> i64 {
        let mut start = day_start(zone, at_us);
        while !is_first(date(zone, start)) {
            start = day_start(zone, start - 1);
        }
        start
    }

    proptest! {
        #[test]
        fn they_are_those_of_a_walk_from_day_to_day(
            // 2008 to 2030, in seconds.
            at_s in 1_200_000_000..1_900_000_000_i64,
            zone in prop::sample::select(ZONES.to_vec()),
            count in 1..4_u16,
        ) {
            let zone = Zone::named(zone).unwrap();
            let at_us = at_s * 1_000_000;
            let at = Timestamp::from_micros(at_us);
            let monday = |day: jiff::civil::Date| day.weekday() == jiff::civil::Weekday::Monday;
            let first = |day: jiff::civil::Date| day.day() == 1;
            let quarter = |day: jiff::civil::Date| day.day() == 1 && day.month() % 3 == 1;
            type IsFirst<'a> = &'a dyn Fn(jiff::civil::Date) -> bool;
            let periods: [(Period, IsFirst<'_>); 4] = [
                (Period::Day, &|_| true),
                (Period::Week, &monday),
                (Period::Month, &first),
                (Period::Quarter, &quarter),
            ];
            for (period, is_first) in periods {
                let count = if period == Period::Quarter { 1 } else { count };
                let to_us = walk(&zone, at_us, is_first);
                let mut from_us = to_us;
                for _ in 0..count {
                    from_us = walk(&zone, from_us - 1, is_first);
                }
                let at_us = |at: Timestamp| at.as_micros();
                let (from, to) = Range::Previous(count, period).around(at, &zone).unwrap();
                prop_assert_eq!((from_us, to_us), (at_us(from), at_us(to)), "{:?} {}", period, zone.name());
                let (from, to) = Range::SoFar(period).around(at, &zone).unwrap();
                prop_assert_eq!(at_us(from), to_us);
                prop_assert!(to == at || from == at && at < to);
            }
        }

        #[test]
        fn an_hour_ends_where_the_next_begins(
            at_s in 1_200_000_000..1_900_000_000_i64,
            zone in prop::sample::select(ZONES.to_vec()),
            count in 1..30_u16,
        ) {
            let zone = Zone::named(zone).unwrap();
            let at = Timestamp::from_micros(at_s * 1_000_000);
            let (from, to) = Range::Previous(count, Period::Hour).around(at, &zone).unwrap();
            let hours = crate::Buckets::cover(crate::Bucket::Hour, &zone, from, at.plus_us(1)).unwrap();
            prop_assert_eq!(hours.starts_us[0], from.as_micros());
            prop_assert_eq!(hours.starts_us.len(), usize::from(count) + 1);
            prop_assert_eq!(hours.starts_us[usize::from(count)], to.as_micros());
        }
    }
}
