//! What is written down, and what is found where somebody wrote over it.

#![allow(missing_docs, clippy::unwrap_used)] // a helper of a test fails as the test does

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;
use weir_audit::{Audit, AuditError, Did, Entry, Filter, Finding, Outcome, Record, Who};
use weir_domain::Timestamp;

struct Place {
    _dir: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    Place { path: dir.path().join("audit.db"), _dir: dir }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + second * 1_000_000)
}

fn entry(second: i64, who: Who, did: Did, what: &str) -> Entry {
    Entry { at: at(second), who, from: None, did, what: what.to_owned() }
}

/// Three deeds in five entries: Ann saw, Otto changed, a token was refused.
fn written(place: &Place) -> Audit {
    let audit = Audit::open(&place.path).unwrap();
    let saw = entry(1, Who::person(7, "Ann"), Did::SawSession, "s1");
    audit.record(&Entry { from: Some("192.0.2.7".to_owned()), ..saw }, Outcome::Done).unwrap();
    let begun = audit.begin(entry(2, Who::person(8, "Otto"), Did::ChangedShare, "")).unwrap();
    audit.end(begun, at(3), None, Some("share 4"), Outcome::Done).unwrap();
    let program = Who::token(3, "Olga", "nightly");
    let begun = audit.begin(entry(4, program, Did::ChangedView, "view 9")).unwrap();
    audit.end(begun, at(5), None, None, Outcome::Refused).unwrap();
    audit
}

fn shown(record: &Record, filter: &Filter) -> Vec<String> {
    let page = record.entries(filter, None, 100).unwrap();
    let line = |deed: &weir_audit::Deed| {
        let from = deed.from.as_deref().unwrap_or("-");
        format!("{} {} {from} {} {} {}", deed.seq, deed.who, deed.did, deed.what, deed.outcome)
    };
    page.deeds.iter().map(line).collect()
}

#[test]
fn a_deed_is_shown_with_its_end() {
    let place = place();
    let audit = written(&place);
    let otto = "2 Otto - changed-share share 4 done";
    let ann = "1 Ann 192.0.2.7 saw-session s1 done";
    let token = "4 Olga: nightly - changed-view view 9 refused";
    assert_eq!(shown(&audit, &Filter::default()), [token, otto, ann]);
    let only = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        shown(&audit, &filter)
    };
    assert_eq!(only(|filter| filter.who = Some("OL".to_owned())), [token]);
    assert_eq!(only(|filter| filter.did = Some(Did::SawSession)), [ann]);
    assert_eq!(only(|filter| filter.since = Some(at(2))), [token, otto]);
    assert_eq!(only(|filter| filter.until = Some(at(2))), [ann]);
    assert_eq!(only(|filter| filter.what = Some("share".to_owned())), [otto]);
    let open = audit.begin(entry(6, Who::weir(), Did::RetentionRan, "")).unwrap();
    assert_eq!(shown(&audit, &Filter::default())[0], "6 Weir - retention-ran  begun");
    audit.end(open, at(7), None, None, Outcome::Failed).unwrap();
    assert_eq!(shown(&audit, &Filter::default())[0], "6 Weir - retention-ran  failed");
}

#[test]
fn a_page_goes_on_where_the_one_before_ended() {
    let place = place();
    let audit = written(&place);
    let first = audit.entries(&Filter::default(), None, 2).unwrap();
    assert_eq!(first.deeds.iter().map(|deed| deed.seq).collect::<Vec<_>>(), [4, 2]);
    assert_eq!(first.before, Some(2));
    let last = audit.entries(&Filter::default(), first.before, 2).unwrap();
    assert_eq!(last.deeds.iter().map(|deed| deed.seq).collect::<Vec<_>>(), [1]);
    assert_eq!(last.before, None);
}

#[test]
fn several_write_at_once_and_the_chain_holds() {
    let place = place();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &place.path;
            scope.spawn(move || {
                let audit = Audit::open(path).unwrap();
                for n in 0..25 {
                    let who = Who::command("root");
                    audit
                        .record(&entry(n, who, Did::Exported, &format!("{writer}")), Outcome::Done)
                        .unwrap();
                }
            });
        }
    });
    let record = Record::open(&place.path).unwrap().unwrap();
    let verified = record.verify().unwrap();
    assert_eq!((verified.entries, verified.finding), (100, None));
}

#[test]
fn what_comes_from_outside_is_short_and_does_nothing_to_a_terminal() {
    let place = place();
    let audit = Audit::open(&place.path).unwrap();
    let what = format!("a\n\u{1b}[31m\u{202e}{}", "x".repeat(1000));
    audit.record(&entry(1, Who::nobody(), Did::SignInRefused, &what), Outcome::Refused).unwrap();
    let deed = &audit.entries(&Filter::default(), None, 1).unwrap().deeds[0];
    assert_eq!(deed.what.chars().count(), 200);
    assert!(deed.what.starts_with("a\u{fffd}\u{fffd}[31m\u{fffd}xxx"), "{}", deed.what);
}

#[test]
fn an_entry_is_never_changed_or_removed() {
    let place = place();
    let audit = written(&place);
    let conn = Connection::open(&place.path).unwrap();
    for sql in ["UPDATE entry SET who = 'Bo' WHERE seq = 1", "DELETE FROM entry WHERE seq = 5"] {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("an entry of the audit record is never"), "{error}");
    }
    assert_eq!(audit.verify().unwrap().finding, None);
    let mode = std::fs::metadata(&place.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// What is found after somebody took the triggers away and did this.
fn tampered(sql: &str) -> Option<Finding> {
    let place = place();
    drop(written(&place));
    let conn = Connection::open(&place.path).unwrap();
    conn.execute_batch("DROP TRIGGER entry_is_not_changed; DROP TRIGGER entry_is_not_removed")
        .unwrap();
    conn.execute_batch(sql).unwrap();
    Record::open(&place.path).unwrap().unwrap().verify().unwrap().finding
}

#[test]
fn a_verification_says_where_the_record_was_tampered_with() {
    assert_eq!(tampered(""), None);
    for column in [
        "at = at + 1",
        "who_kind = 'weir'",
        "who_id = NULL",
        "who = 'Bo'",
        "source = NULL",
        "did = 'signed-in'",
        "what = ''",
        "outcome = 'failed'",
        "of = 1",
        "hash = zeroblob(32)",
    ] {
        let finding = tampered(&format!("UPDATE entry SET {column} WHERE seq = 1"));
        assert_eq!(finding, Some(Finding::Changed { entry: 1 }), "{column}");
    }
    // What was begun can be taken away only together with its end.
    let gone = "DELETE FROM entry WHERE of = 2; DELETE FROM entry WHERE seq = 2";
    assert_eq!(tampered(gone), Some(Finding::Gap { missing: 2 }));
    let moved = "DELETE FROM entry WHERE seq = 1; PRAGMA foreign_keys = OFF; UPDATE entry SET seq = seq - 1";
    assert_eq!(tampered(moved), Some(Finding::Changed { entry: 1 }));
    let added = "INSERT INTO entry SELECT 6, at, who_kind, who_id, who, source, did, what, outcome,
         NULL, hash FROM entry WHERE seq = 1";
    assert_eq!(tampered(added), Some(Finding::Changed { entry: 6 }));
    let odd = "UPDATE entry SET who = CAST(x'ff' AS TEXT) WHERE seq = 3";
    assert!(
        matches!(tampered(odd), Some(Finding::Damaged { entry: 2, .. })),
        "{:?}",
        tampered(odd)
    );
    // Nothing within the file tells that its end is gone.
    assert_eq!(tampered("DELETE FROM entry WHERE seq = 5"), None);
}

#[test]
fn an_end_that_was_cut_off_is_found_against_a_head_from_elsewhere() {
    let place = place();
    let audit = written(&place);
    let head = audit.head(at(9)).unwrap();
    assert_eq!((head.entries, &head.hash), (5, &audit.verify().unwrap().hash));
    audit.record(&entry(9, Who::weir(), Did::BackedUp, "d"), Outcome::Done).unwrap();
    assert_eq!(audit.judge(&head).unwrap(), None);
    let later = audit.head(at(10)).unwrap();
    let conn = Connection::open(&place.path).unwrap();
    conn.execute_batch("DROP TRIGGER entry_is_not_removed; DELETE FROM entry WHERE seq = 6")
        .unwrap();
    let cut = Finding::CutOff { noted: 6, at: at(10), end: 5 };
    assert_eq!(audit.judge(&later).unwrap(), Some(cut));
    audit.record(&entry(9, Who::weir(), Did::Restored, "d"), Outcome::Done).unwrap();
    let other = Finding::Rewritten { entry: 6, at: at(10) };
    assert_eq!(audit.judge(&later).unwrap(), Some(other));
}

#[test]
fn anothers_file_a_newer_weirs_and_a_damaged_one_are_left_alone() {
    let place = place();
    std::fs::write(&place.path, "a text, and a long one, of another program's").unwrap();
    assert!(matches!(Audit::open(&place.path), Err(AuditError::Foreign { .. })));
    std::fs::remove_file(&place.path).unwrap();
    assert!(Record::open(&place.path).unwrap().is_none());
    drop(written(&place));
    let conn = Connection::open(&place.path).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    let error = Audit::open(&place.path).unwrap_err().to_string();
    let by = concat!("by Weir ", env!("CARGO_PKG_VERSION"), " (schema 99, this one knows 1)");
    assert!(error.contains(by), "{error}");
    conn.pragma_update(None, "user_version", 1).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(conn);
    let mut bytes = std::fs::read(&place.path).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page.fill(0x55);
    }
    std::fs::write(&place.path, bytes).unwrap();
    let error = match Audit::open(&place.path) {
        Err(error) => error,
        Ok(audit) => {
            audit.record(&entry(1, Who::weir(), Did::BackedUp, "d"), Outcome::Done).unwrap_err()
        }
    };
    assert!(matches!(error, AuditError::Damaged { .. }), "{error}");
}
