//! What a body says: section 2 of `semantics.md`.

use crate::oracle::read::{Event, Unreadable, read};

const ID: &str = "0aBcdef0-1234-0000-ffff-00000000000a";

fn good() -> String {
    format!(
        r#"{{"id":"{ID}","attemptId":"{ID}","code":7010,"action":"x","feature":"f","context":{{"state":"s","reason":"r"}}}}"#
    )
}

/// Puts something in place of a part of the good body.
fn read_with(part: &str, instead: &str) -> Result<Event, Unreadable> {
    let body = good().replace(part, instead);
    assert_ne!(body, good(), "{part} is not in the body");
    read(body.as_bytes())
}

#[test]
fn a_body_is_read_by_its_fields() {
    let id = ID.to_lowercase();
    let want = Event {
        session: id.clone(),
        attempt: id,
        code: 7010,
        action: "x".into(),
        feature: Some("f".into()),
        end_user: None,
        state: Some("s".into()),
        reason: Some("r".into()),
    };
    assert_eq!(read(good().as_bytes()), Ok(want));
}

#[test]
fn null_absent_and_empty_are_none() {
    for nothing in [r#""feature":null"#, r#""feature":"""#, r#""other":"f""#] {
        assert_eq!(read_with(r#""feature":"f""#, nothing).unwrap().feature, None);
    }
    for nothing in ["null", "{}", r#"{"state":"","reason":null}"#] {
        let event = read_with(r#"{"state":"s","reason":"r"}"#, nothing).unwrap();
        assert_eq!((event.state, event.reason), (None, None));
    }
    assert_eq!(read_with(r#""x""#, r#""""#).unwrap().action, "");
}

#[test]
fn of_a_field_that_is_said_twice_the_last_counts() {
    assert_eq!(read_with(r#""code":7010"#, r#""code":null,"code":7001"#).unwrap().code, 7001);
    assert_eq!(read_with(r#""code":7010"#, r#""code":7001,"code":7.5"#), Err(Unreadable));
}

#[test]
fn what_is_of_another_type_cannot_be_read() {
    for (part, instead) in [
        ("7010", "7010.0"),
        ("7010", r#""7010""#),
        ("7010", "9223372036854775808"),
        (r#""x""#, "1"),
        (r#""f""#, "false"),
        (r#"{"state":"s","reason":"r"}"#, "[]"),
        (r#""s""#, "1"),
        (r#""r""#, "{}"),
        ("-0000-ffff-", "-0000ffff--"),
        ("0aBcdef0", "0aBcdefg"),
        (ID, "0abcdef012340000ffff00000000000a"),
        ("}}", "}"),
        ("}}", "}}}"),
        (r#""f""#, "'f'"),
    ] {
        assert_eq!(read_with(part, instead), Err(Unreadable), "{instead} for {part}");
    }
}
