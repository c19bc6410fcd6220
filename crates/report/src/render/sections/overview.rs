//! What matters, at a glance: the sentence, the few numbers, how they went, where they leave.

use maud::{Markup, html};
use weir_domain::Catalogue;

use super::{breakdown, empty, leave, quality, strip, summary, trend};
use crate::Report;
use crate::render::Before;
use crate::render::links::{Links, Place};
use crate::render::number::{instant, too_few};
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
            @if let Some(before) = before.filter(|before| is_judged(report, before)) {
                (against(before, links))
            }
        }
        (trend::trend_section(report, links))
        (leave::costliest_section(report, catalogue, links))
        (breakdown::breakdown_section(report, links))
        (quality::quality_line(report, links))
    }
}

/// Whether any number says what it did.
fn is_judged(report: &Report, before: &Before) -> bool {
    !too_few(report.totals.drop_off_rate()) && !too_few(before.report.totals.drop_off_rate())
}

/// What the numbers are held against.
fn against(before: &Before, links: &dyn Links) -> Markup {
    let query = &before.report.query;
    html! {
        p.aside {
            "Each change is from the " (before.name()) ", " (instant(query.from, &query.zone)) " to "
            (instant(query.to, &query.zone)) ", judged when it was as old as this period is now."
            @if let Some(href) = links.place(Place::Compare) {
                " " a href=(href) { "Both side by side" }
            }
        }
    }
}
