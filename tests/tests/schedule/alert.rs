//! A number that calls for somebody: told once, with the sessions behind it, until somebody knows.

use serde_json::Value;
use weir_tests::Server;
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::http::request;
use weir_tests::owner::api_token;

use crate::world::World;

const BLOCKED: &str = "camera_access_blocked_screen_shown";

/// Judged each minute, on what came lately.
fn watch(paused: bool) -> String {
    format!(
        "title = \"Drop-off at the camera\"\n[ask]\nfrom = \"-1d\"\nto = \"now\"\n\
         [schedule]\nwhen = \"* * * * * UTC\"\npaused = {paused}\n\
         [alert]\non = \"drop_off_rate\"\nstate = \"{BLOCKED}\"\nabove = 0.3\nminimum = 15\n\
         matured = \"0h\"\nruns = 2\nquiet = \"00:00-23:59\"\n[[recipient]]\nmail = [\"ann@example.com\"]\n"
    )
}

/// Twenty begin, and so many of them leave at the blocked camera.
fn twenty(server: &Server, left: u64) {
    for n in 1..=20 {
        server.takes(MAIN, &[event(n, 7001)]);
        if n <= left {
            server.takes(MAIN, &[cancelled_at(n, BLOCKED)]);
        }
    }
}

/// A dashboard with an address, where nobody is let in without signing in.
fn closed() -> World {
    let world = World::new();
    let config = std::fs::read_to_string(world.home.path("weir.toml")).expect("it can be read");
    let config = config.replace("open = \"loopback\"", "");
    let named = "[server]\npublic_url = \"https://weir.example.com\"\n\n";
    world.home.write("weir.toml", format!("{named}{config}"));
    world
}

/// Asks as somebody with this token.
#[track_caller]
fn ask(server: &Server, method: &str, path: &str, token: &str) -> Value {
    let headers = [format!("authorization: Bearer {token}")];
    let answer =
        server.connect().ask(&request(method, path, &headers, b"")).expect("it can be read");
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
    serde_json::from_slice(&answer.body).expect("it can be read")
}

#[test]
fn by_hand_an_alert_tells_what_it_sees_and_stands_as_it_stood() {
    let world = World::new();
    let home = &world.home;
    home.define("watch", &watch(true));
    let server = Server::start(home);
    twenty(&server, 2);
    let quiet = home.weir(["schedule", "run", "watch"]).ok();
    for words in ["run 1: quiet, asked for", "of 20 sessions", "within what the alert takes"] {
        assert!(
            quiet.text().replace('\u{a0}', " ").contains(words),
            "`{words}` is not in: {quiet}"
        );
    }
    assert!(world.mailbox.messages().is_empty());
    for n in 3..=15 {
        server.takes(MAIN, &[cancelled_at(n, BLOCKED)]);
    }
    // It would take two in a row, and it is night all day: by hand it tells at once.
    let dry = home.prints(["schedule", "run", "watch", "--dry-run"]);
    assert!(dry.contains("subject") && dry.contains("75.0"), "{dry}");
    assert!(world.mailbox.messages().is_empty());
    home.weir(["schedule", "run", "watch"]).ok();
    let messages = world.mailbox.messages_to("ann@example.com");
    assert_eq!(messages.len(), 1);
    let text = messages[0].plain().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "15 of 20 sessions left at “Camera access blocked”",
        "With 95 % confidence the rate lies between",
        "this run was asked for",
    ] {
        assert!(text.contains(words), "`{words}` is not in: {text}");
    }
    let told = world.told("watch");
    assert_eq!(told["definition"]["alert"], Value::Null, "it was never judged: {told:#}");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn an_alert_is_told_once_with_the_sessions_behind_it_and_somebody_says_that_they_know() {
    let world = closed();
    let server = Server::start(&world.home);
    let token = api_token(&server);
    twenty(&server, 15);
    let due = watch(false).replace("runs = 2\nquiet = \"00:00-23:59\"\n", "");
    world.home.define("watch", &due);
    let run = world.newest_over("watch", 0);
    assert_eq!(
        (&run["state"], &run["cause"]),
        (&"delivered".into(), &"scheduled".into()),
        "{run:#}"
    );
    let messages = world.mailbox.messages_to("ann@example.com");
    assert_eq!(messages.len(), 1);
    let subject = messages[0].header("subject").unwrap();
    assert!(!subject.is_empty());

    // Its first link leads to exactly those who left there.
    let html = String::from_utf8(messages[0].part("text/html").unwrap()).unwrap();
    let link =
        html.split("href=\"https://weir.example.com/sessions?").nth(1).expect("it has a link");
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let sessions = ask(&server, "GET", &format!("/api/v1/sessions?{link}"), &token);
    assert_eq!(sessions["count"], 15, "{sessions:#}");

    let listed = world.home.prints(["schedule", "list"]);
    assert!(listed.contains("alert: watch is firing, since "), "{listed}");
    assert!(listed.replace('\u{a0}', " ").contains("75.0 %"), "{listed}");
    ask(&server, "POST", "/api/v1/alerts/watch/acknowledge", &token);
    let listed = world.home.prints(["schedule", "list"]);
    assert!(listed.contains(", acknowledged by Ona at "), "{listed}");

    // By hand it still shows what it sees, and who knows of it knows of it.
    world.home.weir(["schedule", "run", "watch"]).ok();
    assert_eq!(world.mailbox.messages_to("ann@example.com").len(), 2);
    let listed = world.home.prints(["schedule", "list"]);
    assert!(listed.contains("acknowledged by Ona"), "{listed}");
    assert_eq!(server.stop().0, Some(0));
}
