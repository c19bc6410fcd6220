//! `GET /metrics`: what the process counts, as Prometheus reads it.

use std::sync::atomic::AtomicU64;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use weir_domain::Timestamp;

use crate::problem::{Problem, blocking};
use crate::{State, answer};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the process counts.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "process",
    responses((
        status = 200,
        description = "Metrics in the Prometheus text format (OpenMetrics 1.0)",
        body = String,
        content_type = "application/openmetrics-text"
    ))
)]
pub(crate) async fn metrics(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let text = blocking(move || text(&state).map_err(|error| Problem::internal(&error))).await?;
    Ok(answer::bytes(StatusCode::OK, OPEN_METRICS, text))
}

fn text(state: &State) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    encode_registry(&mut text, &state.registry)?;
    encode_registry(&mut text, &of_the_model(state))?;
    encode_eof(&mut text)?;
    Ok(text)
}

type Seconds = Gauge<f64, AtomicU64>;
type TotalSeconds = Counter<f64, AtomicU64>;

/// What is known of the model now. Nothing keeps it up to date, so nothing can forget to.
#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn of_the_model(state: &State) -> Registry {
    let lag = state.live.lag();
    let (folded, folding_us) = state.live.folded();
    let (sessions, position, quarantined) = {
        let model = state.live.model();
        let all = model.tally(Timestamp::MIN, Timestamp::MAX, Timestamp::MAX);
        (model.sessions() as u64, model.position().get(), all.quarantined)
    };
    let mut registry = Registry::default();
    let mut gauge = |name, help, value: u64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    gauge("weir_lag_deliveries", "Deliveries in the log that reports do not have", lag.deliveries);
    gauge("weir_quarantined_deliveries", "Deliveries that could not be read", quarantined);
    gauge("weir_sessions", "Sessions in the read model", sessions);
    let lost = state.stores_lost().len() as u64;
    gauge("weir_stores_lost", "Stores beside the log that cannot be worked with", lost);
    gauge("weir_position", "Place of the last delivery that was folded", position);
    let waited = Seconds::default();
    waited.set(state.lag_seconds(&lag));
    registry.register("weir_lag_seconds", "How long the oldest of them has waited", waited);
    let counter: Counter = Counter::default();
    counter.inc_by(folded);
    registry.register("weir_folded_deliveries", "Deliveries folded since the start", counter);
    let spent = TotalSeconds::default();
    spent.inc_by(folding_us as f64 / 1e6);
    registry.register("weir_fold_seconds", "Time that folding them took", spent);
    registry
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::registry::Registry;

    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn the_models_numbers_stand_beside_the_registrys() {
        let deliveries = crate::fixture::deliveries("30T09:00 1 7001\n30T09:01 raw nonsense");
        let fixture = Fixture::with(deliveries, |state| {
            let mut registry = Registry::default();
            registry.register("weir_elsewhere", "Counted elsewhere", Counter::<u64>::default());
            state.registry = std::sync::Arc::new(registry);
        });
        let got = fixture.get("/metrics").await;
        assert_eq!(got.status, 200);
        for line in [
            "weir_elsewhere_total 0",
            "weir_lag_deliveries 0",
            "weir_lag_seconds 0.0",
            "weir_sessions 1",
            "weir_position 2",
            "weir_quarantined_deliveries 1",
            "weir_stores_lost 0",
            "weir_folded_deliveries_total 0",
            "weir_fold_seconds_total 0.0",
        ] {
            assert!(got.body.lines().any(|got| got == line), "{line} in {}", got.body);
        }
        assert_eq!(got.body.matches("# EOF").count(), 1);
        assert!(got.body.ends_with("# EOF\n"));
    }
}
