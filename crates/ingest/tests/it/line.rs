//! One line of a backlog, and one of an export, which reads back.

use proptest::prelude::*;
use weir_domain::Timestamp;
use weir_ingest::import::{ImportedLine, PAYLOAD_BYTES_MAX, export_line, parse_line};

use crate::support::at;

const NOW: &str = "2026-06-01T00:00:00Z";

#[track_caller]
fn check_line(line: &str, received_at: &str, integration: Option<&str>, body: &str) {
    let found = parse_line(line.as_bytes(), at(NOW)).unwrap();
    let want = ImportedLine {
        received_at: at(received_at),
        integration: integration.map(Into::into),
        body: body.as_bytes().to_vec(),
    };
    assert_eq!(found, want);
}

/// `T` in a line stands for a good time.
#[track_caller]
fn check_bad(line: impl AsRef<[u8]>, want: &str) {
    let error = parse_line(line.as_ref(), at(NOW)).unwrap_err().to_string();
    assert!(error.contains(want), "{error}");
}

#[test]
fn a_payload_keeps_its_text_byte_for_byte() {
    let line = |payload: &str| format!(r#"{{"received_at":"{NOW}","payload":{payload}}}"#);
    for body in
        [r#"{ "b" : 1.50, "a":"\u00e9\/", "a":null }"#, "null", "[1, 2]", "1e5", "true", "{}"]
    {
        check_line(&line(body), NOW, None, body);
    }
    check_line(&line(r#""{\"a\":1}""#), NOW, None, r#"{"a":1}"#);
    check_line(&line(r#""no JSON\n\u00e9""#), NOW, None, "no JSON\né");
    check_line(&line("\"\""), NOW, None, "");
}

#[test]
fn keys_come_in_any_order_and_with_any_blanks() {
    let line = r#" { "payload" : {"a":1} , "integration":"t\u00e9st", "received_at" : "2026-01-05T11:14:02.5+02:00" } "#;
    check_line(line, "2026-01-05T09:14:02.5Z", Some("tést"), r#"{"a":1}"#);
    let line = r#"{"received_at":"2026-01-05T09:14:02Z","payload_base64":"aGk="}"#;
    check_line(line, "2026-01-05T09:14:02Z", None, "hi");
}

#[test]
fn a_line_that_is_no_line_says_what_is_wrong() {
    check_bad("hello", "the line is not JSON: expected value (column 1)");
    check_bad(r#"{"received_at":"2026-01-05T09:14:02Z","payload":{}"#, "the line is not JSON: EOF");
    check_bad(
        r#"{"received_at":"2026-01-05T09:14:02Z","payload":{}} x"#,
        "trailing characters (column 53)",
    );
    check_bad(r#"{"received_at":"2026-01-05T09:14:02Z","payload":{"a":}}"#, "not JSON");
    check_bad("[1]", "invalid type: sequence, expected an object; a line is {\"received_at\"");
    check_bad("5", "expected an object");
    check_bad(b"{\"received_at\":\"\xff\"}", "the line is not UTF-8 from column 17 on");
    check_bad("{}", "`received_at` is missing");
    check_bad(r#"{"payload":{}}"#, "`received_at` is missing");
    check_bad(r#"{"received_at":"2026-01-05T09:14:02Z"}"#, "`payload` is missing");
    check_bad(r#"{"recieved_at":"2026-01-05T09:14:02Z"}"#, "the key `recieved_at` is unknown");
    check_bad(
        r#"{"received_at":5,"payload":{}}"#,
        "integer `5`, expected a string for `received_at`",
    );
    check_bad(r#"{"integration":null}"#, "expected a string for `integration`");
}

#[test]
fn a_key_is_there_once() {
    let time = r#""received_at":"2026-01-05T09:14:02Z""#;
    check_bad(format!("{{{time},{time},\"payload\":1}}"), "`received_at` is there twice");
    check_bad(format!(r#"{{{time},"payload":1,"payload":1}}"#), "the payload is there twice");
    check_bad(
        format!(r#"{{{time},"payload":1,"payload_base64":""}}"#),
        "the payload is there twice",
    );
    check_bad(r#"{"integration":"a","integration":"a"}"#, "`integration` is there twice");
}

#[test]
fn a_time_is_one_that_a_delivery_can_have() {
    let line = |time: &str| format!(r#"{{"received_at":"{time}","payload":{{}}}}"#);
    for good in ["2000-01-01T00:00:00Z", "2027-06-02T00:00:00Z", "2026-02-28T23:59:60Z"] {
        assert!(parse_line(line(good).as_bytes(), at(NOW)).is_ok(), "{good}");
    }
    let range = "must lie between 2000-01-01T00:00:00Z and 2027-06-02T00:00:00Z";
    check_bad(line("9999-12-31T23:59:59Z"), "`received_at` is 9999-12-31T23:59:59Z, but");
    check_bad(line("9999-12-31T23:59:59Z"), range);
    check_bad(line("2027-06-02T00:00:00.000001Z"), range);
    check_bad(line("1999-12-31T23:59:59.999999Z"), range);
    for bad in ["yesterday", "2026-01-05", "2026-01-05T09:14:02", "2026-02-30T00:00:00Z", ""] {
        check_bad(line(bad), &format!("`{bad}` is not an RFC 3339 instant such as"));
    }
}

#[test]
fn an_integration_has_a_name() {
    let line = |name: &str| {
        format!(r#"{{"received_at":"2026-01-05T09:14:02Z","integration":"{name}","payload":1}}"#)
    };
    check_bad(line(""), "the name in `integration` is empty");
    check_bad(line(&"é".repeat(201)), "is longer than 200 characters");
    check_bad(line("a\\u0007b"), "holds a control character");
    assert!(parse_line(line(&"é".repeat(200)).as_bytes(), at(NOW)).is_ok());
}

#[test]
fn a_payload_is_at_most_a_mebibyte_however_it_is_written() {
    let line = |key: &str, value: &str| format!(r#"{{"received_at":"{NOW}","{key}":{value}}}"#);
    let json = |bytes: usize| format!("[{}]", " ".repeat(bytes - 2));
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes));
    let base64 = |bytes: usize| format!("\"{}\"", "AAAA".repeat(bytes / 3 + 1));
    let max = PAYLOAD_BYTES_MAX;
    for good in [line("payload", &json(max)), line("payload", &text(max))] {
        assert_eq!(parse_line(good.as_bytes(), at(NOW)).unwrap().body.len(), max);
    }
    check_bad(line("payload", &json(max + 1)), "is 1048577 bytes long, more than 1048576");
    check_bad(line("payload", &text(max + 1)), "is 1048577 bytes long");
    check_bad(line("payload_base64", &base64(max)), "bytes long, more than 1048576");
    check_bad(line("payload_base64", "\"a!\""), "`payload_base64` is not base64");
    check_bad(line("payload", r#""\ud800""#), "not JSON");
}

#[track_caller]
fn check_round_trip(received_at: Timestamp, integration: &str, body: &[u8]) {
    let line = export_line(received_at, integration, body);
    assert!(!line.contains(['\n', '\r']), "{line}");
    let read = parse_line(line.as_bytes(), at(NOW)).unwrap();
    let want =
        ImportedLine { received_at, integration: Some(integration.into()), body: body.to_vec() };
    assert_eq!(read, want, "{line}");
}

#[test]
fn an_export_is_as_plain_as_the_body_allows() {
    let payload = |body: &[u8]| {
        let line = export_line(at("2026-01-05T09:14:02Z"), "main", body);
        line.split_once(r#","integration":"main","#).unwrap().1.to_owned()
    };
    assert_eq!(payload(br#"{"a": 1}"#), r#""payload":{"a": 1}}"#);
    assert_eq!(payload(b"{\"a\":\n1}"), r#""payload":"{\"a\":\n1}"}"#);
    assert_eq!(payload(b"{\"a\":1} "), r#""payload":"{\"a\":1} "}"#);
    assert_eq!(payload(b"{\"a\":}"), r#""payload":"{\"a\":}"}"#);
    assert_eq!(payload(b"null"), r#""payload":"null"}"#);
    assert_eq!(payload(b"{\"\xff\":1}"), r#""payload_base64":"eyL/IjoxfQ=="}"#);
}

#[test]
fn the_largest_bodies_come_back() {
    let time = at("2026-01-05T09:14:02.000001Z");
    check_round_trip(time, "main", &vec![1; PAYLOAD_BYTES_MAX]);
    check_round_trip(time, "main", &vec![0xFF; PAYLOAD_BYTES_MAX]);
    let deep = [vec![b'['; 400_000], vec![b']'; 400_000]].concat();
    check_round_trip(time, "main", &[b"{\"a\":", deep.as_slice(), b"}"].concat());
}

/// Bytes that look like JSON more often than chance would have it.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        " ",
        "\\",
        "\\u00e9",
        "\\ud800",
        "\n",
        "\r",
        "\0",
        "1",
        "-0.0e+7",
        "null",
        "\"a\"",
        "{\"a\":1}",
        "é",
        "\u{2028}",
        "\u{feff}",
    ]);
    let jsonish =
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat().into_bytes());
    let object = prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| {
        let text: String = chars.into_iter().collect();
        format!("{{{}:[1]}}", serde_json::Value::from(text)).into_bytes()
    });
    prop_oneof![jsonish, object, prop::collection::vec(any::<u8>(), 0..64)]
}

proptest! {
    #[test]
    fn any_body_comes_back_to_the_same_bytes(
        body in body(),
        integration in "[^\\p{Cc}]{1,20}",
        us in 946_684_800_000_000_i64..1_800_000_000_000_000,
    ) {
        check_round_trip(Timestamp::from_micros(us), &integration, &body);
    }
}
