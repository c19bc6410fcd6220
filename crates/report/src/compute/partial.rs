//! What one pass counts.

use std::collections::BTreeMap;

use weir_domain::{Catalogue, ExitId, Marks, Outcome, OutcomeKind, Summary};
use weir_readmodel::{Code, Model, UnitView};

use super::local::Offsets;
use super::times::Times;
use crate::{Buckets, Dimension, Query, Totals};

/// The sums over some of the units. Sums of different parts join to the sum over all.
pub(super) struct Partial<'a> {
    model: &'a Model,
    buckets: &'a Buckets,
    by: Option<(Dimension, Offsets)>,
    last_bucket: usize,
    /// For each bucket of the trend; every unit is in one.
    pub(super) trend: Vec<Counts>,
    /// For each value of the dimension.
    pub(super) breakdown: BTreeMap<u64, Counts>,
    /// Cancelled or lost in handover, for each exit.
    pub(super) abandoned: Vec<u64>,
    /// Recovered units with a cancel at the screen, by its code.
    pub(super) recovered_at: Vec<u64>,
    /// Recovered units with a cancel for the reason, by its code.
    pub(super) recovered_for: Vec<u64>,
    /// The screens that the catalogue does not name and no unit of these has shown yet, by code.
    unseen: Vec<bool>,
    unseen_count: usize,
    pub(super) time_to_submit: Times,
    pub(super) time_to_abandon: Times,
    pub(super) implied_submitted: u64,
    pub(super) missing_started: u64,
}

impl<'a> Partial<'a> {
    pub(super) fn new(
        model: &'a Model,
        catalogue: &Catalogue,
        query: &Query,
        buckets: &'a Buckets,
    ) -> Partial<'a> {
        let exits = model.exits();
        let uncatalogued = exits.states().iter().map(|state| catalogue.screen(state).is_none());
        // Code 0 stands for no screen, which needs no name.
        let unseen: Vec<bool> = std::iter::once(false).chain(uncatalogued).collect();
        let offsets = |by| (by, Offsets::between(&query.zone, query.from, query.to));
        Partial {
            model,
            buckets,
            by: query.by.map(offsets),
            last_bucket: 0,
            trend: vec![Counts::default(); buckets.labels.len()],
            breakdown: BTreeMap::new(),
            abandoned: vec![0; exits.len()],
            recovered_at: vec![0; exits.states().len() + 1],
            recovered_for: vec![0; exits.reasons().len() + 1],
            unseen_count: unseen.iter().filter(|unseen| **unseen).count(),
            unseen,
            time_to_submit: Times::new(),
            time_to_abandon: Times::new(),
            implied_submitted: 0,
            missing_started: 0,
        }
    }

    /// Counts one unit.
    #[inline(always)]
    pub(super) fn count(&mut self, unit: &UnitView<'_>, outcome: Outcome) {
        let summary = &unit.summary;
        let at_us = summary.first_at.as_micros();
        // Sessions lie in order of first sight: most are in the bucket of the one before.
        if !self.buckets.holds(self.last_bucket, at_us) {
            self.last_bucket = self.buckets.find(at_us);
        }
        self.trend[self.last_bucket].count(summary, outcome.kind());
        if let Some(key) = self.key(unit, outcome) {
            self.breakdown.entry(key).or_default().count(summary, outcome.kind());
        }
        if let Outcome::Cancelled(ExitId(exit)) | Outcome::LostInHandover(ExitId(exit)) = outcome {
            self.abandoned[exit as usize] += 1;
        }
        let marks = summary.marks;
        if let Some(submitted_at) = summary.submitted() {
            self.time_to_submit.push(submitted_at.since_us(summary.first_at));
            self.implied_submitted += u64::from(!marks.has(Marks::SUBMITTED_EVENT));
        } else if marks.has(Marks::CANCEL) {
            self.time_to_abandon.push(summary.exit_at.since_us(summary.first_at));
        }
        self.missing_started += u64::from(!marks.has(Marks::STARTED));
        // There are few such screens and they are soon found: then nobody's exits are looked at.
        if 0 < self.unseen_count && marks.has_exit() {
            self.see_states(unit);
        }
        if marks.has(Marks::RECOVERED) {
            self.count_recovered(unit);
        }
    }

    fn see_states(&mut self, unit: &UnitView<'_>) {
        unit.exits(|exit, _| {
            let unseen = &mut self.unseen[self.model.exits().codes(exit).0 as usize];
            self.unseen_count -= usize::from(*unseen);
            *unseen = false;
        });
    }

    /// A unit that cancelled twice at a screen is counted there once.
    fn count_recovered(&mut self, unit: &UnitView<'_>) {
        let (mut states, mut reasons): (Vec<Code>, Vec<Code>) = (Vec::new(), Vec::new());
        unit.exits(|exit, is_cancel| {
            if is_cancel {
                let (state, reason) = self.model.exits().codes(exit);
                states.push(state);
                reasons.push(reason);
            }
        });
        for (codes, counts) in
            [(&mut states, &mut self.recovered_at), (&mut reasons, &mut self.recovered_for)]
        {
            codes.sort_unstable();
            codes.dedup();
            for &code in &*codes {
                counts[code as usize] += 1;
            }
        }
    }

    fn key(&self, unit: &UnitView<'_>, outcome: Outcome) -> Option<u64> {
        let (by, offsets) = self.by.as_ref()?;
        Some(match by {
            Dimension::Integration => u64::from(unit.integration),
            Dimension::Feature => u64::from(unit.feature),
            Dimension::Outcome => outcome.kind() as u64,
            Dimension::Attempts => unit.attempts(),
            Dimension::Weekday => offsets.weekday(unit.summary.first_at),
            Dimension::Hour => offsets.hour(unit.summary.first_at),
        })
    }

    /// What both counted together.
    pub(super) fn join(mut self, other: Partial<'a>) -> Partial<'a> {
        fn add(a: &mut [u64], b: &[u64]) {
            for (a, b) in a.iter_mut().zip(b) {
                *a += b;
            }
        }
        for (totals, more) in self.trend.iter_mut().zip(&other.trend) {
            totals.add(more);
        }
        for (key, more) in &other.breakdown {
            self.breakdown.entry(*key).or_default().add(more);
        }
        add(&mut self.abandoned, &other.abandoned);
        add(&mut self.recovered_at, &other.recovered_at);
        add(&mut self.recovered_for, &other.recovered_for);
        for (unseen, also) in self.unseen.iter_mut().zip(&other.unseen) {
            *unseen &= also;
        }
        self.time_to_submit = self.time_to_submit.join(other.time_to_submit);
        self.time_to_abandon = self.time_to_abandon.join(other.time_to_abandon);
        self.implied_submitted += other.implied_submitted;
        self.missing_started += other.missing_started;
        self
    }

    /// The totals of all units.
    pub(super) fn totals(&self) -> Totals {
        let mut all = Counts::default();
        self.trend.iter().for_each(|bucket| all.add(bucket));
        all.totals()
    }

    /// The screens that the catalogue does not name and some unit has shown, sorted.
    pub(super) fn uncatalogued_states(&self, catalogue: &Catalogue) -> Vec<String> {
        let states = self.model.exits().states().iter().zip(self.unseen.iter().skip(1));
        let mut seen: Vec<String> = states
            .filter(|(state, unseen)| !**unseen && catalogue.screen(state).is_none())
            .map(|(state, _)| state.to_owned())
            .collect();
        seen.sort();
        seen
    }
}

/// The counts of one bucket or value: [`Totals`] in a form that is counted without branches.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    outcomes: [u64; OutcomeKind::ALL.len()],
    recovered: u64,
    left_after_submitting: u64,
    other_document: u64,
}

impl Counts {
    #[inline]
    fn count(&mut self, summary: &Summary, outcome: OutcomeKind) {
        let marks = summary.marks;
        self.outcomes[outcome as usize] += 1;
        self.recovered += u64::from(marks.has(Marks::RECOVERED));
        self.left_after_submitting += u64::from(marks.has(Marks::LEFT_AFTER_SUBMITTING));
        self.other_document += u64::from(marks.has(Marks::OTHER_DOCUMENT));
    }

    fn add(&mut self, other: &Counts) {
        // Every field is named, so that a new one does not compile until it is summed here.
        let Counts { outcomes, recovered, left_after_submitting, other_document } = other;
        for (count, more) in self.outcomes.iter_mut().zip(outcomes) {
            *count += more;
        }
        self.recovered += recovered;
        self.left_after_submitting += left_after_submitting;
        self.other_document += other_document;
    }

    pub(super) fn totals(&self) -> Totals {
        let of = |kind: OutcomeKind| self.outcomes[kind as usize];
        Totals {
            started: self.outcomes.iter().sum(),
            submitted: of(OutcomeKind::Submitted),
            cancelled: of(OutcomeKind::Cancelled),
            lost_in_handover: of(OutcomeKind::LostInHandover),
            stalled: of(OutcomeKind::Stalled),
            handed_over: of(OutcomeKind::HandedOver),
            in_progress: of(OutcomeKind::InProgress),
            recovered: self.recovered,
            left_after_submitting: self.left_after_submitting,
            other_document: self.other_document,
        }
    }
}
