//! The period before: what a report is held against, and what it is called.

use jiff::civil::{DateTime, Time};
use weir_domain::{Catalogue, Timestamp};

use crate::{Comparison, Query, Report, Zone, comparison};

/// The report of the period before, and how the one at hand differs from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// Of [`Query::previous`].
    pub report: Report,
    /// From the period before to the one at hand.
    pub comparison: Comparison,
}

impl Before {
    /// `report` held against the one of the period before it.
    #[must_use]
    pub fn of(report: &Report, before: Report, catalogue: &Catalogue) -> Before {
        Before { comparison: comparison(&before, report, catalogue), report: before }
    }

    /// What the period is called: `30 days before`, `month before`.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.report.query).unwrap_or_else(|| "period before".to_owned())
    }
}

/// None where no round length of time fits.
fn name(query: &Query) -> Option<String> {
    const HOUR_US: i64 = 3_600_000_000;
    let (from, to) = (local(query.from, &query.zone)?, local(query.to, &query.zone)?);
    let several = |n: i64, word: &str| match n {
        1 => format!("{word} before"),
        _ => format!("{n} {word}s before"),
    };
    if is_month(from) && is_month(to) {
        let years = i64::from(to.year()) - i64::from(from.year());
        let months = 12 * years + i64::from(to.month()) - i64::from(from.month());
        return (0 < months).then(|| several(months, "month"));
    }
    if from.time() == to.time() {
        let days = i64::from(from.date().until(to.date()).ok()?.get_days());
        // A day that began in its middle is no day of the calendar.
        let is_day = from.time() == Time::midnight() || 1 < days;
        return Some(if is_day { several(days, "day") } else { "24 hours before".to_owned() });
    }
    let length_us = query.to.since_us(query.from);
    let hours = length_us / HOUR_US;
    (0 < hours && length_us % HOUR_US == 0).then(|| several(hours, "hour"))
}

fn is_month(at: DateTime) -> bool {
    at.day() == 1 && at.time() == Time::midnight()
}

/// The local time.
fn local(at: Timestamp, zone: &Zone) -> Option<DateTime> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned(zone.rules().clone()).datetime())
}

#[cfg(test)]
mod tests {
    use crate::Asked;

    #[track_caller]
    fn check(from: &str, to: &str, tz: &str, want: &str) {
        let [from, to, tz] = [from, to, tz].map(|text| Some(text.to_owned()));
        let asked = Asked { from, to, tz, ..Asked::default() };
        let query = asked.query("2026-03-31T12:34:56.789Z".parse().unwrap()).unwrap();
        let name = super::name(&query.previous());
        assert_eq!(name.unwrap_or_else(|| "period before".to_owned()), want);
    }

    #[test]
    fn the_period_before_is_called_by_its_length() {
        check("-30d", "now", "UTC", "30 days before");
        check("-24h", "now", "UTC", "24 hours before");
        check("-6h", "now", "UTC", "6 hours before");
        check("2026-03-30", "2026-03-31", "Europe/Tallinn", "day before");
        check("2026-03-01", "2026-03-08", "Europe/Tallinn", "7 days before");
        check("2026-02-01", "2026-03-01", "Europe/Tallinn", "month before");
        check("2025-10-01", "2026-01-01", "UTC", "3 months before");
        // Until noon of the last day.
        check("2026-03-01", "now", "UTC", "period before");
    }
}
