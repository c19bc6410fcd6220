//! The right numbers reach everybody, once.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;
use weir_tests::Server;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::mailbox::Message;

use crate::world::{EVERYBODY, World, recipients, three_sessions};

/// `"1"` of `started` in the report that a message carries.
fn attached(message: &Message) -> Value {
    let file = message.part("application/json").expect("the file goes with the mail");
    serde_json::from_slice(&file).expect("it is the report")
}

#[test]
fn signed_webhooks_become_a_mail_a_webhook_and_a_file_with_the_same_numbers() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    three_sessions(&server);
    let run = world.home.weir(["schedule", "run", "lately"]).ok();
    assert!(run.stderr.contains("does run 1"), "the server does it: {run}");
    let said = run.text();
    assert_eq!(said.matches("  delivered  ").count(), 4, "{said}");

    // Everybody was told the same: what the API says.
    let live = server.json("/api/v1/reports/abandonment?from=-1d&to=now")["totals"].clone();
    assert_eq!((&live["started"], &live["submitted"]), (&3.into(), &1.into()));
    for who in ["ann@example.com", "ben@example.com"] {
        let messages = world.mailbox.messages_to(who);
        assert_eq!(messages.len(), 1, "{who}");
        assert_eq!(attached(&messages[0])["totals"], live);
        let text = messages[0].plain();
        assert!(text.contains("1 of 3 sessions submitted"), "{text}");
        assert!(text.contains("Camera access blocked"), "{text}");
        assert_eq!(messages[0].header("to"), Some(who));
    }
    assert_eq!(world.home.report(["--from", "-1d"])["totals"], live, "the command says the same");
    let page = server.get("/?from=-1d&to=now");
    assert!(plain(page.text()).contains("1 of 3 sessions"), "the page too: {}", page.text());
    let webhooks = world.receiver.taken();
    assert_eq!(webhooks.len(), 1);
    assert_eq!(webhooks[0].json()["report"]["totals"], live);
    let file = world.home.data().join("outputs/files/lately/1.json");
    let file: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(file["totals"], live);

    // The ledger says so, and where it stands in the log.
    let told = &world.runs("lately")[0];
    assert_eq!((&told["state"], &told["position"]), (&"delivered".into(), &5.into()));
    assert!(recipients(told).iter().all(|(_, state)| state == "delivered"), "{told:#}");
    let said = server.stop().1;
    assert!(said.contains("run 1 of lately is rendered"), "{said}");
    for private in ["ann@", "ben@", "a secret of"] {
        assert!(!said.contains(private), "`{private}` is in the log of the process: {said}");
    }
}

#[test]
fn a_definition_that_is_written_while_the_server_runs_is_sent_when_it_is_due() {
    let world = World::new();
    let server = Server::start(&world.home);
    three_sessions(&server);
    let due = format!("{EVERYBODY}\n[schedule]\nwhen = \"* * * * * UTC\"\n");
    world.home.define("minutely", &due);
    let run = world.newest_over("minutely", 0);
    assert_eq!((&run["state"], &run["cause"]), (&"delivered".into(), &"scheduled".into()));
    let at = run["scheduled_at"].as_str().unwrap();
    assert!(at.ends_with(":00Z"), "a full minute: {at}");
    let messages = world.mailbox.messages_to("ann@example.com");
    assert_eq!(attached(&messages[0])["totals"]["started"], 3);
    // What is asked is of the instant at which it was due, not of when it was made.
    assert_eq!(attached(&messages[0])["input"]["as_of"], run["scheduled_at"]);
    let next = world.told("minutely")["definition"]["next_at"].as_str().unwrap().to_owned();
    assert!(at < next.as_str(), "{at} {next}");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn without_a_server_the_command_does_that_run_and_nothing_else() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    world.home.define("due", &format!("{EVERYBODY}\n[schedule]\nwhen = \"* * * * * UTC\"\n"));
    let server = Server::start(&world.home);
    server.takes(MAIN, &[event(1, 7001)]);
    server.stop();
    let before = world.mailbox.messages().len();
    let run = world.home.weir(["schedule", "run", "lately"]).ok();
    assert!(!run.stderr.contains("does run"), "{run}");
    assert_eq!(world.mailbox.messages().len(), before + 2);
    let said = world.home.prints(["schedule", "list"]);
    assert!(said.contains("nothing is sent by itself while `weir serve` does not run"), "{said}");
}

#[test]
fn a_dry_run_shows_everything_sends_nothing_and_records_nothing() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    three_sessions(&server);
    let said = world.home.prints(["schedule", "run", "lately", "--dry-run", "--out", "seen"]);
    for words in [
        "subject   ",
        "to        mail:ann@example.com with json",
        "to        webhook:ops",
        "nothing was sent",
    ] {
        assert!(said.contains(words), "`{words}` is not in: {said}");
    }
    let report = std::fs::read(world.home.path("seen/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["totals"]["started"], 3);
    assert!(world.mailbox.messages().is_empty() && world.receiver.taken().is_empty());
    assert!(world.runs("lately").is_empty());
    // What lies in a folder is nobody's to overwrite.
    let again = world.home.weir(["schedule", "run", "lately", "--dry-run", "--out", "seen"]);
    again.failed(2, &["seen is not empty", "--out"]);
}

/// A page's words, without its markup.
fn plain(html: &str) -> String {
    let mut words = String::new();
    for part in html.split('<') {
        words.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    words.replace('\u{a0}', " ")
}

/// Due by itself, so that it may say what becomes of it where nothing came.
fn empty(when_empty: &str) -> String {
    let due = "[schedule]\nwhen = \"yearly\"".replace("yearly", "0 0 1 1 * UTC");
    format!("{EVERYBODY}\n{due}\nwhen_empty = \"{when_empty}\"\n")
}

#[test]
fn a_report_with_nothing_in_it_says_so_or_is_not_sent_as_its_definition_says() {
    let world = World::new();
    let home = &world.home;
    home.import(&format!(
        "{{\"received_at\":\"2026-01-05T08:00:00Z\",\"payload\":{}}}\n",
        event(1, 7001)
    ));
    home.define("said", &empty("send"));
    home.define("skipped", &empty("skip"));
    home.weir(["schedule", "run", "said"]).ok();
    let messages = world.mailbox.messages_to("ann@example.com");
    assert_eq!(messages.len(), 1);
    assert!(messages[0].plain().contains("No sessions"), "{}", messages[0].plain());
    assert_eq!(attached(&messages[0])["totals"]["started"], 0);

    let run = home.weir(["schedule", "run", "skipped"]).ok();
    let why = "nothing came in its range, and the definition says not to send an empty report";
    assert!(run.text().contains(why), "{run}");
    assert_eq!(world.mailbox.messages().len(), 2, "of the first one");
    assert_eq!(world.runs("skipped")[0]["state"], "quiet");
    assert!(home.prints(["schedule", "list"]).contains("2 quiet"));
    let again = home.prints(["schedule", "again", "2"]);
    assert!(again.contains("it told nobody anything, so there is no file"), "{again}");
    home.weir(["schedule", "again", "2", "--send"]).failed(1, &["run 2 had nothing to send", why]);
    let server = Server::start(home);
    let page = server.get("/reports/runs/2").text().to_owned();
    assert!(page.contains("the definition says not to send an empty report"), "{page}");
}

#[test]
fn where_another_command_is_at_work_and_no_server_a_run_waits_for_its_turn() {
    let world = World::new();
    let home = &world.home;
    let server = Server::start(home);
    three_sessions(&server);
    server.stop();
    home.define("lately", EVERYBODY);
    let data = weir_log::DataDir::at(&home.data());
    let lock = data.lock("weir import").expect("nobody is at work");
    let mut asking = home.command(["schedule", "run", "lately"]);
    let mut asking =
        asking.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut said = BufReader::new(asking.stderr.take().expect("it is piped")).lines();
    let first = said.next().expect("it says something").expect("it says text");
    assert!(first.contains("run 1 waits for `weir import`"), "{first}");
    assert!(world.mailbox.messages().is_empty(), "one at a time");
    drop(lock);
    let rest: Vec<_> = said.map_while(Result::ok).collect();
    assert!(asking.wait().expect("it ends").success(), "{rest:?}");
    assert_eq!(world.mailbox.messages().len(), 2);
    assert_eq!(world.runs("lately")[0]["state"], "delivered");
}
