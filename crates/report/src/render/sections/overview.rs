//! What matters, at a glance: the sentence, the few numbers, how they went, where they leave.

use maud::{Markup, html};
use weir_domain::Catalogue;

use super::{breakdown, empty, leave, quality, strip, summary, trend};
use crate::Report;
use crate::render::Before;
use crate::render::links::Links;
use crate::render::words::{answer, answer_since};

/// The main content of the dashboard's first page. With the period before, each number says what
/// it did since.
#[must_use]
pub fn overview(
    report: &Report,
    before: Option<&Before>,
    catalogue: &Catalogue,
    links: &dyn Links,
) -> Markup {
    if report.totals.started == 0 {
        return empty(report);
    }
    let pieces = before.map_or_else(|| answer(report), |before| answer_since(report, before));
    html! {
        section #answer .answer {
            (summary::context(report))
            (summary::headline(pieces))
            (strip::strip(report, before, links))
            @if let Some(before) = before.filter(|before| summary::is_judged(report, before)) {
                (summary::against(before, links))
            }
        }
        (trend::trend_section(report, links))
        (leave::costliest_section(report, catalogue, links))
        (breakdown::breakdown_section(report, links))
        (quality::quality_line(report, links))
    }
}
