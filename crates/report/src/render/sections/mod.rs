//! The answer as parts of a page: the sentence, the picture, the table.
//!
//! Markup only: no script, no inline style, so that a page may forbid both.

mod breakdown; // by one more dimension
mod compare; // the page that holds two groups against each other
mod durations; // a distribution of durations, with its percentiles
mod exits; // the pages of screens and of reasons
mod funnel; // the way through the flow
mod figure; // a chart in its three widths, with its title, sentence and table
mod leave; // where and why they leave
mod matrix; // screens against reasons
mod overview; // what matters, at a glance
mod quality; // how far the numbers can be trusted
mod strip; // the few numbers that matter
mod summary; // the sentence, the strip, what became of them
mod time; // the page of times
mod times; // how long it took
mod trend; // over time
mod week; // the hours of the week

pub(super) use breakdown::breakdown_chart;
pub use compare::{COMPARED_MAX, CompareView, compare};
pub use exits::{EXITS_MAX, ExitKind, ExitSort, ExitWays, ExitsView, exit, exits};
pub use funnel::funnel;
pub(super) use funnel::{beside_chart, way_rows};
pub(super) use leave::{reasons_chart, screens_chart};
pub use matrix::{MATRIX_MAX, matrix};
pub use overview::overview;
pub(super) use summary::{context, outcomes};
pub use time::time;
pub(super) use times::times_chart;

use maud::{Markup, html};
use weir_domain::Catalogue;

use super::Before;
use super::links::Links;
use super::words::range;
use crate::{Report, Section};

/// The main content of a page: the answer first, then what it rests on.
#[must_use]
pub fn sections(report: &Report, catalogue: &Catalogue, links: &dyn Links) -> Markup {
    if report.totals.started == 0 {
        return empty(report);
    }
    html! {
        (summary::summary_since(report, None, links))
        (leave::screens_section(report, catalogue, links))
        (trend::trend_section(report, links))
        (leave::reasons_section(report, catalogue, links))
        (matrix::matrix_section(report, links))
        (times::times_section(report))
        (breakdown::breakdown_section(report, links))
        (quality::quality_section(report))
    }
}

/// One part of a report, by itself.
pub(super) fn part(section: Section, of: &Of<'_>) -> Markup {
    let Of { report, before, catalogue, links } = *of;
    match section {
        Section::Summary => summary::summary_since(report, before, links),
        Section::Screens => leave::screens_section(report, catalogue, links),
        Section::Trend => trend::trend_section(report, links),
        Section::Funnel => funnel::way_section(report, catalogue, links),
        Section::Reasons => leave::reasons_section(report, catalogue, links),
        Section::Matrix => matrix::matrix_section(report, links),
        Section::Times => times::times_section(report),
        Section::Breakdown => breakdown::breakdown_section(report, links),
        Section::Quality => quality::quality_section(report),
    }
}

/// What a part is made of.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) report: &'a Report,
    pub(super) before: Option<&'a Before>,
    pub(super) catalogue: &'a Catalogue,
    pub(super) links: &'a dyn Links,
}

/// Nothing to count is an answer too, and says what to do about it.
pub(super) fn empty(report: &Report) -> Markup {
    let units = report.query.unit.plural();
    html! {
        section.empty {
            h1 { "No " (units) " began in this range" }
            p { (range(report)) "." }
            p {
                @if report.query.filters.is_empty() {
                    "Choose a longer range, or look whether deliveries arrive at all: "
                    "the data quality below counts what was received in it."
                } @else {
                    "The filters keep none. Remove one of them, or choose a longer range."
                }
            }
        }
        (quality::quality_section(report))
    }
}

/// A name from outside: isolated, so that its direction of writing cannot reach its neighbours.
fn name(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// A number that leads to what is behind it, if anything is.
fn linked(text: &str, href: Option<String>) -> Markup {
    html! {
        @match href {
            Some(href) => { a href=(href) { (text) } },
            None => { (text) },
        }
    }
}
