//! Whether a report is worth a message: pure judging, without a clock and without a store.

mod standing; // how an alert stands between two judgements

pub use standing::{Acknowledged, Standing, State, Told};
