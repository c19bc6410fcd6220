//! What an operator names while the server runs.

use serde_json::{Value, json};
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::http::{Response, request};
use weir_tests::{Home, Server};

const RANGE: &str = "from=2020-01-01&to=2120-01-01&as_of=2120-01-01&bucket=month";

fn post_json(server: &Server, path: &str, body: &Value) -> Response {
    let headers = ["content-type: application/json".to_owned()];
    let bytes = request("POST", path, &headers, body.to_string().as_bytes());
    server.connect().ask(&bytes).expect("it answers")
}

fn row(report: &Value) -> [Value; 3] {
    let rows = report["by_state"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["state"] == "otp_screen_shown").expect("its row");
    ["label", "order", "at_risk"].map(|name| row[name].clone())
}

#[test]
fn a_screen_that_is_named_is_called_so_at_once_on_the_command_line_and_after_a_restart() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001), cancelled_at(1, "otp_screen_shown"), event(2, 7002)]);
    server.counts(3);
    let over_http =
        |server: &Server| row(&server.json(&format!("/api/v1/reports/abandonment?{RANGE}")));
    let on_the_command_line = || {
        let flags = RANGE.split('&').map(|pair| format!("--{}", pair.replace('_', "-")));
        row(&home.report(flags))
    };
    assert_eq!(over_http(&server), [json!("otp_screen_shown"), Value::Null, Value::Null]);
    let named = json!({"state": "otp_screen_shown", "label": "One-time password", "order": 75});
    let answer = post_json(&server, "/api/v1/catalogue/screens", &named);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let want = [json!("One-time password"), json!(75), json!(2)];
    assert_eq!(over_http(&server), want);
    assert_eq!(on_the_command_line(), want);
    assert_eq!(server.stop().0, Some(0));
    let again = Server::start(&home);
    assert_eq!(over_http(&again), want);
    assert!(again.get("/catalogue.toml?only=own").text().contains("One-time password"));
}

#[test]
fn a_link_outlives_a_restart_and_ends_when_it_is_revoked() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001)]);
    server.counts(1);
    let new = json!({"title": "Weekly", "page": "overview", "query": "from=-7d", "days": 7});
    let made = post_json(&server, "/api/v1/shares", &new);
    assert_eq!(made.status, 201, "{}", made.text());
    let made: Value = serde_json::from_str(made.text()).expect("JSON");
    let address = made["address"].as_str().expect("its address");
    let path = address.split_once("/s/").map(|(_, token)| format!("/s/{token}")).expect("a token");
    assert_eq!(server.get(&path).status, 200);
    assert_eq!(server.stop().0, Some(0));
    let again = Server::start(&home);
    assert_eq!(again.get(&path).status, 200);
    let bytes = request("DELETE", "/api/v1/shares/1", &[], b"");
    assert_eq!(again.connect().ask(&bytes).expect("it answers").status, 204);
    assert_eq!(again.get(&path).status, 404);
    assert_eq!(again.get(&format!("{path}/chart.svg")).status, 404);
}
