//! What is answered: the abandonment report as plain values (semantics.md, section 5).
//!
//! Serialised, a report is the JSON object of `--format json` and of the API. Rates are kept as
//! two counts and become numbers when they are written.

use serde::{Serialize, Serializer, ser::SerializeMap};
use weir_domain::{Rate, Timestamp};

use crate::Query;

/// The abandonment report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was asked.
    pub query: Query,
    /// The whole cohort.
    pub totals: Totals,
    /// A row for each screen that an exit carries, the costliest first.
    pub by_state: Vec<StateRow>,
    /// A row for each reason that an exit carries, the costliest first.
    pub by_reason: Vec<ReasonRow>,
    /// A row for each pair that occurs, the costliest first.
    pub by_state_and_reason: Vec<PairRow>,
    /// A row for each bucket of `first_at`, empty ones included, in order of time.
    pub trend: Vec<TrendRow>,
    /// From the first fact to the submission.
    pub time_to_submit: Percentiles,
    /// From the first fact to the last cancel, of cancelled units.
    pub time_to_abandon: Percentiles,
    /// A row for each value of the dimension, if one was asked for.
    pub breakdown: Option<Vec<BreakdownRow>>,
    /// How far the deliveries can be trusted.
    pub data_quality: DataQuality,
}

/// How many units there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names are those of semantics.md
pub struct Totals {
    pub started: u64,
    pub submitted: u64,
    pub cancelled: u64,
    pub lost_in_handover: u64,
    pub stalled: u64,
    pub handed_over: u64,
    pub in_progress: u64,
    pub recovered: u64,
    pub left_after_submitting: u64,
    pub other_document: u64,
}

/// What one screen cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StateRow {
    /// The literal value; none where the exit had none.
    pub state: Option<String>,
    /// The catalogue's label, or the raw value.
    pub label: String,
    /// The part of the flow; none for a screen that the catalogue does not order.
    pub stage: Option<String>,
    /// Where in the flow; none for a screen that the catalogue does not order.
    pub order: Option<i64>,
    /// Units that ended here.
    pub abandoned: u64,
    /// Of all abandoned with a known exit.
    pub share: Rate,
    /// Of all started.
    pub drop_off_rate: Rate,
    /// Recovered units that have a cancel at this screen.
    pub recovered: u64,
    /// Units that got at least this far; none for a screen that the catalogue does not order.
    pub at_risk: Option<u64>,
    /// Of those at risk; none for a screen that the catalogue does not order.
    pub hazard: Option<Rate>,
}

/// What one reason cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReasonRow {
    /// The literal value; none where the exit had none.
    pub reason: Option<String>,
    /// The catalogue's label, or the raw value.
    pub label: String,
    /// Units that ended for this reason.
    pub abandoned: u64,
    /// Of all abandoned with a known exit.
    pub share: Rate,
    /// Of all started.
    pub drop_off_rate: Rate,
    /// Recovered units that have a cancel for this reason.
    pub recovered: u64,
}

/// How many ended at a screen for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairRow {
    /// The screen's literal value; none where the exit had none.
    pub state: Option<String>,
    /// The reason's literal value; none where the exit had none.
    pub reason: Option<String>,
    /// Units that ended so.
    pub abandoned: u64,
}

/// The totals of the units that began in one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendRow {
    /// The local date of its start; for hours, the local start with offset in RFC 3339.
    pub bucket: String,
    /// The part of the range that it covers: from here …
    pub from: Timestamp,
    /// … until before here. Not in the JSON object, where the name says as much.
    pub to: Timestamp,
    /// Of the units that began in it.
    pub totals: Totals,
}

/// A value of the dimension by which the cohort was broken down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum BreakdownValue {
    /// Number of attempts, ISO weekday (1 is Monday), or hour of the day.
    Number(u64),
    /// Integration, feature or outcome.
    Text(String),
    /// No feature.
    None,
}

/// The totals of the units with one value of the dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownRow {
    /// The value.
    pub value: BreakdownValue,
    /// Of the units that have it.
    pub totals: Totals,
}

/// Percentiles by nearest rank, in microseconds; none where there is no unit.
/// Serialised in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Percentiles {
    pub p50_us: Option<u64>,
    pub p75_us: Option<u64>,
    pub p90_us: Option<u64>,
    pub p95_us: Option<u64>,
    pub p99_us: Option<u64>,
}

/// How far the deliveries of the period, and the units of the cohort, can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DataQuality {
    /// Received in the period.
    pub deliveries: u64,
    /// That brought no fact which their attempt did not have already.
    pub repeats: u64,
    /// That could not be read as an event.
    pub quarantined: u64,
    /// Whose code Weir does not know.
    pub unknown_codes: u64,
    /// Whose action is not the one of their code.
    pub action_mismatches: u64,
    /// Units submitted without a 7002.
    pub implied_submitted: u64,
    /// Units without a 7001.
    pub missing_started: u64,
    /// Screens that the catalogue does not name, sorted.
    pub uncatalogued_states: Vec<String>,
}

impl Totals {
    /// handed_over + in_progress.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.handed_over + self.in_progress
    }

    /// cancelled + lost_in_handover + stalled.
    #[must_use]
    pub const fn abandoned(&self) -> u64 {
        self.known_exits() + self.stalled
    }

    /// Abandoned at a known screen or reason: cancelled + lost_in_handover.
    #[must_use]
    pub const fn known_exits(&self) -> u64 {
        self.cancelled + self.lost_in_handover
    }

    /// submitted of started.
    #[must_use]
    pub const fn conversion_rate(&self) -> Rate {
        Rate::new(self.submitted, self.started)
    }

    /// abandoned of started.
    #[must_use]
    pub const fn drop_off_rate(&self) -> Rate {
        Rate::new(self.abandoned(), self.started)
    }

    /// Every count with its name, in the order of the JSON object.
    #[must_use]
    pub const fn counts(&self) -> [(&'static str, u64); 12] {
        [
            ("started", self.started),
            ("submitted", self.submitted),
            ("cancelled", self.cancelled),
            ("lost_in_handover", self.lost_in_handover),
            ("stalled", self.stalled),
            ("handed_over", self.handed_over),
            ("in_progress", self.in_progress),
            ("open", self.open()),
            ("abandoned", self.abandoned()),
            ("recovered", self.recovered),
            ("left_after_submitting", self.left_after_submitting),
            ("other_document", self.other_document),
        ]
    }

    /// Both rates with their names, in the order of the JSON object.
    #[must_use]
    pub const fn rates(&self) -> [(&'static str, Rate); 2] {
        [("conversion_rate", self.conversion_rate()), ("drop_off_rate", self.drop_off_rate())]
    }

    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for (name, count) in self.counts() {
            map.serialize_entry(name, &count)?;
        }
        for (name, rate) in self.rates() {
            map.serialize_entry(name, &rate)?;
        }
        Ok(())
    }
}

impl Percentiles {
    /// Each percentile with its name, in microseconds.
    #[must_use]
    pub const fn named_us(&self) -> [(&'static str, Option<u64>); 5] {
        [
            ("p50", self.p50_us),
            ("p75", self.p75_us),
            ("p90", self.p90_us),
            ("p95", self.p95_us),
            ("p99", self.p99_us),
        ]
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every field is named, so that a new one does not compile until it is written here.
        let Report {
            query,
            totals,
            by_state,
            by_reason,
            by_state_and_reason,
            trend,
            time_to_submit,
            time_to_abandon,
            breakdown,
            data_quality,
        } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("report", "abandonment")?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("input", query)?;
        map.serialize_entry("totals", totals)?;
        map.serialize_entry("by_state", by_state)?;
        map.serialize_entry("by_reason", by_reason)?;
        map.serialize_entry("by_state_and_reason", by_state_and_reason)?;
        map.serialize_entry("trend", trend)?;
        map.serialize_entry("time_to_submit_seconds", time_to_submit)?;
        map.serialize_entry("time_to_abandon_seconds", time_to_abandon)?;
        map.serialize_entry("breakdown", breakdown)?;
        map.serialize_entry("data_quality", data_quality)?;
        map.end()
    }
}

impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

impl Serialize for TrendRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("bucket", &self.bucket)?;
        self.totals.write(&mut map)?;
        map.end()
    }
}

impl Serialize for BreakdownRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.value)?;
        self.totals.write(&mut map)?;
        map.end()
    }
}

impl Serialize for Percentiles {
    #[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, us) in self.named_us() {
            map.serialize_entry(name, &us.map(|us| us as f64 / 1e6))?;
        }
        map.end()
    }
}
