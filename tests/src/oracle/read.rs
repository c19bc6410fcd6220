//! From a delivery's body to an event: section 2 of `semantics.md`.

use serde_json::{Map, Value};

/// A body that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) session: String,
    pub(super) attempt: String,
    pub(super) code: i64,
    pub(super) action: String,
    pub(super) feature: Option<String>,
    pub(super) end_user: Option<String>,
    pub(super) state: Option<String>,
    pub(super) reason: Option<String>,
}

/// The body is no event; the delivery is quarantined.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The event that a body holds.
pub(super) fn read(body: &[u8]) -> Result<Event, Unreadable> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Unreadable)?;
    let fields = value.as_object().ok_or(Unreadable)?;
    let nothing = Map::new();
    let context = match fields.get("context") {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(context)) => context,
        Some(_) => return Err(Unreadable),
    };
    // Nothing is counted by it, but it must be of its type.
    optional_text(fields, "vendorData")?;
    Ok(Event {
        session: uuid(fields, "id")?,
        attempt: uuid(fields, "attemptId")?,
        code: fields.get("code").and_then(Value::as_i64).ok_or(Unreadable)?,
        action: fields.get("action").and_then(Value::as_str).ok_or(Unreadable)?.to_owned(),
        feature: optional_text(fields, "feature")?,
        end_user: optional_text(fields, "endUserId")?,
        state: optional_text(context, "state")?,
        reason: optional_text(context, "reason")?,
    })
}

/// A string, or nothing where it is null, absent or empty.
fn optional_text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Unreadable> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Unreadable),
    }
}

/// A UUID in the hyphenated form, in lower case.
fn uuid(fields: &Map<String, Value>, name: &str) -> Result<String, Unreadable> {
    let text = fields.get(name).and_then(Value::as_str).ok_or(Unreadable)?;
    if text.len() != 36 {
        return Err(Unreadable);
    }
    for (place, letter) in text.char_indices() {
        let wanted = match place {
            8 | 13 | 18 | 23 => letter == '-',
            _ => letter.is_ascii_hexdigit(),
        };
        if !wanted {
            return Err(Unreadable);
        }
    }
    Ok(text.to_ascii_lowercase())
}
