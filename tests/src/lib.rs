//! What the tests of the whole product share: a second opinion and something to ask it about.
//!
//! [`oracle`] computes the abandonment report from raw deliveries, from the text of
//! `semantics.md` alone and with no product code; [`streams`] invents nasty logs and questions;
//! [`same`] says where two reports differ. The tests in `tests/` put them beside the binary.

// A wrong expectation must stop a test at once, with its reason.
#![allow(clippy::expect_used)]

pub mod bin_path; // where the binary under test is
pub mod command_line; // a query as the flags of `weir report`
pub mod ndjson; // a stream as the lines of `weir import`
pub mod oracle; // the report, computed the slow and obvious way
pub mod same; // where a product's report differs from the oracle's
pub mod streams; // random logs and random questions, seeded

pub use bin_path::weir_bin;
pub use oracle::{Query, RawDelivery, abandonment};
pub use same::{assert_same, first_difference};
