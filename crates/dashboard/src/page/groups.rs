//! How a reader chooses the two groups of a comparison: ways that are often taken, and a form.
//!
//! The second group is the page's own range and filters; the first is chosen here.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Timestamp};
use weir_report::render::safe_text;
use weir_report::{Query, Zone};

use super::filters::{boxes, select, text};
use super::{Choice, Choices, Form, Page};

/// More pairs than this are chosen in the form.
const PAIRS_MAX: usize = 6;
const NAME_CHARS_MAX: usize = 40;
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The ways, and the form. `b` is the second group's question, `a` the first's.
pub(crate) fn chooser(form: &Form, choices: &Choices, a: &Query, b: &Query) -> Markup {
    html! {
        nav.against aria-label="Hold against" {
            span { "Hold against" }
            (periods(form, a, b))
            (pairs(form, "integration", "a_integration", &named(&choices.integrations)))
            (pairs(form, "feature", "a_feature", &named(&choices.features)))
            (counted(form, [("a_attempts", "1"), ("attempts", "2")], "one attempt against two"))
            (counted(form, [("a_weekday", "1"), ("weekday", "7")], "Mondays against Sundays"))
        }
        (first_group(form, choices, false))
    }
}

fn named(values: &[String]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(value, value)).collect()
}

/// The period before, and the same weekdays before.
fn periods(form: &Form, a: &Query, b: &Query) -> Markup {
    let previous = b.previous();
    let plain = Form { own: Vec::new(), ..form.clone() };
    html! {
        a href=(plain.href(Page::Compare)) aria-current=[(*a == previous).then_some("true")] {
            "the period before"
        }
        // Of a week the period before is the same weekdays.
        @if let Some((weeks, from, to)) = weeks_before(b).filter(|(_, from, _)| *from != previous.from) {
            @let own = vec![("a_from", from.to_string()), ("a_to", to.to_string())];
            @let href = Form { own, ..form.pinned(b) }.href(Page::Compare);
            @let chosen = (a.from, a.to) == (from, to) && a.filters == b.filters;
            a href=(href) aria-current=[chosen.then_some("true")] {
                @if weeks == 1 { "the same weekdays a week before" }
                @else { "the same weekdays " (weeks) " weeks before" }
            }
        }
    }
}

/// The same local hours, so many whole weeks earlier that the two do not overlap.
fn weeks_before(b: &Query) -> Option<(i64, Timestamp, Timestamp)> {
    const WEEK_US: i64 = 7 * 86_400_000_000;
    let end = b.ended();
    let weeks = u64::try_from(end.since_us(b.from)).ok()?.div_ceil(WEEK_US.unsigned_abs()).max(1);
    let weeks = i64::try_from(weeks).ok()?;
    Some((weeks, earlier(b.from, &b.zone, weeks)?, earlier(end, &b.zone, weeks)?))
}

fn earlier(at: Timestamp, zone: &Zone, weeks: i64) -> Option<Timestamp> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let at = at.to_zoned(zone.rules().clone());
    let at = at.checked_sub(jiff::Span::new().try_weeks(weeks).ok()?).ok()?;
    Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

/// Each value that was seen against each other.
fn pairs(form: &Form, list: &str, own: &'static str, seen: &[Choice]) -> Markup {
    let pairs =
        seen.iter().enumerate().flat_map(|(n, a)| seen[n + 1..].iter().map(move |b| (a, b)));
    let shown = |choice: &Choice| {
        if choice.label.is_empty() {
            "none given".to_owned()
        } else {
            safe_text(&choice.label, NAME_CHARS_MAX)
        }
    };
    html! {
        @for (a, b) in pairs.take(PAIRS_MAX) {
            @let view = Form { own: vec![(own, a.value.clone())], ..form.clone() };
            @let view = view.with_list(list, &b.value);
            a href=(view.href(Page::Compare)) {
                (list) " " bdi { (shown(a)) } " against " bdi { (shown(b)) }
            }
        }
    }
}

/// One number of a dimension against another.
fn counted(form: &Form, own: [(&'static str, &str); 2], words: &str) -> Markup {
    let own = own.map(|(name, value)| (name, value.to_owned())).to_vec();
    let chosen = own.iter().all(|one| form.own.contains(one));
    let view = Form { own, ..form.clone() };
    html! { a href=(view.href(Page::Compare)) aria-current=[chosen.then_some("true")] { (words) } }
}

/// What is kept of one group: so many attempts, a weekday, an hour of the day.
fn kept(names: [&str; 3], whose: &str, any: &str, own: &dyn Fn(&str) -> String) -> Markup {
    let hours: Vec<_> = (0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect();
    let attempts: Vec<_> = (1..=9).map(|n| (n.to_string(), n.to_string())).collect();
    let days = DAYS.iter().zip(1..).map(|(day, n)| (i32::to_string(&n), (*day).to_owned()));
    let choice = |name: &str, label: &str, options: &[(String, String)]| {
        let given = options.iter().map(|(value, words)| (value.as_str(), words.as_str()));
        let options: Vec<_> = std::iter::once(("", any)).chain(given).collect();
        select(name, &format!("{whose} {label}"), &own(name), "", &options)
    };
    html! {
        (choice(names[0], "attempts", &attempts))
        (choice(names[1], "weekday", &days.collect::<Vec<_>>()))
        (choice(names[2], "hour", &hours))
    }
}

/// The form of the first group. What is left empty in it is as in the second.
pub(crate) fn first_group(form: &Form, choices: &Choices, open: bool) -> Markup {
    let own = |name: &str| -> Vec<String> {
        form.own
            .iter()
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value.clone())
            .collect()
    };
    let first = |name: &str| own(name).into_iter().next().unwrap_or_default();
    let outcomes: Vec<Choice> =
        OutcomeKind::ALL.into_iter().map(|kind| Choice::new(kind.name(), kind.label())).collect();
    html! {
        details.more.first-group open[open] {
            summary { "Choose the first group" }
            p.soft {
                "The second group is the range and the filters above, and what is chosen for it here. "
                "What is left empty of the first is as in the second; all of it left empty is the "
                "period before, judged as young as the second."
            }
            form method="get" action=(Page::Compare.path()) {
                @for (name, value) in form.values().into_iter().filter(|(_, value)| !value.is_empty()) {
                    input type="hidden" name=(name) value=(value);
                }
                @for (name, values) in form.lists() {
                    @for value in values { input type="hidden" name=(name) value=(value); }
                }
                div.row {
                    (text("a_from", "First from", &first("a_from"), "-60d", None))
                    (text("a_to", "First to", &first("a_to"), "-30d", None))
                    (text("a_as_of", "First as of", &first("a_as_of"), "as old", None))
                    button type="submit" { "Compare" }
                }
                div.row {
                    (kept(["a_attempts", "a_weekday", "a_hour"], "First", "as in the second", &first))
                    (kept(["attempts", "weekday", "hour"], "Second", "any", &first))
                }
                div.row.lists {
                    (boxes("a_integration", "Integration", &named(&choices.integrations), &own("a_integration")))
                    (boxes("a_feature", "Feature", &named(&choices.features), &own("a_feature")))
                    (boxes("a_outcome", "Outcome", &outcomes, &own("a_outcome")))
                    (boxes("a_state", "Screen", &choices.screens, &own("a_state")))
                    (boxes("a_reason", "Reason", &choices.reasons, &own("a_reason")))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_report::Asked;

    use super::weeks_before;

    #[test]
    fn the_same_weekdays_do_not_overlap_and_keep_their_local_hours() {
        let check = |from: &str, to: &str, want: (i64, &str, &str)| {
            let asked = Asked {
                from: Some(from.to_owned()),
                to: Some(to.to_owned()),
                tz: Some("Europe/Tallinn".to_owned()),
                ..Asked::default()
            };
            let query = asked.query("2026-06-01T00:00:00Z".parse().unwrap()).unwrap();
            let (weeks, from, to) = weeks_before(&query).unwrap();
            assert_eq!(
                (weeks, from.to_string(), to.to_string()),
                (want.0, want.1.to_owned(), want.2.to_owned())
            );
        };
        check("2026-05-04", "2026-05-11", (1, "2026-04-26T21:00:00Z", "2026-05-03T21:00:00Z"));
        // Over the change to summer time: local midnights both.
        check("2026-03-30", "2026-03-31", (1, "2026-03-22T22:00:00Z", "2026-03-23T22:00:00Z"));
        check("2026-05-01", "2026-05-31", (5, "2026-03-26T22:00:00Z", "2026-04-25T21:00:00Z"));
    }
}
