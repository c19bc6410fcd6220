//! The period before a query's, judged as young as the query's own.
//!
//! A number means little without the one before it, and the two must be comparable:
//!
//! - *The same age.* Sessions that began today are mostly still open. Held against an earlier
//!   period of which all is known by now, each today would look better than each yesterday. So the
//!   earlier period is asked as of the instant at which it was as old as this one is now.
//! - *What has passed of it.* A range that ends in the future has lasted until the instant of
//!   asking; it is compared with as long a time.
//! - *The same hours.* A range that begins at a local midnight moves by whole local days, the
//!   least that bring it wholly before itself: today until noon is compared with yesterday until
//!   noon, not with the night before. Ranges of whole months move by whole months. So summer time
//!   moves no edge off its midnight. All else moves by its own length.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use weir_domain::Timestamp;

use crate::{Query, Zone};

/// How far a range moves back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    Micros(i64),
    Days(i64),
    Months(i64),
}

impl Query {
    /// Until when the range has lasted, as of the instant of asking. Before its first instant
    /// nothing of it has passed: then all of it is meant.
    #[must_use]
    pub fn ended(&self) -> Timestamp {
        if self.from < self.as_of { self.to.min(self.as_of) } else { self.to }
    }

    /// The same question of the period before.
    #[must_use]
    pub fn previous(&self) -> Query {
        let end = self.ended();
        let shift = Shift::of(&self.zone, self.from, end);
        let to = shift.back(&self.zone, end);
        Query {
            from: shift.back(&self.zone, self.from),
            to,
            as_of: to.plus_us(self.as_of.since_us(end)),
            ..self.clone()
        }
    }
}

impl Shift {
    fn of(zone: &Zone, from: Timestamp, end: Timestamp) -> Shift {
        Shift::by_calendar(zone, from, end).unwrap_or(Shift::Micros(end.since_us(from)))
    }

    /// None where the range does not begin at a local midnight.
    fn by_calendar(zone: &Zone, from: Timestamp, end: Timestamp) -> Option<Shift> {
        let (from, end) = (local(zone, from)?, local(zone, end)?);
        let first = midnight(&from)?;
        let last = midnight(&end);
        if let Some(last) = last.filter(|last| (first.day(), last.day()) == (1, 1)) {
            let years = i64::from(last.year()) - i64::from(first.year());
            let months = i64::from(last.month()) - i64::from(first.month());
            return Some(Shift::Months(12 * years + months));
        }
        let days = i64::from(first.until(end.date()).ok()?.get_days());
        Some(Shift::Days(days + i64::from(last.is_none())))
    }

    fn back(self, zone: &Zone, at: Timestamp) -> Timestamp {
        let span = match self {
            // A range that ends before it begins, by all of time: the negative of that is not one.
            Shift::Micros(us) => return at.plus_us(us.saturating_neg()),
            Shift::Days(days) => days.days(),
            Shift::Months(months) => months.months(),
        };
        let earlier = local(zone, at).and_then(|here| {
            let earlier = match midnight(&here) {
                // Midnight may not exist on the day that summer time begins.
                Some(day) => day.checked_sub(span).and_then(|day| first_instant(zone, day)),
                None => here.checked_sub(span),
            };
            earlier.ok()
        });
        // Before the calendar begins there is nothing to be found anyway.
        earlier.map_or(Timestamp::MIN, |at| Timestamp::from_micros(at.timestamp().as_microsecond()))
    }
}

fn local(zone: &Zone, at: Timestamp) -> Option<Zoned> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned(zone.rules().clone()))
}

/// The day of which this is the first instant.
fn midnight(at: &Zoned) -> Option<Date> {
    (at.start_of_day().ok()? == *at).then(|| at.date())
}

fn first_instant(zone: &Zone, day: Date) -> Result<Zoned, jiff::Error> {
    day.to_zoned(zone.rules().clone())?.start_of_day()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use weir_domain::Timestamp;

    use crate::{Asked, Query, Zone};

    /// Asked at noon of 31 March 2026 in UTC, or as of another instant.
    #[track_caller]
    fn check(asked: [&str; 4], want: [&str; 3]) {
        let [from, to, tz, as_of] = asked.map(|text| Some(text.to_owned()));
        let asked = Asked { from, to, tz, as_of, ..Asked::default() };
        let query = asked.query("2026-03-31T12:00:00Z".parse().unwrap()).unwrap();
        let previous = query.previous();
        let got = [previous.from, previous.to, previous.as_of].map(|at| at.to_string());
        assert_eq!(got, want);
    }

    #[test]
    fn a_range_until_now_moves_by_its_length() {
        check(
            ["-7d", "now", "UTC", "now"],
            ["2026-03-17T12:00:00Z", "2026-03-24T12:00:00Z", "2026-03-24T12:00:00Z"],
        );
        check(
            ["-7d", "-1d", "Europe/Tallinn", "now"],
            ["2026-03-18T12:00:00Z", "2026-03-24T12:00:00Z", "2026-03-25T12:00:00Z"],
        );
    }

    #[test]
    fn whole_local_days_move_by_days_whatever_summer_time_does() {
        // Summer time began on the 29th: the days before it are an hour longer in all.
        check(
            ["2026-03-26", "2026-03-30", "Europe/Tallinn", "now"],
            ["2026-03-21T22:00:00Z", "2026-03-25T22:00:00Z", "2026-03-27T13:00:00Z"],
        );
        // In Cairo midnight itself is skipped, on 24 April 2026: the day begins at one.
        check(
            ["2026-04-25", "2026-04-26", "Africa/Cairo", "2026-04-26T00:00:00Z"],
            ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z", "2026-04-25T00:00:00Z"],
        );
    }

    #[test]
    fn whole_months_move_by_months() {
        check(
            ["2026-02-01", "2026-03-01", "UTC", "now"],
            ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-03T12:00:00Z"],
        );
        check(
            ["2025-01-01", "2026-01-01", "UTC", "2026-01-01T00:00:00Z"],
            ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"],
        );
    }

    #[test]
    fn of_a_range_that_ends_in_the_future_what_has_passed_is_compared() {
        // Today until noon, and yesterday until noon.
        check(
            ["2026-03-31", "2026-04-01", "UTC", "now"],
            ["2026-03-30T00:00:00Z", "2026-03-30T12:00:00Z", "2026-03-30T12:00:00Z"],
        );
        // The month so far is 31 days, the last of them not whole.
        check(
            ["2026-03-01", "2026-04-01", "UTC", "now"],
            ["2026-01-29T00:00:00Z", "2026-02-28T12:00:00Z", "2026-02-28T12:00:00Z"],
        );
        check(
            ["2026-05-01", "2026-05-03", "UTC", "now"],
            ["2026-04-29T00:00:00Z", "2026-05-01T00:00:00Z", "2026-03-29T12:00:00Z"],
        );
    }

    /// Days from 2024 to 2028, some of them with a change of offset, and hours within them.
    fn instant() -> impl Strategy<Value = Timestamp> {
        let hours = prop_oneof![Just(0), 0..24_i64];
        (0..1_500_i64, hours, prop::sample::select(vec![0, 0, 1, 2_000_000_017])).prop_map(
            |(day, hour, us)| {
                Timestamp::from_micros(1_704_067_200_000_000 + day * DAY_US + hour * HOUR_US + us)
            },
        )
    }

    const HOUR_US: i64 = 3_600_000_000;
    const DAY_US: i64 = 24 * HOUR_US;

    proptest! {
        #[test]
        fn it_lies_wholly_before_is_as_long_and_as_old(
            (from, to, as_of) in (instant(), instant(), instant()),
            snaps in any::<[bool; 2]>(),
            zone in prop::sample::select(vec!["UTC", "Europe/Tallinn", "Africa/Cairo", "Australia/Lord_Howe"]),
        ) {
            let zone = Zone::named(zone).unwrap();
            // Half of the edges are local midnights.
            let snapped = |at: Timestamp, snap: bool| {
                let day = super::local(&zone, at).unwrap().date();
                let midnight = super::first_instant(&zone, day).unwrap().timestamp().as_microsecond();
                if snap { Timestamp::from_micros(midnight) } else { at }
            };
            let (from, to) = (snapped(from.min(to), snaps[0]), snapped(from.max(to), snaps[1]));
            prop_assume!(from < to);
            let query = Query { from, to, as_of, zone: zone.clone(), ..Asked::default().query(as_of).unwrap() };
            let (previous, ended) = (query.previous(), query.ended());
            prop_assert!(previous.from < previous.to && previous.to <= from);
            prop_assert_eq!(previous.as_of.since_us(previous.to), as_of.since_us(ended));
            let is_midnight = |at| super::midnight(&super::local(&zone, at).unwrap()).is_some();
            let length_us = ended.since_us(from);
            let off_us = previous.to.since_us(previous.from) - length_us;
            if is_midnight(from) {
                prop_assert!(is_midnight(previous.from));
                prop_assert_eq!(is_midnight(ended), is_midnight(previous.to));
                // Months differ by up to three days, and a day by an hour.
                let days = if 27 * DAY_US < length_us { 3 } else { 0 };
                prop_assert!(off_us.abs() <= days * DAY_US + 2 * HOUR_US, "{off_us}");
            } else {
                prop_assert_eq!((off_us, previous.to), (0, from));
            }
        }
    }

    #[test]
    fn before_the_calendar_there_is_nothing() {
        let mut query = Asked::default().query(Timestamp::from_micros(0)).unwrap();
        query.from = Timestamp::from_micros(jiff::Timestamp::MIN.as_microsecond());
        assert!(query.previous().from <= query.from);
    }
}
