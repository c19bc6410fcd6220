//! Random queries over a log.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::body::{REASONS, STATES};
use super::one_of;
use super::times::{DAY_US, HOUR_US, WINDOWS_H};
use super::world::{FEATURES, INTEGRATIONS};
use crate::oracle::{Bucket, Dimension, Filters, Query, RawDelivery, UnitKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const ZONES: [&str; 5] =
    ["UTC", "Europe/Tallinn", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"];
const UNITS: [UnitKind; 3] = [UnitKind::Session, UnitKind::Attempt, UnitKind::EndUser];
const BUCKETS: [Bucket; 4] = [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month];
const DIMENSIONS: [Dimension; 6] = [
    Dimension::Integration,
    Dimension::Feature,
    Dimension::Outcome,
    Dimension::Attempts,
    Dimension::Weekday,
    Dimension::Hour,
];
const OUTCOMES: [&str; 6] =
    ["submitted", "cancelled", "lost_in_handover", "stalled", "handed_over", "in_progress"];

/// The whole log with no filter, seen when all is over; the rest is left to chance.
pub(super) fn everything(rng: &mut ChaCha8Rng, log: &[RawDelivery]) -> Query {
    let (min_us, max_us) = span(log);
    Query {
        from_us: min_us - DAY_US,
        to_us: max_us + DAY_US,
        as_of_us: max_us + one_of(rng, &[1, 3, 40]) * DAY_US,
        filters: Filters::default(),
        ..something(rng, log)
    }
}

/// Anything that may be asked.
pub(super) fn something(rng: &mut ChaCha8Rng, log: &[RawDelivery]) -> Query {
    let timezone = one_of(rng, &ZONES);
    let window_s = one_of(rng, &WINDOWS_H) * 3600;
    let (from_us, to_us) = range(rng, log, timezone);
    Query {
        from_us,
        to_us,
        as_of_us: as_of(rng, log, window_s, (from_us, to_us)),
        timezone: timezone.to_owned(),
        unit: one_of(rng, &UNITS),
        window_s,
        bucket: one_of(rng, &BUCKETS),
        filters: filters(rng),
        by: rng.random_bool(0.75).then(|| one_of(rng, &DIMENSIONS)),
    }
}

/// From the first to the last instant of the log.
fn span(log: &[RawDelivery]) -> (i64, i64) {
    let instants = || log.iter().map(|delivery| delivery.received_at_us);
    (instants().min().unwrap_or(0), instants().max().unwrap_or(0))
}

fn some_instant(rng: &mut ChaCha8Rng, log: &[RawDelivery]) -> i64 {
    if log.is_empty() { 0 } else { log[rng.random_range(0..log.len())].received_at_us }
}

/// An instant at which a session may well have been seen first.
fn early_instant(rng: &mut ChaCha8Rng, log: &[RawDelivery]) -> i64 {
    let [a, b, c, d] = std::array::from_fn(|_| some_instant(rng, log));
    a.min(b).min(c).min(d)
}

fn range(rng: &mut ChaCha8Rng, log: &[RawDelivery], timezone: &str) -> (i64, i64) {
    let (min_us, max_us) = span(log);
    let (from_us, to_us) = match rng.random_range(0..5) {
        // Everything.
        0 => (min_us - HOUR_US, max_us + HOUR_US),
        // On the very instants of two deliveries, or just beside them.
        1 => (early_instant(rng, log), early_instant(rng, log) + rng.random_range(0..=1)),
        // From midnight to midnight.
        2 => (
            midnight(early_instant(rng, log), timezone),
            midnight(some_instant(rng, log) + DAY_US, timezone),
        ),
        // From a delivery's very instant on.
        3 => (early_instant(rng, log), max_us + rng.random_range(0..=1)),
        // A few hours or days.
        _ => {
            let from_us = early_instant(rng, log) - rng.random_range(0..DAY_US);
            (from_us, from_us + rng.random_range(1..6) * one_of(rng, &[HOUR_US, DAY_US]))
        }
    };
    if from_us < to_us { (from_us, to_us) } else { (to_us, from_us + 1) }
}

fn midnight(at_us: i64, timezone: &str) -> i64 {
    let zone = TimeZone::get(timezone).expect("the zone is one that the database knows");
    let at = Timestamp::from_microsecond(at_us).expect("the instant is of our days");
    let start = at.to_zoned(zone).start_of_day().expect("every day begins");
    start.timestamp().as_microsecond()
}

/// Often in the past, so that the log knows more than the report may say.
fn as_of(
    rng: &mut ChaCha8Rng,
    log: &[RawDelivery],
    window_s: i64,
    (from_us, to_us): (i64, i64),
) -> i64 {
    let near = rng.random_range(-1..=1);
    let within = early_instant(rng, log).clamp(from_us, to_us);
    match rng.random_range(0..8) {
        0..2 => span(log).1 + 40 * DAY_US,
        2 => span(log).1,
        3 => to_us + near,
        4 => within + near,
        5 => some_instant(rng, log),
        // The very instant at which patience ends.
        _ => within + window_s * 1_000_000 + near,
    }
}

fn filters(rng: &mut ChaCha8Rng) -> Filters {
    Filters {
        integration: some_of(rng, &INTEGRATIONS, 0.1, false),
        feature: some_of(rng, &FEATURES, 0.08, false),
        state: some_of(rng, &STATES, 0.1, true),
        reason: some_of(rng, &REASONS, 0.1, true),
        outcome: some_of(rng, &OUTCOMES, 0.1, false),
    }
}

/// Mostly no filter; else up to three values, the empty one among them where that means none.
fn some_of(rng: &mut ChaCha8Rng, values: &[&str], share: f64, or_none: bool) -> Vec<String> {
    if !rng.random_bool(share) {
        return vec![];
    }
    let mut some: Vec<String> =
        (0..rng.random_range(1..4)).map(|_| one_of(rng, values).to_owned()).collect();
    if or_none && rng.random_bool(0.3) {
        some.push(String::new());
    }
    some
}
