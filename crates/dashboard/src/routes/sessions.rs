//! `GET /api/v1/sessions`: the sessions behind a report's number.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cursor::Cursor;
use crate::describe::{PageParameters, QuestionParameters};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::units::{NoSuchPlace, Page, UnitRow, page};
use crate::{State, answer};

/// One page of the sessions behind a number, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionsPage {
    /// How many there are in all: the number of the report with the same parameters.
    count: usize,
    /// This page's.
    sessions: Vec<UnitRow>,
    /// The `cursor` of the next page, to be given with the same parameters; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// The sessions behind a number: those that the report with the same parameters counts.
///
/// With `unit=attempt` or `unit=end_user` each row is such a unit, with the session that it
/// belongs to or began with. A cursor pins `from`, `to` and `as_of` to what the first page was
/// asked at, so that paging is stable while deliveries arrive.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "sessions",
    params(QuestionParameters, PageParameters),
    responses(
        (status = 200, description = "A page of them", body = SessionsPage),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sessions(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::question(request.query_string(), &["cursor", "limit"])?;
    let limit = parameters.limit()?;
    let cursor = match parameters.own("cursor") {
        None => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(no_such_cursor)?),
    };
    let query = state.question(&parameters.asked)?;
    let query = cursor.as_ref().map_or(query.clone(), |cursor| cursor.pin(query));
    let page = blocking(move || {
        let model = state.turn()?;
        page(&model, &state.catalogue(), &query, cursor.as_ref(), limit, state.threads)
            .map_err(|NoSuchPlace| no_such_cursor())
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &SessionsPage::of(page)))
}

impl SessionsPage {
    fn of(Page { count, rows, next }: Page) -> SessionsPage {
        SessionsPage { count, sessions: rows, next_cursor: next.map(|next| next.encode()) }
    }
}

fn no_such_cursor() -> Problem {
    Problem::parameter(
        "cursor",
        "`cursor` is not one that this list gave; leave it out to begin again",
    )
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use serde_json::Value;

    use crate::fixture::{Fixture, LOG, deliveries};

    /// The sessions as `id outcome state reason attempts`, ids by their last digits.
    async fn listed(fixture: &Fixture, query: &str) -> String {
        let got = fixture.json(&format!("/api/v1/sessions?{query}"), 200).await;
        let mut text = format!("{}:", got["count"]);
        for session in got["sessions"].as_array().unwrap() {
            let part = |name: &str| session[name].as_str().unwrap_or("-").to_owned();
            let id = part("id").trim_start_matches(['0', '-']).to_owned();
            let attempts = &session["attempts"];
            let (outcome, state) = (part("outcome"), part("state"));
            write!(text, " {id} {outcome} {state} {attempts};").unwrap();
        }
        text
    }

    #[actix_web::test]
    async fn each_session_is_listed_with_what_became_of_it_the_latest_first() {
        let fixture = Fixture::of(LOG);
        assert_eq!(
            listed(&fixture, "").await,
            "5: 5 handed_over - 1; 4 stalled - 1; 3 cancelled camera 2; 2 cancelled consent 1; 1 submitted - 1;"
        );
        assert_eq!(listed(&fixture, "state=camera").await, "1: 3 cancelled camera 2;");
        assert_eq!(listed(&fixture, "outcome=stalled&limit=1").await, "1: 4 stalled - 1;");
        assert_eq!(listed(&fixture, "integration=nobody").await, "0:");
        let got = fixture.json("/api/v1/sessions?outcome=submitted", 200).await;
        assert_eq!(
            got["sessions"][0],
            serde_json::json!({
                "integration": "main", "id": "00000000-0000-0000-0000-000000000001",
                "feature": "selfid", "outcome": "submitted", "state": null, "reason": null,
                "first_at": "2026-03-10T09:00:00Z", "submitted_at": "2026-03-10T09:05:00Z",
                "attempts": 1,
            })
        );
    }

    #[actix_web::test]
    async fn an_attempt_or_an_end_user_is_listed_with_its_session() {
        let fixture = Fixture::of(LOG);
        assert_eq!(
            listed(&fixture, "unit=attempt").await,
            "6: 5 handed_over - 1; 4 stalled - 1; 3 cancelled camera 1; 3 cancelled consent 1; \
             2 cancelled consent 1; 1 submitted - 1;"
        );
        assert_eq!(
            listed(&fixture, "unit=end_user").await,
            "4: 5 handed_over - 1; 3 cancelled camera 2; 2 cancelled consent 1; 1 submitted - 2;"
        );
    }

    /// Every number of the report is the count of the list with the same parameters.
    #[actix_web::test]
    async fn the_count_is_the_reports_number() {
        let fixture = Fixture::of(LOG);
        let exits = "outcome=cancelled&outcome=lost_in_handover";
        for unit in ["session", "attempt", "end_user"] {
            let report = format!("/api/v1/reports/abandonment?unit={unit}");
            let report = fixture.json(&report, 200).await;
            let mut rows = 0;
            for row in report["by_state"].as_array().unwrap() {
                let state = row["state"].as_str().unwrap_or_default();
                let list = format!("/api/v1/sessions?unit={unit}&state={state}&{exits}");
                assert_eq!(fixture.json(&list, 200).await["count"], row["abandoned"], "{list}");
                rows += 1;
            }
            assert!(1 < rows, "{unit}");
            for outcome in ["submitted", "cancelled", "stalled", "handed_over", "in_progress"] {
                let list = format!("/api/v1/sessions?unit={unit}&outcome={outcome}");
                let got = fixture.json(&list, 200).await;
                assert_eq!(got["count"], report["totals"][outcome], "{list}");
                assert_eq!(got["count"], got["sessions"].as_array().unwrap().len());
            }
        }
    }

    /// Follows the cursors to the end, `limit` at a time.
    async fn paged(fixture: &Fixture, query: &str, limit: usize) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/sessions?{query}&limit={limit}&cursor={cursor}");
            let got = fixture.json(&path, 200).await;
            rows.extend_from_slice(got["sessions"].as_array().unwrap());
            match got["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return rows,
            }
        }
    }

    #[actix_web::test]
    async fn paging_visits_each_unit_once() {
        // Three attempts of one session that began as one, so that only their number tells them.
        let alike = "11T10:00 9/1 7001\n11T10:00 9/2 7010 camera quit\n11T10:00 9/3 7001\n\
                     11T10:05 9/3 7002";
        let fixture = Fixture::of(&[LOG, alike].join("\n"));
        for unit in ["session", "attempt", "end_user"] {
            for filter in ["", "&outcome=stalled", "&outcome=stalled&outcome=submitted"] {
                let query = format!("unit={unit}{filter}");
                let whole = paged(&fixture, &query, 1_000).await;
                for limit in 1..=4 {
                    assert_eq!(paged(&fixture, &query, limit).await, whole, "{query} {limit}");
                }
            }
        }
        assert_eq!(paged(&fixture, "unit=attempt", 1).await.len(), 9);
    }

    #[actix_web::test]
    async fn a_page_is_not_shifted_by_what_arrives_meanwhile() {
        let mut fixture = Fixture::of(LOG);
        let first = fixture.json("/api/v1/sessions?limit=2", 200).await;
        let cursor = first["next_cursor"].as_str().unwrap().to_owned();
        fixture.append(&deliveries("31T11:00 7 7001\n31T11:01 3/1 7002"));
        let now = fixture.json("/api/v1/sessions?limit=1", 200).await;
        assert_eq!(now["sessions"][0]["id"], "00000000-0000-0000-0000-000000000007");
        let next = fixture.json(&format!("/api/v1/sessions?limit=9&cursor={cursor}"), 200).await;
        assert_eq!(next["sessions"][0]["id"], "00000000-0000-0000-0000-000000000003");
        assert_eq!(next["sessions"].as_array().unwrap().len(), 3);
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        let fixture = Fixture::of(LOG);
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=many", "limit"),
            ("cursor=abc", "cursor"),
            ("format=json", "format"),
            ("outcome=gone", "outcome"),
        ] {
            let got = fixture.json(&format!("/api/v1/sessions?{query}"), 400).await;
            assert_eq!(got["parameter"], name);
        }
    }
}
