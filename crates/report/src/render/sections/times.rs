//! How long it took.

use maud::{Markup, html};

use super::figure::Figure;
use crate::render::chart::{Bar, Bars, Ink, Part, bars};
use crate::render::number::{JUDGED_MIN, count, counted, duration};
use crate::{Percentiles, Report};

/// The section; nothing where nobody submitted or cancelled.
pub(super) fn times_section(report: &Report) -> Markup {
    let (submit, abandon) = (&report.time_to_submit, &report.time_to_abandon);
    if submit.p50_us.is_none() && abandon.p50_us.is_none() {
        return html! {};
    }
    let units = report.query.unit.plural();
    let totals = &report.totals;
    let chart = times_chart(report);
    let figure = Figure {
        id: "times",
        title: "How long it took",
        about: html! {
            "From the first sign of a session to its submission (" (counted(totals.submitted, units))
            ") or to its last cancel (" (count(totals.cancelled)) "): half, and where there are "
            "enough, nine of ten and nineteen of twenty were done within this time."
        },
        table: table(submit, abandon),
    };
    figure.show(|size| bars(&chart, size))
}

/// The bars of the percentiles that matter.
pub(in crate::render) fn times_chart(report: &Report) -> Bars {
    let totals = &report.totals;
    Bars {
        groups: vec![
            group("submitted", totals.submitted, &report.time_to_submit, Ink::Submitted),
            group("cancelled", totals.cancelled, &report.time_to_abandon, Ink::Cancelled),
        ],
        ..Bars::default()
    }
}

#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn group(what: &str, units: u64, times: &Percentiles, ink: Ink) -> Vec<Bar> {
    let shown = [("half", times.p50_us), ("9 of 10", times.p90_us), ("19 of 20", times.p95_us)];
    // The far percentiles of a few are one of them; the table has them all the same.
    let kept = if units < JUDGED_MIN { 1 } else { shown.len() };
    let bars = shown.into_iter().take(kept).filter_map(|(part, us)| {
        let us = us?;
        Some(Bar {
            name: format!("{part} {what} within"),
            parts: vec![Part { value: us as f64, ink }],
            count: duration(us),
            ..Bar::default()
        })
    });
    bars.collect()
}

fn table(submit: &Percentiles, abandon: &Percentiles) -> Markup {
    let text = |us: Option<u64>| us.map_or("–".to_owned(), duration);
    html! {
        table {
            thead { tr {
                th scope="col" { "Percentile" }
                th.num scope="col" { "To submit" }
                th.num scope="col" { "To abandon" }
            } }
            tbody {
                @for ((percentile, to_submit), (_, to_abandon)) in
                    submit.named_us().into_iter().zip(abandon.named_us()) {
                    tr {
                        th scope="row" { (percentile) }
                        td.num { (text(to_submit)) }
                        td.num { (text(to_abandon)) }
                    }
                }
            }
        }
    }
}
