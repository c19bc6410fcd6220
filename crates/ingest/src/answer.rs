//! What the provider is told.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::limits::RETRY_AFTER_S;

/// Every answer of the endpoint. Anything but the first makes the provider send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 200: it is on the disk.
    Appended,
    /// 400: the body broke off or is not framed as HTTP frames one.
    Broken,
    /// 401: not from whom it says. One and the same for every reason.
    Unauthorized,
    /// 405: not a POST.
    WrongMethod,
    /// 408: the body was not here in time.
    TooSlow,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the body is encoded, so the signed bytes would not be what was sent.
    Encoded,
    /// 503: the log cannot take it in time.
    Unavailable,
}

impl Answer {
    /// Every answer, in the order of its status.
    pub const ALL: [Answer; 8] = [
        Answer::Appended,
        Answer::Broken,
        Answer::Unauthorized,
        Answer::WrongMethod,
        Answer::TooSlow,
        Answer::TooLarge,
        Answer::Encoded,
        Answer::Unavailable,
    ];

    /// The status code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Answer::Appended => 200,
            Answer::Broken => 400,
            Answer::Unauthorized => 401,
            Answer::WrongMethod => 405,
            Answer::TooSlow => 408,
            Answer::TooLarge => 413,
            Answer::Encoded => 415,
            Answer::Unavailable => 503,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Answer::Appended => "ok\n",
            Answer::Broken => "The body broke off; send it again.\n",
            Answer::Unauthorized => {
                "The request is not signed by a known client; check x-auth-client and x-hmac-signature.\n"
            }
            Answer::WrongMethod => "This endpoint takes POST.\n",
            Answer::TooSlow => "The body did not arrive in time; send it again.\n",
            Answer::TooLarge => "The body is larger than this endpoint takes.\n",
            Answer::Encoded => "Send the body as it was signed, without Content-Encoding.\n",
            Answer::Unavailable => "The delivery could not be stored in time; send it again.\n",
        }
    }

    /// Whether bytes of the body may still be under way, so that the connection cannot go on.
    const fn leaves_a_body(self) -> bool {
        match self {
            Answer::Appended | Answer::Unauthorized | Answer::Unavailable => false,
            Answer::Broken
            | Answer::WrongMethod
            | Answer::TooSlow
            | Answer::TooLarge
            | Answer::Encoded => true,
        }
    }

    /// The answer to a request whose body was `payload`.
    pub(crate) fn response(self, payload: Payload) -> HttpResponse {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.insert_header((CONTENT_TYPE, plain));
        let (name, value) = match self {
            Answer::WrongMethod => (ALLOW, "POST"),
            Answer::Encoded => (ACCEPT_ENCODING, "identity"),
            Answer::Unavailable => (RETRY_AFTER, RETRY_AFTER_S),
            _ => return finish(self, response, payload),
        };
        response.insert_header((name, HeaderValue::from_static(value)));
        finish(self, response, payload)
    }
}

fn finish(answer: Answer, mut response: HttpResponseBuilder, payload: Payload) -> HttpResponse {
    if answer.leaves_a_body() {
        response.force_close().body(Parting { text: answer.text(), _payload: payload })
    } else {
        response.body(answer.text())
    }
}

/// The last words on a connection whose request was not read to its end.
///
/// The rest of a chunked body that nobody holds would be drained for as long as it comes. Held
/// until the answer is out, it is drained for the disconnect timeout at most.
struct Parting {
    text: &'static str,
    _payload: Payload,
}

impl MessageBody for Parting {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.text.len() as u64)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let text = std::mem::take(&mut self.get_mut().text);
        let text = (!text.is_empty()).then(|| Ok(Bytes::from_static(text.as_bytes())));
        Poll::Ready(text)
    }
}
