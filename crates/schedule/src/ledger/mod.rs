//! What is to be sent, what was sent, and what became of it, in SQLite.
//!
//! Whatever a process is about to do stands here before it does it. Readers and requests
//! ([`Ledger::ask`], [`Ledger::again`]) may come from any process; the steps of a run are taken by
//! the one executor.

mod error; // what can go wrong
mod store; // the file
mod look; // the file as it is found, before anybody works with it
mod texts; // definitions and catalogues, each kept once
mod plans; // when each definition is due next
mod runs; // what is known of runs, to read
mod requests; // what people ask for
mod steps; // what the executor writes, a step of a run at a time
mod alerts; // where each alert stands

pub use alerts::AlertStanding;
pub use error::LedgerError;
pub use look::Whole;
pub use plans::Plan;
pub(crate) use plans::{Instant, Planned};
pub(crate) use steps::{Filed, Open, Rendered, Settled};
pub use store::Ledger;
