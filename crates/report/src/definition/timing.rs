//! When a report is due, as it is written in its definition.

use serde::{Deserialize, Serialize};

/// When a report is due, and what becomes of runs that were missed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// `daily 08:00 Europe/Tallinn`, `weekly monday 08:00 Europe/Tallinn`,
    /// `monthly 1 08:00 Europe/Tallinn`, `hourly UTC`, or a cron pattern of five fields and a zone:
    /// `0 8 * * MON-FRI Europe/Tallinn`.
    pub when: String,
    /// What becomes of runs that were due while Weir did not run.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub missed: Missed,
    /// What becomes of a report with nothing in it.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub when_empty: WhenEmpty,
    /// Whether it is switched off for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// What becomes of runs that were due while Weir did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// The newest is run, with a note of those that were skipped.
    #[default]
    Newest,
    /// Each of them is run, the oldest first.
    All,
}

/// What becomes of a report with nothing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// It is sent, and says so.
    #[default]
    Send,
    /// It is not sent; the run says so.
    Skip,
}
