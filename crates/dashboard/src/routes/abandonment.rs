//! `GET /api/v1/reports/abandonment`: the report.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_report::{Report, render};

use crate::describe::{FormatParameter, QuestionParameters, ReportSchema};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer};

/// The forms that a report can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Html,
    Svg,
    Png,
}

/// The abandonment report: the same bytes as `weir report abandonment --format json`.
#[utoipa::path(
    get,
    path = "/api/v1/reports/abandonment",
    tag = "reports",
    params(QuestionParameters, FormatParameter),
    responses(
        (status = 200, description = "The report", content(
            (ReportSchema = "application/json"),
            (String = "text/csv"),
            (String = "text/html"),
            (String = "image/svg+xml"),
            (Vec<u8> = "image/png"),
        )),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn abandonment(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::question(request.query_string(), &["format"])?;
    let format = parameters.own("format").map_or(Ok(Format::Json), Format::named)?;
    let query = state.question(&parameters.asked)?;
    let body = blocking(move || {
        let report = state.report(&query)?;
        format.render(&report, &state).map_err(|error| Problem::internal(&error))
    })
    .await?;
    Ok(format.answer(body))
}

impl Format {
    const NAMES: &str = "json, csv, html, svg, png";

    fn named(name: &str) -> Result<Format, Problem> {
        Ok(match name {
            "json" => Format::Json,
            "csv" => Format::Csv,
            "html" => Format::Html,
            "svg" => Format::Svg,
            "png" => Format::Png,
            _ => {
                let name = crate::problem::echo(name);
                let detail = format!("`format` is `{name}`: it must be one of {}", Format::NAMES);
                return Err(Problem::parameter("format", detail));
            }
        })
    }

    fn render(self, report: &Report, state: &State) -> Result<Vec<u8>, render::RenderError> {
        let catalogue = &*state.catalogue();
        Ok(match self {
            Format::Json => render::json(report).into_bytes(),
            Format::Csv => render::csv(report).into_bytes(),
            Format::Html => render::html(report, catalogue).into_bytes(),
            Format::Svg => render::svg(report, catalogue)?.into_bytes(),
            Format::Png => render::png(report, catalogue)?,
        })
    }

    fn answer(self, body: Vec<u8>) -> HttpResponse {
        match self {
            Format::Json => answer::bytes(StatusCode::OK, "application/json", body),
            Format::Csv => answer::bytes(StatusCode::OK, "text/csv; charset=utf-8", body),
            Format::Html => answer::document("text/html; charset=utf-8", body),
            Format::Svg => answer::document("image/svg+xml", body),
            Format::Png => answer::bytes(StatusCode::OK, "image/png", body),
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_report::{Asked, render};

    use crate::fixture::{Fixture, LOG};

    const PATH: &str = "/api/v1/reports/abandonment";

    #[track_caller]
    fn parameter(problem: &serde_json::Value, name: &str, detail: &str) {
        assert_eq!(problem["type"], "urn:weir:problem:parameter");
        assert_eq!(problem["status"], 400);
        assert_eq!((&problem["parameter"], &problem["detail"]), (&name.into(), &detail.into()));
    }

    #[actix_web::test]
    async fn the_answer_is_the_report_byte_for_byte() {
        let fixture = Fixture::of(LOG);
        let state = fixture.state();
        let asked = Asked { unit: Some("attempt".into()), ..Asked::default() };
        let report = state.report(&state.question(&asked).unwrap()).unwrap();
        let got = fixture.get(&format!("{PATH}?unit=attempt&from=&tz=")).await;
        assert_eq!(got.header("content-type"), "application/json");
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("referrer-policy"), "same-origin");
        assert_eq!(got.body, render::json(&report));
        assert_eq!(report.totals.started, 6);
    }

    #[actix_web::test]
    async fn every_format_says_what_it_is() {
        let fixture = Fixture::of(LOG);
        for (format, kind, begins) in [
            ("json", "application/json", "{\"report\":\"abandonment\",\"version\":1,"),
            ("csv", "text/csv; charset=utf-8", ""),
            ("html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
            ("svg", "image/svg+xml", "<svg"),
            ("png", "image/png", "\u{fffd}PNG"),
        ] {
            let got = fixture.get(&format!("{PATH}?format={format}")).await;
            assert_eq!((got.status, got.header("content-type")), (200, kind));
            assert!(got.body.starts_with(begins), "{format}");
        }
        let got = fixture.get(&format!("{PATH}?format=html")).await;
        assert!(got.header("content-security-policy").ends_with("; sandbox"));
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        let fixture = Fixture::of(LOG);
        let problem = async |query| fixture.json(&format!("{PATH}?{query}"), 400).await;
        parameter(
            &problem("unit=people").await,
            "unit",
            "`unit` is `people`: it must be one of session, attempt, end_user",
        );
        parameter(&problem("to=-1d&to=now").await, "to", "`to` is given twice; give it once");
        parameter(
            &problem("format=xls").await,
            "format",
            "`format` is `xls`: it must be one of json, csv, html, svg, png",
        );
        parameter(
            &problem("from=1900-01-01&bucket=hour").await,
            "bucket",
            "the range has more than 50000 buckets of one hour; choose a longer bucket or a shorter range",
        );
        assert_eq!(problem("fro=-1d").await["parameter"], "fro");
    }
}
