//! When sessions start: new end-users by a Poisson process whose rate follows the season, and
//! earlier ones who come for a further session.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use weir_domain::Timestamp;

use crate::chance::Chance;
use crate::customer::Customer;
use crate::flow::SESSIONS_PER_END_USER;
use crate::scenario::Scenario;
use crate::season::{BUSY_MAX, busy};

const DAY_US: f64 = 86_400_000_000.0;

/// The start of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    /// Who it is, if they were here before.
    pub(crate) returning: Option<Customer>,
}

/// The starts of sessions, in order of time.
#[derive(Debug)]
pub(crate) struct Arrivals {
    scenario: Scenario,
    chance: Chance,
    /// When the next new end-user comes, unless that is too late.
    fresh: Option<Timestamp>,
    returning: BinaryHeap<Reverse<Return>>,
    /// How many were announced, to order those of one instant.
    announced: u64,
}

impl Arrivals {
    pub(crate) fn new(scenario: Scenario, chance: Chance) -> Arrivals {
        let from = scenario.from;
        let returning = BinaryHeap::new();
        let mut arrivals = Arrivals { scenario, chance, fresh: None, returning, announced: 0 };
        arrivals.fresh = arrivals.fresh_after(from);
        arrivals
    }

    /// When the next session starts.
    pub(crate) fn peek(&self) -> Option<Timestamp> {
        let returning = self.returning.peek().map(|Reverse(again)| again.at);
        [self.fresh, returning].into_iter().flatten().min()
    }

    /// The next start of a session.
    pub(crate) fn next(&mut self) -> Option<Arrival> {
        let at = self.peek()?;
        if self.fresh == Some(at) {
            self.fresh = self.fresh_after(at);
            return Some(Arrival { at, returning: None });
        }
        self.returning
            .pop()
            .map(|Reverse(Return { at, customer, .. })| Arrival { at, returning: Some(customer) })
    }

    /// Announces a further session; one that would start too late is forgotten.
    pub(crate) fn announce(&mut self, at: Timestamp, customer: Customer) {
        if at < self.scenario.until {
            self.announced += 1;
            self.returning.push(Reverse(Return { at, order: self.announced, customer }));
        }
    }

    /// The first new end-user after `at`, by thinning: candidates come as often as in the busiest
    /// hour, and as many of them count as the hour is busy.
    fn fresh_after(&mut self, at: Timestamp) -> Option<Timestamp> {
        let new_per_day = self.scenario.sessions_per_day / SESSIONS_PER_END_USER;
        if new_per_day.is_nan() || new_per_day <= 0.0 {
            return None;
        }
        let mean_gap_us = DAY_US / (new_per_day * BUSY_MAX);
        let mut at = at;
        loop {
            at = at.plus_us(self.chance.exponential(mean_gap_us).max(1.0) as i64);
            if at >= self.scenario.until {
                return None;
            }
            if self.chance.hits(busy(&self.scenario, at) / BUSY_MAX) {
                return Some(at);
            }
        }
    }
}

/// A further session that was announced. Ordered by time, then as announced.
#[derive(Debug)]
struct Return {
    at: Timestamp,
    order: u64,
    customer: Customer,
}

impl Ord for Return {
    fn cmp(&self, other: &Return) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Return {
    fn partial_cmp(&self, other: &Return) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Return {
    fn eq(&self, other: &Return) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Return {}
