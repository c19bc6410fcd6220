//! What is not retained, and what a backup keeps.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use weir_tests::{Home, Server};

const SEALED: &str = "[privacy]\nseal = true\n";

fn line(received_at: &str, session: u64, end_user: &str) -> String {
    let id = weir_tests::event::session_id(session);
    format!(
        "{{\"received_at\":\"{received_at}\",\"payload\":{{\"id\":\"{id}\",\"attemptId\":\"{id}\",\
         \"code\":7001,\"action\":\"started\",\"endUserId\":\"{end_user}\"}}}}\n"
    )
}

fn months(home: &Home, personal: &str) {
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", config.replace("seal = true", &format!("seal = true\n{personal}")));
}

#[test]
fn months_that_are_not_retained_lose_their_values_and_no_count() {
    let home = Home::with(SEALED);
    home.import(
        &(line("2024-01-05T09:00:00Z", 1, "ann-of-long-ago")
            + &line("2099-01-01T00:00:00Z", 2, "bob-of-now"))
            .replace("2099-01-01T00:00:00Z", &today()),
    );
    let report = || {
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
            "end_user",
            "--format=json",
        ])
        .ok()
        .stdout
    };
    let before = report();
    let dry = home.weir(["erase", "--older-than", "24mo", "--dry-run"]).ok().text();
    assert!(dry.contains("would erase     1 key of months before"), "{dry}");
    assert!(home.exported().contains("ann-of-long-ago"));
    months(&home, "personal_months = 6");
    // The server does it when it starts.
    let server = Server::start(&home);
    server.counts(2);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    let exported = home.exported();
    assert!(!exported.contains("ann-of-long-ago"), "{exported}{said}");
    assert!(exported.contains("bob-of-now"), "{exported}");
    assert_eq!(report(), before);
    let record = home.prints(["audit", "--did", "retention-ran"]);
    assert!(record.contains("weir Weir: 1 key of months before"), "{record}");
    home.weir(["log", "verify"]).ok();
    let again = home.weir(["erase", "--older-than", "6mo", "--yes"]).ok().text();
    assert!(again.contains("erased          0 keys"), "{again}");
    home.weir(["erase", "--older-than", "6", "--yes"]).failed(2, &["such as 24mo"]);
}

/// What is retained is counted from the real month.
#[allow(clippy::disallowed_methods)]
pub(crate) fn today() -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let at = jiff::Timestamp::from_second(i64::try_from(now.as_secs()).expect("a date"));
    at.expect("a date").to_string()
}

#[test]
fn a_backup_has_the_keys_and_a_restore_brings_no_erased_one_back() {
    let home = Home::with(SEALED);
    home.import(&(line(&today(), 1, "ann-who-is-erased") + &line(&today(), 2, "bob-who-stays")));
    let backup = home.path("backup");
    let at = backup.display().to_string();
    home.weir(["backup", &at]).ok();
    let mode = fs::metadata(backup.join("keys.db")).expect("the keys").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    home.weir(["erase", "--yes", "--end-user", "ann-who-is-erased"]).ok();
    let restored = home.weir(["restore", "--replace", &at]).ok();
    let exported = home.exported();
    assert!(
        !exported.contains("ann-who-is-erased") && exported.contains("bob-who-stays"),
        "{exported}"
    );
    assert_eq!(count_keys(&home), 1, "{restored}");
    // A tombstone came along, too: who is sent again is who they were, and says nothing.
    home.import(&line(&today(), 1, "ann-who-is-erased"));
    assert!(!home.exported().contains("ann-who-is-erased"));
    // A new backup does not have her key any more, and one without keys has none.
    home.weir(["backup", &at]).ok();
    assert_eq!(keys_in(&backup.join("keys.db")), 1);
    home.weir(["backup", "--without-keys", &at]).ok();
    assert!(!backup.join("keys.db").exists());
    // Restored over a data directory with keys, these stay.
    home.weir(["restore", "--replace", &at]).ok();
    assert!(home.exported().contains("bob-who-stays"));
    // Restored where there are none, the log is whole and says nothing.
    let bare = home.weir(["--data-dir", "bare", "restore", &at]).ok();
    let text = home.weir(["--data-dir", "bare", "log", "export"]).ok().text();
    assert!(text.contains("\"redacted\":true") && !text.contains("bob-who-stays"), "{bare}{text}");
}

fn count_keys(home: &Home) -> i64 {
    keys_in(&home.data().join("keys.db"))
}

/// How many keys of a vault open something.
fn keys_in(path: &std::path::Path) -> i64 {
    let conn = Connection::open(path).expect("a vault");
    conn.query_row("SELECT count(*) FROM key WHERE key <> zeroblob(32)", [], |row| row.get(0))
        .expect("a count")
}
