//! Where the numbers of this view lead: the list of sessions behind each.

use weir_domain::OutcomeKind;
use weir_report::render::{Behind, Links};

use super::form::{Form, Query};

/// Leads to `/api/v1/sessions` with the view's own range and filters.
#[derive(Debug, Clone, Copy)]
pub struct SessionLinks<'a>(pub &'a Form);

impl Links for SessionLinks<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let form = self.0;
        let mut query = Query::default();
        for (name, value) in form.values() {
            // A list has no trend and no breakdown.
            if !value.is_empty() && name != "bucket" && name != "by" {
                query.push(name, value);
            }
        }
        let lists = [("integration", &form.integration), ("feature", &form.feature)];
        for (name, values) in lists {
            values.iter().for_each(|value| query.push(name, value));
        }
        let narrowed =
            [("state", behind.state, &form.state), ("reason", behind.reason, &form.reason)];
        for (name, only, values) in narrowed {
            match only {
                Some(only) => query.push(name, only.unwrap_or("")),
                None => values.iter().for_each(|value| query.push(name, value)),
            }
        }
        for outcome in outcomes(form, behind.outcomes)? {
            query.push("outcome", &outcome);
        }
        Some(format!("/api/v1/sessions?{}", query.0))
    }
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

    use super::{Form, SessionLinks};

    #[track_caller]
    fn check(form: &Form, behind: &Behind<'_>, want: Option<&str>) {
        let want = want.map(|query| format!("/api/v1/sessions?{query}"));
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
    }

    #[test]
    fn a_filter_on_outcomes_is_kept() {
        let form = Form { outcome: vec!["cancelled".to_owned()], ..Form::default() };
        let both = [Cancelled, LostInHandover];
        check(&form, &Behind { outcomes: &both, ..Behind::default() }, Some("outcome=cancelled"));
        check(&form, &Behind { outcomes: &[LostInHandover], ..Behind::default() }, None);
    }
}
