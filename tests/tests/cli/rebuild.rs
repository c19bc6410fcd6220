//! Equality proved, or the place where there is none.

use rusqlite::{Connection, params};
use weir_tests::Home;
use weir_tests::event::{cancelled_at, event, session_id};

const EVERYTHING: [&str; 4] =
    ["--from=2026-01-01", "--to=2026-02-01", "--as-of=2026-02-01", "--by=attempts"];

/// Microseconds of 2026-01-05T09:14:02Z, when session 7 began, as the read model keeps them.
const BEGAN_US: i64 = 1_767_604_442_000_000;

/// A log with a read model.
fn home() -> Home {
    let home = Home::new();
    let lines: String = (0..40)
        .flat_map(|session| {
            let second = (session + 60 - 5) % 60;
            [event(session, 7001), cancelled_at(session, "intro_screen_shown")].map(|body| {
                format!(
                    "{{\"received_at\":\"2026-01-05T09:14:{second:02}Z\",\"payload\":{body}}}\n"
                )
            })
        })
        .collect();
    home.import(&lines);
    let said = home.prints(["rebuild"]);
    assert!(said.contains("folded 80 deliveries to 40 sessions"), "{said}");
    assert!(said.contains("there was no read model of this version to compare with"), "{said}");
    home
}

/// The bytes of the sessions' columns.
fn columns(home: &Home) -> Vec<u8> {
    let database = Connection::open(home.data().join("read.db")).expect("it is there");
    database
        .query_row("SELECT data FROM session_chunk", [], |row| row.get(0))
        .expect("40 sessions are one chunk")
}

fn put_columns(home: &Home, columns: &[u8]) {
    let database = Connection::open(home.data().join("read.db")).expect("it is there");
    let changed = database.execute("UPDATE session_chunk SET data = ?", params![columns]);
    assert_eq!(changed.expect("it can be written"), 1);
}

#[test]
fn a_rebuild_proves_the_read_model_equal() {
    let home = home();
    let before = home.report(EVERYTHING);
    for _ in 0..2 {
        let said = home.prints(["rebuild"]);
        assert!(said.contains("proved equal to the read model that was served; swapped"), "{said}");
    }
    assert_eq!(home.report(EVERYTHING), before);
}

#[test]
fn a_read_model_that_was_changed_is_found_out_and_the_place_is_named() {
    let home = home();
    let before = home.report(EVERYTHING);
    let mut changed = columns(&home);
    let began = BEGAN_US.to_le_bytes();
    let place = changed.windows(8).position(|bytes| bytes == began).expect("session 7 is there");
    // An hour later.
    changed[place..place + 8].copy_from_slice(&(BEGAN_US + 3_600_000_000).to_le_bytes());
    put_columns(&home, &changed);

    let said = home.prints(["rebuild"]);
    assert!(said.contains("differs from the log; it is replaced"), "{said}");
    assert!(said.contains(&format!("session {} of main", session_id(7))), "{said}");
    assert!(!said.contains(&session_id(8)), "only that one differs: {said}");
    assert_eq!(home.report(EVERYTHING), before);
    let said = home.prints(["rebuild"]);
    assert!(said.contains("proved equal"), "{said}");
}

#[test]
fn no_changed_byte_is_proved_equal() {
    let home = home();
    let before = home.report(EVERYTHING);
    let whole = columns(&home);
    for place in (0..whole.len()).step_by(whole.len() / 12) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        put_columns(&home, &changed);
        let said = home.prints(["rebuild"]);
        assert!(!said.contains("proved equal"), "byte {place}: {said}");
        assert_eq!(home.report(EVERYTHING), before, "byte {place}");
        assert_eq!(columns(&home), whole, "byte {place}");
    }
}

#[test]
fn a_read_model_that_is_gone_or_nonsense_is_folded_again() {
    let home = home();
    let before = home.report(EVERYTHING);
    let file = home.data().join("read.db");
    for bytes in [None, Some(&b""[..]), Some(b"nonsense, and no database at all, only text")] {
        for name in ["read.db", "read.db-wal", "read.db-shm"] {
            let _ = std::fs::remove_file(home.data().join(name));
        }
        if let Some(bytes) = bytes {
            std::fs::write(&file, bytes).expect("there is room");
        }
        assert_eq!(home.report(EVERYTHING), before);
        home.prints(["rebuild"]);
        assert_eq!(home.report(EVERYTHING), before);
    }
}
