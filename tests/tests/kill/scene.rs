//! What is done when the kill comes.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use weir_tests::event::event;
use weir_tests::http::request;
use weir_tests::load::{self, Posted, join};
use weir_tests::{Home, Run, Server, runs};

use crate::life::{BACKUP, Life};
use crate::point::During;

/// Lines of an import: two commits, of which the first has 4,096.
const LINES: u64 = 4_300;

/// Longer than anything that is waited for here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does it under this rule, which kills the process.
#[track_caller]
pub(crate) fn play(life: &mut Life, during: During, rule: &str, rng: &mut ChaCha8Rng) {
    match during {
        During::Starting => starting(life, rule, rng),
        During::Serving => serving(life, rule, "", rng),
        During::Filling => serving(life, rule, &"x".repeat(20_000), rng),
        During::Ending => ending(life, rule, rng),
        During::Importing => importing(life, rule),
        During::Rebuilding => rebuilding(life, rule),
        During::RebuildingServed => rebuilding_served(life, rule),
        During::BackingUp => backing_up(life, rule),
        During::Restoring => restoring(life, rule),
        During::Sending => sending(life, rule),
        During::Naming => naming(life, rule),
    }
    assert_eq!(life.interposer.met(), [rule], "the process ended otherwise");
    life.interposer.lift();
}

/// A server at any moment, perhaps while it is doing its last work after having been told to end.
pub(crate) fn at_random(life: &mut Life, rng: &mut ChaCha8Rng) {
    let server = Server::start(&life.home);
    let posting = load::start(server.address(), life.tag(), "", rng);
    thread::sleep(Duration::from_millis(rng.random_range(5..300)));
    if rng.random_bool(0.3) {
        server.signal("TERM");
        thread::sleep(Duration::from_millis(rng.random_range(0..1_200)));
    }
    server.kill();
    life.note(join(posting));
}

fn starting(life: &mut Life, rule: &str, rng: &mut ChaCha8Rng) {
    at_random(life, rng);
    life.goes_on();
    life.interposer.plan(rule);
    if let Ok(mut server) = Server::run(life.interposer.over(Server::command(&life.home))) {
        assert_eq!(server.wait(), None, "{}", server.said());
    }
}

fn serving(life: &mut Life, rule: &str, filler: &str, rng: &mut ChaCha8Rng) {
    let mut server = start(life);
    let posting = load::start(server.address(), life.tag(), filler, rng);
    thread::sleep(Duration::from_millis(rng.random_range(0..100)));
    life.interposer.plan(rule);
    let began = Instant::now();
    while server.ended().is_none() {
        assert!(began.elapsed() < PATIENCE, "{rule} is not met: {}", server.said());
        thread::sleep(Duration::from_millis(5));
    }
    life.note(join(posting));
}

fn ending(life: &mut Life, rule: &str, rng: &mut ChaCha8Rng) {
    let mut server = start(life);
    let posting = load::start(server.address(), life.tag(), "", rng);
    thread::sleep(Duration::from_millis(rng.random_range(20..150)));
    // None of it happens before the end, for which there is too little in the journal.
    life.interposer.plan(rule);
    server.signal("TERM");
    life.note(join(posting));
    assert_eq!(server.wait(), None, "{}", server.said());
}

fn importing(life: &mut Life, rule: &str) {
    let tag = life.tag();
    let bodies: Vec<String> = (0..LINES)
        .map(|line| format!("{{\"import\":\"{tag}/{line}\",{}", &event(line % 97, 7001)[1..]))
        .collect();
    let before = life.home.bodies().len();
    life.interposer.plan(rule);
    killed(life, &import(&life.home, &bodies));
    life.interposer.plan("");
    let logged = life.home.bodies();
    assert!(bodies.starts_with(&logged[before..]), "it is not how the file begins");
    life.note(vec![Posted { sent: bodies, taken: Vec::new() }]);
}

fn rebuilding(life: &mut Life, rule: &str) {
    life.grow();
    life.interposer.plan(rule);
    killed(life, &["rebuild".to_owned()]);
}

fn rebuilding_served(life: &mut Life, rule: &str) {
    life.grow();
    let mut server = start(life);
    life.interposer.plan(rule);
    let asked = life.home.weir(["rebuild"]);
    assert_eq!(server.wait(), None, "{}", server.said());
    if asked.status != Some(0) {
        assert!(asked.stderr.contains("run `weir rebuild` again"), "{asked}");
    }
}

fn backing_up(life: &mut Life, rule: &str) {
    life.grow();
    life.interposer.plan(rule);
    killed(life, &["backup".to_owned(), BACKUP.to_owned()]);
    life.is_backed_up();
}

fn restoring(life: &mut Life, rule: &str) {
    life.is_backed_up();
    let whole = life.home.bodies();
    life.interposer.plan(rule);
    let args = ["restore", BACKUP, "--data-dir", "back"];
    killed(life, &args.map(str::to_owned));
    // Either it is not there yet, or it is whole.
    let verified = life.home.weir(["log", "verify", "--data-dir", "back"]);
    if verified.status != Some(0) {
        verified.failed(1, &["there is no log in"]);
        life.home.weir(args).ok();
    }
    assert_eq!(life.home.bodies_in("back"), whole);
    fs::remove_dir_all(life.home.path("back")).expect("it was restored");
}

fn sending(life: &mut Life, rule: &str) {
    life.interposer.plan(rule);
    killed(life, &["schedule", "run", "lately"].map(str::to_owned));
    life.interposer.plan("");
    for run in runs::delivered(&life.home, "lately") {
        let file = format!("outputs/files/lately/{}.json", run["run"]);
        let file = fs::read(life.home.data().join(file)).expect("it was delivered");
        let _: serde_json::Value = serde_json::from_slice(&file).expect("it is whole");
    }
}

fn naming(life: &mut Life, rule: &str) {
    let mut server = start(life);
    life.interposer.plan(rule);
    for order in 1.. {
        let name = format!("screen {}", life.tag());
        let body = json!({"state": format!("{name} shown"), "label": name, "order": order});
        let headers = ["content-type: application/json".to_owned()];
        let asking =
            request("POST", "/api/v1/catalogue/screens", &headers, body.to_string().as_bytes());
        let Some(mut connection) = server.connect_now() else { break };
        match connection.ask(&asking) {
            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.text()),
            Err(_) => break,
        }
        life.name(name);
    }
    assert_eq!(server.wait(), None, "{}", server.said());
}

/// The arguments that import these bodies.
pub(crate) fn import(home: &Home, bodies: &[String]) -> Vec<String> {
    let lines: String = bodies
        .iter()
        .map(|body| format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n"))
        .collect();
    home.write("lines.ndjson", lines);
    ["import", "lines.ndjson"].map(str::to_owned).into()
}

/// Runs the binary until it is killed.
#[track_caller]
fn killed(life: &Life, args: &[String]) {
    let run = Run::of(&mut life.interposer.over(life.home.command(args)));
    assert_eq!(run.status, None, "it was not killed: {run}");
}

#[track_caller]
fn start(life: &Life) -> Server {
    let command = life.interposer.over(Server::command(&life.home));
    Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
}
