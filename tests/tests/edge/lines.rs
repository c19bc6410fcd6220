//! What is said of strangers, and what is not: a line an event, and nothing secret in it.

use weir_tests::event::event;
use weir_tests::home::{MAIN, MAIN_AUTOMATIC, MAIN_ROTATED, TEST};
use weir_tests::http::{head, request};
use weir_tests::server::{WEBHOOK, headers, signed};
use weir_tests::{Home, Server};

/// What would end a line, or begin an escape, for one who reads lines. As raw bytes and in percent.
const BREAKS: [(&str, &str); 9] = [
    ("\n", "%0a"),
    ("\r", "%0d"),
    ("\r\n", "%0d%0a"),
    ("\u{1b}[31m", "%1b%5b31m"),
    ("\u{9b}31m", "%c2%9b31m"),
    ("\u{85}", "%c2%85"),
    ("\u{2028}", "%e2%80%a8"),
    ("\u{2029}", "%e2%80%a9"),
    ("\u{8}", "%08"),
];

/// What an injected line would say.
const INJECTED: &str = "2026-01-01T00:00:00.000000Z ERROR weir: INJECTED";

/// Ways to put a text where it may be said.
fn requests(raw: &str, percent: &str) -> Vec<Vec<u8>> {
    let raw = format!("a{raw}{INJECTED}");
    let percent = format!("a{percent}{}", INJECTED.replace(' ', "%20"));
    let body = event(1, 7001);
    let with = |name: &str| {
        let mut lines = headers(MAIN, body.as_bytes());
        lines.push(format!("{name}: {raw}"));
        request("POST", WEBHOOK, &lines, body.as_bytes())
    };
    let form = |path: &str, fields: &str| {
        let kind = "content-type: application/x-www-form-urlencoded".to_owned();
        request("POST", path, &[kind], fields.as_bytes())
    };
    let mut requests = vec![
        request("GET", &format!("/{raw}"), &[], b""),
        request("GET", &format!("/{percent}"), &[], b""),
        request("GET", &format!("/?from={percent}"), &[], b""),
        request("GET", &format!("/s/{percent}"), &[], b""),
        request("GET", &format!("/runs/{percent}"), &[], b""),
        request("GET", &format!("/sessions/{percent}"), &[], b""),
        request(
            "GET",
            &format!("/api/v1/reports/abandonment?from={percent}&zone={percent}"),
            &[],
            b"",
        ),
        request(
            "GET",
            &format!("/sign-in/oidc/callback?error={percent}&state={percent}"),
            &[],
            b"",
        ),
        request(&raw, WEBHOOK, &[], b""),
        form("/sign-in", &format!("name={percent}&password={percent}")),
        form(
            "/setup",
            &format!("token={percent}&name={percent}&password={percent}&again={percent}"),
        ),
        request(
            "POST",
            WEBHOOK,
            &[format!("x-auth-client: {raw}"), format!("x-hmac-signature: {raw}")],
            b"{}",
        ),
        signed(MAIN, format!("{{\"id\": {raw:?}}}").as_bytes()),
        signed(MAIN, raw.as_bytes()),
        head("POST", WEBHOOK, &[format!("content-length: {raw}")]),
        head("POST", WEBHOOK, &[format!("transfer-encoding: {raw}")]),
    ];
    for name in [
        "user-agent",
        "content-type",
        "host",
        "referer",
        "x-forwarded-for",
        "forwarded",
        "cookie",
        "authorization",
        "accept-language",
        "x-request-id",
        "origin",
        "if-none-match",
        "range",
    ] {
        requests.push(with(name));
        requests.push(request("GET", "/", &[format!("{name}: {raw}")], b""));
    }
    requests
}

/// Sends it, whatever becomes of it.
fn send(server: &Server, bytes: &[u8]) {
    let mut connection = server.connect();
    let _ = connection.send(bytes);
    let _ = connection.finish();
    connection.rest().expect("the server ends it");
}

/// What the server has said, of which every line is one of its own.
#[track_caller]
fn said_in_lines(server: Server) -> String {
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    // Else something that is no text has ended the reading.
    assert!(said.contains("stopping: what was accepted"), "{said}");
    for line in said.split('\n').filter(|line| !line.is_empty()) {
        let begins = line.starts_with("weir: ")
            || (line.len() > 28 && line.is_char_boundary(28) && is_time(&line[..27]));
        assert!(begins, "{line:?} is a line of its own");
        assert!(!line.starts_with(INJECTED), "{line:?}");
        let odd = |c: char| c.is_control() || ['\u{2028}', '\u{2029}'].contains(&c);
        assert!(!line.contains(odd), "{line:?}");
    }
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Whether it is a time as the lines begin with, to the microsecond.
fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

#[test]
fn nobody_writes_a_line_of_their_own() {
    let home = Home::new();
    let server = Server::start_saying(&home, "trace");
    let mut count = 0;
    for (raw, percent) in BREAKS {
        for bytes in requests(raw, percent) {
            send(&server, &bytes);
            count += 1;
        }
    }
    let said = said_in_lines(server);
    let quoted = said.lines().filter(|line| line.contains("INJECTED")).count();
    println!("{count} attempts; {quoted} lines quote one, and escape it");
}

#[test]
fn nothing_secret_is_said() {
    let home = Home::with(
        "[[channels.webhook]]\nname = \"hook\"\nurl = \"http://127.0.0.1:9/hook-path-secret\"\n\
         secret_file = \"hook\"\n",
    );
    home.write_secret("hook", "whsec_dGhlIGhvb2sgc2VjcmV0IHRoYXQgbm9ib2R5IHNlZXM=");
    let server = Server::start_saying(&home, "trace");
    let body = event(1, 7001);
    let lines = |more: &str| [headers(MAIN, body.as_bytes()), vec![more.to_owned()]].concat();
    let form = "content-type: application/x-www-form-urlencoded".to_owned();
    for bytes in [
        signed(MAIN, body.as_bytes()),
        signed(TEST, body.as_bytes()),
        signed(MAIN_ROTATED, b"a body that is no JSON but is signed"),
        // Refused at every step.
        request("POST", WEBHOOK, &headers(MAIN, b"another"), body.as_bytes()),
        request("POST", WEBHOOK, &lines("content-encoding: gzip"), body.as_bytes()),
        head("POST", WEBHOOK, &lines("content-length: 99999999")),
        head("POST", WEBHOOK, &lines("content-length: bad-content-length-told")),
        [head("POST", WEBHOOK, &lines("transfer-encoding: chunked")), body.clone().into()].concat(),
        head("POST", WEBHOOK, &lines("content-length: 500")),
        // What people and programs say who they are with.
        request("GET", "/", &["authorization: Bearer weir_bearer-token-told".to_owned()], b""),
        request("GET", "/", &["cookie: weir=cookie-told; __Host-weir=cookie-told".to_owned()], b""),
        request("GET", "/s/share-token-told", &[], b""),
        request("GET", "/s/share-token-told?from=%ff&days=x", &[], b""),
        request("GET", "/s/share-token-told/embed?days=x", &[], b""),
        request("GET", "/?from=%ff&session=query-told&days=x", &[], b""),
        request(
            "POST",
            "/sign-in",
            std::slice::from_ref(&form),
            b"name=name-told&password=password-told",
        ),
        request("POST", "/setup", &[form], b"token=setup-told&name=n&password=password-told"),
    ] {
        send(&server, &bytes);
    }
    let said = said_in_lines(server);
    let signatures = [MAIN, TEST, MAIN_ROTATED, MAIN_AUTOMATIC].map(|client| client.sign(&body));
    let secrets = [MAIN, TEST, MAIN_ROTATED, MAIN_AUTOMATIC].map(|client| client.secret.to_owned());
    let others = [
        "dGhlIGhvb2sgc2VjcmV0",
        "the hook secret",
        "hook-path-secret",
        "bearer-token-told",
        "cookie-told",
        "share-token-told",
        "password-told",
        "setup-told",
        "name-told",
        "00000000-0000-4000-8000",
        "no JSON but is signed",
        "vendorData",
    ];
    for secret in signatures.iter().chain(&secrets).map(String::as_str).chain(others) {
        let found = said.lines().find(|line| line.contains(secret));
        assert!(found.is_none(), "{secret:?} is in {found:?}");
    }
    println!("{} lines, {} secrets in none", said.lines().count(), 4 + 4 + others.len());
}

#[test]
fn strangers_fill_no_log() {
    let home = Home::new();
    let server = Server::start(&home);
    let before = server.said();
    for nonsense in [
        &b"nonsense\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\x1c\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /webhooks/veriff HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf",
        b"POST /webhooks/veriff HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nz\r\n",
        b"POST /webhooks/veriff HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}",
    ] {
        send(&server, nonsense);
    }
    send(&server, format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(200_000)).as_bytes());
    assert_eq!(server.said(), before);
}
