//! Requests that are no delivery: 405, 408, 413, 415.

use std::time::{Duration, Instant};

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{head, request};
use weir_tests::server::{WEBHOOK, headers};
use weir_tests::{Home, Server};

/// What the provider waits.
const PATIENCE_OF_VERIFF: Duration = Duration::from_secs(5);

#[test]
fn what_is_no_post_is_told_so() {
    let home = Home::new();
    let server = Server::start(&home);
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let body = event(1, 7001);
        let answer =
            server.connect().ask(&request(method, WEBHOOK, &headers(MAIN, body.as_bytes()), b""));
        let answer = answer.expect("there is an answer");
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
    }
    assert_eq!(home.verified(), 0);
}

#[test]
fn a_body_that_takes_too_long_is_given_up() {
    let home = Home::with("[ingest]\nbody_timeout_ms = 300\n");
    let server = Server::start(&home);
    let body = event(1, 7001);
    let mut request_headers = headers(MAIN, body.as_bytes());
    request_headers.push(format!("content-length: {}", body.len()));
    for sent in [0, body.len() / 2, body.len() - 1] {
        let mut connection = server.connect();
        let began = Instant::now();
        connection.send(&head("POST", WEBHOOK, &request_headers)).expect("sent");
        // Byte by byte: a little all the time does not keep it open.
        for byte in &body.as_bytes()[..sent.min(20)] {
            connection.send(&[*byte]).expect("sent");
        }
        connection.send(&body.as_bytes()[sent.min(20)..sent]).expect("sent");
        let answer = connection.answer().expect("there is an answer");
        assert_eq!(answer.status, 408, "after {sent} bytes");
        assert!(began.elapsed() < PATIENCE_OF_VERIFF, "after {:?}", began.elapsed());
    }
    assert_eq!(home.verified(), 0);
    server.takes(MAIN, &[body]);
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let home = Home::new();
    let server = Server::start(&home);
    let largest = body_of(64 * 1024);
    server.takes(MAIN, &[&largest]);
    let larger = body_of(64 * 1024 + 1);

    // By what the head says alone: not a byte of the body was sent.
    let mut connection = server.connect();
    let mut request_headers = headers(MAIN, &larger);
    request_headers.push(format!("content-length: {}", larger.len()));
    let answer = connection.ask(&head("POST", WEBHOOK, &request_headers)).expect("an answer");
    assert_eq!(answer.status, 413);

    // In chunks, which do not say how long it will be.
    let mut connection = server.connect();
    let mut request_headers = headers(MAIN, &larger);
    request_headers.push("transfer-encoding: chunked".to_owned());
    connection.send(&head("POST", WEBHOOK, &request_headers)).expect("sent");
    for piece in larger.chunks(16 * 1024) {
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        // The server may have answered and gone by now.
        if connection.send(&chunk).is_err() {
            break;
        }
    }
    assert_eq!(connection.answer().expect("an answer").status, 413);
    assert_eq!(home.verified(), 1);
}

#[test]
fn an_encoded_body_is_refused() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = event(1, 7001);
    for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "unheard-of"] {
        let mut headers = headers(MAIN, body.as_bytes());
        headers.push(format!("content-encoding: {encoding}"));
        let answer = server.connect().ask(&request("POST", WEBHOOK, &headers, body.as_bytes()));
        assert_eq!(answer.expect("an answer").status, 415, "{encoding}");
    }
    assert_eq!(home.verified(), 0);
}

#[test]
fn what_is_no_http_harms_nobody() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = event(1, 7001);
    let good = headers(MAIN, body.as_bytes()).join("\r\n");
    for nonsense in [
        "\x16\x03\x01\x02\x00\x01\x00\x01\x1c\x03\x03".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
        // Two framings disagree on where the body ends: that is how requests are smuggled.
        format!(
            "POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\n{good}\r\ncontent-length: 5\r\n\
             transfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\n{good}\r\ncontent-length: 5\r\n\
             content-length: 6\r\n\r\nhello"
        ),
        format!("POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\n{good}\r\ncontent-length: -1\r\n\r\n"),
    ] {
        let mut connection = server.connect();
        connection.send(nonsense.as_bytes()).expect("sent");
        if let Ok(answer) = connection.answer() {
            assert!((400..500).contains(&answer.status), "{nonsense:?}: {}", answer.status);
        }
    }
    assert_eq!(home.verified(), 0);
    server.takes(MAIN, &[body]);
}

/// An authentic body of exactly this length.
fn body_of(bytes: usize) -> Vec<u8> {
    let event = event(1, 7001);
    let mut body = event.trim_end_matches('}').as_bytes().to_vec();
    body.extend_from_slice(b",\"more\":\"");
    body.resize(bytes - 2, b'x');
    body.extend_from_slice(b"\"}");
    body
}
