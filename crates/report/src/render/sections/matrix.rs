//! Screens against reasons: a table whose cells are shaded by their count.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{linked, name};
use crate::Report;
use crate::render::links::{Behind, KNOWN_EXITS, Links};
use crate::render::number::count;
use crate::render::rows::named;

/// More would not be read across; the CSV has every pair.
const SCREENS_MAX: usize = 12;
const REASONS_MAX: usize = 6;
/// Shades beyond none; each has its class in the style sheet.
const SHADES: u64 = 5;

type Key<'a> = Option<&'a str>;

/// The section; nothing where there is at most one pair, which the bars have shown already.
pub(super) fn matrix_section(report: &Report, links: &dyn Links) -> Markup {
    if report.by_state_and_reason.len() < 2 {
        return html! {};
    }
    let screens: Vec<(Key<'_>, String)> = report
        .by_state
        .iter()
        .map(|row| (row.state.as_deref(), title(&row.label, row.state.as_deref(), "No screen")))
        .collect();
    let reasons: Vec<(Key<'_>, String)> = report
        .by_reason
        .iter()
        .map(|row| (row.reason.as_deref(), title(&row.label, row.reason.as_deref(), "No reason")))
        .collect();
    let pairs: BTreeMap<(Key<'_>, Key<'_>), u64> = report
        .by_state_and_reason
        .iter()
        .map(|pair| ((pair.state.as_deref(), pair.reason.as_deref()), pair.abandoned))
        .collect();
    let most = pairs.values().copied().max().unwrap_or(0);
    let hidden =
        (screens.len().saturating_sub(SCREENS_MAX), reasons.len().saturating_sub(REASONS_MAX));
    html! {
        section #pairs {
            h2 { "Screen and reason" }
            p.about {
                "How many left at a screen for a reason; the darker, the more."
                @if hidden != (0, 0) {
                    " The costliest are shown; every pair is in the CSV file."
                }
            }
            div.scroll tabindex="0" role="region" aria-label="Screen and reason, table" {
                table.matrix {
                    thead { tr {
                        th scope="col" { "Screen" }
                        @for (_, reason) in reasons.iter().take(REASONS_MAX) {
                            th.num scope="col" { (name(reason)) }
                        }
                    } }
                    tbody {
                        @for (state, screen) in screens.iter().take(SCREENS_MAX) {
                            tr {
                                th scope="row" { (name(screen)) }
                                @for (reason, _) in reasons.iter().take(REASONS_MAX) {
                                    @let n = pairs.get(&(*state, *reason)).copied().unwrap_or(0);
                                    (cell(n, most, *state, *reason, links))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(n: u64, most: u64, state: Key<'_>, reason: Key<'_>, links: &dyn Links) -> Markup {
    if n == 0 {
        return html! { td.num.none { "·" } };
    }
    let behind = Behind {
        state: Some(state),
        reason: Some(reason),
        outcomes: KNOWN_EXITS,
        ..Behind::default()
    };
    let shade = (n * SHADES).div_ceil(most.max(1)).min(SHADES);
    html! { td class={ "num q" (shade) } { (linked(&count(n), links.units(&behind))) } }
}

fn title(label: &str, raw: Key<'_>, none: &str) -> String {
    if raw.is_none() { none.to_owned() } else { named(label, raw) }
}
