//! Instants that are likely to matter: the same as others, just beside them, a window later, and
//! around changes of the clocks and of the year.

use jiff::Timestamp;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::one_of;

const MINUTE_US: i64 = 60 * 1_000_000;
pub(super) const HOUR_US: i64 = 60 * MINUTE_US;
pub(super) const DAY_US: i64 = 24 * HOUR_US;

/// Stall windows to ask with, in hours.
pub(super) const WINDOWS_H: [i64; 6] = [1, 36, 24, 3 * 24, 7 * 24, 30 * 24];

/// Instants that logs are spread around.
const ANCHORS: [&str; 10] = [
    "2024-03-31T01:00:00Z", // Tallinn: summer time begins
    "2024-10-27T01:00:00Z", // Tallinn: and ends
    "2026-03-29T01:00:00Z", // Tallinn: begins again
    "2025-03-09T07:00:00Z", // New York: begins
    "2025-11-02T06:00:00Z", // New York: ends
    "2025-04-05T15:00:00Z", // Lord Howe: ends, by half an hour
    "2025-10-04T15:30:00Z", // Lord Howe: begins
    "2024-02-29T12:00:00Z", // a leap day
    "2024-12-30T00:00:00Z", // a Monday whose ISO week belongs to the next year
    "2025-12-31T22:00:00Z", // the year ends in Tallinn
];

/// A source of instants for one log.
pub(super) struct Times {
    anchor_us: i64,
    reach_us: i64,
    /// The share of deliveries that arrive together with another.
    crowding: f64,
    used_us: Vec<i64>,
}

impl Times {
    pub(super) fn new(rng: &mut ChaCha8Rng) -> Times {
        let anchor: Timestamp = one_of(rng, &ANCHORS).parse().expect("the anchors are instants");
        let reach_us = one_of(rng, &[4 * HOUR_US, 2 * DAY_US, 10 * DAY_US, 35 * DAY_US]);
        let crowding = one_of(rng, &[0.1, 0.5, 0.95]);
        Times { anchor_us: anchor.as_microsecond(), reach_us, crowding, used_us: vec![] }
    }

    pub(super) fn next(&mut self, rng: &mut ChaCha8Rng) -> i64 {
        if rng.random_bool(self.crowding) && !self.used_us.is_empty() {
            return self.used(rng);
        }
        let near = rng.random_range(-1..=1);
        let at_us = match rng.random_range(0..10) {
            0..2 => self.used(rng) + near,
            2..4 => self.used(rng) + one_of(rng, &WINDOWS_H) * HOUR_US + near,
            4 => self.anchor_us + rng.random_range(-4..=4) * 15 * MINUTE_US + near,
            5 => self.anchor_us + rng.random_range(-3..=3) * DAY_US,
            _ => self.anchor_us + rng.random_range(-self.reach_us..=self.reach_us),
        };
        // A window after a window after a window must not leave the log's days.
        let at_us = at_us.min(self.anchor_us + self.reach_us + 31 * DAY_US);
        self.used_us.push(at_us);
        at_us
    }

    fn used(&self, rng: &mut ChaCha8Rng) -> i64 {
        if self.used_us.is_empty() { self.anchor_us } else { one_of(rng, &self.used_us) }
    }
}
