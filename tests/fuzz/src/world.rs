//! Deliveries from text, and a few that there always are.

use std::sync::OnceLock;

use serde_json::json;
use weir_domain::{Catalogue, Seq, Timestamp};
use weir_projector::fold;
use weir_readmodel::Model;
use weir_report::{
    BUCKETS_MAX, Narrow, Query, comparison, compute, compute_narrowed, profile, visit,
};

/// 2026-06-01: the instant of asking.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_780_272_000_000_000);

/// What the log takes: from 2000 to a year from now.
const EARLIEST_US: i64 = 946_684_800_000_000;
const RANGE_US: i64 = 865_000_000_000_000;

/// The model of deliveries, one a line: minutes before now, session, attempt, code, screen, reason,
/// feature, end-user, integration, divided by tabs; what is left out is not there. A line that is
/// of another form is a delivery that is no event.
pub(crate) fn model(lines: &str) -> Model {
    let mut model = Model::default();
    for (line, seq) in lines.lines().zip(1..) {
        let (at, integration, body) = delivery(line);
        fold(&mut model, Seq::new(seq), at, integration, body.as_bytes());
    }
    model.ensure_index();
    model
}

fn delivery(line: &str) -> (Timestamp, &str, String) {
    let parts: Vec<&str> = line.split('\t').collect();
    let part = |place: usize| parts.get(place).copied().filter(|text| !text.is_empty());
    let number = |place: usize| part(place).and_then(|text| text.parse::<i64>().ok());
    let minutes = number(0).unwrap_or(0);
    let us = NOW.as_micros().wrapping_sub(minutes.wrapping_mul(60_000_000));
    let at =
        Timestamp::from_micros(EARLIEST_US + (us.wrapping_sub(EARLIEST_US)).rem_euclid(RANGE_US));
    let id = |place: usize| {
        format!("00000000-0000-4000-8000-{:012x}", number(place).unwrap_or(0) & 0xFF)
    };
    let body = match number(3) {
        None => line.to_owned(),
        Some(code) => json!({
            "id": id(1),
            "attemptId": id(2),
            "code": code,
            "action": "started",
            "context": { "state": part(4), "reason": part(5) },
            "feature": part(6),
            "endUserId": part(7),
        })
        .to_string(),
    };
    let integration = part(8).filter(|name| weir_ingest::check_name(name).is_ok());
    (at, integration.unwrap_or("main"), body)
}

/// Sessions of every outcome, in every range.
const ALWAYS: &str = "\
40000\t1\t1\t7001
39990\t1\t1\t7002
20000\t2\t2\t7001\t\t\tselfid\tann
19990\t2\t2\t7010\tcamera_access_blocked_screen_shown\tquit_session_confirmed\tselfid\tann
19000\t2\t3\t7001\t\t\tselfid\tann
18990\t2\t3\t7002\t\t\tselfid\tann
9000\t3\t4\t7001\t\t\t\tann\tother
8990\t3\t4\t7010\tx\tmobile_handover_screen_shown\t\tann\tother
500\t4\t5\t7010\tmy_screen\t
400\t5\t6\t7011
390\t5\t6\t9999
13000000\t6\t7\t7001
";

fn always() -> &'static (Model, Catalogue) {
    static ALWAYS_MODEL: OnceLock<(Model, Catalogue)> = OnceLock::new();
    ALWAYS_MODEL.get_or_init(|| (model(ALWAYS), Catalogue::shipped()))
}

/// Asks all that the dashboard asks of the sessions that there always are.
pub(crate) fn ask(query: &Query, narrow: &Narrow) {
    let (model, catalogue) = always();
    let units = visit(model, catalogue, query, narrow, 1, || 0_u64, |count, _| *count += 1);
    let units: u64 = units.into_iter().sum();
    let Ok(report) = compute_narrowed(model, catalogue, query, narrow, 1) else { return };
    assert_eq!(report.totals.started, units, "a number is the count of its list");
    assert!(report.trend.len() <= BUCKETS_MAX);
    let trend: u64 = report.trend.iter().map(|row| row.totals.started).sum();
    assert_eq!(trend, units, "the trend is all of them");
    let below = profile(model, catalogue, query, 1);
    assert!(below.is_ok(), "{:?}", below.err());
    let before = query.previous();
    assert!(before.from <= before.to, "{before:?}");
    if let Ok(before) = compute(model, catalogue, &before, 1) {
        let _ = comparison(&before, &report, catalogue);
    }
}
