//! What is done when the kill comes.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use weir_tests::event::{event, of_end_user, session_id};
use weir_tests::http::request;
use weir_tests::load::{self, Posted, join};
use weir_tests::{Home, Run, Server, files_with, runs};

use crate::check::report;
use crate::life::{BACKUP, Life, RECEIVED_AT, SEALED};
use crate::point::During;
use crate::somebody::keys;

/// Lines of an import: two commits, of which the first has 4,096.
const LINES: u64 = 4_300;

/// In another month than lines of imports else are.
const LATER: &str = "2026-02-05T00:00:00Z";

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
        During::Erasing => erasing(life, rule),
        During::Sealing => sealing(life, rule, rng),
        During::Retaining => retaining(life, rule),
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
    // So that there is something to be put in order at the end, however slow the machine is.
    life.is_taken_by(&server);
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
        .map(|line| {
            // So that there are new ones in both commits.
            let end_user = format!("end-user {tag}/{}", line / 50);
            let event = of_end_user(&event(line % 97, 7001), &end_user);
            format!("{{\"import\":\"{tag}/{line}\",{}", &event[1..])
        })
        .collect();
    let before = life.home.bodies().len();
    life.interposer.plan(rule);
    killed(life, &import(&life.home, &bodies, RECEIVED_AT));
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
    let seen = session_id(1);
    // Its delivery is the first of the log: a server that folds all of it anew may be at work yet.
    server.counts(1);
    life.interposer.plan(rule);
    let looking = request("GET", &format!("/api/v1/sessions/{seen}"), &[], b"");
    for order in 1.. {
        let name = format!("screen {}", life.tag());
        let state = format!("{name} shown");
        let body = json!({"state": state, "label": name, "order": order});
        let headers = ["content-type: application/json".to_owned()];
        let asking =
            request("POST", "/api/v1/catalogue/screens", &headers, body.to_string().as_bytes());
        let Some(mut connection) = server.connect_now() else { break };
        let Ok(named) = connection.ask(&asking) else { break };
        assert_eq!(named.status, 200, "{}", named.text());
        life.name(name);
        life.deed(format!("changed-catalogue screen {state} done"));
        let Ok(shown) = connection.ask(&looking) else { break };
        assert_eq!(shown.status, 200, "{}", shown.text());
        life.deed(format!("saw-session {seen} done"));
    }
    assert_eq!(server.wait(), None, "{}", server.said());
}

fn erasing(life: &mut Life, rule: &str) {
    let somebody = life.meet(&[RECEIVED_AT, LATER]);
    assert_eq!(somebody.keys.len(), 2, "one of a month");
    let before = report(&life.home);
    life.interposer.plan(rule);
    let args = ["erase", "--yes", "--end-user", &somebody.name].map(str::to_owned);
    let told = killed(life, &args).text();
    life.interposer.plan("");
    let (kept, places) = (keys(&life.home), somebody.places(&life.home));
    let recorded = life.recorded();
    life.home.weir(args).ok();
    let pseudonym = life.is_forgotten(&somebody);
    let begun = format!("erased endUserId {pseudonym}: 6 deliveries in 3 sessions");
    let done = format!("{begun} done");
    // Nothing is erased by halves or unseen, and none is said to be done that is not.
    if kept.is_disjoint(&somebody.keys) {
        assert!(recorded.keys().any(|deed| deed.starts_with(&begun)), "{rule}: {recorded:?}");
    } else {
        assert!(kept.is_superset(&somebody.keys), "{rule}: a month of two");
    }
    if told.contains("proved ") || recorded.contains_key(&done) {
        assert_eq!(places, Vec::<String>::new(), "{rule}: {told}");
    }
    life.deed(done);
    assert!(report(&life.home) == before, "{rule}: the report is another one");
}

fn sealing(life: &mut Life, rule: &str, rng: &mut ChaCha8Rng) {
    life.configure("seal = false\n");
    let somebody = life.meet(&[RECEIVED_AT]);
    life.configure(SEALED);
    assert_ne!(somebody.places(&life.home), Vec::<String>::new(), "they stand in plain");
    let mut before = (life.home.bodies(), report(&life.home));
    life.interposer.plan(rule);
    let mut args = ["seal", "--yes", "--keep-old", "old/first"].map(str::to_owned);
    killed(life, &args);
    life.interposer.plan("");
    let places = somebody.places(&life.home);
    let is_plain = places.iter().any(|place| place.ends_with("/data/log.db"));
    assert!(is_plain || places.is_empty(), "{rule}: beside the sealed log: {places:?}");
    if rng.random_bool(0.5) {
        let left = (life.home.bodies(), report(&life.home));
        assert!(left == before, "{rule}: the log or its report is another one");
        life.goes_on();
        before = (life.home.bodies(), report(&life.home));
        // The one that was kept may be another one by now.
        "old/again".clone_into(&mut args[3]);
    }
    life.home.weir(&args).ok();
    assert_eq!(somebody.places(&life.home), Vec::<String>::new(), "{rule}");
    let sealed = (life.home.bodies(), report(&life.home));
    assert!(sealed == before, "{rule}: the log or its report is another one");
    assert_ne!(files_with(&life.home.path("old"), &somebody.name), Vec::<String>::new());
    fs::remove_dir_all(life.home.path("old")).expect("it was kept");
    life.begins_anew();
}

fn retaining(life: &mut Life, rule: &str) {
    // No month is sealed with keys again that was given up once.
    let months = life.months_fewer();
    let somebody = life.meet(&[&months_ago(months + 1)]);
    assert_eq!(somebody.keys.len(), 1, "one of a month");
    let before = report(&life.home);
    life.configure(&format!("{SEALED}personal_months = {months}\n"));
    life.interposer.plan(rule);
    if let Ok(mut server) = Server::run(life.interposer.over(Server::command(&life.home))) {
        assert_eq!(server.wait(), None, "{}", server.said());
    }
    life.interposer.plan("");
    let begun = format!("retention-ran 1 key of months before {}", &months_ago(months)[..7]);
    let recorded = life.recorded();
    assert!(recorded.keys().any(|deed| deed.starts_with(&begun)), "{rule}: {recorded:?}");
    let server = Server::start(&life.home);
    let began = Instant::now();
    while !somebody.places(&life.home).is_empty() {
        assert!(began.elapsed() < PATIENCE, "{:?}: {}", somebody.places(&life.home), server.said());
        thread::sleep(Duration::from_millis(10));
    }
    server.kill();
    life.configure(SEALED);
    life.is_forgotten(&somebody);
    assert!(report(&life.home) == before, "{rule}: the report is another one");
}

/// An instant so many months before the present one.
#[allow(clippy::disallowed_methods)] // what is retained is counted from the real month
fn months_ago(months: u16) -> String {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let then = now
        .first_of_month()
        .and_then(|first| first.checked_sub(jiff::Span::new().months(i32::from(months))));
    then.expect("a date").timestamp().to_string()
}

/// The arguments that import these bodies.
pub(crate) fn import(home: &Home, bodies: &[String], received_at: &str) -> Vec<String> {
    let lines: String = bodies
        .iter()
        .map(|body| format!("{{\"received_at\":\"{received_at}\",\"payload\":{body}}}\n"))
        .collect();
    home.write("lines.ndjson", lines);
    ["import", "lines.ndjson"].map(str::to_owned).into()
}

/// Runs the binary until it is killed.
#[track_caller]
fn killed(life: &Life, args: &[String]) -> Run {
    let run = Run::of(&mut life.interposer.over(life.home.command(args)));
    assert_eq!(run.status, None, "it was not killed: {run}");
    run
}

#[track_caller]
fn start(life: &Life) -> Server {
    let command = life.interposer.over(Server::command(&life.home));
    Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
}
