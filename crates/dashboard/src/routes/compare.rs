//! `GET /compare`: two periods, or two values of a dimension, side by side.

use maud::Markup;
use weir_report::comparison;
use weir_report::render::{CompareView, compare};

use crate::analysis::{Analysis, Ask};
use crate::choices::choices;
use crate::exits::{SHOW_ALL, show_all};
use crate::groups;
use crate::page::{Narrowed, Page, chooser};
use crate::problem::Problem;

/// The page. Its own parameters are those of the first group.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Compare, own: &OWN, body };

/// What tells the groups apart, and how much of their tables is shown.
const OWN: [&str; groups::OWN.len() + 1] = {
    let mut names = ["show"; groups::OWN.len() + 1];
    let (groups, _) = names.split_at_mut(groups::OWN.len());
    groups.copy_from_slice(&groups::OWN);
    names
};

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let all = show_all(ask)?;
    let groups = groups::both(ask.state, ask.parameters, ask.query.clone())?;
    let [a, b] = ask.state.groups(&groups)?;
    let [first, second] = &groups;
    let form_a = groups::form(ask.form, &first.query);
    let whole = ask.reader.map(|_| ask.form.with_own("show", SHOW_ALL).href(Page::Compare));
    // Whoever was given this page alone was not given what else could be compared.
    let chooser = ask.reader.map_or_else(Markup::default, |_| {
        let choices = choices(&ask.state.live.model(), &ask.catalogue);
        chooser(ask.form, &choices, &first.query, &ask.query)
    });
    Ok(compare(&CompareView {
        a: &a,
        b: &b,
        comparison: &comparison(&a, &b, &ask.catalogue),
        catalogue: &ask.catalogue,
        narrow: [&first.narrow, &second.narrow],
        links_a: &Narrowed(ask.links_of(&form_a), &first.narrow),
        links_b: &Narrowed(ask.links(), &second.narrow),
        all,
        whole: whole.as_deref(),
        chooser: &chooser,
    }))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG, deliveries, delivery, event};

    use super::ANALYSIS;

    const VIEW: &str = "from=2026-03-13&to=2026-03-17";

    #[actix_web::test]
    async fn each_number_is_the_apis_and_leads_to_the_sessions_of_its_own_group() {
        let fixture = Fixture::of(LOG);
        let api = fixture.json(&format!("/api/v1/reports/comparison?{VIEW}"), 200).await;
        let page = fixture.get(&format!("/compare?{VIEW}")).await;
        assert_eq!(page.status, 200);
        for group in ["a", "b"] {
            let (input, count) = (&api[group]["input"], &api["drop_off"][group]["count"]);
            let cell = format!(
                "href=\"/sessions?from={}&amp;to={}&amp;as_of={}&amp;outcome=cancelled&amp;\
                 outcome=lost_in_handover&amp;outcome=stalled\">{count}</a>",
                input["from"].as_str().unwrap(),
                input["to"].as_str().unwrap(),
                input["as_of"].as_str().unwrap(),
            );
            assert!(page.body.contains(&cell), "{cell} in {}", page.body);
        }
        assert!(page.body.contains("too few to judge: fewer than 30 sessions in both groups"));
    }

    #[actix_web::test]
    async fn every_pair_of_integrations_is_offered_and_the_first_one_is_in_the_address() {
        let mut log = deliveries(LOG);
        log.push(delivery("20T09:00", "<b>kiosk", event("9", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let page = fixture.get(&format!("/compare?{VIEW}")).await;
        let offered = "/compare?from=2026-03-13&amp;to=2026-03-17&amp;integration=main&amp;\
                       a_integration=%3Cb%3Ekiosk\">integration <bdi>&lt;b&gt;kiosk</bdi> against \
                       <bdi>main</bdi></a>";
        assert!(page.body.contains(offered), "{}", page.body);
        let chosen = fixture.get("/compare?integration=main&a_integration=%3Cb%3Ekiosk").await;
        assert!(chosen.body.contains("First: <bdi>integration &lt;b&gt;kiosk</bdi>"));
        assert!(chosen.body.contains("name=\"a_integration\" value=\"&lt;b&gt;kiosk\" checked"));
        assert!(!chosen.body.contains("<b>"));
        // A screen's own page takes the second group's question, and nothing of the first's.
        let opened = "as_of=2026-03-31T12:00:00Z&amp;integration=main&amp;screen=camera\"";
        assert!(chosen.body.contains(opened), "{}", chosen.body);
    }

    #[actix_web::test]
    async fn whoever_has_a_link_to_it_learns_nothing_of_other_groups() {
        let mut log = deliveries(LOG);
        log.push(delivery("20T09:00", "kiosk", event("9", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let page = ANALYSIS.shown(fixture.state(), "from=-30d&integration=main").unwrap();
        let page = page.body.into_string();
        assert!(page.contains("Drop-off went from"), "{page}");
        assert!(!page.contains("kiosk") && !page.contains("selfid"), "{page}");
    }

    #[actix_web::test]
    async fn numbers_of_a_dimension_are_held_against_each_other_each_with_its_own_sessions() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get("/compare?a_weekday=1&weekday=6&hour=9").await;
        for want in [
            // Of the two that began on a Monday one is silent, and one still open.
            "outcome=stalled&amp;weekday=1&amp;hour=9\">1</a>",
            "weekday=6&amp;hour=9\">1</a>",
            "Both keep only 09:00.",
            "First: <bdi>Monday</bdi>",
            "<option value=\"6\" selected>Saturday</option>",
        ] {
            assert!(page.body.contains(want), "{want}");
        }
        assert!(!page.body.contains("aria-current=\"true\">Mondays"));
        let chosen = fixture.get("/compare?a_weekday=1&weekday=7").await;
        assert!(chosen.body.contains("aria-current=\"true\">Mondays against Sundays</a>"));
    }

    #[actix_web::test]
    async fn a_wrong_first_group_is_named_and_stays_to_be_corrected() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get(&format!("/compare?{VIEW}&a_from=someday&a_to=2026-03-13")).await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains("`a_from` is `someday`"), "{}", page.body);
        assert!(page.body.contains("name=\"a_from\" value=\"someday\""));
        assert!(page.body.contains("<details class=\"more first-group\" open>"));
        let half = fixture.get(&format!("/compare?{VIEW}&a_from=2026-03-01")).await;
        assert!(half.body.contains("a period needs both"), "{}", half.body);
    }
}
