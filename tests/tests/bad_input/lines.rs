//! What is to be imported.

use weir_tests::event::event;

use crate::witness::{Witness, line};

const WAYS_OUT: [&str; 3] =
    ["nothing of this line's batch was", "mend the line", "pass --skip-bad-lines"];

/// A line after a good one stops the import with its number; with `--skip-bad-lines` it is counted
/// and the good ones go in.
#[track_caller]
fn check(bad: impl AsRef<[u8]>, problem: &str) {
    let witness = Witness::new();
    let before = witness.exported();
    let (first, last) = (line(&event(2, 7001)), line(&event(3, 7001)));
    let text = [first.as_bytes(), b"\n", bad.as_ref(), b"\n", last.as_bytes()].concat();
    witness.home.write("backlog.ndjson", text);

    let fragments = [&["backlog.ndjson, line 3: ", problem][..], &WAYS_OUT[..]].concat();
    witness.check(["import", "backlog.ndjson"], 1, &fragments);

    let run = witness.home.weir(["import", "--skip-bad-lines", "backlog.ndjson"]).ok();
    assert!(run.text().contains("2 deliveries appended"), "{run}");
    assert!(run.stderr.contains(" skipped, the first is line 3: "), "{run}");
    let exported = witness.exported();
    let more = exported.strip_prefix(&before).expect("what was there is there");
    assert_eq!(more.lines().count(), 2);
    assert!(run.stderr.len() < 2_000, "a sentence is short: {}", run.stderr.len());
}

#[test]
fn a_line_that_is_not_json() {
    check("not JSON", "the line is not JSON");
    check("{\"received_at\":", "the line is not JSON");
    check(line("{\"open\":").trim_end(), "the line is not JSON");
    check("[]", "expected an object");
    check("\u{feff}{}", "the line is not JSON");
}

#[test]
fn a_line_of_another_form() {
    check("{\"payload\":{}}", "`received_at` is missing; a line is {");
    check("{\"received_at\":\"2026-01-05T09:14:02Z\"}", "`payload` is missing; a line is {");
    check("{\"received_at\":1767604442,\"payload\":{}}", "expected a string for `received_at`");
    check(line("{},\"colour\":1").trim_end(), "the key `colour` is unknown");
    check(line("{},\"payload\":{}").trim_end(), "the payload is there twice");
    check(line("{},\"integration\":\"\"").trim_end(), "the name in `integration` is empty");
    check(line("{},\"integration\":\"a\\nb\"").trim_end(), "holds a control character");
}

#[test]
fn a_time_that_no_delivery_can_have() {
    for (time, problem) in [
        (
            "9999-01-05T09:14:02Z",
            "`received_at` is 9999-01-05T09:14:02Z, but must lie between 2000",
        ),
        (
            "1969-12-31T23:59:59Z",
            "`received_at` is 1969-12-31T23:59:59Z, but must lie between 2000",
        ),
        (
            "10000-01-01T00:00:00Z",
            "`10000-01-01T00:00:00Z` is not an RFC 3339 instant such as 2026",
        ),
        ("2026-02-30T00:00:00Z", "`2026-02-30T00:00:00Z` is not an RFC 3339 instant"),
        ("2026-01-05 09:14", "is not an RFC 3339 instant"),
        ("yesterday", "`yesterday` is not an RFC 3339 instant"),
        ("", "`` is not an RFC 3339 instant"),
    ] {
        check(line("{}").trim_end().replace("2026-01-05T09:14:02Z", time), problem);
    }
}

#[test]
fn a_payload_that_is_too_large() {
    check(line(&format!("\"{}\"", "x".repeat(10_000_000))).trim_end(), "longer than 8 MiB");
    check(line(&format!("\"{}\"", "x".repeat(2_000_000))).trim_end(), "is 2000000 bytes long");
    check(
        line(&format!("{{\"x\":\"{}\"}}", "x".repeat(2_000_000))).trim_end(),
        "is 2000008 bytes long, more than 1048576",
    );
}

#[test]
fn a_line_that_is_not_utf_8() {
    let mut bytes = line("{\"name\":\"?\"}").trim_end().as_bytes().to_vec();
    let place = bytes.iter().position(|byte| *byte == b'?').expect("it is there");
    bytes[place] = 0xFF;
    check(&bytes, &format!("the line is not UTF-8 from column {} on", place + 1));
    check(b"\x00\x01\x02\x03", "the line is not JSON");
}

#[test]
fn what_was_appended_before_the_bad_lines_batch_stays() {
    let witness = Witness::new();
    let before = witness.exported();
    // One batch has 4,096 lines.
    let good: String = (0..5_000).map(|session| line(&event(session, 7001))).collect();
    witness.home.write("backlog.ndjson", good + "nonsense\n");
    let run = witness.home.weir(["import", "backlog.ndjson"]);
    run.failed(1, &["backlog.ndjson, line 5001:", "4096 deliveries were appended before"]);
    let exported = witness.exported();
    assert_eq!(exported.strip_prefix(&before).map(|more| more.lines().count()), Some(4_096));
    assert_eq!(witness.home.verified(), 2 + 4_096);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let witness = Witness::new();
    witness.home.write("broken.zst", b"\x28\xb5\x2f\xfdnonsense");
    witness.home.write("broken.gz", "no gzip at all\n");
    for (file, fragments) in [
        ("nowhere.ndjson", &["nowhere.ndjson cannot be read", "or `-` for stdin"][..]),
        (".", &["the backlog . cannot be read", "name a file of lines"]),
        ("broken.zst", &["broken.zst, after line 0", "mend the file"]),
        ("broken.gz", &["broken.gz, after line 0", "mend the file"]),
    ] {
        witness.check(["import", file], 1, fragments);
    }
    let args = ["import", "--integration", "", "weir.toml"];
    witness.check(args, 1, &["the integration name `` is empty", "--integration"]);
}
