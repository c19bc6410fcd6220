//! A server that is killed while it sends.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rand::Rng;
use weir_tests::Server;
use weir_tests::chance::{number, seeded};
use weir_tests::mailbox::{Mood, Place};

use crate::world::{EVERYBODY, World, end, is_over, recipients, three_sessions};

const CYCLES_DEFAULT: u64 = 12;
const RUNS_PER_CYCLE: usize = 3;

#[test]
fn nobody_gets_a_run_twice_and_every_end_is_explained_whenever_the_server_is_killed() {
    let cycles = number("WEIR_KILL_CYCLES").unwrap_or(CYCLES_DEFAULT);
    let rng = &mut seeded("WEIR_KILL_SEED");
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let server = Server::start(&world.home);
    three_sessions(&server);
    server.kill();
    for _ in 0..cycles {
        world.mailbox.is(Mood::Takes(Duration::from_millis(rng.random_range(0..150))));
        let server = Server::start(&world.home);
        let asking: Vec<_> = (0..RUNS_PER_CYCLE).map(|_| world.ask("lately")).collect();
        thread::sleep(Duration::from_millis(rng.random_range(200..2_500)));
        server.kill();
        asking.into_iter().for_each(end);
    }
    let server = Server::start(&world.home);
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    let mut runs = world.runs("lately");
    for _ in 0..600 {
        if runs.iter().all(is_over) {
            break;
        }
        world.pauses_are_over();
        thread::sleep(Duration::from_millis(200));
        runs = world.runs("lately");
    }
    assert!(!runs.is_empty(), "at least one was asked for");

    // What arrived, by the run and whom it was for.
    let mut arrived: BTreeMap<(u64, String), u32> = BTreeMap::new();
    for message in world.mailbox.messages() {
        let id = message.header("message-id").expect("it has an id");
        let run = id.trim_start_matches("<run-").split('-').next().and_then(|run| run.parse().ok());
        let run = run.unwrap_or_else(|| panic!("{id} names no run"));
        *arrived.entry((run, format!("mail:{}", message.to))).or_default() += 1;
    }
    for webhook in world.receiver.taken() {
        let run = webhook.json()["run"].as_u64().expect("it names its run");
        *arrived.entry((run, "webhook:ops".to_owned())).or_default() += 1;
    }
    for (of, times) in &arrived {
        assert_eq!(*times, 1, "{of:?} arrived {times} times");
    }
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for run in &runs {
        assert!(is_over(run), "{run:#}");
        let number = run["run"].as_u64().expect("a number");
        for sending in run["recipients"].as_array().expect("a list") {
            let target = sending["target"].as_str().expect("a text").to_owned();
            let state = sending["state"].as_str().expect("a text");
            *ends.entry(state.to_owned()).or_default() += 1;
            let has = arrived.contains_key(&(number, target.clone()));
            match state {
                "delivered" => assert!(has || target.starts_with("file:"), "{sending:#}"),
                "unknown" => {
                    let trouble = sending["trouble"].as_str().expect("it says why");
                    let next = format!("weir schedule again {number} --send {target}");
                    assert!(trouble.contains(&next), "{trouble}");
                }
                _ => panic!("nothing refused it: {sending:#}"),
            }
        }
    }
    println!("{cycles} cycles, {} runs: {ends:?}", runs.len());
    assert!(ends.contains_key("delivered"), "{ends:?}");
    assert_eq!(server.stop().0, Some(0));
}

const THREE: &str = r#"
title = "What came lately"
formats = ["json"]

[ask]
from = "-1d"
to = "now"

[[recipient]]
mail = ["ann@example.com", "ben@example.com", "cat@example.com"]
"#;

/// A server is killed while the mail server keeps two of three waiting at `place`, and started
/// again when it takes everything.
fn killed_at(place: Place) -> (World, Server) {
    let world = World::patient();
    world.home.define("lately", THREE);
    world.mailbox.is(Mood::Holds(place));
    let server = Server::start(&world.home);
    three_sessions(&server);
    let asking = world.ask("lately");
    // Two are sent at once; the third waits for its turn.
    world.mailbox.holds(2);
    server.kill();
    end(asking);
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    let server = Server::start(&world.home);
    (world, server)
}

#[track_caller]
fn each_has_it_once(world: &World) {
    for who in ["ann@example.com", "ben@example.com", "cat@example.com"] {
        assert_eq!(world.mailbox.messages_to(who).len(), 1, "{who}");
    }
}

#[test]
fn whoever_surely_got_nothing_when_the_server_was_killed_gets_it_after_the_next_start() {
    for place in [Place::Recipient, Place::Data] {
        let (world, server) = killed_at(place);
        let run = world.newest_over("lately", 0);
        assert_eq!(run["state"], "delivered", "killed at {place:?}: {run:#}");
        each_has_it_once(&world);
        let said = world.home.prints(["schedule", "list"]);
        assert!(said.contains("1 delivered") && !said.contains("failed:"), "{said}");
        assert_eq!(server.stop().0, Some(0));
    }
}

#[test]
fn of_whom_nobody_knows_when_the_server_was_killed_is_named_with_what_to_do() {
    let (world, server) = killed_at(Place::Message);
    let run = world.newest_over("lately", 0);
    assert_eq!(run["state"], "failed", "{run:#}");
    each_has_it_once(&world);
    let states = recipients(&run);
    let unknown: Vec<_> = states.iter().filter(|(_, state)| state == "unknown").collect();
    assert_eq!(unknown.len(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|(_, state)| state == "delivered").count(), 1, "{states:?}");

    // It says so wherever one looks: on the list, of the run, on the page, and on the page of the run.
    let why = "nobody knows whether";
    let listed = world.home.prints(["schedule", "list"]);
    assert!(
        listed.contains("failed: lately, run 1: of 2 of 3 recipients nobody knows"),
        "{listed}"
    );
    let told = world.home.prints(["schedule", "list", "lately"]);
    let page = server.get("/reports/runs/1").text().to_owned();
    for (who, _) in &unknown {
        let next = format!("weir schedule again 1 --send {who}");
        assert!(told.contains(why) && told.contains(&next), "{told}");
        assert!(page.contains(why) && page.contains(&next), "{page}");
    }
    assert!(server.get("/reports").text().contains(why));
    assert_eq!(server.json("/api/v1/health")["schedules"]["sendings_unknown"], 2);

    // By hand, and to one of them.
    let who = unknown[0].0.as_str();
    let said = world.home.prints(["schedule", "again", "1", "--send", who]);
    assert!(said.contains("run 2: delivered, run 1 again"), "{said}");
    let address = who.trim_start_matches("mail:");
    let messages = world.mailbox.messages_to(address);
    assert_eq!(messages.len(), 2, "{who}");
    assert_eq!(messages[0].plain(), messages[1].plain());
    assert_eq!(world.mailbox.messages().len(), 4);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_server_that_is_asked_to_end_lets_arrive_what_is_under_way_and_begins_nothing_more() {
    let world = World::patient();
    world.home.define("lately", THREE);
    world.mailbox.is(Mood::Holds(Place::Message));
    let mut server = Server::start(&world.home);
    three_sessions(&server);
    let asking = world.ask("lately");
    world.mailbox.holds(2);
    server.signal("TERM");
    // It has stopped to listen by the time that the mail server goes on.
    while server.connect_now().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    world.mailbox.lets_go();
    assert_eq!(server.wait(), Some(0), "{}", server.said());
    end(asking);
    let mut states = recipients(&world.runs("lately")[0]);
    states.sort_by(|a, b| a.1.cmp(&b.1));
    let states: Vec<_> = states.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["delivered", "delivered", "waiting"], "{}", server.said());
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    let server = Server::start(&world.home);
    assert_eq!(world.newest_over("lately", 0)["state"], "delivered");
    each_has_it_once(&world);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_run_that_is_sent_again_is_no_less_safe_from_a_kill_than_the_first() {
    let (world, server) = killed_at(Place::Data);
    assert_eq!(world.newest_over("lately", 0)["state"], "delivered");
    world.mailbox.is(Mood::Holds(Place::Message));
    let asking = world
        .home
        .command(["schedule", "again", "1", "--send"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary can be started");
    // Two that the first server was killed at, and two now.
    world.mailbox.holds(4);
    server.kill();
    end(asking);
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    let server = Server::start(&world.home);
    let run = world.newest_over("lately", 1);
    assert_eq!((&run["state"], &run["again_of"]), (&"failed".into(), &1.into()), "{run:#}");
    for who in ["ann@example.com", "ben@example.com", "cat@example.com"] {
        assert_eq!(world.mailbox.messages_to(who).len(), 2, "once for each run: {who}");
    }
    for (target, state) in recipients(&run).iter().filter(|(_, state)| state == "unknown") {
        let told = world.home.prints(["schedule", "list", "lately"]);
        assert!(
            told.contains(&format!("weir schedule again 2 --send {target}")),
            "{state}: {told}"
        );
    }
    assert_eq!(server.stop().0, Some(0));
}
