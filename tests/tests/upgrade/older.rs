//! What was there before us is opened, migrated, reported on, and gone on with.

use rusqlite::Connection;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

use crate::fixture::{ERASED, Fixture, NAMED, REPORT, SEALED, THIS};

/// Works on a home as an operator does after an upgrade, and holds it against what its version knew.
#[track_caller]
fn goes_on(fixture: &Fixture, home: &Home) {
    let version = fixture.version();
    // Readers first: they see what an older Weir left without changing it.
    assert_eq!(home.prints(REPORT), fixture.text("report.json"), "the report of {version}");
    assert_eq!(home.exported(), fixture.text("export.ndjson"), "the log of {version}");
    let deliveries = fixture.text("export.ndjson").lines().count() as u64;
    assert_eq!(home.verified(), deliveries);
    // What is drawn may be drawn otherwise, the numbers may not.
    let again = home.weir(["schedule", "again", "1"]);
    assert!(again.text().contains("the same  report.json"), "{version}: {again}");

    erasures_stay(home);

    let server = Server::start(home);
    server.takes(MAIN, &[event(99, 7001)]);
    server.counts(deliveries + 1);
    assert_eq!(server.stop().0, Some(0), "{version}");
    home.prints(["rebuild"]);
    assert_eq!(home.prints(REPORT), fixture.text("report.json"), "the report of {version}, later");
    assert!(home.exported().starts_with(&fixture.text("export.ndjson")));
    assert_eq!(home.verified(), deliveries + 1);
    assert!(home.prints(["people", "list"]).contains("Ann"));
    assert!(home.prints(["schedule", "list"]).contains("lately"));
    home.weir(["doctor"]).ok();
    home.prints(["erase", "--yes", "--end-user", NAMED]);
    assert!(!home.exported().contains(NAMED), "a key of {version} is forgotten");
    assert_eq!(home.prints(REPORT), fixture.text("report.json"), "the report of {version}, erased");
    for store in fixture.stores() {
        assert_eq!(stamp(home, &store), THIS, "{store} of {version}");
        assert_eq!(schema(home, &store), schema(&new(), &store), "{store} of {version}");
    }
}

/// What was sealed opens, what was erased does not, and the record says so.
#[track_caller]
fn erasures_stay(home: &Home) {
    let exported = home.exported();
    assert!(exported.contains(NAMED) && !exported.contains(ERASED), "{exported}");
    assert_eq!(exported.matches("\"redacted\":true").count(), 2, "{exported}");
    home.prints(["audit", "verify"]);
    let record = home.prints(["audit", "--did", "erased"]);
    assert!(record.contains("endUserId ~") && record.contains(": 2 deliveries"), "{record}");
}

fn open(home: &Home, store: &str) -> Connection {
    Connection::open(home.data().join(store)).expect("it is there")
}

fn change(home: &Home, store: &str, sql: &str) {
    open(home, store).execute_batch(sql).expect("it is SQL");
}

fn stamp(home: &Home, store: &str) -> String {
    let sql = "SELECT version FROM written_by";
    open(home, store).query_row(sql, [], |row| row.get(0)).expect("every store is stamped")
}

/// Version and tables of a store.
fn schema(home: &Home, store: &str) -> (i64, Vec<String>) {
    let conn = open(home, store);
    let version = conn.pragma_query_value(None, "user_version", |row| row.get(0));
    let mut names = conn.prepare("SELECT name FROM sqlite_schema ORDER BY name").expect("SQL");
    let names = names.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    (version.expect("it is a number"), names.expect("names are text"))
}

/// One that this version made, with every store that it makes.
fn new() -> Home {
    let home = Home::with(SEALED);
    home.prints(["people", "add", "Ann"]);
    Server::start(&home).stop();
    home.exported();
    home
}

#[test]
fn every_version_there_was_goes_on() {
    for fixture in Fixture::all() {
        goes_on(&fixture, &fixture.home());
    }
}

/// Before 0.1.0 was whole, nothing was stamped.
#[test]
fn stores_without_a_stamp_go_on() {
    let fixture = Fixture::of("0.1.0");
    let home = fixture.home();
    for store in fixture.stores() {
        change(&home, &store, "DROP TABLE written_by");
    }
    goes_on(&fixture, &home);
}

#[test]
fn a_read_model_of_another_layout_or_fold_is_folded_anew() {
    let fixture = Fixture::of("0.1.0");
    let older = "DROP TABLE session_chunk; PRAGMA user_version = 1";
    let newer = "ALTER TABLE session_chunk RENAME TO segment; PRAGMA user_version = 99; \
                 UPDATE written_by SET version = '9.9.9'";
    let folds =
        ["UPDATE checkpoint SET fold_version = 1", "UPDATE checkpoint SET fold_version = 99"];
    for sql in [older, newer].into_iter().chain(folds) {
        let home = fixture.home();
        change(&home, "read.db", sql);
        assert_eq!(home.prints(REPORT), fixture.text("report.json"), "{sql}");
        let server = Server::start(&home);
        server.counts(fixture.text("export.ndjson").lines().count() as u64);
        assert_eq!(server.stop().0, Some(0), "{sql}");
        assert_eq!(home.prints(REPORT), fixture.text("report.json"), "{sql}");
        assert_eq!(stamp(&home, "read.db"), THIS);
        assert_eq!(schema(&home, "read.db"), schema(&fixture.home(), "read.db"));
    }
}
