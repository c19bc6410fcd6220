//! Requests and answers, told to the connection that they are on.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::ConnectionType;
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::Stream;
use tokio::time::Instant;

use super::line::Line;

/// Tells the connection of a request and its answer. Nothing is heard after an answer that was said
/// to be the connection's last.
pub(crate) async fn turns(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let Some(line) = request.conn_data::<Rc<Line>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if line.is_closing() {
        line.mute().await;
        return Ok(request.into_response(HttpResponse::BadRequest().force_close().finish()));
    }
    let payload = request.take_payload();
    line.asked(!matches!(payload, Payload::None), Instant::now());
    if line.is_unread() {
        let payload = Box::pin(Body { payload, line: Rc::clone(&line) });
        request.set_payload(Payload::Stream { payload });
    }
    let asks_to_close = request.head().connection_type() == ConnectionType::Close;
    let answer = next.call(request).await;
    let mut answer = answer.inspect_err(|_| line.answers(true))?.map_into_boxed_body();
    let head = answer.response_mut().head_mut();
    if line.is_unread() {
        // Where the next request would begin is not known.
        head.set_connection_type(ConnectionType::Close);
    }
    line.answers(asks_to_close || head.connection_type() == ConnectionType::Close);
    Ok(answer.map_body(|_, body| Answer { body, line }.boxed()))
}

/// A request's body.
struct Body {
    payload: Payload,
    line: Rc<Line>,
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.payload).poll_next(context);
        if let Poll::Ready(None) = next {
            this.line.read();
        }
        next
    }
}

/// An answer's body.
struct Answer {
    body: BoxBody,
    line: Rc<Line>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.line.answered(Instant::now());
    }
}
