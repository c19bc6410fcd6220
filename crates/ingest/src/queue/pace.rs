//! How long whoever comes now would wait for the commit to begin that takes them.

use std::time::{Duration, Instant};

use super::sync::{AtomicU64, Ordering};

/// How fast the writer is, as everybody may ask and the writer alone says.
pub(super) struct Pace {
    since: Instant,
    /// When the commit under way began, in microseconds after `since`, from 1; 0 where none is.
    began_us: AtomicU64,
    /// What a commit takes, in microseconds: the mean of the last and of what was thought before.
    commit_us: AtomicU64,
}

impl Pace {
    pub(super) fn new() -> Pace {
        Pace { since: Instant::now(), began_us: AtomicU64::new(0), commit_us: AtomicU64::new(0) }
    }

    /// A commit begins.
    pub(super) fn begins(&self) {
        self.began_us.store(self.now_us(), Ordering::Relaxed);
    }

    /// The commit under way is over.
    pub(super) fn ends(&self, took: Duration) {
        let before = self.commit_us.load(Ordering::Relaxed);
        self.commit_us.store(u64::midpoint(before, micros(took)), Ordering::Relaxed);
        self.began_us.store(0, Ordering::Relaxed);
    }

    /// How long it is until a commit begins that has `groups` full groups before it.
    pub(super) fn wait(&self, groups: usize) -> Duration {
        let began_us = self.began_us.load(Ordering::Relaxed);
        let under_way_us = match began_us {
            0 => None,
            began_us => Some(self.now_us().saturating_sub(began_us)),
        };
        wait(under_way_us, self.commit_us.load(Ordering::Relaxed), groups)
    }

    fn now_us(&self) -> u64 {
        micros(self.since.elapsed()).saturating_add(1)
    }
}

/// The same, given for how long a commit has been under way, if one is, and what one takes.
fn wait(under_way_us: Option<u64>, commit_us: u64, groups: usize) -> Duration {
    let rest_us = match under_way_us {
        // What takes longer than expected may take as much longer again.
        Some(us) => commit_us.abs_diff(us),
        None => 0,
    };
    let commit_us = commit_us.max(under_way_us.unwrap_or_default());
    let groups = u64::try_from(groups).unwrap_or(u64::MAX);
    Duration::from_micros(rest_us.saturating_add(commit_us.saturating_mul(groups)))
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Pace, wait};

    #[test]
    fn whoever_finds_nobody_waits_for_nobody() {
        // However slow the last commit was: else nobody would ever try again.
        assert_eq!(wait(None, 5_000_000, 0), Duration::ZERO);
    }

    #[test]
    fn the_wait_is_the_rest_of_the_commit_and_those_before() {
        let wait_ms = |under_way_ms: u64, commit_ms: u64, groups| {
            wait(Some(under_way_ms * 1_000), commit_ms * 1_000, groups).as_millis()
        };
        assert_eq!(wait_ms(0, 100, 0), 100);
        assert_eq!(wait_ms(30, 100, 0), 70);
        assert_eq!(wait_ms(30, 100, 3), 370);
        // It stalls: nobody knows for how long.
        assert_eq!(wait_ms(700, 1, 0), 699);
        assert_eq!(wait_ms(700, 1, 2), 2_099);
        // Nor is it over where it is always slow: those are let in who are next.
        assert_eq!(wait_ms(1_900, 2_000, 0), 100);
    }

    #[test]
    fn a_pace_is_that_of_the_last_commits() {
        let pace = Pace::new();
        let slow = Duration::from_millis(800);
        pace.begins();
        pace.ends(slow);
        assert_eq!(pace.wait(1), slow / 2);
        for _ in 0..10 {
            pace.begins();
            pace.ends(Duration::ZERO);
        }
        assert!(pace.wait(1) < Duration::from_millis(1), "{:?}", pace.wait(1));
    }
}
