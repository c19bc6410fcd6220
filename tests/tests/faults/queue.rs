//! Senders who wait for their answers, as those of webhooks do.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::runtime::Builder;
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_ingest::{AppendQueue, Appender, IntakeError, NotAppended, QueueLimits};
use weir_log::DataDir;

use crate::held::{Outcome, Sent, delivery, opened};

/// So many senders come at once, so many times.
const SENDERS: usize = 4;
const ROUNDS: usize = 5;

type Answer = Pin<Box<dyn Future<Output = Result<(), NotAppended>>>>;

struct Senders;

/// Hands a delivery in, without waiting for its answer.
fn hand_in(queue: &AppendQueue, number: usize) -> Answer {
    let (queue, delivery) = (queue.clone(), sent(number));
    let mut answer: Answer = Box::pin(async move { queue.append(delivery).await });
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(now) => Box::pin(std::future::ready(now)),
        Poll::Pending => answer,
    }
}

fn sent(number: usize) -> weir_domain::Delivery {
    delivery(number, format!("delivery {number} {}", "x".repeat(number % 3 * 2_000)))
}

impl Scene for Senders {
    type Told = Sent;

    fn name(&self) -> &'static str {
        "senders at the queue"
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Sent) {
        let Some((_, _lock, log)) = opened(dir) else { return };
        let fatal = Arc::new(AtomicU64::new(0));
        let told_fatal = Arc::clone(&fatal);
        let on_fatal = move |error: IntakeError| {
            assert!(error.is_unknown(), "{error}");
            told_fatal.fetch_add(1, Ordering::Relaxed);
        };
        let limits = QueueLimits::default();
        let (queue, thread) =
            Appender::start(log, limits, |_| (), on_fatal).expect("the system gives a thread");
        let runtime = Builder::new_current_thread().build().expect("the system gives one");
        for _ in 0..ROUNDS {
            if !queue.is_open() {
                break;
            }
            let is_well = disk.is_well();
            let first = told.count();
            let answers: Vec<Answer> =
                (first..first + SENDERS).map(|number| hand_in(&queue, number)).collect();
            for (number, answer) in (first..).zip(answers) {
                let outcome = match runtime.block_on(answer) {
                    Ok(()) => {
                        disk.mark();
                        Outcome::Taken(disk.marks())
                    }
                    Err(NotAppended::Busy) => Outcome::Refused,
                    Err(NotAppended::Unavailable) => Outcome::Unknown,
                };
                let is_taken = matches!(outcome, Outcome::Taken(_));
                assert!(!is_well || is_taken, "nothing fails any more, but it is {outcome:?}");
                told.push(vec![sent(number)], outcome);
            }
        }
        let was_open = queue.is_open();
        if !was_open {
            // It stays so: nothing is appended behind what nobody knows of.
            let number = told.count();
            let late = runtime.block_on(queue.append(sent(number)));
            assert_eq!(late, Err(NotAppended::Unavailable));
        }
        drop(queue);
        drop(thread.join().expect("the writer does not break"));
        assert_eq!(fatal.load(Ordering::Relaxed), u64::from(!was_open), "it stops and says so");
    }

    fn check(&self, dir: &Path, told: &Sent, marks: u64, _: Ended) {
        told.is_held_by(&DataDir::at(dir), marks);
    }
}

#[test]
fn every_sender_is_told_what_became_of_it() {
    campaign(&Senders);
}
