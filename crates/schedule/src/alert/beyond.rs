//! Whether what was seen is beyond what the alert takes.
//!
//! Firing and being over are two thresholds, not one: what lies between them changes nothing. A
//! rate fires where its whole 95 % interval lies beyond the threshold, so that chance does not
//! fire it, and is over where the rate itself is back by the margin. A change fires where its test
//! says so at the alert's level, and is over where it is small again or chance would explain it.

use weir_domain::Rate;
use weir_report::{Against, Alert, Difference, SilenceVerdict};

use super::seen::Seen;

/// What to make of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Worth a message.
    Beyond,
    /// Neither worth one, nor so far back that it is over.
    Between,
    /// Over, if it fired.
    Within,
}

/// From here on chance is said to explain as much, as everywhere else in Weir: a change is not
/// over because its p rose from 0.9 % to 1.1 %.
const CHANCE_LEVEL: f64 = 0.05;

/// What decimal fractions lose as binary ones: 0.28 is within 0.3 by 0.02.
const ROUNDING: f64 = 1e-9;

/// What to make of what was seen: beyond where any condition of the alert is, within where all are.
pub(super) fn verdict(alert: &Alert, seen: &Seen) -> Verdict {
    match seen {
        Seen::Silence(silence) => match silence.verdict {
            SilenceVerdict::VeryUnusual => Verdict::Beyond,
            SilenceVerdict::Unusual | SilenceVerdict::TooLittleHistory => Verdict::Between,
            SilenceVerdict::Usual => Verdict::Within,
        },
        Seen::Count(count) => {
            let count = float(*count);
            threshold(alert, (count, count, count))
        }
        Seen::Rate { rate, change } => {
            let by_threshold = by_threshold(alert, *rate);
            let by_change = alert.change.as_ref().zip(change.as_ref());
            let by_change =
                by_change.map(|(against, change)| changed(against, change, alert.margin));
            let said = |verdict| by_threshold == verdict || by_change == Some(verdict);
            if said(Verdict::Beyond) {
                Verdict::Beyond
            } else if said(Verdict::Between) {
                Verdict::Between
            } else {
                Verdict::Within
            }
        }
    }
}

/// What to make of a rate, by the thresholds alone.
pub(super) fn by_threshold(alert: &Alert, rate: Rate) -> Verdict {
    ends(rate).map_or(Verdict::Within, |ends| threshold(alert, ends))
}

/// The low end, the value and the high end.
fn ends(rate: Rate) -> Option<(f64, f64, f64)> {
    let interval = rate.interval()?;
    Some((interval.low, rate.value()?, interval.high))
}

fn threshold(alert: &Alert, (low, value, high): (f64, f64, f64)) -> Verdict {
    let margin = alert.margin;
    let is_above = alert.above.is_some_and(|above| above < low);
    let is_below = alert.below.is_some_and(|below| high < below);
    let is_back = alert.above.is_none_or(|above| value <= above - margin + ROUNDING)
        && alert.below.is_none_or(|below| below + margin - ROUNDING <= value);
    match (is_above || is_below, is_back) {
        (true, _) => Verdict::Beyond,
        (false, true) => Verdict::Within,
        (false, false) => Verdict::Between,
    }
}

fn changed(against: &Against, change: &Difference, margin: f64) -> Verdict {
    let (Some(p), Some(size)) = (change.p_value, change.value.map(f64::abs)) else {
        // Both have nought or all of a kind: nothing changed.
        return Verdict::Within;
    };
    if p < against.level && against.by - ROUNDING <= size {
        Verdict::Beyond
    } else if size < against.by - margin - ROUNDING || against.level.max(CHANCE_LEVEL) <= p {
        Verdict::Within
    } else {
        Verdict::Between
    }
}

#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
const fn float(count: u64) -> f64 {
    count as f64
}
