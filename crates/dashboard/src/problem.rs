//! What went wrong, as `application/problem+json` (RFC 9457).

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_access::{AccessError, Refusal};
use weir_log::LogError;
use weir_privacy::VaultError;
use weir_report::{AskError, BucketError};
use weir_schedule::Trouble;

use crate::answer;
use crate::gate::{Busy, RETRY_AFTER_S};
use crate::lost::{WITHOUT_PEOPLE, said};

/// What an answer says that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    /// A parameter is unknown, doubled, or has a value that cannot be taken.
    #[error("{detail}")]
    Parameter { name: String, detail: String },
    /// The path leads nowhere.
    #[error("there is nothing at {0}; /openapi.json lists what there is")]
    NoRoute(String),
    /// The path takes other methods.
    #[error("this address takes {}, not {method}", takes.join(" or "))]
    WrongMethod { takes: Vec<&'static str>, method: String },
    /// What the path names is not there.
    #[error("{0}")]
    NotFound(String),
    /// The body is not what the address takes.
    #[error("the body cannot be read: {0}; nothing was changed")]
    Body(String),
    /// The body says that it is something else.
    #[error("this address takes JSON: send `content-type: application/json`")]
    NotJson,
    /// Several integrations have a session of this id.
    #[error(
        "several integrations have a session {id}; name one with `integration`: {}",
        integrations.join(", ")
    )]
    Ambiguous { id: String, integrations: Vec<String> },
    /// Too many others ask for reports.
    #[error(
        "many reports are being computed and this one was not begun; nothing was lost, ask again in \
         {RETRY_AFTER_S} seconds"
    )]
    Busy,
    /// Too many streams are open.
    #[error(
        "too many windows follow the numbers already; this one shows them without following, and may \
         ask again in {RETRY_AFTER_S} seconds"
    )]
    TooManyStreams,
    /// Nobody said who asks, or what they said is not so.
    #[error("{}", unauthenticated(*tried))]
    Unauthenticated { tried: bool },
    /// Whoever asks may not.
    #[error("{0}")]
    Forbidden(String),
    /// A page of another site sent it.
    #[error("a page of another site sent this, and nothing was changed; send it from Weir's own")]
    OtherSite,
    /// The form is not of this sign-in.
    #[error(
        "the form is not of this sign-in, and nothing was changed; open the page again and send it \
         from there (a program sends `x-weir-csrf`, or a token)"
    )]
    Csrf,
    /// It cannot be had as things are.
    #[error("{0}")]
    Conflict(String),
    /// As many as may be are at it.
    #[error("{0}")]
    PasswordsBusy(String),
    /// A definition of a report is not well.
    #[error("{}", first_of(troubles))]
    Definition { troubles: Vec<TroubleBody> },
    /// It cannot be written down who asks.
    #[error(
        "nothing was shown or changed, as it cannot be written down in the audit record; the server's \
         log and `weir doctor` say why"
    )]
    Unrecorded,
    /// A store cannot be worked with until somebody mends it.
    #[error("{0}")]
    Lost(String),
    /// Our own fault, or the disk's. What it was is in the process's own log.
    #[error("the answer could not be made; nothing was lost, and the server's log says why")]
    Internal,
}

/// A problem as it is sent (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// What kind of problem it is: the same text for the same kind, always.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What happened this time, and what to do.
    detail: String,
    /// The parameter at fault, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// The integrations to choose from, if several have the session.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    integrations: Vec<String>,
    /// All that is wrong with a definition, if one was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    troubles: Vec<TroubleBody>,
}

/// What is wrong with a definition, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Trouble)]
pub(crate) struct TroubleBody {
    /// The line of its text, from 1; null where it is not about one line.
    #[schema(required)]
    pub(crate) line: Option<usize>,
    /// A sentence.
    pub(crate) message: String,
}

impl TroubleBody {
    pub(crate) fn of(trouble: &Trouble) -> TroubleBody {
        TroubleBody { line: trouble.line, message: trouble.message.clone() }
    }
}

/// The first of what is wrong, and how much more there is.
fn first_of(troubles: &[TroubleBody]) -> String {
    let Some(TroubleBody { line, message }) = troubles.first() else { return String::new() };
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    let more = match troubles.len() {
        1 => String::new(),
        n => format!("; and {} more, see `troubles`", n - 1),
    };
    format!("the definition is not well, and was not kept: {line}{message}{more}")
}

/// How much of a path or a parameter's name is said back.
const ECHO_CHARS_MAX: usize = 80;

/// What came from outside, short and without control characters.
pub(crate) fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARS_MAX).flat_map(char::escape_debug).collect()
}

impl Problem {
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Problem {
        Problem::Parameter { name: echo(name), detail: detail.into() }
    }

    /// What only the operator can mend: told to the log, not to the client.
    pub(crate) fn internal(why: &dyn std::fmt::Display) -> Problem {
        tracing::error!("a request could not be answered: {why}");
        Problem::Internal
    }

    const fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Problem::Parameter { .. } => {
                ("urn:weir:problem:parameter", "A parameter cannot be taken")
            }
            Problem::NoRoute(_) => ("urn:weir:problem:no-route", "There is nothing here"),
            Problem::WrongMethod { .. } => {
                ("urn:weir:problem:method", "The method is not taken here")
            }
            Problem::NotFound(_) => ("urn:weir:problem:not-found", "It is not there"),
            Problem::Body(_) => ("urn:weir:problem:body", "The body cannot be taken"),
            Problem::NotJson => ("urn:weir:problem:type", "The body is of another type"),
            Problem::Ambiguous { .. } => {
                ("urn:weir:problem:ambiguous", "The id alone does not say which")
            }
            Problem::Busy | Problem::TooManyStreams | Problem::PasswordsBusy(_) => {
                ("urn:weir:problem:busy", "There is too much to do at once")
            }
            Problem::Unauthenticated { .. } => {
                ("urn:weir:problem:unauthenticated", "It is not known who asks")
            }
            Problem::Forbidden(_) => ("urn:weir:problem:forbidden", "You may not do this"),
            Problem::OtherSite => ("urn:weir:problem:other-site", "Another site asks"),
            Problem::Csrf => ("urn:weir:problem:csrf", "The form is of another sign-in"),
            Problem::Conflict(_) => ("urn:weir:problem:conflict", "It cannot be had as things are"),
            Problem::Definition { .. } => {
                ("urn:weir:problem:definition", "The definition is not well")
            }
            Problem::Unrecorded => ("urn:weir:problem:unrecorded", "It cannot be written down"),
            Problem::Lost(_) => ("urn:weir:problem:lost", "A file of Weir's is not well"),
            Problem::Internal => ("urn:weir:problem:internal", "The answer could not be made"),
        }
    }

    fn body(&self) -> ProblemBody {
        let (kind, title) = self.kind();
        let (parameter, integrations) = match self {
            Problem::Parameter { name, .. } => (Some(name.clone()), Vec::new()),
            Problem::Ambiguous { integrations, .. } => {
                (Some("integration".to_owned()), integrations.clone())
            }
            _ => (None, Vec::new()),
        };
        ProblemBody {
            kind,
            title,
            status: self.status_code().as_u16(),
            detail: self.to_string(),
            parameter,
            integrations,
            troubles: match self {
                Problem::Definition { troubles } => troubles.clone(),
                _ => Vec::new(),
            },
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Problem::Parameter { .. } | Problem::Body(_) | Problem::Definition { .. } => {
                StatusCode::BAD_REQUEST
            }
            Problem::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Problem::NoRoute(_) | Problem::NotFound(_) => StatusCode::NOT_FOUND,
            Problem::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Problem::Ambiguous { .. } => StatusCode::CONFLICT,
            Problem::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            Problem::Forbidden(_) | Problem::OtherSite | Problem::Csrf => StatusCode::FORBIDDEN,
            Problem::Conflict(_) => StatusCode::CONFLICT,
            Problem::Busy
            | Problem::TooManyStreams
            | Problem::PasswordsBusy(_)
            | Problem::Unrecorded
            | Problem::Lost(_) => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = answer::json(self.status_code(), &self.body());
        answer::set_type(&mut response, "application/problem+json");
        if let Problem::WrongMethod { takes, .. } = self {
            let allow = takes.join(", ").replace("GET", "GET, HEAD");
            if let Ok(allow) = HeaderValue::from_str(&allow) {
                response.headers_mut().insert(ALLOW, allow);
            }
        }
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        if let Problem::Unauthenticated { tried } = self {
            let how = if *tried { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(how));
        }
        response
    }
}

const fn unauthenticated(tried: bool) -> &'static str {
    if tried {
        "the token is not known, or it is over or revoked; make another under People, API tokens"
    } else {
        "say who asks: `authorization: Bearer weir_…`, with a token made under People, API tokens"
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Problem {
        match error {
            AccessError::Refused(refusal) => refusal.into(),
            AccessError::Busy => Problem::PasswordsBusy(error.to_string()),
            AccessError::Store(error) if error.is_lasting() => {
                Problem::Lost(said(WITHOUT_PEOPLE, &error.without_folder()))
            }
            other => Problem::internal(&other),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let sentence = refusal.to_string();
        match refusal.parameter() {
            Some(name) => Problem::parameter(name, sentence),
            None => match refusal {
                Refusal::NoPerson | Refusal::NoToken | Refusal::NoView | Refusal::NoShare => {
                    Problem::NotFound(sentence)
                }
                _ => Problem::Conflict(sentence),
            },
        }
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Problem {
        Problem::parameter(error.name, error.as_parameter())
    }
}

impl From<BucketError> for Problem {
    fn from(error: BucketError) -> Problem {
        let name = match error {
            BucketError::OutOfCalendar => "from",
            BucketError::TooMany(_) => "bucket",
        };
        Problem::parameter(name, error.to_string())
    }
}

impl From<Busy> for Problem {
    fn from(Busy: Busy) -> Problem {
        Problem::Busy
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Problem {
        Problem::internal(&error)
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Problem {
        Problem::internal(&error)
    }
}

/// Does `work` where it holds up no other request.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    web::block(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}
