//! The CSV, by DuckDB and Polars: its totals are the report's.

use weir_tests::python::python;

use crate::world::World;

#[test]
fn what_others_read_in_the_csv_is_what_the_report_says() {
    let world = World::new();
    let (path, report) = (world.file("csv", &[]), world.report(&[]));
    let said = python(include_str!("numbers.py"), [path]);
    let rows: Vec<Vec<Option<String>>> = serde_json::from_str(&said).expect("rows");
    // Of the row with this key; no key stands for none.
    let value = |section: &str, key: Option<&str>, measure: &str| {
        let is_it = |row: &&Vec<Option<String>>| {
            (row[0].as_deref(), row[1].as_deref(), row[4].as_deref())
                == (Some(section), key, Some(measure))
        };
        let row =
            rows.iter().find(is_it).unwrap_or_else(|| panic!("no {section} {key:?} {measure}"));
        row[5].clone().unwrap_or_default()
    };
    for name in ["started", "submitted", "cancelled", "abandoned", "recovered"] {
        assert_eq!(value("totals", None, name), report["totals"][name].to_string(), "{name}");
    }
    for row in report["by_state"].as_array().expect("rows") {
        let state = row["state"].as_str();
        let got = value("by_state", state, "abandoned");
        assert_eq!(got, row["abandoned"].to_string(), "{state:?}");
    }
    let trend = report["trend"].as_array().map_or(0, Vec::len);
    let days = rows
        .iter()
        .filter(|row| (row[0].as_deref(), row[4].as_deref()) == (Some("trend"), Some("started")));
    assert_eq!(days.count(), trend);
}
