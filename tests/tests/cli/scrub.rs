//! The log read again while the server runs.

use std::fs;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

const PATIENCE: Duration = Duration::from_secs(30);

/// Reads the log again as often as it can.
const HASTY: &str = "[log]\nscrub_mib_per_s = 1000\nscrub_every_minutes = 0\n";

/// A hundred deliveries of a kilobyte, which are one group.
fn lines(word: &str) -> String {
    let body = json!({"word": word, "filling": "x".repeat(1_000)}).to_string();
    format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{body}}}\n").repeat(100)
}

#[track_caller]
fn wait_for(server: &Server, what: &str, is_so: impl Fn(&Server) -> bool) {
    let began = Instant::now();
    while !is_so(server) {
        assert!(began.elapsed() < PATIENCE, "{what}: {}", server.said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a pass was whole that began after now.
#[track_caller]
fn passes(server: &Server) {
    let before = server.metric("weir_log_scrub_passes_total");
    wait_for(server, "no pass ends", |server| {
        before + 2 <= server.metric("weir_log_scrub_passes_total")
    });
}

/// Where in the log's file a word stands first.
fn place_of(home: &Home, word: &str) -> usize {
    let bytes = fs::read(home.data().join("log.db")).expect("it is there");
    let place = bytes.windows(word.len()).position(|at| at == word.as_bytes());
    place.expect("the word is in the file")
}

/// Flips a bit of the log's file; flipped again, it is as before.
fn flip(home: &Home, place: usize) {
    let path = home.data().join("log.db");
    let byte = fs::read(&path).expect("it is there")[place];
    let file = fs::OpenOptions::new().write(true).open(&path).expect("it is ours");
    file.write_all_at(&[byte ^ 4], place as u64).expect("there is room");
}

#[test]
fn a_bit_that_flips_under_a_running_server_is_told_once_and_until_it_is_mended() {
    let home = Home::with(HASTY);
    for word in ["beech", "maple", "willow"] {
        home.import(&lines(word));
    }
    let server = Server::start(&home);
    passes(&server);
    assert_eq!(server.metric("weir_log_scrub_damages"), 0);
    assert_eq!(server.json("/readyz")["log_damage"], Value::Null);

    let place = place_of(&home, "maple");
    flip(&home, place);
    passes(&server);
    let said = "the log is damaged: the seal over deliveries 101 to 200 does not hold";
    assert_eq!(server.metric("weir_log_scrub_damages"), 1);
    assert_eq!(server.said().matches(said).count(), 1, "{}", server.said());
    let ready = server.json("/readyz");
    assert_eq!(ready["ready"], true);
    let damage = ready["log_damage"].as_str().expect("it is told");
    assert!(damage.starts_with(said) && damage.contains("restore a backup"), "{damage}");
    assert_eq!(server.json("/api/v1/health")["status"], "trouble");
    let page = server.get("/health");
    assert_eq!(page.text().matches(&said[4..]).count(), 2, "on top and at the log");
    // The writer goes on.
    server.takes(MAIN, &[event(1, 7001)]);
    home.weir(["doctor"]).failed(1, &[]);
    let doctor = home.weir(["doctor"]);
    assert!(doctor.text().contains(&format!("wrong  {said}")), "{doctor}");
    home.weir(["log", "verify"]).failed(1, &["101 to 200 does not hold"]);
    passes(&server);
    assert_eq!(server.said().matches(said).count(), 1, "once: {}", server.said());
    server.stop();

    // Whoever starts it again hears of it at once, and once.
    let server = Server::start(&home);
    assert_eq!(server.said().matches(said).count(), 1, "{}", server.said());
    assert_eq!(server.metric("weir_log_scrub_damages"), 1);

    flip(&home, place);
    passes(&server);
    assert_eq!(server.metric("weir_log_scrub_damages"), 0);
    assert_eq!(server.json("/readyz")["log_damage"], Value::Null);
    server.stop();
    let doctor = home.weir(["doctor"]).ok();
    assert!(doctor.text().contains("ok     the log was read again to its end at 20"), "{doctor}");
}

#[test]
fn it_rests_as_told_and_a_restart_goes_on_where_it_was() {
    // A burst of 64 KiB, and then a minute's rest: nothing here waits for that.
    let home = Home::with("[log]\nscrub_mib_per_s = 0.001\n");
    for word in ["beech", "maple", "willow"] {
        home.import(&lines(word));
    }
    let server = Server::start(&home);
    wait_for(&server, "the first group is not read", |server| {
        server.metric("weir_log_scrub_position") == 100
    });
    let first = server.metric("weir_log_scrub_bytes_total");
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start(&home);
    wait_for(&server, "the second group is not read", |server| {
        server.metric("weir_log_scrub_position") == 200
    });
    let second = server.metric("weir_log_scrub_bytes_total");
    assert_eq!(second, first, "the words are as long, and the first group was not read again");
    let doctor = home.weir(["doctor"]).ok();
    assert!(
        doctor.text().contains("ok     the log is being read again, up to delivery"),
        "{doctor}"
    );
    server.kill();

    // Switched off, nothing is read, and what is known stays known.
    home.write("off.toml", "[log]\nscrub_mib_per_s = 0\n[dashboard]\nopen = \"loopback\"\n");
    let doctor = home.weir(["doctor", "--config", "off.toml"]);
    assert!(doctor.text().contains("the log is being read again, up to delivery"), "{doctor}");
}
