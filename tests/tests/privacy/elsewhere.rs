//! The vault at a place of its own: what a backup takes of it, and what a restore leaves of it.

use std::fs;

use weir_tests::Home;
use weir_tests::event::session_id;

const ELSEWHERE: &str = "[privacy]\nseal = true\nkeys_file = \"kept/vault.db\"\n";

fn line(session: u64, end_user: &str) -> String {
    let id = session_id(session);
    format!(
        "{{\"received_at\":\"2026-01-05T09:00:00Z\",\"payload\":{{\"id\":\"{id}\",\"attemptId\":\"{id}\",\
         \"code\":7001,\"action\":\"started\",\"endUserId\":\"{end_user}\"}}}}\n"
    )
}

/// With Ann and Bob in its log, and a vault that is not in the data directory.
fn home() -> Home {
    let home = Home::with(ELSEWHERE);
    fs::create_dir(home.path("kept")).expect("there is room");
    home.import(&(line(1, "ann-of-the-log") + &line(2, "bob-of-the-log")));
    assert!(home.path("kept/vault.db").exists() && !home.data().join("keys.db").exists());
    home
}

/// Who stands in the log of a data directory by name.
fn named(home: &Home, data: &str) -> Vec<&'static str> {
    let exported = home.prints(["--data-dir", data, "log", "export"]);
    let all = ["ann-of-the-log", "bob-of-the-log"];
    all.into_iter().filter(|name| exported.contains(name)).collect()
}

#[test]
fn a_vault_elsewhere_is_left_as_it_is_whatever_the_backup_has() {
    let home = home();
    home.prints(["backup", "with"]);
    home.prints(["backup", "without", "--without-keys"]);
    assert!(home.path("with/keys.db").exists() && !home.path("without/keys.db").exists());
    home.weir(["erase", "--yes", "--end-user", "ann-of-the-log"]).ok();
    // A new subject, whom no backup knows.
    home.import(&line(3, "cyd-of-later"));
    for backup in ["with", "without"] {
        let run = home.weir(["restore", "--replace", backup]).ok();
        run.says("the keys of sealed values, ");
        run.says("kept/vault.db, were left as they are");
        assert_eq!(named(&home, "data"), ["bob-of-the-log"], "{backup}");
        assert!(!home.data().join("keys.db").exists(), "{backup}");
    }
    // What is sent again is known by the vault that stayed.
    home.import(&line(3, "cyd-of-later"));
    assert!(home.exported().contains("cyd-of-later"));
    home.weir(["erase", "--yes", "--end-user", "cyd-of-later"]).ok();
}

#[test]
fn where_there_is_no_vault_the_backups_is_said_to_be_moved_or_missed() {
    let home = home();
    home.prints(["backup", "with"]);
    home.prints(["backup", "without", "--without-keys"]);
    // Another machine: the configuration is the same, and nothing else is there.
    fs::rename(home.path("kept/vault.db"), home.path("away.db")).expect("it is there");
    let run = home.weir(["--data-dir", "bare", "restore", "without"]).ok();
    run.says("the backup has no keys of its sealed values");
    assert_eq!(named(&home, "bare"), [""; 0]);
    let run = home.weir(["--data-dir", "moved", "restore", "with"]).ok();
    run.says("move them to ");
    let file = home.write("more.ndjson", line(4, "dan-of-later"));
    let import = ["--data-dir", "moved", "import", &file.display().to_string()];
    home.weir(import).failed(1, &["kept/vault.db, is not there; put it back"]);
    fs::rename(home.path("moved/keys.db"), home.path("kept/vault.db")).expect("as it was told");
    assert_eq!(named(&home, "moved"), ["ann-of-the-log", "bob-of-the-log"]);
    home.weir(import).ok();
    // The vault of the one opens the other's log, too.
    assert_eq!(named(&home, "bare"), ["ann-of-the-log", "bob-of-the-log"]);
}

#[test]
fn a_backup_by_configuration_has_no_keys() {
    let home = Home::with(&format!("{ELSEWHERE}[backup]\nkeys = false\n"));
    fs::create_dir(home.path("kept")).expect("there is room");
    home.import(&line(1, "ann-of-the-log"));
    home.prints(["backup", "b"]);
    assert!(!home.path("b/keys.db").exists());
    let told = home.prints(["erase", "--yes", "--end-user", "ann-of-the-log"]);
    assert!(!told.contains("copied"), "{told}");
}

#[test]
fn a_vault_elsewhere_is_not_in_the_data_directory() {
    for path in ["data/vault.db", "data/keys.db", "link/vault.db"] {
        let home = Home::with(&format!("[privacy]\nkeys_file = \"{path}\"\n"));
        std::os::unix::fs::symlink(home.data(), home.path("link")).expect("there is room");
        fs::create_dir(home.data()).expect("there is room");
        home.weir(["log", "stats"]).failed(2, &["privacy.keys_file", path, "leave it out"]);
    }
}
