//! The workbook, by openpyxl: typed cells that say the report's numbers, and no name that acts.

use std::fs;

use serde_json::{Value, json};
use weir_tests::python::python;

use crate::world::World;

/// What openpyxl says of the file: its sheets, each cell as type, value and format.
fn read(world: &World, flags: &[&str]) -> Value {
    let path = world.file("xlsx", flags);
    let said = python(include_str!("workbook.py"), [path]);
    serde_json::from_str(&said).expect("the script prints JSON")
}

fn rows<'a>(book: &'a Value, sheet: &str) -> &'a [Value] {
    let rows = book["sheets"][sheet].as_array();
    rows.unwrap_or_else(|| panic!("no sheet {sheet} in {}", book["names"]))
}

/// The column under this heading.
#[track_caller]
fn column<'a>(book: &'a Value, sheet: &str, head: &str) -> Vec<&'a Value> {
    let (heads, rows) = rows(book, sheet).split_first().expect("a head");
    let at = heads.as_array().and_then(|heads| heads.iter().position(|cell| cell[1] == *head));
    let at = at.unwrap_or_else(|| panic!("no {head} in {heads}"));
    rows.iter().map(|row| &row[at]).collect()
}

#[track_caller]
fn check(book: &Value, sheet: &str, head: &str, kind: &str, format: &str, want: Vec<Value>) {
    let cells = column(book, sheet, head);
    assert_eq!(cells.len(), want.len(), "{sheet} {head}");
    for (cell, want) in cells.into_iter().zip(want) {
        if want.is_null() {
            assert_eq!(cell[0], "NoneType", "{sheet} {head}: {cell}");
            continue;
        }
        assert_eq!(cell[2], *format, "{sheet} {head}: {cell}");
        if want.is_string() {
            assert_eq!((&cell[0], &cell[1]), (&json!(kind), &want), "{sheet} {head}");
        } else {
            // openpyxl reads a whole number as `int`, whatever it is of.
            assert!(cell[0] == *kind || cell[0] == "int", "{sheet} {head}: {cell}");
            assert_eq!(cell[1].as_f64(), want.as_f64(), "{sheet} {head}");
        }
    }
}

fn all(rows: &Value, of: impl Fn(&Value) -> Value) -> Vec<Value> {
    rows.as_array().expect("rows").iter().map(of).collect()
}

#[test]
fn what_others_read_in_its_cells_is_what_the_report_says() {
    let world = World::new();
    let flags = ["--by=weekday"];
    let (book, report) = (read(&world, &flags), world.report(&flags));
    let states = &report["by_state"];
    check(&book, "Screens", "Left", "int", "#,##0", all(states, |row| row["abandoned"].clone()));
    let rates = all(states, |row| row["drop_off_rate"]["value"].clone());
    check(&book, "Screens", "Of started", "float", "0.0%", rates);
    check(&book, "Screens", "Value", "str", "General", all(states, |row| row["state"].clone()));
    let hazards = all(states, |row| row["hazard"]["value"].clone());
    check(&book, "Screens", "Of those", "float", "0.0%", hazards);

    let trend = &report["trend"];
    check(&book, "Trend", "Started", "int", "#,##0", all(trend, |row| row["started"].clone()));
    let days =
        all(trend, |row| json!(format!("{} 00:00:00", row["bucket"].as_str().expect("a day"))));
    check(&book, "Trend", "Period", "datetime", "yyyy-mm-dd", days);
    let rates = all(trend, |row| row["drop_off_rate"]["value"].clone());
    check(&book, "Trend", "Drop-off", "float", "0.0%", rates);

    let times = report["time_to_submit_seconds"].as_object().expect("percentiles");
    let seconds = times.values().cloned().collect();
    check(&book, "Times", "To submit, seconds", "float", "#,##0.000", seconds);
    for cell in column(&book, "Times", "To submit") {
        assert_eq!(cell[2], "[h]:mm:ss", "a length is a length: {cell}");
    }
    let groups = all(&report["breakdown"], |row| row["started"].clone());
    check(&book, "Breakdown", "Started", "int", "#,##0", groups);
    let started = column(&book, "Summary", "Count")[0];
    assert_eq!(started[1], report["totals"]["started"]);

    let as_of = report["input"]["as_of"].as_str().expect("an instant");
    let created = book["created"].as_str().expect("a date").replace(' ', "T");
    assert_eq!(as_of[..19], created[..19], "it is dated as of the report");
}

#[test]
fn no_name_from_outside_acts() {
    let world = World::new();
    let names = [
        "=1+1",
        "+1",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1",
        "https://evil.test/?a=b",
        "=HYPERLINK(\"x\")",
    ];
    let long = "=x".repeat(10_000);
    let lines = names.into_iter().chain([long.as_str()]).enumerate().map(|(number, name)| {
        let payload = json!({
            "id": format!("0b0b0b0b-0000-4000-8000-{number:012}"),
            "attemptId": format!("0b0b0b0b-0000-4000-8000-{number:012}"),
            "code": 7010, "action": "flow_cancelled", "feature": "odd",
            "context": {"state": name, "reason": name},
        });
        let at = world.report(&[])["input"]["from"].clone();
        format!("{}\n", json!({"received_at": at, "payload": payload}))
    });
    fs::write(world.home.path("odd.ndjson"), lines.collect::<String>()).expect("a file of ours");
    world.home.weir(["import", "odd.ndjson"]).ok();

    let book = read(&world, &["--feature=odd"]);
    let mut values: Vec<&str> = column(&book, "Screens", "Value")
        .into_iter()
        .map(|cell| {
            assert_eq!(cell[0], "str", "{cell}");
            cell[1].as_str().expect("a text")
        })
        .collect();
    values.sort_unstable();
    let mut want: Vec<String> = names.iter().map(|name| name.replace('\t', "\\u{9}")).collect();
    want.push(long);
    want.sort_unstable();
    assert_eq!(values, want);
}

#[test]
fn nothing_opens_too() {
    let book = read(&World::new(), &["--feature=nobody-has-this"]);
    let said =
        rows(&book, "About").iter().any(|row| row[1][1] == "No sessions began in this range.");
    assert!(said, "{:?}", rows(&book, "About"));
    assert_eq!(rows(&book, "Screens").len(), 1, "the head alone");
}
