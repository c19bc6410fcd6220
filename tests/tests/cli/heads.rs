//! Heads of the log and of the audit record, kept elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

use crate::tamper::tamper;

fn lines(count: u64) -> String {
    (0..count)
        .map(|number| {
            let body = event(number, 7001);
            format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{body}}}\n")
        })
        .collect()
}

fn cut_off(home: &Home, after: u64) {
    tamper(
        &home.data().join("log.db"),
        &format!(
            "DELETE FROM delivery WHERE {after} < seq; DELETE FROM seal WHERE {after} < last_seq"
        ),
    );
}

#[test]
fn an_end_that_was_cut_off_is_seen_by_a_head_that_was_kept() {
    let home = Home::new();
    home.import(&lines(10));
    home.prints(["log", "head", "--out", "heads.ndjson"]);
    home.import(&lines(5));
    home.prints(["log", "head", "--out", "heads.ndjson"]);
    let said = home.prints(["log", "verify", "--heads", "heads.ndjson"]);
    assert!(said.contains("goes on from 2 noted heads"), "{said}");
    for name in ["heads.ndjson", "data/head.key"] {
        let mode = fs::metadata(home.path(name)).expect("a test's own file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    cut_off(&home, 10);
    home.weir(["log", "verify"]).ok();
    home.weir(["log", "verify", "--heads", "heads.ndjson"])
        .failed(1, &["ends at delivery 10", "went up to 15", "its end was cut off"]);
}

#[test]
fn a_head_that_somebody_else_wrote_is_not_believed() {
    let home = Home::new();
    home.import(&lines(10));
    let head: Value =
        serde_json::from_str(&home.prints(["log", "head"])).expect("a test's own file");
    let key = head["key"].as_str().expect("a test's own file").to_owned();
    let verify = |text: &str, flags: &[&str]| {
        home.write("heads.ndjson", text);
        let mut command = home.command(["log", "verify", "--heads", "heads.ndjson"]);
        weir_tests::Run::of(command.args(flags))
    };
    verify(&format!("\n{head}\n"), &[]).ok();
    verify(&head.to_string(), &["--key", &key.to_uppercase()]).ok();
    for (name, value) in [
        ("deliveries", Value::from(9)),
        ("at", Value::from("2026-01-01T00:00:00Z")),
        ("seal", Value::from("00")),
        ("signature", Value::from("00")),
        ("key", Value::from(key.replace(['0', '1'], "2"))),
    ] {
        let mut other = head.clone();
        other[name] = value;
        verify(&format!("{head}\n{other}\n"), &[]).failed(1, &["line 2 was not signed with", &key]);
    }
    verify("", &[]).failed(2, &["holds no head"]);
    verify("{}", &[]).failed(2, &["line 1 is no head"]);
    // Another Weir's head, well signed.
    let other = Home::new();
    other.import(&lines(10));
    let text = other.prints(["log", "head"]);
    verify(&text, &[]).failed(1, &["was not signed with the key"]);
    fs::write(home.data().join("head.key"), "short").expect("a test's own file");
    home.weir(["log", "head"]).failed(1, &["head.key is no key", "32 bytes"]);
}

/// Waits until a server has written so many heads.
#[track_caller]
fn wait_for(home: &Home, server: &Server, heads: usize) {
    let began = Instant::now();
    let written = || fs::read_to_string(home.path("elsewhere.ndjson")).unwrap_or_default();
    while written().lines().count() < heads {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", server.said());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_server_writes_heads_to_where_it_is_told() {
    let home = Home::with("[log]\nheads_file = \"elsewhere.ndjson\"\n");
    let server = Server::start(&home);
    wait_for(&home, &server, 1);
    server.takes(MAIN, &[event(1, 7001)]);
    server.stop();
    home.weir(["log", "verify", "--heads", "elsewhere.ndjson"]).ok();
    let server = Server::start(&home);
    wait_for(&home, &server, 2);
    drop(server);
    home.weir(["log", "verify", "--heads", "elsewhere.ndjson"]).ok();
    cut_off(&home, 0);
    home.weir(["log", "verify", "--heads", "elsewhere.ndjson"]).failed(1, &["its end was cut off"]);
}

#[test]
fn a_server_writes_heads_of_the_audit_record_too() {
    let home = Home::with("[audit]\nheads_file = \"elsewhere.ndjson\"\n");
    let server = Server::start(&home);
    wait_for(&home, &server, 1);
    server.stop();
    home.exported();
    let server = Server::start(&home);
    wait_for(&home, &server, 2);
    server.stop();
    let verify = || home.weir(["audit", "verify", "--heads", "elsewhere.ndjson"]);
    assert!(verify().ok().text().contains("goes on from 2 noted heads"));
    tamper(
        &home.data().join("audit.db"),
        "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
    );
    home.weir(["audit", "verify"]).ok();
    verify().failed(1, &["ends at entry 1", "went up to 2", "its end was cut off"]);
    // A head that is asked for before there is a log is in nobody's way.
    let other = Home::closed();
    other.prints(["people", "add", "Ann", "--role", "owner"]);
    other.prints(["audit", "head"]);
    Server::start(&other).stop();
    // The log's are of another kind.
    home.prints(["log", "head", "--out", "elsewhere.ndjson"]);
    verify().failed(2, &["line 3 is no head"]);
}

#[test]
fn a_place_that_heads_cannot_be_written_to_is_told_and_is_in_nobodys_way() {
    for section in ["log", "audit"] {
        let home = Home::with(&format!("[{section}]\nheads_file = \"nowhere/heads.ndjson\"\n"));
        let server = Server::start(&home);
        server.takes(MAIN, &[event(1, 7001)]);
        let (status, said) = server.stop();
        assert_eq!(status, Some(0));
        assert!(said.contains("head cannot be written to") && said.contains("nowhere"), "{said}");
        Home::with(&format!("[{section}]\nheads_every_minutes = 0\n"))
            .weir(["doctor"])
            .failed(1, &["one thing is wrong"]);
    }
    Home::with("[log]\nheads_file = \"h\"\n[audit]\nheads_file = \"h\"\n")
        .weir(["log", "head"])
        .failed(2, &["log.heads_file and audit.heads_file are the same file"]);
}

#[test]
fn a_head_that_a_crash_cut_off_is_left_out_and_the_next_one_is_not() {
    let home = Home::new();
    home.import(&lines(10));
    let head = home.prints(["log", "head"]);
    for cut in [1, head.len() / 2, head.len() - 2] {
        home.write("heads.ndjson", &head.as_bytes()[..cut]);
        home.prints(["log", "head", "--out", "heads.ndjson"]);
        let verified = home.weir(["log", "verify", "--heads", "heads.ndjson"]).ok();
        assert!(verified.text().contains("goes on from 1 noted head"), "{verified}");
        assert!(verified.stderr.contains("line 1 was cut off"), "{verified}");
    }
    // So is what a power cut left instead of one.
    for left in [&[0; 700][..], &head.as_bytes()[..200], b"\xFF\xFE\n12\n\x07", b"\0\0\0"] {
        home.write("heads.ndjson", [head.as_bytes(), &[0; 9][..], left].concat());
        home.prints(["log", "head", "--out", "heads.ndjson"]);
        let verified = home.weir(["log", "verify", "--heads", "heads.ndjson"]).ok();
        assert!(verified.text().contains("goes on from 2 noted heads"), "{verified}");
        assert!(verified.stderr.contains("line 2 was cut off"), "{verified}");
    }
    // What is no beginning of a head is not left out.
    home.write("heads.ndjson", format!("{head}{}", &head[1..]));
    home.weir(["log", "verify", "--heads", "heads.ndjson"]).failed(2, &["line 2 is no head"]);
}
