//! What a report or a silence says of what is watched, or why nothing can be said of it.

use weir_domain::{Rate, Timestamp};
use weir_report::render::{counted, duration, instant};
use weir_report::{Alert, Difference, Measure, Report, Silence, SilenceVerdict};

use super::Evidence;

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    /// A rate, and how it differs from the period before where there is one.
    Rate { rate: Rate, change: Option<Difference> },
    /// A count.
    Count(u64),
    /// A silence, or that deliveries come.
    Silence(Silence),
}

/// What is seen of `alert`'s measure.
///
/// # Errors
/// Why it cannot be judged: too young, too few. A clause without a full stop.
pub(super) fn look(alert: &Alert, evidence: &Evidence<'_>) -> Result<Seen, String> {
    match (alert.on, evidence) {
        (Measure::Silence, Evidence::Silence { silence, .. }) => silence_of(*silence),
        (Measure::Silence, Evidence::Report(_)) | (_, Evidence::Silence { .. }) => {
            Err("what was computed is not what is watched".to_owned())
        }
        (_, Evidence::Report(document)) => {
            let report = &document.report;
            is_mature(alert, report)?;
            if alert.on == Measure::Started {
                return Ok(Seen::Count(report.totals.started));
            }
            let rate = rate_of(alert, report);
            enough(alert, rate, report, "in this range")?;
            let change = match (&alert.change, &document.before) {
                (None, _) => None,
                (Some(_), None) => return Err("there is no period before".to_owned()),
                (Some(_), Some(before)) => {
                    let then = rate_of(alert, &before.report);
                    enough(alert, then, report, &format!("in the {}", before.name()))?;
                    Some(Difference::between(then, rate))
                }
            };
            Ok(Seen::Rate { rate, change })
        }
    }
}

fn silence_of(silence: Option<&Silence>) -> Result<Seen, String> {
    let silence = silence.ok_or("no delivery ever came")?;
    match silence.verdict {
        SilenceVerdict::TooLittleHistory => Err(silence.to_string()),
        _ => Ok(Seen::Silence(silence.clone())),
    }
}

/// Whether the range has ended, and its youngest unit is old enough.
fn is_mature(alert: &Alert, report: &Report) -> Result<(), String> {
    let query = &report.query;
    let at = |at: Timestamp| format!("{}, {}", instant(at, &query.zone), query.zone.name());
    if query.as_of < query.to {
        return Err(format!("the range lasts until {}", at(query.to)));
    }
    let matured_us = alert.matured_us().ok_or("`matured` is no length of time")?;
    if query.as_of.since_us(query.to) < matured_us {
        return Err(format!(
            "too young: its youngest {} are to be {} old, which they are from {} on",
            query.unit.plural(),
            duration(matured_us.unsigned_abs()),
            at(query.to.plus_us(matured_us))
        ));
    }
    Ok(())
}

/// The part that is watched, of all that started.
pub(super) fn rate_of(alert: &Alert, report: &Report) -> Rate {
    let totals = &report.totals;
    match (alert.on, &alert.state) {
        (Measure::DropOffRate, Some(state)) => {
            let row = report.by_state.iter().find(|row| row.state.as_ref() == Some(state));
            Rate::new(row.map_or(0, |row| row.abandoned), totals.started)
        }
        (Measure::DropOffRate, None) => totals.drop_off_rate(),
        (Measure::StalledRate, _) => Rate::new(totals.stalled, totals.started),
        (Measure::ConversionRate | Measure::Started | Measure::Silence, _) => {
            totals.conversion_rate()
        }
    }
}

fn enough(alert: &Alert, rate: Rate, report: &Report, place: &str) -> Result<(), String> {
    if rate.whole < alert.minimum.max(1) {
        return Err(format!(
            "too few: {} {place}, and it takes {}",
            counted(rate.whole, report.query.unit.plural()),
            alert.minimum.max(1)
        ));
    }
    Ok(())
}
