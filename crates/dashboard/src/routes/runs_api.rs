//! `/api/v1/runs`: what was made and sent, for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_domain::Timestamp;
use weir_schedule::{Cause, Run, RunId, RunState, RunSummary, Sending, SendingState};

use super::report_run::id;
use crate::json_body;
use crate::page::reports::{run_path, segment};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer};

/// Runs, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Runs)]
pub(crate) struct RunsBody {
    runs: Vec<RunEntry>,
    /// `before` of the next page; null on the last one.
    #[schema(required)]
    next_before: Option<u64>,
}

/// A run in one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunEntry {
    id: u64,
    /// The definition's name.
    name: String,
    #[schema(inline)]
    cause: CauseName,
    /// The run that it is once more; null for any other.
    #[schema(required)]
    again_of: Option<u64>,
    /// When it was due; what its range is relative to.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    #[schema(inline)]
    state: RunStateName,
    /// Why it is not further, and what to do.
    #[schema(required)]
    trouble: Option<String>,
    /// What else there is to know.
    #[schema(required)]
    note: Option<String>,
    /// When it is tried again, where it waits.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_try_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// A run with all that was recorded of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunInFull)]
pub(crate) struct RunInFull {
    run: RunEntry,
    /// The definition as it was then, as TOML.
    definition: String,
    /// The report's `input`; null until it was computed.
    #[schema(value_type = Option<Object>, required)]
    input: Option<serde_json::Value>,
    /// The log position that it was computed at; null until then.
    #[schema(required)]
    position: Option<u64>,
    /// The Weir that made it.
    version: String,
    files: Vec<FileEntry>,
    sendings: Vec<SendingEntry>,
}

/// A file of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunFile)]
pub(crate) struct FileEntry {
    name: String,
    media_type: String,
    bytes: u64,
    /// In hexadecimal.
    sha256: String,
    /// Where it is had; null once it is not kept any more.
    #[schema(required)]
    address: Option<String>,
}

/// One recipient of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sending)]
pub(crate) struct SendingEntry {
    /// `mail:a@example.com`.
    target: String,
    #[schema(inline)]
    state: SendingStateName,
    /// How often it was tried.
    tries: u32,
    /// Why it is not further, and what to do.
    #[schema(required)]
    trouble: Option<String>,
    /// What the other side said when it took it.
    #[schema(required)]
    receipt: Option<String>,
    /// When it is tried again, where it waits.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_try_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// How a run came about.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum CauseName {
    Scheduled,
    Asked,
    Again,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum RunStateName {
    Due,
    Rendering,
    Delivering,
    Delivered,
    Failed,
    Quiet,
    Skipped,
}

/// How far one recipient's sending is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum SendingStateName {
    Waiting,
    Handing,
    Delivered,
    Failed,
    Unknown,
}

/// To whom a run is sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SendAgain)]
pub(crate) struct SendAgain {
    /// Recipients of the run, as it names them; all of them where this is empty or left out.
    #[serde(default)]
    targets: Vec<String>,
}

/// Runs, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    tag = "schedules",
    params(
        ("name" = Option<String>, Query, description = "Only those of this definition"),
        ("before" = Option<i64>, Query, description = "Only those before this run", minimum = 0),
        ("limit" = Option<usize>, Query, description = "How many at most: 1 to 1,000, default 100",
            minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "A page of them", body = RunsBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn runs_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["name", "before", "limit"])?;
    let limit = parameters.limit()?;
    let before = parameters.own("before").map(before).transpose()?;
    let body = blocking(move || {
        let mut runs = state.schedules.ledger.runs(parameters.own("name"), before, limit + 1)?;
        let more = limit < runs.len();
        runs.truncate(limit);
        let next_before = runs.last().filter(|_| more).map(|run| run.id.0);
        Ok(RunsBody { runs: runs.iter().map(RunEntry::of).collect(), next_before })
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

fn before(text: &str) -> Result<RunId, Problem> {
    id(text).map_err(|problem| Problem::parameter("before", problem.to_string()))
}

/// One run: what was asked, what was made, and who has it.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}",
    tag = "schedules",
    params(("id" = i64, Path, description = "The run's number", example = 1)),
    responses(
        (status = 200, description = "The run", body = RunInFull),
        (status = 400, description = "The number is none", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such run", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn run_api(
    state: web::Data<State>,
    of: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id(&of)?;
    let body = blocking(move || Ok(RunInFull::of(state.run(id)?, &state)));
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Asks for the same once more, to some of its recipients or to all: the bytes that were recorded,
/// not what the definition says today.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/again",
    tag = "schedules",
    params(("id" = i64, Path, description = "The run's number", example = 1)),
    request_body = SendAgain,
    responses(
        (status = 202, description = "The new run", body = RunEntry),
        (status = 400, description = "The number or a recipient cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such run", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "It is not over, or had nothing to send", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn send_again(
    request: HttpRequest,
    state: web::Data<State>,
    of: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let id = id(&of)?;
    let SendAgain { targets } = json_body::read(&request, &body)?;
    let run = blocking(move || {
        let made = state.again(id, &targets)?;
        Ok(RunEntry::of(&state.run(made)?.summary))
    });
    Ok(answer::json(StatusCode::ACCEPTED, &run.await?))
}

impl RunEntry {
    pub(crate) fn of(run: &RunSummary) -> RunEntry {
        let (cause, again_of) = match run.cause {
            Cause::Scheduled => (CauseName::Scheduled, None),
            Cause::Asked => (CauseName::Asked, None),
            Cause::Again(of) => (CauseName::Again, Some(of.0)),
        };
        RunEntry {
            id: run.id.0,
            name: run.name.clone(),
            cause,
            again_of,
            as_of: run.scheduled_at,
            state: match run.state {
                RunState::Due => RunStateName::Due,
                RunState::Rendering => RunStateName::Rendering,
                RunState::Delivering => RunStateName::Delivering,
                RunState::Delivered => RunStateName::Delivered,
                RunState::Failed => RunStateName::Failed,
                RunState::Quiet => RunStateName::Quiet,
                RunState::Skipped => RunStateName::Skipped,
            },
            trouble: run.trouble.clone(),
            note: run.note.clone(),
            next_try_at: run.next_try_at,
            changed_at: run.changed_at,
        }
    }
}

impl RunInFull {
    fn of(run: Run, state: &State) -> RunInFull {
        let address = |name: &str| {
            let kept = state.file(&run, name).is_some();
            kept.then(|| format!("{}/{}", run_path(run.summary.id.0), segment(name)))
        };
        let files = run.files.iter().map(|(name, media_type, bytes, sha256)| FileEntry {
            address: address(name),
            name: name.clone(),
            media_type: media_type.clone(),
            bytes: *bytes,
            sha256: sha256.clone(),
        });
        RunInFull {
            run: RunEntry::of(&run.summary),
            files: files.collect(),
            input: run.input.as_deref().and_then(|input| serde_json::from_str(input).ok()),
            position: run.position.map(weir_domain::Seq::get),
            sendings: run.sendings.iter().map(SendingEntry::of).collect(),
            definition: run.definition,
            version: run.version,
        }
    }
}

impl SendingEntry {
    fn of(sending: &Sending) -> SendingEntry {
        let Sending { target, state, tries, trouble, receipt, next_try_at, changed_at } =
            sending.clone();
        SendingEntry {
            target,
            state: match state {
                SendingState::Waiting => SendingStateName::Waiting,
                SendingState::Handing => SendingStateName::Handing,
                SendingState::Delivered => SendingStateName::Delivered,
                SendingState::Failed => SendingStateName::Failed,
                SendingState::Unknown => SendingStateName::Unknown,
            },
            tries,
            trouble,
            receipt,
            next_try_at,
            changed_at,
        }
    }
}
