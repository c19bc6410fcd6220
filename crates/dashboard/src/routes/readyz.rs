//! `GET /readyz`: able to append, and caught up within the bound.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_projector::Lag;

use crate::lost::LostStore;
use crate::problem::{Problem, blocking};
use crate::{ReadyLimits, State, answer};

/// Whether the process does what it is for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Able to append, and caught up within the bound.
    ready: bool,
    /// Whether the log takes deliveries.
    able_to_append: bool,
    /// Deliveries in the log that the reports do not have yet.
    lag_deliveries: u64,
    /// How long the oldest of them has waited.
    lag_seconds: f64,
    /// Why the projector stopped, if it did.
    #[schema(required)]
    projector_failure: Option<String>,
    /// What is wrong and what to do; null when ready.
    #[schema(required)]
    reason: Option<String>,
    /// Where the log is damaged and what to do, as far as reading it again told. Deliveries are taken
    /// nevertheless.
    #[schema(required)]
    log_damage: Option<String>,
    /// The stores beside the log that cannot be worked with, and what is off meanwhile. Deliveries are
    /// taken nevertheless.
    #[schema(inline)]
    stores_lost: Vec<LostStore>,
}

/// Whether the process can append and has caught up.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "process",
    responses(
        (status = 200, description = "It can and has", body = Readiness),
        (status = 503, description = "It cannot or has not; the body says why", body = Readiness),
    )
)]
pub(crate) async fn readyz(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    blocking(move || {
        let lag = state.live.lag();
        let lag_seconds = state.lag_seconds(&lag);
        let readiness = Readiness {
            log_damage: state.log_damage(),
            stores_lost: state.stores_lost(),
            ..Readiness::of((state.log_open)(), lag, lag_seconds, state.limits)
        };
        let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        Ok((status, readiness))
    })
    .await
    .map(|(status, readiness)| answer::json(status, &readiness))
}

impl Readiness {
    fn of(able_to_append: bool, lag: Lag, lag_seconds: f64, limits: ReadyLimits) -> Readiness {
        let Lag { deliveries, oldest_at: _, failure } = lag;
        let reason = why_not(able_to_append, deliveries, lag_seconds, failure.as_deref(), limits);
        Readiness {
            ready: reason.is_none(),
            able_to_append,
            lag_deliveries: deliveries,
            lag_seconds,
            projector_failure: failure,
            reason,
            log_damage: None,
            stores_lost: Vec::new(),
        }
    }
}

/// What is wrong, the worst first; none if nothing is.
#[allow(clippy::cast_precision_loss)] // a limit in seconds is far below 2^53
pub(crate) fn why_not(
    able_to_append: bool,
    deliveries: u64,
    lag_seconds: f64,
    failure: Option<&str>,
    limits: ReadyLimits,
) -> Option<String> {
    let ReadyLimits { lag_deliveries_max, lag_seconds_max } = limits;
    if !able_to_append {
        Some(
            "the log takes no deliveries; look at the server's log and the disk, then restart"
                .into(),
        )
    } else if let Some(failure) = failure {
        Some(format!(
            "the projector stopped, so reports stand still; mend this and restart: {failure}"
        ))
    } else if lag_deliveries_max < deliveries {
        Some(format!(
            "the reports are {deliveries} deliveries behind the log, more than {lag_deliveries_max}; wait"
        ))
    } else if (lag_seconds_max as f64) < lag_seconds && 0 < deliveries {
        Some(format!(
            "the reports are {lag_seconds:.1} s behind the log, more than {lag_seconds_max} s; wait"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::{Seq, Timestamp};
    use weir_projector::Lag;

    use super::Readiness;
    use crate::ReadyLimits;
    use crate::fixture::{Fixture, NOW};

    #[track_caller]
    fn check(able: bool, deliveries: u64, seconds: f64, failure: Option<&str>, want: &str) {
        let lag = Lag { deliveries, oldest_at: None, failure: failure.map(str::to_owned) };
        let got = Readiness::of(able, lag, seconds, ReadyLimits::default());
        assert_eq!(got.reason.as_deref().unwrap_or("ready"), want);
        assert_eq!(got.ready, want == "ready");
    }

    #[test]
    fn what_is_wrong_is_said_the_worst_first() {
        check(true, 0, 0.0, None, "ready");
        check(true, 100_000, 29.9, None, "ready");
        check(
            true,
            100_001,
            99.0,
            None,
            "the reports are 100001 deliveries behind the log, more than 100000; wait",
        );
        check(true, 1, 30.5, None, "the reports are 30.5 s behind the log, more than 30 s; wait");
        check(
            true,
            1,
            30.5,
            Some("disk gone"),
            "the projector stopped, so reports stand still; mend this and restart: disk gone",
        );
        check(
            false,
            0,
            0.0,
            Some("disk gone"),
            "the log takes no deliveries; look at the server's log and the disk, then restart",
        );
    }

    #[actix_web::test]
    async fn a_model_at_the_head_of_an_open_log_is_ready() {
        let fixture = Fixture::of("30T09:00 1 7001");
        let want = "{\"ready\":true,\"able_to_append\":true,\"lag_deliveries\":0,\
                    \"lag_seconds\":0.0,\"projector_failure\":null,\"reason\":null,\
                    \"log_damage\":null,\"stores_lost\":[]}\n";
        fixture.check("/readyz", 200, want).await;
    }

    #[actix_web::test]
    async fn a_damaged_log_is_told_and_takes_deliveries() {
        let fixture = Fixture::with(Vec::new(), |state| {
            state.scrub = Box::new(|| Some(crate::fixture::damaged()));
        });
        let got = fixture.json("/readyz", 200).await;
        assert_eq!((&got["ready"], &got["able_to_append"]), (&true.into(), &true.into()));
        let damage = got["log_damage"].as_str().unwrap();
        assert!(damage.starts_with("the log is damaged: delivery 5 is missing"), "{damage}");
    }

    #[actix_web::test]
    async fn one_that_lags_is_not() {
        let fixture = Fixture::of("30T09:00 1 7001");
        let minute_ago = NOW.parse::<Timestamp>().unwrap().plus_us(-60_000_000);
        fixture.state().live.committed(Seq::new(3), minute_ago);
        let got = fixture.json("/readyz", 503).await;
        assert_eq!(got["lag_deliveries"], 2);
        assert_eq!(got["lag_seconds"], 60.0);
        let reason = got["reason"].as_str().unwrap();
        assert!(reason.contains("60.0 s behind"), "{reason}");
    }

    #[actix_web::test]
    async fn a_log_that_stopped_makes_it_unready() {
        let fixture = Fixture::with(Vec::new(), |state| state.log_open = Box::new(|| false));
        let got = fixture.json("/readyz", 503).await;
        assert_eq!(got["able_to_append"], false);
    }
}
