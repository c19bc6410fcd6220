//! The sentence, four numbers, and what became of the cohort.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::figure::charts;
use super::name;
use super::strip::strip;
use crate::Report;
use crate::render::chart::{Bar, Ink, Part, stack};
use crate::render::links::{Behind, Links, OPEN};
use crate::render::number::{count, interval, percent};
use crate::render::words::{Piece, answer, basis, range, side_counts};

/// The top of the whole report.
pub(super) fn summary(report: &Report, links: &dyn Links) -> Markup {
    html! {
        section #answer .answer {
            (context(report))
            (headline(answer(report)))
            (strip(report, None, links))
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

/// Of what and of when it is.
pub(super) fn context(report: &Report) -> Markup {
    html! { p.context { (range(report)) " · " (basis(report)) } }
}

/// The answer.
pub(super) fn headline(pieces: Vec<Piece>) -> Markup {
    html! {
        h1 {
            @for piece in pieces {
                @match piece {
                    Piece::Plain(text) => { (text) },
                    Piece::Name(text) => { em { (name(&text)) } },
                }
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
