//! `GET /api/v1/quarantine`: the deliveries that could not be read, and why.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Delivery, Recorded, Seq, Timestamp};
use weir_projector::Event;

use crate::describe::PageParameters;
use crate::entrance::Holder;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::reveal::Sight;
use crate::{State, answer};

/// How much of a body is shown. An event is a few hundred bytes.
const BODY_BYTES_SHOWN_MAX: usize = 4 * 1024;

/// One page of the deliveries that could not be read, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinePage {
    /// How many there are in all.
    pub(crate) count: u64,
    /// This page's.
    pub(crate) deliveries: Vec<Quarantined>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

/// A delivery that could not be read as an event. It stays in the log, and every rebuild reads it
/// again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quarantined {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: Timestamp,
    /// The integration that it came for.
    pub(crate) integration: String,
    /// Why it could not be read.
    pub(crate) cause: String,
    /// The size of its body.
    pub(crate) body_bytes: usize,
    /// Whether the body is shown: it may hold anything of a person, so viewers do not see it.
    pub(crate) body_shown: bool,
    /// The body's first 4 KiB as text, with U+FFFD for what is none.
    pub(crate) body: String,
}

/// The deliveries that could not be read, and why.
#[utoipa::path(
    get,
    path = "/api/v1/quarantine",
    tag = "deliveries",
    params(PageParameters),
    responses(
        (status = 200, description = "A page of them", body = QuarantinePage),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn quarantine(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let sight = state.reveal.sight(&holder);
    let parameters = Parameters::only(request.query_string(), &["cursor", "limit"])?;
    let limit = parameters.limit()?;
    let before = parameters.own("cursor").map_or(Ok(Seq::new(u64::MAX)), place)?;
    let page = blocking(move || page(&state, sight, before, limit)).await?;
    Ok(answer::json(StatusCode::OK, &page))
}

/// A cursor is the place of the last delivery that was given.
pub(super) fn place(cursor: &str) -> Result<Seq, Problem> {
    cursor.parse().map(Seq::new).map_err(|_| {
        let cursor = echo(cursor);
        let detail = format!("`cursor` is `{cursor}`, which is not one that this list gave");
        Problem::parameter("cursor", detail)
    })
}

/// The same as a number, where there is a cursor.
pub(super) fn place_of(cursor: Option<&str>) -> Result<Option<u64>, Problem> {
    cursor.map(|cursor| place(cursor).map(Seq::get)).transpose()
}

pub(super) fn page(
    state: &State,
    sight: Sight,
    before: Seq,
    limit: usize,
) -> Result<QuarantinePage, Problem> {
    let (count, mut places) = {
        let model = state.live.model();
        let all = model.tally(Timestamp::MIN, Timestamp::MAX, Timestamp::MAX);
        // One more than is shown tells whether there is a next page.
        (all.quarantined, model.quarantined(before).take(limit + 1).collect::<Vec<_>>())
    };
    let more = limit < places.len();
    places.truncate(limit);
    let mut log = state.log()?;
    let mut deliveries = Vec::with_capacity(places.len());
    for &seq in &places {
        let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
        let recorded = log.get(seq)?.ok_or_else(missing)?;
        let shown = state.reveal.body(sight, &recorded.delivery.body);
        deliveries.push(Quarantined::of(&recorded, shown.as_deref()));
    }
    let next_cursor = places.last().filter(|_| more).map(ToString::to_string);
    Ok(QuarantinePage { count, deliveries, next_cursor })
}

impl Quarantined {
    fn of(recorded: &Recorded, shown: Option<&[u8]>) -> Quarantined {
        let Recorded { seq, delivery: Delivery { received_at, origin, body } } = recorded;
        let cause = Event::parse(body).err().map_or_else(
            || "it can be read now; `weir rebuild` folds it in".to_owned(),
            |cause| cause.to_string(),
        );
        let text = shown.unwrap_or_default();
        let text = &text[..text.len().min(BODY_BYTES_SHOWN_MAX)];
        Quarantined {
            seq: seq.get(),
            received_at: *received_at,
            integration: origin.integration.clone(),
            cause,
            body_bytes: body.len(),
            body_shown: shown.is_some(),
            body: String::from_utf8_lossy(text).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::BODY_BYTES_SHOWN_MAX;
    use crate::fixture::{Fixture, delivery};

    const LOG: &str = "30T09:00 1 7001\n30T09:01 raw [1]\n30T09:02 raw <b>\n30T09:03 1 7002\n\
                       30T09:04 raw {}";

    #[actix_web::test]
    async fn what_could_not_be_read_is_listed_with_the_cause_the_newest_first() {
        let got = Fixture::of(LOG).json("/api/v1/quarantine", 200).await;
        assert_eq!((&got["count"], &got["next_cursor"]), (&json!(3), &json!(null)));
        assert_eq!(
            got["deliveries"][2],
            json!({"seq": 2, "received_at": "2026-03-30T09:01:00Z", "integration": "main",
                   "cause": "the body is JSON, but not an object", "body_bytes": 3, "body_shown": true,
                   "body": "[1]"})
        );
        let causes: Vec<_> = (0..2).map(|n| got["deliveries"][n]["cause"].clone()).collect();
        assert_eq!(causes[0], "`id` is missing");
        assert!(causes[1].as_str().unwrap().starts_with("the body is not JSON"));
    }

    #[actix_web::test]
    async fn it_comes_in_pages() {
        let fixture = Fixture::of(LOG);
        let mut places = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/quarantine?limit=1&cursor={cursor}");
            let got = fixture.json(&path, 200).await;
            places.push(got["deliveries"][0]["seq"].as_u64().unwrap());
            let Some(next) = got["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(places, [5, 3, 2]);
    }

    #[actix_web::test]
    async fn a_large_body_is_cut_and_bytes_that_are_no_text_are_marked() {
        let body = [&b"\xff"[..], &[b'x'; 9_000]].concat();
        let log = vec![delivery("30T09:00", "main", body)];
        let got = Fixture::with(log, |_| ()).json("/api/v1/quarantine", 200).await;
        let shown = got["deliveries"][0]["body"].as_str().unwrap();
        assert!(shown.starts_with("\u{fffd}xxx"));
        assert_eq!(shown.chars().count(), BODY_BYTES_SHOWN_MAX);
        assert_eq!(got["deliveries"][0]["body_bytes"], 9_001);
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        let fixture = Fixture::of(LOG);
        for (query, name) in [("cursor=x", "cursor"), ("limit=-1", "limit"), ("from=-1d", "from")] {
            let got = fixture.json(&format!("/api/v1/quarantine?{query}"), 400).await;
            assert_eq!(got["parameter"], name);
        }
    }
}
