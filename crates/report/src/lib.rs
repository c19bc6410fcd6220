//! Asks the read model and renders the answer.
//!
//! A question is a [`Query`], an answer a [`Report`]: plain values. A renderer is a pure function
//! from a report to bytes. Nothing here sends, stores, or knows how facts are stored.

mod ask; // a question as people and programs write it
mod query; // what is asked
mod previous; // the same of the period before
mod bucket; // the periods of a trend, in the report's time zone
mod definition; // a report with a name: what, when, to whom
mod output; // the files that it can be rendered to
mod compute; // one pass over the units
mod value; // what is answered
mod profile; // what lies below its rows
mod chance; // what chance alone would explain
mod compare; // two answers side by side
mod narrow; // which units one number counts
mod silence; // how unusual it is that nothing comes
mod senders; // from whom something came, and when
pub mod render; // the answer as bytes

pub use ask::{AskError, Asked};
pub use bucket::{BUCKETS_MAX, Bucket, BucketError, Buckets};
pub use compare::{Comparison, Difference, GROUP_MIN, RowDifference, Verdict, comparison};
pub use compute::{CohortUnit, compute, compute_narrowed, profile, visit};
pub use definition::{
    Against, Alert, Definition, DefinitionError, Measure, Missed, Period, Range, Recipient,
    Section, Timing, WhenEmpty, line_of,
};
pub use narrow::{Mark, Narrow, TimeRange, Until};
pub use output::Output;
pub use profile::{BIN_EDGES_S, Distribution, ExitProfile, HourCell, Profile, Trend};
pub use query::{Dimension, Filters, Query, Zone};
pub use senders::{LastDelivery, Senders};
pub use silence::{Rhythm, Silence, Verdict as SilenceVerdict};
pub use value::{
    BreakdownRow, BreakdownValue, DataQuality, PairRow, Percentiles, ReasonRow, Report, StateRow,
    Totals, TrendRow,
};
