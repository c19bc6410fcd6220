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
    use std::collections::{BTreeMap, BTreeSet};

    use crate::fixture::Fixture;
    use crate::routes::{ROUTES, Takes};

    /// What watches over the process is described beside the API; pages are for people.
    const BESIDE: [&str; 6] =
        ["/events", "/healthz", "/readyz", "/metrics", "/openapi.json", "/catalogue.toml"];
    /// The webhook endpoint is mounted by `ingest`.
    const MOUNTED_ELSEWHERE: (&str, &[&str]) = ("/webhooks/veriff", &["post"]);

    fn lower(takes: Takes) -> &'static str {
        match takes {
            Takes::Get => "get",
            Takes::Post => "post",
            Takes::Delete => "delete",
        }
    }

    /// Pages that are of something which their address must name.
    const NEEDS_A_VALUE: [&str; 5] =
        ["/catalogue/screen", "/catalogue/reason", "/docs/try", "/views/new", "/shares/new"];

    #[actix_web::test]
    async fn every_route_is_described_and_nothing_else() {
        let got = Fixture::of("").json("/openapi.json", 200).await;
        let paths = got["paths"].as_object().unwrap();
        let described: BTreeMap<&str, BTreeSet<&str>> = paths
            .iter()
            .map(|(path, item)| {
                (path.as_str(), item.as_object().unwrap().keys().map(String::as_str).collect())
            })
            .collect();
        let api = ROUTES
            .iter()
            .filter(|at| at.path.starts_with("/api/") || BESIDE.contains(&at.path))
            .map(|at| (at.path, at.answers.iter().map(|answer| lower(answer.takes)).collect()));
        let elsewhere = MOUNTED_ELSEWHERE.1.iter().copied().collect();
        let mounted: BTreeMap<&str, BTreeSet<&str>> =
            api.chain([(MOUNTED_ELSEWHERE.0, elsewhere)]).collect();
        assert_eq!(described, mounted);
    }

    #[actix_web::test]
    async fn every_route_answers() {
        let fixture = Fixture::of("");
        // Else a stream would go on.
        fixture.state().streams.close();
        for at in ROUTES {
            let path =
                at.path.replace("{file}", "weir.js").replace("{id}", "x").replace("{seq}", "x");
            let path = path.replace("{name}", "n");
            let status = fixture.get(&path).await.status;
            if at.answers.iter().all(|answer| answer.takes != Takes::Get) {
                assert_eq!(status, 405, "{path}");
            } else if path.contains("/x") || NEEDS_A_VALUE.contains(&at.path) {
                assert_eq!(status, 400, "{path}");
            } else if path.starts_with("/sign-in") {
                assert_eq!(status, 303, "nobody is there who could");
            } else if path.contains("{token}") || at.path.contains("{name}") {
                assert_eq!(status, 404, "{path}");
            } else {
                assert_eq!(status, 200, "{path}");
            }
        }
    }
}
