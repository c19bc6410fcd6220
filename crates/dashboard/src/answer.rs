//! An answer with the headers that every answer has.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use serde::Serialize;

use crate::page;

/// What a report as a file of its own may do: carry its styles inside, and nothing else.
const DOCUMENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Reports and pages are of now.
const NEVER_STORED: &str = "no-store";

/// A value as JSON.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> HttpResponse {
    match serde_json::to_vec(value) {
        Ok(mut body) => {
            body.push(b'\n');
            bytes(status, "application/json", body)
        }
        Err(error) => {
            tracing::error!("an answer could not be written as JSON: {error}");
            bytes(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "")
        }
    }
}

/// A page.
pub(crate) fn html(status: StatusCode, markup: maud::Markup) -> HttpResponse {
    bytes(status, "text/html; charset=utf-8", markup.into_string())
}

/// Nothing to say but that it is done.
pub(crate) fn nothing() -> HttpResponse {
    let mut response = bytes(StatusCode::NO_CONTENT, "text/plain; charset=utf-8", ());
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Done: the page to look at now. `address` is one of ours, escaped.
pub(crate) fn see_other(address: &str) -> HttpResponse {
    let mut response = bytes(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}

/// A report as a file of its own, which brings its styles along.
pub(crate) fn document(
    content_type: &'static str,
    body: impl MessageBody + 'static,
) -> HttpResponse {
    let mut response = bytes(StatusCode::OK, content_type, body);
    set(response.headers_mut(), CONTENT_SECURITY_POLICY, DOCUMENT_POLICY);
    response
}

/// Anything else.
pub(crate) fn bytes(
    status: StatusCode,
    content_type: &'static str,
    body: impl MessageBody + 'static,
) -> HttpResponse {
    let mut response = HttpResponse::build(status).body(body);
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, content_type);
    set(headers, CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY);
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // To others nothing; to ourselves all, or a browser would not say that our forms are ours.
    set(headers, REFERRER_POLICY, "same-origin");
    set(headers, CACHE_CONTROL, NEVER_STORED);
    response
}

/// Says what the answer may do, in place of what a page may.
pub(crate) fn set_policy(response: &mut HttpResponse, policy: &'static str) {
    set(response.headers_mut(), CONTENT_SECURITY_POLICY, policy);
}

/// Says more precisely what the body is.
pub(crate) fn set_type(response: &mut HttpResponse, content_type: &'static str) {
    set(response.headers_mut(), CONTENT_TYPE, content_type);
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
