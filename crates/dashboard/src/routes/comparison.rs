//! `GET /api/v1/reports/comparison`: two groups side by side.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use weir_report::{Comparison, Narrow, Query, Report, Totals, comparison as compare};

use crate::describe::{ComparisonSchema, FirstGroupParameters, QuestionParameters};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer, groups};

/// What is answered.
#[derive(Serialize)]
struct Body {
    report: &'static str,
    version: u32,
    a: Group,
    b: Group,
    #[serde(flatten)]
    comparison: Comparison,
}

/// One group.
#[derive(Serialize)]
struct Group {
    input: Query,
    attempts: Option<u64>,
    weekday: Option<u8>,
    hour: Option<u8>,
    totals: Totals,
}

/// Two groups side by side, and whether they differ by more than chance would explain. Group `b`
/// is the question; group `a` the period before it, or what the parameters `a_…` say.
#[utoipa::path(
    get,
    path = "/api/v1/reports/comparison",
    tag = "reports",
    params(QuestionParameters, FirstGroupParameters),
    responses(
        (status = 200, description = "Both groups", body = ComparisonSchema),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn comparison(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::question(request.query_string(), &groups::OWN)?;
    let b = state.question(&parameters.asked)?;
    let groups = groups::both(&state, &parameters, b)?;
    let body = blocking(move || {
        let [a, b] = state.groups(&groups)?;
        let comparison = compare(&a, &b, &state.catalogue());
        let [first, second] = groups.map(|group| group.narrow);
        let (a, b) = (Group::of(a, &first), Group::of(b, &second));
        Ok(Body { report: "comparison", version: 1, a, b, comparison })
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &body))
}

impl Group {
    fn of(report: Report, narrow: &Narrow) -> Group {
        let Narrow { attempts, weekday, hour, .. } = *narrow;
        Group { input: report.query, attempts, weekday, hour, totals: report.totals }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::fixture::{Fixture, LOG};

    const PATH: &str = "/api/v1/reports/comparison";

    /// A group as `from to as_of filters started submitted`.
    fn group(got: &Value, name: &str) -> String {
        let (input, totals) = (&got[name]["input"], &got[name]["totals"]);
        let day = |name: &str| input[name].as_str().unwrap()[5..16].to_owned();
        let (from, to, as_of) = (day("from"), day("to"), day("as_of"));
        let (started, submitted) = (&totals["started"], &totals["submitted"]);
        format!("{from} {to} {as_of} {} {started} {submitted}", input["filters"])
    }

    #[track_caller]
    fn check(got: &Value, a: &str, b: &str) {
        assert_eq!((group(got, "a"), group(got, "b")), (a.to_owned(), b.to_owned()));
    }

    #[actix_web::test]
    async fn the_first_group_is_the_period_before_at_the_same_age() {
        let got = Fixture::of(LOG).json(&format!("{PATH}?from=-18d&to=-10d"), 200).await;
        check(
            &got,
            "03-05T12:00 03-13T12:00 03-23T12:00 {} 2 1",
            "03-13T12:00 03-21T12:00 03-31T12:00 {} 2 0",
        );
        assert_eq!(got["conversion"]["a"]["count"], 1);
        assert_eq!(got["conversion"]["b"]["of"], 2);
        assert_eq!(got["conversion"]["value"], -0.5);
        assert_eq!(got["conversion"]["verdict"], "too_few");
        assert_eq!(got["by_state"][0]["state"], "camera");
    }

    #[actix_web::test]
    async fn the_first_group_is_what_its_parameters_say() {
        let fixture = Fixture::of(LOG);
        let ask = async |query: &str| fixture.json(&format!("{PATH}?{query}"), 200).await;
        // Another value of a dimension, in the same period and at the same instant.
        check(
            &ask("integration=main&a_integration=kiosk&a_integration=web").await,
            r#"03-01T12:00 03-31T12:00 03-31T12:00 {"integration":["kiosk","web"]} 0 0"#,
            r#"03-01T12:00 03-31T12:00 03-31T12:00 {"integration":["main"]} 5 1"#,
        );
        let whole = |started, submitted| {
            format!("03-01T12:00 03-31T12:00 03-31T12:00 {{}} {started} {submitted}")
        };
        // None is a value too.
        check(
            &ask("state=camera&a_state=").await,
            r#"03-01T12:00 03-31T12:00 03-31T12:00 {"state":[null]} 1 0"#,
            r#"03-01T12:00 03-31T12:00 03-31T12:00 {"state":["camera"]} 1 0"#,
        );
        // Other hours of the same sessions; what is left out is as in group b.
        let got = ask("hour=9&weekday=6&a_weekday=1").await;
        assert_eq!((group(&got, "a"), group(&got, "b")), (whole(2, 0), whole(1, 0)));
        assert_eq!((&got["a"]["hour"], &got["b"]["weekday"]), (&9.into(), &6.into()));
        // Another period, as old as the first was, or as it was asked for.
        check(
            &ask("from=-2d&a_from=2026-03-10&a_to=2026-03-12").await,
            "03-10T00:00 03-12T00:00 03-12T00:00 {} 1 1",
            "03-29T12:00 03-31T12:00 03-31T12:00 {} 1 0",
        );
        check(
            &ask("from=-2d&a_from=2026-03-10&a_to=2026-03-12&a_as_of=now").await,
            "03-10T00:00 03-12T00:00 03-31T12:00 {} 1 1",
            "03-29T12:00 03-31T12:00 03-31T12:00 {} 1 0",
        );
        // A later one cannot be older than it is.
        check(
            &ask("from=-20d&to=-10d&a_from=-2d&a_to=now").await,
            "03-29T12:00 03-31T12:00 03-31T12:00 {} 1 0",
            "03-11T12:00 03-21T12:00 03-31T12:00 {} 3 0",
        );
    }

    #[actix_web::test]
    async fn a_wrong_parameter_is_named_as_it_was_given() {
        let fixture = Fixture::of(LOG);
        for (query, parameter, detail) in [
            ("a_from=-2d", "a_to", "`a_from` is given without `a_to`; a period needs both"),
            ("weekday=8", "weekday", "`weekday` is `8`: it must be a whole number from 1 to 7"),
            ("a_to=-2d", "a_from", "`a_to` is given without `a_from`; a period needs both"),
            (
                "a_outcome=left",
                "a_outcome",
                "`a_outcome` is `left`: it must be one of submitted, cancelled, lost_in_handover, \
                 stalled, handed_over, in_progress",
            ),
            (
                "a_from=-1d&a_to=-2d",
                "a_from",
                "`a_from` is `-1d`: that is 2026-03-30T12:00:00Z, and must lie before the range's \
                 end, which is 2026-03-29T12:00:00Z",
            ),
        ] {
            let got = fixture.json(&format!("{PATH}?{query}"), 400).await;
            assert_eq!((&got["parameter"], &got["detail"]), (&parameter.into(), &detail.into()));
        }
    }
}
