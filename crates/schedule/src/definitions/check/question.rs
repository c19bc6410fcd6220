//! What is asked: each value by itself, so that all that are wrong are told, then all together.

use weir_report::{Asked, Definition, Query};

use super::{Found, Surroundings};
use crate::when::zone;

/// Two instants of asking at which no relative range is the same.
const YEARS_US: i64 = 400 * 86_400 * 1_000_000;

/// The question as of now, if it can be asked.
pub(super) fn check(
    definition: &Definition,
    around: &Surroundings<'_>,
    found: &mut Found<'_>,
) -> Option<Query> {
    let before = found.troubles.len();
    values(&definition.ask, around, found);
    if before < found.troubles.len() {
        return None;
    }
    let query = match definition.query(around.now, around.zone_default) {
        Ok(query) => query,
        Err(error) => {
            let path: &[&str] =
                if error.name == "range" { &["range"] } else { &["ask", error.name] };
            found.at(path, error.as_parameter());
            return None;
        }
    };
    let later = definition.query(around.now.plus_us(YEARS_US), around.zone_default);
    let is_fixed = later.is_ok_and(|later| (later.from, later.to) == (query.from, query.to));
    if definition.schedule.is_some() && is_fixed {
        found.at(
            &["ask", "from"],
            "its range is the same each time it is due: write a `range` such as `previous week`, \
             or `from` and `to` relative to now (-30d, now)",
        );
    }
    Some(query)
}

/// Each value that cannot be taken.
fn values(asked: &Asked, around: &Surroundings<'_>, found: &mut Found<'_>) {
    if let Some(tz) = &asked.tz
        && let Err(error) = zone(tz)
    {
        found.at(&["ask", "tz"], error.to_string());
    }
    let Asked { as_of, unit, window, bucket, outcome, by, .. } = asked;
    let alone = [
        Asked { as_of: as_of.clone(), ..Asked::default() },
        Asked { unit: unit.clone(), ..Asked::default() },
        Asked { window: window.clone(), ..Asked::default() },
        Asked { bucket: bucket.clone(), ..Asked::default() },
        Asked { outcome: outcome.clone(), ..Asked::default() },
        Asked { by: by.clone(), ..Asked::default() },
    ];
    for asked in alone {
        if let Err(error) = asked.query(around.now) {
            found.at(&["ask", error.name], error.as_parameter());
        }
    }
}

/// Filter values that are likely a slip of the pen.
pub(super) fn unknown(
    definition: &Definition,
    query: &Query,
    around: &Surroundings<'_>,
    found: &mut Found<'_>,
) {
    // Asked one by one, so that each is told at its line.
    let filters = &query.filters;
    let mut alone = |key: &str, query: Query| {
        for message in (around.unknown_values)(&query) {
            found.at(&["ask", key], message);
        }
    };
    let none = || weir_report::Filters::default();
    let keys = [
        (
            "integration",
            weir_report::Filters { integration: filters.integration.clone(), ..none() },
        ),
        ("feature", weir_report::Filters { feature: filters.feature.clone(), ..none() }),
        ("state", weir_report::Filters { state: filters.state.clone(), ..none() }),
        ("reason", weir_report::Filters { reason: filters.reason.clone(), ..none() }),
    ];
    for (key, filters) in keys.into_iter().filter(|(_, filters)| !filters.is_empty()) {
        alone(key, Query { filters, ..query.clone() });
    }
    let watched = definition.alert.as_ref().and_then(|alert| alert.state.clone());
    if let Some(state) = watched {
        let filters = weir_report::Filters { state: vec![Some(state)], ..none() };
        for message in (around.unknown_values)(&Query { filters, ..query.clone() }) {
            found.at(&["alert", "state"], message);
        }
    }
}
