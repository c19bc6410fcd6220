//! What a unit's log says happened, and when first.
//!
//! A fact is the *earliest* delivery that says so, by `(received_at, seq)`. Joining two sets of
//! facts takes the minimum of each, which is commutative, associative and idempotent: deliveries
//! that come twice, late or out of order give the same facts.

use crate::{Seq, Timestamp};

/// A `(state, reason)` pair, as the read model numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExitId(pub u32);

/// What a delivery's code says happened (semantics.md, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// 7001: the end-user began.
    Started,
    /// 7002: the end-user submitted.
    Submitted,
    /// 7007: the decision was shown while the end-user waited.
    DecisionShown,
    /// 7008: the end-user went on without waiting for the decision.
    Continued,
    /// 7009: the end-user confirmed the final screen.
    Finished,
    /// 7011: the end-user asked for another type of document.
    OtherDocument,
    /// A code that Weir does not know: the session exists, nothing more.
    Unknown,
    /// 7010: the end-user left, at a screen and for a reason.
    Cancel(ExitId),
    /// 7010 with the handover reason: a desktop user was asked to go on with the phone.
    Handover(ExitId),
}

impl FactKind {
    /// Whether this fact is, or proves, a submission: 7007, 7008 and 7009 come after it.
    #[must_use]
    pub const fn proves_submission(self) -> bool {
        matches!(
            self,
            FactKind::Submitted
                | FactKind::DecisionShown
                | FactKind::Continued
                | FactKind::Finished
        )
    }

    /// The name in the API and on pages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FactKind::Started => "started",
            FactKind::Submitted => "submitted",
            FactKind::DecisionShown => "decision_shown",
            FactKind::Continued => "continued",
            FactKind::Finished => "finished",
            FactKind::OtherDocument => "other_document",
            FactKind::Unknown => "unknown",
            FactKind::Cancel(_) => "cancel",
            FactKind::Handover(_) => "handover",
        }
    }
}

/// Something that an attempt's log says happened, with the first delivery that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// What happened.
    pub kind: FactKind,
    /// Which attempt of the session: 0 for the first that was seen, 1 for the next.
    pub attempt: u16,
    /// The earliest `received_at` that says so.
    pub at: Timestamp,
    /// The place of that delivery in the log.
    pub seq: Seq,
}

/// An exit with the delivery that decides which of several was the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastExit {
    /// When.
    pub at: Timestamp,
    /// The place in the log, which decides between exits of one instant.
    pub seq: Seq,
    /// Where and why.
    pub exit: ExitId,
}

/// What a unit's facts say as of an instant: all that an outcome is derived from.
///
/// It is itself a join: the standing of an end-user is the join of the standings of its sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The earliest `received_at` of any fact.
    pub first_at: Timestamp,
    /// Whether a 7001 is there.
    pub started: bool,
    /// Whether a 7002 is there, and the submission not only implied.
    pub submitted_event: bool,
    /// Whether another type of document was asked for.
    pub other_document: bool,
    /// The earliest fact that is or implies a submission.
    pub submitted_at: Option<Timestamp>,
    /// The earliest cancel.
    pub first_cancel_at: Option<Timestamp>,
    /// The last cancel.
    pub last_cancel: Option<LastExit>,
    /// The last handover.
    pub last_handover: Option<LastExit>,
}

impl Standing {
    /// The standing that this one fact gives.
    #[must_use]
    pub fn of_fact(fact: Fact) -> Standing {
        let Fact { kind, attempt: _, at, seq } = fact;
        let exit = |exit| Some(LastExit { at, seq, exit });
        Standing {
            first_at: at,
            started: kind == FactKind::Started,
            submitted_event: kind == FactKind::Submitted,
            other_document: kind == FactKind::OtherDocument,
            submitted_at: kind.proves_submission().then_some(at),
            first_cancel_at: matches!(kind, FactKind::Cancel(_)).then_some(at),
            last_cancel: if let FactKind::Cancel(id) = kind { exit(id) } else { None },
            last_handover: if let FactKind::Handover(id) = kind { exit(id) } else { None },
        }
    }

    /// The standing as of `as_of`: only facts up to then exist. None if there is none.
    pub fn of(facts: impl IntoIterator<Item = Fact>, as_of: Timestamp) -> Option<Standing> {
        facts
            .into_iter()
            .filter(|fact| fact.at <= as_of)
            .map(Standing::of_fact)
            .reduce(Standing::join)
    }

    /// What both say together.
    #[must_use]
    pub fn join(self, other: Standing) -> Standing {
        // Every field is named, so that a new one does not compile until it is joined here.
        let Standing {
            first_at,
            started,
            submitted_event,
            other_document,
            submitted_at,
            first_cancel_at,
            last_cancel,
            last_handover,
        } = other;
        Standing {
            first_at: self.first_at.min(first_at),
            started: self.started | started,
            submitted_event: self.submitted_event | submitted_event,
            other_document: self.other_document | other_document,
            submitted_at: earliest(self.submitted_at, submitted_at),
            first_cancel_at: earliest(self.first_cancel_at, first_cancel_at),
            // `None` is less than any exit.
            last_cancel: self.last_cancel.max(last_cancel),
            last_handover: self.last_handover.max(last_handover),
        }
    }

    /// Submitted, after having cancelled before.
    #[must_use]
    pub fn recovered(&self) -> bool {
        matches!((self.submitted_at, self.first_cancel_at), (Some(submitted), Some(cancel)) if cancel <= submitted)
    }

    /// Submitted, and a cancel came later than that.
    #[must_use]
    pub fn left_after_submitting(&self) -> bool {
        matches!((self.submitted_at, self.last_cancel), (Some(submitted), Some(cancel)) if submitted < cancel.at)
    }
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ExitId, Fact, FactKind, Standing};
    use crate::{Seq, Timestamp};

    fn fact() -> impl Strategy<Value = Fact> {
        (0..9_u8, 0..3_u32, 0..20_i64, 1..50_u64).prop_map(|(kind, exit, at, seq)| Fact {
            kind: match kind {
                0 => FactKind::Started,
                1 => FactKind::Submitted,
                2 => FactKind::DecisionShown,
                3 => FactKind::Continued,
                4 => FactKind::Finished,
                5 => FactKind::OtherDocument,
                6 => FactKind::Unknown,
                7 => FactKind::Cancel(ExitId(exit)),
                _ => FactKind::Handover(ExitId(exit)),
            },
            attempt: 0,
            at: Timestamp::from_micros(at),
            seq: Seq::new(seq),
        })
    }

    proptest! {
        #[test]
        fn the_order_and_repetition_of_facts_do_not_matter(
            facts in prop::collection::vec(fact(), 1..12),
            rotate in 0..12_usize,
        ) {
            let want = Standing::of(facts.iter().copied(), Timestamp::MAX);
            let mut other = facts.clone();
            other.extend_from_slice(&facts);
            other.reverse();
            let middle = rotate % other.len();
            other.rotate_left(middle);
            prop_assert_eq!(Standing::of(other, Timestamp::MAX), want);
        }
    }
}
