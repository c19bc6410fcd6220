//! Filters, breakdowns and the trend.

use serde_json::{Value, json};

use super::{ask, at, check, counts, january};
use crate::oracle::zone::buckets;
use crate::oracle::{Bucket, Dimension, Filters, Query, UnitKind};

const LOG: &str = "
    2026-01-05T10:00 s1.a1 7010 consent_screen_shown quit_session_confirmed feature=selfid
    2026-01-05T23:30 shop/s2.a1 7010 - quit_session_confirmed feature=document
    2026-01-06T10:00 s3.a1 7010 consent_screen_shown mobile_handover_screen_shown
    2026-01-06T10:01 s3.a2 7010 consent_screen_shown mobile_handover_screen_shown
    2026-01-11T23:00 s4.a1 7002 feature=selfid
    ";

#[track_caller]
fn check_filter(filter: impl Fn(&mut Filters), want: &str) {
    let mut query = january();
    filter(&mut query.filters);
    check(LOG, &query, want);
}

#[test]
fn a_filter_keeps_the_units_that_carry_one_of_its_values() {
    check_filter(|f| f.integration = vec!["shop".into()], "started 1, cancelled 1, abandoned 1");
    check_filter(
        |f| f.feature = vec!["selfid".into()],
        "started 2, submitted 1, cancelled 1, abandoned 1",
    );
    check_filter(
        |f| f.state = vec!["consent_screen_shown".into()],
        "started 2, cancelled 1, lost_in_handover 1, abandoned 2",
    );
    // Submitted units carry no screen at all, not the missing one.
    check_filter(|f| f.state = vec!["".into()], "started 1, cancelled 1, abandoned 1");
    check_filter(
        |f| f.reason = vec!["quit_session_confirmed".into(), "".into()],
        "started 2, cancelled 2, abandoned 2",
    );
    check_filter(
        |f| f.outcome = vec!["submitted".into(), "lost_in_handover".into()],
        "started 2, submitted 1, lost_in_handover 1, abandoned 1",
    );
    check_filter(
        |f| {
            f.outcome = vec!["submitted".into()];
            f.state = vec!["consent_screen_shown".into()];
        },
        "",
    );
}

#[track_caller]
fn check_breakdown(by: Dimension, timezone: &str, want: &[(Value, u64)]) {
    let query = Query { by: Some(by), timezone: timezone.into(), ..january() };
    let report = ask(LOG, &query);
    let rows = report["breakdown"].as_array().unwrap().iter();
    let got: Vec<(Value, u64)> =
        rows.map(|row| (row["value"].clone(), row["started"].as_u64().unwrap())).collect();
    assert_eq!(got, want);
}

#[test]
fn a_breakdown_has_a_row_for_each_value() {
    check_breakdown(Dimension::Integration, "UTC", &[(json!("main"), 3), (json!("shop"), 1)]);
    check_breakdown(
        Dimension::Feature,
        "UTC",
        &[(json!("document"), 1), (json!("selfid"), 2), (json!(null), 1)],
    );
    check_breakdown(
        Dimension::Outcome,
        "UTC",
        &[(json!("submitted"), 1), (json!("cancelled"), 2), (json!("lost_in_handover"), 1)],
    );
    check_breakdown(Dimension::Attempts, "UTC", &[(json!(1), 3), (json!(2), 1)]);
}

/// 23:30 on a Monday and 23:00 on a Sunday in UTC are the next day in Tallinn.
#[test]
fn weekdays_and_hours_are_those_of_the_zone() {
    let (weekday, hour) = (Dimension::Weekday, Dimension::Hour);
    check_breakdown(weekday, "UTC", &[(json!(1), 2), (json!(2), 1), (json!(7), 1)]);
    check_breakdown(weekday, "Europe/Tallinn", &[(json!(1), 2), (json!(2), 2)]);
    check_breakdown(hour, "UTC", &[(json!(10), 2), (json!(23), 2)]);
    check_breakdown(hour, "Europe/Tallinn", &[(json!(1), 2), (json!(12), 2)]);
    check_breakdown(hour, "Asia/Kathmandu", &[(json!(4), 1), (json!(5), 1), (json!(15), 2)]);
}

#[test]
fn nothing_is_broken_down_unasked() {
    assert_eq!(ask(LOG, &january())["breakdown"], Value::Null);
}

/// s1 was document before it was selfid, and ann was s1 before she was s2.
#[test]
fn the_first_feature_in_the_log_holds() {
    let log = "
        2026-01-05T12:00 s1.a1 7001 feature=- user=ann
        2026-01-05T11:00 s1.a1 7001 feature=document
        2026-01-05T10:00 s1.a2 7001 feature=selfid
        2026-01-05T09:00 s2.a1 7001 feature=selfid user=ann
        ";
    for unit in [UnitKind::Session, UnitKind::Attempt, UnitKind::EndUser] {
        let query = Query { unit, by: Some(Dimension::Feature), ..january() };
        assert_eq!(ask(log, &query)["breakdown"][0]["value"], "document");
    }
}

#[test]
fn the_trend_has_a_row_for_every_bucket() {
    let query =
        Query { from_us: at("2026-01-05T00:00"), to_us: at("2026-01-08T00:00"), ..january() };
    let report = ask(LOG, &query);
    let rows: Vec<String> = report["trend"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{}: {}", row["bucket"].as_str().unwrap(), counts(row)))
        .collect();
    assert_eq!(
        rows,
        [
            "2026-01-05: started 2, cancelled 2, abandoned 2",
            "2026-01-06: started 1, lost_in_handover 1, abandoned 1",
            "2026-01-07: ",
        ]
    );
    assert_eq!(report["trend"][0]["drop_off_rate"]["value"], 1.0);
    assert_eq!(report["trend"][2]["conversion_rate"], Value::Null);
}

#[track_caller]
fn check_buckets(from: &str, to: &str, timezone: &str, bucket: Bucket, want: &str) {
    let want: Vec<&str> = want.split_whitespace().collect();
    assert_eq!(buckets(at(from), at(to), timezone, bucket), want);
}

#[test]
fn buckets_begin_with_the_one_that_holds_the_start_and_stop_before_the_end() {
    let (day, week, month) = (Bucket::Day, Bucket::Week, Bucket::Month);
    check_buckets("2026-01-05T23:59", "2026-01-06T00:00", "UTC", day, "2026-01-05");
    check_buckets(
        "2026-01-05T22:00",
        "2026-01-06T22:00:00.000001",
        "Europe/Tallinn",
        day,
        "2026-01-06 2026-01-07",
    );
    check_buckets("2025-12-31T00:00", "2026-01-05T00:00", "UTC", week, "2025-12-29");
    check_buckets(
        "2025-12-31T00:00",
        "2026-01-05T00:00:00.000001",
        "UTC",
        week,
        "2025-12-29 2026-01-05",
    );
    check_buckets("2025-12-31T23:00", "2026-02-01T00:00", "UTC", month, "2025-12-01 2026-01-01");
}

#[test]
fn the_hour_that_summer_time_skips_is_no_bucket() {
    check_buckets(
        "2026-03-29T00:30",
        "2026-03-29T02:00",
        "Europe/Tallinn",
        Bucket::Hour,
        "2026-03-29T02:00:00+02:00 2026-03-29T04:00:00+03:00",
    );
}

#[test]
fn the_hour_that_comes_twice_is_two_buckets() {
    check_buckets(
        "2025-10-26T00:00",
        "2025-10-26T03:00",
        "Europe/Tallinn",
        Bucket::Hour,
        "2025-10-26T03:00:00+03:00 2025-10-26T03:00:00+02:00 2025-10-26T04:00:00+02:00",
    );
    check_buckets(
        "2025-11-02T05:00",
        "2025-11-02T07:00",
        "America/New_York",
        Bucket::Hour,
        "2025-11-02T01:00:00-04:00 2025-11-02T01:00:00-05:00",
    );
}

/// Where the clocks are off by three quarters of an hour, so are the buckets.
#[test]
fn an_hour_is_an_hour_of_the_local_clock() {
    check_buckets(
        "2026-01-05T00:14:59",
        "2026-01-05T00:15:01",
        "Asia/Kathmandu",
        Bucket::Hour,
        "2026-01-05T05:00:00+05:45 2026-01-05T06:00:00+05:45",
    );
}

/// Lord Howe sets its clocks by half an hour: an hour is cut in two, or begins in its middle.
#[test]
fn an_hour_that_the_clocks_cut_is_two_buckets() {
    check_buckets(
        "2025-04-05T14:00",
        "2025-04-05T15:31",
        "Australia/Lord_Howe",
        Bucket::Hour,
        "2025-04-06T01:00:00+11:00 2025-04-06T01:00:00+10:30 2025-04-06T02:00:00+10:30",
    );
    check_buckets(
        "2025-10-04T15:00",
        "2025-10-04T16:01",
        "Australia/Lord_Howe",
        Bucket::Hour,
        "2025-10-05T01:00:00+10:30 2025-10-05T02:00:00+11:00 2025-10-05T03:00:00+11:00",
    );
}
