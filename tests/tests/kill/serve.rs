//! A server that is killed while clients post.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::chance::{number, seeded};
use weir_tests::{Home, Server};

use crate::SEED;
use crate::check::report_from_any_start;
use crate::load::{self, Posted};

const CYCLES_DEFAULT: u64 = 20;

#[test]
fn every_200_is_in_the_log_whenever_the_server_is_killed() {
    let cycles = number("WEIR_KILL_CYCLES").unwrap_or(CYCLES_DEFAULT);
    let rng = &mut seeded(SEED);
    let home = Home::new();
    let mut past = Past::default();
    for cycle in 0..cycles {
        let server = Server::start(&home);
        let posting = load::start(server.address(), cycle, rng);
        thread::sleep(Duration::from_millis(rng.random_range(5..300)));
        end(server, rng);
        let posted: Vec<Posted> =
            posting.into_iter().map(|client| client.join().expect("it posts")).collect();
        past.check(&home, &posted);
        report_from_any_start(&home, rng.random_bool(0.3));
        if rng.random_bool(0.3) {
            let said = home.prints(["rebuild"]);
            assert!(!said.contains("differs"), "{said}");
        }
    }
    let Past { sent, taken } = past;
    println!("{cycles} cycles: {} deliveries sent, {taken} answered with 200", sent.len());
    assert!(cycles < taken, "hardly anything was taken: {taken}");
}

/// Kills it; sometimes while it is doing its last work after having been told to end.
fn end(server: Server, rng: &mut ChaCha8Rng) {
    if rng.random_bool(0.3) {
        server.signal("TERM");
        thread::sleep(Duration::from_millis(rng.random_range(0..1_200)));
    }
    server.kill();
}

/// All cycles so far.
#[derive(Default)]
struct Past {
    sent: BTreeSet<String>,
    taken: u64,
}

impl Past {
    /// The log is whole, and has every delivery that was taken, each once and in its client's order.
    #[track_caller]
    fn check(&mut self, home: &Home, posted: &[Posted]) {
        let logged = home.bodies();
        assert_eq!(home.verified(), logged.len() as u64);
        let places: BTreeMap<&str, usize> =
            logged.iter().enumerate().map(|(place, body)| (body.as_str(), place)).collect();
        assert_eq!(places.len(), logged.len(), "no body was sent twice, so none is there twice");
        for Posted { sent, taken } in posted {
            let mut last = None;
            for body in &sent[..*taken] {
                let place = places.get(body.as_str());
                assert!(place.is_some(), "answered with 200 but not in the log: {body}");
                assert!(last < place, "out of its client's order: {body}");
                last = place;
            }
            self.taken += *taken as u64;
            self.sent.extend(sent.iter().cloned());
        }
        for body in places.keys() {
            assert!(self.sent.contains(*body), "nobody sent this: {body}");
        }
        assert!(self.taken <= logged.len() as u64, "what was there before the kill is gone");
    }
}

#[test]
fn a_server_that_is_killed_while_it_starts_starts_again() {
    let rng = &mut seeded(SEED);
    for _ in 0..8 {
        let home = Home::new();
        for _ in 0..3 {
            let mut child = home
                .command(["serve", "--listen", "127.0.0.1:0"])
                .stderr(std::process::Stdio::null())
                .spawn()
                .expect("the binary can be started");
            thread::sleep(Duration::from_micros(rng.random_range(0..60_000)));
            child.kill().expect("it is our child");
            child.wait().expect("it is our child");
        }
        let server = Server::start(&home);
        assert_eq!(server.get("/readyz").status, 200);
    }
}
