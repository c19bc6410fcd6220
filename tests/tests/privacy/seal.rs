//! What came before sealing is sealed afterwards.

use std::fs;

use rusqlite::Connection;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::streams::stream;
use weir_tests::{Home, Server, files_with};

const ANN: &str = "ann.miller@example.com";

fn seal_from_now_on(home: &Home) {
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", format!("{config}\n[privacy]\nseal = true\n"));
}

fn line(session: u64) -> String {
    let id = weir_tests::event::session_id(session);
    format!(
        "{{\"received_at\":\"2026-01-05T09:00:00Z\",\"payload\":{{\"id\":\"{id}\",\"attemptId\":\"{id}\",\
         \"code\":7001,\"action\":\"started\",\"endUserId\":\"{ANN}\"}}}}\n"
    )
}

fn report(home: &Home, unit: &str) -> Vec<u8> {
    home.weir([
        "report",
        "abandonment",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "--as-of",
        "2100-01-01",
        "--unit",
        unit,
        "--format=json",
    ])
    .ok()
    .stdout
}

#[test]
fn a_plain_log_is_sealed_and_is_the_same_log() {
    for seed in 0..3 {
        let home = Home::new();
        home.import(&import_lines(&importable(&stream(seed))));
        home.import(&line(4_711));
        home.weir(["seal", "--yes"]).failed(2, &["set `seal = true` in [privacy] first"]);
        seal_from_now_on(&home);
        let (exported, verified) = (home.exported(), home.verified());
        let units = ["session", "attempt", "end_user"];
        let before = units.map(|unit| report(&home, unit));
        assert!(!files_with(&home.data(), ANN).is_empty());
        home.weir(["seal"]).failed(2, &["the old one deleted; say so with --yes"]);
        home.weir(["seal", "--yes", "--keep-old", "old"]).ok();
        assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new(), "seed {seed}");
        assert_eq!(files_with(&home.path("old"), ANN).len(), 1, "seed {seed}");
        assert!(home.exported() == exported, "seed {seed}: the exports differ");
        assert_eq!(home.verified(), verified);
        assert_eq!(units.map(|unit| report(&home, unit)), before, "seed {seed}");
        // Once more there is nothing to do.
        let head = home.prints(["log", "verify"]);
        let again = home.weir(["seal", "--yes", "--keep-old", "old"]).ok().text();
        assert!(again.starts_with("0 deliveries of"), "{again}");
        assert_eq!(home.prints(["log", "verify"]), head, "heads that were noted elsewhere hold");
        let record = home.prints(["audit", "--did", "sealed"]);
        let done = format!(": log, up to delivery {verified}");
        assert_eq!(record.lines().filter(|line| line.ends_with(&done)).count(), 2, "{record}");
        assert!(home.exported() == exported, "seed {seed}: the exports differ");
        // A server goes on with it, and somebody is erased.
        let server = Server::start(&home);
        server.counts(verified);
        server.stop();
        home.weir(["erase", "--yes", "--end-user", ANN]).ok();
        assert!(!home.exported().contains(ANN));
        assert_eq!(units.map(|unit| report(&home, unit)), before, "seed {seed}");
    }
}

#[test]
fn a_log_that_somebody_reads_is_not_replaced() {
    let home = Home::new();
    home.import(&line(1));
    seal_from_now_on(&home);
    let reader = Connection::open(home.data().join("log.db")).expect("it is there");
    let count = || {
        let count = reader.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0));
        count.map(|count: i64| count).expect("it can be read")
    };
    assert_eq!(count(), 1);
    let run = home.weir(["seal", "--yes"]);
    run.failed(1, &["log.db-", "is in use: end whoever reads the log, and run the same again"]);
    assert_eq!(count(), 1);
    assert!(!files_with(&home.data(), ANN).is_empty());
    drop(reader);
    home.weir(["seal", "--yes"]).ok();
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
}

#[test]
fn a_seal_that_was_cut_off_goes_on_with_the_log_that_it_had_kept() {
    let home = Home::new();
    home.import(&line(1));
    seal_from_now_on(&home);
    fs::create_dir(home.path("old")).expect("there is room");
    let keep = || {
        fs::copy(home.data().join("log.db"), home.path("old/log.db")).expect("there is room");
    };
    keep();
    // Since then it has gone on.
    home.import(&line(2));
    let seal = || home.weir(["seal", "--yes", "--keep-old", "old"]);
    seal().failed(2, &["old/log.db is there already, and is another one"]);
    assert_ne!(files_with(&home.data(), ANN), Vec::<String>::new());
    keep();
    seal().ok();
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
    assert_eq!(files_with(&home.path("old"), ANN).len(), 1);
}

#[test]
fn who_was_erased_and_stood_in_plain_is_dropped() {
    let home = Home::new();
    home.import(&line(1));
    seal_from_now_on(&home);
    home.import(&line(2));
    home.weir(["erase", "--yes", "--end-user", ANN]).failed(1, &["still to be found"]);
    let told = home.weir(["seal", "--yes"]).ok().text();
    assert!(told.contains("1 delivery has a value of somebody who is erased"), "{told}");
    home.weir(["erase", "--yes", "--end-user", ANN]).ok();
    assert!(!home.exported().contains(ANN));
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
}

#[test]
fn a_seal_that_is_killed_leaves_one_of_the_two_logs() {
    let home = Home::new();
    home.import(&(1..3_000).map(line).collect::<String>());
    seal_from_now_on(&home);
    let exported = home.exported();
    for wait_ms in [5, 20, 60, 150, 400, 900] {
        let mut child = home.command(["seal", "--yes"]).spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        // It may have come to its end.
        let _ = child.kill();
        child.wait().expect("it ends");
        assert!(home.exported() == exported, "killed after {wait_ms} ms");
        home.weir(["log", "verify"]).ok();
    }
    home.weir(["seal", "--yes"]).ok();
    assert!(home.exported() == exported);
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
}
