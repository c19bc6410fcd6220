//! The runs of one definition, as a table.

use maud::{Markup, html};
use weir_report::Zone;
use weir_schedule::RunSummary;

use super::words::{cause, minute, path, run_path, run_state, said, trouble};
use crate::page::form::{Query, address};

/// The newest runs of a definition, or those before one.
pub(crate) struct Runs {
    pub(crate) runs: Vec<RunSummary>,
    /// Whether there are older ones.
    pub(crate) has_older: bool,
    /// Whether these are older ones.
    pub(crate) is_older: bool,
}

impl Runs {
    /// The table, and the way to older ones; nothing where there are none.
    pub(super) fn table(&self, name: &str, zone: &Zone) -> Markup {
        let older = self.runs.last().filter(|_| self.has_older).map(|run| run.id.0);
        html! {
            @if !self.runs.is_empty() {
                div.scroll tabindex="0" role="region" aria-label="Runs" { table.listed {
                    thead { tr {
                        th scope="col" { "Run" }
                        th scope="col" { "As of" }
                        th scope="col" { "State" }
                        th scope="col" { "Came about" }
                        th scope="col" { "To know" }
                    } }
                    tbody { @for run in &self.runs { (row(run, zone)) } }
                } }
                p.soft.zone { "Times are of " (zone.name()) "." }
            }
            @if self.is_older || older.is_some() {
                nav.pages aria-label="More runs" {
                    @if self.is_older { a href=(path(name)) { "The newest" } }
                    @if let Some(before) = older { a href=(before_this(name, before)) rel="next" { "Older" } }
                }
            }
        }
    }
}

fn row(run: &RunSummary, zone: &Zone) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(run_path(run.id.0)) { "Run " (run.id.0) } }
            td data-label="As of" { (minute(run.scheduled_at, zone)) }
            td data-label="State" { (run_state(run.state)) }
            td data-label="Came about" { (cause(run)) }
            td.said data-label="To know" {
                @if let Some(why) = &run.trouble { (trouble(why)) }
                @if let Some(note) = &run.note { p.soft { (said(note)) } }
                @if let Some(at) = run.next_try_at { p.soft { "Tried again " (minute(at, zone)) } }
            }
        }
    }
}

fn before_this(name: &str, run: u64) -> String {
    let mut query = Query::default();
    query.push("before", &run.to_string());
    address(&path(name), &query.0)
}
