//! A body, field by field.
//!
//! Fields may come in any order, twice (the last counts), and with others that are ignored.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use uuid::Uuid;

use crate::{Event, Quarantine};

impl<'a> Event<'a> {
    /// Reads a body as the log has it. Where personal values are sealed, their pseudonyms are read:
    /// no key is needed, and what is folded is the same when the keys are gone.
    ///
    /// # Errors
    /// If it cannot be read as an event, and why.
    pub fn parse(stored: &'a [u8]) -> Result<Event<'a>, Quarantine> {
        let body = weir_privacy::skeleton(stored).ok_or(Quarantine::Sealed)?;
        let text = std::str::from_utf8(body).map_err(|_| Quarantine::NotUtf8)?;
        let fields = match serde_json::from_str(text) {
            Ok(Body::Object(fields)) => *fields,
            Ok(Body::Other) => return Err(Quarantine::NotAnObject),
            Err(error) => return Err(Quarantine::NotJson(error.to_string())),
        };
        let context = match fields.context {
            Value::Absent => Context::default(),
            Value::Context(context) => *context,
            _ => return Err(Quarantine::WrongType { field: "context", want: "an object" }),
        };
        Ok(Event {
            session: uuid("id", &fields.id)?,
            attempt: uuid("attemptId", &fields.attempt_id)?,
            code: match fields.code {
                Value::Integer(code) => code,
                Value::Absent => return Err(Quarantine::Missing("code")),
                _ => return Err(Quarantine::WrongType { field: "code", want: "an integer" }),
            },
            action: match fields.action {
                Value::Text(action) => action,
                Value::Absent => return Err(Quarantine::Missing("action")),
                _ => return Err(Quarantine::WrongType { field: "action", want: "a string" }),
            },
            feature: text_or_none("feature", fields.feature)?,
            vendor_data: text_or_none("vendorData", fields.vendor_data)?,
            end_user_id: text_or_none("endUserId", fields.end_user_id)?,
            state: text_or_none("context.state", context.state)?,
            reason: text_or_none("context.reason", context.reason)?,
        })
    }
}

fn uuid(field: &'static str, value: &Value<'_>) -> Result<Uuid, Quarantine> {
    /// 8-4-4-4-12 hexadecimal digits; the library reads other forms too.
    const HYPHENATED_BYTES: usize = 36;
    match value {
        Value::Absent => Err(Quarantine::Missing(field)),
        Value::Text(text) if text.len() == HYPHENATED_BYTES => {
            Uuid::try_parse(text).map_err(|_| Quarantine::WrongType { field, want: "a UUID" })
        }
        _ => Err(Quarantine::WrongType { field, want: "a UUID" }),
    }
}

fn text_or_none<'a>(
    field: &'static str,
    value: Value<'a>,
) -> Result<Option<Cow<'a, str>>, Quarantine> {
    match value {
        Value::Absent => Ok(None),
        Value::Text(text) => Ok((!text.is_empty()).then_some(text)),
        _ => Err(Quarantine::WrongType { field, want: "a string" }),
    }
}

/// A field's value, before it is judged: only the last of a doubled field counts.
#[derive(Default)]
enum Value<'a> {
    /// Null, or not there.
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Integer(i64),
    Context(Box<Context<'a>>),
    Other,
}

#[derive(Default)]
struct Context<'a> {
    state: Value<'a>,
    reason: Value<'a>,
}

enum Body<'a> {
    Object(Box<Fields<'a>>),
    Other,
}

#[derive(Default)]
struct Fields<'a> {
    id: Value<'a>,
    attempt_id: Value<'a>,
    code: Value<'a>,
    action: Value<'a>,
    feature: Value<'a>,
    vendor_data: Value<'a>,
    end_user_id: Value<'a>,
    context: Value<'a>,
}

/// The names of fields that count.
#[derive(Deserialize)]
#[serde(field_identifier)]
enum Name {
    #[serde(rename = "id")]
    Id,
    #[serde(rename = "attemptId")]
    AttemptId,
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "action")]
    Action,
    #[serde(rename = "feature")]
    Feature,
    #[serde(rename = "vendorData")]
    VendorData,
    #[serde(rename = "endUserId")]
    EndUserId,
    #[serde(rename = "context")]
    Context,
    #[serde(rename = "state")]
    State,
    #[serde(rename = "reason")]
    Reason,
    #[serde(other)]
    Ignored,
}

impl<'de> Deserialize<'de> for Body<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Body<'de>, D::Error> {
        deserializer.deserialize_any(BodyVisitor)
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// Everything that is not what a visitor wants, read over.
macro_rules! read_over {
    ($other:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($other)
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($other)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($other)
        }
    };
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<'de>, A::Error> {
        let mut fields = Box::<Fields<'de>>::default();
        while let Some(name) = map.next_key()? {
            let field = match name {
                Name::Id => &mut fields.id,
                Name::AttemptId => &mut fields.attempt_id,
                Name::Code => &mut fields.code,
                Name::Action => &mut fields.action,
                Name::Feature => &mut fields.feature,
                Name::VendorData => &mut fields.vendor_data,
                Name::EndUserId => &mut fields.end_user_id,
                Name::Context => &mut fields.context,
                Name::State | Name::Reason | Name::Ignored => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value()?;
        }
        Ok(Body::Object(fields))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Body<'de>, E> {
        Ok(Body::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Body<'de>, E> {
        Ok(Body::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Body<'de>, E> {
        Ok(Body::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Body<'de>, E> {
        Ok(Body::Other)
    }

    read_over!(Body::Other);
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(number).map_or(Value::Other, Value::Integer))
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut context = Box::<Context<'de>>::default();
        while let Some(name) = map.next_key()? {
            match name {
                Name::State => context.state = map.next_value()?,
                Name::Reason => context.reason = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Context(context))
    }

    read_over!(Value::Other);
}

#[cfg(test)]
mod tests {
    use crate::{Event, Meaning};

    const ID: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";

    /// The event in short, or why it is none.
    #[track_caller]
    fn check(body: &str, want: &str) {
        let body = body.replace("$ID", ID);
        let got = match Event::parse(body.as_bytes()) {
            Err(quarantine) => quarantine.to_string(),
            Ok(event) => {
                assert_eq!(event.session.to_string(), ID);
                let text = |text: &Option<_>| text.as_deref().unwrap_or("-").to_owned();
                let Event { code, state, reason, feature, .. } = &event;
                format!("{code} {} {} {}", text(state), text(reason), text(feature))
            }
        };
        assert_eq!(got, want, "{body}");
    }

    #[test]
    fn an_event_is_read_from_any_order_of_fields() {
        check(
            r#"{"id":"$ID","attemptId":"$ID","feature":"selfid","code":7010,"action":"flow_cancelled",
                "context":{"reason":"r","state":"s"},"vendorData":"x","endUserId":null}"#,
            "7010 s r selfid",
        );
        check(
            r#" {"new":[{"id":1}],"context":null,"action":"","code":-5,"attemptId":"$ID","id":"$ID"} "#,
            "-5 - - -",
        );
    }

    #[test]
    fn letter_case_escapes_and_empty_texts_do_not_matter() {
        check(
            &format!(
                r#"{{"id":"{}","\u0061ttemptId":"$ID","code":1,"action":"a","feature":"","context":{{"state":"a\nb"}}}}"#,
                ID.to_uppercase()
            ),
            "1 a\nb - -",
        );
    }

    #[test]
    fn the_last_of_a_doubled_field_counts() {
        check(r#"{"id":7,"id":"$ID","attemptId":"$ID","code":1,"action":"a","code":2}"#, "2 - - -");
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":1,"action":"a","code":"2"}"#,
            "`code` is not an integer",
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        check("", "the body is not JSON: EOF while parsing a value at line 1 column 0");
        check("[1]", "the body is JSON, but not an object");
        check("null", "the body is JSON, but not an object");
        check("{}", "`id` is missing");
        check(r#"{"id":"$ID","attemptId":null,"code":1,"action":"a"}"#, "`attemptId` is missing");
        check(r#"{"id":"$ID","attemptId":"x","code":1,"action":"a"}"#, "`attemptId` is not a UUID");
        let simple = ID.replace('-', "");
        check(
            &format!(r#"{{"id":"$ID","attemptId":"{simple}","code":1,"action":"a"}}"#),
            "`attemptId` is not a UUID",
        );
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":7001.0,"action":"a"}"#,
            "`code` is not an integer",
        );
        check(r#"{"id":"$ID","attemptId":"$ID","code":1}"#, "`action` is missing");
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":1,"action":"a","feature":1}"#,
            "`feature` is not a string",
        );
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":1,"action":"a","context":[]}"#,
            "`context` is not an object",
        );
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":1,"action":"a","context":{"state":{}}}"#,
            "`context.state` is not a string",
        );
        check(
            r#"{"id":"$ID","attemptId":"$ID","code":1,"action":"a"} x"#,
            "the body is not JSON: trailing characters at line 1 column 120",
        );
        assert_eq!(Event::parse(b"\"\xff\"").unwrap_err().to_string(), "the body is not UTF-8");
        let hidden = [br#"{"hidden":""#, &b"\xff"[..], br#""}"#].concat();
        assert_eq!(Event::parse(&hidden).unwrap_err().to_string(), "the body is not UTF-8");
    }

    #[test]
    fn only_a_known_code_can_have_the_wrong_action() {
        let body = |code: i64, action: &str| {
            format!(r#"{{"id":"{ID}","attemptId":"{ID}","code":{code},"action":"{action}"}}"#)
        };
        for (code, action, want) in [
            (7001, "started", false),
            (7001, "Started", true),
            (7010, "flow_cancelled", false),
            (7003, "whatever", false),
        ] {
            let body = body(code, action);
            assert_eq!(Event::parse(body.as_bytes()).unwrap().action_mismatches(), want, "{body}");
        }
        assert_eq!(Event::parse(body(7003, "x").as_bytes()).unwrap().meaning(), Meaning::Unknown);
    }
}
