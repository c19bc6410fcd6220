//! The way of a session's state: from which instant on it was what, and what moved it.

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Fact, Outcome, OutcomeKind, Standing, Timestamp};
use weir_readmodel::Exits;

use crate::describe::OutcomeName;

/// A state that the session was in, from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Step {
    /// What it was from then on.
    #[schema(value_type = OutcomeName)]
    #[serde(serialize_with = "crate::list::outcome_name")]
    pub(crate) outcome: OutcomeKind,
    /// The screen that the outcome carries.
    #[schema(required)]
    pub(crate) state: Option<String>,
    /// The reason that the outcome carries.
    #[schema(required)]
    pub(crate) reason: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// The place of the delivery that moved it; null where the stall window was over.
    #[schema(required)]
    pub(crate) delivery: Option<u64>,
}

/// The way through `facts`, which are in order of time and place, as of `as_of`.
pub(super) fn path(facts: &[Fact], as_of: Timestamp, window_us: i64, exits: &Exits) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut reached = None;
    let mut standing: Option<Standing> = None;
    for (place, fact) in facts.iter().enumerate() {
        let one = Standing::of_fact(*fact);
        let now = standing.map_or(one, |before| before.join(one));
        standing = Some(now);
        let outcome = now.outcome(fact.at, window_us);
        step(&mut steps, &mut reached, outcome, fact.at, Some(fact.seq.get()), exits);
        let until = facts.get(place + 1).map_or(as_of, |next| next.at.plus_us(-1));
        if let Some((at, outcome)) = silence(&now, outcome, until, window_us) {
            step(&mut steps, &mut reached, outcome, at, None, exits);
        }
    }
    steps
}

/// What an open session becomes by itself up to `until`, and when.
fn silence(
    standing: &Standing,
    outcome: Outcome,
    until: Timestamp,
    window_us: i64,
) -> Option<(Timestamp, Outcome)> {
    let since = match outcome {
        Outcome::InProgress => standing.first_at,
        Outcome::HandedOver(_) => standing.last_handover?.at,
        _ => return None,
    };
    let at = since.plus_us(window_us);
    (at <= until).then(|| (at, standing.outcome(at, window_us)))
}

fn step(
    steps: &mut Vec<Step>,
    reached: &mut Option<Outcome>,
    outcome: Outcome,
    at: Timestamp,
    delivery: Option<u64>,
    exits: &Exits,
) {
    if *reached == Some(outcome) {
        return;
    }
    *reached = Some(outcome);
    let (state, reason) = outcome.exit().map_or((None, None), |exit| exits.texts(exit));
    steps.push(Step {
        outcome: outcome.kind(),
        state: state.map(str::to_owned),
        reason: reason.map(str::to_owned),
        at,
        delivery,
    });
}

#[cfg(test)]
mod tests {
    use weir_domain::FactKind::{self, Cancel, Handover, Started, Submitted, Unknown};
    use weir_domain::{Fact, Seq, Timestamp};
    use weir_readmodel::Exits;

    use super::path;

    const HOUR_US: i64 = 3_600_000_000;

    /// Facts as `(HOUR, kind)`, an instant in hours and a window of 10 hours.
    #[track_caller]
    fn check(facts: &[(i64, FactKind)], as_of_hours: i64, want: &str) {
        let mut exits = Exits::default();
        exits.intern(Some("a"), None);
        exits.intern(Some("b"), None);
        let facts: Vec<_> = facts
            .iter()
            .zip(1..)
            .map(|(&(hour, kind), seq)| Fact {
                kind,
                attempt: 0,
                at: Timestamp::from_micros(hour * HOUR_US),
                seq: Seq::new(seq),
            })
            .collect();
        let as_of = Timestamp::from_micros(as_of_hours * HOUR_US);
        let steps = path(&facts, as_of, 10 * HOUR_US, &exits);
        let said: Vec<_> = steps
            .iter()
            .map(|step| {
                let by = step.delivery.map_or("time".to_owned(), |seq| seq.to_string());
                let state =
                    step.state.as_deref().map_or(String::new(), |state| format!(" {state}"));
                format!("{}{state} at {} by {by}", step.outcome, step.at.as_micros() / HOUR_US)
            })
            .collect();
        assert_eq!(said.join(", "), want);
    }

    #[test]
    fn each_state_has_what_moved_it() {
        let (a, b) = (weir_domain::ExitId(0), weir_domain::ExitId(1));
        check(
            &[(0, Started), (1, Cancel(a)), (2, Cancel(b)), (3, Submitted), (4, Cancel(a))],
            5,
            "in_progress at 0 by 1, cancelled a at 1 by 2, cancelled b at 2 by 3, submitted at 3 by 4",
        );
        check(
            &[(0, Started), (1, Handover(a)), (2, Submitted)],
            3,
            "in_progress at 0 by 1, handed_over a at 1 by 2, submitted at 2 by 3",
        );
    }

    #[test]
    fn silence_moves_it_when_the_window_is_over() {
        let a = weir_domain::ExitId(0);
        check(&[(0, Started)], 9, "in_progress at 0 by 1");
        check(&[(0, Started)], 10, "in_progress at 0 by 1, stalled at 10 by time");
        check(
            &[(0, Started), (12, Handover(a)), (23, Submitted)],
            30,
            "in_progress at 0 by 1, stalled at 10 by time, handed_over a at 12 by 2, \
             lost_in_handover a at 22 by time, submitted at 23 by 3",
        );
        // What is not known to Weir is no word of the end-user's that restarts the window.
        check(&[(0, Started), (5, Unknown)], 20, "in_progress at 0 by 1, stalled at 10 by time");
    }
}
