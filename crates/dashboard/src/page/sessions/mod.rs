//! The list behind a number: one sentence that says which sessions these are, and a table.

mod words; // which they are, in words
mod table; // one row each

use maud::{Markup, html};
use weir_domain::{Catalogue, Unit};
use weir_report::Query;
use weir_report::render::{count, safe_text};

use super::{Form, Page};
use crate::list::{List, UnitRow};

/// What the page shows.
pub(crate) struct SessionsView<'a> {
    /// Which units.
    pub(crate) list: &'a List,
    /// How many there are in all.
    pub(crate) count: usize,
    /// How many come before the page's.
    pub(crate) before: usize,
    /// The page's.
    pub(crate) rows: &'a [UnitRow],
    /// How many units a page has.
    pub(crate) page_rows: usize,
    /// What was asked for, as it was written.
    pub(crate) form: &'a Form,
    /// The same with the instants that were meant.
    pub(crate) pinned: &'a Form,
    /// What screens and reasons are called.
    pub(crate) catalogue: &'a Catalogue,
}

/// What stands in `<main>`.
pub(crate) fn sessions(view: &SessionsView<'_>) -> Markup {
    let SessionsView { list, catalogue, .. } = view;
    html! {
        h1 { (words::sentence(list, view.count, catalogue)) }
        (chips(view))
        (search(view))
        @if view.rows.is_empty() {
            (nothing(list))
        } @else {
            section aria-label="The list" {
                p.about { (about(&list.query)) }
                (table::table(view))
                (pages(view))
            }
        }
    }
}

fn about(query: &Query) -> Markup {
    html! {
        "Times are in " (query.zone.name()) ". "
        @match query.unit {
            Unit::Session => {},
            Unit::Attempt => { "Each row is an attempt, and leads to its session. " },
            Unit::EndUser => { "Each row is an end-user, and leads to the first of their sessions. " },
        }
    }
}

/// What the list keeps beyond the filters, each to be taken off by itself.
fn chips(view: &SessionsView<'_>) -> Markup {
    let chips = words::chips(view.list, view.catalogue);
    html! {
        @if !chips.is_empty() {
            ul.chips.narrowed aria-label="What else applies" {
                @for chip in &chips {
                    @let without = chip.names.iter().fold(view.form.clone(), |form, name| form.with_own(name, ""));
                    @let shown = safe_text(&chip.value, 60);
                    li {
                        a href=(without.href(Page::Sessions))
                            aria-label={ "Remove " (chip.what) " " (shown) } {
                            span { (chip.what) } bdi { (shown) } span aria-hidden="true" { "✕" }
                        }
                    }
                }
            }
        }
    }
}

/// A form of its own: a text leads to sessions of any time, whatever the filters are.
fn search(view: &SessionsView<'_>) -> Markup {
    let text = view.list.search.as_ref().map_or("", |search| search.text.as_str());
    html! {
        div.tools {
            form.search role="search" method="get" action=(Page::Sessions.path()) {
                input type="hidden" name="from" value="1970-01-01";
                @if !view.form.tz.is_empty() { input type="hidden" name="tz" value=(view.form.tz); }
                label.field { "Session, attempt, end-user or reference, exactly"
                    input type="search" name="q" value=(text) autocomplete="off" spellcheck="false";
                }
                button type="submit" { "Find" }
            }
            @if 0 < view.count {
                a.file href=(file(view.pinned)) { "The whole list as CSV" }
            }
        }
    }
}

/// The address of the whole list as a file.
fn file(pinned: &Form) -> String {
    pinned.href(Page::Sessions).replacen(Page::Sessions.path(), "/sessions.csv", 1)
}

fn nothing(list: &List) -> Markup {
    html! {
        section.empty {
            @if list.search.is_some() {
                h2 { "Nothing is called exactly that" }
                p {
                    "No session and no attempt has it as its id, and no session has it as its end-user "
                    "or reference, within the filters above. Upper and lower case count, and so does "
                    "every space."
                }
            } @else {
                h2 { "Nothing within these filters" }
                p { "Take a filter off above, or choose a longer range." }
            }
        }
    }
}

/// Where in the list the page is, and the pages beside it. Their addresses pin the instants, so
/// that nothing that arrives meanwhile shifts the rows.
fn pages(view: &SessionsView<'_>) -> Markup {
    let number = view.before / view.page_rows + 1;
    let to = |number: usize| {
        let text = if number == 1 { String::new() } else { number.to_string() };
        view.pinned.with_own("page", &text).href(Page::Sessions)
    };
    let (first, last) = (view.before + 1, view.before + view.rows.len());
    html! {
        nav.pages aria-label="Pages of the list" {
            p { (count(first as u64)) "–" (count(last as u64)) " of " (count(view.count as u64)) }
            @if 1 < number { a rel="prev" href=(to(number - 1)) { "Previous" } }
            @if last < view.count { a rel="next" href=(to(number + 1)) { "Next" } }
        }
    }
}
