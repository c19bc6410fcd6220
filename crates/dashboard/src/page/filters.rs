//! The line of filters: a GET form that works without scripts.

use maud::{Markup, html};
use weir_domain::{Catalogue, OutcomeKind, Unit};
use weir_report::render::safe_text;
use weir_report::{Bucket, Dimension};

use super::form::Form;
use super::{Choice, Choices, Page, View, actions};

const PRESETS: [(&str, &str); 4] =
    [("-24h", "24 hours"), ("-7d", "7 days"), ("-30d", "30 days"), ("-90d", "90 days")];
/// The range where none is asked for (interfaces.md).
const FROM_DEFAULT: &str = "-30d";
const CHIP_CHARS_MAX: usize = 60;
/// The overview's own parameter, and its values.
pub(crate) const COMPARE: &str = "compare";
pub(crate) const COMPARE_PREVIOUS: &str = "previous";
pub(crate) const COMPARE_NONE: &str = "none";

/// The form, the problem with it if there is one, and the filters that apply.
///
/// On a narrow screen the form is folded away by the state of the `details` above it, which a wide
/// one does not show: nothing of it needs a script.
pub(super) fn filters(view: &View<'_>, problem: Option<&str>) -> Markup {
    let View { page, form, choices, catalogue, .. } = *view;
    html! {
        div.filters role="search" aria-label="Filters" {
            div.view {
                (presets(page, form))
                details.fold open[problem.is_some()] { summary { "Filters" } }
                (actions::actions(view))
            }
            (line(page, form, choices))
            @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
            (chips(page, form, choices, catalogue))
        }
    }
}

fn line(page: Page, form: &Form, choices: &Choices) -> Markup {
    html! {
        form.line method="get" action=(page.path()) {
            // What the page takes besides stays as it is, unless the line asks for it.
            @for (name, value) in form.own.iter().filter(|(name, _)| *name != COMPARE) {
                input type="hidden" name=(name) value=(value);
            }
            div.row {
                (text("from", "From", &form.from, "-30d", None))
                (text("to", "To", &form.to, "now", None))
                @if page == Page::Overview { (compare(form)) }
                (text("tz", "Time zone", &form.tz, "UTC", Some("zones")))
                (select("unit", "Count", &form.unit, Unit::Session.name(),
                    &Unit::ALL.map(|unit| (unit.name(), unit.plural()))))
                (select("bucket", "Trend by", &form.bucket, Bucket::Day.name(),
                    &Bucket::ALL.map(|bucket| (bucket.name(), bucket.name()))))
                button type="submit" { "Show" }
                (integrations(form, choices))
                (more(form, choices))
            }
            // Six hundred options: HTML closes each where the next one begins.
            datalist #zones { @for zone in &choices.zones { option value=(zone); } }
        }
    }
}

/// What the overview's numbers are held against.
fn compare(form: &Form) -> Markup {
    let chosen = form.own.iter().find(|(name, _)| *name == COMPARE);
    let chosen = chosen.map_or("", |(_, value)| value.as_str());
    let options = [(COMPARE_PREVIOUS, "previous"), (COMPARE_NONE, "nothing")];
    select(COMPARE, "Compare to", chosen, COMPARE_PREVIOUS, &options)
}

fn presets(page: Page, form: &Form) -> Markup {
    let from = if form.from.is_empty() { FROM_DEFAULT } else { form.from.as_str() };
    html! {
        div.presets role="group" aria-label="The last" {
            @for (start, words) in PRESETS {
                a href=(form.last(start).href(page))
                    aria-current=[(form.is_live() && from == start).then_some("true")] { (words) }
            }
        }
    }
}

pub(super) fn text(name: &str, label: &str, value: &str, hint: &str, list: Option<&str>) -> Markup {
    html! {
        label.field { (label)
            input.zone[list.is_some()].instant[list.is_none() && 12 < value.len()] type="text" name=(name) value=(value) placeholder=(hint)
                list=[list] autocomplete="off" spellcheck="false";
        }
    }
}

pub(super) fn select(
    name: &str,
    label: &str,
    value: &str,
    default: &str,
    options: &[(&str, &str)],
) -> Markup {
    let chosen = if value.is_empty() { default } else { value };
    let known = options.iter().any(|(option, _)| *option == chosen);
    html! {
        label.field { (label)
            select name=(name) {
                // A value that is none of the options is shown as it came: nothing is lost.
                @if !known { option value=(chosen) selected { (safe_text(chosen, 40)) } }
                @for (option, words) in options {
                    option value=(option) selected[*option == chosen] { (words) }
                }
            }
        }
    }
}

fn breakdown(by: &str) -> Markup {
    let words = |dimension: Dimension| match dimension {
        Dimension::Hour => "hour of the day",
        other => other.name(),
    };
    let options: Vec<(&str, &str)> = std::iter::once(("", "nothing"))
        .chain(Dimension::ALL.into_iter().map(|dimension| (dimension.name(), words(dimension))))
        .collect();
    select("by", "Break down by", by, "", &options)
}

/// Which integrations, where there is more than one to choose from.
fn integrations(form: &Form, choices: &Choices) -> Markup {
    if choices.integrations.len() < 2 && form.integration.is_empty() {
        return html! {};
    }
    let chosen = match form.integration.len() {
        0 => "all".to_owned(),
        1 => safe_text(&form.integration[0], 24),
        n => n.to_string(),
    };
    html! {
        details.more {
            summary { "Integration: " bdi { (chosen) } }
            (boxes("integration", "Integration", &named(&choices.integrations), &form.integration))
        }
    }
}

fn named(values: &[String]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(value, value)).collect()
}

fn more(form: &Form, choices: &Choices) -> Markup {
    let outcomes: Vec<Choice> =
        OutcomeKind::ALL.into_iter().map(|kind| Choice::new(kind.name(), kind.label())).collect();
    let features = named(&choices.features);
    html! {
        details.more {
            summary { "More filters" }
            div.row {
                (breakdown(&form.by))
                (text("as_of", "As of", &form.as_of, "now", None))
                (text("window", "Silent is stalled after", &form.window, "7d", None))
                (boxes("outcome", "Outcome", &outcomes, &form.outcome))
                (boxes("state", "Screen", &choices.screens, &form.state))
                (boxes("reason", "Reason", &choices.reasons, &form.reason))
                (boxes("feature", "Feature", &features, &form.feature))
            }
        }
    }
}

/// A list to choose from; what is chosen already is in it even if nobody offers it any more.
pub(super) fn boxes(name: &str, legend: &str, offered: &[Choice], chosen: &[String]) -> Markup {
    let missing = chosen.iter().filter(|value| offered.iter().all(|o| o.value != **value));
    let all: Vec<Choice> =
        missing.map(|value| Choice::new(value, value)).chain(offered.iter().cloned()).collect();
    html! {
        @if !all.is_empty() {
            fieldset {
                legend { (legend) }
                div.choices {
                    @for choice in &all {
                        label {
                            input type="checkbox" name=(name) value=(choice.value)
                                checked[chosen.contains(&choice.value)];
                            bdi { (choice.shown()) }
                        }
                    }
                }
            }
        }
    }
}

/// What applies, each to be taken off by itself.
fn chips(page: Page, form: &Form, choices: &Choices, catalogue: &Catalogue) -> Markup {
    if form.lists().iter().all(|(_, values)| values.is_empty()) {
        return html! {};
    }
    let words = |list: &str, value: &str| -> String {
        let offered = match list {
            "state" => choices.screens.iter().find(|choice| choice.value == value),
            "reason" => choices.reasons.iter().find(|choice| choice.value == value),
            _ => None,
        };
        match (list, offered) {
            (_, Some(choice)) => choice.shown(),
            (_, None) if value.is_empty() => "none given".to_owned(),
            ("state", None) => safe_text(catalogue.screen_label(value), CHIP_CHARS_MAX),
            ("reason", None) => safe_text(catalogue.reason_label(value), CHIP_CHARS_MAX),
            ("outcome", None) => value
                .parse::<OutcomeKind>()
                .map_or_else(|()| safe_text(value, CHIP_CHARS_MAX), |kind| kind.label().to_owned()),
            _ => safe_text(value, CHIP_CHARS_MAX),
        }
    };
    html! {
        ul.chips aria-label="Filters that apply" {
            @for (list, values) in form.lists() {
                @for value in values {
                    @let (what, shown) = (name_of(list), words(list, value));
                    li {
                        a href=(form.without(list, value).href(page))
                            aria-label={ "Remove the filter " (what) " " (shown) } {
                            span { (what) } " " bdi { (shown) } " " span aria-hidden="true" { "✕" }
                        }
                    }
                }
            }
        }
    }
}

fn name_of(list: &str) -> &str {
    if list == "state" { "screen" } else { list }
}
