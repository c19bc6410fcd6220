//! Rates with their interval, and percentiles.

use serde_json::{Value, json};

/// The 97.5 % point of the normal distribution, as `semantics.md` gives it.
const Z: f64 = 1.959964;

/// A part of a whole with its 95 % Wilson score interval, or null where the whole is nothing.
pub(super) fn rate(part: usize, whole: usize) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    let n = whole as f64;
    let p = part as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    let low = if part == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if part == whole { 1.0 } else { (centre + half).min(1.0) };
    json!({"value": p, "low": low, "high": high})
}

/// Nearest-rank percentiles of durations in microseconds, shown in seconds.
pub(super) fn percentiles(mut durations_us: Vec<i64>) -> Value {
    durations_us.sort_unstable();
    let at = |percent: usize| {
        // The smallest value such that at least this many are at or below it.
        let rank = (percent * durations_us.len()).div_ceil(100);
        match rank {
            0 => Value::Null,
            rank => json!(durations_us[rank - 1] as f64 / 1e6),
        }
    };
    json!({"p50": at(50), "p75": at(75), "p90": at(90), "p95": at(95), "p99": at(99)})
}
