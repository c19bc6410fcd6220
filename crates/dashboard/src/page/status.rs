//! The foot of the page: how far behind it is, and as of when.

use maud::{Markup, html};

use super::View;

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
