//! `GET /healthz`: the process is alive and answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::answer;

/// Whether the process is alive.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "process",
    responses((status = 200, description = "It is", body = String, content_type = "text/plain"))
)]
pub(crate) async fn healthz() -> HttpResponse {
    answer::bytes(StatusCode::OK, "text/plain; charset=utf-8", "ok\n")
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn it_is_alive() {
        let fixture = Fixture::of("");
        fixture.check("/healthz", 200, "ok\n").await;
    }
}
