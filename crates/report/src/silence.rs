//! How unusual it is that nothing comes: a silence held against the four weeks before it.
//!
//! It is compared with what came at the same hours of the week (an evening is quiet, a night
//! quieter), and with the longest silences of those weeks. Nothing is assumed of how deliveries
//! are distributed.

use std::collections::VecDeque;
use std::fmt;

use jiff::ToSpan;
use serde::Serialize;
use weir_domain::Timestamp;

use crate::Zone;
use crate::render::{count, duration};

/// How finely times are kept: four weeks of one integration in half a megabyte.
const SLOT_US: i64 = 10_000_000;
const DAY_US: i64 = 86_400_000_000;

/// What a silence is held against.
const WEEKS: i32 = 4;
/// One day more, for weeks in which the clock is changed.
const SLOTS_MAX: i64 = (7 * WEEKS as i64 + 1) * DAY_US / SLOT_US;

/// A shorter silence is nobody's concern, however fast deliveries come.
const SILENCE_US_MIN: i64 = 60_000_000;

/// A window is at most as long as what is compared: a week of silence is compared with whole weeks.
const WINDOW_US_MAX: i64 = 7 * DAY_US;

/// Where so many were to be expected and none came, chance is no explanation: less than one in a
/// hundred even if they came independently of each other.
const EXPECTED_MIN: f64 = 5.0;

// Kept finely enough for the shortest silence that is judged.
const _: () = assert!(SLOT_US * 6 <= SILENCE_US_MIN);

/// When deliveries of one sender came, for as long back as a silence is held against.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    /// The number of the first slot, counted from 1970.
    first_slot: i64,
    /// Deliveries in each slot from there on.
    counts: VecDeque<u16>,
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
}

/// How unusual a silence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too short to matter, or as quiet as it often is at these hours.
    Usual,
    /// Deliveries were to be expected, or no silence was this long.
    Unusual,
    /// Both.
    VeryUnusual,
    /// Not even one week to compare with.
    TooLittleHistory,
}

/// A silence, and what the weeks before it say of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Silence {
    /// The last delivery.
    pub since: Timestamp,
    /// How long it has lasted.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub length_us: i64,
    /// How unusual it is.
    pub verdict: Verdict,
    /// How many weeks it was compared with, up to four.
    pub weeks: u32,
    /// How many deliveries came in a time as long, at the same hours of the week: the mean.
    pub expected: Option<f64>,
    /// In how many of the weeks none came at the same hours.
    pub weeks_silent_too: u32,
    /// How many silences of these weeks were as long.
    pub as_long: u64,
    /// The longest silence of these weeks.
    #[serde(rename = "longest_seconds", serialize_with = "seconds")]
    pub longest_us: i64,
}

#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn seconds<S: serde::Serializer>(us: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*us as f64 / 1e6)
}

const fn slot_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(SLOT_US)
}

impl Rhythm {
    /// Notes a delivery; false if it is older than what is kept. The order does not matter.
    pub fn note(&mut self, at: Timestamp) -> bool {
        self.earliest = Some(self.earliest.map_or(at, |earliest| earliest.min(at)));
        self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        let slot = slot_of(at);
        if self.counts.is_empty() || self.first_slot + SLOTS_MAX * 2 < slot {
            self.counts.clear();
            self.first_slot = slot;
        }
        while slot < self.first_slot && (self.counts.len() as i64) < SLOTS_MAX {
            self.counts.push_front(0);
            self.first_slot -= 1;
        }
        if slot < self.first_slot {
            return false;
        }
        while self.first_slot + self.counts.len() as i64 <= slot {
            self.counts.push_back(0);
        }
        while SLOTS_MAX < self.counts.len() as i64 {
            self.counts.pop_front();
            self.first_slot += 1;
        }
        if let Some(count) = self.at_mut(slot) {
            *count = count.saturating_add(1);
        }
        true
    }

    fn at_mut(&mut self, slot: i64) -> Option<&mut u16> {
        self.counts.get_mut(usize::try_from(slot - self.first_slot).ok()?)
    }

    /// The last delivery.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// How many came from the slot of `from` to before the slot of `to`.
    fn came(&self, from: Timestamp, to: Timestamp) -> u64 {
        let place = |at| usize::try_from(slot_of(at) - self.first_slot).unwrap_or(0);
        let (from, to) = (place(from), place(to).min(self.counts.len()));
        if to <= from { 0 } else { self.counts.range(from..to).map(|&n| u64::from(n)).sum() }
    }

    /// The silence at `now`, judged by the hours of `zone`; none before the first delivery.
    #[must_use]
    pub fn silence(&self, now: Timestamp, zone: &Zone) -> Option<Silence> {
        let (since, earliest) = (self.latest?, self.earliest?);
        let length_us = now.since_us(since).max(0);
        let windows: Vec<u64> = (1..=WEEKS)
            .filter_map(|weeks| weeks_before(since, weeks, zone))
            .filter(|&start| earliest <= start)
            .map(|start| self.came(start, start.plus_us(length_us.clamp(SLOT_US, WINDOW_US_MAX))))
            .collect();
        let (as_long, longest_us) = self.silences(since, length_us);
        let weeks_silent_too = windows.iter().filter(|&&came| came == 0).count();
        let mut silence = Silence {
            since,
            length_us,
            verdict: Verdict::Usual,
            weeks: u32::try_from(windows.len()).unwrap_or(0),
            expected: mean(&windows),
            weeks_silent_too: u32::try_from(weeks_silent_too).unwrap_or(0),
            as_long,
            longest_us,
        };
        silence.verdict = silence.judged();
        Some(silence)
    }

    /// How many silences within the four weeks before `until` lasted `length_us` or longer, and how
    /// long the longest was.
    fn silences(&self, until: Timestamp, length_us: i64) -> (u64, i64) {
        let begin = until.plus_us(-i64::from(7 * WEEKS) * DAY_US);
        let skip = usize::try_from(slot_of(begin) - self.first_slot).unwrap_or(0);
        let (mut as_long, mut longest_us, mut before) = (0, 0, None);
        for (place, _) in self.counts.iter().enumerate().skip(skip).filter(|&(_, &n)| 0 < n) {
            if let Some(before) = before {
                let gap_us = (place - before) as i64 * SLOT_US;
                as_long += u64::from(length_us.max(SLOT_US) <= gap_us);
                longest_us = longest_us.max(gap_us);
            }
            before = Some(place);
        }
        (as_long, longest_us)
    }
}

#[allow(clippy::cast_precision_loss)] // counts of four windows
fn mean(windows: &[u64]) -> Option<f64> {
    (!windows.is_empty()).then(|| windows.iter().sum::<u64>() as f64 / windows.len() as f64)
}

/// The same local time some weeks earlier, also where the clock was changed in between.
fn weeks_before(at: Timestamp, weeks: i32, zone: &Zone) -> Option<Timestamp> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let earlier = at.to_zoned(zone.rules().clone()).checked_sub(weeks.weeks()).ok()?;
    Some(Timestamp::from_micros(earlier.timestamp().as_microsecond()))
}

impl Silence {
    fn judged(&self) -> Verdict {
        let Some(expected) = self.expected else { return Verdict::TooLittleHistory };
        if self.length_us < SILENCE_US_MIN {
            return Verdict::Usual;
        }
        let missed = EXPECTED_MIN <= expected && self.weeks_silent_too == 0;
        match (missed, self.as_long == 0) {
            (true, true) => Verdict::VeryUnusual,
            (true, false) | (false, true) => Verdict::Unusual,
            (false, false) => Verdict::Usual,
        }
    }

    fn weeks_in_words(&self) -> &'static str {
        match self.weeks {
            1 => "the week before",
            2 => "the two weeks before",
            3 => "the three weeks before",
            _ => "the four weeks before",
        }
    }
}

impl Verdict {
    /// In two or three words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Verdict::Usual => "usual at this hour",
            Verdict::Unusual => "unusual",
            Verdict::VeryUnusual => "very unusual",
            Verdict::TooLittleHistory => "too little history to judge",
        }
    }
}

/// The verdict and why, for a page or a message.
impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verdict.words())?;
        let Some(expected) = self.expected else {
            return f.write_str(": it takes a week of deliveries before the last one");
        };
        if self.length_us < SILENCE_US_MIN {
            return Ok(());
        }
        let weeks = self.weeks_in_words();
        if self.as_long == 0 {
            let longest = duration(self.longest_us.unsigned_abs());
            write!(f, ": in {weeks} no silence was this long, the longest took {longest}")?;
        } else {
            let times = if self.as_long == 1 { "time" } else { "times" };
            write!(f, ": in {weeks} it was silent as long {} {times}", count(self.as_long))?;
        }
        write!(f, "; at these hours {} come in that time", about(expected))?;
        Ok(())
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts of deliveries
fn about(expected: f64) -> String {
    if expected < 0.05 {
        "none".to_owned()
    } else if expected < 10.0 {
        format!("{expected:.1} deliveries")
    } else {
        format!("{} deliveries", count(expected.round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use super::{Rhythm, Silence, Verdict};
    use crate::Zone;

    const MINUTE_US: i64 = 60_000_000;
    const HOUR_US: i64 = 60 * MINUTE_US;
    const DAY_US: i64 = 24 * HOUR_US;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Every ten minutes from 08:00 to 19:50 in Tallinn, over `days` days, until `last`.
    fn office_hours(days: i64, last: &str) -> Rhythm {
        let zone = Zone::named("Europe/Tallinn").unwrap();
        let last = at(last);
        let mut rhythm = Rhythm::default();
        let mut time = last.plus_us(-days * DAY_US);
        while time <= last {
            let local = jiff::Timestamp::from_microsecond(time.as_micros())
                .unwrap()
                .to_zoned(zone.rules().clone());
            if (8..20).contains(&local.hour()) {
                rhythm.note(time);
            }
            time = time.plus_us(10 * MINUTE_US);
        }
        rhythm
    }

    #[track_caller]
    fn judge(rhythm: &Rhythm, now: &str) -> Silence {
        rhythm.silence(at(now), &Zone::named("Europe/Tallinn").unwrap()).unwrap()
    }

    #[track_caller]
    fn check(rhythm: &Rhythm, now: &str, verdict: Verdict, words: &str) {
        let silence = judge(rhythm, now);
        assert_eq!(silence.verdict, verdict, "{silence}");
        assert_eq!(silence.to_string().replace('\u{a0}', " "), words);
    }

    // 2026-03-20 is a Friday; Tallinn is two hours ahead of UTC until the 29th.
    #[test]
    fn a_quiet_night_is_usual_and_a_quiet_noon_is_not() {
        check(
            &office_hours(60, "2026-03-20T17:50:00Z"),
            "2026-03-21T05:00:00Z",
            Verdict::Usual,
            "usual at this hour: in the four weeks before it was silent as long 28 times; at these \
             hours 1.0 deliveries come in that time",
        );
        check(
            &office_hours(60, "2026-03-20T10:00:00Z"),
            "2026-03-20T12:00:00Z",
            Verdict::Unusual,
            "unusual: in the four weeks before it was silent as long 28 times; at these hours 12 \
             deliveries come in that time",
        );
        check(
            &office_hours(60, "2026-03-20T10:00:00Z"),
            "2026-03-20T23:00:00Z",
            Verdict::VeryUnusual,
            "very unusual: in the four weeks before no silence was this long, the longest took 12 h \
             10 min; at these hours 48 deliveries come in that time",
        );
    }

    #[test]
    fn under_a_minute_nothing_is_unusual() {
        let mut rhythm = office_hours(60, "2026-03-20T10:00:00Z");
        (0..600).for_each(|n| {
            rhythm.note(at("2026-03-20T10:00:00Z").plus_us(n * 1_000_000));
        });
        check(&rhythm, "2026-03-20T10:10:58Z", Verdict::Usual, "usual at this hour");
    }

    #[test]
    fn the_hours_are_local_also_when_the_clock_was_changed() {
        // The clock goes forward on the 29th: 08:00 in Tallinn is 05:00 in UTC from then on.
        let rhythm = office_hours(60, "2026-03-30T16:50:00Z");
        let silence = judge(&rhythm, "2026-03-31T04:50:00Z");
        assert_eq!((silence.verdict, silence.expected), (Verdict::Usual, Some(1.0)));
    }

    #[test]
    fn a_week_is_needed() {
        let words =
            "too little history to judge: it takes a week of deliveries before the last one";
        let rhythm = office_hours(6, "2026-03-20T10:00:00Z");
        check(&rhythm, "2026-03-20T12:00:00Z", Verdict::TooLittleHistory, words);
        let silence = judge(&office_hours(8, "2026-03-20T10:00:00Z"), "2026-03-20T12:00:00Z");
        assert_eq!((silence.verdict, silence.weeks), (Verdict::Unusual, 1));
        assert!(Rhythm::default().silence(at("2026-03-20T10:00:00Z"), &Zone::utc()).is_none());
    }

    #[test]
    fn a_silence_of_months_is_held_against_the_weeks_before_it() {
        let rhythm = office_hours(60, "2026-03-20T10:00:00Z");
        let silence = judge(&rhythm, "2026-07-01T10:00:00Z");
        assert_eq!((silence.verdict, silence.weeks), (Verdict::VeryUnusual, 4));
        assert_eq!(silence.expected, Some(7.0 * 12.0 * 6.0));
    }

    #[test]
    fn the_order_of_notes_does_not_matter() {
        let last = at("2026-03-20T10:00:00Z");
        let times: Vec<_> = (0..5_000).map(|n| last.plus_us(-n * 7 * MINUTE_US)).collect();
        let (mut forth, mut back) = (Rhythm::default(), Rhythm::default());
        times.iter().rev().for_each(|&time| {
            forth.note(time);
        });
        times.iter().for_each(|&time| {
            back.note(time);
        });
        let now = "2026-03-20T13:00:00Z";
        assert_eq!(judge(&forth, now), judge(&back, now));
        assert!(!back.note(last.plus_us(-40 * DAY_US)));
        assert!(back.note(last.plus_us(-20 * DAY_US)));
    }

    #[test]
    fn what_comes_after_a_long_pause_begins_anew() {
        let mut rhythm = office_hours(60, "2026-03-20T10:00:00Z");
        rhythm.note(at("2027-03-20T10:00:00Z"));
        let silence = judge(&rhythm, "2027-03-20T12:00:00Z");
        assert_eq!((silence.weeks_silent_too, silence.as_long), (4, 0));
        assert_eq!(silence.verdict, Verdict::Unusual);
    }
}
