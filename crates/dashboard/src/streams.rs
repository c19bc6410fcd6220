//! The open streams of events: how many there are, and that they end with the process.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// Each holds a connection. A team has a few windows open each; a proxy's limits are higher.
const STREAMS_MAX: usize = 200;

/// The open streams.
#[derive(Debug)]
pub struct Streams {
    open: AtomicUsize,
    closing: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Streams {
        Streams { open: AtomicUsize::new(0), closing: watch::Sender::new(false) }
    }
}

impl Streams {
    /// Ends every stream, now and from now on: a server that stops waits for its connections.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Takes one of the places; what tells that all is over comes with it.
    pub(crate) fn take(&self) -> Option<watch::Receiver<bool>> {
        let more = |open: usize| (open < STREAMS_MAX).then_some(open + 1);
        self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(self.closing.subscribe())
    }

    /// Gives a place back.
    pub(crate) fn leave(&self) {
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::{STREAMS_MAX, Streams};

    #[test]
    fn the_places_are_counted() {
        let streams = Streams::default();
        assert!((0..STREAMS_MAX).all(|_| streams.take().is_some()));
        assert!(streams.take().is_none());
        streams.leave();
        assert!(streams.take().is_some());
    }

    #[test]
    fn closing_is_told_to_all_and_to_those_who_come_later() {
        let streams = Streams::default();
        let before = streams.take().unwrap();
        streams.close();
        assert!(*before.borrow());
        assert!(*streams.take().unwrap().borrow());
    }
}
