//! What a report needs of a unit's standing, in 32 bytes: the form that columns keep.

use crate::{ExitId, Outcome, Standing, Timestamp};

/// A standing with what only a join needs left out. "Never" is [`Timestamp::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The earliest fact.
    pub first_at: Timestamp,
    /// The earliest fact that is or implies a submission, or never.
    pub submitted_at: Timestamp,
    /// The last cancel, or the last handover where there is no cancel, or never.
    pub exit_at: Timestamp,
    /// Where and why that was; of no meaning where there is neither.
    pub exit: ExitId,
    /// What else is known.
    pub marks: Marks,
}

/// What is known of a unit, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(pub u16);

impl Marks {
    /// There is a 7001.
    pub const STARTED: Marks = Marks(1);
    /// There is a 7002: the submission is not only implied.
    pub const SUBMITTED_EVENT: Marks = Marks(2);
    /// Another type of document was asked for.
    pub const OTHER_DOCUMENT: Marks = Marks(4);
    /// There is a cancel: the exit is the last one.
    pub const CANCEL: Marks = Marks(8);
    /// There is a handover and no cancel: the exit is the last handover.
    pub const HANDOVER: Marks = Marks(16);
    /// Submitted, after having cancelled before.
    pub const RECOVERED: Marks = Marks(32);
    /// Submitted, and a cancel came later than that.
    pub const LEFT_AFTER_SUBMITTING: Marks = Marks(64);
    /// The bits from here on are free for whoever keeps the marks.
    pub const FREE: u16 = 256;

    /// Whether all of `marks` are among these.
    #[must_use]
    #[inline]
    pub const fn has(self, marks: Marks) -> bool {
        self.0 & marks.0 == marks.0
    }

    /// Whether there is a cancel or a handover.
    #[must_use]
    #[inline]
    pub const fn has_exit(self) -> bool {
        self.0 & (Marks::CANCEL.0 | Marks::HANDOVER.0) != 0
    }

    /// These and, if `is`, also `marks`.
    #[must_use]
    #[inline]
    pub const fn with(self, marks: Marks, is: bool) -> Marks {
        Marks(self.0 | if is { marks.0 } else { 0 })
    }
}

impl Standing {
    /// What a report needs of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let exit = self.last_cancel.or(self.last_handover);
        let cancel = self.last_cancel.is_some();
        Summary {
            first_at: self.first_at,
            submitted_at: self.submitted_at.unwrap_or(Timestamp::MAX),
            exit_at: exit.map_or(Timestamp::MAX, |exit| exit.at),
            exit: exit.map_or(ExitId(0), |exit| exit.exit),
            marks: Marks::default()
                .with(Marks::STARTED, self.started)
                .with(Marks::SUBMITTED_EVENT, self.submitted_event)
                .with(Marks::OTHER_DOCUMENT, self.other_document)
                .with(Marks::CANCEL, cancel)
                .with(Marks::HANDOVER, !cancel && self.last_handover.is_some())
                .with(Marks::RECOVERED, self.recovered())
                .with(Marks::LEFT_AFTER_SUBMITTING, self.left_after_submitting()),
        }
    }
}

impl Summary {
    /// When it was submitted, if it was.
    #[must_use]
    #[inline]
    pub fn submitted(&self) -> Option<Timestamp> {
        (self.submitted_at != Timestamp::MAX).then_some(self.submitted_at)
    }

    /// The outcome as of `as_of`, with the stall window `window_us` in microseconds
    /// (semantics.md, section 4).
    #[must_use]
    #[inline]
    pub fn outcome(&self, as_of: Timestamp, window_us: i64) -> Outcome {
        let elapsed = |since: Timestamp| window_us <= as_of.since_us(since);
        if self.submitted_at != Timestamp::MAX {
            Outcome::Submitted
        } else if self.marks.has(Marks::CANCEL) {
            Outcome::Cancelled(self.exit)
        } else if self.marks.has(Marks::HANDOVER) {
            if elapsed(self.exit_at) {
                Outcome::LostInHandover(self.exit)
            } else {
                Outcome::HandedOver(self.exit)
            }
        } else if elapsed(self.first_at) {
            Outcome::Stalled
        } else {
            Outcome::InProgress
        }
    }
}
