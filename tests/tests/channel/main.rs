//! The ways out, held against servers that speak the protocols, and against servers that misbehave.
//!
//! What a channel says of a sending is the point: whether it arrived, surely did not, or whether
//! nobody knows.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used)]

mod world; // channels of a configuration, and what they are given to send
mod certificate; // certificates that are made for a test
mod mail; // by mail
mod webhook; // by signed webhooks
mod slack; // by Slack's incoming webhooks
mod s3; // into object stores
mod files; // into folders
mod guard; // which addresses are connected to
