//! What lies below the report's rows: when units began that left, and how long all took.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::figures::percentiles;
use super::fold::Exit;
use super::judge::{Judged, last};
use super::query::Query;
use super::report::{time_to_abandon, time_to_submit};
use super::zone;

/// The edges of a distribution's bins, in seconds.
const EDGES_S: [i64; 19] = [
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    2 * 60,
    5 * 60,
    10 * 60,
    20 * 60,
    30 * 60,
    60 * 60,
    2 * 60 * 60,
    6 * 60 * 60,
    12 * 60 * 60,
    24 * 60 * 60,
    2 * 24 * 60 * 60,
    7 * 24 * 60 * 60,
];

/// The whole profile.
pub(super) fn profile(cohort: &[Judged], query: &Query) -> Value {
    json!({
        "bin_edges_seconds": EDGES_S,
        "time_to_submit": distribution(cohort.iter().filter_map(time_to_submit).collect()),
        "time_to_abandon": distribution(cohort.iter().filter_map(time_to_abandon).collect()),
        "week": week(cohort, query),
        "by_state": rows(cohort, query, "state", |(state, _)| state.clone()),
        "by_reason": rows(cohort, query, "reason", |(_, reason)| reason.clone()),
    })
}

/// How many of these lengths lie from each edge to below the next.
fn distribution(times_us: Vec<i64>) -> Vec<usize> {
    let starts = std::iter::once(0).chain(EDGES_S);
    let ends = EDGES_S.into_iter().chain([i64::MAX / 1_000_000]);
    let within = |(from_s, to_s): (i64, i64)| {
        let is_in = |us: &&i64| from_s * 1_000_000 <= **us && **us < to_s * 1_000_000;
        times_us.iter().filter(is_in).count()
    };
    starts.zip(ends).map(within).collect()
}

fn week(cohort: &[Judged], query: &Query) -> Vec<Value> {
    let began = |unit: &Judged| {
        let local = zone::local(unit.first_at_us, &query.timezone);
        (local.weekday().to_monday_one_offset(), local.hour())
    };
    let began: Vec<_> = cohort.iter().map(|unit| (began(unit), unit.outcome)).collect();
    let hours = (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour)));
    hours
        .map(|(weekday, hour)| {
            let here = began.iter().filter(|(at, _)| *at == (weekday, hour));
            let outcomes: Vec<&str> = here.map(|(_, outcome)| *outcome).collect();
            let count = |kinds: &[&str]| outcomes.iter().filter(|it| kinds.contains(it)).count();
            json!({
                "weekday": weekday,
                "hour": hour,
                "started": outcomes.len(),
                "submitted": count(&["submitted"]),
                "abandoned": count(&["cancelled", "lost_in_handover", "stalled"]),
            })
        })
        .collect()
}

/// A row for each value that a known exit carries: the most frequent first, then by name.
fn rows(
    cohort: &[Judged],
    query: &Query,
    name: &str,
    value: fn(&Exit) -> Option<String>,
) -> Vec<Value> {
    let mut units_of: BTreeMap<(bool, Option<String>), Vec<&Judged>> = BTreeMap::new();
    for unit in cohort.iter().filter(|unit| unit.has_known_exit()) {
        let value = value(unit.exit.as_ref().expect("a known exit is known"));
        units_of.entry((value.is_none(), value)).or_default().push(unit);
    }
    let mut rows: Vec<_> = units_of.into_iter().map(|((_, value), units)| (value, units)).collect();
    rows.sort_by_key(|(_, units)| Reverse(units.len()));
    rows.into_iter()
        .map(|(value, units)| {
            let times_us: Vec<i64> = units.iter().map(|unit| time_to_exit(unit)).collect();
            json!({
                name: value,
                "abandoned": units.len(),
                "time_to_exit_seconds": percentiles(times_us.clone()),
                "time_to_exit": distribution(times_us),
                "trend": trend(&units, query),
            })
        })
        .collect()
}

/// Until the exit that the outcome carries: the last cancel, or else the last handover.
fn time_to_exit(unit: &Judged) -> i64 {
    let (_, at) = last(&unit.cancels).or_else(|| last(&unit.handovers)).expect("there is an exit");
    at.at_us - unit.first_at_us
}

/// How many of the units began in each bucket, in order of time; those without any left out.
fn trend(units: &[&Judged], query: &Query) -> Vec<Value> {
    let mut units: Vec<&Judged> = units.to_vec();
    units.sort_by_key(|unit| unit.first_at_us);
    let name = |unit: &Judged| zone::bucket(unit.first_at_us, &query.timezone, query.bucket);
    let names: Vec<String> = units.into_iter().map(name).collect();
    let alike = names.chunk_by(|a, b| a == b);
    alike.map(|alike| json!({"bucket": alike[0], "abandoned": alike.len()})).collect()
}
