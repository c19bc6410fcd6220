//! In which order a list is.

use std::cmp::Reverse;

use weir_domain::{Catalogue, Outcome, Timestamp};
use weir_readmodel::{Model, Names, Row};
use weir_report::CohortUnit;

use crate::parameters::Parameters;
use crate::problem::{Problem, echo};

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    /// By what.
    pub(crate) by: SortBy,
    /// The greatest first. What has no value comes last in either direction.
    pub(crate) descending: bool,
}

/// By what a list can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SortBy {
    /// When the first fact was received.
    FirstAt,
    /// What became of it, in the order of semantics.md.
    Outcome,
    /// The label of the screen that the outcome carries.
    State,
    /// The label of the reason.
    Reason,
    /// When it was submitted, or left.
    OutcomeAt,
    /// How long that took.
    Duration,
    /// How many attempts it has.
    Attempts,
}

/// Where a unit stands in a list: no two units of one list have the same place.
pub(crate) type Place = (u64, Reverse<(Timestamp, Row)>, Option<u16>);

/// Says where units stand.
pub(super) struct Places {
    sort: Sort,
    /// By the number of an exit: its rank among the labels.
    ranks: Vec<u64>,
}

/// The rank of what has no value.
const LAST: u64 = u64::MAX;

impl SortBy {
    pub(crate) const ALL: [SortBy; 7] = [
        SortBy::FirstAt,
        SortBy::Outcome,
        SortBy::State,
        SortBy::Reason,
        SortBy::OutcomeAt,
        SortBy::Duration,
        SortBy::Attempts,
    ];

    /// The name in queries.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            SortBy::FirstAt => "first_at",
            SortBy::Outcome => "outcome",
            SortBy::State => "state",
            SortBy::Reason => "reason",
            SortBy::OutcomeAt => "outcome_at",
            SortBy::Duration => "duration",
            SortBy::Attempts => "attempts",
        }
    }

    /// Words are read from their beginning, times and counts from the latest and the most.
    pub(crate) const fn descends_by_itself(self) -> bool {
        !matches!(self, SortBy::Outcome | SortBy::State | SortBy::Reason)
    }
}

impl Sort {
    /// The order that the parameters ask for: the latest first.
    pub(super) fn read(parameters: &Parameters) -> Result<Sort, Problem> {
        let by = match parameters.own("sort") {
            None => SortBy::FirstAt,
            Some(text) => SortBy::ALL
                .into_iter()
                .find(|by| by.name() == text)
                .ok_or_else(|| wrong("sort", text, &SortBy::ALL.map(SortBy::name)))?,
        };
        let descending = match parameters.own("order") {
            None => by.descends_by_itself(),
            Some("asc") => false,
            Some("desc") => true,
            Some(text) => return Err(wrong("order", text, &["asc", "desc"])),
        };
        Ok(Sort { by, descending })
    }
}

fn wrong(name: &str, text: &str, names: &[&str]) -> Problem {
    let detail = format!("`{name}` is `{}`: it must be one of {}", echo(text), names.join(", "));
    Problem::parameter(name, detail)
}

impl Places {
    pub(super) fn new(model: &Model, catalogue: &Catalogue, sort: Sort) -> Places {
        let exits = model.exits();
        let ranks = match sort.by {
            SortBy::State => {
                let labels = labels(exits.states(), |name| catalogue.screen_label(name).to_owned());
                by_exit(model, &labels, |(state, _)| state)
            }
            SortBy::Reason => {
                let labels =
                    labels(exits.reasons(), |name| catalogue.reason_label(name).to_owned());
                by_exit(model, &labels, |(_, reason)| reason)
            }
            _ => Vec::new(),
        };
        Places { sort, ranks }
    }

    pub(super) fn of(&self, unit: &CohortUnit) -> Place {
        let rank = match self.value(unit) {
            None => LAST,
            Some(value) if self.sort.descending => LAST - 1 - value.min(LAST - 1),
            Some(value) => value.min(LAST - 1),
        };
        (rank, Reverse((unit.first_at(), unit.session)), unit.attempt)
    }

    fn value(&self, unit: &CohortUnit) -> Option<u64> {
        match self.sort.by {
            SortBy::FirstAt => Some(ordered(unit.first_at())),
            SortBy::Outcome => Some(rank_of(unit.outcome)),
            SortBy::State | SortBy::Reason => {
                let rank = self.ranks.get(unit.outcome.exit()?.0 as usize).copied();
                rank.filter(|rank| *rank != LAST)
            }
            SortBy::OutcomeAt => unit.outcome_at().map(ordered),
            SortBy::Duration => unit.duration_us(),
            SortBy::Attempts => Some(u64::from(unit.attempts)),
        }
    }
}

/// What an outcome says of a unit's time.
pub(crate) trait Timed {
    /// When it was submitted, left, or was sent to the phone; none where the outcome is silence.
    fn outcome_at(&self) -> Option<Timestamp>;
    /// How long that took from the first fact, in microseconds.
    fn duration_us(&self) -> Option<u64>;
}

impl Timed for CohortUnit {
    fn outcome_at(&self) -> Option<Timestamp> {
        match self.outcome {
            Outcome::Submitted => self.submitted_at(),
            _ => self.exit_at(),
        }
    }

    fn duration_us(&self) -> Option<u64> {
        let took = self.outcome_at()?.since_us(self.first_at());
        Some(took.max(0).unsigned_abs())
    }
}

/// An instant as a number of the same order.
fn ordered(at: Timestamp) -> u64 {
    at.as_micros().cast_unsigned() ^ (1 << 63)
}

fn rank_of(outcome: Outcome) -> u64 {
    outcome.kind() as u64
}

/// The rank of each code's label, by code; that of no text is the last.
fn labels(names: &Names, label: impl Fn(&str) -> String) -> Vec<u64> {
    let mut sorted: Vec<(String, &str, usize)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (label(name).to_lowercase(), name, at + 1))
        .collect();
    sorted.sort();
    let mut ranks = vec![LAST; sorted.len() + 1];
    for (rank, (_, _, code)) in (0..).zip(sorted) {
        ranks[code] = rank;
    }
    ranks
}

fn by_exit(model: &Model, ranks: &[u64], which: impl Fn((u32, u32)) -> u32) -> Vec<u64> {
    let exits = model.exits();
    (0..u32::try_from(exits.len()).unwrap_or(u32::MAX))
        .map(|exit| ranks[which(exits.codes(weir_domain::ExitId(exit))) as usize])
        .collect()
}
