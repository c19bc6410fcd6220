//! An outcome as it is shown: its colour and its name.

use maud::{Markup, html};
use weir_domain::{Catalogue, OutcomeKind};
use weir_report::render::{NAME_CHARS_MAX, safe_text};

/// The outcome's name beside its colour.
pub(super) fn chip(outcome: OutcomeKind) -> Markup {
    html! { span class={ "chip " (class(outcome)) } { (outcome.label()) } }
}

/// The class that sets the outcome's colour; both kinds of open share theirs.
pub(super) const fn class(outcome: OutcomeKind) -> &'static str {
    match outcome {
        OutcomeKind::Submitted => "c-submitted",
        OutcomeKind::Cancelled => "c-cancelled",
        OutcomeKind::LostInHandover => "c-lost",
        OutcomeKind::Stalled => "c-stalled",
        OutcomeKind::HandedOver | OutcomeKind::InProgress => "c-open",
    }
}

/// A name from outside, set apart.
pub(super) fn name(text: &str) -> Markup {
    let shown = if text.trim().is_empty() { "(blank)" } else { text };
    html! { bdi { (safe_text(shown, NAME_CHARS_MAX)) } }
}

/// A screen's label, with its raw value on hover.
pub(super) fn screen(catalogue: &Catalogue, state: &str) -> Markup {
    labelled(state, catalogue.screen_label(state))
}

/// A reason's label, likewise.
pub(super) fn reason(catalogue: &Catalogue, reason: &str) -> Markup {
    labelled(reason, catalogue.reason_label(reason))
}

fn labelled(raw: &str, label: &str) -> Markup {
    let tip = (raw != label).then(|| safe_text(raw, NAME_CHARS_MAX));
    let shown = if label.trim().is_empty() { raw } else { label };
    let shown = if shown.trim().is_empty() { "(blank)" } else { shown };
    html! { bdi title=[tip] { (safe_text(shown, NAME_CHARS_MAX)) } }
}
