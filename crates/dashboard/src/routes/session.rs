//! `GET /api/v1/sessions/{id}`: one session, with its facts and its deliveries.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use weir_domain::{Fact, FactKind, Standing, Timestamp};
use weir_log::LogReader;
use weir_projector::Event;
use weir_readmodel::{DeliveryFlags, Exits, Model, Row, SessionView};
use weir_report::{Asked, Query};

use crate::describe::SessionParameters;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::{State, answer};

/// One session as of an instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its integration.
    integration: String,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What the provider calls the kind of flow: the first that was given.
    #[schema(required)]
    feature: Option<String>,
    /// The customer's own reference, the first that was given. It may hold personal data.
    #[schema(required)]
    vendor_data: Option<String>,
    /// The end-user's id, the first that was given: personal data.
    #[schema(required)]
    end_user_id: Option<String>,
    /// The instant that all this is of.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// What became of it.
    outcome: &'static str,
    /// The screen that the outcome carries.
    #[schema(required)]
    state: Option<String>,
    /// The reason that the outcome carries.
    #[schema(required)]
    reason: Option<String>,
    /// When its first fact was received.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// When it was first known to be submitted.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    submitted_at: Option<Timestamp>,
    /// Its attempts, in order of first sight.
    attempts: Vec<String>,
    /// What happened, in order of time.
    facts: Vec<FactRow>,
    /// The deliveries that say so, in the order of the log.
    deliveries: Vec<DeliveryRow>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactRow {
    /// What.
    fact: &'static str,
    /// The earliest time of receipt that says so.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The place of that delivery in the log.
    delivery: u64,
    /// In which attempt.
    #[schema(format = "uuid")]
    attempt: String,
    /// The screen, of a cancel or a handover.
    #[schema(required)]
    state: Option<String>,
    /// The reason, of a cancel or a handover.
    #[schema(required)]
    reason: Option<String>,
}

/// A delivery that was read as an event of the session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryRow {
    /// Its place in the log.
    seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// What decides its meaning.
    code: i64,
    /// What the provider calls it.
    action: String,
    /// Its attempt.
    #[schema(format = "uuid")]
    attempt: String,
    /// The screen.
    #[schema(required)]
    state: Option<String>,
    /// The reason.
    #[schema(required)]
    reason: Option<String>,
    /// It brought no fact that its attempt did not have already.
    repeat: bool,
    /// Its code is not one that Weir knows.
    unknown_code: bool,
    /// Its action is not the one of its code.
    action_mismatch: bool,
}

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
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    const OWN: [&str; 3] = ["integration", "as_of", "window"];
    let parameters = Parameters::only(request.query_string(), &OWN)?;
    let id = parse_id(&id)?;
    let own = |name| parameters.own(name).map(str::to_owned);
    let integration = own("integration");
    let asked = Asked { as_of: own("as_of"), window: own("window"), ..Asked::default() };
    let query = state.question(&asked)?;
    let found = blocking(move || {
        let found = {
            let model = state.live.model();
            let row = find(&model, id, integration.as_deref())?;
            Found::of(&model, row, &query)?
        };
        found.with_deliveries(&mut state.log()?)
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &found))
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
        .map(|row| (row, model.view(row).integration))
        .filter(|(_, name)| integration.is_none_or(|wanted| wanted == name))
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
            integrations: several.iter().map(|(_, name)| name.clone()).collect(),
        }),
    }
}

/// What the model knows of the session.
struct Found {
    session: Session,
    deliveries: Vec<(weir_domain::Seq, DeliveryFlags)>,
}

impl Found {
    fn of(model: &Model, row: Row, query: &Query) -> Result<Found, Problem> {
        let mut view = model.view(row);
        view.facts.retain(|fact| fact.at <= query.as_of);
        let Some(standing) = Standing::of(view.facts.iter().copied(), query.as_of) else {
            let none = format!("session {} had no delivery by {}", view.id, query.as_of);
            return Err(Problem::NotFound(none));
        };
        let outcome = standing.outcome(query.as_of, query.window_us);
        let exits = model.exits();
        let (state, reason) = outcome.exit().map_or((None, None), |exit| exits.texts(exit));
        let facts = view.facts.iter().map(|fact| FactRow::of(fact, &view, exits)).collect();
        let attempts = attempts(&view);
        let SessionView { integration, id, feature, end_user_id, deliveries, .. } = view;
        let session = Session {
            integration,
            id: id.to_string(),
            feature,
            vendor_data: None,
            end_user_id,
            as_of: query.as_of,
            outcome: outcome.kind().name(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
            first_at: standing.first_at,
            submitted_at: standing.submitted_at,
            attempts,
            facts,
            deliveries: Vec::new(),
        };
        Ok(Found { session, deliveries })
    }

    /// The session with what its bodies in the log say.
    fn with_deliveries(self, log: &mut LogReader) -> Result<Session, Problem> {
        let Found { mut session, deliveries } = self;
        for (seq, flags) in deliveries {
            let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
            let recorded = log.get(seq)?.ok_or_else(missing)?;
            let event = Event::parse(&recorded.delivery.body)
                .map_err(|cause| Problem::internal(&format!("delivery {seq}: {cause}")))?;
            let received_at = recorded.delivery.received_at;
            if session.as_of < received_at {
                continue;
            }
            if session.vendor_data.is_none() {
                session.vendor_data = event.vendor_data.as_deref().map(str::to_owned);
            }
            let text = |text: &Option<_>| text.as_deref().map(str::to_owned);
            session.deliveries.push(DeliveryRow {
                seq: seq.get(),
                received_at,
                code: event.code,
                state: text(&event.state),
                reason: text(&event.reason),
                action: event.action.into_owned(),
                attempt: event.attempt.to_string(),
                repeat: flags.has(DeliveryFlags::REPEAT),
                unknown_code: flags.has(DeliveryFlags::UNKNOWN_CODE),
                action_mismatch: flags.has(DeliveryFlags::ACTION_MISMATCH),
            });
        }
        Ok(session)
    }
}

/// The attempts that have a fact.
fn attempts(view: &SessionView) -> Vec<String> {
    let has_fact =
        |number: usize| view.facts.iter().any(|fact| usize::from(fact.attempt) == number);
    let numbered = view.attempts.iter().enumerate();
    numbered.filter(|(number, _)| has_fact(*number)).map(|(_, id)| id.to_string()).collect()
}

impl FactRow {
    fn of(fact: &Fact, view: &SessionView, exits: &Exits) -> FactRow {
        let (state, reason) = match fact.kind {
            FactKind::Cancel(exit) | FactKind::Handover(exit) => exits.texts(exit),
            _ => (None, None),
        };
        FactRow {
            fact: fact.kind.name(),
            at: fact.at,
            delivery: fact.seq.get(),
            attempt: view
                .attempts
                .get(usize::from(fact.attempt))
                .map(Uuid::to_string)
                .unwrap_or_default(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
        }
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
                   "reason": "quit", "repeat": true, "unknown_code": false,
                   "action_mismatch": false})
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
    async fn upper_case_ids_are_found_too() {
        let log = deliveries("10T09:00 1 7001");
        let fixture = Fixture::with(log, |_| ());
        let path = path(1, "").to_uppercase().replace("/API/V1/SESSIONS", "/api/v1/sessions");
        assert_eq!(fixture.get(&path).await.status, 200);
    }
}
