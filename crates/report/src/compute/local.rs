//! The local hour and weekday of an instant, without asking the time-zone database each time.

use weir_domain::Timestamp;

use crate::Zone;

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;

/// The offsets that a zone has between two instants.
#[derive(Clone)]
pub(super) struct Offsets {
    /// From when on, and the offset, both in microseconds.
    changes: Vec<(i64, i64)>,
}

impl Offsets {
    /// The offsets of `zone` from `from` until `to`.
    pub(super) fn between(zone: &Zone, from: Timestamp, to: Timestamp) -> Offsets {
        let Ok(start) = jiff::Timestamp::from_microsecond(from.as_micros()) else {
            return Offsets { changes: vec![(i64::MIN, 0)] };
        };
        let us = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1_000_000;
        let mut changes = vec![(i64::MIN, us(zone.rules().to_offset(start)))];
        for transition in zone.rules().following(start) {
            let at_us = transition.timestamp().as_microsecond();
            if to.as_micros() <= at_us {
                break;
            }
            changes.push((at_us, us(transition.offset())));
        }
        Offsets { changes }
    }

    fn local_us(&self, at: Timestamp) -> i64 {
        let after = self.changes.partition_point(|&(from, _)| from <= at.as_micros());
        at.as_micros() + self.changes[after.saturating_sub(1)].1
    }

    /// 0 to 23.
    pub(super) fn hour(&self, at: Timestamp) -> u64 {
        (self.local_us(at).rem_euclid(DAY_US) / HOUR_US).unsigned_abs()
    }

    /// 1 for Monday to 7 for Sunday.
    pub(super) fn weekday(&self, at: Timestamp) -> u64 {
        // 1970-01-01 was a Thursday.
        (self.local_us(at).div_euclid(DAY_US) + 3).rem_euclid(7).unsigned_abs() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::Offsets;
    use crate::Zone;
    use proptest::prelude::*;
    use weir_domain::Timestamp;

    proptest! {
        #[test]
        fn they_agree_with_the_time_zone_database(
            us in 1_500_000_000_000_000..1_900_000_000_000_000_i64,
            zone in prop::sample::select(vec!["UTC", "Europe/Tallinn", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]),
        ) {
            let zone = Zone::named(zone).unwrap();
            let at = Timestamp::from_micros;
            let offsets = Offsets::between(&zone, at(1_500_000_000_000_000), at(1_900_000_000_000_000));
            let want = jiff::Timestamp::from_microsecond(us).unwrap().to_zoned(zone.rules().clone());
            prop_assert_eq!(offsets.hour(at(us)), want.hour() as u64);
            prop_assert_eq!(offsets.weekday(at(us)), want.weekday().to_monday_one_offset() as u64);
        }
    }
}
