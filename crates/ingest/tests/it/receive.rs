//! Every answer of the endpoint, over a real socket.

mod server; // the endpoint on a port of its own, and a client that writes what it is told

use std::time::{Duration, Instant};

use weir_domain::Origin;
use weir_ingest::{Limits, PATH};

use self::server::{Client, NOW, Server, chunked, post, signed};
use crate::support::{API_KEY, SECRET, at, sign};

const BODY: &str = r#"{"id":"1"}"#;

#[test]
fn a_signed_delivery_stands_in_the_log_before_its_200() {
    let server = Server::start(Limits::default());
    let answer = server.ask(&signed(BODY));
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    let recorded = server.fixture.recorded();
    assert_eq!(recorded.len(), 1);
    let delivery = &recorded[0].delivery;
    assert_eq!((delivery.received_at, delivery.body.as_slice()), (at(NOW), BODY.as_bytes()));
}

#[test]
fn of_the_headers_only_those_on_the_list_are_kept() {
    let server = Server::start(Limits::default());
    let long = "é".repeat(200);
    let head = format!(
        "X-Forwarded-For: 10.0.0.1\r\nUser-Agent: {long}\r\nContent-Type: application/json\r\n"
    );
    let signature = sign(SECRET, BODY.as_bytes());
    assert_eq!(server.ask(&post(&head, API_KEY, &signature, BODY)).status, 200);
    let want = Origin {
        integration: "main".into(),
        secret: Some("first".into()),
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("user-agent".into(), "é".repeat(128)),
        ],
    };
    assert_eq!(*server.fixture.recorded()[0].delivery.origin, want);
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let server = Server::start(Limits::default());
    let mut client = server.connect();
    for n in 0..3 {
        client.write(&signed(&format!("{{\"n\":{n}}}")));
        assert_eq!(client.answer().status, 200);
        client.write(&post("", API_KEY, "wrong", BODY));
        assert_eq!(client.answer().status, 401);
    }
    client.write(&chunked("", &[b"{\"n\"", b":3}"]));
    assert_eq!(client.answer().status, 200);
    // Blanks around a value are not part of it.
    let signature = format!(" \t{}  ", sign(SECRET, BODY.as_bytes()));
    client.write(&post("", API_KEY, &signature, BODY));
    assert_eq!(client.answer().status, 200);
    let want = [r#"{"n":0}"#, r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#, BODY];
    assert_eq!(server.fixture.bodies(), want);
}

#[test]
fn every_refusal_is_one_and_the_same_401() {
    let server = Server::start(Limits::default());
    let good = sign(SECRET, BODY.as_bytes());
    let twice = format!("x-hmac-signature: {good}\r\n");
    let disagreeing = "vrf-auth-client: test-key\r\n";
    let wrong = [
        post("", API_KEY, &sign(b"guess", BODY.as_bytes()), BODY),
        post("", API_KEY, "no hex", BODY),
        post("", "nobody", &good, BODY),
        post(&twice, API_KEY, &good, BODY),
        post(disagreeing, API_KEY, &good, BODY),
        format!("POST /webhooks/veriff HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{BODY}")
            .into(),
    ];
    let first = server.ask(&wrong[0]);
    assert_eq!(first.status, 401);
    for request in &wrong {
        assert_eq!(server.ask(request), first);
    }
    assert_eq!(server.fixture.recorded().len(), 0);
}

#[test]
fn other_methods_are_told_which_one_it_is() {
    let server = Server::start(Limits::default());
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.ask(
            format!("{method} /webhooks/veriff HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                .as_bytes(),
        );
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
}

#[test]
fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let limits = Limits { body_bytes_max: 1_000, ..Limits::default() };
    let server = Server::start(limits);
    assert_eq!(server.ask(&signed(&"x".repeat(1_000))).status, 200);
    assert_eq!(server.ask(&chunked("", &[&[b'x'; 600], &[b'x'; 400]])).status, 200);
    assert_eq!(server.ask(&signed(&"x".repeat(1_001))).status, 413);
    assert_eq!(server.ask(&chunked("", &[&[b'x'; 600], &[b'x'; 401]])).status, 413);
    // A client that writes all before it reads still gets its answer.
    assert_eq!(server.ask(&signed(&"x".repeat(3_000_000))).status, 413);
    assert_eq!(server.ask(&chunked("", &[&[b'x'; 1_000_000], &[b'x'; 2_000_000]])).status, 413);
    assert_eq!(server.fixture.recorded().len(), 2);
}

#[test]
fn a_body_without_end_is_not_listened_to_for_long() {
    let server = Server::start(Limits { body_bytes_max: 1_000, ..Limits::default() });
    for head in ["Transfer-Encoding: chunked", "Content-Length: 99999999999"] {
        for method in ["POST", "PUT"] {
            let mut client = server.connect();
            client
                .write(format!("{method} {PATH} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n").as_bytes());
            let chunk = format!("400\r\n{}\r\n", "x".repeat(1_024));
            let began = Instant::now();
            while client.try_write(chunk.as_bytes()) && began.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{method}, {head}");
        }
    }
}

#[test]
fn an_encoded_body_is_refused_and_a_plain_one_may_say_so() {
    let server = Server::start(Limits::default());
    let signature = sign(SECRET, BODY.as_bytes());
    for (encoding, want) in
        [("gzip", 415), ("identity, gzip", 415), ("", 415), ("identity", 200), ("Identity", 200)]
    {
        let head = format!("Content-Encoding: {encoding}\r\n");
        let answer = server.ask(&post(&head, API_KEY, &signature, BODY));
        assert_eq!(answer.status, want, "`{encoding}`");
    }
}

#[test]
fn a_body_that_is_not_here_in_time_is_not_waited_for() {
    let limits = Limits { body_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = Server::start(limits);
    let request = signed(BODY);
    let mut client = server.connect();
    let began = Instant::now();
    client.write(&request[..request.len() - 1]);
    assert_eq!(client.answer().status, 408);
    assert!(
        Duration::from_millis(290) < began.elapsed() && began.elapsed() < Duration::from_secs(2)
    );
    assert_eq!(server.fixture.recorded().len(), 0);
}

#[test]
fn a_trickle_does_not_win_time() {
    let limits = Limits { body_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = Server::start(limits);
    let request = signed(&"x".repeat(100));
    let mut client = server.connect();
    client.write(&request[..request.len() - 50]);
    for byte in &request[request.len() - 50..request.len() - 40] {
        std::thread::sleep(Duration::from_millis(50));
        client.try_write(&[*byte]);
    }
    assert_eq!(client.answer().status, 408);
}

#[test]
fn a_client_that_hangs_up_leaves_nothing_behind() {
    let server = Server::start(Limits::default());
    let request = signed(BODY);
    for cut in [1, 5, 9] {
        drop({
            let mut client = server.connect();
            client.write(&request[..request.len() - cut]);
            client
        });
    }
    assert_eq!(server.ask(&request).status, 200);
    assert_eq!(server.fixture.recorded().len(), 1);
}

#[test]
fn a_log_that_stands_still_is_a_503_in_time() {
    let limits = Limits { append_timeout: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start(limits);
    let hold = server.hold();
    let answer = server.ask(&signed(BODY));
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert_eq!(answer.header("connection"), None);
    drop(hold);
    assert_eq!(server.ask(&signed(r#"{"id":"2"}"#)).status, 200);
    // Who was told 503 sends again; nothing waits in the queue in their name.
    assert_eq!(server.fixture.bodies(), ["held", r#"{"id":"2"}"#]);
}

#[test]
fn a_full_queue_is_a_503_at_once() {
    let server = Server::start(Limits::default());
    let hold = server.hold();
    let waiting: Vec<Client> = (0..server::QUEUE_DELIVERIES_MAX)
        .map(|n| {
            let mut client = server.connect();
            client.write(&signed(&n.to_string()));
            client
        })
        .collect();
    server.wait_until_full();
    let began = Instant::now();
    assert_eq!(server.ask(&signed(BODY)).status, 503);
    assert!(began.elapsed() < Duration::from_millis(500));
    drop(hold);
    for mut client in waiting {
        assert_eq!(client.answer().status, 200);
    }
    assert_eq!(server.fixture.recorded().len(), 1 + server::QUEUE_DELIVERIES_MAX);
}

#[test]
fn a_closed_log_is_a_503() {
    let server = Server::start(Limits::default());
    server.queue.shutdown();
    assert_eq!(server.ask(&signed(BODY)).status, 503);
}

#[test]
fn what_was_answered_is_counted() {
    let server = Server::start(Limits::default());
    server.ask(&signed(BODY));
    server.ask(&signed(BODY));
    server.ask(&post("", API_KEY, "00", BODY));
    server.ask(&post("", API_KEY, &sign(b"guess", BODY.as_bytes()), BODY));
    server.ask(b"GET /webhooks/veriff HTTP/1.1\r\nHost: x\r\n\r\n");
    let text = server.metrics();
    for line in [
        r#"weir_deliveries_total{integration="main",answer="200"} 2"#,
        r#"weir_deliveries_total{integration="main",answer="401"} 1"#,
        r#"weir_deliveries_total{integration="test",answer="200"} 0"#,
        r#"weir_deliveries_total{integration="",answer="401"} 1"#,
        r#"weir_deliveries_total{integration="",answer="405"} 1"#,
        r#"weir_refusals_total{reason="malformed_signature"} 1"#,
        r#"weir_refusals_total{reason="wrong_signature"} 1"#,
        r#"weir_last_delivery_timestamp_seconds{integration="main"} 1767614400"#,
        r#"weir_last_delivery_timestamp_seconds{integration="test"} 0"#,
        "weir_append_seconds_count 2",
        "weir_commit_deliveries_sum 2",
        "weir_append_queue_deliveries 0",
        "weir_log_head 2",
    ] {
        assert!(
            text.contains(&format!("{line}\n")) || text.contains(&format!("{line}.0\n")),
            "{line} is not in\n{text}"
        );
    }
}

#[test]
fn who_signs_wrong_again_and_again_holds_up_nobody_who_signs_right() {
    let server = Server::start(Limits::default());
    let large = "x".repeat(60_000);
    let first = server.ask(&post("", API_KEY, &sign(b"guess", large.as_bytes()), &large));
    let mut client = server.connect();
    let mut tries = 0;
    while !server.metrics().contains("weir_refusals_total{reason=\"limited\"} 1") {
        client.write(&post("", API_KEY, &sign(b"guess", b""), &large));
        assert_eq!(client.answer(), first, "the same 401");
        tries += 1;
        assert!(tries < 10_000, "never limited");
    }
    // From the same address, in the same moment.
    for n in 0..10 {
        client.write(&post("", API_KEY, &sign(b"guess", b""), &large));
        assert_eq!(client.answer().status, 401);
        client.write(&signed(&format!("{{\"n\":{n}}}")));
        assert_eq!(client.answer().status, 200);
    }
}
