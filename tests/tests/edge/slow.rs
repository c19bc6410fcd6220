//! Connections that are held: half a head, half a body, an answer that nobody reads, or nothing.

use std::io;
use std::thread;

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{Connection, answers, files_max, head, request};
use weir_tests::server::{WEBHOOK, headers, signed};
use weir_tests::{Home, Server};

/// What a test itself and a server have open beside connections.
const OTHER_FILES: usize = 400;

/// As many as are opened where the machine has no objection.
const IDLE_MAX: usize = 10_000;

/// A way to hold a connection.
struct Way {
    what: &'static str,
    /// Whether it comes after another request that was answered.
    later: bool,
    /// What is sent at once.
    bytes: Vec<u8>,
    /// What is sent again and again after it.
    more: &'static [u8],
}

fn ways() -> Vec<Way> {
    let chunked = vec!["transfer-encoding: chunked".to_owned()];
    let long = vec!["content-length: 1000".to_owned()];
    let form = |framing: &[String]| {
        let kind = "content-type: application/x-www-form-urlencoded".to_owned();
        head("POST", "/sign-in", &[framing, &[kind]].concat())
    };
    let delivery = |framing: &[String]| {
        head("POST", WEBHOOK, &[framing, &headers(MAIN, event(1, 7001).as_bytes())].concat())
    };
    let chunk = b"1\r\nx\r\n";
    let way = |what, bytes: Vec<u8>, more| Way { what, later: false, bytes, more };
    let later = |what, bytes: &[u8], more| Way { what, later: true, bytes: bytes.to_vec(), more };
    vec![
        way("nothing", vec![], b""),
        way("half a first head", b"GET /heal".to_vec(), b""),
        way("a first head byte by byte", b"GET /".to_vec(), b"x"),
        later("half a later head", b"GET /heal", b""),
        later("a later head byte by byte", b"GET /", b"x"),
        later("a later header byte by byte", b"GET / HTTP/1.1\r\nhost: x\r\nx: ", b"x"),
        way("half a form", form(&long), b""),
        way("a form byte by byte", form(&long), b"x"),
        way("a form in chunks without end", form(&chunked), chunk),
        way("a trailer without end", [form(&chunked), b"0\r\n".to_vec()].concat(), b"x: y\r\n"),
        way("a delivery that never comes", delivery(&long), b""),
        way("a delivery byte by byte", delivery(&long), b"x"),
        way("a delivery in chunks without end", delivery(&chunked), chunk),
        way("a body where none belongs", head("GET", "/healthz", &chunked), chunk),
        way("a body to nowhere", head("POST", "/nowhere", &chunked), chunk),
        way("a body with a method that is none", head("PUT", WEBHOOK, &chunked), chunk),
        way("a tunnel", head("CONNECT", "x:80", &[]), b"x"),
    ]
}

/// Holds a connection in this way until the server has had enough.
fn hold(mut connection: Connection, way: &Way) -> io::Result<Vec<u8>> {
    if way.later {
        connection.ask(&request("GET", "/healthz", &[], b""))?;
    }
    connection.send(&way.bytes)?;
    if way.more.is_empty() {
        return connection.rest();
    }
    // Fifty times the patience of the server, and no more than that.
    for _ in 0..5_000 {
        if connection.send(way.more).is_err() {
            return Ok(vec![]);
        }
        thread::sleep(std::time::Duration::from_millis(100));
    }
    Err(io::Error::other("it is still open"))
}

#[test]
fn nobody_holds_a_connection_for_ever() {
    let home = Home::new();
    let server = Server::start(&home);
    let ways = ways();
    thread::scope(|scope| {
        for way in &ways {
            let connection = server.connect();
            scope.spawn(move || {
                hold(connection, way).unwrap_or_else(|error| panic!("{}: {error}", way.what))
            });
        }
        let unread = server.connect();
        scope.spawn(|| never_reads(unread));
        // Meanwhile others are served.
        server.takes(MAIN, &[event(2, 7001)]);
    });
    println!("{} ways to hold a connection", ways.len() + 1);
    assert_eq!(home.bodies(), [event(2, 7001)]);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("ERROR") && !said.contains("panicked"), "{said}");
}

/// Asks and asks, and reads no answer, until the server ends it.
fn never_reads(mut connection: Connection) {
    let ask = request("GET", "/metrics", &[], b"").repeat(100);
    loop {
        match connection.send(&ask) {
            Ok(()) => {}
            // The server takes no more, because nothing is taken of its answers.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

#[test]
fn whoever_hangs_up_early_leaves_nothing_behind() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = event(1, 7001);
    let whole = signed(MAIN, body.as_bytes());
    let mut taken = 0;
    let stages: Vec<usize> = (0..whole.len()).step_by(9).chain([whole.len() - 1]).collect();
    for &sent in &stages {
        // Gone at once.
        server.connect().send(&whole[..sent]).expect("the server listens");
        // Gone by half: it still reads.
        let mut connection = server.connect();
        connection.send(&whole[..sent]).expect("the server listens");
        connection.finish().expect("the server listens");
        let rest = connection.rest().unwrap_or_else(|error| panic!("after {sent}: {error}"));
        let got = answers(&rest).expect("answers, or nothing");
        assert!(got.len() <= 1, "after {sent}: {got:?}");
        assert!(got.iter().all(|answer| answer.status == 400), "after {sent}: {got:?}");
    }
    // One who has sent all of it and is gone may have been heard; one who still reads was.
    server.connect().send(&whole).expect("the server listens");
    let mut connection = server.connect();
    connection.send(&whole).expect("the server listens");
    connection.finish().expect("the server listens");
    for answer in answers(&connection.rest().expect("it ends")).expect("answers") {
        assert_eq!(answer.status, 200);
        taken += 1;
    }
    assert_eq!(taken, 1);
    println!("{} stages", stages.len());
    let bodies = home.bodies();
    assert!((1..=2).contains(&bodies.len()), "{bodies:?}");
    assert!(bodies.iter().all(|kept| *kept == body), "{bodies:?}");
    server.takes(MAIN, &[event(2, 7001)]);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn idle_connections_are_in_nobodys_way() {
    // More than a third more than there will be: else they would make room.
    let home = Home::with("[server]\nconnections_max = 16000\n");
    let server = Server::start(&home);
    let files = files_max();
    let count = IDLE_MAX.min(files.saturating_sub(OTHER_FILES));
    println!("{count} idle connections, of {files} files that this machine lets a process have");
    let get = request("GET", "/healthz", &[], b"");
    let mut idle = Vec::new();
    for _ in 0..count {
        let mut connection = server.connect();
        // Once used, they may rest for longer than this test takes.
        assert_eq!(connection.ask(&get).expect("an answer").status, 200);
        idle.push(connection);
    }
    for session in 1..=20 {
        server.takes(MAIN, &[event(session, 7001)]);
    }
    let ends = [idle.first_mut(), None].into_iter().flatten();
    for connection in ends {
        assert_eq!(connection.ask(&get).expect("it is still open").status, 200);
    }
    assert_eq!(idle.last_mut().expect("some").ask(&get).expect("it is still open").status, 200);
    drop(idle);
    server.takes(MAIN, &[event(21, 7001)]);
    assert_eq!(home.verified(), 21);
}

#[test]
fn more_connections_than_there_may_be_end_and_let_others_in() {
    let home = Home::with("[server]\nconnections_max = 40\n");
    let server = Server::start(&home);
    let idle: Vec<Connection> = (0..200).map(|_| server.connect()).collect();
    // None of them says anything, so their places are free again soon.
    server.takes(MAIN, &[event(1, 7001)]);
    drop(idle);
    server.takes(MAIN, &[event(2, 7001)]);
    assert_eq!(home.verified(), 2);
}

#[test]
fn a_crowd_at_rest_makes_room() {
    let home = Home::with("[server]\nconnections_max = 40\n");
    let server = Server::start(&home);
    crowd(&server, 60);
    assert_eq!(home.verified(), 1);
}

#[test]
fn a_crowd_takes_no_files_that_weir_needs() {
    let home = Home::new();
    let server = Server::start_with_files(&home, 160);
    crowd(&server, 50);
    assert_eq!(server.get("/").status, 200);
    assert_eq!(home.verified(), 1);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("only 32 of the 8192 connections"), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
}

/// Opens more connections than there may be, which ask something and then rest; a delivery is taken
/// all the same.
fn crowd(server: &Server, count: usize) {
    let idle: Vec<Connection> = (0..count)
        .map(|_| {
            let mut connection = server.connect();
            connection.send(&request("GET", "/healthz", &[], b"")).expect("sent");
            connection
        })
        .collect();
    server.takes(MAIN, &[event(1, 7001)]);
    drop(idle);
}
