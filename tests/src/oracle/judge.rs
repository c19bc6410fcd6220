//! From a unit's facts to its outcome: section 4 of `semantics.md`.

use super::fold::{Exit, Fact, First};
use super::query::{Filters, Query};
use super::units::Unit;

/// The outcomes by name, in the order of section 4.
pub(super) const OUTCOMES: [&str; 6] =
    ["submitted", "cancelled", "lost_in_handover", "stalled", "handed_over", "in_progress"];

/// A unit with everything that the report asks about it.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) unit: Unit,
    pub(super) first_at_us: i64,
    pub(super) submitted_at_us: Option<i64>,
    /// One of [`OUTCOMES`].
    pub(super) outcome: &'static str,
    /// Where and why it stopped, for outcomes that carry that.
    pub(super) exit: Option<Exit>,
    /// Every cancel of every attempt.
    pub(super) cancels: Vec<(Exit, First)>,
    /// Every handover of every attempt.
    pub(super) handovers: Vec<(Exit, First)>,
}

impl Judged {
    /// Whether any attempt has the fact.
    pub(super) fn has(&self, fact: &Fact) -> bool {
        self.unit.attempts.iter().any(|facts| facts.contains_key(fact))
    }

    /// It was cancelled, or lost in the handover: it is known where it stopped.
    pub(super) fn has_known_exit(&self) -> bool {
        self.outcome == "cancelled" || self.outcome == "lost_in_handover"
    }

    /// It was cancelled and submitted nevertheless.
    pub(super) fn is_recovered(&self) -> bool {
        self.submitted_at_us
            .is_some_and(|submitted| self.cancels.iter().any(|(_, at)| at.at_us <= submitted))
    }

    /// It was submitted, and left by a cancel afterwards.
    pub(super) fn left_after_submitting(&self) -> bool {
        self.submitted_at_us
            .is_some_and(|submitted| self.cancels.iter().any(|(_, at)| at.at_us > submitted))
    }
}

/// What became of a unit as of the query's instant.
pub(super) fn judge(unit: Unit, query: &Query) -> Judged {
    let first_at_us = instants(&unit, |_| true).min().expect("a unit has a fact");
    let submitted_at_us = instants(&unit, proves_submission).min();
    let cancels = exits(&unit, |fact| match fact {
        Fact::Cancel(exit) => Some(exit.clone()),
        _ => None,
    });
    let handovers = exits(&unit, |fact| match fact {
        Fact::Handover(exit) => Some(exit.clone()),
        _ => None,
    });
    let is_over = |since_us: i64| query.as_of_us - since_us >= query.window_s * 1_000_000;

    let (outcome, exit) = if submitted_at_us.is_some() {
        ("submitted", None)
    } else if let Some((exit, _)) = last(&cancels) {
        ("cancelled", Some(exit))
    } else if let Some((exit, at)) = last(&handovers) {
        (if is_over(at.at_us) { "lost_in_handover" } else { "handed_over" }, Some(exit))
    } else if is_over(first_at_us) {
        ("stalled", None)
    } else {
        ("in_progress", None)
    };
    Judged { unit, first_at_us, submitted_at_us, outcome, exit, cancels, handovers }
}

/// Whether the unit is one that the query asks about.
pub(super) fn is_in_cohort(judged: &Judged, query: &Query) -> bool {
    let Filters { integration, feature, state, reason, outcome } = &query.filters;
    let exit_state = judged.exit.as_ref().map(|(state, _)| state.clone().unwrap_or_default());
    let exit_reason = judged.exit.as_ref().map(|(_, reason)| reason.clone().unwrap_or_default());
    query.from_us <= judged.first_at_us
        && judged.first_at_us < query.to_us
        && passes(integration, Some(&judged.unit.integration))
        && passes(feature, judged.unit.feature.as_ref())
        && passes(state, exit_state.as_ref())
        && passes(reason, exit_reason.as_ref())
        && passes(outcome, Some(&judged.outcome.to_owned()))
}

fn passes(wanted: &[String], value: Option<&String>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
}

/// The last of some exits, ties by the place in the log. Also says when it was.
pub(super) fn last(exits: &[(Exit, First)]) -> Option<(Exit, First)> {
    exits.iter().max_by_key(|(_, first)| (first.at_us, first.seq)).cloned()
}

fn proves_submission(fact: &Fact) -> bool {
    matches!(fact, Fact::Submitted | Fact::DecisionShown | Fact::Continued | Fact::Finished)
}

fn instants(unit: &Unit, wanted: fn(&Fact) -> bool) -> impl Iterator<Item = i64> {
    unit.attempts
        .iter()
        .flatten()
        .filter(move |(fact, _)| wanted(fact))
        .map(|(_, first)| first.at_us)
}

fn exits(unit: &Unit, wanted: fn(&Fact) -> Option<Exit>) -> Vec<(Exit, First)> {
    unit.attempts
        .iter()
        .flatten()
        .filter_map(|(fact, first)| wanted(fact).map(|exit| (exit, *first)))
        .collect()
}
