//! Where to kill.

use std::ops::RangeInclusive;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What is done when the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum During {
    /// A server starts over what a killed one left.
    Starting,
    /// Clients post.
    Serving,
    /// Clients post what is large, so that the journal is soon moved into the log.
    Filling,
    /// A server that clients post to was told to end.
    Ending,
    Importing,
    /// The whole log is folded again by a command …
    Rebuilding,
    /// … or by a server that is asked to.
    RebuildingServed,
    BackingUp,
    Restoring,
    /// A report is rendered and delivered.
    Sending,
    /// An operator names screens, and looks at a session.
    Naming,
    /// Somebody is erased.
    Erasing,
    /// What came in plain is sealed.
    Sealing,
    /// A server gives up the keys of a month that is not kept any more.
    Retaining,
}

impl During {
    /// Whether all of the log is looked at, and more than once.
    pub(crate) const fn is_long(self) -> bool {
        matches!(self, During::Erasing | During::Sealing | During::Retaining)
    }
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

const fn point(
    name: &'static str,
    during: During,
    nth: RangeInclusive<u32>,
    rules: &'static [&'static str],
) -> Point {
    Point { name, during, rules, nth }
}

/// All of them. Each is met, or its test fails, and tried in the gate.
pub(crate) const POINTS: &[Point] = &[
    point(
        "after the insert, before the commit",
        During::Serving,
        1..=30,
        &["kill before begin */data/log.db-wal"],
    ),
    point(
        "in the midst of a commit",
        During::Serving,
        1..=120,
        &["kill halfway write */data/log.db-wal"],
    ),
    point(
        "before the commit is synced",
        During::Serving,
        1..=30,
        &["kill before sync */data/log.db-wal"],
    ),
    point(
        "after the commit, before the answer",
        During::Serving,
        1..=30,
        &["kill after sync */data/log.db-wal"],
    ),
    point(
        "while the journal is moved into the log",
        During::Filling,
        1..=500,
        &["kill before write */data/log.db", "kill halfway write */data/log.db"],
    ),
    point(
        "when the journal was moved into the log",
        During::Filling,
        1..=1,
        &["kill before sync */data/log.db", "kill after sync */data/log.db"],
    ),
    point(
        "while the log is closed",
        During::Ending,
        1..=1,
        &[
            "kill before write */data/log.db",
            "kill before sync */data/log.db",
            "kill before unlink */data/log.db-wal",
            "kill after unlink */data/log.db-wal",
        ],
    ),
    point(
        "while the journal is written again",
        During::Starting,
        1..=1,
        &[
            "kill halfway write */data/log.db-wal",
            "kill before sync */data/log.db-wal",
            "kill after sync */data/log.db-wal",
            "kill halfway write */data/keys.db-wal",
            "kill before sync */data/keys.db-wal",
        ],
    ),
    point(
        "while keys are noted, before what they seal",
        During::Serving,
        1..=30,
        &[
            "kill before begin */data/keys.db-wal",
            "kill halfway write */data/keys.db-wal",
            "kill before sync */data/keys.db-wal",
            "kill after sync */data/keys.db-wal",
        ],
    ),
    point(
        "while the vault is closed",
        During::Ending,
        1..=1,
        &[
            "kill before write */data/keys.db",
            "kill before sync */data/keys.db",
            "kill before unlink */data/keys.db-wal",
            "kill after unlink */data/keys.db-wal",
        ],
    ),
    point(
        "while the read model is saved",
        During::Ending,
        1..=4,
        &["kill before write */data/read.db-wal", "kill halfway write */data/read.db-wal"],
    ),
    point(
        "when the read model was saved",
        During::Ending,
        1..=1,
        &[
            "kill before sync */data/read.db-wal",
            "kill after sync */data/read.db-wal",
            "kill halfway write */data/read.db",
        ],
    ),
    point(
        "while an import commits",
        During::Importing,
        1..=2,
        &[
            "kill before begin */data/log.db-wal",
            "kill halfway write */data/log.db-wal",
            "kill before sync */data/log.db-wal",
            "kill after sync */data/log.db-wal",
            "kill after sync */data/keys.db-wal",
        ],
    ),
    point(
        "while a rebuilt read model is swapped in",
        During::Rebuilding,
        1..=3,
        &["kill before write */data/read.db-wal", "kill halfway write */data/read.db-wal"],
    ),
    point(
        "when a rebuilt read model was swapped in",
        During::Rebuilding,
        1..=1,
        &[
            "kill before sync */data/read.db-wal",
            "kill after sync */data/read.db-wal",
            "kill halfway write */data/read.db",
        ],
    ),
    point(
        "while a server swaps a rebuilt read model in",
        During::RebuildingServed,
        1..=1,
        &[
            "kill halfway write */data/read.db-wal",
            "kill before sync */data/read.db-wal",
            "kill after sync */data/read.db-wal",
        ],
    ),
    point(
        "while a backup takes deliveries",
        During::BackingUp,
        1..=1,
        &[
            "kill before begin */backup/log.db-wal",
            "kill halfway write */backup/log.db-wal",
            "kill before sync */backup/log.db-wal",
            "kill after sync */backup/log.db-wal",
        ],
    ),
    point(
        "while a backup notes what it has",
        During::BackingUp,
        1..=2,
        &[
            "kill halfway write */backup/*backup.json*",
            "kill before rename */backup/backup.json",
            "kill after rename */backup/backup.json",
        ],
    ),
    point(
        "while a restore makes the log",
        During::Restoring,
        1..=1,
        &[
            "kill halfway write */.restoring/log.db-wal",
            "kill before sync */.restoring/log.db-wal",
            "kill halfway write */.restoring/log.db",
        ],
    ),
    point(
        "while a restore puts files in their place",
        During::Restoring,
        1..=3,
        &["kill before rename */back/*", "kill after rename */back/*"],
    ),
    point(
        "while a run is noted in the ledger",
        During::Sending,
        1..=4,
        &[
            "kill before begin */data/schedule.db-wal",
            "kill before sync */data/schedule.db-wal",
            "kill after sync */data/schedule.db-wal",
        ],
    ),
    point(
        "while a run's files are written",
        During::Sending,
        1..=7,
        &[
            "kill halfway write */data/outputs/*",
            "kill before sync */data/outputs/*",
            "kill after sync */data/outputs/*",
        ],
    ),
    point(
        "while a head is written",
        During::Starting,
        1..=1,
        &[
            "kill before write */heads.ndjson",
            "kill halfway write */heads.ndjson",
            "kill before sync */heads.ndjson",
        ],
    ),
    point(
        "while the catalogue is replaced",
        During::Naming,
        1..=3,
        &[
            "kill halfway write */data/.catalogue.toml.new",
            "kill before sync */data/.catalogue.toml.new",
            "kill before rename */data/catalogue.toml",
            "kill after rename */data/catalogue.toml",
        ],
    ),
    point(
        "while a deed is written down",
        During::Naming,
        1..=6,
        &[
            "kill before begin */data/audit.db-wal",
            "kill halfway write */data/audit.db-wal",
            "kill before sync */data/audit.db-wal",
            "kill after sync */data/audit.db-wal",
        ],
    ),
    point(
        "while an erasure is written down",
        During::Erasing,
        1..=2,
        &[
            "kill before begin */data/audit.db-wal",
            "kill before sync */data/audit.db-wal",
            "kill after sync */data/audit.db-wal",
        ],
    ),
    point(
        "while somebody's keys are overwritten",
        During::Erasing,
        1..=1,
        &[
            "kill before begin */data/keys.db-wal",
            "kill halfway write */data/keys.db-wal",
            "kill before sync */data/keys.db-wal",
            "kill after sync */data/keys.db-wal",
        ],
    ),
    point(
        "while the vault's journal is emptied, and before the proof",
        During::Erasing,
        1..=1,
        &[
            "kill before write */data/keys.db",
            "kill halfway write */data/keys.db",
            "kill before sync */data/keys.db",
            "kill before cut */data/keys.db-wal",
            "kill after cut */data/keys.db-wal",
        ],
    ),
    point(
        "while a sealed log is made",
        During::Sealing,
        1..=1,
        &[
            "kill after sync */data/keys.db-wal",
            "kill halfway write */.sealing/log.db-wal",
            "kill after sync */.sealing/log.db-wal",
            "kill halfway write */.sealing/log.db",
        ],
    ),
    point(
        "while a sealed log takes the place of the one in plain",
        During::Sealing,
        1..=1,
        &[
            "kill before rename */old/first/log.db",
            "kill after rename */old/first/log.db",
            "kill before rename */data/log.db",
            "kill after rename */data/log.db",
            "kill after unlink */data/read.db",
            "kill after unlink */data/read.db-shm",
        ],
    ),
    point(
        "while the keys of a month are given up",
        During::Retaining,
        1..=1,
        &[
            "kill before begin */data/keys.db-wal",
            "kill before sync */data/keys.db-wal",
            "kill after sync */data/keys.db-wal",
            "kill halfway write */data/keys.db",
            "kill before cut */data/keys.db-wal",
        ],
    ),
];
