//! The oracle against cases that were worked out by hand.
//!
//! A log is written one delivery a line, in log order: when, `[integration/]session.attempt`, the
//! code, the screen, the reason, and `feature=` or `user=`; `-` is null. `bad` is a body that
//! cannot be read.

mod data;
mod exits;
mod outcomes;
mod read;
mod slices;
mod statistics;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Query, RawDelivery, abandonment};

/// An instant as `2026-01-05T10:00`, or to the microsecond, in UTC.
fn at(text: &str) -> i64 {
    let instant: Timestamp = format!("{text}Z").parse().unwrap();
    instant.as_microsecond()
}

/// January 2026, seen from its end.
fn january() -> Query {
    seen_at("2026-02-01T00:00")
}

/// January 2026, seen from another instant.
fn seen_at(as_of: &str) -> Query {
    Query::new(at("2026-01-01T00:00"), at("2026-02-01T00:00"), at(as_of))
}

fn deliveries(log: &str) -> Vec<RawDelivery> {
    let lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.zip(1..).map(|(line, seq)| delivery(line, seq)).collect()
}

fn delivery(line: &str, seq: u64) -> RawDelivery {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (integration, names) = words[1].split_once('/').unwrap_or(("main", words[1]));
    RawDelivery {
        seq,
        received_at_us: at(words[0]),
        integration: integration.to_owned(),
        body: match words[2] {
            "bad" => b"bad".to_vec(),
            _ => body(names, &words[2..]).to_string().into_bytes(),
        },
    }
}

fn body(names: &str, words: &[&str]) -> Value {
    let (session, attempt) = names.split_once('.').unwrap();
    let mut fields = Map::new();
    let code: i64 = words[0].parse().unwrap();
    let mut context = ["state", "reason"].iter();
    let mut inner = Map::new();
    for word in &words[1..] {
        let text = |word: &str| if word == "-" { Value::Null } else { json!(word) };
        match word.split_once('=') {
            Some(("feature", feature)) => fields.insert("feature".into(), text(feature)),
            Some(("user", user)) => fields.insert("endUserId".into(), text(user)),
            Some(("action", action)) => fields.insert("action".into(), text(action)),
            _ => inner.insert((*context.next().unwrap()).to_owned(), text(word)),
        };
    }
    fields.insert("id".into(), json!(uuid(session)));
    fields.insert("attemptId".into(), json!(uuid(attempt)));
    fields.insert("code".into(), json!(code));
    fields.entry("action").or_insert(json!("flow_cancelled"));
    fields.insert("context".into(), Value::Object(inner));
    Value::Object(fields)
}

/// `s1` as a UUID.
fn uuid(name: &str) -> String {
    let number: u32 = name[1..].parse().unwrap();
    format!("{:08x}-0000-0000-0000-{number:012}", u32::from(name.as_bytes()[0]))
}

/// The whole report.
fn ask(log: &str, query: &Query) -> Value {
    abandonment(&deliveries(log), query)
}

/// Asks, and compares what the report says at a JSON pointer.
#[track_caller]
fn check_at(log: &str, query: &Query, pointer: &str, want: Value) {
    let report = ask(log, query);
    assert_eq!(report.pointer(pointer), Some(&want), "at {pointer} of {report:#}");
}

/// Asks, and compares the counts.
#[track_caller]
fn check(log: &str, query: &Query, want: &str) {
    assert_eq!(counts(&ask(log, query)["totals"]), want);
}

/// The counts that are not 0, in the order of `interfaces.md`.
fn counts(totals: &Value) -> String {
    let names = "started submitted cancelled lost_in_handover stalled handed_over in_progress \
                 open abandoned recovered left_after_submitting other_document";
    let shown: Vec<String> = names
        .split_whitespace()
        .filter(|name| totals[*name] != 0)
        .map(|name| format!("{name} {}", totals[name]))
        .collect();
    shown.join(", ")
}
