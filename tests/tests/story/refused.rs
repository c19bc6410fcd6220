//! 401 in one voice: who is refused does not learn why.

use weir_tests::event::event;
use weir_tests::home::{MAIN, TEST};
use weir_tests::http::{Response, request};
use weir_tests::server::WEBHOOK;
use weir_tests::{Home, Server};

/// Every way not to be believed, as header lines about one body.
fn ways(body: &str) -> Vec<(&'static str, Vec<String>)> {
    let right = MAIN.sign(body);
    let x = |client: &str, signature: &str| {
        vec![format!("x-auth-client: {client}"), format!("x-hmac-signature: {signature}")]
    };
    let vrf = |client: &str, signature: &str| {
        vec![format!("vrf-auth-client: {client}"), format!("vrf-hmac-signature: {signature}")]
    };
    let good = || x("main-key", &right);
    vec![
        ("no header at all", vec![]),
        ("no client", good()[1..].to_vec()),
        ("no signature", good()[..1].to_vec()),
        ("an empty client", x("", &right)),
        ("an unknown client", x("nobody", &right)),
        ("a client in another case", x("MAIN-KEY", &right)),
        ("the start of a client", x("main", &right)),
        ("another integration's client", x("test-key", &right)),
        ("an empty signature", x("main-key", "")),
        ("a signature of another body", x("main-key", &MAIN.sign("another"))),
        ("another integration's secret", x("main-key", &TEST.sign(body))),
        ("half a signature", x("main-key", &right[..32])),
        ("a signature and a half", x("main-key", &format!("{right}00"))),
        ("a signature with a prefix", x("main-key", &format!("sha256={right}"))),
        ("a signature that is no hex", x("main-key", &right.replace(|c| c != '-', "z"))),
        ("a signature that is no ASCII", x("main-key", &"é".repeat(32))),
        ("the signature twice", [good(), good()[1..].to_vec()].concat()),
        ("the client twice", [good(), good()[..1].to_vec()].concat()),
        ("two signatures in one", x("main-key", &format!("{right}, {right}"))),
        ("families that disagree on the client", [good(), vrf("test-key", &right)].concat()),
        (
            "families that disagree on the signature",
            [good(), vrf("main-key", &MAIN.sign("another"))].concat(),
        ),
        ("a family that is malformed", [good(), vrf("main-key", "zz")].concat()),
        ("the newer signature twice", {
            let newer = vrf("main-key", &right);
            [newer.clone(), newer[1..].to_vec()].concat()
        }),
    ]
}

#[test]
fn every_refusal_is_the_same_answer() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = event(1, 7001);
    let mut first: Option<Response> = None;
    let ways = ways(&body);
    for (what, headers) in &ways {
        let answer = server.connect().ask(&request("POST", WEBHOOK, headers, body.as_bytes()));
        let answer = answer.expect(what).without_date();
        assert_eq!(answer.status, 401, "{what}");
        let first = first.get_or_insert_with(|| answer.clone());
        assert_eq!(&answer, first, "{what}");
    }
    let first = first.expect("there are ways");
    assert!(first.text().contains("x-hmac-signature"), "{first:?}");
    // Nothing of it is in the log, and an operator sees why, though the sender does not.
    assert_eq!(home.verified(), 0);
    let answered = |label: &str, status: &str| {
        server.metric(&format!(
            "weir_deliveries_total{{integration=\"{label}\",answer=\"{status}\"}}"
        ))
    };
    let all: u64 = ["", "main", "main-test"].iter().map(|name| answered(name, "401")).sum();
    assert_eq!(all, ways.len() as u64);
    // After all that the right signature is taken.
    server.takes(MAIN, &[&body]);
    assert_eq!(home.verified(), 1);
    assert_eq!(answered("main", "200"), 1);
}
