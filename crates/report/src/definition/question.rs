//! The question that a definition asks at an instant.

use weir_domain::Timestamp;

use super::{Definition, Range, range};
use crate::{AskError, Asked, Query, Zone};

impl Definition {
    /// The zone in which its days begin and its range is meant: `ask.tz`, else the zone of its
    /// schedule, else `zone_default`, so that `previous day` is the day before the one on which
    /// it is sent.
    #[must_use]
    pub fn zone_name<'a>(&'a self, zone_default: &'a str) -> &'a str {
        let of_schedule = || {
            let last = self.schedule.as_ref()?.when.split_whitespace().last()?;
            Zone::named(last).map(|_| last)
        };
        self.ask.tz.as_deref().or_else(of_schedule).unwrap_or(zone_default)
    }

    /// What it asks at `at`: its range is relative to this instant, and only what was received up
    /// to it exists, unless `ask.as_of` says otherwise.
    ///
    /// # Errors
    /// If a value cannot be taken; the error names it and what would be right.
    pub fn query(&self, at: Timestamp, zone_default: &str) -> Result<Query, AskError> {
        self.asked(at, zone_default)?.query(at)
    }

    /// The same as text, with its range as instants and its zone by name: what flags can be laid
    /// over.
    ///
    /// # Errors
    /// If its range or its zone cannot be taken; the error names it and what would be right.
    pub fn asked(&self, at: Timestamp, zone_default: &str) -> Result<Asked, AskError> {
        let tz = self.zone_name(zone_default).to_owned();
        let mut asked = Asked { tz: Some(tz), ..self.ask.clone() };
        let Some(words) = &self.range else { return Ok(asked) };
        for (key, given) in [("from", &self.ask.from), ("to", &self.ask.to)] {
            if given.is_some() {
                return Err(AskError::new("range", words, range::both(key)));
            }
        }
        let range: Range =
            words.parse().map_err(|()| AskError::new("range", words, range::WANT))?;
        let zone = asked.zone()?;
        let (from, to) = range.around(at, &zone).ok_or_else(|| {
            AskError::new("range", words, format!("before {at} the calendar has no such range"))
        })?;
        asked.from = Some(from.to_string());
        asked.to = Some(to.to_string());
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::Definition;

    #[track_caller]
    fn check(text: &str, zone_default: &str, want: &str) {
        let definition: Definition = toml::from_str(text).unwrap();
        let got = match definition.query("2026-03-30T05:00:00Z".parse().unwrap(), zone_default) {
            Ok(query) => {
                format!(
                    "{} to {} as of {} in {}",
                    query.from,
                    query.to,
                    query.as_of,
                    query.zone.name()
                )
            }
            Err(error) => error.as_parameter(),
        };
        assert_eq!(got, want);
    }

    #[test]
    fn its_range_is_of_the_zone_that_it_is_sent_in() {
        let in_tallinn = "2026-03-28T22:00:00Z to 2026-03-29T21:00:00Z as of 2026-03-30T05:00:00Z in Europe/Tallinn";
        let words = "title = \"A\"\nrange = \"yesterday\"\n";
        check(&format!("{words}[ask]\ntz = \"Europe/Tallinn\""), "UTC", in_tallinn);
        check(
            &format!("{words}[schedule]\nwhen = \"daily 08:00 Europe/Tallinn\""),
            "UTC",
            in_tallinn,
        );
        check(words, "Europe/Tallinn", in_tallinn);
        check(
            &format!("{words}ask.tz = \"UTC\"\n[schedule]\nwhen = \"daily 08:00 Europe/Tallinn\""),
            "Asia/Tokyo",
            "2026-03-29T00:00:00Z to 2026-03-30T00:00:00Z as of 2026-03-30T05:00:00Z in UTC",
        );
        // The zone is missing there; whoever checks schedules says so.
        check(
            &format!("{words}[schedule]\nwhen = \"daily 08:00\""),
            "UTC",
            "2026-03-29T00:00:00Z to 2026-03-30T00:00:00Z as of 2026-03-30T05:00:00Z in UTC",
        );
    }

    #[test]
    fn without_a_range_it_asks_what_ask_says() {
        check(
            "title = \"A\"\n[ask]\nfrom = \"-2d\"\nto = \"-1d\"\nas_of = \"-12h\"",
            "UTC",
            "2026-03-28T05:00:00Z to 2026-03-29T05:00:00Z as of 2026-03-29T17:00:00Z in UTC",
        );
    }

    #[test]
    fn a_value_that_cannot_be_taken_is_named() {
        check(
            "title = \"A\"\nrange = \"yesterday\"\nask.from = \"-2d\"",
            "UTC",
            "`range` is `yesterday`: both `range` and `ask.from` are given: leave out the one or the other",
        );
        check(
            "title = \"A\"\nrange = \"today\"\nask.tz = \"Mars\"",
            "UTC",
            "`tz` is `Mars`: it must be the name of an IANA time zone, such as Europe/Tallinn or UTC",
        );
        check(
            "title = \"A\"\nrange = \"previous 9999 years\"",
            "UTC",
            "`range` is `previous 9999 years`: before 2026-03-30T05:00:00Z the calendar has no such range",
        );
    }
}
