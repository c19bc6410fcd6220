//! Rates and percentiles, worked out by hand.

use serde_json::{Value, json};

use super::{check_at, january};
use crate::oracle::figures::{percentiles, rate};

#[track_caller]
fn check_rate(part: usize, whole: usize, want: [f64; 3]) {
    let rate = rate(part, whole);
    for (name, want) in ["value", "low", "high"].into_iter().zip(want) {
        let got = rate[name].as_f64().unwrap();
        assert!((got - want).abs() < 5e-7, "{name} of {part} / {whole} is {got}, not {want}");
    }
}

/// z^2 = 3.841459. For 1 of 2: centre 1/2, half = z sqrt(1/8 + z^2/16) / (1 + z^2/2)
/// = 1.959964 * sqrt(0.3650912) / 2.9207295 = 0.4054687.
/// For 0 of n: high = z^2 / (n + z^2).
#[test]
fn a_rate_has_its_wilson_interval() {
    check_rate(1, 2, [0.5, 0.094531, 0.905469]);
    check_rate(0, 1, [0.0, 0.0, 0.793451]);
    check_rate(1, 1, [1.0, 0.206549, 1.0]);
    check_rate(0, 10, [0.0, 0.0, 0.277533]);
    // An even one that is not tiny, and an everyday one.
    check_rate(5, 10, [0.5, 0.236593, 0.763407]);
    check_rate(80, 100, [0.8, 0.711171, 0.866633]);
}

#[test]
fn none_of_none_is_no_rate() {
    assert_eq!(rate(0, 0), Value::Null);
    check_at("", &january(), "/totals/conversion_rate", Value::Null);
}

#[test]
fn nothing_and_everything_are_exact() {
    assert_eq!(rate(0, 7)["low"], 0.0);
    assert_eq!(rate(7, 7)["high"], 1.0);
}

#[track_caller]
fn check_percentiles(durations_us: impl IntoIterator<Item = i64>, want: Value) {
    assert_eq!(percentiles(durations_us.into_iter().collect()), want);
}

#[test]
fn a_percentile_is_a_duration_that_occurred() {
    check_percentiles(
        (1..=100).rev().map(|s| s * 1_000_000),
        json!({"p50": 50.0, "p75": 75.0, "p90": 90.0, "p95": 95.0, "p99": 99.0}),
    );
    // Of four: at least 2, 3, 3.6, 3.8 and 3.96 of them.
    check_percentiles(
        [4_000_000, 1_000_000, 3_000_001, 2_000_000],
        json!({"p50": 2.0, "p75": 3.000001, "p90": 4.0, "p95": 4.0, "p99": 4.0}),
    );
    check_percentiles([0], json!({"p50": 0.0, "p75": 0.0, "p90": 0.0, "p95": 0.0, "p99": 0.0}));
    check_percentiles([], json!({"p50": null, "p75": null, "p90": null, "p95": null, "p99": null}));
}

/// s1 took 90 s. s2 left twice, the last time after 60.000001 s. s3 submitted at once.
/// s4 left after submitting, which is no abandoning.
#[test]
fn times_run_from_the_first_fact() {
    let log = "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T10:01:30 s1.a1 7002
        2026-01-05T10:00 s2.a1 7001
        2026-01-05T10:00:30 s2.a1 7010 consent_screen_shown -
        2026-01-05T10:01:00.000001 s2.a1 7010 portrait_screen_shown -
        2026-01-05T10:00 s3.a1 7002
        2026-01-05T10:00 s4.a1 7002
        2026-01-05T10:09 s4.a1 7010 - -
        ";
    check_at(
        log,
        &january(),
        "/time_to_submit_seconds",
        json!({"p50": 0.0, "p75": 90.0, "p90": 90.0, "p95": 90.0, "p99": 90.0}),
    );
    check_at(log, &january(), "/time_to_abandon_seconds/p50", json!(60.000001));
}
