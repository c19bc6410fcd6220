//! How far the numbers can be trusted.

use maud::{Markup, html};

use super::name;
use crate::Report;
use crate::render::number::count;
use crate::render::text::safe_name;
use crate::render::words::quality;

const NAMES_MAX: usize = 20;

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
