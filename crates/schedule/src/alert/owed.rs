//! Whether a message is owed: that it fires, that it still does, or that it is over.

use weir_domain::Timestamp;
use weir_report::Alert;

use super::standing::{Standing, State, Told};

/// A message that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owed {
    /// What it is.
    pub(super) kind: Kind,
    /// What is known once it is sent.
    pub(super) told: Told,
    /// Whether this very run has told it before.
    pub(super) again: bool,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It fires.
    Fires,
    /// It was told before, and fires still.
    Reminder,
    /// It is over.
    Over,
}

impl Owed {
    /// What is owed after the run of the instant `at`.
    pub(super) fn of(alert: &Alert, standing: &Standing, at: Timestamp) -> Option<Owed> {
        let told = standing.told;
        // Only the last judgement's run tells: what was not judged has nothing to say.
        if standing.judged_at != Some(at) {
            return None;
        }
        if let Some(told) = told.filter(|told| told.at == at) {
            let kind = match (told.over, told.reminder) {
                (true, _) => Kind::Over,
                (false, true) => Kind::Reminder,
                (false, false) => Kind::Fires,
            };
            return Some(Owed { kind, told, again: true });
        }
        let fires = told.filter(|told| !told.over);
        let owed = |kind, since| {
            let told =
                Told { over: kind == Kind::Over, reminder: kind == Kind::Reminder, at, since };
            Some(Owed { kind, told, again: false })
        };
        match (standing.state.is_firing(), fires) {
            (true, None) if standing.acknowledged.is_none() => {
                owed(Kind::Fires, standing.since.unwrap_or(at))
            }
            (true, Some(fires)) if is_reminded(alert, standing, fires, at) => {
                owed(Kind::Reminder, fires.since)
            }
            (false, Some(fires)) => owed(Kind::Over, fires.since),
            _ => None,
        }
    }
}

/// Whether nobody has said that they know, for so long.
fn is_reminded(alert: &Alert, standing: &Standing, fires: Told, at: Timestamp) -> bool {
    let remind_us = alert.remind_us().ok().flatten();
    standing.state == State::Firing
        && standing.acknowledged.is_none()
        && remind_us.is_some_and(|remind_us| remind_us <= at.since_us(fires.at))
}
