//! `GET /`: what matters, at a glance.

use maud::Markup;
use weir_report::render::sections;

use crate::analysis::{Analysis, Ask};
use crate::page::{COMPARE, Page};
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Overview, own: &[COMPARE], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let report = ask.state.report(&ask.query)?;
    Ok(sections(&report, &ask.catalogue, &ask.links()))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG, delivery, event};
    use crate::page::CONTENT_SECURITY_POLICY;

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
