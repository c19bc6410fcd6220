//! `GET /docs`: the API's description to read and to try.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::describe::description;
use crate::page::DocsPage;
use crate::page::form::{Query, address};
use crate::parameters::pairs;
use crate::problem::{Problem, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// The page.
pub(crate) async fn docs(reader: Reader, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let api = serde_json::to_value(description()).map_err(|error| Problem::internal(&error))?;
    let endpoint = state.endpoint_url.as_str();
    // The endpoint is mounted at the root of where we are reached.
    let base = endpoint.find("/webhooks/").map_or("", |at| &endpoint[..at]);
    let page = DocsPage { reader: &reader, demo: state.demo, api: &api, base }.page();
    Ok(answer::html(StatusCode::OK, page))
}

/// `GET /docs/try`: what was entered, as the address of the operation. A form cannot put a value
/// into a path, and would send what was left empty.
pub(crate) async fn try_it(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let pairs = pairs(request.query_string())?;
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let path = value("path").map_or("", String::as_str);
    let api = serde_json::to_value(description()).map_err(|error| Problem::internal(&error))?;
    let Some(told) = api["paths"].get(path).and_then(|told| told.get("get")) else {
        let detail = format!("`path` is `{}`, which no operation has", echo(path));
        return Err(Problem::parameter("path", detail));
    };
    let (mut to, mut query) = (path.to_owned(), Query::default());
    for parameter in told["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let mut entered = pairs.iter().filter(|(known, value)| known == name && !value.is_empty());
        if parameter["in"] != "path" {
            entered.for_each(|(_, value)| query.push(name, value));
            continue;
        }
        let Some((_, value)) = entered.next_back() else {
            let detail = format!("`{name}` is empty; go back and enter it");
            return Err(Problem::parameter(name, detail));
        };
        let mut part = Query::default();
        part.push("", value);
        to = to.replace(&format!("{{{name}}}"), part.0.trim_start_matches('='));
    }
    Ok(answer::see_other(&address(&to, &query.0)))
}

#[cfg(test)]
mod tests {
    use crate::describe::description;
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn every_operation_and_every_shape_is_told() {
        let got = Fixture::of(LOG).get("/docs").await;
        assert_eq!(got.status, 200);
        let api = serde_json::to_value(description()).unwrap();
        for (path, methods) in api["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let heading = format!(
                    "<span class=\"method\">{}</span> <code>{path}</code>",
                    method.to_uppercase()
                );
                assert!(got.body.contains(&heading), "{heading}");
            }
        }
        for name in api["components"]["schemas"].as_object().unwrap().keys() {
            assert!(got.body.contains(&format!("id=\"shape-{name}\"")), "{name}");
        }
        let anchors: Vec<&str> = got.body.split("href=\"#").skip(1).collect();
        for anchor in anchors {
            let name = anchor.split('"').next().unwrap();
            assert!(got.body.contains(&format!("id=\"{name}\"")), "{name}");
        }
        let mut ids: Vec<&str> =
            got.body.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id is there twice");
    }

    #[actix_web::test]
    async fn what_is_tried_is_asked_of_the_operation() {
        let fixture = Fixture::of(LOG);
        let check = async |query: &str, want: &str| {
            let got = fixture.get(&format!("/docs/try?{query}")).await;
            assert_eq!((got.status, got.header("location")), (303, want), "{query}");
        };
        check(
            "path=%2Fapi%2Fv1%2Freports%2Fabandonment&from=-7d&to=&feature=&state=a%26b&state=c",
            "/api/v1/reports/abandonment?from=-7d&state=a%26b&state=c",
        )
        .await;
        check(
            "path=%2Fapi%2Fv1%2Fsessions%2F%7Bid%7D&id=..%2F..%2Fx%3Fy&integration=main",
            "/api/v1/sessions/..%2F..%2Fx%3Fy?integration=main",
        )
        .await;
    }

    #[actix_web::test]
    async fn only_what_the_api_has_can_be_tried() {
        let fixture = Fixture::of(LOG);
        for query in [
            "path=https%3A%2F%2Fexample.org%2F",
            "path=",
            "",
            "path=%2Fapi%2Fv1%2Fsessions%2F%7Bid%7D",
        ] {
            let got = fixture.get(&format!("/docs/try?{query}")).await;
            assert_eq!((got.status, got.header("location")), (400, ""), "{query}");
        }
    }
}
