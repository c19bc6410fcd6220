//! `GET /api/v1/sessions`: the sessions behind a report's number.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::describe::{ListParameters, PageParameters, QuestionParameters};
use crate::list::{Cursor, List, OWN, Start, UnitRow, file};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::{State, answer};

/// One page of the sessions behind a number.
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
/// asked at, so that paging is stable while deliveries arrive. As CSV all of the list is answered
/// at once.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "sessions",
    params(QuestionParameters, ListParameters, PageParameters),
    responses(
        (status = 200, description = "A page of them; as CSV, all of them", content(
            (SessionsPage = "application/json"),
            (String = "text/csv"),
        )),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sessions(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let own = [&OWN[..], &["cursor", "limit", "format"]].concat();
    let parameters = Parameters::question(request.query_string(), &own)?;
    let limit = parameters.limit()?;
    let cursor = match parameters.own("cursor") {
        None => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(no_such_cursor)?),
    };
    let query = state.question(&parameters.asked)?;
    let query = cursor.as_ref().map_or(query.clone(), |cursor| cursor.pin(query));
    let list = List::read(&parameters, query)?;
    match parameters.own("format") {
        None | Some("json") => {}
        Some("csv") => return csv(&request, &parameters, state, list).await,
        Some(other) => {
            let detail = format!("`format` is `{}`: it must be json or csv", echo(other));
            return Err(Problem::parameter("format", detail));
        }
    }
    let page = blocking(move || page(&state, &list, cursor.as_ref(), limit)).await?;
    Ok(answer::json(StatusCode::OK, &page))
}

/// A file has no pages.
async fn csv(
    request: &HttpRequest,
    parameters: &Parameters,
    state: web::Data<State>,
    list: List,
) -> Result<HttpResponse, Problem> {
    match ["cursor", "limit"].into_iter().find(|name| parameters.own(name).is_some()) {
        None => file(request, state, list).await,
        Some(name) => {
            let detail = format!("`{name}` is of pages, and as CSV all of the list is answered");
            Err(Problem::parameter(name, detail))
        }
    }
}

fn page(
    state: &State,
    list: &List,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<SessionsPage, Problem> {
    let start = |listed: &crate::list::Listed<'_>| match cursor {
        None => Ok(Start::After(0)),
        Some(cursor) => cursor.start(listed).ok_or_else(no_such_cursor),
    };
    list.answer(state, start, limit, |model, slice| {
        let last = slice.units.last().filter(|_| slice.more);
        SessionsPage {
            count: slice.count,
            sessions: slice.units.iter().map(|unit| UnitRow::of(model, unit)).collect(),
            next_cursor: last.map(|unit| Cursor::after(unit, model, &list.query).encode()),
        }
    })
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

    use crate::fixture::{Fixture, LOG, deliveries, delivery, event};

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
                "outcome_at": "2026-03-10T09:05:00Z", "duration_seconds": 300.0,
                "attempt": null, "attempts": 1,
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
            ("format=xml", "format"),
            ("format=csv&limit=5", "limit"),
            ("outcome=gone", "outcome"),
        ] {
            let got = fixture.json(&format!("/api/v1/sessions?{query}"), 400).await;
            assert_eq!(got["parameter"], name);
        }
    }

    /// Every order, forwards and backwards, whole and in pages.
    #[actix_web::test]
    async fn every_order_is_one_however_it_is_paged() {
        let alike = "11T10:00 9/1 7001\n11T10:00 9/2 7010 camera quit\n11T10:00 9/3 7001\n\
                     11T10:05 9/3 7002\n12T09:00 8 7001\n12T09:05 8 7010 consent gone";
        let fixture = Fixture::of(&[LOG, alike].join("\n"));
        for sort in ["first_at", "outcome", "state", "reason", "outcome_at", "duration", "attempts"]
        {
            for order in ["asc", "desc"] {
                for unit in ["session", "attempt"] {
                    let query = format!("unit={unit}&sort={sort}&order={order}");
                    let whole = paged(&fixture, &query, 1_000).await;
                    assert_eq!(whole.len(), if unit == "session" { 7 } else { 10 });
                    for limit in [1, 2, 3] {
                        let got = paged(&fixture, &query, limit).await;
                        assert_eq!(got, whole, "{query} {limit}");
                    }
                }
            }
        }
    }

    /// What the list says of each session under `name`, in its order.
    async fn column(fixture: &Fixture, query: &str, name: &str) -> Vec<String> {
        let got = fixture.json(&format!("/api/v1/sessions?{query}"), 200).await;
        let rows = got["sessions"].as_array().unwrap().iter();
        rows.map(|row| row[name].to_string().replace('"', "")).collect()
    }

    #[actix_web::test]
    async fn what_has_no_value_comes_last_in_either_direction() {
        let fixture = Fixture::of(LOG);
        let states = ["camera", "consent", "null", "null", "null"];
        assert_eq!(column(&fixture, "sort=state", "state").await, states);
        let states = ["consent", "camera", "null", "null", "null"];
        assert_eq!(column(&fixture, "sort=state&order=desc", "state").await, states);
        let seconds = ["3900.0", "300.0", "300.0", "300.0", "null"];
        assert_eq!(column(&fixture, "sort=duration", "duration_seconds").await, seconds);
        let seconds = ["300.0", "300.0", "300.0", "3900.0", "null"];
        assert_eq!(column(&fixture, "sort=duration&order=asc", "duration_seconds").await, seconds);
        let outcomes = ["submitted", "cancelled", "cancelled", "stalled", "handed_over"];
        assert_eq!(column(&fixture, "sort=outcome", "outcome").await, outcomes);
        assert_eq!(column(&fixture, "sort=attempts", "attempts").await, ["2", "1", "1", "1", "1"]);
    }

    #[actix_web::test]
    async fn a_label_of_the_catalogue_decides_the_order_of_screens() {
        let fixture = Fixture::of(LOG);
        let labels = "[[screen]]\nstate = \"camera\"\nlabel = \"Zoom\"\n";
        let catalogue = weir_domain::Catalogue::shipped().overlaid(labels).unwrap();
        let deliveries = deliveries(LOG);
        let named = Fixture::with(deliveries, |state| {
            let own = weir_domain::Overlay::default();
            state.catalogue = crate::CatalogueCell::new(catalogue, own).into();
        });
        assert_eq!(column(&fixture, "sort=state&limit=2", "state").await, ["camera", "consent"]);
        assert_eq!(column(&named, "sort=state&limit=2", "state").await, ["consent", "camera"]);
    }

    #[actix_web::test]
    async fn a_number_beyond_the_filters_has_its_list_too() {
        let fixture = Fixture::of(LOG);
        for (query, want) in [
            ("attempts=2", "1: 3 cancelled camera 2;"),
            ("weekday=2&hour=9", "1: 1 submitted - 1;"),
            ("time_to=abandon&seconds_min=300&seconds_below=301", "1: 2 cancelled consent 1;"),
            ("time_to=submit", "1: 1 submitted - 1;"),
            ("mark=recovered", "0:"),
            ("recovered_state=", "0:"),
        ] {
            assert_eq!(listed(&fixture, query).await, want, "{query}");
        }
    }

    #[actix_web::test]
    async fn a_text_leads_to_its_sessions() {
        let mut log = deliveries(LOG);
        log.push(delivery("20T09:00", "test", event("1@ann", 7001, None, None)));
        log.push(delivery("20T09:05", "test", event("6@ref 2", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let ids = async |query: &str| {
            let mut ids = Vec::new();
            for id in column(&fixture, query, "id").await {
                ids.push(id.trim_start_matches(['0', '-']).to_owned());
            }
            ids.join(" ")
        };
        assert_eq!(ids("q=ann").await, "1 4 1");
        assert_eq!(ids("q=ann&integration=main").await, "4 1");
        assert_eq!(ids("q=ann&unit=end_user").await, "1 1");
        assert_eq!(ids("q=Ann").await, "");
        assert_eq!(ids("q=ref%201").await, "1 1");
        // One has it as its end-user, the other as its reference.
        assert_eq!(ids("q=ref%202").await, "6 2");
        assert_eq!(ids("q=ref%202&q_in=end_user_id").await, "6");
        assert_eq!(ids("q=ref%202&q_in=vendor_data").await, "2");
        assert_eq!(ids("q=00000000-0000-0000-0000-000000000003").await, "3");
        assert_eq!(ids("q=00000000-0000-0000-0002-000000000003").await, "3");
        assert_eq!(ids("q=00000000-0000-0000-0002-000000000003&q_in=id").await, "");
    }

    #[actix_web::test]
    async fn a_file_has_all_of_the_list_in_its_order() {
        let hostile = Some("=cmd|' /C calc'!A0");
        let mut log = deliveries(LOG);
        log.push(delivery("20T09:05", "main", event("6", 7010, hostile, Some("a,\"b\"\nc"))));
        let fixture = Fixture::with(log, |_| ());
        let query = "sort=duration&order=asc";
        let rows = paged(&fixture, query, 2).await;
        let got = fixture.get(&format!("/api/v1/sessions?{query}&format=csv")).await;
        assert_eq!((got.status, got.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(got.header("content-disposition"), "attachment; filename=\"sessions.csv\"");
        let lines: Vec<_> = got.body.lines().collect();
        assert!(lines[0].starts_with("integration,id,attempt,feature,outcome,state,reason,"));
        let ids: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("main,")).collect();
        assert_eq!(ids.len(), rows.len());
        for (line, row) in ids.iter().zip(&rows) {
            assert!(line.starts_with(row["id"].as_str().unwrap()), "{line}");
        }
        assert!(got.body.contains(",'=cmd|' /C calc'!A0,\"a,\"\"b\"\"\nc\","), "{}", got.body);
        let page = fixture.get(&format!("/sessions.csv?{query}")).await;
        assert_eq!(page.body, got.body);
    }

    #[actix_web::test]
    async fn a_wrong_parameter_of_a_list_is_named() {
        let fixture = Fixture::of(LOG);
        for (query, name) in [
            ("sort=age", "sort"),
            ("order=up", "order"),
            ("mark=gone", "mark"),
            ("weekday=0", "weekday"),
            ("hour=24", "hour"),
            ("attempts=0", "attempts"),
            ("time_to=leave", "time_to"),
            ("seconds_min=5", "seconds_min"),
            ("time_to=exit&seconds_min=5&seconds_below=5", "seconds_below"),
            ("time_to=exit&seconds_min=1000000000001", "seconds_min"),
            ("q_in=name&q=ann", "q_in"),
            ("page=2", "page"),
        ] {
            let got = fixture.json(&format!("/api/v1/sessions?{query}"), 400).await;
            assert_eq!(got["parameter"], name);
            assert!(!got["detail"].as_str().unwrap().contains("ann"), "{got}");
        }
    }
}
