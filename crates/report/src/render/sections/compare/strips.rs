//! The few numbers of both groups, side by side, and how each differs.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::CompareView;
use super::group::period;
use crate::render::links::{ABANDONED, Behind, Links, OPEN};
use crate::render::number::{count, counted, duration, instant, interval, percent, too_few};
use crate::render::sections::exits::linked_unless_none;
use crate::render::sections::{linked, name};
use crate::render::verdict::{change_short, spread_short, verdict_short};
use crate::{Difference, Report, Verdict};

/// Both groups, each under its name.
pub(super) fn strips(view: &CompareView<'_>, names: &[String; 2]) -> Markup {
    html! {
        div.groups {
            (strip("First", view.a, &names[0], view.links_a))
            (strip("Second", view.b, &names[1], view.links_b))
        }
    }
}

fn strip(which: &str, report: &Report, called: &str, links: &dyn Links) -> Markup {
    let totals = &report.totals;
    let query = &report.query;
    let units = query.unit.plural();
    let to = |outcomes| links.units(&Behind { outcomes, ..Behind::default() });
    let drop_off = totals.drop_off_rate();
    let times = &report.time_to_submit;
    html! {
        section.group {
            h2 { (which) ": " (name(called)) }
            p.soft {
                // Where the period tells the groups apart it is the name already.
                @let period = period(query);
                @if called != period { (period) ", " }
                (query.zone.name()) ", as of " (instant(query.as_of, &query.zone))
            }
            dl.strip {
                div.few[too_few(drop_off)] {
                    dt { "Drop-off" }
                    dd.value { (linked(&percent(drop_off), to(ABANDONED).filter(|_| 0 < drop_off.part))) }
                    dd { (count(drop_off.part)) " of " (linked(&counted(drop_off.whole, units), to(&[]).filter(|_| 0 < drop_off.whole))) }
                    dd.soft { @if too_few(drop_off) { "too few to judge" } @else { "95 %: " (interval(drop_off)) " %" } }
                }
                div {
                    dt { "Median time to submit" }
                    dd.value { (times.p50_us.map_or("n/a".to_owned(), duration)) }
                    dd { "of " (linked(&counted(totals.submitted, units), to(&[OutcomeKind::Submitted]).filter(|_| 0 < totals.submitted))) }
                    dd.soft { @if let (Some(p90), 10..) = (times.p90_us, totals.submitted) { "9 of 10 within " (duration(p90)) } }
                }
            }
        }
    }
}

/// What became of both.
pub(super) fn table_section(view: &CompareView<'_>, names: &[String; 2]) -> Markup {
    let compared = view.comparison;
    let rows: [(&str, &Difference, &'static [OutcomeKind]); 4] = [
        ("Submitted", &compared.conversion, &[OutcomeKind::Submitted]),
        ("Dropped off", &compared.drop_off, ABANDONED),
        ("Stalled", &compared.stalled, &[OutcomeKind::Stalled]),
        ("Still open", &compared.open, OPEN),
    ];
    html! {
        section #outcomes {
            h2 { "What became of them" }
            p.about { "Each as a part of all that started in its group; the difference is the second less the first, in percentage points." }
            div.scroll tabindex="0" role="region" aria-label="What became of them, table" {
                table.compared {
                    (head("Outcome", names))
                    tbody {
                        @for (what, difference, outcomes) in rows {
                            @let behind = Behind { outcomes, ..Behind::default() };
                            tr { th scope="row" { (what) } (cells(difference, &behind, view)) }
                        }
                    }
                }
            }
        }
    }
}

/// The head of a table of differences.
pub(super) fn head(what: &str, names: &[String; 2]) -> Markup {
    html! {
        thead {
            tr {
                th rowspan="2" scope="col" { (what) }
                th.num colspan="2" scope="colgroup" title=(names[0]) { "First" }
                th.num colspan="2" scope="colgroup" title=(names[1]) { "Second" }
                th.num colspan="2" scope="colgroup" { "Difference" }
                th rowspan="2" scope="col" { "To make of it" }
            }
            tr {
                th.num scope="col" { "Count" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "Count" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "Points" }
                th.num scope="col" { "95 % interval" }
            }
        }
    }
}

/// The cells after a row's name. `behind` says whom the row is of, in either group.
pub(super) fn cells(
    difference: &Difference,
    behind: &Behind<'_>,
    view: &CompareView<'_>,
) -> Markup {
    let few = difference.verdict == Verdict::TooFew;
    let part = |rate: Rate, links: &dyn Links| {
        html! {
            td.num { (linked_unless_none(rate.part, links.units(behind))) }
            td.num.few[too_few(rate)] { (percent(rate)) }
        }
    };
    html! {
        (part(difference.a, view.links_a))
        (part(difference.b, view.links_b))
        td.num.few[few] { (change_short(difference).unwrap_or_default()) }
        td.num.few[few] { (spread_short(difference).unwrap_or_default()) }
        td.verdict.few[few] {
            @if difference.verdict == Verdict::Real { strong { (verdict_short(difference.verdict)) } }
            @else { (verdict_short(difference.verdict)) }
        }
    }
}
