//! The drop-off over time.

use maud::{Markup, html};

use super::figure::Figure;
use super::leave::rate_cells;
use crate::Report;
use crate::render::chart::{Size, points_max, trend};
use crate::render::number::count;
use crate::render::periods::{periods, step_words, trend_chart};
use crate::render::words::bucket_word;

/// The section; nothing where the range has no bucket.
pub(super) fn trend_section(report: &Report) -> Markup {
    if report.trend.is_empty() {
        return html! {};
    }
    let title = format!("Drop-off by {}", bucket_word(report.query.bucket));
    let (_, joined) = periods(report, points_max(Size::Wide));
    let open = report.trend.iter().any(|row| 0 < row.totals.open());
    let figure = Figure {
        id: "trend",
        title: &title,
        about: html! {
            "The part that dropped off, by when they began (" (report.query.zone.name())
            "), with its 95 % interval as a band; beneath it how many began."
            @if 1 < joined { " Each point is " (step_words(report, joined)) "." }
            @if open {
                " Where some are " span.chip.c-open { "still open" }
                " the line is dashed: the rate there will rise."
            }
        },
        table: table(report),
    };
    figure.show(|size| trend(&trend_chart(report, size), size))
}

fn table(report: &Report) -> Markup {
    let (periods, joined) = periods(report, points_max(Size::Wide));
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
                        th.nowrap scope="row" { (period.name()) }
                        td.num { (count(period.totals.started)) }
                        td.num { (count(period.totals.submitted)) }
                        td.num { (count(period.totals.open())) }
                        td.num { (count(period.totals.abandoned())) }
                        (rate_cells((0 < period.totals.started).then(|| period.totals.drop_off_rate())))
                    }
                }
            }
        }
        @if 1 < joined {
            p.soft { "Every " (bucket_word(report.query.bucket)) " by itself is in the CSV file." }
        }
    }
}
