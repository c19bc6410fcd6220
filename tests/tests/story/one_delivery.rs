//! One delivery becomes one bar.

use weir_tests::event::{FLOW_CANCELLED, SAMPLES};
use weir_tests::home::MAIN;
use weir_tests::page::{section, text_of};
use weir_tests::{Home, Server};

#[test]
fn one_delivery_becomes_one_bar() {
    // A folder with a configuration, in which integration `main` may send, and a server on it.
    let home = Home::new();
    let server = Server::start(&home);

    // Veriff tells, signed, that someone quit when asked for the camera. 200: it is on the disk.
    let answer = server.post(MAIN, FLOW_CANCELLED);
    assert_eq!((answer.status, answer.text()), (200, "ok\n"));

    // The log has it byte for byte, and a moment later the report counts it.
    assert_eq!(home.verified(), 1);
    server.counts(1);
    let report = server.json("/api/v1/reports/abandonment");
    assert_eq!(report["totals"]["started"], 1);
    assert_eq!(report["totals"]["cancelled"], 1);
    let screen = &report["by_state"][0];
    assert_eq!(screen["state"], "camera_access_blocked_screen_shown");
    assert_eq!(screen["label"], "Camera access blocked");
    assert_eq!(screen["abandoned"], 1);
    assert_eq!(report["by_reason"][0]["reason"], "quit_session_confirmed");

    // The page draws it: one bar, with its name, its count and its rate.
    let page = server.get("/");
    let bars = text_of(section(page.text(), "screens"));
    for words in ["Camera access blocked", "1 · 100.0 %"] {
        assert!(bars.contains(words), "`{words}` is not in: {bars}");
    }

    // The command line says the same of the same log, while the server goes on.
    let said = home.prints(["report", "abandonment", "--from", "-1d"]);
    assert!(said.starts_with("0 of 1 session submitted"), "{said}");
    let bar = said.lines().find(|line| line.starts_with("Camera access blocked  ██"));
    assert!(bar.is_some_and(|bar| bar.contains(" 1 ")), "{said}");
}

#[test]
fn the_four_samples_tell_of_one_session() {
    let home = Home::new();
    let server = Server::start(&home);
    // As the provider's page has them: submitted, decided, finished, and left after all that.
    server.takes(MAIN, &SAMPLES);
    server.counts(4);
    let totals = &server.json("/api/v1/reports/abandonment")["totals"];
    for (name, want) in [
        ("started", 1),
        ("submitted", 1),
        ("abandoned", 0),
        ("recovered", 0),
        ("left_after_submitting", 1),
    ] {
        assert_eq!(totals[name], want, "{name}");
    }
    let page = server.get("/");
    let screens = text_of(section(page.text(), "screens"));
    assert!(screens.contains("Nobody left."), "{screens}");
}

#[test]
fn whoever_comes_back_and_submits_is_no_loss() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[FLOW_CANCELLED]);
    server.takes(MAIN, &SAMPLES[..3]);
    server.counts(4);
    let report = server.json("/api/v1/reports/abandonment");
    assert_eq!(report["totals"]["submitted"], 1);
    assert_eq!(report["totals"]["recovered"], 1);
    assert_eq!(report["by_state"], serde_json::json!([]));
}
