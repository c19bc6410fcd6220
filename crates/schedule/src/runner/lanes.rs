//! Sendings on threads of their own: a kind of channel that is slow waits for itself only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{Tools, deliver};
use crate::ledger::Open;

/// The kinds of channels, as targets begin, each with its number of threads. Mail servers take
/// their time, and most reports are mails.
const LANES: [(&str, usize); 5] =
    [("mail:", 2), ("file:", 1), ("slack:", 1), ("webhook:", 1), ("s3:", 1)];

/// A queue and its threads for each kind of channel. What is in a queue waits in the ledger too: a
/// process that ends loses nothing.
pub(super) struct Lanes {
    senders: Vec<(&'static str, Sender<Open>)>,
    closed: Arc<AtomicBool>,
}

impl Lanes {
    /// Starts the threads.
    pub(super) fn open<'scope>(scope: &'scope Scope<'scope, '_>, tools: &Arc<Tools>) -> Lanes {
        let closed = Arc::new(AtomicBool::new(false));
        let mut senders = Vec::new();
        for (kind, threads) in LANES {
            let (sender, queue) = unbounded();
            for _ in 0..threads {
                let (tools, queue, closed) =
                    (Arc::clone(tools), queue.clone(), Arc::clone(&closed));
                scope.spawn(move || work(&tools, &queue, &closed));
            }
            senders.push((kind, sender));
        }
        Lanes { senders, closed }
    }

    /// Gives a sending that was taken to its lane.
    pub(super) fn give(&self, sending: Open) {
        let lane = self.senders.iter().find(|(kind, _)| sending.target.starts_with(kind));
        let lane = lane.or(self.senders.first());
        // A lane's threads live as long as the lanes do.
        if let Some((_, sender)) = lane {
            let _ = sender.send(sending);
        }
    }

    /// Lets the threads end after what they are at.
    pub(super) fn close(self) {
        self.closed.store(true, Ordering::Release);
    }
}

fn work(tools: &Tools, queue: &Receiver<Open>, closed: &AtomicBool) {
    for sending in queue {
        if closed.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = deliver::send(tools, &sending) {
            let kind = sending.target.split(':').next().unwrap_or_default();
            tracing::error!("what became of a {kind} of run {} waits: {error}", sending.run);
        }
    }
}
