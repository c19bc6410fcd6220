//! From instants to the local buckets of a report.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::query::Bucket;

const MINUTE_US: i64 = 60 * 1_000_000;

/// What the clocks and calendars of a zone show at an instant.
pub(super) fn local(at_us: i64, timezone: &str) -> Zoned {
    let zone = TimeZone::get(timezone).expect("the zone is one that the database knows");
    Timestamp::from_microsecond(at_us).expect("the instant is of our days").to_zoned(zone)
}

/// The name of the bucket that holds an instant.
pub(super) fn bucket(at_us: i64, timezone: &str, bucket: Bucket) -> String {
    let local = local(at_us, timezone);
    match bucket {
        Bucket::Hour => hour_bucket(&local),
        Bucket::Day | Bucket::Week | Bucket::Month => date_bucket(local.date(), bucket),
    }
}

/// The names of all buckets from the one that holds `from_us` to the one that holds the last
/// microsecond before `to_us`.
pub(super) fn buckets(from_us: i64, to_us: i64, timezone: &str, step: Bucket) -> Vec<String> {
    assert!(from_us < to_us, "a report covers some time");
    let last_us = to_us - 1;
    let mut names = match step {
        Bucket::Hour => (from_us..last_us)
            // No offset has changed within a minute in living memory.
            .step_by(MINUTE_US as usize)
            .map(|at_us| bucket(at_us - at_us.rem_euclid(MINUTE_US), timezone, step))
            .collect(),
        Bucket::Day | Bucket::Week | Bucket::Month => {
            let last = local(last_us, timezone).date();
            let mut day = local(from_us, timezone).date();
            let mut names = Vec::new();
            while day <= last {
                names.push(date_bucket(day, step));
                day = day.tomorrow().expect("the day is of our days");
            }
            names
        }
    };
    names.push(bucket(last_us, timezone, step));
    names.dedup();
    names
}

/// The local time floored to the hour, with the offset in force at the instant.
fn hour_bucket(local: &Zoned) -> String {
    let offset_min = local.offset().seconds() / 60;
    let sign = if offset_min < 0 { '-' } else { '+' };
    format!(
        "{}T{:02}:00:00{sign}{:02}:{:02}",
        local.date(),
        local.hour(),
        offset_min.abs() / 60,
        offset_min.abs() % 60,
    )
}

fn date_bucket(day: Date, bucket: Bucket) -> String {
    let mut start = day;
    match bucket {
        Bucket::Month => start = day.first_of_month(),
        Bucket::Week => {
            while start.weekday() != Weekday::Monday {
                start = start.yesterday().expect("the day is of our days");
            }
        }
        Bucket::Hour | Bucket::Day => {}
    }
    start.to_string()
}
