//! `/api/v1/alerts`: how alerts stand, for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::Timestamp;
use weir_schedule::alert::State as Standing;

use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::reader::Reader;
use crate::schedules::Entry;
use crate::{State, answer};

/// Every alert, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alerts)]
pub(crate) struct AlertsBody {
    alerts: Vec<AlertEntry>,
}

/// How one alert stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub(crate) struct AlertEntry {
    /// The definition's name.
    name: String,
    title: String,
    /// Null where it was not judged yet.
    #[schema(inline, required)]
    state: Option<AlertStateName>,
    /// Since which judgement it fires.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    since: Option<Timestamp>,
    /// The instant of the last judgement.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    judged_at: Option<Timestamp>,
    /// What the last judgement saw, in words.
    #[schema(required)]
    value: Option<String>,
    /// Who knows of it, since it fires.
    #[schema(required)]
    acknowledged_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    acknowledged_at: Option<Timestamp>,
    /// When it is judged next.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_at: Option<Timestamp>,
}

/// Whether an alert fires.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum AlertStateName {
    Quiet,
    Pending,
    Firing,
    Recovering,
}

/// Every alert, by name.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "schedules",
    responses(
        (status = 200, description = "All of them", body = AlertsBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn alerts_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let body = blocking(move || {
        let all = state.entries()?;
        let alerts = all.iter().filter(|entry| entry.is_alert()).map(AlertEntry::of).collect();
        Ok(AlertsBody { alerts })
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Notes that whoever asks knows that the alert fires: it is not told again until it is over.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{name}/acknowledge",
    tag = "schedules",
    params(("name" = String, Path, description = "The definition's name", example = "daily-pulse")),
    responses(
        (status = 200, description = "How it stands", body = AlertEntry),
        (status = 404, description = "There is no such definition", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "It does not fire", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn acknowledge_alert(
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let body = blocking(move || {
        state.acknowledge(&state.entry(&name)?, &reader)?;
        Ok(AlertEntry::of(&state.entry(&name)?))
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

impl AlertEntry {
    fn of(entry: &Entry) -> AlertEntry {
        let standing = entry.standing.as_ref();
        let known = standing.and_then(|standing| standing.acknowledged.as_ref());
        AlertEntry {
            name: entry.name.clone(),
            title: entry.title().to_owned(),
            state: standing.map(|standing| match standing.state {
                Standing::Quiet => AlertStateName::Quiet,
                Standing::Pending(_) => AlertStateName::Pending,
                Standing::Firing => AlertStateName::Firing,
                Standing::Recovering(_) => AlertStateName::Recovering,
            }),
            since: standing.and_then(|standing| standing.since),
            judged_at: standing.and_then(|standing| standing.judged_at),
            value: standing.and_then(|standing| standing.value.clone()),
            acknowledged_by: known.map(|known| known.by.clone()),
            acknowledged_at: known.map(|known| known.at),
            next_at: entry.next_at,
        }
    }
}
