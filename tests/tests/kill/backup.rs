//! A backup while clients post, and one that is killed.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng;
use weir_tests::chance::seeded;
use weir_tests::{Home, Run, Server, load};

use crate::SEED;
use crate::check::report;

const KILLS: u32 = 6;

fn command(home: &Home, args: &[&str]) -> Run {
    Run::of(&mut home.command(args))
}

/// The bodies of a data directory's log.
fn bodies(home: &Home, name: &str) -> Vec<String> {
    home.bodies_in(name)
}

#[test]
fn a_backup_under_load_has_everything_that_was_answered_before_it_began() {
    let rng = &mut seeded(SEED);
    let home = Home::new();
    let server = Server::start(&home);
    let posting = load::start(server.address(), 0, "", rng);
    thread::sleep(Duration::from_millis(300));
    let mut held = 0;
    for _ in 0..3 {
        let before = server.metric("weir_position");
        let run = command(&home, &["backup", "backup", "--json"]).ok();
        let manifest: serde_json::Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
        held = manifest["deliveries"].as_u64().expect("a number");
        assert!(before <= held, "{before} were folded before it began, and it has {held}");
        assert!(manifest["report_sha256"].is_string(), "{manifest}");
    }
    server.signal("TERM");
    let posted: Vec<_> =
        posting.into_iter().map(|client| client.join().expect("it posts")).collect();
    drop(server);
    let taken: usize = posted.iter().map(|posted| posted.taken.len()).sum();
    println!("{taken} deliveries answered with 200, {held} of them in the last backup");
    let log = bodies(&home, "data");
    assert!(taken <= log.len());
    command(&home, &["restore", "backup", "--data-dir", "back"]).ok();
    assert_eq!(bodies(&home, "back"), log[..usize::try_from(held).expect("few")]);
    // What came since is taken by the next one.
    command(&home, &["backup", "backup"]).ok();
    command(&home, &["restore", "backup", "--data-dir", "back-again"]).ok();
    assert_eq!(bodies(&home, "back-again"), log);
}

#[test]
fn a_backup_and_a_restore_that_are_killed_go_on_the_next_time() {
    let rng = &mut seeded(SEED);
    let home = Home::new();
    home.import(&crate::long_work::lines().concat());
    let wanted = (bodies(&home, "data"), report(&home));
    let took = |args: &[&str]| {
        let began = Instant::now();
        command(&home, args).ok();
        began.elapsed()
    };
    let backup_took = took(&["backup", "whole"]);
    let restore_took = took(&["restore", "whole", "--data-dir", "whole-back"]);
    for round in 0..KILLS {
        let (backup, back) = (format!("backup-{round}"), format!("back-{round}"));
        for (args, took) in [
            (vec!["backup", &backup], backup_took),
            (vec!["restore", &backup, "--data-dir", &back], restore_took),
            (vec!["restore", &backup, "--data-dir", &back, "--replace"], restore_took),
        ] {
            let mut child = home
                .command(&args)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary can be started");
            thread::sleep(took.mul_f64(rng.random_range(0.0..1.0)));
            child.kill().expect("it is our child");
            child.wait().expect("it is our child");
            if args[0] == "restore" {
                // Either it is not there yet, or it is whole.
                let verified = command(&home, &["log", "verify", "--data-dir", &back]);
                if verified.status == Some(0) {
                    assert_eq!(bodies(&home, &back), wanted.0);
                    continue;
                }
                verified.failed(1, &["there is no log in"]);
            }
            command(&home, &args).ok();
        }
        assert_eq!(bodies(&home, &back), wanted.0);
        let back_home = Run::of(home.command(crate::check::EVERYTHING).args(["--data-dir", &back]));
        assert!(back_home.ok().stdout == wanted.1, "the report is another one");
    }
}
