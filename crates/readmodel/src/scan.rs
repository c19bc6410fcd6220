//! The units of a report, one by one.

use std::ops::Range;

use weir_domain::{ExitId, Fact, FactKind, Marks, Standing, Summary, Timestamp, Unit};

use crate::chunk::{CHUNK_SESSIONS, Chunk, MANY_EXITS, OTHER_IS_CANCEL, TWO_EXITS};
use crate::{Code, Model, Names, Row};

/// One unit as of an instant.
pub struct UnitView<'a> {
    /// What its facts say.
    pub summary: Summary,
    /// Its integration.
    pub integration: Code,
    /// Its feature, or [`Names::NONE`].
    pub feature: Code,
    /// The session that it is, belongs to, or began with.
    pub session: Row,
    source: Source<'a>,
}

/// Where a unit's facts are found.
enum Source<'a> {
    Session { chunk: &'a Chunk, at: usize, as_of: Timestamp },
    Attempt { chunk: &'a Chunk, at: usize, as_of: Timestamp, attempt: u16 },
    EndUser { model: &'a Model, end_user: Code, as_of: Timestamp },
}

impl UnitView<'_> {
    /// Which of its session's attempts it is; none where it is all of them, if only one.
    #[must_use]
    pub fn attempt(&self) -> Option<u16> {
        match self.source {
            Source::Attempt { attempt, .. } => Some(attempt),
            Source::Session { .. } | Source::EndUser { .. } => None,
        }
    }

    /// How many attempts of it exist: have a fact.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        match self.source {
            Source::Attempt { .. } => 1,
            Source::Session { chunk, at, as_of } => attempts(chunk, at, as_of),
            Source::EndUser { model, end_user, as_of } => model
                .sessions
                .of_end_user(end_user)
                .map(|row| model.sessions.chunk(row))
                .map(|(chunk, at)| attempts(chunk, at, as_of))
                .sum(),
        }
    }

    /// Hands each of its cancels (`true`) and handovers (`false`) to `visit`.
    #[inline]
    pub fn exits(&self, mut visit: impl FnMut(ExitId, bool)) {
        match self.source {
            Source::Session { chunk, at, as_of } => {
                exits(chunk, at, as_of, true, |_| true, &mut visit)
            }
            Source::Attempt { chunk, at, as_of, attempt } => {
                exits(chunk, at, as_of, false, |fact| fact.attempt == attempt, &mut visit);
            }
            Source::EndUser { model, end_user, as_of } => {
                for row in model.sessions.of_end_user(end_user) {
                    let (chunk, at) = model.sessions.chunk(row);
                    exits(chunk, at, as_of, true, |_| true, &mut visit);
                }
            }
        }
    }
}

impl Model {
    /// How many parts a scan has. Parts can be scanned side by side.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.sessions.chunks.len()
    }

    /// Hands every unit of one part that exists as of `as_of`, and whose first fact lies within
    /// `cohort`, to `visit`. All parts together give every unit once.
    pub fn scan(
        &self,
        part: usize,
        unit: Unit,
        cohort: &Range<Timestamp>,
        as_of: Timestamp,
        mut visit: impl FnMut(&UnitView<'_>),
    ) {
        let chunk = &self.sessions.chunks[part];
        let rows = 0..chunk.len();
        match unit {
            Unit::Session => {
                rows.for_each(|at| session(chunk, part, at, cohort, as_of, &mut visit));
            }
            Unit::Attempt => {
                rows.for_each(|at| attempt(chunk, part, at, cohort, as_of, &mut visit));
            }
            Unit::EndUser => {
                rows.for_each(|at| self.end_user(chunk, part, at, cohort, as_of, &mut visit));
            }
        }
    }

    fn end_user(
        &self,
        chunk: &Chunk,
        part: usize,
        at: usize,
        cohort: &Range<Timestamp>,
        as_of: Timestamp,
        visit: &mut impl FnMut(&UnitView<'_>),
    ) {
        let end_user = chunk.end_user[at];
        if end_user == Names::NONE || chunk.is_only_session(at, self) {
            return session(chunk, part, at, cohort, as_of, visit);
        }
        // An end-user is visited with the first of its sessions.
        if self.sessions.end_users[end_user as usize - 1].first != row_of(part, at).0 {
            return;
        }
        let rows = || self.sessions.of_end_user(end_user).map(|row| self.sessions.chunk(row));
        let standing = rows()
            .filter_map(|(chunk, at)| Standing::of(chunk.facts(at), as_of))
            .reduce(Standing::join);
        let Some(standing) = standing.filter(|standing| cohort.contains(&standing.first_at)) else {
            return;
        };
        let feature = rows()
            .filter(|(chunk, at)| chunk.feature[*at] != Names::NONE)
            .min_by_key(|(chunk, at)| chunk.feature_seq[*at])
            .map_or(Names::NONE, |(chunk, at)| chunk.feature[at]);
        visit(&UnitView {
            summary: standing.summary(),
            integration: chunk.integration[at],
            feature,
            session: row_of(part, at),
            source: Source::EndUser { model: self, end_user, as_of },
        });
    }
}

impl Chunk {
    fn is_only_session(&self, at: usize, model: &Model) -> bool {
        let known = model.sessions.end_users[self.end_user[at] as usize - 1];
        known.first == known.last
    }
}

// Kept in registers all the way: passed through memory, a summary costs more than its counting.
#[inline(always)]
fn session(
    chunk: &Chunk,
    part: usize,
    at: usize,
    cohort: &Range<Timestamp>,
    as_of: Timestamp,
    visit: &mut impl FnMut(&UnitView<'_>),
) {
    // Facts after `as_of` are later than the first, so a first outside the cohort stays outside.
    if !cohort.contains(&Timestamp::from_micros(chunk.first_at_us[at])) {
        return;
    }
    let Some(summary) = summary(chunk, at, as_of) else { return };
    visit(&UnitView {
        summary,
        integration: chunk.integration[at],
        feature: chunk.feature[at],
        session: row_of(part, at),
        source: Source::Session { chunk, at, as_of },
    });
}

fn attempt(
    chunk: &Chunk,
    part: usize,
    at: usize,
    cohort: &Range<Timestamp>,
    as_of: Timestamp,
    visit: &mut impl FnMut(&UnitView<'_>),
) {
    if chunk.attempts(at) == 1 {
        return session(chunk, part, at, cohort, as_of, visit);
    }
    for attempt in 0..u16::try_from(chunk.attempts(at)).unwrap_or(u16::MAX) {
        let facts = chunk.facts(at).filter(|fact| fact.attempt == attempt);
        let standing = Standing::of(facts, as_of);
        let Some(standing) = standing.filter(|standing| cohort.contains(&standing.first_at)) else {
            continue;
        };
        visit(&UnitView {
            summary: standing.summary(),
            integration: chunk.integration[at],
            feature: chunk.feature[at],
            session: row_of(part, at),
            source: Source::Attempt { chunk, at, as_of, attempt },
        });
    }
}

#[inline(always)]
fn summary(chunk: &Chunk, at: usize, as_of: Timestamp) -> Option<Summary> {
    if chunk.is_settled(as_of) {
        Some(chunk.summary(at))
    } else {
        Standing::of(chunk.facts(at), as_of).map(|standing| standing.summary())
    }
}

fn attempts(chunk: &Chunk, at: usize, as_of: Timestamp) -> u64 {
    if chunk.attempts(at) == 1 {
        return u64::from(chunk.first_at_us[at] <= as_of.as_micros());
    }
    let mut seen: Vec<u16> =
        chunk.facts(at).filter(|fact| fact.at <= as_of).map(|fact| fact.attempt).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() as u64
}

/// Hands the session's cancels and handovers that `keep` keeps to `visit`; all if it is `whole`.
#[inline]
fn exits(
    chunk: &Chunk,
    at: usize,
    as_of: Timestamp,
    whole: bool,
    keep: impl Fn(&Fact) -> bool,
    visit: &mut impl FnMut(ExitId, bool),
) {
    let marks = Marks(chunk.marks[at]);
    if !marks.has_exit() {
        return;
    }
    if whole && !marks.has(MANY_EXITS) && chunk.is_settled(as_of) {
        visit(ExitId(chunk.exit[at]), marks.has(Marks::CANCEL));
        if marks.has(TWO_EXITS) {
            visit(ExitId(chunk.other_exit[at]), marks.has(OTHER_IS_CANCEL));
        }
        return;
    }
    for fact in chunk.facts(at).filter(|fact| fact.at <= as_of && keep(fact)) {
        match fact.kind {
            FactKind::Cancel(exit) => visit(exit, true),
            FactKind::Handover(exit) => visit(exit, false),
            _ => {}
        }
    }
}

#[inline]
fn row_of(part: usize, at: usize) -> Row {
    Row(u32::try_from(part * CHUNK_SESSIONS + at).unwrap_or(u32::MAX))
}
