//! From the sessions' facts to the units that a report counts.

use std::collections::BTreeMap;

use super::fold::{Facts, Session, Sessions};
use super::query::UnitKind;

/// One thing that a report counts, as of an instant. Its attempts' facts stay apart: the same
/// cancel of two attempts is two cancels.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) integration: String,
    pub(super) feature: Option<String>,
    /// The attempts that have a fact, with the facts that there are.
    pub(super) attempts: Vec<Facts>,
}

/// What makes two sessions one unit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    EndUser(&'a str),
    Session(&'a str),
    Attempt(&'a str, &'a str),
}

/// The units that exist at `as_of_us`.
pub(super) fn units(sessions: &Sessions, kind: UnitKind, as_of_us: i64) -> Vec<Unit> {
    let mut members: BTreeMap<(&str, Identity<'_>), Vec<(&Session, &Facts)>> = BTreeMap::new();
    for ((integration, id), session) in sessions {
        for (attempt, facts) in &session.attempts {
            let identity = match (kind, &session.end_user) {
                (UnitKind::Attempt, _) => Identity::Attempt(id, attempt),
                (UnitKind::EndUser, Some(end_user)) => Identity::EndUser(end_user),
                (UnitKind::EndUser, None) | (UnitKind::Session, _) => Identity::Session(id),
            };
            members.entry((integration, identity)).or_default().push((session, facts));
        }
    }
    members
        .into_iter()
        .map(|((integration, _), members)| Unit {
            integration: integration.to_owned(),
            feature: first_feature(&members),
            attempts: members.iter().map(|(_, facts)| facts_at(facts, as_of_us)).collect(),
        })
        .map(without_empty_attempts)
        .filter(|unit| !unit.attempts.is_empty())
        .collect()
}

/// The feature that came first in the log, whenever that was.
fn first_feature(members: &[(&Session, &Facts)]) -> Option<String> {
    members
        .iter()
        .filter_map(|(session, _)| session.feature.clone())
        .min_by_key(|(seq, _)| *seq)
        .map(|(_, feature)| feature)
}

/// Only the facts that had happened.
fn facts_at(facts: &Facts, as_of_us: i64) -> Facts {
    facts
        .iter()
        .filter(|(_, first)| first.at_us <= as_of_us)
        .map(|(fact, first)| (fact.clone(), *first))
        .collect()
}

fn without_empty_attempts(mut unit: Unit) -> Unit {
    unit.attempts.retain(|facts| !facts.is_empty());
    unit
}
