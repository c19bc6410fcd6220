//! The body of a webhook: it is read as what the JSON library makes of it, or said to be none; and
//! in whatever order its fields stand, and whatever stands beside them, it is the same event.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use weir_projector::Event;

pub(super) fn run(body: &[u8]) {
    let read = Event::parse(body);
    if let Err(why) = &read {
        assert!(!why.to_string().is_empty());
    }
    if let Ok(Value::Object(fields)) = serde_json::from_slice(body) {
        let ours = read.as_ref().ok().map(shown);
        assert_eq!(ours, expected(&fields), "the event is not what the JSON says");
    }
    if let Ok(event) = read {
        for body in rewritten(&event) {
            assert_eq!(Event::parse(&body).as_ref(), Ok(&event), "written anew: {body:?}");
        }
    }
}

/// What counts of an event.
type Shown = ([String; 2], i64, String, [Option<String>; 5]);

fn shown(event: &Event<'_>) -> Shown {
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let Event { session, attempt, code, action, feature, vendor_data, end_user_id, state, reason } =
        event;
    let ids = [session.to_string(), attempt.to_string()];
    (ids, *code, action.to_string(), [feature, vendor_data, end_user_id, state, reason].map(text))
}

/// The same from the library's own reading, by the words of semantics.md, section 2.
fn expected(fields: &Map<String, Value>) -> Option<Shown> {
    let id = |name: &str| {
        let text = fields.get(name)?.as_str()?;
        let hyphens = [8, 13, 18, 23];
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| {
                if hyphens.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            });
        fits.then(|| text.to_ascii_lowercase())
    };
    let optional = |of: Option<&Value>| match of {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some((!text.is_empty()).then(|| text.clone())),
        Some(_) => None,
    };
    let (state, reason) = match fields.get("context") {
        None | Some(Value::Null) => (None, None),
        Some(Value::Object(context)) => (context.get("state"), context.get("reason")),
        Some(_) => return None,
    };
    Some((
        [id("id")?, id("attemptId")?],
        fields.get("code")?.as_i64()?,
        fields.get("action")?.as_str()?.to_owned(),
        [
            optional(fields.get("feature"))?,
            optional(fields.get("vendorData"))?,
            optional(fields.get("endUserId"))?,
            optional(state)?,
            optional(reason)?,
        ],
    ))
}

/// The event written anew: as a program would, the other way round, and with other fields before
/// those that count.
fn rewritten(event: &Event<'_>) -> [Vec<u8>; 3] {
    let Event { session, attempt, code, action, feature, vendor_data, end_user_id, state, reason } =
        event;
    let fields = [
        ("id", json!(session.to_string())),
        ("attemptId", json!(attempt.to_string())),
        ("code", json!(code)),
        ("action", json!(action)),
        ("feature", json!(feature)),
        ("vendorData", json!(vendor_data)),
        ("endUserId", json!(end_user_id)),
        ("context", json!({ "state": state, "reason": reason })),
    ];
    let text = |(name, value): &(&str, Value)| format!("{}:{value}", json!(name));
    let forward: Vec<String> = fields.iter().map(text).collect();
    let backward: Vec<String> = fields.iter().rev().map(text).collect();
    let odd = ["\"code\":\"7\"", "\"new\":[{\"id\":1}]", "\"context\":[1]", "\"id\":null"];
    let crowded: Vec<String> =
        odd.iter().map(ToString::to_string).chain(forward.iter().cloned()).collect();
    [forward, backward, crowded].map(|fields| format!("{{{}}}", fields.join(",")).into_bytes())
}
