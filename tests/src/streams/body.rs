//! One event's body, written in one of the many ways that mean the same.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::one_of;
use super::world::{FEATURES, Session, World};

/// Screens that flows stop at: same and different orders, without one, and unknown to everyone.
pub(super) const STATES: [&str; 10] = [
    "client_started",
    "consent_screen_shown",
    "document_front_screen_shown",
    "document_front_feedback_screen_shown",
    "portrait_screen_shown",
    "finished_screen_shown",
    "error_screen_shown",
    "otp_screen_shown",
    "Client_Started",
    "uus ekraan, \"€\"",
];

/// What turns a cancel into a handover.
const HANDOVER: &str = "mobile_handover_screen_shown";

/// Reasons that flows stop for.
pub(super) const REASONS: [&str; 5] = [
    "quit_session_confirmed",
    "consent_screen_cancel_pressed",
    "Mobile_Handover_Screen_Shown", // another letter case is another reason
    "mõni muu",
    HANDOVER,
];

/// Codes with their actions; those that the tables do not know have none.
const SUBMITTING: [(i64, &str); 4] = [
    (7002, "submitted"),
    (7007, "waiting_complete"),
    (7008, "waiting_continued"),
    (7009, "flow_finished"),
];
const CANCEL: (i64, &str) = (7010, "flow_cancelled");
const OTHERS: [(i64, &str); 8] = [
    (7001, "started"),
    (7001, "started"),
    (7001, "started"),
    (7011, "document_type_other_selected"),
    (7003, "flow_teleported"),
    (0, "nothing"),
    (-7001, "un-started"),
    (i64::MAX, "started"),
];

/// Fields as their names and the JSON text of their values.
type Fields = Vec<(String, String)>;

/// A body that can be read.
pub(super) fn body(rng: &mut ChaCha8Rng, world: &World, session: &Session) -> String {
    let (code, action) = code(rng, session);
    let action = if rng.random_bool(0.06) { one_of(rng, &["started", "", "?"]) } else { action };
    let attempt = one_of(rng, &session.attempts);
    let mut fields: Fields = vec![
        ("id".to_owned(), uuid(rng, &session.id)),
        ("attemptId".to_owned(), uuid(rng, &attempt)),
        ("code".to_owned(), code.to_string()),
        ("action".to_owned(), quoted(rng, action)),
    ];
    let feature = if rng.random_bool(0.1) { Some(one_of(rng, &FEATURES)) } else { session.feature };
    optional(rng, &mut fields, "feature", feature, 0.4);
    let end_user = if rng.random_bool(0.05) {
        Some(one_of(rng, &world.end_users))
    } else {
        session.end_user.clone()
    };
    optional(rng, &mut fields, "endUserId", end_user.as_deref(), 0.4);
    optional(rng, &mut fields, "vendorData", Some("order 1, \\ Õ"), 0.5);
    context(rng, &mut fields, session, code == CANCEL.0);
    unknown_fields(rng, &mut fields);
    written(rng, fields)
}

fn code(rng: &mut ChaCha8Rng, session: &Session) -> (i64, &'static str) {
    match rng.random_range(0..10) {
        0..3 if session.submits => one_of(rng, &SUBMITTING),
        0..6 if session.stops => CANCEL,
        _ => one_of(rng, &OTHERS),
    }
}

/// A name that may be null, absent or empty instead.
fn optional(
    rng: &mut ChaCha8Rng,
    fields: &mut Fields,
    name: &str,
    value: Option<&str>,
    none_share: f64,
) {
    let value = value.filter(|_| !rng.random_bool(none_share));
    let text = match (value, rng.random_range(0..3)) {
        (Some(value), _) => quoted(rng, value),
        (None, 0) => "null".to_owned(),
        (None, 1) => "\"\"".to_owned(),
        (None, _) => return,
    };
    fields.push((name.to_owned(), text));
}

/// Where and why. Events that are no cancel may carry it too; it means nothing there.
fn context(rng: &mut ChaCha8Rng, fields: &mut Fields, session: &Session, is_cancel: bool) {
    if rng.random_bool(if is_cancel { 0.05 } else { 0.8 }) {
        if rng.random_bool(0.5) {
            fields.push(("context".to_owned(), one_of(rng, &["null", "{}"]).to_owned()));
        }
        return;
    }
    let is_handover = !session.cancels || rng.random_bool(0.2);
    let reason = if is_handover { HANDOVER } else { one_of(rng, &REASONS) };
    let state = one_of(rng, &STATES);
    let mut inner = Fields::new();
    optional(rng, &mut inner, "state", Some(state), if is_handover { 0.6 } else { 0.15 });
    optional(rng, &mut inner, "reason", Some(reason), if is_handover { 0.0 } else { 0.15 });
    unknown_fields(rng, &mut inner);
    let inner = written(rng, inner);
    fields.push(("context".to_owned(), inner));
}

/// Properties that the provider may add without a word.
fn unknown_fields(rng: &mut ChaCha8Rng, fields: &mut Fields) {
    const UNKNOWN: [(&str, &str); 6] = [
        ("version", "1.5e3"),
        ("ID", "\"not the id\""),
        ("attempt_id", "7"),
        ("nested", r#"{"id": [1, {"code": 7002, "context": null}], "state": "x"}"#),
        ("", "true"),
        ("timestamp", "\"2020-01-01T00:00:00Z\""),
    ];
    while rng.random_bool(0.15) {
        let (name, value) = one_of(rng, &UNKNOWN);
        fields.push((name.to_owned(), value.to_owned()));
    }
}

/// The object as text: fields in any order, space between them or not, sometimes one said twice.
fn written(rng: &mut ChaCha8Rng, mut fields: Fields) -> String {
    fields.shuffle(rng);
    if rng.random_bool(0.04) && !fields.is_empty() {
        // What is said first does not count, whatever it is.
        let (name, _) = one_of(rng, &fields);
        let value = one_of(rng, &["null", "7002", "\"said first\"", "{}", "[]"]);
        fields.insert(0, (name, value.to_owned()));
    }
    let space = one_of(rng, &["", "", " ", "\n  ", "\r\n\t"]);
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{space}{}:{space}{value}", quoted_name(rng, name)))
        .collect();
    format!("{{{}{space}}}", fields.join(","))
}

fn uuid(rng: &mut ChaCha8Rng, uuid: &str) -> String {
    match rng.random_range(0..6) {
        0 => format!("\"{}\"", uuid.to_uppercase()),
        1 => format!("\"{}{}\"", uuid[..9].to_uppercase(), &uuid[9..]),
        _ => format!("\"{uuid}\""),
    }
}

fn quoted_name(rng: &mut ChaCha8Rng, name: &str) -> String {
    if rng.random_bool(0.02) { escaped(name) } else { format!("\"{name}\"") }
}

fn quoted(rng: &mut ChaCha8Rng, text: &str) -> String {
    if rng.random_bool(0.05) {
        escaped(text)
    } else {
        serde_json::to_string(text).expect("a text can be written as JSON")
    }
}

/// Every letter as an escape: unusual, and the same text.
fn escaped(text: &str) -> String {
    let letters: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{letters}\"")
}
