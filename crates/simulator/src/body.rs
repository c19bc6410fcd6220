//! An event as the provider writes it: compact JSON, fields in the order of its samples.

use uuid::Uuid;

use crate::customer::{Customer, Reference};
use crate::event::{Context, Event, Field};

/// Longer than nearly every body, so that a body is one allocation.
const BODY_BYTES_USUAL: usize = 384;

/// What all bodies of one session have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) session: Uuid,
    pub(crate) feature: Field<&'static str>,
    pub(crate) customer: Customer,
}

/// The body of a delivery.
pub(crate) fn write(subject: &Subject, attempt: Uuid, event: &Event) -> Vec<u8> {
    let mut out = Vec::with_capacity(BODY_BYTES_USUAL);
    out.extend_from_slice(b"{\"id\":");
    uuid(&mut out, &subject.session);
    out.extend_from_slice(b",\"attemptId\":");
    uuid(&mut out, &attempt);
    field(&mut out, ",\"feature\":", &subject.feature, |out, feature| text(out, feature));
    out.extend_from_slice(b",\"code\":");
    number(&mut out, event.code);
    out.extend_from_slice(b",\"action\":");
    text(&mut out, event.action);
    field(&mut out, ",\"context\":", &event.context, context);
    field(&mut out, ",\"vendorData\":", &subject.customer.reference, reference);
    field(&mut out, ",\"endUserId\":", &subject.customer.end_user, uuid);
    out.push(b'}');
    out
}

fn context(out: &mut Vec<u8>, context: &Context) {
    let start = out.len();
    field(out, ",\"reason\":", &context.reason, |out, reason| text(out, reason));
    field(out, ",\"state\":", &context.state, |out, state| text(out, state));
    // The first field's comma is the place of the brace.
    if out.len() == start {
        out.push(b'{');
    } else {
        out[start] = b'{';
    }
    out.push(b'}');
}

fn field<T>(out: &mut Vec<u8>, name: &str, value: &Field<T>, write: impl Fn(&mut Vec<u8>, &T)) {
    match value {
        Field::Absent => {}
        Field::Null => {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"null");
        }
        Field::Is(value) => {
            out.extend_from_slice(name.as_bytes());
            write(out, value);
        }
    }
}

fn reference(out: &mut Vec<u8>, reference: &Reference) {
    out.push(b'"');
    match *reference {
        Reference::Account(n) => {
            out.extend_from_slice(b"acct-");
            number(out, n);
        }
        Reference::Mail(n) => {
            out.extend_from_slice(b"user");
            number(out, n);
            out.extend_from_slice(b"@example.com");
        }
        Reference::Name(json) => out.extend_from_slice(json.as_bytes()),
    }
    out.push(b'"');
}

/// A text of the model's tables: none of them has anything to escape.
fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn uuid(out: &mut Vec<u8>, id: &Uuid) {
    text(out, id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

fn number(out: &mut Vec<u8>, mut n: u32) {
    let mut digits = [b'0'; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            return out.extend_from_slice(&digits[first..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Subject, write};
    use crate::customer::{Customer, Reference};
    use crate::event::{Context, Event, Field, STARTED};

    #[track_caller]
    fn check(event: &Event, reference: Field<Reference>, end_user: Field<Uuid>, want: &str) {
        let customer = Customer { integration: 0, reference, end_user };
        let subject = Subject { session: Uuid::nil(), feature: Field::Is("selfid"), customer };
        let body = String::from_utf8(write(&subject, Uuid::max(), event)).unwrap();
        let head = r#"{"id":"00000000-0000-0000-0000-000000000000","attemptId":"ffffffff-ffff-ffff-ffff-ffffffffffff","feature":"selfid""#;
        assert_eq!(body.strip_prefix(head).unwrap(), want);
    }

    #[test]
    fn a_body_has_the_fields_of_the_sample_in_its_order() {
        let reason = Field::Is("quit_session_confirmed");
        let state = Field::Is("camera_access_blocked_screen_shown");
        check(
            &Event::cancelled(Field::Is(Context { reason, state })),
            Field::Is(Reference::Account(1_230)),
            Field::Is(Uuid::nil()),
            r#","code":7010,"action":"flow_cancelled","context":{"reason":"quit_session_confirmed","state":"camera_access_blocked_screen_shown"},"vendorData":"acct-1230","endUserId":"00000000-0000-0000-0000-000000000000"}"#,
        );
    }

    #[test]
    fn what_there_is_not_is_null_or_left_out() {
        check(
            &STARTED,
            Field::Null,
            Field::Absent,
            r#","code":7001,"action":"started","vendorData":null}"#,
        );
        let nothing = Context { reason: Field::Absent, state: Field::Absent };
        check(
            &Event::finished(nothing),
            Field::Is(Reference::Mail(0)),
            Field::Null,
            r#","code":7009,"action":"flow_finished","context":{},"vendorData":"user0@example.com","endUserId":null}"#,
        );
        let null_state = Context { reason: Field::Absent, state: Field::Null };
        check(
            &Event::cancelled(Field::Is(null_state)),
            Field::Absent,
            Field::Absent,
            r#","code":7010,"action":"flow_cancelled","context":{"state":null}}"#,
        );
    }
}
