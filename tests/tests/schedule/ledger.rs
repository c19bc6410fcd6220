//! A ledger that cannot be read or written: one sentence says which file, and what to do.

use std::os::unix::fs::FileExt;

use weir_tests::Server;
use weir_tests::disk::Disk;

use crate::world::{EVERYBODY, World, three_sessions};

/// Something was sent, and stands in the ledger; no server runs.
fn sent() -> World {
    let world = World::new();
    world.home.define("lately", EVERYBODY);
    sends(&world);
    world
}

fn sends(world: &World) {
    let server = Server::start(&world.home);
    three_sessions(&server);
    server.stop();
    world.home.weir(["schedule", "run", "lately"]).ok();
}

/// Every command that is for the ledger alone fails with one sentence that has all of this. What a server
/// does without one stands in `bad_input/side_stores.rs`.
#[track_caller]
fn refused(world: &World, fragments: &[&str]) {
    for command in [
        &["schedule", "list"][..],
        &["schedule", "list", "lately"],
        &["schedule", "run", "lately"],
        &["schedule", "again", "1"],
    ] {
        world.home.weir(command).failed(1, fragments);
    }
    // What was received is none of the ledger's business.
    assert_eq!(world.home.verified(), 5);
    assert_eq!(world.home.report(["--from", "-1d"])["totals"]["started"], 3);
}

#[test]
fn a_newer_one_and_another_programs_are_left_alone() {
    let world = sent();
    let place = world.home.data().join("schedule.db");
    let version = |version: i64| {
        let conn = rusqlite::Connection::open(&place).unwrap();
        conn.pragma_update(None, "user_version", version).unwrap();
        conn.execute("UPDATE written_by SET version = '9.8.7'", []).unwrap();
    };
    version(99);
    refused(&world, &["schedule.db", "written by Weir 9.8.7 (schema 99", "run that version"]);
    version(1);
    assert!(world.home.prints(["schedule", "list"]).contains("1 delivered"));

    for file in ["schedule.db-wal", "schedule.db-shm"] {
        let _ = std::fs::remove_file(world.home.data().join(file));
    }
    let kept = std::fs::read(&place).unwrap();
    std::fs::write(&place, "a text, and a long one, of another program's").unwrap();
    refused(&world, &["schedule.db", "a database of another program", "move it away"]);
    assert_eq!(std::fs::read_to_string(&place).unwrap().len(), 44, "it is not touched");
    std::fs::write(&place, kept).unwrap();
    assert!(world.home.prints(["schedule", "list"]).contains("1 delivered"));
}

#[test]
fn a_damaged_one_says_so_and_once_it_is_moved_away_another_begins() {
    let world = sent();
    let place = world.home.data().join("schedule.db");
    rusqlite::Connection::open(&place)
        .unwrap()
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&place).unwrap();
    let bytes = file.metadata().unwrap().len();
    // All but the first page, which says whose it is.
    file.write_all_at(&vec![0x5a; usize::try_from(bytes).unwrap() - 4_096], 4_096).unwrap();
    refused(&world, &["schedule.db is damaged", "restore a backup of it"]);
    std::fs::rename(&place, world.home.path("damaged.db")).unwrap();
    let server = Server::start(&world.home);
    assert!(world.home.prints(["schedule", "list"]).contains("lately"));
    assert_eq!(world.runs("lately"), Vec::<serde_json::Value>::new());
    world.home.weir(["schedule", "run", "lately"]).ok();
    assert_eq!(world.mailbox.messages_to("ann@example.com").len(), 2);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn one_that_cannot_be_written_is_told_with_what_to_do() {
    let world = World::new();
    let Some(disk) = Disk::at(&world.home.data(), 8 * 1_024) else { return };
    world.home.define("lately", EVERYBODY);
    sends(&world);
    disk.remount("ro");
    let fragments = ["data", "ead-only file system", "writable"];
    refused(&world, &fragments);
    world.home.weir(["serve", "--listen", "127.0.0.1:0"]).failed(1, &fragments);
    disk.remount("rw");
    assert!(world.home.prints(["schedule", "list"]).contains("1 delivered"));
}
