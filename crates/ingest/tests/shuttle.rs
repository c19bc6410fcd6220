//! The append queue under shuttle: its threads take their steps in an order that chance gives, again
//! and again, and a thread that would wait for ever is an error.
//!
//! `WEIR_SHUTTLE_SCHEDULES` says how many orders each test tries, `WEIR_SHUTTLE_SEED` which.
#![allow(missing_docs, clippy::unwrap_used)]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::thread::JoinHandle;
use shuttle::{Config, Runner, future, thread};
use weir_domain::{Delivery, Origin, Seq, Timestamp};
use weir_ingest::{AppendQueue, Appender, GroupLog, IntakeError, NotAppended, QueueLimits};
use weir_log::AppendError;

type Answer = Result<(), NotAppended>;

/// Tries a scenario in as many orders as asked: half of them at random at each step, half with
/// priorities that change a few times (PCT), which finds what takes few changes at bad moments.
fn check(scenario: impl Fn() + Send + Sync + 'static) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let schedules = usize::try_from(number("WEIR_SHUTTLE_SCHEDULES").unwrap_or(4_000)).unwrap();
    let seed = number("WEIR_SHUTTLE_SEED").unwrap_or_else(rand::random);
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    eprintln!(
        "{name}: {schedules} schedules; to repeat it: cargo xtask shuttle --schedules {schedules} --seed {seed}"
    );
    let scenario = Arc::new(scenario);
    let half = (schedules / 2).max(1);
    let random = RandomScheduler::new_from_seed(seed, half);
    let pct = PctScheduler::new_from_seed(seed, 3, half);
    for scheduler in [Box::new(random) as Box<dyn Scheduler + Send>, Box::new(pct)] {
        let scenario = Arc::clone(&scenario);
        let mut config = Config::new();
        config.silence_warnings = true;
        Runner::new(scheduler, config).run(move || scenario());
    }
}

/// What becomes of a group.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Taken,
    Refused,
    Unknown,
}

/// A log in memory whose appends take a while, each with a fate of its own, the last for all that
/// come after.
struct Disk {
    kept: Arc<Mutex<Vec<String>>>,
    fates: Vec<Fate>,
    groups: usize,
}

impl GroupLog for Disk {
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError> {
        thread::yield_now();
        let fate = self.fates[self.groups.min(self.fates.len() - 1)];
        self.groups += 1;
        let (count, source) = (group.len(), rusqlite::Error::InvalidQuery);
        match fate {
            Fate::Taken => {
                let bodies = group.iter().map(|one| String::from_utf8(one.body.clone()).unwrap());
                self.kept.lock().unwrap().extend(bodies);
                thread::yield_now();
                Ok(())
            }
            Fate::Refused => Err(AppendError::Refused { count, source }.into()),
            Fate::Unknown => Err(AppendError::Unknown { count, source }.into()),
        }
    }

    fn head(&self) -> Seq {
        Seq::new(self.kept.lock().unwrap().len() as u64)
    }
}

/// A queue before such a log.
struct World {
    queue: AppendQueue,
    appending: JoinHandle<Disk>,
    kept: Arc<Mutex<Vec<String>>>,
    fatal: Arc<Mutex<usize>>,
}

impl World {
    fn new(places: usize, fates: &[Fate]) -> World {
        let (kept, fatal) = (Arc::default(), Arc::new(Mutex::new(0)));
        let disk = Disk { kept: Arc::clone(&kept), fates: fates.to_vec(), groups: 0 };
        let limits = QueueLimits {
            queue_deliveries_max: places,
            group_deliveries_max: 2,
            // By the clock, which is not ours here.
            wait_max: Duration::MAX,
            ..QueueLimits::default()
        };
        let told = Arc::clone(&fatal);
        let on_fatal = move |_| *told.lock().unwrap() += 1;
        let (queue, appending) = Appender::start(disk, limits, |_| (), on_fatal).unwrap();
        World { queue, appending, kept, fatal }
    }

    /// A sender of its own, one delivery after the other: what each was answered. An answer is held
    /// against the log at the instant at which it comes.
    fn sends(&self, name: char, count: usize) -> JoinHandle<Vec<(String, Answer)>> {
        let (queue, kept) = (self.queue.clone(), Arc::clone(&self.kept));
        thread::spawn(move || {
            (0..count)
                .map(|n| {
                    let body = format!("{name}{n}");
                    let answer = future::block_on(queue.append(delivery(&body)));
                    let is_kept = kept.lock().unwrap().contains(&body);
                    assert_eq!(answer.is_ok(), is_kept, "{body} was answered {answer:?}");
                    (body, answer)
                })
                .collect()
        })
    }

    /// The bodies in the log when the writer has ended. Nothing is there twice.
    fn ends(self) -> Vec<String> {
        drop(self.queue);
        let disk = self.appending.join().unwrap();
        let mut kept = disk.kept.lock().unwrap().clone();
        kept.sort();
        assert!(kept.windows(2).all(|two| two[0] != two[1]), "twice in the log: {kept:?}");
        kept
    }
}

fn delivery(body: &str) -> Delivery {
    let origin = Arc::new(Origin::imported("main"));
    Delivery { received_at: Timestamp::from_micros(0), origin, body: body.into() }
}

/// What these senders were told, and which of it is in the log by that.
fn answers(
    senders: impl IntoIterator<Item = JoinHandle<Vec<(String, Answer)>>>,
) -> (Vec<Answer>, Vec<String>) {
    let told: Vec<_> = senders.into_iter().flat_map(|one| one.join().unwrap()).collect();
    let mut kept: Vec<_> =
        told.iter().filter(|(_, answer)| answer.is_ok()).map(|(body, _)| body.clone()).collect();
    kept.sort();
    (told.into_iter().map(|(_, answer)| answer).collect(), kept)
}

/// Hands a delivery in and asks once, as a request does that goes away before its answer.
fn asked_once(queue: &AppendQueue, body: &str) -> Poll<Answer> {
    let mut append: Pin<Box<dyn Future<Output = Answer>>> = {
        let (queue, delivery) = (queue.clone(), delivery(body));
        Box::pin(async move { queue.append(delivery).await })
    };
    let answer = append.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    thread::yield_now();
    answer
}

/// No wake-up is lost, else somebody would wait for ever.
#[test]
fn everybody_is_answered_and_only_after_the_commit() {
    check(|| {
        let world = World::new(8, &[Fate::Taken]);
        let senders = ['a', 'b', 'c'].map(|name| world.sends(name, 2));
        let (told, kept) = answers(senders);
        assert_eq!(told, [Ok(()); 6]);
        assert_eq!(world.ends(), kept);
    });
}

#[test]
fn a_request_that_went_away_costs_nothing() {
    check(|| {
        let world = World::new(2, &[Fate::Taken]);
        let queue = world.queue.clone();
        let leaving = thread::spawn(move || asked_once(&queue, "gone"));
        let (told, kept) = answers([world.sends('a', 2)]);
        // There are two places: nobody is refused because somebody left.
        assert_eq!(told, [Ok(()); 2]);
        assert_ne!(leaving.join().unwrap(), Poll::Ready(Err(NotAppended::Busy)));
        // Its place is free as soon as the writer came by.
        while 0 < world.queue.waiting() {
            thread::yield_now();
        }
        assert_eq!(answers([world.sends('b', 1), world.sends('c', 1)]).0, [Ok(()); 2]);
        let all = world.ends();
        assert!(kept.iter().all(|body| all.contains(body)), "{all:?}");
    });
}

#[test]
fn what_was_let_in_is_appended_before_the_end_and_nothing_after_it() {
    check(|| {
        let world = World::new(8, &[Fate::Taken]);
        let senders = ['a', 'b'].map(|name| world.sends(name, 2));
        let queue = world.queue.clone();
        let ending = thread::spawn(move || {
            queue.shutdown();
            assert!(!queue.is_open());
            let late = future::block_on(queue.append(delivery("late")));
            assert_eq!(late, Err(NotAppended::Unavailable));
        });
        ending.join().unwrap();
        // The writer ends though there are handles still.
        let (told, kept) = answers(senders);
        assert!(!told.contains(&Err(NotAppended::Busy)), "there is room for all: {told:?}");
        assert_eq!(world.ends(), kept);
    });
}

#[test]
fn a_full_queue_that_is_told_to_end_ends() {
    check(|| {
        let world = World::new(1, &[Fate::Taken]);
        let senders = ['a', 'b'].map(|name| world.sends(name, 1));
        let queue = world.queue.clone();
        // Where the queue is full the word does not get in: the writer must see it all the same.
        let ending = thread::spawn(move || queue.shutdown());
        let World { queue, appending, kept, .. } = world;
        let disk = appending.join().unwrap();
        drop((queue, disk));
        ending.join().unwrap();
        let (_, told) = answers(senders);
        let mut kept = kept.lock().unwrap().clone();
        kept.sort();
        assert_eq!(kept, told);
    });
}

#[test]
fn an_append_of_unknown_outcome_stops_everything() {
    check(|| {
        let world = World::new(8, &[Fate::Taken, Fate::Unknown]);
        let senders = ['a', 'b', 'c'].map(|name| world.sends(name, 2));
        let (told, kept) = answers(senders);
        assert!(!told.contains(&Err(NotAppended::Busy)), "{told:?}");
        let (queue, fatal) = (world.queue.clone(), Arc::clone(&world.fatal));
        // Groups are of two at most, so there was a second.
        let World { appending, .. } = world;
        let disk = appending.join().unwrap();
        assert_eq!((disk.groups, *fatal.lock().unwrap()), (2, 1), "nothing after it");
        assert!(!queue.is_open());
        assert_eq!(asked_once(&queue, "late"), Poll::Ready(Err(NotAppended::Unavailable)));
        let mut all = disk.kept.lock().unwrap().clone();
        all.sort();
        assert_eq!(all, kept);
    });
}

#[test]
fn a_full_queue_and_a_log_that_refuses_say_so_and_go_on() {
    check(|| {
        let world = World::new(1, &[Fate::Refused, Fate::Taken]);
        let senders = ['a', 'b', 'c'].map(|name| world.sends(name, 1));
        let (told, kept) = answers(senders);
        let refused = told.iter().filter(|answer| **answer == Err(NotAppended::Busy)).count();
        assert!(0 < refused, "the first group was: {told:?}");
        assert_eq!(refused + kept.len(), 3, "nobody was told that the log is closed: {told:?}");
        // Whoever comes then is taken.
        assert_eq!(answers([world.sends('d', 1)]).0, [Ok(())]);
        assert_eq!(world.ends().len(), kept.len() + 1);
    });
}
