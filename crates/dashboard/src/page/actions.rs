//! What can be done with a view, at the right of the line of filters: keep it, show it to others,
//! take it away as a file.

use maud::{Markup, html};
use weir_access::Role;
use weir_report::Query;

use super::form::{self, Form, address};
use super::{Page, View};

const FORMATS: [(&str, &str); 5] = [
    ("csv", "CSV, for a spreadsheet"),
    ("json", "JSON, for a program"),
    ("html", "HTML, one file to send"),
    ("svg", "SVG picture"),
    ("png", "PNG picture"),
];

/// The actions; none where there is no answer to do anything with.
pub(super) fn actions(view: &View<'_>) -> Markup {
    html! {
        div.view-actions {
            @if let (Ok(_), Some(query), 1..) = (view.body, view.query, view.deliveries_total) {
                a.do href=(keeps("/views/new", view)) { "Save view" }
                @if view.page.can_be_shared() && Role::Operator <= view.reader.role {
                    a.do href=(keeps("/shares/new", view)) { "Share" }
                }
                (export(view.page, view.form, query))
            }
        }
    }
}

/// The address of a form that is about this page with its filters: a relative range stays one.
fn keeps(path: &str, view: &View<'_>) -> String {
    let here = view.form.href(view.page);
    let mut query = form::Query::default();
    query.push("page", view.page.name());
    query.push("query", here.split_once('?').map_or("", |(_, query)| query));
    address(path, &query.0)
}

/// The same view as a file: with the instants in place of "now", so that it stays the same.
fn export(page: Page, form: &Form, query: &Query) -> Markup {
    let asked = form.pinned(query).query();
    html! {
        details.menu {
            summary { "Export" }
            ul {
                @for (format, words) in FORMATS {
                    li { a href={ "/api/v1/reports/abandonment?" (asked) "&format=" (format) } { (words) } }
                }
                @if matches!(page, Page::Screens | Page::Reasons | Page::Time) {
                    li { a href={ "/api/v1/reports/profile?" (asked) } { "JSON of times and recoveries" } }
                }
            }
        }
    }
}
