//! Scheduled reports and alerts: what is sent when and to whom, and what became of it.

mod list; // all of them
mod one; // one definition, with its runs
mod form; // making and changing one
mod recipients; // who gets it
mod run; // one run, with its files and recipients
mod standing; // how alerts stand
mod words; // states, instants and names, as all of them say them

use maud::{Markup, html};
use weir_access::Role;
use weir_domain::Timestamp;
use weir_report::Zone;

use super::{Frame, Page};
use crate::reader::Reader;

pub(crate) use form::{Checked, FormPage, Mode};
pub(crate) use list::{ReportsPage, Show};
pub(crate) use one::{ReportPage, preview_refused};
pub(crate) use run::RunPage;
pub(crate) use words::{path, run_path, segment};

/// What the pages of reports share.
pub(crate) struct Stage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    /// In which zone instants are told that have none of their own.
    pub(crate) zone: &'a Zone,
    pub(crate) now: Timestamp,
}

impl Stage<'_> {
    fn page(&self, title: &str, content: &Markup) -> Markup {
        let (reader, demo) = (self.reader, self.demo);
        Frame { title, page: Some(Page::Reports), form: None, reader, demo }
            .around(&html! { main #main.plain.reports { (content) } })
    }

    fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.reader.csrf); }
    }

    /// Whether the reader may make, change, run and send.
    fn may(&self) -> bool {
        Role::Operator <= self.reader.role
    }

    /// What was done just now.
    fn done(&self, done: Option<&str>) -> Markup {
        html! { @if let Some(done) = done { p.done role="status" { (done) } } }
    }
}
