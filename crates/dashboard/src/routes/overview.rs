//! `GET /`: what matters, at a glance.

use maud::Markup;
use weir_report::render::{Before, overview};
use weir_report::{Bucket, Query};

use crate::analysis::{Analysis, Ask};
use crate::page::{COMPARE, COMPARE_NONE, COMPARE_PREVIOUS, Page};
use crate::parameters::Parameters;
use crate::problem::{Problem, echo};

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Overview, own: &[COMPARE], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let (report, before) = if compares(ask.parameters)? {
        let (before, report) = ask.state.reports(&previous(&ask.query), &ask.query)?;
        let before = Before::of(&report, before, &ask.catalogue);
        (report, Some(before))
    } else {
        (ask.state.report(&ask.query)?, None)
    };
    Ok(overview(&report, before.as_ref(), &ask.catalogue, &ask.links()))
}

/// Whether the numbers are held against the period before.
fn compares(parameters: &Parameters) -> Result<bool, Problem> {
    match parameters.own(COMPARE) {
        None | Some(COMPARE_PREVIOUS) => Ok(true),
        Some(COMPARE_NONE) => Ok(false),
        Some(other) => {
            let other = echo(other);
            let detail = format!(
                "`{COMPARE}` is `{other}`: it must be one of {COMPARE_PREVIOUS}, {COMPARE_NONE}"
            );
            Err(Problem::parameter(COMPARE, detail))
        }
    }
}

/// The period before. Its trend and its breakdown are not shown, so as little is asked of them as
/// can be.
fn previous(query: &Query) -> Query {
    Query { bucket: Bucket::Month, by: None, ..query.previous() }
}

#[cfg(test)]
mod tests {
    use weir_domain::Delivery;

    use crate::fixture::{Fixture, LOG, delivery, event};
    use crate::page::CONTENT_SECURITY_POLICY;

    /// 40 sessions begun in the first half of March and 40 in the second: of the first 10 left at
    /// the camera, of the second 25.
    fn two_halves() -> Vec<Delivery> {
        let mut log = Vec::new();
        for n in 0..80u64 {
            let (half, place) = (n / 40, n % 40);
            let at = |minute: &str| format!("{:02}T09:{minute}", 1 + 15 * half + place % 10);
            let who = (n + 1).to_string();
            log.push(delivery(&at("00"), "main", event(&who, 7001, None, None)));
            let left = place < if half == 0 { 10 } else { 25 };
            let end = match left {
                true => event(&who, 7010, Some("camera"), Some("quit")),
                false => event(&who, 7002, None, None),
            };
            log.push(delivery(&at("05"), "main", end));
        }
        log
    }

    const SECOND_HALF: &str = "/?from=2026-03-16&to=2026-03-31";

    #[actix_web::test]
    async fn each_number_says_what_it_did_since_the_period_before() {
        let fixture = Fixture::with(two_halves(), |_| ());
        let got = fixture.get(SECOND_HALF).await.body.replace('\u{a0}', " ");
        let drop_off = "Drop-off is 62.5 %, 37.5 points more than the 15 days before (more than \
                        chance would explain).";
        assert!(got.contains(drop_off), "{got}");
        assert!(
            got.contains("37.5 points less (15.8 to 54.6), more than chance would explain"),
            "{got}"
        );
        assert!(got.contains("2026-03-01 00:00 to 2026-03-16 00:00, judged when"));
        let alone = fixture.get(&format!("{SECOND_HALF}&compare=none")).await.body;
        assert!(!alone.contains("points") && !alone.contains("chance"));
        let first = fixture.get("/?from=2026-03-01&to=2026-03-16").await.body;
        assert!(first.contains("too few sessions in the 15 days before to compare"));
        assert!(!first.contains("points"));
    }

    #[actix_web::test]
    async fn what_it_is_compared_with_is_named_or_refused() {
        let fixture = Fixture::of(LOG);
        assert_eq!(fixture.get("/?compare=previous").await.status, 200);
        let got = fixture.get("/?compare=then&from=-7d").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("`compare` is `then`: it must be one of previous, none"));
        assert!(got.body.contains("<option value=\"then\" selected>"));
    }

    #[actix_web::test]
    async fn every_number_is_the_count_of_the_list_behind_it() {
        let fixture = Fixture::with(two_halves(), |_| ());
        for by in ["", "integration", "feature", "outcome", "attempts", "weekday", "hour"] {
            let page = fixture.get(&format!("{SECOND_HALF}&bucket=week&by={by}")).await;
            let numbers = page.numbers();
            assert!((if by.is_empty() { 16 } else { 19 }) < numbers.len(), "{by} {numbers:?}");
            for (query, number) in numbers {
                let list = fixture.json(&format!("/api/v1/sessions?{query}"), 200).await;
                assert_eq!(list["count"], number, "{by}: {query}");
            }
        }
    }

    #[actix_web::test]
    async fn the_numbers_are_those_of_the_report() {
        let fixture = Fixture::with(two_halves(), |_| ());
        let page = fixture.get(SECOND_HALF).await.body.replace('\u{a0}', " ");
        let query = SECOND_HALF.trim_start_matches('/');
        let report = fixture.json(&format!("/api/v1/reports/abandonment{query}"), 200).await;
        for rate in ["conversion_rate", "drop_off_rate"] {
            let rate = &report["totals"][rate];
            let percent = |end: &str| format!("{:.1}", 100.0 * rate[end].as_f64().unwrap());
            assert!(page.contains(&format!(">{} %</a>", percent("value"))));
            let interval = format!("95 %: {}–{} %", percent("low"), percent("high"));
            assert!(page.contains(&interval), "{interval}");
        }
        let worst = &report["by_state"][0];
        assert!(page.contains(&format!(">{}</a> left", worst["abandoned"])));
    }

    #[actix_web::test]
    async fn the_page_answers_with_its_policy() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/?from=-30d&to=&unit=&by=&tz=Europe/Tallinn").await;
        assert_eq!(got.status, 200);
        assert_eq!(got.header("content-security-policy"), CONTENT_SECURITY_POLICY);
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
        assert!(got.body.contains("2026-03-31 15:00:00, Europe/Tallinn"));
        assert!(got.body.contains("All 10 deliveries are counted"), "{}", got.body);
    }

    #[actix_web::test]
    async fn a_wrong_value_stands_in_the_form_with_the_sentence() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/?unit=people&from=-7d").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("`unit` is `people`: it must be one of session, attempt"));
        assert!(got.body.contains("value=\"-7d\""));
        let got = fixture.get("/?from=-7d&from=-9d&to=-1d").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("`from` is given twice; give it once"));
        assert!(got.body.contains("value=\"-1d\""));
    }

    #[actix_web::test]
    async fn an_empty_log_shows_how_to_begin() {
        let got = Fixture::of("").get("/").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("No deliveries yet"));
        assert!(got.body.contains("http://weir.test/webhooks/veriff"));
    }

    #[actix_web::test]
    async fn the_default_zone_is_in_the_form() {
        let log = crate::fixture::deliveries(LOG);
        let fixture =
            Fixture::with(log, |state| state.timezone_default = "Europe/Tallinn".to_owned());
        let got = fixture.get("/").await;
        assert!(got.body.contains("value=\"Europe/Tallinn\""));
        assert!(got.body.contains("2026-03-31 15:00:00, Europe/Tallinn"));
    }

    #[actix_web::test]
    async fn names_from_outside_do_no_harm() {
        let hostile = "<script>alert(1)</script>\r\nset-cookie: a=b\u{202e}";
        let quit = Some("\"><img src=x onerror=alert(1)>");
        let log = vec![delivery("30T09:00", "main", event("1", 7010, Some(hostile), quit))];
        let fixture = Fixture::with(log, |_| ());
        let query = "?state=%3Cscript%3Ealert(1)%3C/script%3E%0D%0Aset-cookie:%20a%3Db%E2%80%AE";
        for path in ["/", "/?by=outcome", &format!("/{query}")] {
            let got = fixture.get(path).await;
            assert_eq!(got.status, 200);
            assert!(!got.body.contains("<script>alert"), "{path}");
            assert!(!got.body.contains("<img src=x"), "{path}");
            assert_eq!(got.header("set-cookie"), "");
        }
        let got = fixture.json(&format!("/api/v1/sessions{query}"), 200).await;
        assert_eq!(got["count"], 1);
        assert_eq!(got["sessions"][0]["state"], hostile);
        let got = fixture.get("/api/v1/sessions?%3Cscript%3E%0D%0Ax:%20y=1").await;
        assert_eq!((got.status, got.header("x")), (400, ""));
    }
}
