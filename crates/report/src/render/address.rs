//! The addresses of the dashboard: a question as a query, and the list of units behind a number.

use weir_domain::OutcomeKind;

use super::links::{Behind, Place};
use crate::{Narrow, TimeRange};

/// `path?query`, or the path alone.
#[must_use]
pub fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A query under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressQuery(pub String);

impl AddressQuery {
    /// One more parameter, its value escaped.
    pub fn push(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            // RFC 3986, section 2.3: what need not be escaped; and the colon, which times have.
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                self.0.push(char::from(byte));
            } else {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                self.0.push('%');
                self.0.push(char::from(HEX[usize::from(byte >> 4)]));
                self.0.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// A question as the dashboard's addresses carry it. An empty value is the default.
#[derive(Debug, Clone, Copy)]
pub struct Addressed<'a> {
    /// Range, zone, unit and the like, by the name of the parameter.
    pub values: [(&'static str, &'a str); 8],
    /// The filters, by the name of the parameter; none keeps all, an empty text is "none given".
    pub lists: [(&'static str, &'a [String]); 5],
}

impl Addressed<'_> {
    /// The query of an address that asks the same: `from=-30d&state=…`, without what is left to
    /// the default.
    #[must_use]
    pub fn query(&self) -> AddressQuery {
        let mut query = AddressQuery::default();
        for (name, value) in self.values.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.push(name, value);
        }
        for (name, values) in self.lists {
            values.iter().for_each(|value| query.push(name, value));
        }
        query
    }

    /// The address of the list of these units; none where there are none.
    #[must_use]
    pub fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let mut query = AddressQuery::default();
        let within = behind.within.map(|(from, to)| (from.to_string(), to.to_string()));
        for (name, value) in self.values {
            let value = match (&within, name) {
                (Some((from, _)), "from") => from,
                (Some((_, to)), "to") => to,
                // A list has no trend and no breakdown.
                (_, "bucket" | "by") => "",
                _ => value,
            };
            if !value.is_empty() {
                query.push(name, value);
            }
        }
        for (name, values) in self.lists {
            let only = match name {
                "integration" => behind.integration.map(Some),
                "feature" => behind.feature,
                "state" => behind.state,
                "reason" => behind.reason,
                _ => continue,
            };
            match only {
                None if name == "state" && !behind.states.is_empty() => {
                    let states = either(values, behind.states)?;
                    states.iter().for_each(|state| query.push(name, state));
                }
                Some(only) => query.push(name, only.unwrap_or("")),
                None => values.iter().for_each(|value| query.push(name, value)),
            }
        }
        for outcome in self.outcomes(behind.outcomes)? {
            query.push("outcome", &outcome);
        }
        narrow(&mut query, &behind.narrow);
        Some(address("/sessions", &query.0))
    }

    /// The address of a page with the same question.
    #[must_use]
    pub fn place(&self, place: Place<'_>) -> String {
        let mut query = self.query();
        let path = match place {
            Place::Overview => "/",
            Place::Funnel => "/funnel",
            Place::Screens => "/screens",
            Place::Screen(state) => {
                query.push("screen", state);
                "/screens"
            }
            Place::Reasons => "/reasons",
            Place::Reason(reason) => {
                query.push("cause", reason);
                "/reasons"
            }
            Place::Matrix => "/matrix",
            Place::Time => "/time",
            Place::Compare => "/compare",
            // It is about all deliveries, whatever was asked.
            Place::Health => return "/health".to_owned(),
        };
        address(path, &query.0)
    }

    /// What both the question's filter and the number keep; none if that is nothing.
    fn outcomes(&self, behind: &[OutcomeKind]) -> Option<Vec<String>> {
        let kept = self.lists.iter().find(|(name, _)| *name == "outcome");
        let kept = kept.map_or(&[][..], |(_, values)| *values);
        let behind = || behind.iter().map(|kind| kind.name().to_owned());
        if kept.is_empty() {
            return Some(behind().collect());
        }
        if behind().next().is_none() {
            return Some(kept.to_vec());
        }
        let both: Vec<String> = behind().filter(|name| kept.contains(name)).collect();
        (!both.is_empty()).then_some(both)
    }
}

/// What the list keeps beyond the filters; the dashboard reads the same names.
fn narrow(query: &mut AddressQuery, narrow: &Narrow) {
    // Every field is named, so that a new one does not compile until it is written here.
    let Narrow { at_risk, mark, recovered_state, recovered_reason, weekday, hour, attempts, time } =
        narrow;
    let mut push = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            query.push(name, &value);
        }
    };
    push("at_risk", at_risk.clone());
    push("mark", mark.map(|mark| mark.name().to_owned()));
    push("recovered_state", recovered_state.clone().map(Option::unwrap_or_default));
    push("recovered_reason", recovered_reason.clone().map(Option::unwrap_or_default));
    push("weekday", weekday.map(|day| day.to_string()));
    push("hour", hour.map(|hour| hour.to_string()));
    push("attempts", attempts.map(|attempts| attempts.to_string()));
    if let Some(TimeRange { until, from_us, to_us }) = time {
        push("time_to", Some(until.name().to_owned()));
        push("seconds_min", Some((from_us / 1_000_000).to_string()));
        push("seconds_below", to_us.map(|us| (us / 1_000_000).to_string()));
    }
}

/// The screens that both the question's filter and the number keep; none if that is nothing.
fn either<'a>(kept: &[String], states: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_kept = |state: &&str| kept.is_empty() || kept.iter().any(|kept| kept == state);
    let both: Vec<&str> = states.iter().copied().filter(is_kept).collect();
    (!both.is_empty()).then_some(both)
}
