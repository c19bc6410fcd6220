//! Scheduled reports and alerts: what is sent when and to whom, and what became of it.

mod list; // all of them
mod one; // one definition, with its runs
mod form; // making and changing one
mod recipients; // who gets it
mod runs; // the runs of one definition
mod run; // one run, with its files and recipients
mod refused; // in place of a page that there is not
mod standing; // how alerts stand
mod words; // states, instants and names, as all of them say them

use maud::{Markup, html};
use weir_access::Role;
use weir_domain::Timestamp;
use weir_report::Zone;
use weir_schedule::RunId;

use super::{Frame, Page};
use crate::reader::Reader;

pub(crate) use form::{Checked, FormPage, Mode};
pub(crate) use list::{ReportsPage, Show};
pub(crate) use one::ReportPage;
pub(crate) use refused::{gone, no_preview, refused};
pub(crate) use run::RunPage;
pub(crate) use runs::Runs;
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
        self.framed(title, &html! { main #main.plain.reports { (content) } })
    }

    /// A page of what is under way: it is looked at again until it is over.
    fn following(&self, title: &str, content: &Markup) -> Markup {
        self.framed(title, &html! { main #main.plain.reports data-follow { (content) } })
    }

    fn framed(&self, title: &str, main: &Markup) -> Markup {
        let (reader, demo) = (self.reader, self.demo);
        Frame { title, page: Some(Page::Reports), form: None, reader, demo }.around(main)
    }

    fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.reader.csrf); }
    }

    /// Which run was the newest when the page was made: two clicks on one button ask for one run.
    fn seen(&self, newest: Option<RunId>) -> Markup {
        html! { input type="hidden" name="seen" value=(newest.map_or(0, |id| id.0)); }
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
