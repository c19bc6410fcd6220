//! Bodies that cannot be read.

use rand_chacha::ChaCha8Rng;

use super::one_of;

/// A body that is nearly an event of this session.
pub(super) fn body(rng: &mut ChaCha8Rng, session: &str, attempt: &str) -> Vec<u8> {
    let good = format!(
        r#"{{"id":"{session}","attemptId":"{attempt}","code":7001,"action":"started","feature":"selfid","vendorData":null,"endUserId":null,"context":{{"state":null,"reason":null}}}}"#
    );
    let (what, instead) = one_of(rng, DAMAGES);
    let bad = match what {
        "whole" => instead.to_owned(),
        "before" => format!("{instead}{good}"),
        "after" => format!("{good}{instead}"),
        "cut" => good[..good.len() - instead.len()].to_owned(),
        "not text" => return not_text(&good),
        // The UUIDs of this session are not known to the table.
        "id" => good.replace(&format!(r#""id":"{session}""#), instead),
        "id form" => good.replace(session, &other_form(session, instead)),
        "attempt" => good.replace(&format!(r#""attemptId":"{attempt}""#), instead),
        "attempt form" => good.replace(attempt, &other_form(attempt, instead)),
        part => good.replace(part, instead),
    };
    assert_ne!(bad, good, "the damage {what} does nothing");
    bad.into_bytes()
}

/// What is damaged, and what stands there instead.
const DAMAGES: &[(&str, &str)] = &[
    ("whole", ""),
    ("whole", " "),
    ("whole", "null"),
    ("whole", "7001"),
    ("whole", "[]"),
    ("whole", "{}"),
    ("whole", "\"started\""),
    ("whole", "code=7001&action=started"),
    ("before", "\u{feff}"),
    ("before", "{}"),
    ("after", "x"),
    ("after", ","),
    ("after", "{}"),
    ("after", "\0"),
    ("cut", "}"),
    ("cut", "null}}"),
    ("not text", ""),
    ("id", r#""id":null"#),
    ("id", r#""id":7"#),
    ("id", r#""id":"""#),
    ("id", r#""Id":"00000000-0000-0000-0000-000000000000""#),
    ("id form", "braced"),
    ("id form", "simple"),
    ("id form", "urn"),
    ("id form", "long"),
    ("id form", "not hex"),
    ("id form", "shifted"),
    ("attempt", r#""attemptId":null"#),
    ("attempt", r#""attemptId":["00000000-0000-0000-0000-000000000000"]"#),
    ("attempt", r#""attemptid":"00000000-0000-0000-0000-000000000000""#),
    ("attempt form", "simple"),
    ("attempt form", "not hex"),
    ("7001", r#""7001""#),
    ("7001", "7001.0"),
    ("7001", "7001e0"),
    ("7001", "07001"),
    ("7001", "+7001"),
    ("7001", "9223372036854775808"),
    ("7001", "-9223372036854775809"),
    ("7001", "123456789012345678901234567890"),
    ("7001", "null"),
    ("7001", "true"),
    ("7001", "NaN"),
    (r#""code":7001,"#, ""),
    (r#","action":"started""#, ""),
    (r#""started""#, "null"),
    (r#""started""#, "7001"),
    (r#""started""#, "'started'"),
    (r#""started""#, "\"star\nted\""),
    (r#""started""#, "\"star\\qted\""),
    (r#""selfid""#, "7"),
    (r#""selfid""#, "[\"selfid\"]"),
    (r#""selfid""#, "false"),
    (r#""vendorData":null"#, r#""vendorData":{}"#),
    (r#""vendorData":null"#, r#""vendorData":1.5"#),
    (r#""endUserId":null"#, r#""endUserId":0"#),
    (r#""endUserId":null"#, r#""endUserId":true"#),
    (r#"{"state":null,"reason":null}"#, r#""state""#),
    (r#"{"state":null,"reason":null}"#, "[]"),
    (r#"{"state":null,"reason":null}"#, "false"),
    (r#"{"state":null,"reason":null}"#, "0"),
    (r#""state":null"#, r#""state":0"#),
    (r#""state":null"#, r#""state":{}"#),
    (r#""reason":null"#, r#""reason":["quit_session_confirmed"]"#),
    (r#""reason":null"#, r#""reason":false"#),
    (r#""reason":null"#, r#""reason":null,"#),
];

/// A UUID as others write it, or nearly one.
fn other_form(uuid: &str, form: &str) -> String {
    match form {
        "braced" => format!("{{{uuid}}}"),
        "simple" => uuid.replace('-', ""),
        "urn" => format!("urn:uuid:{uuid}"),
        "long" => format!("{uuid}0"),
        "not hex" => format!("{}g", &uuid[..35]),
        // The right length and letters, but a hyphen in the wrong place.
        "shifted" => format!("{}-{}{}", &uuid[..7], &uuid[7..8], &uuid[9..]),
        form => panic!("nobody writes a UUID in the form {form}"),
    }
}

/// Bytes that no text has, in a value that nobody asks for.
fn not_text(good: &str) -> Vec<u8> {
    let (start, end) = good.split_at(good.len() - 1);
    [start.as_bytes(), b",\"note\":\"\xff\xfe\"", end.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::oracle::{Query, RawDelivery, abandonment};

    #[test]
    fn none_of_them_can_be_read() {
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let (session, attempt) =
            ("aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b");
        for seq in 1..2_000 {
            let body = body(rng, session, attempt);
            let shown = String::from_utf8_lossy(&body).into_owned();
            let log = [RawDelivery { seq, received_at_us: 0, integration: "main".into(), body }];
            let report = abandonment(&log, &Query::new(0, 1, 0));
            assert_eq!(report["data_quality"]["quarantined"], 1, "{shown}");
        }
    }
}
