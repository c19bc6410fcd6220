//! Asks the read model and renders the answer.
//!
//! A question is a [`Query`], an answer a [`Report`]: plain values. A renderer is a pure function
//! from a report to bytes. Nothing here sends, stores, or knows how facts are stored.

mod bucket; // the periods of a trend, in the report's time zone
mod query; // what is asked
mod value; // what is answered

pub use bucket::{BUCKETS_MAX, Bucket, BucketError, Buckets};
pub use query::{Dimension, Filters, Query, Zone};
pub use value::{
    BreakdownRow, BreakdownValue, DataQuality, PairRow, Percentiles, ReasonRow, Report, StateRow,
    Totals, TrendRow,
};
