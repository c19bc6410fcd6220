//! How good the data is.

use serde_json::json;

use super::{at, check_at, january};
use crate::oracle::{Filters, Query};

#[test]
fn a_delivery_that_tells_its_attempt_nothing_new_is_a_repeat() {
    check_at(
        "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T09:00 s1.a1 7001
        2026-01-05T10:00 s1.a2 7001
        2026-01-05T10:00 shop/s1.a1 7001
        2026-01-05T10:01 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:02 s1.a1 7010 consent_screen_shown quit_session_confirmed
        2026-01-05T10:03 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:04 s1.a1 7009
        2026-01-05T10:05 s1.a1 7002
        2026-01-05T10:06 s1.a1 7777
        2026-01-05T10:07 s1.a1 7778
        2026-01-05T10:08 s1.a1 bad
        2026-01-05T10:09 s1.a1 bad
        ",
        &january(),
        "/data_quality/repeats",
        json!(3),
    );
}

/// The log is read as a whole: what came before `from` is known, and so is what came after `to`.
#[test]
fn a_repeat_is_one_whatever_is_asked() {
    let log = "
        2026-01-06T10:00 s1.a1 7001
        2026-01-05T10:00 s1.a1 7001
        ";
    let query = Query {
        to_us: at("2026-01-06T00:00"),
        as_of_us: at("2026-01-05T12:00"),
        filters: Filters { feature: vec!["none has it".into()], ..Filters::default() },
        ..january()
    };
    check_at(log, &query, "/data_quality/deliveries", json!(1));
    check_at(log, &query, "/data_quality/repeats", json!(1));
    check_at(log, &query, "/data_quality/missing_started", json!(0));
}

#[test]
fn deliveries_count_by_when_they_were_received() {
    let log = "
        2026-01-04T10:00 s1.a1 bad
        2026-01-05T10:00 s1.a1 bad
        2026-01-05T10:00 s1.a1 7777 action=started
        2026-01-05T10:00 s1.a1 7001 action=started
        2026-01-05T10:00 s1.a1 7001 action=Started
        2026-01-05T10:00 s1.a1 7010 - - action=flow_cancelled
        2026-01-06T10:00 s1.a1 bad
        ";
    let query =
        Query { from_us: at("2026-01-05T00:00"), as_of_us: at("2026-01-05T23:00"), ..january() };
    check_at(
        log,
        &query,
        "/data_quality",
        json!({
            "deliveries": 5,
            "repeats": 1,
            "quarantined": 1,
            "unknown_codes": 1,
            "action_mismatches": 1,
            "implied_submitted": 0,
            "missing_started": 0,
            "uncatalogued_states": [],
        }),
    );
}

#[test]
fn what_the_cohort_lacks_is_counted_in_units() {
    let log = "
        2026-01-05T10:00 s1.a1 7009
        2026-01-05T10:00 s2.a1 7009
        2026-01-05T10:00 s2.a2 7002
        2026-01-05T10:00 s2.a3 7001
        2026-01-05T10:00 s3.a1 7777
        ";
    check_at(log, &january(), "/data_quality/implied_submitted", json!(1));
    check_at(log, &january(), "/data_quality/missing_started", json!(2));
}

#[test]
fn screens_that_the_catalogue_does_not_name_are_listed() {
    check_at(
        "
        2026-01-05T10:00 s1.a1 7010 zebra_screen_shown -
        2026-01-05T10:01 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:00 s2.a1 7010 error_screen_shown -
        2026-01-05T10:00 s2.a1 7010 aardvark_screen_shown mobile_handover_screen_shown
        2026-01-05T10:00 s2.a1 7002
        2026-01-05T10:00 s3.a1 7001 ignored_screen_shown -
        2026-02-05T10:00 s2.a1 7010 future_screen_shown -
        ",
        &january(),
        "/data_quality/uncatalogued_states",
        json!(["aardvark_screen_shown", "zebra_screen_shown"]),
    );
}
