//! What became of a unit, as of an instant (semantics.md, section 4).
//!
//! ```text
//!             ┌──────────────▶ submitted ◀───────────┐ (a later submission recovers it)
//!             │                                      │
//!  in_progress ──── 7010 ────▶ cancelled at X, for Y ┤
//!     │   │                          ▲               │
//!     │   └─ 7010, handover ─▶ handed_over ──────────┤
//!     │                          │ W without a word  │
//!     │ W without a word         ▼                   │
//!     └───────────▶ stalled   lost_in_handover ──────┘
//! ```
//!
//! The states are derived from the facts at the instant of asking; nothing stores them.

use std::fmt;
use std::str::FromStr;

use crate::{ExitId, Standing, Timestamp};

/// The stall window where none is asked for: 7 days, the life of a Veriff session.
pub const WINDOW_DEFAULT_US: i64 = 7 * 24 * 3600 * 1_000_000;

/// What became of a unit, with what is known in that state only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A submission is known or proven.
    Submitted,
    /// Left, at the last cancel's screen and for its reason.
    Cancelled(ExitId),
    /// Was sent to the phone and did not come back within the window.
    LostInHandover(ExitId),
    /// Nothing came within the window.
    Stalled,
    /// Was sent to the phone; the window is still open.
    HandedOver(ExitId),
    /// Began; the window is still open.
    InProgress,
}

/// An outcome without its screen and reason, for counting and filtering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // as in `Outcome`
pub enum OutcomeKind {
    Submitted,
    Cancelled,
    LostInHandover,
    Stalled,
    HandedOver,
    InProgress,
}

impl Standing {
    /// The outcome as of `as_of`, with the stall window `window_us` in microseconds.
    #[must_use]
    pub fn outcome(&self, as_of: Timestamp, window_us: i64) -> Outcome {
        self.summary().outcome(as_of, window_us)
    }
}

impl Outcome {
    /// The outcome without its screen and reason.
    #[must_use]
    #[inline]
    pub const fn kind(self) -> OutcomeKind {
        match self {
            Outcome::Submitted => OutcomeKind::Submitted,
            Outcome::Cancelled(_) => OutcomeKind::Cancelled,
            Outcome::LostInHandover(_) => OutcomeKind::LostInHandover,
            Outcome::Stalled => OutcomeKind::Stalled,
            Outcome::HandedOver(_) => OutcomeKind::HandedOver,
            Outcome::InProgress => OutcomeKind::InProgress,
        }
    }

    /// The screen and reason that the outcome carries, if it carries any.
    #[must_use]
    #[inline]
    pub const fn exit(self) -> Option<ExitId> {
        match self {
            Outcome::Cancelled(exit)
            | Outcome::LostInHandover(exit)
            | Outcome::HandedOver(exit) => Some(exit),
            Outcome::Submitted | Outcome::Stalled | Outcome::InProgress => None,
        }
    }
}

impl OutcomeKind {
    /// Every outcome, in the order of section 4.
    pub const ALL: [OutcomeKind; 6] = [
        OutcomeKind::Submitted,
        OutcomeKind::Cancelled,
        OutcomeKind::LostInHandover,
        OutcomeKind::Stalled,
        OutcomeKind::HandedOver,
        OutcomeKind::InProgress,
    ];

    /// The name in flags, queries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            OutcomeKind::Submitted => "submitted",
            OutcomeKind::Cancelled => "cancelled",
            OutcomeKind::LostInHandover => "lost_in_handover",
            OutcomeKind::Stalled => "stalled",
            OutcomeKind::HandedOver => "handed_over",
            OutcomeKind::InProgress => "in_progress",
        }
    }

    /// The words on a page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            OutcomeKind::Submitted => "Submitted",
            OutcomeKind::Cancelled => "Cancelled",
            OutcomeKind::LostInHandover => "Lost in handover",
            OutcomeKind::Stalled => "Stalled",
            OutcomeKind::HandedOver => "Handed over",
            OutcomeKind::InProgress => "In progress",
        }
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for OutcomeKind {
    type Err = ();

    fn from_str(text: &str) -> Result<OutcomeKind, ()> {
        OutcomeKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{ExitId, Fact, FactKind, Seq, Standing, Timestamp};

    /// Facts as `HOUR kind`, an instant in hours and a window of 10 hours; exits are one letter.
    #[track_caller]
    fn check(log: &[(i64, FactKind)], as_of_hours: i64, want: &str) {
        const HOUR_US: i64 = 3_600_000_000;
        let facts = log.iter().zip(1..).map(|(&(hour, kind), seq)| Fact {
            kind,
            attempt: 0,
            at: Timestamp::from_micros(hour * HOUR_US),
            seq: Seq::new(seq),
        });
        let as_of = Timestamp::from_micros(as_of_hours * HOUR_US);
        let got = match Standing::of(facts, as_of) {
            None => "nothing".to_owned(),
            Some(standing) => {
                let outcome = standing.outcome(as_of, 10 * HOUR_US);
                let exit = outcome.exit().map_or(String::new(), |ExitId(id)| format!(" at {id}"));
                let recovered = if standing.recovered() { ", recovered" } else { "" };
                let left = if standing.left_after_submitting() { ", left after" } else { "" };
                format!("{}{exit}{recovered}{left}", outcome.kind())
            }
        };
        assert_eq!(got, want);
    }

    use FactKind::{Cancel, Finished, Handover, Started, Submitted, Unknown};

    #[test]
    fn a_unit_exists_from_its_first_fact_on() {
        check(&[(3, Started)], 2, "nothing");
        check(&[(3, Unknown)], 3, "in_progress");
    }

    #[test]
    fn silence_becomes_a_stall_when_the_window_is_over() {
        check(&[(0, Started)], 9, "in_progress");
        check(&[(0, Started)], 10, "stalled");
    }

    #[test]
    fn a_handover_restarts_the_window() {
        check(&[(0, Started), (2, Handover(ExitId(1)))], 11, "handed_over at 1");
        check(&[(0, Started), (2, Handover(ExitId(1)))], 12, "lost_in_handover at 1");
    }

    #[test]
    fn the_last_cancel_counts_and_the_log_decides_a_tie() {
        check(&[(1, Cancel(ExitId(1))), (2, Cancel(ExitId(2)))], 3, "cancelled at 2");
        check(&[(2, Cancel(ExitId(2))), (1, Cancel(ExitId(1)))], 3, "cancelled at 2");
        check(&[(2, Cancel(ExitId(7))), (2, Cancel(ExitId(3)))], 3, "cancelled at 3");
        check(&[(1, Cancel(ExitId(1))), (2, Handover(ExitId(2)))], 99, "cancelled at 1");
    }

    #[test]
    fn a_submission_outweighs_all_and_says_what_else_happened() {
        check(&[(0, Started), (1, Submitted)], 2, "submitted");
        check(&[(0, Started), (1, Finished)], 2, "submitted");
        check(&[(1, Cancel(ExitId(1))), (1, Submitted)], 2, "submitted, recovered");
        check(&[(1, Submitted), (2, Cancel(ExitId(1)))], 2, "submitted, left after");
        check(
            &[(0, Cancel(ExitId(1))), (1, Submitted), (2, Cancel(ExitId(2)))],
            2,
            "submitted, recovered, left after",
        );
    }
}
