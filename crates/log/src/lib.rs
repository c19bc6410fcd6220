//! The log: every delivery, byte for byte, in one SQLite file that is only ever added to.
//!
//! One writer appends in commit groups, durably, and seals each group with SHA-256 over the
//! previous seal and its rows. Readers follow in log order. Nothing here interprets a body, and
//! nothing changes or removes a row.

mod data_dir; // the folder that one process at a time may write
mod store; // opening, migrating and tuning the file
mod origin; // where deliveries came from, each distinct origin once
mod seal; // what makes a changed, missing or reordered row visible
mod append; // a group of deliveries in one durable transaction
mod read; // deliveries in log order
mod verify; // the seals read again
mod scrub; // the same a little at a time, for ever
mod head; // where it ended once, to be kept elsewhere
mod copy; // a copy that grows by what it lacks
mod stats; // what the log holds
mod error; // what can go wrong, and what to do next

pub use append::{AppendError, Log};
pub use copy::{CopyError, LogCopy};
pub use data_dir::{DataDir, FREE_BYTES_MIN, Lock};
pub use error::LogError;
pub use head::Head;
pub use read::{LogReader, Row};
pub use scrub::{Damage, Scrub, ScrubRecord, Scrubbed};
pub use seal::Seal;
pub use stats::{IntegrationStats, LogStats, sqlite_version};
pub use verify::{Finding, Verified};
