//! How long it is waited before something is tried again, and when it is given up.

use std::time::Duration;

use weir_domain::Timestamp;

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;

/// The pause after each try that failed; the last one after all that follow.
const PAUSES_US: [i64; 7] =
    [MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, HOUR_US, 3 * HOUR_US, 6 * HOUR_US, 12 * HOUR_US];

/// It is given up after so long …
const GIVE_UP_US: i64 = 72 * HOUR_US;
/// … but not before so many tries: the time may have passed while nobody tried.
const TRIES_MIN: u32 = 8;

// A mail server that is down for a day loses nothing.
const _: () = assert!(24 * HOUR_US < GIVE_UP_US);

/// What is waited after this many tries.
pub(super) fn pause_us(tries: u32) -> i64 {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES_US[place.min(PAUSES_US.len() - 1)]
}

/// When it is tried again after so many tries, of which the first was at `first`; none where it is
/// given up. `asked` is how long the other side asked to wait.
pub(super) fn next_try(
    tries: u32,
    first: Timestamp,
    now: Timestamp,
    asked: Option<Duration>,
) -> Option<Timestamp> {
    let tried_us = now.since_us(first);
    if GIVE_UP_US <= tried_us && TRIES_MIN <= tries {
        return None;
    }
    let asked_us = asked.map_or(0, |asked| i64::try_from(asked.as_micros()).unwrap_or(i64::MAX));
    let pause_us = pause_us(tries).max(asked_us);
    // The last try is at the end, however long the other side wants to be left alone.
    let left_us = GIVE_UP_US - tried_us.clamp(0, GIVE_UP_US);
    let left_us = if left_us == 0 { GIVE_UP_US } else { left_us };
    Some(now.plus_us(pause_us.min(left_us)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_and_end_after_three_days() {
        let first = Timestamp::from_micros(0);
        let (mut now, mut tries, mut at) = (first, 0, Vec::new());
        loop {
            tries += 1;
            let Some(next) = next_try(tries, first, now, None) else { break };
            now = next;
            at.push(now.since_us(first) / MINUTE_US);
        }
        assert_eq!(at, [1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 3501, 4221, 4320]);
    }

    #[test]
    fn what_the_other_side_asks_for_is_granted_but_not_for_ever() {
        let first = Timestamp::from_micros(0);
        let next = |asked_s| {
            next_try(1, first, first, Some(Duration::from_secs(asked_s))).unwrap().as_micros()
        };
        assert_eq!(next(5), MINUTE_US);
        assert_eq!(next(600), 10 * MINUTE_US);
        assert_eq!(next(u64::MAX), GIVE_UP_US);
    }

    #[test]
    fn time_in_which_nobody_tried_does_not_count() {
        let first = Timestamp::from_micros(0);
        let late = first.plus_us(10 * GIVE_UP_US);
        assert_eq!(next_try(2, first, late, None), Some(late.plus_us(5 * MINUTE_US)));
        assert_eq!(next_try(TRIES_MIN, first, late, None), None);
    }
}
