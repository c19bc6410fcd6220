//! Requests changed at random.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{answers, request};
use weir_tests::server::{WEBHOOK, headers, signed};
use weir_tests::{Home, Server, chance};

/// Requests in the gate; `WEIR_EDGE_REQUESTS` sends more.
const REQUESTS: u64 = 3_000;

/// What matters to one who reads a request.
const WORDS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\x1b",
    b" ",
    b"\t",
    b":",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"content-length: 5\r\n",
    b"content-length: 99999999999\r\n",
    b"transfer-encoding: chunked\r\n",
    b"connection: close\r\n",
    b"connection: upgrade\r\nupgrade: websocket\r\n",
    b"expect: 100-continue\r\n",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"%00",
    b"\xff\xfe",
    b"\xe2\x80\xa8",
    b"/../",
    b"?a=b&a=%",
];

/// The delivery of every request that is right by chance.
fn body() -> String {
    event(1, 7001)
}

/// Requests that are right, to begin with.
fn right() -> Vec<Vec<u8>> {
    let body = body();
    let length = body.len();
    let lines = [headers(MAIN, body.as_bytes()), vec!["transfer-encoding: chunked".to_owned()]];
    let mut chunked = weir_tests::http::head("POST", WEBHOOK, &lines.concat());
    let (one, other) = body.split_at(40);
    let chunks = format!("28;x=y\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\nx: y\r\n\r\n", length - 40);
    chunked.extend_from_slice(chunks.as_bytes());
    let form = "content-type: application/x-www-form-urlencoded".to_owned();
    let json = "content-type: application/json".to_owned();
    vec![
        signed(MAIN, body.as_bytes()),
        chunked,
        signed(MAIN, body.as_bytes()).repeat(2),
        request("GET", "/?from=2026-01-01&to=2026-02-01&zone=Europe/Tallinn", &[], b""),
        request("GET", "/api/v1/reports/abandonment?days=7&compare=previous", &[], b""),
        request("POST", "/sign-in", &[form], b"name=somebody&password=a+long+sentence"),
        request("POST", "/api/v1/views", &[json], br#"{"name": "a view", "query": "days=7"}"#),
    ]
}

/// Changes it in one of the ways.
fn change(bytes: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let place = chance.random_range(0..=bytes.len());
    let end = (place + chance.random_range(0..40)).min(bytes.len());
    match chance.random_range(0..7) {
        0 if place < bytes.len() => bytes[place] ^= 1 << chance.random_range(0..8),
        1 if place < bytes.len() => bytes[place] = chance.random(),
        2 => drop(bytes.drain(place..end)),
        3 => {
            let again = bytes[place..end].to_vec();
            bytes.splice(place..place, again);
        }
        4 => bytes.truncate(place),
        5 => {
            let from = chance.random_range(0..=place);
            bytes[from..end].reverse();
        }
        _ => {
            let word = WORDS.choose(chance).copied().unwrap_or_default();
            bytes.splice(place..place, word.iter().copied());
        }
    }
}

#[test]
fn whatever_comes_is_answered_or_ended() {
    let mut chance = chance::seeded("WEIR_EDGE_SEED");
    let count = chance::number("WEIR_EDGE_REQUESTS").unwrap_or(REQUESTS);
    let home = Home::new();
    let server = Server::start(&home);
    let right = right();
    let (mut answered, mut fine) = (0, 0);
    for number in 0..count {
        let mut bytes = right.choose(&mut chance).cloned().unwrap_or_default();
        for _ in 0..chance.random_range(1..4) {
            change(&mut bytes, &mut chance);
        }
        let shown = || String::from_utf8_lossy(&bytes).into_owned();
        let mut connection = server.connect();
        let _ = connection.send(&bytes);
        let _ = connection.finish();
        let rest =
            connection.rest().unwrap_or_else(|error| panic!("{number}: {error}: {}", shown()));
        // An answer to HEAD has no body, so what follows may not be read as answers.
        let Ok(got) = answers(&rest) else {
            assert!(bytes.windows(4).any(|word| word == b"HEAD"), "{number}: {}", shown());
            continue;
        };
        for answer in &got {
            assert!(answer.status < 500, "{number}: {} to {}", answer.status, shown());
            answered += 1;
            fine += u64::from(answer.status == 200);
        }
    }
    println!("{count} requests, {answered} answers, {fine} of them 200");
    assert!(count / 2 < answered, "most of them can be answered");
    // Whatever came into the log was signed as it stands there.
    let bodies = home.bodies();
    assert!(bodies.iter().all(|kept| *kept == body()), "{bodies:?}");
    assert_eq!(home.verified(), bodies.len() as u64);
    assert!(!bodies.is_empty(), "some were still right");
    server.takes(MAIN, &[event(2, 7001)]);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}
