//! The thread that owns the log.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use weir_domain::{Delivery, Seq};
use weir_log::Log;

use super::group::Group;
use super::pace::Pace;
use super::sync::{AtomicBool, JoinHandle, Ordering, mpsc, thread};
use super::{AppendQueue, Committed, Message, NotAppended};
use crate::IntakeError;
use crate::limits::QueueLimits;

/// What a group is appended to: the log, or in a test one that fails as told.
pub trait GroupLog: Send + 'static {
    /// As [`Log::append`].
    ///
    /// # Errors
    /// As [`Log::append`].
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError>;

    /// As [`Log::head`].
    fn head(&self) -> Seq;
}

impl GroupLog for Log {
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError> {
        Ok(Log::append(self, group)?)
    }

    fn head(&self) -> Seq {
        Log::head(self)
    }
}

/// The log's one writer.
pub struct Appender<L, C> {
    log: L,
    queue: mpsc::Receiver<Message>,
    open: Arc<AtomicBool>,
    pace: Arc<Pace>,
    limits: QueueLimits,
    on_commit: C,
    group: Group,
    /// Whether the last group had more than one: then another is worth gathering for.
    crowded: bool,
    /// Whether the log refused the last group.
    refusing: bool,
}

impl<L: GroupLog, C: Fn(Committed) + Send + 'static> Appender<L, C> {
    /// Starts the thread that appends to `log`. It calls `on_commit` after each group, and
    /// `on_fatal`, before it ends, where whether a group is in the log is unknown. It ends, and
    /// gives the log back, when every handle is dropped or one was told to shut down.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        log: L,
        limits: QueueLimits,
        on_commit: C,
        on_fatal: impl FnOnce(IntakeError) + Send + 'static,
    ) -> io::Result<(AppendQueue, JoinHandle<L>)> {
        let (sender, queue) = mpsc::channel(limits.queue_deliveries_max);
        let open = Arc::new(AtomicBool::new(true));
        let pace = Arc::new(Pace::new());
        let handle = {
            let (open, pace) = (Arc::clone(&open), Arc::clone(&pace));
            AppendQueue { sender, open, pace, limits }
        };
        let closing = Closing(Arc::clone(&open));
        let (group, crowded, refusing) = (Group::default(), false, false);
        let appender =
            Appender { log, queue, open, pace, limits, on_commit, group, crowded, refusing };
        let thread = thread::Builder::new()
            .name("weir-append".to_owned())
            .spawn(move || appender.run(closing, on_fatal))?;
        Ok((handle, thread))
    }

    fn run(mut self, closing: Closing, on_fatal: impl FnOnce(IntakeError)) -> L {
        let fatal = loop {
            if !self.gather() {
                break None;
            }
            if let Err(error) = self.commit() {
                break Some(error);
            }
        };
        let Appender { log, queue, mut group, .. } = self;
        drop(closing);
        group.answer(Err(NotAppended::Unavailable));
        // Whoever still waits in the queue learns with this that nothing will come.
        drop(queue);
        fatal.map(on_fatal);
        log
    }

    /// Takes the next group, blocking for its first. False if none will come any more.
    fn gather(&mut self) -> bool {
        if self.is_closing() {
            // From here on nothing gets in, and what got in is still handed out.
            self.queue.close();
        }
        let Some(first) = self.queue.blocking_recv() else { return false };
        self.take(first);
        self.take_waiting();
        if self.is_worth_waiting() {
            // Asleep, and not at the queue's end, so that a send costs no wake-up.
            thread::sleep(self.limits.gather);
            self.take_waiting();
        }
        true
    }

    fn take_waiting(&mut self) {
        while !self.is_full() {
            match self.queue.try_recv() {
                Ok(message) => self.take(message),
                Err(_) => break,
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Append(job) => self.group.push(job),
            Message::Wake => {}
        }
    }

    fn is_closing(&self) -> bool {
        !self.open.load(Ordering::Acquire)
    }

    /// Not for a sender who is alone, nor where someone waits for the end.
    fn is_worth_waiting(&self) -> bool {
        self.crowded && !self.is_full() && !self.is_closing()
    }

    fn is_full(&self) -> bool {
        self.limits.group_deliveries_max <= self.group.len()
    }

    /// Appends the group and answers it. The error is the one that leaves us not knowing.
    fn commit(&mut self) -> Result<(), IntakeError> {
        let (count, bytes) = (self.group.len(), self.group.bytes());
        if count == 0 {
            return Ok(());
        }
        let began = Instant::now();
        self.pace.begins();
        let appended = self.log.append(self.group.deliveries());
        let took = began.elapsed();
        self.pace.ends(took);
        self.crowded = 1 < count;
        match appended {
            Ok(()) => {
                self.group.answer(Ok(()));
                self.recovered();
                let (head, waiting) = (self.log.head(), self.queue.len());
                (self.on_commit)(Committed { head, count, bytes, took, waiting });
                Ok(())
            }
            Err(error) if error.is_unknown() => Err(error),
            Err(error) => {
                self.group.answer(Err(NotAppended::Busy));
                self.refused(&error);
                Ok(())
            }
        }
    }

    /// Said once, not with every group: under load there are hundreds a second.
    fn refused(&mut self, error: &IntakeError) {
        if !self.refusing {
            tracing::error!(%error, "the log takes no deliveries; senders are told to come again");
        }
        self.refusing = true;
    }

    fn recovered(&mut self) {
        if self.refusing {
            tracing::info!("the log takes deliveries again");
        }
        self.refusing = false;
    }
}

/// Says that the log takes nothing any more, however its thread ends.
struct Closing(Arc<AtomicBool>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
