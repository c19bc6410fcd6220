//! Which units a list has, in words.

use maud::{Markup, html};
use weir_domain::{Catalogue, OutcomeKind, Unit};
use weir_report::render::{counted, duration, safe_text};
use weir_report::{Mark, Narrow, TimeRange, Until};

use crate::list::{Field, List, Search};
use crate::page::{outcome, when};

/// Of several names this many are said; a sentence is no table.
const NAMES_MAX: usize = 3;

/// Something that applies beyond the filters.
pub(super) struct Chip {
    /// What it is.
    pub(super) what: &'static str,
    /// Its value, as it came or in words.
    pub(super) value: String,
    /// The parameters that say it.
    pub(super) names: &'static [&'static str],
}

/// `147 sessions: cancelled at Camera access blocked, begun 1 to 30 January 2026`.
pub(super) fn sentence(list: &List, count: usize, catalogue: &Catalogue) -> Markup {
    let units = list.query.unit.plural();
    let clauses = clauses(list, catalogue);
    html! {
        @if count == 0 { "No " (units) } @else { (counted(count as u64, units)) }
        @for (place, clause) in clauses.iter().enumerate() {
            @if place == 0 { ": " } @else { ", " }
            (clause)
        }
    }
}

fn clauses(list: &List, catalogue: &Catalogue) -> Vec<Markup> {
    let (query, narrow) = (&list.query, &list.narrow);
    let mut clauses = Vec::new();
    clauses.extend(list.search.as_ref().map(found));
    clauses.extend(ended(list, catalogue));
    clauses.extend(narrowed(narrow, query.unit, catalogue));
    let filters = &query.filters;
    if !filters.integration.is_empty() {
        let names = filters.integration.iter().map(|name| outcome::name(name)).collect();
        clauses.push(html! { "of the integration " (either(names)) });
    }
    if !filters.feature.is_empty() {
        let name = |name: &Option<String>| match name {
            Some(name) => outcome::name(name),
            None => html! { "none" },
        };
        clauses.push(
            html! { "with the feature " (either(filters.feature.iter().map(name).collect())) },
        );
    }
    clauses.push(html! { (when::begun(query.from, query.to, query.as_of, &query.zone)) });
    clauses
}

fn found(search: &Search) -> Markup {
    let what = match search.field {
        None => "id, end-user or reference",
        Some(Field::Id) => "id",
        Some(Field::AttemptId) => "attempt",
        Some(Field::EndUserId) => "end-user",
        Some(Field::VendorData) => "reference",
    };
    html! { "with the " (what) " " (outcome::name(&search.text)) }
}

/// What became of them, at which screen and for which reason.
fn ended(list: &List, catalogue: &Catalogue) -> Option<Markup> {
    let filters = &list.query.filters;
    let outcomes: Vec<_> = filters.outcome.iter().map(|kind| html! { (lower(*kind)) }).collect();
    let states: Vec<_> = filters
        .state
        .iter()
        .map(|state| match state {
            Some(state) => outcome::screen(catalogue, state),
            None => html! { "no known screen" },
        })
        .collect();
    let reasons: Vec<_> = filters
        .reason
        .iter()
        .map(|reason| match reason {
            Some(reason) => outcome::reason(catalogue, reason),
            None => html! { "no given reason" },
        })
        .collect();
    if outcomes.is_empty() && states.is_empty() && reasons.is_empty() {
        return None;
    }
    Some(html! {
        @if !outcomes.is_empty() { (either(outcomes)) } @else { "last seen" }
        @if !states.is_empty() { " at " em { (either(states)) } }
        @if !reasons.is_empty() { " for the reason " (either(reasons)) }
    })
}

fn lower(kind: OutcomeKind) -> String {
    kind.label().to_lowercase()
}

fn either(mut names: Vec<Markup>) -> Markup {
    let more = names.len().saturating_sub(NAMES_MAX);
    names.truncate(NAMES_MAX);
    if 0 < more {
        names.push(html! { (more) " more" });
    }
    let last = names.len().saturating_sub(1);
    html! {
        @for (place, name) in names.iter().enumerate() {
            @if place == 0 {} @else if place == last { " or " } @else { ", " }
            (name)
        }
    }
}

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn day(number: u8) -> &'static str {
    DAYS.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or_default()
}

fn hours(hour: u8) -> String {
    format!("between {hour:02}:00 and {:02}:00", u32::from(hour) + 1)
}

const fn known(mark: Mark) -> &'static str {
    match mark {
        Mark::Recovered => "cancelled at first, then submitted",
        Mark::LeftAfterSubmitting => "left after submitting",
        Mark::OtherDocument => "asked for another document type",
        Mark::ImpliedSubmitted => "submitted without a 7002",
        Mark::MissingStarted => "begun without a 7001",
    }
}

fn took(time: TimeRange) -> String {
    let TimeRange { until, from_us, to_us } = time;
    let what = if until == Until::Submit { "submitted" } else { "left" };
    match (from_us, to_us) {
        (0, None) => format!("{what} at some time"),
        (0, Some(to)) => format!("{what} within {}", duration(to)),
        (from, None) => format!("{what} after {} or more", duration(from)),
        (from, Some(to)) => format!("{what} after {} to {}", duration(from), duration(to)),
    }
}

fn narrowed(narrow: &Narrow, unit: Unit, catalogue: &Catalogue) -> Vec<Markup> {
    // Every field is named, so that a new one does not compile until it is said here.
    let Narrow { at_risk, mark, recovered_state, recovered_reason, weekday, hour, attempts, time } =
        narrow;
    let mut clauses = Vec::new();
    if let Some(state) = at_risk {
        clauses.push(html! { "that got as far as " em { (outcome::screen(catalogue, state)) } });
    }
    clauses.extend(mark.map(|mark| html! { (known(mark)) }));
    if let Some(state) = recovered_state {
        clauses.push(html! {
            "submitted after having left at "
            @match state {
                Some(state) => { em { (outcome::screen(catalogue, state)) } },
                None => { "no known screen" },
            }
        });
    }
    if let Some(reason) = recovered_reason {
        clauses.push(html! {
            "submitted after having left for "
            @match reason {
                Some(reason) => { "the reason " (outcome::reason(catalogue, reason)) },
                None => { "no given reason" },
            }
        });
    }
    clauses.extend(time.map(|time| html! { (took(time)) }));
    clauses.extend(weekday.map(|number| html! { "on a " (day(number)) }));
    clauses.extend(hour.map(|hour| html! { (hours(hour)) }));
    if let (Some(attempts), false) = (attempts, unit == Unit::Attempt) {
        clauses.push(html! { "with " (counted(*attempts, "attempts")) });
    }
    clauses
}

/// What applies beyond the filters.
pub(super) fn chips(list: &List, catalogue: &Catalogue) -> Vec<Chip> {
    let Narrow { at_risk, mark, recovered_state, recovered_reason, weekday, hour, attempts, time } =
        &list.narrow;
    let mut chips = Vec::new();
    let mut push = |what, value: Option<String>, names| {
        chips.extend(value.map(|value| Chip { what, value, names }));
    };
    let screen = |state: &Option<String>| {
        state.as_deref().map_or("no known screen", |state| catalogue.screen_label(state)).to_owned()
    };
    let reason = |reason: &Option<String>| {
        reason
            .as_deref()
            .map_or("no given reason", |reason| catalogue.reason_label(reason))
            .to_owned()
    };
    let text = |search: &Search| safe_text(&search.text, 60);
    push("found by", list.search.as_ref().map(text), &["q", "q_in"]);
    push("got as far as", at_risk.clone().map(|state| screen(&Some(state))), &["at_risk"]);
    push("only", mark.map(|mark| known(mark).to_owned()), &["mark"]);
    push("recovered from", recovered_state.as_ref().map(screen), &["recovered_state"]);
    push("recovered from", recovered_reason.as_ref().map(reason), &["recovered_reason"]);
    push("only", time.map(took), &["time_to", "seconds_min", "seconds_below"]);
    push("begun on a", weekday.map(|number| day(number).to_owned()), &["weekday"]);
    push("begun", hour.map(hours), &["hour"]);
    push("attempts", attempts.map(|attempts| attempts.to_string()), &["attempts"]);
    chips
}
