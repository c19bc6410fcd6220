//! What becomes of a unit: sections 3 and 4 of `semantics.md`.

use super::{at, check, january, seen_at};
use crate::oracle::{Query, UnitKind};

#[test]
fn a_session_ends_where_it_was_left() {
    check(
        "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T10:09 s1.a1 7002
        2026-01-05T11:00 s2.a1 7001
        2026-01-05T11:01 s2.a1 7010 consent_screen_shown quit_session_confirmed
        2026-01-05T12:00 s3.a1 7001
        2026-01-05T12:02 s3.a1 7010 - mobile_handover_screen_shown
        2026-01-05T13:00 s4.a1 7001
        2026-01-05T13:01 s4.a1 7011
        ",
        &january(),
        "started 4, submitted 1, cancelled 1, lost_in_handover 1, stalled 1, abandoned 3, \
         other_document 1",
    );
}

#[test]
fn patience_ends_on_the_very_microsecond() {
    let log = "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T11:00 s1.a1 7001
        2026-01-05T10:00 s2.a1 7001
        2026-01-05T11:00 s2.a1 7010 - mobile_handover_screen_shown
        ";
    let open = "started 2, handed_over 1, in_progress 1, open 2";
    let stalled = "started 2, stalled 1, handed_over 1, open 1, abandoned 1";
    let lost = "started 2, lost_in_handover 1, stalled 1, abandoned 2";
    check(log, &seen_at("2026-01-12T09:59:59.999999"), open);
    check(log, &seen_at("2026-01-12T10:00"), stalled);
    check(log, &seen_at("2026-01-12T10:59:59.999999"), stalled);
    check(log, &seen_at("2026-01-12T11:00"), lost);
    check(log, &Query { window_s: 3600, ..seen_at("2026-01-05T12:00") }, lost);
}

#[test]
fn only_what_had_happened_counts() {
    let log = "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T10:01 s1.a1 7010 - -
        2026-01-05T10:02 s1.a1 7002
        ";
    check(log, &seen_at("2026-01-05T09:59:59.999999"), "");
    check(log, &seen_at("2026-01-05T10:00"), "started 1, in_progress 1, open 1");
    check(log, &seen_at("2026-01-05T10:01"), "started 1, cancelled 1, abandoned 1");
    check(log, &seen_at("2026-01-05T10:02"), "started 1, submitted 1, recovered 1");
}

#[test]
fn what_happens_after_submission_proves_it() {
    for code in [7007, 7008, 7009] {
        check(&format!("2026-01-05T10:00 s1.a1 {code}"), &january(), "started 1, submitted 1");
    }
    check("2026-01-05T10:00 s1.a1 7777", &january(), "started 1, stalled 1, abandoned 1");
}

#[test]
fn a_cancel_at_the_instant_of_submission_came_before_it() {
    check(
        "
        2026-01-05T10:00 s1.a1 7002
        2026-01-05T10:00 s1.a1 7010 - -
        2026-01-05T10:01 s1.a1 7010 consent_screen_shown -
        ",
        &january(),
        "started 1, submitted 1, recovered 1, left_after_submitting 1",
    );
}

/// The cancel that came back is the same fact, and it was there first.
#[test]
fn a_fact_is_as_old_as_the_first_delivery_that_brings_it() {
    check(
        "
        2026-01-05T10:05 s1.a1 7010 - -
        2026-01-05T10:02 s1.a1 7002
        2026-01-05T10:01 s1.a1 7010 - -
        ",
        &january(),
        "started 1, submitted 1, recovered 1",
    );
}

#[test]
fn the_cohort_is_half_open_on_the_first_fact() {
    let log = "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T10:00:00.000001 s2.a1 7001
        2026-01-05T10:00:00.000002 s3.a1 7001
        ";
    let query = Query {
        from_us: at("2026-01-05T10:00:00.000001"),
        to_us: at("2026-01-05T10:00:00.000002"),
        ..january()
    };
    check(log, &query, "started 1, stalled 1, abandoned 1");
}

#[test]
fn a_unit_is_an_attempt_a_session_or_an_end_user() {
    let log = "
        2026-01-05T10:00 s1.a1 7001 user=ann
        2026-01-05T10:01 s1.a1 7010 - -
        2026-01-05T10:02 s1.a2 7002 user=ben
        2026-01-05T10:03 s2.a1 7001 user=ann
        2026-01-05T10:04 s3.a1 7001
        2026-01-05T10:05 shop/s1.a1 7001 user=ann
        ";
    let of = |unit| Query { unit, ..january() };
    check(
        log,
        &of(UnitKind::Attempt),
        "started 5, submitted 1, cancelled 1, stalled 3, abandoned 4",
    );
    check(
        log,
        &of(UnitKind::Session),
        "started 4, submitted 1, stalled 3, abandoned 3, recovered 1",
    );
    // s1 is ann's: she is named first. She came back with s2; shop's ann is another person.
    check(
        log,
        &of(UnitKind::EndUser),
        "started 3, submitted 1, stalled 2, abandoned 2, recovered 1",
    );
}

#[test]
fn who_the_end_user_is_need_not_be_known_yet() {
    let log = "
        2026-01-05T10:00 s1.a1 7001
        2026-01-05T10:01 s2.a1 7001 user=ann
        2026-01-09T10:00 s1.a1 7001 user=ann
        ";
    let query = Query { unit: UnitKind::EndUser, ..seen_at("2026-01-06T00:00") };
    check(log, &query, "started 1, in_progress 1, open 1");
}
