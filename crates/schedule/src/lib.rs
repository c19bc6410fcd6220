//! When a report is due and to whom it goes: definitions, the ledger of runs, the runner.
//!
//! It computes no number: an [`Engine`] answers, `report` renders, `channel` sends. What was done
//! and what is to be done next stands in the ledger, never in memory alone: a process that stops at
//! any instant goes on where the ledger says.

mod when; // the instants at which something is due
mod definitions; // the folder of definitions, and what is wrong with each
pub mod alert; // whether a report is worth a message
mod engine; // where the numbers come from
mod run; // one run, as the ledger tells it
mod ledger; // all runs, in SQLite
mod runner; // the one that takes each run through its steps

pub use definitions::{
    DEFINITION_BYTES_MAX, Definitions, Listed, NAME_CHARS_MAX, SaveError, Surroundings, Trouble,
    check, is_name, targets,
};
pub use engine::{Answer, Engine, EngineError, Question};
pub use ledger::{AlertStanding, Ledger, LedgerError, Plan, Whole};
pub use run::{Cause, Run, RunId, RunState, RunSummary, Said, SaidAlarm, Sending, SendingState};
pub use runner::{AgainError, Paint, Remade, Runner, Step, render_again};
pub use when::{When, WhenError, ZoneUnknown};
// Who sees recipients sees them through here.
pub use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};

/// The version of Weir, which a run is recorded with.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
