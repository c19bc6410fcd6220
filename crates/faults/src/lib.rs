//! A disk that fails as told, and loses what was not synced when the power goes: for tests only.
//!
//! It lies between SQLite and the system. [`Disk::at`] takes a folder; from then on every file that
//! SQLite opens there, by whichever crate and without its knowing, goes through a shim over SQLite's
//! own `unix` VFS, which is registered as the process's default. Files elsewhere are left alone.
//!
//! - [`Fault`]: the Nth call of a kind fails, once or from then on ([`Disk::fail`]).
//! - [`Trace`]: what was written, synced, cut and deleted, in order ([`Disk::record`]); from it
//!   [`Crash`] makes what a disk may hold after the power went at any of these instants.
//! - [`Scene`] and [`campaign()`]: the loop over all of it, for one thing that a program does.
//!
//! No product code depends on it; `tests/tests/architecture.rs` sees to that.

mod calls; // what SQLite asks of a disk, and how that fails
mod campaign; // every point of one scene, or a sample of them
mod crash; // what a disk may hold after the power went
mod file; // what is left of a file after the power went
mod disk; // the folder that is watched, and what is known of it
mod trace; // what was done to its files, in order
mod vfs; // the shim itself: all pointers are here

pub use calls::{Call, Fault, How};
pub use campaign::{Ended, SEED, Scene, campaign, folder, is_all};
pub use crash::Crash;
pub use disk::Disk;
pub use file::{DiskFile, Fate};
pub use trace::Trace;
