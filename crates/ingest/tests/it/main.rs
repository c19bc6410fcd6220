//! The stage from the outside: bytes and lines in, a log out.
#![allow(missing_docs, clippy::unwrap_used)]

mod import; // whole backlogs
mod line; // one line, and an export that reads back
mod queue; // group commit: order, limits, and an end that loses nothing
mod receive; // every answer of the endpoint, over a real socket
mod signatures; // who is believed
mod support; // a log in a temporary folder, a signer, a raw HTTP client
