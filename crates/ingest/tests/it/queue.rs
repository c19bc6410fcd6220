//! Group commit: order, limits, and an end that loses nothing.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use weir_domain::{Delivery, Seq};
use weir_ingest::{
    AppendQueue, Appender, Committed, GroupLog, IntakeError, NotAppended, QueueLimits,
};
use weir_log::{AppendError, Log};

use crate::support::{Fixture, delivery};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn limits(queue: usize, group: usize) -> QueueLimits {
    QueueLimits {
        queue_deliveries_max: queue,
        group_deliveries_max: group,
        ..QueueLimits::default()
    }
}

fn no_fatal(error: IntakeError) {
    panic!("{error}");
}

type Append = Pin<Box<dyn Future<Output = Result<(), NotAppended>> + Send>>;

/// Hands a delivery in, without waiting for its answer.
fn hand_in(queue: &AppendQueue, body: &str) -> (Append, Poll<Result<(), NotAppended>>) {
    let (queue, delivery) = (queue.clone(), delivery(body));
    let mut append: Append = Box::pin(async move { queue.append(delivery).await });
    let now = append.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    (append, now)
}

/// A writer that stands still after its first group, until it is let go.
struct Held {
    queue: AppendQueue,
    thread: JoinHandle<Log>,
    let_go: mpsc::Sender<()>,
    committed: Arc<Mutex<Vec<Committed>>>,
}

fn held(fixture: &Fixture, limits: QueueLimits) -> Held {
    let (let_go, gate) = mpsc::channel::<()>();
    let committed = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&committed);
    let on_commit = move |group| {
        seen.lock().unwrap().push(group);
        // An end of the channel opens the gate for good.
        let _ = gate.recv();
    };
    let (queue, thread) = Appender::start(fixture.log(), limits, on_commit, no_fatal).unwrap();
    runtime().block_on(queue.append(delivery("first"))).unwrap();
    Held { queue, thread, let_go, committed }
}

#[test]
fn an_answer_comes_after_the_delivery_is_on_the_disk() {
    let fixture = Fixture::new();
    let (queue, thread) =
        Appender::start(fixture.log(), QueueLimits::default(), |_| (), no_fatal).unwrap();
    for n in 0..5 {
        runtime().block_on(queue.append(delivery(&n.to_string()))).unwrap();
        assert_eq!(fixture.bodies().len(), n + 1);
    }
    drop(queue);
    assert_eq!(thread.join().unwrap().head(), Seq::new(5));
}

#[test]
fn what_gathers_is_one_group_in_order_up_to_the_limit() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(64, 8));
    let waiting: Vec<_> = (1..=20).map(|n| hand_in(&held.queue, &n.to_string())).collect();
    drop(held.let_go);
    for (append, now) in waiting {
        assert_eq!(now, Poll::Pending);
        runtime().block_on(append).unwrap();
    }
    drop(held.queue);
    held.thread.join().unwrap();
    let counts: Vec<_> = held.committed.lock().unwrap().iter().map(|group| group.count).collect();
    assert_eq!(counts, [1, 8, 8, 4]);
    assert_eq!(fixture.seals(), 4);
    let want = ["first".to_owned()].into_iter().chain((1..=20).map(|n| n.to_string()));
    assert_eq!(fixture.bodies(), want.collect::<Vec<_>>());
}

#[test]
fn a_full_queue_says_so_at_once() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(3, 8));
    let waiting: Vec<_> = (1..=4).map(|n| hand_in(&held.queue, &n.to_string())).collect();
    assert_eq!(held.queue.waiting(), 3);
    let now: Vec<_> = waiting.iter().map(|(_, now)| *now).collect();
    let busy = Poll::Ready(Err(NotAppended::Busy));
    assert_eq!(now, [Poll::Pending, Poll::Pending, Poll::Pending, busy]);
    drop((held.let_go, held.queue));
    for (append, _) in waiting.into_iter().take(3) {
        runtime().block_on(append).unwrap();
    }
    held.thread.join().unwrap();
    assert_eq!(fixture.bodies(), ["first", "1", "2", "3"]);
}

#[test]
fn a_request_that_went_away_costs_nothing() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(8, 8));
    let gone = hand_in(&held.queue, "gone");
    let stays = hand_in(&held.queue, "stays");
    drop(gone);
    drop(held.let_go);
    runtime().block_on(stays.0).unwrap();
    drop(held.queue);
    held.thread.join().unwrap();
    assert_eq!(fixture.bodies(), ["first", "stays"]);
}

#[test]
fn everything_that_was_let_in_is_appended_before_the_end() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(100, 8));
    let waiting: Vec<_> = (0..50).map(|n| hand_in(&held.queue, &n.to_string())).collect();
    held.queue.shutdown();
    assert!(!held.queue.is_open());
    let (_, late) = hand_in(&held.queue, "late");
    assert_eq!(late, Poll::Ready(Err(NotAppended::Unavailable)));
    drop(held.let_go);
    for (append, _) in waiting {
        runtime().block_on(append).unwrap();
    }
    // The handle is still there: being told is enough.
    assert_eq!(held.thread.join().unwrap().head(), Seq::new(51));
    assert_eq!(fixture.bodies().len(), 51);
    held.queue.shutdown();
}

#[test]
fn the_end_comes_by_itself_when_every_handle_is_dropped() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(100, 8));
    let waiting: Vec<_> = (0..50).map(|n| hand_in(&held.queue, &n.to_string())).collect();
    drop((held.let_go, held.queue));
    for (append, _) in waiting {
        runtime().block_on(append).unwrap();
    }
    assert_eq!(held.thread.join().unwrap().head(), Seq::new(51));
}

#[test]
fn a_group_that_the_log_refuses_is_busy_and_the_next_one_is_taken() {
    let fixture = Fixture::new();
    let held = held(&fixture, limits(8, 8));
    let other = rusqlite::Connection::open(fixture.dir.log_file()).unwrap();
    let refuse =
        "CREATE TRIGGER refuse BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'no'); END";
    other.execute_batch(refuse).unwrap();
    let refused: Vec<_> = (0..2).map(|n| hand_in(&held.queue, &n.to_string())).collect();
    drop(held.let_go);
    for (append, _) in refused {
        assert_eq!(runtime().block_on(append), Err(NotAppended::Busy));
    }
    assert!(held.queue.is_open());
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    runtime().block_on(held.queue.append(delivery("taken"))).unwrap();
    drop(held.queue);
    held.thread.join().unwrap();
    assert_eq!(fixture.bodies(), ["first", "taken"]);
}

/// A log that loses the disk at its first commit, when the queue is as full as the test wants it.
struct Failing(mpsc::Receiver<()>);

impl GroupLog for Failing {
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError> {
        let _ = self.0.recv();
        let source = rusqlite::Error::InvalidQuery;
        Err(AppendError::Unknown { count: group.len(), source }.into())
    }

    fn head(&self) -> Seq {
        Seq::START
    }
}

#[test]
fn an_append_of_unknown_outcome_stops_everything() {
    let (let_go, gate) = mpsc::channel();
    let (told, fatal) = mpsc::channel();
    let on_fatal = move |error: IntakeError| told.send(error.to_string()).unwrap();
    let (queue, thread) = Appender::start(Failing(gate), limits(8, 2), |_| (), on_fatal).unwrap();
    let waiting: Vec<_> = (0..6).map(|n| hand_in(&queue, &n.to_string())).collect();
    let_go.send(()).unwrap();
    for (append, _) in waiting {
        assert_eq!(runtime().block_on(append), Err(NotAppended::Unavailable));
    }
    assert!(fatal.recv().unwrap().contains("this process must stop"));
    thread.join().unwrap();
    assert!(!queue.is_open());
    assert_eq!(hand_in(&queue, "late").1, Poll::Ready(Err(NotAppended::Unavailable)));
}

#[test]
fn many_senders_at_once_get_each_their_answer() {
    let fixture = Fixture::new();
    let (queue, thread) =
        Appender::start(fixture.log(), QueueLimits::default(), |_| (), no_fatal).unwrap();
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            let queue = queue.clone();
            std::thread::spawn(move || {
                let appends = (0..200).map(|n| {
                    let queue = queue.clone();
                    async move { queue.append(delivery(&format!("{sender}/{n}"))).await }
                });
                let runtime = runtime();
                for append in appends {
                    let in_time =
                        async { tokio::time::timeout(Duration::from_secs(20), append).await };
                    runtime.block_on(in_time).unwrap().unwrap();
                }
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    drop(queue);
    assert_eq!(thread.join().unwrap().head(), Seq::new(800));
    let bodies = fixture.bodies();
    for sender in 0..4 {
        let prefix = format!("{sender}/");
        let own: Vec<_> = bodies.iter().filter(|body| body.starts_with(&prefix)).collect();
        let want: Vec<_> = (0..200).map(|n| format!("{sender}/{n}")).collect();
        assert_eq!(own, want.iter().collect::<Vec<_>>());
    }
}

/// A log whose commits take as long as they are told to.
struct Slow {
    log: Log,
    begins: mpsc::Sender<()>,
    goes_on: mpsc::Receiver<()>,
}

impl GroupLog for Slow {
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError> {
        let _ = self.begins.send(());
        let _ = self.goes_on.recv();
        GroupLog::append(&mut self.log, group)
    }

    fn head(&self) -> Seq {
        Log::head(&self.log)
    }
}

#[test]
fn who_would_wait_for_too_long_is_refused_at_once_and_only_then() {
    const WAIT_MAX: Duration = Duration::from_secs(1);
    let fixture = Fixture::new();
    let (begins, began) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let log = Slow { log: fixture.log(), begins, goes_on };
    let limits = QueueLimits { wait_max: WAIT_MAX, ..limits(64, 4) };
    let (queue, thread) = Appender::start(log, limits, |_| (), no_fatal).unwrap();
    let (first, _) = hand_in(&queue, "first");
    began.recv().unwrap();
    // The commit has just begun: who comes now is next.
    let (next, now) = hand_in(&queue, "next");
    assert_eq!(now, Poll::Pending);
    std::thread::sleep(WAIT_MAX + Duration::from_millis(100));
    // It stands still: nobody knows for how long.
    let busy = Poll::Ready(Err(NotAppended::Busy));
    assert_eq!(hand_in(&queue, "refused").1, busy);
    drop(go_on);
    for append in [first, next] {
        runtime().block_on(append).unwrap();
    }
    // However slow it was, somebody has to find out how it is now.
    runtime().block_on(queue.append(delivery("later"))).unwrap();
    drop(queue);
    thread.join().unwrap();
    assert_eq!(fixture.bodies(), ["first", "next", "later"]);
}
