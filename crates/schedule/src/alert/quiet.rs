//! Hours of the day in which nobody is told.

use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Time;
use weir_domain::Timestamp;
use weir_report::{Alert, Zone};

use crate::when::first_instant;

/// From one time of day until before another, over midnight where the first is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    until: Time,
}

impl QuietHours {
    /// The alert's; none where it has none, or where they cannot be read.
    pub(super) fn of(alert: &Alert) -> Option<QuietHours> {
        alert.quiet.as_deref()?.parse().ok()
    }

    /// When they end, if `now` lies within them on the clock of `zone`.
    ///
    /// They begin and end at the first instant at which the clock on the wall shows their time or
    /// later, as schedules do.
    #[must_use]
    pub fn end_if_within(self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let rules = zone.rules();
        let now = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?;
        let today = rules.to_datetime(now).date();
        // Those that began yesterday, today, and, where a clock went back over midnight, tomorrow.
        let ends = (-1..=1).filter_map(|days: i64| {
            let day = today.checked_add(days.days()).ok()?;
            let last = if self.until <= self.from { day.tomorrow().ok()? } else { day };
            let begin = first_instant(day.to_datetime(self.from), rules)?;
            let end = first_instant(last.to_datetime(self.until), rules)?;
            (begin <= now && now < end).then_some(end)
        });
        ends.max().map(|end| Timestamp::from_micros(end.as_microsecond()))
    }
}

impl FromStr for QuietHours {
    type Err = ();

    /// `22:00-07:00`.
    fn from_str(text: &str) -> Result<QuietHours, ()> {
        let (from, until) = text.split_once('-').ok_or(())?;
        let hours = QuietHours { from: time(from)?, until: time(until)? };
        // All day long nobody would ever be told.
        if hours.from == hours.until { Err(()) } else { Ok(hours) }
    }
}

/// `7:00`, `07:00`; `24:00` is midnight.
fn time(text: &str) -> Result<Time, ()> {
    let (hour, minute) = text.trim().split_once(':').ok_or(())?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return Err(());
    }
    let (hour, minute): (i8, i8) = (hour.parse().map_err(drop)?, minute.parse().map_err(drop)?);
    let hour = if (hour, minute) == (24, 0) { 0 } else { hour };
    Time::new(hour, minute, 0, 0).map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::QuietHours;
    use weir_report::Zone;

    #[track_caller]
    fn check(quiet: &str, zone: &str, now: &str, want: Option<&str>) {
        let quiet: QuietHours = quiet.parse().unwrap();
        let zone = Zone::named(zone).unwrap();
        let end = quiet.end_if_within(now.parse().unwrap(), &zone);
        assert_eq!(end.map(|end| end.to_string()).as_deref(), want, "{quiet:?} at {now}");
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let night = |now, want| check("22:00-07:00", "Europe/Tallinn", now, want);
        night("2026-01-05T19:59:59Z", None);
        night("2026-01-05T20:00:00Z", Some("2026-01-06T05:00:00Z"));
        night("2026-01-06T04:59:59Z", Some("2026-01-06T05:00:00Z"));
        night("2026-01-06T05:00:00Z", None);
        let noon = |now, want| check("12:00-13:00", "UTC", now, want);
        noon("2026-01-05T11:59:59Z", None);
        noon("2026-01-05T12:30:00Z", Some("2026-01-05T13:00:00Z"));
        noon("2026-01-05T13:00:00Z", None);
        check("20:00-24:00", "UTC", "2026-01-05T23:00:00Z", Some("2026-01-06T00:00:00Z"));
    }

    #[test]
    fn a_changed_clock_ends_them_at_their_time_on_the_wall() {
        // The night of the 29th of March is an hour shorter, that of the 25th of October longer.
        let night = |now, want| check("22:00-07:00", "Europe/Tallinn", now, want);
        night("2026-03-28T23:00:00Z", Some("2026-03-29T04:00:00Z"));
        night("2026-10-25T00:30:00Z", Some("2026-10-25T05:00:00Z"));
        // 03:30 does not exist on the one, and comes twice on the other.
        let short = |now, want| check("03:30-03:45", "Europe/Tallinn", now, want);
        short("2026-03-29T01:00:00Z", None);
        short("2026-10-25T00:30:00Z", Some("2026-10-25T00:45:00Z"));
        short("2026-10-25T01:30:00Z", None);
        check(
            "01:00-03:30",
            "Europe/Tallinn",
            "2026-03-29T00:59:00Z",
            Some("2026-03-29T01:00:00Z"),
        );
    }

    #[test]
    fn what_are_no_hours_is_refused() {
        for text in ["", "22:00", "22-7", "22:00-22:00", "00:00-24:00", "25:00-07:00", "a:00-b:00"]
        {
            assert!(text.parse::<QuietHours>().is_err(), "{text}");
        }
    }
}
