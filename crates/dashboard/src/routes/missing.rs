//! Everything else: nothing is here, or not for this method.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use maud::{DOCTYPE, html};

use super::ROUTES;
use crate::problem::{Problem, echo};
use crate::{answer, assets};

/// No address of ours: a problem for programs, a page for people.
pub(crate) async fn missing(request: HttpRequest) -> HttpResponse {
    let path = request.path();
    if path.starts_with("/api/") || path == "/api" {
        return Problem::NoRoute(echo(path)).error_response();
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Nothing here · Weir" }
                link rel="icon" type="image/svg+xml" href=(assets::href("weir.svg"));
                link rel="stylesheet" href=(assets::href("weir.css"));
            }
            body {
                main {
                    section.empty {
                        h1 { "There is nothing at this address" }
                        p { a href="/" { "The overview" } " has everything that Weir shows." }
                    }
                }
            }
        }
    };
    answer::html(StatusCode::NOT_FOUND, page)
}

/// One of our addresses, which takes other methods.
pub(crate) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let pattern = request.match_pattern().unwrap_or_default();
    let mounted = ROUTES.iter().find(|mounted| mounted.path == pattern);
    let answers = mounted.map_or(&[][..], |mounted| mounted.answers);
    let takes = answers.iter().map(|answer| answer.takes.name()).collect();
    Problem::WrongMethod { takes, method: echo(request.method().as_str()) }.error_response()
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn an_unknown_address_of_the_api_is_a_problem() {
        let fixture = Fixture::of("");
        let got = fixture.get("/api/v1/report").await;
        assert_eq!(got.header("content-type"), "application/problem+json");
        let got = fixture.json("/api/v1/report", 404).await;
        assert_eq!(got["type"], "urn:weir:problem:no-route");
        assert_eq!(
            got["detail"],
            "there is nothing at /api/v1/report; /openapi.json lists what there is"
        );
    }

    #[actix_web::test]
    async fn any_other_unknown_address_is_a_page() {
        let got = Fixture::of("").get("/nowhere/%3Cscript%3E").await;
        assert_eq!(got.status, 404);
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
        assert!(got.body.contains("There is nothing at this address"));
        assert!(!got.body.contains("script"));
    }

    #[actix_web::test]
    async fn a_path_that_is_no_text_is_a_problem_too() {
        let fixture = Fixture::of("");
        let got = fixture.json("/api/v1/sessions/%FF%00", 400).await;
        assert_eq!(got["parameter"], "id");
        assert_eq!(fixture.get("/assets/%FF").await.status, 404);
    }

    #[actix_web::test]
    async fn another_method_is_a_problem_that_says_which_is_taken() {
        let fixture = Fixture::of("");
        for path in ["/", "/api/v1/sessions", "/healthz"] {
            let got = fixture.send(Method::POST, path, &[]).await;
            assert_eq!(got.status, 405, "{path}");
            assert_eq!(got.header("allow"), "GET, HEAD");
            assert!(got.body.contains("\"this address takes GET, not POST\""), "{}", got.body);
        }
        let got = fixture.get("/api/v1/catalogue/screens").await;
        assert_eq!((got.status, got.header("allow")), (405, "POST, DELETE"));
        assert!(got.body.contains("\"this address takes POST or DELETE, not GET\""));
        assert_eq!(fixture.send(Method::HEAD, "/healthz", &[]).await.status, 200);
    }
}
