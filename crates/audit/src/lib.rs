//! Who saw, took along, changed and erased what: a record in a store of its own, `audit.db`, that is
//! only ever added to, each entry sealed over the one before.
//!
//! Whoever does such a thing writes it down first, and does not do it where that fails
//! ([`Audit::begin`], [`Audit::end`]); what is only seen is one entry ([`Audit::record`]).
//! It knows neither HTTP nor what is done, and is given no secret and nothing of a person's.

mod verb; // what can be done
mod who; // by whom
mod entry; // one line of the record
mod hash; // what chains them
mod store; // the file
mod write; // adding to it
mod read; // what it says, newest first
mod head; // where it ends, to be kept elsewhere
mod verify; // the chain read again

pub use entry::{Deed, Entry, Outcome, WHAT_CHARS_MAX};
pub use head::Head;
pub use read::{ENTRIES_MAX, Filter, Page};
pub use store::{Audit, Record};
pub use verb::Did;
pub use verify::{Finding, Verified};
/// Why the record could not be written or read. What was to be recorded must not be done then.
pub use weir_journal::StoreError as AuditError;
pub use who::{Who, WhoKind};
pub use write::Begun;
