//! `GET /audit`: the same for people.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_report::Zone;

use super::audit::{OWN, before, filter, page};
use crate::page::AuditView;
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// As many as one reads at once.
const ROWS: usize = 100;

/// The page.
pub(crate) async fn audit_page(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let own = [&OWN[..], &["cursor"]].concat();
    let (parameters, unread) = Parameters::only_as_far_as_it_goes(request.query_string(), &own);
    let asked = unread
        .map_or(Ok(()), Err)
        .and_then(|()| Ok((filter(&state, &parameters)?, before(&parameters)?)));
    let markup = blocking(move || {
        let (found, wrong) = match asked {
            Ok((filter, before)) => (Some(page(&state, &filter, before, ROWS)?), None),
            Err(problem) => (None, Some(problem.to_string())),
        };
        let zone = Zone::named(&state.timezone_default).unwrap_or_else(Zone::utc);
        let own = |name| parameters.own(name).unwrap_or_default();
        let view = AuditView {
            reader: &reader,
            demo: state.demo,
            zone: &zone,
            asked: OWN.map(|name| (name, own(name))),
            is_first: own("cursor").is_empty(),
            found: found.as_ref(),
            wrong: wrong.as_deref(),
        };
        let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        Ok((status, view.page()))
    });
    let (status, markup) = markup.await?;
    Ok(answer::html(status, markup))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn an_owner_reads_who_did_what() {
        let fixture = Fixture::peopled(LOG);
        let olga = fixture.sign_in("Olga").await;
        let got = olga.get(&fixture, "/audit").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("signed in") && got.body.contains("by password"), "{}", got.body);
        let id = "00000000-0000-0000-0000-000000000001";
        olga.get(&fixture, &format!("/sessions/{id}")).await;
        let got = olga.get(&fixture, "/audit?did=saw-session").await;
        assert!(got.body.contains(&format!("href=\"/sessions/{id}\"")), "{}", got.body);
        assert!(!got.body.contains("by password"));
        let got = olga.get(&fixture, "/audit?who=nobody+of+this+name").await;
        assert!(got.body.contains("Nothing within these filters"), "{}", got.body);
        let otto = fixture.sign_in("Otto").await;
        assert_eq!(otto.get(&fixture, "/audit").await.status, 403);
        assert!(!otto.get(&fixture, "/").await.body.contains("href=\"/audit\""));
        assert!(olga.get(&fixture, "/").await.body.contains("href=\"/audit\""));
    }

    #[actix_web::test]
    async fn what_was_entered_stays_where_it_cannot_be_taken() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/audit?since=soon%3Cb%3E&who=Ann").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("value=\"soon&lt;b&gt;\"") && got.body.contains("value=\"Ann\""));
        assert!(got.body.contains("`since` is"), "{}", got.body);
    }

    #[actix_web::test]
    async fn nothing_yet_is_said_so() {
        let got = Fixture::of("").get("/audit").await;
        assert!(got.body.contains("Nothing has been written down yet"), "{}", got.body);
    }

    #[actix_web::test]
    async fn it_comes_in_pages() {
        let fixture = Fixture::of(LOG);
        for _ in 0..101 {
            fixture.get("/sessions").await;
        }
        let got = fixture.get("/audit?did=saw-sessions").await;
        let (_, rest) = got.body.split_once("href=\"/audit?did=saw-sessions&amp;cursor=").unwrap();
        let next = rest.split('"').next().unwrap();
        let got = fixture.get(&format!("/audit?did=saw-sessions&cursor={next}")).await;
        assert_eq!(got.body.matches("<tr>").count(), 2, "{}", got.body);
    }
}
