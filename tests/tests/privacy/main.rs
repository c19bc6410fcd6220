//! Personal data, sealed: what is counted stays, and what is erased is nowhere.
#![allow(missing_docs, clippy::expect_used)]

mod fold; // a sealed log folds as a plain one
mod erase; // beside a server and without
mod kept; // what is not retained, and what a backup keeps
mod elsewhere; // the vault at a place of its own
mod withheld; // why a value is not shown
mod seal; // what came before sealing
mod round_trip; // sealed by the binary, exported, imported
