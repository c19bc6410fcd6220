//! What is fuzzed: for each place where bytes come in from outside, or go out to be read by others,
//! a function of bytes that panics where a promise is broken.
//!
//! Two things call them: the binary `fuzz`, in which libFuzzer looks for inputs that reach new code
//! (`cargo xtask fuzz`), and the test `corpus`, which needs no instrumented code and is part of the
//! gate. Inputs are text wherever they can be, so that a corpus can be read and written by hand.

// A broken promise must stop the run at once, with its reason.
#![allow(clippy::expect_used)]

pub mod corpus; // the inputs that are kept
mod targets; // one file for each target
mod text; // bytes as the parts of an input
mod world; // deliveries from text
mod xml; // whether a text is well-formed XML

pub use targets::{TARGETS, Target};
