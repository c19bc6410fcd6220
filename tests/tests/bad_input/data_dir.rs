//! A data directory that is not ours to write.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use weir_tests::{Home, Server};

use crate::witness::{Witness, line};

/// Every command that opens a data directory, with what it is for.
const READING: [&[&str]; 4] =
    [&["report"], &["log", "verify"], &["log", "export"], &["log", "stats"]];
const WRITING: [&[&str]; 3] =
    [&["import", "more.ndjson"], &["serve", "--listen", "127.0.0.1:0"], &["rebuild"]];

/// Every command fails over the data directory that `prepare` leaves, and no file in it changes.
#[track_caller]
fn check(prepare: impl Fn(&Home), commands: &[&[&str]], fragments: &[&str]) {
    let home = Home::new();
    home.write("more.ndjson", line("{}"));
    prepare(&home);
    let before = files(&home.data());
    for command in commands {
        home.weir(*command).failed(1, fragments);
        assert_eq!(files(&home.data()), before, "{command:?} changed something");
    }
    // The doctor says the same, and leaves everything as it is.
    if commands.contains(&READING[0]) {
        let said = home.weir(["doctor"]);
        assert_eq!(said.status, Some(1), "{said}");
        assert!(said.text().contains(fragments[0]), "{said}");
        assert_eq!(files(&home.data()), before);
    }
}

/// The content of every file, but for the lock, in which its holders name themselves, and the
/// index that SQLite makes anew.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir) else {
        return BTreeMap::from([(String::new(), fs::read(dir).unwrap_or_default())]);
    };
    entries
        .map(|entry| entry.expect("it can be listed"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, _)| name != "lock" && !name.ends_with("-shm") && !name.ends_with("-wal"))
        .map(|(name, path)| (name, fs::read(path).expect("it can be read")))
        .collect()
}

fn all() -> Vec<&'static [&'static str]> {
    [&READING[..], &WRITING[..]].concat()
}

fn make(home: &Home) {
    fs::create_dir(home.data()).expect("there is room");
}

/// Changes a database, as a newer or another program might have.
fn change(home: &Home, file: &str, sql: &str) {
    let database = Connection::open(home.data().join(file)).expect("it can be opened");
    database.execute_batch(sql).expect("it can be changed");
}

#[test]
fn a_newer_weirs_log_is_left_alone() {
    check(
        |home| {
            home.import(&line("{}"));
            let sql = "PRAGMA user_version = 99; UPDATE written_by SET version = '9.8.7'; \
                       PRAGMA wal_checkpoint(TRUNCATE)";
            change(home, "log.db", sql);
        },
        &all(),
        &["log.db was written by Weir 9.8.7", "schema 99", "run that version"],
    );
}

#[test]
fn another_programs_database_is_left_alone() {
    check(
        |home| {
            make(home);
            change(home, "log.db", "CREATE TABLE customer (name TEXT)");
        },
        &all(),
        &["log.db is a database of another program", "--data-dir"],
    );
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    for text in ["short", &"this is no database, only text\n".repeat(1_000)] {
        check(
            |home| {
                make(home);
                home.write("data/log.db", text);
            },
            &all(),
            &["log.db is a database of another program", "--data-dir"],
        );
    }
}

#[test]
fn another_programs_folder_is_left_alone() {
    check(
        |home| {
            make(home);
            home.write("data/thesis.txt", "years of work");
        },
        &WRITING[..2],
        &["holds files of another program (`thesis.txt`)", "name an empty folder"],
    );
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let way_out = ["data is a file, not a folder", "name a folder with --data-dir"];
    check(|home| drop(home.write("data", "a file")), &WRITING[..2], &way_out);
}

#[test]
fn where_there_is_no_log_that_is_said_and_none_is_made() {
    let home = Home::new();
    for command in READING {
        home.weir(command).failed(1, &["there is no log in", "`weir import` makes one"]);
        assert!(!home.data().exists(), "{command:?} made a folder");
    }
}

#[test]
fn another_programs_read_model_is_left_alone() {
    check(
        |home| {
            home.import(&line("{}"));
            change(home, "read.db", "CREATE TABLE customer (name TEXT)");
        },
        &[&["report"], &["serve", "--listen", "127.0.0.1:0"], &["rebuild"]],
        &["read.db is a database of another program", "move it away"],
    );
}

#[test]
fn a_log_that_another_process_holds_is_left_alone() {
    let witness = Witness::new();
    witness.home.write("more.ndjson", line("{}"));
    let server = Server::start(&witness.home);
    let fragments = ["is in use by `weir serve` (process ", "stop it, or name another"];
    witness.check(["import", "more.ndjson"], 1, &fragments);
    let said = Server::try_start(&witness.home).err().expect("there is one already");
    assert!(said.contains(fragments[0]), "{said}");
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.stop().0, Some(0));
    // Once it is free it can be had.
    witness.home.weir(["import", "more.ndjson"]).ok();
}

#[test]
fn rows_that_another_program_added_are_seen() {
    let home = Home::new();
    home.import(&line("{}"));
    change(
        &home,
        "log.db",
        "INSERT INTO delivery (seq, received_at, origin, body) VALUES (2, 0, 1, x'7b7d')",
    );
    home.weir(["log", "verify"]).failed(1, &["deliveries after 1 are not sealed", "1 row"]);
    home.weir(["import", "lines.ndjson"]).failed(1, &["ends at 1 but", "is 2", "log verify"]);
    assert_eq!(home.weir(["doctor"]).status, Some(1));
}
