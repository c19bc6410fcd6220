//! The sentence, four numbers, and what became of the cohort.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::figure::charts;
use super::name;
use super::strip::strip;
use crate::Report;
use crate::render::Before;
use crate::render::chart::{Bar, Ink, Part, stack};
use crate::render::links::{Behind, Links, OPEN, Place};
use crate::render::number::{count, instant, interval, percent, too_few};
use crate::render::words::{Piece, answer, answer_since, basis, range, side_counts};

/// The top of the whole report. With the period before, each number says what it did since.
pub(super) fn summary_since(report: &Report, before: Option<&Before>, links: &dyn Links) -> Markup {
    let pieces = before.map_or_else(|| answer(report), |before| answer_since(report, before));
    html! {
        section #answer .answer {
            (context(report))
            (headline(pieces))
            (strip(report, before, links))
            @if let Some(before) = before.filter(|before| is_judged(report, before)) {
                (against(before, links))
            }
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
pub(in crate::render) fn context(report: &Report) -> Markup {
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

/// Whether any number says what it did.
pub(super) fn is_judged(report: &Report, before: &Before) -> bool {
    !too_few(report.totals.drop_off_rate()) && !too_few(before.report.totals.drop_off_rate())
}

/// What the numbers are held against.
pub(super) fn against(before: &Before, links: &dyn Links) -> Markup {
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
