//! How much is hashed for those who sign wrong.
//!
//! Whoever signs right is never held up: what the provider sends is verified whatever came before it,
//! from the same address too. Only large bodies, which no event has, are hashed within a budget, one
//! for each subscriber and one for all; a right signature takes nothing from it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use weir_domain::Source;

/// A body up to this size is always verified. An event is under 1 KiB, and under 16 KiB with the
/// longest `vendorData`, all of it escaped; `cargo xtask timing` says what its HMAC costs.
pub(crate) const ALWAYS_BYTES: usize = 16 * 1024;

/// What may be hashed in vain for one subscriber, in bytes: at once, and each second from then on.
const ONE: Budget = Budget { bytes_max: 4 << 20, bytes_a_second: 256 << 10 };
/// The same for all of them together: a hundredth of a core where SHA-256 has instructions of its own.
const ALL: Budget = Budget { bytes_max: 64 << 20, bytes_a_second: 16 << 20 };
/// Subscribers that are told apart: under 1 MiB. So many have spent the budget of all together, which
/// holds those beyond.
const SUBSCRIBERS_MAX: usize = 4_096;

// Whoever is alone gets their own budget, not that of all.
const _: () = assert!(ONE.bytes_max < ALL.bytes_max && ONE.bytes_a_second < ALL.bytes_a_second);
const _: () = assert!(ALL.bytes_max <= (ALWAYS_BYTES * SUBSCRIBERS_MAX) as i64);
// The largest body may be tried a few times with every secret.
const _: () = assert!(crate::import::PAYLOAD_BYTES_MAX as i64 <= ONE.bytes_max);

#[derive(Debug, Clone, Copy)]
struct Budget {
    bytes_max: i64,
    bytes_a_second: i64,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy)]
struct Left {
    bytes: i64,
    at: Instant,
}

impl Left {
    fn at(self, budget: Budget, now: Instant) -> i64 {
        let waited = now.saturating_duration_since(self.at).min(Duration::from_secs(86_400));
        let gained = i64::try_from(waited.as_millis()).unwrap_or(i64::MAX);
        (self.bytes + gained * budget.bytes_a_second / 1_000).min(budget.bytes_max)
    }
}

/// What was hashed in vain of late, and for whom.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    by_subscriber: BTreeMap<IpAddr, Left>,
    all: Option<Left>,
}

impl Failures {
    /// Whether a body of so many bytes is hashed for `source`.
    pub(crate) fn may_hash(&self, bytes: usize, source: Source, now: Instant) -> bool {
        if bytes <= ALWAYS_BYTES {
            return true;
        }
        let spent = self.spent();
        let known = spent.by_subscriber.get(&source.subscriber());
        [(known, ONE), (spent.all.as_ref(), ALL)]
            .iter()
            .all(|(left, budget)| left.is_none_or(|left| 0 < left.at(*budget, now)))
    }

    /// So many bytes were hashed for `source` in vain, each body with every secret.
    pub(crate) fn failed(&self, bytes: usize, secrets: usize, source: Source, now: Instant) {
        if bytes <= ALWAYS_BYTES {
            return;
        }
        let cost = i64::try_from(bytes * secrets).unwrap_or(i64::MAX);
        let mut spent = self.spent();
        let pay = |left: Option<Left>, budget: Budget| {
            let before = left.map_or(budget.bytes_max, |left| left.at(budget, now));
            // No debt beyond one budget: it is over when as much time has passed.
            Left { bytes: (before - cost).max(-budget.bytes_max), at: now }
        };
        spent.all = Some(pay(spent.all, ALL));
        let subscriber = source.subscriber();
        if spent.by_subscriber.len() == SUBSCRIBERS_MAX
            && !spent.by_subscriber.contains_key(&subscriber)
        {
            spent.by_subscriber.retain(|_, left| left.at(ONE, now) < ONE.bytes_max);
        }
        let known = spent.by_subscriber.get(&subscriber).copied();
        if known.is_some() || spent.by_subscriber.len() < SUBSCRIBERS_MAX {
            spent.by_subscriber.insert(subscriber, pay(known, ONE));
        }
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::time::{Duration, Instant};

    use weir_domain::Source;

    use super::{ALWAYS_BYTES, Failures, SUBSCRIBERS_MAX};

    const LARGE: usize = 64 * 1024;

    fn v4(bits: u32) -> Source {
        Source::peer(IpAddr::V4(Ipv4Addr::from_bits(0x0600_0000 + bits)))
    }

    fn v6(bits: u128) -> Source {
        Source::peer(IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) + bits)))
    }

    /// How many large bodies are hashed for one who always signs wrong.
    fn hashed(failures: &Failures, tries: usize, source: Source, now: Instant) -> usize {
        (0..tries)
            .filter(|_| {
                let may = failures.may_hash(LARGE, source, now);
                if may {
                    failures.failed(LARGE, 2, source, now);
                }
                may
            })
            .count()
    }

    #[test]
    fn who_signs_wrong_again_and_again_has_large_bodies_hashed_no_more() {
        let (failures, now) = (Failures::default(), Instant::now());
        // 4 MiB in pairs of 64 KiB.
        assert_eq!(hashed(&failures, 100, v4(1), now), 32);
        // Others are, and what an event may be is whatever came before.
        assert!(failures.may_hash(LARGE, v4(2), now));
        assert!(failures.may_hash(ALWAYS_BYTES, v4(1), now));
        assert!(!failures.may_hash(ALWAYS_BYTES + 1, v4(1), now));
        // 256 KiB a second come back, and no more than there was.
        assert_eq!(hashed(&failures, 100, v4(1), now + Duration::from_secs(2)), 4);
        assert_eq!(hashed(&failures, 100, v4(1), now + Duration::from_secs(86_400)), 32);
    }

    #[test]
    fn one_subscriber_has_one_budget() {
        let (failures, now) = (Failures::default(), Instant::now());
        let sum: usize = (0..100).map(|n| hashed(&failures, 1, v6(n << 3), now)).sum();
        assert_eq!(sum, 32);
        assert!(failures.may_hash(LARGE, v6(1 << 64), now));
    }

    #[test]
    fn all_together_have_one_too() {
        let (failures, now) = (Failures::default(), Instant::now());
        let sum: usize = (0..100).map(|n| hashed(&failures, 100, v4(n), now)).sum();
        assert_eq!(sum, 512, "64 MiB in pairs of 64 KiB");
        assert!(!failures.may_hash(LARGE, v4(1_000), now));
        assert!(failures.may_hash(ALWAYS_BYTES, v4(1_000), now));
        assert!(failures.may_hash(LARGE, v4(1_000), now + Duration::from_secs(1)));
    }

    #[test]
    fn a_flood_of_addresses_stays_within_bounds() {
        let (failures, now) = (Failures::default(), Instant::now());
        for n in 0..20_000 {
            // Ten a second, so that those of long ago have been forgiven.
            let now = now + Duration::from_millis(u64::from(n) * 100);
            failures.failed(LARGE, 2, v4(n), now);
            assert!(failures.spent().by_subscriber.len() <= SUBSCRIBERS_MAX);
        }
        let failures = Failures::default();
        for n in 0..20_000 {
            failures.failed(ALWAYS_BYTES + 1, 1, v4(n), now);
            assert!(failures.spent().by_subscriber.len() <= SUBSCRIBERS_MAX);
        }
        assert!(!failures.may_hash(LARGE, v4(30_000), now));
    }
}
