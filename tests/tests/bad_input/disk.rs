//! A disk that is full or read-only: a small one, made for the test.

use weir_tests::disk::Disk;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::server::post_over;
use weir_tests::{Home, Server};

use crate::witness::line;

#[test]
fn an_import_that_fills_the_disk_keeps_what_it_had_and_what_was_there() {
    let home = Home::new();
    let Some(disk) = Disk::at(&home.data(), 1_024) else { return };
    home.import(&line(&event(0, 7001)));
    let before = home.exported();
    let lines: String = (1..20_000).map(|session| line(&event(session, 7001))).collect();
    home.write("many.ndjson", &lines);
    let failed = home.weir(["import", "many.ndjson"]);
    failed.failed(1, &["many.ndjson, batch up to line", "disk is full", "import the file again"]);

    // With room again: what cannot be written down in the audit record is not taken along.
    disk.remount("size=64m");

    // Whole, and a beginning of the file: as much as the sentence says.
    let exported = home.exported();
    let appended = exported.strip_prefix(&before).expect("what was there is there");
    assert!(home.verified() > 1, "the first batches fit");
    let appended = appended.lines().count();
    assert!(failed.stderr.contains(&format!("{appended} deliveries were appended before")));

    // It goes on.
    home.weir(["import", "many.ndjson"]).ok();
    assert_eq!(home.verified(), 1 + appended as u64 + 19_999);
}

#[test]
fn a_first_import_on_a_full_disk_says_so() {
    let home = Home::new();
    let Some(disk) = Disk::at(&home.data(), 60) else { return };
    home.write("one.ndjson", line("{}"));
    home.weir(["import", "one.ndjson"]).failed(1, &["log.db", "disk is full", "free some space"]);
    disk.remount("size=8m");
    home.weir(["import", "one.ndjson"]).ok();
    assert_eq!(home.verified(), 1);
}

#[test]
fn a_server_whose_disk_fills_up_stops_and_keeps_every_200() {
    let home = Home::new();
    let Some(disk) = Disk::at(&home.data(), 1_024) else { return };
    let mut server = Server::start(&home);
    let mut taken = Vec::new();
    let mut connection = server.connect();
    loop {
        // Large ones, so that it does not take long.
        let filler = "x".repeat(20_000);
        let body = format!("{} {filler}", event(taken.len() as u64, 7001));
        match post_over(&mut connection, MAIN, &body) {
            Ok(200) => taken.push(body),
            // Whether the last one is in the log is not known, so it is not acknowledged.
            Ok(503) | Err(_) => break,
            Ok(other) => panic!("answered with {other}"),
        }
    }
    assert!(!taken.is_empty(), "the first fit");
    assert_eq!(server.wait(), Some(1), "it ends by itself: {}", server.said());
    let said = server.said();
    for words in ["disk is full", "this process must stop", "look at the disk, then start again"] {
        assert!(said.contains(words), "`{words}` is not in: {said}");
    }
    disk.remount("size=64m");
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001)]);
    assert_eq!(server.stop().0, Some(0));
    let logged = home.bodies();
    for body in &taken {
        assert!(logged.contains(body), "answered with 200 but not in the log");
    }
    assert_eq!(home.verified(), logged.len() as u64);
}

#[test]
fn a_read_only_disk_is_read_or_refused_and_never_changed() {
    let home = Home::new();
    let Some(disk) = Disk::at(&home.data(), 8 * 1_024) else { return };
    home.import(&line(&event(0, 7001)));
    let before = home.exported();
    disk.remount("ro");
    home.write("more.ndjson", line("{}"));
    for command in
        [&["import", "more.ndjson"][..], &["rebuild"], &["serve", "--listen", "127.0.0.1:0"]]
    {
        home.weir(command).failed(1, &["data", "Read-only file system", "mount it writable"]);
    }
    assert_eq!(home.weir(["doctor"]).status, Some(1));
    disk.remount("rw");
    assert_eq!(home.exported(), before);
    assert_eq!(home.verified(), 1);
}

#[test]
fn a_report_that_does_not_fit_says_where() {
    let home = Home::new();
    home.import(&line(&event(0, 7001)));
    let fragments = ["/dev/full cannot be written", "No space left", "--out"];
    home.weir(["report", "--out", "/dev/full"]).failed(1, &fragments);
    let fragments = ["/nowhere/report.csv cannot be written", "--out"];
    home.weir(["report", "--out", "/nowhere/report.csv"]).failed(1, &fragments);
}
