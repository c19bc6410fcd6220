//! A query as the flags of `weir report`.

use jiff::Timestamp;

use crate::oracle::{Bucket, Dimension, Filters, Query, UnitKind};

const HOUR_S: i64 = 60 * 60;
const DAY_S: i64 = 24 * HOUR_S;

/// The arguments that ask the query: `report abandonment … --format json`.
pub fn report_args(query: &Query) -> Vec<String> {
    let mut args = vec!["report".to_owned(), "abandonment".to_owned()];
    let mut flag = |name: &str, value: &str| args.extend([format!("--{name}"), value.to_owned()]);
    flag("from", &rfc3339(query.from_us));
    flag("to", &rfc3339(query.to_us));
    flag("as-of", &rfc3339(query.as_of_us));
    flag("tz", &query.timezone);
    flag("unit", unit(query.unit));
    flag("window", &window(query.window_s));
    flag("bucket", bucket(query.bucket));
    let Filters { integration, feature, state, reason, outcome } = &query.filters;
    for (name, values) in [
        ("integration", integration),
        ("feature", feature),
        ("state", state),
        ("reason", reason),
        ("outcome", outcome),
    ] {
        for value in values {
            flag(name, value);
        }
    }
    if let Some(by) = query.by {
        flag("by", dimension(by));
    }
    flag("format", "json");
    args
}

fn rfc3339(at_us: i64) -> String {
    Timestamp::from_microsecond(at_us).expect("the instant is of our days").to_string()
}

fn window(window_s: i64) -> String {
    assert_eq!(window_s % HOUR_S, 0, "windows are asked in days or hours");
    match window_s % DAY_S {
        0 => format!("{}d", window_s / DAY_S),
        _ => format!("{}h", window_s / HOUR_S),
    }
}

fn unit(unit: UnitKind) -> &'static str {
    match unit {
        UnitKind::Session => "session",
        UnitKind::Attempt => "attempt",
        UnitKind::EndUser => "end_user",
    }
}

fn bucket(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Hour => "hour",
        Bucket::Day => "day",
        Bucket::Week => "week",
        Bucket::Month => "month",
    }
}

fn dimension(by: Dimension) -> &'static str {
    match by {
        Dimension::Integration => "integration",
        Dimension::Feature => "feature",
        Dimension::Outcome => "outcome",
        Dimension::Attempts => "attempts",
        Dimension::Weekday => "weekday",
        Dimension::Hour => "hour",
    }
}
