//! `GET /`: the page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_domain::Timestamp;
use weir_report::{Asked, Query, Report, Zone};

use crate::choices::choices;
use crate::page::{Form, Lag, View};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::{State, answer, page};

/// The page. What is wrong with the form is said beside it, and what was entered stays.
pub(crate) async fn overview(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (read, problem) = Parameters::as_far_as_it_goes(request.query_string(), &[]);
    blocking(move || Ok(render(&state, &read.asked, problem)))
        .await
        .map(|(status, markup)| answer::html(status, markup))
}

fn render(state: &State, asked: &Asked, problem: Option<Problem>) -> (StatusCode, maud::Markup) {
    let report = match problem {
        Some(problem) => Err(problem),
        None => report(state, asked),
    };
    let sentence = report.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let status = if report.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let (choices, folded) = {
        let model = state.live.model();
        (choices(&model, &state.catalogue), model.position().get())
    };
    // Asked second: what is folded between the two is rather left out than counted twice.
    let lag = state.live.lag();
    let markup = page::overview(&View {
        answer: report.as_ref().map_err(|_| sentence.as_str()),
        catalogue: &state.catalogue,
        form: &form(asked, &state.timezone_default),
        choices: &choices,
        lag: Lag { deliveries: lag.deliveries, seconds: state.lag_seconds(&lag) },
        deliveries_total: folded + lag.deliveries,
        endpoint_url: &state.endpoint_url,
        demo: state.demo,
        clock: &as_read(state, report.as_ref().ok().map(|report| &report.query)),
    });
    (status, markup)
}

fn report(state: &State, asked: &Asked) -> Result<Report, Problem> {
    let query = state.question(asked)?;
    Ok(state.report(&query)?)
}

/// What was entered, with the zone that applies where it is not the one that everybody expects.
fn form(asked: &Asked, timezone_default: &str) -> Form {
    let Asked {
        from,
        to,
        tz,
        as_of,
        unit,
        window,
        bucket,
        integration,
        feature,
        state,
        reason,
        outcome,
        by,
    } = asked.clone();
    let zone = || if timezone_default == "UTC" { "" } else { timezone_default }.to_owned();
    Form {
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        tz: tz.unwrap_or_else(zone),
        as_of: as_of.unwrap_or_default(),
        unit: unit.unwrap_or_default(),
        window: window.unwrap_or_default(),
        bucket: bucket.unwrap_or_default(),
        by: by.unwrap_or_default(),
        integration,
        feature,
        state,
        reason,
        outcome,
    }
}

/// The instant that the page is of, in the report's zone: `2026-02-04 01:02:00, Europe/Tallinn`.
fn as_read(state: &State, query: Option<&Query>) -> String {
    let (at, zone) = query.map_or_else(
        || (state.clock.now(), Zone::utc()),
        |query| (query.as_of, query.zone.clone()),
    );
    local(at, &zone).unwrap_or_else(|| at.to_string())
}

fn local(at: Timestamp, zone: &Zone) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let at = at.to_zoned(zone.rules().clone());
    Some(format!("{}, {}", at.strftime("%Y-%m-%d %H:%M:%S"), zone.name()))
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
