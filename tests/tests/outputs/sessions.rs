//! Parquet, by DuckDB and Polars: what they count is what the report counts.

use serde_json::{Value, json};
use weir_tests::python::python;

use crate::world::World;

/// What both readers say of the file.
fn read(world: &World, flags: &[&str]) -> Value {
    let path = world.file("parquet", flags);
    let said = python(include_str!("sessions.py"), [path]);
    serde_json::from_str(&said).expect("the script prints JSON")
}

/// The same of the report.
fn counted(report: &Value) -> Value {
    let totals = &report["totals"];
    let outcomes =
        ["submitted", "cancelled", "lost_in_handover", "stalled", "handed_over", "in_progress"];
    let quality = &report["data_quality"];
    json!({
        "started": totals["started"],
        "outcomes": outcomes.map(|name| &totals[name]),
        "flags": [
            &totals["recovered"], &totals["left_after_submitting"], &totals["other_document"],
            &quality["implied_submitted"], &quality["missing_started"],
        ],
        "submit": report["time_to_submit_seconds"],
        "abandon": report["time_to_abandon_seconds"],
    })
}

#[track_caller]
fn check(world: &World, flags: &[&str]) -> Value {
    let (got, report) = (read(world, flags), world.report(flags));
    let want = counted(&report);
    for (name, want) in want.as_object().expect("an object") {
        assert_eq!(&got[name], want, "{name} with {flags:?}");
    }
    let pairs = report["by_state_and_reason"].as_array().expect("rows").iter();
    let mut pairs: Vec<_> = pairs
        .map(|row| json!([row["state"], row["reason"], row["abandoned"]]).to_string())
        .collect();
    let mut found: Vec<_> =
        got["pairs"].as_array().expect("rows").iter().map(Value::to_string).collect();
    pairs.sort();
    found.sort();
    assert_eq!(found, pairs, "{flags:?}");
    got
}

#[test]
fn what_others_count_in_it_is_what_the_report_counts() {
    let world = World::new();
    let all = check(&world, &[]);
    assert!(1_000 < all["started"].as_u64().expect("a count"), "{all}");
    assert_eq!(all["ids"], all["started"], "each session is one row");
    let types = ["BOOLEAN", "DOUBLE", "INTEGER", "TIMESTAMP WITH TIME ZONE", "VARCHAR"];
    assert_eq!(all["types"], json!(types));
    for flags in [
        &["--unit=attempt"][..],
        &["--unit=end_user"],
        &["--outcome=cancelled", "--outcome=stalled"],
        &["--feature=selfid", "--window=1d"],
    ] {
        let some = check(&world, flags);
        assert!(0 < some["started"].as_u64().expect("a count"), "{flags:?}");
    }
}

#[test]
fn nothing_opens_too() {
    let world = World::new();
    let none = check(&world, &["--feature=nobody-has-this"]);
    assert_eq!((&none["started"], &none["first"]), (&json!(0), &json!([])));
}
