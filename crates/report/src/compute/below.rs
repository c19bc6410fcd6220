//! What lies below a report's rows, in one pass of its own.
//!
//! Of each unit that left at a known exit the pass keeps when it began and how fast it left, in 12
//! bytes: then trends cost what there is to show, and not screens times buckets.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use weir_domain::{Catalogue, ExitId, Outcome};
use weir_readmodel::{Code, Model, UnitView};

use super::local::Offsets;
use super::{rows, scan, times};
use crate::{
    BucketError, Buckets, Distribution, ExitProfile, HourCell, Profile, Query, Trend, Until,
};

/// Computes what lies below the rows of the report with the same question.
///
/// # Errors
/// If the range has more buckets than can be shown, or leaves the calendar.
pub fn profile(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    threads: usize,
) -> Result<Profile, BucketError> {
    let buckets = Buckets::cover(query.bucket, &query.zone, query.from, query.to)?;
    let offsets = Offsets::between(&query.zone, query.from, query.to);
    let start = || Below::new(model.exits().len(), &buckets, &offsets);
    let counted = scan(model, query, threads, start, Below::count);
    let Below { left, time_to_submit, time_to_abandon, week, .. } =
        counted.into_iter().reduce(Below::join).unwrap_or_else(start);
    let (by_state, by_reason) = families(model, catalogue, &left);
    Ok(Profile {
        by_state,
        by_reason,
        time_to_submit,
        time_to_abandon,
        week: week.to_vec(),
        query: query.clone(),
        buckets,
    })
}

/// What one pass counts.
struct Below<'a> {
    buckets: &'a Buckets,
    offsets: &'a Offsets,
    last_bucket: usize,
    /// For each exit.
    left: Vec<Left>,
    time_to_submit: Distribution,
    time_to_abandon: Distribution,
    week: [[HourCell; 24]; 7],
}

/// The units that were cancelled or lost in handover at one exit.
#[derive(Clone, Default)]
struct Left {
    /// The number of the bucket in which each began.
    buckets: Vec<u32>,
    /// How long each took until then.
    took_us: Vec<u64>,
}

impl<'a> Below<'a> {
    fn new(exits: usize, buckets: &'a Buckets, offsets: &'a Offsets) -> Below<'a> {
        Below {
            buckets,
            offsets,
            last_bucket: 0,
            left: vec![Left::default(); exits],
            time_to_submit: Distribution::default(),
            time_to_abandon: Distribution::default(),
            week: [[HourCell::default(); 24]; 7],
        }
    }

    fn count(&mut self, unit: &UnitView<'_>, outcome: Outcome) {
        let summary = &unit.summary;
        if let Some(us) = Until::Submit.us(summary, outcome) {
            self.time_to_submit.count(us);
        }
        if let Some(us) = Until::Abandon.us(summary, outcome) {
            self.time_to_abandon.count(us);
        }
        if let (Some(exit), Some(took_us)) = (outcome.exit(), Until::Exit.us(summary, outcome)) {
            // There are at most `BUCKETS_MAX` of them.
            let bucket = u32::try_from(self.bucket(unit)).unwrap_or(u32::MAX);
            let left = &mut self.left[exit.0 as usize];
            left.buckets.push(bucket);
            left.took_us.push(took_us);
        }
        let (weekday, hour) =
            (self.offsets.weekday(summary.first_at), self.offsets.hour(summary.first_at));
        let is_abandoned = matches!(
            outcome,
            Outcome::Cancelled(_) | Outcome::LostInHandover(_) | Outcome::Stalled
        );
        let cell = &mut self.week[place(weekday - 1)][place(hour)];
        cell.started += 1;
        cell.submitted += u64::from(outcome == Outcome::Submitted);
        cell.abandoned += u64::from(is_abandoned);
    }

    fn bucket(&mut self, unit: &UnitView<'_>) -> usize {
        let at_us = unit.summary.first_at.as_micros();
        // Sessions lie in order of first sight: most are in the bucket of the one before.
        if !self.buckets.holds(self.last_bucket, at_us) {
            self.last_bucket = self.buckets.find(at_us);
        }
        self.last_bucket
    }

    /// What both counted together.
    fn join(mut self, other: Below<'a>) -> Below<'a> {
        self.left.iter_mut().zip(&other.left).for_each(|(left, more)| left.add(more));
        self.time_to_submit.add(&other.time_to_submit);
        self.time_to_abandon.add(&other.time_to_abandon);
        let more = other.week.iter().flatten();
        for (cell, HourCell { started, submitted, abandoned }) in
            self.week.iter_mut().flatten().zip(more)
        {
            cell.started += started;
            cell.submitted += submitted;
            cell.abandoned += abandoned;
        }
        self
    }
}

/// A weekday or an hour as a place in a table of them.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// The rows of the screens, and those of the reasons.
fn families(
    model: &Model,
    catalogue: &Catalogue,
    left: &[Left],
) -> (Vec<ExitProfile>, Vec<ExitProfile>) {
    let exits = model.exits();
    let states = || {
        let half = |exit| exits.codes(exit).0;
        let label = |state: Option<&str>| rows::state_label(catalogue, state);
        family(left, half, |code| exits.states().get(code), label)
    };
    let reasons = || {
        let half = |exit| exits.codes(exit).1;
        let label = |reason: Option<&str>| rows::reason_label(catalogue, reason);
        family(left, half, |code| exits.reasons().get(code), label)
    };
    // Each sorts every time to exit: of many units that takes longer than the pass.
    std::thread::scope(|scope| {
        let reasons = scope.spawn(reasons);
        (states(), reasons.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// The rows of the screens, or of the reasons, in the order of the report's.
fn family<'a>(
    left: &[Left],
    half: impl Fn(ExitId) -> Code,
    text: impl Fn(Code) -> Option<&'a str>,
    label: impl Fn(Option<&str>) -> String,
) -> Vec<ExitProfile> {
    let mut groups: BTreeMap<Code, Left> = BTreeMap::new();
    for (exit, left) in (0..).map(ExitId).zip(left).filter(|(_, left)| !left.took_us.is_empty()) {
        groups.entry(half(exit)).or_default().add(left);
    }
    let row = |(code, Left { mut buckets, mut took_us })| {
        let value = text(code);
        took_us.sort_unstable();
        buckets.sort_unstable();
        ExitProfile {
            label: label(value),
            value: value.map(str::to_owned),
            abandoned: took_us.len() as u64,
            trend: trend(&buckets),
            time_to_exit: times::percentiles_of_sorted(&took_us),
            times: Distribution::of(took_us),
        }
    };
    let mut rows: Vec<_> = groups.into_iter().map(row).collect();
    rows.sort_by(|a, b| {
        (Reverse(a.abandoned), rows::none_last(&a.value))
            .cmp(&(Reverse(b.abandoned), rows::none_last(&b.value)))
    });
    rows
}

impl Left {
    fn add(&mut self, more: &Left) {
        self.buckets.extend_from_slice(&more.buckets);
        self.took_us.extend_from_slice(&more.took_us);
    }
}

/// How many units began in each of these buckets, which are in order.
fn trend(buckets: &[u32]) -> Trend {
    let alike = buckets.chunk_by(|a, b| a == b);
    Trend(alike.map(|alike| (alike[0] as usize, alike.len() as u64)).collect())
}
