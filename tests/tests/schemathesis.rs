//! The API holds what its description says, whatever is asked.
//!
//! Schemathesis makes requests from `/openapi.json`, fitting ones and unfitting ones, and holds the
//! answers against it. `WEIR_SCHEMATHESIS=PATH` names the program; the gate installs it. To repeat
//! a run, `WEIR_SEED=N`.

#![allow(missing_docs)]

use std::env;
use std::path::PathBuf;
use std::process::Command;

use weir_tests::owner::api_token;
use weir_tests::{Home, Server};

/// The same requests in every run, so that a gate that passed passes again.
const SEED: &str = "20260105";

/// For each address and phase. A run takes about a minute.
const EXAMPLES_MAX: &str = "30";

/// Holds answers against the description; what is left out cannot be said in it, and why.
const CHECKS: &[&str] = &["--checks", "all", "--exclude-checks", "positive_data_acceptance"];

/// What can take away who asks: people change, and tokens end. They are asked by themselves, last.
const OF_PEOPLE: &[&str] =
    &["/api/v1/people/{id}", "/api/v1/people/{id}/password", "/api/v1/tokens/{id}/revoke"];

#[test]
fn the_api_is_as_described() {
    let home = Home::closed();
    home.prints(["simulate", "--seed=11", "--days=12", "--sessions-per-day=80", "--out=b.ndjson"]);
    home.weir(["import", "b.ndjson"]).ok();
    let server = Server::start(&home);
    server.counts(home.verified());
    let token = api_token(&server);
    // The endpoint asks for another kind of signature (see `ingest` and `story`), and events go on
    // for ever.
    let all_but = OF_PEOPLE.iter().chain(["/webhooks/veriff", "/events"].iter());
    ask(&home, &server, &token, "--exclude-path", all_but);
    ask(&home, &server, &token, "--include-path", OF_PEOPLE.iter());
}

/// One run, of the addresses that are named or of all others.
fn ask<'a>(
    home: &Home,
    server: &Server,
    token: &str,
    which: &str,
    paths: impl Iterator<Item = &'a &'a str>,
) {
    let seed = env::var("WEIR_SEED").unwrap_or_else(|_| SEED.to_owned());
    println!("WEIR_SEED={seed}");
    let run = Command::new(program())
        .current_dir(home)
        .args(["run", &format!("http://{}/openapi.json", server.address())])
        .args(["--seed", &seed, "--max-examples", EXAMPLES_MAX])
        .args(["--workers", "2", "--no-color"])
        .args(paths.flat_map(|path| [which, path]))
        .arg("--header")
        .arg(format!("Authorization: Bearer {token}"))
        .args(CHECKS)
        .output()
        .expect("schemathesis can be started");
    println!("{}", String::from_utf8_lossy(&run.stdout));
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
