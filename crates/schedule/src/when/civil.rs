//! From the clock on the wall to the one instant at which it is meant.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The first instant at which the clock on the wall shows `at` or later.
///
/// So a time that does not exist is the instant after the gap, and one that comes twice is its
/// first coming. Later times on the wall never give earlier instants. None outside the calendar.
pub(crate) fn first_instant(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => instant(at, offset),
        AmbiguousOffset::Fold { before, .. } => instant(at, before),
        AmbiguousOffset::Gap { after, .. } => {
            // With the offset of after the gap, a time within it lies just before the gap.
            let just_before = instant(at, after)?;
            zone.following(just_before)
                .find(|change| at <= change.offset().to_datetime(change.timestamp()))
                .map(|change| change.timestamp())
        }
    }
}

fn instant(at: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check(zone: &str, at: &str, want: &str) {
        let zone = TimeZone::get(zone).unwrap();
        let got = super::first_instant(at.parse().unwrap(), &zone).unwrap();
        assert_eq!(got.to_string(), want);
    }

    #[test]
    fn what_does_not_exist_is_the_first_instant_after() {
        check("Europe/Tallinn", "2026-03-29T02:59", "2026-03-29T00:59:00Z");
        check("Europe/Tallinn", "2026-03-29T03:00", "2026-03-29T01:00:00Z");
        check("Europe/Tallinn", "2026-03-29T03:59", "2026-03-29T01:00:00Z");
        check("Europe/Tallinn", "2026-03-29T04:00", "2026-03-29T01:00:00Z");
        check("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30:00Z");
        check("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00Z");
        check("Pacific/Apia", "2011-12-30T08:00", "2011-12-30T10:00:00Z");
        check("Europe/Tallinn", "2100-03-28T03:30", "2100-03-28T01:00:00Z");
    }

    #[test]
    fn what_comes_twice_is_its_first_coming() {
        check("Europe/Tallinn", "2026-10-25T03:30", "2026-10-25T00:30:00Z");
        check("Europe/Tallinn", "2026-10-25T04:00", "2026-10-25T02:00:00Z");
        check("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z");
        check("America/Sao_Paulo", "2018-02-17T23:30", "2018-02-18T01:30:00Z");
    }
}
