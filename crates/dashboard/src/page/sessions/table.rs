//! One row for each unit.

use maud::{Markup, html};
use weir_domain::Unit;
use weir_report::render::{count, duration};

use super::SessionsView;
use crate::list::{SortBy, UnitRow};
use crate::page::session::address;
use crate::page::{Form, Page, outcome, when};

/// The columns that the list can be sorted by, in their order.
const COLUMNS: [(SortBy, &str, bool); 7] = [
    (SortBy::FirstAt, "Begun", false),
    (SortBy::Outcome, "Outcome", false),
    (SortBy::State, "Screen", false),
    (SortBy::Reason, "Reason", false),
    (SortBy::OutcomeAt, "Outcome at", false),
    (SortBy::Duration, "After", true),
    (SortBy::Attempts, "Attempts", true),
];

pub(super) fn table(view: &SessionsView<'_>) -> Markup {
    html! {
        div.scroll role="region" aria-label="The list as a table" tabindex="0" {
            table.sessions {
                thead { tr {
                    th scope="col" { (first_column(view.list.query.unit)) }
                    @for (by, words, number) in COLUMNS { (head(view, by, words, number)) }
                    th scope="col" { "Integration" }
                    th scope="col" { "Feature" }
                } }
                tbody { @for row in view.rows { (line(view, row)) } }
            }
        }
    }
}

const fn first_column(unit: Unit) -> &'static str {
    match unit {
        Unit::Session | Unit::EndUser => "Session",
        Unit::Attempt => "Attempt",
    }
}

/// A head that sorts by its column, and the other way where the list is sorted by it already.
fn head(view: &SessionsView<'_>, by: SortBy, words: &str, number: bool) -> Markup {
    let sort = view.list.sort;
    let sorted = (sort.by == by).then_some(sort.descending);
    let descending = sorted.map_or(by.descends_by_itself(), |descending| !descending);
    let named = if by == SortBy::FirstAt { "" } else { by.name() };
    let order = match (descending == by.descends_by_itself(), descending) {
        (true, _) => "",
        (false, true) => "desc",
        (false, false) => "asc",
    };
    let form: Form = view.form.with_own("sort", named).with_own("order", order);
    let (now, arrow) = match sorted {
        Some(true) => (Some("descending"), "↓"),
        Some(false) => (Some("ascending"), "↑"),
        None => (None, ""),
    };
    html! {
        th.num[number] scope="col" aria-sort=[now] {
            a href=(form.href(Page::Sessions)) { (words) }
            @if !arrow.is_empty() { span.arrow aria-hidden="true" { (arrow) } }
        }
    }
}

fn line(view: &SessionsView<'_>, row: &UnitRow) -> Markup {
    let zone = &view.list.query.zone;
    let short = row.attempt.as_deref().unwrap_or(&row.id).get(..8).unwrap_or_default();
    html! {
        tr {
            th scope="row" {
                a.id href=(address(&row.id, Some(&row.integration), view.form)) title=(row.id) { (short) }
            }
            td.nowrap { (when::second(row.first_at, zone)) }
            td { (outcome::chip(row.outcome)) }
            td.said { (or_none(row.state.as_deref().map(|state| outcome::screen(view.catalogue, state)))) }
            td.said { (or_none(row.reason.as_deref().map(|reason| outcome::reason(view.catalogue, reason)))) }
            td.nowrap { (or_none(row.outcome_at.map(|at| html! { (when::second_after(at, row.first_at, zone)) }))) }
            td.num { (or_none(row.duration_us().map(|us| html! { (duration(us)) }))) }
            td.num { (count(row.attempts)) }
            td.name { (outcome::name(&row.integration)) }
            td.name { (or_none(row.feature.as_deref().map(outcome::name))) }
        }
    }
}

fn or_none(shown: Option<Markup>) -> Markup {
    shown.unwrap_or_else(|| html! { span.none { "–" } })
}
