//! The sentence, four numbers, and what became of the cohort.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::figure::charts;
use super::{linked, name};
use crate::Report;
use crate::render::chart::{Bar, Ink, Part, stack};
use crate::render::links::{ABANDONED, Behind, Links, OPEN};
use crate::render::number::{count, counted, duration, interval, percent, too_few};
use crate::render::words::{Piece, answer, basis, range, side_counts};

/// The top of the page.
pub(super) fn summary(report: &Report, links: &dyn Links) -> Markup {
    html! {
        section #answer .answer {
            p.context { (range(report)) " · " (basis(report)) }
            h1 {
                @for piece in answer(report) {
                    @match piece {
                        Piece::Plain(text) => { (text) },
                        Piece::Name(text) => { em { (name(&text)) } },
                    }
                }
            }
            (strip(report, links))
            (charts("What became of them", |size| stack(&outcomes(report, links), size)))
            p.aside {
                @for (n, (what, count_of, meaning)) in side_counts(report).into_iter().enumerate() {
                    @if 0 < n { " · " }
                    span.nowrap { b { (count(count_of)) } " " (what.to_lowercase()) }
                    " (" (meaning) ")"
                }
            }
        }
    }
}

fn strip(report: &Report, links: &dyn Links) -> Markup {
    let totals = &report.totals;
    let units = report.query.unit.plural();
    let to = |outcomes| links.units(&Behind { outcomes, ..Behind::default() });
    let times = &report.time_to_submit;
    html! {
        dl.strip {
            (rate_cell("Conversion", totals.conversion_rate(), units, to(&[OutcomeKind::Submitted])))
            (rate_cell("Drop-off", totals.drop_off_rate(), units, to(ABANDONED)))
            div {
                dt { "Still open" }
                dd.value { (linked(&count(totals.open()), to(OPEN))) }
                dd { (percent(Rate::new(totals.open(), totals.started))) " of "
                    (counted(totals.started, units)) }
                dd.soft {
                    @if totals.open() == 0 { "every outcome is known" }
                    @else {
                        (count(totals.in_progress)) " in progress, "
                        (count(totals.handed_over)) " handed over"
                    }
                }
            }
            div {
                dt { "Median time to submit" }
                dd.value { (times.p50_us.map_or("n/a".to_owned(), duration)) }
                dd { (counted(totals.submitted, units)) " submitted" }
                dd.soft {
                    @if let (Some(p90), 10..) = (times.p90_us, totals.submitted) {
                        "9 of 10 within " (duration(p90))
                    }
                }
            }
        }
    }
}

fn rate_cell(what: &str, rate: Rate, units: &str, href: Option<String>) -> Markup {
    html! {
        div.few[too_few(rate)] {
            dt { (what) }
            dd.value { (linked(&percent(rate), href)) }
            dd { (count(rate.part)) " of " (counted(rate.whole, units)) }
            dd.soft {
                @if too_few(rate) { "too few to judge" } @else { "95 %: " (interval(rate)) " %" }
            }
        }
    }
}

/// The cohort in its parts, each with its colour.
#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
pub(in crate::render) fn outcomes(report: &Report, links: &dyn Links) -> Vec<Bar> {
    let totals = &report.totals;
    let part = |what: &str, n: u64, ink, outcomes| {
        let rate = Rate::new(n, totals.started);
        Bar {
            name: what.to_owned(),
            parts: vec![Part { value: n as f64, ink }],
            count: count(n),
            rate: percent(rate),
            tip: vec![format!("95 % interval {} %", interval(rate))],
            href: links.units(&Behind { outcomes, ..Behind::default() }),
            ..Bar::default()
        }
    };
    let of = |kind: &'static [OutcomeKind; 1], n| part(kind[0].label(), n, Ink::of(kind[0]), kind);
    vec![
        of(&[OutcomeKind::Submitted], totals.submitted),
        part("Still open", totals.open(), Ink::Open, OPEN),
        of(&[OutcomeKind::Stalled], totals.stalled),
        of(&[OutcomeKind::LostInHandover], totals.lost_in_handover),
        of(&[OutcomeKind::Cancelled], totals.cancelled),
    ]
}
