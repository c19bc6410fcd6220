//! Numbers as they are read: grouped counts, percentages, durations, instants.
//!
//! The space before a unit does not break a line; a terminal gets a plain one (`table`).

use weir_domain::{Rate, Timestamp};

use crate::Zone;

/// Below this many units a rate says more about chance than about the flow.
pub(crate) const JUDGED_MIN: u64 = 30;

/// `1,317`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same for a value that a chart has made a float.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates; counts are whole
pub(crate) fn count_f64(n: f64) -> String {
    count(n.round() as u64)
}

/// `1 session`, `1 delivery`, `1,317 sessions`: for words whose plural ends in `s` or `ies`.
#[must_use]
pub fn counted(n: u64, plural: &str) -> String {
    let word = match (n, plural.strip_suffix("ies"), plural.strip_suffix('s')) {
        (1, Some(stem), _) => format!("{stem}y"),
        (1, None, Some(stem)) => stem.to_owned(),
        _ => plural.to_owned(),
    };
    format!("{} {word}", count(n))
}

/// `63.9 %`; what is there but rounds to nothing is `<0.1 %`; nothing of nothing is `n/a`.
#[must_use]
pub fn percent(rate: Rate) -> String {
    match rate.value() {
        None => "n/a".to_owned(),
        Some(value) if 0.0 < value && value < 0.0005 => "<0.1\u{a0}%".to_owned(),
        // 99.96 % is not all.
        Some(value) if (0.9995..1.0).contains(&value) => ">99.9\u{a0}%".to_owned(),
        Some(value) => format!("{:.1}\u{a0}%", 100.0 * value),
    }
}

/// `61.8–65.9`, in percent; empty where there is no rate.
#[must_use]
pub fn interval(rate: Rate) -> String {
    rate.interval().map_or(String::new(), |interval| {
        format!("{:.1}–{:.1}", 100.0 * interval.low, 100.0 * interval.high)
    })
}

/// Whether a rate rests on too few units.
pub(crate) fn too_few(rate: Rate) -> bool {
    rate.whole < JUDGED_MIN
}

/// `3 min 12 s`: the two largest units, the lesser one left out where it is nothing.
#[must_use]
pub fn duration(us: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    if us < 1_000_000 {
        return format!("{}\u{a0}ms", us / 1_000);
    }
    let seconds = us / 1_000_000;
    for (place, (unit, name)) in UNITS.into_iter().enumerate() {
        if seconds < unit {
            continue;
        }
        let whole = format!("{}\u{a0}{name}", count(seconds / unit));
        let lesser =
            UNITS.get(place + 1).map(|&(unit_2, name_2)| (seconds % unit / unit_2, name_2));
        return match lesser {
            Some((n, name_2)) if n != 0 => format!("{whole} {n}\u{a0}{name_2}"),
            _ => whole,
        };
    }
    "0\u{a0}s".to_owned()
}

/// An instant in the report's zone, to the minute, or to the second where it has one:
/// `2026-01-05 09:14`.
#[must_use]
pub fn instant(at: Timestamp, zone: &Zone) -> String {
    let Ok(instant) = jiff::Timestamp::from_microsecond(at.as_micros()) else {
        return at.to_string();
    };
    let local = instant.to_zoned(zone.rules().clone()).datetime();
    let (date, time) = (local.date(), local.time());
    if time.second() == 0 {
        format!("{date} {:02}:{:02}", time.hour(), time.minute())
    } else {
        format!("{date} {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

/// `1.2 GB`.
#[allow(clippy::cast_precision_loss)] // shown with one digit
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let found = UNITS.into_iter().find(|&(unit, _)| unit <= n);
    found.map_or_else(
        || format!("{n}\u{a0}bytes"),
        |(unit, name)| format!("{:.1}\u{a0}{name}", n as f64 / unit as f64),
    )
}

#[cfg(test)]
mod tests {
    use weir_domain::Rate;

    use super::{count, counted, duration, instant, interval, percent};
    use crate::Zone;

    #[test]
    fn counts_are_grouped_and_agree_with_their_word() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "sessions"), "1 session");
        assert_eq!(counted(2_061, "end-users"), "2,061 end-users");
        assert_eq!(counted(1, "deliveries"), "1 delivery");
    }

    #[test]
    fn a_percentage_never_hides_something_or_claims_all() {
        let check = |part, whole, want: &str| {
            assert_eq!(percent(Rate::new(part, whole)).replace('\u{a0}', " "), want);
        };
        check(1_317, 2_061, "63.9 %");
        check(0, 5, "0.0 %");
        check(1, 100_000, "<0.1 %");
        check(99_999, 100_000, ">99.9 %");
        check(5, 5, "100.0 %");
        check(0, 0, "n/a");
        assert_eq!(interval(Rate::new(1_317, 2_061)), "61.8–65.9");
        assert_eq!(interval(Rate::new(0, 0)), "");
    }

    #[test]
    fn a_duration_says_its_two_largest_units() {
        let check = |seconds: f64, want: &str| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let us = (seconds * 1e6) as u64;
            assert_eq!(duration(us).replace('\u{a0}', " "), want);
        };
        check(0.0, "0 ms");
        check(0.25, "250 ms");
        check(59.9, "59 s");
        check(192.0, "3 min 12 s");
        check(3_600.0, "1 h");
        check(90_061.0, "1 d 1 h");
    }

    #[test]
    fn an_instant_is_told_in_the_zone() {
        let zone = Zone::named("Europe/Tallinn").unwrap();
        let check = |at: &str, want: &str| assert_eq!(instant(at.parse().unwrap(), &zone), want);
        check("2026-01-04T22:00:00Z", "2026-01-05 00:00");
        check("2026-07-05T09:14:02.113Z", "2026-07-05 12:14:02");
        assert_eq!(
            instant(weir_domain::Timestamp::MAX, &zone),
            weir_domain::Timestamp::MAX.to_string()
        );
    }
}
