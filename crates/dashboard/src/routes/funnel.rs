//! `GET /funnel`: the way through the flow.

use maud::Markup;
use weir_report::render::funnel;

use crate::analysis::{Analysis, Ask};
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Funnel, own: &[], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let report = ask.state.report(&ask.query)?;
    Ok(funnel(&report, &ask.catalogue, &ask.links()))
}

#[cfg(test)]
mod tests {
    use weir_domain::Delivery;

    use crate::fixture::{Fixture, delivery, event};

    const CONSENT: &str = "consent_screen_shown";
    const CAMERA: &str = "camera_access_blocked_screen_shown";
    const FRONT: &str = "document_front_screen_shown";
    const HANDOVER: &str = "mobile_handover_screen_shown";

    /// 60 sessions: 40 submit, 6 leave at consent, 5 at the camera (one of them on the way to the
    /// phone), 3 at the document, and 6 leave no place.
    fn log() -> Vec<Delivery> {
        let ends: [(u64, Option<&str>, &str); 8] = [
            (6, Some(CONSENT), "quit"),
            (4, Some(CAMERA), "quit"),
            (1, Some(CAMERA), HANDOVER),
            (3, Some(FRONT), "quit"),
            (1, Some("a_screen_of_our_own"), "quit"),
            (1, None, "quit"),
            (2, None, HANDOVER),
            (2, None, ""),
        ];
        let mut ends =
            ends.into_iter().flat_map(|(n, state, reason)| (0..n).map(move |_| (state, reason)));
        let mut log = Vec::new();
        for n in 0..60u64 {
            let day = 3 + n % 20;
            let who = (n + 1).to_string();
            let at = |minute: &str| format!("{day:02}T09:{minute}");
            log.push(delivery(&at("00"), "main", event(&who, 7001, None, None)));
            let end = match n {
                0..40 => event(&who, 7002, None, None),
                _ => match ends.next() {
                    None | Some((_, "")) => continue,
                    Some((state, reason)) => event(&who, 7010, state, Some(reason)),
                },
            };
            log.push(delivery(&at("05"), "main", end));
        }
        log
    }

    #[actix_web::test]
    async fn each_step_says_of_whom_its_percentage_is() {
        let page = Fixture::with(log(), |_| ()).get("/funnel").await;
        assert_eq!(page.status, 200);
        let text = page.body.replace('\u{a0}', " ");
        assert_eq!(text.matches("<h1>").count(), 1);
        for words in [
            "40 of 60 sessions submitted (66.7 %, 54.1–77.3).",
            "6 left here, 11.1 % of the 54 who got there",
            "5 left here, 10.4 % of the 48 who got there",
            "3 left here, 7.0 % of the 43 who got there",
            "40 submitted, 66.7 % of 60 started",
            "6 have no place below, 10.0 % of 60 started",
            "Silent, no screen known",
            "Lost on the way to the phone",
            "Cancelled, no screen given",
            "a_screen_of_our_own",
        ] {
            assert!(text.contains(words), "{words}");
        }
    }

    #[actix_web::test]
    async fn the_numbers_are_those_of_the_report() {
        let fixture = Fixture::with(log(), |_| ());
        let page = fixture.get("/funnel").await.body.replace('\u{a0}', " ");
        let report = fixture.json("/api/v1/reports/abandonment", 200).await;
        let rows = report["by_state"].as_array().unwrap();
        let placed = rows.iter().filter(|row| !row["at_risk"].is_null());
        assert_eq!(placed.clone().count(), 3);
        for row in placed {
            let rate = 100.0 * row["hazard"]["value"].as_f64().unwrap();
            let (left, got_there) = (&row["abandoned"], &row["at_risk"]);
            let words = format!("{left} left here, {rate:.1} % of the {got_there} who got there");
            assert!(page.contains(&words), "{words}");
        }
    }

    #[actix_web::test]
    async fn every_number_is_the_count_of_the_list_behind_it() {
        let fixture = Fixture::with(log(), |_| ());
        for path in
            ["/funnel", "/funnel?state=consent_screen_shown&state=", "/funnel?outcome=cancelled"]
        {
            let numbers = fixture.get(path).await.numbers();
            assert!(5 < numbers.len(), "{numbers:?}");
            for (query, number) in numbers {
                let list = fixture.json(&format!("/api/v1/sessions?{query}"), 200).await;
                assert_eq!(list["count"], number, "{path}: {query}");
            }
        }
    }

    #[actix_web::test]
    async fn few_sessions_are_no_rate() {
        let log = crate::fixture::deliveries(
            "10T09:00 1 7001
             10T09:05 1 7010 consent_screen_shown quit
             11T09:00 2 7001
             11T09:05 2 7002",
        );
        let page = Fixture::with(log, |_| ()).get("/funnel").await.body;
        assert!(page.contains("1 of 2 sessions submitted: too few to judge a rate."));
        assert!(page.contains("1 of 2 left here"));
        assert!(!page.contains("% of the"), "no rate of so few");
    }

    #[actix_web::test]
    async fn nothing_to_show_and_a_wrong_value_are_pages_too() {
        let fixture = Fixture::with(log(), |_| ());
        let none = fixture.get("/funnel?from=2020-01-01&to=2020-02-01").await;
        assert_eq!(none.status, 200);
        assert!(none.body.contains("<h1>No sessions began in this range</h1>"));
        let wrong = fixture.get("/funnel?bucket=year").await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.body.contains("<h1>No answer for these filters</h1>"));
    }
}
