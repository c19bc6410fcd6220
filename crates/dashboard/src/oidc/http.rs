//! How the provider is spoken to: few words, in bounded time, and never to whom it points on.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use ureq::Agent;

/// Longer than a provider takes; as long as somebody looks at an empty page.
const PATIENCE: Duration = Duration::from_secs(10);
/// Descriptions and keys are a few kilobytes.
const BODY_BYTES_MAX: u64 = 1 << 20;

/// A client that follows no redirect: whoever answers with one would choose whom we ask. Where the
/// issuer is reached by HTTPS, so is all that it names.
pub(super) fn agent(https_only: bool) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .https_only(https_only)
        .build()
        .into()
}

/// Sends one request.
pub(super) fn send(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (parts, body) = request.into_parts();
    let answer = if body.is_empty() {
        agent.run(HttpHead::from_parts(parts, ()))
    } else {
        agent.run(HttpRequest::from_parts(parts, body))
    };
    let (parts, mut body) = answer?.into_parts();
    let body = body.with_config().limit(BODY_BYTES_MAX).read_to_vec()?;
    Ok(HttpResponse::from_parts(parts, body))
}

/// A request without a body, which is another thing than one with an empty body.
type HttpHead = openidconnect::http::Request<()>;
