//! What happens between the provider's knowing and our receiving: lost, late, repeated, misnamed,
//! unreadable. It has a stream of chance of its own, so that it never changes the sessions.

use weir_domain::Timestamp;

use crate::chance::Chance;
use crate::event::Event;
use crate::scenario::Scenario;

const SECOND_US: f64 = 1_000_000.0;
const HOUR_US: i64 = 3_600_000_000;

/// From the event to its delivery: at least, and the mean of what comes on top.
const LATENCY_US: (f64, f64) = (45_000.0, 160_000.0);
/// How late the late are: median in seconds, sigma.
const LATE: (f64, f64) = (45.0, 1.6);
/// Of the repeated: sent again within seconds, because the answer got lost.
const AT_ONCE: f64 = 0.35;
const AT_ONCE_AFTER: (f64, f64) = (5.0, 0.8);
/// Of those repeated by the hour: each further time, and without an end to it.
const ONCE_MORE: f64 = 0.30;
const STUBBORN: f64 = 0.01;
/// The provider tries hourly for seven days.
const COPIES_MAX: i64 = 7 * 24;
/// By how much an hour is missed, at most.
const JITTER_US: u32 = 90_000_000;

/// What the provider wrote where it meant another action, by code.
const MISNAMED: [(u32, &str); 3] =
    [(7001, "session_started"), (7002, "Submitted"), (7010, "flow_canceled")];

/// The way between the provider and us.
#[derive(Debug)]
pub(crate) struct Network {
    scenario: Scenario,
    chance: Chance,
}

impl Network {
    pub(crate) fn new(scenario: Scenario, chance: Chance) -> Network {
        Network { scenario, chance }
    }

    /// The event as the provider writes it, or none if it gets lost.
    pub(crate) fn pass(&mut self, event: Event) -> Option<Event> {
        let lost = self.chance.hits(self.scenario.loss_share);
        let misnamed = self.chance.hits(self.scenario.misnamed_share);
        let action = MISNAMED.iter().find(|(code, _)| *code == event.code && misnamed);
        (!lost).then_some(match action {
            Some(&(code, action)) => Event { code, action, ..event },
            None => event,
        })
    }

    /// Sometimes makes the body one that cannot be read.
    pub(crate) fn garble(&mut self, body: &mut Vec<u8>) {
        if !self.chance.hits(self.scenario.unreadable_share) {
            return;
        }
        match self.chance.below(3) {
            // Cut off on the way.
            0 => body.truncate(body.len() / 2),
            // An id that is none: the first digits of the UUID in `{"id":"` become letters.
            1 => body[7..11].copy_from_slice(b"test"),
            _ => *body = b"null".to_vec(),
        }
    }

    /// When the delivery of what happened at `at` is here.
    pub(crate) fn arrival(&mut self, at: Timestamp) -> Timestamp {
        let (least, mean) = LATENCY_US;
        let latency_us = least + self.chance.exponential(mean);
        let late = self.chance.hits(self.scenario.disorder_share);
        let late_us = if late { self.chance.log_normal(LATE.0, LATE.1) * SECOND_US } else { 0.0 };
        at.plus_us((latency_us + late_us) as i64)
    }

    /// Calls `send` for each further time that the delivery of `first` arrives.
    pub(crate) fn resends(&mut self, first: Timestamp, mut send: impl FnMut(Timestamp)) {
        if !self.chance.hits(self.scenario.resend_share) {
            return;
        }
        if self.chance.hits(AT_ONCE) {
            let after_s = self.chance.log_normal(AT_ONCE_AFTER.0, AT_ONCE_AFTER.1);
            return send(first.plus_us((after_s * SECOND_US) as i64));
        }
        for hour in 1..=self.copies() {
            send(first.plus_us(hour * HOUR_US + i64::from(self.chance.below(JITTER_US))));
        }
    }

    /// How often a delivery is repeated by the hour.
    fn copies(&mut self) -> i64 {
        if self.chance.hits(STUBBORN) {
            return 1 + i64::from(self.chance.below(COPIES_MAX as u32));
        }
        let mut copies = 1;
        while copies < COPIES_MAX && self.chance.hits(ONCE_MORE) {
            copies += 1;
        }
        copies
    }
}
