//! A session's deliveries, each in words, in the order of their receipt.

use maud::{Markup, html};
use weir_projector::{HANDOVER_REASON, Meaning};
use weir_report::render::{count, counted, duration, safe_text};

use super::SessionView;
use super::link::api;
use crate::history::{BODY_BYTES_SHOWN_MAX, DeliveryRow, Session};
use crate::page::{outcome, when};

/// A session has a handful. Of more the rest is for programs.
const DELIVERIES_MAX: usize = 200;
/// The bodies of a few deliveries lie on the page, ready to be opened; those of more are led to.
const BODIES_MAX: usize = 40;

pub(super) fn story(view: &SessionView<'_>) -> Markup {
    let session = view.session;
    let mut deliveries: Vec<&DeliveryRow> = session.deliveries.iter().collect();
    deliveries.sort_by_key(|row| (row.received_at, row.seq));
    let more = session.deliveries_count.saturating_sub(DELIVERIES_MAX);
    let all_told = session.deliveries.len() == session.deliveries_count;
    deliveries.truncate(DELIVERIES_MAX);
    let with_bodies = deliveries.len() <= BODIES_MAX;
    let several = 1 < session.attempts.len();
    html! {
        section {
            h2 { "What happened" }
            p.about {
                (counted(session.deliveries_count as u64, "deliveries"))
                ", by the time of receipt in " (view.query.zone.name()) "."
            }
            @for (place, attempt) in session.attempts.iter().enumerate() {
                @let of_it: Vec<_> =
                    deliveries.iter().copied().filter(|row| row.attempt == *attempt).collect();
                @if several {
                    h3 { "Attempt " (place + 1) " " code { (attempt) } }
                }
                @if of_it.is_empty() { p.soft { "Its deliveries are not told here." } }
                @else { (table(view, &of_it, with_bodies)) }
            }
            @if 0 < more {
                p.aside {
                    "And " (counted(more as u64, "deliveries")) " more. "
                    a href=(api(view)) {
                        @if all_told { "All of them, as JSON" }
                        @else { "The first " (count(session.deliveries.len() as u64)) ", as JSON" }
                    }
                }
            }
        }
    }
}

fn table(view: &SessionView<'_>, rows: &[&DeliveryRow], with_bodies: bool) -> Markup {
    let zone = &view.query.zone;
    html! {
        table.story {
            thead { tr {
                th scope="col" { "Received" }
                th scope="col" { "What it says" }
                th.num scope="col" { "Delivery" }
            } }
            tbody {
                @for (place, row) in rows.iter().enumerate() {
                    @let day = when::date(row.received_at, zone);
                    @let new_day = place == 0 || when::date(rows[place - 1].received_at, zone) != day;
                    tr id={ "d" (row.seq) } {
                        td.when {
                            @if new_day { span.soft { (day) } " " }
                            (when::millisecond(row.received_at, zone))
                        }
                        td {
                            (says(view, row))
                            (marks(row))
                            (body(row, with_bodies))
                        }
                        td.num { (count(row.seq)) }
                    }
                }
            }
        }
    }
}

/// What a delivery says; of a repeat, how much later it says it again.
fn says(view: &SessionView<'_>, row: &DeliveryRow) -> Markup {
    let first = row.repeat_of.and_then(|seq| first(view.session, seq));
    let later = first.map(|first| row.received_at.since_us(first.received_at));
    html! {
        @match (row.repeat_of, later) {
            (Some(seq), Some(us)) => {
                "the same again: " (event(row)) (exit(view, row))
                @if 0 <= us { ", resent " (duration(us.unsigned_abs())) " after " }
                @else { ", received before, and read after, " }
                a href={ "#d" (seq) } { "delivery " (count(seq)) }
            },
            _ => { strong { (event(row)) } (exit(view, row)) },
        }
    }
}

fn first(session: &Session, seq: u64) -> Option<&DeliveryRow> {
    session.deliveries.iter().find(|row| row.seq == seq)
}

fn event(row: &DeliveryRow) -> Markup {
    let words = match Meaning::of(row.code) {
        Meaning::Started => "started",
        Meaning::Submitted => "submitted",
        Meaning::DecisionShown => "waited, and was shown the decision",
        Meaning::Continued => "went on without waiting for the decision",
        Meaning::Finished => "confirmed the final screen",
        Meaning::Left if row.reason.as_deref() == Some(HANDOVER_REASON) => "sent to the phone",
        Meaning::Left => "cancelled",
        Meaning::OtherDocument => "asked for another document type",
        Meaning::Unknown => {
            return html! {
                "something that Weir does not know: code " (row.code) ", action "
                (outcome::name(&row.action))
            };
        }
    };
    html! { (words) }
}

fn exit(view: &SessionView<'_>, row: &DeliveryRow) -> Markup {
    html! {
        @if let Some(state) = &row.state { " · " (outcome::screen(view.catalogue, state)) }
        @if let Some(reason) = &row.reason { " · " (outcome::reason(view.catalogue, reason)) }
    }
}

/// What is odd about a delivery, each with what it means.
fn marks(row: &DeliveryRow) -> Markup {
    let mark = |name: &str, meaning: &str| html! { " " span.odd title=(meaning) { (name) } };
    html! {
        @if row.repeat {
            (mark("resend", "It says nothing that its attempt did not say before, and changes no number."))
        }
        @if row.late {
            (mark("late", "Received after a delivery that can only happen after it."))
        }
        @if row.unknown_code {
            (mark("unknown code", "Its code is not one that Weir knows: the session still counts."))
        }
        @if row.action_mismatch {
            (mark("other action", "Code and action disagree; the code decides."))
            span.soft { " its action is " (outcome::name(&row.action)) }
        }
    }
}

/// The body as it came: what of it acts instead of being seen is written out.
fn body(row: &DeliveryRow, here: bool) -> Markup {
    let address = format!("/api/v1/deliveries/{}/body", row.seq);
    let size = counted(row.body_bytes as u64, "bytes");
    html! {
        @if here {
            details.raw {
                summary { "Raw body, " (size) }
                pre tabindex="0" { (safe_text(&row.body, BODY_BYTES_SHOWN_MAX)) }
                p {
                    @if row.body.len() < row.body_bytes { "Its beginning; " }
                    a href=(address) { "all of it, byte for byte" }
                }
            }
        } @else {
            " " a.soft href=(address) { "raw body, " (size) }
        }
    }
}
