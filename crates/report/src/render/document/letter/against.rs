//! What the numbers did since the period before: count, rate and base of both, and what to make of
//! the difference.

use super::super::Document;
use crate::render::number::{instant, percent};
use crate::render::verdict;
use crate::{Difference, Verdict};

use super::figures::base;

/// What the period is held against.
pub(in super::super) struct Against {
    /// `Against the 30 days before`.
    pub(in super::super) title: String,
    /// Of when that is.
    pub(in super::super) about: String,
    /// Each a sentence.
    pub(in super::super) lines: Vec<Line>,
}

/// What one rate did.
pub(in super::super) struct Line {
    /// `Drop-off`.
    pub(in super::super) name: &'static str,
    /// What it did, beginning with a verb.
    pub(in super::super) words: String,
    /// More than chance would explain.
    pub(in super::super) real: bool,
}

pub(super) fn against(document: &Document) -> Option<Against> {
    let before = document.before.as_ref()?;
    let (query, compared) = (&before.report.query, &before.comparison);
    let units = query.unit.plural();
    let line = |name, difference: &Difference| Line {
        name,
        words: went(difference, units),
        real: difference.verdict == Verdict::Real,
    };
    let rates = [
        line("Drop-off", &compared.drop_off),
        line("Conversion", &compared.conversion),
        line("Still open", &compared.open),
    ];
    Some(Against {
        title: format!("Against the {}", before.name()),
        about: format!(
            "{} to {}, judged when it was as old as this period is now.",
            instant(query.from, &query.zone),
            instant(query.to, &query.zone)
        ),
        lines: rates.into(),
    })
}

/// `went from 32.8 % (650 of 1,980 sessions) to 34.9 % (719 of 2,061 sessions), 2.1 points more
/// (0.2 to 4.0), more than chance would explain.`
fn went(difference: &Difference, units: &str) -> String {
    let told = |rate| format!("{} ({})", percent(rate), base(rate, units));
    let mut words = format!("went from {} to {}", told(difference.a), told(difference.b));
    // A change between rates of a few would be read as an answer.
    if difference.verdict != Verdict::TooFew {
        if let Some(change) = verdict::change(difference) {
            words.push_str(&format!(", {change}"));
        }
        if let Some(spread) = verdict::spread(difference) {
            words.push_str(&format!(" ({spread})"));
        }
    }
    format!("{words}, {}.", verdict::verdict(difference, units))
}
