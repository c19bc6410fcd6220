//! The same 401, byte for byte.

use weir_tests::event::event;
use weir_tests::home::{MAIN, TEST};
use weir_tests::http::head;
use weir_tests::server::WEBHOOK;
use weir_tests::{Home, Server};

/// Every way not to be believed, as header lines about one body.
fn ways(body: &str) -> Vec<Vec<String>> {
    let right = MAIN.sign(body);
    let client = |key: &str| format!("x-auth-client: {key}");
    let signature = |text: &str| format!("x-hmac-signature: {text}");
    vec![
        vec![],
        vec![client("main-key")],
        vec![signature(&right)],
        vec![client(""), signature(&right)],
        vec![client("nobody"), signature(&right)],
        vec![client("test-key"), signature(&right)],
        vec![client("main-key"), signature("")],
        vec![client("main-key"), signature(&MAIN.sign("another"))],
        vec![client("main-key"), signature(&TEST.sign(body))],
        vec![client("main-key"), signature("not hex")],
        vec![client("main-key"), signature(&right[2..])],
        vec![client("main-key"), signature(&format!("{right}00"))],
        vec![client("main-key"), signature(&format!("v1,{right}"))],
        vec![client("main-key"), signature(&right), signature(&right)],
        vec![client("main-key"), client("main-key"), signature(&right)],
        vec![client("main-key"), signature(&right), "vrf-auth-client: test-key".to_owned()],
        vec![client("main-key"), signature(&right), "vrf-hmac-signature: zz".to_owned()],
        vec![client("\u{2028}"), signature(&right)],
        vec![client(&"k".repeat(10_000)), signature(&right)],
        vec![client("main-key"), signature(&"0".repeat(10_000))],
    ]
}

#[test]
fn every_401_is_the_same_bytes() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = event(1, 7001);
    let length = body.len();
    let framings = [
        (format!("content-length: {length}"), body.clone()),
        ("transfer-encoding: chunked".to_owned(), format!("{length:x}\r\n{body}\r\n0\r\n\r\n")),
    ];
    let mut count = 0;
    let mut first: Option<String> = None;
    for way in ways(&body) {
        for (framing, sent) in &framings {
            let lines = [&way[..], &[framing.clone(), "connection: close".to_owned()]].concat();
            let mut connection = server.connect();
            let mut bytes = head("POST", WEBHOOK, &lines);
            bytes.extend_from_slice(sent.as_bytes());
            connection.send(&bytes).expect("the server listens");
            let answer = String::from_utf8(connection.rest().expect("it ends")).expect("text");
            assert!(answer.starts_with("HTTP/1.1 401 "), "{way:?}: {answer}");
            let answer: Vec<&str> =
                answer.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect();
            let answer = answer.concat();
            assert_eq!(&answer, first.get_or_insert_with(|| answer.clone()), "{way:?}");
            count += 1;
        }
    }
    println!("{count} refusals, one answer: {:?}", first.unwrap_or_default());
    assert_eq!(home.verified(), 0);
}
