//! Where and why flows stop: `by_state`, `by_reason` and both.

use serde_json::{Value, json};

use super::{ask, check_at, january, seen_at};

/// The rows of a table as text: the named columns, `-` for null.
#[track_caller]
fn check_rows(rows: &Value, columns: &[&str], want: &str) {
    let shown = |row: &Value| {
        let cells = columns.iter().map(|column| match &row[*column] {
            Value::String(text) => text.clone(),
            Value::Null => "-".to_owned(),
            Value::Object(rate) => format!("{:.3}", rate["value"].as_f64().unwrap()),
            other => other.to_string(),
        });
        cells.collect::<Vec<_>>().join(" ")
    };
    let rows: Vec<String> = rows.as_array().unwrap().iter().map(shown).collect();
    let want: Vec<&str> = want.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(rows, want);
}

const LOG: &str = "
    2026-01-05T10:00 s1.a1 7010 consent_screen_shown quit_session_confirmed
    2026-01-05T10:00 s2.a1 7010 consent_screen_shown -
    2026-01-05T10:00 s3.a1 7010 portrait_screen_shown quit_session_confirmed
    2026-01-05T10:00 s4.a1 7010 document_front_screen_shown quit_session_confirmed
    2026-01-05T10:00 s5.a1 7010 - quit_session_confirmed
    2026-01-05T10:00 s6.a1 7010 error_screen_shown error_screen_exit_clicked
    2026-01-05T10:00 s7.a1 7010 consent_screen_shown mobile_handover_screen_shown
    2026-01-05T10:00 s8.a1 7001
    2026-01-05T10:00 s9.a1 7010 portrait_screen_shown -
    2026-01-05T10:01 s9.a1 7002
    2026-01-05T10:02 s9.a1 7010 document_front_screen_shown -
    ";

/// Seven exits are known, of nine sessions; s8 stalled somewhere and s9 came through.
#[test]
fn screens_are_ranked_by_how_many_were_lost_there() {
    let report = ask(LOG, &january());
    check_rows(
        &report["by_state"],
        &["state", "stage", "order", "abandoned", "share", "drop_off_rate", "recovered"],
        "
        consent_screen_shown consent 30 3 0.429 0.333 0
        document_front_screen_shown capture 80 1 0.143 0.111 1
        error_screen_shown - - 1 0.143 0.111 0
        portrait_screen_shown capture 130 1 0.143 0.111 1
        - - - 1 0.143 0.111 0
        ",
    );
}

/// Whoever was lost at a later screen, or submitted, has passed the earlier ones.
#[test]
fn those_who_came_as_far_as_a_screen_were_at_risk_there() {
    let report = ask(LOG, &january());
    check_rows(
        &report["by_state"],
        &["state", "at_risk", "hazard"],
        "
        consent_screen_shown 6 0.500
        document_front_screen_shown 3 0.333
        error_screen_shown - -
        portrait_screen_shown 2 0.500
        - - -
        ",
    );
}

#[test]
fn reasons_are_ranked_likewise() {
    let report = ask(LOG, &january());
    check_rows(
        &report["by_reason"],
        &["reason", "abandoned", "share", "recovered"],
        "
        quit_session_confirmed 4 0.571 0
        error_screen_exit_clicked 1 0.143 0
        mobile_handover_screen_shown 1 0.143 0
        - 1 0.143 1
        ",
    );
    check_rows(
        &report["by_state_and_reason"],
        &["state", "reason", "abandoned"],
        "
        consent_screen_shown mobile_handover_screen_shown 1
        consent_screen_shown quit_session_confirmed 1
        consent_screen_shown - 1
        document_front_screen_shown quit_session_confirmed 1
        error_screen_shown error_screen_exit_clicked 1
        portrait_screen_shown quit_session_confirmed 1
        - quit_session_confirmed 1
        ",
    );
}

#[test]
fn a_handover_that_may_still_go_on_is_no_exit() {
    check_at(LOG, &seen_at("2026-01-06T00:00"), "/by_state/0/abandoned", json!(2));
}

#[track_caller]
fn check_last(log: &str, want: Value) {
    check_at(log, &january(), "/by_state_and_reason/0/state", want);
}

#[test]
fn the_last_cancel_counts() {
    check_last(
        "
        2026-01-05T10:02 s1.a1 7010 portrait_screen_shown -
        2026-01-05T10:01 s1.a1 7010 consent_screen_shown -
        ",
        json!("portrait_screen_shown"),
    );
}

#[test]
fn of_two_cancels_at_one_instant_the_later_in_the_log_counts() {
    check_last(
        "
        2026-01-05T10:00 s1.a1 7010 portrait_screen_shown -
        2026-01-05T10:00 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:00 s1.a1 7010 portrait_screen_shown -
        ",
        json!("consent_screen_shown"),
    );
}

/// The portrait's first delivery is the third line: it is the earliest, though not in the log.
#[test]
fn the_first_delivery_of_a_fact_is_the_earliest_received() {
    check_last(
        "
        2026-01-05T10:05 s1.a1 7010 portrait_screen_shown -
        2026-01-05T10:00 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:00 s1.a1 7010 portrait_screen_shown -
        ",
        json!("portrait_screen_shown"),
    );
}

/// The first attempt's cancel at the consent is older than its portrait; the second's is not.
#[test]
fn the_same_cancel_of_two_attempts_is_two() {
    check_last(
        "
        2026-01-05T10:00 s1.a1 7010 consent_screen_shown -
        2026-01-05T10:01 s1.a1 7010 portrait_screen_shown -
        2026-01-05T10:02 s1.a2 7010 consent_screen_shown -
        ",
        json!("consent_screen_shown"),
    );
}
