//! A copy of a data directory that is proved before it is called one, and the way back; and a log that
//! is sealed by making another, proved in the same way.
//!
//! A backup is a folder: the log, which grows by what it lacks; copies of the small stores and
//! files; and `backup.json`, which says what there is and is written last. The read model is not in
//! it, as it is folded from the log.
//!
//! In an object store, where files do not grow, the log lies in parts, and a folder is made from them
//! to be proved and restored.

mod error; // what can go wrong, and what to do next
mod manifest; // what a backup says of itself
mod stage; // how far it is
mod stores; // the small databases, as they are at one instant
mod keys; // what was erased stays so, whatever is restored
mod files; // the small files
mod proof; // the same numbers from the copy
mod take; // a backup made or brought up to date
mod aside; // what was there before that
mod restore; // a data directory made from one
mod seal; // the same log, with its personal values sealed
mod store; // a backup in an object store, which becomes a folder when it is needed

pub use error::BackupError;
pub use manifest::{FilePart, MANIFEST_FILE, Manifest};
pub use proof::reports;
pub use restore::{Restored, Upto, restore};
pub use seal::{SealError, Sealed, seal};
pub use stage::{Progress, Stage};
pub use store::{Objects, Segment, fetch, take_to_store};
pub use take::{Taken, take};
