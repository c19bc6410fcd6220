//! Which of a cohort's units one number counts.

/// Which of the cohort's units a list keeps, beyond the query's filters. Every field that is given
/// must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrow {
    /// Units that a report counts at risk at this screen: submitted, or abandoned with a known
    /// exit at it or at a screen that the catalogue orders after or beside it.
    pub at_risk: Option<String>,
    /// Units of which this is known.
    pub mark: Option<Mark>,
    /// Recovered units with a cancel at this screen; `Some(None)`, with one that had no screen.
    pub recovered_state: Option<Option<String>>,
    /// Recovered units with a cancel for this reason, likewise.
    pub recovered_reason: Option<Option<String>>,
    /// Units whose first fact fell on this local ISO weekday: 1 is Monday.
    pub weekday: Option<u8>,
    /// Units whose first fact fell into this local hour of the day: 0 to 23.
    pub hour: Option<u8>,
    /// Units with this number of attempts.
    pub attempts: Option<u64>,
    /// Units that took this long.
    pub time: Option<TimeRange>,
}

/// Something that is known of a unit besides its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of semantics.md
pub enum Mark {
    Recovered,
    LeftAfterSubmitting,
    OtherDocument,
    ImpliedSubmitted,
    MissingStarted,
}

/// How long something took: `from_us <= t < to_us`, in microseconds; no end where `to_us` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// Until what.
    pub until: Until,
    /// At least this long.
    pub from_us: u64,
    /// Less than this.
    pub to_us: Option<u64>,
}

/// Until when a time from the first fact is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The submission, of submitted units.
    Submit,
    /// The last cancel, of cancelled units (semantics.md: `time_to_abandon_seconds`).
    Abandon,
    /// The exit that the outcome carries, of units cancelled or lost in handover.
    Exit,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 5] = [
        Mark::Recovered,
        Mark::LeftAfterSubmitting,
        Mark::OtherDocument,
        Mark::ImpliedSubmitted,
        Mark::MissingStarted,
    ];

    /// The name in queries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Recovered => "recovered",
            Mark::LeftAfterSubmitting => "left_after_submitting",
            Mark::OtherDocument => "other_document",
            Mark::ImpliedSubmitted => "implied_submitted",
            Mark::MissingStarted => "missing_started",
        }
    }
}

impl Until {
    /// Each of them.
    pub const ALL: [Until; 3] = [Until::Submit, Until::Abandon, Until::Exit];

    /// The name in queries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Until::Submit => "submit",
            Until::Abandon => "abandon",
            Until::Exit => "exit",
        }
    }
}
