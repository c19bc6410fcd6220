//! What a query may hold. These structs are never made: `parameters` reads the query.

use utoipa::{IntoParams, ToSchema};

/// A report's question. What is left out, or empty, takes its default.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct QuestionParameters {
    /// The cohort's first instant: RFC 3339, a date (its midnight in the zone), `now`, or relative
    /// to now (`-30d`, `-12h`).
    #[param(default = "-30d", example = "2026-01-05")]
    from: Option<String>,
    /// The instant that the cohort ends before, written likewise.
    #[param(default = "now", example = "2026-02-05")]
    to: Option<String>,
    /// The IANA time zone in which days begin.
    #[param(example = "Europe/Tallinn")]
    tz: Option<String>,
    /// Only facts up to this instant exist.
    #[param(default = "now")]
    as_of: Option<String>,
    /// What is counted.
    #[param(inline)]
    unit: Option<UnitName>,
    /// After how long a silent session is stalled: `7d`, `36h`, `90m`.
    #[param(default = "7d")]
    window: Option<String>,
    /// The periods of the trend.
    #[param(inline)]
    bucket: Option<BucketName>,
    /// By what the cohort is broken down.
    #[param(inline)]
    by: Option<DimensionName>,
    /// Keeps the sessions of these integrations.
    integration: Option<Vec<String>>,
    /// Keeps the sessions with these features; the empty text stands for none.
    feature: Option<Vec<String>>,
    /// Keeps the units whose outcome carries one of these screens; the empty text stands for none.
    state: Option<Vec<String>>,
    /// Keeps the units whose outcome carries one of these reasons; the empty text stands for none.
    reason: Option<Vec<String>>,
    /// Keeps the units with one of these outcomes.
    #[param(inline)]
    outcome: Option<Vec<OutcomeName>>,
}

/// The form of a report.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct FormatParameter {
    /// As what the report is answered.
    #[param(inline)]
    format: Option<FormatName>,
}

/// Which of the cohort's units a list keeps beyond the filters, and in which order it is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct ListParameters {
    /// Keeps the units that a report counts at risk at this screen.
    at_risk: Option<String>,
    /// Keeps the units of which this is known.
    #[param(inline)]
    mark: Option<MarkName>,
    /// Keeps the recovered units with a cancel at this screen; the empty text stands for none.
    recovered_state: Option<String>,
    /// Keeps the recovered units with a cancel for this reason; the empty text stands for none.
    recovered_reason: Option<String>,
    /// Keeps the units whose first fact fell on this ISO weekday in the zone: 1 is Monday.
    #[param(minimum = 1, maximum = 7)]
    weekday: Option<u8>,
    /// Keeps the units whose first fact fell into this hour of the day in the zone.
    #[param(minimum = 0, maximum = 23)]
    hour: Option<u8>,
    /// Keeps the units with this number of attempts.
    #[param(minimum = 1, maximum = 4_294_967_295_u64)]
    attempts: Option<u64>,
    /// Keeps the units that got there, after at least `seconds_min` and less than `seconds_below`.
    #[param(inline)]
    time_to: Option<UntilName>,
    /// With `time_to`: at least this long.
    #[param(minimum = 0, maximum = 1000000000000_u64)]
    seconds_min: Option<u64>,
    /// With `time_to`: less than this.
    #[param(minimum = 1, maximum = 1000000000000_u64)]
    seconds_below: Option<u64>,
    /// Keeps the session with this id, or of the attempt with this id; else the sessions whose
    /// `endUserId` or `vendorData` is exactly this text.
    q: Option<String>,
    /// What `q` is, if only one of these is meant.
    #[param(inline)]
    q_in: Option<SearchName>,
    /// By what the list is sorted. What has no value comes last.
    #[param(inline)]
    sort: Option<SortName>,
    /// Ascending or descending; by default words ascend, times and counts descend.
    #[param(inline)]
    order: Option<OrderName>,
    /// As what the list is answered.
    #[param(inline)]
    format: Option<ListFormatName>,
}

/// A page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct PageParameters {
    /// The `next_cursor` of the page before; left out for the first.
    cursor: Option<String>,
    /// How many rows a page has.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// Which deeds of the audit record.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct AuditParameters {
    /// Those from this instant on: RFC 3339, a date, or relative (`-7d`).
    since: Option<String>,
    /// Those before this instant.
    until: Option<String>,
    /// Those of somebody whose name has this in it.
    who: Option<String>,
    /// Those of this kind, such as `saw-session`.
    did: Option<String>,
    /// Those to what has this in its name or number.
    what: Option<String>,
}

/// Which deliveries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct DeliveryParameters {
    /// What was noted of them when they were read.
    #[param(inline)]
    kind: Option<DeliveryKindName>,
    /// Only those with this code, among the newest 500 whose code Weir does not know.
    code: Option<i64>,
    /// Only those that could not be read for this cause, as `/api/v1/health` words it, among the
    /// newest 500 that could not be read.
    cause: Option<String>,
    /// Received at this instant or later: RFC 3339, a date, `now`, or relative to now.
    #[param(example = "-1h")]
    from: Option<String>,
    /// Received before this instant.
    to: Option<String>,
}

/// What can be noted of a delivery.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "all")]
#[expect(dead_code)] // described, never made
pub(crate) enum DeliveryKindName {
    All,
    Repeat,
    Quarantined,
    UnknownCode,
    ActionMismatch,
}

/// Which of several sessions of one id, and as of when.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code)] // described, never made
pub(crate) struct SessionParameters {
    /// The session's integration, where several have a session of this id.
    integration: Option<String>,
    /// Only facts up to this instant exist.
    #[param(default = "now")]
    as_of: Option<String>,
    /// After how long a silent session is stalled.
    #[param(default = "7d")]
    window: Option<String>,
}

/// What is counted.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "session")]
#[expect(dead_code)] // described, never made
pub(crate) enum UnitName {
    Session,
    Attempt,
    EndUser,
}

/// The periods of a trend.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "day")]
#[expect(dead_code)] // described, never made
pub(crate) enum BucketName {
    Hour,
    Day,
    Week,
    Month,
}

/// By what a cohort can be broken down.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum DimensionName {
    Integration,
    Feature,
    Outcome,
    Attempts,
    Weekday,
    Hour,
}

/// What became of a unit.
#[derive(ToSchema)]
#[schema(as = Outcome, rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum OutcomeName {
    Submitted,
    Cancelled,
    LostInHandover,
    Stalled,
    HandedOver,
    InProgress,
}

/// As what a report can be answered.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "json")]
#[expect(dead_code)] // described, never made
pub(crate) enum FormatName {
    Json,
    Csv,
    Html,
    Svg,
    Png,
}

/// Something that is known of a unit besides its outcome.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum MarkName {
    Recovered,
    LeftAfterSubmitting,
    OtherDocument,
    ImpliedSubmitted,
    MissingStarted,
}

/// Until when a time is taken.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum UntilName {
    Submit,
    Abandon,
    Exit,
}

/// What a search is for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum SearchName {
    Id,
    AttemptId,
    EndUserId,
    VendorData,
}

/// By what a list is sorted.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "first_at")]
#[expect(dead_code)] // described, never made
pub(crate) enum SortName {
    FirstAt,
    Outcome,
    State,
    Reason,
    OutcomeAt,
    Duration,
    Attempts,
}

/// In which direction.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code)] // described, never made
pub(crate) enum OrderName {
    Asc,
    Desc,
}

/// As what a list can be answered.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", default = "json")]
#[expect(dead_code)] // described, never made
pub(crate) enum ListFormatName {
    Json,
    Csv,
}
