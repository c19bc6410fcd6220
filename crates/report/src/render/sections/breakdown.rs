//! The cohort by one more dimension.

use maud::{Markup, html};
use weir_domain::OutcomeKind;

use super::figure::Figure;
use super::leave::rate_cells;
use super::{linked, name};
use crate::render::chart::{BARS_MAX, Bar, Bars, Ink, Part, bars};
use crate::render::links::{ABANDONED, Behind, Links, OPEN, SUBMITTED};
use crate::render::number::{count, interval, percent, too_few};
use crate::render::rows::breakdown_name;
use crate::render::words::dimension_word;
use crate::{BreakdownRow, BreakdownValue, Dimension, Report};

const TABLE_ROWS_MAX: usize = 500;

/// The section; nothing where no breakdown was asked for.
pub(super) fn breakdown_section(report: &Report, links: &dyn Links) -> Markup {
    let (Some(rows), Some(by)) = (&report.breakdown, report.query.by) else {
        return html! {};
    };
    let title = format!("By {}", dimension_word(by));
    let shown = shown(by, rows);
    let chart = breakdown_chart(by, rows, links);
    let figure = Figure {
        id: "breakdown",
        title: &title,
        about: html! {
            "The part of those started that dropped off, in each group, in its outcomes; "
            "the whisker is the 95 % interval."
            @if shown < rows.len() {
                " And " (count((rows.len() - shown) as u64)) " more in the table."
            }
        },
        table: table(by, rows, links),
    };
    figure.show(|size| bars(&chart, size))
}

/// How many groups have a bar.
fn shown(by: Dimension, rows: &[BreakdownRow]) -> usize {
    // Hours have a place in the day: to fold some away would break the row of them.
    if by == Dimension::Hour { rows.len() } else { rows.len().min(BARS_MAX) }
}

/// The bars of the groups.
pub(in crate::render) fn breakdown_chart(
    by: Dimension,
    rows: &[BreakdownRow],
    links: &dyn Links,
) -> Bars {
    let shown = rows.iter().take(shown(by, rows));
    Bars { groups: vec![shown.map(|row| bar(by, row, links)).collect()], ..Bars::default() }
}

fn bar(by: Dimension, row: &BreakdownRow, links: &dyn Links) -> Bar {
    let totals = &row.totals;
    let rate = totals.drop_off_rate();
    let part = |n: u64, ink| Part {
        value: weir_domain::Rate::new(n, totals.started).value().unwrap_or(0.0),
        ink,
    };
    let few = if too_few(rate) { " · too few to judge" } else { "" };
    Bar {
        name: breakdown_name(by, &row.value),
        parts: vec![
            part(totals.cancelled, Ink::Cancelled),
            part(totals.lost_in_handover, Ink::Lost),
            part(totals.stalled, Ink::Stalled),
        ],
        interval: rate.interval().map(|interval| (interval.low, interval.high)),
        count: percent(rate),
        rate: format!("{} of {}{few}", count(rate.part), count(rate.whole)),
        faint: too_few(rate),
        tip: vec![format!("95 % interval {} %", interval(rate))],
        href: units(by, row, rate.part, ABANDONED, links),
        ..Bar::default()
    }
}

/// The row's units that came to one of these ends, any where none is named.
fn units(
    by: Dimension,
    row: &BreakdownRow,
    n: u64,
    outcomes: &[OutcomeKind],
    links: &dyn Links,
) -> Option<String> {
    let mut behind = Behind { outcomes, ..Behind::default() };
    let own: Option<OutcomeKind>;
    match (by, &row.value) {
        (Dimension::Integration, BreakdownValue::Text(name)) => behind.integration = Some(name),
        (Dimension::Feature, BreakdownValue::Text(name)) => behind.feature = Some(Some(name)),
        (Dimension::Feature, BreakdownValue::None) => behind.feature = Some(None),
        (Dimension::Attempts, BreakdownValue::Number(n)) => behind.narrow.attempts = Some(*n),
        (Dimension::Weekday, BreakdownValue::Number(n)) => {
            behind.narrow.weekday = Some(u8::try_from(*n).ok()?);
        }
        (Dimension::Hour, BreakdownValue::Number(n)) => {
            behind.narrow.hour = Some(u8::try_from(*n).ok()?);
        }
        (Dimension::Outcome, BreakdownValue::Text(name)) => {
            own = Some(name.parse().ok()?);
            behind.outcomes = own.as_slice();
        }
        _ => return None,
    }
    links.units(&behind).filter(|_| 0 < n)
}

fn table(by: Dimension, rows: &[BreakdownRow], links: &dyn Links) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (dimension_word(by)) }
                th.num scope="col" { "Started" }
                th.num scope="col" { "Submitted" }
                th.num scope="col" { "Conversion" }
                th.num scope="col" { "95 % interval" }
                th.num scope="col" { "Dropped off" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "95 % interval" }
                th.num scope="col" { "Still open" }
            } }
            tbody {
                @for row in rows.iter().take(TABLE_ROWS_MAX) {
                    @let totals = &row.totals;
                    @let to = |n, outcomes| linked(&count(n), units(by, row, n, outcomes, links));
                    tr {
                        th scope="row" { (name(&breakdown_name(by, &row.value))) }
                        td.num { (to(totals.started, &[])) }
                        td.num { (to(totals.submitted, SUBMITTED)) }
                        (rate_cells(Some(totals.conversion_rate())))
                        td.num { (to(totals.abandoned(), ABANDONED)) }
                        (rate_cells(Some(totals.drop_off_rate())))
                        td.num { (to(totals.open(), OPEN)) }
                    }
                }
            }
        }
    }
}
