//! From where deliveries may come, and the dashboard may be looked at.

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{Response, request};
use weir_tests::server::{WEBHOOK, headers};
use weir_tests::{Home, Server};

/// A delivery that comes by a proxy, which says so in these lines.
fn deliver(server: &Server, number: u64, lines: &[&str]) -> u16 {
    let body = event(number, 7001);
    let mut all = headers(MAIN, body.as_bytes());
    all.extend(lines.iter().map(|line| (*line).to_owned()));
    let answer = server.connect().ask(&request("POST", WEBHOOK, &all, body.as_bytes()));
    answer.expect("an answer").status
}

fn get(server: &Server, path: &str, lines: &[&str]) -> Response {
    let lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
    server.connect().ask(&request("GET", path, &lines, b"")).expect("an answer")
}

const ALLOWED: &str = "[ingest]\nallow_from = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n";

#[test]
fn a_delivery_comes_from_a_named_network_or_gets_the_same_401() {
    let home = Home::with(&format!(
        "[server]\ntrusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]\n{ALLOWED}"
    ));
    let server = Server::start(&home);
    let taken = [
        &["x-forwarded-for: 192.0.2.7"][..],
        &["x-forwarded-for: 192.0.2.7:4711"],
        &["x-forwarded-for: [2001:db8::7]:4711"],
        &["x-forwarded-for: ::ffff:192.0.2.7"],
        &["x-forwarded-for: 6.6.6.6, 192.0.2.7, 10.0.0.2"],
        &["x-forwarded-for: 6.6.6.6", "x-forwarded-for: 192.0.2.7", "x-forwarded-for: 10.0.0.2"],
        &["X-FORWARDED-FOR: nonsense, 192.0.2.7"],
    ];
    let refused = [
        &[][..],
        &["x-forwarded-for: 6.6.6.6"],
        &["x-forwarded-for: 192.0.2.7, 6.6.6.6"],
        &["x-forwarded-for: 192.0.2.7", "x-forwarded-for: 6.6.6.6"],
        &["x-forwarded-for: 6.6.6.6, 10.0.0.2", "x-real-ip: 192.0.2.7"],
        &["x-forwarded-for: 192.0.2.7, unix:"],
        &["x-forwarded-for: 192.0.2.7, unknown, 10.0.0.2"],
        &["x-forwarded-for: [192.0.2.7]"],
        &["x-forwarded-for: 192.0.2.7.example.com"],
        &["x_forwarded_for: 192.0.2.7"],
        &["forwarded: for=192.0.2.7"],
    ];
    let mut numbers = 1..;
    for lines in taken {
        let number = numbers.next().expect("more");
        assert_eq!(deliver(&server, number, lines), 200, "{lines:?}");
    }
    for lines in refused {
        let number = numbers.next().expect("more");
        assert_eq!(deliver(&server, number, lines), 401, "{lines:?}");
    }
    let counted = server.metric("weir_refusals_total{reason=\"source\"}");
    assert_eq!(counted, refused.len() as u64);
    // Signed wrong or right, from elsewhere it is the same answer.
    let body = event(1, 7001);
    let wrong = request("POST", WEBHOOK, &["x-auth-client: main-key".to_owned()], body.as_bytes());
    let right = request("POST", WEBHOOK, &headers(MAIN, body.as_bytes()), body.as_bytes());
    let answers =
        [wrong, right].map(|bytes| server.connect().ask(&bytes).expect("an answer").without_date());
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].status, 401);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("192.0.2") && !said.contains("6.6.6.6"), "no line of it: {said}");
    assert_eq!(home.verified(), taken.len() as u64);
}

#[test]
fn nobody_who_is_not_named_is_believed() {
    let home = Home::with(&format!("[server]\ntrusted_proxies = [\"10.0.0.0/8\"]\n{ALLOWED}"));
    let server = Server::start(&home);
    assert_eq!(deliver(&server, 1, &["x-forwarded-for: 192.0.2.7"]), 401);
    drop(server);
    let home = Home::with("[ingest]\nallow_from = [\"127.0.0.1\"]\n");
    let server = Server::start(&home);
    assert_eq!(deliver(&server, 1, &["x-forwarded-for: 6.6.6.6"]), 200);
}

#[test]
fn the_dashboard_is_looked_at_from_a_named_network() {
    let home = Home::with("[server]\ntrusted_proxies = [\"127.0.0.1\"]\n");
    let config = std::fs::read_to_string(home.path("weir.toml")).expect("it was written");
    let only = "[dashboard]\nallow_from = [\"192.0.2.0/24\"]\n";
    home.write("weir.toml", config.replace("[dashboard]\nopen = \"loopback\"\n", only));
    let server = Server::start(&home);
    let there = ["x-forwarded-for: 192.0.2.7"];
    let elsewhere = ["x-forwarded-for: 192.0.2.7, 6.6.6.6"];
    for path in ["/", "/sign-in", "/api/v1/sessions", "/metrics", "/s/a-token", "/openapi.json"] {
        let answer = get(&server, path, &elsewhere);
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text().contains("may not be asked from this address"), "{}", answer.text());
        assert_ne!(get(&server, path, &there).status, 403, "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&server, path, &elsewhere).status, 200, "{path}");
    }
    // Deliveries come from anywhere.
    server.takes(MAIN, &[event(1, 7001)]);
    let (_, said) = server.stop();
    assert!(!said.contains("6.6.6.6"), "{said}");
}

#[test]
fn failures_count_for_whoever_made_them() {
    let home = Home::closed();
    let config = std::fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", format!("{config}[server]\ntrusted_proxies = [\"127.0.0.1\"]\n"));
    let server = Server::start(&home);
    let token = weir_tests::owner::setup_token(&server);
    let form = |path: &str, address: &str, number: usize, fields: &str| {
        let lines = [
            "content-type: application/x-www-form-urlencoded".to_owned(),
            // What they write themselves makes them nobody else.
            format!("x-forwarded-for: 198.51.100.{number}, {address}"),
        ];
        let bytes = request("POST", path, &lines, fields.as_bytes());
        server.connect().ask(&bytes).expect("an answer").status
    };
    let password = "a+long+sentence+of+hers";
    let owner = format!("token={token}&name=Ona&password={password}&again={password}");
    assert_eq!(form("/setup", "192.0.2.7", 0, &owner), 303);
    let guess = |number: usize| format!("name=Eve-{number}&password=a+guess");
    let guesses: Vec<_> =
        (0..6).map(|number| form("/sign-in", "6.6.6.6", number, &guess(number))).collect();
    assert_eq!(guesses, [403, 403, 403, 403, 403, 429]);
    let right = format!("name=Ona&password={password}");
    assert_eq!(form("/sign-in", "6.6.6.6", 7, &right), 429);
    assert_eq!(form("/sign-in", "192.0.2.7", 7, &right), 303);
}
