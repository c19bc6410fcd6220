//! The two groups of a comparison, as a query string names them.
//!
//! The second group, `b`, is the question itself; the first, `a`, is the same question but for what
//! the parameters `a_…` say otherwise. Where they say nothing it is the period before `b`'s.

use weir_report::{AskError, Asked, Narrow, Query};

use crate::State;
use crate::list::number;
use crate::page::Form;
use crate::parameters::Parameters;
use crate::problem::Problem;

/// The parameters that tell group `a` from group `b`, and those that keep less of `b`.
pub(crate) const OWN: [&str; 14] = [
    "a_from",
    "a_to",
    "a_as_of",
    "a_integration",
    "a_feature",
    "a_state",
    "a_reason",
    "a_outcome",
    "a_attempts",
    "a_weekday",
    "a_hour",
    "attempts",
    "weekday",
    "hour",
];

/// One of the two groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// What it asks.
    pub(crate) query: Query,
    /// Which of those units it keeps: of one weekday, one hour, or so many attempts.
    pub(crate) narrow: Narrow,
}

/// Both groups, the second of which asks `b`.
pub(crate) fn both(state: &State, read: &Parameters, b: Query) -> Result<[Group; 2], Problem> {
    let second = Narrow {
        attempts: number(read, "attempts", 1, u64::from(u32::MAX))?,
        weekday: number(read, "weekday", 1, 7)?,
        hour: number(read, "hour", 0, 23)?,
        ..Narrow::default()
    };
    let first = Narrow {
        attempts: number(read, "a_attempts", 1, u64::from(u32::MAX))?.or(second.attempts),
        weekday: number(read, "a_weekday", 1, 7)?.or(second.weekday),
        hour: number(read, "a_hour", 0, 23)?.or(second.hour),
        ..Narrow::default()
    };
    let a = first_query(state, read, &b)?;
    Ok([Group { query: a, narrow: first }, Group { query: b, narrow: second }])
}

fn first_query(state: &State, read: &Parameters, b: &Query) -> Result<Query, Problem> {
    if OWN.iter().all(|name| !name.starts_with("a_") || read.own(name).is_none()) {
        return Ok(b.previous());
    }
    let a = state.question(&asked(read, b)?).map_err(of_first)?;
    if read.own("a_from").is_none() || read.own("a_as_of").is_some() {
        return Ok(a);
    }
    // Another period is judged at the same age, unless it is younger than that.
    let as_of = a.to.plus_us(b.as_of.since_us(b.ended()));
    Ok(Query { as_of: as_of.min(state.clock.now()), ..a })
}

/// Group `a`'s view: what its numbers lead from. `form` is group `b`'s.
pub(crate) fn form(form: &Form, a: &Query) -> Form {
    let filters = &a.filters;
    let texts = |values: &[Option<String>]| -> Vec<String> {
        values.iter().map(|value| value.clone().unwrap_or_default()).collect()
    };
    Form {
        integration: filters.integration.clone(),
        feature: texts(&filters.feature),
        state: texts(&filters.state),
        reason: texts(&filters.reason),
        outcome: filters.outcome.iter().map(|kind| kind.name().to_owned()).collect(),
        own: Vec::new(),
        ..form.pinned(a)
    }
}

fn asked(read: &Parameters, b: &Query) -> Result<Asked, Problem> {
    let text = |name: &str| read.own(name).map(str::to_owned);
    let (from, to) = match (text("a_from"), text("a_to")) {
        (None, None) => (b.from.to_string(), b.to.to_string()),
        (Some(from), Some(to)) => (from, to),
        (Some(_), None) => return Err(half("a_to", "a_from")),
        (None, Some(_)) => return Err(half("a_from", "a_to")),
    };
    // The list of `a`, or of `b` where `a` has none of its own.
    let list = |name: &str, b: &[String]| {
        let own: Vec<String> = read.own_values(name).map(str::to_owned).collect();
        if own.is_empty() { b.to_vec() } else { own }
    };
    let asked = &read.asked;
    Ok(Asked {
        from: Some(from),
        to: Some(to),
        as_of: Some(text("a_as_of").unwrap_or_else(|| b.as_of.to_string())),
        integration: list("a_integration", &asked.integration),
        feature: list("a_feature", &asked.feature),
        state: list("a_state", &asked.state),
        reason: list("a_reason", &asked.reason),
        outcome: list("a_outcome", &asked.outcome),
        ..asked.clone()
    })
}

fn half(missing: &str, given: &str) -> Problem {
    let detail = format!("`{given}` is given without `{missing}`; a period needs both");
    Problem::parameter(missing, detail)
}

/// The problem under the name that the parameter has here.
fn of_first(error: AskError) -> Problem {
    let named = OWN.into_iter().find(|own| own.strip_prefix("a_") == Some(error.name));
    AskError { name: named.unwrap_or(error.name), ..error }.into()
}
