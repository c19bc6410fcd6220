//! Where the numbers of this view lead: the list of sessions behind each.

use weir_report::Narrow;
use weir_report::render::{Behind, Links, NoLinks, Place};

use super::form::Form;

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
        self.0.addressed().units(behind)
    }

    fn place(&self, place: Place<'_>) -> Option<String> {
        Some(self.0.addressed().place(place))
    }
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

    #[test]
    fn a_place_is_a_page_with_the_same_question() {
        use crate::page::Page;
        use weir_report::render::Place;
        let form = Form { from: "-7d".to_owned(), ..Form::default() }.with_own("sort", "name");
        let check = |place, page: Page, query: &str| {
            assert_eq!(SessionLinks(&form).place(place), Some(format!("{}{query}", page.path())));
        };
        check(Place::Overview, Page::Overview, "?from=-7d");
        check(Place::Funnel, Page::Funnel, "?from=-7d");
        check(Place::Screens, Page::Screens, "?from=-7d");
        check(Place::Screen("a b"), Page::Screens, "?from=-7d&screen=a%20b");
        check(Place::Reasons, Page::Reasons, "?from=-7d");
        check(Place::Reason("c"), Page::Reasons, "?from=-7d&cause=c");
        check(Place::Matrix, Page::Matrix, "?from=-7d");
        check(Place::Time, Page::Time, "?from=-7d");
        check(Place::Compare, Page::Compare, "?from=-7d");
        check(Place::Health, Page::Health, "");
        assert!(
            SessionLinks(&form)
                .units(&Behind::default())
                .unwrap()
                .starts_with(Page::Sessions.path())
        );
    }
}
