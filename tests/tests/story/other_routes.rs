//! Health, metrics, the API and the command line agree.

use weir_tests::event::{cancelled_at, event, session_id};
use weir_tests::home::{MAIN, TEST};
use weir_tests::{Home, Server};

#[test]
fn the_report_over_http_is_that_of_the_command_line() {
    let home = Home::new();
    let server = Server::start(&home);
    let screens = ["intro_screen_shown", "<b>a new one</b>", "", "document_front_screen_shown"];
    for session in 0..12 {
        let client = if session % 3 == 0 { TEST } else { MAIN };
        let screen = screens[session as usize % screens.len()];
        server.takes(client, &[event(session, 7001), cancelled_at(session, screen)]);
    }
    server.takes(MAIN, &[event(3, 7002), event(99, 7500)]);
    server.counts(26);
    for parameters in [
        &[
            ("from", "2020-01-01"),
            ("to", "2120-01-01"),
            ("as_of", "2120-01-01"),
            ("bucket", "month"),
        ][..],
        &[
            ("from", "2020-01-01"),
            ("to", "2120-01-01"),
            ("as_of", "2120-01-01T00:00:00Z"),
            ("bucket", "month"),
            ("tz", "Europe/Tallinn"),
            ("unit", "attempt"),
            ("window", "12h"),
            ("by", "integration"),
            ("integration", "main"),
            ("state", "<b>a new one</b>"),
            ("state", "intro_screen_shown"),
            ("outcome", "cancelled"),
        ],
    ] {
        let mut flags = Vec::new();
        let mut query = String::new();
        for (name, value) in parameters {
            flags.extend([format!("--{}", name.replace('_', "-")), (*value).to_owned()]);
            query.push_str(&format!("{name}={}&", escaped(value)));
        }
        for format in ["json", "csv", "html", "svg", "png"] {
            let path = format!("/api/v1/reports/abandonment?{query}format={format}");
            let answer = server.get(&path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let args = ["report", "abandonment", "--format", format].map(str::to_owned);
            let run = home.weir(args.into_iter().chain(flags.clone())).ok();
            assert!(run.stdout == answer.body, "{path} and {flags:?} differ");
        }
    }
}

#[test]
fn a_session_tells_its_history() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001), cancelled_at(1, "intro_screen_shown"), event(2, 7001)]);
    server.counts(3);
    let list = server.json("/api/v1/sessions?outcome=cancelled");
    assert!(list.to_string().contains(&session_id(1)), "{list}");
    assert!(!list.to_string().contains(&session_id(2)), "{list}");
    let one = server.json(&format!("/api/v1/sessions/{}", session_id(1)));
    assert!(one.to_string().contains("intro_screen_shown"), "{one}");
    assert_eq!(server.get(&format!("/api/v1/sessions/{}", session_id(7))).status, 404);
}

#[test]
fn the_process_tells_how_it_is() {
    let home = Home::new();
    let server = Server::start(&home);
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.json("/readyz")["ready"], true);
    server.takes(MAIN, &[event(1, 7001)]);
    server.takes(TEST, &[event(1, 7001)]);
    server.counts(2);
    assert_eq!(server.json("/readyz")["lag_deliveries"], 0);
    for (metric, want) in [
        ("weir_deliveries_total{integration=\"main\",answer=\"200\"}", 1),
        ("weir_deliveries_total{integration=\"main-test\",answer=\"200\"}", 1),
        ("weir_deliveries_total{integration=\"\",answer=\"401\"}", 0),
        ("weir_log_head", 2),
        ("weir_sessions", 2),
        ("weir_lag_deliveries", 0),
        ("weir_append_seconds_count", 2),
    ] {
        assert_eq!(server.metric(metric), want, "{metric}");
    }
    assert_eq!(server.json("/openapi.json")["openapi"].as_str().map(|v| &v[..3]), Some("3.1"));
}

#[test]
fn a_wrong_question_is_a_problem_that_says_what_would_be_right() {
    let home = Home::new();
    let server = Server::start(&home);
    for (query, words) in [
        ("from=yesterday", "yesterday"),
        ("from=2026-02-01&to=2026-01-01", "2026-0"),
        ("tz=Mars/Olympus", "Mars/Olympus"),
        ("unit=people", "end_user"),
        ("colour=red", "colour"),
        ("format=docx", "json, csv"),
    ] {
        let answer = server.get(&format!("/api/v1/reports/abandonment?{query}"));
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{query}");
        assert!(answer.text().contains(words), "{query}: {}", answer.text());
    }
    assert_eq!(server.get("/nowhere").status, 404);
}

/// A value as it stands in an address.
fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
