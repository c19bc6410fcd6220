//! `GET /openapi.json`: the API's description, for programs that write programs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::answer;
use crate::describe::description;

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "process",
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub(crate) async fn openapi() -> HttpResponse {
    answer::json(StatusCode::OK, &description())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::fixture::Fixture;
    use crate::routes::ROUTES;

    /// Pages are for people, and the webhook endpoint is mounted by `ingest`.
    const NOT_DESCRIBED: [&str; 2] = ["/", "/assets/{file}"];
    const MOUNTED_ELSEWHERE: [&str; 1] = ["/webhooks/veriff"];

    #[actix_web::test]
    async fn every_route_is_described_and_nothing_else() {
        let got = Fixture::of("").json("/openapi.json", 200).await;
        let described: BTreeSet<_> =
            got["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let mounted: BTreeSet<_> = ROUTES
            .iter()
            .map(|(path, _)| *path)
            .filter(|path| !NOT_DESCRIBED.contains(path))
            .chain(MOUNTED_ELSEWHERE)
            .collect();
        assert_eq!(described, mounted);
        for path in mounted {
            let post = MOUNTED_ELSEWHERE.contains(&path);
            let methods: Vec<_> = got["paths"][path].as_object().unwrap().keys().collect();
            assert_eq!(methods, [if post { "post" } else { "get" }], "{path}");
        }
    }

    #[actix_web::test]
    async fn every_route_answers() {
        let fixture = Fixture::of("");
        for (path, _) in ROUTES {
            let path = path.replace("{file}", "weir.js").replace("{id}", "x");
            let want = if path.ends_with("/x") { 400 } else { 200 };
            assert_eq!(fixture.get(&path).await.status, want, "{path}");
        }
    }
}
