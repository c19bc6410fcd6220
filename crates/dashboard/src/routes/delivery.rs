//! `GET /api/v1/deliveries/{seq}`: one delivery, and `…/body`: its body, byte for byte.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Delivery, Recorded, Seq, Timestamp};
use weir_projector::Event;
use weir_readmodel::DeliveryFlags;

use crate::entrance::Holder;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::{State, answer};

/// How much of a body is told. An event is a few hundred bytes.
const BODY_BYTES_SHOWN_MAX: usize = 4 * 1024;

/// A delivery as it stands in the log, and what was read from it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryTold {
    /// Its place in the log.
    seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The integration that it came for.
    integration: String,
    /// The name of the secret that its signature matched; null where it was imported.
    #[schema(required)]
    secret: Option<String>,
    /// The session that it is of; null where it could not be read.
    #[schema(required, format = "uuid")]
    session: Option<String>,
    /// The attempt that it is of, likewise.
    #[schema(required, format = "uuid")]
    attempt: Option<String>,
    /// What decides its meaning, likewise.
    #[schema(required)]
    code: Option<i64>,
    /// What the provider calls it, likewise.
    #[schema(required)]
    action: Option<String>,
    /// Why it could not be read; null where it could.
    #[schema(required)]
    cause: Option<String>,
    /// It brought no fact that its attempt did not have already.
    repeat: bool,
    /// It was not counted, because it could not be read when it was folded.
    quarantined: bool,
    /// The size of its body.
    body_bytes: usize,
    /// The body's first 4 KiB as text, with U+FFFD for what is none. Viewers get pseudonyms in the place
    /// of personal values, and nothing of a body that could not be read.
    body: String,
}

/// One delivery, as it stands in the log.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries/{seq}",
    tag = "deliveries",
    params(("seq" = u64, Path, description = "Its place in the log", minimum = 1)),
    responses(
        (status = 200, description = "The delivery", body = DeliveryTold),
        (status = 400, description = "The place is no number", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "The log does not reach that far", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delivery(
    request: HttpRequest,
    seq: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let seq = place(&request, &seq)?;
    let sight = state.reveal.sight(&holder);
    let told = blocking(move || {
        let recorded = recorded(&state, seq)?;
        let flags = state.live.model().flags(seq).unwrap_or_default();
        let shown = state.reveal.body(sight, &recorded.delivery.body).unwrap_or_default();
        Ok(DeliveryTold::of(&recorded, &shown, flags))
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &told))
}

/// The body of one delivery, byte for byte; for viewers with pseudonyms in the place of personal
/// values.
///
/// It is whatever the provider sent: served as plain text to be saved, never to be run.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries/{seq}/body",
    tag = "deliveries",
    params(("seq" = u64, Path, description = "Its place in the log", minimum = 1)),
    responses(
        (status = 200, description = "The body", body = String, content_type = "text/plain"),
        (status = 400, description = "The place is no number", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "The log does not reach that far", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delivery_body(
    request: HttpRequest,
    seq: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let seq = place(&request, &seq)?;
    let sight = state.reveal.sight(&holder);
    let body = blocking(move || {
        let recorded = recorded(&state, seq)?;
        let shown = state.reveal.body(sight, &recorded.delivery.body);
        shown.ok_or_else(|| Problem::Forbidden(UNREAD.to_owned()))
    })
    .await?;
    let mut response = answer::bytes(StatusCode::OK, "text/plain; charset=utf-8", body);
    let name = format!("attachment; filename=\"delivery-{seq}.json\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Why a viewer does not get what could not be read.
const UNREAD: &str =
    "this body could not be read, so it may hold anything of a person; operators and owners see it";

fn place(request: &HttpRequest, text: &str) -> Result<Seq, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let seq = text.parse().ok().filter(|seq| 0 < *seq).map(Seq::new);
    seq.ok_or_else(|| {
        let detail =
            format!("`{}` is no place in the log, which is a number from 1 on", echo(text));
        Problem::parameter("seq", detail)
    })
}

fn recorded(state: &State, seq: Seq) -> Result<Recorded, Problem> {
    let missing = || Problem::NotFound(format!("the log has no delivery {seq}"));
    // The store counts in signed numbers; no log reaches beyond them.
    if i64::try_from(seq.get()).is_err() {
        return Err(missing());
    }
    state.log()?.get(seq)?.ok_or_else(missing)
}

impl DeliveryTold {
    fn of(recorded: &Recorded, shown: &[u8], flags: DeliveryFlags) -> DeliveryTold {
        let Recorded { seq, delivery: Delivery { received_at, origin, body } } = recorded;
        let (event, cause) = match Event::parse(body) {
            Ok(event) => (Some(event), None),
            Err(cause) => (None, Some(cause.to_string())),
        };
        let shown = &shown[..shown.len().min(BODY_BYTES_SHOWN_MAX)];
        DeliveryTold {
            seq: seq.get(),
            received_at: *received_at,
            integration: origin.integration.clone(),
            secret: origin.secret.clone(),
            session: event.as_ref().map(|event| event.session.to_string()),
            attempt: event.as_ref().map(|event| event.attempt.to_string()),
            code: event.as_ref().map(|event| event.code),
            action: event.map(|event| event.action.into_owned()),
            cause,
            repeat: flags.has(DeliveryFlags::REPEAT),
            quarantined: flags.has(DeliveryFlags::QUARANTINED),
            body_bytes: body.len(),
            body: String::from_utf8_lossy(shown).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Fixture, delivery};

    const LOG: &str = "10T09:00 1 7001\n10T09:01 1 7001\n10T09:02 raw <script>alert(1)</script>";

    #[actix_web::test]
    async fn a_delivery_is_told_with_what_was_read_from_it() {
        let fixture = Fixture::of(LOG);
        let got = fixture.json("/api/v1/deliveries/2", 200).await;
        assert_eq!(
            (&got["seq"], &got["code"], &got["repeat"]),
            (&json!(2), &json!(7001), &json!(true))
        );
        assert_eq!(got["session"], "00000000-0000-0000-0000-000000000001");
        assert_eq!((&got["cause"], &got["secret"]), (&json!(null), &json!(null)));
        let got = fixture.json("/api/v1/deliveries/3", 200).await;
        assert_eq!((&got["session"], &got["quarantined"]), (&json!(null), &json!(true)));
        assert!(got["cause"].as_str().unwrap().starts_with("the body is not JSON"));
        assert_eq!(got["body"], "<script>alert(1)</script>");
    }

    #[actix_web::test]
    async fn a_body_is_served_byte_for_byte_to_be_saved_and_never_run() {
        let body = [&b"{\"id\": \"\xff\"}<b>"[..], &[b'x'; 9_000]].concat();
        let fixture = Fixture::with(vec![delivery("10T09:00", "main", body.clone())], |_| ());
        let got = fixture.get("/api/v1/deliveries/1/body").await;
        assert_eq!((got.status, got.bytes == body), (200, true));
        assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("content-disposition"), "attachment; filename=\"delivery-1.json\"");
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        let told = fixture.json("/api/v1/deliveries/1", 200).await;
        assert_eq!(told["body_bytes"], body.len());
        assert!(told["body"].as_str().unwrap().len() < 4_200);
    }

    #[actix_web::test]
    async fn a_place_that_the_log_does_not_have_is_a_problem() {
        let fixture = Fixture::of(LOG);
        for (place, status) in
            [("4", 404), ("18446744073709551615", 404), ("0", 400), ("-1", 400), ("x", 400)]
        {
            for rest in ["", "/body"] {
                let got = fixture.json(&format!("/api/v1/deliveries/{place}{rest}"), status).await;
                assert_eq!(got["status"], status);
            }
        }
        assert_eq!(fixture.json("/api/v1/deliveries/1?x=1", 400).await["parameter"], "x");
    }
}
