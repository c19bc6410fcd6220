//! Two groups side by side, as JSON has them. These structs are never made: `report` writes most
//! of the JSON.

use utoipa::{IntoParams, ToSchema};

use super::parameters::OutcomeName;
use super::report::{Input, Rate, Totals};

/// What group `a` asks. Where none of these is given it is the period before group `b`'s, judged
/// at the same age; else each that is left out is as in group `b`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct FirstGroupParameters {
    /// Its cohort's first instant, written as `from`; `a_to` is needed with it.
    #[param(example = "2026-01-05")]
    a_from: Option<String>,
    /// The instant that its cohort ends before; `a_from` is needed with it.
    #[param(example = "2026-02-05")]
    a_to: Option<String>,
    /// Its instant of asking. With a period of its own and without this, the group is judged at
    /// the age that group `b` has, or as of now where it is younger.
    a_as_of: Option<String>,
    /// In place of `integration`.
    a_integration: Option<Vec<String>>,
    /// In place of `feature`.
    a_feature: Option<Vec<String>>,
    /// In place of `state`.
    a_state: Option<Vec<String>>,
    /// In place of `reason`.
    a_reason: Option<Vec<String>>,
    /// In place of `outcome`.
    #[param(inline)]
    a_outcome: Option<Vec<OutcomeName>>,
    /// Keeps its units with this number of attempts.
    #[param(minimum = 1, maximum = 4_294_967_295_u64)]
    a_attempts: Option<u64>,
    /// Keeps its units that began on this local weekday: 1 is Monday.
    #[param(minimum = 1, maximum = 7)]
    a_weekday: Option<u8>,
    /// Keeps its units that began in this local hour of the day.
    #[param(minimum = 0, maximum = 23)]
    a_hour: Option<u8>,
    /// Keeps group `b`'s units with this number of attempts.
    #[param(minimum = 1, maximum = 4_294_967_295_u64)]
    attempts: Option<u64>,
    /// Keeps group `b`'s units that began on this local weekday: 1 is Monday.
    #[param(minimum = 1, maximum = 7)]
    weekday: Option<u8>,
    /// Keeps group `b`'s units that began in this local hour of the day.
    #[param(minimum = 0, maximum = 23)]
    hour: Option<u8>,
}

/// Two groups, and how each of their rates differs: always the second, `b`, minus the first, `a`.
#[derive(ToSchema)]
#[schema(as = Comparison)]
#[expect(dead_code)] // described, never made
pub(crate) struct ComparisonSchema {
    /// Always `comparison`.
    report: String,
    /// The version of this shape.
    version: u32,
    a: Group,
    b: Group,
    /// Submitted of started.
    conversion: Difference,
    /// Abandoned of started.
    drop_off: Difference,
    /// Stalled of started.
    stalled: Difference,
    /// Still open, of started.
    open: Difference,
    /// For each screen of either group: abandoned there, of started; the largest loss first.
    by_state: Vec<StateDifference>,
    /// For each reason of either group, likewise.
    by_reason: Vec<ReasonDifference>,
}

/// One group.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Group {
    input: Input,
    /// Only units with so many attempts; null, any, as below.
    #[schema(required)]
    attempts: Option<u64>,
    /// Only units that began on this weekday.
    #[schema(required)]
    weekday: Option<u8>,
    /// Only units that began in this hour.
    #[schema(required)]
    hour: Option<u8>,
    totals: Totals,
}

/// How a rate differs between two groups.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Difference {
    a: Part,
    b: Part,
    /// `b - a`; null where a group is empty, as are both ends of the interval.
    #[schema(required, minimum = -1, maximum = 1)]
    value: Option<f64>,
    /// The lower end of its 95 % interval (Newcombe 1998, method 10).
    #[schema(required)]
    low: Option<f64>,
    /// The upper end.
    #[schema(required)]
    high: Option<f64>,
    /// Of the two-proportion z-test, or of Fisher's exact test where fewer than 5 are expected of
    /// a kind in a group; two-sided. Null where it says nothing: a group is empty, or both have
    /// nought or all.
    #[schema(required, minimum = 0, maximum = 1)]
    p_value: Option<f64>,
    /// What to make of it.
    verdict: VerdictName,
}

/// A rate with its two counts.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct Part {
    count: u64,
    of: u64,
    #[schema(required)]
    rate: Option<Rate>,
}

/// One screen in both groups. Its verdict is corrected for the number of rows (Holm 1979); its
/// p-value is not.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct StateDifference {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    state: Option<String>,
    /// The catalogue's label, or the raw value.
    label: String,
    #[serde(flatten)]
    difference: Difference,
}

/// One reason in both groups, likewise.
#[derive(ToSchema)]
#[expect(dead_code)] // described, never made
pub(crate) struct ReasonDifference {
    /// The literal value; null where the exit had none.
    #[schema(required)]
    reason: Option<String>,
    /// The catalogue's label, or the raw value.
    label: String,
    #[serde(flatten)]
    difference: Difference,
}

/// `too_few`: a group has fewer than 30 units, and nothing is said. `chance`: chance alone would
/// often explain as much. `real`: more than chance would explain, at 5 %.
#[derive(ToSchema)]
#[schema(as = Verdict, rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum VerdictName {
    TooFew,
    Chance,
    Real,
}
