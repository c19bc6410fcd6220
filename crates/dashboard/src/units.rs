//! One page of the units behind a report, the latest first.
//!
//! `report` says which units the cohort has; what a page shows of each is read from the model in a
//! second, narrow scan over the instants that the page covers.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Catalogue, Outcome, Timestamp};
use weir_readmodel::{Model, Row, UnitView};
use weir_report::{CohortUnit, Filters, Narrow, Query, cohort};

use crate::cursor::Cursor;
use crate::describe::OutcomeName;

/// One unit, with the session that it is, belongs to, or began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SessionRow)]
pub(crate) struct UnitRow {
    /// The session's integration.
    pub(crate) integration: String,
    /// The session's id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// What the provider calls the kind of flow.
    #[schema(required)]
    pub(crate) feature: Option<String>,
    /// What became of the unit.
    #[schema(value_type = OutcomeName)]
    pub(crate) outcome: &'static str,
    /// The screen that the outcome carries.
    #[schema(required)]
    pub(crate) state: Option<String>,
    /// The reason that the outcome carries.
    #[schema(required)]
    pub(crate) reason: Option<String>,
    /// When its first fact was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) first_at: Timestamp,
    /// When it was first known to be submitted.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) submitted_at: Option<Timestamp>,
    /// How many attempts it has.
    pub(crate) attempts: u64,
}

/// A page of them.
pub(crate) struct Page {
    /// How many units there are in all: the report's number.
    pub(crate) count: usize,
    /// The page's.
    pub(crate) rows: Vec<UnitRow>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<Cursor>,
}

/// The cursor names a session that the model does not have.
#[derive(Debug)]
pub(crate) struct NoSuchPlace;

/// When a unit began, and its session: all that orders units, but for attempts that began as one.
type Key = (Timestamp, Row);

const fn key(unit: &CohortUnit) -> Key {
    (unit.summary.first_at, unit.session)
}

/// The units after `cursor`, up to `limit` of them.
pub(crate) fn page(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    cursor: Option<&Cursor>,
    limit: usize,
    threads: usize,
) -> Result<Page, NoSuchPlace> {
    let units = cohort(model, catalogue, query, &Narrow::default(), threads);
    let begin = match cursor {
        None => 0,
        Some(cursor) => place(model, &units, cursor).ok_or(NoSuchPlace)?,
    };
    let end = units.len().min(begin.saturating_add(limit));
    // How many of the first `count` units are like the one at `like`.
    let alike = |count: usize, like: usize| {
        units[..count].iter().rev().take_while(|unit| key(unit) == key(&units[like])).count()
    };
    let skipped = if begin < end { alike(begin, begin) } else { 0 };
    let rows = rows(model, query, &units[begin..end], skipped);
    let next = (begin < end && end < units.len()).then(|| {
        let last = &units[end - 1];
        let session = model.view(last.session);
        Cursor {
            from: query.from,
            to: query.to,
            as_of: query.as_of,
            first_at: last.first_at(),
            given: alike(end, end - 1),
            id: session.id,
            integration: session.integration,
        }
    });
    Ok(Page { count: units.len(), rows, next })
}

/// The number of units up to and with the one that the cursor names.
fn place(model: &Model, units: &[CohortUnit], cursor: &Cursor) -> Option<usize> {
    let mut rows = model.find(cursor.id).into_iter();
    let row = rows.find(|&row| model.view(row).integration == cursor.integration)?;
    let named = (cursor.first_at, row);
    let before = units.partition_point(|unit| named < key(unit));
    let alike = units[before..].iter().take_while(|unit| key(unit) == named).count();
    Some(before + alike.min(cursor.given))
}

/// What the page shows of `units`; `skipped` says how many like the first came before it.
fn rows(model: &Model, query: &Query, units: &[CohortUnit], skipped: usize) -> Vec<UnitRow> {
    let (Some(latest), Some(earliest)) = (units.first(), units.last()) else { return Vec::new() };
    let mut found: BTreeMap<Key, VecDeque<UnitRow>> =
        units.iter().map(|unit| (key(unit), VecDeque::new())).collect();
    let instants = earliest.first_at()..latest.first_at().plus_us(1);
    for part in 0..model.parts() {
        model.scan(part, query.unit, &instants, query.as_of, |unit| {
            if let Some(rows) = found.get_mut(&(unit.summary.first_at, unit.session)) {
                rows.extend(row(model, query, unit));
            }
        });
    }
    if let Some(rows) = found.get_mut(&key(latest)) {
        rows.drain(..skipped.min(rows.len()));
    }
    units.iter().filter_map(|unit| found.get_mut(&key(unit))?.pop_front()).collect()
}

/// What the page shows of one unit; none if the query's filters do not keep it.
fn row(model: &Model, query: &Query, unit: &UnitView<'_>) -> Option<UnitRow> {
    let outcome = unit.summary.outcome(query.as_of, query.window_us);
    let exit = outcome.exit().map(|exit| model.exits().texts(exit));
    // Only attempts of one session share a key, and they can differ in these alone.
    if !keeps(&query.filters, outcome, exit) {
        return None;
    }
    let session = model.view(unit.session);
    let (state, reason) = exit.unwrap_or_default();
    Some(UnitRow {
        integration: session.integration,
        id: session.id.to_string(),
        feature: model.features().get(unit.feature).map(str::to_owned),
        outcome: outcome.kind().name(),
        state: state.map(str::to_owned),
        reason: reason.map(str::to_owned),
        first_at: unit.summary.first_at,
        submitted_at: unit.summary.submitted(),
        attempts: unit.attempts(),
    })
}

/// A screen and a reason, where the outcome carries them.
type Exit<'a> = (Option<&'a str>, Option<&'a str>);

fn keeps(filters: &Filters, outcome: Outcome, exit: Option<Exit<'_>>) -> bool {
    let within = |wanted: &[Option<String>], value: fn(Exit<'_>) -> Option<&str>| {
        let has =
            |wanted: &Option<String>| exit.is_some_and(|exit| value(exit) == wanted.as_deref());
        wanted.is_empty() || wanted.iter().any(has)
    };
    (filters.outcome.is_empty() || filters.outcome.contains(&outcome.kind()))
        && within(&filters.state, |(state, _)| state)
        && within(&filters.reason, |(_, reason)| reason)
}
