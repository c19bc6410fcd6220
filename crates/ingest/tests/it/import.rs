//! Whole backlogs: what is appended, what stops them, and how they are packed.

use std::io::{BufReader, Cursor, Read, Write};
use std::path::Path;

use weir_ingest::import::{ImportError, ImportOptions, Progress, import, open};

use crate::support::{Fixture, at};

const NOW: &str = "2026-06-01T00:00:00Z";

fn options() -> ImportOptions {
    ImportOptions {
        file: "backlog.ndjson".into(),
        default_integration: "main".into(),
        skip_bad_lines: false,
        now: at(NOW),
    }
}

fn line(n: usize) -> String {
    let name = ["", r#""integration":"test","#, r#""integration":"main","#][n % 3];
    format!(r#"{{"received_at":"2026-01-05T09:14:02Z",{name}"payload":{{"n":{n}}}}}"#)
}

fn lines(count: usize) -> Vec<String> {
    (1..=count).map(line).collect()
}

#[test]
fn a_backlog_is_appended_in_order() {
    let fixture = Fixture::new();
    let text = lines(10_000).join("\n");
    let mut seen = Vec::new();
    let mut log = fixture.log();
    let imported = import(Cursor::new(&text), &mut log, &options(), |progress| seen.push(progress));
    let imported = imported.unwrap();
    assert_eq!((imported.appended, imported.skipped), (10_000, 0));
    let bytes_read = text.len() as u64;
    let last = Progress { lines: 10_000, bytes_read, appended: 10_000, skipped: 0 };
    assert_eq!(seen.last(), Some(&last));
    let recorded = fixture.recorded();
    for (n, recorded) in (1..).zip(&recorded) {
        assert_eq!(recorded.delivery.body, format!("{{\"n\":{n}}}").into_bytes());
        let want = if n % 3 == 1 { "test" } else { "main" };
        assert_eq!(recorded.delivery.origin.integration, want);
    }
    assert_eq!((recorded.len(), fixture.seals()), (10_000, 3));
}

/// What an import of `lines` says, and how many deliveries stand in the log then.
fn import_bad(lines: &[String]) -> (String, usize) {
    let fixture = Fixture::new();
    let text = lines.join("\r\n");
    let error = import(Cursor::new(text), &mut fixture.log(), &options(), |_| ()).unwrap_err();
    assert!(matches!(error, ImportError::Line { .. }));
    (error.to_string(), fixture.recorded().len())
}

#[test]
fn a_bad_line_stops_the_import_and_nothing_of_its_batch_is_appended() {
    let mut lines = lines(5_000);
    lines[4_500] = "{\"received_at\":\"soon\"}".into();
    let (said, kept) = import_bad(&lines);
    assert!(said.starts_with("backlog.ndjson, line 4501: `soon` is not an RFC 3339"), "{said}");
    assert!(said.contains("; 4096 deliveries were appended before"), "{said}");
    assert!(said.contains("mend the line and import the file again"), "{said}");
    assert!(said.contains("--skip-bad-lines"), "{said}");
    assert_eq!(kept, 4_096);
    lines[0] = String::from("x");
    let (said, kept) = import_bad(&lines);
    assert!(said.contains("line 1: ") && said.contains("; nothing was appended before"), "{said}");
    assert_eq!(kept, 0);
}

#[test]
fn bad_lines_can_be_counted_and_passed_over() {
    let fixture = Fixture::new();
    let long = "x".repeat(9 * 1024 * 1024);
    let text = [line(1), String::new(), "bad".into(), long, "  ".into(), line(2)].join("\n");
    let options = ImportOptions { skip_bad_lines: true, ..options() };
    let imported = import(Cursor::new(text), &mut fixture.log(), &options, |_| ()).unwrap();
    assert_eq!((imported.appended, imported.skipped), (2, 2));
    let first = imported.first_skipped.unwrap();
    assert_eq!((first.line, first.problem.to_string().contains("not JSON")), (3, true));
    assert_eq!(fixture.bodies(), [r#"{"n":1}"#, r#"{"n":2}"#]);
}

#[test]
fn a_source_that_breaks_off_says_how_far_it_was_read() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is out"))
        }
    }
    let fixture = Fixture::new();
    let reader = BufReader::new(Cursor::new(line(1) + "\n").chain(Broken));
    let error = import(reader, &mut fixture.log(), &options(), |_| ()).unwrap_err().to_string();
    let want = "backlog.ndjson, after line 1: the cable is out; nothing was appended before";
    assert!(error.starts_with(want), "{error}");
}

#[test]
fn a_default_integration_needs_a_name_too() {
    let fixture = Fixture::new();
    let options = ImportOptions { default_integration: String::new(), ..options() };
    let error = import(Cursor::new(""), &mut fixture.log(), &options, |_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the integration name `` is empty; give another with --integration"
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

/// A frame as `zstd --long=31` writes it.
fn long_zst(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check_source(name: &str, bytes: &[u8], want: &str) {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut source = open(&path).unwrap();
    let bytes_read = source.bytes_read();
    let mut text = String::new();
    source.reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, want, "{name}");
    assert_eq!(
        (Some(bytes_read()), source.bytes_total),
        (Some(bytes.len() as u64), Some(bytes.len() as u64))
    );
}

#[test]
fn a_packed_file_is_read_as_such_in_all_its_parts() {
    check_source("a.ndjson", b"one\ntwo\n", "one\ntwo\n");
    check_source("a.ndjson.gz", &[gzip(b"one\n"), gzip(b"two\n")].concat(), "one\ntwo\n");
    check_source("a.ndjson.zst", &[zst(b"one\n"), zst(b"two\n")].concat(), "one\ntwo\n");
    check_source("a.zst", &long_zst(b"one\n"), "one\n");
    // By what it is, where its name does not say.
    check_source("a", &gzip(b"one\n"), "one\n");
    check_source("b", &zst(b"one\n"), "one\n");
    check_source("empty", b"", "");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = open(Path::new("no/such/file")).err().unwrap().to_string();
    assert!(error.contains("no/such/file cannot be read: No such file"), "{error}");
}

#[test]
fn a_packed_file_that_was_cut_off_says_so() {
    let temp = tempfile::tempdir().unwrap();
    let fixture = Fixture::new();
    let whole = lines(1_000).join("\n");
    for (name, packed) in [("a.gz", gzip(whole.as_bytes())), ("a.zst", zst(whole.as_bytes()))] {
        let path = temp.path().join(name);
        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let source = open(&path).unwrap();
        let error = import(source.reader, &mut fixture.log(), &options(), |_| ()).unwrap_err();
        assert!(matches!(error, ImportError::Read { .. }), "{error}");
    }
    assert_eq!(fixture.recorded().len(), 0);
}
