//! Instants that have come become runs.

use std::collections::VecDeque;

use weir_domain::Timestamp;
use weir_report::{Missed, Zone};

use super::Tools;
use super::plan::Known;
use crate::ledger::{Instant, Planned};
use crate::{LedgerError, RunState, When};

/// Runs that are made at once of one definition; what is left follows right after.
const RUNS_MAX: usize = 500;

/// So many skipped runs are listed one by one; of more, the note of the newest tells.
const SKIPPED_LISTED_MAX: usize = 100;

/// How far skipped runs are counted: more than two months of each minute.
const SKIPPED_COUNTED_MAX: usize = 100_000;

/// Makes a run of each instant that has come, as the definitions want it.
pub(super) fn make(tools: &Tools, known: &Known, now: Timestamp) -> Result<(), LedgerError> {
    loop {
        let plans = tools.ledger.come_due(now)?;
        let mut made = false;
        for plan in &plans {
            made |= make_of(tools, known, plan, now)?;
        }
        if !made {
            return Ok(());
        }
    }
}

fn make_of(
    tools: &Tools,
    known: &Known,
    plan: &Planned,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let Some(first) = plan.next_at else { return Ok(false) };
    let Some((definition, text)) = known.get(&plan.name) else { return Ok(false) };
    let Some(timing) = &definition.schedule else { return Ok(false) };
    let Ok(when) = When::parse(&timing.when) else { return Ok(false) };
    let (instants, last) = match timing.missed {
        Missed::Newest => newest(&when, first, now),
        Missed::All => all(&when, first, now),
    };
    let next_at = when.after(last);
    tools.ledger.make_due(&plan.name, text, &instants, next_at, now)?;
    Ok(true)
}

/// Each of them, the oldest first, as many as are made at once.
fn all(when: &When, first: Timestamp, now: Timestamp) -> (Vec<Instant>, Timestamp) {
    let due = |at| Instant { at, state: RunState::Due, note: None };
    let at: Vec<_> =
        std::iter::once(first).chain(when.between(first, now)).take(RUNS_MAX).collect();
    let last = at.last().copied().unwrap_or(first);
    (at.into_iter().map(due).collect(), last)
}

/// The newest, with a note of those before it, which are skipped.
fn newest(when: &When, first: Timestamp, now: Timestamp) -> (Vec<Instant>, Timestamp) {
    let (mut count, mut before_last, mut last) = (0_usize, None, first);
    let mut skipped = VecDeque::new();
    for at in when.between(first, now).take(SKIPPED_COUNTED_MAX) {
        count += 1;
        if count <= SKIPPED_LISTED_MAX {
            skipped.push_back(last);
        }
        (before_last, last) = (Some(last), at);
    }
    let uncounted = count == SKIPPED_COUNTED_MAX;
    if uncounted {
        last = last_before(when, last, now);
    }
    let Some(before_last) = before_last else {
        return (vec![Instant { at: last, state: RunState::Due, note: None }], last);
    };
    let zone = when.zone();
    let note = match count {
        1 => format!("the run of {} before it was missed and skipped", shown(first, zone)),
        _ if uncounted => format!(
            "more than {count} runs before it were missed and skipped, the first that of {}",
            shown(first, zone)
        ),
        _ => format!(
            "{count} runs before it were missed and skipped, from that of {} to that of {}",
            shown(first, zone),
            shown(before_last, zone)
        ),
    };
    let mut instants: Vec<_> = if count <= SKIPPED_LISTED_MAX {
        let note = format!("missed; the run of {} was made in its place", shown(last, zone));
        let skip = |at| Instant { at, state: RunState::Skipped, note: Some(note.clone()) };
        skipped.into_iter().map(skip).collect()
    } else {
        Vec::new()
    };
    instants.push(Instant { at: last, state: RunState::Due, note: Some(note) });
    (instants, last)
}

/// The last instant up to `now`, looked for backwards from there.
fn last_before(when: &When, known: Timestamp, now: Timestamp) -> Timestamp {
    let mut span_us = 60_000_000_i64;
    while now.plus_us(-span_us) > known {
        if let Some(last) = when.between(now.plus_us(-span_us), now).last() {
            return last;
        }
        span_us = span_us.saturating_mul(8);
    }
    when.between(known, now).last().unwrap_or(known)
}

/// `2026-03-31 08:00 +03:00`
pub(super) fn shown(at: Timestamp, zone: &Zone) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    instant.to_zoned(zone.rules().clone()).strftime("%Y-%m-%d %H:%M %:z").to_string()
}
