//! An import and a rebuild that are killed.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::chance::seeded;
use weir_tests::event::{cancelled_at, event};
use weir_tests::{Home, Interposer, Run, Server};

use crate::SEED;
use crate::check::{report, report_from_any_start};

/// Enough for several commits: one has 4,096 deliveries.
const LINES: u64 = 16_000;

const KILLS: u32 = 4;

#[test]
fn an_import_that_is_killed_leaves_a_beginning_of_its_file() {
    let rng = &mut seeded(SEED);
    let lines = lines();
    let whole = Home::new();
    let began = Instant::now();
    whole.import(&lines.concat());
    let took = began.elapsed();
    let wanted = whole.exported();
    for _ in 0..KILLS {
        let home = Home::new();
        home.write("backlog.ndjson", lines.concat());
        kill(&home, &["import", "backlog.ndjson"], took, rng);
        // Killed before it made the log, there is none to look at.
        let verified = home.weir(["log", "verify"]);
        if verified.status == Some(1) {
            verified.failed(1, &["there is no log in", "`weir import` makes one"]);
        } else {
            verified.ok();
            assert!(wanted.starts_with(&home.exported()), "it is not how the file begins");
            report_from_any_start(&home, true);
        }
        // Repeats do no harm, as the message of a failed import says.
        home.weir(["import", "backlog.ndjson"]).ok();
        assert!(home.exported().ends_with(&wanted));
        let (again, once) = (json(&home), json(&whole));
        for part in ["totals", "by_state", "trend", "time_to_submit_seconds"] {
            assert_eq!(again[part], once[part], "{part}");
        }
    }
}

#[test]
fn a_first_import_that_is_killed_at_any_call_is_done_again() {
    let line = &lines()[0];
    let mut calls = 0;
    for nth in 1.. {
        let home = Home::new();
        home.write("backlog.ndjson", line);
        let interposer = Interposer::at(&home);
        interposer.plan(&format!("kill before any */data/* {nth}"));
        let run = Run::of(&mut interposer.over(home.command(["import", "backlog.ndjson"])));
        if run.status.is_some() {
            run.ok();
            break;
        }
        calls += 1;
        let verified = home.weir(["log", "verify"]);
        if verified.status != Some(0) {
            verified.failed(1, &["there is no log in", "`weir import` makes one"]);
        }
        home.weir(["import", "backlog.ndjson"]).ok();
        assert!((1..=2).contains(&home.verified()), "killed before call {nth}");
    }
    println!("killed before each of {calls} calls");
    assert!(10 < calls, "{calls}");
}

#[test]
fn a_rebuild_that_is_killed_leaves_what_was_served_or_its_equal() {
    let rng = &mut seeded(SEED);
    let home = Home::new();
    home.import(&lines().concat());
    let began = Instant::now();
    home.prints(["rebuild"]);
    let took = began.elapsed();
    let wanted = report(&home);
    for _ in 0..KILLS {
        kill(&home, &["rebuild"], took, rng);
        assert!(report(&home) == wanted, "the report is another one now");
        assert_eq!(home.verified(), LINES);
    }
    let said = home.prints(["rebuild"]);
    assert!(said.contains("proved equal to the read model that was served"), "{said}");
}

#[test]
fn a_server_that_is_killed_while_it_rebuilds_leaves_nobody_waiting() {
    let rng = &mut seeded(SEED);
    let home = Home::new();
    home.import(&lines().concat());
    home.prints(["rebuild"]);
    let wanted = report(&home);
    for _ in 0..KILLS {
        let server = Server::start(&home);
        let mut command = home.command(["rebuild"]);
        let asking = thread::spawn(move || Run::of(&mut command));
        thread::sleep(Duration::from_millis(rng.random_range(0..600)));
        server.kill();
        let asked = asking.join().expect("it is asked");
        if asked.status == Some(1) {
            assert!(asked.stderr.contains("run `weir rebuild` again"), "{asked}");
        } else {
            asked.ok();
        }
        assert!(report(&home) == wanted, "the report is another one now");
    }
    let said = home.prints(["rebuild"]);
    assert!(said.contains("proved equal to the read model that was served"), "{said}");
}

/// Starts the binary and kills it at some moment of the time that its work takes.
fn kill(home: &Home, args: &[&str], took: Duration, rng: &mut ChaCha8Rng) {
    let mut command = home.command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the binary can be started");
    thread::sleep(took.mul_f64(rng.random_range(0.0..1.0)));
    child.kill().expect("it is our child");
    child.wait().expect("it is our child");
}

fn json(home: &Home) -> serde_json::Value {
    serde_json::from_slice(&report(home)).expect("the report is JSON")
}

pub(crate) fn lines() -> Vec<String> {
    (0..LINES)
        .map(|number| {
            let session = number * 7_919 % 5_000;
            let body = match number % 5 {
                0..3 => event(session, 7001),
                3 => event(session, 7002),
                _ => cancelled_at(session, "intro_screen_shown"),
            };
            let (minute, second) = (number / 60 % 60, number % 60);
            format!(
                "{{\"received_at\":\"2026-01-05T{:02}:{minute:02}:{second:02}Z\",\"payload\":{body}}}\n",
                number / 3_600
            )
        })
        .collect()
}
