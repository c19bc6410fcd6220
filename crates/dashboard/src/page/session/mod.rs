//! One session's story: what became of it, the way there, each delivery in words, and the sessions
//! beside it.

mod link; // its address
mod heading; // what became of it, in words
mod about; // what it belongs to
mod path; // the way of its state
mod story; // its deliveries, in words
mod neighbours; // the sessions beside it
mod refused; // where there is no one session to tell of

use maud::{Markup, html};
use weir_domain::Catalogue;
use weir_report::Query;

use crate::history::{Neighbours, Session};

pub(crate) use link::address;
pub(crate) use refused::{choice, refused};

/// What the page shows.
pub(crate) struct SessionView<'a> {
    /// The session.
    pub(crate) session: &'a Session,
    /// The sessions beside it.
    pub(crate) neighbours: &'a Neighbours,
    /// The instant, the stall window and the zone that it is told in.
    pub(crate) query: &'a Query,
    /// As they were asked for, so that links ask for the same.
    pub(crate) form: &'a super::Form,
    /// What screens and reasons are called.
    pub(crate) catalogue: &'a Catalogue,
}

/// What stands around the page's frame.
pub(crate) fn session(view: &SessionView<'_>) -> Markup {
    html! {
        main #main.session {
            h1 { (heading::heading(view)) }
            (about::about(view))
            (path::path(view))
            (story::story(view))
            (neighbours::neighbours(view))
        }
    }
}
