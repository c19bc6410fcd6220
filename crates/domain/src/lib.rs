//! The words that every stage shares: instants, places in the log, facts, outcomes, rates, the
//! catalogue of screens and reasons, and the clock.
//!
//! It does no I/O and knows neither bytes on the wire nor rows in a store. What each word means is
//! defined in `docs/semantics.md`; a name here is a name there.

mod timestamp; // an instant, in microseconds
mod seq; // a place in the log
mod clock; // the only way to learn what time it is
mod delivery; // one authenticated POST, or one imported line
mod facts; // what a unit's log says happened, and when first
mod outcome; // what became of a unit, as of an instant
mod summary; // a standing as columns keep it
mod unit; // what a report counts
mod rate; // a part of a whole, with its interval
mod source; // where a request comes from
mod catalogue; // what a screen and a reason are called, and where in the flow they stand

pub use catalogue::{Catalogue, CatalogueError, Evidence, Overlay, Reason, Screen};
pub use clock::{Clock, FixedClock};
pub use delivery::{Delivery, Header, Origin, Recorded};
pub use facts::{ExitId, Fact, FactKind, LastExit, Standing};
pub use outcome::{Outcome, OutcomeKind, WINDOW_DEFAULT_US};
pub use rate::{Interval, Rate, Z_95};
pub use seq::Seq;
pub use source::{NetworkError, Networks, Source};
pub use summary::{Marks, Summary};
pub use timestamp::{Timestamp, TimestampError};
pub use unit::Unit;
