//! Where to kill.

use std::ops::RangeInclusive;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What is done when the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum During {
    /// Clients post.
    Serving,
}

/// A moment that has a name.
pub(crate) struct Point {
    pub(crate) name: &'static str,
    pub(crate) during: During,
    /// What `crates/interpose` is told, one of these, with the Nth for its last word.
    rules: &'static [&'static str],
    nth: RangeInclusive<u32>,
}

impl Point {
    /// A rule for it.
    pub(crate) fn rule(&self, rng: &mut ChaCha8Rng) -> String {
        let rule = self.rules[rng.random_range(0..self.rules.len())];
        format!("{rule} {}", rng.random_range(self.nth.clone()))
    }
}

/// All of them. Each is met, and tried twice at least in the gate.
pub(crate) const POINTS: &[Point] = &[
    Point {
        name: "after the insert, before the commit",
        during: During::Serving,
        rules: &["kill before begin */data/log.db-wal"],
        nth: 1..=30,
    },
    Point {
        name: "in the midst of a commit",
        during: During::Serving,
        rules: &["kill halfway write */data/log.db-wal"],
        nth: 1..=120,
    },
    Point {
        name: "before the commit is synced",
        during: During::Serving,
        rules: &["kill before sync */data/log.db-wal"],
        nth: 1..=30,
    },
    Point {
        name: "after the commit, before the answer",
        during: During::Serving,
        rules: &["kill after sync */data/log.db-wal"],
        nth: 1..=30,
    },
];
