//! The three numbers, each with its count, its base and its interval.

use weir_domain::Rate;

use super::super::Document;
use crate::render::number::{count, counted, interval, percent, too_few};
use crate::render::verdict;
use crate::{Difference, Verdict};

/// A number in large type.
pub(in super::super) struct Figure {
    pub(in super::super) name: &'static str,
    pub(in super::super) value: String,
    /// `719 of 2,061 sessions`.
    pub(in super::super) base: String,
    /// `95 %: 32.9–37.0 %`, or that there are too few.
    pub(in super::super) spread: String,
    /// `2.1 points more`, where there is enough to say so.
    pub(in super::super) change: Option<String>,
    /// Too few to judge.
    pub(in super::super) few: bool,
}

pub(in super::super) fn figures(document: &Document) -> Vec<Figure> {
    let totals = &document.report.totals;
    let compared = document.before.as_ref().map(|before| &before.comparison);
    let open = Rate::new(totals.open(), totals.started);
    [
        ("Drop-off", totals.drop_off_rate(), compared.map(|it| &it.drop_off)),
        ("Conversion", totals.conversion_rate(), compared.map(|it| &it.conversion)),
        ("Still open", open, compared.map(|it| &it.open)),
    ]
    .into_iter()
    .map(|(name, rate, since)| figure(document, name, rate, since))
    .collect()
}

fn figure(
    document: &Document,
    name: &'static str,
    rate: Rate,
    since: Option<&Difference>,
) -> Figure {
    let few = too_few(rate);
    let judged = since.filter(|since| since.verdict != Verdict::TooFew);
    Figure {
        name,
        value: percent(rate),
        base: base(rate, document.report.query.unit.plural()),
        spread: if few {
            "too few to judge".to_owned()
        } else {
            format!("95 %: {} %", interval(rate))
        },
        change: judged.and_then(verdict::change),
        few,
    }
}

/// `719 of 2,061 sessions`.
pub(super) fn base(rate: Rate, units: &str) -> String {
    format!("{} of {}", count(rate.part), counted(rate.whole, units))
}
