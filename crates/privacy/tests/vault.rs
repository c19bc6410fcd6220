//! The vault: keys before anything is sealed with them, and keys that are gone.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;
use weir_domain::{Delivery, Origin, Timestamp};
use weir_privacy::{
    Absence, Erased, Keyring, Kind, Period, Pseudonym, Stored, TOMBSTONE_US, Vault, opened,
    skeleton,
};

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

struct Fixture {
    dir: TempDir,
    now: Timestamp,
}

impl Fixture {
    fn new() -> Fixture {
        let dir = tempfile::tempdir().expect("there is room for a folder");
        Fixture { dir, now: "2026-03-15T12:00:00Z".parse().expect("an instant") }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("keys.db")
    }

    fn vault(&self) -> Vault {
        Vault::open(&self.path()).expect("a vault")
    }

    fn keyring(&self) -> Keyring {
        Keyring::of(self.vault()).expect("a vault that reads")
    }

    /// What the log would have of an event of this end-user that is received now.
    fn sealed(&self, ring: &mut Keyring, end_user: &str) -> Vec<u8> {
        self.sealed_at(ring, self.now, end_user)
    }

    fn sealed_at(&self, ring: &mut Keyring, received_at: Timestamp, end_user: &str) -> Vec<u8> {
        let group = [delivery(received_at, &event(end_user))];
        ring.seal(&group, self.now).expect("a vault that writes").remove(0).body
    }

    /// Whether the bytes are in the file or in what lies beside it.
    fn has(&self, bytes: &[u8]) -> bool {
        std::fs::read_dir(self.dir.path()).expect("the folder").any(|entry| {
            let file = std::fs::read(entry.expect("an entry").path()).expect("a file");
            file.windows(bytes.len()).any(|found| found == bytes)
        })
    }
}

fn event(end_user: &str) -> String {
    format!(r#"{{"id":1,"attemptId":2,"code":3,"action":4,"endUserId":"{end_user}"}}"#)
}

fn delivery(received_at: Timestamp, body: &str) -> Delivery {
    let origin = Arc::new(Origin::imported("main"));
    Delivery { received_at, origin, body: body.as_bytes().to_vec() }
}

fn pseudonym(stored: &[u8]) -> Pseudonym {
    match Stored::read(stored) {
        Stored::Sealed(sealed) => sealed.parts[0].pseudonym,
        other => panic!("{other:?}"),
    }
}

/// The body, or why its value is not shown.
fn read(vault: &Vault, stored: &[u8]) -> Result<String, Absence> {
    let opened = vault.open_body(stored).expect("a vault that reads");
    match opened.withheld.first() {
        Some(withheld) => Err(withheld.why),
        None => Ok(String::from_utf8(opened.body.into_owned()).expect("text")),
    }
}

fn erase(vault: &Vault, end_user: &str, now: Timestamp) -> Erased {
    let subject = vault.subject(Kind::EndUser, end_user.as_bytes()).expect("a vault that reads");
    vault.erase(&[subject.expect("a known subject")], now).expect("a vault that writes")
}

#[test]
fn what_is_sealed_opens_in_another_process_at_once() {
    let fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let stored = fixture.sealed(&mut ring, "ann");
    assert!(!skeleton(&stored).expect("fields").windows(3).any(|found| found == b"ann"));
    // Another connection sees only what is committed.
    assert_eq!(read(&fixture.vault(), &stored), Ok(event("ann")));
    let without = opened(None, &stored).expect("nothing to read");
    assert_eq!(without.withheld[0].why, Absence::NoKey);
}

#[test]
fn a_value_has_one_pseudonym_and_a_key_a_month() {
    let fixture = Fixture::new();
    let vault = fixture.vault();
    let april = "2026-04-01T00:00:00Z".parse().expect("an instant");
    let mut stored = Vec::new();
    for _ in 0..2 {
        // A ring that remembers and one that does not.
        let mut ring = fixture.keyring();
        stored.push(fixture.sealed(&mut ring, "ann"));
        stored.push(fixture.sealed(&mut ring, "ann"));
        stored.push(fixture.sealed_at(&mut ring, april, "ann"));
    }
    let bob = fixture.sealed(&mut fixture.keyring(), "bob");
    for one in &stored {
        assert_eq!(pseudonym(one), pseudonym(&stored[0]));
        assert_eq!(read(&vault, one), Ok(event("ann")));
    }
    assert_ne!(pseudonym(&bob), pseudonym(&stored[0]));
    assert_eq!(erase(&vault, "ann", fixture.now).keys.len(), 2);
    assert_eq!(read(&vault, &bob), Ok(event("bob")));
}

#[test]
fn what_a_retention_that_was_cut_off_left_in_the_file_goes_with_the_next_one() {
    let fixture = Fixture::new();
    // A server has the vault open, so that nobody else's end puts the journal into the file.
    let mut ring = fixture.keyring();
    let long_ago = "2024-01-05T09:00:00Z".parse().expect("an instant");
    fixture.sealed_at(&mut ring, long_ago, "ann");
    ring.vault().empty_journal().expect("a vault that writes");
    let killed = Connection::open(fixture.path()).expect("a vault");
    let key: Vec<u8> =
        killed.query_row("SELECT key FROM key", [], |row| row.get(0)).expect("one key");
    // So far one came that was killed after its commit.
    let kept_from = Period::of("2025-09-01T00:00:00Z".parse().expect("an instant"));
    let sql = "UPDATE key SET key = zeroblob(32); UPDATE meta SET kept_from = 12 * 2025 + 8";
    killed.execute_batch(sql).expect("a vault that writes");
    assert!(fixture.has(&key));
    assert_eq!(fixture.vault().retain_from(kept_from).expect("a vault that writes"), 0);
    assert!(!fixture.has(&key));
}

#[test]
fn what_is_erased_is_in_no_file_and_does_not_open() {
    let fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let vault = fixture.vault();
    let stored: Vec<_> =
        (0..3_000).map(|n| fixture.sealed(&mut ring, &format!("person {n}"))).collect();
    for n in [0, 7, 1_500, 2_999] {
        let erased = erase(&vault, &format!("person {n}"), fixture.now);
        assert_eq!(erased.pseudonyms, [pseudonym(&stored[n])]);
        assert_eq!(read(&vault, &stored[n]), Err(Absence::Erased));
        for key in &erased.keys {
            assert!(!fixture.has(key.bytes()), "the key of person {n} is still there");
        }
    }
    assert_eq!(read(&vault, &stored[1]), Ok(event("person 1")));
    assert_eq!(read(&vault, &stored[2_998]), Ok(event("person 2998")));
}

#[test]
fn who_is_erased_beside_a_server_is_not_sealed_with_a_key_that_it_remembers() {
    let fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let before = fixture.sealed(&mut ring, "ann");
    let vault = fixture.vault();
    erase(&vault, "ann", fixture.now);
    let late = fixture.sealed(&mut ring, "ann");
    assert_eq!(pseudonym(&late), pseudonym(&before), "it counts as the same end-user's");
    assert_eq!(read(&vault, &late), Err(Absence::Erased));
    assert_eq!(vault.pseudonym(Kind::EndUser, b"ann").expect("a vault that reads"), None);
}

#[test]
fn who_comes_again_after_eight_days_is_somebody_else() {
    let mut fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let before = fixture.sealed(&mut ring, "ann");
    let vault = fixture.vault();
    erase(&vault, "ann", fixture.now);
    fixture.now = fixture.now.plus_us(TOMBSTONE_US - 1);
    let forgotten = vault.forget_tombstones(fixture.now).expect("a vault that writes");
    assert_eq!(forgotten.count, 1);
    let late = fixture.sealed(&mut ring, "ann");
    assert_eq!(pseudonym(&late), pseudonym(&before));
    fixture.now = fixture.now.plus_us(1);
    let again = fixture.sealed(&mut ring, "ann");
    assert_ne!(pseudonym(&again), pseudonym(&before));
    assert_eq!(read(&vault, &again), Ok(event("ann")));
    let forgotten = vault.forget_tombstones(fixture.now).expect("a vault that writes");
    assert_eq!((forgotten.count, forgotten.until), (0, None));
    assert_eq!(read(&vault, &before), Err(Absence::Erased), "what was erased stays so");
}

#[test]
fn months_that_are_not_retained_any_more_do_not_open() {
    let mut fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let vault = fixture.vault();
    let january = fixture.sealed_at(&mut ring, fixture.now.plus_us(-60 * DAY_US), "ann");
    let march = fixture.sealed(&mut ring, "ann");
    let only_january = fixture.sealed_at(&mut ring, fixture.now.plus_us(-60 * DAY_US), "bob");
    let kept_from = Period::of(fixture.now).back(1);
    assert_eq!(vault.retain_from(kept_from).expect("a vault that writes"), 2);
    assert_eq!(vault.retain_from(kept_from).expect("a vault that writes"), 0);
    assert_eq!(read(&vault, &january), Err(Absence::BeyondRetention));
    assert_eq!(read(&vault, &only_january), Err(Absence::BeyondRetention));
    assert_eq!(read(&vault, &march), Ok(event("ann")));
    assert_eq!(vault.pseudonym(Kind::EndUser, b"bob").expect("a vault that reads"), None);
    // What comes late of such a month is not kept either.
    let late = fixture.sealed_at(&mut ring, fixture.now.plus_us(-60 * DAY_US), "ann");
    assert_eq!(pseudonym(&late), pseudonym(&march));
    assert_eq!(read(&vault, &late), Err(Absence::BeyondRetention));
    // And whoever was forgotten is a new subject, whose number nobody had.
    fixture.now = fixture.now.plus_us(DAY_US);
    let again = fixture.sealed(&mut ring, "bob");
    assert_eq!(read(&vault, &again), Ok(event("bob")));
}

#[test]
fn a_group_that_the_vault_refuses_leaves_nothing_behind() {
    let fixture = Fixture::new();
    let mut ring = fixture.keyring();
    let other = rusqlite::Connection::open(fixture.path()).expect("a vault");
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON key WHEN (SELECT count(*) FROM key) = 1 \
             BEGIN SELECT raise(ABORT, 'no'); END",
        )
        .expect("a trigger");
    let group = ["ann", "bob"].map(|name| delivery(fixture.now, &event(name)));
    let error = ring.seal(&group, fixture.now).expect_err("the second key is refused");
    assert!(!error.is_unknown(), "{error}");
    let count = || -> i64 {
        other.query_row("SELECT count(*) FROM key", [], |row| row.get(0)).expect("a count")
    };
    assert_eq!(count(), 0);
    other.execute_batch("DROP TRIGGER refuse").expect("no trigger");
    let sealed = ring.seal(&group, fixture.now).expect("a vault that writes");
    assert_eq!(count(), 2, "nobody remembers a key that is not in the file");
    assert_eq!(read(&fixture.vault(), &sealed[0].body), Ok(event("ann")));
}
