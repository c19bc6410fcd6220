//! A question as people and programs write it: flags, or query parameters of the same names.

use jiff::civil::Date;
use weir_domain::{Timestamp, Unit, WINDOW_DEFAULT_US};

use crate::{Bucket, Dimension, Filters, Query, Zone};

/// A report's question as text. What is left out takes its default: the last 30 days, as of now.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the names are those of the flags
pub struct Asked {
    pub from: Option<String>,
    pub to: Option<String>,
    pub tz: Option<String>,
    pub as_of: Option<String>,
    pub unit: Option<String>,
    pub window: Option<String>,
    pub bucket: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub integration: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feature: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reason: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcome: Vec<String>,
    pub by: Option<String>,
}

/// A value that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskError {
    /// The parameter, as the API calls it.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// What would be right.
    pub want: String,
}

const FROM_DEFAULT: &str = "-30d";
const TO_DEFAULT: &str = "now";
const WINDOW_DAYS_MAX: i64 = 3_660;

impl AskError {
    pub(crate) fn new(name: &'static str, value: &str, want: impl Into<String>) -> AskError {
        let value = value.chars().take(80).flat_map(char::escape_debug).collect();
        AskError { name, value, want: want.into() }
    }

    /// The sentence for a command line.
    #[must_use]
    pub fn as_flag(&self) -> String {
        format!("--{} is `{}`: {}", self.name.replace('_', "-"), self.value, self.want)
    }

    /// The sentence for a page or an API.
    #[must_use]
    pub fn as_parameter(&self) -> String {
        format!("`{}` is `{}`: {}", self.name, self.value, self.want)
    }
}

impl Asked {
    /// The question with every default filled in, as of `now`.
    ///
    /// # Errors
    /// If a value cannot be taken; the error names it and what would be right.
    pub fn query(&self, now: Timestamp) -> Result<Query, AskError> {
        let zone = self.zone()?;
        let at = |name, text: &Option<String>, default| {
            instant(name, text.as_deref().unwrap_or(default), &zone, now)
        };
        let from = at("from", &self.from, FROM_DEFAULT)?;
        let to = at("to", &self.to, TO_DEFAULT)?;
        let as_of = at("as_of", &self.as_of, "now")?;
        if to <= from {
            let given = self.from.as_deref().unwrap_or(FROM_DEFAULT);
            let want =
                format!("that is {from}, and must lie before the range's end, which is {to}");
            return Err(AskError::new("from", given, want));
        }
        Ok(Query {
            from,
            to,
            as_of,
            unit: choice("unit", self.unit.as_deref(), &Unit::ALL.map(Unit::name))?,
            window_us: window(self.window.as_deref())?,
            bucket: choice("bucket", self.bucket.as_deref(), &Bucket::ALL.map(Bucket::name))?,
            filters: self.filters()?,
            by: match self.by.as_deref().filter(|by| !by.is_empty()) {
                None => None,
                Some(by) => Some(choose("by", by, &Dimension::ALL.map(Dimension::name))?),
            },
            zone,
        })
    }

    /// The zone in which its days begin.
    pub(crate) fn zone(&self) -> Result<Zone, AskError> {
        zone(self.tz.as_deref().unwrap_or("UTC"))
    }

    fn filters(&self) -> Result<Filters, AskError> {
        const OUTCOMES: [&str; 6] =
            ["submitted", "cancelled", "lost_in_handover", "stalled", "handed_over", "in_progress"];
        let outcome: Vec<_> = self
            .outcome
            .iter()
            .map(|outcome| choose("outcome", outcome, &OUTCOMES))
            .collect::<Result<_, _>>()?;
        Ok(Filters {
            integration: sorted(self.integration.clone()),
            feature: sorted(or_none(&self.feature)),
            state: sorted(or_none(&self.state)),
            reason: sorted(or_none(&self.reason)),
            outcome: sorted(outcome),
        })
    }
}

/// An empty text stands for the absent value.
fn or_none(values: &[String]) -> Vec<Option<String>> {
    values.iter().map(|value| (!value.is_empty()).then(|| value.clone())).collect()
}

/// Sorted and without doubles, so that the same question always reads the same.
fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values.dedup();
    values
}

fn choice<T: Default + std::str::FromStr>(
    name: &'static str,
    value: Option<&str>,
    names: &[&str],
) -> Result<T, AskError> {
    value.map_or_else(|| Ok(T::default()), |value| choose(name, value, names))
}

fn choose<T: std::str::FromStr>(
    name: &'static str,
    value: &str,
    names: &[&str],
) -> Result<T, AskError> {
    value
        .parse()
        .map_err(|_| AskError::new(name, value, format!("it must be one of {}", names.join(", "))))
}

fn zone(name: &str) -> Result<Zone, AskError> {
    let want = "it must be the name of an IANA time zone, such as Europe/Tallinn or UTC";
    Zone::named(name).ok_or_else(|| AskError::new("tz", name, want))
}

/// RFC 3339, a date (its first instant in the zone), `now`, or relative to now such as `-30d`.
fn instant(
    name: &'static str,
    text: &str,
    zone: &Zone,
    now: Timestamp,
) -> Result<Timestamp, AskError> {
    let want = "it must be RFC 3339 (2026-01-05T09:00:00Z), a date (2026-01-05), `now`, \
                or relative to now (-30d, -12h)";
    let wrong = || AskError::new(name, text, want);
    if text == "now" {
        return Ok(now);
    }
    if let Some(past) = text.strip_prefix('-') {
        return duration_us(past).map(|us| now.plus_us(-us)).ok_or_else(wrong);
    }
    // A plus sign of an offset is a space where a query was not escaped.
    if let Ok(at) = text.replace(' ', "+").parse() {
        return Ok(at);
    }
    let date: Date = text.parse().map_err(|_| wrong())?;
    if text.len() != "2026-01-05".len() {
        return Err(wrong());
    }
    date.to_zoned(zone.rules().clone())
        .and_then(|at| at.start_of_day())
        .map(|at| Timestamp::from_micros(at.timestamp().as_microsecond()))
        .map_err(|_| wrong())
}

fn window(text: Option<&str>) -> Result<i64, AskError> {
    let Some(text) = text else { return Ok(WINDOW_DEFAULT_US) };
    duration_us(text).filter(|&us| us <= WINDOW_DAYS_MAX * DAY_US).ok_or_else(|| {
        let want = format!("it must be a length such as 7d, 36h or 90m, up to {WINDOW_DAYS_MAX}d");
        AskError::new("window", text, want)
    })
}

const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 24 * 3_600 * SECOND_US;

/// `7d`, `36h`, `90m`, `45s` or `2w`, in microseconds. A day is 24 hours.
pub(crate) fn duration_us(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit_us = match unit {
        's' => SECOND_US,
        'm' => 60 * SECOND_US,
        'h' => 3_600 * SECOND_US,
        'd' => DAY_US,
        'w' => 7 * DAY_US,
        _ => return None,
    };
    // Further back than the calendar reaches is as good as its beginning is far.
    digits.parse::<i64>().ok()?.checked_mul(unit_us).filter(|us| *us <= 100_000 * DAY_US)
}

#[cfg(test)]
mod tests {
    use super::Asked;

    const NOW: &str = "2026-03-31T12:00:00Z";

    fn asked(parameters: &[(&str, &str)]) -> Asked {
        let mut asked = Asked::default();
        for &(name, value) in parameters {
            let value = value.to_owned();
            match name {
                "from" => asked.from = Some(value),
                "to" => asked.to = Some(value),
                "tz" => asked.tz = Some(value),
                "unit" => asked.unit = Some(value),
                "window" => asked.window = Some(value),
                "outcome" => asked.outcome.push(value),
                "state" => asked.state.push(value),
                other => panic!("{other}"),
            }
        }
        asked
    }

    #[track_caller]
    fn check(parameters: &[(&str, &str)], want: &str) {
        let got = match asked(parameters).query(NOW.parse().unwrap()) {
            Ok(query) => format!("{} to {}", query.from, query.to),
            Err(error) => error.as_flag(),
        };
        assert_eq!(got, want);
    }

    #[test]
    fn the_default_is_the_last_thirty_days() {
        check(&[], "2026-03-01T12:00:00Z to 2026-03-31T12:00:00Z");
    }

    #[test]
    fn a_date_is_midnight_in_the_zone() {
        check(
            &[("from", "2026-03-29"), ("to", "2026-03-30"), ("tz", "Europe/Tallinn")],
            "2026-03-28T22:00:00Z to 2026-03-29T21:00:00Z",
        );
    }

    #[test]
    fn an_instant_may_carry_any_offset() {
        check(
            &[("from", "2026-03-29T00:00:00+02:00"), ("to", "-1h")],
            "2026-03-28T22:00:00Z to 2026-03-31T11:00:00Z",
        );
    }

    #[test]
    fn a_bad_value_names_the_flag_the_value_and_what_would_be_right() {
        let instant = "it must be RFC 3339 (2026-01-05T09:00:00Z), a date (2026-01-05), `now`, or \
                       relative to now (-30d, -12h)";
        check(&[("from", "yesterday")], &format!("--from is `yesterday`: {instant}"));
        check(&[("from", "2026-02-30")], &format!("--from is `2026-02-30`: {instant}"));
        check(&[("from", "-99999999999d")], &format!("--from is `-99999999999d`: {instant}"));
        check(
            &[("tz", "Mars/Base")],
            "--tz is `Mars/Base`: it must be the name of an IANA time zone, such as Europe/Tallinn or UTC",
        );
        check(
            &[("unit", "people")],
            "--unit is `people`: it must be one of session, attempt, end_user",
        );
        check(
            &[("window", "7")],
            "--window is `7`: it must be a length such as 7d, 36h or 90m, up to 3660d",
        );
        check(
            &[("outcome", "left")],
            "--outcome is `left`: it must be one of submitted, cancelled, lost_in_handover, stalled, \
             handed_over, in_progress",
        );
        check(
            &[("from", "now"), ("to", "-1d")],
            "--from is `now`: that is 2026-03-31T12:00:00Z, and must lie before the range's end, which \
             is 2026-03-30T12:00:00Z",
        );
    }

    #[test]
    fn filters_are_sorted_and_an_empty_one_stands_for_none() {
        let query = asked(&[("state", "b"), ("state", ""), ("state", "a"), ("state", "b")])
            .query(NOW.parse().unwrap())
            .unwrap();
        assert_eq!(query.filters.state, [None, Some("a".into()), Some("b".into())]);
    }
}
