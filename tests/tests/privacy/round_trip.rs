//! Sealed by the binary, exported, imported.

use std::fs;

use weir_tests::Home;
use weir_tests::event::event;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::streams::stream;

const SEALED: &str = "[privacy]\nseal = true\n";
const ASKED: [&str; 11] = [
    "report",
    "abandonment",
    "--as-of",
    "2028-01-01",
    "--from",
    "2020-01-01",
    "--to",
    "2028-01-01",
    "--unit",
    "end_user",
    "--format=json",
];

#[test]
fn a_sealed_log_is_exported_to_what_came_and_a_plain_one_to_the_same() {
    for seed in 0..4 {
        let lines = import_lines(&importable(&stream(seed)));
        let (plain, sealed) = (Home::new(), Home::with(SEALED));
        let mut exported = Vec::new();
        for home in [&plain, &sealed] {
            let file = home.write("stream.ndjson", &lines);
            home.weir(["import", &file.display().to_string()]).ok();
            exported.push(home.weir(["log", "export"]).ok().stdout);
            home.weir(["log", "verify"]).ok();
        }
        assert!(exported[0] == exported[1], "seed {seed}: the exports differ");
        let report = |home: &Home| home.weir(ASKED).ok().stdout;
        assert!(report(&plain) == report(&sealed), "seed {seed}: the reports differ");
        // Without the vault it is the same report, and another export, which is imported nevertheless.
        fs::remove_file(sealed.data().join("keys.db")).expect("the vault");
        assert!(report(&plain) == report(&sealed), "seed {seed}: the vault is asked for a report");
        let run = sealed.weir(["log", "export"]).ok();
        let redacted = run.stdout.windows(15).filter(|found| found == b"\"redacted\":true").count();
        assert!(0 < redacted, "seed {seed}");
        assert!(run.stderr.contains("marked `redacted`"), "{}", run.stderr);
        let again = Home::with(SEALED);
        let file = again.write("redacted.ndjson", &run.stdout);
        again.weir(["import", &file.display().to_string()]).ok();
        assert!(report(&plain) == report(&again), "seed {seed}: the redacted copy differs");
    }
}

#[test]
fn a_vault_that_is_lost_is_missed() {
    let home = Home::with(SEALED);
    let file = home.write("stream.ndjson", import_lines(&importable(&stream(1))));
    let import = || home.weir(["import", &file.display().to_string()]);
    import().ok();
    let vault = home.data().join("keys.db");
    fs::remove_file(&vault).expect("the vault");
    import().failed(1, &["keys.db, is not there; put it back"]);
    fs::write(&vault, "").expect("an empty file");
    import().ok();
    // Also where what came last had nothing to seal.
    home.import(&format!(
        "{{\"received_at\":\"2026-01-05T09:00:00Z\",\"payload\":{}}}\n",
        event(1, 7001)
    ));
    fs::remove_file(&vault).expect("the vault");
    import().failed(1, &["keys.db, is not there; put it back"]);
}

#[test]
fn the_vault_is_where_the_configuration_says() {
    let home = Home::with("[privacy]\nseal = true\nkeys_file = \"elsewhere.db\"\n");
    let file = home.write("stream.ndjson", import_lines(&importable(&stream(1))));
    home.weir(["import", &file.display().to_string()]).ok();
    assert!(home.path("elsewhere.db").exists());
    assert!(!home.data().join("keys.db").exists());
}
