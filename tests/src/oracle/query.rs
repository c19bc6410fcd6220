//! What a report is asked.

/// What a report counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// The union of a session's attempts.
    Session,
    /// Each attempt by itself.
    Attempt,
    /// The union of the sessions of one `endUserId` of one integration.
    EndUser,
}

/// How long a step of the trend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// A local hour; one that is repeated at the end of summer time is two.
    Hour,
    /// A local day.
    Day,
    /// An ISO week, named by its Monday.
    Week,
    /// A month, named by its first day.
    Month,
}

/// What a report is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// The integration of the unit.
    Integration,
    /// Its feature, or none.
    Feature,
    /// What became of it.
    Outcome,
    /// The number of its attempts.
    Attempts,
    /// The local day of the week of its first fact, 1 = Monday.
    Weekday,
    /// The local hour of its first fact.
    Hour,
}

/// What a unit must be to be counted. An empty list asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Names of integrations.
    pub integration: Vec<String>,
    /// Names of features.
    pub feature: Vec<String>,
    /// Screens that the outcome carries; the empty string is none.
    pub state: Vec<String>,
    /// Reasons that the outcome carries; the empty string is none.
    pub reason: Vec<String>,
    /// Names of outcomes.
    pub outcome: Vec<String>,
}

/// The input of a report: section 5 of `semantics.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The first instant of the cohort, in microseconds.
    pub from_us: i64,
    /// The first instant after the cohort, in microseconds.
    pub to_us: i64,
    /// The instant at which the report looks, in microseconds.
    pub as_of_us: i64,
    /// The IANA name of the zone of buckets, weekdays and hours.
    pub timezone: String,
    /// What is counted.
    pub unit: UnitKind,
    /// The stall window, in seconds.
    pub window_s: i64,
    /// The step of the trend.
    pub bucket: Bucket,
    /// Which units are counted.
    pub filters: Filters,
    /// What the totals are broken down by, if anything.
    pub by: Option<Dimension>,
}

impl Query {
    /// A report with every default: sessions, UTC, days, 7 days of patience, no filter.
    pub fn new(from_us: i64, to_us: i64, as_of_us: i64) -> Query {
        Query {
            from_us,
            to_us,
            as_of_us,
            timezone: "UTC".to_owned(),
            unit: UnitKind::Session,
            window_s: 7 * 24 * 60 * 60,
            bucket: Bucket::Day,
            filters: Filters::default(),
            by: None,
        }
    }
}
