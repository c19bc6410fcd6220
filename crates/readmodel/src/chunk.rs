//! The columns of some thousand sessions, in order of first sight.
//!
//! A session's facts are a list within its chunk; what most reports need of them stands in columns
//! beside, derived anew whenever a fact is joined.

use std::collections::BTreeMap;

use bytemuck::{Pod, Zeroable};
use weir_domain::{ExitId, Fact, FactKind, Marks, Seq, Standing, Summary, Timestamp};

use crate::Code;

/// How many sessions one chunk holds: small enough to be written again whenever one of them
/// changes, large enough to scan without a pause.
pub(crate) const CHUNK_SESSIONS: usize = 16_384;

/// In a column of times: never.
pub(crate) const NEVER_US: i64 = i64::MAX;

/// In a column of rows or list places: none.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// More than one attempt.
pub(crate) const SEVERAL_ATTEMPTS: Marks = Marks(Marks::FREE);
/// Exactly two cancels or handovers: `other_exit` is the one that `exit` is not.
pub(crate) const TWO_EXITS: Marks = Marks(Marks::FREE << 1);
/// That other one is a cancel.
pub(crate) const OTHER_IS_CANCEL: Marks = Marks(Marks::FREE << 2);
/// More than two: only the list tells all.
pub(crate) const MANY_EXITS: Marks = Marks(Marks::FREE << 3);

/// A fact as the list keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct PackedFact {
    at_us: i64,
    /// Place in the log (48 bits) and number of the attempt (16 bits).
    seq_attempt: u64,
    /// Kind (4 bits) and exit (28 bits).
    kind_exit: u32,
    /// The session's next fact, or [`NOWHERE`].
    next: u32,
}

const EXIT_BITS: u32 = 28;
const ATTEMPT_BITS: u32 = 16;

impl PackedFact {
    fn pack(fact: &Fact, next: u32) -> PackedFact {
        let Fact { kind, attempt, at, seq } = *fact;
        let (kind, exit) = match kind {
            FactKind::Started => (0, 0),
            FactKind::Submitted => (1, 0),
            FactKind::DecisionShown => (2, 0),
            FactKind::Continued => (3, 0),
            FactKind::Finished => (4, 0),
            FactKind::OtherDocument => (5, 0),
            FactKind::Unknown => (6, 0),
            FactKind::Cancel(ExitId(exit)) => (7, exit),
            FactKind::Handover(ExitId(exit)) => (8, exit),
        };
        assert!(exit < 1 << EXIT_BITS, "a read model holds at most 2^{EXIT_BITS} distinct exits");
        PackedFact {
            at_us: at.as_micros(),
            seq_attempt: seq.get() << ATTEMPT_BITS | u64::from(attempt),
            kind_exit: kind << EXIT_BITS | exit,
            next,
        }
    }

    /// Whether the fact at `place` of a list is one that [`Chunk::join`] made.
    fn is_whole(&self, place: u32, exits: usize) -> bool {
        // A fact is put before those that are there: a list that led on would lead in a circle.
        let leads_back = self.next == NOWHERE || self.next < place;
        leads_back
            && match self.unpack().kind {
                FactKind::Cancel(ExitId(exit)) | FactKind::Handover(ExitId(exit)) => {
                    (exit as usize) < exits
                }
                _ => true,
            }
    }

    fn unpack(&self) -> Fact {
        let exit = ExitId(self.kind_exit & ((1 << EXIT_BITS) - 1));
        let kind = match self.kind_exit >> EXIT_BITS {
            0 => FactKind::Started,
            1 => FactKind::Submitted,
            2 => FactKind::DecisionShown,
            3 => FactKind::Continued,
            4 => FactKind::Finished,
            5 => FactKind::OtherDocument,
            7 => FactKind::Cancel(exit),
            8 => FactKind::Handover(exit),
            _ => FactKind::Unknown,
        };
        Fact {
            kind,
            #[allow(clippy::cast_possible_truncation)] // the low 16 bits are meant
            attempt: self.seq_attempt as u16,
            at: Timestamp::from_micros(self.at_us),
            seq: Seq::new(self.seq_attempt >> ATTEMPT_BITS),
        }
    }
}

/// What joining a fact did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// The attempt did not have this fact.
    New,
    /// The attempt had it; at most its time became earlier.
    Known,
}

/// The columns. Row `n` of each belongs to the chunk's `n`-th session.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Chunk {
    pub(crate) id: Vec<[u8; 16]>,
    pub(crate) integration: Vec<Code>,
    /// The first attempt's id.
    pub(crate) attempt_id: Vec<[u8; 16]>,
    /// The ids of further attempts, for the few sessions that have some.
    pub(crate) more_attempts: BTreeMap<u32, Vec<[u8; 16]>>,
    pub(crate) feature: Vec<Code>,
    /// The place of the delivery that brought the feature; 0 for none.
    pub(crate) feature_seq: Vec<u64>,
    pub(crate) end_user: Vec<Code>,
    /// The end-user's next session (a row of the whole model), or [`NOWHERE`].
    pub(crate) end_user_next: Vec<u32>,
    /// The hash of its `vendorData`; 0 for none.
    pub(crate) vendor_data: Vec<u64>,
    /// The session's last delivery.
    pub(crate) last_seq: Vec<u64>,

    // Derived from the facts by `summarise`.
    pub(crate) first_at_us: Vec<i64>,
    pub(crate) submitted_at_us: Vec<i64>,
    /// Of the last cancel, or of the last handover where there is no cancel.
    pub(crate) exit_at_us: Vec<i64>,
    pub(crate) exit: Vec<u32>,
    /// The one that `exit` is not, of a session with two.
    pub(crate) other_exit: Vec<u32>,
    pub(crate) marks: Vec<u16>,

    /// Where the session's list of facts begins.
    pub(crate) facts_from: Vec<u32>,
    pub(crate) facts: Vec<PackedFact>,
    /// The latest fact of the chunk: as of then and later, the columns tell all.
    pub(crate) latest_us: i64,
}

impl Chunk {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.id.len()
    }

    /// Adds a session without facts.
    pub(crate) fn push(&mut self, integration: Code, id: [u8; 16], attempt_id: [u8; 16]) {
        self.id.push(id);
        self.integration.push(integration);
        self.attempt_id.push(attempt_id);
        self.feature.push(0);
        self.feature_seq.push(0);
        self.end_user.push(0);
        self.end_user_next.push(NOWHERE);
        self.vendor_data.push(0);
        self.last_seq.push(0);
        self.first_at_us.push(NEVER_US);
        self.submitted_at_us.push(NEVER_US);
        self.exit_at_us.push(NEVER_US);
        self.exit.push(0);
        self.other_exit.push(0);
        self.marks.push(0);
        self.facts_from.push(NOWHERE);
    }

    /// The number of the session's attempt with this id, a new one if it was never seen.
    pub(crate) fn attempt(&mut self, row: usize, id: [u8; 16]) -> u16 {
        if self.attempt_id[row] == id {
            return 0;
        }
        let more = self.more_attempts.entry(key(row)).or_default();
        let at = more.iter().position(|&known| known == id).unwrap_or_else(|| {
            more.push(id);
            more.len() - 1
        });
        // The provider allows ten; attempts beyond 65,535 would be counted as one.
        u16::try_from(at + 1).unwrap_or(u16::MAX)
    }

    /// How many attempts the session has. Asking the mark first spares a search for nearly all.
    #[inline]
    pub(crate) fn attempts(&self, row: usize) -> usize {
        if !Marks(self.marks[row]).has(SEVERAL_ATTEMPTS) {
            return 1;
        }
        1 + self.more_attempts.get(&key(row)).map_or(0, Vec::len)
    }

    pub(crate) fn attempt_ids(&self, row: usize) -> Vec<[u8; 16]> {
        let more = self.more_attempts.get(&key(row)).into_iter().flatten();
        std::iter::once(&self.attempt_id[row]).chain(more).copied().collect()
    }

    /// Joins a fact to the session's.
    pub(crate) fn join(&mut self, row: usize, fact: &Fact) -> Joined {
        let mut place = self.facts_from[row];
        while let Some(packed) = self.facts.get_mut(place as usize) {
            let known = packed.unpack();
            if known.kind == fact.kind && known.attempt == fact.attempt {
                if (fact.at, fact.seq) < (known.at, known.seq) {
                    *packed = PackedFact::pack(fact, packed.next);
                    self.summarise(row);
                }
                return Joined::Known;
            }
            place = packed.next;
        }
        let place = u32::try_from(self.facts.len()).unwrap_or(NOWHERE);
        assert!(place != NOWHERE, "a chunk holds at most 2^32 - 1 facts");
        self.facts.push(PackedFact::pack(fact, self.facts_from[row]));
        self.facts_from[row] = place;
        self.latest_us = self.latest_us.max(fact.at.as_micros());
        self.summarise(row);
        Joined::New
    }

    /// The session's facts, the last joined first.
    pub(crate) fn facts(&self, row: usize) -> impl Iterator<Item = Fact> + '_ {
        let mut place = self.facts_from[row];
        std::iter::from_fn(move || {
            let packed = self.facts.get(place as usize)?;
            place = packed.next;
            Some(packed.unpack())
        })
    }

    /// Whether the columns tell all that is known of the chunk's sessions as of `as_of`.
    #[inline]
    pub(crate) fn is_settled(&self, as_of: Timestamp) -> bool {
        self.latest_us <= as_of.as_micros()
    }

    /// What the columns say of the session as of its latest fact.
    #[inline(always)]
    pub(crate) fn summary(&self, row: usize) -> Summary {
        Summary {
            first_at: Timestamp::from_micros(self.first_at_us[row]),
            submitted_at: Timestamp::from_micros(self.submitted_at_us[row]),
            exit_at: Timestamp::from_micros(self.exit_at_us[row]),
            exit: ExitId(self.exit[row]),
            marks: Marks(self.marks[row]),
        }
    }

    /// What the session's facts say as of `as_of`.
    pub(crate) fn standing_as_of(&self, row: usize, as_of: Timestamp) -> Option<Standing> {
        Standing::of(self.facts(row), as_of)
    }

    /// Whether the columns are of one length, and what they refer to is there.
    pub(crate) fn is_whole(&self, model: &crate::Model, sessions: usize) -> bool {
        let rows = self.len();
        let lengths = [
            self.integration.len(),
            self.attempt_id.len(),
            self.feature.len(),
            self.feature_seq.len(),
            self.end_user.len(),
            self.end_user_next.len(),
            self.vendor_data.len(),
            self.last_seq.len(),
            self.first_at_us.len(),
            self.submitted_at_us.len(),
            self.exit_at_us.len(),
            self.exit.len(),
            self.other_exit.len(),
            self.marks.len(),
            self.facts_from.len(),
        ];
        let within =
            |codes: &[Code], names: usize| codes.iter().all(|&code| code as usize <= names);
        lengths.iter().all(|&length| length == rows)
            && within(&self.integration, model.integrations.len())
            && within(&self.feature, model.features.len())
            && within(&self.end_user, model.end_users.len())
            && self.end_user_next.iter().all(|&row| row == NOWHERE || (row as usize) < sessions)
            && (0..).zip(&self.facts).all(|(place, fact)| fact.is_whole(place, model.exits.len()))
            && [&self.exit, &self.other_exit]
                .into_iter()
                .flatten()
                .all(|&exit| exit == 0 || (exit as usize) < model.exits.len())
    }

    fn summarise(&mut self, row: usize) {
        let Some(standing) = self.standing_as_of(row, Timestamp::MAX) else { return };
        let Summary { first_at, submitted_at, exit_at, exit, marks } = standing.summary();
        self.first_at_us[row] = first_at.as_micros();
        self.submitted_at_us[row] = submitted_at.as_micros();
        self.exit_at_us[row] = exit_at.as_micros();
        self.exit[row] = exit.0;
        let (other_exit, exit_marks) = self.other_exit(row, exit, marks);
        self.other_exit[row] = other_exit;
        let several = self.more_attempts.contains_key(&key(row));
        self.marks[row] = marks.with(exit_marks, true).with(SEVERAL_ATTEMPTS, several).0;
    }

    /// Of a session with two exits the one that is not `exit`, and what is said of it.
    fn other_exit(&self, row: usize, exit: ExitId, marks: Marks) -> (u32, Marks) {
        let mut exits: Vec<(ExitId, bool)> = self
            .facts(row)
            .filter_map(|fact| match fact.kind {
                FactKind::Cancel(exit) => Some((exit, true)),
                FactKind::Handover(exit) => Some((exit, false)),
                _ => None,
            })
            .collect();
        match exits.len() {
            0 | 1 => (0, Marks::default()),
            2 => {
                // One of the two is the exit itself; which, if they are alike, does not matter.
                exits.retain({
                    let mut found = false;
                    move |&one| {
                        let is_it = !found && one == (exit, marks.has(Marks::CANCEL));
                        found |= is_it;
                        !is_it
                    }
                });
                let (ExitId(other), is_cancel) = exits[0];
                (other, TWO_EXITS.with(OTHER_IS_CANCEL, is_cancel))
            }
            _ => (0, MANY_EXITS),
        }
    }
}

fn key(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(NOWHERE)
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Joined, PackedFact};
    use proptest::prelude::*;
    use weir_domain::{ExitId, Fact, FactKind, Marks, Seq, Standing, Summary, Timestamp};

    fn fact() -> impl Strategy<Value = Fact> {
        (0..9_u8, 0..3_u32, 0..20_i64, 0..3_u16).prop_map(|(kind, exit, at, attempt)| Fact {
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
            attempt,
            at: Timestamp::from_micros(at),
            seq: Seq::START,
        })
    }

    #[test]
    fn a_list_that_leads_in_a_circle_is_not_whole() {
        let mut chunk = Chunk::default();
        chunk.push(0, [1; 16], [2; 16]);
        for kind in [FactKind::Started, FactKind::Submitted] {
            let at = Timestamp::from_micros(1);
            chunk.join(0, &Fact { kind, attempt: 0, at, seq: Seq::new(1) });
        }
        let model = crate::Model::default();
        assert!(chunk.is_whole(&model, 1));
        chunk.facts[0].next = 1;
        assert!(!chunk.is_whole(&model, 1));
    }

    proptest! {
        #[test]
        fn a_fact_packs_and_unpacks(fact in fact()) {
            prop_assert_eq!(PackedFact::pack(&fact, 7).unpack(), fact);
        }

        /// The columns say what the whole list says, whatever came in whatever order.
        #[test]
        fn the_columns_agree_with_the_list(facts in prop::collection::vec(fact(), 1..12)) {
            let mut chunk = Chunk::default();
            chunk.push(1, [0; 16], [0; 16]);
            for (fact, n) in facts.iter().zip(1..) {
                chunk.join(0, &Fact { seq: Seq::new(n), ..*fact });
            }
            let want = Standing::of(chunk.facts(0), Timestamp::MAX).unwrap().summary();
            let got = chunk.summary(0);
            prop_assert_eq!(Marks(got.marks.0 & (Marks::FREE - 1)), want.marks);
            prop_assert_eq!(Summary { marks: want.marks, ..got }, want);
        }
    }

    #[test]
    fn a_fact_is_new_once_and_takes_the_earliest_time() {
        let mut chunk = Chunk::default();
        chunk.push(1, [0; 16], [0; 16]);
        let at = |us, seq| Fact {
            kind: FactKind::Started,
            attempt: 0,
            at: Timestamp::from_micros(us),
            seq: Seq::new(seq),
        };
        assert_eq!(chunk.join(0, &at(5, 1)), Joined::New);
        assert_eq!(chunk.join(0, &at(9, 2)), Joined::Known);
        assert_eq!(chunk.join(0, &at(3, 3)), Joined::Known);
        assert_eq!(chunk.facts(0).collect::<Vec<_>>(), [at(3, 3)]);
        assert_eq!(chunk.first_at_us, [3]);
    }
}
