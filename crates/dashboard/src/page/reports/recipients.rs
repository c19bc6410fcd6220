//! Who gets a report.

use maud::{Markup, html};

use super::words::target;
use crate::schedules::Entry;

/// How many stand in a row of the list.
const SHOWN_MAX: usize = 2;

/// The first of them, and how many more.
pub(super) fn recipients(entry: &Entry) -> Markup {
    let all = entry.targets();
    html! {
        @if entry.read.is_err() { span.none { "unknown" } }
        @else if all.is_empty() { span.none { "nobody" } }
        @else {
            ul.to {
                @for one in all.iter().take(SHOWN_MAX) { li { (target(one)) } }
                @if SHOWN_MAX < all.len() { li.soft { "and " (all.len() - SHOWN_MAX) " more" } }
            }
        }
    }
}
