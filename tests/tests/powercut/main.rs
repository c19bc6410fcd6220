//! The power goes while the very binary is at work; what it said, holds when it is started again.
//!
//! What SQLite does and what Weir does without it are noted alike, by `crates/interpose`, and what a
//! disk may hold then is made from that. `tests/tests/faults/` does so below SQLite alone, with faults.
//!
//! `WEIR_FAULTS=all` tries every point instead of a sample, `WEIR_FAULTS_SEED=S` repeats what chance
//! did in a run that printed S. `cargo xtask faults --all` does the former.

#![allow(missing_docs)]

mod trace; // what was done to the files of a folder, in order
mod names; // the names in folders, as a disk may hold them
mod disk; // a folder, as a disk may hold it
mod campaign; // the power goes: everywhere, or at a sample of points

mod lived_in; // a data directory with something of everything in it

mod serve; // a first start, and what operators write
mod report; // a report goes to a file
mod files; // files that commands write where they are told
mod personal; // somebody is erased, a log is sealed
mod backup; // a backup is taken, and brought up to date
mod restore; // a data directory is made from one, in an empty folder or in the place of another
