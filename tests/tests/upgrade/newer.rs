//! What is too new for us is refused with the version that can open it, and left as it is.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use weir_tests::{Home, Server};

use crate::fixture::{Fixture, THIS};

/// A home of which one store was written by Weir 9.9.9.
fn newer(store: &str) -> Home {
    let home = Fixture::of(THIS).home();
    let conn = Connection::open(home.data().join(store)).expect("it is there");
    let future = "UPDATE written_by SET version = '9.9.9'; PRAGMA user_version = 99; \
                  CREATE TABLE of_the_future (a ANY) STRICT";
    conn.execute_batch(future).expect("it is SQL");
    home
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).expect("it is there")
}

/// Whether a server starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Serves {
    No,
    WithoutIt,
}

/// Each of the commands refuses, and the store stays as it was.
#[track_caller]
fn refused(store: &str, commands: &[&[&str]], serves: Serves) {
    let home = newer(store);
    let path = home.data().join(store);
    let before = bytes(&path);
    let says = [store, "was written by Weir 9.9.9 (", "run that version or a later one"];
    for &command in commands {
        home.weir(command).failed(1, &says);
        assert_eq!(bytes(&path), before, "`weir {}` changed {store}", command.join(" "));
    }
    let (started, said) = match Server::try_start(&home) {
        Ok(server) => (Serves::WithoutIt, server.stop().1),
        Err(said) => (Serves::No, said),
    };
    assert_eq!(started, serves, "{said}");
    for fragment in says {
        assert!(said.contains(fragment), "`{fragment}` is not in: {said}");
    }
    assert_eq!(bytes(&path), before, "`weir serve` changed {store}");
    let doctor = home.weir(["doctor"]);
    assert_eq!(doctor.status, Some(1), "{doctor}");
    assert!(doctor.text().contains("was written by Weir 9.9.9 ("), "{doctor}");
}

#[test]
fn a_newer_log() {
    let commands: [&[&str]; 5] = [
        &["log", "verify"],
        &["log", "export"],
        &["report"],
        &["rebuild"],
        &["backup", "elsewhere"],
    ];
    refused("log.db", &commands, Serves::No);
}

#[test]
fn a_newer_ledger() {
    let commands: [&[&str]; 2] = [&["schedule", "list"], &["schedule", "run", "lately"]];
    refused("schedule.db", &commands, Serves::WithoutIt);
}

#[test]
fn newer_people() {
    let commands: [&[&str]; 2] = [&["people", "list"], &["people", "add", "Ben"]];
    refused("access.db", &commands, Serves::WithoutIt);
}

#[test]
fn a_newer_vault() {
    let commands: [&[&str]; 3] =
        [&["log", "export"], &["erase", "--end-user", "x", "--dry-run"], &["seal", "--yes"]];
    refused("keys.db", &commands, Serves::No);
}

#[test]
fn a_newer_audit_record() {
    let commands: [&[&str]; 2] = [&["audit"], &["people", "add", "Ben"]];
    refused("audit.db", &commands, Serves::WithoutIt);
}
