//! The process is killed at any moment; what it said, holds.
//!
//! `WEIR_KILL_CYCLES=N` kills N times, `WEIR_KILL_SEED=S` repeats what chance did in a run that
//! printed S.

#![allow(missing_docs)]

mod backup; // a backup under load, and one that is killed
mod check; // what must hold whenever nobody runs
mod cycles; // kills at points and at random, one after the other over one folder
mod life; // the folder, and what was promised about it
mod long_work; // an import and a rebuild that are killed
mod point; // where to kill
mod scene; // what is done when the kill comes
mod serve; // a server that is killed while it starts
mod somebody; // who is to be forgotten
mod vault; // a vault that is killed while it is made

/// Where the seed comes from.
const SEED: &str = "WEIR_KILL_SEED";
