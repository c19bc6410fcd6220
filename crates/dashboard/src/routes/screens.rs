//! `GET /screens`: where they leave, ranked; and one screen by itself.

use maud::Markup;
use weir_report::render::ExitKind;

use crate::analysis::{Analysis, Ask};
use crate::exits;
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis =
    Analysis { page: Page::Screens, own: &["screen", "sort", "show"], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    exits::body(ask, ExitKind::Screen)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    const VIEW: &str = "from=2026-03-01&to=2026-04-01";

    #[actix_web::test]
    async fn the_list_has_the_reports_numbers_and_leads_to_their_sessions() {
        let fixture = Fixture::of(LOG);
        let report = fixture.json(&format!("/api/v1/reports/abandonment?{VIEW}"), 200).await;
        let got = fixture.get(&format!("/screens?{VIEW}")).await;
        assert_eq!(got.status, 200);
        for row in report["by_state"].as_array().unwrap() {
            let Some(state) = row["state"].as_str() else { continue };
            let opened =
                format!("href=\"/screens?from=2026-03-01&amp;to=2026-04-01&amp;screen={state}\"");
            assert!(got.body.contains(&opened), "{opened} in {}", got.body);
            let counted = format!(
                "state={state}&amp;outcome=cancelled&amp;outcome=lost_in_handover\">{}</a>",
                row["abandoned"]
            );
            assert!(got.body.contains(&counted), "{counted} in {}", got.body);
        }
    }

    #[actix_web::test]
    async fn one_screen_is_opened_by_its_literal_value() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get(&format!("/screens?{VIEW}&screen=camera")).await;
        assert_eq!(got.status, 200);
        assert!(
            got.body.contains("1 of 5 sessions left: too few to judge a rate."),
            "{}",
            got.body
        );
        assert!(got.body.contains("/reasons?from=2026-03-01&amp;to=2026-04-01&amp;cause=quit"));
        // The other pages keep the question, and not what only this one takes.
        assert!(!got.body.contains("/funnel?from=2026-03-01&amp;to=2026-04-01&amp;screen"));
    }

    #[actix_web::test]
    async fn a_wrong_value_of_its_own_is_named() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/screens?sort=name").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("it must be one of cost, hazard, recovered, time"));
        assert!(
            fixture.get("/screens?show=some").await.body.contains("it must be all, or left out")
        );
        assert!(fixture.get("/reasons?sort=hazard").await.body.contains("cost, recovered, time"));
    }

    #[actix_web::test]
    async fn names_from_outside_do_no_harm() {
        use crate::fixture::{delivery, event};
        let hostile = "<script>alert(1)</script>\r\nx: y\u{202e}";
        let quit = Some("\"><img src=x onerror=alert(1)>");
        let fixture = Fixture::with(
            vec![delivery("30T09:00", "main", event("1", 7010, Some(hostile), quit))],
            |_| (),
        );
        let opened = "screen=%3Cscript%3Ealert(1)%3C/script%3E%0D%0Ax:%20y%E2%80%AE";
        for path in
            ["/screens", "/reasons", &format!("/screens?{opened}"), "/reasons?cause=%3Cb%3E"]
        {
            let got = fixture.get(path).await;
            assert_eq!(got.status, 200);
            for harm in ["<script>alert", "<img src=x", "<b>"] {
                assert!(!got.body.contains(harm), "{harm} in {path}");
            }
        }
    }
}
