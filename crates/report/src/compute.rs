//! Computes the abandonment report: one pass over the units, on all cores.
//!
//! Each part of the model is scanned to a small partial sum; the sums are joined and become rows.

mod keep; // the filters, as codes
mod local; // the local hour and weekday of an instant
mod narrowed; // which units one number counts, as codes
mod cohort; // those units, one by one
mod partial; // what one pass counts
mod rows; // counts to rows
mod below; // what lies below the rows
mod times; // exact percentiles

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_domain::{Catalogue, Outcome, Timestamp};
use weir_readmodel::{Model, UnitView};

use crate::{BucketError, Buckets, DataQuality, Narrow, Query, Report};
pub use below::profile;
pub(crate) use cohort::Parts;
pub use cohort::{CohortUnit, visit};
use keep::Keep;
use narrowed::Narrowed;
use partial::Partial;
pub(crate) use rows::{reason_label, state_label};

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
    report_of(model, catalogue, query, threads, |sum, unit, outcome| sum.count(unit, outcome))
}

/// Computes the report of those of its units that `narrow` keeps.
///
/// # Errors
/// If the range has more buckets than can be shown, or leaves the calendar.
pub fn compute_narrowed(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    narrow: &Narrow,
    threads: usize,
) -> Result<Report, BucketError> {
    let narrowed = Narrowed::new(model, catalogue, query, narrow);
    report_of(model, catalogue, query, threads, |sum, unit, outcome| {
        if narrowed.keeps(unit, outcome) {
            sum.count(unit, outcome);
        }
    })
}

fn report_of(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    threads: usize,
    count: impl Fn(&mut Partial<'_>, &UnitView<'_>, Outcome) + Sync,
) -> Result<Report, BucketError> {
    let buckets = Buckets::cover(query.bucket, &query.zone, query.from, query.to)?;
    let sums =
        scan(model, query, threads, || Partial::new(model, catalogue, query, &buckets), count);
    let sum = sums.into_iter().reduce(Partial::join);
    let sum = sum.unwrap_or_else(|| Partial::new(model, catalogue, query, &buckets));
    let totals = sum.totals();
    Ok(Report {
        by_state: rows::by_state(model, catalogue, &sum, &totals),
        by_reason: rows::by_reason(model, catalogue, &sum, &totals),
        by_state_and_reason: rows::by_state_and_reason(model, &sum),
        trend: rows::trend(query, &buckets, &sum),
        breakdown: query.by.map(|by| rows::breakdown(model, by, &sum)),
        data_quality: data_quality(model, catalogue, query, &sum),
        time_to_submit: sum.time_to_submit.percentiles(),
        time_to_abandon: sum.time_to_abandon.percentiles(),
        totals,
        query: query.clone(),
    })
}

/// Hands every unit that passes the query to `count`, part by part on `threads` threads, each
/// with an accumulator of its own.
fn scan<A: Send>(
    model: &Model,
    query: &Query,
    threads: usize,
    start: impl Fn() -> A + Sync,
    count: impl Fn(&mut A, &UnitView<'_>, Outcome) + Sync,
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
