//! Pauses after failures: for a name and for an address, each longer than the one before.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use weir_domain::{Source, Timestamp};

use crate::name;
use crate::secret::digest;

const SECOND_US: i64 = 1_000_000;

/// Somebody may mistype.
const FREE_FAILURES: u32 = 5;
/// The longest pause: who was locked out by somebody else's guesses need not wait for ever.
const PAUSE_US_MAX: i64 = 15 * 60 * SECOND_US;
/// After so long without a failure nothing is held against anybody.
const FORGET_US: i64 = 60 * 60 * SECOND_US;
/// Names and addresses that are remembered: under 2 MiB. Whoever floods it pushes out the oldest.
const REMEMBERED_MAX: usize = 16_384;

// Else a pause could be outlived by waiting for it to be forgotten.
const _: () = assert!(PAUSE_US_MAX < FORGET_US);

/// What failed how often, in memory.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<BTreeMap<Key, Failures>>);

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Whole seconds, at least one.
    pub seconds: u64,
}

/// What failures are counted for. A name as its digest, so that a long one takes no more room.
type Key = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_at: Timestamp,
}

impl Failures {
    fn free_at(self) -> Timestamp {
        let over = self.count.saturating_sub(FREE_FAILURES);
        let pause_us = match over {
            0 if self.count < FREE_FAILURES => 0,
            over => (SECOND_US << over.min(20)).min(PAUSE_US_MAX),
        };
        self.last_at.plus_us(pause_us)
    }

    fn is_forgotten(self, now: Timestamp) -> bool {
        FORGET_US <= now.since_us(self.last_at)
    }
}

impl Throttle {
    /// Lets one try begin, which counts as failed until [`Throttle::succeeded`]: so that many at
    /// once count as well as many in turn.
    ///
    /// # Errors
    /// If the name or the address must pause.
    pub fn begin(&self, name: &str, address: IpAddr, now: Timestamp) -> Result<(), Pause> {
        let keys = keys(name, address);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free_at =
            keys.iter().filter_map(|key| all.get(key)).map(|failed| failed.free_at()).max();
        if let Some(wait_us) = free_at.map(|free_at| free_at.since_us(now)).filter(|us| 0 < *us) {
            return Err(Pause { seconds: wait_us.unsigned_abs().div_ceil(1_000_000) });
        }
        for key in keys {
            let before = all.get(&key).filter(|failed| !failed.is_forgotten(now));
            let count = before.map_or(1, |failed| failed.count.saturating_add(1));
            all.insert(key, Failures { count, last_at: now });
        }
        if REMEMBERED_MAX < all.len() {
            forget(&mut all, now);
        }
        Ok(())
    }

    /// The try that was begun was right: the name is clear. Of the address only this try is taken
    /// back, or somebody with a name of their own could guess at others' for ever.
    pub fn succeeded(&self, name: &str, address: IpAddr) {
        let [name, address] = keys(name, address);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&name);
        take_back(&mut all, address);
    }

    /// The try that was begun was not judged.
    pub fn unjudged(&self, name: &str, address: IpAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys(name, address).into_iter().for_each(|key| take_back(&mut all, key));
    }
}

fn take_back(all: &mut BTreeMap<Key, Failures>, key: Key) {
    if let Some(failed) = all.get_mut(&key) {
        failed.count = failed.count.saturating_sub(1);
    }
}

fn keys(name: &str, address: IpAddr) -> [Key; 2] {
    [
        digest(&format!("name {}", name::key(name))),
        digest(&format!("address {}", Source::peer(address).subscriber())),
    ]
}

/// What is forgotten by time goes first, then the oldest half.
fn forget(all: &mut BTreeMap<Key, Failures>, now: Timestamp) {
    all.retain(|_, failed| !failed.is_forgotten(now));
    if REMEMBERED_MAX < all.len() {
        let mut times: Vec<_> = all.values().map(|failed| failed.last_at).collect();
        let half = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(half);
        let median = *median;
        let mut room = REMEMBERED_MAX / 2;
        all.retain(|_, failed| {
            let kept = median <= failed.last_at && 0 < room;
            room -= usize::from(kept);
            kept
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use weir_domain::Timestamp;

    use super::{FORGET_US, REMEMBERED_MAX, Throttle};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(n))
    }

    /// Tries as soon as it may: the pauses, one for each try.
    fn pauses(
        throttle: &Throttle,
        tries: usize,
        mut with: impl FnMut(usize) -> (String, IpAddr),
    ) -> Vec<u64> {
        let mut now = 0;
        (0..tries)
            .map(|n| {
                let (name, address) = with(n);
                let pause =
                    throttle.begin(&name, address, at(now)).err().map_or(0, |pause| pause.seconds);
                if pause > 0 {
                    now += i64::try_from(pause).unwrap();
                    throttle.begin(&name, address, at(now)).unwrap();
                }
                pause
            })
            .collect()
    }

    #[test]
    fn pauses_grow_up_to_a_quarter_of_an_hour() {
        let want = [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
        let by_name = pauses(&Throttle::default(), 17, |n| ("Ann".to_owned(), address(n as u32)));
        assert_eq!(by_name, want);
        let by_address = pauses(&Throttle::default(), 17, |n| (format!("ann {n}"), HERE));
        assert_eq!(by_address, want);
    }

    #[test]
    fn letter_case_and_the_lower_half_of_an_address_make_no_difference() {
        let names = ["ann", "Ann", "ANN ", " anN", "aNn", "ann"];
        let got = pauses(&Throttle::default(), 6, |n| (names[n].to_owned(), address(n as u32)));
        assert_eq!(got[5], 1);
        let v6 = |n: usize| IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) + n as u128));
        let got = pauses(&Throttle::default(), 6, |n| (format!("ann {n}"), v6(n)));
        assert_eq!(got[5], 1);
    }

    #[test]
    fn a_right_password_clears_the_name_but_not_the_address() {
        let throttle = Throttle::default();
        for n in 0..4 {
            throttle.begin(&format!("guess {n}"), HERE, at(0)).unwrap();
        }
        throttle.begin("ann", HERE, at(0)).unwrap();
        throttle.succeeded("ann", HERE);
        throttle.begin("guess", HERE, at(0)).unwrap();
        assert_eq!(throttle.begin("ann", HERE, at(0)).unwrap_err().seconds, 1);
        throttle.begin("ann", address(1), at(0)).unwrap();
    }

    #[test]
    fn after_an_hour_nothing_is_held_against_anybody() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin("ann", HERE, at(0)).unwrap();
        }
        let later = at(0).plus_us(FORGET_US);
        for _ in 0..5 {
            throttle.begin("ann", HERE, later).unwrap();
        }
        assert!(throttle.begin("ann", HERE, later).is_err());
    }

    #[test]
    fn a_flood_of_names_stays_within_bounds() {
        let throttle = Throttle::default();
        for n in 0..u32::try_from(REMEMBERED_MAX).unwrap() {
            throttle.begin(&format!("guess {n}"), address(n), at(i64::from(n) / 64)).unwrap();
            assert!(throttle.0.lock().unwrap().len() <= REMEMBERED_MAX + 2);
        }
    }
}
