//! Runs that somebody should look at: those that failed lately, those of which nobody knows whether
//! they arrived, those that wait. What was sent again is nobody's trouble any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use weir_domain::Timestamp;
use weir_report::Zone;
use weir_schedule::{
    Cause, Ledger, LedgerError, Listed, Run, RunId, RunState, Sending, SendingState,
};

use super::Finding::{self, Note, Wrong};
use crate::commands::schedule::words::{local, safe, sentence};

/// Lately: a week, in which somebody looks.
const LATELY_US: i64 = 7 * 86_400_000_000;

/// So many of the last runs are read.
const READ_MAX: usize = 1_000;

/// So many are told one by one; `weir schedule list` tells all.
const TOLD_MAX: usize = 10;

/// So many recipients of one run are named.
const NAMED_MAX: usize = 3;

/// What later runs mended of earlier ones.
#[derive(Default)]
struct Mended {
    /// Recipients that got it when it was sent again.
    recipients: BTreeSet<(RunId, String)>,
    /// Runs that were sent again as a whole.
    runs: BTreeSet<RunId>,
    /// Definitions of which a later run went well.
    names: BTreeSet<String>,
}

/// What there is to say of the last runs.
pub(super) fn look(
    ledger: &Ledger,
    listed: &[Arc<Listed>],
    zone: &Zone,
    now: Timestamp,
) -> Result<Vec<Finding>, LedgerError> {
    let (mut mended, mut findings) = (Mended::default(), Vec::new());
    // The newest first: what mends comes before what is mended.
    for summary in ledger.runs(None, None, READ_MAX)? {
        let (state, is_again) = (summary.state, matches!(summary.cause, Cause::Again(_)));
        if LATELY_US < now.since_us(summary.changed_at) {
            continue;
        }
        if matches!(state, RunState::Delivered | RunState::Quiet) && !is_again {
            mended.names.insert(summary.name);
        } else if state != RunState::Skipped
            && let Some(run) = ledger.run(summary.id)?
        {
            let is_defined = listed.iter().any(|one| one.name == summary.name);
            findings.extend(of(&run, &mended, is_defined, zone));
            mended.note(&run);
        }
    }
    let more = findings.len().saturating_sub(TOLD_MAX);
    if 0 < more {
        findings.truncate(TOLD_MAX);
        findings
            .push(Note(format!("{more} more runs failed or wait; see `weir schedule list NAME`")));
    }
    Ok(findings)
}

impl Mended {
    /// Notes what `run` mended of the one that it is once more.
    fn note(&mut self, run: &Run) {
        let id = run.summary.id;
        let Cause::Again(of) = run.summary.cause else { return };
        if run.summary.state == RunState::Delivered || self.runs.contains(&id) {
            self.runs.insert(of);
        }
        for sending in &run.sendings {
            if sending.state == SendingState::Delivered || self.has(id, sending) {
                self.recipients.insert((of, sending.target.clone()));
            }
        }
    }

    fn has(&self, run: RunId, sending: &Sending) -> bool {
        self.recipients.contains(&(run, sending.target.clone()))
    }
}

fn of(run: &Run, mended: &Mended, is_defined: bool, zone: &Zone) -> Option<Finding> {
    match run.summary.state {
        RunState::Failed => {
            let said = failed(run, mended)?;
            let is_past = mended.names.contains(&run.summary.name) || !is_defined;
            Some(if is_past { Note(said) } else { Wrong(said) })
        }
        RunState::Due | RunState::Delivering => waits(run, zone).map(Note),
        _ => None,
    }
}

/// `run 7 of weekly failed: …`; none where all of it was sent again since.
fn failed(run: &Run, mended: &Mended) -> Option<String> {
    let (id, name) = (run.summary.id, safe(&run.summary.name));
    let trouble = run.summary.trouble.as_deref().unwrap_or("it did not reach everybody");
    let mut said = vec![format!("run {id} of {name} failed: {}", sentence(trouble))];
    let missed = |state| {
        let of_state = run.sendings.iter().filter(move |one| one.state == state);
        of_state.filter(|one| !mended.has(id, one)).collect::<Vec<_>>()
    };
    let (refused, unknown) = (missed(SendingState::Failed), missed(SendingState::Unknown));
    if run.sendings.is_empty() && !mended.runs.contains(&id) {
        said.push(format!("once that is mended: weir schedule again {id} --send"));
    } else if refused.is_empty() && unknown.is_empty() {
        return None;
    }
    said.extend(named(refused.iter().chain(&unknown).copied()));
    if !refused.is_empty() {
        let targets: Vec<_> = refused.iter().take(NAMED_MAX).map(|one| safe(&one.target)).collect();
        let targets = targets.join(" ");
        said.push(format!("once that is mended: weir schedule again {id} --send {targets}"));
    }
    Some(said.join("; "))
}

/// `run 7 of weekly waits: …`; none where nothing hinders it.
fn waits(run: &Run, zone: &Zone) -> Option<String> {
    let waiting = || {
        let of_state = run.sendings.iter().filter(|one| one.state == SendingState::Waiting);
        of_state.filter(|one| one.trouble.is_some())
    };
    // Of one that is being sent, it says no more than its recipients do.
    let is_due = run.summary.state == RunState::Due;
    let own = run.summary.trouble.as_deref().filter(|_| is_due).map(sentence);
    let said: Vec<_> = own.into_iter().chain(named(waiting())).collect();
    if said.is_empty() {
        return None;
    }
    let next =
        run.summary.next_try_at.into_iter().chain(waiting().filter_map(|one| one.next_try_at));
    let next = next.min().map(|at| format!("; it is tried again at {}", local(at, zone)));
    let (id, name) = (run.summary.id, safe(&run.summary.name));
    Some(format!("run {id} of {name} waits: {}{}", said.join("; "), next.unwrap_or_default()))
}

/// Some recipients, each with its cause.
fn named<'a>(sendings: impl Iterator<Item = &'a Sending>) -> Vec<String> {
    let all: Vec<_> = sendings.collect();
    let cause = |one: &&Sending| {
        let trouble = one.trouble.as_deref().unwrap_or("the ledger tells no cause");
        format!("{}: {}", safe(&one.target), sentence(trouble))
    };
    let mut said: Vec<_> = all.iter().take(NAMED_MAX).map(cause).collect();
    if NAMED_MAX < all.len() {
        said.push(format!("and {} more recipients", all.len() - NAMED_MAX));
    }
    said
}
