//! Bodies that the provider would send.
//!
//! The first four are the samples of Veriff's page on event webhooks, byte for byte. They tell of
//! one and the same session.

use serde_json::json;

/// The end-user is done and submits.
pub const SUBMITTED: &str = r#"{
"id": "f04bdb47-d3be-4b28-b028-a652feb060b5",
"attemptId": "e30122d1-740b-4764-853f-470374a7abf4",
"feature": "selfid",
"code": 7002,
"action": "submitted",
"vendorData": "12345678",
"endUserId": "a1b2c35d-e8f7-6d5e-3cd2-a1b2c35db3d4"
}"#;

/// The end-user got the decision on the "waiting for decision" page.
pub const WAITING_COMPLETE: &str = r#"{
"id": "f04bdb47-d3be-4b28-b028-a652feb060b5",
"attemptId": "e30122d1-740b-4764-853f-470374a7abf4",
"feature": "selfid",
"code": 7007,
"action": "waiting_complete",
"context": {
"reason": "final_decision_received"
},
"vendorData": "QWE123",
"endUserId": "a1b2c35d-e8f7-6d5e-3cd2-a1b2c35db3d4"
}"#;

/// The end-user finished the flow.
pub const FLOW_FINISHED: &str = r#"{
"id": "f04bdb47-d3be-4b28-b028-a652feb060b5",
"attemptId": "e30122d1-740b-4764-853f-470374a7abf4",
"feature": "selfid",
"code": 7009,
"action": "flow_finished",
"context": {
"reason": "finished_screen_confirmed_clicked",
"state": "finished_screen_shown"
},
"vendorData": "QWE123",
"endUserId": "a1b2c35d-e8f7-6d5e-3cd2-a1b2c35db3d4"
}"#;

/// The end-user abandoned the flow.
pub const FLOW_CANCELLED: &str = r#"{
"id": "f04bdb47-d3be-4b28-b028-a652feb060b5",
"attemptId": "e30122d1-740b-4764-853f-470374a7abf4",
"feature": "selfid",
"code": 7010,
"action": "flow_cancelled",
"context": {
"reason": "quit_session_confirmed",
"state": "camera_access_blocked_screen_shown"
},
"vendorData": "QWE123",
"endUserId": "a1b2c35d-e8f7-6d5e-3cd2-a1b2c35db3d4"
}"#;

/// All four, as the page has them.
pub const SAMPLES: [&str; 4] = [SUBMITTED, WAITING_COMPLETE, FLOW_FINISHED, FLOW_CANCELLED];

/// A session's id, by number.
pub fn session_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// An event of a session's first attempt.
pub fn event(session: u64, code: u32) -> String {
    body(session, code, &json!({}))
}

/// The same event, of an end-user who is called so.
#[track_caller]
pub fn of_end_user(event: &str, end_user: &str) -> String {
    let nobody = "\"endUserId\":null";
    assert!(event.contains(nobody), "it has an end-user already: {event}");
    event.replacen(nobody, &format!("\"endUserId\":{}", json!(end_user)), 1)
}

/// A cancellation at a screen, for the usual reason.
pub fn cancelled_at(session: u64, state: &str) -> String {
    body(session, 7010, &json!({"reason": "quit_session_confirmed", "state": state}))
}

fn body(session: u64, code: u32, context: &serde_json::Value) -> String {
    json!({
        "id": session_id(session),
        "attemptId": format!("00000000-0000-4000-9000-{session:012x}"),
        "feature": "selfid",
        "code": code,
        "action": action(code),
        "context": context,
        "vendorData": null,
        "endUserId": null,
    })
    .to_string()
}

fn action(code: u32) -> &'static str {
    match code {
        7001 => "started",
        7002 => "submitted",
        7007 => "waiting_complete",
        7008 => "waiting_continued",
        7009 => "flow_finished",
        7010 => "flow_cancelled",
        7011 => "document_type_other_selected",
        _ => "unheard_of",
    }
}
