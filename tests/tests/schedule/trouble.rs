//! What goes wrong is seen, with its cause and what to do.

use std::time::Duration;

use weir_tests::Server;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::mailbox::{Mood, Place};

use crate::world::{EVERYBODY, World, recipients, three_sessions};

#[test]
fn what_is_wrong_with_definitions_is_listed_with_file_and_line() {
    let world = World::new();
    let home = &world.home;
    home.import(&weir_line());
    home.define("fine", EVERYBODY);
    let wrong = [
        ("key", "title = \"A\"\nshedule = 1\n", "line 2", "shedule"),
        (
            "zone",
            "title = \"A\"\n[schedule]\nwhen = \"daily 08:00 Europe/Talin\"\n\
             [[recipient]]\nwebhook = \"ops\"\n",
            "line 3",
            "Europe/Talin",
        ),
        (
            "cron",
            "title = \"A\"\n[schedule]\nwhen = \"0 8 31 2 * UTC\"\n\
             [[recipient]]\nwebhook = \"ops\"\n",
            "line 3",
            "0 8 31 2",
        ),
        (
            "screen",
            "title = \"A\"\n[ask]\nstate = [\"camera_blocked\"]\n",
            "line 3",
            "camera_blocked",
        ),
        (
            "domain",
            "title = \"A\"\n[[recipient]]\nmail = [\"a@example.org\"]\n",
            "line 3",
            "example.org",
        ),
        ("hook", "title = \"A\"\n[[recipient]]\nwebhook = \"opps\"\n", "line 3", "opps"),
    ];
    for (name, text, ..) in wrong {
        home.define(name, text);
    }
    let listed = home.prints(["schedule", "list"]);
    let checked = home.weir(["schedule", "check"]);
    assert_eq!(checked.status, Some(1), "{checked}");
    for (name, _, line, words) in wrong {
        for said in [&listed, &checked.text()] {
            let told = said
                .lines()
                .find(|told| told.starts_with("wrong") && told.contains(&format!("{name}.toml")))
                .unwrap_or_else(|| panic!("{name} is not in: {said}"));
            assert!(told.contains(line) && told.contains(words), "{told}");
        }
    }
    assert!(checked.text().contains("ok     "), "{checked}");
    home.weir(["schedule", "check", "fine"]).ok();
    let place = home.data().join("reports/zone.toml");
    let one = home.weir(["schedule", "check", place.to_str().unwrap()]);
    one.failed(1, &["1 thing is wrong"]);
    home.weir(["schedule", "check", "nothing"]).failed(2, &["no definition `nothing`", "fine"]);
    home.weir(["schedule", "run", "zone"]).failed(1, &["zone.toml", "line 3", "Europe/Talin"]);
    // Nothing of it keeps a server from starting, and its pages tell it too.
    let server = Server::start(home);
    assert_eq!(server.get("/healthz").status, 200);
    world.until("zone", |told| told["definition"]["troubles"] != serde_json::json!([]));
    let page = server.get("/reports?show=trouble").text().to_owned();
    for (name, _, line, words) in wrong {
        let alone = server.get(&format!("/reports/{name}")).text().to_owned();
        let line = line.replace("line", "Line");
        for page in [&page, &alone] {
            for told in [name, &line, words] {
                assert!(page.contains(told), "{name}: `{told}` is not in: {page}");
            }
        }
    }
    let doctor = home.weir(["doctor"]);
    assert_eq!(doctor.status, Some(1));
    assert!(doctor.text().contains("zone.toml"), "{doctor}");
}

fn weir_line() -> String {
    format!("{{\"received_at\":\"2026-01-05T08:00:00Z\",\"payload\":{}}}\n", event(1, 7001))
}

#[test]
fn a_mail_server_that_is_down_is_tried_again_and_nobody_gets_it_twice() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    three_sessions(&server);
    world.mailbox.is(Mood::Down);
    let run = world.home.weir(["schedule", "run", "lately"]);
    run.failed(1, &["run 1 is not over", "goes on trying"]);
    let said = run.text();
    assert_eq!(said.matches("waiting").count(), 2, "{said}");
    assert_eq!(said.matches("delivered").count(), 2, "the others have it: {said}");
    assert!(said.contains("it is tried again at"), "{said}");
    let listed = world.home.prints(["schedule", "list"]);
    assert!(listed.contains("1 delivering"), "{listed}");
    let why = "2 of 4 recipients have to wait; mail:ann@example.com: 127.0.0.1:";
    assert!(listed.contains(&format!("waiting: lately, run 1: {why}")), "{listed}");
    let page = server.get("/reports").text().to_owned();
    assert!(page.contains(why), "{page}");

    // A start in between forgets nothing.
    server.stop();
    let server = Server::start(&world.home);
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    world.pauses_are_over();
    let run = world.newest_over("lately", 0);
    assert_eq!(run["state"], "delivered", "{run:#}");
    for who in ["ann@example.com", "ben@example.com"] {
        assert_eq!(world.mailbox.messages_to(who).len(), 1, "{who}");
    }
    assert_eq!(world.receiver.taken().len(), 1);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_recipient_that_is_refused_fails_alone_and_at_once() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    server.takes(MAIN, &[event(1, 7001)]);
    world.mailbox.is(Mood::Refuses("ben@", "550 5.1.1 no such user here"));
    let run = world.home.weir(["schedule", "run", "lately"]);
    run.failed(1, &["run 1 failed", "1 of 4 recipients did not get it"]);
    assert!(run.text().contains("no such user here"), "{run}");
    let states = recipients(&world.runs("lately")[0]);
    let failed: Vec<_> = states.iter().filter(|(_, state)| state == "failed").collect();
    assert_eq!(failed.len(), 1, "{states:?}");
    let said = world.home.prints(["schedule", "list"]);
    assert!(said.contains("failed: lately, run 1"), "{said}");
    let doctor = world.home.weir(["doctor"]);
    assert!(doctor.text().contains("lately"), "{doctor}");
    // Mended, and sent to the one who did not get it.
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    world.home.weir(["schedule", "again", "1", "--send", "mail:ben@example.com"]).ok();
    assert_eq!(world.mailbox.messages_to("ann@example.com").len(), 1);
    assert_eq!(world.mailbox.messages_to("ben@example.com").len(), 1);
}

#[test]
fn a_mail_server_that_says_nothing_after_the_last_byte_is_not_asked_again() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    server.takes(MAIN, &[event(1, 7001)]);
    world.mailbox.is(Mood::Holds(Place::Message));
    let run = world.home.weir(["schedule", "run", "lately"]);
    run.failed(1, &["run 1 failed", "nobody knows"]);
    assert!(run.text().contains("weir schedule again 1 --send mail:ann@example.com"), "{run}");
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    world.pauses_are_over();
    std::thread::sleep(Duration::from_millis(2_500));
    for who in ["ann@example.com", "ben@example.com"] {
        assert_eq!(world.mailbox.messages_to(who).len(), 1, "{who}");
    }
    assert_eq!(server.stop().0, Some(0));
}
