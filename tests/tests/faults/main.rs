//! The disk fails, or the power goes, at any call of SQLite's; what was acknowledged is there.
//!
//! `WEIR_FAULTS=all` tries every point instead of a sample, `WEIR_FAULTS_SEED=S` repeats what chance
//! did in a run that printed S. `cargo xtask faults` does the former for every store.

#![allow(missing_docs)]

mod append; // groups of deliveries
mod backup; // a copy, and the way back
mod held; // what must hold of a log, whatever happened
mod queue; // senders who wait for their answers
mod seal_afterwards; // a plain log, made a sealed one
mod sealed; // personal values, their keys, and erasing them
mod read_model; // what is folded from it
