//! The pages of screens and of reasons: a ranked list, and one of them by itself.

mod below; // what lies below one: its trend, its other half, its times
mod detail; // one screen, or one reason
mod list; // all of them, ranked
mod rank; // the rows, and what they are sorted by

pub use detail::exit;
pub use list::exits;
pub(super) use list::{linked_unless_none, said};
pub use rank::{ExitKind, ExitSort};

use weir_domain::Catalogue;

use crate::render::links::Links;
use crate::{Profile, Report};

/// Rows of the list before it is folded.
pub const EXITS_MAX: usize = 50;

/// What both pages are made of.
#[derive(Clone, Copy)]
pub struct ExitsView<'a> {
    /// Screens or reasons.
    pub kind: ExitKind,
    /// The report's rows.
    pub report: &'a Report,
    /// What lies below them, of the same question.
    pub profile: &'a Profile,
    /// What screens and reasons are called, and are.
    pub catalogue: &'a Catalogue,
    /// What the list is sorted by.
    pub sort: ExitSort,
    /// Whether the list is whole, however long.
    pub all: bool,
    /// Where numbers and names lead.
    pub ways: &'a dyn ExitWays,
}

/// Knows the addresses of the sessions behind a number, and of the pages themselves.
pub trait ExitWays: Links {
    /// One screen, or one reason, by itself.
    fn detail(&self, kind: ExitKind, value: &str) -> Option<String>;

    /// The list, sorted by this, and whole if it is to be.
    fn list(&self, kind: ExitKind, sort: ExitSort, all: bool) -> Option<String>;
}

#[cfg(test)]
mod tests;
