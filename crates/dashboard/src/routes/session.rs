//! `GET /api/v1/sessions/{id}`: one session, with its facts and its deliveries.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;
use weir_readmodel::{Model, Row};
use weir_report::{Asked, Query};

use crate::describe::SessionParameters;
use crate::entrance::Holder;
use crate::history::{Found, Neighbours, Session};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::{State, answer};

/// One session: what became of it, what happened, and every delivery that says so.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}",
    tag = "sessions",
    params(
        ("id" = String, Path, description = "The session's id", format = "uuid"),
        SessionParameters
    ),
    responses(
        (status = 200, description = "The session", body = Session),
        (status = 400, description = "The id is no UUID, or a parameter cannot be taken",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such session, or was none then",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Several integrations have it, and none is named",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn session(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = AskedFor::read(&request, &id, &state, &[])?;
    let sight = state.reveal.sight(&holder);
    let found = blocking(move || {
        let mut session = asked.session(&state)?;
        state.reveal.session(sight, &mut session);
        Ok(session)
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &found))
}

/// The sessions beside one: those of the same end-user, and those with the same reference.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}/neighbours",
    tag = "sessions",
    params(
        ("id" = String, Path, description = "The session's id", format = "uuid"),
        SessionParameters
    ),
    responses(
        (status = 200, description = "The sessions beside it", body = Neighbours),
        (status = 400, description = "The id is no UUID, or a parameter cannot be taken",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such session, or was none then",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Several integrations have it, and none is named",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn neighbours(
    request: HttpRequest,
    id: web::Path<String>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = AskedFor::read(&request, &id, &state, &[])?;
    let found = blocking(move || {
        let session = asked.session(&state)?;
        Neighbours::of(&state, &session, &asked.query)
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &found))
}

/// Which session, as of when.
#[derive(Debug)]
pub(crate) struct AskedFor {
    pub(crate) id: Uuid,
    pub(crate) integration: Option<String>,
    /// The instant, the stall window and the zone; nothing of the range counts.
    pub(crate) query: Query,
}

/// The parameters that say it.
const OWN: [&str; 3] = ["integration", "as_of", "window"];

impl AskedFor {
    /// Reads the address; `more` are other parameters that the route takes.
    pub(crate) fn read(
        request: &HttpRequest,
        id: &str,
        state: &State,
        more: &[&'static str],
    ) -> Result<AskedFor, Problem> {
        let parameters = Parameters::only(request.query_string(), &[&OWN[..], more].concat())?;
        let own = |name| parameters.own(name).map(str::to_owned);
        let asked =
            Asked { as_of: own("as_of"), window: own("window"), tz: own("tz"), ..Asked::default() };
        let (id, query) = (parse_id(id)?, state.question(&asked)?);
        Ok(AskedFor { id, integration: own("integration"), query })
    }

    /// The session.
    pub(crate) fn session(&self, state: &State) -> Result<Session, Problem> {
        let found = {
            let model = state.live.model();
            let row = find(&model, self.id, self.integration.as_deref())?;
            Found::of(&model, row, &self.query)?
        };
        found.with_deliveries(&mut state.log()?)
    }
}

fn parse_id(text: &str) -> Result<Uuid, Problem> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == "8-4-4-4-12".len() + 26);
    id.ok_or_else(|| {
        Problem::parameter("id", format!("`{}` is no session's id, which is a UUID", echo(text)))
    })
}

/// The session's row, if the id and the integration name one.
fn find(model: &Model, id: Uuid, integration: Option<&str>) -> Result<Row, Problem> {
    let rows: Vec<_> = model
        .find(id)
        .into_iter()
        .map(|row| (row, model.brief(row).integration))
        .filter(|(_, name)| integration.is_none_or(|wanted| wanted == *name))
        .collect();
    match (&rows[..], integration) {
        ([(row, _)], _) => Ok(*row),
        ([], None) => Err(Problem::NotFound(format!("no delivery is of a session {id}"))),
        ([], Some(name)) => Err(Problem::NotFound(format!(
            "no delivery to integration `{}` is of a session {id}",
            echo(name)
        ))),
        (several, _) => Err(Problem::Ambiguous {
            id: id.to_string(),
            integrations: several.iter().map(|(_, name)| (*name).to_owned()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Fixture, LOG, deliveries, delivery, event};

    fn path(number: u32, query: &str) -> String {
        format!("/api/v1/sessions/{}?{query}", uuid::Uuid::from_u128(number.into()))
    }

    #[actix_web::test]
    async fn a_session_tells_what_happened_and_which_deliveries_say_so() {
        let log = "10T09:00 1 7001\n10T09:05 1@ann 7010 camera quit\n10T10:05 1@ann 7010 camera quit\n\
                   10T11:00 1 7003";
        let got = Fixture::of(log).json(&path(1, ""), 200).await;
        let attempt = "00000000-0000-0000-0001-000000000001";
        let fact =
            |fact: &str, at: &str, delivery: u64, state: Option<&str>, reason: Option<&str>| {
                json!({"fact": fact, "at": at, "delivery": delivery, "attempt": attempt,
                   "state": state, "reason": reason})
            };
        assert_eq!(
            got["facts"],
            json!([
                fact("started", "2026-03-10T09:00:00Z", 1, None, None),
                fact("cancel", "2026-03-10T09:05:00Z", 2, Some("camera"), Some("quit")),
                fact("unknown", "2026-03-10T11:00:00Z", 4, None, None),
            ])
        );
        assert_eq!(
            got["deliveries"][2],
            json!({"seq": 3, "received_at": "2026-03-10T10:05:00Z", "code": 7010,
                   "action": "flow_cancelled", "attempt": attempt, "state": "camera",
                   "reason": "quit", "repeat": true, "repeat_of": 2, "late": false,
                   "unknown_code": false, "action_mismatch": false, "body_bytes": 237})
        );
        assert_eq!(got["deliveries"][3]["unknown_code"], true);
        assert_eq!(got["attempts"], json!([attempt]));
        assert_eq!(
            (&got["outcome"], &got["state"], &got["reason"], &got["end_user_id"]),
            (&json!("cancelled"), &json!("camera"), &json!("quit"), &json!("ann"))
        );
        assert_eq!(got["vendor_data"], "ref 1");
    }

    #[actix_web::test]
    async fn a_session_is_told_as_of_any_instant() {
        let fixture = Fixture::of(LOG);
        let got = fixture.json(&path(3, "as_of=2026-03-14T09:30:00Z"), 200).await;
        assert_eq!((&got["outcome"], &got["state"]), (&json!("cancelled"), &json!("consent")));
        assert_eq!(got["attempts"].as_array().unwrap().len(), 1);
        assert_eq!(got["deliveries"].as_array().unwrap().len(), 2);
        let got = fixture.json(&path(5, "window=1h"), 200).await;
        assert_eq!(got["outcome"], "lost_in_handover");
        let got = fixture.json(&path(5, "as_of=2026-03-01"), 404).await;
        assert_eq!(
            got["detail"],
            "session 00000000-0000-0000-0000-000000000005 had no delivery by 2026-03-01T00:00:00Z"
        );
    }

    #[actix_web::test]
    async fn what_names_no_session_says_why() {
        let fixture = Fixture::of(LOG);
        let got = fixture.json("/api/v1/sessions/12", 400).await;
        assert_eq!((&got["parameter"], &got["status"]), (&json!("id"), &json!(400)));
        let simple = "/api/v1/sessions/00000000000000000000000000000001";
        assert_eq!(fixture.get(simple).await.status, 400);
        let got = fixture.json(&path(77, ""), 404).await;
        assert_eq!(got["type"], "urn:weir:problem:not-found");
        assert_eq!(fixture.get(&path(1, "integration=other")).await.status, 404);
        assert_eq!(fixture.json(&path(1, "state=x"), 400).await["parameter"], "state");
        assert_eq!(fixture.json(&path(1, "as_of=x"), 400).await["parameter"], "as_of");
    }

    #[actix_web::test]
    async fn an_id_that_two_integrations_have_needs_a_name() {
        let mut log = deliveries("10T09:00 1 7001");
        log.push(delivery("10T09:30", "test", event("1", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let got = fixture.json(&path(1, ""), 409).await;
        assert_eq!(got["integrations"], json!(["main", "test"]));
        assert_eq!(got["parameter"], "integration");
        let got = fixture.json(&path(1, "integration=test"), 200).await;
        assert_eq!(got["first_at"], "2026-03-10T09:30:00Z");
    }

    #[actix_web::test]
    async fn of_very_many_deliveries_the_first_are_told_and_all_are_counted() {
        let again = || delivery("10T09:00", "main", event("1", 7001, None, None));
        let log = std::iter::repeat_with(again).take(1_001).collect();
        let got = Fixture::with(log, |_| ()).json(&path(1, ""), 200).await;
        let told = got["deliveries"].as_array().unwrap();
        assert_eq!((told.len(), &got["deliveries_count"]), (1_000, &json!(1_001)));
        assert_eq!((&told[0]["seq"], &told[999]["repeat_of"]), (&json!(1), &json!(1)));
    }

    #[actix_web::test]
    async fn upper_case_ids_are_found_too() {
        let log = deliveries("10T09:00 1 7001");
        let fixture = Fixture::with(log, |_| ());
        let path = path(1, "").to_uppercase().replace("/API/V1/SESSIONS", "/api/v1/sessions");
        assert_eq!(fixture.get(&path).await.status, 200);
    }

    #[actix_web::test]
    async fn the_way_of_its_state_and_what_came_late_are_told() {
        let log = "10T09:00 1 7002\n10T09:01 1 7001\n10T09:02 1 7001\n10T09:05 1 7010 camera quit";
        let got = Fixture::of(log).json(&path(1, ""), 200).await;
        let flags: Vec<_> = got["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["late"].as_bool().unwrap(), row["repeat_of"].as_u64()))
            .collect();
        assert_eq!(flags, [(false, None), (true, None), (false, Some(2)), (false, None)]);
        assert_eq!(
            got["path"],
            json!([{"outcome": "submitted", "state": null, "reason": null,
                    "at": "2026-03-10T09:00:00Z", "delivery": 1}])
        );
        let got = Fixture::of(LOG).json(&path(4, ""), 200).await;
        let stalled = json!({"outcome": "stalled", "state": null, "reason": null,
                             "at": "2026-03-23T09:00:00Z", "delivery": null});
        assert_eq!(got["path"][1], stalled);
    }

    #[actix_web::test]
    async fn those_beside_it_share_its_end_user_or_its_reference() {
        let mut log = deliveries(LOG);
        // Its integration is another: other people.
        log.push(delivery("20T09:00", "test", event("9@ann", 7001, None, None)));
        let again = String::from_utf8(event("8@ben", 7001, None, None)).unwrap();
        let again = again.replace("ref 8", "ref 1").into_bytes();
        log.push(delivery("21T09:00", "main", again));
        let fixture = Fixture::with(log, |_| ());
        let of = |query: &str| path(1, query).replace('?', "/neighbours?");
        let got = fixture.json(&of(""), 200).await;
        let ids = |group: &str| {
            let rows = got[group]["sessions"].as_array().unwrap().iter();
            let ids = rows.map(|row| row["id"].as_str().unwrap().chars().last().unwrap());
            (got[group]["count"].as_u64().unwrap(), ids.collect::<String>())
        };
        assert_eq!(ids("end_user"), (2, "4".to_owned()));
        assert_eq!(ids("vendor_data"), (2, "8".to_owned()));
        assert_eq!(got["end_user"]["sessions"][0]["outcome"], "stalled");
        // As of an instant before, those that began later are not there.
        let got = fixture.json(&of("as_of=2026-03-12"), 200).await;
        assert_eq!(
            (&got["end_user"]["count"], &got["end_user"]["sessions"]),
            (&json!(1), &json!([]))
        );
        let got = fixture.json(&path(3, "").replace('?', "/neighbours?"), 200).await;
        assert_eq!(got["end_user"], json!({"count": 0, "sessions": []}));
        assert_eq!(fixture.get(&path(77, "").replace('?', "/neighbours?")).await.status, 404);
    }
}
