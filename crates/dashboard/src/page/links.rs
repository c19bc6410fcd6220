//! Where the numbers of this view lead: the list of sessions behind each.

use weir_domain::OutcomeKind;
use weir_report::render::{Behind, Links, NoLinks, Place};
use weir_report::{Narrow, TimeRange};

use super::Page;
use super::form::{Form, Query, address};

/// Leads to the page of sessions with the view's own range and filters.
#[derive(Debug, Clone, Copy)]
pub struct SessionLinks<'a>(pub &'a Form);

/// Where the numbers of a view lead.
#[derive(Debug, Clone, Copy)]
pub enum ViewLinks<'a> {
    /// To the sessions behind them.
    Sessions(SessionLinks<'a>),
    /// Nowhere: who was given a view was not given what is behind it.
    Nowhere,
}

impl Links for ViewLinks<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        match self {
            ViewLinks::Sessions(links) => links.units(behind),
            ViewLinks::Nowhere => NoLinks.units(behind),
        }
    }

    fn place(&self, place: Place<'_>) -> Option<String> {
        match self {
            ViewLinks::Sessions(links) => links.place(place),
            ViewLinks::Nowhere => NoLinks.place(place),
        }
    }
}

/// The same, of a view that keeps only some of its units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Narrowed<'a>(pub(crate) ViewLinks<'a>, pub(crate) &'a Narrow);

impl Links for Narrowed<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let Narrowed(links, all) = self;
        let narrow = Narrow {
            attempts: behind.narrow.attempts.or(all.attempts),
            weekday: behind.narrow.weekday.or(all.weekday),
            hour: behind.narrow.hour.or(all.hour),
            ..behind.narrow.clone()
        };
        links.units(&Behind { narrow, ..behind.clone() })
    }

    fn place(&self, place: Place<'_>) -> Option<String> {
        self.0.place(place)
    }
}

impl Links for SessionLinks<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let form = self.0;
        let mut query = Query::default();
        let within = behind.within.map(|(from, to)| (from.to_string(), to.to_string()));
        for (name, value) in form.values() {
            let value = match (&within, name) {
                (Some((from, _)), "from") => from,
                (Some((_, to)), "to") => to,
                // A list has no trend and no breakdown.
                (_, "bucket" | "by") => "",
                _ => value,
            };
            if !value.is_empty() {
                query.push(name, value);
            }
        }
        let narrowed = [
            ("integration", behind.integration.map(Some), &form.integration),
            ("feature", behind.feature, &form.feature),
            ("state", behind.state, &form.state),
            ("reason", behind.reason, &form.reason),
        ];
        for (name, only, values) in narrowed {
            match only {
                None if name == "state" && !behind.states.is_empty() => {
                    either(form, behind.states)?.iter().for_each(|state| query.push(name, state));
                }
                Some(only) => query.push(name, only.unwrap_or("")),
                None => values.iter().for_each(|value| query.push(name, value)),
            }
        }
        for outcome in outcomes(form, behind.outcomes)? {
            query.push("outcome", &outcome);
        }
        narrow(&mut query, &behind.narrow);
        Some(address(Page::Sessions.path(), &query.0))
    }

    fn place(&self, place: Place<'_>) -> Option<String> {
        // What only this page takes, another would refuse.
        let form = &Form { own: Vec::new(), ..self.0.clone() };
        Some(match place {
            Place::Screens => form.leads_to(Page::Screens),
            Place::Screen(state) => form.with_own("screen", state).href(Page::Screens),
            Place::Reasons => form.leads_to(Page::Reasons),
            Place::Reason(reason) => form.with_own("cause", reason).href(Page::Reasons),
            Place::Compare => form.leads_to(Page::Compare),
            Place::Health => Page::Health.path().to_owned(),
        })
    }
}

/// What the list keeps beyond the filters; `parameters` reads the same names.
fn narrow(query: &mut Query, narrow: &Narrow) {
    // Every field is named, so that a new one does not compile until it is written here.
    let Narrow { at_risk, mark, recovered_state, recovered_reason, weekday, hour, attempts, time } =
        narrow;
    let mut push = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            query.push(name, &value);
        }
    };
    push("at_risk", at_risk.clone());
    push("mark", mark.map(|mark| mark.name().to_owned()));
    push("recovered_state", recovered_state.clone().map(Option::unwrap_or_default));
    push("recovered_reason", recovered_reason.clone().map(Option::unwrap_or_default));
    push("weekday", weekday.map(|day| day.to_string()));
    push("hour", hour.map(|hour| hour.to_string()));
    push("attempts", attempts.map(|attempts| attempts.to_string()));
    if let Some(TimeRange { until, from_us, to_us }) = time {
        push("time_to", Some(until.name().to_owned()));
        push("seconds_min", Some((from_us / 1_000_000).to_string()));
        push("seconds_below", to_us.map(|us| (us / 1_000_000).to_string()));
    }
}

/// The screens that both the view's filter and the number keep; none if that is nothing.
fn either<'a>(form: &Form, states: &[&'a str]) -> Option<Vec<&'a str>> {
    let kept = |state: &&str| form.state.is_empty() || form.state.iter().any(|kept| kept == state);
    let both: Vec<&str> = states.iter().copied().filter(kept).collect();
    (!both.is_empty()).then_some(both)
}

/// What both the view's filter and the number keep; none if that is nothing.
fn outcomes(form: &Form, behind: &[OutcomeKind]) -> Option<Vec<String>> {
    let behind = || behind.iter().map(|kind| kind.name().to_owned());
    if form.outcome.is_empty() {
        return Some(behind().collect());
    }
    if behind().next().is_none() {
        return Some(form.outcome.clone());
    }
    let both: Vec<String> = behind().filter(|name| form.outcome.contains(name)).collect();
    (!both.is_empty()).then_some(both)
}

#[cfg(test)]
mod tests {
    use weir_domain::OutcomeKind::{Cancelled, LostInHandover};
    use weir_report::render::{Behind, Links};
    use weir_report::{Narrow, TimeRange, Until};

    use super::{Form, SessionLinks};

    #[track_caller]
    fn check(form: &Form, behind: &Behind<'_>, want: Option<&str>) {
        let want = want.map(|query| format!("/sessions?{query}"));
        assert_eq!(SessionLinks(form).units(behind), want);
    }

    #[test]
    fn a_number_leads_to_its_sessions_within_the_view() {
        let form = Form {
            from: "-7d".to_owned(),
            bucket: "hour".to_owned(),
            integration: vec!["main".to_owned()],
            state: vec!["a".to_owned(), "b".to_owned()],
            ..Form::default()
        };
        let exits = [Cancelled, LostInHandover];
        check(
            &form,
            &Behind { state: Some(Some("a")), outcomes: &exits, ..Behind::default() },
            Some("from=-7d&integration=main&state=a&outcome=cancelled&outcome=lost_in_handover"),
        );
        check(
            &form,
            &Behind { reason: Some(None), ..Behind::default() },
            Some("from=-7d&integration=main&state=a&state=b&reason="),
        );
        check(
            &form,
            &Behind { integration: Some("web"), feature: Some(None), ..Behind::default() },
            Some("from=-7d&integration=web&feature=&state=a&state=b"),
        );
    }

    #[test]
    fn what_a_number_keeps_beyond_the_filters_is_in_its_address() {
        let form = Form { from: "-7d".to_owned(), ..Form::default() };
        let time = TimeRange { until: Until::Exit, from_us: 60_000_000, to_us: None };
        let narrow = Narrow {
            at_risk: Some("a".to_owned()),
            recovered_reason: Some(None),
            hour: Some(7),
            time: Some(time),
            ..Narrow::default()
        };
        let at = |text: &str| text.parse().unwrap();
        let within = Some((at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z")));
        check(
            &form,
            &Behind { within, narrow, ..Behind::default() },
            Some(
                "from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z&at_risk=a&recovered_reason=&\
                 hour=7&time_to=exit&seconds_min=60",
            ),
        );
    }

    #[test]
    fn a_filter_on_outcomes_is_kept() {
        let form = Form { outcome: vec!["cancelled".to_owned()], ..Form::default() };
        let both = [Cancelled, LostInHandover];
        check(&form, &Behind { outcomes: &both, ..Behind::default() }, Some("outcome=cancelled"));
        check(&form, &Behind { outcomes: &[LostInHandover], ..Behind::default() }, None);
    }
}
