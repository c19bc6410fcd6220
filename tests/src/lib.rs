//! What the tests of the whole product share: a second opinion and something to ask it about.
//!
//! [`oracle`] computes the abandonment report from raw deliveries, from the text of
//! `semantics.md` alone and with no product code; [`streams`] invents nasty logs and questions;
//! [`same`] says where two reports differ. The tests in `tests/` put them beside the binary, which
//! [`home`] and [`server`] run as an operator would, in a folder of its own.

// A wrong expectation must stop a test at once, with its reason.
#![allow(clippy::expect_used)]

pub mod bin_path; // where the binary under test is
pub mod chance; // a seed that is printed
pub mod command_line; // a query as the flags of `weir report`
pub mod disk; // a small disk, to be full or read-only
pub mod event; // bodies that the provider would send
pub mod files; // what lies in a folder, byte by byte
pub mod home; // a folder of its own for the binary, with a configuration
pub mod http; // a client that sends exactly the bytes it is told to
pub mod interpose; // what stands between the binary and the kernel, and fails or kills as told
pub mod load; // clients that post as fast as they are answered
pub mod mailbox; // a mail server that can be told to misbehave
pub mod ndjson; // a stream as the lines of `weir import`
pub mod oracle; // the report, computed the slow and obvious way
pub mod owner; // whoever may do everything, where not everybody may
pub mod page; // a page's text, taken apart
pub mod png; // a picture's size and content
pub mod python; // scripts that read a file or play a server with packages of Python
pub mod receiver; // a receiver of webhooks that can be told to misbehave
pub mod runs; // what became of a report that is sent
pub mod same; // where a product's report differs from the oracle's
pub mod server; // `weir serve` as a process, and posting to it
pub mod store; // an object store that others wrote
pub mod streams; // random logs and random questions, seeded

pub use bin_path::weir_bin;
pub use files::files_with;
pub use home::{Home, Run};
pub use interpose::Interposer;
pub use oracle::{Query, RawDelivery, abandonment};
pub use python::python;
pub use same::{assert_same, first_difference};
pub use server::Server;
