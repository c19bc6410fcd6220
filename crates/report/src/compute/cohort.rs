//! The units behind a report's numbers, one by one.

use weir_domain::{Catalogue, Outcome, Summary, Timestamp, Unit};
use weir_readmodel::{Code, Model, Row, UnitView};

use super::keep::Keep;
use super::narrowed::Narrowed;
use super::scan;
use crate::{Narrow, Query};

/// One unit of a cohort, with what a list shows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortUnit {
    /// What its facts say.
    pub summary: Summary,
    /// What became of it.
    pub outcome: Outcome,
    /// The session that it is, belongs to, or began with.
    pub session: Row,
    /// Which of the session's attempts it is, where attempts are asked for.
    pub attempt: Option<u16>,
    /// How many attempts it has.
    pub attempts: u32,
    /// Its feature, or [`weir_readmodel::Names::NONE`].
    pub feature: Code,
}

impl CohortUnit {
    /// When its first fact was received.
    #[must_use]
    pub fn first_at(&self) -> Timestamp {
        self.summary.first_at
    }

    /// When it was first known to be submitted, if it was.
    #[must_use]
    pub fn submitted_at(&self) -> Option<Timestamp> {
        self.summary.submitted()
    }

    /// When it left, or was sent to the phone; none where the outcome carries no exit.
    #[must_use]
    pub fn exit_at(&self) -> Option<Timestamp> {
        self.outcome.exit().map(|_| self.summary.exit_at)
    }

    fn of(unit: &UnitView<'_>, outcome: Outcome, query: &Query) -> CohortUnit {
        CohortUnit {
            summary: unit.summary,
            outcome,
            session: unit.session,
            // The only attempt of its session has number 0.
            attempt: (query.unit == Unit::Attempt).then(|| unit.attempt().unwrap_or(0)),
            attempts: u32::try_from(unit.attempts()).unwrap_or(u32::MAX),
            feature: unit.feature,
        }
    }
}

/// The units of a cohort, part by part of the model, each part's in the model's order.
pub(crate) struct Parts<'a> {
    model: &'a Model,
    query: &'a Query,
    keep: Keep<'a>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(model: &'a Model, query: &'a Query) -> Parts<'a> {
        Parts { model, query, keep: Keep::new(model, query) }
    }

    /// How many parts there are.
    pub(crate) fn len(&self) -> usize {
        self.model.parts()
    }

    /// The units of one part.
    pub(crate) fn units(&self, part: usize) -> Vec<CohortUnit> {
        let Query { from, to, unit, as_of, window_us, .. } = *self.query;
        let mut units = Vec::new();
        self.model.scan(part, unit, &(from..to), as_of, |unit| {
            let outcome = unit.summary.outcome(as_of, window_us);
            if self.keep.keeps(unit, outcome) {
                units.push(CohortUnit::of(unit, outcome, self.query));
            }
        });
        units
    }
}

/// Hands every unit of the cohort that `narrow` keeps to `take`, in no order, on `threads` threads,
/// each with what `start` made for it. Of a list of millions only some are shown: whoever takes them
/// decides what to hold.
pub fn visit<A: Send>(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    narrow: &Narrow,
    threads: usize,
    start: impl Fn() -> A + Sync,
    take: impl Fn(&mut A, CohortUnit) + Sync,
) -> Vec<A> {
    let narrowed = Narrowed::new(model, catalogue, query, narrow);
    scan(model, query, threads, start, |taken, unit, outcome| {
        if narrowed.keeps(unit, outcome) {
            take(taken, CohortUnit::of(unit, outcome, query));
        }
    })
}
