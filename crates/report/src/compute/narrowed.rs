//! A [`Narrow`], as codes: a unit is kept or not without looking at a text.

use weir_domain::{Catalogue, Marks, Outcome, Summary};
use weir_readmodel::{Code, Exits, Model, Names, UnitView};

use super::local::Offsets;
use crate::Query;
use crate::narrow::{Mark, Narrow, TimeRange, Until};

/// Which units a [`Narrow`] keeps.
pub(super) struct Narrowed<'a> {
    exits: &'a Exits,
    offsets: Offsets,
    /// By the code of a state: whether an exit there was at risk at the screen.
    at_risk: Option<Vec<bool>>,
    mark: Option<Mark>,
    recovered_state: Option<Wanted>,
    recovered_reason: Option<Wanted>,
    weekday: Option<u8>,
    hour: Option<u8>,
    attempts: Option<u64>,
    time: Option<TimeRange>,
    /// There is nothing to hold.
    all: bool,
}

/// The code of a text; none for a text that was never seen, which no unit has.
type Wanted = Option<Code>;

impl<'a> Narrowed<'a> {
    pub(super) fn new(
        model: &'a Model,
        catalogue: &Catalogue,
        query: &Query,
        narrow: &Narrow,
    ) -> Narrowed<'a> {
        // Every field is named, so that a new one does not compile until it is honoured.
        let Narrow {
            at_risk,
            mark,
            recovered_state,
            recovered_reason,
            weekday,
            hour,
            attempts,
            time,
        } = narrow;
        let exits = model.exits();
        let code = |names: &Names, text: &Option<String>| match text {
            None => Some(Names::NONE),
            Some(text) => names.find(text),
        };
        Narrowed {
            offsets: Offsets::between(&query.zone, query.from, query.to),
            at_risk: at_risk.as_deref().map(|screen| at_risk_at(exits.states(), catalogue, screen)),
            mark: *mark,
            recovered_state: recovered_state.as_ref().map(|text| code(exits.states(), text)),
            recovered_reason: recovered_reason.as_ref().map(|text| code(exits.reasons(), text)),
            weekday: *weekday,
            hour: *hour,
            attempts: *attempts,
            time: *time,
            all: *narrow == Narrow::default(),
            exits,
        }
    }

    pub(super) fn keeps(&self, unit: &UnitView<'_>, outcome: Outcome) -> bool {
        self.all || self.passes(unit, outcome)
    }

    fn passes(&self, unit: &UnitView<'_>, outcome: Outcome) -> bool {
        let summary = &unit.summary;
        let first_at = summary.first_at;
        let is = |wanted: Option<u8>, value: u64| wanted.is_none_or(|it| u64::from(it) == value);
        self.at_risk.as_ref().is_none_or(|states| self.was_at_risk(states, outcome))
            && self.mark.is_none_or(|mark| mark.is_of(summary))
            && (self.weekday.is_none() || is(self.weekday, self.offsets.weekday(first_at)))
            && (self.hour.is_none() || is(self.hour, self.offsets.hour(first_at)))
            && self.time.is_none_or(|range| range.holds(summary, outcome))
            && self.attempts.is_none_or(|attempts| attempts == unit.attempts())
            && self.recovered_as_wanted(unit)
    }

    fn was_at_risk(&self, states: &[bool], outcome: Outcome) -> bool {
        match outcome {
            Outcome::Submitted => true,
            Outcome::Cancelled(exit) | Outcome::LostInHandover(exit) => {
                states[self.exits.codes(exit).0 as usize]
            }
            Outcome::Stalled | Outcome::HandedOver(_) | Outcome::InProgress => false,
        }
    }

    /// Whether it recovered from a cancel at the screen, and from one for the reason; the two may
    /// be different cancels, as the report counts them in rows of their own.
    fn recovered_as_wanted(&self, unit: &UnitView<'_>) -> bool {
        if self.recovered_state.is_none() && self.recovered_reason.is_none() {
            return true;
        }
        let (mut state_found, mut reason_found) = (false, false);
        unit.exits(|exit, is_cancel| {
            let (state, reason) = self.exits.codes(exit);
            state_found |= is_cancel && self.recovered_state == Some(Some(state));
            reason_found |= is_cancel && self.recovered_reason == Some(Some(reason));
        });
        unit.summary.marks.has(Marks::RECOVERED)
            && (state_found || self.recovered_state.is_none())
            && (reason_found || self.recovered_reason.is_none())
    }
}

/// For each state's code: whether the catalogue orders it at or after `screen`. Where it does not
/// order `screen`, no report says who was at risk there, and nobody was.
fn at_risk_at(states: &Names, catalogue: &Catalogue, screen: &str) -> Vec<bool> {
    let order_of = |state: &str| catalogue.screen(state).and_then(|screen| screen.order);
    let Some(order) = order_of(screen) else { return vec![false; states.len() + 1] };
    // Code 0 stands for no screen.
    let is_later = states.iter().map(|state| order_of(state).is_some_and(|other| order <= other));
    std::iter::once(false).chain(is_later).collect()
}

impl Mark {
    /// Whether this is known of the unit.
    fn is_of(self, summary: &Summary) -> bool {
        let marks = summary.marks;
        match self {
            Mark::Recovered => marks.has(Marks::RECOVERED),
            Mark::LeftAfterSubmitting => marks.has(Marks::LEFT_AFTER_SUBMITTING),
            Mark::OtherDocument => marks.has(Marks::OTHER_DOCUMENT),
            Mark::ImpliedSubmitted => {
                summary.submitted().is_some() && !marks.has(Marks::SUBMITTED_EVENT)
            }
            Mark::MissingStarted => !marks.has(Marks::STARTED),
        }
    }
}

impl Until {
    /// How long the unit took until then, in microseconds; none where it never got there.
    pub(super) fn us(self, summary: &Summary, outcome: Outcome) -> Option<u64> {
        let until = match (self, outcome) {
            (Until::Submit, Outcome::Submitted) => summary.submitted_at,
            (Until::Abandon | Until::Exit, Outcome::Cancelled(_))
            | (Until::Exit, Outcome::LostInHandover(_)) => summary.exit_at,
            _ => return None,
        };
        // A first fact is never later than another.
        Some(until.since_us(summary.first_at).max(0).unsigned_abs())
    }
}

impl TimeRange {
    fn holds(self, summary: &Summary, outcome: Outcome) -> bool {
        let TimeRange { until, from_us, to_us } = self;
        let took_us = until.us(summary, outcome);
        took_us.is_some_and(|us| from_us <= us && to_us.is_none_or(|to_us| us < to_us))
    }
}
