//! A stop and a new start lose nothing.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::server::post_over;
use weir_tests::{Home, Server};

const CLIENTS: u64 = 6;

#[test]
fn a_stop_under_load_answers_only_what_is_in_the_log() {
    let home = Home::new();
    let server = Server::start(&home);
    let address = server.address();
    // Someone who keeps a connection open and says nothing holds up nobody.
    let idle = server.connect();
    let posting: Vec<_> = (0..CLIENTS)
        .map(|client| {
            thread::spawn(move || {
                let mut taken = BTreeSet::new();
                let Ok(mut connection) = weir_tests::http::Connection::open(address) else {
                    return taken;
                };
                for number in 0.. {
                    let body = event(client * 1_000_000 + number, 7001);
                    match post_over(&mut connection, MAIN, &body) {
                        Ok(200) => taken.insert(body),
                        // Once it is stopping it may say so, or hang up.
                        Ok(503) => false,
                        Ok(other) => panic!("answered with {other}"),
                        Err(_) => break,
                    };
                }
                taken
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(400));
    let began = Instant::now();
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(began.elapsed() < Duration::from_secs(8), "it took {:?}", began.elapsed());
    drop(idle);
    let logged: BTreeSet<String> = home.bodies().into_iter().collect();
    let taken: Vec<_> =
        posting.into_iter().flat_map(|thread| thread.join().expect("it posts")).collect();
    for body in &taken {
        assert!(logged.contains(body), "answered with 200 but not in the log: {body}");
    }
    assert!(CLIENTS as usize <= taken.len(), "{} were taken", taken.len());
    assert_eq!(logged.len() as u64, home.verified());
}

#[test]
fn a_new_start_goes_on_where_the_last_one_stopped() {
    let home = Home::new();
    let mut position = 0;
    for round in 0..3 {
        let server = Server::start(&home);
        assert_eq!(server.metric("weir_position"), position, "round {round}");
        server.takes(MAIN, &[event(round, 7001), cancelled_at(round, "intro_screen_shown")]);
        position += 2;
        server.counts(position);
        let report = server.json("/api/v1/reports/abandonment");
        assert_eq!(report["totals"]["cancelled"], round + 1);
        if round == 1 {
            server.kill();
        } else {
            assert_eq!(server.stop().0, Some(0));
        }
    }
    assert_eq!(home.verified(), position);
}

#[test]
fn a_log_that_a_server_holds_is_nobody_elses_to_write() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001)]);
    home.write("more.ndjson", "");
    let fragments = ["is in use by `weir serve` (process ", "stop it, or name another"];
    home.weir(["import", "more.ndjson"]).failed(1, &fragments);
    // Whoever only reads is let in.
    assert_eq!(home.verified(), 1);
    let said = home.prints(["doctor"]);
    assert!(said.contains("is in use by `weir serve`"), "{said}");
}

#[test]
fn a_rebuild_is_made_by_the_server_that_holds_the_log() {
    let home = Home::new();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001), cancelled_at(1, "intro_screen_shown")]);
    server.counts(2);
    let before = server.json("/api/v1/reports/abandonment")["totals"].clone();
    let run = home.weir(["rebuild"]).ok();
    assert!(run.stderr.contains("asking `weir serve` (process "), "{run}");
    assert!(run.text().contains("folded 2 deliveries to 1 session in "), "{run}");
    // It went on serving, with the same answers, and takes what comes.
    assert_eq!(server.json("/api/v1/reports/abandonment")["totals"], before);
    server.takes(MAIN, &[event(1, 7002)]);
    server.counts(3);
    assert_eq!(server.json("/api/v1/reports/abandonment")["totals"]["recovered"], 1);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    let said = home.prints(["rebuild"]);
    assert!(said.contains("proved equal"), "{said}");
}
