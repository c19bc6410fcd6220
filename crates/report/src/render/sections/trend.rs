//! The drop-off over time.

use maud::{Markup, html};
use weir_domain::OutcomeKind;

use super::figure::Figure;
use super::leave::rate_cells;
use super::linked;
use crate::Report;
use crate::render::chart::{Size, points_max, trend};
use crate::render::links::{ABANDONED, Links, OPEN, SUBMITTED};
use crate::render::number::count;
use crate::render::periods::{Period, periods, step_words, trend_chart};
use crate::render::words::bucket_word;

/// Six weeks by the day; a quarter is read by the week.
const TABLE_ROWS_MAX: usize = 45;

/// The section; nothing where the range has no bucket.
pub(super) fn trend_section(report: &Report, links: &dyn Links) -> Markup {
    if report.trend.is_empty() {
        return html! {};
    }
    let title = format!("Drop-off by {}", bucket_word(report.query.bucket));
    let (shown, joined) = periods(report, points_max(Size::Wide));
    let young = shown.iter().any(|period| period.is_provisional(report.query.as_of));
    let figure = Figure {
        id: "trend",
        title: &title,
        about: html! {
            "The part that dropped off, by when they began (" (report.query.zone.name())
            "), with its 95 % interval as a band; beneath it how many began."
            @if 1 < joined { " Each point is " (step_words(report, joined)) "." }
            @if young {
                " Where some are " span.chip.c-open { "still open" }
                " the line is dashed and the band pale: the rate there will rise."
            }
        },
        table: table(report, links),
    };
    figure.show(|size| trend(&trend_chart(report, links, size), size))
}

/// A count that leads to its units; nothing has none behind it.
fn number(period: &Period, n: u64, outcomes: &[OutcomeKind], links: &dyn Links) -> Markup {
    let href = if n == 0 { None } else { period.units(outcomes, links) };
    html! { td.num { (linked(&count(n), href)) } }
}

fn table(report: &Report, links: &dyn Links) -> Markup {
    let (periods, joined) = periods(report, TABLE_ROWS_MAX);
    html! {
        table {
            thead { tr {
                th scope="col" { "Began" }
                th.num scope="col" { "Started" }
                th.num scope="col" { "Submitted" }
                th.num scope="col" { "Still open" }
                th.num scope="col" { "Dropped off" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "95 % interval" }
            } }
            tbody {
                @for period in &periods {
                    tr {
                        th.nowrap scope="row" {
                            (period.name())
                            @if period.is_provisional(report.query.as_of) {
                                " " span.chip.c-open title="the rate there will rise" { "provisional" }
                            }
                        }
                        (number(period, period.totals.started, &[], links))
                        (number(period, period.totals.submitted, SUBMITTED, links))
                        (number(period, period.totals.open(), OPEN, links))
                        (number(period, period.totals.abandoned(), ABANDONED, links))
                        (rate_cells((0 < period.totals.started).then(|| period.totals.drop_off_rate())))
                    }
                }
            }
        }
        @if 1 < joined {
            p.soft {
                "Each row is " (step_words(report, joined)) "; every "
                (bucket_word(report.query.bucket)) " by itself is in the CSV file."
            }
        }
    }
}
