//! `GET /api/v1/deliveries` and `GET /health/deliveries`: what was received, the newest first.

use std::ops::Range;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Recorded, Seq, Timestamp};
use weir_projector::Event;
use weir_readmodel::{DeliveryFilter, DeliveryFlags};
use weir_report::{Asked, Zone};

use super::quarantine::place;
use crate::describe::{DeliveryParameters, PageParameters};
use crate::health::{self, flagged};
use crate::opened::OpenedLog;
use crate::page::DeliveriesPage;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

const OWN: [&str; 7] = ["kind", "code", "cause", "from", "to", "cursor", "limit"];

/// The kinds of deliveries, by name, and how the list of each is called.
pub(crate) const KINDS: [(&str, Option<DeliveryFlags>, &str); 5] = [
    ("all", None, "deliveries"),
    ("repeat", Some(DeliveryFlags::REPEAT), "deliveries that brought nothing new"),
    ("quarantined", Some(DeliveryFlags::QUARANTINED), "deliveries that could not be read"),
    (
        "unknown_code",
        Some(DeliveryFlags::UNKNOWN_CODE),
        "deliveries with a code that Weir does not know",
    ),
    (
        "action_mismatch",
        Some(DeliveryFlags::ACTION_MISMATCH),
        "deliveries whose action is not the one of their code",
    ),
];

/// One page of deliveries, the last in the log first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// How many there are in all.
    pub(crate) count: u64,
    /// This page's.
    pub(crate) deliveries: Vec<DeliveryEntry>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

/// A delivery as the log has it, and what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryEntry {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: Timestamp,
    /// The integration that it came for.
    pub(crate) integration: String,
    /// The name of the secret that signed it; null for an imported line.
    #[schema(required)]
    pub(crate) secret: Option<String>,
    /// Its session; null where it could not be read, as are the next two.
    #[schema(required)]
    pub(crate) session_id: Option<String>,
    /// The event's code.
    #[schema(required)]
    pub(crate) code: Option<i64>,
    /// The event's action.
    #[schema(required)]
    pub(crate) action: Option<String>,
    /// Why it could not be read; null where it could.
    #[schema(required)]
    pub(crate) cause: Option<String>,
}

/// What is asked of the list.
pub(crate) struct Listing {
    /// Which of [`KINDS`].
    pub(crate) kind: usize,
    pub(crate) only: Option<Only>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    before: Seq,
    pub(crate) limit: usize,
}

/// What the body says. The model does not know it, so the newest of their kind are read for it,
/// as many as the health page tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Only {
    /// This code, which Weir does not know.
    Code(i64),
    /// This cause for which it could not be read.
    Cause(String),
}

/// What was received, the last in the log first: all of it, or one kind, or one time.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries",
    tag = "deliveries",
    params(DeliveryParameters, PageParameters),
    responses(
        (status = 200, description = "A page of them", body = Deliveries),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn deliveries(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let listing = Listing::read(&request, &state)?;
    let found = blocking(move || listing.find(&state)).await?;
    Ok(answer::json(StatusCode::OK, &found))
}

/// The page.
pub(crate) async fn deliveries_page(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let listing = Listing::read(&request, &state)?;
    let markup = blocking(move || {
        let found = listing.find(&state)?;
        let zone = Zone::named(&state.timezone_default).unwrap_or_else(Zone::utc);
        let (reader, demo) = (&reader, state.demo);
        Ok(DeliveriesPage { reader, demo, zone: &zone, listing: &listing, found: &found }.page())
    })
    .await?;
    Ok(answer::html(StatusCode::OK, markup))
}

impl Listing {
    fn read(request: &HttpRequest, state: &State) -> Result<Listing, Problem> {
        let parameters = Parameters::only(request.query_string(), &OWN)?;
        let own = |name| parameters.own(name).filter(|value| !value.is_empty());
        let asked = |name| own(name).map(str::to_owned);
        let range = Asked { from: asked("from"), to: asked("to"), ..Asked::default() };
        let query = state.question(&range)?;
        let only = only(own("code"), own("cause"))?;
        // What is asked of the body says which kind it can be.
        let implied = only.as_ref().map(|only| match only {
            Only::Code(_) => "unknown_code",
            Only::Cause(_) => "quarantined",
        });
        Ok(Listing {
            kind: implied.or(own("kind")).map_or(Ok(0), kind)?,
            only,
            from: own("from").map(|_| query.from),
            to: own("to").map(|_| query.to),
            before: own("cursor").map_or(Ok(Seq::new(u64::MAX)), place)?,
            limit: parameters.limit()?,
        })
    }

    fn find(&self, state: &State) -> Result<Deliveries, Problem> {
        let from = self.from.unwrap_or(Timestamp::MIN);
        let to = self.to.unwrap_or(Timestamp::MAX);
        let flag = KINDS[self.kind].1;
        let mut log = state.log()?;
        let (count, mut places) = if let (Some(only), Some(flag)) = (&self.only, flag) {
            let found = only.find(&mut log, &flagged(state, flag), from..to)?;
            let count = found.len() as u64;
            (count, found.into_iter().filter(|&seq| seq < self.before).collect())
        } else {
            let model = state.live.model();
            let tally = model.tally(from, to, Timestamp::MAX);
            let count = match KINDS[self.kind].0 {
                "repeat" => tally.repeats,
                "quarantined" => tally.quarantined,
                "unknown_code" => tally.unknown_codes,
                "action_mismatch" => tally.action_mismatches,
                _ => tally.deliveries,
            };
            let found = model.find_deliveries(DeliveryFilter { flag, from, to }, self.before);
            // One more than is shown tells whether there is a next page.
            (count, found.take(self.limit + 1).collect::<Vec<_>>())
        };
        let more = self.limit < places.len();
        places.truncate(self.limit);
        let deliveries = places.iter().map(|&seq| DeliveryEntry::read(&mut log, seq));
        Ok(Deliveries {
            count,
            deliveries: deliveries.collect::<Result<_, _>>()?,
            next_cursor: places.last().filter(|_| more).map(ToString::to_string),
        })
    }
}

fn only(code: Option<&str>, cause: Option<&str>) -> Result<Option<Only>, Problem> {
    let Some(code) = code else { return Ok(cause.map(|cause| Only::Cause(cause.to_owned()))) };
    let no_number = |_| {
        let detail = format!("`code` is `{}`: it must be a number such as 7012", echo(code));
        Problem::parameter("code", detail)
    };
    code.parse().map(|code| Some(Only::Code(code))).map_err(no_number)
}

impl Only {
    fn find(
        &self,
        log: &mut OpenedLog,
        places: &[Seq],
        received: Range<Timestamp>,
    ) -> Result<Vec<Seq>, Problem> {
        let mut found = Vec::new();
        for &seq in places {
            let Some(recorded) = log.get(seq)? else { continue };
            let body = &recorded.delivery.body;
            let is_it = match self {
                Only::Code(code) => Event::parse(body).is_ok_and(|event| event.code == *code),
                Only::Cause(cause) => health::cause(body) == *cause,
            };
            if is_it && received.contains(&recorded.delivery.received_at) {
                found.push(seq);
            }
        }
        Ok(found)
    }
}

fn kind(name: &str) -> Result<usize, Problem> {
    KINDS.iter().position(|(known, ..)| *known == name).ok_or_else(|| {
        let known = KINDS.map(|(known, ..)| known).join(", ");
        let detail = format!("`kind` is `{}`: it must be one of {known}", echo(name));
        Problem::parameter("kind", detail)
    })
}

impl DeliveryEntry {
    fn read(log: &mut OpenedLog, seq: Seq) -> Result<DeliveryEntry, Problem> {
        let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
        let Recorded { seq, delivery } = log.get(seq)?.ok_or_else(missing)?;
        let event = Event::parse(&delivery.body);
        let read = event.as_ref().ok();
        Ok(DeliveryEntry {
            seq: seq.get(),
            received_at: delivery.received_at,
            integration: delivery.origin.integration.clone(),
            secret: delivery.origin.secret.clone(),
            session_id: read.map(|event| event.session.to_string()),
            code: read.map(|event| event.code),
            action: read.map(|event| event.action.clone().into_owned()),
            cause: event.as_ref().err().map(ToString::to_string),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    const LOG: &str = "30T09:00 1 7001\n30T09:01 raw <b>\n30T09:02 1 7001\n30T09:03 1 7999\n\
                       31T11:59 2 7001";

    #[track_caller]
    fn places(found: &serde_json::Value) -> Vec<u64> {
        let rows = found["deliveries"].as_array().unwrap().iter();
        rows.map(|row| row["seq"].as_u64().unwrap()).collect()
    }

    #[actix_web::test]
    async fn each_kind_is_listed_with_its_count() {
        let fixture = Fixture::of(LOG);
        for (query, want) in [
            ("", vec![5, 4, 3, 2, 1]),
            ("?kind=repeat", vec![3]),
            ("?kind=quarantined", vec![2]),
            ("?kind=unknown_code", vec![4]),
            ("?kind=action_mismatch", vec![]),
            ("?code=7999", vec![4]),
            ("?code=7998", vec![]),
            ("?code=7999&from=-1h", vec![]),
            ("?cause=the+body+is+not+JSON", vec![2]),
            ("?from=-1h", vec![5]),
            ("?from=2026-03-30T09:01:00Z&to=2026-03-30T09:03:00Z", vec![3, 2]),
        ] {
            let got = fixture.json(&format!("/api/v1/deliveries{query}"), 200).await;
            assert_eq!(places(&got), want, "{query}");
            assert_eq!(got["count"], want.len(), "{query}");
        }
    }

    #[actix_web::test]
    async fn it_comes_in_pages() {
        let fixture = Fixture::of(LOG);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/deliveries?limit=2&cursor={cursor}");
            let got = fixture.json(&path, 200).await;
            seen.extend(places(&got));
            let Some(next) = got["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }

    #[actix_web::test]
    async fn the_page_lists_what_the_api_lists_and_leads_to_the_sessions() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get("/health/deliveries?limit=2").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("<h1>5 deliveries</h1>"), "{}", got.body);
        let session = uuid::Uuid::from_u128(2);
        assert!(got.body.contains(&format!("/sessions/{session}?integration=main")));
        assert!(got.body.contains("/health/deliveries?cursor=4&amp;limit=2"), "{}", got.body);
        let got = fixture.get("/health/deliveries?kind=quarantined").await;
        assert!(got.body.contains("1 delivery that could not be read"), "{}", got.body);
        assert!(!got.body.contains("<b>"));
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        let fixture = Fixture::of(LOG);
        for name in ["kind", "code", "from", "cursor", "limit", "tz"] {
            let got = fixture.json(&format!("/api/v1/deliveries?{name}=x"), 400).await;
            assert_eq!(got["parameter"], name);
        }
    }
}
