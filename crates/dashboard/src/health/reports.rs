//! Reports that are sent by themselves: what needs attention, in numbers.

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::Timestamp;
use weir_schedule::{RunState, SendingState};

use crate::State;
use crate::problem::Problem;

/// Reports that are sent by themselves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleHealth {
    /// Definitions of operators, with alerts.
    pub(crate) definitions: usize,
    /// Those of them that cannot be read or run.
    pub(crate) broken: usize,
    /// When the next of them is due; null where none is.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) next_at: Option<Timestamp>,
    /// Runs that failed in the last seven days, of the newest 200.
    pub(crate) runs_failed: usize,
    /// Recipients of these of whom nobody knows whether they got it.
    pub(crate) sendings_unknown: usize,
    /// Alerts that fire and that nobody has acknowledged.
    pub(crate) alerts_firing: usize,
}

const WEEK_US: i64 = 7 * 86_400 * 1_000_000;
/// How many runs are looked at.
const RUNS_MAX: usize = 200;

impl ScheduleHealth {
    /// Whether somebody should look at the page of reports.
    pub(crate) fn needs_attention(&self) -> bool {
        0 < self.broken + self.runs_failed + self.alerts_firing
    }
}

/// How they do now.
pub(super) fn gather(state: &State, now: Timestamp) -> Result<Option<ScheduleHealth>, Problem> {
    if state.schedules.ledger.lost().is_some() {
        return Ok(None);
    }
    let entries = state.entries()?;
    let own = || entries.iter().filter(|entry| !entry.shipped);
    let firing = |entry: &&crate::schedules::Entry| {
        let standing = entry.standing.as_ref();
        standing.is_some_and(|of| of.state.is_firing() && of.acknowledged.is_none())
    };
    let ledger = &state.schedules.ledger;
    let since = now.plus_us(-WEEK_US);
    let runs = ledger.runs(None, None, RUNS_MAX)?;
    let failed: Vec<_> =
        runs.iter().filter(|run| run.state == RunState::Failed && since < run.changed_at).collect();
    let mut sendings_unknown = 0;
    for run in &failed {
        let sendings = ledger.run(run.id)?.map_or_else(Vec::new, |run| run.sendings);
        let unknown = sendings.iter().filter(|one| one.state == SendingState::Unknown);
        sendings_unknown += unknown.count();
    }
    Ok(Some(ScheduleHealth {
        definitions: own().count(),
        broken: own().filter(|entry| !entry.troubles.is_empty()).count(),
        next_at: own().filter_map(|entry| entry.next_at).min(),
        runs_failed: failed.len(),
        sendings_unknown,
        alerts_firing: own().filter(firing).count(),
    }))
}
