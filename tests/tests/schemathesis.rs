//! The API holds what its description says, whatever is asked.
//!
//! Schemathesis makes requests from `/openapi.json`, fitting ones and unfitting ones, and holds the
//! answers against it. `WEIR_SCHEMATHESIS=PATH` names the program; the gate installs it. To repeat
//! a run, `WEIR_SEED=N`.

#![allow(missing_docs)]

use std::env;
use std::path::PathBuf;
use std::process::Command;

use weir_tests::{Home, Server};

/// The same requests in every run, so that a gate that passed passes again.
const SEED: &str = "20260105";

/// For each address and phase. A run takes about a minute.
const EXAMPLES_MAX: &str = "30";

/// Holds answers against the description; what is left out cannot be said in it, and why.
const CHECKS: &[&str] = &["--checks", "all", "--exclude-checks", "positive_data_acceptance"];

#[test]
fn the_api_is_as_described() {
    let home = Home::new();
    home.prints(["simulate", "--seed=11", "--days=12", "--sessions-per-day=80", "--out=b.ndjson"]);
    home.weir(["import", "b.ndjson"]).ok();
    let server = Server::start(&home);
    server.counts(home.verified());
    let seed = env::var("WEIR_SEED").unwrap_or_else(|_| SEED.to_owned());
    println!("WEIR_SEED={seed}");
    let run = Command::new(program())
        .current_dir(&home)
        .args(["run", &format!("http://{}/openapi.json", server.address())])
        .args(["--seed", &seed, "--max-examples", EXAMPLES_MAX])
        .args(["--workers", "2", "--no-color", "--exclude-path", "/webhooks/veriff"])
        .args(CHECKS)
        .output()
        .expect("schemathesis can be started");
    let said = String::from_utf8_lossy(&run.stdout);
    println!("{said}");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

fn program() -> PathBuf {
    // <target>/<profile>/deps/<test>
    let test = env::current_exe().expect("a test knows where it is");
    let target = test.ancestors().nth(3).expect("a test is in the target directory");
    let installed = target.join("schemathesis/bin/schemathesis");
    let program = env::var_os("WEIR_SCHEMATHESIS").map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "schemathesis is not at {}: `cargo xtask ci --only python` installs it",
        program.display()
    );
    program
}
