//! A chart in its three widths, with its title, its sentence and its table.

use maud::{Markup, PreEscaped, html};

use crate::render::chart::{Picture, Size, figure_svg};

/// A part of the page about one thing.
pub(super) struct Figure<'a> {
    /// What links point at.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// One sentence that says what is to be seen.
    pub(super) about: Markup,
    /// The same numbers.
    pub(super) table: Markup,
}

impl Figure<'_> {
    /// The section with `draw` called for each width; the style sheet shows the one that fits.
    pub(super) fn show(self, draw: impl Fn(Size) -> Picture) -> Markup {
        let Figure { id, title, about, table } = self;
        html! {
            section id=(id) {
                h2 { (title) }
                p.about { (about) }
                (charts(title, draw))
                details {
                    summary { "Table" }
                    div.scroll tabindex="0" role="region" aria-label={ (title) ", table" } { (table) }
                }
            }
        }
    }
}

/// The chart in each width.
pub(super) fn charts(title: &str, draw: impl Fn(Size) -> Picture) -> Markup {
    html! {
        @for size in Size::ALL {
            @match figure_svg(&draw(size), size, title) {
                Ok(svg) => { (PreEscaped(svg)) },
                // The table says the same, so the page is still whole.
                Err(error) => { p.about { (error) "; the table has its numbers." } },
            }
        }
    }
}
