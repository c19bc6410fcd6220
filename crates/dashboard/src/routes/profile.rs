//! `GET /api/v1/reports/profile`: what lies below the report's rows.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::describe::{ProfileSchema, QuestionParameters};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer};

/// What lies below the rows of the abandonment report with the same parameters: how each screen
/// and reason went over time, how long people took, and the hours of the week.
#[utoipa::path(
    get,
    path = "/api/v1/reports/profile",
    tag = "reports",
    params(QuestionParameters),
    responses(
        (status = 200, description = "What lies below the rows", body = ProfileSchema),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn profile(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::question(request.query_string(), &[])?;
    let query = state.question(&parameters.asked)?;
    let profile = blocking(move || state.profile(&query)).await?;
    Ok(answer::json(StatusCode::OK, &profile))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, LOG};

    const PATH: &str = "/api/v1/reports/profile";

    #[actix_web::test]
    async fn each_screen_says_when_and_how_fast_people_left() {
        let got = Fixture::of(LOG).json(PATH, 200).await;
        let times = |bin: usize| (0..20).map(|at| u64::from(at == bin)).collect::<Vec<_>>();
        let row = |state: &str, seconds: f64, bin: usize, day: &str| {
            json!({"state": state, "label": state, "abandoned": 1,
                "time_to_exit_seconds": {"p50": seconds, "p75": seconds, "p90": seconds,
                    "p95": seconds, "p99": seconds},
                "time_to_exit": times(bin), "trend": [{"bucket": day, "abandoned": 1}]})
        };
        // Of session 3 the second attempt's cancel is the last: 65 minutes after the first start.
        let camera = row("camera", 3_900.0, 13, "2026-03-14");
        let consent = row("consent", 300.0, 9, "2026-03-12");
        assert_eq!(got["by_state"], json!([camera, consent]));
        assert_eq!(got["by_reason"][0]["reason"], "quit");
        assert_eq!(got["by_reason"][0]["abandoned"], 2);
        assert_eq!(got["time_to_submit"], json!(times(9)));
        assert_eq!(got["bin_edges_seconds"].as_array().unwrap().len(), 19);
    }

    #[actix_web::test]
    async fn the_hours_of_the_week_are_local() {
        let fixture = Fixture::of(LOG);
        // 9 o'clock in UTC on Tuesday the 10th, which was submitted, is 11 in Tallinn.
        for (query, hour) in [("", 9), ("?tz=Europe/Tallinn", 11)] {
            let got = fixture.json(&format!("{PATH}{query}"), 200).await;
            let cells = got["week"].as_array().unwrap();
            let taken: Vec<&Value> = cells.iter().filter(|cell| cell["submitted"] != 0).collect();
            assert_eq!(cells.len(), 168);
            let want =
                json!({"weekday": 2, "hour": hour, "started": 1, "submitted": 1, "abandoned": 0});
            assert_eq!(taken, [&want]);
        }
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named() {
        let got = Fixture::of(LOG).json(&format!("{PATH}?format=csv"), 400).await;
        assert_eq!(got["parameter"], "format");
    }
}
