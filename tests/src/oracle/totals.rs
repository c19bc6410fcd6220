//! The counts over a set of units.

use serde_json::{Map, Value, json};

use super::figures::rate;
use super::fold::Fact;
use super::judge::Judged;

/// The `totals` of some units.
pub(super) fn totals(units: &[&Judged]) -> Map<String, Value> {
    let count = |wanted: &dyn Fn(&Judged) -> bool| units.iter().filter(|unit| wanted(unit)).count();
    let of_outcome = |name: &str| count(&|unit| unit.outcome == name);

    let started = units.len();
    let submitted = of_outcome("submitted");
    let cancelled = of_outcome("cancelled");
    let lost_in_handover = of_outcome("lost_in_handover");
    let stalled = of_outcome("stalled");
    let handed_over = of_outcome("handed_over");
    let in_progress = of_outcome("in_progress");
    let open = handed_over + in_progress;
    let abandoned = cancelled + lost_in_handover + stalled;
    assert_eq!(submitted + abandoned + open, started, "every unit has one outcome");

    let totals = json!({
        "started": started,
        "submitted": submitted,
        "cancelled": cancelled,
        "lost_in_handover": lost_in_handover,
        "stalled": stalled,
        "handed_over": handed_over,
        "in_progress": in_progress,
        "open": open,
        "abandoned": abandoned,
        "recovered": count(&Judged::is_recovered),
        "left_after_submitting": count(&Judged::left_after_submitting),
        "other_document": count(&|unit| unit.has(&Fact::OtherDocument)),
        "conversion_rate": rate(submitted, started),
        "drop_off_rate": rate(abandoned, started),
    });
    match totals {
        Value::Object(totals) => totals,
        _ => unreachable!("written as an object above"),
    }
}

/// The `totals` of some units in a row that begins with a name.
pub(super) fn totals_row(name: &str, value: Value, units: &[&Judged]) -> Value {
    let mut row = totals(units);
    row.insert(name.to_owned(), value);
    Value::Object(row)
}
