//! The report, as JSON has it. These structs are never made: `report` writes the JSON.

use utoipa::ToSchema;

use super::parameters::{BucketName, DimensionName, OutcomeName, UnitName};

/// The abandonment report.
#[derive(ToSchema)]
#[schema(as = Report)]
#[expect(dead_code)] // described, never made
pub(crate) struct ReportSchema {
    /// Always `abandonment`.
    report: String,
    /// The version of this shape.
    version: u32,
    input: Input,
    totals: Totals,
    /// A row for each screen that an exit carries, the costliest first.
    by_state: Vec<StateRow>,
    /// A row for each reason that an exit carries, the costliest first.
    by_reason: Vec<ReasonRow>,
    /// A row for each pair that occurs, the costliest first.
    by_state_and_reason: Vec<PairRow>,
    /// A row for each bucket, empty ones included, in order of time.
    trend: Vec<TrendRow>,
    /// From the first fact to the submission.
    time_to_submit_seconds: Percentiles,
    /// From the first fact to the last cancel, of cancelled units.
    time_to_abandon_seconds: Percentiles,
    /// A row for each value of the dimension, if one was asked for.
    #[schema(required)]
    breakdown: Option<Vec<BreakdownRow>>,
    data_quality: DataQuality,
}

/// What was asked, with every default filled in.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Input {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    timezone: String,
    #[schema(format = DateTime)]
    as_of: String,
    #[schema(inline)]
    unit: UnitName,
    window_seconds: u64,
    #[schema(inline)]
    bucket: BucketName,
    filters: Filters,
    #[schema(inline, required)]
    by: Option<DimensionName>,
}

/// The filters that apply; null in a list stands for none.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Filters {
    #[schema(nullable = false)]
    integration: Option<Vec<String>>,
    #[schema(nullable = false)]
    feature: Option<Vec<Option<String>>>,
    #[schema(nullable = false)]
    state: Option<Vec<Option<String>>>,
    #[schema(nullable = false)]
    reason: Option<Vec<Option<String>>>,
    #[schema(nullable = false, inline)]
    outcome: Option<Vec<OutcomeName>>,
}

/// A part of a whole with its 95 % Wilson score interval; null instead where the whole is 0.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Rate {
    #[schema(minimum = 0, maximum = 1)]
    value: f64,
    #[schema(minimum = 0, maximum = 1)]
    low: f64,
    #[schema(minimum = 0, maximum = 1)]
    high: f64,
}

/// How many units there are of each kind.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Totals {
    started: u64,
    submitted: u64,
    cancelled: u64,
    lost_in_handover: u64,
    stalled: u64,
    handed_over: u64,
    in_progress: u64,
    /// `handed_over` and `in_progress`.
    open: u64,
    /// `cancelled`, `lost_in_handover` and `stalled`.
    abandoned: u64,
    /// Submitted after a cancel.
    recovered: u64,
    /// Cancelled after submitting.
    left_after_submitting: u64,
    other_document: u64,
    /// `submitted` of `started`.
    #[schema(required)]
    conversion_rate: Option<Rate>,
    /// `abandoned` of `started`.
    #[schema(required)]
    drop_off_rate: Option<Rate>,
}

/// What one screen cost.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct StateRow {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    state: Option<String>,
    /// The catalogue's label, or the raw value.
    label: String,
    /// Null for a screen that the catalogue does not order, as are the next and the last two.
    #[schema(required)]
    stage: Option<String>,
    #[schema(required)]
    order: Option<i64>,
    /// Units that ended here.
    abandoned: u64,
    /// Of all abandoned with a known exit.
    #[schema(required)]
    share: Option<Rate>,
    /// Of all started.
    #[schema(required)]
    drop_off_rate: Option<Rate>,
    /// Recovered units that have a cancel at this screen.
    recovered: u64,
    /// Units that got at least this far.
    #[schema(required)]
    at_risk: Option<u64>,
    /// Of those at risk.
    #[schema(required)]
    hazard: Option<Rate>,
}

/// What one reason cost.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ReasonRow {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    reason: Option<String>,
    /// The catalogue's label, or the raw value.
    label: String,
    /// Units that ended for this reason.
    abandoned: u64,
    /// Of all abandoned with a known exit.
    #[schema(required)]
    share: Option<Rate>,
    /// Of all started.
    #[schema(required)]
    drop_off_rate: Option<Rate>,
    /// Recovered units that have a cancel for this reason.
    recovered: u64,
}

/// How many ended at a screen for a reason.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct PairRow {
    #[schema(required)]
    state: Option<String>,
    #[schema(required)]
    reason: Option<String>,
    abandoned: u64,
}

/// The totals of the units that began in one bucket.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct TrendRow {
    /// The local date of its start; for hours, the local start with offset.
    bucket: String,
    #[serde(flatten)]
    totals: Totals,
}

/// The totals of the units with one value of the dimension.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct BreakdownRow {
    /// The value; null for no feature.
    #[schema(required)]
    value: Option<BreakdownValue>,
    #[serde(flatten)]
    totals: Totals,
}

/// An integration, feature or outcome; or a number of attempts, an ISO weekday (1 is Monday), or
/// an hour of the day.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code)] // described, never made
pub(crate) enum BreakdownValue {
    Text(String),
    Number(u64),
}

/// Percentiles by nearest rank, in seconds; null where there is no unit.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Percentiles {
    #[schema(required)]
    p50: Option<f64>,
    #[schema(required)]
    p75: Option<f64>,
    #[schema(required)]
    p90: Option<f64>,
    #[schema(required)]
    p95: Option<f64>,
    #[schema(required)]
    p99: Option<f64>,
}

/// How far the deliveries of the period, and the units of the cohort, can be trusted.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct DataQuality {
    /// Received in the period.
    deliveries: u64,
    /// That brought no fact which their attempt did not have already.
    repeats: u64,
    /// That could not be read as an event.
    quarantined: u64,
    /// Whose code Weir does not know.
    unknown_codes: u64,
    /// Whose action is not the one of their code.
    action_mismatches: u64,
    /// Units submitted without a 7002.
    implied_submitted: u64,
    /// Units without a 7001.
    missing_started: u64,
    /// Screens that the catalogue does not name, sorted.
    uncatalogued_states: Vec<String>,
}
