//! The log from the outside: what goes in comes out, and what was tampered with is found.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use weir_domain::{Delivery, Origin, Recorded, Seq, Timestamp};
use weir_journal::StoreError;
use weir_log::{DataDir, Finding, Head, Log, LogError, LogReader};

use common::tamper;

struct Fixture {
    dir: DataDir,
    _temp: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let temp = tempfile::tempdir().unwrap();
    Fixture { dir: DataDir::at(&temp.path().join("data")), _temp: temp }
}

fn delivery(n: i64) -> Delivery {
    let origin = if n % 3 == 0 {
        Origin::imported("main")
    } else {
        Origin {
            integration: "test".into(),
            secret: Some("first".into()),
            headers: vec![("content-type".into(), "application/json".into())],
        }
    };
    Delivery {
        received_at: Timestamp::from_micros(1_000_000 * n),
        origin: Arc::new(origin),
        body: format!("body {n}").into_bytes(),
    }
}

/// Ten deliveries in three groups.
fn filled() -> (Fixture, Vec<Delivery>) {
    let fixture = fixture();
    let deliveries: Vec<_> = (1..=10).map(delivery).collect();
    let lock = fixture.dir.lock("test").unwrap();
    let mut log = Log::open(&fixture.dir, &lock).unwrap();
    for group in [&deliveries[..1], &deliveries[1..6], &deliveries[6..]] {
        log.append(group).unwrap();
    }
    assert_eq!(log.head(), Seq::new(10));
    (fixture, deliveries)
}

fn all(dir: &DataDir) -> Vec<Recorded> {
    common::all(&mut LogReader::open(dir).unwrap())
}

#[track_caller]
fn check_finding(sql: &str, want: Finding) {
    let (fixture, _) = filled();
    tamper(&fixture.dir, sql);
    let verified = LogReader::open(&fixture.dir).unwrap().verify(|_| {}).unwrap();
    assert_eq!(verified.finding, Some(want));
}

#[test]
fn what_goes_in_comes_out_in_order_and_byte_for_byte() {
    let (fixture, deliveries) = filled();
    let found = all(&fixture.dir);
    assert_eq!(found.len(), 10);
    for ((n, recorded), delivery) in (1..).zip(found).zip(deliveries) {
        assert_eq!(recorded, Recorded { seq: Seq::new(n), delivery });
    }
    let verified = LogReader::open(&fixture.dir).unwrap().verify(|_| {}).unwrap();
    assert_eq!((verified.deliveries, verified.seals, verified.finding), (10, 3, None));
}

#[test]
fn a_log_goes_on_where_it_stopped() {
    let (fixture, _) = filled();
    let lock = fixture.dir.lock("test").unwrap();
    let mut log = Log::open(&fixture.dir, &lock).unwrap();
    log.append(&[delivery(11)]).unwrap();
    assert_eq!(all(&fixture.dir).last().map(|last| last.seq), Some(Seq::new(11)));
    let verified = LogReader::open(&fixture.dir).unwrap().verify(|_| {}).unwrap();
    assert_eq!(verified.finding, None);
}

#[test]
fn a_row_is_never_changed_or_removed() {
    let (fixture, _) = filled();
    let conn = rusqlite::Connection::open(fixture.dir.log_file()).unwrap();
    for sql in [
        "UPDATE delivery SET body = x'00' WHERE seq = 3",
        "DELETE FROM delivery WHERE seq = 10",
        "UPDATE origin SET integration = 'x'",
        "DELETE FROM seal",
    ] {
        let error = conn.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
}

#[test]
fn a_verification_says_where_the_log_was_tampered_with() {
    let seq = Seq::new;
    let changed = Finding::Changed { first: seq(2), last: seq(6) };
    check_finding("UPDATE delivery SET body = x'00' WHERE seq = 3", changed.clone());
    check_finding("UPDATE delivery SET received_at = 7 WHERE seq = 3", changed.clone());
    check_finding(
        "UPDATE delivery SET body = CASE seq WHEN 3 THEN (SELECT body FROM delivery WHERE seq = 4) \
         ELSE (SELECT body FROM delivery WHERE seq = 3) END WHERE seq IN (3, 4)",
        changed.clone(),
    );
    check_finding("UPDATE seal SET hash = zeroblob(32) WHERE last_seq = 6", changed);
    check_finding(
        "UPDATE origin SET integration = 'x' WHERE integration = 'test'",
        Finding::Changed { first: seq(1), last: seq(1) },
    );
    check_finding(
        "DELETE FROM delivery WHERE seq = 4",
        Finding::Gap { missing: seq(4), last: seq(6) },
    );
    check_finding(
        "DELETE FROM delivery WHERE seq = 10",
        Finding::Gap { missing: seq(10), last: seq(10) },
    );
    check_finding(
        "DELETE FROM seal WHERE last_seq = 6",
        Finding::Unchained { first: seq(7), last: seq(10), before: seq(1) },
    );
    check_finding(
        "INSERT INTO delivery (seq, received_at, origin, body) VALUES (11, 0, 1, x'00')",
        Finding::Unsealed { sealed: seq(10), count: 1 },
    );
}

#[test]
fn a_folder_has_one_writer() {
    let fixture = fixture();
    let _lock = fixture.dir.lock("weir serve").unwrap();
    let error = fixture.dir.lock("weir import").unwrap_err().to_string();
    assert!(error.contains("in use by `weir serve` (process "), "{error}");
}

#[test]
fn a_folder_or_file_of_another_program_is_refused() {
    let fixture = fixture();
    std::fs::create_dir(fixture.dir.path()).unwrap();
    std::fs::write(fixture.dir.path().join("letters.txt"), "dear").unwrap();
    let error = fixture.dir.lock("test").unwrap_err().to_string();
    assert!(error.contains("`letters.txt`"), "{error}");

    std::fs::write(fixture.dir.log_file(), "this is no database, it is a text of some length")
        .unwrap();
    let lock = fixture.dir.lock("test").unwrap();
    let error = Log::open(&fixture.dir, &lock).err().unwrap().to_string();
    assert!(error.contains("another program"), "{error}");
}

/// The power went while the log was made: of its files SQLite's journal alone is left.
#[test]
fn a_first_start_that_was_cut_off_can_be_done_again() {
    let temp = tempfile::tempdir().unwrap();
    let dir = DataDir::at(temp.path());
    std::fs::write(temp.path().join("log.db-journal"), [0; 512]).unwrap();
    let lock = dir.lock("test").unwrap();
    let mut log = Log::open(&dir, &lock).unwrap();
    log.append(&[delivery(1)]).unwrap();
    assert_eq!(all(&dir).len(), 1);
    // A journal of deliveries without its log is another matter: it is not for us to throw away.
    drop(log);
    let (log, journal) = (dir.log_file(), temp.path().join("log.db-wal"));
    std::fs::rename(log, journal).unwrap();
    drop(lock);
    assert!(matches!(dir.lock("test"), Err(LogError::ForeignDir { .. })));
}

#[test]
fn a_newer_log_is_refused_and_left_alone() {
    let (fixture, _) = filled();
    rusqlite::Connection::open(fixture.dir.log_file())
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let lock = fixture.dir.lock("test").unwrap();
    let error = Log::open(&fixture.dir, &lock).err().unwrap().to_string();
    let by = concat!("by Weir ", env!("CARGO_PKG_VERSION"), " (schema 99, this one knows 1)");
    assert!(error.contains(by), "{error}");
    assert!(matches!(
        LogReader::open(&fixture.dir),
        Err(LogError::Store(StoreError::Newer { .. }))
    ));
}

#[test]
fn a_reader_of_nothing_is_told_so() {
    let fixture = fixture();
    assert!(matches!(LogReader::open(&fixture.dir), Err(LogError::Missing { .. })));
}

#[test]
fn the_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let (fixture, _) = filled();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.dir.log_file()), 0o600);
    assert_eq!(mode(fixture.dir.path()), 0o700);
}

#[test]
fn a_head_that_was_noted_elsewhere_shows_an_end_that_was_cut_off() {
    let at = Timestamp::from_micros(7);
    let noted = |dir: &DataDir, upto| {
        Head::new(at, LogReader::open(dir).unwrap().seal_at(Seq::new(upto)).unwrap())
    };
    let (fixture, _) = filled();
    let heads = [0, 1, 6, 10].map(|upto| noted(&fixture.dir, upto));
    let reader = LogReader::open(&fixture.dir).unwrap();
    for head in &heads {
        assert_eq!(reader.judge(head).unwrap(), None, "{head:?}");
    }
    // Rows and seals cut off at the end: every seal that is left holds.
    tamper(&fixture.dir, "DELETE FROM delivery WHERE 6 < seq; DELETE FROM seal WHERE 6 < last_seq");
    let mut reader = LogReader::open(&fixture.dir).unwrap();
    assert_eq!(reader.verify(|_| ()).unwrap().finding, None);
    assert_eq!(reader.judge(&heads[2]).unwrap(), None);
    let cut = Finding::CutOff { noted: Seq::new(10), at, end: Seq::new(6) };
    assert_eq!(reader.judge(&heads[3]).unwrap(), Some(cut));
    // As long as before, but another log from its second delivery on.
    let other = self::fixture();
    let lock = other.dir.lock("test").unwrap();
    let mut log = Log::open(&other.dir, &lock).unwrap();
    log.append(&[delivery(1)]).unwrap();
    log.append(&(12..17).map(delivery).collect::<Vec<_>>()).unwrap();
    log.append(&(7..11).map(delivery).collect::<Vec<_>>()).unwrap();
    let reader = LogReader::open(&other.dir).unwrap();
    let found = heads.iter().map(|head| reader.judge(head).unwrap()).collect::<Vec<_>>();
    let rewritten = |upto| Some(Finding::Rewritten { noted: Seq::new(upto), at });
    assert_eq!(found, [None, None, rewritten(6), rewritten(10)]);
}
