//! The ways out, held against servers that speak the protocols, and against servers that misbehave.
//!
//! What a channel says of a sending is the point: whether it arrived, surely did not, or whether
//! nobody knows.

#![allow(missing_docs, clippy::expect_used)]

mod world; // channels of a configuration, and what they are given to send
mod certificate; // certificates that are made for a test
mod mail; // by mail
