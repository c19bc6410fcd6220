//! The page that holds two groups against each other.

mod group; // what each group is, in words
mod rows; // screens and reasons in both
mod strips; // the few numbers of both, side by side

use maud::{Markup, html};

use super::exits::said;
use crate::render::links::Links;
use crate::render::verdict::{is, went};
use crate::render::words::Piece;
use crate::{Comparison, Narrow, Report};
use weir_domain::Catalogue;

/// Rows of a table before it is folded.
pub const COMPARED_MAX: usize = 30;

/// What the page is made of. The second group, `b`, is always held against the first, `a`.
#[derive(Clone, Copy)]
pub struct CompareView<'a> {
    /// The first group.
    pub a: &'a Report,
    /// The second.
    pub b: &'a Report,
    /// How they differ.
    pub comparison: &'a Comparison,
    /// What screens and reasons are called.
    pub catalogue: &'a Catalogue,
    /// Which weekday, hour and number of attempts each keeps.
    pub narrow: [&'a Narrow; 2],
    /// Where the first group's numbers lead.
    pub links_a: &'a dyn Links,
    /// Where the second group's lead.
    pub links_b: &'a dyn Links,
    /// Whether the tables are whole, however long.
    pub all: bool,
    /// The same with whole tables.
    pub whole: Option<&'a str>,
    /// How to choose other groups.
    pub chooser: &'a Markup,
}

/// The page.
#[must_use]
pub fn compare(view: &CompareView<'_>) -> Markup {
    let names = group::names(view);
    html! {
        section #answer .answer {
            h1 { (said(&answer(view, &names))) }
            @if let Some(only) = group::both_keep(view) {
                p.aside { "Both keep only " (only) "." }
            }
            (view.chooser)
            (strips::strips(view, &names))
        }
        (strips::table_section(view, &names))
        (rows::screens_section(view, &names))
        (rows::reasons_section(view, &names))
    }
}

/// The answer in one sentence.
fn answer(view: &CompareView<'_>, names: &[String; 2]) -> Vec<Piece> {
    let units = view.b.query.unit.plural();
    let plain = |text: &str| Piece::Plain(text.to_owned());
    if view.a.totals.started == 0 && view.b.totals.started == 0 {
        return vec![plain(&format!("No {units} began in either group."))];
    }
    let drop_off = &view.comparison.drop_off;
    if group::follows(view) {
        return vec![plain(&format!("Drop-off {}.", went(drop_off, units)))];
    }
    let mut pieces = vec![plain("Drop-off ")];
    pieces.extend(is(drop_off, units, (&names[0], &names[1])));
    pieces.push(plain("."));
    pieces
}

#[cfg(test)]
mod tests;
