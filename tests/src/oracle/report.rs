//! From the judged units to the report's JSON: section 5 of `semantics.md`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::catalogue;
use super::figures::{percentiles, rate};
use super::fold::{Exit, Line};
use super::judge::{Judged, OUTCOMES, last};
use super::quality::data_quality;
use super::query::{Dimension, Query};
use super::totals::{totals, totals_row};
use super::zone;

/// The whole report.
pub(super) fn report(log: &[Line<'_>], cohort: &[Judged], query: &Query) -> Value {
    let all: Vec<&Judged> = cohort.iter().collect();
    json!({
        "report": "abandonment",
        "version": 1,
        "input": Value::Null,
        "totals": totals(&all),
        "by_state": by_state(&all),
        "by_reason": by_reason(&all),
        "by_state_and_reason": by_state_and_reason(&all),
        "trend": trend(&all, query),
        "time_to_submit_seconds": percentiles(all.iter().filter_map(|u| time_to_submit(u)).collect()),
        "time_to_abandon_seconds": percentiles(all.iter().filter_map(|u| time_to_abandon(u)).collect()),
        "breakdown": query.by.map(|by| breakdown(&all, by, query)),
        "data_quality": data_quality(log, cohort, query),
    })
}

pub(super) fn time_to_submit(unit: &Judged) -> Option<i64> {
    unit.submitted_at_us.map(|submitted| submitted - unit.first_at_us)
}

pub(super) fn time_to_abandon(unit: &Judged) -> Option<i64> {
    let (_, at) = last(&unit.cancels)?;
    (unit.outcome == "cancelled").then(|| at.at_us - unit.first_at_us)
}

/// How many known exits there are of each kind, the most frequent first, then by name, null last.
fn known_exits<K: Ord + Clone>(units: &[&Judged], kind: fn(&Exit) -> K) -> Vec<(K, usize)> {
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for unit in units.iter().filter(|unit| unit.has_known_exit()) {
        let exit = unit.exit.as_ref().expect("a known exit is known");
        *counts.entry(kind(exit)).or_default() += 1;
    }
    let mut rows: Vec<(K, usize)> = counts.into_iter().collect();
    // The sort is stable, and the map has put the names in order already.
    rows.sort_by_key(|(_, count)| Reverse(*count));
    rows
}

/// A name that sorts after all others if there is none.
type Named = (bool, Option<String>);

fn named(name: &Option<String>) -> Named {
    (name.is_none(), name.clone())
}

fn by_state(units: &[&Judged]) -> Vec<Value> {
    let known = units.iter().filter(|unit| unit.has_known_exit()).count();
    let rows = known_exits(units, |(state, _)| named(state));
    rows.into_iter()
        .map(|((_, state), abandoned)| {
            let recovered = recovered_from(units, |exit| exit.0 == state);
            let order = state.as_deref().and_then(catalogue::order);
            let at_risk = order.map(|order| at_risk(units, order));
            json!({
                "state": state,
                "stage": state.as_deref().and_then(catalogue::stage),
                "order": order,
                "abandoned": abandoned,
                "share": rate(abandoned, known),
                "drop_off_rate": rate(abandoned, units.len()),
                "recovered": recovered,
                "at_risk": at_risk,
                "hazard": at_risk.map(|at_risk| rate(abandoned, at_risk)),
            })
        })
        .collect()
}

fn by_reason(units: &[&Judged]) -> Vec<Value> {
    let known = units.iter().filter(|unit| unit.has_known_exit()).count();
    let rows = known_exits(units, |(_, reason)| named(reason));
    rows.into_iter()
        .map(|((_, reason), abandoned)| {
            json!({
                "reason": reason,
                "abandoned": abandoned,
                "share": rate(abandoned, known),
                "drop_off_rate": rate(abandoned, units.len()),
                "recovered": recovered_from(units, |exit| exit.1 == reason),
            })
        })
        .collect()
}

fn by_state_and_reason(units: &[&Judged]) -> Vec<Value> {
    known_exits(units, |(state, reason)| (named(state), named(reason)))
        .into_iter()
        .map(|(((_, state), (_, reason)), abandoned)| {
            json!({"state": state, "reason": reason, "abandoned": abandoned})
        })
        .collect()
}

/// Recovered units that have such a cancel, be it before or after they were submitted.
fn recovered_from(units: &[&Judged], wanted: impl Fn(&Exit) -> bool) -> usize {
    units
        .iter()
        .filter(|unit| unit.is_recovered())
        .filter(|unit| unit.cancels.iter().any(|(exit, _)| wanted(exit)))
        .count()
}

/// Units that came at least as far as a screen of this order, as far as anyone can tell.
fn at_risk(units: &[&Judged], order: i64) -> usize {
    let came_here = |unit: &&&Judged| {
        let state = unit.exit.as_ref().and_then(|(state, _)| state.as_deref());
        let stopped = state.and_then(catalogue::order);
        unit.outcome == "submitted"
            || (unit.has_known_exit() && stopped.is_some_and(|stopped| stopped >= order))
    };
    units.iter().filter(came_here).count()
}

fn trend(units: &[&Judged], query: &Query) -> Vec<Value> {
    let Query { from_us, to_us, timezone, bucket, .. } = query;
    let label = |unit: &Judged| zone::bucket(unit.first_at_us, timezone, *bucket);
    let mut units_of: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for unit in units {
        units_of.entry(label(unit)).or_default().push(unit);
    }
    zone::buckets(*from_us, *to_us, timezone, *bucket)
        .into_iter()
        .map(|name| {
            let members = units_of.get(&name).map_or(&[][..], Vec::as_slice);
            totals_row("bucket", json!(name), members)
        })
        .collect()
}

/// What a row of the breakdown sorts by: null last, then the name, then the number.
type RowKey = (bool, String, usize);

fn breakdown(units: &[&Judged], by: Dimension, query: &Query) -> Vec<Value> {
    let mut rows: BTreeMap<RowKey, (Value, Vec<&Judged>)> = BTreeMap::new();
    for unit in units {
        let (key, value) = dimension(unit, by, query);
        rows.entry(key).or_insert_with(|| (value, Vec::new())).1.push(unit);
    }
    rows.into_values().map(|(value, units)| totals_row("value", value, &units)).collect()
}

fn dimension(unit: &Judged, by: Dimension, query: &Query) -> (RowKey, Value) {
    let text = |text: &str| ((false, text.to_owned(), 0), json!(text));
    let number = |number: usize| ((false, String::new(), number), json!(number));
    let local = zone::local(unit.first_at_us, &query.timezone);
    match by {
        Dimension::Integration => text(&unit.unit.integration),
        Dimension::Feature => match &unit.unit.feature {
            Some(feature) => text(feature),
            None => ((true, String::new(), 0), Value::Null),
        },
        Dimension::Outcome => {
            let place = OUTCOMES.iter().position(|name| *name == unit.outcome);
            let place = place.expect("every outcome has its place");
            ((false, String::new(), place), json!(unit.outcome))
        }
        Dimension::Attempts => number(unit.unit.attempts.len()),
        Dimension::Weekday => number(local.weekday().to_monday_one_offset() as usize),
        Dimension::Hour => number(local.hour() as usize),
    }
}
