//! What can go wrong with the ledger, and what to do next.

use weir_journal::StoreError;

use crate::{RunId, RunState};

/// Why the ledger did not do something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row that we wrote does not read back. Trying again will not help.
    #[error("a row of schedule.db is damaged in column `{column}`; restore a backup")]
    Damaged {
        /// The column.
        column: &'static str,
    },
    /// There is no run of this number.
    #[error("there is no run {0}; `weir schedule list` names the last ones")]
    NoRun(RunId),
    /// The run is not over, so that sending it again could make two of one.
    #[error(
        "run {run} is {state}; wait until it is over, else somebody could get it twice",
        state = state.name()
    )]
    NotOver {
        /// The run.
        run: RunId,
        /// How far it is.
        state: RunState,
    },
    /// The run told nobody anything, so there is nothing to send again.
    #[error("run {0} had nothing to send: {1}")]
    NothingToSend(RunId, String),
    /// The run has no such recipient.
    #[error("run {run} has no recipient `{target}`; it has {known}")]
    NoTarget {
        /// The run.
        run: RunId,
        /// What was asked for.
        target: String,
        /// Its recipients.
        known: String,
    },
    /// No alert of this name fires.
    #[error("the alert `{0}` does not fire, so there is nothing to acknowledge")]
    NotFiring(String),
}
