//! Somebody is erased; a log with values in plain is sealed; a vault outlives a restore.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};
use weir_tests::event::session_id;
use weir_tests::{Home, Run};

use crate::campaign::{Image, power_cuts};
use crate::disk;

const SEALED: &str = "[privacy]\nseal = true\n";
const ANN: &str = "ann.miller@example.com";
const ERASE: [&str; 5] = ["erase", "--json", "--yes", "--end-user", ANN];

/// The home of deliveries that name Ann and others.
fn with_ann(sections: &str) -> Home {
    let home = Home::with(sections);
    let lines = (1..20).map(|number| {
        let end_user =
            if number % 5 == 0 { ANN.to_owned() } else { format!("user-{number}-of-many") };
        let body = json!({
            "id": session_id(number), "attemptId": session_id(number + 100), "feature": "selfid",
            "code": 7001, "action": "started", "vendorData": null, "endUserId": end_user,
        });
        format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n")
    });
    home.import(&lines.collect::<String>());
    fs::remove_file(home.path("lines.ndjson")).expect("it was imported");
    home
}

/// The files in which something is.
fn files_with(home: &Home, wanted: &[u8]) -> Vec<String> {
    let left = disk::read(&home.data());
    let files = left.into_iter().filter_map(|(path, bytes)| Some((path, bytes?)));
    let found = files.filter(|(_, bytes)| bytes.windows(wanted.len()).any(|found| found == wanted));
    found.map(|(path, _)| path).collect()
}

/// Ann's key.
fn key(home: &Home) -> Vec<u8> {
    let vault = Connection::open(home.data().join("keys.db")).expect("there is a vault");
    let sql = "SELECT key FROM key JOIN subject ON subject.id = key.subject \
               GROUP BY subject HAVING count(*) = 1 ORDER BY subject";
    let mut statement = vault.prepare(sql).expect("it reads");
    let keys = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("it reads");
    let keys: Vec<_> = keys.collect::<Result<_, _>>().expect("it reads");
    // The fifth who came.
    keys[4].clone()
}

#[test]
fn somebody_is_erased() {
    let home = with_ann(SEALED);
    let key = key(&home);
    assert_eq!(files_with(&home, &key), ["keys.db"]);
    power_cuts(
        "somebody is erased",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(ERASE))).ok();
            recorder.promised();
        },
        |Image { home, promises }| {
            if *promises == 0 {
                let told: Value = serde_json::from_str(&home.prints(ERASE)).expect("JSON");
                assert_eq!(told["erased"]["proved"], true, "{told}");
            }
            assert_eq!(files_with(home, &key), [""; 0], "the key is there");
            assert_eq!(files_with(home, ANN.as_bytes()), [""; 0], "the value is there");
            let exported = home.exported();
            assert!(!exported.contains(ANN), "{exported}");
            assert!(exported.contains("user-1-of-many"), "{exported}");
            home.weir(["audit"]).ok().says("erased");
        },
    );
}

#[test]
fn a_log_is_sealed() {
    const SEAL: [&str; 2] = ["seal", "--yes"];
    let home = with_ann("");
    home.prints(["report"]);
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", format!("{config}\n{SEALED}"));
    let wanted = home.bodies();
    power_cuts(
        "a log is sealed",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(SEAL))).ok();
            recorder.promised();
        },
        |Image { home, promises }| {
            assert!(home.bodies() == wanted, "the log is another one");
            home.verified();
            if *promises == 0 {
                home.weir(SEAL).ok();
            }
            assert_eq!(files_with(home, ANN.as_bytes()), [""; 0], "the value is there in plain");
            assert!(home.bodies() == wanted, "the log is another one");
        },
    );
}

#[test]
fn a_vault_that_no_backup_has_outlives_a_restore() {
    const RESTORE: [&str; 3] = ["restore", "backup", "--replace"];
    let home = with_ann(SEALED);
    home.weir(["backup", "backup", "--without-keys"]).ok();
    let wanted = home.bodies();
    power_cuts(
        "a restore beside a vault",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(RESTORE))).ok();
            recorder.promised();
        },
        |Image { home, promises }| {
            if *promises == 0 {
                home.weir(RESTORE).ok();
            }
            assert!(home.bodies() == wanted, "the values of the log do not open");
        },
    );
}
