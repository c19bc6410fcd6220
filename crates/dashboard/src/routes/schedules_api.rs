//! `/api/v1/schedules`: definitions for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_domain::Timestamp;
use weir_report::Definition;

use super::report::{next, own};
use super::runs_api::RunEntry;
use crate::json_body;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, TroubleBody, blocking, echo};
use crate::schedules::Entry;
use crate::{State, answer};

/// Every definition of a report, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedules)]
pub(crate) struct SchedulesBody {
    schedules: Vec<ScheduleEntry>,
}

/// A definition, when it is due, and how its last run went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleEntry {
    name: String,
    /// What it is called on paper; its name, where that cannot be read.
    title: String,
    /// Whether it ships with Weir, and is never due by itself.
    shipped: bool,
    /// Whether it is sent only when a number calls for it.
    alert: bool,
    paused: bool,
    /// When it is due, as it is written; null where it is not due by itself.
    #[schema(required)]
    when: Option<String>,
    /// The same in words.
    when_in_words: String,
    /// The next instant; null where it is not due by itself.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_at: Option<Timestamp>,
    /// Its recipients: `mail:a@example.com`.
    recipients: Vec<String>,
    /// Its newest run.
    #[schema(required)]
    last_run: Option<RunEntry>,
    /// What is wrong with it.
    troubles: Vec<TroubleBody>,
}

/// A definition with its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleInFull)]
pub(crate) struct ScheduleInFull {
    schedule: ScheduleEntry,
    /// The definition as TOML.
    definition: String,
    /// The instants at which it is due next.
    #[schema(value_type = Vec<String>)]
    next: Vec<Timestamp>,
}

/// A definition to be kept under a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSchedule)]
pub(crate) struct NewSchedule {
    /// The definition as TOML.
    #[schema(max_length = 65536)]
    definition: String,
    /// Whether it is only checked, and nothing is kept.
    #[serde(default)]
    dry_run: bool,
}

/// A run to be made now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRun)]
pub(crate) struct NewRun {
    /// The instant that its range is relative to; now, where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<String>,
}

/// Every definition, by name: the shipped ones and the operators' own.
#[utoipa::path(
    get,
    path = "/api/v1/schedules",
    tag = "schedules",
    responses(
        (status = 200, description = "All of them", body = SchedulesBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn schedules_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let body = blocking(move || {
        let schedules = state.entries()?.iter().map(ScheduleEntry::of).collect();
        Ok(SchedulesBody { schedules })
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// One definition, with its text and all that is wrong with it.
#[utoipa::path(
    get,
    path = "/api/v1/schedules/{name}",
    tag = "schedules",
    params(("name" = String, Path, description = "The definition's name", example = "daily-pulse")),
    responses(
        (status = 200, description = "The definition", body = ScheduleInFull),
        (status = 404, description = "There is no such definition", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn schedule_api(
    state: web::Data<State>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let body = blocking(move || Ok(ScheduleInFull::of(&state.entry(&name)?, &state)));
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Keeps a definition under this name, in the place of an older one. One with anything wrong in it
/// is refused, with all that is wrong.
#[utoipa::path(
    post,
    path = "/api/v1/schedules/{name}",
    tag = "schedules",
    params(("name" = String, Path, description = "The definition's name: lower-case letters, digits \
        and hyphens, a letter or digit first, at most 64", example = "daily-pulse")),
    request_body = NewSchedule,
    responses(
        (status = 200, description = "The definition, as it is kept or would be", body = ScheduleInFull),
        (status = 400, description = "The name or the definition cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn save_schedule(
    request: HttpRequest,
    state: web::Data<State>,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let new: NewSchedule = json_body::read(&request, &body)?;
    let saved = blocking(move || {
        if !weir_schedule::is_name(&name) {
            return Err(weir_schedule::SaveError::Name(echo(&name)).into());
        }
        let read = Definition::read(&new.definition).map_err(|error| Problem::Definition {
            troubles: vec![TroubleBody { line: error.line, message: error.message }],
        })?;
        let troubles = state.troubles(&read, &new.definition);
        if !troubles.is_empty() {
            let troubles = troubles.iter().map(TroubleBody::of).collect();
            return Err(Problem::Definition { troubles });
        }
        if new.dry_run {
            let entry = crate::schedules::entry_of(&name, read, &new.definition, state.clock.now());
            return Ok(ScheduleInFull::of(&entry, &state));
        }
        state.schedules.definitions.save(&name, &new.definition)?;
        Ok(ScheduleInFull::of(&state.entry(&name)?, &state))
    });
    Ok(answer::json(StatusCode::OK, &saved.await?))
}

/// Deletes a definition. Its runs stay known; a shipped one of the same name comes back.
#[utoipa::path(
    delete,
    path = "/api/v1/schedules/{name}",
    tag = "schedules",
    params(("name" = String, Path, description = "The definition's name", example = "daily-pulse")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such definition", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "It ships with Weir", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_schedule(
    state: web::Data<State>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    blocking(move || {
        own(&state.entry(&name)?)?;
        Ok(state.schedules.definitions.remove(&name)?)
    })
    .await?;
    Ok(answer::nothing())
}

/// Asks for a run now. It is made and sent within a few seconds; its own address tells how far it is.
#[utoipa::path(
    post,
    path = "/api/v1/schedules/{name}/run",
    tag = "schedules",
    params(("name" = String, Path, description = "The definition's name", example = "daily-pulse")),
    request_body = NewRun,
    responses(
        (status = 202, description = "The run", body = RunEntry),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such definition", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "The definition cannot be read", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn run_schedule(
    request: HttpRequest,
    state: web::Data<State>,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let new: NewRun = json_body::read(&request, &body)?;
    let run = blocking(move || {
        let as_of = new.as_of.as_deref().map(instant).transpose()?;
        let id = state.ask_now(&state.entry(&name)?, as_of)?;
        Ok(RunEntry::of(&state.run(id)?.summary))
    });
    Ok(answer::json(StatusCode::ACCEPTED, &run.await?))
}

fn instant(text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| {
        let detail = format!("`as_of` is `{}`: write RFC 3339, 2026-01-05T09:00:00Z", echo(text));
        Problem::parameter("as_of", detail)
    })
}

impl ScheduleEntry {
    fn of(entry: &Entry) -> ScheduleEntry {
        let timing = entry.definition().and_then(|of| of.schedule.as_ref());
        ScheduleEntry {
            name: entry.name.clone(),
            title: entry.title().to_owned(),
            shipped: entry.shipped,
            alert: entry.is_alert(),
            paused: entry.is_paused(),
            when: timing.map(|timing| timing.when.clone()),
            when_in_words: entry.when_words(),
            next_at: entry.next_at,
            recipients: entry.targets().into_iter().map(str::to_owned).collect(),
            last_run: entry.last.as_ref().map(RunEntry::of),
            troubles: entry.troubles.iter().map(TroubleBody::of).collect(),
        }
    }
}

impl ScheduleInFull {
    fn of(entry: &Entry, state: &State) -> ScheduleInFull {
        ScheduleInFull {
            schedule: ScheduleEntry::of(entry),
            definition: entry.text.clone(),
            next: next(entry, state.clock.now()),
        }
    }
}
