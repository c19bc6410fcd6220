//! `GET /catalogue.toml`: the catalogue as a file.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::parameters::Parameters;
use crate::problem::{Problem, echo};
use crate::{State, answer};

/// The catalogue in the form of a catalogue file: all of it, or with `only=own` what operators
/// changed. It reads back to the same.
#[utoipa::path(
    get,
    path = "/catalogue.toml",
    tag = "catalogue",
    params(("only" = Option<String>, Query, description = "`own`: only what operators changed",
        pattern = "^(own)?$")),
    responses(
        (status = 200, description = "A catalogue file", body = String, content_type = "application/toml"),
        (status = 400, description = "A parameter cannot be taken", body = crate::problem::ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn catalogue_file(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["only"])?;
    let text = match parameters.own("only") {
        None => state.catalogue().to_toml(),
        Some("own") => state.catalogue.own().to_toml(),
        Some(other) => {
            let other = echo(other);
            let detail = format!("`only` is `{other}`: it must be own, or left out for all");
            return Err(Problem::parameter("only", detail));
        }
    };
    let mut response = answer::bytes(StatusCode::OK, "application/toml", text);
    let name = HeaderValue::from_static("attachment; filename=\"catalogue.toml\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Overlay};

    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn all_of_it_or_what_was_changed_reads_back() {
        let fixture = Fixture::of(LOG);
        let hostile = "label=%22%5D%0A%5B%5Bscreen%5D%5D&description=%27%27%27%00";
        fixture.post("/catalogue/screen?state=%0D%0A%22", hostile).await;
        let all = fixture.get("/catalogue.toml").await;
        assert_eq!((all.status, all.header("content-type")), (200, "application/toml"));
        assert!(all.header("content-disposition").starts_with("attachment"));
        let own = fixture.get("/catalogue.toml?only=own").await.body;
        assert_eq!(Overlay::read(&own).unwrap(), *fixture.state().catalogue.own());
        let catalogue = Catalogue::shipped().overlaid(&all.body).unwrap();
        assert_eq!(catalogue, *fixture.state().catalogue());
        assert_eq!(catalogue.screen_label("\r\n\""), "\"]\n[[screen]]");
    }

    #[actix_web::test]
    async fn another_part_is_refused() {
        let got = Fixture::of(LOG).json("/catalogue.toml?only=mine", 400).await;
        assert_eq!(got["parameter"], "only");
    }
}
