//! What a program sent as JSON.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Reads the body. Its type must say JSON: a page of another site can send such a body only where
/// the browser asked first, which nobody here answers.
pub(crate) fn read<T: DeserializeOwned>(request: &HttpRequest, body: &Bytes) -> Result<T, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(Problem::NotJson);
    }
    serde_json::from_slice(body).map_err(|error| Problem::Body(error.to_string()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::web::Bytes;

    use super::read;

    #[track_caller]
    fn check(kind: &str, body: &'static str, want: &str) {
        let request = TestRequest::post().insert_header(("content-type", kind)).to_http_request();
        let got = read::<Vec<u8>>(&request, &Bytes::from_static(body.as_bytes()));
        let got = got.map_or_else(|problem| problem.to_string(), |read| format!("{read:?}"));
        assert!(got.starts_with(want), "{got}");
    }

    #[test]
    fn the_type_must_say_what_the_body_is() {
        check("application/json", "[1, 2]", "[1, 2]");
        check("Application/JSON; charset=utf-8", "[]", "[]");
        check("text/plain", "[]", "this address takes JSON");
        check("", "[]", "this address takes JSON");
        check("application/json", "{", "the body cannot be read");
    }
}
