//! What one pass counts.

use std::collections::BTreeMap;

use weir_domain::{ExitId, Outcome, OutcomeKind};
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
    pub(super) trend: Vec<Totals>,
    /// For each value of the dimension.
    pub(super) breakdown: BTreeMap<u64, Totals>,
    /// Cancelled or lost in handover, for each exit.
    pub(super) abandoned: Vec<u64>,
    /// Recovered units with a cancel at the screen, by its code.
    pub(super) recovered_at: Vec<u64>,
    /// Recovered units with a cancel for the reason, by its code.
    pub(super) recovered_for: Vec<u64>,
    exits_seen: Vec<bool>,
    pub(super) time_to_submit: Times,
    pub(super) time_to_abandon: Times,
    pub(super) implied_submitted: u64,
    pub(super) missing_started: u64,
}

impl<'a> Partial<'a> {
    pub(super) fn new(model: &'a Model, query: &Query, buckets: &'a Buckets) -> Partial<'a> {
        let exits = model.exits();
        let offsets = |by| (by, Offsets::between(&query.zone, query.from, query.to));
        Partial {
            model,
            buckets,
            by: query.by.map(offsets),
            last_bucket: 0,
            trend: vec![Totals::default(); buckets.labels.len()],
            breakdown: BTreeMap::new(),
            abandoned: vec![0; exits.len()],
            recovered_at: vec![0; exits.states().len() + 1],
            recovered_for: vec![0; exits.reasons().len() + 1],
            exits_seen: vec![false; exits.len()],
            time_to_submit: Times::new(),
            time_to_abandon: Times::new(),
            implied_submitted: 0,
            missing_started: 0,
        }
    }

    /// Counts one unit.
    #[inline]
    pub(super) fn count(&mut self, unit: &UnitView<'_>, outcome: Outcome) {
        let standing = &unit.standing;
        let at_us = standing.first_at.as_micros();
        // Sessions lie in order of first sight: most are in the bucket of the one before.
        if !self.buckets.holds(self.last_bucket, at_us) {
            self.last_bucket = self.buckets.find(at_us);
        }
        count_totals(&mut self.trend[self.last_bucket], unit, outcome.kind());
        if let Some(key) = self.key(unit, outcome) {
            count_totals(self.breakdown.entry(key).or_default(), unit, outcome.kind());
        }
        if let Outcome::Cancelled(ExitId(exit)) | Outcome::LostInHandover(ExitId(exit)) = outcome {
            self.abandoned[exit as usize] += 1;
        }
        if let Some(submitted_at) = standing.submitted_at {
            self.time_to_submit.push(submitted_at.since_us(standing.first_at));
            self.implied_submitted += u64::from(!standing.submitted_event);
        } else if let Some(cancel) = standing.last_cancel {
            self.time_to_abandon.push(cancel.at.since_us(standing.first_at));
        }
        self.missing_started += u64::from(!standing.started);
        unit.exits(|ExitId(exit), _| self.exits_seen[exit as usize] = true);
        if standing.recovered() {
            self.count_recovered(unit);
        }
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
            Dimension::Weekday => offsets.weekday(unit.standing.first_at),
            Dimension::Hour => offsets.hour(unit.standing.first_at),
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
        for (seen, also) in self.exits_seen.iter_mut().zip(&other.exits_seen) {
            *seen |= also;
        }
        self.time_to_submit = self.time_to_submit.join(other.time_to_submit);
        self.time_to_abandon = self.time_to_abandon.join(other.time_to_abandon);
        self.implied_submitted += other.implied_submitted;
        self.missing_started += other.missing_started;
        self
    }

    /// The totals of all units.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.trend.iter().for_each(|bucket| totals.add(bucket));
        totals
    }

    /// The codes of the screens of every exit of a counted unit, each once.
    pub(super) fn states_seen(&self, model: &Model) -> impl Iterator<Item = Code> + use<> {
        let mut seen = vec![false; model.exits().states().len() + 1];
        for (exit, _) in (0..).zip(&self.exits_seen).filter(|(_, seen)| **seen) {
            seen[model.exits().codes(ExitId(exit)).0 as usize] = true;
        }
        (0..).zip(seen).filter(|(_, seen)| *seen).map(|(state, _)| state)
    }
}

#[inline]
fn count_totals(totals: &mut Totals, unit: &UnitView<'_>, outcome: OutcomeKind) {
    totals.started += 1;
    match outcome {
        OutcomeKind::Submitted => totals.submitted += 1,
        OutcomeKind::Cancelled => totals.cancelled += 1,
        OutcomeKind::LostInHandover => totals.lost_in_handover += 1,
        OutcomeKind::Stalled => totals.stalled += 1,
        OutcomeKind::HandedOver => totals.handed_over += 1,
        OutcomeKind::InProgress => totals.in_progress += 1,
    }
    totals.recovered += u64::from(unit.standing.recovered());
    totals.left_after_submitting += u64::from(unit.standing.left_after_submitting());
    totals.other_document += u64::from(unit.standing.other_document);
}
