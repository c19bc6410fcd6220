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
    use std::collections::BTreeMap;

    use crate::fixture::Fixture;
    use crate::routes::ROUTES;

    /// What watches over the process is described beside the API; pages are for people.
    const BESIDE: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/openapi.json"];
    /// The webhook endpoint is mounted by `ingest`.
    const MOUNTED_ELSEWHERE: (&str, &[&str]) = ("/webhooks/veriff", &["post"]);

    #[actix_web::test]
    async fn every_route_is_described_and_nothing_else() {
        let got = Fixture::of("").json("/openapi.json", 200).await;
        let paths = got["paths"].as_object().unwrap();
        let described: BTreeMap<&str, Vec<&str>> = paths
            .iter()
            .map(|(path, item)| {
                (path.as_str(), item.as_object().unwrap().keys().map(String::as_str).collect())
            })
            .collect();
        let api = ROUTES
            .iter()
            .filter(|at| at.path.starts_with("/api/") || BESIDE.contains(&at.path))
            .map(|at| (at.path, at.answers.iter().map(|answer| answer.takes.name()).collect()));
        let mounted: BTreeMap<&str, Vec<&str>> =
            api.chain([(MOUNTED_ELSEWHERE.0, MOUNTED_ELSEWHERE.1.to_vec())]).collect();
        assert_eq!(described, mounted);
    }

    #[actix_web::test]
    async fn every_route_answers() {
        let fixture = Fixture::of("");
        for at in ROUTES {
            let path = at.path.replace("{file}", "weir.js").replace("{id}", "x");
            let want = if path.ends_with("/x") { 400 } else { 200 };
            assert_eq!(fixture.get(&path).await.status, want, "{path}");
        }
    }
}
