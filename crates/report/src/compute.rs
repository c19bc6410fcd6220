//! Computes the abandonment report: one pass over the units, on all cores.
//!
//! Each part of the model is scanned to a small partial sum; the sums are joined and become rows.

mod keep; // the filters, as codes
mod local; // the local hour and weekday of an instant
mod partial; // what one pass counts
mod rows; // counts to rows
mod times; // exact percentiles

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_domain::{Catalogue, OutcomeKind, Timestamp};
use weir_readmodel::{Model, Row, UnitView};

use crate::{BucketError, Buckets, DataQuality, Query, Report};
use keep::Keep;
use partial::Partial;

/// Computes the report.
///
/// # Errors
/// If the range has more buckets than can be shown, or leaves the calendar.
pub fn compute(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    threads: usize,
) -> Result<Report, BucketError> {
    let buckets = Buckets::cover(query.bucket, &query.zone, query.from, query.to)?;
    let sums = scan(
        model,
        query,
        threads,
        || Partial::new(model, catalogue, query, &buckets),
        Partial::count,
    );
    let sum = sums.into_iter().reduce(Partial::join);
    let sum = sum.unwrap_or_else(|| Partial::new(model, catalogue, query, &buckets));
    let totals = sum.totals();
    Ok(Report {
        by_state: rows::by_state(model, catalogue, &sum, &totals),
        by_reason: rows::by_reason(model, catalogue, &sum, &totals),
        by_state_and_reason: rows::by_state_and_reason(model, &sum),
        trend: rows::trend(&buckets, &sum),
        breakdown: query.by.map(|by| rows::breakdown(model, by, &sum)),
        data_quality: data_quality(model, catalogue, query, &sum),
        time_to_submit: sum.time_to_submit.percentiles(),
        time_to_abandon: sum.time_to_abandon.percentiles(),
        totals,
        query: query.clone(),
    })
}

/// The units of the cohort, the latest first: what is behind a report's numbers.
pub fn cohort(model: &Model, query: &Query, threads: usize) -> Vec<CohortUnit> {
    let mut units: Vec<CohortUnit> =
        scan(model, query, threads, Vec::new, |units: &mut Vec<CohortUnit>, unit, outcome| {
            units.push(CohortUnit {
                first_at: unit.summary.first_at,
                session: unit.session,
                outcome: outcome.kind(),
            });
        })
        .into_iter()
        .flatten()
        .collect();
    units.sort_unstable_by_key(|unit| std::cmp::Reverse((unit.first_at, unit.session)));
    units
}

/// One unit of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortUnit {
    /// When its first fact was received.
    pub first_at: Timestamp,
    /// The session that it is, belongs to, or began with.
    pub session: Row,
    /// What became of it.
    pub outcome: OutcomeKind,
}

/// Hands every unit that passes the query to `count`, part by part on `threads` threads, each
/// with an accumulator of its own.
fn scan<A: Send>(
    model: &Model,
    query: &Query,
    threads: usize,
    start: impl Fn() -> A + Sync,
    count: impl Fn(&mut A, &UnitView<'_>, weir_domain::Outcome) + Sync,
) -> Vec<A> {
    let keep = Keep::new(model, query);
    let cohort: Range<Timestamp> = query.from..query.to;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut sum = start();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if model.parts() <= part {
                return sum;
            }
            model.scan(part, query.unit, &cohort, query.as_of, |unit| {
                let outcome = unit.summary.outcome(query.as_of, query.window_us);
                if keep.keeps(unit, outcome) {
                    count(&mut sum, unit, outcome);
                }
            });
        }
    };
    let helpers = threads.clamp(1, model.parts().max(1)) - 1;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut sums = vec![work()];
        for thread in running {
            match thread.join() {
                Ok(sum) => sums.push(sum),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        sums
    })
}

fn data_quality(model: &Model, catalogue: &Catalogue, query: &Query, sum: &Partial) -> DataQuality {
    let tally = model.tally(query.from, query.to, query.as_of);
    DataQuality {
        deliveries: tally.deliveries,
        repeats: tally.repeats,
        quarantined: tally.quarantined,
        unknown_codes: tally.unknown_codes,
        action_mismatches: tally.action_mismatches,
        implied_submitted: sum.implied_submitted,
        missing_started: sum.missing_started,
        uncatalogued_states: sum.uncatalogued_states(catalogue),
    }
}
