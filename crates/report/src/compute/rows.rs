//! Counts to rows, in their order: the costliest first, then by name, none last.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use weir_domain::{Catalogue, ExitId, OutcomeKind, Rate};
use weir_readmodel::{Code, Model, Names};

use super::partial::{Counts, Partial};
use crate::{
    BreakdownRow, BreakdownValue, Buckets, Dimension, PairRow, Query, ReasonRow, StateRow, Totals,
    TrendRow,
};

/// What a screen or reason is called where the exit had none.
const NO_STATE: &str = "No screen known";
const NO_REASON: &str = "No reason given";

pub(super) fn by_state(
    model: &Model,
    catalogue: &Catalogue,
    sum: &Partial<'_>,
    totals: &Totals,
) -> Vec<StateRow> {
    let counts = abandoned_by(model, &sum.abandoned, |(state, _)| state);
    let order_of = |state: Option<&str>| catalogue.screen(state?).and_then(|screen| screen.order);
    let states = model.exits().states();
    let ordered: Vec<(i64, u64)> = counts
        .iter()
        .filter_map(|(&code, &count)| Some((order_of(states.get(code))?, count)))
        .collect();
    let row = |(code, abandoned): (Code, u64)| {
        let state = states.get(code);
        let order = order_of(state);
        let at_risk = order.map(|order| {
            let later = ordered.iter().filter(|(other, _)| order <= *other);
            totals.submitted + later.map(|(_, count)| count).sum::<u64>()
        });
        StateRow {
            label: state_label(catalogue, state),
            stage: order
                .and(state)
                .and_then(|state| catalogue.screen(state))
                .and_then(|screen| screen.stage.clone()),
            order,
            abandoned,
            share: Rate::new(abandoned, totals.known_exits()),
            drop_off_rate: Rate::new(abandoned, totals.started),
            recovered: sum.recovered_at[code as usize],
            hazard: at_risk.map(|at_risk| Rate::new(abandoned, at_risk)),
            at_risk,
            state: state.map(str::to_owned),
        }
    };
    let mut rows: Vec<_> = counts.iter().map(|(&code, &count)| row((code, count))).collect();
    rows.sort_by(|a, b| {
        (Reverse(a.abandoned), none_last(&a.state))
            .cmp(&(Reverse(b.abandoned), none_last(&b.state)))
    });
    rows
}

pub(super) fn by_reason(
    model: &Model,
    catalogue: &Catalogue,
    sum: &Partial<'_>,
    totals: &Totals,
) -> Vec<ReasonRow> {
    let reasons = model.exits().reasons();
    let mut rows: Vec<_> = abandoned_by(model, &sum.abandoned, |(_, reason)| reason)
        .into_iter()
        .map(|(code, abandoned)| {
            let reason = reasons.get(code);
            ReasonRow {
                label: reason_label(catalogue, reason),
                abandoned,
                share: Rate::new(abandoned, totals.known_exits()),
                drop_off_rate: Rate::new(abandoned, totals.started),
                recovered: sum.recovered_for[code as usize],
                reason: reason.map(str::to_owned),
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        (Reverse(a.abandoned), none_last(&a.reason))
            .cmp(&(Reverse(b.abandoned), none_last(&b.reason)))
    });
    rows
}

pub(super) fn by_state_and_reason(model: &Model, sum: &Partial<'_>) -> Vec<PairRow> {
    let mut rows: Vec<_> = exits(&sum.abandoned)
        .map(|(exit, abandoned)| {
            let (state, reason) = model.exits().texts(exit);
            PairRow {
                state: state.map(str::to_owned),
                reason: reason.map(str::to_owned),
                abandoned,
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        let key = |row: &PairRow| Reverse(row.abandoned);
        (key(a), none_last(&a.state), none_last(&a.reason)).cmp(&(
            key(b),
            none_last(&b.state),
            none_last(&b.reason),
        ))
    });
    rows
}

pub(super) fn trend(query: &Query, buckets: &Buckets, sum: &Partial<'_>) -> Vec<TrendRow> {
    let counted = buckets.labels.iter().zip(&sum.trend).enumerate();
    let row = |(number, (bucket, counts)): (usize, (&String, &Counts))| {
        let (from, to) = buckets.within(number, query);
        TrendRow { bucket: bucket.clone(), from, to, totals: counts.totals() }
    };
    counted.map(row).collect()
}

pub(super) fn breakdown(model: &Model, by: Dimension, sum: &Partial<'_>) -> Vec<BreakdownRow> {
    let name = |names: &Names, key: u64| match names.get(Code::try_from(key).unwrap_or(0)) {
        Some(text) => BreakdownValue::Text(text.to_owned()),
        None => BreakdownValue::None,
    };
    let value = |key: u64| match by {
        Dimension::Integration => name(model.integrations(), key),
        Dimension::Feature => name(model.features(), key),
        Dimension::Outcome => outcome(key),
        Dimension::Attempts | Dimension::Weekday | Dimension::Hour => BreakdownValue::Number(key),
    };
    let mut rows: Vec<_> = sum
        .breakdown
        .iter()
        .map(|(&key, counts)| BreakdownRow { value: value(key), totals: counts.totals() })
        .collect();
    if by != Dimension::Outcome {
        rows.sort_by(|a, b| a.value.cmp(&b.value));
    }
    rows
}

fn outcome(key: u64) -> BreakdownValue {
    let kind = OutcomeKind::ALL.into_iter().find(|kind| *kind as u64 == key);
    kind.map_or(BreakdownValue::None, |kind| BreakdownValue::Text(kind.name().to_owned()))
}

/// The exits that occur, with their counts.
fn exits(abandoned: &[u64]) -> impl Iterator<Item = (ExitId, u64)> {
    (0..).map(ExitId).zip(abandoned.iter().copied()).filter(|(_, count)| 0 < *count)
}

/// Counts by the one or the other half of the exits, for those that occur.
fn abandoned_by(
    model: &Model,
    abandoned: &[u64],
    half: impl Fn((Code, Code)) -> Code,
) -> BTreeMap<Code, u64> {
    let mut counts = BTreeMap::new();
    for (exit, count) in exits(abandoned) {
        *counts.entry(half(model.exits().codes(exit))).or_default() += count;
    }
    counts
}

/// What a screen is called in a row of its own.
pub(crate) fn state_label(catalogue: &Catalogue, state: Option<&str>) -> String {
    state.map_or(NO_STATE, |state| catalogue.screen_label(state)).to_owned()
}

/// What a reason is called in a row of its own.
pub(crate) fn reason_label(catalogue: &Catalogue, reason: Option<&str>) -> String {
    reason.map_or(NO_REASON, |reason| catalogue.reason_label(reason)).to_owned()
}

pub(super) fn none_last(name: &Option<String>) -> (bool, Option<&str>) {
    (name.is_none(), name.as_deref())
}
