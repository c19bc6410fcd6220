//! What lies below a report, as JSON has it. These structs are never made: `report` writes the
//! JSON.

use utoipa::ToSchema;

use super::report::{Input, Percentiles};

/// What lies below the rows of the abandonment report.
///
/// A distribution is a list of counts, one more than `bin_edges_seconds` has edges: the first of
/// units below the first edge, each next from one edge to below the next, the last from the last
/// edge on.
#[derive(ToSchema)]
#[schema(as = Profile)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfileSchema {
    /// Always `profile`.
    report: String,
    /// The version of this shape.
    version: u32,
    input: Input,
    /// The edges of the distributions' bins.
    bin_edges_seconds: Vec<u64>,
    /// From the first fact to the submission, of submitted units.
    time_to_submit: Vec<u64>,
    /// From the first fact to the last cancel, of cancelled units.
    time_to_abandon: Vec<u64>,
    /// Each hour of the week, Monday's first.
    week: Vec<ProfileHour>,
    /// A row for each screen that an exit carries, the costliest first.
    by_state: Vec<ProfileStateRow>,
    /// A row for each reason that an exit carries, the costliest first.
    by_reason: Vec<ProfileReasonRow>,
}

/// The units that began in one local hour of the week.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfileHour {
    /// The ISO weekday: 1 is Monday.
    #[schema(minimum = 1, maximum = 7)]
    weekday: u8,
    #[schema(minimum = 0, maximum = 23)]
    hour: u8,
    started: u64,
    submitted: u64,
    abandoned: u64,
}

/// One screen.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfileStateRow {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    state: Option<String>,
    #[serde(flatten)]
    exit: ProfileExit,
}

/// One reason.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfileReasonRow {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    reason: Option<String>,
    #[serde(flatten)]
    exit: ProfileExit,
}

/// How people left at one screen, or for one reason.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfileExit {
    /// The catalogue's label, or the raw value.
    label: String,
    /// Units that ended so.
    abandoned: u64,
    /// From the first fact to the exit that the outcome carries.
    time_to_exit_seconds: Percentiles,
    /// The same, as a distribution.
    time_to_exit: Vec<u64>,
    /// How many of them began in each bucket; those without any are left out.
    trend: Vec<ProfilePoint>,
}

/// A bucket of a row's trend.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ProfilePoint {
    /// The bucket's name, as in the report's trend.
    bucket: String,
    abandoned: u64,
}
