//! 200: whoever may sign, in whatever way.

use weir_tests::event::{SAMPLES, cancelled_at, event};
use weir_tests::home::{Client, MAIN, MAIN_AUTOMATIC, MAIN_ROTATED, TEST};
use weir_tests::http::{head, request};
use weir_tests::server::{WEBHOOK, signed};
use weir_tests::{Home, Server};

/// Posts a body with these headers besides the usual; it is taken.
#[track_caller]
fn check(server: &Server, headers: &[String], body: &str) {
    let answer = server.connect().ask(&request("POST", WEBHOOK, headers, body.as_bytes()));
    let answer = answer.expect("there is an answer");
    assert_eq!((answer.status, answer.text()), (200, "ok\n"), "{headers:?}");
}

#[test]
fn either_family_of_headers_and_either_case_of_hex_will_do() {
    let home = Home::new();
    let server = Server::start(&home);
    let bodies: Vec<String> = (0..7).map(|session| event(session, 7001)).collect();
    let sign = |n: usize| MAIN.sign(&bodies[n]);
    let x = |signature: &str| {
        vec!["x-auth-client: main-key".to_owned(), format!("x-hmac-signature: {signature}")]
    };
    let vrf = |signature: &str| {
        vec!["vrf-auth-client: main-key".to_owned(), format!("vrf-hmac-signature: {signature}")]
    };
    check(&server, &x(&sign(0)), &bodies[0]);
    check(&server, &x(&sign(1).to_uppercase()), &bodies[1]);
    check(&server, &vrf(&sign(2)), &bodies[2]);
    check(&server, &vrf(&sign(3).to_uppercase()), &bodies[3]);
    // Both families, in one voice.
    check(&server, &[x(&sign(4)), vrf(&sign(4).to_uppercase())].concat(), &bodies[4]);
    // One half from each.
    check(&server, &[&x("")[..1], &vrf(&sign(5))[1..]].concat(), &bodies[5]);
    // Names of headers have no case.
    let shouted = vec![
        "X-AUTH-CLIENT: main-key".to_owned(),
        format!("X-Hmac-Signature:\t{}  ", sign(6)),
        "Content-Encoding: identity".to_owned(),
    ];
    check(&server, &shouted, &bodies[6]);
    assert_eq!(home.bodies(), bodies);
}

#[test]
fn every_active_secret_of_every_integration_will_do() {
    let home = Home::new();
    let server = Server::start(&home);
    let clients: [Client; 4] = [MAIN, MAIN_ROTATED, MAIN_AUTOMATIC, TEST];
    for (session, client) in (0..).zip(clients) {
        server.takes(client, &[event(session, 7001)]);
    }
    server.counts(4);
    let report = server.json("/api/v1/reports/abandonment?by=integration");
    let started = |row: usize| {
        let row = &report["breakdown"][row];
        (row["value"].clone(), row["started"].clone())
    };
    assert_eq!(started(0), ("main".into(), 3.into()));
    assert_eq!(started(1), ("main-test".into(), 1.into()));
    // One of two integrations' sessions, though both have the same kind of ids.
    let report = server.json("/api/v1/reports/abandonment?integration=main-test");
    assert_eq!(report["totals"]["started"], 1);
}

#[test]
fn the_same_body_may_come_again_and_counts_once() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = cancelled_at(1, "intro_screen_shown");
    server.takes(MAIN, &[&body, &body, &body]);
    server.counts(3);
    let report = server.json("/api/v1/reports/abandonment");
    assert_eq!(report["totals"]["started"], 1);
    assert_eq!(report["data_quality"]["deliveries"], 3);
    assert_eq!(report["data_quality"]["repeats"], 2);
}

#[test]
fn an_authentic_body_that_cannot_be_read_is_taken_and_quarantined() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[&b"no JSON at all"[..], b"", b"\xff\xfe", b"{\"code\": 7001}", b"[]"]);
    server.counts(5);
    let report = server.json("/api/v1/reports/abandonment");
    assert_eq!(report["data_quality"]["quarantined"], 5);
    assert_eq!(report["totals"]["started"], 0);
    assert_eq!(server.metric("weir_quarantined_deliveries"), 5);
}

#[test]
fn many_requests_may_share_a_connection_and_a_body_may_come_in_chunks() {
    let home = Home::new();
    let server = Server::start(&home);
    let mut connection = server.connect();
    // Two at once: the second is on its way before the first is answered.
    let both = [signed(MAIN, SAMPLES[0].as_bytes()), signed(MAIN, SAMPLES[1].as_bytes())].concat();
    assert_eq!(connection.ask(&both).expect("the first").status, 200);
    assert_eq!(connection.answer().expect("the second").status, 200);
    let mut headers = weir_tests::server::headers(MAIN, SAMPLES[2].as_bytes());
    headers.push("transfer-encoding: chunked".to_owned());
    connection.send(&head("POST", WEBHOOK, &headers)).expect("sent");
    for piece in SAMPLES[2].as_bytes().chunks(100) {
        connection.send(format!("{:x}\r\n", piece.len()).as_bytes()).expect("sent");
        connection.send(piece).expect("sent");
        connection.send(b"\r\n").expect("sent");
    }
    assert_eq!(connection.ask(b"0\r\n\r\n").expect("the third").status, 200);
    assert_eq!(home.bodies(), SAMPLES[..3]);
}
