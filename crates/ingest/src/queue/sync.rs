//! What the queue synchronises with. Under the feature `shuttle` these are models whose every step a
//! test orders, so that what is checked is the queue itself, and not another like it.

#[cfg(feature = "shuttle")]
mod models; // tokio's channels, of shuttle's parts

#[cfg(not(feature = "shuttle"))]
pub(super) use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::{self, JoinHandle},
};
#[cfg(not(feature = "shuttle"))]
pub(super) use tokio::sync::{mpsc, oneshot};

#[cfg(feature = "shuttle")]
pub(super) use models::{mpsc, oneshot};
#[cfg(feature = "shuttle")]
pub(super) use shuttle::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::{self, JoinHandle},
};
