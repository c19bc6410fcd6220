//! The API holds what its description says, whatever is asked.
//!
//! Schemathesis makes requests from `/openapi.json`, fitting ones and unfitting ones, and holds the
//! answers against it. `WEIR_SCHEMATHESIS=PATH` names the program; the gate installs it. To repeat
//! a run, `WEIR_SEED=N`.

#![allow(missing_docs)]

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use weir_tests::http::request;
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

/// A report that goes into a folder of the test's own.
const PULSE: &str = "title = \"Pulse\"\nrange = \"yesterday\"\nformats = [\"csv\"]\n\n\
    [[recipient]]\nfile = \"{name}-{run}.{format}\"\n";

#[test]
fn the_api_is_as_described() {
    let home = Home::closed();
    home.prints(["simulate", "--seed=11", "--days=12", "--sessions-per-day=80", "--out=b.ndjson"]);
    home.weir(["import", "b.ndjson"]).ok();
    // What the description's examples name: it is run, changed and deleted.
    home.define("daily-pulse", PULSE);
    let server = Server::start(&home);
    server.counts(home.verified());
    let token = api_token(&server);
    // The endpoint asks for another kind of signature (see `ingest` and `story`), and events go on
    // for ever.
    let all_but = OF_PEOPLE.iter().chain(["/webhooks/veriff", "/events"].iter());
    ask(&home, &server, &token, "--exclude-path", all_but);
    sent_to_nobody(&server, &token);
    ask(&home, &server, &token, "--include-path", OF_PEOPLE.iter());
}

/// Definitions were made and runs asked for: none of them reached anybody, as no channel is
/// configured.
fn sent_to_nobody(server: &Server, token: &str) {
    let json = |path: &str| {
        let headers = [format!("authorization: Bearer {token}")];
        let answer = server.connect().ask(&request("GET", path, &headers, b"")).expect(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice::<Value>(&answer.body).expect("JSON")
    };
    let runs = json("/api/v1/runs?limit=1000");
    let runs = runs["runs"].as_array().expect("a list");
    assert!(!runs.is_empty(), "nothing was run, so this says nothing");
    for run in runs {
        let run = json(&format!("/api/v1/runs/{}", run["id"]));
        for sending in run["sendings"].as_array().expect("a list") {
            let to = sending["target"].as_str().expect("a text");
            assert!(to.starts_with("file:"), "something was to be sent to {to}");
        }
    }
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
