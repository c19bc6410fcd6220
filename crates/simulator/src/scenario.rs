//! What can be set.

use weir_domain::Timestamp;

use crate::Deliveries;

const DAY_US: i64 = 86_400_000_000;
/// The story of a scenario that has no end, or one too far away to tell a story about.
const STORY_US_DEFAULT: i64 = 90 * DAY_US;
const STORY_US_MAX: i64 = 3_660 * DAY_US;

/// What is to be simulated. The same scenario gives the same bytes on every machine.
///
/// The shares of the network do not change the sessions themselves: without resends there are the
/// same sessions with the same events.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Of the generator.
    pub seed: u64,
    /// Sessions start at or after this instant.
    pub from: Timestamp,
    /// Sessions start before this instant; [`Timestamp::MAX`] for no end. What they lead to may
    /// come later. Moving it changes nothing about the sessions before it.
    pub until: Timestamp,
    /// Deliveries stop before this instant; [`Timestamp::MAX`], the default, for all of them.
    pub deliver_until: Timestamp,
    /// Sessions a day, on average over a week in the middle of the story.
    pub sessions_per_day: f64,
    /// How long the slow trend goes on from `from`, in microseconds; the incident lies within.
    /// After it things stay as they are at its end.
    pub story_us: i64,
    /// Number of integrations; the first has the most sessions. 0 is taken as 1.
    pub integrations: usize,
    /// Share of the deliveries that are sent again, once or oftener, seconds to days later.
    pub resend_share: f64,
    /// Share of the deliveries that arrive late, and so perhaps out of order.
    pub disorder_share: f64,
    /// Share of the events that never arrive.
    pub loss_share: f64,
    /// Share of the deliveries whose action is not the one of their code.
    pub misnamed_share: f64,
    /// Share of the deliveries whose body cannot be read.
    pub unreadable_share: f64,
}

impl Scenario {
    /// Two integrations, a provider with the usual troubles, and a story that is as long as the
    /// scenario (90 days if that has no end).
    #[must_use]
    pub fn realistic(
        seed: u64,
        from: Timestamp,
        until: Timestamp,
        sessions_per_day: f64,
    ) -> Scenario {
        let length_us = until.since_us(from);
        let told = (1..=STORY_US_MAX).contains(&length_us);
        Scenario {
            seed,
            from,
            until,
            deliver_until: Timestamp::MAX,
            sessions_per_day,
            story_us: if told { length_us } else { STORY_US_DEFAULT },
            integrations: 2,
            resend_share: 0.025,
            disorder_share: 0.02,
            loss_share: 0.006,
            misnamed_share: 0.000_5,
            unreadable_share: 0.000_3,
        }
    }

    /// The deliveries, ordered by time, made as they are taken.
    #[must_use]
    pub fn deliveries(&self) -> Deliveries {
        Deliveries::new(self.clone())
    }
}
