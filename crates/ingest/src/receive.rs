//! `POST /webhooks/veriff`: read within limits, verify, append, answer.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use tokio::time::{Instant, timeout_at};
use weir_domain::{Clock, Delivery, Networks, Source};

use crate::active::{Active, Current};
use crate::answer::Answer;
use crate::body;
use crate::failures::Failures;
use crate::integration::{Change, IntegrationError, IntegrationId, Integrations, NamedSecret};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::queue::AppendQueue;
use crate::verify::{Refusal, Verified, verify};

/// Where the provider posts.
pub const PATH: &str = "/webhooks/veriff";

/// What the endpoint works with.
pub struct Ingest {
    current: Current,
    /// Where deliveries may come from; anywhere without any.
    allow_from: Networks,
    failures: Failures,
    queue: AppendQueue,
    clock: Arc<dyn Clock>,
    limits: Limits,
    metrics: Arc<Metrics>,
}

impl Ingest {
    /// An endpoint that appends what `integrations` sign to `queue`.
    #[must_use]
    pub fn new(
        integrations: Integrations,
        queue: AppendQueue,
        clock: Arc<dyn Clock>,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> Ingest {
        let current = Current::new(Active::new(integrations, metrics.matched()));
        let (allow_from, failures) = (Networks::default(), Failures::default());
        Ingest { current, allow_from, failures, queue, clock, limits, metrics }
    }

    /// The same, which takes deliveries from these networks only; from anywhere, if there are none.
    #[must_use]
    pub fn only_from(self, allow_from: Networks) -> Ingest {
        Ingest { allow_from, ..self }
    }

    /// Puts other secrets of one integration in the place of those that there are. A request that
    /// has begun is held against those that it began with.
    ///
    /// # Errors
    /// If it could not be verified with them: those that there are stay.
    pub fn renew(
        &self,
        id: IntegrationId,
        secrets: Vec<NamedSecret>,
    ) -> Result<Change, IntegrationError> {
        self.current.renew(id, secrets, self.metrics.matched())
    }
}

/// Mounts the endpoint. The app holds a [`web::Data`] of [`Ingest`].
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(PATH).to(receive));
}

async fn receive(
    request: HttpRequest,
    mut payload: web::Payload,
    ingest: web::Data<Ingest>,
) -> HttpResponse {
    let (answer, integration) = match ingest.take(&request, &mut payload).await {
        Ok(integration) => (Answer::Appended, Some(integration)),
        Err(Refused { answer, integration }) => (answer, integration),
    };
    ingest.metrics.answered(answer, integration);
    answer.response(payload)
}

/// What a request gets that was not appended.
struct Refused {
    answer: Answer,
    /// Whose it was, where that is known.
    integration: Option<IntegrationId>,
}

impl From<Answer> for Refused {
    fn from(answer: Answer) -> Refused {
        Refused { answer, integration: None }
    }
}

impl Ingest {
    /// Whose delivery it is that now stands in the log.
    async fn take(
        &self,
        request: &HttpRequest,
        payload: &mut web::Payload,
    ) -> Result<IntegrationId, Refused> {
        let began = Instant::now();
        if request.method() != Method::POST {
            return Err(Answer::WrongMethod.into());
        }
        let headers = request.headers();
        let Limits { body_bytes_max, body_timeout, append_timeout: _, answer_timeout } =
            self.limits;
        let body = body::read(headers, payload, body_bytes_max, began + body_timeout).await?;
        let received_at = self.clock.now();

        let active = self.current.get();
        let verified = self
            .judge(&active.integrations, request, &body)
            .map_err(|refusal| self.refuse(refusal))?;
        let origin = active.origins.get(&verified, headers);
        let delivery = Delivery { received_at, origin, body };
        self.append(delivery, began + answer_timeout)
            .await
            .map_err(|answer| Refused { answer, integration: Some(verified.id) })?;
        self.metrics.delivered(&verified, received_at);
        active.marks[verified.id.0][verified.secret_index].note(received_at);
        Ok(verified.id)
    }

    /// Who sent the body, unless it is not even looked at.
    fn judge<'a>(
        &self,
        integrations: &'a Integrations,
        request: &HttpRequest,
        body: &[u8],
    ) -> Result<Verified<'a>, Refusal> {
        let (source, now) = (source(request), Instant::now().into_std());
        if !self.allow_from.admit(source) {
            return Err(Refusal::Source);
        }
        if !self.failures.may_hash(body.len(), source, now) {
            return Err(Refusal::Limited);
        }
        verify(integrations, request.headers(), body).inspect_err(|refusal| {
            if matches!(refusal, Refusal::UnknownClient | Refusal::WrongSignature(_)) {
                self.failures.failed(body.len(), integrations.secrets_max(), source, now);
            }
        })
    }

    fn refuse(&self, refusal: Refusal) -> Refused {
        self.metrics.refused(refusal);
        let integration = match refusal {
            Refusal::WrongSignature(id) => Some(id),
            _ => None,
        };
        Refused { answer: Answer::Unauthorized, integration }
    }

    /// Returns when the delivery is on the disk, or that is not to be had in time.
    async fn append(&self, delivery: Delivery, answer_by: Instant) -> Result<(), Answer> {
        let began = Instant::now();
        let deadline = answer_by.min(began + self.limits.append_timeout);
        let appended = timeout_at(deadline, self.queue.append(delivery)).await;
        self.metrics.append_took(began.elapsed());
        match appended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Answer::Unavailable),
        }
    }
}

/// Where a request comes from: as was found out before us, else whoever connected.
fn source(request: &HttpRequest) -> Source {
    let found = request.extensions().get::<Source>().copied();
    let nobody = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    found
        .unwrap_or_else(|| Source::peer(request.peer_addr().map_or(nobody, |address| address.ip())))
}
