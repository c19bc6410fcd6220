//! What is due, in order of time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use weir_domain::Timestamp;

use crate::arrivals::{Arrival, Arrivals};
use crate::body::{self, Subject};
use crate::chance::Chance;
use crate::customer::Customer;
use crate::event::Field;
use crate::flow;
use crate::network::Network;
use crate::scenario::Scenario;
use crate::season;
use crate::session::{self, Ending, Told};

/// `feature`, and how many sessions have which: the last is a feature that we do not know.
const FEATURES: [(Field<&str>, f64); 3] =
    [(Field::Is("selfid"), 0.975), (Field::Absent, 0.010), (Field::Is("reverification"), 0.015)];

/// One delivery as the provider would send it, unsigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When it is here.
    pub at: Timestamp,
    /// Index of the integration that it is for, below [`Scenario::integrations`].
    pub integration: usize,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// The deliveries of a scenario, ordered by time. Each session is made when the first of what it
/// leads to may be due, so memory holds what is on its way and no more.
#[derive(Debug)]
pub struct Deliveries {
    scenario: Scenario,
    arrivals: Arrivals,
    chance: Chance,
    network: Network,
    due: BinaryHeap<Due>,
    /// How many deliveries were made, to order those of one instant.
    made: u64,
    /// Reused from session to session.
    told: Vec<Told>,
}

impl Deliveries {
    pub(crate) fn new(scenario: Scenario) -> Deliveries {
        let chance = |stream| Chance::new(scenario.seed, stream);
        Deliveries {
            arrivals: Arrivals::new(scenario.clone(), chance(0)),
            chance: chance(1),
            network: Network::new(scenario.clone(), chance(2)),
            due: BinaryHeap::new(),
            made: 0,
            told: Vec::new(),
            scenario,
        }
    }

    /// When the next delivery is due.
    pub fn peek_at(&mut self) -> Option<Timestamp> {
        self.fill(self.scenario.deliver_until);
        self.due.peek().map(|due| due.sent.at).filter(|at| *at < self.scenario.deliver_until)
    }

    /// The next delivery, if it is due before `until`; else it stays the next.
    pub fn next_before(&mut self, until: Timestamp) -> Option<Sent> {
        let until = until.min(self.scenario.deliver_until);
        self.fill(until);
        self.due.peek().filter(|due| due.sent.at < until)?;
        self.due.pop().map(|due| due.sent)
    }

    /// What is due before `until`. Afterwards the deliveries go on from there.
    pub fn take_until(&mut self, until: Timestamp) -> impl Iterator<Item = Sent> {
        std::iter::from_fn(move || self.next_before(until))
    }

    /// Makes every session that may have a say in what is due next, if that is before `until`.
    fn fill(&mut self, until: Timestamp) {
        while let Some(start) = self.arrivals.peek()
            && start < until
            && self.due.peek().is_none_or(|due| start <= due.sent.at)
            && let Some(arrival) = self.arrivals.next()
        {
            self.start(&arrival);
        }
    }

    fn start(&mut self, arrival: &Arrival) {
        let customer = match arrival.returning {
            Some(customer) => customer,
            None => Customer::new(&mut self.chance, self.scenario.integrations),
        };
        let feature = self.chance.pick(&FEATURES);
        let subject = Subject { session: self.chance.uuid(), feature, customer };
        let mood = season::mood(&self.scenario, arrival.at);
        let mut told = std::mem::take(&mut self.told);
        let ending = session::play(mood, &mut self.chance, &mut told);
        self.returns(arrival.at, customer, &ending);
        for Told { after_us, attempt, event } in told.drain(..) {
            if let Some(event) = self.network.pass(event) {
                let body = body::write(&subject, attempt, &event);
                self.send(arrival.at.plus_us(after_us), customer.integration, body);
            }
        }
        self.told = told;
    }

    /// Announces a further session, of those who come for one.
    fn returns(&mut self, start: Timestamp, customer: Customer, ending: &Ending) {
        let (share, (median_s, sigma)) = if ending.submitted {
            (flow::RETURNS_SUBMITTED, flow::RETURNS_SUBMITTED_AFTER)
        } else {
            (flow::RETURNS_UNSUBMITTED, flow::RETURNS_UNSUBMITTED_AFTER)
        };
        if self.chance.hits(share) {
            let after_us = (self.chance.log_normal(median_s, sigma) * 1e6) as i64;
            self.arrivals.announce(start.plus_us(ending.after_us + after_us), customer);
        }
    }

    fn send(&mut self, at: Timestamp, integration: usize, mut body: Vec<u8>) {
        let Deliveries { network, due, made, .. } = self;
        network.garble(&mut body);
        let first = network.arrival(at);
        let mut push = |at, body| {
            *made += 1;
            due.push(Due { order: *made, sent: Sent { at, integration, body } });
        };
        network.resends(first, |again| push(again, body.clone()));
        push(first, body);
    }
}

impl Iterator for Deliveries {
    type Item = Sent;

    fn next(&mut self) -> Option<Sent> {
        self.next_before(Timestamp::MAX)
    }
}

/// A delivery on its way. The greatest is the one that is due first, for the heap.
#[derive(Debug)]
struct Due {
    order: u64,
    sent: Sent,
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> Ordering {
        (other.sent.at, other.order).cmp(&(self.sent.at, self.order))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}
