//! The thread that sends reports when they are due, for as long as the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use weir_schedule::Runner;

use crate::failure::Outcome;

/// How long the end waits for what is being handed over. Less than a supervisor waits before it
/// kills; what takes longer is told as unknown after the next start, and not sent twice.
const ENDS_WITHIN: Duration = Duration::from_secs(15);

/// A running scheduler.
pub(crate) struct Scheduler {
    stop: Stop,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

/// Tells a scheduler to end, from any thread and as often as one likes.
#[derive(Clone)]
pub(crate) struct Stop {
    stop: Sender<()>,
    stopping: Arc<AtomicBool>,
}

impl Scheduler {
    /// Starts it. `stopping` is what its engine looks at while it waits.
    pub(crate) fn start(runner: Runner, stopping: Arc<AtomicBool>) -> Outcome<Scheduler> {
        let (stop, told) = crossbeam_channel::bounded(1);
        let (ending, ended) = crossbeam_channel::bounded::<()>(0);
        std::thread::Builder::new().name("weir-schedule".to_owned()).spawn(move || {
            let _ending = ending;
            runner.run(&told);
        })?;
        Ok(Scheduler { stop: Stop { stop, stopping }, ended })
    }

    /// What tells it to end.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Tells it to end and waits until it has, but not for ever: a mail server may be slow.
    pub(crate) fn end(self) {
        self.stop.tell();
        if self.ended.recv_timeout(ENDS_WITHIN) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(
                "a report was still being handed over; after the next start `weir schedule list` says \
                 what is not known of it"
            );
        }
    }
}

impl Stop {
    /// Nothing new is begun from here on.
    pub(crate) fn tell(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        // A full channel: it has been told already.
        let _ = self.stop.try_send(());
    }
}
