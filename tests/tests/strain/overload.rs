//! Ten times what the disk takes, and crowds besides.
//!
//! What the disk takes is made little: each sync of the log takes more than a second. `WEIR_OVERLOAD_MINUTES=N`
//! goes on for N minutes, and then holds refusals against the second that they may take.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use weir_tests::chance::number;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{Connection, request};
use weir_tests::server::{headers, signed};
use weir_tests::{Home, Interposer, Server};

/// Deliveries in a commit, and how long one takes: 160 a second, and six seconds for a full queue.
const GROUP: usize = 256;
const SYNC: Duration = Duration::from_millis(1_600);

/// Ten times as many are sent, each sender by the clock and not by the answers.
const SENDERS: u32 = 800;
const EVERY: Duration = Duration::from_millis(500);

/// In the gate.
const SECONDS: u64 = 8;

/// Connections that rest meanwhile, as far as files can be opened for them.
const IDLE: usize = 10_000;

/// Connections that are held meanwhile in the middle of a request.
const HALF: usize = 40;

/// Within this a sender learns that the delivery was not taken: what is promised, and what a busy
/// machine is granted in the gate, where what waits in vain waits for more than four seconds.
const REFUSED_WITHIN: Duration = Duration::from_secs(1);
const REFUSED_WITHIN_BUSY: Duration = Duration::from_secs(3);

/// What an overload may add to the memory of a server.
const MEMORY_KIB: u64 = 64 * 1024;

/// One delivery, and what became of it.
struct Offered {
    body: String,
    status: u16,
    retry_after: bool,
    took: Duration,
}

#[test]
fn what_is_taken_is_durable_and_the_rest_is_refused_at_once() {
    let minutes = number("WEIR_OVERLOAD_MINUTES");
    let lasting = Duration::from_secs(minutes.map_or(SECONDS, |minutes| 60 * minutes));
    let limits = "[ingest]\nappend_timeout_ms = 4400\n\n[server]\nconnections_max = 16000\n";
    let home = Home::with(limits);
    let interposer = Interposer::at(&home);
    interposer.lift();
    let server = Server::run(interposer.over(Server::command(&home))).expect("it starts");
    let before = rate(&server, "before");
    let mut crowd = crowd(&server);
    let idle_kib = server.memory_kib("VmRSS");

    interposer.plan(&format!("delay {} sync */data/log.db-wal", SYNC.as_micros()));
    // It is slow already when they come: of a disk that becomes slow, only what it does tells.
    for one in 0..3 {
        assert_eq!(server.post(MAIN, format!("{{\"slow\":{one}}}")).status, 200);
    }
    let over = AtomicBool::new(false);
    let (offered, looks) = thread::scope(|scope| {
        let looking = scope.spawn(|| look(&server, &over));
        let address = server.address();
        let senders: Vec<_> =
            (0..SENDERS).map(|one| scope.spawn(move || offer(address, one, lasting))).collect();
        let offered: Vec<Offered> =
            senders.into_iter().flat_map(|sender| sender.join().expect("it sends")).collect();
        over.store(true, Ordering::Relaxed);
        (offered, looking.join().expect("it looks"))
    });
    let high_kib = server.memory_kib("VmHWM");
    interposer.lift();

    let (taken, refused): (Vec<_>, Vec<_>) = offered.iter().partition(|one| one.status == 200);
    assert!(refused.iter().all(|one| one.status == 503), "nothing else was answered");
    assert!(refused.iter().all(|one| one.retry_after), "each is told when to come again");
    let mut took: Vec<Duration> = refused.iter().map(|one| one.took).collect();
    took.sort();
    let (median, longest) = (took[took.len() / 2], took[took.len() - 1]);
    let late = took.iter().filter(|took| REFUSED_WITHIN < **took).count();
    println!(
        "{} offered in {} s: {} taken, {} refused, half of them within {median:?}, all within \
         {longest:?}, {late} later than {REFUSED_WITHIN:?}; {looks} looks at the pages; \
         {idle_kib} KiB at rest, {high_kib} KiB at most",
        offered.len(),
        lasting.as_secs(),
        taken.len(),
        refused.len()
    );
    assert!(taken.len() * 4 < refused.len(), "it was no overload");
    assert!(GROUP <= taken.len(), "what the disk takes is taken");
    let within = if minutes.is_some() { REFUSED_WITHIN } else { REFUSED_WITHIN_BUSY };
    assert!(longest < within, "one was refused after {longest:?}");
    assert!(high_kib < idle_kib + MEMORY_KIB, "{idle_kib} KiB at rest, {high_kib} KiB at most");

    // As fast as before once the commit under way is over: nobody is refused any more.
    assert_eq!(server.post(MAIN, "{\"slow\":3}").status, 200);
    let after = rate(&server, "after");
    println!("{before:.0} deliveries a second before, {after:.0} after");
    crowd.rests();
    server.kill();
    let logged: BTreeSet<String> = home.bodies().into_iter().collect();
    for one in taken {
        assert!(logged.contains(&one.body), "answered with 200 but not in the log: {}", one.body);
    }
    assert_eq!(home.verified(), logged.len() as u64);
}

/// Sends by the clock for as long as it lasts.
fn offer(address: SocketAddr, sender: u32, lasting: Duration) -> Vec<Offered> {
    let began = Instant::now();
    let (mut offered, mut connection) = (Vec::new(), None);
    let mut due = EVERY * sender / SENDERS;
    while due < lasting {
        thread::sleep(due.saturating_sub(began.elapsed()));
        due += EVERY;
        let body = format!(
            "{{\"one\":\"{sender}/{}\",{}",
            offered.len(),
            &event(u64::from(sender), 7001)[1..]
        );
        let asked = Instant::now();
        let mut line =
            connection.take().unwrap_or_else(|| Connection::open(address).expect("it listens"));
        let answer = line.ask(&signed(MAIN, body.as_bytes())).expect("it answers");
        connection = Some(line);
        offered.push(Offered {
            body,
            status: answer.status,
            retry_after: answer.header("retry-after").is_some(),
            took: asked.elapsed(),
        });
    }
    offered
}

/// Looks at everything else that is asked of a server, until it is over: how often.
fn look(server: &Server, over: &AtomicBool) -> u32 {
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        for path in ["/", "/healthz", "/readyz", "/metrics", "/api/v1/health"] {
            let answer = server.get(path);
            assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
            looks += 1;
        }
        thread::sleep(Duration::from_millis(200));
    }
    looks
}

/// How many a second are taken from one who waits for each; none of them is refused.
#[track_caller]
fn rate(server: &Server, when: &str) -> f64 {
    const COUNT: u32 = 100;
    let mut line = server.connect();
    let began = Instant::now();
    for one in 0..COUNT {
        let body = format!("{{\"{when}\":{one},{}", &event(1, 7001)[1..]);
        let answer = line.ask(&signed(MAIN, body.as_bytes())).expect("it answers");
        assert_eq!(answer.status, 200, "{when}: {}", answer.text());
    }
    f64::from(COUNT) / began.elapsed().as_secs_f64()
}

/// Connections that are in nobody's way.
struct Crowd {
    idle: Vec<Connection>,
    _half: Vec<Connection>,
}

fn crowd(server: &Server) -> Crowd {
    let get = request("GET", "/healthz", &[], b"");
    // This process and the other one have other files open besides.
    let count = IDLE.min(weir_tests::http::files_max().saturating_sub(800));
    println!("{count} connections at rest, {HALF} held in the middle of a request");
    let idle = (0..count)
        .map(|_| {
            let mut connection = server.connect();
            assert_eq!(connection.ask(&get).expect("an answer").status, 200);
            connection
        })
        .collect();
    let half = (0..HALF)
        .map(|number| {
            let mut connection = server.connect();
            let whole = request("POST", "/webhooks/veriff", &headers(MAIN, b"{}"), b"{}");
            connection.send(&whole[..whole.len() * number / HALF]).expect("sent");
            connection
        })
        .collect();
    Crowd { idle, _half: half }
}

impl Crowd {
    /// They were there all the while, as far as half a minute of rest is not over.
    fn rests(&mut self) {
        let get = request("GET", "/healthz", &[], b"");
        if let Some(last) = self.idle.last_mut()
            && number("WEIR_OVERLOAD_MINUTES").is_none()
        {
            assert_eq!(last.ask(&get).expect("it is still open").status, 200);
        }
    }
}
