//! Instants and ranges as they are read, in the view's zone.

use jiff::Zoned;
use jiff::civil::Time;
use weir_domain::Timestamp;
use weir_report::Zone;

/// Ranges that begin here or before have no beginning that anybody meant.
const EVER: &str = "1970-01-01T00:00:00Z";

/// The instant in the zone; none outside the calendar.
fn local(at: Timestamp, zone: &Zone) -> Option<Zoned> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned(zone.rules().clone()))
}

fn written(at: Timestamp, zone: &Zone, format: &str) -> String {
    local(at, zone).map_or_else(|| at.to_string(), |at| at.strftime(format).to_string())
}

/// `2026-01-05 09:14:02`.
pub(super) fn second(at: Timestamp, zone: &Zone) -> String {
    written(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// `09:15:40`, or with its date where that is another than that of `before`.
pub(super) fn second_after(at: Timestamp, before: Timestamp, zone: &Zone) -> String {
    let same_day = date(at, zone) == date(before, zone);
    if same_day { written(at, zone, "%H:%M:%S") } else { second(at, zone) }
}

/// `2026-01-05`.
pub(super) fn date(at: Timestamp, zone: &Zone) -> String {
    written(at, zone, "%Y-%m-%d")
}

/// `Mon 5 Jan 2026 09:14`: an instant that somebody waits for.
pub(super) fn minute(at: Timestamp, zone: &Zone) -> String {
    written(at, zone, "%a %-d %b %Y %H:%M")
}

/// `in 3 d`, `2 h ago`, `now`: by the largest unit, so that it stays true for a while.
pub(super) fn from_now(at: Timestamp, now: Timestamp) -> String {
    const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let seconds = at.since_us(now) / 1_000_000;
    let (unit, name) =
        UNITS.into_iter().find(|(unit, _)| *unit <= seconds.abs()).unwrap_or((60, "min"));
    match seconds / unit {
        0 => "now".to_owned(),
        n if 0 < n => format!("in {n}\u{a0}{name}"),
        n => format!("{}\u{a0}{name} ago", -n),
    }
}

/// `09:14:02.113`.
pub(super) fn millisecond(at: Timestamp, zone: &Zone) -> String {
    written(at, zone, "%H:%M:%S%.3f")
}

/// A range that units began in, in words: `begun 1 to 30 January 2026`.
pub(super) fn begun(from: Timestamp, to: Timestamp, as_of: Timestamp, zone: &Zone) -> String {
    let ever = EVER.parse().is_ok_and(|ever: Timestamp| from <= ever);
    match (local(from, zone), local(to, zone)) {
        _ if ever && as_of <= to => "begun at any time".to_owned(),
        (_, Some(to)) if ever => format!("begun before {}", moment(&to)),
        (Some(from), Some(to)) => days(&from, &to)
            .unwrap_or_else(|| format!("begun {} to {}", moment(&from), moment(&to))),
        _ => format!("begun {from} to {to}"),
    }
}

fn moment(at: &Zoned) -> String {
    at.strftime("%-d %B %Y %H:%M").to_string()
}

/// The words for a range of whole days.
fn days(from: &Zoned, to: &Zoned) -> Option<String> {
    if [from, to].into_iter().any(|at| at.time() != Time::midnight()) {
        return None;
    }
    let (first, last) = (from.date(), to.date().yesterday().ok()?);
    let end = last.strftime("%-d %B %Y");
    let start = match () {
        () if first == last => return Some(format!("begun on {end}")),
        () if first.first_of_month() == last.first_of_month() => first.strftime("%-d"),
        () if first.year() == last.year() => first.strftime("%-d %B"),
        () => first.strftime("%-d %B %Y"),
    };
    Some(format!("begun {start} to {end}"))
}

#[cfg(test)]
mod tests {
    use super::{begun, millisecond, second};
    use weir_report::Zone;

    #[track_caller]
    fn check(from: &str, to: &str, want: &str) {
        let zone = Zone::named("Europe/Tallinn").unwrap();
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(begun(at(from), at(to), at("2026-03-31T12:00:00Z"), &zone), want);
    }

    #[test]
    fn a_range_of_days_is_told_in_days_of_the_zone() {
        check("2025-12-31T22:00:00Z", "2026-01-30T22:00:00Z", "begun 1 to 30 January 2026");
        check("2026-01-05T22:00:00Z", "2026-01-06T22:00:00Z", "begun on 6 January 2026");
        check(
            "2026-01-27T22:00:00Z",
            "2026-02-03T22:00:00Z",
            "begun 28 January to 3 February 2026",
        );
        check(
            "2025-12-27T22:00:00Z",
            "2026-01-03T22:00:00Z",
            "begun 28 December 2025 to 3 January 2026",
        );
    }

    #[test]
    fn any_other_range_is_told_to_the_minute() {
        check(
            "2026-03-01T12:00:00Z",
            "2026-03-31T12:00:00Z",
            "begun 1 March 2026 14:00 to 31 March 2026 15:00",
        );
        check("1970-01-01T00:00:00Z", "2026-03-31T12:00:00Z", "begun at any time");
        check("1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "begun before 1 January 2026 02:00");
    }

    #[test]
    fn an_instant_is_told_in_the_zone() {
        let zone = Zone::named("Europe/Tallinn").unwrap();
        let at = "2026-01-04T22:00:01.002003Z".parse().unwrap();
        assert_eq!(second(at, &zone), "2026-01-05 00:00:01");
        assert_eq!(millisecond(at, &zone), "00:00:01.002");
        let never = weir_domain::Timestamp::MAX;
        assert_eq!(second(never, &zone), never.to_string());
    }
}
