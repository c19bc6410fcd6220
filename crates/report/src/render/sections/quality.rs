//! How far the numbers can be trusted.

use maud::{Markup, html};

use super::name;
use crate::Report;
use crate::render::links::{Links, Place};
use crate::render::number::{count, counted};
use crate::render::text::safe_name;
use crate::render::words::quality;

const NAMES_MAX: usize = 20;

/// The same in one calm line, for a page that is about something else.
pub(super) fn quality_line(report: &Report, links: &dyn Links) -> Markup {
    let quality = &report.data_quality;
    let unknown = quality.uncatalogued_states.len() as u64;
    let odd = [
        (quality.quarantined, "could not be read"),
        (quality.unknown_codes, "had a code that Weir does not know"),
        (quality.action_mismatches, "had an action that is not its code's"),
    ];
    let odd: Vec<String> = odd
        .iter()
        .filter(|(n, _)| 0 < *n)
        .map(|(n, words)| format!("{} {words}", count(*n)))
        .collect();
    html! {
        p #quality .aside {
            b { "Data quality. " }
            @match quality.deliveries {
                0 => { "No delivery was received in the range." },
                1 => { "One delivery was received in the range" },
                n => { (count(n)) " deliveries were received in the range" },
            }
            @if 0 < quality.deliveries {
                @if odd.is_empty() { " and could be read" } @else { "; " (odd.join(", ")) }
                "."
            }
            @if 0 < quality.repeats {
                " " (count(quality.repeats)) " brought nothing new and changed no number."
            }
            @if 0 < unknown {
                " " (counted(unknown, "screens")) @if unknown == 1 { " has" } @else { " have" }
                " no name in the catalogue."
            }
            @if let Some(href) = links.place(Place::Health) { " " a href=(href) { "More under Health" } }
        }
    }
}

/// The section: each figure with what it means for the reader.
pub(super) fn quality_section(report: &Report) -> Markup {
    let unknown = &report.data_quality.uncatalogued_states;
    html! {
        section #quality {
            h2 { "Data quality" }
            p.about { "How far the deliveries behind these numbers can be trusted." }
            table.quality {
                tbody {
                    @for (what, n, meaning) in quality(report) {
                        tr {
                            th scope="row" { (what) }
                            td.num.none[n == 0] { (count(n)) }
                            td.soft { (meaning) }
                        }
                    }
                    tr {
                        th scope="row" { "Screens without a name" }
                        td.num.none[unknown.is_empty()] { (count(unknown.len() as u64)) }
                        td.soft {
                            @if unknown.is_empty() { "every screen is in the catalogue" }
                            @else {
                                "shown by their raw value; add them to the catalogue file: "
                                @for (n, state) in unknown.iter().take(NAMES_MAX).enumerate() {
                                    @if 0 < n { ", " }
                                    code { (name(&safe_name(state))) }
                                }
                                @if NAMES_MAX < unknown.len() {
                                    " and " (count((unknown.len() - NAMES_MAX) as u64)) " more"
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
