//! A body for whoever may not see personal values.

use crate::form::{put_stand_in, stand_in};
use crate::personal::{Personal, personal};
use crate::{Kind, Pseudonym, skeleton};

/// A stored body in which a pseudonym stands for each personal value: the one that is there, where the
/// value is sealed, and else what `pseudonym` says. None for a body that could not be read as an event,
/// which may hold anything.
#[must_use]
pub fn mask_body(
    stored: &[u8],
    mut pseudonym: impl FnMut(Kind, &[u8]) -> Pseudonym,
) -> Option<Vec<u8>> {
    let body = skeleton(stored)?;
    let Personal::Values(values) = personal(body) else { return None };
    let mut masked = Vec::with_capacity(body.len() + 64);
    let mut upto = 0;
    for value in values {
        let text = &body[value.span.clone()];
        masked.extend_from_slice(&body[upto..value.span.start]);
        if is_stand_in(text) {
            masked.extend_from_slice(text);
        } else {
            let pseudonym = pseudonym(value.kind, &value.subject);
            put_stand_in(&mut masked, pseudonym, text.first() == Some(&b'"'));
        }
        upto = value.span.end;
    }
    masked.extend_from_slice(&body[upto..]);
    Some(masked)
}

/// Whether a value's text is a pseudonym already.
fn is_stand_in(text: &[u8]) -> bool {
    stand_in(text).is_some_and(|(_, length)| length == text.len())
}

#[cfg(test)]
mod tests {
    use super::mask_body;
    use crate::{Kind, Pseudonym};

    /// With a pseudonym that tells the kind and the length of the value.
    fn masked(body: &str) -> Option<String> {
        let masked = mask_body(body.as_bytes(), |kind, value| {
            let mut bytes = [0; 16];
            bytes[0] = u8::from(kind == Kind::EndUser);
            bytes[1] = u8::try_from(value.len()).unwrap();
            Pseudonym::from(bytes)
        });
        masked.map(|masked| String::from_utf8(masked).unwrap())
    }

    const EVENT: &str = r#""id":"i","attemptId":"a","code":7001,"action":"started""#;

    #[track_caller]
    fn check(value: &str, want: &str) {
        let body = |value: &str| format!("{{{EVENT}, \"endUserId\" : {value} ,\"x\":\"ann\"}}");
        assert_eq!(masked(&body(value)), Some(body(want)));
    }

    #[test]
    fn only_personal_values_are_replaced_and_the_body_stays_what_it_was() {
        check("\"ann\"", "\"~AQMAAAAAAAAAAAAAAAAAAA\"");
        check("\"\\u0061nn\"", "\"~AQMAAAAAAAAAAAAAAAAAAA\"");
        check("4711", "[\"~AQQAAAAAAAAAAAAAAAAAAA\"]");
        // What stands for a value already, stays.
        check("\"~AAAAAAAAAAAAAAAAAAAAAA\"", "\"~AAAAAAAAAAAAAAAAAAAAAA\"");
        check("[\"~AAAAAAAAAAAAAAAAAAAAAA\"]", "[\"~AAAAAAAAAAAAAAAAAAAAAA\"]");
        // What only begins so, does not.
        check("[\"~AAAAAAAAAAAAAAAAAAAAAA\", \"ann\"]", "[\"~ASIAAAAAAAAAAAAAAAAAAA\"]");
    }

    #[test]
    fn what_is_no_event_may_hold_anything() {
        for body in ["", "ann", "{\"endUserId\":\"ann\"}", "[1]", "{\"a\":"] {
            assert_eq!(masked(body), None, "{body}");
        }
    }
}
