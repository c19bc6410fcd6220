//! The filters of a view in words, for a list of views and above a shared one.

use maud::{Markup, html};
use weir_domain::{Catalogue, OutcomeKind, Unit};
use weir_report::render::safe_text;

use super::form::Form;

const NAME_CHARS_MAX: usize = 60;

/// A part of it: what is said, and a name that came from outside.
type Part = (String, Option<String>);

/// `the last 7 days · attempts · screen Consent`.
pub(crate) fn in_words(form: &Form, catalogue: &Catalogue) -> Markup {
    html! {
        @for (at, (said, name)) in parts(form, catalogue).into_iter().enumerate() {
            @if 0 < at { " · " }
            (said)
            @if let Some(name) = name { " " bdi { (name) } }
        }
    }
}

/// What is kept, without the range and what else a view has: `screen Consent · outcome submitted`.
pub(crate) fn lists_in_words(form: &Form, catalogue: &Catalogue) -> Markup {
    let kept = lists(form, catalogue);
    html! {
        @if kept.is_empty() { "none" }
        @for (at, (said, name)) in kept.into_iter().enumerate() {
            @if 0 < at { " · " }
            (said)
            @if let Some(name) = name { " " bdi { (name) } }
        }
    }
}

/// The same as text, for a title.
pub(crate) fn in_text(form: &Form, catalogue: &Catalogue) -> String {
    let parts = parts(form, catalogue).into_iter().map(|(said, name)| match name {
        Some(name) => format!("{said} {name}"),
        None => said,
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn parts(form: &Form, catalogue: &Catalogue) -> Vec<Part> {
    let plain = |said: String| (said, None);
    let mut parts = vec![plain(range(form))];
    // Every field is named, so that a new one does not compile until it is said here.
    let Form { from: _, to: _, tz, as_of, unit, window, bucket, by, own, .. } = form;
    let said = [
        (tz, ""),
        (as_of, "as of "),
        (window, "stalled after "),
        (bucket, "trend by "),
        (by, "broken down by "),
    ];
    if let Ok(unit) = unit.parse::<Unit>()
        && unit != Unit::Session
    {
        parts.push(plain(unit.plural().to_owned()));
    }
    for (value, before) in said.into_iter().filter(|(value, _)| !value.is_empty()) {
        parts.push(plain(format!("{before}{}", safe_text(value, NAME_CHARS_MAX))));
    }
    parts.extend(lists(form, catalogue));
    let own = own
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Some(safe_text(value, NAME_CHARS_MAX))));
    parts.extend(own);
    parts
}

fn lists(form: &Form, catalogue: &Catalogue) -> Vec<Part> {
    let of = |(list, values): (&str, &[String])| {
        let what = if list == "state" { "screen" } else { list };
        let names = values.iter().map(|value| name(list, value, catalogue));
        names.map(|name| (what.to_owned(), Some(name))).collect::<Vec<_>>()
    };
    form.lists().into_iter().flat_map(of).collect()
}

fn name(list: &str, value: &str, catalogue: &Catalogue) -> String {
    if value.is_empty() {
        return "none given".to_owned();
    }
    let label = match list {
        "state" => catalogue.screen_label(value),
        "reason" => catalogue.reason_label(value),
        "outcome" => match value.parse::<OutcomeKind>() {
            Ok(kind) => kind.label(),
            Err(()) => value,
        },
        _ => value,
    };
    safe_text(label, NAME_CHARS_MAX)
}

fn range(form: &Form) -> String {
    let or = |text: &str, default: &str| {
        if text.is_empty() { default.to_owned() } else { safe_text(text, NAME_CHARS_MAX) }
    };
    let from = or(&form.from, "-30d");
    let moving = matches!(form.to.trim(), "" | "now");
    match relative(&from).filter(|_| moving) {
        Some(words) => format!("the last {words}"),
        None => format!("from {from} to {}", or(&form.to, "now")),
    }
}

/// `-7d` is `7 days`.
fn relative(from: &str) -> Option<String> {
    let number = from.strip_prefix('-')?;
    let unit = number.chars().last()?;
    let number = &number[..number.len() - unit.len_utf8()];
    let count: u64 = number.parse().ok()?;
    let word = match unit {
        's' => "second",
        'm' => "minute",
        'h' => "hour",
        'd' => "day",
        'w' => "week",
        _ => return None,
    };
    Some(if count == 1 { word.to_owned() } else { format!("{count} {word}s") })
}

#[cfg(test)]
mod tests {
    use weir_domain::Catalogue;

    use super::{in_text, in_words};
    use crate::page::Form;

    #[track_caller]
    fn check(form: &Form, want: &str) {
        assert_eq!(in_text(form, &Catalogue::shipped()), want);
    }

    fn from_to(from: &str, to: &str) -> Form {
        Form { from: from.to_owned(), to: to.to_owned(), ..Form::default() }
    }

    #[test]
    fn the_range_is_said_as_it_moves() {
        check(&Form::default(), "the last 30 days");
        check(&from_to("-24h", ""), "the last 24 hours");
        check(&from_to("-1w", "now"), "the last week");
        check(&from_to("-7d", "-1d"), "from -7d to -1d");
        check(&from_to("2026-01-05", "2026-01-12"), "from 2026-01-05 to 2026-01-12");
        check(&from_to("-õ", ""), "from -õ to now");
    }

    #[test]
    fn every_filter_is_said() {
        let form = Form {
            tz: "Europe/Tallinn".to_owned(),
            unit: "attempt".to_owned(),
            bucket: "week".to_owned(),
            state: vec!["consent_screen_shown".to_owned(), String::new()],
            outcome: vec!["lost_in_handover".to_owned()],
            integration: vec!["main".to_owned()],
            own: vec![("sort", "hazard".to_owned())],
            ..Form::default()
        };
        check(
            &form,
            "the last 30 days, attempts, Europe/Tallinn, trend by week, integration main, \
             screen Consent, screen none given, outcome Lost in handover, sort hazard",
        );
    }

    #[test]
    fn names_from_outside_do_no_harm() {
        let form = Form { feature: vec!["<b>\u{202e}".to_owned()], ..Form::default() };
        let text = in_words(&form, &Catalogue::shipped()).into_string();
        assert!(text.ends_with("feature <bdi>&lt;b&gt;\\u{202e}</bdi>"), "{text}");
    }
}
