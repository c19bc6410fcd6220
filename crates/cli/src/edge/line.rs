//! Whose turn it is on one connection.

use std::cell::Cell;
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use super::crowd::Crowd;
use super::{CROWDED_KEEP_ALIVE, HEAD_TIMEOUT, KEEP_ALIVE, REQUEST_TIMEOUT};

/// What the socket and the requests of one connection know together. They live on one thread.
pub(crate) struct Line {
    turn: Cell<Turn>,
    /// Whether bytes of the request's body are still to come, or to be read.
    unread: Cell<bool>,
    /// Whether no other request is to be heard: the last answer has been said to be the last.
    closing: Cell<bool>,
    flushed: Cell<bool>,
    flushing: Cell<Option<Waker>>,
    /// Whether what is still written is for nobody.
    muted: Cell<bool>,
}

#[derive(Clone, Copy)]
enum Turn {
    /// Nothing has come since then.
    Rest(Instant),
    /// Of a request something has come, the first of it then.
    Theirs(Instant),
    /// A request is here, and its answer is not over.
    Ours,
}

impl Line {
    pub(super) fn new(now: Instant) -> Line {
        Line {
            turn: Cell::new(Turn::Rest(now)),
            unread: Cell::default(),
            closing: Cell::default(),
            flushed: Cell::default(),
            flushing: Cell::default(),
            muted: Cell::default(),
        }
    }

    /// When to end it, if they have not done their part.
    pub(super) fn deadline(&self, crowd: &Crowd) -> Option<Instant> {
        match self.turn.get() {
            Turn::Rest(since) if crowd.is_dense() => Some(since + CROWDED_KEEP_ALIVE),
            // The HTTP server ends a rest itself, but not where half a head lies in its buffer.
            Turn::Rest(since) => Some(since + KEEP_ALIVE + HEAD_TIMEOUT),
            Turn::Theirs(since) => Some(since + REQUEST_TIMEOUT),
            Turn::Ours => None,
        }
    }

    /// Bytes have come.
    pub(super) fn heard(&self, now: Instant) {
        if let Turn::Rest(_) = self.turn.get() {
            self.turn.set(Turn::Theirs(now));
        }
    }

    /// A request's head is here, and whether a body follows.
    pub(super) fn asked(&self, body_follows: bool, now: Instant) {
        self.unread.set(body_follows);
        match body_follows {
            true => self.heard(now),
            false => self.turn.set(Turn::Ours),
        }
    }

    /// A request's body has been read to its end.
    pub(super) fn read(&self) {
        self.unread.set(false);
        self.turn.set(Turn::Ours);
    }

    pub(super) fn is_unread(&self) -> bool {
        self.unread.get()
    }

    /// An answer begins, and whether it is the last.
    pub(super) fn answers(&self, is_last: bool) {
        self.turn.set(Turn::Ours);
        self.closing.set(self.closing.get() || is_last);
    }

    /// An answer is over.
    pub(super) fn answered(&self, now: Instant) {
        self.turn.set(Turn::Rest(now));
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// All that was to be written has been.
    pub(super) fn flushed(&self) {
        self.flushed.set(true);
        if let Some(waker) = self.flushing.take() {
            waker.wake();
        }
    }

    /// Returns when all that was to be written by now has been; what comes after it is for nobody.
    pub(super) async fn mute(&self) {
        self.flushed.set(false);
        std::future::poll_fn(|context: &mut Context<'_>| {
            if self.flushed.get() {
                return Poll::Ready(());
            }
            self.flushing.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
        self.muted.set(true);
    }

    pub(super) fn is_muted(&self) -> bool {
        self.muted.get()
    }
}
