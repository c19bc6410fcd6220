//! What the dashboard computes below and behind the report, held against the report and against the
//! oracle, over random logs and random questions.
#![allow(missing_docs, clippy::expect_used)]

mod product; // the product's model and question for the oracle's
mod numbers; // every number with what its list is asked for
mod count; // a list's count is its number
mod profile; // what lies below the rows is what the oracle finds
mod threads; // however many threads share the work, the answer is one
