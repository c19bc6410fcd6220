//! The answer in a line: `Drop-off 34.9 % last week, up 2.1 points`.

use jiff::civil::{Date, Time, Weekday};
use jiff::{ToSpan, Zoned};
use weir_domain::Timestamp;

use super::super::Document;
use crate::render::number::{count, counted, percent, too_few};
use crate::render::text::safe_text;
use crate::render::verdict;
use crate::{Query, Verdict, Zone};

/// A subject that is longer is cut by those who show it.
const SUBJECT_CHARS_MAX: usize = 150;

/// One line without a character that acts, whatever the names in it say.
pub(super) fn subject(document: &Document) -> String {
    let line = match &document.alarm {
        Some(alarm) => alarm.headline.clone(),
        None => answer(document),
    };
    safe_text(&line.replace('\u{a0}', " "), SUBJECT_CHARS_MAX)
}

fn answer(document: &Document) -> String {
    let (totals, query) = (&document.report.totals, &document.report.query);
    let units = query.unit.plural();
    let when = when(query);
    let rate = totals.drop_off_rate();
    let mut line = if totals.started == 0 {
        format!("No {units} {when}")
    } else if too_few(rate) {
        let whole = counted(totals.started, units);
        format!("{} of {whole} dropped off {when}, too few to judge", count(rate.part))
    } else {
        format!("Drop-off {} {when}{}", percent(rate), change(document))
    };
    // A number of a part of the units must not pass for one of all.
    if !query.filters.is_empty() {
        line.push_str(" \u{b7} ");
        line.push_str(&document.title);
    }
    line
}

/// `, up 2.1 points`; of too few nothing is said.
fn change(document: &Document) -> String {
    let Some(before) = &document.before else { return String::new() };
    let drop_off = &before.comparison.drop_off;
    let doubt = match drop_off.verdict {
        Verdict::TooFew => return String::new(),
        Verdict::Chance => ", which may be chance",
        Verdict::Real => "",
    };
    match drop_off.value {
        None => String::new(),
        Some(value) if verdict::is_nothing(value) => ", as before".to_owned(),
        Some(value) => {
            let way = if value < 0.0 { "down" } else { "up" };
            format!(", {way} {:.1} points{doubt}", (value * 100.0).abs())
        }
    }
}

/// The range as it is said: `last week`, `in March 2026`, `from 2026-01-05 to 2026-02-03`.
pub(super) fn when(query: &Query) -> String {
    let zone = &query.zone;
    let local = [query.from, query.to, query.as_of].map(|at| local(at, zone));
    let [Some(from), Some(to), Some(as_of)] = local else {
        return format!("from {} to {}", query.from, query.to);
    };
    if let Some(words) = whole_days(&from, &to, &as_of) {
        return words;
    }
    let length_us = query.to.since_us(query.from);
    if query.to == query.as_of && length_us % HOUR_US == 0 {
        return match (length_us / HOUR_US, length_us % (24 * HOUR_US)) {
            (1, _) => "in the last hour".to_owned(),
            (hours, 0) if 48 <= hours => format!("in the last {} days", hours / 24),
            (hours, _) => format!("in the last {hours} hours"),
        };
    }
    let minute = |at: &Zoned| at.strftime("%Y-%m-%d %H:%M").to_string();
    format!("from {} to {}", minute(&from), minute(&to))
}

const HOUR_US: i64 = 3_600_000_000;

/// None where the range does not go from a local midnight to one.
fn whole_days(from: &Zoned, to: &Zoned, as_of: &Zoned) -> Option<String> {
    let (first, end) = (midnight(from)?, midnight(to)?);
    let today = as_of.date();
    let last = end.yesterday().ok()?;
    let is_month = first.day() == 1 && first.checked_add(1.month()).ok()? == end;
    if first == last {
        let yesterday = today.yesterday().ok() == Some(first);
        return Some(if yesterday { "yesterday".to_owned() } else { format!("on {first}") });
    }
    if is_month {
        return Some(first.strftime("in %B %Y").to_string());
    }
    if first.month() == 1 && first.day() == 1 && first.checked_add(1.year()).ok()? == end {
        return Some(format!("in {}", first.year()));
    }
    let is_week = first.weekday() == Weekday::Monday && first.checked_add(7.days()).ok()? == end;
    if is_week && end <= today && today < end.checked_add(7.days()).ok()? {
        return Some("last week".to_owned());
    }
    if is_week {
        return Some(format!("in the week of {first}"));
    }
    Some(format!("from {first} to {last}"))
}

fn local(at: Timestamp, zone: &Zone) -> Option<Zoned> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned(zone.rules().clone()))
}

/// The day of which this is the first instant.
fn midnight(at: &Zoned) -> Option<Date> {
    let starts = at.start_of_day().ok()? == *at;
    (starts || at.time() == Time::midnight()).then(|| at.date())
}

#[cfg(test)]
mod tests {
    use super::{subject, when};
    use crate::Asked;
    use crate::render::document::Alarm;
    use crate::render::fixture_document as documents;

    #[track_caller]
    fn check(from: &str, to: &str, want: &str) {
        let [from, to] = [from, to].map(|text| Some(text.to_owned()));
        let tz = Some("Europe/Tallinn".to_owned());
        let asked = Asked { from, to, tz, ..Asked::default() };
        // A Wednesday.
        let query = asked.query("2026-04-01T05:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(when(&query), want);
    }

    #[test]
    fn a_range_is_said_as_people_say_it() {
        check("2026-03-23", "2026-03-30", "last week");
        check("2026-03-16", "2026-03-23", "in the week of 2026-03-16");
        check("2026-03-31", "2026-04-01", "yesterday");
        check("2026-03-30", "2026-03-31", "on 2026-03-30");
        check("2026-03-01", "2026-04-01", "in March 2026");
        check("2025-01-01", "2026-01-01", "in 2025");
        check("2026-03-24", "2026-03-31", "from 2026-03-24 to 2026-03-30");
        check("-30d", "now", "in the last 30 days");
        check("-24h", "now", "in the last 24 hours");
        check("-1h", "now", "in the last hour");
        check(
            "2026-03-30T10:30:00Z",
            "2026-03-31T10:00:00Z",
            "from 2026-03-30 13:30 to 2026-03-31 13:00",
        );
    }

    #[test]
    fn the_subject_is_the_answer() {
        let mut document = documents::full();
        let line = subject(&document);
        assert!(line.starts_with("Drop-off 34.9 % from 2026-01-05 to 2026-02-03"), "{line}");
        document.report.query.filters.integration = vec!["a\r\nBcc: x@example.com".to_owned()];
        document.title = "Only\r\nBcc: x@example.com".to_owned();
        let line = subject(&document);
        assert!(line.ends_with(" · Only\\u{d}\\u{a}Bcc: x@example.com"), "{line}");
        assert_eq!(
            subject(&documents::empty()),
            "No sessions from 2026-01-04 22:00 to 2026-01-11 22:00"
        );
        let line = subject(&documents::tiny());
        assert!(line.starts_with("1 of 3 sessions dropped off from "), "{line}");
    }

    #[test]
    fn an_alerts_subject_is_its_headline_on_one_line() {
        let mut document = documents::full();
        let headline = format!("Drop-off at a\u{202e}b rose\n\tto 3 %{}", "x".repeat(1_000));
        document.alarm = Some(Alarm { over: false, headline, detail: vec![], links: vec![] });
        let line = subject(&document);
        assert!(line.starts_with("Drop-off at a\\u{202e}b rose\\u{a}\\u{9}to 3 %xxx"), "{line}");
        assert!(line.chars().count() <= 170 && !line.chars().any(char::is_control));
    }
}
