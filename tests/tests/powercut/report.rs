//! A report is rendered and goes to a file.

use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};
use weir_tests::{Home, Run, runs};

use crate::campaign::{Image, power_cuts};
use crate::lived_in::lived_in;

/// What the ledger says is there, is there: what was rendered, and what was delivered.
fn is_as_told(home: &Home, run: &Value) {
    let number = &run["run"];
    for file in run["files"].as_array().expect("a list") {
        let path = format!("outputs/{number}/{}", file["name"].as_str().expect("a name"));
        let bytes = fs::read(home.data().join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(hex::encode(Sha256::digest(&bytes)), file["sha256"], "{path}");
    }
    if run["state"] == "delivered" {
        let path = format!("outputs/files/{number}.json");
        let bytes = fs::read(home.data().join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        let _: Value = serde_json::from_slice(&bytes).expect("it is whole");
    }
}

#[test]
fn a_report_that_goes_to_a_file() {
    let home = lived_in();
    power_cuts(
        "a report that goes to a file",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(["schedule", "run", "lately"]))).ok();
            recorder.promised();
        },
        |Image { home, promises }| {
            let told = runs::told(home, "lately");
            told.iter().for_each(|run| is_as_told(home, run));
            let delivered = told.iter().filter(|run| run["state"] == "delivered").count() as u64;
            assert!(*promises <= delivered, "it was said to be delivered: {told:#?}");
            if delivered < told.len() as u64 {
                runs::delivered(home, "lately").iter().for_each(|run| is_as_told(home, run));
            }
        },
    );
}
