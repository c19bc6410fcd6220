//! The foot of the page: how far behind it is, as of when, and the same view as a file.

use maud::{Markup, html};
use weir_report::Query;

use super::View;
use super::form::Form;

/// Below this it is not worth a reader's attention.
const LAG_S_SHOWN: f64 = 1.0;

/// The foot.
pub(super) fn status(view: &View<'_>) -> Markup {
    let lag = &view.lag;
    html! {
        footer.status {
            p {
                @if view.deliveries_total == 0 {
                    "Waiting for the first delivery"
                } @else if lag.deliveries == 0 || lag.seconds < LAG_S_SHOWN {
                    "All " (grouped(view.deliveries_total)) " deliveries are counted"
                } @else {
                    (grouped(lag.deliveries)) " of " (grouped(view.deliveries_total))
                    " deliveries are not counted yet, " (format!("{:.1}", lag.seconds)) " s behind"
                }
            }
            p { "As of " (view.clock) }
            p data-live-state hidden { "live" }
            @if let (Ok(_), Some(query), 1..) = (view.body, view.query, view.deliveries_total) {
                (exports(view.form, query))
            }
        }
    }
}

/// The same view as a file: with the instants in place of "now", so that it stays the same.
fn exports(form: &Form, query: &Query) -> Markup {
    let pinned = form.pinned(query);
    let href =
        |format: &str| format!("/api/v1/reports/abandonment?{}&format={format}", pinned.query());
    html! {
        p.exports {
            "This view as"
            @for (format, name) in [("json", "JSON"), ("csv", "CSV"), ("svg", "SVG")] {
                a href=(href(format)) { (name) }
            }
        }
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
