//! The abandonment report, computed the slow and obvious way.
//!
//! It is written from `semantics.md` and `veriff.md` alone and shares no code with the product, so
//! that the two can be wrong only independently. Every question is answered by a loop over
//! everything; nothing is kept between two reports.

mod catalogue; // the order of the screens, copied by hand from veriff.md
mod figures; // rates and percentiles
mod fold; // the log's lines to facts
mod judge; // a unit's facts to its outcome
mod quality; // how good the data of a report is
mod query; // what a report is asked
mod read; // a body to an event
mod report; // the judged units to the report's JSON
mod profile; // what lies below its rows
mod totals; // the counts over a set of units
mod units; // the sessions' facts to the units of a report
mod zone; // instants to local buckets

#[cfg(test)]
mod tests;

pub use query::{Bucket, Dimension, Filters, Query, UnitKind};

use serde_json::Value;

/// One line of the log: what was received, when, from which integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDelivery {
    /// Its place in the log: 1, 2, 3.
    pub seq: u64,
    /// When it was received, in microseconds since 1970 UTC. Need not follow the log's order.
    pub received_at_us: i64,
    /// The name of the integration that it came in on.
    pub integration: String,
    /// The bytes, as they came.
    pub body: Vec<u8>,
}

/// The abandonment report over the log, as the object that `interfaces.md` describes.
///
/// `label` is left out of the rows: it is the catalogue's affair, not the semantics'.
pub fn abandonment(deliveries: &[RawDelivery], query: &Query) -> Value {
    let log = fold::read_log(deliveries);
    report::report(&log, &cohort(&log, query), query)
}

/// What lies below the report's rows, as the API's object; without labels, likewise.
pub fn profile(deliveries: &[RawDelivery], query: &Query) -> Value {
    let log = fold::read_log(deliveries);
    profile::profile(&cohort(&log, query), query)
}

fn cohort(log: &[fold::Line<'_>], query: &Query) -> Vec<judge::Judged> {
    let sessions = fold::fold(log);
    units::units(&sessions, query.unit, query.as_of_us)
        .into_iter()
        .map(|unit| judge::judge(unit, query))
        .filter(|judged| judge::is_in_cohort(judged, query))
        .collect()
}
