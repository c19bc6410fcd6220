//! The sentences. Every output says the same ones.

use super::number::{count, counted, duration, instant, interval, percent, too_few};
use super::rows::screens;
use super::text::short_name;
use super::{Before, verdict};
use crate::{Bucket, Dimension, Report, Verdict};

/// A piece of a sentence. A name is set apart, because it came from outside and may be written
/// in another direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Plain(String),
    Name(String),
}

/// The answer, as a product manager could paste it into a message.
pub(crate) fn answer(report: &Report) -> Vec<Piece> {
    let totals = &report.totals;
    let plain = |text: String| Piece::Plain(text);
    let mut said = match submitted(report) {
        Err(said) => return vec![plain(said)],
        Ok(said) => said,
    };
    if 0 < totals.open() {
        let verb = if totals.open() == 1 { "is" } else { "are" };
        said.push_str(&format!(" {} {verb} still open.", count(totals.open())));
    }
    let screens = screens(report);
    let Some(worst) = screens.named.first() else {
        return vec![plain(said + " No screen was left.")];
    };
    let mut pieces = vec![
        plain(said + " The costliest screen is "),
        Piece::Name(worst.name.clone()),
        plain(format!(
            ": {} left there, {} of all.",
            count(worst.abandoned()),
            percent(worst.rate())
        )),
    ];
    if worst.abandoned() < totals.stalled {
        pieces.push(plain(format!(
            " More, {}, went silent without a screen.",
            count(totals.stalled)
        )));
    }
    pieces
}

/// The same, held against the period before.
pub(crate) fn answer_since(report: &Report, before: &Before) -> Vec<Piece> {
    let said = match submitted(report) {
        Err(said) => return vec![Piece::Plain(said)],
        Ok(said) => said,
    };
    let (drop_off, name) = (&before.comparison.drop_off, before.name());
    let units = report.query.unit.plural();
    let since = match (drop_off.verdict, verdict::change(drop_off)) {
        (Verdict::TooFew, _) | (_, None) => format!("; the {name} had too few {units} to compare"),
        (_, Some(change)) => {
            let to = if drop_off.value.is_some_and(verdict::is_nothing) { "from" } else { "than" };
            format!(", {change} {to} the {name} ({})", verdict::verdict(drop_off, units))
        }
    };
    let said = format!("{said} Drop-off is {}{since}.", percent(report.totals.drop_off_rate()));
    match screens(report).named.into_iter().next() {
        None => vec![Piece::Plain(said + " No screen was left.")],
        Some(worst) => vec![
            Piece::Plain(said + " The costliest screen is "),
            Piece::Name(short_name(&worst.name)),
            Piece::Plain(".".to_owned()),
        ],
    }
}

/// How many submitted, as a sentence; an error where that is all that can be said.
pub(crate) fn submitted(report: &Report) -> Result<String, String> {
    let totals = &report.totals;
    let units = report.query.unit.plural();
    if totals.started == 0 {
        return Err(format!("No {units} began in this range."));
    }
    let conversion = totals.conversion_rate();
    let said =
        format!("{} of {} submitted", count(totals.submitted), counted(totals.started, units));
    if too_few(conversion) {
        return Err(format!("{said}: too few to judge a rate."));
    }
    Ok(format!("{said} ({}, {}).", percent(conversion), interval(conversion)))
}

/// The pieces as text, names between quotation marks.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Name(name) => format!("“{name}”"),
        })
        .collect()
}

/// Of what and of when the report is: `2026-01-05 00:00 to 2026-02-04 00:00, Europe/Tallinn`.
pub(crate) fn range(report: &Report) -> String {
    let query = &report.query;
    format!(
        "{} to {}, {}",
        instant(query.from, &query.zone),
        instant(query.to, &query.zone),
        query.zone.name()
    )
}

/// The question's other parts: what is counted, as of when, and when silence is a stall.
pub(crate) fn basis(report: &Report) -> String {
    let query = &report.query;
    let window = u64::try_from(query.window_us).unwrap_or(0);
    format!(
        "{} counted as of {}; silent for {} is stalled",
        query.unit.plural(),
        instant(query.as_of, &query.zone),
        duration(window)
    )
}

/// The name of a period, for "drop-off by day".
pub(crate) const fn bucket_word(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Hour => "hour",
        Bucket::Day => "day",
        Bucket::Week => "week",
        Bucket::Month => "month",
    }
}

/// A dimension in words, for "by hour of the day".
pub(crate) const fn dimension_word(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Integration => "integration",
        Dimension::Feature => "feature",
        Dimension::Outcome => "outcome",
        Dimension::Attempts => "number of attempts",
        Dimension::Weekday => "weekday",
        Dimension::Hour => "hour of the day",
    }
}

/// What each figure of the data quality is, and what it means for the reader.
pub(crate) fn quality(report: &Report) -> Vec<(&'static str, u64, &'static str)> {
    let quality = &report.data_quality;
    vec![
        ("Deliveries", quality.deliveries, "received in the range"),
        ("Repeats", quality.repeats, "brought nothing new: resends, which change no number"),
        ("Quarantined", quality.quarantined, "could not be read; kept, counted in no other number"),
        ("Unknown codes", quality.unknown_codes, "not known to Weir; the session still counts"),
        (
            "Action mismatches",
            quality.action_mismatches,
            "action and code disagree; the code decides",
        ),
        ("Submitted without a 7002", quality.implied_submitted, "proven by a later event instead"),
        ("Begun without a 7001", quality.missing_started, "known only from later events"),
    ]
}

/// What the figures of the totals mean, beyond the outcomes: name, count, meaning.
pub(crate) fn side_counts(report: &Report) -> [(&'static str, u64, &'static str); 3] {
    let totals = &report.totals;
    [
        ("Recovered", totals.recovered, "cancelled at first, then submitted"),
        ("Left after submitting", totals.left_after_submitting, "counted as submitted"),
        ("Other document chosen", totals.other_document, "asked for another document type"),
    ]
}

#[cfg(test)]
mod tests {
    use super::{answer, plain, range};
    use crate::render::fixture;

    #[track_caller]
    fn check(report: &crate::Report, want: &str) {
        assert_eq!(plain(&answer(report)).replace('\u{a0}', " "), want);
    }

    #[test]
    fn the_answer_can_be_pasted_into_a_message() {
        check(
            &fixture::small(),
            "22 of 40 sessions submitted (55.0 %, 39.8–69.3). 3 are still open. The costliest \
             screen is “Camera access blocked”: 6 left there, 15.0 % of all.",
        );
        check(&fixture::empty(), "No sessions began in this range.");
        check(&fixture::tiny(), "1 of 3 sessions submitted: too few to judge a rate.");
    }

    #[test]
    fn the_range_is_told_in_its_zone() {
        assert_eq!(
            range(&fixture::small()),
            "2026-01-05 00:00 to 2026-01-08 00:00, Europe/Tallinn"
        );
    }
}
