//! What can be done with a view, at the right of the line of filters.

use maud::{Markup, html};
use weir_report::Query;

use super::View;
use super::form::Form;

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
                (export(view.form, query))
            }
        }
    }
}

/// The same view as a file: with the instants in place of "now", so that it stays the same.
fn export(form: &Form, query: &Query) -> Markup {
    let asked = form.pinned(query).query();
    html! {
        details.menu {
            summary { "Export" }
            ul {
                @for (format, words) in FORMATS {
                    li { a href={ "/api/v1/reports/abandonment?" (asked) "&format=" (format) } { (words) } }
                }
            }
        }
    }
}
