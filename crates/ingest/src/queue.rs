//! Deliveries that wait for the log's one writer.

mod appender; // the thread that owns the log
mod group; // what one commit takes
mod pace; // how long whoever comes now would wait
mod sync; // what they synchronise with

use std::sync::Arc;
use std::time::Duration;

use weir_domain::{Delivery, Seq};

pub use appender::{Appender, GroupLog};
use pace::Pace;
use sync::mpsc::error::TrySendError;
use sync::{AtomicBool, Ordering, mpsc, oneshot};

use crate::limits::QueueLimits;

/// A delivery that waits, and who waits for it.
struct Job {
    delivery: Delivery,
    answer: oneshot::Sender<Result<(), NotAppended>>,
}

enum Message {
    Append(Job),
    /// Look whether the log is to close.
    Wake,
}

/// A group that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The log's last delivery now.
    pub head: Seq,
    /// Deliveries in the group.
    pub count: usize,
    /// Bytes of their bodies.
    pub bytes: usize,
    /// How long the append took.
    pub took: Duration,
    /// Deliveries that were waiting when it was done.
    pub waiting: usize,
}

/// A delivery that is not known to be in the log. Whoever sent it must send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAppended {
    /// The queue is full or too slow, or the log refused the group. Trying again may help.
    #[error("the log cannot take more deliveries now")]
    Busy,
    /// The log takes nothing any more.
    #[error("the log is closed")]
    Unavailable,
}

/// The way into the log, for any number of threads. The log closes when every handle is dropped.
#[derive(Clone)]
pub struct AppendQueue {
    sender: mpsc::Sender<Message>,
    open: Arc<AtomicBool>,
    pace: Arc<Pace>,
    limits: QueueLimits,
}

impl AppendQueue {
    /// Appends `delivery`; returns when it is on the disk. Where it would wait for too long, it is
    /// refused at once.
    ///
    /// If the future is dropped before its group is gathered, the delivery is not appended.
    ///
    /// # Errors
    /// If it is not known to be in the log.
    pub async fn append(&self, delivery: Delivery) -> Result<(), NotAppended> {
        if !self.is_open() {
            return Err(NotAppended::Unavailable);
        }
        if self.limits.wait_max < self.pace.wait(self.waiting() / self.limits.group_deliveries_max)
        {
            return Err(NotAppended::Busy);
        }
        let (answer, answered) = oneshot::channel();
        let job = Message::Append(Job { delivery, answer });
        self.sender.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => NotAppended::Busy,
            TrySendError::Closed(_) => NotAppended::Unavailable,
        })?;
        // The writer drops what it did not get to: no answer is no append that we know of.
        answered.await.unwrap_or(Err(NotAppended::Unavailable))
    }

    /// Lets nothing more in. What was let in is appended and answered, then the log closes.
    pub fn shutdown(&self) {
        self.open.store(false, Ordering::Release);
        // It fails only where the queue is full, and then the writer is awake, or has ended.
        let _ = self.sender.try_send(Message::Wake);
    }

    /// Whether the log still takes deliveries.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Deliveries that wait for their group.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }
}
