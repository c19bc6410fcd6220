//! Bad input gets one sentence that names the place and the way out, and changes nothing.

#![allow(missing_docs)]

mod configuration; // what an operator wrote
mod data_dir; // a data directory that is not ours to write
mod disk; // a disk that is full or read-only
mod lines; // what is to be imported
mod names; // names that people see, and nobody should run
mod questions; // what a report is asked
mod side_stores; // a store beside the log that is damaged
mod witness; // a log that nothing may change
