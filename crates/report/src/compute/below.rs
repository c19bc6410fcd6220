//! What lies below a report's rows, in one pass of its own.
//!
//! Of each unit that left at a known exit the pass keeps where, when and how fast, in 16 bytes:
//! then trends cost what there is to show, and not screens times buckets.

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
    let counted = scan(model, query, threads, || Below::new(&buckets, &offsets), Below::count);
    let sum = counted.into_iter().reduce(Below::join);
    let sum = sum.unwrap_or_else(|| Below::new(&buckets, &offsets));
    let Below { left, time_to_submit, time_to_abandon, week, .. } = sum;
    let exits = model.exits();
    let state = |code: Code| exits.states().get(code);
    let reason = |code: Code| exits.reasons().get(code);
    Ok(Profile {
        by_state: family(
            &left,
            |exit| exits.codes(exit).0,
            |code| (state(code).map(str::to_owned), rows::state_label(catalogue, state(code))),
        ),
        by_reason: family(
            &left,
            |exit| exits.codes(exit).1,
            |code| (reason(code).map(str::to_owned), rows::reason_label(catalogue, reason(code))),
        ),
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
    left: Vec<Left>,
    time_to_submit: Distribution,
    time_to_abandon: Distribution,
    week: [[HourCell; 24]; 7],
}

/// A unit that was cancelled or lost in handover.
#[derive(Clone, Copy)]
struct Left {
    exit: ExitId,
    /// The number of the bucket in which it began.
    bucket: u32,
    took_us: u64,
}

impl<'a> Below<'a> {
    fn new(buckets: &'a Buckets, offsets: &'a Offsets) -> Below<'a> {
        Below {
            buckets,
            offsets,
            last_bucket: 0,
            left: Vec::new(),
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
            self.left.push(Left { exit, bucket, took_us });
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
        self.left.extend(other.left);
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

/// The rows of the screens, or of the reasons, in the order of the report's.
fn family(
    left: &[Left],
    half: impl Fn(ExitId) -> Code,
    name: impl Fn(Code) -> (Option<String>, String),
) -> Vec<ExitProfile> {
    let mut groups: BTreeMap<Code, Vec<Left>> = BTreeMap::new();
    for unit in left {
        groups.entry(half(unit.exit)).or_default().push(*unit);
    }
    let row = |(code, units): (Code, Vec<Left>)| {
        let (value, label) = name(code);
        let mut took_us: Vec<u64> = units.iter().map(|unit| unit.took_us).collect();
        took_us.sort_unstable();
        ExitProfile {
            value,
            label,
            abandoned: took_us.len() as u64,
            trend: trend(&units),
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

/// How many of the units began in each bucket.
fn trend(units: &[Left]) -> Trend {
    let mut buckets: Vec<u32> = units.iter().map(|unit| unit.bucket).collect();
    buckets.sort_unstable();
    let alike = buckets.chunk_by(|a, b| a == b);
    Trend(alike.map(|alike| (alike[0] as usize, alike.len() as u64)).collect())
}
