//! A disk that is full, and has room again.

use std::time::Duration;

use weir_tests::Server;
use weir_tests::disk::Disk;
use weir_tests::mailbox::{Mood, Place};

use crate::world::{EVERYBODY, World, end, recipients, three_sessions};

#[track_caller]
fn everybody_has_it_once(world: &World) {
    for who in ["ann@example.com", "ben@example.com"] {
        assert_eq!(world.mailbox.messages_to(who).len(), 1, "{who}");
    }
    assert_eq!(world.receiver.taken().len(), 1);
}

#[test]
fn a_run_that_cannot_be_written_says_so_and_goes_on_by_itself_when_there_is_room() {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    let Some(disk) = Disk::at(&world.home.data().join("outputs"), 16) else { return };
    let server = Server::start(&world.home);
    three_sessions(&server);
    let run = world.home.weir(["schedule", "run", "lately"]);
    run.failed(1, &["run 1 is not over", "goes on trying"]);
    let why = "the disk is full: make room on it";
    for words in ["outputs/1/", why, "it is tried again at"] {
        assert!(run.text().contains(words), "`{words}` is not in: {run}");
    }
    let listed = world.home.prints(["schedule", "list"]);
    let waits = listed.lines().find(|line| line.starts_with("waiting: lately, run 1: "));
    assert!(waits.is_some_and(|waits| waits.contains(why)), "{listed}");
    for page in ["/reports", "/reports/lately", "/reports/runs/1"] {
        let page = server.get(page).text().to_owned();
        assert!(page.contains(why), "{page}");
    }
    assert!(world.mailbox.messages().is_empty() && world.receiver.taken().is_empty());
    // Webhooks are taken all the while: they lie on another disk here.
    three_sessions(&server);

    disk.remount("size=64m");
    world.pauses_are_over();
    let run = world.newest_over("lately", 0);
    assert_eq!(run["state"], "delivered", "{run:#}");
    everybody_has_it_once(&world);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_full_disk_of_files_keeps_nobody_else_waiting() {
    let world =
        World::configured(|config| format!("{config}[channels.files]\ndir = \"published\"\n\n"));
    world.home.define("lately", EVERYBODY);
    let Some(disk) = Disk::at(&world.home.path("published"), 8) else { return };
    disk.fill();
    let server = Server::start(&world.home);
    three_sessions(&server);
    let run = world.home.weir(["schedule", "run", "lately"]);
    run.failed(1, &["run 1 is not over"]);
    everybody_has_it_once(&world);
    let why = "is full; make room there";
    for said in [run.text(), world.home.prints(["schedule", "list"])] {
        assert!(said.contains("published") && said.contains(why), "{said}");
    }
    disk.remount("size=8m");
    world.pauses_are_over();
    assert_eq!(world.newest_over("lately", 0)["state"], "delivered");
    everybody_has_it_once(&world);
    let file = std::fs::read(world.home.path("published/lately/1.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(file["totals"]["started"], 3);
    assert_eq!(server.stop().0, Some(0));
}

/// The ledger's own disk is full from when two mails are under way, which the mail server has or
/// has not, until it has gone on for a while.
fn filled_while_it_sends(place: Place) -> (World, Server, Disk) {
    let world = World::patient();
    let disk = Disk::at(&world.home.data(), 32 * 1_024).expect("this user may mount a disk");
    world.home.define("lately", EVERYBODY);
    world.mailbox.is(Mood::Holds(place));
    let server = Server::start(&world.home);
    three_sessions(&server);
    let asking = world.ask("lately");
    world.mailbox.holds(2);
    end(asking);
    disk.fill();
    world.mailbox.is(Mood::Takes(Duration::ZERO));
    world.mailbox.lets_go();
    (world, server, disk)
}

#[test]
fn a_ledger_without_room_while_mails_are_sent_makes_nobody_get_one_twice() {
    for place in [Place::Recipient, Place::Message] {
        let (world, server, disk) = filled_while_it_sends(place);
        std::thread::sleep(Duration::from_secs(3));
        // It can be read all the while, also by another process.
        assert!(world.home.prints(["schedule", "list"]).contains("1 delivering"));
        let page = server.get("/reports/runs/1");
        assert_eq!(page.status, 200, "{}", page.text());
        disk.empty();
        for _ in 0..5 {
            std::thread::sleep(Duration::from_secs(1));
            world.pauses_are_over();
        }
        let run = world.newest_over("lately", 0);
        assert_eq!(run["state"], "delivered", "held at {place:?}: {run:#}\n{}", server.said());
        assert!(recipients(&run).iter().all(|(_, state)| state == "delivered"), "{run:#}");
        everybody_has_it_once(&world);
        // A disk that is full is not filled by complaints.
        let said = server.said();
        assert!(said.matches("scheduled reports wait").count() <= 1, "{said}");
        assert!(!said.contains("@example.com"), "it is nobody's business who got it: {said}");
        assert_eq!(server.stop().0, Some(0));
    }
}
