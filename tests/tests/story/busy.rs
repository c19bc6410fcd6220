//! 503: a log that cannot take it in time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

/// Well under what the provider waits: it must still hear the answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Longer than the writer waits for the file itself, after which it gives the group back.
const LONG: Duration = Duration::from_millis(5_600);

/// Holds the log's file, as another program might, until it is dropped.
struct Held(Connection);

impl Held {
    fn hold(home: &Home) -> Held {
        let log = Connection::open(home.data().join("log.db")).expect("the log is there");
        log.execute_batch("BEGIN IMMEDIATE").expect("nobody is writing");
        Held(log)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // What was held was nothing.
        let _ = self.0.execute_batch("ROLLBACK");
    }
}

#[test]
fn a_log_that_is_held_answers_503_in_time_and_goes_on_afterwards() {
    let home = Home::with("[ingest]\nappend_timeout_ms = 300\n");
    let server = Server::start(&home);
    server.takes(MAIN, &[event(0, 7001)]);

    let held = Held::hold(&home);
    let began = Instant::now();
    let mut session = 1;
    while began.elapsed() < LONG {
        let asked = Instant::now();
        let answer = server.post(MAIN, event(session, 7001));
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(asked.elapsed() < ANSWER_WITHIN, "after {:?}", asked.elapsed());
        session += 1;
    }
    // What does not write goes on.
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/").status, 200);
    drop(held);

    // The same delivery, sent again as the provider would, is taken.
    let began = Instant::now();
    while server.post(MAIN, event(session, 7001)).status != 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", server.said());
    }
    assert_eq!(server.get("/readyz").status, 200);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("the log takes no deliveries"), "{said}");
    assert!(said.contains("the log takes deliveries again"), "{said}");
    let exported = home.exported();
    for taken in [event(0, 7001), event(session, 7001)] {
        assert!(exported.contains(&taken), "{taken} is in {exported}");
    }
    // What was answered with 503 may be in the log or not, but once at most, and sealed.
    assert!((2..=session + 1).contains(&home.verified()), "{exported}");
}

#[test]
fn a_full_queue_answers_503_at_once() {
    let home = Home::with("[ingest]\nqueue_deliveries_max = 1\n");
    let server = Server::start(&home);
    server.takes(MAIN, &[event(0, 7001)]);

    let held = Held::hold(&home);
    let refused = AtomicUsize::new(0);
    let taken: Vec<u64> = thread::scope(|scope| {
        let posting: Vec<_> = (1..=12)
            .map(|session| {
                let (server, refused) = (&server, &refused);
                scope.spawn(move || {
                    let asked = Instant::now();
                    let answer = server.post(MAIN, event(session, 7001));
                    assert!(asked.elapsed() < ANSWER_WITHIN, "after {:?}", asked.elapsed());
                    if answer.status == 200 {
                        return Some(session);
                    }
                    assert_eq!(answer.status, 503);
                    assert_eq!(answer.header("retry-after"), Some("5"));
                    refused.fetch_add(1, Ordering::Relaxed);
                    None
                })
            })
            .collect();
        // One is being written and one waits; all others are turned away with the log still held.
        while refused.load(Ordering::Relaxed) < 10 {
            thread::sleep(Duration::from_millis(5));
        }
        drop(held);
        posting.into_iter().filter_map(|thread| thread.join().expect("it posts")).collect()
    });
    assert!(taken.len() <= 2, "{taken:?}");
    let exported = home.exported();
    for session in taken {
        assert!(exported.contains(&event(session, 7001)), "{session} is in {exported}");
    }
    server.takes(MAIN, &[event(13, 7001)]);
    assert_eq!(server.stop().0, Some(0));
}
