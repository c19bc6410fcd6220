//! `GET /reports`: every definition, with when it is due next and how its last run went.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use weir_report::Zone;

use super::views::zone;
use crate::gate::RETRY_AFTER_S;
use crate::page::form::{Query, address};
use crate::page::reports::{ReportsPage, Show, Stage, refused};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// What was done just now.
pub(super) const DONE: &str = "done";
/// A run was asked for.
pub(super) const ASKED: &str = "asked";
/// A run was asked for by a button that had asked for it already.
pub(super) const TWICE: &str = "twice";

/// The list.
pub(crate) async fn reports(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> HttpResponse {
    let listed = listed(&request, reader.clone(), state.clone()).await;
    or_page(&state, &reader, listed)
}

async fn listed(
    request: &HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["q", "show", "page", DONE])?;
    let show = match parameters.own("show") {
        None => Show::All,
        Some("trouble") => Show::Trouble,
        Some(other) => {
            let detail = format!("`show` is `{}`: it must be trouble", echo(other));
            return Err(Problem::parameter("show", detail));
        }
    };
    let number = number(&parameters)?;
    let markup = blocking(move || {
        let all = state.entries()?;
        let zone = zone(&state);
        let page = ReportsPage {
            stage: stage(&state, &reader, &zone),
            all: &all,
            show,
            query: parameters.own("q").unwrap_or_default(),
            number,
            done: parameters.own(DONE).and_then(done),
        };
        Ok(page.page())
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// Which page of the list.
fn number(parameters: &Parameters) -> Result<usize, Problem> {
    let Some(text) = parameters.own("page") else { return Ok(1) };
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| {
        let detail = format!("`page` is `{}`: it must be a number from 1 on", echo(text));
        Problem::parameter("page", detail)
    })
}

/// The answer, or a page in its place that says what is wrong and where to go on.
pub(super) fn or_page(
    state: &State,
    reader: &Reader,
    answer: Result<HttpResponse, Problem>,
) -> HttpResponse {
    let problem = match answer {
        Ok(answer) => return answer,
        Err(problem) => problem,
    };
    let zone = zone(state);
    let page = refused(&stage(state, reader, &zone), &problem);
    let mut response = answer::html(problem.status_code(), page);
    if problem.status_code() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    response
}

/// What the pages of reports share.
pub(super) fn stage<'a>(state: &State, reader: &'a Reader, zone: &'a Zone) -> Stage<'a> {
    Stage { reader, demo: state.demo, zone, now: state.clock.now() }
}

/// An address that says what was done.
pub(super) fn told(path: &str, what: &str) -> String {
    let mut query = Query::default();
    query.push(DONE, what);
    address(path, &query.0)
}

/// What was done, in words.
pub(super) fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "saved" => "It is saved, and holds from now on.",
        "removed" => "It is deleted, and not sent any more. Its runs stay known.",
        "paused" => "It is paused: nothing is sent until it is resumed.",
        "resumed" => "It is resumed: what is due next is sent again.",
        "acknowledged" => "It is acknowledged: no more is said of it until it is over.",
        ASKED => "It is asked for.",
        TWICE => {
            "This was asked for already since you opened the page, so nothing more was. To have another one, choose it again."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use super::super::views::tests::reader;
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn nobody_has_made_one_yet() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/reports").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("No report is sent by itself yet."));
        assert!(got.body.contains("href=\"/reports/new?from=weekly-abandonment\""));
        let viewer = reader("Ann", Role::Viewer);
        let got = fixture.get_as(&viewer, "/reports").await;
        assert!(got.body.contains("Operators make them"));
        assert!(!got.body.contains("/reports/new"), "a viewer is offered nothing");
    }

    #[actix_web::test]
    async fn what_is_wrong_stands_on_top_with_its_line() {
        let fixture = Fixture::of(LOG);
        let well = "title = \"Well\"\n\n[schedule]\nwhen = \"daily 08:00 Europe/Tallinn\"\n\n\
                    [[recipient]]\nmail = [\"ann@example.com\"]\n";
        fixture.define("well", well);
        fixture.define("ill", "title = \"Ill\"\n\n[[recipient]]\nslack = \"nowhere\"\n");
        fixture.tick(crate::fixture::NOW);
        let got = fixture.get("/reports").await;
        assert!(got.body.contains("1 of 2 reports is due by itself: "), "{}", got.body);
        assert!(got.body.contains("Wed 1 Apr 2026 08:00</time> Europe/Tallinn, "));
        assert!(got.body.contains("1 needs attention."), "{}", got.body);
        assert!(got.body.contains("Line 4: <bdi><code>nowhere</code> is not configured"));
        let got = fixture.get("/reports?show=trouble").await;
        assert!(got.body.contains("href=\"/reports/ill\"") && !got.body.contains("/reports/well"));
    }

    #[actix_web::test]
    async fn what_was_wrong_when_the_scheduler_looked_may_be_well_by_now() {
        let fixture = Fixture::of(LOG);
        let text = |screen| {
            format!(
                "title = \"T\"\nrange = \"yesterday\"\n\n[ask]\nstate = [\"{screen}\"]\n\n\
                 [[recipient]]\nmail = [\"ann@example.com\"]\n"
            )
        };
        fixture.define("t", &text("nobody_was_here"));
        fixture.tick(crate::fixture::NOW);
        assert!(fixture.get("/reports").await.body.contains("1 needs attention"));
        fixture.define("t", &text("camera"));
        let got = fixture.get("/reports").await;
        assert!(!got.body.contains("needs attention"), "{}", got.body);
    }

    #[actix_web::test]
    async fn a_thousand_are_fifty_at_a_time() {
        let fixture = Fixture::of(LOG);
        for nth in 0..1_000 {
            let kind = if nth % 7 == 0 { "[alert]\non = \"silence\"\n" } else { "" };
            let text = format!(
                "title = \"Report of team {}\"\n[schedule]\nwhen = \"daily 08:00 UTC\"\n{kind}",
                nth % 40
            );
            fixture.define(&format!("r{nth:04}"), &text);
        }
        let got = fixture.get("/reports").await;
        assert_eq!(got.body.matches("<tr>").count(), 2 + 50, "two heads and fifty rows");
        assert!(got.body.len() < 100_000, "{} bytes", got.body.len());
        assert!(got.body.contains("Page 1 of 20, 1,000 reports"));
        let last = fixture.get("/reports?page=20").await;
        assert!(last.body.contains("href=\"/reports/r0999\"") && last.body.contains("?page=19\""));
        let beyond = fixture.get("/reports?page=21").await;
        assert!(beyond.body.contains("There is no such page of them."));
        // 25 by their title, and 14 others by their name.
        let found = fixture.get("/reports?q=TEAM+39").await;
        assert!(found.body.contains("39 reports called"), "{}", found.body);
    }

    #[actix_web::test]
    async fn what_cannot_be_shown_is_a_page_that_leads_on() {
        let fixture = Fixture::of(LOG);
        for (path, status, says) in [
            ("/reports?show=x", 400, "<code>show</code> is <code>x</code>: it must be trouble."),
            ("/reports?page=0", 400, "it must be a number from 1 on."),
            ("/reports?unknown=1", 400, "<code>unknown</code>"),
            ("/reports/nope", 404, "There is no report <code>nope</code>."),
            ("/reports/nope/edit", 404, "There is no report <code>nope</code>."),
            ("/reports/nope/preview", 404, "There is no report <code>nope</code>."),
            ("/reports/..%2f..%2fetc", 404, "There is no report"),
            ("/reports/daily-pulse/edit", 409, "ships with Weir and cannot be changed"),
            ("/reports/new?from=nope", 404, "There is no report <code>nope</code>."),
            ("/reports/runs/7", 404, "There is no run 7"),
            ("/reports/runs/x", 400, "<code>x</code> is no number of a run."),
            ("/reports/runs/-1", 400, "is no number of a run."),
            ("/reports/runs/7/a.pdf", 404, "There is no run 7"),
        ] {
            let got = fixture.get(path).await;
            assert_eq!(got.status, status, "{path}");
            assert_eq!(got.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert!(got.body.contains(says), "{path}: {}", got.body);
            assert!(got.body.contains("<a href=\"/reports\">All reports</a>"), "{path}");
        }
    }
}
