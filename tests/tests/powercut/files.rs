//! Files that commands write where they are told: heads of the log, an export, a report.

use std::fs;

use weir_tests::Run;

use crate::campaign::{Image, power_cuts};
use crate::lived_in::{FIRST, lined_up, lived_in};

#[test]
fn heads_of_the_log() {
    let home = lived_in();
    lined_up(&home, FIRST..FIRST + 5);
    power_cuts(
        "heads of the log",
        &home,
        |recorder| {
            let run = |args: &[&str]| Run::of(&mut recorder.over(home.command(args))).ok();
            let head = ["log", "head", "--out", "heads.ndjson"];
            run(&head);
            recorder.promised();
            run(&["import", "lines.ndjson"]);
            run(&head);
            recorder.promised();
        },
        |Image { home, promises }| {
            let heads = fs::read(home.path("heads.ndjson")).unwrap_or_default();
            let whole = String::from_utf8_lossy(&heads).into_owned();
            let whole = whole
                .lines()
                .filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
            let whole = whole.count() as u64;
            assert!(*promises <= whole, "{promises} were written, and {whole} are there");
            if 0 < whole {
                home.weir(["log", "verify", "--heads", "heads.ndjson"]).ok();
            }
            // The next is written behind whatever is there.
            home.weir(["log", "head", "--out", "heads.ndjson"]).ok();
            home.weir(["log", "verify", "--heads", "heads.ndjson"]).ok();
        },
    );
}

#[test]
fn what_is_written_by_out() {
    let home = lived_in();
    let exported = home.exported();
    power_cuts(
        "what is written by --out",
        &home,
        |recorder| {
            let run = |args: &[&str]| Run::of(&mut recorder.over(home.command(args))).ok();
            run(&["log", "export", "--out", "log.ndjson"]);
            recorder.promised();
            run(&["report", "--format", "json", "--out", "report.json"]);
            recorder.promised();
        },
        |Image { home, promises }| {
            if 0 < *promises {
                let found = fs::read_to_string(home.path("log.ndjson")).expect("it was written");
                assert!(found == exported, "the export is not whole");
            }
            if 1 < *promises {
                let report = fs::read(home.path("report.json")).expect("it was written");
                let _: serde_json::Value = serde_json::from_slice(&report).expect("it is whole");
            }
        },
    );
}
