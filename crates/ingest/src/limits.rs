//! How much, how long. The defaults; an operator may set others.

use std::time::Duration;

/// The largest body that the endpoint reads. An event is under 1 KiB of JSON.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// Deliveries that may wait for the log's one writer: several full groups.
pub(crate) const QUEUE_DELIVERIES_MAX: usize = 1_024;
/// Deliveries in one commit. From here on a larger group gains little.
pub(crate) const GROUP_DELIVERIES_MAX: usize = 256;
/// How long a group gathers, under load. Measured at 64 and 256 connections: a tenth less CPU a
/// request than without; 2 ms saves no more and costs a third of the rate.
const GATHER: Duration = Duration::from_micros(500);
/// How long a delivery may have to wait before its commit begins: half of the second within which
/// whoever is refused is to know it.
const WAIT_MAX: Duration = Duration::from_millis(500);
/// How long a body may take, from the end of the head to its last byte.
const BODY_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a verified delivery may wait for its commit.
const APPEND_TIMEOUT: Duration = Duration::from_secs(2);
/// How long all of it may take. The provider gives up after about 5 s.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(4_500);
/// When to come again after a 503.
pub(crate) const RETRY_AFTER_S: &str = "5";
/// The longest header value that is kept with a delivery.
pub(crate) const HEADER_BYTES_MAX: usize = 256;
/// What is set aside for a body before its bytes are here.
pub(crate) const BODY_BYTES_AHEAD: usize = 4 * 1024;

// A full queue of the largest bodies stays within the memory that we promise.
const _: () = assert!(QUEUE_DELIVERIES_MAX * BODY_BYTES_MAX <= 64 * 1024 * 1024);
// Else one group could never be full.
const _: () = assert!(GROUP_DELIVERIES_MAX <= QUEUE_DELIVERIES_MAX);
// What the endpoint takes can be exported and imported again.
const _: () = assert!(BODY_BYTES_MAX <= crate::import::PAYLOAD_BYTES_MAX);
// A body that just made it still has time to be appended.
const _: () = assert!(BODY_TIMEOUT.as_millis() < ANSWER_TIMEOUT.as_millis());
const _: () = assert!(WAIT_MAX.as_millis() < APPEND_TIMEOUT.as_millis());
const _: () = assert!(APPEND_TIMEOUT.as_millis() < ANSWER_TIMEOUT.as_millis());

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes: 413 beyond it.
    pub body_bytes_max: usize,
    /// From the end of the head to the last byte of the body: 408 beyond it.
    pub body_timeout: Duration,
    /// From the last byte to the commit: 503 beyond it.
    pub append_timeout: Duration,
    /// From the end of the head to the commit: 503 beyond it.
    pub answer_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes_max: BODY_BYTES_MAX,
            body_timeout: BODY_TIMEOUT,
            append_timeout: APPEND_TIMEOUT,
            answer_timeout: ANSWER_TIMEOUT,
        }
    }
}

/// What the log's one writer takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Deliveries that may wait; one more is answered with 503 at once.
    pub queue_deliveries_max: usize,
    /// Deliveries in one commit.
    pub group_deliveries_max: usize,
    /// How long a group gathers while there is load.
    pub gather: Duration,
    /// How long a delivery may be expected to wait before its commit begins; one that would wait
    /// for longer is answered with 503 at once.
    pub wait_max: Duration,
}

impl Default for QueueLimits {
    fn default() -> QueueLimits {
        QueueLimits {
            queue_deliveries_max: QUEUE_DELIVERIES_MAX,
            group_deliveries_max: GROUP_DELIVERIES_MAX,
            gather: GATHER,
            wait_max: WAIT_MAX,
        }
    }
}
