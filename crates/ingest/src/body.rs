//! A body, within its size and its time.

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use actix_web::web::Payload;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::limits::BODY_BYTES_AHEAD;

/// The whole body as it was sent, or the answer that it gets instead.
pub(crate) async fn read(
    headers: &HeaderMap,
    payload: &mut Payload,
    bytes_max: usize,
    deadline: Instant,
) -> Result<Vec<u8>, Answer> {
    refuse_encoded(headers)?;
    let declared = declared_bytes(headers);
    if declared.is_some_and(|bytes| bytes_max < bytes) {
        return Err(Answer::TooLarge);
    }
    let ahead = declared.unwrap_or(BODY_BYTES_AHEAD).min(BODY_BYTES_AHEAD);
    match timeout_at(deadline, collect(payload, ahead, bytes_max)).await {
        Ok(collected) => collected,
        Err(_elapsed) => Err(Answer::TooSlow),
    }
}

async fn collect(payload: &mut Payload, ahead: usize, bytes_max: usize) -> Result<Vec<u8>, Answer> {
    let mut body = Vec::with_capacity(ahead);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Answer::Broken)?;
        if bytes_max - body.len() < chunk.len() {
            return Err(Answer::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The signature is over the bytes before any encoding, and unpacking is work that a stranger
/// could order.
fn refuse_encoded(headers: &HeaderMap) -> Result<(), Answer> {
    let plain = |value: &actix_web::http::header::HeaderValue| {
        value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity")
    };
    if headers.get_all(CONTENT_ENCODING).all(plain) { Ok(()) } else { Err(Answer::Encoded) }
}

/// What the head says the body's length is. That it is a number was settled by reading the head.
fn declared_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
