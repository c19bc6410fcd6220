//! What stands in the place of a page that there is not: why, and where to go on.

use maud::{Markup, html};
use weir_report::Zone;
use weir_report::render::safe_text;

use super::Stage;
use super::runs::Runs;
use super::words::{NAME_CHARS_MAX, code, path, said, sentence, title};
use crate::page::Page;
use crate::problem::Problem;
use crate::schedules::Entry;

/// In place of a page that cannot be shown, or of what could not be done.
pub(crate) fn refused(stage: &Stage<'_>, problem: &Problem) -> Markup {
    let heading = match problem {
        Problem::NotFound(_) => "It is not there",
        Problem::Parameter { .. } => "This cannot be taken",
        Problem::Conflict(_) => "That cannot be done as things are",
        Problem::Busy => "Too much is being computed just now",
        Problem::Lost(_) => "The ledger of reports cannot be worked with",
        _ => "The page could not be made",
    };
    stage.page(
        heading,
        &html! {
            p.back { a href=(Page::Reports.path()) { "Reports" } }
            h1 { (heading) }
            p.problem role="alert" { (said(&sentence(&problem.to_string()))) }
            p { a href=(Page::Reports.path()) { "All reports" } }
        },
    )
}

/// In place of the page of a definition that is gone: what it sent stays known.
pub(crate) fn gone(stage: &Stage<'_>, name: &str, runs: &Runs, zone: &Zone) -> Markup {
    stage.page(
        &format!("{} is deleted", safe_text(name, NAME_CHARS_MAX)),
        &html! {
            p.back { a href=(Page::Reports.path()) { "Reports" } }
            h1 { (code(name)) " is deleted" }
            p.about { "There is no definition of this name any more, so nothing is sent by it. What it sent stays known." }
            section #runs { h2 { @if runs.is_older { "Older runs" } @else { "Its runs" } } (runs.table(name, zone)) }
        },
    )
}

/// In place of a preview that cannot be made.
pub(crate) fn no_preview(stage: &Stage<'_>, entry: &Entry, why: &str) -> Markup {
    let back = path(&entry.name);
    stage.page(
        "No preview",
        &html! {
            p.back { a href=(back) { (title(entry.definition(), &entry.name)) } }
            h1 { "It cannot be shown as of now" }
            p.problem role="alert" { (said(&sentence(why))) }
            p { a href=(back) { "The definition, and what is wrong with it" } }
        },
    )
}
