//! When something is due: a pattern on the clock on the wall of one zone.
//!
//! The pattern is walked in civil time and each time on the wall becomes one instant, see
//! [`civil`]: one that does not exist is the first instant after the gap, one that comes twice is
//! its first coming, and two that become the same instant are one. So nothing is due twice, and
//! nothing is left out.

mod civil; // from the clock on the wall to an instant
mod error; // what is wrong with a text
mod pattern; // days and times of day
mod zone; // where the wall is

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::Date;
use weir_domain::Timestamp;
use weir_report::Zone;

pub(crate) use civil::first_instant;
pub use error::{WhenError, ZoneUnknown};
pub(crate) use zone::zone;

use pattern::{Pattern, shown};

/// How far ahead is looked. The 29th of February on one day of the week comes each 28 years, and
/// 40 years apart over the end of a century that is no leap year.
const AHEAD_YEARS_MAX: i32 = 41;
const AHEAD_DAYS_MAX: i32 = AHEAD_YEARS_MAX * 366;

/// When something is due: `daily 08:00 Europe/Tallinn`, `0 8 * * MON-FRI Europe/Tallinn`.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    text: String,
    pattern: Pattern,
    zone: Zone,
}

impl When {
    /// Reads a schedule: `hourly ZONE`, `hourly :15 ZONE`, `daily 08:00 ZONE`,
    /// `weekdays 08:00 ZONE`, `weekly monday 08:00 ZONE`, `monthly 1 08:00 ZONE`,
    /// `monthly last 08:00 ZONE`, or the five fields of cron and a zone.
    ///
    /// Where cron's day of the month and day of the week are both restricted, a day that is either
    /// will do, as in Vixie's cron; with a plus sign before the days of the week, it must be both.
    ///
    /// # Errors
    /// If it is none of these, if the zone is missing or not known, or if it never comes.
    pub fn parse(text: &str) -> Result<When, WhenError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let (pattern, name) = divided(&words, &text)?;
        let when = When { pattern: Pattern::read(pattern, &text)?, zone: zone(name)?, text };
        // The calendar repeats after 400 years; any day will do to begin with.
        when.days(Date::constant(2001, 1, 1))
            .next()
            .ok_or_else(|| WhenError::Never { text: shown(&when.text), years: AHEAD_YEARS_MAX })?;
        Ok(when)
    }

    /// The first instant after `at` at which it is due; none only at the end of the calendar.
    #[must_use]
    pub fn after(&self, at: Timestamp) -> Option<Timestamp> {
        let rules = self.zone.rules();
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        let shown_now = rules.to_datetime(at);
        // What is shown at an instant or before it was due at that instant or before it.
        let due = self
            .days(shown_now.date())
            .flat_map(|day| {
                let times = self.pattern.times();
                let passed = times.partition_point(|time| day.to_datetime(*time) <= shown_now);
                times[passed..].iter().map(move |time| day.to_datetime(*time))
            })
            .filter_map(|time| first_instant(time, rules))
            .find(|due| at < *due)?;
        Some(Timestamp::from_micros(due.as_microsecond()))
    }

    /// Each instant after `after` and up to `upto` at which it is due, in order.
    pub fn between(&self, after: Timestamp, upto: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.after(after), |due| self.after(*due))
            .take_while(move |due| *due <= upto)
    }

    /// Where the clock hangs.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// `every Monday at 08:00, Europe/Tallinn`.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("{}, {}", self.pattern.words(), self.zone.name())
    }

    /// The days from `first` on that it is due on, as far ahead as is looked.
    fn days(&self, first: Date) -> impl Iterator<Item = Date> {
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let ahead = usize::try_from(AHEAD_DAYS_MAX).unwrap_or(usize::MAX);
        days.take(ahead).filter(|day| self.pattern.is_on(*day))
    }
}

/// The pattern and the zone.
fn divided<'a>(words: &'a [&'a str], text: &str) -> Result<(&'a [&'a str], &'a str), WhenError> {
    let form = || WhenError::Form { text: shown(text) };
    let parts = match words.first().map(|word| word.to_lowercase()).as_deref() {
        Some("hourly") => 1 + usize::from(words.get(1).is_some_and(|at| at.starts_with(':'))),
        Some("daily" | "weekdays") => 2,
        Some("weekly" | "monthly") => 3,
        Some(_) => 5,
        None => return Err(form()),
    };
    let ends_in_zone = words.last().is_some_and(|word| zone(word).is_ok());
    if words.len() == parts && !ends_in_zone {
        return Err(WhenError::ZoneMissing { text: shown(text) });
    }
    match words.split_last() {
        Some((zone, pattern)) if pattern.len() == parts && may_be_zone(zone) => Ok((pattern, zone)),
        _ => Err(form()),
    }
}

/// A sixth field of cron is none: a schedule has no seconds and no years.
fn may_be_zone(word: &str) -> bool {
    word.starts_with(char::is_alphabetic)
}

/// As it was written.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
