//! What became of a session, in words.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Timestamp};
use weir_report::render::duration;

use super::SessionView;
use crate::page::outcome;

/// `Cancelled at Camera access blocked, because: Quit the session`.
pub(super) fn heading(view: &SessionView<'_>) -> Markup {
    let SessionView { session, query, catalogue, .. } = view;
    let state = session.state.as_deref().map(|state| outcome::screen(catalogue, state));
    let at = html! {
        @match state {
            Some(state) => { " at " em { (state) } },
            None => { " at no known screen" },
        }
    };
    let why = html! {
        @if let Some(reason) = &session.reason { ", because: " (outcome::reason(catalogue, reason)) }
    };
    let window = duration(query.window_us.unsigned_abs());
    let since = |at: Timestamp| duration(query.as_of.since_us(at).max(0).unsigned_abs());
    match session.outcome {
        OutcomeKind::Submitted => submitted(view),
        OutcomeKind::Cancelled => html! { "Cancelled" (at) (why) },
        OutcomeKind::LostInHandover => html! {
            "Lost in handover: sent to the phone"
            @if session.state.is_some() { (at) } ", and nothing came for " (window)
        },
        OutcomeKind::Stalled => html! { "Stalled: neither submitted nor left within " (window) },
        OutcomeKind::HandedOver => html! {
            "Handed over to the phone"
            @if session.state.is_some() { (at) } ", still open"
        },
        OutcomeKind::InProgress => html! { "In progress, begun " (since(session.first_at)) " ago" },
    }
}

fn submitted(view: &SessionView<'_>) -> Markup {
    let session = view.session;
    let took = session.submitted_at.map(|at| at.since_us(session.first_at).max(0).unsigned_abs());
    let before = session.path.iter().rev().find(|step| step.outcome == OutcomeKind::Cancelled);
    let state = before.and_then(|step| step.state.as_deref());
    html! {
        "Submitted"
        @if let Some(took) = took.filter(|us| *us != 0) { " " (duration(took)) " after it began" }
        @if before.is_some() {
            ", although it was left before"
            @if let Some(state) = state { " at " (outcome::screen(view.catalogue, state)) }
        }
    }
}
