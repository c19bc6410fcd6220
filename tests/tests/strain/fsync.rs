//! A disk on which a sync fails, once or from then on, under the very binary.

use std::collections::BTreeSet;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::chance::seeded;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::load::{self, join};
use weir_tests::{Home, Interposer, Run, Server};

const SEED: &str = "WEIR_STRAIN_SEED";

fn interposed(home: &Home) -> Interposer {
    let interposer = Interposer::at(home);
    interposer.lift();
    interposer
}

fn server(home: &Home, interposer: &Interposer) -> Server {
    Server::run(interposer.over(Server::command(home))).expect("it starts")
}

fn run(home: &Home, interposer: &Interposer, args: &[&str]) -> Run {
    Run::of(&mut interposer.over(home.command(args)))
}

fn lines(count: u64) -> String {
    (0..count)
        .map(|n| {
            let body = format!("{{\"line\":{n},{}", &event(n % 50, 7001)[1..]);
            format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n")
        })
        .collect()
}

/// One server whose disk fails while clients post: what was answered with 200 is in the log, and it
/// starts again when the disk is well.
fn fails_under_load(errno: &str, lasting: bool, rng: &mut ChaCha8Rng) -> usize {
    let on = if lasting { " on" } else { "" };
    let rule = &*format!("fail {errno} sync */data/log.db-wal {}{on}", rng.random_range(1..20));
    let home = Home::new();
    let interposer = interposed(&home);
    let mut failing = server(&home, &interposer);
    let posting = load::start(failing.address(), 0, "", rng);
    std::thread::sleep(std::time::Duration::from_millis(rng.random_range(20..100)));
    interposer.plan(rule);
    assert_eq!(failing.wait(), Some(1), "{rule}: {}", failing.said());
    let said = failing.said();
    for words in ["disk", "this process must stop", "look at the disk, then start again"] {
        assert!(said.contains(words), "{rule}: `{words}` is not in: {said}");
    }
    let posted = join(posting);
    assert_eq!(interposer.met(), [rule]);
    if lasting {
        // Still broken: it says so and ends, or it takes nothing. It harms nothing.
        interposer.plan(&format!("fail {errno} sync */data/log.db-wal 1 on"));
        if let Ok(again) = Server::run(interposer.over(Server::command(&home))) {
            assert_eq!(again.post(MAIN, event(1, 7001)).status, 503);
        }
    }
    interposer.lift();
    let well = server(&home, &interposer);
    well.takes(MAIN, &[event(7, 7002)]);
    assert_eq!(well.stop().0, Some(0));
    let logged: BTreeSet<String> = home.bodies().into_iter().collect();
    assert_eq!(home.verified(), logged.len() as u64, "dense, and each once");
    let taken: Vec<&String> = posted.iter().flat_map(|posted| &posted.taken).collect();
    for body in &taken {
        assert!(logged.contains(*body), "{rule}: answered with 200 but not in the log: {body}");
    }
    taken.len()
}

#[test]
fn every_200_is_in_the_log_where_a_sync_fails_under_a_server_and_it_starts_again() {
    let rng = &mut seeded(SEED);
    let mut taken = 0;
    for errno in ["EIO", "ENOSPC", "EDQUOT"] {
        for lasting in [false, true] {
            taken += fails_under_load(errno, lasting, rng);
        }
    }
    println!("6 servers, {taken} deliveries answered with 200, and found");
    assert!(6 <= taken, "hardly anything was taken: {taken}");
}

#[test]
fn an_import_whose_sync_fails_says_what_it_knows_and_is_done_again() {
    for nth in 1..=2 {
        let home = Home::new();
        home.import(&lines(10));
        let before = home.bodies();
        home.write("many.ndjson", lines(6_000));
        let interposer = interposed(&home);
        interposer.plan(&format!("fail EIO sync */data/log.db-wal {nth} on"));
        run(&home, &interposer, &["import", "many.ndjson"])
            .failed(1, &["is in the log is unknown", "look at the disk", "import the file again"]);
        interposer.lift();
        let there = home.bodies();
        assert_eq!(there[..10], before);
        assert_eq!(home.verified(), there.len() as u64);
        run(&home, &interposer, &["import", "many.ndjson"]).ok();
        assert_eq!(home.verified(), there.len() as u64 + 6_000);
    }
}

#[test]
fn a_rebuild_and_a_backup_whose_sync_fails_leave_what_was_there() {
    let home = Home::new();
    home.import(&lines(200));
    home.prints(["rebuild"]);
    home.prints(["backup", "backup"]);
    let report =
        || home.report(["--from", "2026-01-01", "--to", "2026-02-01", "--as-of", "2026-02-01"]);
    home.import(&lines(300));
    let interposer = interposed(&home);
    for (file, args) in [
        ("*/data/read.db-wal", &["rebuild"][..]),
        ("*/backup/log.db-wal", &["backup", "backup"]),
        ("*/backup/*", &["backup", "backup"]),
    ] {
        let wanted = report();
        for lasting in ["", " on"] {
            interposer.plan(&format!("fail EIO sync {file} 1{lasting}"));
            let failed = run(&home, &interposer, args);
            failed.failed(1, &["disk"]);
            assert_eq!(interposer.met().len(), 1, "{failed}");
            interposer.lift();
            assert!(report() == wanted, "{args:?}: the report is another one");
        }
        run(&home, &interposer, args).ok();
        home.import(&lines(1));
    }
    home.prints(["restore", "backup", "--data-dir", "back"]);
    assert_eq!(home.bodies_in("back"), home.bodies()[..502]);
}

#[test]
fn a_run_whose_ledger_cannot_be_synced_is_done_all_the_same() {
    let home = Home::new();
    home.define("lately", "title = \"Lately\"\nformats = [\"json\"]\n\n[ask]\nfrom = \"-1d\"\nto = \"now\"\n\n[[recipient]]\nfile = \"{name}/{run}.{format}\"\n");
    home.import(&lines(5));
    home.prints(["schedule", "run", "lately"]);
    let interposer = interposed(&home);
    for nth in 1..=4 {
        interposer.plan(&format!("fail EIO sync */data/schedule.db-wal {nth}"));
        let asked = run(&home, &interposer, &["schedule", "run", "lately"]);
        assert_eq!(interposer.met().len(), 1, "{asked}");
        interposer.lift();
        let server = server(&home, &interposer);
        let began = std::time::Instant::now();
        loop {
            let told = home.prints(["schedule", "list", "lately", "--json", "--runs", "100"]);
            let told: serde_json::Value = serde_json::from_str(&told).expect("it is JSON");
            let runs = told["runs"].as_array().expect("a list");
            if runs.iter().all(|run| run["state"] == "delivered") {
                // Who was not told that it failed has it; who was told may ask again.
                assert!(asked.status != Some(0) || 2 <= runs.len(), "{asked}");
                break;
            }
            assert!(began.elapsed().as_secs() < 60, "{told:#}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        drop(server);
    }
}
