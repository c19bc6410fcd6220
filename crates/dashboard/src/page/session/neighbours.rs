//! The sessions beside one.

use maud::{Markup, html};
use weir_report::render::{count, duration};

use super::SessionView;
use super::link::{address, list};
use crate::history::Beside;
use crate::list::{Field, UnitRow};
use crate::page::{outcome, when};

pub(super) fn neighbours(view: &SessionView<'_>) -> Markup {
    let (session, beside) = (view.session, view.neighbours);
    html! {
        section {
            h2 { "Others of this end-user" }
            (group(view, Field::EndUserId, session.end_user_id.as_deref(), &beside.end_user))
        }
        section {
            h2 { "Others with this reference" }
            (group(view, Field::VendorData, session.vendor_data.as_deref(), &beside.vendor_data))
        }
    }
}

fn group(view: &SessionView<'_>, field: Field, text: Option<&str>, beside: &Beside) -> Markup {
    let Some(text) = text else {
        let name = if field == Field::EndUserId { "endUserId" } else { "vendorData" };
        return html! { p.soft { "No delivery of this session has " code { (name) } "." } };
    };
    if beside.sessions.is_empty() {
        return html! { p.soft { "No other session of this integration has it." } };
    }
    html! {
        @let whose = if field == Field::EndUserId { "Sessions of this end-user" } else { "Sessions with this reference" };
        div.scroll role="region" aria-label=(whose) tabindex="0" {
            table.sessions {
                thead { tr {
                    th scope="col" { "Session" }
                    th scope="col" { "Begun" }
                    th scope="col" { "Outcome" }
                    th scope="col" { "Screen" }
                    th scope="col" { "Reason" }
                    th.num scope="col" { "After" }
                } }
                tbody { @for row in &beside.sessions { (line(view, row)) } }
            }
        }
        p.aside {
            @if view.session.is_masked {
                (count(beside.count as u64)) " in all"
            } @else {
                a href=(list(view, field, text)) { "All " (count(beside.count as u64)) }
            }
            ", this one among them"
        }
    }
}

fn line(view: &SessionView<'_>, row: &UnitRow) -> Markup {
    let short = row.id.get(..8).unwrap_or_default();
    html! {
        tr {
            th scope="row" {
                a.id href=(address(&row.id, Some(&row.integration), view.form)) title=(row.id) { (short) }
            }
            td.nowrap { (when::second(row.first_at, &view.query.zone)) }
            td { (outcome::chip(row.outcome)) }
            td.said { (or_none(row.state.as_deref().map(|state| outcome::screen(view.catalogue, state)))) }
            td.said { (or_none(row.reason.as_deref().map(|reason| outcome::reason(view.catalogue, reason)))) }
            td.num { (or_none(row.duration_us().map(|us| html! { (duration(us)) }))) }
        }
    }
}

fn or_none(shown: Option<Markup>) -> Markup {
    shown.unwrap_or_else(|| html! { span.none { "–" } })
}
