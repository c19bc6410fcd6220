//! A backup in an object store: the log in parts, each put once; the other files by their content;
//! and `backup.json`, which says what there is and is put last.

mod objects; // what a store has to be able to do
mod segment; // a part of the log
mod take; // a backup made or brought up to date
mod fetch; // a folder made from one

pub use fetch::fetch;
pub use objects::Objects;
pub use segment::Segment;
pub use take::take_to_store;
